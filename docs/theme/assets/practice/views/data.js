/* Your data: what is here, saved as a file and read in again. */

import { announce, button, make, save } from "../dom.js";
import { KEY, Unusable } from "../store.js";
import { dayOf } from "../schedule.js";
import { text } from "../text.js";

/**
 * @param {HTMLElement} box
 * @param {import("../main.js").Context} context
 */
export function data(box, { store, questions, now }) {
  const holds = make("p", { class: "practice-holds" });
  const outcome = make("p", { class: "practice-outcome", role: "status" });
  const input = make("input", { type: "file", accept: ".json,application/json", onchange: async () => {
    const [file] = input.files;
    if (!file) return;
    try {
      const { reviews, sessions, values } = store.import(await read(file));
      say(text.imported(reviews, sessions, values), "good");
    } catch (error) {
      if (!(error instanceof Unusable)) throw error;
      say(`${text.unusable[error.code](error.detail)} ${text.nothingChanged}`, "bad");
    }
    input.value = ""; // the same file may be chosen again
  } });
  const broken = make("div", { class: "practice-broken" });

  const say = (message, kind) => {
    outcome.textContent = message;
    outcome.dataset.kind = kind;
    announce(message);
  };

  const read = (file) => {
    if (file.size > 20_000_000) throw new Unusable("tooLarge");
    return file.text().catch(() => {
      throw new Unusable("unreadable");
    });
  };

  function draw() {
    holds.textContent = text.holds(store.reviews().length, store.byCard.size, store.sessions().length);
    const ids = new Set(questions.map((question) => question.id));
    const gone = [...store.byCard.keys()].filter((id) => !ids.has(id)).length;
    if (gone) holds.append(" ", text.gone(gone));
    const found = store.broken();
    broken.replaceChildren(...(found.length
      ? [make("p", {}, text.brokenList), make("ul", {}, ...found.map(([name, content]) =>
          make("li", {}, `${new Date(Number(name.slice(KEY.length + 8)) || 0).toLocaleString(document.documentElement.lang)} `,
            button(text.saveFile, () => save(`${name}.json`, content, "application/json")))))]
      : []));
  }

  box.replaceChildren(holds,
    make("div", { class: "practice-actions" },
      button(text.exportAll, () => save(`handbook-practice-${dayOf(now())}.json`, store.exported(), "application/json"), { class: "practice-button primary practice-export" })),
    make("label", { class: "practice-field wide" }, make("span", {}, text.importFile), input),
    make("p", { class: "practice-keys" }, text.importAbout), outcome, broken);
  draw();
  return draw;
}
