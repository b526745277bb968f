"""Begin a question, page, report or exercise: skeletons of both languages, never over
anything that exists.

What is to be written holds TODO (待补充 in Chinese), which rule F008 refuses: the check
says what is left. Templates stand in scripts/templates.
"""

import re
import sys
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from string import Template
from typing import Any

from scripts import check, translate
from scripts.config import CONFIGS
from scripts.environment import ROOT, Stop, say
from scripts.model import (
    KEBAB,
    LEVELS,
    PILLARS,
    REPORTS,
    TEAMS,
    TOLD,
    Handbook,
    Page,
    content_hash,
    read_handbook,
)

TEMPLATES = Path(__file__).parent / "templates"
IDLE_WORDS = re.compile(
    r"a|an|the|what|which|who|how|why|when|where|is|are|was|were|do|does|did|can|you"
    r"|your|it|its|of|to|in|on|for|and|or|with|from|that|this|there|be|have|has|would"
)
NO_LINE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
READERS = "readers"  # the source of interviews that readers tell us


class Refused(Stop):
    """What was asked for exists already, or does not fit."""


def run(options: Namespace) -> int:
    """Write what the command line asks for and say what is left to write."""
    handbook = read_handbook(ROOT)
    files = {
        "question": question,
        "page": page,
        "report": report,
        "exercise": exercise,
    }[options.kind](handbook, _Answers(options))
    write(files)
    for name in files:
        say(f"wrote {name}")
    say("Replace each TODO and 待补充, then run: python3 -m scripts check")
    check.run(ROOT, paths=files)
    return 0


class _Answers:
    """Values from flags, or asked for at a terminal."""

    def __init__(self, options: Namespace) -> None:
        self.options = options
        self.asks = sys.stdin.isatty()

    def get(
        self,
        name: str,
        about: str,
        default: str | None = None,
        fault: Callable[[str], str] = lambda value: "",
    ) -> str:
        """Return a value; ask for it, or refuse, where no flag gives it.

        Args:
            name: the flag without dashes.
            about: what to ask.
            default: what an empty answer means; none if there must be an answer.
            fault: says what is wrong with a value, or nothing.
        """
        given: str | None = getattr(self.options, name.replace("-", "_"), None)
        while True:
            value = given
            if value is None and self.asks:
                hint = f" [{default}]" if default else ""
                value = input(f"{about}{hint}: ").strip() or default
            value = default if value is None else value.strip()
            wrong = fault(value) if value else f"--{name} is missing: {about}"
            if value and NO_LINE.search(value):
                wrong = f"--{name} is not one line of text"
            if not wrong or (value == "" and default == ""):
                return value or ""
            if given is not None or not self.asks:
                raise Refused(wrong)
            say(wrong)


def slug(title: str, words: int = 5) -> str:
    """Return an id made from a title: its telling words in ASCII.

    >>> slug("Why does batch norm fail with small batches?")
    'batch-norm-fail-small-batches'
    >>> slug("为什么小批量不行？")
    ''
    """
    found = re.findall(r"[a-z0-9]+", title.lower().replace("'", ""))
    telling = [word for word in found if not IDLE_WORDS.fullmatch(word)] or found
    return "-".join(telling[:words])


def question(handbook: Handbook, ask: _Answers) -> dict[str, str]:
    """Return the pages with a new question by path."""
    key = ask.get(
        "page", "page, such as theory/normalization", fault=_page_fault(handbook)
    )
    return _with_question(handbook, ask, key, "question", {})


def exercise(handbook: Handbook, ask: _Answers) -> dict[str, str]:
    """Return pages, solution and cases of a new exercise by path."""

    def fault(key: str) -> str:
        wrong = _page_fault(handbook)(key)
        return wrong or (
            "" if key.startswith("coding/") else "exercises stand in coding/"
        )

    key = ask.get("page", "page, such as coding/arrays-and-strings", fault=fault)
    folder = key.removeprefix("coding/").replace("-", "_")
    values = {"folder": folder}
    files = _with_question(handbook, ask, key, "exercise", values)
    solution = f"snippets/coding/{folder}/{values['module']}.py"
    cases = f"tests/exercises/{folder}/{values['module']}.py"
    return {
        **files,
        solution: _filled("solution.py.txt", values),
        cases: _filled("cases.py.txt", values),
    }


