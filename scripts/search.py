"""The search index of a language, improved after the generator wrote it."""

import json
import re
from pathlib import Path
from typing import Any

from scripts.bank import Entry

QUESTION_BOOST = 2.0  # a question against other sections and pages
CODE = re.compile(r"<pre>.*?</pre>", re.DOTALL)
FORMULA = re.compile(r"\\\(.*?\\\)|\\\[.*?\\\]", re.DOTALL)
# links to other questions, in their words: whoever looks for those wants those
FOLLOW_UPS = re.compile("<p>\u200b?(?:Follow-ups\\.|追问\u200b?。).*?</p>", re.DOTALL)
# how a part of a notebook begins; then come code and results, blanks between at random
FIRST = re.compile(r"<(p|li)>.*?</\1>", re.DOTALL)
# what a rubric says of weak, solid and strong answers repeats the answer
RUBRIC = re.compile(
    "<li>\u200b?(?:Weak|Solid|Strong|较弱|合格|优秀)\u200b?[:：].*?</li>", re.DOTALL
)
BEFORE_TEXT = re.compile(r"^[^<]*")  # the answer's title, which says nothing


def _is_idle(location: str) -> bool:
    """Whether an indexed section only repeats titles, or speaks to contributors."""
    page, _, anchor = location.partition("#")
    if page.startswith("contributing/"):
        return True
    lists = page == "coverage.html" or page.startswith("sources/")
    return bool(anchor) and (lists or page.endswith("/index.html"))


def improve(root: Path, entries: list[Entry], notebooks: set[str]) -> None:
    """Make questions results of their own in a language's search index.

    Material shows the sections of a page below that page and ranks them together. A
    question gets an address of its own instead, ``page.html?question=id``, which
    reading.js turns into the anchor: the best question then comes first, from whatever
    page. Bare group headings, lists of questions, follow-ups, rubrics, code, formulas
    and the contributing pages leave the index, which keeps it small. A question's tags
    count as much as its title. The index is written as a script as well, which loads
    from disk.

    Args:
        root: the root of the language's site.
        entries: its questions.
        notebooks: the addresses of its explorations, relative to the root.
    """
    path = root / "search" / "search_index.json"
    index: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    urls = {entry.url: f"{entry.page}.html?question={entry.id}" for entry in entries}
    tags = {entry.url: list(entry.tags) for entry in entries}
    documents = []
    sections: dict[str, int] = {}
    for document in index["docs"]:
        location = document["location"]
        page = location.partition("#")[0]
        if page in notebooks:  # as scripts.notebook names its headings
            number = sections[page] = sections.get(page, -1) + 1
            document["location"] = f"{page}#part-{number}" if number else page
            begins = FIRST.search(document["text"])
            document["text"] = begins[0] if begins else ""
        if location in urls:
            document["location"] = urls[location]
            document["boost"] = QUESTION_BOOST
            document["tags"] = tags[location]
            text = BEFORE_TEXT.sub("", document["text"])
            document["text"] = RUBRIC.sub("", FOLLOW_UPS.sub("", text))
        elif _is_idle(location) or ("#" in location and not document["text"]):
            continue
        document["text"] = FORMULA.sub("…", CODE.sub(" ", document["text"]))
        documents.append(document)
    index["docs"] = documents
    text = json.dumps(index, ensure_ascii=False, separators=(",", ":"))
    path.write_text(text, encoding="utf-8")
    path.with_suffix(".js").write_text(f"var __index = {text}", encoding="utf-8")
