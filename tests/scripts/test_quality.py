"""Our own Python is formatted, free of common mistakes, and typed."""

import subprocess
import sys

import pytest

from scripts.environment import ROOT

TOOLS = {
    "format": ["ruff", "format", "--check", "."],
    "lint": ["ruff", "check", "."],
    "types": ["mypy"],
}


@pytest.mark.parametrize("name", TOOLS)
def test_the_python_is_clean(name):
    command = [sys.executable, "-m", *TOOLS[name]]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_no_registry_is_named_and_every_requirement_is_pinned():
    for name in ("site", "test"):
        lines = (ROOT / "requirements" / f"{name}.txt").read_text().splitlines()
        pins = [line for line in lines if line and not line.startswith("#")]
        assert all(len(pin.split("==")) == 2 for pin in pins)
    tested = set((ROOT / "requirements" / "test.txt").read_text().splitlines())
    sited = (ROOT / "requirements" / "site.txt").read_text().splitlines()
    assert {pin for pin in sited if not pin.startswith("#")} <= tested
    assert "torch==2.13.0" in tested


def test_every_declared_requirement_says_why_it_is_there():
    for name in ("site", "test"):
        lines = (ROOT / "requirements" / f"{name}.in").read_text().splitlines()
        declared = [line for line in lines if line and line[0] not in "#-"]
        assert declared
        assert all(len(line.partition("#")[2].strip()) > 10 for line in declared)
