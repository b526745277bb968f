"""The rules of the handbook, each with a permanent id.

A rule is a function from a `Handbook` to the places that break it, registered with the
texts that explain it: the contributing pages are made from this registry. An id, once
published, keeps its meaning for ever; a rule that is dropped leaves its number unused.

The letter names the subject: F files, P headings, Q questions, A answers, M formulas,
S snippets, G figures, R references, L links, H raw HTML, N navigation, T translation,
C Chinese typography, E explorations (notebooks), J the judge's exercises, I interview
reports, D data files.
"""

import re
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import unescape
from posixpath import normpath
from typing import Literal, NamedTuple, Protocol, TypeVar
from urllib.parse import unquote

from scripts import safety
from scripts.config import CONFIGS
from scripts.model import (
    BLOCKS,
    CJK,
    CODE,
    EXERCISES,
    HIDDEN,
    HINT,
    KEBAB,
    LANGUAGES,
    LEVELS,
    MATH,
    PILLARS,
    REPORT_SECTIONS,
    REPORTS,
    RUNNING_TAG,
    SHOWN_BY_BUILD,
    SOLUTION,
    Block,
    Handbook,
    Link,
    Page,
    Problem,
    Question,
    Reference,
    content_hash,
    count_words,
    parse_page,
    scalars,
    split_front_matter,
)

Severity = Literal["error", "debt"]

IN_SHORT = {"en": "**In short.**", "zh": "**简答。**"}
SOURCES = {"en": "**Sources.**", "zh": "**来源。**"}
RUBRIC = {
    "en": ("**Weak:**", "**Solid:**", "**Strong:**"),
    "zh": ("**较弱：**", "**合格：**", "**优秀：**"),
}
SHORT_LIMIT = {"en": 80, "zh": 160}
DESCRIPTION = {"en": (50, 160), "zh": (15, 120)}
PASTED_LINES = 6


class Found(NamedTuple):
    """One place that breaks the rule at hand."""

    path: str
    line: int
    message: str


Finder = Callable[[Handbook], Iterable[Found]]


@dataclass(frozen=True)
class Rule:
    """A rule and what explains it; `fix` completes every message."""

    id: str
    title: str
    why: str
    fix: str
    bad: str
    good: str
    severity: Severity
    find: Finder

    def problems(self, handbook: Handbook) -> Iterator[Problem]:
        """Yield every place in the handbook that breaks this rule."""
        for path, line, message in self.find(handbook):
            yield Problem(path, line, self.id, message)


RULES: dict[str, Rule] = {}


def rule(
    id: str,
    title: str,
    *,
    why: str,
    fix: str,
    bad: str,
    good: str,
    severity: Severity = "error",
) -> Callable[[Finder], Finder]:
    """Register a function as a rule."""

    def register(find: Finder) -> Finder:
        if id in RULES:
            raise ValueError(f"two rules have the id {id}")
        RULES[id] = Rule(id, title, why, fix, bad, good, severity, find)
        return find

    return register


def read_rule(id: str, title: str, *, why: str, fix: str, bad: str, good: str) -> None:
    """Register a rule whose breaches the reader notes while it reads."""

    def find(handbook: Handbook) -> Iterator[Found]:
        return _noted(handbook, id)

    rule(id, title, why=why, fix=fix, bad=bad, good=good)(find)


def _noted(handbook: Handbook, id: str) -> Iterator[Found]:
    """Yield what the reader noted under a rule's id."""
    for problem in handbook.problems:
        if problem.rule == id:
            yield Found(problem.path, problem.line, problem.message)


# F: files

read_rule(
    "F001",
    "A file is UTF-8 text",
    why="Other encodings show as garbage on the site.",
    fix="save the file as UTF-8 in your editor",
    bad="a file saved as GBK or Latin-1",
    good="a file saved as UTF-8",
)
read_rule(
    "F002",
    "A file is not empty",
    why="An empty page is a dead end for its reader.",
    fix="write the file, or delete it",
    bad="(nothing)",
    good="# Normalization",
)
read_rule(
    "F003",
    "The front matter can be read",
    why="Broken front matter appears as text on the page, and its values are lost.",
    fix=(
        "put `name: value` lines between two lines `---`, "
        "with quotes around a value that holds a colon"
    ),
    bad="---\ndescription: Norms: which and why\n---",
    good='---\ndescription: "Norms: which and why"\n---',
)
read_rule(
    "F004",
    "A file begins without a byte order mark",
    why="The mark hides the front matter from the site generator.",
    fix="save the file as “UTF-8” rather than “UTF-8 with BOM”",
    bad="\\ufeff---",
    good="---",
)
read_rule(
    "F005",
    "Lines hold no tabs, control characters or Windows line endings",
    why="They look like spaces and change how Markdown is read.",
    fix="use spaces for tabs, Unix line endings, and delete what cannot be seen",
    bad="-\\titem",
    good="- item",
)


@rule(
    "F006",
    "A page has a description of fitting length",
    why="Search engines and link previews show it.",
    fix=(
        "write `description:` into the front matter, one sentence of 50-160 characters "
        "(15-120 in Chinese)"
    ),
    bad="---\ndescription: Norms.\n---",
    good=(
        "---\ndescription: How batch, layer and group normalization work, "
        "and which of them fits which model.\n---"
    ),
)
def description_length(handbook: Handbook) -> Iterator[Found]:
    """Find pages without a description, or with one too short or too long."""
    for page in handbook.all_pages():
        text = page.meta.get("description")
        line = page.meta_lines.get("description", 1)
        least, most = DESCRIPTION[page.language]
        if not isinstance(text, str):
            yield Found(page.path, line, "the page has no description")
        elif not least <= len(text) <= most:
            message = f"the description has {len(text)} characters"
            yield Found(page.path, line, message)


read_rule(
    "F007",
    "A code fence is closed and its first line readable",
    why="An unclosed fence shows its marks, or swallows what follows.",
    fix=(
        "close it with the same marks at the same indentation; after the opening marks "
        'write a language and `title="..."` only'
    ),
    bad="```python\ncode",
    good="```python\ncode\n```",
)

_PLACEHOLDER = re.compile(
    r"\b(?:TODO|TBD|FIXME|XXX)\b|(?i:\blorem ipsum\b|\bcoming soon\b)|待补充|敬请期待"
)


@rule(
    "F008",
    "A page holds no placeholder text",
    why="Readers came for the answer.",
    fix="write what is missing, or leave the passage out",
    bad="TODO: derive the gradient",
    good="The gradient is …",
)
def placeholders(handbook: Handbook) -> Iterator[Found]:
    """Find TODO and the like."""
    for page in handbook.all_pages():
        if not _PLACEHOLDER.search(page.text):
            continue
        for number, line in enumerate(page.text.split("\n"), 1):
            if match := _PLACEHOLDER.search(re.sub(r"`[^`]*`", "", line)):
                yield Found(page.path, number, f"placeholder text: {match[0]}")


@rule(
    "F009",
    "A page's file name is kebab-case",
    why="The name is the page's address, and the same in both languages.",
    fix="rename the file to lower-case ASCII letters and digits joined by hyphens",
    bad="docs/en/theory/Batch_Norm.md",
    good="docs/en/theory/batch-norm.md",
)
def file_names(handbook: Handbook) -> Iterator[Found]:
    """Find pages and folders that are named otherwise."""
    for language in LANGUAGES:
        for path in handbook.written(language).values():
            parts = path.rsplit(".", 1)[0].split("/")[2:]
            for part in parts:
                if not KEBAB.fullmatch(part):
                    yield Found(path, 1, f"the name {part!r} is not kebab-case")


read_rule(
    "F010",
    "Every file that the handbook needs can be opened",
    why="The site cannot be built without it.",
    fix="restore the file",
    bad="docs/references.md deleted",
    good="docs/references.md in its place",
)


read_rule(
    "F011",
    "A file is a file, not a link",
    why="A symbolic link shows whatever it points at, in the tree or outside.",
    fix="replace it by the file itself, or embed a section of a snippet",
    bad="docs/en/theory/notes.md -> /etc/passwd",
    good="docs/en/theory/notes.md with text of its own",
)
read_rule(
    "F012",
    f"A page, notebook or snippet has at most {safety.LIMIT // 1000} kB",
    why="Nobody reads more at once, and every reader would load it.",
    fix="split the page, or compute the data instead of storing it",
    bad="a notebook with two megabytes of pasted data",
    good="a snippet that draws the same data from a seed",
)
read_rule(
    "F013",
    "Folders of pages hold pages, folders of code hold Python",
    why="Other files would be published as they are, and nobody could mend them.",
    fix="draw a figure in snippets/figures, put data into a snippet, delete the rest",
    bad="docs/en/theory/plot.png",
    good="snippets/figures/optimizers.py",
)
read_rule(
    "F014",
    "Text hides no characters",
    why="Zero-width and direction marks make text and code say other than they show.",
    fix="delete the character; editors show it as a box or in a “show invisibles” mode",
    bad='access_level != "user\\u202e"',
    good='access_level != "user"',
)
read_rule(
    "F015",
    "Letters are what they look like",
    why="A Cyrillic “a” in a link, a name or code deceives readers and search.",
    fix="type the Latin letter; write Greek letters in formulas",
    bad="optimizеr, with a Cyrillic “e”",
    good="optimizer",
)


# P: headings


@rule(
    "P001",
    "A page has exactly one first-level heading",
    why="It is the page's title, everywhere.",
    fix="begin the page with one line `# Title`, and use `##` for groups",
    bad="# One\n\n# Two",
    good="# One\n\n## Two { #two }",
)
def one_title(handbook: Handbook) -> Iterator[Found]:
    """Find pages with no title or several; a page template may bring its own."""
    for page in handbook.all_pages():
        titles = [heading for heading in page.headings if heading.level == 1]
        if not titles and "template" not in page.meta:
            yield Found(page.path, 1, "the page has no title")
        for heading in titles[1:]:
            yield Found(page.path, heading.line, f"second title: {heading.title}")


@rule(
    "P002",
    "Headings descend one level at a time",
    why="Screen readers and the table of contents follow the levels.",
    fix="use `##` below `#`, and `###` below `##`",
    bad="# Title\n\n### Question",
    good="# Title\n\n## Group { #group }\n\n### Question",
)
def heading_order(handbook: Handbook) -> Iterator[Found]:
    """Find headings more than one level below the heading before."""
    for page in handbook.all_pages():
        before = 1 if "template" in page.meta else 0
        for heading in page.headings:
            if heading.level > before + 1:
                message = f"a level-{heading.level} heading follows level {before}"
                yield Found(page.path, heading.line, message)
            before = heading.level


@rule(
    "P003",
    "A group has an explicit kebab-case id",
    why="Links to it must survive rewording and be equal in both languages.",
    fix="write the id after the heading: `## Batch statistics { #batch-statistics }`",
    bad="## Batch statistics",
    good="## Batch statistics { #batch-statistics }",
)
def group_ids(handbook: Handbook) -> Iterator[Found]:
    """Find level-two headings without such an id."""
    for page in handbook.all_pages():
        for heading in page.groups:
            if not KEBAB.fullmatch(heading.id):
                what = f"has the id {heading.id!r}" if heading.id else "has no id"
                yield Found(page.path, heading.line, f"“{heading.title}” {what}")


