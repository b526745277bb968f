"""What the cases of an exercise are written in: tests/exercises/<page>/<exercise>.py.

Such a file has a function ``cases()`` that yields `Case` objects, and ``MISTAKES``, the
typical wrong solutions that the cases must catch. The same cases prove the handbook's
solution and judge a reader's. They compute what they expect by another way than the
solution: brute force, a definition, a closed form, a property.
"""

import copy
import reprlib
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any

Text = tuple[str, str]  # English, Chinese

HOLDS = object()  # what `holds` expects

_SHORT = reprlib.Repr()
_SHORT.maxlist = _SHORT.maxtuple = _SHORT.maxdict = _SHORT.maxset = 8
_SHORT.maxstring = _SHORT.maxother = 90


@dataclass(frozen=True)
class Case:
    """One thing that is tried.

    Attributes:
        about: what is tried, in a few words.
        ask: how it reads, such as ``two_sum([2, 7], 9)``.
        run: gets the reader's module and returns what its code gives.
        expected: what it should give.
        within: how far a number may be off, relative to `expected` where that is
            larger than 1; 0 for equality.
        effect: what a failure usually comes from, or leads to.
    """

    about: Text
    ask: str
    run: Callable[[ModuleType], Any]
    expected: Any
    within: float = 0.0
    effect: Text | None = None


@dataclass(frozen=True)
class Mistake:
    """A typical wrong solution: the right one with ``old`` replaced by ``new``.

    Attributes:
        name: what was done wrong.
        old: text that stands in the solution exactly once.
        new: what a candidate wrote instead.
        shows: words of the English report that name the mistake's effect.
        endless: whether it runs forever on some case.
    """

    name: str
    old: str
    new: str
    shows: str
    endless: bool = False

    def applied(self, solution: str) -> str:
        """Return the wrong solution; ``ValueError`` if ``old`` is not there once."""
        if solution.count(self.old) != 1:
            count = solution.count(self.old)
            raise ValueError(f"{self.name}: {self.old!r} stands there {count} times")
        return solution.replace(self.old, self.new)


def call(
    about: Text,
    name: str,
    *arguments: Any,
    gives: Any,
    within: float = 0.0,
    effect: Text | None = None,
    **named: Any,
) -> Case:
    """Return the case that calls the reader's function ``name``.

    The function gets copies, so that it can't spoil what is shown or tried later.

    Args:
        about: what is tried.
        name: the function, or ``Class.method`` for a static one.
        arguments: its positional arguments.
        gives: what it should return.
        within: the tolerance, see `Case`.
        effect: what a failure comes from or leads to.
        named: its named arguments.
    """

    def run(their: ModuleType) -> Any:
        function: Any = their
        for part in name.split("."):
            function = getattr(function, part)
        return function(*copy.deepcopy(arguments), **copy.deepcopy(named))

    shown = [brief(value) for value in arguments]
    shown += [f"{key}={brief(value)}" for key, value in named.items()]
    return Case(about, f"{name}({', '.join(shown)})", run, gives, within, effect)


def holds(
    about: Text,
    ask: str,
    run: Callable[[ModuleType], bool | str | Text],
    effect: Text | None = None,
) -> Case:
    """Return the case of a property.

    Args:
        about: the property.
        ask: what is done to see it.
        run: gets the reader's module; returns whether it holds, or what is wrong.
        effect: what a failure comes from or leads to.
    """
    return Case(about, ask, run, HOLDS, effect=effect)


def brief(value: Any) -> str:
    """Return a value as a reader can take it in at a glance.

    >>> brief(list(range(100)))
    '[0, 1, 2, 3, 4, 5, 6, 7, ...]'
    >>> import numpy as np
    >>> brief(np.zeros((32, 3)))
    'array of shape (32, 3)'
    >>> brief(np.array([1.0, 2.5]))
    'array([1. , 2.5])'
    """
    if hasattr(value, "detach"):
        value = value.detach()
    shape = getattr(value, "shape", None)
    if isinstance(shape, tuple) and shape:
        size = 1
        for length in shape:
            size *= length
        kind = "tensor" if type(value).__module__.startswith("torch") else "array"
        if size > 12:
            return f"{kind} of shape {tuple(shape)}"
        return " ".join(repr(value).split())
    if isinstance(value, dict) and any(hasattr(v, "shape") for v in value.values()):
        return f"{{{', '.join(f'{key!r}: {brief(v)}' for key, v in value.items())}}}"
    if type(value) in (list, tuple) and any(hasattr(v, "shape") for v in value):
        shown = ", ".join(brief(v) for v in value[:8])
        return f"[{shown}]" if isinstance(value, list) else f"({shown})"
    if hasattr(value, "__self__") or callable(value):
        return str(getattr(value, "__name__", type(value).__name__))
    if type(value).__name__ == "Generator" and hasattr(value, "bit_generator"):
        return "rng"
    return _SHORT.repr(value)
