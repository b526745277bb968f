"""Tell in plain words how what came differs from what was expected."""

import math
from collections.abc import Mapping, Sequence, Set
from typing import Any

from scripts.exercise.cases import Text, brief

Numbers = (bool, int, float, complex)


def difference(expected: Any, got: Any, within: float = 0.0) -> Text | None:
    """Return how ``got`` differs from ``expected``, or None where it does not.

    Lists and tuples count as the same, as do Python's numbers and NumPy's. Arrays must
    have the expected shape. A tensor is compared as the array it holds.

    Args:
        expected: the right value.
        got: what the reader's code gave.
        within: how far a number may be off, times max(1, its size); 0 for equality.

    Returns:
        The first difference, in English and in Chinese.
    """
    return _differ(_plain(expected), _plain(got), within, "")


def _plain(value: Any) -> Any:
    """Return tensors as arrays, NumPy's scalars as Python's; the rest as it is."""
    if hasattr(value, "detach"):
        value = value.detach().cpu().numpy()
    if getattr(value, "shape", None) == () and hasattr(value, "item"):
        return value.item()
    return value


def _differ(expected: Any, got: Any, within: float, at: str) -> Text | None:
    expected, got = _plain(expected), _plain(got)
    if got is None and expected is not None:
        wanted = brief(expected)
        return _say(
            at,
            f"is None instead of {wanted}; is a `return` missing?",
            f"是 None，应为 {wanted}；是否漏了 return？",
        )
    if expected is None:
        return None if got is None else _unequal(expected, got, at)
    if hasattr(expected, "shape"):
        return _arrays(expected, got, within, at)
    if isinstance(expected, Numbers):
        return _numbers(expected, got, within, at)
    if isinstance(expected, str):
        return None if expected == got else _unequal(expected, got, at)
    if isinstance(expected, Mapping):
        return _mappings(expected, got, within, at)
    if isinstance(expected, Set):
        same = isinstance(got, Set) and set(expected) == set(got)
        return None if same else _unequal(expected, got, at)
    if isinstance(expected, Sequence):
        return _sequences(expected, got, within, at)
    return None if expected == got else _unequal(expected, got, at)


def _say(at: str, english: str, chinese: str) -> Text:
    """Return a finding about the whole result, or about the place ``at`` in it."""
    if not at:
        return f"the result {english}", f"结果{chinese}"
    return f"the result at {at} {english}", f"结果的 {at} 处{chinese}"


def _unequal(expected: Any, got: Any, at: str) -> Text:
    shown = brief(got), brief(expected)
    return _say(
        at, "is {} instead of {}".format(*shown), "是 {}，应为 {}".format(*shown)
    )


def _numbers(expected: Any, got: Any, within: float, at: str) -> Text | None:
    if not isinstance(got, Numbers):
        return _unequal(expected, got, at)
    if isinstance(expected, bool) or isinstance(got, bool):
        same = isinstance(expected, bool) == isinstance(got, bool) and expected == got
        return None if same else _unequal(expected, got, at)
    if expected == got or (expected != expected and got != got):
        return None
    off = abs(expected - got)
    if within and math.isfinite(off) and off <= within * max(1.0, abs(expected)):
        return None
    if not within:
        return _unequal(expected, got, at)
    return _say(
        at,
        f"is {got:.6g} instead of {expected:.6g}, off by {off:.2g}",
        f"是 {got:.6g}，应为 {expected:.6g}，相差 {off:.2g}",
    )


def _arrays(expected: Any, got: Any, within: float, at: str) -> Text | None:
    import numpy as np

    if not hasattr(got, "shape"):
        kind = type(got).__name__
        return _say(at, f"is a {kind}, not an array", f"是 {kind}，应为数组")
    if expected.shape != got.shape:
        return _say(
            at,
            f"has shape {got.shape} instead of {expected.shape}",
            f"的形状是 {got.shape}，应为 {expected.shape}",
        )
    if got.dtype == object:
        return _say(at, "holds objects, not numbers", "的元素是对象，不是数")
    if (expected.dtype == bool) != (got.dtype == bool):
        return _say(
            at,
            f"has elements of type {got.dtype} instead of {expected.dtype}",
            f"的元素类型是 {got.dtype}，应为 {expected.dtype}",
        )
    if not within:
        wrong = ~((expected == got) | ((expected != expected) & (got != got)))
    else:
        wrong = ~np.isclose(got, expected, rtol=within, atol=within, equal_nan=True)
    count = int(np.sum(wrong))
    if not count:
        return None
    place = tuple(int(i) for i in np.argwhere(wrong)[0])
    index = f"{at}[{', '.join(map(str, place))}]"
    worst = _numbers(expected[place].item(), got[place].item(), within, index)
    worst = worst or _unequal(expected[place].item(), got[place].item(), index)
    total = int(np.size(wrong))
    if count == 1:
        return worst
    return (
        f"{worst[0]}; {count} of {total} elements differ",
        f"{worst[1]}；{total} 个元素中有 {count} 个不同",
    )


def _mappings(expected: Any, got: Any, within: float, at: str) -> Text | None:
    if not isinstance(got, Mapping):
        return _unequal(expected, got, at)
    for key in expected:
        if key not in got:
            return _say(at, f"lacks the key {key!r}", f"缺少键 {key!r}")
    for key in got:
        if key not in expected:
            return _say(at, f"has the extra key {key!r}", f"多出键 {key!r}")
    for key, value in expected.items():
        found = _differ(value, got[key], within, f"{at}[{key!r}]")
        if found:
            return found
    return None


def _sequences(expected: Any, got: Any, within: float, at: str) -> Text | None:
    if hasattr(got, "shape"):
        got = got.tolist()
    if isinstance(got, str) or not isinstance(got, Sequence):
        return _unequal(expected, got, at)
    if len(expected) != len(got):
        if max(len(expected), len(got)) <= 8:
            return _unequal(list(expected), list(got), at)
        return _say(
            at,
            f"has {len(got)} elements instead of {len(expected)}",
            f"有 {len(got)} 个元素，应为 {len(expected)} 个",
        )
    for index, (one, other) in enumerate(zip(expected, got, strict=True)):
        found = _differ(one, other, within, f"{at}[{index}]")
        if found:
            return found
    return None
