"""What all tests share: the built site and a real browser."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from playwright.sync_api import Browser, expect, sync_playwright

from scripts.environment import ROOT, find_browser

LANGUAGES = ("en", "zh")
DOCS = ROOT / "docs"
NOTEBOOKS = sorted(
    path.relative_to(DOCS / "en").as_posix() for path in DOCS.glob("en/**/*.ipynb")
)

# A busy machine is slow, not wrong.
expect.set_options(timeout=20_000)
settings.register_profile("handbook", deadline=None)
settings.load_profile("handbook")

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@pytest.fixture(scope="session")
def built() -> Path:
    """Return the root of the built site, as `make test` or `make site` left it."""
    path = Path(os.environ.get("HANDBOOK_SITE", ROOT / "site"))
    if not (path / "zh" / "index.html").exists():
        pytest.fail(
            f"{path} holds no built site: run `make test`, or `make site` first"
        )
    return path


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        path = find_browser()
        assert path, "no Chromium: run `make test`, which installs one"
        started = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield started
        started.close()


def root_of(built: Path, language: str) -> Path:
    """Return the root of one language's site."""
    return built if language == "en" else built / "zh"


def pages_of(built: Path, language: str) -> list[Path]:
    """Return the HTML pages of one language, the 404 page included."""
    pages = sorted(root_of(built, language).rglob("*.html"))
    return [p for p in pages if language == "zh" or built / "zh" not in p.parents]
