"""The judge: what it says of right, wrong, broken, endless and missing work."""

import json
import textwrap
from types import SimpleNamespace

import numpy as np
import pytest

from scripts.__main__ import main
from scripts.environment import Stop
from scripts.exercise import catalog, starter
from scripts.exercise.cases import Case, Mistake, brief, call, holds
from scripts.exercise.command import COMMAND, WORDS, Desk, language_of
from scripts.exercise.compare import difference
from scripts.exercise.judge import Report, evaluate, explain, judge, read
from scripts.exercise.progress import Progress

TWO_SUM = catalog.find("two-sum")
ALL = len(list(catalog.cases(TWO_SUM)))
HERE = ("here", "这里")


@pytest.fixture
def desk(tmp_path):
    return Desk("en", tmp_path / "exercises")


def put(desk, text):
    desk.folder.mkdir(exist_ok=True)
    path = desk.file(TWO_SUM)
    path.write_text(textwrap.dedent(text), encoding="utf-8")
    return path


# Starters


SOLUTION = '''"""About."""

import math
from collections import Counter, deque

import numpy as np

LIMIT = 3


class Node:  # given
    """A node."""

    def value(self):
        """Stay."""
        return 1


# --8<-- [start:solution]
@staticmethod
def solve(
    x: "Counter[int]",
) -> int:
    """Say what to do.

    >>> solve(1)
    1
    """
    # how it is done
    return _help(x) + LIMIT


def _help(x):
    return math.floor(x)


class Cell(Node):
    """A cell."""

    size: int = 2

    def __init__(self, size: int) -> None:
        """Make it."""
        super().__init__()
        self.size = size

    def _secret(self):
        return deque([2])

    def forward(self, x):
        return x * self.size
# --8<-- [end:solution]
'''

STARTER = '''"""About."""

from collections import Counter

import numpy as np

LIMIT = 3


class Node:
    """A node."""

    def value(self):
        """Stay."""
        return 1


@staticmethod
def solve(
    x: "Counter[int]",
) -> int:
    """Say what to do.

    >>> solve(1)
    1
    """
    raise NotImplementedError("Your code goes here.")


class Cell(Node):
    """A cell."""

    size: int = 2

    def __init__(self, size: int) -> None:
        """Make it."""
        super().__init__()
        raise NotImplementedError("Your code goes here.")

    def forward(self, x):
        raise NotImplementedError("Your code goes here.")
'''


def test_a_starter_is_the_solution_without_what_the_reader_writes():
    assert starter.derive(SOLUTION) == STARTER


def test_every_starter_is_valid_python_and_says_nothing_of_the_solution():
    for exercise in catalog.exercises():
        text = exercise.starter()
        compile(text, exercise.name, "exec")
        assert "--8<--" not in text
        assert "# given" not in text


# Comparing


@pytest.mark.parametrize(
    ("expected", "got", "within"),
    [
        (3, 3.0, 0),
        (3, np.int64(3), 0),
        (True, np.bool_(True), 0),
        ((1, 2), [1, 2], 0),
        ([1.0, 2.0], np.array([1.0, 2.0]), 0),
        (1.0, 1.0 + 1e-10, 1e-9),
        (1e9, 1e9 + 0.5, 1e-9),
        (float("nan"), float("nan"), 1e-9),
        (float("inf"), float("inf"), 1e-9),
        (np.array([1.0, np.nan]), np.array([1.0, np.nan]), 0),
        (np.zeros((2, 3)), np.zeros((2, 3), dtype=np.float32), 1e-9),
        ({"a": 1}, {"a": 1.0}, 0),
        ({1, 2}, frozenset({2, 1}), 0),
        (None, None, 0),
        ("x", "x", 0),
        (b"x", b"x", 0),
    ],
)
def test_equal_results_have_no_difference(expected, got, within):
    assert difference(expected, got, within) is None


