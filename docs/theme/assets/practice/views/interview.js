/* Mock interview: rounds over the pillars, drawn from a seed that the address holds. */

import { announce, button, choice, copy, make, readHash, save, writeHash } from "../dom.js";
import { interview as plan, newSeed } from "../draw.js";
import { plain } from "../markdown.js";
import { followUps, partsOf, titled } from "../questions.js";
import { clockTime, text } from "../text.js";
import { questionBox, ratings } from "./question.js";

const KIND = "interview";
const LENGTHS = ["30", "45", "60", "75", "90"];

/**
 * @param {HTMLElement} box
 * @param {import("../main.js").Context} context
 */
export function interview(box, { store, questions, practice, pageTitle, language, now }) {
  const known = new Map(questions.map((question) => [question.id, question]));
  const first = (list) => list[0].id;
  const wishes = { role: first(practice.roles), field: first(practice.fields), level: "advanced", length: "45", seed: newSeed() };
  const valid = {
    role: practice.roles.map((role) => role.id),
    field: practice.fields.map((field) => field.id),
    level: Object.keys(practice.levels),
    length: LENGTHS,
  };
  for (const [name, value] of Object.entries(readHash()))
    if (valid[name]?.includes(value) || (name === "seed" && /^[\w-]{1,40}$/.test(value))) wishes[name] = value;
  let id = null;
  let ticking = null;
  const named = (list, key) => list.find((one) => one.id === key).label[language];

  /* ---- Choosing ---- */

  const allowed = () => {
    const field = practice.fields.find((one) => one.id === wishes.field);
    return questions.filter((question) => !field.without.includes(question.page));
  };
  const drawn = () => plan({
    seed: `${wishes.seed} ${wishes.role} ${wishes.field} ${wishes.level} ${wishes.length}`,
    shares: practice.roles.find((role) => role.id === wishes.role).shares,
    minutes: practice.minutes,
    levels: practice.levels[wishes.level],
    length: Number(wishes.length),
  }, allowed());

  function drawChoice() {
    clearInterval(ticking);
    writeHash(wishes);
    const rounds = drawn();
    const pick = (name) => (value) => {
      wishes[name] = value;
      drawChoice();
      box.querySelectorAll("select")[valid.order.indexOf(name)]?.focus();
    };
    const seed = make("input", { type: "text", value: wishes.seed, maxLength: 40, spellcheck: false, onchange: () => {
      wishes.seed = seed.value.trim().replace(/[^\w-]/g, "").slice(0, 40) || newSeed();
      drawChoice();
    } });
    const unfinished = store.sessions().find(([, one]) => one.kind === KIND && !one.finished && one.rounds);
    box.replaceChildren(
      unfinished ? make("div", { class: "practice-actions" },
        button(text.resumeInterview, () => begin(unfinished[0]), { class: "practice-button primary practice-resume" })) : "",
      make("div", { class: "practice-fields" },
        choice(text.role, practice.roles.map((role) => [role.id, role.label[language]]), wishes.role, pick("role")),
        choice(text.field, practice.fields.map((field) => [field.id, field.label[language]]), wishes.field, pick("field")),
        choice(text.level, Object.keys(practice.levels).map((level) => [level, text.levels[level]]), wishes.level, pick("level")),
        choice(text.length, LENGTHS.map((length) => [length, text.minutes(length)]), wishes.length, pick("length")),
        make("label", { class: "practice-field" }, make("span", {}, text.seed), seed)),
      make("p", { class: "practice-keys" }, text.seedHelp),
      make("h2", { tabIndex: -1 }, text.plan),
      make("ol", { class: "practice-plan" }, ...rounds.map((round) => make("li", {},
        `${text.pillars[round.pillar]}: ${text.minutes(round.minutes)}, ${text.questionsCount(round.questions.length)}`))),
      make("div", { class: "practice-actions" },
        button(text.begin, () => {
          const key = `${KIND}-${wishes.seed}-${now()}`;
          store.keep(key, { kind: KIND, wishes: { ...wishes }, rounds, at: 0, answers: {} });
          begin(key);
        }, { class: "practice-button primary practice-begin" }),
        button(text.discard, () => {
          wishes.seed = newSeed();
          drawChoice();
        }),
        button(text.copyLink, async () => announce((await copy(location.href)) ? text.copied : location.href))));
  }
  valid.order = ["role", "field", "level", "length"];

  /* ---- Asking ---- */

  const session = () => store.session(id);
  const change = (more) => store.keep(id, { ...session(), ...more });
  const list = () => session().rounds.flatMap((round, number) =>
    round.questions.filter((one) => known.has(one.id)).map((one) => ({ ...one, round, number })));
  const answerOf = (key) => session().answers[key] ?? {};
  const note = (key, more) => change({ answers: { ...session().answers, [key]: { ...answerOf(key), ...more } } });

  function begin(key) {
    id = key;
    Object.assign(wishes, session().wishes);
    writeHash(wishes);
    ask();
  }

  function ask() {
    clearInterval(ticking);
    const all = list();
    const at = Math.min(session().at, all.length - 1);
    const { id: key, minutes, round, number } = all[at];
    const question = known.get(key);
    const allowedSeconds = Math.round(minutes * 60);
    let used = answerOf(key).seconds ?? 0;
    let since = now();
    let paused = false;
    let said = used >= allowedSeconds;
    const spent = () => used + (paused ? 0 : Math.max(0, (now() - since) / 1000));
    const keepTime = () => note(key, { seconds: Math.round(spent()) });

    const time = make("span", { class: "practice-time", role: "timer", "aria-label": text.timeLeft });
    const tick = () => {
      if (!time.isConnected) {
        clearInterval(ticking);
        return;
      }
      const left = allowedSeconds - spent();
      time.textContent = left >= 0 ? clockTime(left) : text.overTime(clockTime(left));
      time.classList.toggle("over", left < 0);
      if (left < 0 && !said) {
        said = true;
        announce(text.overSaid);
      }
    };
    const pause = button(text.pause, () => {
      if (paused) since = now();
      else used = spent();
      paused = !paused;
      pause.textContent = paused ? text.goOn : text.pause;
      time.classList.toggle("paused", paused);
      announce(paused ? text.paused : text.goOn);
      keepTime();
    }, { class: "practice-button practice-pause" });
    const notes = make("textarea", { rows: 4, maxLength: 5000, value: answerOf(key).notes ?? "", onchange: () => note(key, { notes: notes.value }) });
    const go = (step, more = {}) => {
      keepTime();
      note(key, { notes: notes.value, ...more });
      if (at + step >= all.length) {
        change({ finished: true });
        report();
      } else {
        change({ at: Math.max(0, at + step) });
        ask();
      }
      box.querySelector("h2")?.focus();
    };
    const isLast = at === all.length - 1;
    const next = button(isLast ? text.report : text.selfCheckNext, () => go(1, { skipped: false }), { class: "practice-button primary practice-next" });
    next.disabled = !answerOf(key).rating;
    const more = make("div", { class: "practice-follow" });
    partsOf(question).then((parts) => {
      const found = followUps(parts.answer, question, known).filter((one) => !all.some((other) => other.id === one.id));
      if (found.length)
        more.replaceChildren(make("h3", {}, text.followUps), make("ul", {}, ...found.map((one) => make("li", {}, titled(one, "span"), " ",
          button(text.addFollowUp, () => {
            insert(key, one.id);
            go(1, answerOf(key).rating ? {} : { skipped: true });
          })))));
    });
    box.replaceChildren(
      make("p", { class: "practice-progress" }, `${text.round(number + 1)} · ${text.pillars[round.pillar]} · ${text.questionOf(at + 1, all.length)}`),
      make("div", { class: "practice-clock" }, time, pause),
      questionBox(question, pageTitle(question.page), pageTitle.url(question)),
      make("label", { class: "practice-notes" }, make("span", {}, text.notes), notes),
      ratings("rating", answerOf(key).rating, (rating) => {
        note(key, { rating });
        next.disabled = false;
      }),
      make("div", { class: "practice-actions" }, next, button(text.skip, () => go(1, { skipped: true, rating: undefined }), { class: "practice-button practice-skip" })),
      more);
    tick();
    ticking = setInterval(tick, 500);
  }

  /* A follow-up takes its time from the interviewer's own, as in life: half the usual. */
  function insert(after, key) {
    change({
      rounds: session().rounds.map((round) => ({
        ...round,
        questions: round.questions.flatMap((one) =>
          one.id === after ? [one, { id: key, minutes: practice.minutes[round.pillar] / 2 }] : [one]),
      })),
    });
  }

  /* ---- The report ---- */

  const POINTS = { weak: 0, solid: 1, strong: 2 };

  function report() {
    clearInterval(ticking);
    const all = list();
    const byPillar = new Map();
    const weak = new Map();
    for (const { id: key, round, minutes } of all) {
      const answer = answerOf(key);
      const row = byPillar.get(round.pillar) ?? { points: 0, count: 0, seconds: 0, planned: 0 };
      row.points += POINTS[answer.rating] ?? 0;
      row.count += 1;
      row.seconds += answer.seconds ?? 0;
      row.planned += minutes * 60;
      byPillar.set(round.pillar, row);
      if (answer.skipped || answer.rating === "weak") {
        const { page } = known.get(key);
        weak.set(page, [...(weak.get(page) ?? []), known.get(key)]);
      }
    }
    const rating = (answer) => (answer.skipped ? text.skippedWord : text.ratings[answer.rating] ?? "–");
    const markdown = [
      `# ${text.report}: ${named(practice.roles, wishes.role)}, ${named(practice.fields, wishes.field)}, ${text.levels[wishes.level]}, ${text.minutes(wishes.length)}`,
      "", `${text.seed}: ${wishes.seed}`, "",
      ...[...byPillar].map(([pillar, row]) => `- ${text.pillars[pillar]}: ${row.points} / ${2 * row.count}, ${clockTime(row.seconds)} (${text.planned} ${clockTime(row.planned)})`),
      "", ...all.flatMap(({ id: key }) => {
        const answer = answerOf(key);
        const line = `- **${rating(answer)}** ${plain(known.get(key).title)}`;
        return answer.notes ? [line, ...answer.notes.split("\n").map((part) => `    ${plain(part)}`)] : [line];
      }),
      "", `## ${text.weakPages}`, "",
      ...(weak.size ? [...weak].map(([page]) => `- ${plain(pageTitle(page))}`) : [text.noWeak]), "",
    ].join("\n");
    box.replaceChildren(
      make("h2", { tabIndex: -1 }, text.report),
      make("p", {}, `${named(practice.roles, wishes.role)} · ${named(practice.fields, wishes.field)} · ${text.levels[wishes.level]} · ${text.minutes(wishes.length)} · ${text.seed} ${wishes.seed}`),
      make("table", { class: "practice-report" },
        make("caption", {}, text.byPillar),
        make("thead", {}, make("tr", {}, ...[text.pillar, text.score, text.usedTime, text.planned].map((head) => make("th", { scope: "col" }, head)))),
        make("tbody", {}, ...[...byPillar].map(([pillar, row]) => make("tr", {},
          make("th", { scope: "row" }, text.pillars[pillar]), make("td", {}, `${row.points} / ${2 * row.count}`),
          make("td", {}, clockTime(row.seconds)), make("td", {}, clockTime(row.planned)))))),
      make("ul", { class: "practice-answers" }, ...all.map(({ id: key }) => {
        const answer = answerOf(key);
        return make("li", {}, make("strong", { class: answer.rating ?? "none" }, rating(answer)), " ",
          titled(known.get(key), "a", { href: pageTitle.url(known.get(key)) }),
          answer.notes ? make("p", { class: "practice-note" }, answer.notes) : "");
      })),
      make("h3", {}, text.weakPages),
      weak.size
        ? make("ul", { class: "practice-reading" }, ...[...weak].map(([page, found]) => make("li", {},
            make("a", { href: pageTitle.url({ url: `${page}.html` }) }, pageTitle(page)), ": ", text.questionsCount(found.length))))
        : make("p", {}, text.noWeak),
      make("div", { class: "practice-actions" },
        button(text.print, () => print()),
        button(text.saveMarkdown, () => save(`mock-interview-${wishes.seed}.md`, markdown, "text/markdown")),
        button(text.copyMarkdown, async () => announce((await copy(markdown)) ? text.copied : "")),
        button(text.discard, () => {
          wishes.seed = newSeed();
          drawChoice();
        })));
  }

  drawChoice();
}
