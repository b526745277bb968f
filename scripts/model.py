"""The one reader of the handbook: pages, questions, data files and snippet modules.

Nothing here judges. `read_handbook` reads the tree once and never raises for what a
file contains: what cannot be read is decoded, guessed or skipped, and noted as a
`Problem` with the id of the rule in `scripts.rules` that explains it.

Lines count from 1. Paths are relative to the root and written with slashes.
"""

import hashlib
import html
import json
import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from pathlib import Path
from typing import Any

import yaml

from scripts import safety
from scripts.config import CONFIGS

LANGUAGES = ("en", "zh")
PILLARS = ("theory", "projects", "coding", "industry")
LEVELS = ("basic", "advanced", "expert")
BLOCKS = ("answer", "pitfalls", "rubric")
REPORTS = "reports"  # the folder of interview reports
REPORT_SECTIONS = ("setting", "process", "questions", "course", "signs", "lessons")
TEAMS = ("none", "classical", "deep", "unknown")  # what an interview's team did
TOLD = ("published", "consented")  # why an interview may be told
HINT = "hint"  # a block before the answer, any number of times
DATA = (
    *("docs/glossary.yml", "docs/practice.yml"),
    *("docs/references.md", "docs/sources.yml"),
)
NO_FIGURES = {"__init__", "diagram", "style"}  # modules of snippets/figures
SHOWN_BY_BUILD = "snippets/figures/reports.py"  # its figures are on a generated page
YAML_DEPTH = 50
EXERCISES = "snippets/coding/"
SOLUTION = "solution"  # the section that makes a module of snippets/coding an exercise
STARTER = "starter"  # the section of what is derived from it
KEBAB = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
CJK = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"


# What a reader gets


@dataclass(frozen=True)
class Problem:
    """One place that breaks a rule."""

    path: str
    line: int
    rule: str
    message: str


@dataclass(frozen=True)
class Heading:
    """A heading with its attribute list; `plain` is false for an unusual notation."""

    level: int
    title: str
    line: int
    id: str = ""
    classes: tuple[str, ...] = ()
    attributes: Mapping[str, str] = field(default_factory=dict)
    readable: bool = True
    plain: bool = True


@dataclass(frozen=True)
class Block:
    """A fence such as `/// answer`; `text` is what stands between its two lines."""

    kind: str
    line: int
    last: int
    text: str

    def paragraphs(self) -> Iterator[tuple[int, int, str]]:
        """Yield first line, last line and text of each paragraph."""
        start, gathered = 0, list[str]()
        for number, line in enumerate([*self.text.split("\n"), ""], self.line + 1):
            if line.strip():
                start = start if gathered else number
                gathered.append(line)
            elif gathered:
                yield start, number - 1, "\n".join(gathered).strip()
                gathered = []


@dataclass(frozen=True)
class Question:
    """A level-three heading of class `question` and what follows it."""

    id: str
    title: str
    level: str
    asked: tuple[str, ...]
    tags: tuple[str, ...]
    line: int
    last: int
    page: str
    path: str
    language: str
    heading: Heading
    blocks: tuple[Block, ...]

    def block(self, kind: str) -> Block | None:
        """Return the first block of a kind."""
        return next((block for block in self.blocks if block.kind == kind), None)


@dataclass(frozen=True)
class Embed:
    """A line `--8<-- "path:part"`; `part` is None when the whole file is embedded."""

    line: int
    target: str
    path: str
    part: str | None

    @property
    def section(self) -> str | None:
        """Return the section's name, or None when `part` names no section."""
        named = self.part is not None and SECTION_NAME.fullmatch(self.part)
        return self.part if named else None


@dataclass(frozen=True)
class Code:
    """A code block: fenced, or (`fenced` false) indented by four spaces."""

    line: int
    last: int
    language: str
    title: str
    lines: tuple[str, ...]
    fenced: bool = True


@dataclass(frozen=True)
class Formula:
    """A formula between dollars; `alone` is false for `$$` inside a paragraph."""

    text: str
    display: bool
    line: int
    alone: bool = True


@dataclass(frozen=True)
class Link:
    """An inline link or an address between angle brackets."""

    target: str
    text: str
    line: int


@dataclass(frozen=True)
class Image:
    """An inline image."""

    target: str
    alt: str
    line: int


@dataclass(frozen=True)
class Use:
    """A reference link `[text][key]`; `image` for `![text][key]`."""

    key: str
    line: int
    image: bool = False


@dataclass(frozen=True)
class Tag:
    """A raw HTML tag, or (name empty) an attribute list that decorates Markdown."""

    name: str
    attributes: tuple[tuple[str, str], ...]
    line: int
    closing: bool = False


@dataclass(frozen=True)
class Reference:
    """A line `[key]: url "title"`."""

    key: str
    url: str
    title: str
    line: int


@dataclass(frozen=True)
class Page:
    """A Markdown page of one language, e.g. key `theory/normalization`."""

    path: str
    language: str
    key: str
    text: str
    meta: Mapping[str, Any]
    meta_lines: Mapping[str, int]
    title: str
    headings: tuple[Heading, ...]
    blocks: tuple[Block, ...]
    questions: tuple[Question, ...]
    codes: tuple[Code, ...]
    embeds: tuple[Embed, ...]
    formulas: tuple[Formula, ...]
    links: tuple[Link, ...]
    images: tuple[Image, ...]
    uses: tuple[Use, ...]
    definitions: tuple[Reference, ...]
    tags: tuple[Tag, ...]
    tables: frozenset[int]
    prose: tuple[str, ...]
    problems: tuple[Problem, ...]

    @property
    def groups(self) -> tuple[Heading, ...]:
        """Return the level-two headings, which group questions."""
        return tuple(heading for heading in self.headings if heading.level == 2)

    @property
    def anchors(self) -> frozenset[str]:
        """Return every explicit id, the targets of links."""
        return frozenset(heading.id for heading in self.headings if heading.id)

    def question_at(self, line: int) -> Question | None:
        """Return the question that a line belongs to."""
        index = bisect_right(self.questions, line, key=lambda question: question.line)
        question = self.questions[index - 1] if index else None
        return question if question and line <= question.last else None


@dataclass(frozen=True)
class Cell:
    """A cell of a notebook; `lines` are those of its source in the file."""

    kind: str
    source: str
    lines: tuple[int, ...]
    stores: bool

    def line(self, number: int = 1) -> int:
        """Return the line in the file of a line of the source, counted from 1."""
        return self.lines[min(number, len(self.lines)) - 1] if self.lines else 1


@dataclass(frozen=True)
class Notebook:
    """An executed exploration; `text` is what its Markdown says, at the same lines."""

    path: str
    language: str
    key: str
    cells: tuple[Cell, ...]
    text: Page

    @property
    def code(self) -> tuple[Cell, ...]:
        """Return the cells that are executed."""
        return tuple(cell for cell in self.cells if cell.kind == "code")


@dataclass(frozen=True)
class Module:
    """A Python file below `snippets/`: named sections, and the figures it draws.

    A starter is one as well, at the path where readers get it; `source` is the solution
    that it is derived from.
    """

    path: str
    sections: Mapping[str, int]
    figures: Mapping[str, int] = field(default_factory=dict)
    source: str = ""
    reaches: tuple[tuple[int, str], ...] = ()  # where it reaches outside, and how


@dataclass(frozen=True)
class Practice:
    """What docs/practice.yml names, each with its line: ids of questions, pages."""

    questions: tuple[tuple[str, int], ...] = ()
    pages: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True)
class CatalogueEntry:
    """A question of docs/sources.yml; `page` is a key such as `theory/data`."""

    id: str
    level: str
    asked: tuple[str, ...]
    page: str
    line: int


