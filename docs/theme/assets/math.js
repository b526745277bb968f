/* Renders formulas with the vendored KaTeX, which is loaded only when a page has some.
   Works after instant navigation and from disk. Announces the end of its work with the
   event "handbook:math" on document. */
(() => {
  "use strict";
  const vendor = new URL("vendor/katex/", document.currentScript.src);
  const DELIMITED = /\$\$([^]+?)\$\$|\\\[([^]+?)\\\]|\\\(([^]+?)\\\)|(?<![\\$])\$(?!\s)((?:\\.|[^$\\])+?)(?<!\s)\$(?![\d$])/g;
  let loading;

  const load = () =>
    (loading ??= new Promise((resolve, reject) => {
      // In body, since instant navigation clears head of what the next page lacks.
      const style = document.createElement("link");
      style.rel = "stylesheet";
      style.href = new URL("katex.min.css", vendor);
      const script = document.createElement("script");
      script.src = new URL("katex.min.js", vendor);
      script.onload = resolve;
      script.onerror = reject;
      document.body.append(style, script);
    }));

  const render = (element, tex, displayMode) => {
    element.dataset.tex = tex;
    try {
      window.katex.render(tex, element, { displayMode, throwOnError: false, strict: "ignore" });
    } catch {
      element.textContent = tex;
      element.classList.add("math-error");
    }
    if (element.querySelector(".katex-error")) element.classList.add("math-error");
    if (!displayMode) keepTogether(element);
    // Some assistive programs skip MathML: a table's header must not be silent.
    const head = element.closest("th");
    if (head && head.textContent.trim() === element.textContent.trim()) {
      element.firstElementChild?.setAttribute("aria-hidden", "true");
      const spoken = document.createElement("span");
      spoken.className = "visually-hidden";
      spoken.textContent = tex;
      element.append(spoken);
    }
  };

  /* A browser may break the line between a formula and the punctuation after it. A long
     formula must be free to break inside, so only short ones are kept with theirs. */
  const SHORT = 16; // letters and signs as rendered
  const keepTogether = (element) => {
    if ((element.querySelector(".katex-html")?.textContent.length ?? SHORT) >= SHORT) return;
    const next = element.nextSibling;
    const mark = next?.nodeType === Node.TEXT_NODE && /^[,.;:!?)，。；：！？）、”]+/.exec(next.data);
    if (!mark) return;
    const box = document.createElement("span");
    box.className = "kept-together";
    element.before(box);
    box.append(element, mark[0]);
    next.data = next.data.slice(mark[0].length);
  };

  /* Formulas that MkDocs left as text: in notebooks, and in the table of contents. */
  const textNodes = (selector, needle) =>
    [...document.querySelectorAll(selector)].flatMap((root) => {
      const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
      const found = [];
      while (walker.nextNode()) {
        const node = walker.currentNode;
        if (needle.test(node.data) && !node.parentElement.closest("code, pre, script, style, .katex, .arithmatex"))
          found.push(node);
      }
      return found;
    });

  const split = (node) => {
    const parts = [];
    let end = 0;
    for (const match of node.data.matchAll(DELIMITED)) {
      const display = match[1] ?? match[2];
      const span = document.createElement("span");
      span.className = display === undefined ? "arithmatex" : "arithmatex display";
      parts.push(node.data.slice(end, match.index), span);
      render(span, display ?? match[3] ?? match[4], display !== undefined);
      end = match.index + match[0].length;
    }
    if (end) node.replaceWith(...parts, node.data.slice(end));
  };

  const renderAll = () => {
    const marked = [...document.querySelectorAll(".arithmatex:not([data-tex])")];
    const raw = [
      ...textNodes(".jp-RenderedMarkdown", /\$|\\[([]/),
      ...textNodes(".md-nav, [data-md-component=header-topic]", /\\\(/),
    ];
    if (!marked.length && !raw.length) return;
    load().then(() => {
      for (const element of marked) {
        const text = element.textContent.trim();
        const display = text.startsWith("\\[");
        if (!element.dataset.tex && (display || text.startsWith("\\(")))
          render(element, text.slice(2, -2), display);
      }
      raw.filter((node) => node.isConnected).forEach(split);
      document.dispatchEvent(new Event("handbook:math"));
    }, () => marked.forEach((element) => element.classList.add("math-error")));
  };

  window.document$.subscribe(renderAll);
  document.addEventListener("handbook:content", renderAll); // practice put in a question
})();
