"""Figures of the page on regularization."""

import numpy as np
from matplotlib.figure import Figure

from snippets.figures import style
from snippets.theory.regularization import (
    EarlyStopping,
    decayed_descent,
    descent_path,
    descent_shrinkage,
    equilibrium_angle,
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


def weight_decay_equilibrium() -> Figure:
    """Length of scale-invariant weights (left) and angle a step (right)."""
    figure, axes = style.panels(columns=2, height=3.1)
    left, right = axes[0]
    lr, steps = 0.1, 4000
    runs = (
        (0.3, 0.01, style.BLUE, "-", "decay 0.01, short start"),
        (10.0, 0.01, style.ORANGE, "--", "decay 0.01, long start"),
        (1.0, 0.0, style.GREEN, ":", "no decay"),
    )
    width = 40
    for scale, decay, color, line, label in runs:
        lengths, angles = decayed_descent(np.eye(20)[1] * scale, lr, decay, steps)
        squares = angles.reshape(-1, width) ** 2
        x = np.arange(width, steps + 1, width)
        drawn = [scale, *lengths[width - 1 :: width]]
        left.semilogy([0, *x], drawn, line, color=color, label=label)
        right.semilogy(x, np.degrees(np.sqrt(squares.mean(axis=1))), line, color=color)
    theory = np.degrees(equilibrium_angle(lr, 0.01))
    right.axhline(
        theory, color=style.INK, linewidth=0.9, label=f"theory, {theory:.2f}°"
    )
    left.set_title("length of the weights")
    right.set_title("angle of a step, degrees")
    for ax in axes[0]:
        ax.set_xlabel("step")
        ax.minorticks_off()
    left.set_yticks([0.3, 1, 3, 10], ["0.3", "1", "3", "10"])
    right.set_yticks([0.1, 0.3, 1, 3, 10], ["0.1", "0.3", "1", "3", "10"])
    left.legend(fontsize=8.5)
    right.legend(fontsize=8.5)
    return figure
