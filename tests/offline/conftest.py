"""The offline editions, as `make test` or `make offline` left them."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from scripts import bank
from tests.conftest import root_of


@pytest.fixture(scope="session")
def downloads(built) -> Path:
    folder = built / "downloads"
    if not (folder / "handbook-site.zip").exists():
        pytest.fail(f"{folder} is not there: run `make offline` first")
    return folder


def questions_of(built: Path, language: str) -> list[dict]:
    """Return the bank's index of a language, in the order of the bank."""
    return bank.load(root_of(built, language) / "bank" / "index.js")


def needs(program: str):
    """Skip where a program that checks from outside can't be had."""
    return pytest.mark.skipif(
        not shutil.which(program), reason=f"{program} is not installed"
    )


def squeezed(text: str) -> str:
    """Return a text without blanks, hyphens of line ends and other layout."""
    return re.sub(r"[\s\u00ad\u200b]+", "", text)


def output(*command: str | Path) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return done.stdout
