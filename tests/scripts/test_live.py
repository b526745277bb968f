"""`make live` shows an edit of a page, a snippet or a reference soon after saving."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request

import pytest

from scripts import site
from scripts.environment import ROOT

PATIENCE = 90  # seconds for a rebuild on a busy machine
COPIED = ("docs", "snippets", "scripts", "tests/exercises")
COPIED += ("build/figures", "build/notebooks")


def fetch(url: str) -> str:
    with urllib.request.urlopen(url, timeout=PATIENCE) as answer:
        return answer.read().decode()


def until(url: str, wanted: str) -> None:
    """Wait until a page holds some text."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            if wanted in fetch(url):
                return
        except OSError:
            pass
        time.sleep(0.5)
    pytest.fail(f"{url} never showed {wanted!r}")


@pytest.fixture
def live(tmp_path):
    """Run `live` for Chinese in a copy of the project; return its root and address."""
    for name in COPIED:
        if (ROOT / name).exists():
            shutil.copytree(ROOT / name, tmp_path / name)
    for name in ("mkdocs.base.yml", *site.CONFIGS.values()):
        shutil.copy(ROOT / name, tmp_path / name)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    code = f"from scripts import serve; serve.live({port}, 'zh')"
    with (tmp_path / "log").open("w") as log:
        running = subprocess.Popen(
            [sys.executable, "-c", code],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(tmp_path)},
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    yield tmp_path, f"http://127.0.0.1:{port}/zh"
    os.killpg(running.pid, 15)
    running.wait(timeout=20)


def test_saved_edits_are_shown(live):
    root, address = live
    url = f"{address}/theory/normalization.html"
    until(url, "batch-norm-train-inference")
    page = root / "docs" / "zh" / "theory" / "normalization.md"
    page.write_text(
        page.read_text(encoding="utf-8").replace("\n# ", "\n# 刚改过的", 1),
        encoding="utf-8",
    )
    until(url, "刚改过的")
    snippet = root / "snippets" / "theory" / "normalization.py"
    text = snippet.read_text(encoding="utf-8")
    mark = "# --8<-- [start:batch_norm]\n"
    assert mark in text
    snippet.write_text(text.replace(mark, f"{mark}# just edited\n"), encoding="utf-8")
    until(url, "# just edited")
    references = root / "docs" / "references.md"
    text = references.read_text(encoding="utf-8")
    references.write_text(
        text.replace("Batch Normalization: Accelerating", "Just renamed: Accelerating"),
        encoding="utf-8",
    )
    until(url, "Just renamed")