@rule(
    "P004",
    "An id stands once on a page",
    why="A link reaches only the first of two.",
    fix="give one of the headings another id",
    bad="## A { #a }\n\n### B { #a .question }",
    good="## A { #a }\n\n### B { #b .question }",
)
def unique_ids(handbook: Handbook) -> Iterator[Found]:
    """Find ids used by a second heading of the page."""
    for page in handbook.all_pages():
        seen: dict[str, int] = {}
        for heading in page.headings:
            if heading.id and heading.id in seen:
                message = f"the id `{heading.id}` stands in line {seen[heading.id]} too"
                yield Found(page.path, heading.line, message)
            seen.setdefault(heading.id, heading.line)


@rule(
    "P005",
    "Headings are written with `#`, a space and text",
    why="Other notations are made by accident, and are hard to see.",
    fix=(
        "write `## Text` for a heading; put a backslash before a `#` that is none, "
        "and a blank line above a rule `---`"
    ),
    bad="#Title",
    good="# Title",
)
def plain_headings(handbook: Handbook) -> Iterator[Found]:
    """Find underlined headings and `#` without a space."""
    for page in handbook.all_pages():
        for heading in page.headings:
            if not heading.plain:
                message = f"unusual heading: {heading.title or '(empty)'}"
                yield Found(page.path, heading.line, message)


# Q: questions


@rule(
    "Q001",
    "A question has an id",
    why="Its address, its flashcard and its translation hang on the id.",
    fix="write an id into the braces: `{ #batch-norm .question data-level=basic }`",
    bad="### Why? { .question data-level=basic }",
    good="### Why? { #why-batch-norm .question data-level=basic }",
)
def question_id(handbook: Handbook) -> Iterator[Found]:
    """Find questions without an id."""
    for question in handbook.all_questions():
        if not question.id:
            yield _at(question, f"the question “{question.title}” has no id")


@rule(
    "Q002",
    "A question's id stands once in its language",
    why="Flashcards, practice and search know a question by its id alone.",
    fix="choose another id for the newer of the two questions",
    bad="two questions with the id `softmax`",
    good="`softmax` and `softmax-temperature`",
)
def duplicate_question(handbook: Handbook) -> Iterator[Found]:
    """Find ids that an earlier question has."""
    for language in LANGUAGES:
        seen: dict[str, Question] = {}
        for page in handbook.pages[language].values():
            for question in page.questions:
                other = seen.setdefault(question.id, question)
                if question.id and other is not question:
                    place = f"{other.path}:{other.line}"
                    yield _at(question, f"the id `{question.id}` stands at {place} too")


@rule(
    "Q003",
    "A question's id is ASCII kebab-case",
    why="It becomes an address that people type and share.",
    fix="use lower-case letters a-z and digits, joined by single hyphens",
    bad="#Batch_Norm",
    good="#batch-norm",
)
def kebab_id(handbook: Handbook) -> Iterator[Found]:
    """Find ids of another form."""
    for question in handbook.all_questions():
        if question.id and not KEBAB.fullmatch(question.id):
            yield _at(question, f"the id {question.id!r} is not kebab-case")


@rule(
    "Q004",
    "A question has a known level",
    why="Readers choose questions by level.",
    fix=f"write `data-level=` with one of {', '.join(LEVELS)}",
    bad="{ #id .question data-level=easy }",
    good="{ #id .question data-level=basic }",
)
def known_level(handbook: Handbook) -> Iterator[Found]:
    """Find questions with another level or none."""
    for question in handbook.all_questions():
        if question.level not in LEVELS:
            what = (
                f"the unknown level {question.level!r}"
                if question.level
                else "no level"
            )
            yield _at(question, f"{_named(question)} has {what}")


@rule(
    "Q005",
    "`data-asked` names known sources",
    why="Each becomes a badge that links to the source's page.",
    fix="use the keys of docs/sources.yml, separated by spaces",
    bad='data-asked="some-blog"',
    good='data-asked="ho-2017 guide-2021"',
)
def known_sources(handbook: Handbook) -> Iterator[Found]:
    """Find keys that docs/sources.yml does not list."""
    if handbook.sources is None:
        return
    for question in handbook.all_questions():
        for key in question.asked:
            if key not in handbook.sources:
                yield _at(question, f"{_named(question)}: unknown source {key!r}")


@rule(
    "Q006",
    "Level and sources agree with docs/sources.yml",
    why="The coverage page promises what the sources asked.",
    fix="copy `level` and `asked` of this id from docs/sources.yml, in the same order",
    bad="data-level=expert, where docs/sources.yml says basic",
    good="data-level=basic",
)
def catalogue_values(handbook: Handbook) -> Iterator[Found]:
    """Find catalogued questions with another level or other sources."""
    for question in handbook.all_questions():
        entry = handbook.catalogue.get(question.id)
        if entry and question.level in LEVELS and question.level != entry.level:
            message = (
                f"{_named(question)} has level {question.level}, not {entry.level}"
            )
            yield _at(question, message)
        if entry and question.asked != entry.asked:
            asked = " ".join(question.asked) or "(nothing)"
            wanted = " ".join(entry.asked) or "(nothing)"
            message = f"{_named(question)} has data-asked {asked}, not {wanted}"
            yield _at(question, message)


@rule(
    "Q007",
    "A catalogued question stands on its page",
    why="The coverage page and the sources' pages link to that page.",
    fix="move the question to that page, or change its place in docs/sources.yml",
    bad="`dropout` on theory/data.md",
    good="`dropout` on theory/regularization.md",
)
def catalogue_page(handbook: Handbook) -> Iterator[Found]:
    """Find catalogued questions on other pages."""
    for question in handbook.all_questions():
        entry = handbook.catalogue.get(question.id)
        if entry and entry.page != question.page:
            message = f"{_named(question)} belongs on {entry.page}.md"
            yield _at(question, message)


@rule(
    "Q008",
    "Tags are kebab-case words",
    why="They are the same in both languages.",
    fix='write them like `data-tags="training-tricks vision"`',
    bad='data-tags="Vision, NLP"',
    good='data-tags="vision nlp"',
)
def kebab_tags(handbook: Handbook) -> Iterator[Found]:
    """Find tags of another form."""
    for question in handbook.all_questions():
        for tag in question.tags:
            if not KEBAB.fullmatch(tag):
                yield _at(
                    question, f"{_named(question)}: the tag {tag!r} is not kebab-case"
                )


@rule(
    "Q009",
    "Third-level headings of a page with questions are questions",
    why="Without `.question` the heading and its answer are missing from all else.",
    fix="add `.question` to the braces, or make the heading bold text",
    bad="### Why? { #why data-level=basic }",
    good="### Why? { #why .question data-level=basic }",
)
def only_questions(handbook: Handbook) -> Iterator[Found]:
    """Find other level-three headings, and `.question` on other levels."""
    for page in handbook.all_pages():
        for heading in page.headings:
            marked = "question" in heading.classes
            if heading.level == 3 and not marked and (page.questions or page.blocks):
                message = f"“{heading.title}” is not marked as a question"
                yield Found(page.path, heading.line, message)
            elif heading.level != 3 and marked:
                message = f"the question “{heading.title}” is no `###` heading"
                yield Found(page.path, heading.line, message)


_QUESTION_ATTRIBUTES = {"data-level", "data-asked", "data-tags"}


@rule(
    "Q010",
    "The braces after a heading can be read",
    why="One wrong sign, and the whole list of attributes is lost.",
    fix=(
        "write `{ #id .question data-level=basic }` at the end of the line, a space "
        "before it, no space around `=`, straight quotes, no other attribute"
    ),
    bad="### Why? {#why .question data-level = basic}",
    good="### Why? { #why .question data-level=basic }",
)
def readable_attributes(handbook: Handbook) -> Iterator[Found]:
    """Find broken attribute lists and attributes that mean nothing."""
    for page in handbook.all_pages():
        for heading in page.headings:
            if not heading.readable:
                message = f"the braces after “{heading.title[:60]}” cannot be read"
                yield Found(page.path, heading.line, message)
            for name in sorted(set(heading.attributes) - _QUESTION_ATTRIBUTES):
                message = f"“{heading.title}” has the unknown attribute {name!r}"
                yield Found(page.path, heading.line, message)


@rule(
    "Q011",
    "A question that a source asked is listed there",
    why="Coverage and the source's page are made from docs/sources.yml.",
    fix="list it in docs/sources.yml below its page, or drop `data-asked`",
    bad='data-asked="ho-2017", and no such id in docs/sources.yml',
    good="- {id: dropout, level: basic, asked: [ho-2017], en: …, zh: …}",
)
def listed_questions(handbook: Handbook) -> Iterator[Found]:
    """Find questions with a source that the catalogue lacks."""
    if any(problem.path == "docs/sources.yml" for problem in handbook.problems):
        return  # an entry that cannot be read is not missing
    for question in handbook.all_questions():
        if question.asked and question.id and question.id not in handbook.catalogue:
            yield _at(question, f"{_named(question)} is not in docs/sources.yml")


# A: answers


@rule(
    "A001",
    "A question has one answer, one list of pitfalls and one rubric",
    why="Readers, flashcards and interviewers each need their part.",
    fix="write `/// answer`, `/// pitfalls` and `/// rubric` once each, in this order",
    bad="/// answer\n\n…\n\n///",
    good="/// answer\n\n…\n\n///\n\n/// pitfalls\n\n…\n\n///\n\n/// rubric\n\n…\n\n///",
)
def blocks_of_question(handbook: Handbook) -> Iterator[Found]:
    """Find questions whose blocks are missing, repeated or in another order."""
    for question in handbook.all_questions():
        kinds = [block.kind for block in question.blocks if block.kind in BLOCKS]
        missing = [kind for kind in BLOCKS if kind not in kinds]
        if missing:
            names = ", ".join(f"`/// {kind}`" for kind in missing)
            yield _at(question, f"{_named(question)} lacks {names}")
        elif kinds != list(BLOCKS):
            message = f"{_named(question)} has the blocks {', '.join(kinds)}"
            yield _at(question, message)


read_rule(
    "A002",
    "A block is closed",
    why="An open block swallows everything up to the end of the page.",
    fix="end the block with a line `///`, as many slashes as in its first line",
    bad="/// answer\n\ntext",
    good="/// answer\n\ntext\n\n///",
)
read_rule(
    "A003",
    "Blocks stand one after another, never inside each other",
    why="A block inside an answer is lost to flashcards and to practice.",
    fix="close the first block with `///` before the next one opens",
    bad="/// answer\n\n/// pitfalls\n\n///\n\n///",
    good="/// answer\n\n///\n\n/// pitfalls\n\n///",
)


@rule(
    "A004",
    "Blocks are `answer`, `pitfalls`, `rubric` or `hint`",
    why="Anything else appears on the page as plain text with slashes.",
    fix=(
        "open a block with `/// answer`, `/// pitfalls` or `/// rubric` and close it "
        "with `///`; write notes (`!!!`, `???`) and tabs (`===`) as plain paragraphs"
    ),
    bad="/// anwser",
    good="/// answer",
)
def block_names(handbook: Handbook) -> Iterator[Found]:
    """Find blocks of other names, and lines that look like blocks."""
    yield from _noted(handbook, "A004")
    for page in handbook.all_pages():
        for block in page.blocks:
            if block.kind not in (*BLOCKS, HINT):
                message = f"there is no block named `{block.kind}`"
                yield Found(page.path, block.line, message)


