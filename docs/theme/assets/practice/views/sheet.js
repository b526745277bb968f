/* The interviewer's sheet: choose and order questions, then print, share or save. */

import { announce, button, choice, copy, make, readHash, save, writeHash } from "../dom.js";
import { generator, newSeed, shuffled } from "../draw.js";
import { plain, textOf } from "../markdown.js";
import { fill, filtered, partsOf, titled } from "../questions.js";
import { text } from "../text.js";

const MOST = 40;

/**
 * @param {HTMLElement} box
 * @param {import("../main.js").Context} context
 */
export function sheet(box, { questions, pageTitle, sources }) {
  const known = new Map(questions.map((question) => [question.id, question]));
  const shared = readHash();
  let chosen = [...new Set((shared.q ?? "").split(","))].filter((id) => known.has(id)).slice(0, MOST);
  let forCandidate = shared.for === "candidate";
  const filter = { pillar: "", page: "", level: "", source: "" };

  const remember = () => writeHash({ ...(chosen.length ? { q: chosen.join(",") } : {}), ...(forCandidate ? { for: "candidate" } : {}) });

  /* ---- The tools, which are not printed ---- */

  const number = make("input", { type: "number", min: 1, max: MOST, value: 5 });
  const query = make("input", { type: "search", oninput: () => drawFound() });
  const found = make("ul", { class: "practice-found" });
  const foundCount = make("p", { class: "practice-keys", role: "status" });
  const page = make("div", { class: "practice-sheet" });
  const tools = make("div", { class: "practice-tools" });
  const options = (entries) => [["", text.all], ...entries];
  const unique = (values) => [...new Set(values)];
  const drawTools = () => tools.replaceChildren(
    make("fieldset", {}, make("legend", {}, text.draw),
      make("div", { class: "practice-fields" },
        choice(text.pillar, options(unique(questions.map((q) => q.pillar)).map((p) => [p, text.pillars[p]])), filter.pillar, (value) => {
          Object.assign(filter, { pillar: value, page: "" });
          drawTools();
          tools.querySelector("select").focus();
        }),
        choice(text.page, options(unique(questions.filter((q) => !filter.pillar || q.pillar === filter.pillar).map((q) => q.page)).map((p) => [p, pageTitle(p)])), filter.page, (value) => (filter.page = value)),
        choice(text.level, options(Object.entries(text.levels)), filter.level, (value) => (filter.level = value)),
        choice(text.source, options(Object.entries(sources).map(([key, { label }]) => [key, label])), filter.source, (value) => (filter.source = value)),
        make("label", { class: "practice-field" }, make("span", {}, text.howMany), number)),
      button(text.addDrawn, addDrawn, { class: "practice-button primary practice-draw" })),
    make("fieldset", {}, make("legend", {}, text.search),
      make("label", { class: "practice-field wide" }, make("span", { class: "visually-hidden" }, text.search), query), foundCount, found),
    make("div", { class: "practice-actions" },
      choice(text.version, [["", text.forInterviewer], ["candidate", text.forCandidate]], forCandidate ? "candidate" : "", (value) => {
        forCandidate = value === "candidate";
        drawSheet();
      }),
      button(text.print, () => print()),
      button(text.copyLink, async () => announce((await copy(location.href)) ? text.copied : location.href)),
      button(text.saveMarkdown, async () => save(forCandidate ? "questions.md" : "interview-sheet.md", await markdown(), "text/markdown")),
      button(text.clear, () => {
        chosen = [];
        drawSheet();
      })));

  function addDrawn() {
    const pool = filtered(questions, filter).map((question) => question.id).filter((id) => !chosen.includes(id));
    const wanted = Math.min(Math.max(1, Math.round(Number(number.value) || 1)), MOST - chosen.length);
    const drawn = shuffled(generator(newSeed()), pool).slice(0, wanted);
    chosen.push(...drawn);
    announce(drawn.length ? text.drawnSaid(drawn.length) : text.nothingDrawn);
    drawSheet();
  }

  function drawFound() {
    const words = query.value.toLowerCase().split(/\s+/).filter(Boolean);
    const hits = words.length
      ? questions.filter((question) => {
          const where = `${question.title} ${question.id} ${pageTitle(question.page)}`.toLowerCase();
          return words.every((word) => where.includes(word));
        })
      : [];
    foundCount.textContent = words.length ? text.results(hits.length) : "";
    found.replaceChildren(...hits.slice(0, 12).map((question) => make("li", {}, titled(question, "span"), " ",
      button(text.add, () => {
        if (!chosen.includes(question.id) && chosen.length < MOST) chosen.push(question.id);
        announce(text.drawnSaid(1));
        drawSheet();
      }, { "aria-label": `${text.add}: ${question.title}` }))));
  }

  /* ---- The sheet ---- */

  function drawSheet() {
    remember();
    const title = make("h2", {}, forCandidate ? text.candidateTitle : text.sheetTitle);
    if (!chosen.length) {
      page.replaceChildren(title, make("p", {}, text.sheetEmpty));
      return;
    }
    page.replaceChildren(title, make("ol", {}, ...chosen.map((id, place) => entry(known.get(id), place))));
  }

  function move(place, by) {
    const [id] = chosen.splice(place, 1);
    chosen.splice(place + by, 0, id);
    drawSheet();
    page.querySelectorAll("ol > li")[place + by]?.querySelector(by < 0 ? ".up" : ".down")?.focus();
  }

  function entry(question, place) {
    const controls = make("span", { class: "practice-order" },
      button("↑", () => move(place, -1), { class: "practice-button up", "aria-label": `${text.up}: ${question.title}`, disabled: place === 0 }),
      button("↓", () => move(place, 1), { class: "practice-button down", "aria-label": `${text.down}: ${question.title}`, disabled: place === chosen.length - 1 }),
      button("×", () => {
        chosen.splice(place, 1);
        announce(text.removed);
        drawSheet();
      }, { class: "practice-button", "aria-label": `${text.remove}: ${question.title}` }));
    const prompt = make("div", { class: "practice-prompt" });
    const rubric = make("div", { class: "practice-rubric" });
    partsOf(question).then((parts) => {
      if (parts.prompt) {
        fill(prompt, parts.prompt, question);
        for (const hint of prompt.querySelectorAll("details")) hint.remove();
      }
      if (!forCandidate) fill(rubric, parts.rubric, question);
    });
    return make("li", {},
      make("div", { class: "practice-head" }, titled(question, "h3"), controls),
      make("p", { class: "practice-place" }, `${pageTitle(question.page)} · ${text.levels[question.level]}`),
      prompt,
      ...(forCandidate
        ? [make("div", { class: "practice-space" })]
        : [titled({ title: `${text.short}: ${question.short}` }, "p", { class: "practice-short" }), rubric,
            make("p", { class: "practice-score" }, make("span", {}, text.scoreBox), make("span", {}, text.remarks))]));
  }

  async function markdown() {
    const lines = [`# ${forCandidate ? text.candidateTitle : text.sheetTitle}`, ""];
    for (const [place, id] of chosen.entries()) {
      const question = known.get(id);
      const parts = await partsOf(question);
      lines.push(`## ${place + 1}. ${plain(question.title)}`, "");
      if (!forCandidate)
        lines.push(`**${text.short}**: ${plain(question.short)}`, "", textOf(parts.rubric), "", `${text.scoreBox} ____`, "");
    }
    return lines.join("\n");
  }

  drawTools();
  drawSheet();
  box.replaceChildren(tools, page);
}