@dataclass(frozen=True)
class Interview:
    """An interview of docs/sources.yml; `asked` are ids of questions in order."""

    id: str
    asked: tuple[str, ...]
    line: int


@dataclass(frozen=True)
class Term:
    """A row of the glossary."""

    en: str
    zh: str
    about_en: str
    about_zh: str
    line: int


@dataclass(frozen=True)
class NavEntry:
    """A page named in a site's navigation."""

    path: str
    line: int


@dataclass(frozen=True)
class Handbook:
    """The whole tree. Pages and notebooks: by language, then by key."""

    root: Path
    pages: Mapping[str, Mapping[str, Page]]
    notebooks: Mapping[str, Mapping[str, Notebook]]
    references: tuple[Reference, ...]
    sources: Mapping[str, Mapping[str, Any]] | None
    catalogue: Mapping[str, CatalogueEntry]
    interviews: tuple[Interview, ...]
    places: tuple[tuple[str, int], ...]  # what docs/sources.yml points at, and its line
    glossary: tuple[Term, ...]
    nav: Mapping[str, tuple[NavEntry, ...]]
    modules: Mapping[str, Module]
    cases: frozenset[str]  # files below tests/exercises
    practice: "Practice"
    data: Mapping[str, str]  # texts of the data files that pages are made from
    problems: tuple[Problem, ...]

    def module_of(self, embed: Embed) -> Module | None:
        """Return what an embedding shows: a file of snippets/, or a starter."""
        path = f"snippets/{embed.path}"
        return self.modules.get(path) or self.modules.get(embed.path)

    def exercises(self) -> dict[str, Module]:
        """Map `<page>/<id>` of each exercise to its solution module."""
        found = {}
        for module in self.modules.values():
            if SOLUTION in module.sections and module.path.startswith(EXERCISES):
                page, file = module.path.split("/")[-2:]
                found[f"{page}/{file.removesuffix('.py')}".replace("_", "-")] = module
        return found

    def all_pages(self) -> Iterator[Page]:
        """Yield the pages of both languages."""
        for language in LANGUAGES:
            yield from self.pages[language].values()

    def all_texts(self) -> Iterator[Page]:
        """Yield the pages of both languages and what notebooks say."""
        yield from self.all_pages()
        for language in LANGUAGES:
            for notebook in self.notebooks[language].values():
                yield notebook.text

    def all_questions(self) -> Iterator[Question]:
        """Yield the questions of both languages."""
        for page in self.all_pages():
            yield from page.questions

    def generated(self) -> frozenset[str]:
        """Return the pages that the build writes, relative to a language's root."""
        pillars = {key.split("/")[0] for key in self.pages["en"]} & set(PILLARS)
        return frozenset(
            ["glossary.md", "coverage.md", "downloads.md", "sources/index.md"]
            + ["reports/index.md", "contributing/rules.md"]
            + ["contributing/translations.md"]
            + [f"sources/{key}.md" for key in self.sources or {}]
            + [f"{pillar}/index.md" for pillar in pillars]
        )

    def written(self, language: str) -> dict[str, str]:
        """Map each page below docs/<language> to its path from the root."""
        paths = [page.path for page in self.pages[language].values()]
        paths += [notebook.path for notebook in self.notebooks[language].values()]
        return {path.split("/", 2)[2]: path for path in paths}


# Small readers of text


def line_texts(text: str) -> list[str]:
    """Split at every kind of line ending that an editor counts."""
    return re.sub(r"\r\n?", "\n", text).split("\n")


def split_front_matter(lines: list[str]) -> int | None:
    """Return how many lines the front matter takes; 0: there is none; None: no end."""
    if not lines or lines[0].rstrip() != "---":
        return 0
    for number, line in enumerate(lines[1:], 2):
        if line.rstrip() in ("---", "..."):
            return number
    return None


def content_hash(text: str) -> str:
    """Return the fingerprint of an English page that its translation stores.

    Front matter, line endings, trailing spaces and outer blank lines don't count.

    >>> content_hash("# A\\n") == content_hash("---\\ntitle: x\\n---\\n\\n# A  \\r\\n")
    True
    """
    lines = line_texts(text.removeprefix("\ufeff"))
    body = "\n".join(line.rstrip() for line in lines[split_front_matter(lines) or 0 :])
    return hashlib.sha256(body.strip("\n").encode("utf-8", "replace")).hexdigest()[:16]


_COUNTED_AS_ONE = re.compile(
    r"\$\$[^$]+\$\$|(?<!\\)\$(?:\\.|[^\\$])+\$|(`+).+?\1", re.S
)
_LINK_TARGET = re.compile(r"\]\([^()\s]*\)|\]\[[^\]]*\]")
_LATIN_WORD = re.compile(r"[^\W_](?:[\w.'’+/-]*\w)?")
_CHINESE_WORD = re.compile(rf"[{CJK}]|[^\W{CJK}](?:[^\W{CJK}]|[.'’+/-](?=[^\W{CJK}]))*")


def count_words(text: str, language: str) -> int:
    """Count English words, or Chinese characters and Latin words; a formula is one.

    >>> count_words("A **well-known** layer: $y = x$ and `f(x)`.", "en")
    6
    >>> count_words("用 $x$ 做归一化，见 PyTorch。", "zh")
    8
    """
    plain = _LINK_TARGET.sub("]", _COUNTED_AS_ONE.sub(" x ", text))
    return len((_CHINESE_WORD if language == "zh" else _LATIN_WORD).findall(plain))


class _LineLoader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """A safe loader that notes each mapping's line and refuses repeated keys."""

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        """Construct a mapping with its line under the key `__line__`."""
        seen = set()
        for key, _ in node.value:
            if isinstance(key.value, str) and key.value in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {key.value!r} stands twice", key.start_mark
                )
            seen.add(str(key.value))
        mapping = dict(super().construct_mapping(node, deep=deep))
        return mapping | {"__line__": node.start_mark.line + 1}


_LineLoader.add_multi_constructor("!", lambda *_: None)
_LineLoader.add_multi_constructor("tag:yaml.org,2002:python/", lambda *_: None)


@dataclass(frozen=True)
class _Yaml:
    """What became of a YAML text: its data, or the reason and line of the failure."""

    data: Any = None
    error: str = ""
    line: int = 1


