"""What is done to the built HTML of a language after the generator ran.

The generator writes plain pages; here they get what only the finished site knows: the
question bank and the counts on the home page, structured data for search engines, and a
sitemap with both languages. Notebooks and the search index have modules of their own.
"""

import json
import re
from pathlib import Path

from scripts import bank, notebook, search
from scripts.bank import Entry
from scripts.environment import Stop

DOWNLOAD = re.compile(
    r'(<p class="download" data-file="([\w.-]+)">).*?(</p>)', re.DOTALL
)
COUNT = re.compile(r'(<span class="count" data-count="([\w-]+)">)[^<]*(</span>)')


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
    """Put the numbers into a page's ``<span class="count" data-count="…">``.

    Raises:
        Inconsistent: if a page asks for a number that is not counted.
    """
    unknown = {found[1] for found in COUNT.findall(page)} - numbers.keys()
    if unknown:
        raise Inconsistent(
            f"data-count={unknown.pop()!r} is not counted; known: {', '.join(numbers)}"
        )
    return COUNT.sub(lambda m: f"{m[1]}{numbers[m[2]]}{m[3]}", page)


def fill_downloads(page: str, links: dict[str, str]) -> str:
    """Put the links of offline editions in the place of the note that they lack.

    Args:
        page: the HTML of the downloads page.
        links: HTML by the name of the file.

    Raises:
        Inconsistent: if the page names a file that was not made.
    """
    unknown = {found[1] for found in DOWNLOAD.findall(page)} - links.keys()
    if unknown:
        raise Inconsistent(
            f"The downloads page names {unknown.pop()}, which is no edition."
        )
    return DOWNLOAD.sub(lambda m: f"{m[1]}{links[m[2]]}{m[3]}", page)


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
        if notebook.is_notebook(page):
            notebooks.add(path.relative_to(root).as_posix())
        page = fill_counts(notebook.mend(page, up, language), numbers)
        if found:
            url = site_url + path.relative_to(root).as_posix()
            data = structured_data(found, url, language)
            page = page.replace("</head>", f"{data}</head>", 1)
        if page != before:
            path.write_text(page, encoding="utf-8")
    bank.write(entries, root)
    search.improve(root, entries, notebooks)
    return entries
