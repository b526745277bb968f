"""What the figures of the Transformer page draw."""

import math
from typing import Any

import numpy as np
import pytest
from matplotlib.patches import FancyBboxPatch

from snippets.figures import style
from snippets.figures import transformers as figures
from snippets.theory import transformers as tf


def test_encoder_decoder_shows_every_module() -> None:
    (ax,) = figures.encoder_decoder().axes
    names = [text.get_text() for text in ax.texts]
    for name, count in {
        "self-attention": 1,
        "masked self-attention": 1,
        "cross-attention": 1,
        "feed-forward": 2,
        "add & norm": 5,
        "positions": 2,
        r"$\times N$": 2,
        "keys,\nvalues": 1,
        "softmax": 1,
    }.items():
        assert names.count(name) == count, name
    boxes = [patch for patch in ax.patches if isinstance(patch, FancyBboxPatch)]
    assert len(boxes) == 14 + 2  # modules and two frames
    assert len(ax.lines) == 5 + 1  # residual paths and the encoder's output
    purple = [line for line in ax.lines if line.get_color() == style.PURPLE]
    (memory,) = purple
    assert np.asarray(memory.get_ydata())[-1] == 3  # height of the cross-attention
    order = {
        t.get_text(): t.get_position()[1] for t in ax.texts if t.get_position()[0] > 7
    }
    assert order["masked self-attention"] < order["cross-attention"]
    assert order["cross-attention"] == 3
    assert order["feed-forward"] < order["linear"] < order["softmax"]


def test_score_distribution_draws_scores_and_weights() -> None:
    left: Any
    right: Any
    left, right = figures.score_distribution().axes
    labels = [text.get_text() for text in left.get_legend().get_texts()]
    assert labels == ["$d_k=4$", "$d_k=64$", "$d_k=256$"]
    for patch, d_k in zip(left.patches, (4, 64, 256), strict=True):
        scores = tf.random_scores(d_k, 32, 500, 0)
        density, _ = np.histogram(scores, np.linspace(-60, 60, 121), density=True)
        assert patch.get_xy()[:, 1].max() == pytest.approx(density.max())
    lines = right.lines[:6]
    for index, d_k in enumerate((4, 64, 256)):
        scores = tf.random_scores(d_k, 32, 500, 0)
        for offset, scale in ((0, 1.0), (1, math.sqrt(d_k))):
            weights = -np.sort(-tf.masked_softmax(scores / scale), axis=1)
            drawn = np.asarray(lines[2 * index + offset].get_ydata())
            np.testing.assert_allclose(drawn, weights.mean(axis=0)[:12])
    labels = [text.get_text() for text in right.get_legend().get_texts()]
    assert labels == ["raw", r"divided by $\sqrt{d_k}$"]


def test_attention_maps_hide_what_is_masked() -> None:
    figure = figures.attention_maps()
    titles = [ax.get_title() for ax in figure.axes]
    assert titles == ["no mask", "padding", "causal", "causal window"]
    visible = [64, 48, 36, 21]
    for ax, count in zip(figure.axes, visible, strict=True):
        weights: Any = ax.images[0].get_array()
        assert weights.count() == count
        np.testing.assert_allclose(weights.sum(axis=1), 1)
    causal: Any = figure.axes[2].images[0].get_array()
    np.testing.assert_array_equal(~np.ma.getmaskarray(causal), tf.causal_mask(8))


def test_positional_encoding_draws_encoding_and_products() -> None:
    left: Any
    right: Any
    left, right, _ = figures.positional_encoding().axes
    encoding = tf.sinusoidal_encoding(100, 64)
    np.testing.assert_allclose(left.images[0].get_array(), encoding)
    frequency = 10_000.0 ** (-np.arange(32) / 32)
    for line in right.lines:
        offset = np.asarray(line.get_xdata(), dtype=float)
        expected = np.cos(np.outer(offset, frequency)).sum(axis=1)
        np.testing.assert_allclose(line.get_ydata(), expected, atol=1e-9)
    assert len(right.lines) == 3


def test_block_cost_draws_the_counts() -> None:
    left: Any
    right: Any
    left, right = figures.block_cost().axes
    drawn = {line.get_label(): np.asarray(line.get_ydata()) for line in left.lines}
    n = np.asarray(left.lines[0].get_xdata(), dtype=float)
    d = 4096.0
    np.testing.assert_allclose(drawn["feed-forward"], 8 * n * d**2)
    np.testing.assert_allclose(drawn["projections"], 4 * n * d**2)
    np.testing.assert_allclose(drawn["$n\\times n$ products"], 2 * n**2 * d)
    share = np.asarray(right.lines[0].get_ydata())
    np.testing.assert_allclose(share, n / (n + 6 * d))
    assert right.lines[1].get_xdata()[0] == 6 * d
