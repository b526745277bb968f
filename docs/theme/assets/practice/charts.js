/* Pictures of numbers: bars drawn as SVG, each with the same numbers as a table. */

import { make } from "./dom.js";
import { text } from "./text.js";

const NS = "http://www.w3.org/2000/svg";
const svg = (tag, attributes, ...children) => {
  const element = document.createElementNS(NS, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  element.append(...children);
  return element;
};

/**
 * Draw upright bars over days.
 * @param {string} title
 * @param {{label: string, value: number, part?: number}[]} bars `part` of the value is drawn darker
 * @param {[string, string]} columns names of the table's columns
 * @returns {HTMLElement}
 */
export function columns(title, bars, columnNames) {
  const most = Math.max(1, ...bars.map((bar) => bar.value));
  const [width, height, floor, step] = [600, 130, 108, 600 / bars.length];
  const picture = svg("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": title, class: "practice-chart" });
  picture.append(svg("line", { x1: 0, y1: floor, x2: width, y2: floor, class: "axis" }));
  bars.forEach((bar, place) => {
    const tall = (bar.value / most) * (floor - 16);
    const x = place * step + 1;
    const box = svg("rect", { x, y: floor - tall, width: step - 2, height: tall, class: "bar" });
    box.append(svg("title", {}, `${bar.label}: ${bar.value}`));
    picture.append(box);
    if (bar.part) {
      const part = (bar.part / most) * (floor - 16);
      picture.append(svg("rect", { x, y: floor - part, width: step - 2, height: part, class: "bar part" }));
    }
    if (place % 7 === 0) picture.append(svg("text", { x: x + 1, y: height - 6 }, bar.label));
  });
  const tallest = bars.findIndex((bar) => bar.value === most);
  if (tallest >= 0)
    picture.append(svg("text", { x: tallest * step + step / 2, y: 11, "text-anchor": tallest > bars.length - 3 ? "end" : "middle" }, String(most)));
  return figure(title, picture, columnNames, bars.map((bar) => [bar.label, String(bar.value)]));
}

/**
 * Draw lying bars of shares between 0 and 1.
 * @param {string} title
 * @param {{label: string, value: number}[]} rows
 * @param {[string, string]} columnNames
 * @returns {HTMLElement}
 */
export function shares(title, rows, columnNames) {
  const list = make("ul", { class: "practice-shares" }, ...rows.map(({ label, value }) => {
    const percent = `${Math.round(value * 100)}%`;
    const bar = make("span", { class: "bar", "aria-hidden": "true" }, make("span", {}));
    bar.firstElementChild.style.inlineSize = percent;
    return make("li", {}, make("span", {}, label), bar, make("span", { class: "number" }, percent));
  }));
  return make("figure", { class: "practice-figure" }, make("figcaption", {}, title), list);
}

function figure(title, picture, columnNames, rows) {
  const cells = (tag, values) => make("tr", {}, ...values.map((value) => make(tag, {}, value)));
  const table = make("table", {},
    make("thead", {}, cells("th", columnNames)),
    make("tbody", {}, ...rows.filter(([, value]) => value !== "0").map((row) => cells("td", row))));
  return make("figure", { class: "practice-figure" },
    make("figcaption", {}, title), picture,
    make("details", {}, make("summary", {}, text.table), table));
}