@rule(
    "A005",
    "A block is not empty",
    why="The reader opens it and finds nothing.",
    fix="write its text; every question has an answer, pitfalls and a rubric",
    bad="/// pitfalls\n///",
    good='/// pitfalls\n\n- *"…"* What is right.\n\n///',
)
def empty_blocks(handbook: Handbook) -> Iterator[Found]:
    """Find blocks without text."""
    for page in handbook.all_pages():
        for block in page.blocks:
            if not block.text.strip():
                yield Found(page.path, block.line, f"`/// {block.kind}` is empty")


read_rule(
    "A006",
    "A block holds no headings",
    why="Headings divide a page into questions, and would end the answer.",
    fix="begin the paragraph with a few words in bold instead",
    bad="/// answer\n\n#### Derivation\n\n///",
    good="/// answer\n\n**Derivation.** …\n\n///",
)


@rule(
    "A007",
    "A block follows a question's heading",
    why="A block elsewhere is an answer to nothing.",
    fix=(
        "put the block below a heading `### … { #id .question … }`, "
        "and delete a `///` that closes nothing"
    ),
    bad="## Group { #group }\n\n/// answer",
    good="### Why? { #why .question data-level=basic }\n\n/// answer",
)
def stray_blocks(handbook: Handbook) -> Iterator[Found]:
    """Find blocks outside questions, and ends without a beginning."""
    yield from _noted(handbook, "A007")
    for page in handbook.all_pages():
        for block in page.blocks:
            if not page.question_at(block.line):
                message = f"`/// {block.kind}` belongs to no question"
                yield Found(page.path, block.line, message)


@rule(
    "A008",
    "An answer begins with its short form",
    why="It is what a candidate says first, and the back of the flashcard.",
    fix=f"begin the answer with `{IN_SHORT['en']}` (`{IN_SHORT['zh']}` in Chinese)",
    bad="/// answer\n\nBatch norm …",
    good="/// answer\n\n**In short.** Batch norm …",
)
def short_form(handbook: Handbook) -> Iterator[Found]:
    """Find answers that begin otherwise, or whose short form says nothing."""
    for question, answer in _answers(handbook):
        label = IN_SHORT[question.language]
        text = answer.text.strip()
        if not text.startswith(label):
            message = f"{_named(question)}: the answer does not begin with {label}"
            yield Found(question.path, answer.line, message)
        elif not short_answer(question):
            message = f"{_named(question)}: nothing follows {label}"
            yield Found(question.path, answer.line, message)


@rule(
    "A009",
    "The short form is short",
    why="Nobody listens to more than that at once.",
    fix=(
        f"say it in at most {SHORT_LIMIT['en']} English words or {SHORT_LIMIT['zh']} "
        "Chinese characters (a formula counts as one), and explain below"
    ),
    bad="**In short.** (a page of text)",
    good="**In short.** (two to four sentences)",
)
def short_form_length(handbook: Handbook) -> Iterator[Found]:
    """Find short forms beyond the limit."""
    for question, answer in _answers(handbook):
        length = count_words(short_answer(question), question.language)
        limit = SHORT_LIMIT[question.language]
        if length > limit:
            unit = "characters" if question.language == "zh" else "words"
            message = (
                f"{_named(question)}: the short form has {length} {unit} of {limit}"
            )
            yield Found(question.path, answer.line, message)


@rule(
    "A010",
    "An answer names a source",
    why="Readers must be able to check it.",
    fix=(
        f"end the answer with a paragraph `{SOURCES['en']}` (`{SOURCES['zh']}`) that "
        "holds at least one link `[Author (year)][key]` into docs/references.md"
    ),
    bad="/// answer\n\n**In short.** …\n\n///",
    good="**Sources.** [Ioffe and Szegedy (2015)][ioffe-2015]",
)
def named_sources(handbook: Handbook) -> Iterator[Found]:
    """Find answers without a paragraph of sources, or with none in it."""
    for page in handbook.all_pages():
        cited = {use.line for use in page.uses if not use.image}
        for question in page.questions:
            answer = question.block("answer")
            label = SOURCES[page.language]
            if not answer or not answer.text.strip():
                continue
            spans = [
                (first, last)
                for first, last, text in answer.paragraphs()
                if text.startswith(label)
            ]
            if not spans:
                message = f"{_named(question)}: the answer has no paragraph {label}"
                yield Found(page.path, answer.line, message)
            elif not any(a <= line <= b for a, b in spans for line in cited):
                message = f"{_named(question)}: {label} holds no link to a reference"
                yield Found(page.path, spans[0][0], message)


@rule(
    "A011",
    "A rubric describes three answers",
    why="An interviewer compares with a weak, a solid and a strong answer.",
    fix=(
        f"write three list items that begin with {', '.join(RUBRIC['en'])} "
        f"({', '.join(RUBRIC['zh'])} in Chinese)"
    ),
    bad="/// rubric\n\nKnows it.\n\n///",
    good="- **Weak:** …\n- **Solid:** …\n- **Strong:** …",
)
def rubric_levels(handbook: Handbook) -> Iterator[Found]:
    """Find rubrics that lack one of the three."""
    for question in handbook.all_questions():
        rubric = question.block("rubric")
        if not rubric or not rubric.text.strip():
            continue
        for label in RUBRIC[question.language]:
            if f"- {label}" not in rubric.text:
                message = f"{_named(question)}: the rubric has no item {label}"
                yield Found(question.path, rubric.line, message)


def _answers(handbook: Handbook) -> Iterator[tuple[Question, Block]]:
    """Yield the questions whose answer holds text, with that answer."""
    for question in handbook.all_questions():
        answer = question.block("answer")
        if answer and answer.text.strip():
            yield question, answer


def short_answer(question: Question) -> str:
    """Return the Markdown of a question's short form, without its label."""
    answer = question.block("answer")
    first = next(answer.paragraphs(), None) if answer else None
    label = IN_SHORT[question.language]
    return first[2].removeprefix(label).strip() if first else ""


# M: formulas


@rule(
    "M001",
    "A display formula is a paragraph of its own",
    why="Inside a paragraph `$$` is shown as two dollar signs.",
    fix="put a blank line above the first `$$` and below the last, or write `$…$`",
    bad="so that\n$$\ny = x\n$$\nholds",
    good="so that\n\n$$\ny = x\n$$\n\nholds",
)
def lone_display(handbook: Handbook) -> Iterator[Found]:
    """Find display formulas inside paragraphs."""
    for page in handbook.all_pages():
        for formula in page.formulas:
            if not formula.alone:
                message = f"`$$` inside a paragraph: {_clip(formula.text)}"
                yield Found(page.path, formula.line, message)


_OTHER_MATH = re.compile(
    rf"(?<!\\)\\\(.*\\\)|^ *\\\[(?:.*\\\])?$|^ *\\begin[{{{HIDDEN}]"
)


@rule(
    "M002",
    "Every dollar sign opens or closes a formula",
    why="A lone dollar leaves a formula as raw TeX, or swallows the text after it.",
    fix=(
        "write `$x$` without spaces inside the dollars, `\\$` for a dollar sign, and "
        "dollars rather than `\\(…\\)`, `\\[…\\]` or a bare `\\begin{…}`"
    ),
    bad="$ x $ costs $5",
    good="$x$ costs \\$5",
)
def lone_dollars(handbook: Handbook) -> Iterator[Found]:
    """Find dollars that belong to no formula, and formulas without dollars."""
    lone = re.compile(r"(?<!\\)\$")
    for page in handbook.all_pages():
        for number, line in enumerate(page.prose, 1):
            if "$" in line and lone.search(line):
                yield Found(page.path, number, "a `$` belongs to no formula")
            elif "\\" in line and _OTHER_MATH.search(line):
                yield Found(page.path, number, "a formula stands without dollars")


@rule(
    "M003",
    "A formula in a table holds no bare `|`",
    why="The table takes it for the end of a cell.",
    fix="write `\\lvert x \\rvert`, `\\lVert x \\rVert` or `\\mid`",
    bad="| $|x|$ |",
    good="| $\\lvert x \\rvert$ |",
)
def table_bars(handbook: Handbook) -> Iterator[Found]:
    """Find such formulas."""
    for page in handbook.all_pages():
        for formula in page.formulas:
            if "|" in formula.text and formula.line in page.tables:
                message = f"a bare `|` in a table's formula: {_clip(formula.text)}"
                yield Found(page.path, formula.line, message)


# S: snippets


@rule(
    "S001",
    "An embedded file exists below snippets/",
    why="The build stops at a missing file.",
    fix="name the file from snippets/ on, as in `theory/normalization.py:batch_norm`",
    bad='--8<-- "theory/normalisation.py:batch_norm"',
    good='--8<-- "theory/normalization.py:batch_norm"',
)
def embedded_file(handbook: Handbook) -> Iterator[Found]:
    """Find embeddings of files that don't exist."""
    for page in handbook.all_pages():
        for embed in page.embeds:
            if not _leaves_tree(embed.target) and not handbook.module_of(embed):
                message = f"there is no file snippets/{embed.path}"
                yield Found(page.path, embed.line, message)


@rule(
    "S002",
    "An embedded section exists",
    why="The build stops at a missing section.",
    fix="use a name that the file marks with `# --8<-- [start:name]`",
    bad='--8<-- "theory/normalization.py:batchnorm"',
    good='--8<-- "theory/normalization.py:batch_norm"',
)
def embedded_section(handbook: Handbook) -> Iterator[Found]:
    """Find embeddings of sections that don't exist."""
    for page in handbook.all_pages():
        for embed in page.embeds:
            module = handbook.module_of(embed)
            if module and embed.section and embed.section not in module.sections:
                message = f"{module.path} has no section `{embed.section}`"
                yield Found(page.path, embed.line, message)


@rule(
    "S003",
    "Every section is shown on a page",
    why="Code that no page shows is not part of the handbook.",
    fix='embed it with `--8<-- "path:name"`, or delete its marks',
    bad="# --8<-- [start:unused]",
    good="# --8<-- [start:batch_norm]",
)
def shown_sections(handbook: Handbook) -> Iterator[Found]:
    """Find sections that no English page embeds."""
    shown = {
        (module.path, embed.section)
        for page in handbook.pages["en"].values()
        for embed in page.embeds
        if (module := handbook.module_of(embed))
    }
    for module in handbook.modules.values():
        for name, line in module.sections.items():
            if (module.path, name) not in shown:
                place = module.source or module.path
                yield Found(place, line, f"no page shows the section `{name}`")


read_rule(
    "S004",
    "Section marks come in pairs",
    why="A section without an end runs to the end of the file.",
    fix="write `# --8<-- [start:name]` and `# --8<-- [end:name]` once each",
    bad="# --8<-- [start:batch_norm]",
    good="# --8<-- [start:batch_norm]\n…\n# --8<-- [end:batch_norm]",
)


@rule(
    "S005",
    "Code is embedded by section, not by line numbers",
    why="Line numbers are wrong after the next edit.",
    fix="mark the lines as a section and embed it by name",
    bad='--8<-- "theory/normalization.py:3:10"',
    good='--8<-- "theory/normalization.py:batch_norm"',
)
def line_numbers(handbook: Handbook) -> Iterator[Found]:
    """Find embeddings by line number, or by something that is no name."""
    for page in handbook.all_pages():
        for embed in page.embeds:
            if not _leaves_tree(embed.target) and embed.part and not embed.section:
                message = f"`{embed.part}` is not the name of a section"
                yield Found(page.path, embed.line, message)