@pytest.mark.parametrize(
    ("expected", "got", "within", "says"),
    [
        (3, None, 0, "is None instead of 3; is a `return` missing?"),
        (None, 0, 0, "is 0 instead of None"),
        (3, 4, 0, "is 4 instead of 3"),
        (3, "3", 0, "is '3' instead of 3"),
        (True, 1, 0, "is 1 instead of True"),
        (1, True, 0, "is True instead of 1"),
        (False, True, 0, "is True instead of False"),
        (1.0, 1.1, 1e-9, "is 1.1 instead of 1, off by 0.1"),
        (1.0, float("nan"), 1e-9, "is nan instead of 1"),
        (1.0, float("inf"), 1e9, "is inf instead of 1"),
        (1e9, 1e9 + 3, 1e-9, "off by 3"),
        ([1, 2], [1, 3], 0, "at [1] is 3 instead of 2"),
        ([1, 2], [1], 0, "is [1] instead of [1, 2]"),
        (list(range(20)), [0], 0, "has 1 elements instead of 20"),
        ([1, 2], "12", 0, "is '12' instead of [1, 2]"),
        ([1, 2], 3, 0, "is 3 instead of [1, 2]"),
        ([[1], [2]], [[1], [5]], 0, "at [1][0] is 5 instead of 2"),
        ("ab", "ba", 0, "is 'ba' instead of 'ab'"),
        ({1, 2}, [1, 2], 0, "is [1, 2] instead of {1, 2}"),
        ({"a": 1}, {}, 0, "lacks the key 'a'"),
        ({}, {"a": 1}, 0, "has the extra key 'a'"),
        ({"a": 1}, [1], 0, "is [1] instead of {'a': 1}"),
        ({"a": [1]}, {"a": [2]}, 0, "at ['a'][0] is 2 instead of 1"),
        (np.zeros(2), [0, 0], 0, "is a list, not an array"),
        (np.zeros(2), np.zeros((2, 1)), 0, "has shape (2, 1) instead of (2,)"),
        (np.zeros(2), np.array([0, None]), 0, "holds objects"),
        (np.zeros(2, bool), np.zeros(2), 0, "of type float64 instead of bool"),
        (np.zeros(2), np.array([0, 1.0]), 0, "at [1] is 1.0 instead of 0.0"),
        (np.zeros(3), np.ones(3), 1e-9, "3 of 3 elements differ"),
        (np.zeros((2, 2)), np.eye(2), 1e-9, "at [0, 0] is 1 instead of 0, off by 1"),
        (Case, 3, 0, "is 3 instead of Case"),
    ],
)
def test_differences_are_said_in_plain_words(expected, got, within, says):
    english, chinese = difference(expected, got, within)
    assert says in english
    assert english.startswith("the result ")
    assert chinese.startswith("结果")


def test_tensors_are_compared_as_arrays():
    import torch

    ones = torch.ones(2, requires_grad=True)
    assert difference(np.ones(2), ones, 1e-6) is None
    assert "shape" in difference(np.ones(3), ones, 1e-6)[0]
    assert difference(torch.ones(2), np.ones(2)) is None
    assert brief(torch.zeros(4, 5)) == "tensor of shape (4, 5)"
    assert brief(torch.nn.Parameter(torch.ones(2))) == "tensor([1., 1.])"


def test_values_are_shown_briefly():
    assert brief(max) == "max"
    assert brief(np.random.default_rng(0)) == "rng"
    assert brief(np.zeros((3, 3, 3))) == "array of shape (3, 3, 3)"
    assert brief(np.float64(0.5)) == "np.float64(0.5)"
    assert len(brief("x" * 1000)) < 100
    arrays = {"w": np.zeros((9, 9)), "n": 3}
    assert brief(arrays) == "{'w': array of shape (9, 9), 'n': 3}"
    assert brief([np.zeros((9, 9)), 1]) == "[array of shape (9, 9), 1]"
    assert brief((np.zeros((9, 9)),)) == "(array of shape (9, 9))"


# Running cases


def outcomes(cases, **functions):
    their = SimpleNamespace(**functions)
    return list(evaluate(cases, their, catalog.ROOT / "mine.py"))


def test_a_call_gets_copies_and_is_shown_as_it_reads():
    given = [1, 2]
    case = call(HERE, "push", given, times=2, gives=[1, 2, 3])

    def push(numbers, times):
        numbers.append(3)
        return numbers

    assert case.ask == "push([1, 2], times=2)"
    for _ in range(2):
        assert [o.trouble for o in outcomes([case], push=push)] == [None]
    assert given == [1, 2]


def test_a_property_says_what_is_wrong():
    cases = [
        holds(HERE, "f()", lambda their: their.f()),
        holds(("there", "那里"), "g()", lambda their: their.g(), effect=HERE),
    ]
    both = {"f": lambda: ("too low", "太低"), "g": lambda: False}
    low, no = outcomes(cases, **both)
    assert (low.trouble, low.expected, low.effect) == (("too low", "太低"), "", None)
    assert (no.trouble[0], no.effect) == ("it does not hold", HERE)
    good = outcomes(cases, f=lambda: True, g=lambda: np.bool_(True))
    assert [o.trouble for o in good] == [None, None]
    assert outcomes(cases[:1], f=lambda: "plain")[0].trouble == ("plain", "plain")


