"""Pin everything that requirements/*.in lead to, with plain pip."""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

from scripts.environment import KINDS, ROOT, say

HEADER = (
    "# Every package that {kind}.in leads to. Written by `python -m scripts lock`.\n"
)


def _freeze(kind: str, constraints: Path | None) -> str:
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        python = str(Path(folder) / "bin" / "python")
        pip = [python, "-m", "pip"]
        command = [*pip, "install", "--quiet", "-r", f"requirements/{kind}.in"]
        if constraints:
            command += ["-c", str(constraints)]
        subprocess.run(command, cwd=ROOT, check=True)
        listed = subprocess.run([*pip, "freeze"], check=True, capture_output=True)
    # a local build such as 2.13.0+cpu is pinned by its public version
    pins = re.sub(r"\+[\w.]+$", "", listed.stdout.decode(), flags=re.MULTILINE)
    return HEADER.format(kind=kind) + pins


def run() -> None:
    """Write requirements/test.txt, then the smaller sets with the same versions."""
    test = ROOT / "requirements" / "test.txt"
    for kind in reversed(KINDS):
        path = ROOT / "requirements" / f"{kind}.txt"
        limits = None if kind == "test" else test
        path.write_text(_freeze(kind, limits), encoding="utf-8")
        say(f"Wrote {path.relative_to(ROOT)}")