@rule(
    "S006",
    "A page embeds a section, never a whole file",
    why="A reader sees what the text speaks of, and nothing else.",
    fix="mark the lines as a section and embed it by name",
    bad='--8<-- "theory/normalization.py"',
    good='--8<-- "theory/normalization.py:batch_norm"',
)
def whole_files(handbook: Handbook) -> Iterator[Found]:
    """Find embeddings without a section."""
    for page in handbook.all_pages():
        for embed in page.embeds:
            if not embed.part and not _leaves_tree(embed.target):
                yield Found(page.path, embed.line, f"{embed.target} names no section")


@rule(
    "S007",
    "Embedded files stand below snippets/",
    why="Only there is code tested.",
    fix="move the code below snippets/ and name it from there on",
    bad='--8<-- "../setup.py:main"',
    good='--8<-- "theory/normalization.py:batch_norm"',
)
def outside_files(handbook: Handbook) -> Iterator[Found]:
    """Find paths that leave the folder, and addresses."""
    for page in handbook.all_pages():
        for embed in page.embeds:
            if _leaves_tree(embed.target):
                yield Found(page.path, embed.line, f"{embed.target} leaves snippets/")


def _leaves_tree(target: str) -> bool:
    """Tell whether an embedded path is an address, absolute, or climbs out."""
    parts = re.split(r"[/\\]", target)
    return "://" in target or ".." in parts or not parts[0] or parts[0].endswith(":")


@rule(
    "S008",
    "A code block's title is the path of the file that it shows",
    why="The title becomes the link to the source.",
    fix='write `title="snippets/<path>"` after the language',
    bad='```python title="normalization.py"',
    good='```python title="snippets/theory/normalization.py"',
)
def code_titles(handbook: Handbook) -> Iterator[Found]:
    """Find blocks whose title is another than that of their embedded file."""
    for page in handbook.all_pages():
        codes = {code.line: code for code in page.codes}
        for embed in page.embeds:
            code = codes.get(embed.line - 1)
            module = handbook.module_of(embed)
            wanted = module.path if module else f"snippets/{embed.path}"
            if code and code.title != wanted:
                what = f"has the title {code.title!r}" if code.title else "has no title"
                message = f"the block {what}; it shows {wanted}"
                yield Found(page.path, code.line, message)


_PYTHON = {"python", "py", "python3", "py3", "pycon", "ipython", "ipython3"}
_LOOKS_PYTHON = re.compile(
    r"(?:>>> |def \w+\(|class \w+|import \w+|from [\w.]+ import )"
)


@rule(
    "S009",
    f"A page holds no pasted Python of {PASTED_LINES} lines or more",
    why="Pasted code is not tested, and is wrong one day.",
    fix="move it into a section below snippets/, test it, and embed the section",
    bad="```python\n(six lines of code)\n```",
    good='```python title="snippets/…"\n--8<-- "theory/norms.py:batch_norm"\n```',
)
def pasted_code(handbook: Handbook) -> Iterator[Found]:
    """Find long blocks of Python that are not embedded."""
    for page in handbook.all_pages():
        embedded = {embed.line for embed in page.embeds}
        for code in page.codes:
            lines = [
                line
                for number, line in enumerate(code.lines, code.line + 1)
                if line.strip() and number not in embedded
            ]
            if len(lines) >= PASTED_LINES and _is_python(code.language, lines):
                message = f"{len(lines)} lines of Python are pasted into the page"
                yield Found(page.path, code.line, message)


def _is_python(language: str, lines: Sequence[str]) -> bool:
    """Tell whether a block is Python, by its name or, without one, by its look."""
    if language:
        return language in _PYTHON
    return any(_LOOKS_PYTHON.match(line) for line in lines)


@rule(
    "S010",
    "An embedding is the only line of a code block",
    why="One form is easy to read, to check and to compare between languages.",
    fix='write three lines: opening fence, `--8<-- "path:section"`, closing fence',
    bad="--8<-- theory/normalization.py:batch_norm",
    good='```python title="snippets/…"\n--8<-- "theory/norms.py:batch_norm"\n```',
)
def lone_embeds(handbook: Handbook) -> Iterator[Found]:
    """Find embeddings in other company, or written otherwise."""
    yield from _noted(handbook, "S010")
    for page in handbook.all_pages():
        alone = {
            code.line + 1 for code in page.codes if code.fenced and len(code.lines) == 1
        }
        for embed in page.embeds:
            if embed.line not in alone:
                message = f"{embed.target} is not alone in a code block"
                yield Found(page.path, embed.line, message)


@rule(
    "S011",
    "Code of pages only computes",
    why="It runs on every contributor's machine, in every build.",
    fix="use NumPy, SciPy, PyTorch and the standard library's mathematics; no files",
    bad="import requests",
    good="import numpy as np",
)
def computing_snippets(handbook: Handbook) -> Iterator[Found]:
    """Find imports and calls that reach outside."""
    for module in handbook.modules.values():
        for line, message in module.reaches:
            yield Found(module.path, line, message)


# G: figures and images

_FIGURE = re.compile(r"figures/([^/]+)/([^/]+)\.svg")


@rule(
    "G001",
    "An image has alternative text",
    why="Readers who cannot see it are told what it shows.",
    fix="say between the brackets what is seen and what it shows",
    bad="![](../figures/normalization/axes.svg)",
    good="![Four cubes; each method averages over other axes.](…)",
)
def alternative_text(handbook: Handbook) -> Iterator[Found]:
    """Find images without it."""
    for page in handbook.all_pages():
        for image in page.images:
            if not image.alt.strip(f" {HIDDEN}"):
                message = f"the image {image.target} has no alternative text"
                yield Found(page.path, image.line, message)


@rule(
    "G002",
    "A figure is drawn by a function",
    why="A picture without its program can be neither checked nor mended.",
    fix=(
        "write a function of that name, without arguments, in "
        "`snippets/figures/<module>.py`, or correct the path of the image"
    ),
    bad="![…](../figures/normalization/no-such-figure.svg)",
    good="![…](../figures/normalization/nchw-axes.svg)",
)
def drawn_figures(handbook: Handbook) -> Iterator[Found]:
    """Find figures that no public function draws."""
    drawn = _drawn(handbook)
    for page in handbook.all_pages():
        for image in page.images:
            shown = _figure(page, image.target)
            if shown and shown not in drawn:
                message = f"no function `{shown[1]}` in {shown[0]} draws this figure"
                yield Found(page.path, image.line, message)


@rule(
    "G003",
    "Every figure is shown on a page",
    why="A figure that no page shows is work for nobody.",
    fix="show it, delete it, or begin its name with an underscore if it is a helper",
    bad="def forgotten() -> Figure:",
    good="def _helper() -> Figure:",
)
def shown_figures(handbook: Handbook) -> Iterator[Found]:
    """Find figure functions that no English page shows."""
    shown = {
        _figure(page, image.target)
        for page in handbook.pages["en"].values()
        for image in page.images
    }
    for figure, line in _drawn(handbook).items():
        if figure not in shown and figure[0] != SHOWN_BY_BUILD:
            message = f"no page shows the figure `{figure[1]}`"
            yield Found(figure[0], line, message)


@rule(
    "G004",
    "An image's file exists",
    why="Readers would see a broken picture.",
    fix="use a figure, `../figures/<stem>/<name>.svg`, or correct the path",
    bad="![…](axes.png)",
    good="![…](../figures/normalization/nchw-axes.svg)",
)
def image_files(handbook: Handbook) -> Iterator[Found]:
    """Find images, other than figures, whose file does not exist."""
    for page in handbook.all_pages():
        for image in page.images:
            path = _resolve(page, image.target.partition("#")[0])
            if _is_external(image.target) or _figure(page, image.target):
                continue
            if path is None or not _asset_exists(handbook, page.language, path):
                message = f"there is no image {image.target}"
                yield Found(page.path, image.line, message)


def _figure(page: Page, target: str) -> tuple[str, str] | None:
    """Return module and function of a figure that a page shows."""
    match = _FIGURE.fullmatch(_resolve(page, target) or "")
    if not match:
        return None
    module, function = (name.replace("-", "_") for name in match.groups())
    return f"snippets/figures/{module}.py", function


def _drawn(handbook: Handbook) -> dict[tuple[str, str], int]:
    """Return module and function of every figure with its line."""
    return {
        (module.path, name): line
        for module in handbook.modules.values()
        for name, line in module.figures.items()
    }


# R: references


@rule(
    "R001",
    "A reference link names a reference of docs/references.md",
    why="An unknown key leaves the brackets on the page.",
    fix=(
        "add the work to docs/references.md or correct the key; "
        "write brackets that are no link as code"
    ),
    bad="[Ioffe (2015)][ioffe-2051]",
    good="[Ioffe (2015)][ioffe-2015]",
)
def defined_references(handbook: Handbook) -> Iterator[Found]:
    """Find keys that are defined nowhere."""
    known = {_fold(reference.key) for reference in handbook.references}
    for page in handbook.all_pages():
        local = {reference.key for reference in page.definitions}
        for use in page.uses:
            if use.key not in known and use.key not in local:
                yield Found(
                    page.path, use.line, f"the reference [{use.key}] is unknown"
                )


@rule(
    "R002",
    "Every reference is cited on a page",
    why="The list shows what the answers rest on.",
    fix="cite the work, or delete its line",
    bad="a line of docs/references.md that no page names",
    good="[Ioffe (2015)][ioffe-2015] on a page",
)
def cited_references(handbook: Handbook) -> Iterator[Found]:
    """Find references that no page of either language cites."""
    used = {use.key for page in handbook.all_pages() for use in page.uses}
    for reference in handbook.references:
        if _fold(reference.key) not in used:
            yield _in_references(reference, f"no page cites [{reference.key}]")


@rule(
    "R003",
    "A work is listed once",
    why="Two keys for one work drift apart; of two works with one key, one is lost.",
    fix="keep one line, and use its key on all pages",
    bad="two lines with the same address",
    good="one line for each work",
)
def single_references(handbook: Handbook) -> Iterator[Found]:
    """Find keys and addresses that an earlier line has."""
    seen: dict[str, int] = {}
    for reference in handbook.references:
        for name, value in (("key", _fold(reference.key)), ("address", reference.url)):
            line = seen.setdefault(value, reference.line)
            if line != reference.line:
                message = f"[{reference.key}] has the same {name} as line {line}"
                yield _in_references(reference, message)


_REFERENCE_TITLE = re.compile(r'"[^",]+(?:,[^"]*)?, [^"]+"')
_KEY_YEAR = re.compile(r".*-((?:19|20)\d\d)(?:-\w+)*")


@rule(
    "R004",
    "A reference has the usual form",
    why="The form names the work to readers of the page, of the PDF and of print.",
    fix='write `[key-2015]: https://… "Title, Authors, venue year"` on one line',
    bad="[Ioffe]: https://arxiv.org/abs/1502.03167",
    good=(
        "[ioffe-2015]: https://arxiv.org/abs/1502.03167 "
        '"Batch Normalization: …, Sergey Ioffe and Christian Szegedy, ICML 2015"'
    ),
)
def reference_form(handbook: Handbook) -> Iterator[Found]:
    """Find lines of another form, and titles without the year in the key."""
    yield from _noted(handbook, "R004")
    for reference in handbook.references:
        year = _KEY_YEAR.fullmatch(reference.key)
        if not KEBAB.fullmatch(reference.key):
            yield _in_references(reference, f"[{reference.key}] is not kebab-case")
        elif not _REFERENCE_TITLE.fullmatch(reference.title):
            message = (
                f"[{reference.key}] lacks a title of the form Title, Authors, venue"
            )
            yield _in_references(reference, message)
        elif year and year[1] not in reference.title:
            message = f"the title of [{reference.key}] does not name the year {year[1]}"
            yield _in_references(reference, message)


