"""The reader's commands: exercise list, start, check, hint, diff."""

import difflib
import importlib.util
import os
import textwrap
from collections.abc import Iterator
from pathlib import Path

from scripts.environment import ROOT, Stop, say
from scripts.exercise import catalog
from scripts.exercise.catalog import FOLDER, Exercise
from scripts.exercise.judge import LIMIT, Outcome, Report, judge
from scripts.exercise.progress import Progress, State, today
from scripts.exercise.starter import MARK
from scripts.model import Question, read_handbook

WORDS = {
    "en": {
        "passed": "passed",
        "unwritten": "not written yet",
        "failed": "FAILED",
        "tried": "tried",
        "expected": "expected",
        "got": "got",
        "within": "allowed to differ by",
        "wrong": "wrong",
        "means": "a usual reason",
        "yours": "your code",
        "printed": "Your code printed:",
        "broken": "{file} could not be judged: {why}",
        "unfinished": "The cases after it were not tried.",
        "all": "All {of} cases passed. Well done.",
        "some": "{passed} of {of} cases passed.",
        "next": "Compare with the handbook's solution: {command} diff {name}",
        "stuck": "A hint: {command} hint {name}",
        "started": "{file} is yours to write. Judge it with: {command} check {name}",
        "there": "{file} is there already and was not touched. To begin anew, move it "
        "away.",
        "not-started": "{file} does not exist. Begin with: {command} start {name}",
        "nothing": "You have not started any exercise. Begin with one of "
        "`{command} list`, such as: {command} start two-sum",
        "no-torch": "{name} needs {package}, which is not installed, so it was not "
        "judged. To install it: {how}",
        "hint": "Hint {number} of {total}:",
        "no-hints": "Those were all the hints of {name}. The answer is on its page: "
        "docs/en/coding/{page}.md",
        "first": "{name} has not passed yet. The solution is shown after that, or with "
        "`--anyway`.",
        "same": "Your file is the handbook's solution, to the letter.",
        "done": "done",
        "new": "",
        "level": {"basic": "basic", "advanced": "advanced", "expert": "expert"},
        "total": "{solved} of {total} done.",
    },
    "zh": {
        "passed": "通过",
        "unwritten": "还没有写",
        "failed": "未通过",
        "tried": "输入",
        "expected": "期望",
        "got": "得到",
        "within": "允许误差",
        "wrong": "问题",
        "means": "常见原因",
        "yours": "你的代码",
        "printed": "你的代码打印了：",
        "broken": "{file} 无法评判：{why}",
        "unfinished": "其后的用例没有运行。",
        "all": "{of} 个用例全部通过，很好。",
        "some": "{of} 个用例中通过了 {passed} 个。",
        "next": "与手册的解答对照：{command} diff {name}",
        "stuck": "看一条提示：{command} hint {name}",
        "started": "请在 {file} 里作答，写好后评判：{command} check {name}",
        "there": "{file} 已经存在，没有改动。想重新开始，请先把它移走。",
        "not-started": "还没有 {file}。先运行：{command} start {name}",
        "nothing": "还没有开始任何练习。先用 `{command} list` 挑一道，"
        "例如：{command} start two-sum",
        "no-torch": "{name} 需要 {package}，目前没有安装，因此没有评判。"
        "安装方法：{how}",
        "hint": "提示 {number}/{total}：",
        "no-hints": "{name} 的提示已经全部给出，答案见 docs/zh/coding/{page}.md",
        "first": "{name} 还没有通过。通过之后再看解答，或者加上 `--anyway`。",
        "same": "你的文件与手册的解答一字不差。",
        "done": "完成",
        "new": "",
        "level": {"basic": "基础", "advanced": "进阶", "expert": "专家"},
        "total": "共 {total} 道，已完成 {solved} 道。",
    },
}
COMMAND = "python3 -m scripts exercise"
HOW = {"torch": "README.md / README.zh.md, “PyTorch” (CPU)"}


