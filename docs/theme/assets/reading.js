/* The reading tools of a page: badges, opening and linking answers, printing, the language
   switch that keeps the place, scrollable boxes. Classic script; works from disk, and
   again after each instant navigation. */
(() => {
  "use strict";
  const { lang } = document.documentElement; // the page's own text may be in another one
  const chinese = lang.startsWith("zh");
  const text = chinese
    ? {
        basic: "基础", advanced: "进阶", expert: "专家",
        asked: "出自", askedIn: (label) => `出自 ${label}`, tags: "标签",
        copy: "复制链接", copied: "已复制", failed: "请按 Ctrl+C 复制",
        copyTo: (title) => `复制链接：${title}`,
        dueNow: "该复习了", dueIn: (n) => `${n} 天后复习`,
        questions: (n) => `${n} 道题`, tools: "阅读工具",
        openAnswers: "展开全部答案", closeAnswers: "收起全部答案",
        openNotes: "展开误区与评分参考", closeNotes: "收起误区与评分参考",
        table: "可横向滚动的表格", code: "可横向滚动的代码", formula: "可横向滚动的公式",
      }
    : {
        basic: "Basic", advanced: "Advanced", expert: "Expert",
        asked: "Asked in", askedIn: (label) => `Asked in ${label}`, tags: "Tags",
        copy: "Copy link", copied: "Copied", failed: "Press Ctrl+C to copy",
        copyTo: (title) => `Copy link to: ${title}`,
        dueNow: "due for review", dueIn: (n) => (n === 1 ? "review tomorrow" : `review in ${n} days`),
        questions: (n) => (n === 1 ? "1 question" : `${n} questions`), tools: "Reading tools",
        openAnswers: "Open all answers", closeAnswers: "Close all answers",
        openNotes: "Open pitfalls and rubrics", closeNotes: "Close pitfalls and rubrics",
        table: "Table, scrolls sideways", code: "Code, scrolls sideways", formula: "Formula, scrolls sideways",
      };
  const BLOCKS = "details.hint, details.answer, details.pitfalls, details.rubric";
  const STORE = "handbook.position";
  // The language's root is two folders above this script: …/assets/reading.js.
  const root = new URL("../", document.currentScript.src);

  const $ = (selector, from = document) => from.querySelector(selector);
  const $$ = (selector, from = document) => [...from.querySelectorAll(selector)];
  const make = (tag, properties = {}, ...children) => {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  };
  const article = () => $("article.md-content__inner");

  /* ---- Questions ---- */

  /* The blocks of a question: every details up to the next heading. */
  const blocksOf = (heading) => {
    const found = [];
    for (let next = heading.nextElementSibling; next && !/^H[1-3]$/.test(next.tagName); next = next.nextElementSibling)
      if (next.matches(BLOCKS)) found.push(next);
    return found;
  };

  /* The question that an element with an id belongs to. */
  const questionOf = (element) => {
    let found = element?.closest("article.md-content__inner > *, .home > *") ?? null;
    while (found && !/^H[1-3]$/.test(found.tagName)) found = found.previousElementSibling;
    return found?.matches("h3.question") ? found : null;
  };

  let live;
  const announce = (message) => {
    live ??= document.body.appendChild(make("div", { className: "visually-hidden", role: "status" }));
    live.textContent = message;
  };

  const copy = async (value) => {
    try {
      await navigator.clipboard.writeText(value);
      return true;
    } catch {
      const area = make("textarea", { value, className: "visually-hidden", readOnly: true });
      document.body.append(area);
      area.select();
      const done = document.execCommand("copy");
      area.remove();
      return done;
    }
  };

  const copyButton = (heading) => {
    const button = make("button", { type: "button", textContent: text.copy });
    button.setAttribute("aria-label", text.copyTo(heading.textContent.trim()));
    button.addEventListener("click", async () => {
      const address = new URL(location.href);
      address.search = "";
      address.hash = heading.id;
      const message = (await copy(address.href)) ? text.copied : text.failed;
      button.focus({ preventScroll: true });
      button.textContent = message;
      announce(message);
      clearTimeout(button.timer);
      button.timer = setTimeout(() => {
        button.textContent = text.copy;
        announce("");
      }, 2000);
    });
    return button;
  };

  /* What the reader's practice knows of a question, read from where practice keeps it. */
  let practiced;
  const progressOf = (id) => {
    try {
      practiced ??= JSON.parse(localStorage.getItem("handbook.practice")) ?? {};
    } catch {
      practiced = {};
    }
    const due = practiced.cache?.[id]?.memory?.due;
    const starred = practiced.values?.[`star:${id}`]?.[0] === true;
    const days = Math.ceil((due - Date.now()) / 86_400_000);
    return [starred && "★", Number.isFinite(days) && (days > 0 ? text.dueIn(days) : text.dueNow)].filter(Boolean).join(" ");
  };

  const addMeta = (heading) => {
    if (heading.nextElementSibling?.matches(".question-meta")) return;
    const { level, asked = "", tags = "" } = heading.dataset;
    const meta = make("div", { className: "question-meta", lang });
    if (text[level]) meta.append(make("span", { className: `level ${level}`, textContent: text[level] }));
    const sources = asked.split(/\s+/).map((key) => window.handbookSources?.[key]).filter(Boolean);
    if (sources.length) meta.append(make("span", { textContent: text.asked }));
    for (const { label, title, url } of sources) {
      const link = make("a", { href: new URL(url, root), title, textContent: label });
      link.setAttribute("aria-label", text.askedIn(label));
      meta.append(link);
    }
    for (const tag of tags.split(/\s+/).filter(Boolean))
      meta.append(make("span", { className: "tag", textContent: tag }));
    const progress = progressOf(heading.id);
    if (progress) meta.append(make("a", { className: "progress", href: new URL("practice/cards.html", root), textContent: progress }));
    meta.append(copyButton(heading));
    heading.after(meta);
  };

  /* A button that opens or closes all of some details, and says which it will do. */
  const toggleAll = (selector, open, close) => {
    const all = $$(selector, article());
    const button = make("button", { type: "button" });
    const allOpen = () => all.every((details) => details.open);
    const update = () => (button.textContent = allOpen() ? close : open);
    button.addEventListener("click", () => {
      const target = !allOpen();
      for (const details of all) details.open = target;
      update();
    });
    for (const details of all) details.addEventListener("toggle", update);
    update();
    return all.length ? [button] : [];
  };

  const addTools = (questions) => {
    if (!questions.length || $(".reading-tools")) return;
    let first = questions[0];
    if (first.previousElementSibling?.tagName === "H2") first = first.previousElementSibling;
    const tools = make(
      "div", { className: "reading-tools", lang, role: "group", ariaLabel: text.tools },
      make("span", { textContent: text.questions(questions.length) }),
      ...toggleAll("details.answer", text.openAnswers, text.closeAnswers),
      ...toggleAll("details.pitfalls, details.rubric", text.openNotes, text.closeNotes),
    );
    first.before(tools);
  };

  /* ---- Staying in place while formulas and fonts still move the page ---- */

  let settling;
  const settle = (place) => {
    settling?.abort();
    const { signal } = (settling = new AbortController());
    const again = () => signal.aborted || place();
    for (const type of ["wheel", "touchstart", "keydown", "pointerdown"])
      addEventListener(type, () => settling.abort(), { signal, passive: true });
    document.addEventListener("handbook:math", again, { signal });
    // Material answers a click on the current address by going back, and scrolls then.
    addEventListener("popstate", () => setTimeout(again), { signal });
    addEventListener("load", again, { signal });
    document.fonts?.ready.then(again);
    setTimeout(() => signal.aborted || settling.abort(), 3000);
    place();
    requestAnimationFrame(again);
  };

  const jump = (offset) => scrollTo({ top: scrollY + offset, behavior: "instant" });
  const headerHeight = () => $(".md-header")?.offsetHeight ?? 0;

  /* ---- Links to questions ---- */

  const target = () => {
    let id = location.hash.slice(1) || new URLSearchParams(location.search).get("question") || "";
    try {
      id = decodeURIComponent(id);
    } catch { /* not encoded: take it as it is */ }
    return id && document.getElementById(id);
  };

  const openTarget = () => {
    const element = target();
    if (!element || !article()?.contains(element)) return;
    const question = questionOf(element);
    for (let box = element.closest("details"); box; box = box.parentElement.closest("details")) box.open = true;
    if (question) for (const block of blocksOf(question)) if (block.matches(".answer")) block.open = true;
    settle(() => element.scrollIntoView({ block: "start", behavior: "instant" }));
  };

  /* ---- The language switch keeps the place ---- */

  const position = () => {
    const line = headerHeight() + 8;
    let current = null;
    for (const heading of $$("h2[id], h3[id]", article() ?? document)) {
      if (heading.getBoundingClientRect().top > line + 64) break;
      current = heading;
    }
    return current && scrollY > 0 ? current : null;
  };

  const switchLink = () => $("a.language");

  const updateSwitch = () => {
    const link = switchLink();
    const other = $("meta[name=handbook-other]");
    if (!link || !other) return;
    const address = new URL(other.content, location.href);
    address.hash = position()?.id ?? "";
    if (link.href !== address.href) link.href = address.href;
  };

  const remember = () => {
    const heading = position();
    const state = {
      page: new URL(switchLink().href).pathname,
      id: heading?.id ?? null,
      offset: heading ? heading.getBoundingClientRect().top : -scrollY,
      open: $$("h3.question").map((question) => [
        question.id,
        blocksOf(question).map((block) => block.open),
      ]),
    };
    try {
      sessionStorage.setItem(STORE, JSON.stringify(state));
    } catch { /* storage is off: the link's anchor still keeps the question */ }
  };

  const restore = () => {
    let state;
    try {
      state = JSON.parse(sessionStorage.getItem(STORE));
      sessionStorage.removeItem(STORE);
    } catch { /* nothing stored */ }
    if (!state || state.page !== location.pathname) return false;
    for (const [id, open] of state.open) {
      const question = document.getElementById(id);
      if (question) blocksOf(question).forEach((block, place) => { block.open = open[place] ?? false; });
    }
    const heading = state.id && document.getElementById(state.id);
    if (heading) settle(() => jump(heading.getBoundingClientRect().top - state.offset));
    else settle(() => scrollTo({ top: -state.offset, behavior: "instant" }));
    return true;
  };

  /* ---- Boxes that scroll sideways: reachable by keyboard while they overflow ---- */

  const SCROLLERS = [
    [".md-typeset__scrollwrap, .jp-RenderedHTMLCommon", "table"],
    ["pre > code, .jupyter-wrapper pre", "code"],
    ["div.arithmatex, .arithmatex.display, .arithmatex.wide", "formula"],
  ];

  const measure = () => {
    const page = article();
    if (!page) return;
    // Material puts each copy button into a nav: too many landmarks to be of use.
    for (const nav of $$(".md-code__nav", page)) nav.role = "presentation";
    for (const span of $$("span.arithmatex:not(.display)", page)) {
      const room = span.closest("p, li, td, summary, h2, h3")?.clientWidth;
      if (!room || span.closest("td")) continue;
      const widest = Math.max(0, ...$$(".katex-base", span).map((base) => base.offsetWidth));
      span.classList.toggle("wide", widest > room);
    }
    for (const [selector, kind] of SCROLLERS)
      for (const box of $$(selector, page)) {
        const wide = box.scrollWidth > box.clientWidth + 1;
        if (wide === (box.dataset.scrolls === "yes")) continue;
        box.dataset.scrolls = wide ? "yes" : "no";
        if (wide) {
          box.tabIndex = 0;
          box.role = "group";
          box.ariaLabel = text[kind];
        } else for (const name of ["tabindex", "role", "aria-label"]) box.removeAttribute(name);
      }
  };

  let frame;
  const soon = (work) => {
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(work);
  };
  const measureSoon = () => setTimeout(measure, 50);

  /* ---- Once for each page ---- */

  const linkCodeTitles = () => {
    const repository = $("meta[name=handbook-repo]")?.content.replace(/\/$/, "");
    if (!repository) return;
    for (const title of $$(".highlight > .filename")) {
      const path = title.textContent.trim();
      if (/^snippets\/[\w./-]+\.\w+$/.test(path) && !title.firstElementChild)
        title.replaceChildren(make("a", { href: `${repository}/blob/main/${path}`, textContent: path }));
    }
  };

  /* The empty corner of a table heads nothing. */
  const clearCorners = () => {
    for (const corner of $$("th:empty")) corner.replaceWith(make("td", { className: "corner" }));
  };

  /* Material makes every address absolute: print shows only those of other sites. */
  const markInternal = () => {
    for (const link of $$("details.answer a[href]"))
      link.classList.toggle("internal", link.origin === location.origin);
  };

  /* Material's arrows beside a section's title have no text of their own. */
  const nameArrows = () => {
    for (const label of $$(".md-nav__container > label"))
      if (!label.textContent.trim())
        label.append(make("span", { className: "visually-hidden", textContent: label.previousElementSibling.textContent.trim() }));
  };

  const markCounts = () => {
    for (const count of $$(".tally > .count"))
      count.closest("li, p").classList.toggle("is-empty", count.textContent.trim() === "0");
  };

  /* ---- Practice: its scripts come only with a page that has a place for it ---- */

  const PRACTICE = ["vendor/ts-fsrs/index.umd.js", "practice.js"];
  let practiceLoads;
  const startPractice = () => {
    if (!$(".practice[data-view]")) return;
    if (practiceLoads) {
      window.handbookPractice?.mount?.();
      return;
    }
    document.body.append(make("link", { rel: "stylesheet", href: new URL("assets/practice.css", root) }));
    // one after the other: the second needs the first
    practiceLoads = PRACTICE.reduce((before, name) => before.then(() => new Promise((resolve) => {
      document.body.append(make("script", { src: new URL(`assets/${name}`, root), onload: resolve }));
    })), Promise.resolve());
  };

  let first = true;
  const start = () => {
    practiced = undefined;
    startPractice();
    const questions = $$("h3.question");
    questions.forEach(addMeta);
    addTools(questions);
    linkCodeTitles();
    clearCorners();
    markInternal();
    nameArrows();
    markCounts();
    if (!(first && restore())) openTarget();
    first = false;
    updateSwitch();
    measureSoon();
  };

  /* ---- Once for each visit ---- */

  addEventListener("hashchange", openTarget);
  addEventListener("scroll", () => soon(updateSwitch), { passive: true });
  addEventListener("resize", measureSoon, { passive: true });
  document.addEventListener("handbook:math", measureSoon);
  document.addEventListener("handbook:content", () => { // practice put in a question
    clearCorners();
    measureSoon();
  });
  document.fonts?.addEventListener("loadingdone", measureSoon);
  document.addEventListener("toggle", measureSoon, true);
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href]");
    if (!link) return;
    if (link.matches("a.language")) {
      updateSwitch();
      remember();
    } else if (link.hash && link.href === location.href) openTarget(); // no hashchange comes
  });

  let opened = [];
  addEventListener("beforeprint", () => {
    opened.push(...$$(BLOCKS).filter((block) => !block.open));
    for (const block of opened) block.open = true;
  });
  addEventListener("afterprint", () => {
    for (const block of opened) block.open = false;
    opened = [];
  });

  // Material's search hears keys only: pasted, spoken and composed text is input as well.
  const query = $(".md-search__input");
  query?.addEventListener("input", () => query.dispatchEvent(new Event("keyup")));

  window.document$.subscribe(start);
})();