@rule(
    "R005",
    "A reference's address begins with https://",
    why="Plain http can be read and changed on its way.",
    fix="use the https address",
    bad="[ioffe-2015]: http://arxiv.org/abs/1502.03167",
    good="[ioffe-2015]: https://arxiv.org/abs/1502.03167",
)
def secure_references(handbook: Handbook) -> Iterator[Found]:
    """Find other addresses."""
    for reference in handbook.references:
        if not re.match(r"https://[^/\s]+\.[^/\s]+", reference.url):
            message = f"[{reference.key}] has the address {reference.url}"
            yield _in_references(reference, message)


@rule(
    "R006",
    "References are defined in docs/references.md only",
    why="One list for all pages cannot contradict itself.",
    fix="move the line to docs/references.md",
    bad="[ioffe-2015]: https://… on a page",
    good="[ioffe-2015]: https://… in docs/references.md",
)
def central_references(handbook: Handbook) -> Iterator[Found]:
    """Find definitions on pages."""
    for page in handbook.all_pages():
        for reference in page.definitions:
            message = f"[{reference.key}] is defined on the page"
            yield Found(page.path, reference.line, message)


def _in_references(reference: Reference, message: str) -> Found:
    """Point at a line of docs/references.md."""
    return Found("docs/references.md", reference.line, message)


def _fold(key: str) -> str:
    """Return a key as Markdown compares it."""
    return " ".join(key.lower().split())


# L: links


@rule(
    "L001",
    "A link's page exists",
    why="A dead link ends the reader's way.",
    fix="correct the path; it starts from the folder of the page it stands on",
    bad="[dropout](regularisation.md)",
    good="[dropout](regularization.md)",
)
def linked_pages(handbook: Handbook) -> Iterator[Found]:
    """Find links to pages and files that don't exist."""
    known = _reachable(handbook)
    for page, link, path, _ in _internal_links(handbook):
        if path is None:
            message = f"the link {link.target} leaves the handbook"
            yield Found(page.path, link.line, message)
        elif path.endswith((".md", ".ipynb")):
            if path not in known[page.language]:
                yield Found(page.path, link.line, f"there is no page {path}")
        elif not _is_built(link.target) and not _asset_exists(
            handbook, page.language, path
        ):
            yield Found(page.path, link.line, f"there is no file {path}")


@rule(
    "L002",
    "A link's anchor exists",
    why="The reader lands at the top of a long page.",
    fix="use an id that stands in braces after a heading of that page",
    bad="[batch norm](#batchnorm)",
    good="[batch norm](#batch-norm)",
)
def linked_anchors(handbook: Handbook) -> Iterator[Found]:
    """Find anchors that no heading has."""
    for page, link, path, anchor in _internal_links(handbook):
        if not path or not anchor or not path.endswith(".md"):
            continue
        ids = _anchors(handbook, page.language, path)
        if ids is not None and anchor not in ids:
            message = f"{path} has no heading with the id `{anchor}`"
            yield Found(page.path, link.line, message)


@rule(
    "L003",
    "Links point to source files, from here",
    why="Relative links to .md work on the site, from disk, in print and on GitHub.",
    fix="write the relative path to the .md or .ipynb file",
    bad="[dropout](/theory/regularization.html)",
    good="[dropout](regularization.md#dropout)",
)
def source_links(handbook: Handbook) -> Iterator[Found]:
    """Find absolute paths and links to built pages."""
    for page in handbook.all_texts():
        for link in page.links:
            absolute = link.target.startswith("/") and link.target[1:2] != "/"
            if absolute or (not _is_external(link.target) and _is_built(link.target)):
                message = f"this link is no source path: {link.target}"
                yield Found(page.path, link.line, message)


@rule(
    "L004",
    "A link can be read and goes to https",
    why="A broken link shows its brackets; plain http can be changed on its way.",
    fix="write `[text](path.md#id)` or `[text](https://…)`, no spaces in the address",
    bad="[text](my page.md)",
    good="[text](my-page.md)",
)
def readable_links(handbook: Handbook) -> Iterator[Found]:
    """Find leftovers of links, empty links, and addresses other than https."""
    for page in handbook.all_texts():
        for number, line in enumerate(page.prose, 1):
            if "](" in line:
                yield Found(page.path, number, "a link in this line cannot be read")
        for link in page.links:
            scheme = _scheme(link.target)
            if not link.target:
                yield Found(
                    page.path, link.line, f"the link [{_clip(link.text)}] goes nowhere"
                )
            elif link.target.startswith("//") or (
                scheme and scheme not in {"https", "mailto", *_RUNNING_SCHEMES}
            ):
                yield Found(
                    page.path, link.line, f"the address {link.target} is not https"
                )


def _internal_links(
    handbook: Handbook,
) -> Iterator[tuple[Page, Link, str | None, str]]:
    """Yield page, link, path below the language's root and anchor."""
    for page in handbook.all_texts():
        for link in page.links:
            path, _, anchor = link.target.partition("#")
            outside = _is_external(link.target) or path.startswith("/")
            if link.target and not outside:
                yield page, link, _resolve(page, path), unquote(anchor)


def _reachable(handbook: Handbook) -> dict[str, frozenset[str]]:
    """Return the pages that links may name; Chinese falls back on English pages."""
    english = handbook.generated() | set(handbook.written("en"))
    return {"en": english, "zh": english | set(handbook.written("zh"))}


def _anchors(handbook: Handbook, language: str, path: str) -> frozenset[str] | None:
    """Return a page's anchors, or None where they are not known."""
    key = path.removesuffix(".md")
    page = handbook.pages[language].get(key) or handbook.pages["en"].get(key)
    if page:
        return page.anchors
    return frozenset(PILLARS) if path == "coverage.md" else None


def _resolve(page: Page, target: str) -> str | None:
    """Return a relative target's path below the language's root; None: outside."""
    here = f"{page.key}.md"
    target = unquote(target.partition("?")[0])
    if not target:
        return here
    folder = here.rpartition("/")[0]
    path = normpath(f"{folder}/{target}" if folder else target)
    return None if path.startswith(("..", "/")) else path


def _asset_exists(handbook: Handbook, language: str, path: str) -> bool:
    """Tell whether a file other than a page is served under a path."""
    folders = (f"docs/{language}", "docs/en", "docs/theme")
    try:
        return any((handbook.root / folder / path).is_file() for folder in folders)
    except (OSError, ValueError):
        return False


def _is_built(target: str) -> bool:
    """Tell whether a target is a page as the site serves it."""
    path = target.partition("#")[0].partition("?")[0]
    return path.endswith((".html", "/"))


def _is_external(target: str) -> bool:
    """Tell whether a target leads out of the handbook."""
    return bool(_scheme(target)) or target.startswith("//")


def _scheme(target: str) -> str:
    """Return a target's scheme in lower case, as browsers find it."""
    plain = re.sub(r"[\x00-\x20]", "", unescape(target))
    match = re.match(r"([A-Za-z][A-Za-z0-9+.-]*):", plain)
    return match[1].lower() if match else ""


# H: raw HTML

_TAGS = {"span", "br", "kbd", "sub", "sup", "div"}
_PLAIN_ATTRIBUTES = {"class", "lang", "title", "markdown", "hidden", "dir"}
_LOADING = {"style", "src", "srcset", "srcdoc", "href", "action", "formaction", "ping"}
_FILLED = re.compile(f"[{CODE}{MATH}{HIDDEN}]")  # comes back as HTML with quotes
_RUNNING_SCHEMES = {"javascript", "data", "vbscript"}

# The same once more, whatever Markdown makes of it: the reader's view and that of the
# generator differ where code spans, quotes, lists and raw HTML meet.
_SHOWN = re.compile(r"(?<![\\`])(`+)(?!`)[^\n]*?[^`\n]\1(?!`)")
_REMARK = re.compile(r"^ {0,3}<!--(?!-?>)(?:(?!--|`).)*-->", re.S | re.M)
_ACTING = rf"(?:on[a-z]{{3,}}|{'|'.join(sorted(_LOADING))})"
_ACTIVE_TAG = re.compile(rf"<(?:{RUNNING_TAG.pattern})(?=[\s/>])|<[!?](?!--)", re.I)
_ACTIVE_ATTRIBUTE = re.compile(
    rf"<[A-Za-z](?:[^<>]*|[^<\n]*)[\s/\"'`]{_ACTING}\s*=", re.I
)
_ACTIVE_LIST = re.compile(rf"^[^\n{{]*\{{[^\n]*[^\w\n-]{_ACTING}=", re.I | re.M)
_ACTIVE_ADDRESS = re.compile(
    rf"(?:\]\(|\]:|<)[\s>]*<?\s*(?:{'|'.join(sorted(_RUNNING_SCHEMES))}):\S", re.I
)


@rule(
    "H001",
    "Raw HTML is limited to harmless tags",
    why="Other tags break the PDF, the flashcards, or the reader's trust.",
    fix=(
        f"write Markdown; only {', '.join(sorted(_TAGS))} are allowed; "
        "put `<` that is text into code or a formula"
    ),
    bad="<script>…</script>",
    good="press <kbd>Ctrl</kbd>",
)
def harmless_tags(handbook: Handbook) -> Iterator[Found]:
    """Find other tags."""
    for page in handbook.all_texts():
        for tag in page.tags:
            if tag.name and tag.name not in _TAGS and not tag.closing:
                yield Found(page.path, tag.line, f"the tag <{tag.name}> is not allowed")
        yield from _active_head(page)
    for path, line, text in _bare(handbook):
        for match in _ACTIVE_TAG.finditer(text):
            at = line(text.count("\n", 0, match.start()) + 1)
            yield Found(path, at, f"`{_clip(match[0], 20)}` is not allowed")


def _active_head(page: Page) -> Iterator[Found]:
    """Find what the head of the built page would take for HTML or a template."""
    lines = page.text.split("\n")
    front = "\n".join(lines[1 : split_front_matter(lines) or 1])
    for number, text in scalars(front):
        if re.search('[<>"]', text):
            message = f'front matter holds `<`, `>` or `"`: {_clip(text)}'
            yield Found(page.path, number + 1, message)
    if page.meta.get("template", "home.html") != "home.html":
        line = page.meta_lines.get("template", 1)
        yield Found(page.path, line, "the only template is home.html")
    for heading in page.headings:
        if heading.level == 1 and re.search('[<>"]|&#?\\w+;', heading.title):
            message = f'the title holds HTML or `"`: {_clip(heading.title)}'
            yield Found(page.path, heading.line, message)


def _bare(
    handbook: Handbook,
) -> Iterator[tuple[str, Callable[[int], int], str]]:
    """Yield path, lines and text of pages and cells, without what is shown as code."""
    for page in handbook.all_pages():
        yield page.path, int, _without_code(page, remarks=True)
    for language in LANGUAGES:
        for notebook in handbook.notebooks[language].values():
            for cell in notebook.cells:
                if cell.kind != "code":
                    text = _without_code(parse_page(cell.source, language))
                    yield notebook.path, cell.line, text


def _without_code(page: Page, remarks: bool = False) -> str:
    """Blank code, and remarks, in a page's text; in raw HTML no code is code."""
    lines = page.text.split("\n")
    raw = "<div" in page.text.lower()
    for code in page.codes:
        if code.fenced or (remarks and not raw):
            lines[code.line - 1 : code.last] = [""] * (code.last + 1 - code.line)
    text = "\n".join(lines)
    if remarks:
        text = _REMARK.sub(lambda match: "\n" * match[0].count("\n"), text)
    return text if raw else _SHOWN.sub("", text)


