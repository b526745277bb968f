"""What is done to the built HTML of a language after the generator ran.

The generator writes plain pages; here they get what only the finished site knows: the
question bank and the counts on the home page, structured data for search engines, a
search index that also loads from disk and puts questions first, a sitemap with both
languages, and notebooks without the styles and scripts they would bring along.
"""

import itertools
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from scripts import bank
from scripts.bank import Entry
from scripts.environment import Stop

QUESTION_BOOST = 2.0  # a question against other sections and pages
COUNT = re.compile(r'(<span class="count" data-count="([\w-]+)">)[^<]*(</span>)')
NOTEBOOK = '<div class="jupyter-wrapper">'
NOTEBOOK_HEADING = re.compile(r'<(h[1-6]) id="[^"]*">')
CONTENTS_LINK = re.compile(r'href="#([^"]*)"( class="md-nav__link")')
SKIP_LINK = re.compile(r'href="#[^"]*"( class="md-skip")')
MARKDOWN_LINK = re.compile(r'(href="[^":]*)\.(?:md|ipynb)([#"])')
PILCROW = re.compile(r'<a class="anchor-link" href="#[^"]*">[^<]*</a>')
CODE = re.compile(r"<pre>.*?</pre>", re.DOTALL)
FORMULA = re.compile(r"\\\(.*?\\\)|\\\[.*?\\\]", re.DOTALL)
BEFORE_TEXT = re.compile(r"^[^<]*")  # the answer's title, which says nothing
COPYING = re.compile(
    r'<div class="zeroclipboard-container">.*?</clipboard-copy>\s*</div>'
    r'|<div class="clipboard-copy-txt".*?</div>',
    re.DOTALL,
)
NOTEBOOK_CODE = re.compile(
    r'<div class="highlight-ipynb hl-python"><pre>(.*?)</pre>', re.DOTALL
)
NO_ALT = re.compile(r'alt="No description has been provided for this image"')
PLOT = {"en": "Plot; the text below says what it shows.", "zh": "图，说明见下文。"}
EMBEDDED = re.compile(r"<(style|script)\b.*?</\1>", re.DOTALL)


class Inconsistent(Stop):
    """The built site and the Markdown disagree; the message says where."""


def structured_data(entries: list[Entry], page_url: str, language: str) -> str:
    """Return a page's questions as schema.org JSON-LD in a script element."""
    questions = [
        {
            "@type": "Question",
            "name": entry.title,
            "url": f"{page_url}#{entry.id}",
            "educationalLevel": entry.level,
            "acceptedAnswer": {
                "@type": "Answer",
                "text": entry.short,
                "url": f"{page_url}#{entry.id}",
            },
        }
        for entry in entries
    ]
    data = {
        "@context": "https://schema.org",
        "@type": "FAQPage",
        "inLanguage": language,
        "mainEntity": questions,
    }
    text = json.dumps(data, ensure_ascii=False).replace("</", "<\\/")
    return f'<script type="application/ld+json">{text}</script>'


def counts(entries: list[Entry]) -> dict[str, int]:
    """Return the numbers that the home page shows, by name."""
    pillars = ("theory", "projects", "coding", "industry")
    found = {name: sum(e.pillar == name for e in entries) for name in pillars}
    return {
        **found,
        "total": len(entries),
        "pages": len({entry.page for entry in entries}),
    }


def fill_counts(page: str, numbers: dict[str, int]) -> str:
    """Put the numbers into a page's ``<span class="count" data-count="…">``."""
    return COUNT.sub(lambda m: f"{m[1]}{numbers[m[2]]}{m[3]}", page)


def mend_notebook(page: str, root: str, language: str) -> str:
    """Make the page of a notebook one of the site.

    Its own styles and scripts give way to the site's, links to Markdown pages lead to
    the built ones, and its headings get anchors (``part-1`` and so on), which Chinese
    headings lack and which are then the same in both languages. Code becomes a block
    like any other, with the theme's copy button. Plots say that the text below
    describes them, where nbconvert says that nothing does.

    Args:
        page: the HTML of a page.
        root: the relative path to its language's root, ``""`` or ``"../"``.
        language: ``en`` or ``zh``.
    """
    if NOTEBOOK not in page:
        return page
    start = page.rindex("<article", 0, page.index(NOTEBOOK))
    end = page.index("</article>", start)
    body = MARKDOWN_LINK.sub(r"\1.html\2", EMBEDDED.sub("", page[start:end]))
    body = COPYING.sub("", body)
    code = r'<div class="highlight"><pre><code>\1</code></pre>'
    body = NOTEBOOK_CODE.sub(code, body)
    body = NO_ALT.sub(f'alt="{PLOT[language]}"', body)
    numbers = itertools.count()
    body = NOTEBOOK_HEADING.sub(lambda m: f'<{m[1]} id="part-{next(numbers)}">', body)
    top = SKIP_LINK.sub(r'href="#part-0"\1', page[:start])
    page = CONTENTS_LINK.sub(_numbered(), top) + body + page[end:]
    link = f'<link rel="stylesheet" href="{root}assets/notebook.css">'
    return PILCROW.sub("", page).replace("</head>", f"{link}</head>", 1)


