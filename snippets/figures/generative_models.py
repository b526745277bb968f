"""Figures of the page on generative models."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from snippets.figures import style
from snippets.theory.generative_models import (
    MEANS,
    RING,
    SPREAD,
    WEIGHTS,
    modes_covered,
    same_distribution,
    sample_gan,
    sample_mixture,
    train_gan,
)

FAMILIES = (
    ("autoregressive", r"$\prod_i\, p(x_i \mid x_{<i})$", "exact"),
    ("flow", r"$x = f(z)$, invertible", "exact"),
    ("VAE", r"$\int p(x \mid z)\,p(z)\,dz$", "lower bound"),
    ("diffusion", "remove noise, step by step", "lower bound"),
    ("energy-based", r"$p(x) \propto e^{-E(x)}$", "up to a constant"),
    ("GAN", r"$x = G(z)$, judged by $D$", "none"),
)
COLORS = {
    "exact": style.BLUE,
    "lower bound": style.GREEN,
    "up to a constant": style.ORANGE,
    "none": style.RED,
}


def model_families() -> Figure:
    """Tree: families of generative models by the likelihood they offer."""
    figure, axes = style.panels(height=3.9)
    ax: Axes = axes[0, 0]
    ax.set_axis_off()
    ax.set_xlim(0, 10)
    ax.set_ylim(-0.6, 6.2)
    ax.text(0.1, 2.5, "likelihood\n$p_\\theta(x)$", va="center", fontsize=11)
    ax.text(5.0, 5.8, "family", va="center", color=style.MUTED)
    ax.text(7.3, 5.8, "model", va="center", color=style.MUTED)
    rows = {
        kind: [5 - i for i, family in enumerate(FAMILIES) if family[2] == kind]
        for kind in COLORS
    }
    for kind, heights in rows.items():
        middle = float(np.mean(heights))
        color = COLORS[kind]
        ax.plot([1.5, 2.2], [2.5, middle], color=color)
        ax.text(2.3, middle, kind, va="center", color=color)
        for height in heights:
            ax.plot([4.3, 4.9], [middle, height], color=color)
            name, formula, _ = FAMILIES[5 - height]
            ax.text(5.0, height, name, va="center")
            ax.text(7.3, height, formula, va="center", fontsize=9.5)
    return figure


def mode_collapse() -> Figure:
    """Data and samples of two GANs that differ in learning rates only."""
    figure, axes = style.panels(columns=2, height=3.6)
    runs = ((8e-3, 2e-3, "generator 4x faster"), (2e-3, 8e-3, "generator 4x slower"))
    for ax, (lr_g, lr_d, title) in zip(axes[0], runs, strict=True):
        samples = sample_gan(train_gan(lr_g, lr_d, steps=600, seed=0), 200)
        covered, _ = modes_covered(samples)
        ax.scatter(*samples.T, s=6, color=style.BLUE, alpha=0.6, label="samples")
        ax.scatter(
            *RING.T, s=130, facecolors="none", edgecolors=style.ORANGE, label="modes"
        )
        ax.set_title(f"{title}: {covered} of 8 modes")
        ax.set_aspect("equal")
        ax.set_xlim(-3.2, 3.2)
        ax.set_ylim(-3.2, 3.2)
    axes[0, 0].legend(fontsize=8.5, loc="lower left")
    return figure


def fid_sample_size() -> Figure:
    """FID and KID of two samples of one distribution, by sample size."""
    figure, axes = style.panels(columns=2, height=2.9)
    sizes = np.array([100, 200, 400, 800])
    values = np.array([same_distribution(n, d=64, trials=3) for n in sizes])
    names = (("FID", style.ORANGE), ("KID", style.BLUE))
    for i, (ax, (name, color)) in enumerate(zip(axes[0], names, strict=True)):
        ax.semilogx(sizes, values[:, i], "o-", color=color, label="estimate")
        ax.axhline(0, color=style.MUTED, linestyle="--", label="truth")
        ax.set_title(name)
        ax.set_xlabel("samples on each side")
        ax.set_xticks(sizes, [str(n) for n in sizes])
        ax.minorticks_off()
        ax.legend(fontsize=8.5)
    axes[0, 1].set_ylim(-0.05, 0.05)
    return figure


def diffusion_sampling() -> Figure:
    """Reverse paths from noise to a two-mode mixture: DDPM and DDIM."""
    figure, axes = style.panels(columns=3, height=3.0)
    for ax, stochastic, name in zip(
        axes[0], (True, False), ("DDPM, 1000 steps", "DDIM, 50 steps"), strict=False
    ):
        steps, stride = (1000, 20) if stochastic else (50, 1)
        path = sample_mixture(12, steps, stochastic)[::stride]
        time = np.linspace(1, 0, len(path))
        ax.plot(time, path, color=style.BLUE, linewidth=0.8, alpha=0.8)
        ax.set_xlim(1, 0)
        ax.set_ylim(-3.4, 3.4)
        ax.set_title(name)
        ax.set_xlabel("$t / T$: noise to data")
    last = axes[0, 2]
    grid = np.linspace(-3.4, 3.4, 200)
    z = (grid[:, None] - MEANS) / SPREAD
    density = np.exp(-(z**2) / 2) @ WEIGHTS / (SPREAD * np.sqrt(2 * np.pi))
    samples = sample_mixture(2000, 50, stochastic=False)[-1]
    last.hist(
        samples,
        bins=40,
        range=(-3.4, 3.4),
        density=True,
        orientation="horizontal",
        color=style.BLUE,
        alpha=0.4,
        label="DDIM",
    )
    last.plot(density, grid, color=style.ORANGE, label="data")
    last.set_ylim(-3.4, 3.4)
    last.set_xlabel("density")
    last.legend(fontsize=8.5)
    return figure
