"""Measure printing: time, pages a second and memory, at once and four times the book.

The handbook is printed in pieces as `make offline` does, and in one go, in the same
run. Memory is the largest sum over Chromium's processes of what each has for itself.
"""

import asyncio
import copy
import os
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import psutil
from playwright.async_api import Browser, async_playwright

from scripts import site, stage
from scripts.config import site_urls
from scripts.offline import book, formulas, pdf
from scripts.offline.book import Book, Chapter
from scripts.offline.build import BROWSER_ARGUMENTS, check_parts

COPIES = 4
IN_ONE_GO = 10**9  # characters in a piece: more than there are
INTERVAL = 0.2  # seconds between looks at the memory


@dataclass(frozen=True)
class Measured:
    """What printing an edition took."""

    seconds: float
    pages: int
    megabytes: float


def _copy(chapter: Chapter, number: int) -> Chapter:
    """Return a chapter with anchors of its own that links to its own copies."""
    body = copy.deepcopy(chapter.body)
    for element in body.iter():
        for name in ("id", "href"):
            value = element.get(name) or ""
            if (name == "id" and value) or value.startswith("#"):
                element.set(name, f"{value}-copy{number}")
    headings = {e.get("id"): e for e in body.iter("h3")}
    questions = tuple(
        replace(
            question,
            anchor=f"{question.anchor}-copy{number}",
            title=headings[f"{question.anchor}-copy{number}"],
        )
        for question in chapter.questions
    )
    anchor = f"{chapter.anchor}-copy{number}"
    return Chapter(chapter.key, anchor, body.find("h1"), body, questions)


def times(once: Book, copies: int) -> Book:
    """Return a book with every chapter ``copies`` times."""
    parts = tuple(
        replace(
            part,
            chapters=tuple(
                _copy(chapter, number)
                for number in range(copies)
                for chapter in part.chapters
            ),
        )
        for part in once.parts
    )
    return replace(once, parts=parts)


class _Memory:
    """Watches the memory of all processes below this one while it is entered."""

    def __enter__(self) -> "_Memory":
        self.most = 0.0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(INTERVAL):
            total = 0
            for process in psutil.Process().children(recursive=True):
                try:
                    total += process.memory_full_info().uss
                except psutil.Error:
                    continue  # it has ended meanwhile
            self.most = max(self.most, total / 1e6)


async def _print(browser: Browser, whole: Book, piece: int) -> Measured:
    started = time.perf_counter()
    typeset = await formulas.render(browser, book.formulas(whole))
    edition = pdf.handbook(whole, typeset, "2026-01-01", piece)
    at_once = asyncio.Semaphore(os.cpu_count() or 1)
    with tempfile.TemporaryDirectory() as name, _Memory() as memory:
        target = Path(name) / "book.pdf"
        date = "2026-01-01T00:00:00Z"
        pages = await pdf.write(browser, edition, target, Path(name), date, at_once)
    return Measured(time.perf_counter() - started, pages, memory.most)


async def _measure(row: Callable[..., None]) -> None:
    _, data = stage.load_data()
    once = book.read(site.SITE, "en", data["sources"], site_urls()["en"])
    jobs = (
        ("in pieces", once, pdf.PIECE),
        ("in one go", once, IN_ONE_GO),
        (f"in pieces, {COPIES} times the content", times(once, COPIES), pdf.PIECE),
        (f"in one go, {COPIES} times the content", times(once, COPIES), IN_ONE_GO),
    )
    results = []
    async with async_playwright() as playwright:
        for name, whole, piece in jobs:
            browser = await playwright.chromium.launch(
                executable_path=check_parts(), args=BROWSER_ARGUMENTS
            )
            result = await _print(browser, whole, piece)
            await browser.close()
            results.append(result)
            took = (
                f"{result.seconds:.1f} s, {result.pages / result.seconds:.0f} pages/s"
            )
            row(f"handbook {name}", took, f"{result.megabytes:.0f} MB")
    once_pieces, _, more_pieces, more_at_once = results
    ratio = more_pieces.seconds / once_pieces.seconds
    row(f"{COPIES} times the content / once", f"{ratio:.2f}", f"at most {COPIES}")
    ratio = more_pieces.seconds / more_at_once.seconds
    row(f"in pieces / in one go, {COPIES} times the content", f"{ratio:.2f}")


def measure(row: Callable[..., None]) -> None:
    """Print what printing takes; ``row(name, value, note)`` prints a line."""
    asyncio.run(_measure(row))
