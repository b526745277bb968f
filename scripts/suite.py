"""Run every test: build the site, find a browser, then pytest on all cores."""

import os
import subprocess
import sys

from scripts import site
from scripts.environment import BROWSER_VARIABLE, ROOT, ensure_browser, say

SITE_VARIABLE = "HANDBOOK_SITE"


def run(arguments: list[str]) -> int:
    """Run the tests.

    Args:
        arguments: what goes to pytest instead of the whole suite with coverage.

    Returns:
        pytest's exit code.
    """
    browser = ensure_browser()
    say(f"Browser: {browser}")
    site.build()
    settings = {
        BROWSER_VARIABLE: browser,
        SITE_VARIABLE: str(site.SITE),
        "OMP_NUM_THREADS": "1",  # the tests themselves run on all cores
    }
    command = [sys.executable, "-m", "pytest", "-n", "auto", "--dist", "loadgroup"]
    command += arguments or ["--cov=snippets", "--cov-report=term"]
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, **settings})
    return done.returncode
