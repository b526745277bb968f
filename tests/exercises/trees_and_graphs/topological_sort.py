"""Cases of topological-sort: every pair is checked in the order; cycles by graphlib."""

import graphlib
import random
from collections.abc import Iterator
from types import ModuleType

from scripts.exercise.cases import Case, Mistake, Text, brief, call, holds

Pairs = list[tuple[int, int]]

MISTAKES = (
    Mistake(
        "a cycle goes unnoticed",
        "return order if len(order) == tasks else None",
        "return order",
        shows="leaves out the tasks of a cycle",
    ),
    Mistake(
        "a task is ready as soon as one of its dependencies is done",
        "            waits_for[follower] -= 1\n"
        "            if waits_for[follower] == 0:\n",
        "            first_time = waits_for[follower] > 0\n"
        "            waits_for[follower] = 0\n"
        "            if first_time:\n",
        shows="all that it depends on",
    ),
    Mistake(
        "a pair is read the wrong way round",
        "        followers[first].append(then)\n        waits_for[then] += 1\n",
        "        followers[then].append(first)\n        waits_for[first] += 1\n",
        shows="(first, then)",
    ),
    Mistake(
        "a repeated pair is counted twice and released once",
        "for follower in followers[task]:",
        "for follower in set(followers[task]):",
        shows="repeated pair",
    ),
    Mistake(
        "tasks without any pair are left out",
        "if waits_for[task] == 0)",
        "if waits_for[task] == 0 and followers[task])",
        shows="occur in no pair",
    ),
)


def cyclic(tasks: int, pairs: Pairs) -> bool:
    """Return whether there is a cycle."""
    sorter = graphlib.TopologicalSorter({task: set() for task in range(tasks)})
    for first, then in pairs:
        sorter.add(then, first)
    try:
        sorter.prepare()
    except graphlib.CycleError:
        return True
    return False


def wrong(order: object, tasks: int, pairs: Pairs) -> Text | None:
    """Return what is wrong with an order, or None."""
    if order is None:
        return "it returned None, but there is an order", "返回了 None，但其实有解"
    if not isinstance(order, (list, tuple)):
        kind = type(order).__name__
        return f"it returned a {kind}, not a list", f"返回了 {kind}，应为列表"
    if sorted(order) != list(range(tasks)):
        missing = sorted(set(range(tasks)) - set(order))
        if missing:
            return (
                f"task {missing[0]} is missing in {brief(order)}",
                f"{brief(order)} 中缺少任务 {missing[0]}",
            )
        return (
            f"{brief(order)} does not hold every task once",
            f"{brief(order)} 没有让每个任务恰好出现一次",
        )
    place = {task: index for index, task in enumerate(order)}
    for first, then in pairs:
        if place[first] >= place[then]:
            return (
                f"in {brief(order)} task {then} comes before {first}",
                f"在 {brief(order)} 中，任务 {then} 排在了 {first} 之前",
            )
    return None


def ordered(about: Text, tasks: int, pairs: Pairs, effect: Text | None = None) -> Case:
    """Return the case of dependencies that allow an order; any one will do."""

    def run(their: ModuleType) -> bool | Text:
        return wrong(their.topological_order(tasks, list(pairs)), tasks, pairs) or True

    return holds(about, f"topological_order({tasks}, {brief(pairs)})", run, effect)


def cases() -> Iterator[Case]:
    """Yield the cases."""
    name = "topological_order"
    yield ordered(
        ("a chain of four", "四个任务的链"),
        4,
        [(2, 1), (1, 0), (0, 3)],
        (
            "a pair (first, then) says that `first` comes first",
            "数对 (first, then) 表示 `first` 在前",
        ),
    )
    yield ordered(
        ("one task waits for two others", "一个任务等待另外两个"),
        4,
        [(0, 1), (0, 2), (2, 1), (1, 3)],
        (
            "a task is ready only when all that it depends on is done",
            "任务要等它依赖的所有任务都完成才能开始",
        ),
    )
    cycle = (
        "the cycle is not noticed: your code leaves out the tasks of a cycle, or "
        "orders them all the same",
        "没有发现环：你的代码漏掉了环上的任务，或者照样把它们排了进去",
    )
    yield call(
        ("two tasks wait for each other", "两个任务互相等待"),
        name,
        2,
        [(0, 1), (1, 0)],
        gives=None,
        effect=cycle,
    )
    yield call(
        ("a cycle between a start and an end", "起点和终点之间有环"),
        name,
        5,
        [(0, 1), (1, 2), (2, 3), (3, 1), (3, 4)],
        gives=None,
        effect=cycle,
    )
    yield call(
        ("a task that waits for itself", "等待自己的任务"),
        name,
        3,
        [(0, 1), (2, 2)],
        gives=None,
        effect=cycle,
    )
    yield ordered(
        ("tasks without dependencies", "没有依赖的任务"),
        3,
        [],
        (
            "tasks that occur in no pair belong to the order",
            "不出现在数对里的任务也要排进去",
        ),
    )
    yield call(("no tasks", "没有任务"), name, 0, [], gives=[])
    yield ordered(
        ("a pair that stands there twice", "重复的数对"),
        3,
        [(0, 1), (0, 1), (1, 2)],
        (
            "a repeated pair was counted twice and released once, or the reverse",
            "重复的数对在计数和释放时没有一致处理",
        ),
    )
    yield ordered(
        ("a diamond is no cycle", "菱形不是环"),
        4,
        [(3, 1), (3, 2), (1, 0), (2, 0)],
        (
            "reaching a task in two ways is not a cycle; only meeting one that is "
            "still open is",
            "从两条路到达同一任务不是环，只有遇到尚未完成的任务才是",
        ),
    )
    rng = random.Random(0)
    for tasks, count in ((8, 10), (40, 120)):
        hidden = rng.sample(range(tasks), tasks)
        pairs = []
        for _ in range(count):
            i, j = sorted(rng.sample(range(tasks), 2))
            pairs.append((hidden[i], hidden[j]))
        yield ordered(
            (
                f"{tasks} tasks, {count} random pairs",
                f"{tasks} 个任务，{count} 个随机数对",
            ),
            tasks,
            pairs,
        )
        back = pairs + [(then, first) for first, then in pairs[-1:]]
        assert cyclic(tasks, back)
        yield call(
            (
                f"{tasks} tasks, the last of {count} pairs reversed as well",
                f"{tasks} 个任务，{count} 个数对中最后一个还有反向",
            ),
            name,
            tasks,
            back,
            gives=None,
            effect=cycle,
        )
    size = 50_000
    yield ordered(
        (f"a chain of {size:,} tasks", f"{size:,} 个任务的链"),
        size,
        [(task + 1, task) for task in range(size - 1)],
        (
            "one call a task is too deep for Python (about 1,000), or all tasks are "
            "searched again for each that is ready",
            "每个任务递归一次会超出 Python 的限制，或者每次都重新扫描所有任务",
        ),
    )
    yield ordered(
        (f"{size:,} tasks and four pairs each", f"{size:,} 个任务，每个四个数对"),
        size,
        [(i, rng.randrange(i + 1, size)) for i in range(size - 1) for _ in range(4)],
    )