@rule(
    "H002",
    "Nothing on a page runs or loads by attribute",
    why="The site fetches nothing from elsewhere and runs no code of its pages.",
    fix="delete the attribute, or link to the address with `[text](https://…)`",
    bad='<span onclick="…">',
    good='<span class="note">',
)
def harmless_attributes(handbook: Handbook) -> Iterator[Found]:
    """Find attributes that run or load, and addresses that do."""
    for page in handbook.all_texts():
        for tag in page.tags:
            for name, value in tag.attributes:
                if _runs(tag.name, name, value):
                    message = f"the attribute {name}={_clip(value)!r} is not allowed"
                    yield Found(page.path, tag.line, message)
        targets = [(link.target, link.line) for link in page.links]
        targets += [(image.target, image.line) for image in page.images]
        for target, line in targets:
            if _scheme(target) in _RUNNING_SCHEMES:
                message = f"the address {_clip(target)} is not allowed"
                yield Found(page.path, line, message)
    for path, place, text in _bare(handbook):
        plain = [re.sub(r"[\x00-\x1f\\]", "", unescape(t)) for t in text.split("\n")]
        for pattern in (_ACTIVE_ATTRIBUTE, _ACTIVE_LIST, _ACTIVE_ADDRESS):
            for match in pattern.finditer(whole := "\n".join(plain)):
                at = place(whole.count("\n", 0, match.start()) + 1)
                yield Found(path, at, f"`{_clip(match[0])}` is not allowed")


def _runs(tag: str, name: str, value: str) -> bool:
    """Tell whether an attribute of a tag or of a Markdown element may do something."""
    name = name.lower()
    if _scheme(value) in _RUNNING_SCHEMES or _FILLED.search(f"{name}{value}"):
        return True
    if not tag:  # an attribute list such as `{ .figure width=300 }`
        return bool(value) and (name.startswith("on") or name in _LOADING)
    return name not in _PLAIN_ATTRIBUTES and not name.startswith(("data-", "aria-"))


@rule(
    "H003",
    "Images come from the handbook itself",
    why="The site fetches nothing from another host, and works offline.",
    fix="draw the figure in snippets/figures and show that",
    bad="![…](https://example.org/plot.png)",
    good="![…](../figures/normalization/nchw-axes.svg)",
)
def own_images(handbook: Handbook) -> Iterator[Found]:
    """Find images of other hosts, and images by reference."""
    for page in handbook.all_texts():
        for image in page.images:
            if (
                _is_external(image.target)
                and _scheme(image.target) not in _RUNNING_SCHEMES
            ):
                yield Found(page.path, image.line, f"external image {image.target}")
        for use in page.uses:
            if use.image:
                yield Found(page.path, use.line, f"external image [{use.key}]")


# N: navigation


@rule(
    "N001",
    "Every page is in the navigation",
    why="Readers cannot find a page that no menu shows.",
    fix="add the page to `nav` in mkdocs.yml and mkdocs.zh.yml",
    bad="theory/dropout.md missing from nav",
    good="- theory/dropout.md",
)
def pages_in_nav(handbook: Handbook) -> Iterator[Found]:
    """Find pages, written or generated, that a navigation lacks."""
    for language, config in CONFIGS.items():
        listed = {entry.path for entry in handbook.nav[language]}
        if not listed:
            continue
        written = handbook.written("en") | handbook.written(language)
        for path in sorted(_reachable(handbook)[language] - listed):
            if path in written:
                yield Found(written[path], 1, f"{config} does not list this page")
            else:
                yield Found(config, 1, f"nav does not list the generated page {path}")


@rule(
    "N002",
    "Every entry of the navigation is a page",
    why="The build stops at a missing page.",
    fix="correct the path, or delete the line",
    bad="- theory/no-such-page.md",
    good="- theory/normalization.md",
)
def nav_pages(handbook: Handbook) -> Iterator[Found]:
    """Find entries without a page."""
    known = _reachable(handbook)
    for language, config in CONFIGS.items():
        for entry in handbook.nav[language]:
            if entry.path not in known[language]:
                yield Found(config, entry.line, f"there is no page {entry.path}")


@rule(
    "N003",
    "Both navigations list the same pages in the same order",
    why="The language switch leads to the same place.",
    fix="make `nav` of mkdocs.zh.yml follow that of mkdocs.yml",
    bad="two pages swapped in mkdocs.zh.yml",
    good="the order of mkdocs.yml",
)
def equal_navs(handbook: Handbook) -> Iterator[Found]:
    """Find the first place where the Chinese navigation differs."""
    english, chinese = (
        [entry.path for entry in handbook.nav[key]] for key in LANGUAGES
    )
    if english == chinese or not english or not chinese:
        return
    index = _first_difference(english, chinese)
    line = handbook.nav["zh"][min(index, len(chinese) - 1)].line
    yield Found(CONFIGS["zh"], line, _difference(english, chinese))


@rule(
    "N004",
    "The navigation can be read and names each page once",
    why="Without it the site has no menu.",
    fix="write `nav:` as a list of `- title: path.md` or `- path.md`, each page once",
    bad="nav: theory",
    good="nav:\n  - Home: index.md",
)
def readable_nav(handbook: Handbook) -> Iterator[Found]:
    """Find unreadable navigations and pages listed twice."""
    yield from _noted(handbook, "N004")
    for language, config in CONFIGS.items():
        seen: dict[str, int] = {}
        for entry in handbook.nav[language]:
            if seen.setdefault(entry.path, entry.line) != entry.line:
                message = f"{entry.path} stands in line {seen[entry.path]} too"
                yield Found(config, entry.line, message)


# T: translation


@rule(
    "T001",
    "Every English page has a Chinese counterpart",
    why="Chinese readers see the English page until then.",
    fix="write the page at that path",
    bad="docs/zh/theory/dropout.md missing",
    good="docs/zh/theory/dropout.md",
    severity="debt",
)
def untranslated(handbook: Handbook) -> Iterator[Found]:
    """Find pages and notebooks without a translation."""
    chinese = handbook.written("zh")
    for path, source in handbook.written("en").items():
        if path not in chinese:
            yield Found(source, 1, f"there is no translation docs/zh/{path}")


@rule(
    "T002",
    "A translation is as new as its English page",
    why="Otherwise the two languages teach different things.",
    fix=(
        "translate what changed in the English page, then run "
        "`python3 -m scripts translate done <pillar>/<page>`"
    ),
    bad="translation_of: of an older English text",
    good="translation_of: of the present English text",
    severity="debt",
)
def stale(handbook: Handbook) -> Iterator[Found]:
    """Find translations of an older English text."""
    for english, chinese in _pairs(handbook):
        if _is_stale(english, chinese):
            line = chinese.meta_lines["translation_of"]
            current = content_hash(english.text)
            message = f"{english.path} changed since; it is now {current}"
            yield Found(chinese.path, line, message)


@rule(
    "T003",
    "A translation says which English text it translates",
    why="Only so is it known when it falls behind.",
    fix="run `python3 -m scripts translate done <pillar>/<page>`, or add that line",
    bad="---\ndescription: …\n---",
    good="---\ndescription: …\ntranslation_of: 0123456789abcdef\n---",
)
def unmarked(handbook: Handbook) -> Iterator[Found]:
    """Find translations without a fingerprint."""
    for english, chinese in _pairs(handbook):
        if not _fingerprint(chinese):
            wanted = f"translation_of: {content_hash(english.text)}"
            yield Found(chinese.path, 1, f"the front matter lacks `{wanted}`")


def _fingerprint(page: Page) -> str:
    """Return the fingerprint as written: YAML takes digits for a number."""
    line = page.meta_lines.get("translation_of", 0)
    text = page.text.split("\n")[line - 1] if line else ""
    return text.partition(":")[2].strip(" \"'")


@rule(
    "T004",
    "Both languages have the same questions in the same order",
    why="The language switch keeps the reader's question.",
    fix="use the ids of the English page in its order",
    bad="a question missing in Chinese",
    good="the same ids in the same order",
)
def same_questions(handbook: Handbook) -> Iterator[Found]:
    """Find pages whose questions differ."""
    for english, chinese in _current(handbook):
        yield from _compare(
            chinese,
            [question.id for question in english.questions],
            [(question.id, question.line) for question in chinese.questions],
            "questions",
        )


@rule(
    "T005",
    "Both languages have the same groups",
    why="Links to groups lead to the same place in both.",
    fix="use the group ids of the English page in its order",
    bad="## 概率 { #probabilities }, where English has #probability",
    good="## 概率 { #probability }",
)
def same_groups(handbook: Handbook) -> Iterator[Found]:
    """Find pages whose group ids differ."""
    for english, chinese in _current(handbook):
        yield from _compare(
            chinese,
            [heading.id for heading in english.groups],
            [(heading.id, heading.line) for heading in chinese.groups],
            "groups",
        )


@rule(
    "T006",
    "A question has the same attributes in both languages",
    why="Level, sources and tags belong to the question, not to its wording.",
    fix="copy the braces from the English heading",
    bad="data-level=advanced, where English has basic",
    good="data-level=basic",
)
def same_attributes(handbook: Handbook) -> Iterator[Found]:
    """Find questions whose attributes differ."""
    for english, chinese in _current(handbook):
        others = {question.id: question for question in english.questions}
        for question in chinese.questions:
            other = others.get(question.id)
            if other and (
                other.heading.attributes != question.heading.attributes
                or other.heading.classes != question.heading.classes
            ):
                message = f"{_named(question)} has other attributes than in English"
                yield _at(question, message)


@rule(
    "T007",
    "Both languages show the same code",
    why="There is one program, tested once.",
    fix="copy the code blocks from the English answer",
    bad="a code block missing in Chinese",
    good="the same embeddings in the same order",
)
def same_code(handbook: Handbook) -> Iterator[Found]:
    """Find questions whose embedded code differs."""
    return _parity(
        handbook, lambda page: page.embeds, lambda embed: embed.target, "code"
    )


@rule(
    "T008",
    "Both languages have the same formulas",
    why="Mathematics needs no translation; where they differ, one is wrong.",
    fix="copy the formula from the English answer, sign by sign",
    bad="$y=x$, where English has $y = x$",
    good="$y = x$",
)
def same_formulas(handbook: Handbook) -> Iterator[Found]:
    """Find questions whose formulas differ; their order is free."""
    return _parity(
        handbook,
        lambda page: page.formulas,
        lambda formula: formula.text,
        "formulas",
        ordered=False,
    )


@rule(
    "T009",
    "Both languages show the same figures",
    why="One file serves both.",
    fix="show the figures of the English answer in its order",
    bad="a figure missing in Chinese",
    good="the same figures in the same order",
)
def same_figures(handbook: Handbook) -> Iterator[Found]:
    """Find questions whose images differ."""
    return _parity(
        handbook, lambda page: page.images, lambda image: image.target, "figures"
    )


@rule(
    "T010",
    "Both languages link to the same places",
    why="A Chinese reader has the same ways on.",
    fix="use the links of the English answer",
    bad="a follow-up missing in Chinese",
    good="the same targets in the same order",
)
def same_links(handbook: Handbook) -> Iterator[Found]:
    """Find questions whose internal links differ."""
    return _parity(
        handbook,
        lambda page: [link for link in page.links if not _is_external(link.target)],
        lambda link: link.target,
        "links",
        ordered=False,
    )


