# ruff: noqa: E501
"""A contributor's way on a fresh copy: begin, fill in, check, build, find by search."""

import re
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from scripts import bank, serve
from scripts.environment import ROOT
from tests.browser.test_search import rank, results, start

PAGE = "theory/regularization"
ID = "zebra-stripes"
TEXT = {
    "en": {
        "what to say aloud, at most 80 words; the first sentence answers the question.": (
            "Every zebra in the data wears stripes, so stripes alone fit the labels."
        ),
        "the depth, 150 to 450 words: why it is so, a formula or code, when it does not"
        " hold.": "A zebrafish wears them as well.",
        "links to questions that come next": "[dropout](#dropout)",
        "works of docs/references.md": "[Srivastava et al. (2014)][srivastava-2014]",
        "what is said wrongly.": "More stripes help.",
    },
    "zh": {
        "：开口就能说的话，最多 160 字，第一句直接回答问题。": "数据里的斑马都有条纹，模型只看条纹就够了。",
        "：展开部分，讲清为什么、公式或代码、什么时候不成立。": "斑马鱼也有条纹。",
        "**追问。** 待补充": "**追问。** [随机失活](#dropout)",
        "**来源。** 待补充": "**来源。** [Srivastava et al. (2014)][srivastava-2014]",
        "：常见的错误说法。": "条纹越多越好。",
    },
}


@pytest.fixture(scope="module")
def clone(tmp_path_factory) -> Path:
    """Copy the tree, with the environment and what was drawn and executed already."""
    target = tmp_path_factory.mktemp("contributor") / "handbook"
    listing = ["git", "ls-files", "-co", "--exclude-standard"]
    names = subprocess.run(
        listing, cwd=ROOT, capture_output=True, text=True, check=True
    )
    for name in names.stdout.splitlines():
        if (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name)
    (target / ".venv").symlink_to(ROOT / ".venv")
    for cache in ("figures", "notebooks"):
        if (ROOT / "build" / cache).is_dir():
            shutil.copytree(ROOT / "build" / cache, target / "build" / cache)
    return target


def run(clone: Path, *arguments: str, code: int = 0) -> str:
    """Run a command in the copy and return what it said."""
    command = [sys.executable, "-m", "scripts", *arguments]
    done = subprocess.run(command, cwd=clone, capture_output=True, text=True, input="")
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout


def fill_in(path: Path, texts: dict[str, str]) -> None:
    """Write what the skeleton asks for."""
    text = path.read_text("utf-8")
    for asked, written in texts.items():
        assert asked in text, asked
        text = text.replace(asked, written)
    text = re.sub(r"(?:TODO|待补充)(?::|：)? ?", "", text)
    text = re.sub(
        r"(\*\*(?:Weak:|Solid:|Strong:|较弱：|合格：|优秀：)\*\*) ?\n", r"\1 A\n", text
    )
    path.write_text(text, "utf-8")


def test_a_contributors_way_from_the_first_command_to_the_reader(
    clone, open_page
) -> None:
    english, chinese = (clone / f"docs/{part}/{PAGE}.md" for part in ("en", "zh"))
    run(
        *(clone, "new", "question", "--page", PAGE, "--id", ID),
        *("--title", "Why does a zebra classifier cling to stripes?"),
        *("--title-zh", "斑马分类器为什么只看条纹？"),
    )
    told = run(clone, "check", code=1)
    places = re.findall(r"^(docs/\S+):(\d+): (\w+) ", told, re.MULTILINE)
    assert {place[0] for place in places} == {
        f"docs/{part}/{PAGE}.md" for part in ("en", "zh")
    }
    assert {place[2] for place in places} == {"F008", "A010"}
    for path, line, rule in places:
        text = (clone / path).read_text("utf-8").split("\n")[int(line) - 1]
        assert re.search(f"TODO|待补充|{ID}", text), (path, line, rule)

    fill_in(english, TEXT["en"])
    fill_in(chinese, TEXT["zh"])
    assert ", 1 debts" in run(clone, "check")  # the English page changed
    assert f"stale    docs/en/{PAGE}.md" in run(clone, "translate", "status")
    run(clone, "translate", "done", PAGE)
    run(clone, "check", "--strict")

    # a page in English alone is welcome too
    run(
        *(clone, "new", "page", "--page", "theory/zebras", "--title", "Zebras"),
        *("--english-only", "--id", "zebra-count"),
    )
    page = clone / "docs/en/theory/zebras.md"
    text = page.read_text("utf-8").replace(
        "TODO: the first question?", "How many zebras?"
    )
    page.write_text(text.replace("TODO: a group of questions", "Herds"), "utf-8")
    fill_in(
        page,
        TEXT["en"]
        | {
            "one sentence for search engines, 50 to 160 characters, on what the page "
            "answers.": "How zebras are counted from the air, and what a model sees.",
            "links to questions that come next": "[dropout](regularization.md#dropout)",
            "what the page covers and why interviewers ask it, 60 to 150 words.": "Herds.",
            "links to pages to read before.": "None.",
        },
    )
    assert ", 1 debts" in run(clone, "check")

    run(clone, "site")
    site = clone / "site"
    for root, title in ((site, "zebra classifier"), (site / "zh", "斑马分类器")):
        found = {entry["id"]: entry for entry in bank.load(root / "bank" / "index.js")}
        assert title in found[ID]["title"]
    running = serve.server(site)
    threading.Thread(target=running.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{running.server_port}"
    try:
        page = open_page()
        for language, query in (("en", "zebra stripes"), ("zh", "斑马 条纹")):
            start(page, address, language)
            assert rank(results(page, query), ID) == 1
        page.goto(f"{address}/zh/theory/zebras.html")
        assert page.locator(".untranslated").is_visible()
        assert page.locator("h1").inner_text() == "Zebras"
    finally:
        running.shutdown()
