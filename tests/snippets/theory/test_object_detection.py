"""Detection against pixel masks, brute force, sklearn, torch and closed forms."""

import itertools

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics
from torch.nn import functional

from snippets.theory import object_detection as det

QUICK = settings(deadline=None, max_examples=40)
SIDE = 24


@st.composite
def boxes(draw, low=1, high=6):
    """Integer boxes inside an image of SIDE x SIDE pixels."""
    rows = draw(st.integers(low, high))
    corner = st.integers(0, SIDE - 2)
    made = []
    for _ in range(rows):
        x, y = draw(corner), draw(corner)
        right, down = draw(st.integers(x + 1, SIDE)), draw(st.integers(y + 1, SIDE))
        made.append([x, y, right, down])
    return np.array(made, dtype=float).reshape(-1, 4)


def mask(box) -> np.ndarray:
    image = np.zeros((SIDE, SIDE), dtype=bool)
    x, y, right, down = box.astype(int)
    image[y:down, x:right] = True
    return image


def mask_iou(a, b) -> float:
    return (mask(a) & mask(b)).sum() / (mask(a) | mask(b)).sum()


@QUICK
@given(boxes(), boxes())
def test_iou_and_giou_count_pixels(a, b):
    iou, giou = det.pairwise_iou(a, b), det.pairwise_giou(a, b)
    assert iou.shape == giou.shape == (len(a), len(b))
    for (i, p), (j, q) in itertools.product(enumerate(a), enumerate(b)):
        union = (mask(p) | mask(q)).sum()
        both = np.concatenate([np.minimum(p[:2], q[:2]), np.maximum(p[2:], q[2:])])
        enclosing = mask(both).sum()
        assert np.isclose(iou[i, j], mask_iou(p, q))
        assert np.isclose(giou[i, j], mask_iou(p, q) - 1 + union / enclosing)


@QUICK
@given(boxes(), boxes(), st.floats(0.1, 20))
def test_iou_is_symmetric_bounded_and_free_of_scale(a, b, scale):
    iou, giou = det.pairwise_iou(a, b), det.pairwise_giou(a, b)
    np.testing.assert_allclose(iou, det.pairwise_iou(b, a).T)
    np.testing.assert_allclose(giou, det.pairwise_giou(b, a).T)
    np.testing.assert_allclose(iou, det.pairwise_iou(a * scale, b * scale))
    assert ((iou >= 0) & (iou <= 1)).all()
    assert ((giou > -1) & (giou <= iou + 1e-12)).all()
    assert (np.diag(det.pairwise_giou(a, a)) == 1).all()


@pytest.mark.parametrize("box", [[0, 0, 0, 5], [0, 5, 5, 5], [3, 0, 2, 5]])
def test_empty_boxes_are_refused(box):
    good = np.array([[0.0, 0, 1, 1]])
    bad = np.array([box], dtype=float)
    for pair in ((good, bad), (bad, good)):
        with pytest.raises(ValueError, match="^boxes need x1 < x2 and y1 < y2$"):
            det.pairwise_iou(*pair)


@st.composite
def scored(draw):
    some = draw(boxes())
    order = draw(st.permutations(range(1, len(some) + 1)))
    return some, np.array(order) / 10


@QUICK
@given(scored(), st.sampled_from([0.1, 0.3, 0.5, 0.7]))
def test_nms_keeps_a_box_unless_a_better_kept_one_covers_it(case, threshold):
    some, scores = case
    keep = det.nms(some, scores, threshold)
    assert keep.dtype == np.int64
    assert (np.diff(scores[keep]) < 0).all()
    for i in range(len(some)):
        better = [k for k in keep if scores[k] > scores[i]]
        covered = any(mask_iou(some[k], some[i]) > threshold for k in better)
        assert (i in keep) != covered
    assert det.nms(some[keep], scores[keep], threshold).tolist() == list(
        range(len(keep))
    )


