"""Build both languages into site/: check, stage, generate, finish, then swap.

Everything is built aside in build/; site/ changes only when all of it succeeded.
"""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from scripts import check, finish, stage
from scripts.config import CONFIGS, site_urls
from scripts.environment import ROOT, Stop, check_disk, say
from scripts.model import read_handbook

BUILD = ROOT / "build"
SITE = ROOT / "site"
DISK_NEEDED = 300e6


class BuildFailed(Stop):
    """The site could not be built; the message says why. site/ is untouched."""


def notebook_environment(language: str) -> dict[str, str]:
    """Return the environment a generator runs in so that notebooks find the snippets.

    Results are kept by the notebook's text, into which the stage step wrote the state
    of the snippets that it imports.
    """
    cache = BUILD / "notebooks" / language
    return {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        # both languages run at once: more threads would only wait for each other
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "HANDBOOK_NOTEBOOK_CACHE": str(cache),
        "NO_MKDOCS_2_WARNING": "1",
    }


def generate(language: str, target: Path, strict: bool = True) -> float:
    """Run MkDocs for one language.

    Args:
        language: ``en`` or ``zh``.
        target: the folder to build into.
        strict: whether a warning fails the build.

    Returns:
        The seconds it took.

    Raises:
        BuildFailed: with MkDocs' own output.
    """
    # not --quiet: that would hide the warnings from --strict
    command = [sys.executable, "-m", "mkdocs", "build", "--clean"]
    command += ["-f", CONFIGS[language], "-d", str(target)]
    if strict:
        command.append("--strict")
    started = time.perf_counter()
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=notebook_environment(language),
        capture_output=True,
        text=True,
    )
    if done.returncode:
        lines = (done.stdout + done.stderr).splitlines()
        told = "\n".join(line for line in lines if not line.startswith("INFO"))
        raise BuildFailed(f"{told}\nMkDocs could not build {CONFIGS[language]}.")
    return time.perf_counter() - started


def swap(new: Path, target: Path) -> None:
    """Put a finished folder in the place of another in two renames."""
    old = target.with_name(f".{target.name}-old")
    shutil.rmtree(old, ignore_errors=True)
    if target.exists():
        target.rename(old)
    try:
        new.rename(target)
    except OSError:
        if old.exists():
            old.rename(target)
        raise
    shutil.rmtree(old, ignore_errors=True)


@contextmanager
def _step(title: str) -> Iterator[None]:
    started = time.perf_counter()
    print(f"{title} … ", end="", flush=True)
    yield
    say(f"{time.perf_counter() - started:.1f} s")


def build(target: Path = SITE) -> None:
    """Build both languages into ``target``.

    Raises:
        BuildFailed: if a rule is violated or a page can't be built.
    """
    check_disk(DISK_NEEDED)
    BUILD.mkdir(exist_ok=True)
    if check.run(ROOT):
        raise BuildFailed("The rules above are violated; nothing was built.")
    handbook = read_handbook(ROOT)
    with _step("Figures and pages from data"):
        stage.run(handbook)
    new = BUILD / "site"
    made = {language: BUILD / f"site-{language}" for language in CONFIGS}
    with _step("English and Chinese pages"), ThreadPoolExecutor() as pool:
        list(pool.map(generate, made, made.values()))
    with _step("Question bank, search, sitemap"):
        urls = site_urls()
        for language, root in made.items():
            pages = {**handbook.pages["en"], **handbook.pages[language]}
            ids = {q.id for page in pages.values() for q in page.questions}
            finish.run(root, language, urls[language], ids)
            other = urls["zh" if language == "en" else "en"]
            finish.write_sitemap(root, urls[language], other, language)
        maps = "".join(f"Sitemap: {url}sitemap.xml\n" for url in urls.values())
        (made["en"] / "robots.txt").write_text(f"User-agent: *\nAllow: /\n{maps}")
    shutil.rmtree(new, ignore_errors=True)
    made["en"].rename(new)
    made["zh"].rename(new / "zh")
    swap(new, target)
    say(f"Built {target}")
