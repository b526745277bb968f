"""Mend in pages what is mechanical: blanks, Chinese punctuation, the form of tables.

Only the text between code, formulas and addresses is touched. The reader's view of a
page has every character where the file has it, with code and formulas blotted out, so a
place found there is a place in the file.
"""

import difflib
import os
import re
from collections.abc import Collection, Iterator
from itertools import pairwise
from pathlib import Path

from scripts.environment import Stop
from scripts.model import CJK, CODE, HIDDEN, MATH, Page, content_hash, parse_page

FULL_WIDTH = dict(zip(",;:!?.()", "，；：！？。（）", strict=True))
ROUNDS = 4  # a mended sign may uncover the next
_MARKUP = f"*[]{HIDDEN}"
_CHINESE = re.compile(rf"[{CJK}]")
_OTHER = re.compile(rf"[A-Za-z0-9{CODE}{MATH}]")
_MARKER = re.compile(r"[ >]*(?:[-*+]|\d+\.)")  # alone, it needs the blank behind it
_ITEM = re.compile(r" *(?:[-*+]|\d+\.|>) ")
_RULE = re.compile(r"(:?)-+(:?)")


def run(root: Path, paths: Collection[str] = ()) -> str:
    """Mend pages in place and return what changed as a diff.

    A Chinese page that fitted its English page before still does: only blanks and signs
    changed, so the fingerprint of the English text is renewed with it.

    Args:
        root: the folder that holds docs/.
        paths: mend only these files, as paths from the root.
    """
    wanted = {Path(path).as_posix() for path in paths}
    shown = []
    for language in ("en", "zh"):
        for path in sorted((root / "docs" / language).rglob("*.md")):
            name = path.relative_to(root).as_posix()
            if (
                path.is_symlink()
                or not path.is_file()
                or (wanted and name not in wanted)
            ):
                continue
            try:
                before = path.read_bytes().decode("utf-8")
            except (OSError, UnicodeDecodeError):
                continue  # rule F001 or F010 says so
            after = mended(before, language)
            if after != before:
                _write(path, after)
                shown.append(_diff(name, before, after))
                if language == "en":
                    shown += _renew(root, name, before, after)
    return "".join(shown)


def mended(text: str, language: str) -> str:
    """Return a page's text with what is mechanical mended.

    >>> print(mended("# 题\\n\\n用ReLU激活,再用 $x$。 \\n", "zh"), end="")
    # 题
    <BLANKLINE>
    用 ReLU 激活，再用 $x$。
    """
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    for _ in range(ROUNDS):
        page = parse_page(text, language)
        lines = list(_lines(page, text.split("\n")))
        if "\n".join(lines) == text:
            break
        text = "\n".join(lines)
    return text


def _lines(page: Page, lines: list[str]) -> Iterator[str]:
    """Yield the lines of a page, each mended."""
    for number, line in enumerate(lines, 1):
        prose = page.prose[number - 1] if number <= len(page.prose) else ""
        if not line.strip():
            yield ""
        elif len(prose) != len(line.rstrip()) or not prose.strip():
            yield line  # front matter, code, formulas
        elif number in page.tables and not _ITEM.match(line):
            yield _row(line.rstrip(), prose)
        else:
            follows = number < len(lines) and lines[number].strip()
            end = "  " if follows and line.endswith("  ") else ""  # a line break
            plain = line.rstrip()
            end = end or " " * bool(_MARKER.fullmatch(plain) and line != plain)
            yield (_typeset(plain, prose) if page.language == "zh" else plain) + end


def _row(line: str, prose: str) -> str:
    """Return a row of a table with bars at both ends and a blank around each cell."""
    bars = [bar.start() for bar in re.finditer(r"(?<!\\)\|", prose)]
    cells = [
        line[start + 1 : end].strip()
        for start, end in zip([-1, *bars], [*bars, len(line)], strict=True)
    ]
    indent = line[: len(line) - len(line.lstrip())]
    cells = cells[not cells[0] :]
    cells = cells[: len(cells) - (not cells[-1])]
    if all(_RULE.fullmatch(cell) for cell in cells):
        return indent + "|" + "|".join(_RULE.sub(r"\1---\2", c) for c in cells) + "|"
    return indent + "|" + "|".join(f" {cell} " if cell else " " for cell in cells) + "|"


