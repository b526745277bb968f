"""Where the exercises are: solutions, cases, starters."""

import ast
import difflib
import importlib.util
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from scripts.environment import ROOT, Stop
from scripts.exercise import starter
from scripts.exercise.cases import Case, Mistake

SOLUTIONS = ROOT / "snippets" / "coding"
CASES = ROOT / "tests" / "exercises"
FOLDER = "exercises"  # the reader's own, ignored by git


@dataclass(frozen=True)
class Exercise:
    """One exercise, such as ``two-sum`` of the page ``arrays-and-strings``."""

    name: str
    page: str

    @property
    def module(self) -> str:
        """Return the name as a module's: ``two_sum``."""
        return self.name.replace("-", "_")

    @property
    def solution(self) -> Path:
        """Return the path of the handbook's solution."""
        return SOLUTIONS / self.page.replace("-", "_") / f"{self.module}.py"

    @property
    def cases(self) -> Path:
        """Return the path of its cases."""
        return CASES / self.page.replace("-", "_") / f"{self.module}.py"

    def source(self) -> str:
        """Return the solution's text."""
        return self.solution.read_text(encoding="utf-8")

    def starter(self) -> str:
        """Return the text that a reader starts from."""
        return starter.derive(self.source())

    def names(self) -> list[str]:
        """Return the public functions and classes that the reader is to write."""
        tree = ast.parse(self.starter())
        kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
        return [node.name for node in tree.body if isinstance(node, kinds)]


def exercises() -> list[Exercise]:
    """Return all exercises, by page and name."""
    found = sorted(CASES.glob("*/*.py"))
    return [
        Exercise(path.stem.replace("_", "-"), path.parent.name.replace("_", "-"))
        for path in found
        if not path.name.startswith(("_", "test_"))
    ]


def find(name: str) -> Exercise:
    """Return an exercise by its name, in either spelling.

    Raises:
        Stop: if there is none; the message names those that are spelled alike.
    """
    wanted = Path(name).stem.replace("_", "-").lower()
    known = {exercise.name: exercise for exercise in exercises()}
    if wanted in known:
        return known[wanted]
    near = difflib.get_close_matches(wanted, known, n=3, cutoff=0.5)
    near = near or [one for one in known if wanted and wanted in one]
    hint = f" Did you mean {', '.join(near)}?" if near else ""
    raise Stop(
        f"There is no exercise {name!r}.{hint} All are listed by "
        "`python3 -m scripts exercise list`."
    )


def load(path: Path, name: str) -> ModuleType:
    """Import a file as a module of that name, which no package may have."""
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look their module up there
    spec.loader.exec_module(module)
    return module


def needs(exercise: Exercise) -> tuple[str, ...]:
    """Return the packages beyond NumPy that an exercise works with, such as torch."""
    tree = ast.parse(exercise.cases.read_text(encoding="utf-8"))
    for node in tree.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "NEEDS":
            return tuple(ast.literal_eval(node.value))
    return ()


def cases(exercise: Exercise) -> Iterator[Case]:
    """Yield the cases of an exercise."""
    yield from load(exercise.cases, f"cases_of_{exercise.module}").cases()


def mistakes(exercise: Exercise) -> list[Mistake]:
    """Return the planted mistakes of an exercise."""
    module = load(exercise.cases, f"cases_of_{exercise.module}")
    return list(module.MISTAKES)