def _numbered() -> Callable[[re.Match[str]], str]:
    """Return a replacement that numbers the links of a table of contents by target.

    The table may stand twice on a page, beside the text and in the drawer.
    """
    seen: dict[str, int] = {}

    def replace(link: re.Match[str]) -> str:
        return f'href="#part-{seen.setdefault(link[1], len(seen) + 1)}"{link[2]}'

    return replace


def _is_list(location: str) -> bool:
    """Whether an indexed section only repeats the titles of questions."""
    page, _, anchor = location.partition("#")
    lists = page == "coverage.html" or page.startswith("sources/")
    return bool(anchor) and (lists or page.endswith("/index.html"))


def improve_search(root: Path, entries: list[Entry], notebooks: set[str]) -> None:
    """Make questions results of their own in a language's search index.

    Material shows the sections of a page below that page and ranks them together. A
    question gets an address of its own instead, ``page.html?question=id``, which
    reading.js turns into the anchor: the best question then comes first, from whatever
    page. Bare group headings, lists of questions, code and formulas leave the index,
    which keeps it small. The index is written as a script as well, which loads from
    disk.

    Args:
        root: the root of the language's site.
        entries: its questions.
        notebooks: the addresses of its explorations, relative to the root.
    """
    path = root / "search" / "search_index.json"
    index: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    urls = {entry.url: f"{entry.page}.html?question={entry.id}" for entry in entries}
    documents = []
    sections: dict[str, int] = {}
    for document in index["docs"]:
        location = document["location"]
        page = location.partition("#")[0]
        if page in notebooks:  # as `mend_notebook` names its headings
            number = sections[page] = sections.get(page, -1) + 1
            document["location"] = f"{page}#part-{number}" if number else page
        if location in urls:
            document["location"] = urls[location]
            document["boost"] = QUESTION_BOOST
            document["text"] = BEFORE_TEXT.sub("", document["text"])
        elif _is_list(location) or ("#" in location and not document["text"]):
            continue
        document["text"] = FORMULA.sub("…", CODE.sub(" ", document["text"]))
        documents.append(document)
    index["docs"] = documents
    text = json.dumps(index, ensure_ascii=False, separators=(",", ":"))
    path.write_text(text, encoding="utf-8")
    path.with_suffix(".js").write_text(f"var __index = {text}", encoding="utf-8")


def write_sitemap(root: Path, site_url: str, other_url: str, language: str) -> None:
    """Write a language's sitemap; each page names its counterpart in the other one."""
    other = "zh" if language == "en" else "en"
    names = sorted(
        path.relative_to(root).as_posix()
        for path in root.rglob("*.html")
        if path.name != "404.html"
    )
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
        'xmlns:xhtml="http://www.w3.org/1999/xhtml">',
    ]
    for name in names:
        links = "".join(
            f'<xhtml:link rel="alternate" hreflang="{code}" href="{start}{name}"/>'
            for code, start in ((language, site_url), (other, other_url))
        )
        lines.append(f"<url><loc>{site_url}{name}</loc>{links}</url>")
    lines.append("</urlset>")
    (root / "sitemap.xml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (root / "sitemap.xml.gz").unlink(missing_ok=True)


def run(root: Path, language: str, site_url: str, expected: set[str]) -> list[Entry]:
    """Finish the built pages of one language.

    Args:
        root: the folder the generator wrote that language into.
        language: ``en`` or ``zh``.
        site_url: the absolute address of that language's root, ending in a slash.
        expected: the ids of the questions that the Markdown holds.

    Returns:
        The language's question bank.

    Raises:
        Inconsistent: if the pages do not hold exactly the expected questions.
    """
    paths = sorted(root.rglob("*.html"))
    by_page = {path: bank.read_page(path, root) for path in paths}
    notebooks = set()
    entries = [entry for found in by_page.values() for entry in found]
    ids = [entry.id for entry in entries]
    if sorted(ids) != sorted(expected):
        odd = sorted(set(ids) ^ expected) or sorted(
            {i for i in ids if ids.count(i) > 1}
        )
        raise Inconsistent(
            f"{language}: the built pages hold {len(ids)} questions, the Markdown "
            f"{len(expected)}; look at: {', '.join(odd)}"
        )
    numbers = counts(entries)
    for path, found in by_page.items():
        before = page = path.read_text(encoding="utf-8")
        up = "../" * (len(path.relative_to(root).parts) - 1)
        if NOTEBOOK in page:
            notebooks.add(path.relative_to(root).as_posix())
        page = fill_counts(mend_notebook(page, up, language), numbers)
        if found:
            url = site_url + path.relative_to(root).as_posix()
            data = structured_data(found, url, language)
            page = page.replace("</head>", f"{data}</head>", 1)
        if page != before:
            path.write_text(page, encoding="utf-8")
    bank.write(entries, root)
    improve_search(root, entries, notebooks)
    return entries
