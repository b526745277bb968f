"""The numbers of the report on clusters."""

from snippets import Array
from snippets.coding.take_home.clustering.features import features, first_features
from snippets.coding.take_home.clustering.model import (
    agreement,
    choices,
    counts,
    fit,
    scaled,
)
from snippets.coding.take_home.clustering.simulate import Recordings, recordings


# --8<-- [start:report]
def line(name: str, table: Array, data: Recordings, k: int) -> str:
    """Agreement of k clusters with the activities, with its interval."""
    clusters = fit(table, k).labels_
    index, low, high = agreement(clusters, data.activity, data.person)
    return f"{name:16} k {k}: {index:.2f} ({low:.2f} to {high:.2f})"


def report() -> str:
    """Without labels: silhouette and stability. With labels: adjusted Rand index.

    >>> print(report())
    first features   k 2: 0.51 0.83
    first features   k 3: 0.54 0.99
    first features   k 4: 0.56 0.98
    first features   k 5: 0.61 0.99
    first features   k 6: 0.64 1.00
    first features   k 7: 0.63 0.98
    features         k 2: 0.60 1.00
    features         k 3: 0.66 0.99
    features         k 4: 0.72 0.99
    features         k 5: 0.76 0.99
    features         k 6: 0.69 0.91
    features         k 7: 0.69 0.91
    raw readings     k 6: 0.00 (-0.01 to 0.01)
    first features   k 6: 0.62 (0.57 to 0.65)
    features         k 5: 0.79 (0.74 to 0.82)
    features         k 6: 0.88 (0.81 to 0.95)
    sit      0   0   0  60   0
    bus      0   0   0   0  60
    cycle    0  56   3   0   1
    walk     0   0  60   0   0
    stairs   0   0  60   0   0
    run     60   0   0   0   0
    """
    data = recordings()
    first = scaled(first_features(data.windows))
    second = scaled(features(data.windows))
    lines = []
    for name, table in (("first features", first), ("features", second)):
        for k, silhouette, stable in choices(table, data.person, largest=7):
            lines.append(f"{name:16} k {k}: {silhouette:.2f} {stable:.2f}")
    raw = data.windows.reshape(len(data.windows), -1)
    lines.append(line("raw readings", raw, data, 6))
    lines.append(line("first features", first, data, 6))
    lines.append(line("features", second, data, 5))
    lines.append(line("features", second, data, 6))
    lines.append(counts(fit(second, 5).labels_, data.activity))
    return "\n".join(lines)


# --8<-- [end:report]
