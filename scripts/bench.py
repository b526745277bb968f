"""Measure the build, the search and the pages, as ratios within one run.

Absolute times depend on the machine; the ratios, and the limits of the design beside
them, do not. Nothing here is a test.
"""

import gzip
import json
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from scripts import bank, serve, site
from scripts.environment import ROOT, ensure_browser, say
from scripts.offline import bench as printing

MKDOCS = (sys.executable, "-m", "mkdocs", "build", "--quiet")
COPIES = 10
REPEATS = 3
QUERY = {"en": "batch norm inference", "zh": "批量归一化 推理"}
FIRST_RESULT = "document.querySelector('.md-search-result__list a[href*=\"#\"]')"
BARE = """\
site_name: Bare
site_url: http://127.0.0.1/
use_directory_urls: false
docs_dir: {docs}
theme: {{name: material, font: false, language: {language}, custom_dir: {theme}}}
plugins:
  search: {{}}
  mkdocs-jupyter: {{include: ["*.ipynb"], execute: true, cache_dir: "{cache}"}}
markdown_extensions:
  attr_list: {{}}
  md_in_html: {{}}
  tables: {{}}
  pymdownx.arithmatex: {{generic: true}}
  pymdownx.highlight: {{}}
  pymdownx.superfences: {{}}
  pymdownx.snippets:
    base_path: [{root}/snippets, {root}/build, {root}/docs]
    auto_append: [references.md]
  pymdownx.blocks.details:
    types: [{{name: hint}}, {{name: answer}}, {{name: pitfalls}}, {{name: rubric}}]
"""


def seconds(work: Callable[[], object], repeats: int = REPEATS) -> float:
    """Return the median time of some work."""
    times = []
    for _ in range(repeats):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return statistics.median(times)


def row(name: str, value: str, limit: str = "") -> None:
    """Print one line of the result."""
    say(f"  {name:<52} {value:>16}   {limit}")


def copy_tree(target: Path, copies: int) -> None:
    """Copy the project to ``target`` with every question page ``copies`` times.

    Each copy has ids, links and a place in the nav of its own, so that it is a page
    like any other; snippets and figures are shared.
    """
    sources = ("docs", "snippets", "scripts", "tests/exercises")
    wanted = (*sources, "build/figures", "build/notebooks")
    for name in wanted:
        shutil.copytree(ROOT / name, target / name, dirs_exist_ok=True)
    for name in ("mkdocs.base.yml", "mkdocs.yml", "mkdocs.zh.yml"):
        shutil.copy(ROOT / name, target / name)
    pages = sorted((ROOT / "docs" / "en").glob("*/*.md"))
    for config in ("mkdocs.yml", "mkdocs.zh.yml"):
        text = (target / config).read_text(encoding="utf-8")
        for page in pages:
            key = f"{page.parent.name}/{page.stem}"
            lines = [f"      - {key}-copy{n}.md\n" for n in range(2, copies + 1)]
            text = text.replace(
                f"      - {key}.md\n", f"      - {key}.md\n{''.join(lines)}"
            )
        (target / config).write_text(text, encoding="utf-8")
    for page in pages:
        for language in ("en", "zh"):
            source = ROOT / "docs" / language / page.parent.name / page.name
            text = source.read_text(encoding="utf-8")
            for n in range(2, copies + 1):
                copied = re.sub(r"(\{ #[\w-]+)", rf"\1-copy{n}", text)
                copied = re.sub(
                    r"(\]\([\w-]*)(\.md)?#([\w-]+)\)", _copy_link(n), copied
                )
                path = target / "docs" / language / page.parent.name
                (path / f"{page.stem}-copy{n}.md").write_text(copied, encoding="utf-8")


def _copy_link(n: int) -> Callable[[re.Match[str]], str]:
    def changed(found: re.Match[str]) -> str:
        page = f"{found[1]}-copy{n}.md" if found[2] else found[1]
        return f"{page}#{found[3]}-copy{n})"

    return changed