def page(handbook: Handbook, ask: _Answers) -> dict[str, str]:
    """Return both pages, both configs and, with code, module and test by path."""

    def fault(key: str) -> str:
        pillar, _, stem = key.partition("/")
        if pillar not in PILLARS or not KEBAB.fullmatch(stem):
            return (
                f"{key!r} is not <pillar>/<kebab-case>; pillars: {', '.join(PILLARS)}"
            )
        return f"{key} exists already" if key in handbook.pages["en"] else ""

    key = ask.get("page", "page, such as theory/my-page", fault=fault)
    values = _titles(ask) | {"group": "questions"}
    pillar, _, stem = key.partition("/")
    values["id"] = _new_id(handbook, ask, f"{slug(values['title']) or stem}-first")
    values["level"], values["asked"] = _level(ask), ""
    files = {
        f"docs/en/{key}.md": _filled("page.en.md", values)
        + _filled("question.en.md", values | {"title": "TODO: the first question?"})
    }
    if not ask.options.english_only:
        files[f"docs/zh/{key}.md"] = _filled("page.zh.md", values) + _filled(
            "question.zh.md", values | {"title_zh": "待补充：第一个问题？"}
        )
    if ask.options.code:
        module = stem.replace("-", "_")
        values |= {"module": module, "pillar": pillar}
        files[f"snippets/{pillar}/{module}.py"] = _filled("snippet.py.txt", values)
        test = f"tests/snippets/{pillar}/test_{module}.py"
        files[test] = _filled("test.py.txt", values)
        embed = (
            f'```python title="snippets/{pillar}/{module}.py"\n'
            f'--8<-- "{pillar}/{module}.py:example"\n```\n'
        )
        for language, label in (("en", "Follow-ups."), ("zh", "追问。")):
            name, mark = f"docs/{language}/{key}.md", f"\n**{label}**"
            if name in files:
                files[name] = files[name].replace(mark, f"\n{embed}{mark}", 1)
    if not ask.options.english_only:
        _marked(files, key)
    return files | _nav(f"{key}.md", re.compile(rf"{pillar}/[\w-]+\.(?:md|ipynb)"))


