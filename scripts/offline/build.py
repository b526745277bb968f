"""Make every offline edition from a fresh build of the site.

Each file is written beside its place and moved there when it is whole, so that
site/downloads never holds half of one.
"""

import asyncio
import datetime
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from pathlib import Path

from playwright.async_api import Browser, async_playwright
from tqdm import tqdm

from scripts import bank, finish, site, stage, vendor
from scripts.config import site_urls
from scripts.environment import ROOT, Missing, check_disk, find_browser, say
from scripts.generate import SITE_ZIP
from scripts.model import LANGUAGES
from scripts.offline import archive, book, deck, epub, formulas, pdf
from scripts.offline.book import Book
from scripts.offline.pdf import Edition, Formulas

FOLDER = "downloads"
DISK_NEEDED = 1e9
KINDS = (
    "handbook-{}.pdf",
    "cheat-sheet-{}.pdf",
    "handbook-{}.epub",
    "handbook-{}.apkg",
)
LEFT_OUT_OF_ZIP = frozenset({FOLDER, "sitemap.xml", "robots.txt"})
BROWSER_ARGUMENTS = [
    "--no-sandbox",  # it opens our own files only, and root can't start it otherwise
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--font-render-hinting=none",
    "--force-color-profile=srgb",
]


def timestamp() -> int:
    """Return the edition's time in seconds since 1970.

    SOURCE_DATE_EPOCH if it is set; else the last commit's time if nothing changed
    since; else when the newest source file was written. So the same tree has the same
    time, however often it is built.
    """
    named = os.environ.get("SOURCE_DATE_EPOCH", "")
    if named.isdigit():
        return int(named)

    def git(*command: str) -> str | None:
        try:
            done = subprocess.run(
                ["git", *command], cwd=ROOT, capture_output=True, text=True
            )
        except OSError:
            return None
        return None if done.returncode else done.stdout.strip()

    if git("status", "--porcelain") == "":
        return int(git("log", "-1", "--format=%ct") or 0)
    folders = (ROOT / "docs", ROOT / "snippets", ROOT / "scripts")
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    return int(max(path.stat().st_mtime for path in files))


def check_parts() -> str:
    """Return the path of a Chromium once everything that printing needs is there.

    Raises:
        Missing: if there is no Chromium, or a font is missing or damaged.
    """
    problems = vendor.verify(ROOT, vendor.PRINT_VENDOR)
    if problems:
        raise Missing(
            "The fonts of the printed editions are not as released:\n"
            + "\n".join(problems)
            + "\nRestore them with: git checkout docs/offline/vendor"
        )
    browser = find_browser()
    if not browser:
        raise Missing(
            "The offline editions are printed by Chromium, and none was found. On "
            "Debian and Ubuntu: apt-get install chromium. Elsewhere: .venv/bin/python "
            "-m playwright install chromium. Or name one in HANDBOOK_BROWSER."
        )
    return browser


@contextmanager
def aside(target: Path) -> Iterator[Path]:
    """Yield a path to write; move it to ``target`` if all went well."""
    part = target.with_name(f".{target.name}.part")
    try:
        yield part
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


async def _picture_of(browser: Browser, edition: Edition) -> bytes:
    """Return the edition's cover as a picture, for the EPUB."""
    page = await browser.new_page(
        viewport={"width": 794, "height": 1123}, device_scale_factor=1.5
    )
    try:
        with tempfile.TemporaryDirectory() as folder:
            source = Path(folder) / "cover.html"
            source.write_text(pdf.document(edition, edition.cover), encoding="utf-8")
            await page.goto(source.as_uri())
            await page.evaluate("document.fonts.ready")
            return await page.screenshot(type="png")
    finally:
        await page.close()


def _names(read: Book) -> deck.Names:
    titles = {c.key: book.to_text(c.title) for c in read.chapters() if c.questions}
    return deck.Names(read.title, {part.key: part.title for part in read.parts}, titles)