def test_a_boolean_result_is_shown_like_any_other():
    (wrong,) = outcomes([call(HERE, "f", gives=True)], f=lambda: False)
    assert (wrong.expected, wrong.got) == ("True", "False")
    assert wrong.trouble[0] == "the result is False instead of True"


def test_a_mistake_must_fit_the_solution():
    mistake = Mistake("m", "a", "b", shows="")
    assert mistake.applied("xax") == "xbx"
    for text in ("xx", "aa"):
        with pytest.raises(ValueError, match="m: 'a' stands there"):
            mistake.applied(text)


@pytest.mark.parametrize(
    ("code", "says", "trace"),
    [
        (
            "def two_sum(numbers, target):\n    return numbers[99]",
            "IndexError",
            "line 2",
        ),
        ("def two_sum(numbers):\n    pass", "takes 1 positional argument", ""),
        ("def two_sum(n, t):\n    return two_sum(n, t)", "without end", "line 2"),
        (
            "import sys\ndef two_sum(n, t):\n    sys.exit(3)",
            "ended the program",
            "line 3",
        ),
        ("def two_sum(n, t):\n    import nonsense", "no module 'nonsense'", "line 2"),
        ("def two_sum(n, t):\n    from os import no", "an import failed", "line 2"),
        ("def two_sum(n, t):\n    raise NotImplementedError", "not written yet", ""),
        ("def two_sum(n, t):\n    raise KeyError", "it raised KeyError", "line 2"),
    ],
)
def test_exceptions_are_explained_with_the_readers_own_lines(
    tmp_path, code, says, trace
):
    path = tmp_path / "two_sum.py"
    path.write_text(code, encoding="utf-8")
    module = read(TWO_SUM, path)
    outcome = next(iter(evaluate(catalog.cases(TWO_SUM), module, path)))
    assert says in outcome.trouble[0]
    shown = "\n".join(outcome.trace)
    assert trace in shown
    assert "site-packages" not in shown
    assert "scripts" not in shown


def test_a_long_message_is_cut(tmp_path):
    trouble, _ = explain(ValueError("x" * 9999), tmp_path / "mine.py")
    assert len(trouble[0]) < 500


def test_a_result_that_the_check_cannot_use_is_not_blamed_on_the_check(tmp_path):
    error = None
    try:
        exec(compile("len(None)", str(catalog.CASES / "x" / "y.py"), "exec"))
    except TypeError as raised:
        error = raised
    trouble, trace = explain(error, tmp_path / "mine.py")
    assert "what it returned can't be used" in trouble[0]
    assert trace == ()


@pytest.mark.parametrize(
    ("code", "says", "trace"),
    [
        ("def two_sum(:\n", "not valid Python", "line 1: def two_sum(:"),
        ("import nonsense\n", "no module 'nonsense'", "line 1"),
        ("x = 1 / 0\n", "ZeroDivisionError", "line 1"),
        ("def twosum(n, t): ...\n", "it defines no two_sum; keep the names", ""),
        ("exit(1)\n", "ended the program", "line 1"),
    ],
)
def test_a_file_that_cannot_be_judged_says_why(tmp_path, code, says, trace):
    path = tmp_path / "two_sum.py"
    path.write_text(code, encoding="utf-8")
    report = judge(TWO_SUM, path)
    assert says in report.broken[0]
    assert any("一" <= sign <= "鿿" for sign in report.broken[1])
    assert trace in "\n".join(report.trace)
    assert not report.passed
    assert report.outcomes == ()


def test_an_endless_loop_is_stopped_and_said(tmp_path):
    path = tmp_path / "two_sum.py"
    path.write_text(
        "def two_sum(n, t):\n    print('hello')\n    while n != [2, 7, 11]:\n"
        "        pass\n    return 0, 1\n",
        encoding="utf-8",
    )
    seen = []
    report = judge(TWO_SUM, path, limit=1, each=seen.append)
    assert [bool(o.trouble) for o in report.outcomes] == [False, True]
    assert seen == list(report.outcomes)
    assert "still running after 1 seconds" in report.outcomes[1].trouble[0]
    assert report.outcomes[1].ask.startswith("two_sum([3, 1, 5]")
    assert report.unfinished
    assert not report.passed
    assert report.printed == "hello\nhello"


def test_a_crash_of_the_process_is_said(tmp_path):
    path = tmp_path / "two_sum.py"
    path.write_text("import os\ndef two_sum(n, t):\n    os._exit(7)\n")
    report = judge(TWO_SUM, path)
    assert "ended by itself (exit code 7)" in report.outcomes[0].trouble[0]
    path.write_text("import os\nos._exit(7)\n")
    assert "ended by itself" in judge(TWO_SUM, path).broken[0]