def test_nms_threshold_ties_and_nothing():
    # IoU exactly one half: kept at 0.5, the default; equal scores keep their order
    pair = np.array([[0.0, 0, 2, 1], [0, 0, 1, 1]])
    equal = np.array([0.5, 0.5])
    assert det.nms(pair, equal).tolist() == [0, 1]
    assert det.nms(pair, equal, 0.49).tolist() == [0]
    larger = np.array([[0.0, 0, 20, 1], [0, 0, 11, 1]])
    assert det.nms(larger, equal).tolist() == [0]
    assert det.nms(np.zeros((0, 4)), np.zeros(0)).tolist() == []


def soft_nms_one_by_one(some, scores, sigma):
    """The paper's loop: take the best, decay the rest, repeat."""
    left = dict(enumerate(scores))
    final = {}
    while left:
        best = max(left, key=left.get)
        final[best] = left.pop(best)
        for i in left:
            left[i] *= np.exp(-(mask_iou(some[best], some[i]) ** 2) / sigma)
    return [final[i] for i in range(len(scores))]


@QUICK
@given(scored(), st.sampled_from([0.2, 0.5, 1.0]))
def test_soft_nms_is_the_papers_loop(case, sigma):
    some, scores = case
    before = scores.copy()
    np.testing.assert_allclose(
        det.soft_nms(some, scores, sigma), soft_nms_one_by_one(some, scores, sigma)
    )
    assert (scores == before).all()
    assert (det.soft_nms(some, scores) == det.soft_nms(some, scores, 0.5)).all()


@QUICK
@given(boxes(3, 3), boxes(3, 3))
def test_offsets_invert_and_do_not_depend_on_scale(anchors, truths):
    offsets = det.encode_offsets(anchors, truths)
    np.testing.assert_allclose(det.decode_offsets(anchors, offsets), truths, atol=1e-9)
    np.testing.assert_allclose(det.encode_offsets(3 * anchors, 3 * truths), offsets)
    for (x1, y1, x2, y2), (a1, b1, a2, b2), row in zip(
        truths, anchors, offsets, strict=True
    ):
        assert np.isclose(row[0], ((x1 + x2) - (a1 + a2)) / 2 / (a2 - a1))
        assert np.isclose(row[1], ((y1 + y2) - (b1 + b2)) / 2 / (b2 - b1))
        assert np.isclose(np.exp(row[2]) * (a2 - a1), x2 - x1)
        assert np.isclose(np.exp(row[3]) * (b2 - b1), y2 - y1)


def test_assignment_by_bands_and_best_anchor():
    truths = np.array([[0.0, 0, 10, 10], [100, 100, 102, 102]])
    # widths give IoU 1, 0.5, 0.45, 0.4, 0.39 with the first object
    widths = [10, 5, 4.5, 4, 3.9]
    anchors = [[0, 0, w, 10] for w in widths]
    anchors += [[100, 100, 110, 110], [200, 200, 201, 201]]
    role = det.assign_anchors(np.array(anchors, dtype=float), truths)
    ignored, background = det.IGNORED, det.BACKGROUND
    assert role.tolist() == [0, 0, ignored, ignored, background, 1, background]
    assert len({ignored, background, 0, 1}) == 4
    assert ignored < 0
    assert background < 0
    strict = det.assign_anchors(np.array(anchors, dtype=float), truths, 0.45, 0.6)
    assert strict.tolist() == [0, ignored, ignored] + 2 * [background] + [1, background]


@QUICK
@given(boxes(4, 6), boxes(1, 3))
def test_assignment_follows_its_rule(anchors, truths):
    role = det.assign_anchors(anchors, truths)
    iou = np.array([[mask_iou(a, t) for t in truths] for a in anchors])
    forced = {int(i) for i in iou.argmax(axis=0)}
    for i, row in enumerate(iou):
        if i in forced:
            assert iou[i, role[i]] == iou[:, role[i]].max()
        elif row.max() >= 0.5:
            assert role[i] == row.argmax()
        else:
            assert role[i] == (det.BACKGROUND if row.max() < 0.4 else det.IGNORED)


