"""What the figures draw is what the page's functions compute."""

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from snippets import Array
from snippets.figures import data as figures
from snippets.theory.data import noise_accuracies


@pytest.fixture(scope="module")
def augmented() -> Figure:
    return figures.eight_augmentations()


def image_of(ax: Axes) -> Array:
    return np.asarray(ax.images[0].get_array(), float)


def boxes_of(ax: Axes) -> list[Array]:
    """Drawn boxes in pixel edges (imshow puts the centers on integers)."""
    drawn = [p for p in ax.patches if isinstance(p, Rectangle)]
    return [np.array([*p.get_xy(), p.get_width(), p.get_height()]) for p in drawn]


def inside(image: Array, box: Array) -> Array:
    x, y, width, height = np.round(box + np.array([0.5, 0.5, 0, 0])).astype(int)
    return image[y : y + height, x : x + width]


def test_eight_augmentations_has_nine_titled_images_in_range(
    augmented: Figure,
) -> None:
    titles = [ax.get_title() for ax in augmented.axes]
    assert len(titles) == 9
    assert len(set(titles)) == 9
    for ax in augmented.axes:
        assert image_of(ax).min() >= 0
        assert image_of(ax).max() <= 1


def test_the_box_encloses_the_car_and_moves_with_it(augmented: Figure) -> None:
    original, flipped, cropped, rotated = augmented.axes[:4]
    image, (box,) = image_of(original), boxes_of(original)
    car = np.abs(image - figures._background()).sum(axis=2) > 1e-9
    rows, columns = np.flatnonzero(car.any(1)), np.flatnonzero(car.any(0))
    corner = [columns[0] - 0.5, rows[0] - 0.5]
    np.testing.assert_allclose(box, [*corner, np.ptp(columns) + 1, np.ptp(rows) + 1])
    mirrored = inside(image_of(flipped), boxes_of(flipped)[0])
    np.testing.assert_array_equal(mirrored[:, ::-1], inside(image, box))
    part = inside(image_of(cropped), boxes_of(cropped)[0])
    np.testing.assert_array_equal(part, inside(image, box)[:, 10:])
    (turned,) = boxes_of(rotated)
    assert turned[2] > box[2]
    assert turned[3] > box[3]


def test_rotation_by_a_half_turn_flips_both_axes_and_the_box() -> None:
    image = np.random.default_rng(0).random((figures.HEIGHT, figures.WIDTH, 3))
    turned, box = figures._rotate(image, np.array([[10, 20, 30, 25.0]]), 180)
    np.testing.assert_array_equal(turned, image[::-1, ::-1])
    np.testing.assert_allclose(box, [[66, 47, 86, 52]])


def test_rotation_turns_the_pixels_with_the_box() -> None:
    image = np.zeros((figures.HEIGHT, figures.WIDTH, 1))
    image[40:60, 30:70] = 1
    turned, box = figures._rotate(image, np.array([[30, 40, 70, 60.0]]), 15)
    rows, columns = np.nonzero(turned[..., 0] == 1)
    found = [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]
    np.testing.assert_allclose(box[0], found, atol=1.5)
    assert turned[0, 0, 0] == 0.5  # gray where the image ends


def test_photometric_changes_keep_the_box(augmented: Figure) -> None:
    original = augmented.axes[0]
    for ax in augmented.axes[4:7]:
        np.testing.assert_array_equal(boxes_of(ax), boxes_of(original))
        assert not np.array_equal(image_of(ax), image_of(original))
    erased = image_of(augmented.axes[6])
    x1, y1, x2, y2 = figures.ERASED
    assert np.all(erased[y1:y2, x1:x2] == 0.5)


def test_mixed_images_state_their_labels_and_show_no_box(augmented: Figure) -> None:
    mixup, cutmix = augmented.axes[7:]
    share = 1 - 48 * 48 / (72 * 96)
    for ax, lam in ((mixup, figures.LAMBDA), (cutmix, share)):
        assert f"{lam:.2f} car + {1 - lam:.2f} tree" in ax.get_title()
        assert boxes_of(ax) == []
    car, tree = figures._car(), figures._tree()
    np.testing.assert_allclose(image_of(mixup), 0.6 * car + 0.4 * tree)
    np.testing.assert_array_equal(image_of(cutmix)[:48, 48:], tree[:48, 48:])
    np.testing.assert_array_equal(image_of(cutmix)[:, :48], car[:, :48])


def test_selection_leak_draws_the_two_histograms_and_the_truth() -> None:
    (ax,) = figures.selection_leak().axes
    truth = ax.get_lines()[0]
    assert list(np.asarray(truth.get_xdata())) == [0.5, 0.5]
    legend = ax.get_legend()
    assert legend is not None
    names = [text.get_text() for text in legend.get_texts()]
    for i, leak in enumerate((False, True)):
        container = ax.containers[i]
        bars = [b for b in container.get_children() if isinstance(b, Rectangle)]
        accuracy = noise_accuracies(leak)
        edges = [b.get_x() for b in bars] + [bars[-1].get_x() + bars[-1].get_width()]
        counts, _ = np.histogram(accuracy, edges)
        assert [b.get_height() for b in bars] == counts.tolist()
        assert counts.sum() == len(accuracy)
        assert f"mean {accuracy.mean():.2f}" in names[i]
        assert ("all rows" in names[i]) == leak
