"""The figures on image networks show the snippets' results and cited numbers."""

import numpy as np
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.patches import Circle, FancyBboxPatch, Rectangle

from snippets.figures import image_networks as figures
from snippets.figures import style
from snippets.theory import image_networks as net


def draw(function) -> Figure:
    with style.applied():
        return function()


def labels(ax) -> list[str]:
    return [text.get_text() for text in ax.texts if text.get_text()]


def test_winners_improve_every_year_and_are_named():
    years, _ = draw(figures.accuracy_and_compute).axes
    (line,) = years.get_lines()
    assert line.get_xdata().tolist() == list(range(2011, 2018))
    errors = line.get_ydata()
    assert (np.diff(errors) < 0).all()
    # errors that the winners' own papers report
    reported = {2014: 6.67, 2015: 3.57, 2017: 2.251}
    for year, error in reported.items():
        assert abs(errors[year - 2011] - error) < 0.04
    assert labels(years)[1] == "AlexNet"
    assert len(labels(years)) == 7
    assert years.get_ylim() == (0, 31)


def test_compute_panel_shows_se_below_plain_for_almost_no_compute():
    _, compute = draw(figures.accuracy_and_compute).axes
    lines = {line.get_label(): line.get_xydata() for line in compute.get_lines()}
    assert set(lines) == set(figures.RETRAINED)
    legend = [text.get_text() for text in compute.get_legend().get_texts()]
    assert legend == list(figures.RETRAINED)
    for name in ("ResNet-50/101/152", "ResNeXt-50/101"):
        plain, se = lines[name], lines["SE-" + name]
        assert (se[:, 1] < plain[:, 1]).all()
        extra = se[:, 0] - plain[:, 0]
        assert ((extra > 0) & (extra < 0.03)).all()
    vgg = lines["VGG-16"][0]
    others = np.concatenate([v for k, v in lines.items() if k != "VGG-16"])
    assert (others < vgg).all()
    (low, high), (bottom, top) = compute.get_xlim(), compute.get_ylim()
    points = np.vstack([others, vgg])
    assert (points > [low, bottom]).all()
    assert (points < [high, top]).all()


def test_blocks_hold_their_layers_and_joins():
    residual, dense, inception, squeeze = draw(figures.building_blocks).axes
    boxes = [
        sum(isinstance(p, FancyBboxPatch) for p in ax.patches)
        for ax in (residual, dense, inception, squeeze)
    ]
    assert boxes == [3, 2, 7, 4]
    for ax, sign in zip(
        (residual, dense, inception, squeeze), ("+", "[ ]", "[ ]", "×"), strict=True
    ):
        assert sum(isinstance(p, Circle) for p in ax.patches) == 1
        assert sign in labels(ax)
    assert labels(residual)[:3] == ["1×1, C/4", "3×3, C/4", "1×1, C"]
    assert labels(dense)[:2] == ["1×1, 4k", "3×3, k"]
    assert sorted(labels(inception)) == sorted(
        ["1×1"] * 4 + ["3×3", "5×5", "pool", "[ ]"]
    )
    assert {"average", "FC, C/r", "FC, C", "sigmoid"} < set(labels(squeeze))


def test_blocks_draw_inside_their_axes():
    for ax in draw(figures.building_blocks).axes:
        (left, right), (low, high) = ax.get_xlim(), ax.get_ylim()
        for box in ax.patches:
            bounds = box.get_path().get_extents(box.get_patch_transform())
            assert left < bounds.x0 < bounds.x1 < right
            assert low < bounds.y0 < bounds.y1 < high


def test_gradient_lines_equal_the_snippet():
    plain, residual = draw(figures.gradient_by_depth).axes
    for ax, skip in ((plain, False), (residual, True)):
        assert ax.get_yscale() == "log"
        for line, gain in zip(ax.get_lines(), (0.8, 1.0, 1.25), strict=True):
            assert line.get_label() == f"gain {gain:g}"
            expected = net.gradient_norms(50, 256, gain, skip)
            np.testing.assert_array_equal(line.get_ydata(), expected)
            np.testing.assert_array_equal(line.get_xdata(), np.arange(51))
    drawn = np.concatenate([line.get_ydata() for line in residual.get_lines()])
    assert 0.99 < drawn.min() <= drawn.max() < 2.05
    assert residual.get_legend() is not None


def test_shifted_windows_color_tokens_by_region():
    axes = draw(figures.shifted_windows).axes
    colors = []
    for ax in axes:
        cells = [p for p in ax.patches if isinstance(p, Rectangle)]
        grid = np.empty((8, 8), dtype=object)
        for cell in cells:
            grid[int(cell.get_y()), int(cell.get_x())] = to_hex(cell.get_facecolor())
        colors.append(grid)
        assert len(cells) == 64
    regular, shifted, rolled = colors
    assert len(set(regular.ravel())) == 4
    for y in (0, 4):
        for x in (0, 4):
            assert len(set(regular[y : y + 4, x : x + 4].ravel())) == 1
    # first two rows and columns wrap around
    assert len({shifted[0, 0], shifted[0, 2], shifted[2, 0], shifted[2, 2]}) == 4
    assert len(set(shifted[2:, 2:].ravel())) == 1
    assert (np.roll(shifted, (-2, -2), axis=(0, 1)) == rolled).all()
    edges = [{line.get_xdata()[0] for line in ax.get_lines()[::2]} for ax in axes]
    assert edges == [{0, 4, 8}, {0, 2, 6, 8}, {0, 4, 8}]