def test_a_reader_may_write_dataclasses_with_quoted_types(tmp_path):
    path = tmp_path / "two_sum.py"
    path.write_text(
        "from dataclasses import dataclass\n@dataclass\nclass A:\n"
        "    left: 'A | None' = None\ndef two_sum(n, t): return None\n"
    )
    assert judge(TWO_SUM, path).broken is None


def test_long_prints_are_cut(tmp_path):
    path = tmp_path / "two_sum.py"
    path.write_text("print('x' * 99999)\ndef two_sum(n, t): return 0, 1\n")
    assert len(judge(TWO_SUM, path).printed) == 2001


def test_nothing_tried_is_not_passed():
    assert not Report().passed


# The commands


def test_start_writes_the_starter_and_never_over_work(desk, capsys):
    assert desk.start("two-sum") == 0
    path = desk.file(TWO_SUM)
    assert path.read_text() == TWO_SUM.starter()
    path.write_text("mine")
    assert desk.start("two_sum") == 1
    assert path.read_text() == "mine"
    assert "was not touched" in capsys.readouterr().out


def test_a_check_reports_case_by_case_and_keeps_the_progress(desk, capsys):
    desk.start("two-sum")
    assert desk.check("two-sum") == 1
    out = capsys.readouterr().out
    assert "not written yet" in out
    assert f"0 of {ALL} cases passed." in out

    wrong = catalog.mistakes(TWO_SUM)[0].applied(TWO_SUM.source())
    put(desk, wrong)
    assert desk.check("two-sum") == 1
    out = capsys.readouterr().out
    assert "tried: two_sum([3, 1, 5], 6)" in out
    assert "expected: (1, 2)" in out
    assert "got: (0, 0)" in out
    assert "pairs an element with itself" in out
    assert "✓ neighbors at the start: passed" in out

    put(desk, TWO_SUM.source())
    assert desk.check() == 0
    assert f"All {ALL} cases passed." in capsys.readouterr().out
    kept = json.loads((desk.folder / "progress.json").read_text())["two-sum"]
    assert (kept["checks"], kept["passed"], kept["of"]) == (3, ALL, ALL)
    assert kept["solved"]

    put(desk, wrong)  # solved once stays solved
    desk.check("two-sum")
    kept = json.loads((desk.folder / "progress.json").read_text())["two-sum"]
    assert kept["solved"]
    assert kept["passed"] < ALL


def test_a_check_speaks_chinese(tmp_path, capsys):
    desk = Desk("zh", tmp_path)
    put(desk, catalog.mistakes(TWO_SUM)[0].applied(TWO_SUM.source()))
    assert desk.check("two-sum") == 1
    out = capsys.readouterr().out
    for text in (
        "开头相邻的两个数: 通过",
        "期望: (1, 2)",
        "你的代码把同一个元素用了两次",
    ):
        assert text in out


def test_endless_and_broken_files_are_reported_to_the_end(desk, capsys):
    put(desk, "def two_sum(n, t):\n    print('now')\n    while True: pass\n")
    assert desk.check("two-sum", limit=0.5) == 1
    out = capsys.readouterr().out
    assert "The cases after it were not tried." in out
    assert "Your code printed:\n    now" in out
    put(desk, "def two_sum(\n")
    assert desk.check("two-sum") == 1
    assert "could not be judged: it is not valid Python" in capsys.readouterr().out


def test_a_check_of_nothing_says_how_to_begin(desk, capsys):
    assert desk.check() == 1
    assert "You have not started any exercise" in capsys.readouterr().out
    assert desk.check("two-sum") == 1
    assert f"Begin with: {COMMAND} start two-sum" in capsys.readouterr().out


def test_an_unknown_name_is_answered_with_near_ones(desk):
    with pytest.raises(Stop, match="Did you mean two-sum"):
        desk.start("tow-sum")
    with pytest.raises(Stop, match="no exercise 'zzzzzz'"):
        desk.check("zzzzzz")


def test_a_missing_package_skips_and_says_how_to_get_it(desk, capsys, monkeypatch):
    put(desk, "")
    monkeypatch.setattr(catalog, "needs", lambda exercise: ("no_such_package",))
    assert desk.check("two-sum") == 0
    out = capsys.readouterr().out
    assert "two-sum needs no_such_package, which is not installed" in out
    assert "pip install no_such_package" in out
    assert not (desk.folder / "progress.json").exists()


