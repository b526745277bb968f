/* A question with its answer to open, as self-check and interview show it. */

import { make } from "../dom.js";
import { fill, partsOf, titled } from "../questions.js";
import { text } from "../text.js";

export const RATINGS = ["weak", "solid", "strong"];

/**
 * Show a question; answer, pitfalls and rubric are closed.
 * @param {import("../questions.js").Question} question
 * @param {string} place its page, as people know it
 * @param {string} href its address
 * @returns {HTMLElement}
 */
export function questionBox(question, place, href) {
  const prompt = make("div", { class: "practice-prompt" });
  const blocks = ["answer", "pitfalls", "rubric"].map((name) =>
    make("details", { class: name }, make("summary", {}, text[name]), make("div", {})));
  partsOf(question).then((parts) => {
    if (parts.prompt) fill(prompt, parts.prompt, question);
    for (const block of blocks) fill(block.lastElementChild, parts[block.className], question);
  }, () => prompt.append(make("p", { role: "alert" }, text.failed)));
  return make("div", { class: "practice-asked" },
    make("p", { class: "practice-place" }, make("a", { href, target: "_blank" }, place), " · ", text.levels[question.level]),
    titled(question, "h2", { tabindex: "-1", class: "practice-question" }), prompt, ...blocks);
}

/**
 * Make the three ratings as a group of radio buttons.
 * @param {string} name
 * @param {string | undefined} chosen
 * @param {(rating: string) => void} rate
 */
export function ratings(name, chosen, rate) {
  return make("fieldset", { class: "practice-ratings" }, make("legend", {}, text.rateByRubric),
    ...RATINGS.map((rating) => make("label", {},
      make("input", { type: "radio", name, value: rating, checked: rating === chosen, onchange: () => rate(rating) }),
      make("span", {}, text.ratings[rating]))));
}