def language_of(named: str | None) -> str:
    """Return ``en`` or ``zh``: what was named, or what the system speaks."""
    names = (named, *(os.environ.get(k) for k in ("LC_ALL", "LC_MESSAGES", "LANG")))
    chosen = next((name for name in names if name), "en")
    return "zh" if chosen.startswith("zh") else "en"


class Desk:
    """Where a reader works: a folder with files and the progress."""

    def __init__(self, language: str, folder: Path = ROOT / FOLDER) -> None:
        """Open the desk of a reader of ``language`` in ``folder``."""
        self.words = WORDS[language]
        self.language = language
        self.side = 0 if language == "en" else 1
        self.folder = folder
        self.progress = Progress(folder)

    def say(self, key: str, **values: object) -> None:
        """Print one of the texts."""
        say(self._text(key, **values))

    def _text(self, key: str, **values: object) -> str:
        return str(self.words[key]).format(command=COMMAND, **values)

    def file(self, exercise: Exercise) -> Path:
        """Return the reader's file for an exercise."""
        return self.folder / f"{exercise.module}.py"

    def _shown(self, exercise: Exercise) -> str:
        path = self.file(exercise)
        return str(path.relative_to(ROOT) if path.is_relative_to(ROOT) else path)

    def list(self, page: str = "", level: str = "") -> int:
        """Print the exercises by page with level and state; filter by either."""
        found = exercises_with_questions(self.language)
        solved, total, heading = 0, 0, ""
        for exercise, question in found:
            if page not in ("", exercise.page) or level not in ("", question.level):
                continue
            if exercise.page != heading:
                heading = exercise.page
                say(f"\n{heading}")
            state = self.progress.states.get(exercise.name, State())
            total += 1
            solved += bool(state.solved)
            mark = "✓" if state.solved else "·" if self.file(exercise).exists() else " "
            score = f"{state.passed}/{state.of}" if state.checks else ""
            levels = self.words["level"]
            assert isinstance(levels, dict)
            say(
                f"  {mark} {exercise.name:<34} {levels[question.level]:<9} {score:<6} "
                f"{question.title}"
            )
        if not total:
            raise Stop(
                f"No exercise on page {page!r} of level {level!r}. All are listed by "
                f"`{COMMAND} list`."
            )
        say("")
        self.say("total", solved=solved, total=total)
        return 0

    def start(self, name: str) -> int:
        """Write the starter of an exercise, unless the reader has a file already."""
        exercise = catalog.find(name)
        path = self.file(exercise)
        self.folder.mkdir(parents=True, exist_ok=True)
        try:
            with path.open("x", encoding="utf-8") as file:
                file.write(exercise.starter())
        except FileExistsError:
            self.say("there", file=self._shown(exercise))
            return 1
        state = self.progress.of(exercise.name)
        state.started = state.started or today()
        self.progress.save()
        self.say("started", file=self._shown(exercise), name=exercise.name)
        return 0

    def check(self, name: str = "", limit: float = LIMIT) -> int:
        """Judge one exercise, or all that were started; return 0 if all passed."""
        if name:
            return self._check(catalog.find(name), limit)
        begun = [e for e in catalog.exercises() if self.file(e).exists()]
        if not begun:
            self.say("nothing")
            return 1
        return max([self._check(exercise, limit) for exercise in begun])

    def _check(self, exercise: Exercise, limit: float) -> int:
        path = self.file(exercise)
        if not path.exists():
            self.say("not-started", file=self._shown(exercise), name=exercise.name)
            return 1
        for package in catalog.needs(exercise):
            if importlib.util.find_spec(package) is None:
                how = HOW.get(package, f"pip install {package}")
                self.say("no-torch", name=exercise.name, package=package, how=how)
                return 0
        say(f"{exercise.name}")
        report = judge(exercise, path, limit, each=self._tell)
        self._conclude(exercise, report)
        return 0 if report.passed else 1

    def _tell(self, outcome: Outcome) -> None:
        """Print one outcome."""
        good = outcome.trouble is None
        key = "passed" if good else "unwritten" if outcome.unwritten else "failed"
        say(f"  {'✓' if good else '✗'} {outcome.about[self.side]}: {self.words[key]}")
        if good or outcome.unwritten:
            return
        for line in self._details(outcome):
            say(textwrap.indent(line, "      "))

    def _details(self, outcome: Outcome) -> Iterator[str]:
        words, assembled = self.words, outcome.trouble
        assert assembled
        yield f"{words['tried']}: {outcome.ask}"
        if outcome.expected:
            yield f"{words['expected']}: {outcome.expected}"
        if outcome.got is not None and outcome.expected:
            yield f"{words['got']}: {outcome.got}"
        if outcome.within:
            yield f"{words['within']}: {outcome.within:g}"
        yield f"{words['wrong']}: {assembled[self.side]}"
        for line in outcome.trace:
            yield f"{words['yours']}: {line}"
        if outcome.effect:
            yield f"{words['means']}: {outcome.effect[self.side]}"

    def _conclude(self, exercise: Exercise, report: Report) -> None:
        """Print the sum and record it."""
        name, file = exercise.name, self._shown(exercise)
        if report.broken:
            self.say("broken", file=file, why=report.broken[self.side])
            for line in report.trace:
                say(f"      {self.words['yours']}: {line}")
        if report.unfinished:
            self.say("unfinished")
        if report.printed:
            say(f"{self.words['printed']}\n{textwrap.indent(report.printed, '    ')}")
        state = self.progress.of(name)
        state.checks += 1
        state.passed = sum(o.trouble is None for o in report.outcomes)
        state.of = len(report.outcomes)
        if report.passed:
            state.solved = state.solved or today()
            self.say("all", of=state.of)
            self.say("next", name=name)
        elif not report.broken:
            self.say("some", passed=state.passed, of=state.of)
            self.say("stuck", name=name)
        self.progress.save()

    def hint(self, name: str) -> int:
        """Print the next hint of an exercise."""
        exercise = catalog.find(name)
        question = dict(exercises_with_questions(self.language))[exercise]
        hints = [block for block in question.blocks if block.kind == "hint"]
        state = self.progress.of(exercise.name)
        if state.hints >= len(hints):
            self.say("no-hints", name=exercise.name, page=exercise.page)
            return 0
        self.say("hint", number=state.hints + 1, total=len(hints))
        say(textwrap.indent(hints[state.hints].text.strip(), "    "))
        state.hints += 1
        self.progress.save()
        return 0

    def diff(self, name: str, anyway: bool = False) -> int:
        """Print how the reader's file differs from the solution, once it has passed."""
        exercise = catalog.find(name)
        path = self.file(exercise)
        if not path.exists():
            self.say("not-started", file=self._shown(exercise), name=exercise.name)
            return 1
        if not (anyway or self.progress.of(exercise.name).solved):
            self.say("first", name=exercise.name)
            return 1
        lines = exercise.source().split("\n")
        solution = [line for line in lines if not MARK.fullmatch(line)]
        mine = path.read_text(encoding="utf-8").split("\n")
        names = self._shown(exercise), str(exercise.solution.relative_to(ROOT))
        found = list(difflib.unified_diff(mine, solution, *names, lineterm=""))
        if not found:
            self.say("same")
        for line in found:
            say(line)
        return 0


def exercises_with_questions(language: str) -> list[tuple[Exercise, Question]]:
    """Return the exercises in the order of the site, each with its question."""
    handbook = read_handbook(ROOT)
    order = [entry.path.removesuffix(".md") for entry in handbook.nav["en"]]
    pages = {**handbook.pages["en"], **handbook.pages[language]}
    known = {exercise.name: exercise for exercise in catalog.exercises()}
    return [
        (known[question.id], question)
        for key in order
        if key in pages and key.startswith("coding/")
        for question in pages[key].questions
        if question.id in known
    ]