def test_needs_are_read_without_running_the_cases(tmp_path, monkeypatch):
    monkeypatch.setattr(catalog, "CASES", tmp_path)
    (tmp_path / "p").mkdir()
    (tmp_path / "p" / "a.py").write_text("import torch\nNEEDS = ('torch',)\n")
    (tmp_path / "p" / "b.py").write_text("x = 1\n")
    assert [catalog.needs(e) for e in catalog.exercises()] == [("torch",), ()]


def test_hints_come_one_at_a_time(desk, capsys):
    assert desk.hint("two-sum") == 0
    first = capsys.readouterr().out
    assert "Hint 1 of 2:" in first
    assert "What structure tells" in first
    desk.hint("two-sum")
    assert "Hint 2 of 2:" in capsys.readouterr().out
    desk.hint("two-sum")
    assert "Those were all the hints" in capsys.readouterr().out
    again = Desk("zh", desk.folder)
    again.progress.of("two-sum").hints = 0
    again.hint("two-sum")
    assert "提示 1/2" in capsys.readouterr().out


def test_the_solution_is_shown_after_a_pass_or_on_request(desk, capsys):
    assert desk.diff("two-sum") == 1
    put(desk, "def two_sum(numbers, target): ...\n")
    assert desk.diff("two-sum") == 1
    assert "has not passed yet" in capsys.readouterr().out
    assert desk.diff("two-sum", anyway=True) == 0
    out = capsys.readouterr().out
    assert "+    last: dict[int, int] = {}" in out
    assert "-def two_sum(numbers, target): ..." in out
    assert "--8<--" not in out
    lines = TWO_SUM.source().split("\n")
    put(desk, "\n".join(line for line in lines if "--8<--" not in line))
    desk.check("two-sum")
    capsys.readouterr()
    assert desk.diff("two-sum") == 0
    assert "to the letter" in capsys.readouterr().out


def test_the_list_shows_level_and_state_and_filters(desk, capsys):
    put(desk, TWO_SUM.source())
    assert desk.list() == 0
    row = next(r for r in capsys.readouterr().out.split("\n") if " two-sum " in r)
    assert "·" in row
    assert "basic" in row
    desk.check("two-sum")
    capsys.readouterr()
    assert desk.list(page="arrays-and-strings", level="basic") == 0
    out = capsys.readouterr().out
    assert "✓ two-sum" in out
    assert f"{ALL}/{ALL}" in out
    with pytest.raises(Stop, match="No exercise on page 'nowhere'"):
        desk.list(page="nowhere")


def test_both_languages_have_the_same_texts():
    assert WORDS["en"].keys() == WORDS["zh"].keys()


@pytest.mark.parametrize(
    ("named", "system", "expected"),
    [
        (None, "zh_CN.UTF-8", "zh"),
        (None, "en_US.UTF-8", "en"),
        (None, "", "en"),
        ("en", "zh_CN.UTF-8", "en"),
        ("zh", "C", "zh"),
    ],
)
def test_the_language_is_named_or_the_systems(monkeypatch, named, system, expected):
    for name in ("LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", system)
    assert language_of(named) == expected


@pytest.mark.parametrize(
    "text", ["{", "[]", '{"two-sum": 3}', '{"two-sum": {"checks": "x"}}']
)
def test_a_broken_progress_file_is_set_aside(tmp_path, capsys, text):
    for number in ("", "-2"):
        (tmp_path / "progress.json").write_text(text)
        progress = Progress(tmp_path)
        assert progress.states == {}
        assert (tmp_path / f"progress.broken{number}.json").read_text() == text
        assert "It was kept as" in capsys.readouterr().out


def test_progress_of_a_newer_version_is_read(tmp_path):
    text = '{"two-sum": {"solved": "2026-11-22", "mood": "good"}}'
    (tmp_path / "progress.json").write_text(text)
    assert Progress(tmp_path).of("two-sum").solved == "2026-11-22"


def test_the_command_line_leads_to_the_desk(monkeypatch, capsys):
    called = []
    for name in ("list", "start", "check", "hint", "diff"):
        monkeypatch.setattr(
            Desk, name, lambda self, *a, name=name: called.append((name, a)) or 0
        )
    for words in (
        "list --level basic",
        "start two-sum",
        "check",
        "check two-sum --limit 3",
        "hint two-sum",
        "diff two-sum --anyway",
    ):
        assert main(["exercise", *words.split()]) == 0
    assert called == [
        ("list", ("", "basic")),
        ("start", ("two-sum",)),
        ("check", ("", 10.0)),
        ("check", ("two-sum", 3.0)),
        ("hint", ("two-sum",)),
        ("diff", ("two-sum", True)),
    ]
