"""Build the staged tree with Zensical, Material's successor, and compare the outcome.

It may warn and does not fail: it shows, long before it matters, whether the successor
can take over. Compared are each page's headings and the ids of its questions.
"""

import re
import shutil
import subprocess
import sys
from pathlib import Path

from lxml import html

from scripts import site, stage
from scripts.config import CONFIGS
from scripts.environment import ROOT, say

OUT = ROOT / "build" / "successor"
HEADINGS = "//article//*[self::h1 or self::h2 or self::h3]"


def outline(path: Path) -> list[tuple[str, str, str]]:
    """Return (tag, id, title) of each heading; the id of a page's title is left out."""
    found = []
    for heading in html.fromstring(path.read_bytes()).xpath(HEADINGS):
        for extra in heading.xpath(".//a[@class='headerlink']"):
            extra.drop_tree()
        ident = "" if heading.tag == "h1" else heading.get("id", "")
        found.append((heading.tag, ident, " ".join(heading.text_content().split())))
    return found


def compare(ours: Path, theirs: Path) -> list[str]:
    """Return one line a page whose headings or question ids differ.

    Args:
        ours: the root of a language's site as MkDocs built it.
        theirs: the same as Zensical built it.
    """
    differing = []
    for path in sorted(ours.rglob("*.html")):
        name = path.relative_to(ours).as_posix()
        if name.startswith("zh/") or name == "404.html":
            continue
        other = theirs / name
        if not other.exists():
            differing.append(f"{name}: not built")
        elif outline(path) != outline(other):
            here, there = set(outline(path)), set(outline(other))
            odd = sorted(here ^ there)[:3]
            differing.append(f"{name}: headings differ, such as {odd}")
    return differing


def build(language: str) -> Path | None:
    """Build a staged language with Zensical; return its root, or None on failure."""
    config = ROOT / CONFIGS[language]
    target = OUT / language
    shutil.rmtree(target, ignore_errors=True)
    # Zensical takes the target from the config alone
    text = config.read_text(encoding="utf-8")
    text = re.sub(
        r"^site_dir:.*$", f"site_dir: build/successor/{language}", text, flags=re.M
    )
    trial = ROOT / f".zensical-{language}.yml"
    trial.write_text(text, encoding="utf-8")
    try:
        done = subprocess.run(
            [sys.executable, "-m", "zensical", "build", "-f", trial.name],
            cwd=ROOT,
            env=site.notebook_environment(language),
            capture_output=True,
            text=True,
        )
    finally:
        trial.unlink()
    if done.returncode or not (target / "index.html").exists():
        say((done.stdout + done.stderr).strip()[-2000:])
        return None
    return target


def run() -> int:
    """Compare both languages of site/ with what Zensical makes; always return 0."""
    stage.run()
    for language in CONFIGS:
        ours = site.SITE if language == "en" else site.SITE / "zh"
        theirs = build(language)
        if theirs is None:
            say(f"warning: Zensical could not build {CONFIGS[language]}")
            continue
        differing = compare(ours, theirs)
        for line in differing:
            say(f"warning: {language}: {line}")
        count = sum(1 for _ in theirs.rglob("*.html"))
        say(f"{language}: {count} pages built by Zensical, {len(differing)} differ")
    return 0
