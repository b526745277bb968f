"""Check the whole handbook against its rules and print what breaks them."""

import sys
import time
from collections.abc import Collection
from pathlib import Path
from typing import Literal

from scripts import fix as mend
from scripts.model import Handbook, Problem, read_handbook
from scripts.rules import RULES, check

Format = Literal["text", "github"]


def run(
    root: Path,
    strict: bool = False,
    format: Format = "text",
    paths: Collection[str] = (),
    fix: bool = False,
) -> int:
    """Check a tree and print every problem with what to do about it.

    Args:
        root: the folder that holds docs/, snippets/ and mkdocs.yml.
        strict: count debts (missing and stale translations) as violations.
        format: `text`, or `github` for annotations of a pull request.
        paths: report on these files only, as paths from the root.
        fix: mend what is mechanical first, and show it.

    Returns:
        0 if nothing but debts was found, 1 otherwise.
    """
    start = time.perf_counter()
    if fix:
        _say(mend.run(root, paths) or "Nothing to mend.")
    handbook = read_handbook(root)
    problems = check(handbook)
    if paths:
        wanted = {Path(path).as_posix() for path in paths}
        problems = [problem for problem in problems if problem.path in wanted]
    for problem in problems:
        _say(_annotation(problem, strict) if format == "github" else _line(problem))
    debts = 0 if strict else sum(_is_debt(problem) for problem in problems)
    seconds = time.perf_counter() - start
    _say(_summary(handbook, len(problems) - debts, debts, seconds))
    return 1 if len(problems) > debts else 0


def _is_debt(problem: Problem) -> bool:
    """Tell whether a problem may wait."""
    return RULES[problem.rule].severity == "debt"


def _line(problem: Problem) -> str:
    """Format a problem for a terminal."""
    place = f"{problem.path}:{problem.line}"
    return f"{place}: {problem.rule} {problem.message} — {RULES[problem.rule].fix}"


def _annotation(problem: Problem, strict: bool) -> str:
    """Format a problem as a GitHub workflow command."""
    kind = "warning" if _is_debt(problem) and not strict else "error"
    place = f"file={_escaped(problem.path, ':,')},line={problem.line}"
    message = f"{problem.message} — {RULES[problem.rule].fix}"
    return f"::{kind} {place},title={problem.rule}::{_escaped(message)}"


def _escaped(text: str, also: str = "") -> str:
    """Escape what GitHub takes for the end of a value.

    >>> _escaped("100%\\nsure: a,b", ":,")
    '100%25%0Asure%3A a%2Cb'
    """
    for sign in "%\r\n" + also:
        text = text.replace(sign, f"%{ord(sign):02X}")
    return text


def _summary(handbook: Handbook, violations: int, debts: int, seconds: float) -> str:
    """Return the closing line."""
    pages = sum(1 for _ in handbook.all_pages())
    questions = sum(1 for _ in handbook.all_questions())
    return (
        f"{pages} pages, {questions} questions, {violations} violations, "
        f"{debts} debts, {seconds:.1f} s"
    )


def _say(text: str) -> None:
    """Print a line even where the terminal lacks a character."""
    encoding = sys.stdout.encoding or "utf-8"
    print(text.encode(encoding, "backslashreplace").decode(encoding))
