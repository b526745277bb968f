"""How much one interview can tell about a candidate."""

from math import sqrt
from statistics import NormalDist


# --8<-- [start:kept]
def kept(validity: float, share: float, cells: int = 2000) -> float:
    """Return which part of the best performers an interview lets through.

    Rating and later performance are jointly normal with correlation
    `validity`; the interview takes the best `share` by rating, and "best"
    means the same share by performance.

    >>> [round(kept(validity, share=0.1), 2) for validity in (0, 0.42, 0.8)]
    [0.1, 0.28, 0.56]
    """
    if not (0 <= validity < 1 and 0 < share < 1):
        raise ValueError("validity must be in [0, 1) and share in (0, 1)")
    normal = NormalDist()
    bar = normal.inv_cdf(1 - share)
    total = 0.0
    for i in range(cells):  # the best performers in equal slices
        skill = normal.inv_cdf(1 - share * (i + 0.5) / cells)
        gap = (bar - validity * skill) / sqrt(1 - validity**2)
        total += 1 - normal.cdf(gap)  # chance that the rating is high enough
    return total / cells


# --8<-- [end:kept]
