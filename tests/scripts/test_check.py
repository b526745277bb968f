"""The command: what it prints, what it returns, and that nothing makes it crash."""

import json
import random
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scripts import check
from scripts.model import read_handbook
from scripts.rules import RULES
from scripts.rules import check as apply_rules
from tests.scripts.conftest import FILES, write

PAGE = "docs/en/theory/norms.md"
LINE = re.compile(r"([^:]+):(\d+): ([A-Z]\d{3}) (.+) — (.+)")


def break_page(root: Path) -> None:
    """Make a page break several rules, one with signs that GitHub would misread."""
    path = root / PAGE
    text = path.read_text("utf-8").replace("data-level=advanced", "data-level='50%: x'")
    path.write_text(text.replace("Item with", "TODO Item with"), "utf-8")


def test_valid_handbook(
    handbook_root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check.run(handbook_root) == 0
    (summary,) = capsys.readouterr().out.splitlines()
    assert re.fullmatch(
        r"8 pages, 6 questions, 0 violations, 0 debts, \d+\.\d s", summary
    )


def test_every_violation_is_printed_with_what_to_do(
    handbook_root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    break_page(handbook_root)
    assert check.run(handbook_root) == 1
    *lines, summary = capsys.readouterr().out.splitlines()
    matches = [LINE.fullmatch(line) for line in lines]
    assert [match and match[3] for match in matches] == ["F008", "Q004", "T002"]
    text = (handbook_root / PAGE).read_text("utf-8").split("\n")
    first = matches[0]
    assert first is not None
    assert "TODO" in text[int(first[2]) - 1]
    assert first[1] == PAGE
    assert first[5] == RULES["F008"].fix
    assert summary.startswith("8 pages, 6 questions, 2 violations, 1 debts")


def test_debts_fail_only_when_strict(
    handbook_root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (handbook_root / "docs/zh/theory/other.md").unlink()
    assert check.run(handbook_root) == 0
    assert "0 violations, 1 debts" in capsys.readouterr().out
    assert check.run(handbook_root, strict=True) == 1
    assert "1 violations, 0 debts" in capsys.readouterr().out


def test_github_annotations(
    handbook_root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    break_page(handbook_root)
    assert check.run(handbook_root, format="github") == 1
    out = capsys.readouterr().out.splitlines()
    level = next(line for line in out if "title=Q004" in line)
    assert re.fullmatch(rf"::error file={PAGE},line=\d+,title=Q004::.+", level)
    assert "50%25: x" in level
    debt = next(line for line in out if "title=T002" in line)
    assert debt.startswith("::warning file=docs/zh/theory/norms.md,line=3,title=T002::")
    check.run(handbook_root, format="github", strict=True)
    assert "::warning" not in capsys.readouterr().out


def test_only_named_files_are_reported(
    handbook_root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    break_page(handbook_root)
    assert check.run(handbook_root, paths=["docs/en/theory/other.md"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 1
    assert check.run(handbook_root, paths=[f"./{PAGE}"]) == 1
    assert "docs/zh" not in capsys.readouterr().out


def test_a_poor_terminal_gets_escapes(
    handbook_root: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    break_page(handbook_root)
    with open(tmp_path / "out.txt", "w", encoding="ascii") as file:
        monkeypatch.setattr("sys.stdout", file)
        assert check.run(handbook_root) == 1
    assert "\\u2014" in (tmp_path / "out.txt").read_text("ascii")


# Broken input of every kind

BREAKABLE = [
    name
    for name in FILES
    if name.endswith((".md", ".ipynb", ".yml")) or name.endswith("norms.py")
]
FRAGMENTS = [
    *("```", "````", "~~~", "```python", "    ```", "> ```", "`", "``"),
    *("///", "////", "/// answer", "/// rubric | x", "/// nothing", "    /// answer"),
    *("$", "$$", "\\$", "\\", "\\(", "\\[", "\\begin{x}", "$$ x $$", "$x$"),
    *("[", "]", "(", ")", "[a](", "[a][", "![", "![a][b]", "](", "[a]: x", "<", ">"),
    *(
        '"',
        "'",
        "{",
        "}",
        "{ #a",
        "{ .question }",
        "{ #a .question data-level=",
        "=",
        "|",
    ),
    *(
        "#",
        "# a",
        "###",
        "#######",
        "---",
        "===",
        "- ",
        "1. ",
        "    ",
        "|---|",
        "a | b",
    ),
    *("<!--", "-->", "<script>", "<b onclick='", "</", "<a b=c", "&#x6a;avascript:"),
    *(
        '--8<-- "',
        '--8<-- "a.py:b"',
        "--8<--",
        "# --8<-- [start:",
        "# --8<-- [end:mean]",
    ),
    *(
        "\x00",
        "\x01",
        "\x02",
        "\x04",
        "\t",
        "\r",
        "\r\n",
        "\x0b",
        "\x85",
        "\u2028",
        "\ufeff",
    ),
    *(
        "---\n",
        "...\n",
        "a: [",
        "a: {b",
        "&x",
        "*x",
        "<<: *x",
        "!!python/object:x ",
        "!x",
    ),
    *(
        "? ",
        ": ",
        "2020-99-99",
        "0x",
        "[" * 400,
        "- &a [*a]",
        "%",
        "null",
        "~",
        "1e999",
    ),
    *(
        '"cells"',
        '{"cells": [1]}',
        "NaN",
        "-",
        "中文,(",
        "def x(",
        "\ud7ff",
        "\U0010ffff",
    ),
]
RAW = st.one_of(
    st.sampled_from([fragment.encode() for fragment in FRAGMENTS]),
    st.binary(max_size=8),
)


def insert(data: bytes, place: int, what: bytes) -> bytes:
    """Insert bytes anywhere."""
    place %= len(data) + 1
    return data[:place] + what + data[place:]


def insert_line(data: bytes, place: int, what: bytes) -> bytes:
    """Insert a line between two others."""
    lines = data.split(b"\n")
    lines.insert(place % (len(lines) + 1), what)
    return b"\n".join(lines)


def on_lines(change: Callable[[list[bytes], int], object]) -> Callable[..., bytes]:
    """Make a mutation of one that changes a list of lines."""

    def mutate(data: bytes, place: int, what: bytes) -> bytes:
        lines = data.split(b"\n")
        change(lines, place % len(lines))
        return b"\n".join(lines)

    return mutate


def swap(lines: list[bytes], place: int) -> None:
    """Exchange a line with the last but two."""
    lines[place], lines[-3 % len(lines)] = lines[-3 % len(lines)], lines[place]


def shuffle(lines: list[bytes], place: int) -> None:
    """Mix all lines."""
    random.Random(place).shuffle(lines)


MUTATIONS: dict[str, Callable[[bytes, int, bytes], bytes]] = {
    "insert": insert,
    "insert a line": insert_line,
    "delete a line": on_lines(lambda lines, place: lines.pop(place)),
    "repeat a line": on_lines(lambda lines, place: lines.insert(0, lines[place])),
    "swap lines": on_lines(swap),
    "shuffle lines": on_lines(shuffle),
    "truncate": lambda data, place, what: data[: place % (len(data) + 1)],
    "behead": lambda data, place, what: data[place % (len(data) + 1) :],
    "delete bytes": lambda data, place, what: data.replace(what or b" ", b""),
    "double": lambda data, place, what: data + what + data,
    "replace all": lambda data, place, what: what * (place % 50),
    "Windows": lambda data, place, what: data.replace(b"\n", b"\r\n"),
    "byte order mark": lambda data, place, what: b"\xef\xbb\xbf" + data,
    "other encoding": lambda data, place, what: data.decode("utf-8", "replace").encode(
        "utf-16"
    ),
    "one line": lambda data, place, what: data.replace(b"\n", what or b" "),
}
EDITS = st.lists(
    st.tuples(
        st.sampled_from(BREAKABLE),
        st.sampled_from(list(MUTATIONS)),
        st.integers(0, 10_000),
        RAW,
    ),
    min_size=1,
    max_size=4,
)


@pytest.fixture(scope="module")
def broken_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One handbook for all examples."""
    return write(tmp_path_factory.mktemp("broken"), FILES)


@settings(
    max_examples=2000,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(edits=EDITS)
def test_two_thousand_mutated_handbooks_never_crash_the_check(
    broken_root: Path, edits: list[tuple[str, str, int, bytes]]
) -> None:
    contents = {name: FILES[name].encode() for name, *_ in edits}
    for name, mutation, place, what in edits:
        contents[name] = MUTATIONS[mutation](contents[name], place, what)
    try:
        write(broken_root, contents)
        problems = apply_rules(read_handbook(broken_root))
    finally:
        write(broken_root, {name: FILES[name] for name in contents})
    for problem in problems:
        assert problem.rule in RULES
        assert problem.message
        assert problem.line >= 1
        assert problem.path in FILES


NAMES = (
    *("cells", "cell_type", "source", "outputs", "execution_count", "sources"),
    *("questions", "theory", "norms", "id", "level", "asked", "title", "nav"),
    *("en", "zh", "about_en", "about_zh", "translation_of"),
)
DATA_FILES = [name for name in BREAKABLE if not name.endswith((".md", ".py"))]


@settings(max_examples=100, deadline=None)
@given(
    data=st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(NAMES) | st.text(max_size=3),
                inner,
                max_size=4,
            )
        ),
        max_leaves=12,
    ),
    name=st.sampled_from(DATA_FILES),
)
def test_no_data_crashes_the_check(broken_root: Path, data: object, name: str) -> None:
    try:
        write(broken_root, {name: json.dumps(data)})
        problems = apply_rules(read_handbook(broken_root))
    finally:
        write(broken_root, {name: FILES[name]})
    assert {problem.rule for problem in problems} <= set(RULES)


def test_folders_in_the_place_of_files(
    handbook_root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("docs/references.md", "docs/sources.yml", PAGE, "mkdocs.yml"):
        (handbook_root / name).unlink()
        (handbook_root / name).mkdir()
    assert check.run(handbook_root) == 1
    assert "docs/references.md:1: F010" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["docs/sources.yml", "mkdocs.yml", PAGE])
@pytest.mark.parametrize("text", ["[" * 100_000, "{a: " * 40_000, "- " * 50_000])
def test_deep_nesting_is_a_problem_like_others(
    handbook_root: Path, name: str, text: str
) -> None:
    (handbook_root / name).write_text(f"---\n{text}\n---\n", "utf-8")
    problems = apply_rules(read_handbook(handbook_root))
    assert (name, "nested") in {(p.path, p.message.split()[-3]) for p in problems}


@pytest.mark.parametrize(
    "text",
    [
        "$" * 20_000,
        "`" * 20_000,
        "[" * 20_000,
        "![" * 10_000,
        "[a](" * 5_000,
        "<a " * 5_000,
        "{ " * 10_000,
        "$$ \\" * 5_000,
        "```\n" * 3_000 + "~~~\n",
        "/// answer\n" * 3_000,
        "| a " * 5_000 + "\n" + "|---" * 5_000,
        "<!--" * 5_000,
        "# a {" * 4_000,
        "(" * 20_000 + "](",
        " " * 20_000 + "x",
        "a\n" * 20_000,
    ],
    ids=lambda text: text[:6],
)
def test_no_page_takes_for_ever(handbook_root: Path, text: str) -> None:
    (handbook_root / PAGE).write_text(FILES[PAGE] + "\n" + text, "utf-8")
    assert apply_rules(read_handbook(handbook_root))
