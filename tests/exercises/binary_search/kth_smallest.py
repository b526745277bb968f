"""Cases of kth-smallest; what they expect comes from counting smaller numbers."""

import random
import tracemalloc
from collections.abc import Callable, Iterator
from types import ModuleType

from scripts.exercise.cases import Case, Mistake, Text, call, holds

MISTAKES = (
    Mistake(
        "ranks are counted from 0",
        "        if k <= len(smaller):",
        "        if k < len(smaller):",
        shows="is it off by one",
    ),
    Mistake(
        "the rank is not lowered where smaller numbers are thrown away",
        "            k -= len(smaller) + equal\n",
        "",
        shows="the rank must fall by as many",
    ),
    Mistake(
        "equal numbers are counted once",
        "        equal = rest.count(pivot)",
        "        equal = 1",
        shows="equal numbers take one rank each",
    ),
    Mistake(
        "the heap keeps the largest numbers",
        "        if len(heap) < k:\n"
        "            heapq.heappush(heap, -number)\n"
        "        else:\n"
        "            heapq.heappushpop(heap, -number)  # drops the largest\n",
        "        if len(heap) < k:\n"
        "            heapq.heappush(heap, number)\n"
        "        else:\n"
        "            heapq.heappushpop(heap, number)\n"
        "    heap = [-number for number in heap]\n",
        shows="the k-th largest",
    ),
    Mistake(
        "the whole stream is put on the heap",
        "        if len(heap) < k:\n"
        "            heapq.heappush(heap, -number)\n"
        "        else:\n"
        "            heapq.heappushpop(heap, -number)  # drops the largest\n",
        "        heapq.heappush(heap, -number)\n"
        "    while len(heap) > k:\n"
        "        heapq.heappop(heap)\n",
        shows="kept the whole stream",
    ),
)

BOTH = ("kth_smallest_quickselect", "kth_smallest_heap")
RANK: Text = (
    "ranks are counted from 1; is it off by one where a part is chosen?",
    "名次从 1 数起，选择哪一段时是否差了一？",
)
EQUAL: Text = ("equal numbers take one rank each", "相等的数各占一个名次")
LOWER: Text = (
    "where small numbers are thrown away, the rank must fall by as many",
    "丢掉较小的数时，名次也要减去相应的个数",
)
LARGEST: Text = (
    "the heap must hold the k smallest numbers; this is the k-th largest",
    "堆里要留下最小的 k 个数，这里得到的是第 k 大的数",
)


def by_counting(numbers: list[int], k: int) -> int:
    """Return the number with fewer than k smaller ones and at least k not larger."""
    return next(
        one
        for one in numbers
        if sum(other < one for other in numbers)
        < k
        <= sum(other <= one for other in numbers)
    )


def first_wrong(select: Callable[[list[int], int], int]) -> bool | Text:
    """Return the first rank of 40 numbers that goes wrong, or True."""
    numbers = list(range(40))
    random.Random(4).shuffle(numbers)
    for k in range(1, 41):
        got = select(numbers.copy(), k)
        if got != k - 1:
            return (
                f"rank {k} is {got} instead of {k - 1}",
                f"第 {k} 名是 {got}，应为 {k - 1}",
            )
    return True


def refuses(name: str, numbers: list[int], k: int) -> Case:
    """Return the case of a rank that does not exist."""

    def run(their: ModuleType) -> bool | Text:
        try:
            got = getattr(their, name)(numbers.copy(), k)
        except ValueError:
            return True
        return (
            f"it returned {got!r}; ValueError was asked for",
            f"返回了 {got!r}，应抛出 ValueError",
        )

    return holds(
        (
            f"rank {k} of {len(numbers)} numbers: {name}",
            f"{len(numbers)} 个数中的第 {k} 名：{name}",
        ),
        f"{name}({numbers}, {k}) raises ValueError",
        run,
    )


def cases() -> Iterator[Case]:
    """Yield the cases."""
    few = [7, 1, 5, 3]
    hints = {BOTH[0]: None, BOTH[1]: LARGEST}
    for name in BOTH:
        for k in (1, 2, 4):
            yield call(
                (f"number {k} of four: {name}", f"四个数中的第 {k} 个：{name}"),
                name,
                few,
                k,
                gives=by_counting(few, k),
                effect=hints[name] if k != 1 else None,
            )
        yield holds(
            (f"every rank of 40 numbers: {name}", f"40 个数的每个名次：{name}"),
            f"{name}(numbers, k) for the numbers 0 to 39, shuffled, and k from 1 to 40",
            lambda their, name=name: first_wrong(getattr(their, name)),
            RANK if name == BOTH[0] else None,
        )
        yield call(
            (f"equal numbers: {name}", f"相等的数：{name}"),
            name,
            [2, 9, 2, 2],
            3,
            gives=2,
            effect=EQUAL,
        )
        yield call((f"one number: {name}", f"一个数：{name}"), name, [-4], 1, gives=-4)
        for numbers, k in (([3, 1], 0), ([3, 1], 3), ([], 1)):
            yield refuses(name, numbers, k)
    rng = random.Random(0)
    for name in BOTH:
        for size in (10, 50, 200):
            numbers = [rng.randint(-40, 40) for _ in range(size)]
            k = rng.randint(1, size)
            yield call(
                (f"{size} random numbers: {name}", f"{size} 个随机数：{name}"),
                name,
                numbers,
                k,
                gives=by_counting(numbers, k),
                effect=hints[name],
            )

    shuffled = list(range(50))
    rng.shuffle(shuffled)
    yield call(
        ("the largest of 50 shuffled numbers", "50 个打乱的数中最大的一个"),
        "kth_smallest_quickselect",
        shuffled,
        50,
        gives=49,
        effect=LOWER,
    )

    def unchanged(their: ModuleType) -> bool:
        numbers = [5, 2, 8, 1]
        their.kth_smallest_quickselect(numbers, 2)
        return numbers == [5, 2, 8, 1]

    yield holds(
        ("quickselect leaves the caller's list alone", "快速选择不改动传入的列表"),
        "numbers before == numbers after",
        unchanged,
    )
    yield call(
        ("100,000 equal numbers", "10 万个相等的数"),
        "kth_smallest_quickselect",
        [6] * 100_000,
        50_000,
        gives=6,
        effect=(
            "each round must take away all numbers equal to the pivot, not one",
            "每轮要去掉所有等于主元的数，否则太慢或递归过深",
        ),
    )
    yield call(
        ("the median of 100,001 sorted numbers", "100001 个有序数的中位数"),
        "kth_smallest_quickselect",
        list(range(100_001)),
        50_001,
        gives=50_000,
        effect=(
            "if this is slow or too deep: a fixed pivot splits sorted numbers badly",
            "如果太慢或递归过深：固定选主元时，有序的数划分得很不均匀",
        ),
    )

    def stream(their: ModuleType) -> bool | Text:
        numbers = (one for one in range(10**9 + 50_000, 10**9, -1))
        tracemalloc.start()
        try:
            got = their.kth_smallest_heap(numbers, 5)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        if got != 10**9 + 5:
            return f"it returned {got!r}", f"返回了 {got!r}"
        if peak > 100_000:
            return (
                f"your code kept the whole stream: {peak / 1e6:.1f} MB",
                f"你的代码保存了整个流：{peak / 1e6:.1f} MB",
            )
        return True

    yield holds(
        ("a stream of 50,000 numbers in little memory", "5 万个数的流，占用内存很少"),
        "kth_smallest_heap(stream, 5) == 1000000005, in less than 100 kB",
        stream,
    )
