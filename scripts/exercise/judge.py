"""Run the cases of an exercise against a file and tell what came of each.

`evaluate` runs them here; `judge` runs them in a process of their own, so that an
endless loop or a crash ends the process and not the report. The child writes one line
of JSON an event; what the reader's code prints goes another way and is shown apart.
"""

import json
import os
import queue
import subprocess
import sys
import tempfile
import threading
import traceback
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from scripts.environment import ROOT
from scripts.exercise import catalog
from scripts.exercise.cases import HOLDS, Case, Text, brief
from scripts.exercise.compare import difference

LIMIT = 10.0  # seconds for one case
LOADING = 120.0  # seconds until the cases are read; importing torch can take long
FRAMES = 3  # lines of the reader's own that a traceback shows at most
WORDS = 400  # characters of an exception's message
PRINTED = 2000  # characters of the reader's own prints that are shown


@dataclass(frozen=True)
class Outcome:
    """What came of one case; ``trouble`` is None if it passed."""

    about: Text
    ask: str
    expected: str
    got: str | None
    within: float
    trouble: Text | None
    effect: Text | None = None
    trace: tuple[str, ...] = ()
    unwritten: bool = False  # the starter's own line was reached


@dataclass(frozen=True)
class Report:
    """What came of a file: its outcomes, or why it could not be tried at all."""

    outcomes: tuple[Outcome, ...] = ()
    broken: Text | None = None
    trace: tuple[str, ...] = ()
    printed: str = ""
    unfinished: bool = False  # cases were left out after an endless one

    @property
    def passed(self) -> bool:
        """Whether every case was run and passed."""
        good = all(outcome.trouble is None for outcome in self.outcomes)
        return bool(self.outcomes) and good and not (self.broken or self.unfinished)


def evaluate(cases: Iterable[Case], their: ModuleType, path: Path) -> Iterator[Outcome]:
    """Yield the outcome of each case.

    Args:
        cases: what to try.
        their: the module that is judged.
        path: its file, whose lines a traceback shows.
    """
    for case in cases:
        yield _outcome(case, their, path)


def _outcome(case: Case, their: ModuleType, path: Path) -> Outcome:
    trouble: Text | None
    shown: str | None = None
    trace: tuple[str, ...] = ()
    unwritten = False
    try:
        got = case.run(their)
    except (Exception, SystemExit) as error:
        trouble, trace = explain(error, path)
        unwritten = isinstance(error, NotImplementedError)
    else:
        if case.expected is not HOLDS:
            shown = brief(got)
            trouble = difference(case.expected, got, case.within)
        elif isinstance(got, (str, tuple)):  # `holds` says what is wrong
            trouble = (got, got) if isinstance(got, str) else got
        else:
            trouble = None if got else ("it does not hold", "不成立")
    return Outcome(
        case.about,
        case.ask,
        "" if case.expected is HOLDS else brief(case.expected),
        shown,
        case.within,
        trouble,
        case.effect if trouble else None,
        trace,
        unwritten,
    )


def explain(error: BaseException, path: Path) -> tuple[Text, tuple[str, ...]]:
    """Return in plain words what an exception means, and the reader's own lines.

    Args:
        error: what the reader's code raised.
        path: the reader's file.
    """
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if Path(frame.filename) == path]
    trace = tuple(
        f"line {frame.lineno}, in {frame.name}: {frame.line}" for frame in own[-FRAMES:]
    )
    words = f"{type(error).__name__}: {error}".rstrip(": ")
    if len(words) > WORDS:
        words = f"{words[:WORDS]}…"
    if isinstance(error, NotImplementedError) and own:
        name = own[-1].name
        return (f"{name} is not written yet", f"{name} 还没有写"), ()
    if isinstance(error, SyntaxError):
        line = f"line {error.lineno}: {(error.text or '').strip()}"
        text = (
            f"it is not valid Python: {error.msg}",
            f"不是合法的 Python：{error.msg}",
        )
        return text, (line,)
    if isinstance(error, SystemExit):
        return ("it ended the program (exit)", "它结束了整个程序（exit）"), trace
    if isinstance(error, RecursionError):
        text = (
            "it called itself without end, or too deep (RecursionError)",
            "递归没有尽头，或者太深（RecursionError）",
        )
        return text, trace[-1:]
    if isinstance(error, ImportError) and not isinstance(error, ModuleNotFoundError):
        return (f"an import failed: {error}", f"导入失败：{error}"), trace
    if isinstance(error, ModuleNotFoundError):
        name = error.name or ""
        text = (f"there is no module {name!r} to import", f"没有可导入的模块 {name!r}")
        return text, trace
    if not own and frames and Path(frames[-1].filename).is_relative_to(catalog.CASES):
        return (
            f"what it returned can't be used ({words})",
            f"返回的结果无法使用（{words}）",
        ), ()
    return (f"it raised {words}", f"抛出了 {words}"), trace


