/* Cards: what is due, one after the other, graded into FSRS. */

import { columns, shares } from "../charts.js";
import { announce, button, choice, make } from "../dom.js";
import { fill, filtered, partsOf, titled } from "../questions.js";
import { AGAIN, GRADES, dayOf, previews, queue, recall } from "../schedule.js";
import { span, text } from "../text.js";

const FIELDS = ["pillar", "page", "level", "source"];
const DAY = 86_400_000;
const REVIEW_AFTER = DAY; // retention counts what came back after a day or more

/**
 * @param {HTMLElement} box
 * @param {import("../main.js").Context} context
 */
export function cards(box, { store, questions, sources, now, pageTitle }) {
  const known = new Map(questions.map((question) => [question.id, question]));
  let current = null; // the id that is shown
  let open = false; // whether its answer is
  let last = null; // the review that can be taken back
  const choiceBox = make("details", { class: "practice-filter" });
  const status = make("p", { class: "practice-counts" });
  const stage = make("div", { class: "practice-stage" });
  const statistics = make("details", { class: "practice-statistics" }, make("summary", {}, text.statistics));
  const statisticsBody = make("div", {});
  statistics.append(statisticsBody);
  statistics.addEventListener("toggle", () => drawStatistics());
  box.append(choiceBox, status, stage, make("p", { class: "practice-keys" }, text.keys), statistics);

  const filter = () => Object.fromEntries(FIELDS.map((name) => [name, store.value(`cards.${name}`, "")]));
  const suspended = () => questions.filter((question) => store.value(`suspend:${question.id}`, false));
  const pool = () =>
    filtered(questions, filter())
      .filter((question) => !store.value(`suspend:${question.id}`, false))
      .filter((question) => !store.value("cards.starred", false) || store.value(`star:${question.id}`, false))
      .map((question) => question.id);
  const perDay = () => store.value("cards.newPerDay", 10);

  /* New cards that today still allows: those seen for the first time today count. */
  const allowance = () => {
    const today = dayOf(now());
    let seen = 0;
    for (const reviews of store.byCard.values()) if (dayOf(reviews[0][1]) === today) seen += 1;
    return perDay() - seen;
  };
  const work = () => queue(pool(), (id) => store.memory(id), now(), allowance());

  const next = (lists) => lists.due[0] ?? lists.fresh[0] ?? null;

  function draw() {
    const lists = work();
    status.replaceChildren(
      make("span", { class: "due" }, text.due(lists.due.length)), " · ",
      make("span", {}, text.soon(lists.soon.length)), " · ",
      make("span", { class: "fresh" }, text.fresh(lists.fresh.length)));
    // an open answer stays before the reader's eyes, even if another tab graded the card
    const stays = current !== null && (open || lists.due.includes(current) || lists.fresh.includes(current));
    if (!stays) {
      current = next(lists);
      open = false;
      drawCard(lists);
    }
    drawChoice();
    if (statistics.open) drawStatistics();
  }

  function drawCard(lists) {
    if (current === null) {
      stage.replaceChildren(...nothing(lists));
      return;
    }
    const question = known.get(current);
    const heading = titled(question, "h2", { tabindex: "-1", class: "practice-question" });
    const prompt = make("div", { class: "practice-prompt" });
    const back = make("div", { class: "practice-back" });
    const actions = make("div", { class: "practice-actions" });
    stage.replaceChildren(
      make("p", { class: "practice-place" },
        make("a", { href: pageTitle.url(question), target: "_blank" }, pageTitle(question.page)),
        " · ", text.levels[question.level]),
      heading, prompt, back, actions);
    const showing = current;
    partsOf(question).then((parts) => {
      if (showing !== current) return;
      if (parts.prompt) fill(prompt, parts.prompt, question);
      if (open) drawBack(question, parts);
    }, () => stage.append(make("p", { role: "alert" }, text.failed)));
    actions.append(
      button(text.show, reveal, { class: "practice-button primary practice-show" }),
      starButton(question), suspendButton(question), undoButton());
  }

  function nothing(lists) {
    const lines = [make("p", { class: "practice-done", tabIndex: -1 }, text.done)];
    if (!pool().length) lines.push(make("p", {}, text.doneFilter));
    else if (lists.soon.length) lines.push(make("p", {}, text.doneSoon(span(store.memory(lists.soon[0]).due - now()))));
    else lines.push(make("p", {}, text.doneNew));
    if (last) lines.push(make("div", { class: "practice-actions" }, undoButton()));
    return lines;
  }

  function reveal() {
    if (current === null || open) return;
    open = true;
    const question = known.get(current);
    partsOf(question).then((parts) => drawBack(question, parts));
  }

  function drawBack(question, parts) {
    if (question.id !== current) return;
    const back = stage.querySelector(".practice-back");
    const answer = make("div", { class: "practice-answer", tabIndex: -1, role: "region", "aria-label": text.answer });
    back.replaceChildren(answer);
    fill(answer, parts.answer, question);
    for (const name of ["pitfalls", "rubric"]) {
      const body = make("div", {});
      back.append(make("details", { class: name }, make("summary", {}, text[name]), body));
      fill(body, parts[name], question);
    }
    const times = previews(store.memory(current), now());
    const grades = make("div", { class: "practice-grades", role: "group", "aria-label": text.gradeGroup },
      ...GRADES.map((grade, place) =>
        make("button", { type: "button", class: `practice-button grade-${grade}`, onclick: () => rate(grade) },
          make("strong", {}, `${grade} ${text.grades[place]}`), make("small", {}, text.again(span(times[place]))))));
    stage.querySelector(".practice-actions").replaceChildren(grades, starButton(question), suspendButton(question), undoButton());
    answer.focus({ preventScroll: true });
  }

  function rate(grade) {
    if (current === null || !open) return;
    const id = current;
    current = null;
    last = store.review(id, grade);
    drawCard(work()); // once more, now that there is something to take back
    announce(text.graded(text.grades[grade - 1], span(store.memory(id).due - now())));
    focusCard();
  }

  const focusCard = () => stage.querySelector("h2, .practice-done")?.focus();

  function undoButton() {
    return last ? button(text.undo, undo, { class: "practice-button practice-undo" }) : "";
  }

  function undo() {
    if (!last) return;
    const [id] = last;
    const entry = last;
    last = null;
    current = null;
    store.undo(entry);
    current = id;
    open = false;
    drawCard(work());
    announce(text.undone);
    focusCard();
  }

  function starButton(question) {
    const name = `star:${question.id}`;
    const star = button("", () => {
      store.set(name, !store.value(name, false));
      paint();
    }, { class: "practice-button practice-star" });
    const paint = () => {
      const on = store.value(name, false);
      star.textContent = on ? `★ ${text.starred}` : `☆ ${text.star}`;
      star.setAttribute("aria-pressed", String(on));
    };
    paint();
    return star;
  }

  function suspendButton(question) {
    return button(text.suspend, () => {
      current = null;
      store.set(`suspend:${question.id}`, true);
      announce(text.suspended(question.title));
      focusCard();
    });
  }

  function drawChoice() {
    const wasOpen = choiceBox.open;
    const now_ = filter();
    const options = (entries) => [["", text.all], ...entries];
    const unique = (values) => [...new Set(values)];
    const pages = unique(questions.filter((q) => !now_.pillar || q.pillar === now_.pillar).map((q) => q.page));
    const pick = (name) => (value) => {
      current = null;
      if (name === "pillar") store.set("cards.page", "");
      store.set(`cards.${name}`, value);
    };
    const number = make("input", { type: "number", min: 0, max: 999, value: perDay(), onchange: () => {
      const wanted = Math.min(999, Math.max(0, Math.round(Number(number.value) || 0)));
      current = null;
      store.set("cards.newPerDay", wanted);
    } });
    const starred = make("input", { type: "checkbox", checked: store.value("cards.starred", false), onchange: () => {
      current = null;
      store.set("cards.starred", starred.checked);
    } });
    const away = suspended();
    const fields = [
      choice(text.pillar, options(unique(questions.map((q) => q.pillar)).map((p) => [p, text.pillars[p]])), now_.pillar, pick("pillar")),
      choice(text.page, options(pages.map((page) => [page, pageTitle(page)])), now_.page, pick("page")),
      choice(text.level, options(Object.entries(text.levels)), now_.level, pick("level")),
      choice(text.source, options(Object.entries(sources).map(([key, { label }]) => [key, label])), now_.source, pick("source")),
      make("label", { class: "practice-field" }, make("span", {}, text.newPerDay), number),
      make("label", { class: "practice-field check" }, starred, make("span", {}, text.onlyStarred)),
    ];
    const focused = [...choiceBox.querySelectorAll("select, input, button")].indexOf(document.activeElement);
    choiceBox.replaceChildren(make("summary", {}, text.filter), make("div", { class: "practice-fields" }, ...fields));
    if (away.length)
      choiceBox.append(make("details", { class: "practice-away" }, make("summary", {}, text.suspendedList(away.length)),
        make("ul", {}, ...away.map((question) => make("li", {}, titled(question, "span"), " ",
          button(text.resume, () => store.set(`suspend:${question.id}`, false)))))));
    choiceBox.open = wasOpen;
    if (focused >= 0) choiceBox.querySelectorAll("select, input, button")[focused]?.focus();
  }

  function drawStatistics() {
    if (!statistics.open) return;
    const reviews = store.reviews();
    const gone = [...store.byCard.keys()].filter((id) => !known.has(id)).length;
    const lines = [];
    if (!reviews.length) lines.push(make("p", {}, text.noReviews));
    else {
      const seen = questions.filter((question) => store.memory(question.id)).length;
      lines.push(make("p", {}, text.cardsSeen(seen, questions.length)), make("p", {}, retention()));
      lines.push(forecast(), history(reviews), strength());
    }
    if (gone) lines.push(make("p", { class: "practice-gone" }, text.gone(gone)));
    statisticsBody.replaceChildren(...lines);
  }

  function retention() {
    let [all, kept] = [0, 0];
    for (const [id, own] of store.byCard) {
      if (!known.has(id)) continue;
      for (let i = 1; i < own.length; i += 1)
        if (own[i][1] - own[i - 1][1] >= REVIEW_AFTER) {
          all += 1;
          if (own[i][2] !== AGAIN) kept += 1;
        }
    }
    return all ? text.retention(Math.round((100 * kept) / all), all) : text.noRetention;
  }

  const days = (first, count) =>
    Array.from({ length: count }, (_, place) => {
      const date = new Date(first);
      date.setHours(12, 0, 0, 0); // no day is skipped or doubled where clocks change
      date.setDate(date.getDate() + place);
      return dayOf(date.getTime());
    });

  function forecast() {
    const list = days(now(), 30);
    const count = new Map(list.map((day) => [day, 0]));
    for (const { id } of questions) {
      const memory = store.memory(id);
      if (!memory || store.value(`suspend:${id}`, false)) continue;
      const day = memory.due <= now() ? list[0] : dayOf(memory.due);
      if (count.has(day)) count.set(day, count.get(day) + 1);
    }
    return columns(text.forecast, [...count].map(([day, value]) => ({ label: day.slice(5), value })), [text.day, text.cards]);
  }

  function history(reviews) {
    const start = new Date(now());
    start.setDate(start.getDate() - 29);
    const count = new Map(days(start.getTime(), 30).map((day) => [day, 0]));
    for (const [, time] of reviews) {
      const day = dayOf(time);
      if (count.has(day)) count.set(day, count.get(day) + 1);
    }
    return columns(text.byDay, [...count].map(([day, value]) => ({ label: day.slice(5), value })), [text.day, text.reviews]);
  }

  function strength() {
    const sums = new Map();
    for (const { id, page } of questions) {
      const memory = store.memory(id);
      const [sum, seen] = sums.get(page) ?? [0, 0];
      if (memory) sums.set(page, [sum + recall(memory, now()), seen + 1]);
    }
    return shares(text.strength, [...sums].map(([page, [sum, seen]]) => ({ label: pageTitle(page), value: sum / seen })));
  }

  const onKey = (event) => {
    if (!box.isConnected) {
      document.removeEventListener("keydown", onKey, true);
      return;
    }
    const busy = event.target.closest?.("input, select, textarea, [contenteditable]") || event.ctrlKey || event.metaKey || event.altKey;
    if (busy || (event.key === " " && event.target.closest?.("button, summary, a"))) return;
    const actions = { " ": reveal, u: undo, s: () => stage.querySelector(".practice-star")?.click() };
    const grade = GRADES.indexOf(Number(event.key));
    const action = actions[event.key.toLowerCase()] ?? (grade >= 0 && open ? () => rate(grade + 1) : null);
    if (!action || (event.key === " " && open)) return;
    event.preventDefault();
    event.stopPropagation(); // the theme has keys of its own
    action();
  };
  document.addEventListener("keydown", onKey, true);

  const timer = setInterval(() => (box.isConnected ? draw() : clearInterval(timer)), 20_000);
  draw();
  return draw;
}