def report(handbook: Handbook, ask: _Answers) -> dict[str, str]:
    """Return both pages of a new report, docs/sources.yml and both configs by path."""
    known = {interview.id for interview in handbook.interviews}
    sources = set(handbook.sources or {}) | {READERS}

    def named(value: str) -> str:
        return (
            ""
            if value in sources
            else f"no source {value!r}; {', '.join(sorted(sources))}"
        )

    def one_of(values: tuple[str, ...]) -> Callable[[str], str]:
        return lambda value: "" if value in values else f"one of {', '.join(values)}"

    source = ask.get("source", "source, a key of docs/sources.yml", READERS, named)
    company = ask.get("company", "kind of company, no name that tells who it was")
    company_zh = ask.get("company-zh", "the same in Chinese", company)

    def fresh(value: str) -> str:
        if not KEBAB.fullmatch(value):
            return f"{value!r} is not kebab-case"
        return f"the report {value} exists already" if value in known else ""

    id = ask.get("id", "id of the report", slug(company, 3) or None, fresh)
    told = ask.get(
        *("told", "published, or consented: the teller agreed"),
        *("consented" if source == READERS else "published", one_of(TOLD)),
    )
    team = ask.get("team", "what the team did", "unknown", one_of(TEAMS))
    wording = {q.id: (q, p) for p in handbook.pages["en"].values() for q in p.questions}

    def answered(value: str) -> str:
        missing = [one for one in value.split() if one not in wording]
        return f"no question has the id {', '.join(missing)}" if missing else ""

    asked = ask.get(
        "asked", "ids of the questions asked, in order", "", answered
    ).split()
    texts = {
        name: (
            ask.get(name, f"{about}, in English", "not told"),
            ask.get(f"{name}-zh", f"{about}, in Chinese", "未说明"),
        )
        for name, about in (("interviewers", "who asked"), ("outcome", "how it ended"))
    }
    values = {"title": company, "title_zh": company_zh, "source": source}
    for language, mark in (
        ("links", "TODO: how it went."),
        ("links_zh", "待补充：当时的情况。"),
    ):
        pages = handbook.pages["zh" if language == "links_zh" else "en"]
        lines = [_asked_line(pages, wording[one], mark) for one in asked]
        values[language] = "\n".join(lines) or mark
    written = ("en",) if ask.options.english_only else ("en", "zh")
    files = {
        f"docs/{language}/{REPORTS}/{id}.md": _filled(f"report.{language}.md", values)
        for language in written
    }
    if "zh" in written:
        _marked(files, f"{REPORTS}/{id}")
    entry = (
        f"      - {{id: {id}, company: {_both(company, company_zh)}, "
        f"interviewers: {_both(*texts['interviewers'])}, told: {told}, team: {team}, "
        f"outcome: {_both(*texts['outcome'])}, asked: [{', '.join(asked)}]}}\n"
    )
    files |= _listed(handbook, source, entry)
    reports = re.compile(rf"{REPORTS}/[\w-]+\.md")
    files |= _nav(f"{REPORTS}/{id}.md", reports)
    if source not in (handbook.sources or {}):
        files |= _nav(f"sources/{source}.md", re.compile(r"sources/[\w-]+\.md"), files)
    return files


def write(files: dict[str, str]) -> None:
    """Write files whole; a new file never replaces one, and a failure undoes all.

    Raises:
        Refused: if a file cannot be written; the tree is then as it was.
    """
    try:
        before = {
            name: path.read_bytes() if (path := ROOT / name).is_file() else None
            for name in files
        }
    except OSError as error:
        raise Refused(f"Nothing was written: {error}") from error
    try:
        for name, text in files.items():
            path = ROOT / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    except OSError as error:
        for name, content in before.items():
            if content is None:
                (ROOT / name).unlink(missing_ok=True)
            else:
                (ROOT / name).write_bytes(content)
        raise Refused(f"Nothing was written: {error}") from error


def _with_question(
    handbook: Handbook, ask: _Answers, key: str, kind: str, values: dict[str, str]
) -> dict[str, str]:
    """Return a page in both languages with a new question at the end of a group."""
    english, chinese = handbook.pages["en"][key], handbook.pages["zh"].get(key)
    for problem in (*english.problems, *(chinese.problems if chinese else ())):
        if problem.rule == "F001":
            raise Refused(f"{problem.path}:{problem.line}: {problem.message}")
    values |= _titles(ask)
    taken = {" ".join(q.title.casefold().split()): q for q in handbook.all_questions()}
    if twin := taken.get(" ".join(values["title"].casefold().split())):
        raise Refused(f"That is asked already: {twin.path}:{twin.line} (`{twin.id}`).")
    id = values["id"] = _new_id(handbook, ask, slug(values["title"]), key)
    values["module"] = id.replace("-", "_")
    if known := handbook.catalogue.get(id):
        values["level"], asked = known.level, " ".join(known.asked)
    else:
        values["level"], asked = _level(ask), _sources(handbook, ask)
    values["asked"] = f' data-asked="{asked}"' if asked else ""
    groups = [heading.id for heading in english.groups if heading.id]

    def fault(value: str) -> str:
        return "" if value in groups else f"no group {value!r}; {', '.join(groups)}"

    group = ask.get("group", "group of the page", groups[-1] if groups else "", fault)
    name = f"{kind}.en.md"
    files = {english.path: _inserted(english, group, _filled(name, values))}
    if chinese and not ask.options.english_only:
        name = f"{kind}.zh.md"
        files[chinese.path] = _inserted(chinese, group, _filled(name, values))
        if content_hash(english.text) in chinese.text:
            _marked(files, key)
    if asked and not known:
        files |= _catalogued(key, english.title, values, asked.split())
    return files


