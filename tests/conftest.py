"""What all tests share: the built site."""

import os
from pathlib import Path

import pytest

from scripts.environment import ROOT

LANGUAGES = ("en", "zh")
DOCS = ROOT / "docs"
NOTEBOOKS = sorted(
    path.relative_to(DOCS / "en").as_posix() for path in DOCS.glob("en/**/*.ipynb")
)


@pytest.fixture(scope="session")
def built() -> Path:
    """Return the root of the built site, as `make test` or `make site` left it."""
    path = Path(os.environ.get("HANDBOOK_SITE", ROOT / "site"))
    if not (path / "zh" / "index.html").exists():
        pytest.fail(
            f"{path} holds no built site: run `make test`, or `make site` first"
        )
    return path


def root_of(built: Path, language: str) -> Path:
    """Return the root of one language's site."""
    return built if language == "en" else built / "zh"


def pages_of(built: Path, language: str) -> list[Path]:
    """Return the HTML pages of one language, the 404 page included."""
    pages = sorted(root_of(built, language).rglob("*.html"))
    return [p for p in pages if language == "zh" or built / "zh" not in p.parents]
