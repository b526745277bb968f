"""Figure of the page on regularization."""

import numpy as np
from matplotlib.figure import Figure

from snippets.figures import style
from snippets.theory.regularization import (
    EarlyStopping,
    descent_path,
    descent_shrinkage,
    mse,
    ridge_shrinkage,
    sample,
)


def early_stopping() -> Figure:
    """Left: losses, best step and stop. Right: shrinkage next to ridge's."""
    figure, axes = style.panels(columns=2, height=3.1)
    rng = np.random.default_rng(0)
    train, val = sample(50, rng), sample(50, rng)
    path = descent_path(train, lr=0.05, steps=150)
    stopper = EarlyStopping(patience=20)
    losses = [mse(w, val) for w in path]
    stop = next(t for t, w in enumerate(path) if stopper.update(losses[t], w))

    left, right = axes[0]
    left.plot([mse(w, train) for w in path], color=style.BLUE, label="training")
    left.plot(losses, color=style.ORANGE, linestyle="--", label="validation")
    left.plot(
        [stopper.best_step],
        [stopper.best_loss],
        "o",
        color=style.GREEN,
        label=f"best, step {stopper.best_step}",
    )
    left.axvline(stop, color=style.MUTED, linestyle=":", label=f"stop, step {stop}")
    left.set_xlabel("step")
    left.set_title("loss (patience 20)")
    left.set_ylim(bottom=0)
    left.legend(fontsize=8.5)

    eigenvalues = np.geomspace(0.01, 100, 81)
    right.semilogx(
        eigenvalues,
        descent_shrinkage(eigenvalues, lr=0.001, steps=1000),
        color=style.BLUE,
        label="1000 steps, lr 0.001",
    )
    right.semilogx(
        eigenvalues,
        ridge_shrinkage(eigenvalues, alpha=1.0),
        color=style.ORANGE,
        linestyle="--",
        label=r"L2, $\alpha = 1$",
    )
    right.set_xlabel(r"Hessian eigenvalue $\lambda$")
    right.set_title("share of the optimum reached")
    right.legend(fontsize=8.5, loc="lower right")
    return figure