@rule(
    "T011",
    "Both languages cite the same works",
    why="The evidence does not depend on the language.",
    fix="cite the works of the English answer",
    bad="[ioffe-2015] missing in Chinese",
    good="the same keys",
)
def same_references(handbook: Handbook) -> Iterator[Found]:
    """Find questions whose references differ."""
    return _parity(
        handbook,
        lambda page: page.uses,
        lambda use: use.key,
        "references",
        ordered=False,
    )


@rule(
    "T012",
    "Every Chinese page has an English original",
    why="English is the source of truth, and the switch must lead somewhere.",
    fix="write the English page at that path",
    bad="docs/zh/theory/dropout.md without docs/en/theory/dropout.md",
    good="both",
)
def originals(handbook: Handbook) -> Iterator[Found]:
    """Find Chinese pages and notebooks without an English one."""
    english = handbook.written("en")
    for path, source in handbook.written("zh").items():
        if path not in english:
            yield Found(source, 1, f"there is no docs/en/{path}")


class _Placed(Protocol):
    """Anything that stands in a line of a page."""

    @property
    def line(self) -> int:
        """The line."""


T = TypeVar("T", bound=_Placed)


def _pairs(handbook: Handbook) -> Iterator[tuple[Page, Page]]:
    """Yield each English page with its translation."""
    for key, chinese in handbook.pages["zh"].items():
        if english := handbook.pages["en"].get(key):
            yield english, chinese


def _is_stale(english: Page, chinese: Page) -> bool:
    """Tell whether a translation was made from another English text (T002 says so)."""
    stored = _fingerprint(chinese)
    return bool(stored) and stored != content_hash(english.text)


def _current(handbook: Handbook) -> Iterator[tuple[Page, Page]]:
    """Yield pairs to compare: a stale translation may differ until it is renewed."""
    for english, chinese in _pairs(handbook):
        if not _is_stale(english, chinese):
            yield english, chinese


def _parity(
    handbook: Handbook,
    parts: Callable[[Page], Iterable[T]],
    name: Callable[[T], str],
    what: str,
    *,
    ordered: bool = True,
) -> Iterator[Found]:
    """Compare one kind of thing question by question, and outside of questions."""
    for english, chinese in _current(handbook):
        wanted = _by_question(english, parts(english))
        found = _by_question(chinese, parts(chinese))
        lines = {question.id: question.line for question in chinese.questions}
        for id in dict.fromkeys([*wanted, *found]):
            if id and id not in lines:
                continue
            left = [name(part) for part in wanted.get(id, ())]
            right = [(name(part), part.line) for part in found.get(id, ())]
            if not ordered and Counter(left) == Counter(text for text, _ in right):
                continue
            yield from _compare(
                chinese, left, right, what, id, lines.get(id, 1), ordered=ordered
            )


def _by_question(page: Page, parts: Iterable[T]) -> dict[str, list[T]]:
    """Group what stands on a page by question; what stands outside has no name."""
    groups: dict[str, list[T]] = {}
    for part in parts:
        question = page.question_at(part.line)
        groups.setdefault(question.id if question else "", []).append(part)
    return groups


def _compare(
    page: Page,
    wanted: Sequence[str],
    found: Sequence[tuple[str, int]],
    what: str,
    id: str = "",
    line: int = 1,
    *,
    ordered: bool = True,
) -> Iterator[Found]:
    """Report the first difference between an English list and a Chinese one."""
    names = [name for name, _ in found]
    where = f"`{id}`: " if id else ""
    if ordered and names != list(wanted):
        index = _first_difference(wanted, names)
        place = found[index][1] if index < len(found) else line
        yield Found(
            page.path,
            place,
            f"{where}other {what} than in English: {_difference(wanted, names)}",
        )
    elif not ordered:
        extra, missing = (
            Counter(names) - Counter(wanted),
            Counter(wanted) - Counter(names),
        )
        place = next((at for name, at in found if name in extra), line)
        parts = [f"missing {_clip(name)}" for name in missing]
        parts += [f"not in English {_clip(name)}" for name in extra]
        yield Found(
            page.path,
            place,
            f"{where}other {what} than in English: {'; '.join(parts[:4])}",
        )


def _first_difference(left: Sequence[Hashable], right: Sequence[Hashable]) -> int:
    """Return the first index at which two unequal lists differ."""
    for index, (one, other) in enumerate(zip(left, right, strict=False)):
        if one != other:
            return index
    return min(len(left), len(right))


def _difference(wanted: Sequence[str], found: Sequence[str]) -> str:
    """Describe the first difference of two lists."""
    index = _first_difference(wanted, found)
    left = _clip(wanted[index]) if index < len(wanted) else "nothing"
    right = _clip(found[index]) if index < len(found) else "nothing"
    return f"{right} where English has {left}"


# C: Chinese typography

_MARKUP = dict.fromkeys(map(ord, f"*[]{HIDDEN}"))
_HALF_WIDTH = re.compile(
    rf"[{CJK}][,;:!?\"]|[{CJK}]\.(?=$|[ {CJK}])|\"[{CJK}]"
    rf"|[{CJK}] ?\(|\)[{CJK}]|\([^()]*[{CJK}][^()]*\)"
)
_TIGHT = re.compile(rf"[{CJK}][A-Za-z0-9{CODE}{MATH}]|[A-Za-z0-9{CODE}{MATH}][{CJK}]")


@rule(
    "C001",
    "Chinese text has full-width punctuation",
    why="Half-width signs look torn between Chinese characters.",
    fix="use ，。；：？！（）“” in Chinese text",
    bad="批量归一化(batch normalization),训练时",
    good="批量归一化（batch normalization），训练时",
)
def full_width(handbook: Handbook) -> Iterator[Found]:
    """Find half-width punctuation next to Chinese characters."""
    return _typography(handbook, _HALF_WIDTH, "half-width punctuation")


@rule(
    "C002",
    "A space separates Chinese from Latin text, code and formulas",
    why="Words of two scripts run together without it.",
    fix="put a space between them (none next to full-width punctuation)",
    bad="用ReLU和$x$",
    good="用 ReLU 和 $x$",
)
def spaced(handbook: Handbook) -> Iterator[Found]:
    """Find Chinese characters glued to letters, digits, code or formulas."""
    return _typography(handbook, _TIGHT, "no space between Chinese and other text")


def _typography(
    handbook: Handbook, pattern: re.Pattern[str], what: str
) -> Iterator[Found]:
    """Find a pattern in the prose of Chinese pages, once a line."""
    for page in handbook.pages["zh"].values():
        for number, line in enumerate(page.prose, 1):
            plain = line.translate(_MARKUP)
            if match := pattern.search(plain):
                around = plain[max(0, match.start() - 6) : match.end() + 6]
                shown = around.replace(CODE, "`").replace(MATH, "$")
                shown = re.sub(r"`+", "`…`", re.sub(r"\$+", "$…$", shown))
                yield Found(page.path, number, f"{what}: “{shown.strip()}”")


# E: explorations

read_rule(
    "E001",
    "An exploration is a Jupyter notebook",
    why="The build executes it.",
    fix="save it again from Jupyter",
    bad="an .ipynb file that holds no JSON",
    good="an .ipynb file saved by Jupyter",
)


@rule(
    "E002",
    "A notebook stores no results",
    why="The build runs it afresh; stored results lie once the code has changed.",
    fix="clear all outputs in Jupyter (Edit, Clear All Outputs) and save",
    bad='"outputs": [{…}], "execution_count": 3',
    good='"outputs": [], "execution_count": null',
)
def stored_results(handbook: Handbook) -> Iterator[Found]:
    """Find code cells with results or numbers."""
    for language in LANGUAGES:
        for notebook in handbook.notebooks[language].values():
            for number, cell in enumerate(notebook.code, 1):
                if cell.stores:
                    message = f"code cell {number} stores a result"
                    yield Found(notebook.path, cell.line(), message)


@rule(
    "E003",
    "A notebook runs the same code in both languages",
    why="Only the text around it is translated.",
    fix="copy the code cells of the English notebook",
    bad="a changed cell in Chinese",
    good="the same cells in the same order",
)
def same_cells(handbook: Handbook) -> Iterator[Found]:
    """Find notebooks whose code differs."""
    for key, chinese in handbook.notebooks["zh"].items():
        english = handbook.notebooks["en"].get(key)
        if not english:
            continue
        ours = [cell.source for cell in english.code]
        theirs = [cell.source for cell in chinese.code]
        if ours != theirs:
            index = _first_difference(ours, theirs)
            message = f"code cell {index + 1} differs from the English notebook"
            line = chinese.code[index].line() if index < len(theirs) else 1
            yield Found(chinese.path, line, message)


@rule(
    "E004",
    "A notebook only computes",
    why="The build runs it: no commands, no network, no files, no other packages.",
    fix=(
        "use NumPy, Matplotlib, scikit-learn, the standard library's mathematics and "
        "snippets; put data into a snippet"
    ),
    bad="!pip install seaborn",
    good="from snippets.theory.optimizers import adam",
)
def computing_notebooks(handbook: Handbook) -> Iterator[Found]:
    """Find commands, imports and calls that reach outside."""
    for language in LANGUAGES:
        for notebook in handbook.notebooks[language].values():
            for cell in notebook.code:
                for line, message in safety.reaches(cell.source, notebook=True):
                    yield Found(notebook.path, cell.line(line), message)


@rule(
    "E005",
    "A notebook has text cells and code cells",
    why="A raw cell goes to the page as it is, whatever it holds.",
    fix="turn it into a Markdown cell or delete it",
    bad='"cell_type": "raw"',
    good='"cell_type": "markdown"',
)
def known_cells(handbook: Handbook) -> Iterator[Found]:
    """Find cells of other kinds."""
    for language in LANGUAGES:
        for notebook in handbook.notebooks[language].values():
            for cell in notebook.cells:
                if cell.kind not in ("markdown", "code"):
                    message = f"this is a cell of kind {cell.kind!r}"
                    yield Found(notebook.path, cell.line(), message)


# J: exercises and their judge


@rule(
    "J001",
    "An exercise is a question of its page",
    why="Its statement, hints and answer stand there, under the same name.",
    fix=(
        "write the question with that id on that page, or drop the mark "
        "`[start:solution]` if the module is no exercise"
    ),
    bad="snippets/coding/binary_search/kth_smallest.py without a question",
    good="### … { #kth-smallest .question … } in docs/en/coding/binary-search.md",
)
def exercise_questions(handbook: Handbook) -> Iterator[Found]:
    """Find exercises that no question tells of."""
    for key, module in handbook.exercises().items():
        page, id = key.split("/")
        known = handbook.pages["en"].get(f"coding/{page}")
        if not known or id not in {question.id for question in known.questions}:
            message = f"docs/en/coding/{page}.md has no question `{id}`"
            yield Found(module.path, module.sections[SOLUTION], message)


@rule(
    "J002",
    "An exercise has cases",
    why="They prove the solution and judge the reader's.",
    fix="write them as those of tests/exercises/arrays_and_strings/two_sum.py",
    bad="snippets/coding/binary_search/kth_smallest.py alone",
    good="tests/exercises/binary_search/kth_smallest.py beside it",
)
def exercise_cases(handbook: Handbook) -> Iterator[Found]:
    """Find exercises without cases, and cases without exercise."""
    solutions = {module.path for module in handbook.exercises().values()}
    for path in sorted(solutions):
        wanted = path.replace(EXERCISES, "tests/exercises/")
        if wanted not in handbook.cases:
            line = handbook.modules[path].sections[SOLUTION]
            yield Found(path, line, f"there is no {wanted}")
    for path in sorted(handbook.cases):
        wanted = path.replace("tests/exercises/", EXERCISES)
        shared = path.rpartition("/")[2].startswith(("_", "test_"))
        if not shared and wanted not in solutions:
            yield Found(path, 1, f"there is no {wanted} with a section `{SOLUTION}`")


