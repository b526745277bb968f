"""Find the fewest coins that make an amount."""

from collections.abc import Sequence


# --8<-- [start:solution]
def fewest_coins(coins: Sequence[int], amount: int) -> int | None:
    """Return the fewest coins that add up to an amount.

    Args:
        coins: the values of the coins, positive integers in any order; of each
            there are as many as you like.
        amount: what the coins must add up to exactly, at least 0.

    Returns:
        The number of coins; 0 for the amount 0; None where no coins make it.

    >>> fewest_coins([1, 3, 4], 6)  # 3 + 3
    2
    >>> fewest_coins([5, 10], 7) is None
    True
    >>> fewest_coins([], 0)
    0
    """
    impossible = amount + 1  # more coins than any way can need
    fewest = [0] + [impossible] * amount  # fewest[total]: for that total
    for total in range(1, amount + 1):
        for coin in coins:
            if coin <= total:
                fewest[total] = min(fewest[total], fewest[total - coin] + 1)
    return fewest[amount] if fewest[amount] < impossible else None


# --8<-- [end:solution]
