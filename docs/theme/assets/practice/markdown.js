/* Markdown for reports and sheets that leave the browser. */

/** Escape what Markdown would take for markup. @param {string} value */
export const plain = (value) =>
  value.replace(/\\\((.*?)\\\)/g, "\u0000$1\u0001").replace(/([\\`*_[\]<>#|])/g, "\\$1")
    .replace(/\u0000(.*?)\u0001/g, (_, formula) => `$${formula.replace(/\\([\\`*_[\]<>#|])/g, "$1")}$`);

/** The text of some HTML, formulas as $…$, list items on lines of their own. @param {string} html */
export function textOf(html) {
  const box = document.createElement("template");
  box.innerHTML = html;
  for (const item of box.content.querySelectorAll("li")) item.prepend("- ");
  return plain(box.content.textContent.replace(/[ \t]+/g, " ").trim())
    .replace(/^\s*\\?- /gm, "- ").replace(/\n\s*\n+/g, "\n");
}
