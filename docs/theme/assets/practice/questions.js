/* The question bank: its index at once, the texts of a page when they are needed. */

/**
 * @typedef {object} Question
 * @property {string} id
 * @property {string} pillar
 * @property {string} page such as theory/data
 * @property {string} level
 * @property {string[]} asked
 * @property {string[]} tags
 * @property {string} title with formulas as \(…\)
 * @property {string} short
 * @property {string} url below the language's root
 */
/** @typedef {{prompt: string, answer: string, pitfalls: string, rubric: string}} Parts HTML */

/** The language's root, two folders above this script. */
export const root = new URL("../", document.currentScript?.src ?? new URL("./", document.baseURI));

const parts = new Map();
const waiting = new Map();

window.handbookBank = (name, data) => {
  parts.set(name, data);
  waiting.get(name)?.(data);
};

/** Load a script of the bank: scripts load from disk as well, where fetch does not. */
function load(name) {
  if (parts.has(name)) return Promise.resolve(parts.get(name));
  return new Promise((resolve, reject) => {
    waiting.set(name, resolve);
    const script = document.createElement("script");
    script.src = new URL(`bank/${name}.js`, root);
    script.onerror = () => reject(new Error(`bank/${name}.js`));
    document.body.append(script);
  });
}

/** @returns {Promise<Question[]>} in the order of the site */
export const allQuestions = () => load("index");

/** @param {Question} question @returns {Promise<Parts>} */
export async function partsOf(question) {
  return (await load(question.page))[question.id];
}

/**
 * Put HTML of the bank into an element: links and pictures as seen from its own page,
 * formulas rendered.
 * @param {HTMLElement} element
 * @param {string} html from the handbook's own pages, never from a reader's file
 * @param {Question} question
 */
export function fill(element, html, question) {
  element.innerHTML = html;
  const base = new URL(question.url, root);
  for (const name of ["src", "href"])
    for (const found of element.querySelectorAll(`[${name}]`))
      found.setAttribute(name, new URL(found.getAttribute(name), base).href);
  for (const found of element.querySelectorAll("[id]")) found.removeAttribute("id"); // the same answer may stand here twice
  for (const link of element.querySelectorAll("a[href]")) link.target = "_blank";
  for (const table of element.querySelectorAll("table:not(.highlighttable)")) wrap(table);
  document.dispatchEvent(new Event("handbook:content"));
}

/* The theme gives tables a box to scroll in when a page is loaded, not later. */
function wrap(table) {
  const [outer, inner] = ["md-typeset__scrollwrap", "md-typeset__table"].map((name) => {
    const box = document.createElement("div");
    box.className = name;
    return box;
  });
  table.before(outer);
  outer.append(inner);
  inner.append(table);
}

/**
 * Return a title as an element, its formulas rendered.
 * @param {Question} question
 * @param {string} tag
 * @param {Record<string, any>} [properties]
 */
export function titled(question, tag, properties = {}) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) element.setAttribute(name, value);
  const pieces = question.title.split(/(\\\(.*?\\\))/);
  for (const piece of pieces) {
    if (!piece.startsWith("\\(")) element.append(piece);
    else {
      const formula = document.createElement("span");
      formula.className = "arithmatex";
      formula.textContent = piece;
      element.append(formula);
    }
  }
  document.dispatchEvent(new Event("handbook:content"));
  return element;
}

/**
 * @typedef {object} Filter empty strings let everything pass
 * @property {string} pillar
 * @property {string} page
 * @property {string} level
 * @property {string} source
 */

/**
 * Return the questions that pass a filter.
 * @param {Question[]} questions
 * @param {Filter} filter
 */
export const filtered = (questions, { pillar, page, level, source }) =>
  questions.filter((question) =>
    (!pillar || question.pillar === pillar) && (!page || question.page === page) &&
    (!level || question.level === level) && (!source || question.asked.includes(source)));

/**
 * Return the follow-up questions that an answer links to.
 * @param {string} html the answer
 * @param {Question} question
 * @param {Map<string, Question>} known by id
 */
export function followUps(html, question, known) {
  const box = document.createElement("template");
  box.innerHTML = html;
  const found = [];
  for (const link of box.content.querySelectorAll("a[href*='#']")) {
    const id = decodeURIComponent(new URL(link.getAttribute("href"), new URL(question.url, root)).hash.slice(1));
    const next = known.get(id);
    if (next && next.id !== question.id && !found.includes(next)) found.push(next);
  }
  return found.slice(0, 4);
}