def test_yolov3_anchors_are_those_of_the_paper():
    published = (  # Redmon and Farhadi (2018), section 2.3: three for each scale
        "(10×13), (16×30), (33×23), (30×61), (62×45), (59×119), "
        "(116×90), (156×198), (373×326)"
    )
    sizes = [tuple(map(int, s.strip(" ()").split("×"))) for s in published.split(",")]
    used = [size for stride in (8, 16, 32) for size in det.YOLOV3_ANCHORS[stride]]
    assert used == sizes


def test_yolov3_anchors_grow_with_stride_and_count_boxes():
    areas = {s: [w * h for w, h in a] for s, a in det.YOLOV3_ANCHORS.items()}
    assert list(areas) == [32, 16, 8]
    assert max(areas[8]) < min(areas[16])
    assert max(areas[16]) < min(areas[32])
    for size in (32, 320, 416, 608):
        every = sum(
            1
            for stride in (8, 16, 32)
            for _ in itertools.product(range(0, size, stride), repeat=2)
            for _ in range(3)
        )
        assert det.yolov3_box_count(size) == every
    with pytest.raises(ValueError, match="^the side must be a multiple of 32$"):
        det.yolov3_box_count(400)


@pytest.mark.parametrize("stride", [32, 16, 8])
def test_yolov3_decoding_equals_the_papers_formulas(stride):
    raw = np.random.default_rng(0).normal(size=(4, 5, 3, 9))
    boxes, scores = det.yolov3_decode(raw, stride)
    assert boxes.shape == (4, 5, 3, 4)
    assert scores.shape == (4, 5, 3, 4)
    logistic = torch.sigmoid(torch.tensor(raw)).numpy()
    for row, column, a in itertools.product(range(4), range(5), range(3)):
        x = (logistic[row, column, a, 0] + column) * stride
        y = (logistic[row, column, a, 1] + row) * stride
        width, height = np.exp(raw[row, column, a, 2:4]) * np.array(
            det.YOLOV3_ANCHORS[stride][a]
        )
        corners = [x - width / 2, y - height / 2, x + width / 2, y + height / 2]
        np.testing.assert_allclose(boxes[row, column, a], corners)
        np.testing.assert_allclose(
            scores[row, column, a],
            logistic[row, column, a, 4] * logistic[row, column, a, 5:],
        )