def read(exercise: catalog.Exercise, path: Path) -> ModuleType | Report:
    """Import a reader's file; return a report where that fails."""
    try:
        module = catalog.load(path, f"yours_{exercise.module}")
    except (Exception, SystemExit) as error:
        trouble, trace = explain(error, path)
        return Report(broken=trouble, trace=trace)
    missing = [name for name in exercise.names() if not hasattr(module, name)]
    if missing:
        names = ", ".join(missing)
        return Report(
            broken=(
                f"it defines no {names}; keep the names of the starter",
                f"其中没有定义 {names}，请保留初始文件里的名字",
            )
        )
    return module


def child(name: str, path: Path) -> None:
    """Judge a file and write events to standard output, one JSON object a line."""
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # prints of the reader's code are not part of the protocol

    def send(event: str, content: Any) -> None:
        out.write(json.dumps([event, content], ensure_ascii=False) + "\n")
        out.flush()

    exercise = catalog.find(name)
    their = read(exercise, path)
    if isinstance(their, Report):
        send("broken", [their.broken, their.trace])
        return
    for case in catalog.cases(exercise):
        send("start", [case.about, case.ask, case.effect])
        send("outcome", asdict(_outcome(case, their, path)))
    send("end", None)


def judge(
    exercise: catalog.Exercise,
    path: Path,
    limit: float = LIMIT,
    each: Callable[[Outcome], None] = lambda outcome: None,
) -> Report:
    """Run the cases of an exercise against a file in a process of their own.

    Args:
        exercise: what to judge by.
        path: the reader's file.
        limit: seconds that one case may take.
        each: is called with each outcome as it comes.
    """
    command = [sys.executable, "-m", "scripts.exercise.judge", exercise.name, str(path)]
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8", "PYTHONUNBUFFERED": "1"}
    with tempfile.TemporaryFile() as prints:
        running = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=prints
        )
        try:
            report = _follow(running, limit, each)
        finally:
            running.kill()
            running.wait()
        prints.seek(0)
        printed = prints.read().decode("utf-8", "replace").strip()
    if len(printed) > PRINTED:
        printed = f"…{printed[-PRINTED:]}"
    return Report(
        report.outcomes, report.broken, report.trace, printed, report.unfinished
    )


def _follow(
    running: subprocess.Popen[bytes], limit: float, each: Callable[[Outcome], None]
) -> Report:
    """Gather a child's events until it ends, is silent too long, or dies."""
    lines: queue.Queue[bytes] = queue.Queue()
    threading.Thread(target=_pump, args=(running, lines), daemon=True).start()
    outcomes: list[Outcome] = []
    trying: tuple[Text, str, Text | None] | None = None

    def stopped(trouble: Text) -> Report:
        if trying is None:
            return Report(tuple(outcomes), broken=trouble)
        about, ask, effect = trying
        outcomes.append(Outcome(about, ask, "", None, 0, trouble, effect))
        each(outcomes[-1])
        return Report(tuple(outcomes), unfinished=True)

    while True:
        try:
            line = lines.get(timeout=limit if trying else LOADING)
        except queue.Empty:
            seconds = limit if trying else LOADING
            return stopped(
                (
                    f"it was still running after {seconds:g} seconds and was stopped: "
                    "an endless loop, or far too slow",
                    f"{seconds:g} 秒后仍未结束，已被终止：死循环，或者太慢",
                )
            )
        if not line:
            code = running.wait()
            return stopped(
                (
                    f"the Python process ended by itself (exit code {code})",
                    f"Python 进程自行退出（退出码 {code}）",
                )
            )
        event, content = json.loads(line)
        if event == "start":
            about, ask, effect = content
            trying = (tuple(about), ask, tuple(effect) if effect else None)
        elif event == "outcome":
            trying = None
            outcomes.append(_outcome_of(content))
            each(outcomes[-1])
        elif event == "broken":
            trouble, trace = content
            return Report(broken=tuple(trouble), trace=tuple(trace))
        else:
            return Report(tuple(outcomes))


def _pump(running: subprocess.Popen[bytes], lines: "queue.Queue[bytes]") -> None:
    """Pass a child's lines on as they come, and an empty one at the end."""
    assert running.stdout
    for line in running.stdout:
        lines.put(line)
    lines.put(b"")


def _outcome_of(content: dict[str, Any]) -> Outcome:
    """Return an outcome that came as JSON, where tuples are lists."""
    for key in ("about", "trouble", "effect", "trace"):
        if content[key] is not None:
            content[key] = tuple(content[key])
    return Outcome(**content)


if __name__ == "__main__":
    child(sys.argv[1], Path(sys.argv[2]))