def _check_depth(text: str) -> None:
    """Refuse YAML nested so deeply that the C library would overflow its stack."""
    depth = 0
    for event in yaml.parse(text, Loader=_LineLoader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > YAML_DEPTH:
            raise ValueError("lists and mappings are nested too deeply")


def scalars(text: str) -> Iterator[tuple[int, str]]:
    """Yield line and text of each name and value of YAML, up to where it breaks."""
    try:
        for event in yaml.parse(text, Loader=_LineLoader):
            if isinstance(event, yaml.ScalarEvent):
                yield event.start_mark.line + 1, event.value
    except (yaml.YAMLError, ValueError):
        return  # noted by who reads the data


def _parse_yaml(text: str, work: Callable[[str], Any] | None = None) -> _Yaml:
    """Read YAML safely; every failure, of whatever kind, becomes an error text."""
    try:
        _check_depth(text)
        return _Yaml(work(text) if work else yaml.load(text, Loader=_LineLoader))
    except yaml.MarkedYAMLError as error:
        mark = error.context_mark or error.problem_mark
        return _Yaml(error=str(error.problem), line=mark.line + 1 if mark else 1)
    except Exception as error:  # PyYAML raises ValueError, RecursionError and more
        return _Yaml(error=str(error).split("\n")[0] or type(error).__name__)


# Reading a page

_FENCE = re.compile(r"(?P<indent>[> ]*)(?P<fence>`{3,}|~{3,})(?P<info>[^`]*)")
_FENCE_INFO = re.compile(
    r"[ ]*\.?(?P<language>[\w#.+-]+)?"
    r"(?:[ ]*\{[^\n]*\}|(?:[ ]+[a-zA-Z]\w*(?:=(?P<q>[\"']).*?(?P=q))?(?=[ ]|$))*)[ ]*"
)
_FENCE_TITLE = re.compile(r"\btitle=([\"'])(.*?)\1")
_EMBED = re.compile(r"[ ]*-+8<-+[ ]+(?:\"([^\"]+)\"|'([^']+)')")
_EMBED_LIKE = re.compile(r"[ ]*-+8<-+")
_BLOCK_START = re.compile(r" {0,3}(/{3,}) *([\w-]+) *(?:\|.*)?")
_BLOCK_END = re.compile(r" {0,3}(/{3,}) *")
_BLOCK_LIKE = re.compile(
    r"[ >]*(?:(?:[-*+]|\d+\.) +)*(?:/{3,}(?!/)|(?:!!!|\?\?\?\+?|===\+?!?) +[\w\"])"
)
_HASH_HEADING = re.compile(r"(#{1,6})(.*)")
_UNDERLINE = re.compile(r"(=+|-+) *")
_ATTRIBUTES = re.compile(r" +\{:? *([^}\n ][^\n]*)\} *$")
_ATTRIBUTE = re.compile(
    r"([^ =}]+)=\"([^\"]*)\"|([^ =}]+)='([^']*)'|([^ =}]+)=([^ =}]+)|([^ =}]+)"
)
_LOST_ATTRIBUTE = re.compile(r"#[\w-]|\.question|data-")
_LIST_ITEM = re.compile(r" *(?:[-*+]|\d+\.)(?: |$)")
_TABLE_RULE = re.compile(r" *\|?(?: *:?-+:? *\|)+(?: *:?-+:? *)?")
_COMMENT = re.compile(r"^ {0,3}<!--.*?-->", re.S | re.M)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")
SECTION_NAME = re.compile(r"[A-Za-z][-\w]*", re.A)

# Text under the inline patterns: EDGE separates paragraphs, which no pattern crosses;
# CODE and MATH stand where code and formulas stood, HIDDEN where a reader sees nothing.
EDGE, CODE, MATH, HIDDEN = "\x01", "\x02", "\x03", "\x04"
_DISPLAY = re.compile(
    r"\x01[> ]*(?:(?:[-*+]|\d+\.) +)?"
    r"(\$\$((?:\\[^\x01]|[^\\$\x01]|\$(?!\$))+)\$\$)(?= *(?:\x01|\Z))"
)
_LOOSE_DISPLAY = re.compile(
    r"\$\$(?<!\\\$\$)((?:\\[^\x01]|[^\\$\x01\x02]|\$(?!\$))+?)\$\$"
)
_SPAN = re.compile(r"(`(?<![\\`]`)`*)(?!`)([^\x01]+?)(?<!`)\1(?!`)")
_MATH = re.compile(r"\$(?<!\\\$)(?!\s)((?:\\[^\x01]|[^\\$\x01\x02\x03])+?)(?<!\s)\$")
_TEXT = r"((?:[^\[\]\\\x01]|\\[^\x01]|\[[^\[\]\x01]*\])*)"
_TARGET = (
    r"\(\s*(<[^<>\x01]*>|(?:[^\s()\\\x01]|\\[^\x01]|\([^\s()\x01]*\))*)"
    r"(?:\s+(?:\"[^\"\x01]*\"|'[^'\x01]*'))?\s*\)"
)
_IMAGE = re.compile(rf"!\[(?<!\\!\[){_TEXT}(\]{_TARGET})")
_IMAGE_USE = re.compile(rf"!\[(?<!\\!\[){_TEXT}(\] ?\[([^\[\]\x01]*)\])")
_LINK = re.compile(rf"\[(?<!\\\[){_TEXT}(\]{_TARGET})")
_USE = re.compile(rf"\[(?<!\\\[){_TEXT}(\] ?\[([^\[\]\x01]*)\])")
_DEFINITION = re.compile(
    r"[\x01\n]((?: {0,3}|[> ]*(?:(?:[-*+]|\d+\.)[> ]+)*)"
    r"\[([^\[\]\x01\n]+)\]:[ \n]*<?([^\s\x01>]+)>?[^\x01\n]*)"
)
_DECORATION = re.compile(r"\{:? *([.#\w][^{}\n\x01]*)\}")
_ADDRESS = re.compile(r"<((?:https?|ftp|mailto|data|javascript):[^\s<>\x01]*)>", re.I)
_BARE_ADDRESS = re.compile(r"https?://[^\s\x01-\x04()<>]+")
_INLINE_COMMENT = re.compile(r"<!--[^\x01]*?-->")
_TAG = re.compile(
    r"<(/?)([A-Za-z][\w:-]*)((?:[\s/](?:[^<>\"'\x01]|\"[^\"\x01]*\"|'[^'\x01]*')*)?)>"
)
_BROKEN_TAG = re.compile(r"<()([A-Za-z][\w:-]*)([^<>\x01]*)")
RUNNING_TAG = re.compile(
    r"script|i?frame|frameset|object|embed|link|style|form|base|meta|applet|svg|math"
    r"|audio|video|source|track|template|portal|img|input|button"
)
_TAG_ATTRIBUTE = re.compile(r"([^\s=/>\"']+)(?:\s*=\s*(\"[^\"]*\"|'[^']*'|[^\s>]+))?")


def parse_page(text: str, language: str) -> Page:
    """Read a text as a page of a language."""
    return _PageReader("page.md", language, "page").read(text.encode())


def read_page(path: Path, root: Path, language: str) -> Page:
    """Read a Markdown page, whatever it contains."""
    name, key = _names(path, root, language)
    return _PageReader(name, language, key).read(_read_bytes(path))


def _names(path: Path, root: Path, language: str) -> tuple[str, str]:
    """Return a page's path from the root and its key."""
    folder = root / "docs" / language
    return (
        path.relative_to(root).as_posix(),
        path.relative_to(folder).with_suffix("").as_posix(),
    )


def _read_bytes(path: Path) -> bytes | None:
    """Return a file's bytes, or None when it cannot be read."""
    try:
        return path.read_bytes() if path.is_file() else None
    except (OSError, ValueError):
        return None


class _Source:
    """A file under reading: its path and the problems met so far."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.problems: list[Problem] = []

    def note(self, rule: str, line: int, message: str) -> None:
        """Record a problem."""
        self.problems.append(Problem(self.path, line, rule, message))

    def decode(self, raw: bytes | None) -> str:
        """Turn bytes into text with plain line endings, noting what is odd."""
        if raw is None:
            self.note("F010", 1, "this file is missing or cannot be opened")
            return ""
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError as error:
            line = raw.count(b"\n", 0, error.start) + 1
            self.note("F001", line, "this line holds bytes that are not UTF-8 text")
            text = raw.decode("utf-8", "replace")
        if text.startswith("\ufeff"):
            self.note("F004", 1, "the file begins with an invisible byte order mark")
            text = text[1:]
        if "\r" in text:
            line = text[: text.index("\r")].count("\n") + 1
            self.note("F005", line, "lines end the Windows way (CR LF)")
            text = "\n".join(line_texts(text))
        if not text.strip():
            self.note("F002", 1, "the file is empty")
        for line, rule, message in safety.hidden(text, self.path.endswith(".ipynb")):
            self.note(rule, line, message)
        return text


class _PageReader(_Source):
    """Reads one page, in passes: lines, code, structure, inline text."""

    def __init__(self, path: str, language: str, key: str) -> None:
        super().__init__(path)
        self.language = language
        self.key = key
        self.formulas: list[Formula] = []
        self.tags: list[Tag] = []

    def read(self, raw: bytes | None) -> Page:
        """Run all passes."""
        text = self.decode(raw)
        source = text.split("\n")
        taken = self.front_matter_length(source)
        meta = self.front_matter(source[:taken])
        lines = [""] * taken + self.clean(source[taken:], taken)
        embeds = self.embeds(lines)
        codes = self.fences(lines)
        self.note_tabs(source, lines)
        self.hide_comments(lines)
        structure = _Structure(self, lines, source)
        headings, blocks = structure.headings, structure.blocks
        codes += self.indented_codes(lines)
        tables = _tables(lines)
        inline = _Inline(lines, tables)
        images, uses, definitions, links = self.inline(inline)
        return Page(
            path=self.path,
            language=self.language,
            key=self.key,
            text=text,
            meta=meta,
            meta_lines=_meta_lines(source[:taken]),
            title=next((h.title for h in headings if h.level == 1), ""),
            headings=tuple(headings),
            blocks=tuple(blocks),
            questions=self.questions(headings, blocks, len(lines)),
            codes=tuple(codes),
            embeds=tuple(embeds),
            formulas=tuple(sorted(self.formulas, key=lambda formula: formula.line)),
            links=tuple(links),
            images=tuple(images),
            uses=tuple(uses),
            definitions=tuple(definitions),
            tags=tuple(self.tags),
            tables=tables,
            prose=inline.lines(),
            problems=tuple(self.problems),
        )

    def front_matter_length(self, source: list[str]) -> int:
        """Return how many lines the front matter takes."""
        taken = split_front_matter(source)
        if taken is None:
            self.note("F003", 1, "the front matter begins with --- but never ends")
        return taken or 0

    def front_matter(self, lines: list[str]) -> dict[str, Any]:
        """Read the front matter."""
        parsed = _parse_yaml("\n".join(lines[1:-1]))
        if parsed.error:
            self.note(
                "F003", parsed.line + 1, f"the front matter is no YAML: {parsed.error}"
            )
        elif parsed.data is not None and not isinstance(parsed.data, dict):
            self.note("F003", 2, "the front matter holds no `name: value` lines")
        if not isinstance(parsed.data, dict):
            return {}
        return {
            str(key): value for key, value in parsed.data.items() if key != "__line__"
        }

    def clean(self, lines: list[str], before: int) -> list[str]:
        """Replace control characters and tabs."""
        for number, line in enumerate(lines, before + 1):
            if _CONTROL.search(line):
                self.note(
                    "F005", number, "this line holds an invisible control character"
                )
        return [_CONTROL.sub("\ufffd", line).expandtabs(4).rstrip() for line in lines]

    def note_tabs(self, source: list[str], lines: list[str]) -> None:
        """Note tabs outside code blocks, whose lines are empty by now."""
        for number, line in enumerate(source, 1):
            if "\t" in line and (lines[number - 1] or not line.strip()):
                self.note("F005", number, "this line holds a tab")

    def embeds(self, lines: list[str]) -> list[Embed]:
        """Find the lines that embed code; they count wherever they stand."""
        found = []
        for number, line in enumerate(lines, 1):
            if match := _EMBED.fullmatch(line):
                target = (match[1] or match[2]).strip()
                file, colon, part = target.partition(":")
                found.append(Embed(number, target, file, part if colon else None))
            elif _EMBED_LIKE.match(line):
                self.note("S010", number, f"this line embeds nothing: {line.strip()}")
        return found

    def fences(self, lines: list[str]) -> list[Code]:
        """Find fenced code and blank its lines."""
        found = []
        number = 0
        while number < len(lines):
            match = _FENCE.fullmatch(lines[number])
            if not match:
                number += 1
                continue
            last = self.fence_end(lines, number, match)
            if last is None:
                self.note("F007", number + 1, "this code fence is never closed")
                number += 1
                continue
            found.append(self.fence(lines, number, last, match))
            lines[number : last + 1] = [""] * (last + 1 - number)
            number = last + 1
        return found

    def fence_end(
        self, lines: list[str], start: int, match: re.Match[str]
    ) -> int | None:
        """Return the index of the closing line: same indent, same marks."""
        indent = match["indent"]
        for number in range(start + 1, len(lines)):
            line = lines[number]
            if line == indent + match["fence"]:
                return number
            if line and not line.startswith(indent) and line != indent.rstrip():
                return None
        return None

    def fence(
        self, lines: list[str], start: int, last: int, match: re.Match[str]
    ) -> Code:
        """Make a code block of a fence."""
        info = _FENCE_INFO.fullmatch(match["info"])
        if not info:
            self.note(
                "F007",
                start + 1,
                f"this code fence's first line is unreadable: {match['info'].strip()}",
            )
        for number in range(start + 1, last):
            inner = _FENCE.fullmatch(lines[number])
            if inner and inner["fence"] == match["fence"] and inner["info"].strip():
                message = (
                    f"line {number + 1} opens a fence inside the one that opens here"
                )
                self.note("F007", start + 1, message)
                break
        title = _FENCE_TITLE.search(match["info"])
        width = len(match["indent"])
        return Code(
            line=start + 1,
            last=last + 1,
            language=(info["language"] or "").lower() if info else "",
            title=title[2] if title else "",
            lines=tuple(line[width:] for line in lines[start + 1 : last]),
        )

    def hide_comments(self, lines: list[str]) -> None:
        """Blank HTML comments."""
        text = "\n".join(lines)
        if "<!--" in text:
            lines[:] = _COMMENT.sub(lambda m: "\n" * m[0].count("\n"), text).split("\n")

    def indented_codes(self, lines: list[str]) -> list[Code]:
        """Find code indented by four spaces outside lists, and blank it."""
        found = []
        in_list = False
        number = 0
        while number < len(lines):
            line = lines[number]
            if not line or not line.startswith("    ") or in_list:
                if line and not line.startswith(" "):
                    lazy = in_list and number and lines[number - 1]
                    in_list = bool(lazy or _LIST_ITEM.match(line))
                number += 1
                continue
            start = number
            if start and lines[start - 1]:  # a paragraph's continuation
                number += 1
                continue
            while number < len(lines) and lines[number].startswith("    "):
                number += 1
            code = tuple(text[4:] for text in lines[start:number])
            found.append(Code(start + 1, number, "", "", code, fenced=False))
            lines[start:number] = [""] * (number - start)
        return found

    def questions(
        self, headings: list[Heading], blocks: list[Block], length: int
    ) -> tuple[Question, ...]:
        """Make questions of headings and the blocks that follow them."""
        found = []
        ends = [h.line - 1 for h in headings if h.level <= 3] + [length]
        for heading in headings:
            if heading.level != 3 or "question" not in heading.classes:
                continue
            last = ends[bisect_right(ends, heading.line - 1)]
            found.append(
                Question(
                    id=heading.id,
                    title=heading.title,
                    level=heading.attributes.get("data-level", ""),
                    asked=tuple(heading.attributes.get("data-asked", "").split()),
                    tags=tuple(heading.attributes.get("data-tags", "").split()),
                    line=heading.line,
                    last=last,
                    page=self.key,
                    path=self.path,
                    language=self.language,
                    heading=heading,
                    blocks=tuple(b for b in blocks if heading.line < b.line <= last),
                )
            )
        return tuple(found)

    def inline(
        self, inline: "_Inline"
    ) -> tuple[list[Image], list[Use], list[Reference], list[Link]]:
        """Find everything inside paragraphs; the order is that of Python-Markdown."""
        definitions = [
            Reference(_key(m[2]), m[3], "", line)
            for m, line in inline.take(_DEFINITION, HIDDEN, 1)
        ]
        self.formula(inline, _DISPLAY, 2, display=True, group=1)
        inline.take(_SPAN, CODE)
        self.formula(inline, _LOOSE_DISPLAY, 1, display=True, alone=False)
        self.formula(inline, _MATH, 1, display=False)
        if "-->" in inline.text:
            inline.take(_INLINE_COMMENT, HIDDEN)
        images = [
            Image(_target(m[3]), m[1], line)
            for m, line in inline.take(_IMAGE, HIDDEN, 2)
        ]
        uses = [
            Use(_key(m[3] or m[1]), line, True)
            for m, line in inline.take(_IMAGE_USE, HIDDEN, 2)
        ]
        links = [
            Link(_target(m[3]), m[1], line) for m, line in inline.take(_LINK, HIDDEN, 2)
        ]
        uses += [
            Use(_key(m[3] or m[1]), line) for m, line in inline.take(_USE, HIDDEN, 2)
        ]
        links += [Link(m[1], m[1], line) for m, line in inline.take(_ADDRESS, HIDDEN)]
        for match, line in inline.take(_DECORATION, HIDDEN):
            self.tags.append(Tag("", _attribute_pairs(match[1]), line))
        for pattern in (_TAG, _BROKEN_TAG):
            self.html(inline, pattern)
        inline.take(_BARE_ADDRESS, HIDDEN)
        links.sort(key=lambda link: link.line)
        uses.sort(key=lambda use: use.line)
        return images, uses, definitions, links

    def formula(
        self,
        inline: "_Inline",
        pattern: re.Pattern[str],
        content: int,
        *,
        display: bool,
        alone: bool = True,
        group: int = 0,
    ) -> None:
        """Collect the formulas that a pattern finds."""
        for match, line in inline.take(pattern, MATH, group):
            text = " ".join(match[content].split())
            self.formulas.append(Formula(text, display, line, alone))

    def html(self, inline: "_Inline", pattern: re.Pattern[str]) -> None:
        """Collect raw HTML; an unfinished tag counts only if it might run."""
        for match, line in inline.take(pattern, HIDDEN):
            pairs = tuple(
                (name.lower(), html.unescape(value.strip("\"'")))
                for name, value in _TAG_ATTRIBUTE.findall(match[3])
            )
            if pattern is _TAG or _might_run(match[2], pairs):
                self.tags.append(Tag(match[2].lower(), pairs, line, bool(match[1])))


def _might_run(tag: str, attributes: tuple[tuple[str, str], ...]) -> bool:
    """Tell whether browsers might run or load something for an unfinished tag."""
    handlers = any(name.startswith("on") and value for name, value in attributes)
    return handlers or bool(RUNNING_TAG.fullmatch(tag.lower()))


class _Structure:
    """The headings and blocks of a page; blanks the lines that only mark blocks."""

    def __init__(self, page: _PageReader, lines: list[str], source: list[str]) -> None:
        self.page = page
        self.lines = lines
        self.source = source
        self.headings: list[Heading] = []
        self.blocks: list[Block] = []
        self.name = ""  # of the open block, if any
        self.slashes = 0
        self.opened = 0
        self.option = len(lines)  # the last line that may hold options of a block
        for number, line in enumerate(lines, 1):
            if heading := _heading(lines, number):
                self.heading(number, heading)
            elif start := _BLOCK_START.fullmatch(line):
                self.open(number, start[2].lower(), len(start[1]))
            elif end := _BLOCK_END.fullmatch(line):
                self.end(number, len(end[1]))
            elif number == self.option + 1 and line.startswith("    "):
                page.note("A004", number, f"this indented line is no text: {line[4:]}")
                self.option = number
                lines[number - 1] = ""
            elif _BLOCK_LIKE.match(line):
                message = f"this line looks like a block but is none: {line.strip()}"
                page.note("A004", number, message)
        if self.name:
            page.note("A002", self.opened, f"`/// {self.name}` is never closed")
            self.close(len(lines) + 1)

    def heading(self, number: int, heading: Heading) -> None:
        """Take a heading; inside an open block it breaks one rule or another."""
        self.headings.append(heading)
        self.lines[number - 1] = _without_attributes(self.lines[number - 1])
        if self.name and self.ends_below(number):
            message = f"a heading inside `/// {self.name}` of line {self.opened}"
            self.page.note("A006", number, message)
        elif self.name:
            message = f"`/// {self.name}` is not closed before line {number}"
            self.page.note("A002", self.opened, message)
            self.close(number)

    def open(self, number: int, name: str, slashes: int) -> None:
        """Take the first line of a block."""
        if self.name:
            before = f"`/// {self.name}` of line {self.opened}"
            self.page.note("A003", number, f"`/// {name}` opens inside {before}")
            self.close(number)
        self.name, self.slashes = name, slashes
        self.opened = self.option = number
        self.lines[number - 1] = ""

    def end(self, number: int, slashes: int) -> None:
        """Take a line of slashes only."""
        self.lines[number - 1] = ""
        if not self.name:
            self.page.note("A007", number, "`///` closes a block that is not open")
        elif slashes != self.slashes:
            message = f"`{'/' * slashes}` does not close `/// {self.name}`"
            self.page.note("A002", number, f"{message} of line {self.opened}")
        else:
            self.close(number)

    def close(self, last: int) -> None:
        """Finish the open block in a line."""
        text = "\n".join(self.source[self.opened : last - 1])
        self.blocks.append(Block(self.name, self.opened, last, text))
        self.name = ""

    def ends_below(self, number: int) -> bool:
        """Tell whether the next mark of a block below a line is a closing one."""
        for line in self.lines[number:]:
            if line.lstrip().startswith("///"):
                return bool(_BLOCK_END.fullmatch(line))
        return False


class _Inline:
    """The page's text for inline patterns; its length and line breaks never change."""

    def __init__(self, lines: list[str], tables: frozenset[int]) -> None:
        self.text = _mark_edges(lines, tables)
        lengths = (len(line) + 1 for line in lines)
        self.starts = list(accumulate(lengths, initial=0))  # of EDGE or line break

    def take(
        self, pattern: re.Pattern[str], fill: str, group: int = 0
    ) -> list[tuple[re.Match[str], int]]:
        """Return matches with their lines; overwrite them (or one group)."""
        found = list(pattern.finditer(self.text))
        if not found:
            return []
        pieces, position = [], 0
        for match in found:
            start, end = match.span(group)
            pieces += [self.text[position:start], _fill(match[group], fill)]
            position = end
        self.text = "".join([*pieces, self.text[position:]])
        return [(m, bisect_right(self.starts, m.start(group))) for m in found]

    def lines(self) -> tuple[str, ...]:
        """Return what is left as lines."""
        return tuple(self.text[1:].replace(EDGE, "\n").split("\n"))


def _fill(text: str, fill: str) -> str:
    """Overwrite a text, leaving its line breaks."""
    return "\n".join(fill * len(line) for line in text.split("\n"))


def _tables(lines: list[str]) -> frozenset[int]:
    """Return the numbers of the lines that are rows of tables."""
    rows: set[int] = set()
    for number, line in enumerate(lines, 1):
        if (
            "|" in line
            and _TABLE_RULE.fullmatch(line)
            and number > 1
            and "|" in lines[number - 2]
        ):
            last = number
            while last < len(lines) and lines[last]:
                last += 1
            rows.update(range(number - 1, last + 1))
    return frozenset(rows)


def _mark_edges(lines: list[str], tables: frozenset[int]) -> str:
    """Join lines, with EDGE before each paragraph, item, row and heading."""
    pieces: list[str] = []
    in_list = False
    display_until = 0
    previous = ""
    for number, line in enumerate(lines, 1):
        fresh = not previous or previous.startswith("#") or line.startswith("#")
        if fresh:
            in_list = bool(_LIST_ITEM.match(line))
        if line.lstrip(" >").startswith("$$") and fresh:
            display_until = _display_end(lines, number)
        inside = number <= display_until and not fresh
        item = in_list and bool(_LIST_ITEM.match(line))
        edge = not inside and (fresh or not line or item or number in tables)
        pieces += [EDGE if edge else "\n", line]
        previous = line
    return EDGE + "".join(pieces)[1:]


def _display_end(lines: list[str], number: int) -> int:
    """Return the last line of a display formula that begins in a line."""
    first = lines[number - 1].strip(" >")
    if len(first) > 4 and first.endswith("$$"):
        return number
    for last in range(number + 1, len(lines) + 1):
        if not lines[last - 1]:
            return number
        if lines[last - 1].endswith("$$"):
            return last
    return number


def _heading(lines: list[str], number: int) -> Heading | None:
    """Read the heading in a line, if it is one."""
    line = lines[number - 1]
    if match := _HASH_HEADING.fullmatch(line):
        title, attributes, readable = _split_attributes(match[2])
        title = title.strip().rstrip("#").strip()
        plain = match[2].startswith(" ") and bool(title)
        return _make_heading(len(match[1]), title, number, attributes, readable, plain)
    if _UNDERLINE.fullmatch(line) and number > 1:
        above = lines[number - 2]
        before = lines[number - 3] if number > 2 else ""
        fresh = not before or before.startswith("#")
        if fresh and above and not above.startswith(("#", "///", "|")):
            level = 1 if line.startswith("=") else 2
            return _make_heading(level, above.strip(), number - 1, (), True, False)
    return None


def _make_heading(
    level: int,
    title: str,
    line: int,
    attributes: tuple[tuple[str, str], ...],
    readable: bool,
    plain: bool,
) -> Heading:
    """Sort an attribute list into id, classes and the rest."""
    return Heading(
        level=level,
        title=title,
        line=line,
        id=next((value for name, value in attributes if name == "#"), ""),
        classes=tuple(value for name, value in attributes if name == "."),
        attributes={name: value for name, value in attributes if name not in "#."},
        readable=readable,
        plain=plain,
    )


def _split_attributes(text: str) -> tuple[str, tuple[tuple[str, str], ...], bool]:
    """Split a heading's text from its attribute list, as Python-Markdown does.

    >>> _split_attributes('A { #a .b data-x="1 2" }')
    ('A', (('#', 'a'), ('.', 'b'), ('data-x', '1 2')), True)
    """
    match = _ATTRIBUTES.search(text) if text.endswith("}") else None
    if not match:
        _, _, braces = text.replace("｛", "{").partition("{")
        return text, (), not _LOST_ATTRIBUTE.search(braces)
    rest = _ATTRIBUTE.sub("", match[1]).strip()
    return text[: match.start()], _attribute_pairs(match[1]), not rest


def _without_attributes(line: str) -> str:
    """Blank a heading's attribute list."""
    match = _ATTRIBUTES.search(line) if line.endswith("}") else None
    return line[: match.start()] if match else line


def _attribute_pairs(text: str) -> tuple[tuple[str, str], ...]:
    """Read an attribute list; ids are named `#` and classes `.`."""
    pairs = []
    for match in _ATTRIBUTE.finditer(text):
        word = match[7]
        if word is None:
            name = match[1] or match[3] or match[5]
            pairs.append((name, match[2] or match[4] or match[6] or ""))
        elif word[0] in "#.":
            pairs.append((word[0], word[1:]))
        else:
            pairs.append((word, ""))
    return tuple(pairs)


def _meta_lines(lines: list[str]) -> dict[str, int]:
    """Return the line of each front matter key."""
    return {
        line.split(":")[0].strip(): number
        for number, line in enumerate(lines, 1)
        if ":" in line and not line.startswith((" ", "#"))
    }


def _target(text: str) -> str:
    """Return a link's target without its angle brackets and escapes."""
    return html.unescape(text.strip().removeprefix("<").removesuffix(">"))


def _key(text: str) -> str:
    """Return a reference's key as Markdown compares it."""
    return " ".join(text.lower().split())


# Reading everything else

_SECTION = re.compile(
    r"(?<!;)-+8<-+[ \t]+\[[ \t]*(start|end)[ \t]*:[ \t]*([^\]]*?)[ \t]*\]", re.I
)
_FIGURE_FUNCTION = re.compile(r"^def ([A-Za-z]\w*)\(\s*\)", re.M)
_REFERENCE = re.compile(r"\[([^\]]+)\]:\s*(\S+)(?:\s+(.*))?")


def read_handbook(root: Path) -> Handbook:
    """Read the whole tree, each file once."""
    problems = [Problem(p, 1, rule, why) for p, rule, why in safety.refused(root)]
    refused = {problem.path for problem in problems}
    for name in (*DATA, *CONFIGS.values()):
        if (root / name).is_symlink():
            problems.append(Problem(name, 1, "F011", "this is a link"))

    def files(folder: Path, suffix: str) -> list[Path]:
        """List a folder's files of one kind, in a stable order."""
        return sorted(
            path
            for path in folder.rglob(f"*{suffix}")
            if path.is_file()
            and not any(part.startswith(".") for part in path.parts[-2:])
            and path.relative_to(root).as_posix() not in refused
        )

    pages: dict[str, dict[str, Page]] = {}
    notebooks: dict[str, dict[str, Notebook]] = {}
    for language in LANGUAGES:
        folder = root / "docs" / language
        pages[language] = {
            page.key: page
            for page in (read_page(p, root, language) for p in files(folder, ".md"))
        }
        notebooks[language] = {
            notebook.key: notebook
            for notebook in (
                _read_notebook(p, root, language, problems)
                for p in files(folder, ".ipynb")
            )
        }
        for page in pages[language].values():
            problems += page.problems
    read = _read_sources(root, problems)
    modules = [_read_module(p, root, problems) for p in files(root / "snippets", ".py")]
    modules += [
        Module(
            f"exercises/{module.path.rpartition('/')[2]}",
            {STARTER: module.sections[SOLUTION]},
            source=module.path,
        )
        for module in modules
        if SOLUTION in module.sections and module.path.startswith(EXERCISES)
    ]
    cases = files(root / "tests" / "exercises", ".py")
    return Handbook(
        root=root,
        pages=pages,
        notebooks=notebooks,
        references=_read_references(root, problems),
        sources=read.sources,
        catalogue=read.catalogue,
        interviews=read.interviews,
        places=read.places,
        glossary=_read_glossary(root, problems),
        nav={
            language: _read_nav(root, CONFIGS[language], problems)
            for language in LANGUAGES
        },
        modules={module.path: module for module in modules},
        cases=frozenset(path.relative_to(root).as_posix() for path in cases),
        practice=_read_practice(root, problems),
        data={
            name: (_read_bytes(root / name) or b"").decode("utf-8", "replace")
            for name in DATA
        },
        problems=tuple(problems),
    )


def _read_text(root: Path, name: str, problems: list[Problem]) -> str:
    """Read a file that the handbook needs."""
    source = _Source(name)
    text = source.decode(_read_bytes(root / name))
    problems += source.problems
    return text


def _read_notebook(
    path: Path, root: Path, language: str, problems: list[Problem]
) -> Notebook:
    """Read a notebook's code cells."""
    name, key = _names(path, root, language)
    text = _read_text(root, name, problems)
    try:
        data = json.loads(text) if text.strip() else {"cells": []}
        json.dumps(data, ensure_ascii=False).encode()  # no half of a character
        cells = _cells(data, text.split("\n"))
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        line = getattr(error, "lineno", 1)
        problems.append(Problem(name, line, "E001", "this is no Jupyter notebook"))
        cells = []
    said = [""] * (text.count("\n") + 1)
    for cell in cells:
        if cell.kind != "code":
            for number, line_text in enumerate(cell.source.split("\n"), 1):
                place = cell.line(number) - 1
                said[place] = f"{said[place]} {line_text}" if said[place] else line_text
    page = _PageReader(name, language, key).read("\n".join(said).encode())
    return Notebook(name, language, key, tuple(cells), page)


def _cells(data: Any, lines: list[str]) -> list[Cell]:
    """Return the cells of a notebook with the lines of the file that hold them."""
    if not isinstance(data, dict) or not isinstance(data.get("cells"), list):
        raise TypeError("no cells")
    found, at = [], 0
    for cell in map(_mapping, data["cells"]):
        source = cell.get("source") or []
        pieces = [source] if isinstance(source, str) else source
        whole = "".join(pieces)
        places: list[int] = []
        for number, piece in enumerate(pieces):
            at += number > 0 and piece == pieces[number - 1]
            written = {json.dumps(piece, ensure_ascii=ascii) for ascii in (False, True)}
            here = next(
                (
                    n
                    for n in range(at, len(lines))
                    if any(w in lines[n] for w in written)
                ),
                at,
            )
            at = here
            places += [here + 1] * (piece.count("\n") + (piece[-1:] != "\n"))
        found.append(
            Cell(
                str(cell.get("cell_type")),
                whole,
                tuple(places),
                bool(cell.get("outputs")) or cell.get("execution_count") is not None,
            )
        )
    return found


def _mapping(value: Any) -> dict[Any, Any]:
    """Return a mapping or complain."""
    if not isinstance(value, dict):
        raise TypeError("no mapping")
    return value


def _read_references(root: Path, problems: list[Problem]) -> tuple[Reference, ...]:
    """Read docs/references.md; lines that are no reference are noted."""
    name = "docs/references.md"
    found = []
    for number, line in enumerate(_read_text(root, name, problems).split("\n"), 1):
        if match := _REFERENCE.fullmatch(line.strip()):
            title = (match[3] or "").strip()
            found.append(Reference(match[1], match[2], title, number))
        elif line.strip():
            problems.append(Problem(name, number, "R004", "this line is no reference"))
    return tuple(found)


@dataclass(frozen=True)
class _Sources:
    """What docs/sources.yml holds; no sources if it could not be read."""

    sources: dict[str, dict[str, Any]] | None = None
    catalogue: dict[str, CatalogueEntry] = field(default_factory=dict)
    interviews: tuple[Interview, ...] = ()
    places: tuple[tuple[str, int], ...] = ()


def _read_sources(root: Path, problems: list[Problem]) -> _Sources:
    """Read docs/sources.yml: sources, questions, interviews, practices, reading."""
    name = "docs/sources.yml"

    def note(line: int, message: str) -> None:
        problems.append(Problem(name, line, "D003", message))

    parsed = _parse_yaml(_read_text(root, name, problems))
    data = parsed.data if isinstance(parsed.data, dict) else {}
    sources = data.get("sources")
    if parsed.error or not isinstance(sources, dict):
        if parsed.error or parsed.data is not None:
            note(parsed.line, parsed.error or "there is no list named `sources`")
        return _Sources()
    known: dict[str, dict[str, Any]] = {}
    for key, value in _items(sources):
        if (
            not KEBAB.fullmatch(str(key))
            or not isinstance(value, dict)
            or not value.get("title")
        ):
            note(
                _line(sources), f"the source {key!r} needs a kebab-case key and a title"
            )
        else:
            known[key] = value
    catalogue: dict[str, CatalogueEntry] = {}
    for entry in _catalogue(data.get("questions"), known, note):
        if entry.id in catalogue:
            note(entry.line, f"the question `{entry.id}` is listed twice")
        catalogue[entry.id] = entry
    return _Sources(
        known,
        catalogue,
        tuple(_interviews(known, catalogue, note)),
        tuple(_places(data, known, note)),
    )


def _interviews(
    sources: Mapping[str, Mapping[str, Any]],
    catalogue: Mapping[str, CatalogueEntry],
    note: Callable[[int, str], None],
) -> Iterator[Interview]:
    """Yield the interviews that the sources tell of, but for broken ones."""
    seen: set[str] = set()
    for key, source in sources.items():
        told = source.get("interviews") or []
        for number, entry in enumerate(told if isinstance(told, list) else [told], 1):
            reason = _interview_fault(entry, catalogue)
            line = _line(entry if isinstance(entry, dict) else source)
            if reason or entry["id"] in seen:
                reason = reason or f"`{entry['id']}` is told twice"
                note(line, f"{key}, interview {number}: {reason}")
                continue
            seen.add(entry["id"])
            yield Interview(entry["id"], tuple(entry["asked"]), line)


def _interview_fault(entry: Any, catalogue: Mapping[str, CatalogueEntry]) -> str:
    """Say what is wrong with an interview; an empty text if nothing is."""
    if not _texts(entry, ("id",)) or not KEBAB.fullmatch(entry["id"]):
        return "an interview needs a kebab-case `id`"
    for name in ("company", "interviewers", "outcome"):
        if not _texts(entry.get(name), LANGUAGES):
            return f"`{name}` needs a text in both languages"
    for name, values in (("team", TEAMS), ("told", TOLD)):
        if entry.get(name) not in values:
            return f"`{name}` is none of {', '.join(values)}"
    if not _is_texts(entry.get("asked")):
        return "`asked` must be a list of ids of questions"
    unknown = [id for id in entry["asked"] if id not in catalogue]
    return f"`asked` names unknown questions: {', '.join(unknown)}" if unknown else ""


def _places(
    data: Mapping[str, Any],
    sources: Mapping[str, Any],
    note: Callable[[int, str], None],
) -> Iterator[tuple[str, int]]:
    """Yield where practices and reading stand: `page.md#anchor` and the line."""
    for part in ("practices", "reading"):
        entries = data.get(part) or []
        for number, entry in enumerate(entries if isinstance(entries, list) else [0]):
            line = _line(entry) if isinstance(entry, dict) else 1
            if not _texts(entry, ("id", "where", *LANGUAGES)):
                note(line, f"{part}, entry {number + 1}: needs id, where, en and zh")
            elif part == "practices" and str(entry.get("source")) not in sources:
                note(line, f"`{entry['id']}` names no known source")
            else:
                yield entry["where"], line


def _catalogue(
    questions: Any, sources: Mapping[str, Any], note: Callable[[int, str], None]
) -> Iterator[CatalogueEntry]:
    """Walk pillar, page and list of the catalogue."""
    if not isinstance(questions, dict):
        note(1, "there is no `questions: pillar: page: [...]`")
        return
    for pillar, pages in _items(questions):
        if pillar not in PILLARS or not isinstance(pages, dict):
            note(
                _line(questions),
                f"{pillar!r} is no pillar with pages; pillars are {', '.join(PILLARS)}",
            )
            continue
        for page, entries in _items(pages):
            for entry in entries if isinstance(entries, list) else [entries]:
                reason = _entry_fault(entry, sources)
                if reason:
                    note(
                        _line(entry) if isinstance(entry, dict) else _line(pages),
                        f"{pillar}/{page}: {reason}",
                    )
                    continue
                asked = tuple(entry.get("asked") or ())
                yield CatalogueEntry(
                    entry["id"], entry["level"], asked, f"{pillar}/{page}", _line(entry)
                )


def _entry_fault(entry: Any, sources: Mapping[str, Any]) -> str:
    """Say what is wrong with a catalogue entry; an empty text if nothing is."""
    if not isinstance(entry, dict) or not isinstance(entry.get("id"), str):
        return "an entry needs the form {id: ..., level: ..., asked: [...]}"
    if not KEBAB.fullmatch(entry["id"]):
        return f"the id {entry['id']!r} is not kebab-case"
    if entry.get("level") not in LEVELS:
        return f"`{entry['id']}` has a level other than {', '.join(LEVELS)}"
    asked = entry.get("asked") or []
    if not isinstance(asked, list) or not all(isinstance(key, str) for key in asked):
        return f"`{entry['id']}`: `asked` must be a list of source keys"
    unknown = [key for key in asked if key not in sources]
    return (
        f"`{entry['id']}` is asked by unknown sources: {', '.join(unknown)}"
        if unknown
        else ""
    )


def _items(mapping: dict[Any, Any]) -> Iterable[tuple[Any, Any]]:
    """Return a mapping's items without the line that the loader added."""
    return [(key, value) for key, value in mapping.items() if key != "__line__"]


def _line(mapping: Mapping[str, Any]) -> int:
    """Return the line that a mapping begins in."""
    return int(mapping.get("__line__", 1))


def _read_glossary(root: Path, problems: list[Problem]) -> tuple[Term, ...]:
    """Read docs/glossary.yml, a list of terms."""
    name = "docs/glossary.yml"
    parsed = _parse_yaml(_read_text(root, name, problems))
    if parsed.error or not isinstance(parsed.data, list | None):
        message = parsed.error or "the glossary is not a list of terms"
        problems.append(Problem(name, parsed.line, "D001", message))
        return ()
    terms = []
    for number, entry in enumerate(parsed.data or [], 1):
        line = _line(entry) if isinstance(entry, dict) else 1
        texts = _texts(entry, ("en", "zh", "about_en", "about_zh"))
        if texts:
            terms.append(Term(texts[0], texts[1], texts[2], texts[3], line))
        else:
            message = f"entry {number} lacks en, zh, about_en or about_zh as text"
            problems.append(Problem(name, line, "D001", message))
    return tuple(terms)


def _read_practice(root: Path, problems: list[Problem]) -> Practice:
    """Read docs/practice.yml: what self-check and mock interview draw from."""
    name = "docs/practice.yml"
    text = _read_text(root, name, problems)
    if not text:
        return Practice()  # noted already
    parsed = _parse_yaml(text)
    faults = list(_practice_faults(parsed))
    problems += [Problem(name, line, "D004", text) for line, text in faults]
    if faults:
        return Practice()
    topics, fields = parsed.data["topics"], parsed.data["fields"]
    return Practice(
        tuple((id, _line(topic)) for topic in topics for id in topic["questions"]),
        tuple((page, _line(field)) for field in fields for page in field["without"]),
    )


def _practice_faults(parsed: _Yaml) -> Iterator[tuple[int, str]]:
    """Yield line and reason of what practice could not work with."""
    if parsed.error or not isinstance(parsed.data, dict):
        yield parsed.line, parsed.error or "there is no list named `topics`"
        return
    for part, own in (("topics", "questions"), ("fields", "without"), ("roles", "")):
        entries = parsed.data.get(part)
        if not isinstance(entries, list) or not entries:
            yield 1, f"there is no list named `{part}`"
            continue
        for number, entry in enumerate(entries, 1):
            line = _line(entry) if isinstance(entry, dict) else 1
            label = entry.get("label") if isinstance(entry, dict) else None
            if not _texts(label, LANGUAGES) or not _texts(entry, ("id",)):
                yield line, f"{part}, entry {number}: `id` or `label` in two languages"
            elif own and not _is_texts(entry.get(own)):
                yield line, f"{part}, entry {number}: `{own}` is no list of names"
            elif not own and not _are_numbers(entry.get("shares"), PILLARS):
                yield line, f"{part}, entry {number}: `shares` is a number a pillar"
    levels = parsed.data.get("levels")
    weights = [levels.get(level) if isinstance(levels, dict) else 0 for level in LEVELS]
    if not all(_are_numbers(weight, LEVELS) for weight in weights):
        yield 1, "`levels` needs a number a level for each level"
    if not _are_numbers(parsed.data.get("minutes"), PILLARS):
        yield 1, "`minutes` needs a number a pillar"


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def _are_numbers(value: Any, names: Sequence[str]) -> bool:
    """Tell whether a mapping has a whole number from 0 on for each name."""
    if not isinstance(value, dict):
        return False
    found = [value.get(name) for name in names]
    return all(type(number) is int and number >= 0 for number in found)


def _texts(entry: Any, names: Sequence[str]) -> list[str]:
    """Return the named texts of a mapping, or nothing unless all are there."""
    values = [entry.get(name) for name in names] if isinstance(entry, dict) else []
    texts = [text for text in values if isinstance(text, str) and text.strip()]
    return texts if len(texts) == len(names) else []


def _read_nav(root: Path, name: str, problems: list[Problem]) -> tuple[NavEntry, ...]:
    """Read the pages of a site's navigation with their lines."""
    text = _read_text(root, name, problems)
    parsed = _parse_yaml(text, lambda text: list(_nav_entries(text)))
    if parsed.error or (text.strip() and not parsed.data):
        message = parsed.error or "there is no `nav` list"
        problems.append(Problem(name, parsed.line, "N004", message))
    return tuple(parsed.data or ())


def _nav_entries(text: str) -> Iterator[NavEntry]:
    """Yield every page below the key `nav`."""
    root = yaml.compose(text, Loader=_LineLoader)
    for key, value in root.value if isinstance(root, yaml.MappingNode) else []:
        if key.value == "nav":
            yield from _nav_leaves(value)


def _nav_leaves(node: yaml.Node) -> Iterator[NavEntry]:
    """Yield the leaves of a navigation tree."""
    if isinstance(node, yaml.ScalarNode):
        if not re.match(r"[a-z]+:", node.value):  # links to elsewhere are no pages
            yield NavEntry(node.value, node.start_mark.line + 1)
    elif isinstance(node, yaml.MappingNode):
        for _, value in node.value:
            yield from _nav_leaves(value)
    else:
        for value in node.value:
            yield from _nav_leaves(value)


def _read_module(path: Path, root: Path, problems: list[Problem]) -> Module:
    """Read a snippet module: its sections and, below snippets/figures, its figures."""
    name = path.relative_to(root).as_posix()
    source = _Source(name)
    text = source.decode(_read_bytes(path))
    sections = _sections(text, source)
    figures = _figures(text) if _draws(name) else {}
    problems += [p for p in source.problems if p.rule != "F002"]  # may be empty
    return Module(name, sections, figures, reaches=tuple(safety.reaches(text)))


def _draws(name: str) -> bool:
    """Tell whether a module draws figures."""
    folder, _, file = name.rpartition("/")
    return folder == "snippets/figures" and file.removesuffix(".py") not in NO_FIGURES


def _sections(text: str, source: _Source) -> dict[str, int]:
    """Find the named sections of a module; note marks that don't pair."""
    found: dict[str, int] = {}
    opened: dict[str, int] = {}
    for number, line in enumerate(text.split("\n") if "8<-" in text else [], 1):
        match = _SECTION.search(line) if "8<-" in line else None
        if not match:
            continue
        kind, name = match[1].lower(), match[2]
        if not SECTION_NAME.fullmatch(name):
            source.note("S004", number, f"a section cannot be named {name!r}")
        elif kind == "start" and name in found:
            source.note("S004", number, f"the section `{name}` begins twice")
        elif kind == "start":
            found[name] = opened[name] = number
        elif opened.pop(name, None) is None:
            source.note(
                "S004", number, f"the section `{name}` ends without having begun"
            )
    for name, number in opened.items():
        source.note("S004", number, f"the section `{name}` never ends")
    return found


def _figures(text: str) -> dict[str, int]:
    """Find a module's public functions without arguments."""
    return {
        match[1]: text.count("\n", 0, match.start()) + 1
        for match in _FIGURE_FUNCTION.finditer(text)
    }
