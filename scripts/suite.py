"""Run every test: build all that readers get, find a browser, then pytest."""

import os
import subprocess
import sys

from scripts import site
from scripts.environment import (
    BROWSER_VARIABLE,
    ROOT,
    ensure_browser,
    ensure_program,
    say,
)
from scripts.offline import build

SITE_VARIABLE = "HANDBOOK_SITE"
# what checks the offline editions from outside: program and the package that has it
PROGRAMS = {"java": "default-jre-headless", "pdffonts": "poppler-utils"}


def run(arguments: list[str]) -> int:
    """Run the tests.

    Args:
        arguments: what goes to pytest instead of the whole suite with coverage.

    Returns:
        pytest's exit code.
    """
    os.environ[BROWSER_VARIABLE] = browser = ensure_browser()
    say(f"Browser: {browser}")
    # single tests that do not look at the offline editions need not wait for them
    if not arguments or any("offline" in argument for argument in arguments):
        for program, package in PROGRAMS.items():
            ensure_program(program, package)
        build.run()
    else:
        site.build()
    settings = {
        SITE_VARIABLE: str(site.SITE),
        "OMP_NUM_THREADS": "1",  # the tests themselves run on all cores
    }
    command = [sys.executable, "-m", "pytest", "-n", "auto", "--dist", "loadgroup"]
    command += arguments or ["--cov=snippets", "--cov-report=term"]
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, **settings})
    return done.returncode
