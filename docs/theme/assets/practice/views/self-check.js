/* Self-check: the ten basics, one question each, rated by the rubric. */

import { button, make } from "../dom.js";
import { newSeed, onePerTopic } from "../draw.js";
import { titled } from "../questions.js";
import { text } from "../text.js";
import { questionBox, ratings } from "./question.js";

const KIND = "self-check";
const ALLOWED_MISSES = 1; // the source's rule: more than one shows a gap

/**
 * @param {HTMLElement} box
 * @param {import("../main.js").Context} context
 */
export function selfCheck(box, { store, questions, practice, pageTitle, language }) {
  const known = new Map(questions.map((question) => [question.id, question]));
  const topics = practice.topics.map((topic) => ({ ...topic, questions: topic.questions.filter((id) => known.has(id)) }))
    .filter((topic) => topic.questions.length);
  const running = store.sessions().find(([, session]) => session.kind === KIND && !session.finished);
  let id = running?.[0] ?? null;
  let place = 0;

  const session = () => store.session(id);
  const change = (more) => store.keep(id, { ...session(), ...more });
  const nameOf = (topic) => topic.label[language];

  function start() {
    const seed = newSeed();
    id = `${KIND}-${seed}`;
    place = 0;
    store.keep(id, { kind: KIND, seed, drawn: Object.fromEntries(onePerTopic(seed, topics)), ratings: {} });
    drawQuestion();
    focus();
  }

  const focus = () => box.querySelector("h2")?.focus();
  const asked = () => topics.filter((topic) => known.has(session().drawn[topic.id]));

  function drawStart() {
    const past = store.sessions().filter(([, one]) => one.kind === KIND && one.finished);
    box.replaceChildren(
      make("p", {}, text.selfCheckAbout(topics.length)),
      make("ol", { class: "practice-topics" }, ...topics.map((topic) => make("li", {}, nameOf(topic)))),
      button(text.selfCheckStart, start, { class: "practice-button primary" }));
    if (past.length) box.append(make("h2", {}, text.earlier), make("ul", {}, ...past.slice(0, 12).map(([, one]) =>
      make("li", {}, `${new Date(one.changed).toLocaleDateString(document.documentElement.lang)}: ${text.missed(missedIn(one).length, Object.keys(one.drawn).length)}`))));
  }

  const missedIn = (one) => Object.keys(one.drawn).filter((topic) => one.ratings[topic] === "weak" || !one.ratings[topic]);

  function drawQuestion() {
    const list = asked();
    place = Math.min(place, list.length - 1);
    const topic = list[place];
    const question = known.get(session().drawn[topic.id]);
    const isLast = place === list.length - 1;
    const next = button(isLast ? text.selfCheckFinish : text.selfCheckNext, () => {
      if (isLast) {
        change({ finished: true });
        drawResult();
      } else {
        place += 1;
        drawQuestion();
      }
      focus();
    }, { class: "practice-button primary practice-next" });
    next.disabled = !session().ratings[topic.id];
    box.replaceChildren(
      make("p", { class: "practice-progress" }, `${text.questionOf(place + 1, list.length)} · ${nameOf(topic)}`),
      questionBox(question, pageTitle(question.page), pageTitle.url(question)),
      ratings("rating", session().ratings[topic.id], (rating) => {
        change({ ratings: { ...session().ratings, [topic.id]: rating } });
        next.disabled = false;
      }),
      make("div", { class: "practice-actions" }, next));
  }

  function drawResult() {
    const list = asked();
    const missed = missedIn(session()).map((topic) => list.find((one) => one.id === topic)).filter(Boolean);
    const failed = missed.length > ALLOWED_MISSES;
    const reading = missed.map((topic) => {
      const question = known.get(session().drawn[topic.id]);
      const link = titled(question, "a", { href: pageTitle.url(question) });
      return make("li", {}, `${nameOf(topic)}: `, link, " · ",
        make("a", { href: pageTitle.url({ ...question, url: `${question.page}.html` }) }, pageTitle(question.page)));
    });
    box.replaceChildren(
      make("h2", { tabIndex: -1 }, text.result),
      make("p", { class: `practice-verdict ${failed ? "failed" : "passed"}` }, text.missed(missed.length, list.length)),
      make("p", {}, failed ? text.ruleFailed : text.rulePassed),
      ...(reading.length ? [make("h3", {}, failed ? text.readingList : text.onlyOne), make("ul", { class: "practice-reading" }, ...reading)] : []),
      make("table", {}, make("tbody", {}, ...list.map((topic) =>
        make("tr", {}, make("th", { scope: "row" }, nameOf(topic)), make("td", {}, text.ratings[session().ratings[topic.id]] ?? "–"))))),
      button(text.newCheck, start, { class: "practice-button" }));
  }

  if (id && asked().length) {
    const open = asked().findIndex((topic) => !session().ratings[topic.id]);
    place = open < 0 ? asked().length - 1 : open;
    drawQuestion();
  } else drawStart();
}
