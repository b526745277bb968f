/* Practice: finds the place on the page, loads the questions, starts the view. */

import { make } from "./dom.js";
import { allQuestions, root } from "./questions.js";
import { Store, browserStorage, KEY } from "./store.js";
import { isChinese, text } from "./text.js";
import { cards } from "./views/cards.js";
import { data } from "./views/data.js";
import { interview } from "./views/interview.js";
import { selfCheck } from "./views/self-check.js";
import { sheet } from "./views/sheet.js";

/**
 * @typedef {object} Context what every view gets
 * @property {Store} store
 * @property {import("./questions.js").Question[]} questions
 * @property {Record<string, {label: string}>} sources
 * @property {any} practice the data of docs/practice.yml
 * @property {string} language
 * @property {() => number} now
 * @property {((page: string) => string) & {url: (question: {url: string}) => string}} pageTitle
 */

const VIEWS = { cards, data, interview, "self-check": selfCheck, sheet };
let store;

/** Start the view of `<div class="practice" data-view="…">`. @param {HTMLElement} box */
async function mount(box) {
  if (box.dataset.started) return;
  box.dataset.started = "yes";
  const notices = make("div", { class: "practice-notices", role: "alert" });
  const body = make("div", { class: "practice-body" }, make("p", {}, text.loading));
  box.replaceChildren(notices, body);
  const now = () => Date.now();
  store ??= new Store(browserStorage(), now);
  const titles = window.handbookPractice.pages;
  let questions;
  try {
    const order = new Map(Object.keys(titles).map((page, place) => [page, place]));
    questions = [...(await allQuestions())].sort((one, other) => order.get(one.page) - order.get(other.page));
  } catch {
    body.replaceChildren(make("p", { role: "alert" }, text.failed));
    return;
  }
  const pageTitle = Object.assign((page) => titles[page] ?? page, { url: (question) => new URL(question.url, root).href });
  const tell = () => notices.replaceChildren(...store.notices.map(({ code }) =>
    make("p", {}, text.notices[code], code === "setAside" || code === "full" || code === "noStorage" ? " " : "",
      code === "setAside" || code === "full" || code === "noStorage"
        ? make("a", { href: new URL("practice/data.html", root).href }, text.dataPage) : "")));
  body.replaceChildren();
  const context = {
    store, questions, now, pageTitle, sources: window.handbookSources ?? {},
    practice: window.handbookPractice, language: isChinese ? "zh" : "en",
  };
  const draw = VIEWS[box.dataset.view](body, context);
  const stop = store.subscribe(() => {
    if (!box.isConnected) {
      stop();
      return;
    }
    tell();
    draw?.();
  });
  tell();
}

addEventListener("storage", (event) => {
  if (event.key === KEY) store?.refresh();
});

/** Called by reading.js whenever a page shows a place for practice. */
window.handbookPractice.mount = () => {
  for (const box of document.querySelectorAll(".practice[data-view]")) mount(box);
};
window.handbookPractice.mount();
