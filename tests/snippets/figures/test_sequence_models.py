"""What the figures draw is what the page's functions compute."""

from itertools import product

import numpy as np
from matplotlib.colors import same_color
from matplotlib.patches import Circle, FancyBboxPatch

from snippets.figures import sequence_models as figures
from snippets.figures import style
from snippets.theory import sequence_models as sm


def test_gradient_by_lag_draws_the_norms_of_the_page():
    left, right = figures.gradient_by_lag().axes
    lines = left.get_lines()
    for (scale, _), tanh, linear in zip(
        figures.SCALES, lines[::2], lines[1::2], strict=True
    ):
        assert tanh.get_label() == f"{scale:g}"
        assert (tanh.get_linestyle(), linear.get_linestyle()) == ("-", ":")
        np.testing.assert_array_equal(tanh.get_ydata(), sm.rnn_lags(scale))
        np.testing.assert_allclose(linear.get_ydata(), scale ** np.arange(61))
    *lstms, rnn = right.get_lines()
    for (bias, _), line in zip(figures.BIASES, lstms, strict=True):
        assert line.get_label() == f"LSTM, forget bias {bias:g}"
        np.testing.assert_array_equal(line.get_ydata(), sm.lstm_lags(bias))
    np.testing.assert_array_equal(rnn.get_ydata(), sm.rnn_lags(1.0))
    assert left.get_yscale() == right.get_yscale() == "log"
    assert left.get_ylim() == right.get_ylim()
    assert left.get_ylabel() == "gradient norm"
    assert left.get_xlabel() == right.get_xlabel() == "lag in steps"
    assert left.get_title() == "RNN: tanh (solid), linear (dotted)"
    assert right.get_title() == "LSTM, untrained"
    assert left.get_legend().get_title().get_text() == "norm of U"
    assert len(right.get_legend().get_texts()) == 4


def test_lstm_cell_has_three_gates_a_candidate_and_a_straight_cell_state():
    (ax,) = figures.lstm_cell().axes
    texts = [text.get_text() for text in ax.texts if text.get_text()]
    assert texts.count("σ") == 3
    assert texts.count("tanh") == 2
    assert texts.count("×") == 3
    assert texts.count("+") == 1
    for name in ("c_{t-1}", "c_t", "h_{t-1}", "h_t", "x_t", "f", "i", "g", "o"):
        assert f"${name}$" in texts
    circles = [p for p in ax.patches if isinstance(p, Circle)]
    boxes = [p for p in ax.patches if isinstance(p, FancyBboxPatch)]
    assert (len(circles), len(boxes)) == (4, 5)
    state = [
        point
        for arrow in ax.texts
        if not arrow.get_text()
        and same_color(arrow.arrow_patch.get_edgecolor(), style.BLUE)
        for point in (arrow.xyann, arrow.xy)
    ]
    assert {y for _, y in state} == {figures.CELL}
    on_the_line = [c.get_center()[0] for c in circles if c.get_center()[1] == 3.0]
    ends = [x for x, _ in state]
    assert on_the_line == [1.0, 2.5]
    assert ends == [-0.3, 0.8, 1.2, 2.3, 2.7, 6.3]


def test_lstm_cell_wires_end_at_boxes_and_circles():
    (ax,) = figures.lstm_cell().axes
    arrows = [text for text in ax.texts if not text.get_text()]
    assert len(arrows) == 15
    ends = {tuple(np.round(arrow.xy, 6)) for arrow in arrows}
    for _, x in figures.GATES:  # every gate is fed from the line of h and x
        assert (x, 0.45) in ends
    assert {(1.0, 2.8), (2.5, 2.8)} <= ends  # f and i * g reach the cell state
    assert {(2.3, 1.8), (2.7, 1.8), (5.2, 1.4), (5.4, 1.6)} <= ends
    assert {(6.3, figures.CELL), (6.3, figures.STATE)} <= ends
    for arrow in arrows:
        assert arrow.arrow_patch is not None


def test_crf_trellis_draws_the_best_legal_path_and_the_greedy_one():
    (ax,) = figures.crf_trellis().axes
    named = {line.get_label(): line for line in ax.get_lines()}
    e, t = figures.EMISSIONS, figures.TRANSITIONS
    paths = list(product(range(3), repeat=3))
    best = max(paths, key=lambda path: sm.crf_score(e, t, path))
    np.testing.assert_array_equal(named["Viterbi"].get_ydata(), -np.array(best))
    greedy = named["best tag of each word"].get_ydata()
    np.testing.assert_array_equal(greedy, [0, -2, 0])
    assert sm.crf_score(e, t, (0, 2, 0)) == -np.inf


def test_crf_trellis_draws_legal_edges_and_every_score():
    (ax,) = figures.crf_trellis().axes
    edges = [line for line in ax.get_lines() if line.get_linewidth() == 0.7]
    drawn = {(*line.get_xdata(), *line.get_ydata()) for line in edges}
    legal = {
        (t, t + 1, -i, -j)
        for t, i, j in product(range(2), range(3), range(3))
        if (i, j) != (0, 2)
    }
    assert drawn == legal
    scores = {tuple(text.xy): float(text.get_text()) for text in ax.texts}
    expected = {(t, -k): v for (t, k), v in np.ndenumerate(figures.EMISSIONS)}
    assert scores == expected
    assert [x.get_text() for x in ax.get_xticklabels()] == list(figures.WORDS)
    assert [y.get_text() for y in ax.get_yticklabels()] == list(figures.TAGS)
