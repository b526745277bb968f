"""The numbers of both reports."""

import numpy as np

from snippets.coding.take_home.classifiers.corpus import messages
from snippets.coding.take_home.classifiers.data import (
    Data,
    digits,
    hold_out,
    shift,
    texts,
)
from snippets.coding.take_home.classifiers.evaluate import (
    compare,
    doubtful,
    out_of_fold,
    right,
    tested,
)
from snippets.coding.take_home.classifiers.models import (
    Model,
    image_models,
    text_models,
)

MOVES = ((1, 0), (-1, 0), (0, 1), (0, -1))


# --8<-- [start:text]
def text_report() -> str:
    """Accuracy on messages, in percent.

    >>> print(text_report())
    keywords          random 54.1 source 54.1 (45.6 to 62.2) gain  0.0 ( 0.0 to  0.0)
    naive Bayes       random 75.2 source 58.5 (51.9 to 65.2) gain  4.4 (-4.1 to 13.0)
    words             random 81.1 source 59.3 (52.2 to 65.9) gain  5.2 (-3.7 to 14.4)
    words and pieces  random 80.7 source 64.1 (57.0 to 70.7) gain 10.0 ( 1.8 to 18.5)
    keywords          test 63.3 (51.1 to 75.6)
    words and pieces  test 71.1 (61.1 to 78.9)
    """
    develop, test = hold_out(texts(messages()))
    models = text_models()
    chosen = ("keywords", "words and pieces")
    lines = [tested(name, models[name], develop, test) for name in chosen]
    return "\n".join([compare(models, develop), *lines])


# --8<-- [end:text]
# --8<-- [start:image]
def image_report() -> str:
    """Accuracy on digits, in percent.

    >>> print(image_report())
    most frequent     random 10.1 source  9.6 ( 9.3 to  9.9) gain  0.0 ( 0.0 to  0.0)
    nearest neighbor  random 98.6 source 97.1 (95.3 to 98.5) gain 87.5 (85.8 to 88.8)
    linear            random 94.6 source 91.2 (88.9 to 93.3) gain 81.6 (79.4 to 83.7)
    one Gaussian each random 98.3 source 96.8 (95.1 to 98.3) gain 87.2 (85.4 to 88.7)
    kernel            random 98.9 source 97.8 (96.5 to 99.0) gain 88.2 (86.8 to 89.4)
    kernel            test 99.0 (98.6 to 99.3)
    kernel            moved 56.8
    with shifts       test 98.3 (96.4 to 100.0)
    with shifts       moved 96.9
    """
    develop, test = hold_out(digits())
    models = image_models()
    moving = models.pop("kernel and shifts")
    lines = [compare(models, develop)]
    for name, model in (("kernel", models["kernel"]), ("with shifts", moving)):
        lines.append(tested(name, model, develop, test))
        lines.append(f"{name:17} moved {100 * moved(model, test):4.1f}")
    return "\n".join(lines)


def moved(model: Model, test: Data) -> float:
    """Accuracy of a trained model on images moved by one pixel, over four ways."""
    images = [shift(test.inputs, *move) for move in MOVES]
    scores = [right(model.predict_proba(image), test.labels) for image in images]
    return float(np.mean(scores))


# --8<-- [end:image]
# --8<-- [start:labels]
def label_report() -> str:
    """How many of the wrong labels an audit finds.

    >>> print(label_report())
    wrong labels: 29 of 360
    in the most doubtful 29, folds by source: 14
    in the most doubtful 29, folds random: 21
    customers with two labels: 27, wrong labels there: 29
    """
    inbox = messages()
    data = texts(inbox)
    wrong = np.array([message.label != message.truth for message in inbox])
    lines = [f"wrong labels: {wrong.sum()} of {len(wrong)}"]
    for by_source in (True, False):
        order = doubtful(
            out_of_fold(text_models()["words and pieces"], data, by_source),
            data.labels,
        )
        found = wrong[order[: wrong.sum()]].sum()
        kind = "by source" if by_source else "random"
        lines.append(f"in the most doubtful {wrong.sum()}, folds {kind}: {found}")
    split = {
        customer
        for customer in data.sources
        if len(set(data.labels[data.sources == customer])) > 1
    }
    held = wrong[np.isin(data.sources, list(split))].sum()
    lines.append(f"customers with two labels: {len(split)}, wrong labels there: {held}")
    return "\n".join(lines)


# --8<-- [end:labels]