def build_copy(tree: Path) -> None:
    """Build a copied tree with its own scripts; its copies are not catalogued."""
    code = (
        "from scripts import check, site\ncheck.run = lambda *a, **k: 0\nsite.build()"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=tree, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(done.stdout + done.stderr)


def bare_build(folder: Path) -> None:
    """Build the staged documents with Material alone, both languages in parallel."""
    theme = folder / "theme"
    theme.mkdir(exist_ok=True)
    # the home page names a template of ours: here it is Material's own page
    (theme / "home.html").write_text('{% extends "main.html" %}')

    def one(language: str) -> None:
        config = folder / f"{language}.yml"
        docs, cache = ROOT / "build" / language, folder / f"cache-{language}"
        values = {"docs": docs, "language": language, "cache": cache, "root": ROOT}
        config.write_text(BARE.format(**values, theme=theme), encoding="utf-8")
        done = subprocess.run(
            [*MKDOCS, "-f", str(config), "-d", str(folder / f"out-{language}")],
            cwd=ROOT,
            env=site.notebook_environment(language),
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise RuntimeError(done.stdout + done.stderr)

    with ThreadPoolExecutor() as pool:
        list(pool.map(one, ("en", "zh")))


def edit_and_rebuild() -> None:
    """Build once more after a page changed, and put the page back."""
    page = ROOT / "docs" / "en" / "index.md"
    kept = page.read_bytes()
    try:
        page.write_bytes(kept + b"\nEdited.\n")
        site.build(ROOT / "build" / "bench-site")
    finally:
        page.write_bytes(kept)


def compressed(paths: list[Path]) -> int:
    """Return the bytes of some files after gzip, as a server sends them."""
    return sum(len(gzip.compress(path.read_bytes(), mtime=0)) for path in paths)


def measure_builds() -> None:
    """Print how long builds take against each other."""
    target = ROOT / "build" / "bench-site"
    site.build(target)  # warms the caches of figures and notebooks for both sides
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        bare_build(folder)
        bare = seconds(lambda: bare_build(folder))
        ours = seconds(lambda: site.build(target))
        row("build, ours / bare Material", f"{ours / bare:.2f}", "at most 1.3")
        cold = folder / "cold"
        copy_tree(cold, 1)
        shutil.rmtree(cold / "build")
        full = seconds(lambda: build_copy(cold), 1)
        edited = seconds(edit_and_rebuild)
        row("rebuild after one edit / build from nothing", f"{edited / full:.2f}")
        one, ten = folder / "one", folder / "ten"
        for tree, copies in ((one, 1), (ten, COPIES)):
            copy_tree(tree, copies)
            build_copy(tree)
        ratio = seconds(lambda: build_copy(ten)) / seconds(lambda: build_copy(one))
        row(f"{COPIES} times the content / once", f"{ratio:.2f}", "at most 11")
        row("  (seconds: ours, from nothing)", f"{ours:.1f}, {full:.1f}")
    shutil.rmtree(target, ignore_errors=True)


def measure_sizes() -> None:
    """Print the compressed size of what a reader loads."""
    for language, root in (("en", site.SITE), ("zh", site.SITE / "zh")):
        size = compressed([root / "search" / "search_index.json"])
        row(f"search index, gzip, {language}", f"{size / 1e3:.0f} kB", "under 500 kB")
    assets = site.SITE / "assets"
    own_js = [assets / name for name in ("math.js", "reading.js", "sources.js")]
    own_css = [assets / "handbook.css"]
    katex = [*assets.glob("vendor/katex/*.js"), *assets.glob("vendor/katex/*.css")]
    row("own JS, gzip", f"{compressed(own_js) / 1e3:.1f} kB", "under 60 kB")
    practice = compressed([assets / "practice.js"])
    row("practice pages' own JS, gzip", f"{practice / 1e3:.1f} kB", "under 60 kB")
    row("own CSS, gzip", f"{compressed(own_css) / 1e3:.1f} kB")
    row("KaTeX (pages with math), gzip", f"{compressed(katex) / 1e3:.0f} kB")


def _loaded(browser: Browser, url: str) -> tuple[float, float]:
    """Return (first contentful paint in ms, bytes transferred) of a fresh visit."""
    context = browser.new_context()
    page = context.new_page()
    sizes: list[int] = []
    page.on("requestfinished", lambda r: sizes.append(r.sizes()["responseBodySize"]))
    page.goto(url, wait_until="networkidle")
    paint = page.evaluate(
        "performance.getEntriesByName('first-contentful-paint')[0].startTime"
    )
    context.close()
    return float(paint), float(sum(sizes))


def _first_result(browser: Browser, url: str, query: str) -> float:
    """Return ms from typing a query on a fresh page to the first question shown."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(url, wait_until="networkidle")
    field: Any = page.locator("[data-md-component=search-query]")
    field.focus()
    started = time.perf_counter()
    field.fill(query)
    page.keyboard.press("End")  # the theme listens to keys, not to input
    page.wait_for_function(FIRST_RESULT)
    took = (time.perf_counter() - started) * 1000
    context.close()
    return took


def measure_reading() -> None:
    """Print what a reader waits for, in a real browser."""
    running = serve.server(site.SITE)
    threading.Thread(target=running.serve_forever, daemon=True).start()
    start = f"http://127.0.0.1:{running.server_port}"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=ensure_browser(), args=["--no-sandbox", "--disable-gpu"]
        )
        for language, folder in (("en", ""), ("zh", "zh/")):
            url = f"{start}/{folder}theory/normalization.html"
            loads = [_loaded(browser, url) for _ in range(REPEATS)]
            paint = statistics.median(load[0] for load in loads)
            row(f"first contentful paint, {language}", f"{paint:.0f} ms")
            row(
                f"a question page in all, no gzip, {language}",
                f"{loads[0][1] / 1e3:.0f} kB",
            )
            results = [
                _first_result(browser, url, QUERY[language]) for _ in range(REPEATS)
            ]
            row(
                f"first search result, {language}",
                f"{statistics.median(results):.0f} ms",
            )
        browser.close()
    running.shutdown()


FIRST_CARD = """
new MutationObserver((_, observer) => {
  if (!document.querySelector(".practice-question")) return;
  window.firstCard = performance.now();
  observer.disconnect();
}).observe(document, { childList: true, subtree: true });
"""
FILTERED = """() => {
  document.querySelector(".practice-filter").open = true;
  const select = document.querySelector(".practice-filter select");
  const started = performance.now();
  select.value = "theory";
  select.dispatchEvent(new Event("change"));
  return performance.now() - started;
}"""


def _many(count: int) -> tuple[str, str]:
    """Return a bank of so many questions, and a record of three reviews of each."""
    known = bank.load(site.SITE / "bank" / "index.js")
    entries = [{**known[i % len(known)], "id": f"question-{i}"} for i in range(count)]
    chunks: dict[str, dict[str, dict[str, str]]] = {}
    parts = {"prompt": "", "answer": "<p>…</p>", "pitfalls": "", "rubric": ""}
    for entry in entries:
        chunks.setdefault(entry["page"], {})[entry["id"]] = parts
    script = f"handbookBank('index',{json.dumps(entries)});\n"
    for page, chunk in chunks.items():
        script += f"handbookBank({json.dumps(page)},{json.dumps(chunk)});\n"
    start = 1_767_225_600_000
    reviews = [
        [entry["id"], start + (number * count + place) * 60_000, 1 + place % 4]
        for number in range(3)
        for place, entry in enumerate(entries)
    ]
    empty: dict[str, Any] = {"undone": {}, "values": {}, "sessions": {}}
    return script, json.dumps({"version": 1, "reviews": reviews, **empty})


def measure_practice(questions: int = 1000) -> None:
    """Print how long cards take to come with many questions, in a real browser."""
    running = serve.server(site.SITE)
    threading.Thread(target=running.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{running.server_port}/practice/cards.html"
    script, record = _many(questions)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=ensure_browser(), args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page()
        page.route("**/bank/index.js", lambda route: route.fulfill(body=script))
        page.add_init_script(FIRST_CARD)
        page.goto(address)
        page.evaluate("r => localStorage.setItem('handbook.practice', r)", record)
        firsts, filters = [], []
        for _ in range(REPEATS + 1):
            page.goto(address)
            page.wait_for_function("window.firstCard")
            firsts.append(
                page.evaluate(
                    "firstCard - performance.getEntriesByType('resource').find("
                    "e => e.name.endsWith('/practice.js')).responseEnd"
                )
            )
            filters.append(page.evaluate(FILTERED))
            page.evaluate(  # what was computed is kept with the next change
                "() => document.querySelector('.practice-star').click()"
            )
        browser.close()
    running.shutdown()
    about = f"{questions} questions, {3 * questions} reviews"
    row(f"first card ever, {about}", f"{firsts[0]:.0f} ms")
    first = statistics.median(firsts[1:])
    row(f"first card, {about}", f"{first:.0f} ms", "under 300 ms")
    row(f"filter, {about}", f"{statistics.median(filters):.0f} ms", "under 50 ms")


def run() -> None:
    """Measure everything and print it; progress of the builds is printed as well."""
    if not (site.SITE / "index.html").exists():
        site.build()
    say("Builds (median of 3) …")
    measure_builds()
    say("Sizes …")
    measure_sizes()
    say("Reading …")
    measure_reading()
    say("Practice …")
    measure_practice()
    say("Offline editions …")
    printing.measure(row)