async def _language(
    browser: Browser,
    read: Book,
    typeset: Formulas,
    folder: Path,
    work: Path,
    at_once: asyncio.Semaphore,
    editions: list[Edition],
    moment: int,
    bar: "tqdm[None]",
) -> None:
    """Write every edition of one language into ``folder``."""
    language = read.language
    created = _iso(moment)

    async def printed(edition: Edition) -> None:
        with aside(folder / f"{edition.name}.pdf") as part:
            await pdf.write(browser, edition, part, work, created, at_once, bar.update)

    async def others() -> None:
        cover = await _picture_of(browser, editions[0])
        with aside(folder / f"handbook-{language}.epub") as part:
            epub.write(part, read, typeset, cover, created)
        bar.update()
        entries = [
            entry
            for chapter in read.chapters()
            for entry in bank.read_page(read.root / f"{chapter.key}.html", read.root)
        ]
        with aside(folder / f"handbook-{language}.apkg") as part:
            names = _names(read)
            deck.write(part, entries, names, language, read.root, read.url, moment)
        bar.update()

    await asyncio.gather(others(), *map(printed, editions))


def _iso(moment: int) -> str:
    when = datetime.datetime.fromtimestamp(moment, datetime.UTC)
    return when.strftime("%Y-%m-%dT%H:%M:%SZ")


async def _write(root: Path, folder: Path, browser_path: str, moment: int) -> None:
    urls = site_urls()
    _, data = stage.load_data()
    at_once = asyncio.Semaphore(os.cpu_count() or 1)
    roots = {"en": root, "zh": root / "zh"}
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=browser_path, args=BROWSER_ARGUMENTS
        )
        jobs = []
        for language in LANGUAGES:
            read = book.read(roots[language], language, data["sources"], urls[language])
            typeset = await formulas.render(browser, book.formulas(read))
            date = _iso(moment)[:10]
            editions = [
                pdf.handbook(read, typeset, date),
                pdf.cheat_sheet(read, typeset, date),
            ]
            jobs.append((read, typeset, editions))
        steps = 2 * len(jobs) + 1
        steps += sum(len(e.pieces) + 1 for *_, editions in jobs for e in editions)
        with (
            tqdm(
                total=steps, desc="Offline editions", file=sys.stdout, disable=None
            ) as bar,
            tempfile.TemporaryDirectory(prefix="handbook-") as work,
        ):
            await asyncio.gather(
                *(
                    _language(
                        browser,
                        read,
                        typeset,
                        folder,
                        Path(work),
                        at_once,
                        editions,
                        moment,
                        bar,
                    )
                    for read, typeset, editions in jobs
                )
            )
            with aside(folder / SITE_ZIP) as part:
                top = "deep-learning-interview-handbook"
                archive.site(part, root, top, LEFT_OUT_OF_ZIP)
            bar.update()
        await browser.close()


def files() -> list[str]:
    """Return the names of all offline editions."""
    return [kind.format(code) for code in LANGUAGES for kind in KINDS] + [SITE_ZIP]


def list_downloads(root: Path, moment: int) -> None:
    """Put links, sizes and the date into the downloads page of each language."""
    for language, up in (("en", ""), ("zh", "../")):
        path = root / ("" if language == "en" else language) / "downloads.html"
        sizes = {name: (root / FOLDER / name).stat().st_size for name in files()}
        links = {
            name: f'<a href="{up}{FOLDER}/{name}" download>{escape(name)}</a> '
            f"({size / 1e6:.1f} MB, {_iso(moment)[:10]})"
            for name, size in sizes.items()
        }
        page = finish.fill_downloads(path.read_text(encoding="utf-8"), links)
        path.write_text(page, encoding="utf-8")


def run() -> None:
    """Build the site, then every offline edition into site/downloads.

    Raises:
        Missing: if Chromium, a font or disk space is missing.
        Stop: if a page can't be built or printed.
    """
    check_disk(DISK_NEEDED)
    browser = check_parts()
    moment = timestamp()
    os.environ["SOURCE_DATE_EPOCH"] = str(moment)
    site.build()
    folder = site.SITE / FOLDER
    folder.mkdir(exist_ok=True)
    asyncio.run(_write(site.SITE, folder, browser, moment))
    list_downloads(site.SITE, moment)
    for name in files():
        say(f"{folder / name}  {(folder / name).stat().st_size / 1e6:.1f} MB")