@QUICK
@given(
    st.floats(5, 400),
    st.floats(5, 400),
    st.floats(0.01, 0.99),
    st.floats(0.01, 0.99),
)
def test_yolov3_target_decodes_to_the_object(width, height, x, y):
    center, half = np.array([x, y]) * 416, np.array([width, height]) / 2
    box = np.concatenate([center - half, center + half])
    (stride, row, column, index), target = det.yolov3_target(box)
    assert ((target[:2] >= 0) & (target[:2] < 1)).all()
    raw = np.zeros((416 // stride, 416 // stride, 3, 6))
    clipped = np.clip(target[:2], 1e-12, 1 - 1e-12)
    raw[row, column, index, :2] = np.log(clipped / (1 - clipped))
    raw[row, column, index, 2:4] = target[2:]
    decoded, _ = det.yolov3_decode(raw, stride)
    np.testing.assert_allclose(decoded[row, column, index], box, atol=1e-6)
    # the responsible anchor has the best IoU when both centers coincide
    shapes = [
        ((s, i), np.array([[-w / 2, -h / 2, w / 2, h / 2]]))
        for s, anchors in det.YOLOV3_ANCHORS.items()
        for i, (w, h) in enumerate(anchors)
    ]
    centered = np.concatenate([-half, half])[None]
    ious = {place: det.pairwise_iou(centered, s)[0, 0] for place, s in shapes}
    assert np.isclose(ious[stride, index], max(ious.values()))


def matched_one_by_one(some, scores, truths, threshold):
    free, hits = set(range(len(truths))), {}
    for i in sorted(range(len(some)), key=lambda i: -scores[i]):
        good = [(mask_iou(some[i], truths[j]), -j) for j in free]
        best = max(good, default=(-1, 0))
        hits[i] = bool(free) and best[0] >= threshold
        if hits[i]:
            free.remove(-best[1])
    return [hits[i] for i in range(len(some))]


@QUICK
@given(scored(), boxes(0, 4), st.sampled_from([0.1, 0.3, 0.5]))
def test_matching_is_greedy_and_finds_each_object_once(case, truths, threshold):
    some, scores = case
    found = det.match_detections(some, scores, truths, threshold)
    assert found.tolist() == matched_one_by_one(some, scores, truths, threshold)
    assert found.sum() <= len(truths)
    default = det.match_detections(some, scores, truths)
    assert default.tolist() == matched_one_by_one(some, scores, truths, 0.5)


def test_duplicates_are_false_positives():
    truth = np.array([[0.0, 0, 10, 10]])
    some = np.repeat(truth, 3, axis=0)
    scores = np.array([0.2, 0.9, 0.2])
    assert det.match_detections(some, scores, truth).tolist() == [False, True, False]
    # two objects, two equal detections: the second takes the other object
    truths = np.array([[0.0, 0, 10, 10], [0, 0, 10, 9]])
    hits = det.match_detections(some, scores, truths, 0.9)
    assert hits.tolist() == [True, True, False]
    # a taken object is no match even when any overlap would do
    assert det.match_detections(some, scores, truth, 0).sum() == 1
    # disjoint boxes never match, whatever is left
    far = some + 50
    assert not det.match_detections(far, scores, truth, 0.01).any()


@QUICK
@given(st.lists(st.booleans(), min_size=2, max_size=30).filter(any), st.randoms())
def test_binary_part_equals_sklearn(hits, random):
    hits = np.array(hits)
    order = list(range(len(hits)))
    random.shuffle(order)
    scores = np.array(order, dtype=float)
    precision, recall = det.precision_recall(hits, scores, int(hits.sum()))
    raw = np.sum(np.diff(recall, prepend=0) * precision)
    assert np.isclose(raw, metrics.average_precision_score(hits, scores))
    theirs = metrics.precision_recall_curve(hits, scores)
    np.testing.assert_allclose(theirs[0][:-1][::-1], precision)
    np.testing.assert_allclose(theirs[1][:-1][::-1], recall)
    exact = det.average_precision(precision, recall, 0)
    assert exact >= raw - 1e-12
    assert abs(det.average_precision(precision, recall, 100_001) - exact) < 1e-3


@QUICK
@given(
    st.lists(st.booleans(), max_size=20),
    st.integers(0, 5),
    st.sampled_from([2, 11, 101]),
)
def test_interpolation_takes_the_best_precision_from_each_level_on(hits, missed, n):
    objects = sum(hits) + missed
    if objects == 0:
        message = "^average precision needs at least one object$"
        with pytest.raises(ValueError, match=message):
            det.precision_recall(np.array(hits, bool), np.zeros(len(hits)), 0)
        return
    scores = -np.arange(len(hits), dtype=float)
    curve = det.precision_recall(np.array(hits, dtype=bool), scores, objects)
    total = 0.0
    for level in range(n):
        reached = [p for p, r in zip(*curve, strict=True) if r >= level / (n - 1)]
        total += max(reached, default=0.0)
    assert np.isclose(det.average_precision(*curve, n), total / n)
    if n == 101:
        assert det.average_precision(*curve) == det.average_precision(*curve, 101)


def test_equal_scores_keep_their_order():
    hits = np.array([True, False] * 20)
    precision, _ = det.precision_recall(hits, np.zeros(40), 20)
    assert precision[0] == 1
    assert np.isclose(precision[1], 0.5)
    np.testing.assert_allclose(precision, np.cumsum(hits) / np.arange(1, 41))
    # the same holds where detections are matched
    truth = np.array([[0.0, 0, 10, 10]])
    same = np.repeat(truth, 40, axis=0)
    found = det.match_detections(same, np.zeros(40), truth)
    assert found.tolist() == [True] + 39 * [False]
    assert det.nms(same, np.zeros(40)).tolist() == [0]
    # many boxes apart, three different scores: Python's sort is stable
    corners = 20 * np.arange(300)[:, None]
    apart = np.hstack([corners, 0 * corners, corners + 10, 0 * corners + 10])
    scores = np.random.default_rng(2).integers(0, 3, 300) / 4
    expected = sorted(range(300), key=lambda i: -scores[i])
    assert det.nms(apart.astype(float), scores).tolist() == expected
    hits = np.random.default_rng(3).random(300) < 0.5
    precision, _ = det.precision_recall(hits, scores, 300)
    np.testing.assert_allclose(precision * np.arange(1, 301), np.cumsum(hits[expected]))
    crowd = np.repeat(truth, 300, axis=0)
    found = det.match_detections(crowd, scores, truth)
    assert np.flatnonzero(found).tolist() == expected[:1]


def test_coco_ap_averages_thresholds_over_all_images():
    expected = [0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95]
    assert list(det.IOU_THRESHOLDS) == expected
    truth = np.array([[0.0, 0, 100, 100]])

    def shifted(iou):
        """A detection with this IoU: (100 - d) / (100 + d)."""
        d = 100 * (1 - iou) / (1 + iou)
        return truth + np.array([d, 0, d, 0])

    # one good and one loose box in two images: both count up to 0.6, then the
    # first, with the better score, reaches half of the recall at precision 1
    images = [
        (shifted(0.97), np.array([0.9]), truth),
        (shifted(0.62), np.array([0.4]), truth),
    ]
    half = 51 / 101
    expected = (3 * 1 + 7 * half) / 10
    assert np.isclose(det.coco_ap(images), expected)
    assert np.isclose(det.coco_ap(images[::-1]), expected)
    assert det.coco_ap(images, [0.5]) == 1
    # a better score for the loose box costs precision as well
    images[1] = (images[1][0], np.array([0.95]), truth)
    assert np.isclose(det.coco_ap(images, [0.75]), half / 2)


def test_focal_loss_against_torch_and_the_papers_prior():
    rng = np.random.default_rng(1)
    z, y = rng.normal(size=50), rng.integers(0, 2, 50).astype(float)
    p = 1 / (1 + np.exp(-z))
    entropy = functional.binary_cross_entropy(
        torch.tensor(p), torch.tensor(y), reduction="none"
    ).numpy()
    np.testing.assert_allclose(2 * det.binary_focal(p, y, 0, 0.5), entropy)
    p_true = np.where(y == 1, p, 1 - p)
    weight = np.where(y == 1, 0.25, 0.75)
    np.testing.assert_allclose(
        det.binary_focal(p, y), weight * (1 - p_true) ** 2 * entropy
    )
    weight = np.where(y == 1, 0.4, 0.6)
    np.testing.assert_allclose(
        det.binary_focal(p, y, 3, 0.4), weight * (1 - p_true) ** 3 * entropy
    )
    for prior in (0.01, 0.3):
        assert np.isclose(1 / (1 + np.exp(-det.prior_bias(prior))), prior)
    assert det.prior_bias() == det.prior_bias(0.01)


def test_anchor_count_equals_feature_maps_of_strided_convolutions():
    for size in (800, 512, 257, 100):
        x, cells = torch.zeros(1, 1, size, size), 0
        for level in range(1, 8):
            x = functional.conv2d(x, torch.zeros(1, 1, 3, 3), stride=2, padding=1)
            cells += x.numel() if level >= 3 else 0
        assert det.anchor_count(size, 1) == cells
        assert det.anchor_count(size) == 9 * cells