def _titles(ask: _Answers) -> dict[str, str]:
    """Return the title in both languages."""
    title = ask.get("title", "title in English")
    if ask.options.english_only:
        return {"title": title, "title_zh": ""}
    return {"title": title, "title_zh": ask.get("title-zh", "title in Chinese")}


def _new_id(handbook: Handbook, ask: _Answers, proposal: str, key: str = "") -> str:
    """Return an id that no question has."""
    taken = {q.id: q for q in handbook.all_questions()}

    def fault(value: str) -> str:
        if not KEBAB.fullmatch(value):
            return f"{value!r} is not kebab-case: a-z, 0-9 and single hyphens"
        if value in taken:
            return f"`{value}` is taken by {taken[value].path}:{taken[value].line}"
        known = handbook.catalogue.get(value)
        if known and known.page != key:
            return f"`{value}` belongs to {known.page}, says docs/sources.yml"
        return ""

    return ask.get("id", "id, permanent", proposal or None, fault)


def _level(ask: _Answers) -> str:
    def fault(value: str) -> str:
        return "" if value in LEVELS else f"--level is one of {', '.join(LEVELS)}"

    return ask.get("level", "level", "basic", fault)


def _sources(handbook: Handbook, ask: _Answers) -> str:
    """Return the sources that asked a question; docs/sources.yml must list it then."""

    def fault(value: str) -> str:
        unknown = [key for key in value.split() if key not in (handbook.sources or {})]
        return f"no source {', '.join(unknown)} in docs/sources.yml" if unknown else ""

    return ask.get("asked", "sources that asked it, if any", "", fault)


def _page_fault(handbook: Handbook) -> Callable[[str], str]:
    """Return what says that there is no such page of questions."""

    def fault(key: str) -> str:
        if key in handbook.pages["en"] and key.split("/")[0] in PILLARS:
            return ""
        return f"there is no page docs/en/{key}.md; begin one with `new page`"

    return fault


def _inserted(page: Page, group: str, text: str) -> str:
    """Return a page's text with a question at the end of a group, or of the page."""
    lines = page.text.rstrip("\n").split("\n")
    after = [heading.line for heading in page.groups if heading.id == group]
    later = [
        heading.line for heading in page.groups if after and heading.line > after[0]
    ]
    place = min(later) - 1 if later else len(lines)
    above = "\n".join(lines[:place]).rstrip("\n")
    below = "\n".join(lines[place:])
    return f"{above}\n\n{text.rstrip()}\n" + (f"\n{below}\n" if below else "")


def _read(name: str) -> str:
    """Return a file's text, or refuse."""
    try:
        return (ROOT / name).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Refused(f"{name} cannot be read: {error}") from error


def _place(name: str, text: str, mark: str) -> int:
    """Return where a file has a mark, or refuse."""
    if mark not in text:
        raise Refused(f"{name} has no line `{mark.strip()}` of its own.")
    return text.index(mark)


def _filled(name: str, values: dict[str, str]) -> str:
    """Return a template with its names filled in."""
    return Template((TEMPLATES / name).read_text(encoding="utf-8")).substitute(values)


def _marked(files: dict[str, str], key: str) -> None:
    """Let the Chinese page record the English text it goes with."""
    name = f"docs/zh/{key}.md"
    files[name] = translate.marked(files[name], files[f"docs/en/{key}.md"])