@rule(
    "J003",
    "An exercise has hints, and they stand before the answer",
    why="Who is stuck wants one step, not the solution.",
    fix="write at least one `/// hint` between the statement and `/// answer`",
    bad="/// answer\n\n…\n\n///\n\n/// hint\n\n…\n\n///",
    good="/// hint\n\n…\n\n///\n\n/// answer\n\n…\n\n///",
)
def exercise_hints(handbook: Handbook) -> Iterator[Found]:
    """Find exercises without hints, and hints elsewhere than before an answer."""
    ids = {key.split("/")[1] for key in handbook.exercises()}
    for question in handbook.all_questions():
        kinds = [block.kind for block in question.blocks]
        if question.id in ids and HINT not in kinds:
            yield _at(question, f"{_named(question)} has no `/// {HINT}`")
        for place, block in enumerate(question.blocks):
            if block.kind == HINT and set(kinds[:place]) - {HINT}:
                message = f"{_named(question)}: this hint stands after the answer"
                yield Found(question.path, block.line, message)


@rule(
    "J004",
    "Both languages give the same number of hints",
    why="A Chinese reader gets the same steps.",
    fix="write each hint of the English page",
    bad="two hints in English, one in Chinese",
    good="as many in both",
)
def same_hints(handbook: Handbook) -> Iterator[Found]:
    """Find questions whose hints are fewer or more in Chinese."""
    return _parity(
        handbook,
        lambda page: [block for block in page.blocks if block.kind == HINT],
        lambda block: block.kind,
        "hints",
    )


# I: interview reports


def _reports(handbook: Handbook) -> Iterator[Page]:
    """Yield the pages that tell of an interview."""
    english = handbook.pages["en"]
    for page in handbook.all_pages():
        stale = page.key in english and _is_stale(english[page.key], page)
        if page.key.startswith(f"{REPORTS}/") and not stale:
            yield page


@rule(
    "I001",
    "An interview has a report, and a report an interview",
    why="Comparison and coverage are made from docs/sources.yml, and link to reports.",
    fix=(
        "write `docs/en/reports/<id>.md`, or list the interview under its source in "
        "docs/sources.yml"
    ),
    bad="docs/en/reports/my-interview.md, and nothing in docs/sources.yml",
    good="- {id: my-interview, company: …, interviewers: …, told: consented, …}",
)
def told_interviews(handbook: Handbook) -> Iterator[Found]:
    """Find interviews without a page and pages without an interview."""
    if any(problem.path == "docs/sources.yml" for problem in handbook.problems):
        return  # an entry that cannot be read is not missing
    known = {interview.id for interview in handbook.interviews}
    for page in _reports(handbook):
        if page.key.removeprefix(f"{REPORTS}/") not in known:
            message = "docs/sources.yml has no interview with this file's name"
            yield Found(page.path, 1, message)
    for interview in handbook.interviews:
        key = f"{REPORTS}/{interview.id}"
        if key not in handbook.pages["en"]:
            message = f"there is no docs/en/{key}.md"
            yield Found("docs/sources.yml", interview.line, message)


@rule(
    "I002",
    "A report has the six sections in order",
    why="Readers compare interviews section by section.",
    fix="give the second-level headings these ids, in this order: "
    + ", ".join(REPORT_SECTIONS),
    bad="## What happened",
    good="## Setting { #setting }",
)
def report_sections(handbook: Handbook) -> Iterator[Found]:
    """Find the first section that is not the one expected."""
    for page in _reports(handbook):
        found = [(heading.id, heading.line) for heading in page.groups]
        for number, wanted in enumerate(REPORT_SECTIONS):
            here = found[number] if number < len(found) else (None, 1)
            if here[0] != wanted:
                message = f"the section `{wanted}` is not here"
                yield Found(page.path, here[1], message)
                break
        else:
            for _, line in found[len(REPORT_SECTIONS) :]:
                message = "a report ends with its lessons"
                yield Found(page.path, line, message)


@rule(
    "I003",
    "A report links the questions asked, in order",
    why="The report leads to the answers, and the comparison counts the same ones.",
    fix="link each question of `asked` in docs/sources.yml once, in its order",
    bad="1. They asked about dropout.",
    good="1. They asked about [dropout](../theory/regularization.md#dropout).",
)
def asked_in_order(handbook: Handbook) -> Iterator[Found]:
    """Compare the links of a report's questions with docs/sources.yml."""
    asked = {interview.id: interview.asked for interview in handbook.interviews}
    for page in _reports(handbook):
        wanted = asked.get(page.key.removeprefix(f"{REPORTS}/"))
        starts = {heading.id: heading.line for heading in page.groups}
        if wanted is None or "questions" not in starts:
            continue  # I001 and I002 say so
        start = starts["questions"]
        end = min((n for n in starts.values() if n > start), default=10**9)
        linked = [
            (link.target.rpartition("#")[2], link.line)
            for link in page.links
            if start < link.line < end and "#" in link.target
        ]
        for number, id in enumerate(wanted):
            here = linked[number] if number < len(linked) else (None, start)
            if here[0] != id:
                yield Found(page.path, here[1], f"the link to `{id}` is not here")
                break
        else:
            for id, line in linked[len(wanted) :]:
                yield Found(page.path, line, f"`{id}` is not among those asked")


_CONTACT = re.compile(
    r"[\w.+-]+@[\w-]+\.[\w.]+"  # mail
    r"|(?<![\d.])(?:\+\d{1,3}[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?!\d)"  # mobile, China
    r"|\+\d{1,3}(?:[ -]?\d{2,4}){3,4}"  # telephone elsewhere
    r"|(?:微信号?|QQ|WeChat(?: ID)?)\s*[:：]\s*\w{4,}",
    re.IGNORECASE,
)


@rule(
    "I004",
    "A report holds no address or number of a person",
    why="Interviewers and candidates are told of without being found.",
    fix="delete it, and whatever else tells who somebody is",
    bad="Write to me: jane@example.org",
    good="One of two engineers asked.",
)
def anonymous_reports(handbook: Handbook) -> Iterator[Found]:
    """Find mail addresses, telephone numbers and accounts in reports."""
    for page in _reports(handbook):
        for number, line in enumerate(page.text.splitlines(), 1):
            for match in _CONTACT.finditer(line):
                yield Found(page.path, number, f"`{match[0]}` names a person")


# D: data files

read_rule(
    "D001",
    "The glossary is a list of complete terms",
    why="It is the glossary page and the dictionary of the Chinese search.",
    fix='write each as `- {en: "…", zh: "…", about_en: "…", about_zh: "…"}`',
    bad="- {en: batch normalization}",
    good="- {en: batch normalization, zh: 批量归一化, about_en: …, about_zh: …}",
)


@rule(
    "D002",
    "A term stands once in the glossary",
    why="Two definitions of one term contradict each other sooner or later.",
    fix="keep one of the two entries",
    bad="`dropout` twice",
    good="`dropout` once",
)
def single_terms(handbook: Handbook) -> Iterator[Found]:
    """Find terms that an earlier entry has in English."""
    seen: dict[str, int] = {}
    for term in handbook.glossary:
        line = seen.setdefault(term.en.casefold().strip(), term.line)
        if line != term.line:
            message = f"`{term.en}` stands in line {line} too"
            yield Found("docs/glossary.yml", term.line, message)


read_rule(
    "D003",
    "docs/sources.yml can be read",
    why="Badges, the sources' pages and the coverage page are made from it.",
    fix=(
        "keep `sources:` (key: {title: …}) and `questions:` (pillar: page: a list of "
        "{id: …, level: …, asked: [keys]})"
    ),
    bad="- {id: dropout, level: easy}",
    good="- {id: dropout, level: basic, asked: [ho-2017]}",
)


@rule(
    "D004",
    "docs/practice.yml can be read and names what exists",
    why="Self-check and mock interview draw from it.",
    fix="keep the form of the file, and name questions and pages as they are",
    bad="questions: [no-such-question]",
    good="questions: [preventing-overfitting, dropout]",
)
def practice_names(handbook: Handbook) -> Iterator[Found]:
    """Find topics of unknown questions and fields of unknown pages."""
    yield from _noted(handbook, "D004")
    ids = {q.id for page in handbook.pages["en"].values() for q in page.questions}
    for id, line in handbook.practice.questions:
        if id not in ids:
            message = f"no page has the question `{id}`"
            yield Found("docs/practice.yml", line, message)
    for page, line in handbook.practice.pages:
        if page not in handbook.pages["en"]:
            yield Found("docs/practice.yml", line, f"there is no page {page}")


@rule(
    "D005",
    "Practices and reading of docs/sources.yml stand where it says",
    why="The coverage page links there.",
    fix="correct `where`, as seen from docs/en, or write that section",
    bad='where: "guides/reading.md#no-such-book"',
    good='where: "guides/reading.md#kaggle"',
)
def told_places(handbook: Handbook) -> Iterator[Found]:
    """Find places of practices and reading that don't exist."""
    for place, line in handbook.places:
        path, _, anchor = place.partition("#")
        page = handbook.pages["en"].get(path.removesuffix(".md"))
        if page is None or anchor not in page.anchors:
            yield Found("docs/sources.yml", line, f"there is no {place}")


_NOT_PLAIN = re.compile(r"<[/!?A-Za-z][^\s]*|!\[|\{.*=|\n[^\n]*\S|8<-")
_ADDRESS = re.compile(r"(?:java|vb)script:|data:\w+/", re.I)


@rule(
    "D006",
    "Data files hold text, no HTML",
    why="Pages are made from them as they stand.",
    fix="write it in words; put `<` that is text into a formula or between backquotes",
    bad='about_en: "<img src=…>"',
    good='about_en: "The `<eos>` token ends a sequence."',
)
def plain_data(handbook: Handbook) -> Iterator[Found]:
    """Find tags, and addresses that run, in data files and references."""
    for name, text in handbook.data.items():
        yaml = name.endswith(".yml")
        for number, value in scalars(text) if yaml else enumerate(text.split("\n"), 1):
            plain = _SHOWN.sub("", value)
            plain = re.sub(r"(?<!\\)\$(?!\s)[^$]*(?<!\s)\$", "", plain)
            match = _NOT_PLAIN.search(plain) or _ADDRESS.search(
                re.sub(r"[\x00-\x20]", "", unescape(plain))
            )
            if match:
                yield Found(name, number, f"`{_clip(match[0])}` is not plain text")


# Helpers of all


def _at(question: Question, message: str) -> Found:
    """Point at a question's heading."""
    return Found(question.path, question.line, message)


def _named(question: Question) -> str:
    """Name a question in a message."""
    return f"`{question.id}`" if question.id else f"“{question.title}”"


def _clip(text: str, length: int = 60) -> str:
    """Shorten a text for a message."""
    text = " ".join(text.split())
    return text if len(text) <= length else f"{text[: length - 1]}…"


def check(handbook: Handbook) -> list[Problem]:
    """Return every breach of every rule, in the order of files and lines."""
    found = {problem for each in RULES.values() for problem in each.problems(handbook)}
    return sorted(found, key=lambda p: (p.path, p.line, p.rule, p.message))