def _typeset(line: str, prose: str) -> str:
    """Return a Chinese line with full-width signs and blanks between scripts."""
    places = [n for n, sign in enumerate(prose) if sign not in _MARKUP]
    plain = "".join(prose[n] for n in places)
    changed: dict[int, str] = {}
    dropped: set[int] = set()
    for at, sign in enumerate(plain):
        image = prose[places[at] : places[at] + 2] == "!["
        escaped = plain[max(at - 1, 0) : at] == "\\"
        if sign in FULL_WIDTH and not (image or escaped) and _is_torn(plain, at):
            changed[places[at]] = FULL_WIDTH[sign]
            beside = at - 1 if sign == "(" else at + 1
            if plain[beside : beside + 1] == " " and beside >= 0:
                dropped.add(places[beside])
    for quote in re.finditer(rf'"([^"]*[{CJK}][^"]*)"', plain):
        changed[places[quote.start()]], changed[places[quote.end() - 1]] = "“", "”"
    blanks: set[int] = set()
    for at, (one, other) in enumerate(pairwise(plain)):
        pair = _CHINESE.match(one) and _OTHER.match(other)
        if pair or (_OTHER.match(one) and _CHINESE.match(other)):
            blanks.add(_gap(prose, places[at], places[at + 1]))
    return "".join(
        (" " if n in blanks else "") + changed.get(n, sign)
        for n, sign in enumerate(line)
        if n not in dropped
    )


def _is_torn(plain: str, at: int) -> bool:
    """Tell whether a half-width sign stands in Chinese text."""
    before, after = plain[at - 1 : at] if at else "", plain[at + 1 : at + 2]
    sign = plain[at]
    if sign == ".":
        return bool(_CHINESE.match(before)) and (
            not after or bool(_CHINESE.match(after))
        )
    if sign in "()":
        pair = _pair(plain, at)
        if pair is None:
            return False
        start, end = pair
        beside = plain[:start].rstrip()[-1:] + plain[end + 1 : end + 2]
        return bool(_CHINESE.search(beside + plain[start:end]))
    return bool(_CHINESE.match(before))


def _pair(plain: str, at: int) -> tuple[int, int] | None:
    """Return the places of a parenthesis and its partner, if both are in the line."""
    opened: list[int] = []
    for place, sign in enumerate(plain):
        if sign == "(":
            opened.append(place)
        elif sign == ")" and opened:
            start = opened.pop()
            if at in (start, place):
                return start, place
    return None


def _gap(prose: str, left: int, right: int) -> int:
    """Return before which place a blank goes between two signs with markup between.

    Markup that opens (`[`, or the first `**` of two) belongs to what follows.
    """
    between = prose[left + 1 : right]
    before, stars = prose[: left + 1], "**" if between.startswith("**") else "*"
    if stars == "*":
        before = before.replace("**", "")
    opens = between.startswith("[") or (
        between.startswith("*") and before.count(stars) % 2 == 0
    )
    return left + 1 if opens else right


def _write(path: Path, text: str) -> None:
    """Replace a file whole or not at all."""
    aside = path.with_name(f".{path.name}.new")
    try:
        aside.write_text(text, encoding="utf-8")
        os.replace(aside, path)
    except OSError as error:
        raise Stop(f"{path} cannot be written: {error}") from error


def _diff(name: str, before: str, after: str) -> str:
    """Return what changed in a file, line by line, without context."""
    lines = difflib.unified_diff(
        before.split("\n"), after.split("\n"), name, name, n=0, lineterm=""
    )
    return "".join(f"{line}\n" for line in lines)


def _renew(root: Path, name: str, before: str, after: str) -> list[str]:
    """Let a translation that fitted the old text fit the new one."""
    path = root / name.replace("docs/en/", "docs/zh/", 1)
    old = f"translation_of: {content_hash(before)}"
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return []
    if old not in text:
        return []
    renewed = text.replace(old, f"translation_of: {content_hash(after)}", 1)
    _write(path, renewed)
    return [_diff(path.relative_to(root).as_posix(), text, renewed)]
