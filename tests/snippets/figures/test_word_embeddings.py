"""What the figures draw is what the page's functions compute."""

import numpy as np
import pytest
from matplotlib.colors import to_rgba
from matplotlib.patches import FancyBboxPatch

from snippets.figures import style
from snippets.figures import word_embeddings as figures
from snippets.theory import word_embeddings as we


def _trained():
    vocabulary, counts = we.count_pairs(we.toy_corpus(), window=3)
    return vocabulary, counts, we.unit(we.train(counts)[0])


def test_architectures_point_from_contexts_to_center_and_back():
    cbow, skip = figures.word2vec_architectures().axes
    for ax, title in ((cbow, "CBOW"), (skip, "skip-gram")):
        assert ax.get_title() == title
        boxes = [p for p in ax.patches if isinstance(p, FancyBboxPatch)]
        assert len(boxes) == 6
        words = {t.get_text(): t.get_position() for t in ax.texts if t.get_text()}
        assert set(figures.SENTENCE) < set(words)
        assert {"table V", "table U"} < set(words)
        for box in boxes:  # each text in the middle of its box
            center = (
                box.get_x() + box.get_width() / 2,
                box.get_y() + box.get_height() / 2,
            )
            assert any(np.allclose(center, at) for at in words.values())
        arrows = [t for t in ax.texts if not t.get_text()]
        assert len(arrows) == 5
        assert all(arrow.xy[0] > arrow.xyann[0] for arrow in arrows)
        inputs = {w for w in figures.SENTENCE if words[w][0] == 0}
        outputs = {w for w in figures.SENTENCE if words[w][0] == 4}
        assert inputs | outputs == set(figures.SENTENCE)
        assert (outputs if ax is cbow else inputs) == {"sat"}


def test_noise_and_subsampling_draw_the_page_s_functions():
    left, right = figures.noise_and_subsampling().axes
    zipf = 1 / np.arange(1, 10_001)
    for line, power in zip(left.get_lines(), (1, 0.75, 0), strict=True):
        assert line.get_label() == f"power {power:g}"
        noise = we.noise_distribution(zipf, power)
        ranks = np.asarray(line.get_xdata())
        np.testing.assert_array_equal(ranks, figures.RANKS)
        np.testing.assert_allclose(line.get_ydata(), noise[ranks - 1])
    for line, (t, _) in zip(right.get_lines(), figures.KEEP, strict=True):
        assert line.get_label() == f"t = {t:g}"
        x = np.asarray(line.get_xdata())
        assert (x[0], x[-1], len(x)) == pytest.approx((1e-6, 0.1, 51))
        np.testing.assert_allclose(line.get_ydata(), we.keep_probability(x, t))
    assert left.get_xscale() == left.get_yscale() == right.get_xscale() == "log"
    assert right.get_yscale() == "linear"
    assert left.get_legend() is not None
    assert right.get_legend() is not None
    assert left.get_xlabel() == "rank of the word"
    assert right.get_xlabel() == "share of the corpus"


def test_shifted_pmi_compares_trained_products_with_the_optimum():
    axes = figures.shifted_pmi().axes
    _, counts, _ = _trained()
    optimum, seen = we.shifted_pmi(counts, 5), counts > 0
    for ax, d in zip(axes, (4, 34), strict=True):
        assert ax.get_title() == f"{d} dimensions"
        points, diagonal = ax.get_lines()
        V, U = we.train(counts, d, power=1, steps=2000)
        np.testing.assert_allclose(points.get_xdata(), optimum[seen][::2])
        np.testing.assert_allclose(points.get_ydata(), (V @ U.T)[seen][::2])
        assert diagonal.get_slope() == 1
        assert diagonal.get_xy1() == (0, 0)
        assert ax.get_xlim() == ax.get_ylim() == (-4.6, 1.4)
        assert points.get_xdata().min() > -4.6
        assert points.get_xdata().max() < 1.4
        assert ax.get_xlabel() == "PMI - log 5"
    assert axes[0].get_ylabel() == "trained product v.u"


def test_analogy_map_lets_arrows_run_from_men_to_women():
    (ax,) = figures.analogy_map().axes
    vocabulary, _, E = _trained()
    people = list(we.PEOPLE)[:8]
    vectors = E[[vocabulary.index(w) for w in people]]
    men, women = ax.get_lines()
    assert to_rgba(men.get_color()) == to_rgba(style.BLUE)
    assert to_rgba(women.get_color()) == to_rgba(style.ORANGE)
    labels = {t.get_text(): np.array(t.xy) for t in ax.texts if t.get_text()}
    arrows = [t for t in ax.texts if not t.get_text()]
    assert list(labels) == people
    for arrow, man, woman in zip(arrows, people[::2], people[1::2], strict=True):
        np.testing.assert_allclose(arrow.xyann, labels[man])
        np.testing.assert_allclose(arrow.xy, labels[woman])
    np.testing.assert_allclose(men.get_xydata(), [labels[w] for w in people[::2]])
    np.testing.assert_allclose(women.get_xydata(), [labels[w] for w in people[1::2]])
    x_axis = vectors[:4].mean(0) - vectors[4:].mean(0)
    y_axis = vectors[::2].mean(0) - vectors[1::2].mean(0)
    centered = vectors - vectors.mean(0)
    for column, axis in enumerate((x_axis, y_axis)):
        expected = centered @ axis / np.sqrt(axis @ axis)
        np.testing.assert_allclose([p[column] for p in labels.values()], expected)
    sides = {t.get_text(): t.get_ha() for t in ax.texts if t.get_text()}
    for i, word in enumerate(people):  # a word and its neighbor on different sides
        assert sides[word] != sides[people[i ^ 2]]
        smaller = labels[word][0] < labels[people[i ^ 2]][0]
        assert sides[word] == ("right" if smaller else "left")
    assert (ax.get_xlabel(), ax.get_ylabel()) == (
        "royal minus common",
        "male minus female",
    )
