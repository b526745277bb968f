"""`new` writes what a contributor fills in, and never over what exists."""

import io
import re
from pathlib import Path

import pytest

from scripts import new, translate
from scripts.__main__ import _parser
from scripts.model import read_handbook
from scripts.rules import check

TODO = re.compile(r"TODO[^\n]*|待补充[^\n]*")


@pytest.fixture
def root(handbook_root: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(new, "ROOT", handbook_root)
    monkeypatch.setattr(translate, "ROOT", handbook_root)
    monkeypatch.setattr("sys.stdin", io.StringIO())
    return handbook_root


def begin(text: str, *titles: str) -> int:
    """Run `new` with the words of a command line; the titles follow as flags."""
    flags = ["--title", titles[0], "--title-zh", titles[1]] if titles else []
    return new.run(_parser().parse_args(["new", *text.split(), *flags]))


def rules(root: Path) -> set[str]:
    return {problem.rule for problem in check(read_handbook(root))}


def snapshot(root: Path) -> dict[str, bytes]:
    return {str(p): p.read_bytes() for p in root.rglob("*") if p.is_file()}


def test_a_question_stands_in_both_languages_and_only_text_is_missing(
    root: Path,
) -> None:
    before = (root / "docs/en/theory/norms.md").read_text("utf-8")
    assert (
        begin("question --page theory/norms", "Why is epsilon there?", "为什么要加 ε？")
        == 0
    )
    handbook = read_handbook(root)
    for language, title in (("en", "Why is epsilon there?"), ("zh", "为什么要加 ε？")):
        page = handbook.pages[language]["theory/norms"]
        made = page.questions[-1]
        assert (made.id, made.title, made.level) == ("epsilon", title, "basic")
    assert handbook.pages["en"]["theory/norms"].text.startswith(before.rstrip("\n"))
    assert rules(root) == {"F008", "A010"}  # words and a source


def test_a_question_joins_the_group_that_is_named(root: Path) -> None:
    page = root / "docs/en/theory/norms.md"
    begin(
        "question --page theory/norms --group statistics --id x-y",
        "One more?",
        "再问？",
    )
    text = page.read_text("utf-8")
    groups = re.findall(r"^## .*#([\w-]+) ", text, re.MULTILINE)
    later = groups[groups.index("statistics") + 1 :]
    assert text.index("#statistics") < text.index("{ #x-y ")
    for group in later:
        assert text.index("{ #x-y ") < text.index(f"#{group} ")


def test_a_catalogued_question_brings_its_level_and_sources(root: Path) -> None:
    begin("question --page theory/norms --id not-written-yet", "Not yet?", "还没有？")
    made = read_handbook(root).pages["en"]["theory/norms"].questions[-1]
    assert (made.id, made.level) == ("not-written-yet", "expert")


@pytest.mark.parametrize("page", ["theory/norms", "theory/other", "coding/lists"])
def test_a_question_that_a_source_asked_is_listed_there(root: Path, page: str) -> None:
    begin(f"question --page {page} --asked ho-2017 --id x-y", 'Why "so"?', "为什么？")
    handbook = read_handbook(root)
    assert handbook.catalogue["x-y"].page == page
    assert handbook.catalogue["x-y"].asked == ("ho-2017",)
    assert set(handbook.catalogue) >= {"mean-source", "small-batches"}
    assert rules(root) == {"F008", "A010"}


def test_english_alone_leaves_chinese_as_it_was(root: Path) -> None:
    chinese = (root / "docs/zh/theory/norms.md").read_bytes()
    begin("question --page theory/norms --english-only", "Only English?", "x")
    assert (root / "docs/zh/theory/norms.md").read_bytes() == chinese
    assert rules(root) == {"F008", "A010", "T002"}


@pytest.mark.parametrize(
    ("text", "titles", "says"),
    [
        ("question --page theory/none", ("A?", "甲？"), "there is no page"),
        ("question --page coverage", ("A?", "甲？"), "there is no page"),
        (
            "question --page theory/norms --id small-batches",
            ("A?", "甲？"),
            "is taken by",
        ),
        (
            "question --page theory/other --id not-written-yet",
            ("A?", "甲？"),
            "belongs to",
        ),
        ("question --page theory/norms --id Big_Id", ("A?", "甲？"), "kebab-case"),
        (
            "question --page theory/norms --level hard",
            ("A?", "甲？"),
            "basic, advanced",
        ),
        (
            "question --page theory/norms --asked nobody",
            ("A?", "甲？"),
            "no source nobody",
        ),
        ("question --page theory/norms --group nowhere", ("A?", "甲？"), "no group"),
        ("question --page theory/norms", ("为什么？", "为什么？"), "--id is missing"),
        ("question --page theory/norms", (), "--title is missing"),
        (
            "question --page theory/norms --id again",
            ("where does the mean  come from?", "均值？"),
            "asked already",
        ),
        ("page --page cooking/eggs", ("Eggs", "蛋"), "pillars"),
        ("page --page theory/norms", ("Norms", "归一化"), "exists already"),
        ("page --page theory/x", ("X\n# Y", "甲"), "not one line"),
        ("page --page theory/x", ("X\ud800", "甲"), "not one line"),
        ("page --page theory/" + "x" * 300, ("X", "甲"), "Nothing was written"),
        ("page --page theory/../x", ("X", "甲"), "kebab-case"),
        ("exercise --page theory/norms", ("Add", "加"), "stand in coding/"),
        ("exercise --page coding/lists --id total", ("Add", "加"), "is taken by"),
        ("report --source ho-2017 --company Farm --id visit", (), "exists already"),
        ("report --source nobody --company Farm", (), "no source"),
        ("report --source ho-2017 --company Farm --asked no-such", (), "no question"),
        ("report --source ho-2017 --company Farm --told rumor", (), "consented"),
    ],
)
def test_what_does_not_fit_is_refused_and_nothing_is_written(
    root: Path, text: str, titles: tuple[str, ...], says: str
) -> None:
    before = snapshot(root)
    with pytest.raises(new.Refused, match=re.escape(says)):
        begin(text, *titles)
    assert snapshot(root) == before


def test_a_page_stands_in_the_navigation_with_its_first_question(root: Path) -> None:
    begin("page --page theory/dropout --code", "Dropout", "随机失活")
    for config in ("mkdocs.yml", "mkdocs.zh.yml"):
        lines = (root / config).read_text("utf-8").split("\n")
        assert lines[lines.index("      - theory/dropout.md") - 1].startswith(
            "      - theory/"
        )
    assert (root / "snippets/theory/dropout.py").is_file()
    assert (root / "tests/snippets/theory/test_dropout.py").is_file()
    page = read_handbook(root).pages["en"]["theory/dropout"]
    assert [embed.target for embed in page.embeds] == ["theory/dropout.py:example"]
    # what is left: words, a source, group names that are words
    assert rules(root) == {"F008", "A010"}


def test_a_page_may_be_english_alone(root: Path) -> None:
    begin("page --page theory/dropout --english-only", "Dropout", "")
    assert not (root / "docs/zh/theory/dropout.md").exists()
    assert rules(root) == {"F008", "A010", "T001"}


def test_an_exercise_has_solution_cases_and_starter(root: Path) -> None:
    begin("exercise --page coding/lists --id largest", "Find the largest.", "求最大值")
    assert rules(root) == {"F008", "A010"}
    handbook = read_handbook(root)
    assert "lists/largest" in handbook.exercises()
    assert "tests/exercises/lists/largest.py" in handbook.cases
    for name in (
        "snippets/coding/lists/largest.py",
        "tests/exercises/lists/largest.py",
    ):
        compile((root / name).read_text("utf-8"), name, "exec")


def test_a_report_is_listed_under_its_source(root: Path) -> None:
    begin(
        "report --source ho-2017 --company Shipyard --company-zh 船厂 --team deep "
        "--asked small-batches"
    )
    told = {one.id: one for one in read_handbook(root).interviews}
    assert told["shipyard"].asked == ("small-batches",)
    assert list(told) == ["visit", "shipyard"]
    assert rules(root) == {"F008"}
    page = (root / "docs/zh/reports/shipyard.md").read_text("utf-8")
    assert "](../theory/norms.md#small-batches)" in page


def test_a_report_may_be_english_alone(root: Path) -> None:
    begin("report --source ho-2017 --company Shipyard --english-only")
    assert rules(root) == {"F008", "T001"}


def test_the_first_reader_who_tells_becomes_a_source(root: Path) -> None:
    begin("report --company Bank --company-zh 银行 --asked small-batches")
    handbook = read_handbook(root)
    assert handbook.sources is not None
    assert list(handbook.sources) == ["ho-2017", "readers"]
    assert [one.id for one in handbook.interviews] == ["visit", "bank"]
    assert rules(root) == {"F008"}
    begin("report --company Port --company-zh 港口")
    assert [one.id for one in read_handbook(root).interviews] == [
        "visit",
        "bank",
        "port",
    ]
    assert "told: consented" in (root / "docs/sources.yml").read_text("utf-8")


def test_a_terminal_is_asked_until_the_answer_fits(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = iter(
        [
            *("theory/none", "theory/norms", "Why epsilon?", "为什么要 ε？"),
            *("small-batches", "eps", "hard", "advanced", "", ""),
        ]
    )
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", lambda prompt: next(answers))
    assert begin("question") == 0
    made = read_handbook(root).pages["en"]["theory/norms"].questions[-1]
    assert (made.id, made.level) == ("eps", "advanced")
    assert next(answers, None) is None


def test_a_failure_while_writing_undoes_all(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = snapshot(root)
    real = Path.write_text

    def full(path: Path, text: str, encoding: str) -> int:
        if path.name == "mkdocs.zh.yml":
            raise OSError("no space left")
        return real(path, text, encoding=encoding)

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(new.Refused, match="no space left"):
        begin("page --page theory/dropout", "Dropout", "随机失活")
    assert snapshot(root) == before


def test_every_template_names_what_is_to_be_written(root: Path) -> None:
    for path in new.TEMPLATES.glob("*.md"):
        assert TODO.search(path.read_text("utf-8")), path.name


def test_ids_are_made_of_telling_words() -> None:
    assert new.slug("How do you compute the AUC?") == "compute-auc"
    assert new.slug("What is it?") == "what-is-it"