def _asked_line(pages: Any, found: tuple[Any, Page], mark: str) -> str:
    """Return a numbered item that links a question, in the words of a language."""
    question, page = found
    own = pages.get(page.key)
    titles = {q.id: q.title for q in own.questions} if own else {}
    title = titles.get(question.id, question.title).rstrip("？?。.")
    return f"1. [{title}](../{page.key}.md#{question.id}) {mark}"


def _both(english: str, chinese: str) -> str:
    """Return a text in two languages as YAML writes it on one line."""
    quoted = [
        text.replace("\\", "\\\\").replace('"', '\\"') for text in (english, chinese)
    ]
    return f'{{en: "{quoted[0]}", zh: "{quoted[1]}"}}'


def _listed(handbook: Handbook, source: str, entry: str) -> dict[str, str]:
    """Return docs/sources.yml with an interview at the end of its source."""
    name = "docs/sources.yml"
    text = _read(name)
    if source not in (handbook.sources or {}):
        start = (
            text.index("\npages:")
            if "\npages:" in text
            else _place(name, text, "\nquestions:")
        )
        text = (
            text[:start].rstrip("\n") + "\n" + _filled("readers.yml", {}) + text[start:]
        )
    head = f"\n  {source}:\n"
    top = _place(name, text, head) + len(head)
    end = re.compile(r"^(?:  )?\S", re.MULTILINE).search(text, top)
    stop = end.start() if end else len(text)
    body, below = text[top:stop].rstrip("\n") + "\n", text[stop:]
    gap = "\n" if text[top:stop].endswith("\n\n") else ""
    if "    interviews: []\n" in body:
        body = body.replace("    interviews: []\n", "    interviews:\n")
    elif "    interviews:\n" not in body:
        body += "    interviews:\n"
    return {name: text[:top] + body + entry + gap + below}


def _catalogued(
    key: str, page_title: str, values: dict[str, str], asked: list[str]
) -> dict[str, str]:
    """Return docs/sources.yml with a question at the end of its page's list."""
    name = "docs/sources.yml"
    text = _read(name)
    _place(name, f"\n{text}", "\nquestions:\n")
    lines = text.split("\n")
    pillar, _, stem = key.partition("/")
    chinese = values["title_zh"] or values["title"]
    texts = _both(values["title"], chinese)[1:-1]
    entry = (
        f"      - {{id: {values['id']}, level: {values['level']}, "
        f"asked: [{', '.join(asked)}], {texts}}}"
    )
    if f"  {pillar}:" not in lines:
        lines.insert(lines.index("questions:") + 1, f"  {pillar}:")
    place = lines.index(f"  {pillar}:") + 1
    end = _end(lines, place, 4)
    if f"    {stem}:" in lines[place:end]:
        lines.insert(_end(lines, lines.index(f"    {stem}:", place) + 1, 6), entry)
    else:
        lines[end:end] = [f"    {stem}:", entry]
        if "pages:" in lines:
            title = f"  {key}: {_both(page_title, page_title)}"
            lines.insert(_end(lines, lines.index("pages:") + 1, 2), title)
    return {name: "\n".join(lines)}


def _end(lines: list[str], start: int, indent: int) -> int:
    """Return the first line from a start that is not indented so far, blanks aside."""
    end = start
    while end < len(lines) and lines[end].startswith(" " * indent):
        end += 1
    return end


def _nav(
    path: str, beside: re.Pattern[str], files: dict[str, str] | None = None
) -> dict[str, str]:
    """Return both configs with a page after the last line that names one like it."""
    changed = {}
    for config in CONFIGS.values():
        text = (files or {}).get(config) or _read(config)
        lines = text.split("\n")
        places = [
            number
            for number, line in enumerate(lines)
            if beside.fullmatch(line.strip().removeprefix("- ").split(": ")[-1].strip())
        ]
        if not places:
            raise Refused(f"{config}: nav has no page like {path} to put it after.")
        indent = lines[places[-1]][: -len(lines[places[-1]].lstrip())]
        lines.insert(places[-1] + 1, f"{indent}- {path}")
        changed[config] = "\n".join(lines)
    return changed
