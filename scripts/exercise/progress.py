"""What the reader has done, kept in exercises/progress.json for anybody to read."""

import json
import os
from dataclasses import asdict, dataclass, fields
from datetime import date
from pathlib import Path
from typing import Any

from scripts.environment import say

FILE = "progress.json"


@dataclass
class State:
    """How far one exercise has come."""

    started: str = ""
    solved: str = ""  # the day it first passed
    checks: int = 0
    passed: int = 0  # cases, at the last check
    of: int = 0
    hints: int = 0  # how many were shown


class Progress:
    """The states by exercise, written back after each change."""

    def __init__(self, folder: Path) -> None:
        """Read the file below ``folder``; one that can't be read is set aside."""
        self.path = folder / FILE
        self.states: dict[str, State] = {}
        if self.path.exists():
            try:
                read = json.loads(self.path.read_text(encoding="utf-8"))
                self.states = {name: _state(found) for name, found in read.items()}
            except (ValueError, AttributeError, TypeError) as error:
                aside = self.path.with_suffix(".broken.json")
                number = 1
                while aside.exists():
                    number += 1
                    aside = self.path.with_suffix(f".broken-{number}.json")
                self.path.rename(aside)
                say(
                    f"{self.path} could not be read ({error}). It was kept as "
                    f"{aside.name}, and a new one is begun."
                )

    def of(self, name: str) -> State:
        """Return the state of an exercise."""
        return self.states.setdefault(name, State())

    def save(self) -> None:
        """Write all states, beside the file first so that it is never half written."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        known = {name: asdict(state) for name, state in sorted(self.states.items())}
        text = json.dumps(known, indent=2, ensure_ascii=False) + "\n"
        beside = self.path.with_suffix(".tmp")
        beside.write_text(text, encoding="utf-8")
        os.replace(beside, self.path)


def _state(found: dict[str, Any]) -> State:
    """Return a state from JSON; ``TypeError`` or ``ValueError`` if it is none."""
    kinds = {field.name: type(field.default) for field in fields(State)}
    for key, value in found.items():
        if key in kinds and type(value) is not kinds[key]:
            raise ValueError(f"{key} is {value!r}")
    return State(**{key: value for key, value in found.items() if key in kinds})


def today() -> str:
    """Return the day as it is written: 2026-11-22."""
    return date.today().isoformat()
