"""What the figures draw is what the page's functions compute."""

import numpy as np
from matplotlib.colors import to_rgba

from snippets.figures import nlp_tasks as figures
from snippets.figures import style
from snippets.theory import nlp_tasks as nlp


def test_degree_distribution_draws_both_graphs_and_names_the_hubs():
    (ax,) = figures.degree_distribution().axes
    text = nlp.cooccurrence_graph(nlp.declaration())
    graphs = (text, nlp.random_graph(*nlp.size(text)))
    labels = ("text", "random graph")
    colors = (style.BLUE, style.ORANGE)
    assert len(ax.get_lines()) == 2
    for line, graph, label, color in zip(
        ax.get_lines(), graphs, labels, colors, strict=True
    ):
        assert line.get_label() == label
        assert to_rgba(line.get_color()) == to_rgba(color)
        degree = [len(near) for near in graph.values()]
        assert list(line.get_xdata()) == sorted(set(degree) - {0})
        shares = [
            sum(d >= k for d in degree) / len(degree) for k in sorted(set(degree) - {0})
        ]
        np.testing.assert_allclose(line.get_ydata(), shares)
    assert {t.get_text() for t in ax.texts} == {"to", "the", "of", "and"}
    curve = dict(zip(*ax.get_lines()[0].get_data(), strict=True))
    for note in ax.texts:
        k, share = note.xy
        assert k == len(text[note.get_text()])
        assert share == curve[k]
        assert note.xyann == (6, 3)  # beside its point
    assert ax.get_xlim() == (0.9, 60)
    assert ax.get_xscale() == ax.get_yscale() == "log"
    assert ax.get_xlabel() == "degree k"
    assert ax.get_ylabel() == "share of nodes with degree ≥ k"
    assert ax.get_legend() is not None


def test_the_bound_is_drawn_below_log_n_and_the_truth():
    (ax,) = figures.infonce_bound().axes
    bound, log_n, truth = ax.get_lines()
    N = np.array(figures.CANDIDATES)
    np.testing.assert_array_equal(bound.get_xdata(), N)
    np.testing.assert_allclose(log_n.get_ydata(), np.log(N))
    expected = [nlp.nce_bound(figures.RHO, figures.K, n) for n in N]
    np.testing.assert_allclose(bound.get_ydata(), expected)
    value = nlp.gaussian_information(figures.RHO, figures.K)
    assert list(truth.get_ydata()) == [value, value]
    assert (bound.get_ydata() < np.minimum(log_n.get_ydata(), value)).all()
    assert [t.get_text() for t in ax.get_xticklabels()] == [str(n) for n in N]
    assert ax.get_xscale() == "log"
    assert [t.get_text() for t in ax.get_legend().get_texts()] == [
        "log N − L, best critic",
        "log N",
        "I(x; y)",
    ]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("candidates N", "nats")
