"""Small parts of two designs: face transfer, and the claim for a broken fence."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from snippets import Array
from snippets.projects.system_design import peak_rate, replicas


# --8<-- [start:blend]
def neighbors(image: Array) -> Array:
    """Return the sum of the four neighbors, shape (height, width).

    It wraps around at the border, so use it for inner pixels only.
    """
    shifts = ((1, 0), (-1, 0), (1, 1), (-1, 1))
    return sum((np.roll(image, s, axis) for s, axis in shifts), np.zeros_like(image))


def poisson_blend(
    face: Array, frame: Array, mask: NDArray[np.bool_], sweeps: int = 2000
) -> Array:
    """Return the frame with the face's gradients inside the mask.

    Args:
        face: aligned generated face, one channel, shape (height, width).
        frame: original frame, shape (height, width).
        mask: pixels to replace, none of them on the border.
        sweeps: Jacobi iterations.

    Source: Perez et al. (2003), equation 7, with the plain gradient.
    """
    if mask[[0, -1]].any() or mask[:, [0, -1]].any():
        raise ValueError("the mask must not touch the border")
    blend, bend = frame.copy(), 4 * face - neighbors(face)
    for _ in range(sweeps):
        blend[mask] = (neighbors(blend) + bend)[mask] / 4
    return blend


# --8<-- [end:blend]


# --8<-- [start:gate]
@dataclass(frozen=True)
class Consent:
    """What one verified adult agreed to; deleted when withdrawn."""

    template: Array  # face embedding of length 1, shape (d,)
    uses: frozenset[str]
    until: date


def refusals(
    faces: Array,
    consents: Sequence[Consent | None],
    use: str,
    today: date,
    limit: float = 0.5,
) -> list[str]:
    """Return why the job must not run; an empty list lets it run.

    Args:
        faces: embeddings of length 1 of every face involved, shape (n, d).
        consents: that of the person named for each face, or None.
        use: purpose of the job.
        today: day of the job.
        limit: least cosine similarity, set for a false-match rate.
    """
    if len(faces) == 0:
        return ["no face found"]
    reasons = []
    for i, (face, consent) in enumerate(zip(faces, consents, strict=True)):
        if consent is None:
            reasons.append(f"face {i}: no consent")
        elif not face @ consent.template >= limit:  # refuses NaN as well
            reasons.append(f"face {i}: another person")
        elif use not in consent.uses or today > consent.until:
            reasons.append(f"face {i}: not for {use} on {today}")
    return reasons


# --8<-- [end:gate]


# --8<-- [start:face_load]
def stranger_matches(rate: float, compared: int) -> float:
    """Return the chance that a stranger matches at least one template.

    Args:
        rate: false matches per comparison, taken as independent.
        compared: number of templates.

    >>> stranger_matches(1e-5, compared=1)  # the named person only
    1e-05
    >>> round(stranger_matches(1e-5, compared=100_000), 2)  # anyone enrolled
    0.63
    """
    return -math.expm1(compared * math.log1p(-rate))


def clip_servers(clips: float, seconds: float, measured: float) -> int:
    """Return the GPUs for clips of 30 frames per second at the peak.

    Args:
        clips: clips a day.
        seconds: mean length of a clip.
        measured: frames per second of one GPU, all stages together.

    >>> clip_servers(100_000, seconds=10, measured=90)
    20
    """
    return replicas(peak_rate(clips) * seconds * 30, measured)


# --8<-- [end:face_load]


# --8<-- [start:measure]
def homography(pixels: Array, meters: Array) -> Array:
    """Return the map from the photo to the fence's plane, shape (3, 3).

    Args:
        pixels: four or more points in the photo, no three on a line, shape (n, 2).
        meters: the same points in the plane of the fence, shape (n, 2).

    Source: Hartley and Zisserman (2004), section 4.1.
    """
    rows = []
    for (u, v), (x, y) in zip(pixels, meters, strict=True):
        rows.append([u, v, 1, 0, 0, 0, -x * u, -x * v, -x])
        rows.append([0, 0, 0, u, v, 1, -y * u, -y * v, -y])
    plane: Array = np.linalg.svd(np.array(rows))[2][-1].reshape(3, 3)
    return plane


def length(plane: Array, ends: Array) -> float:
    """Return the distance in meters of two pixels on the fence.

    Args:
        plane: result of ``homography``.
        ends: both ends in the photo, shape (2, 2).
    """
    points = np.column_stack([ends, np.ones(2)]) @ plane.T
    points = points[:, :2] / points[:, 2:]
    return float(np.linalg.norm(points[1] - points[0]))


# --8<-- [end:measure]


# --8<-- [start:scale_error]
def photo(points: Array, yaw: float, away: float = 8.0, focal: float = 1500) -> Array:
    """Return the pixels of points on a fence, counted from the image center.

    Args:
        points: meters along and up the fence, shape (n, 2).
        yaw: angle between fence and image plane in degrees.
        away: distance of the camera in meters.
        focal: focal length in pixels.
    """
    turn = math.radians(yaw)
    x, y = points.T
    depth = away + x * math.sin(turn)
    seen: Array = np.column_stack([x * math.cos(turn), y]) / depth[:, None]
    return focal * seen


def length_error(width: float, yaw: float = 30, runs: int = 2000) -> float:
    """Return the relative error that nine measurements in ten stay below.

    6 m of fence; a square of known width hangs in its middle, and every
    marked point is off by one pixel (standard deviation) in each direction.

    >>> [f"{length_error(w):.1%}" for w in (0.3, 0.9, 1.8)]
    ['49.4%', '1.2%', '0.6%']
    """
    rng = np.random.default_rng(0)
    square = width * np.array([[-0.5, -0.5], [0.5, -0.5], [0.5, 0.5], [-0.5, 0.5]])
    points = photo(np.vstack([square, [[-3, 0], [3, 0]]]), yaw)
    errors = []
    for noise in rng.standard_normal((runs, 6, 2)):
        seen = points + noise
        errors.append(abs(length(homography(seen[:4], square), seen[4:]) / 6 - 1))
    return float(np.quantile(errors, 0.9))


# --8<-- [end:scale_error]


def scaled_length(reference: Array, meters: float, ends: Array) -> float:
    """Return the length by the rule of three, which ignores perspective.

    >>> square = np.array([[-0.9, -0.9], [0.9, -0.9], [0.9, 0.9], [-0.9, 0.9]])
    >>> ends = photo(np.array([[0, 0], [6, 0]]), yaw=30)
    >>> plane = homography(photo(square, yaw=30), square)
    >>> bottom = photo(square[:2], yaw=30)
    >>> round(scaled_length(bottom, 1.8, ends), 2), round(length(plane, ends), 2)
    (4.34, 6.0)
    """
    return meters * math.dist(*ends) / math.dist(*reference)


# --8<-- [start:payment]
def total_error(*parts: float) -> float:
    """Return the relative error of a product of independent factors.

    >>> length, price, hidden = 0.05, 0.10, 0.10
    >>> f"{total_error(length, price, hidden):.1%}"
    '15.0%'
    >>> f"{total_error(0.01, price, hidden):.1%}"  # a far better measurement
    '14.2%'
    """
    return math.hypot(*parts)


def payment(cost: Array, deductible: float, limit: float, kept: float = 1.0) -> Array:
    """Return what the contract pays for repairs of this cost.

    Args:
        cost: covered repair costs, any shape.
        deductible: borne by the owner.
        limit: most that is paid.
        kept: share left after depreciation, 1 for replacement cost.
    """
    return np.clip(kept * cost - deductible, 0, limit)


def mean_payment(mean: float, sd: float, deductible: float) -> float:
    """Return the expected payment for a normal cost and no limit.

    >>> round(mean_payment(520, sd=150, deductible=500))  # paid at 520: 20
    70
    """
    z = (mean - deductible) / sd
    return sd * (NormalDist().pdf(z) + z * NormalDist().cdf(z))


# --8<-- [end:payment]


# --8<-- [start:review]
def margin(estimates: Array, settled: Array, alpha: float = 0.1) -> float:
    """Return the factor within which new costs lie (split conformal).

    Args:
        estimates: predicted costs of past claims, not trained on, shape (n,).
        settled: costs that adjusters found for them, shape (n,).
        alpha: share of claims allowed outside.
    """
    scores = np.sort(np.abs(np.log(settled / estimates)))
    rank = math.ceil((len(scores) + 1) * (1 - alpha))
    if rank > len(scores):
        raise ValueError("too few past claims for this alpha")
    return float(np.exp(scores[rank - 1]))


def pay_alone(low: float, high: float, tolerance: float, flags: int = 0) -> bool:
    """Return whether the system may pay without a person.

    Args:
        low: payment at the lower end of the cost.
        high: payment at the upper end.
        tolerance: widest range paid without a person.
        flags: open questions about cause, fraud or the photos.
    """
    return flags == 0 and low > 0 and high - low <= tolerance


def reviewers(claims: float, share: float, minutes: float, hours: float = 6) -> int:
    """Return the people needed to look at this share of a day's claims.

    >>> reviewers(1000, share=0.72, minutes=15)
    30
    >>> reviewers(1000, share=0.59, minutes=15)
    25
    """
    return math.ceil(claims * share * minutes / 60 / hours)


# --8<-- [end:review]


# --8<-- [start:rehearsal]
def rehearse(by_photo: bool, tolerance: float = 800) -> tuple[float, float, float]:
    """Return coverage for clear and for poor photos, and the share paid alone.

    Invented claims, log-normal cost with median 1500; errors of 10% on clear
    and 25% on poor photos; 2000 past claims, 20,000 new ones.

    Args:
        by_photo: whether each kind of photo gets a margin of its own.
        tolerance: widest range paid without a person.

    >>> [f"{share:.1%}" for share in rehearse(by_photo=False)]
    ['99.9%', '79.7%', '27.8%']
    >>> [f"{share:.1%}" for share in rehearse(by_photo=True)]
    ['91.3%', '89.1%', '41.2%']
    """
    rng = np.random.default_rng(0)
    cost = 1500 * np.exp(0.6 * rng.standard_normal(22_000))
    poor = rng.random(22_000) < 0.5
    error = np.where(poor, 0.25, 0.10) * rng.standard_normal(22_000)
    estimate = cost * np.exp(error)
    past, factor = np.arange(22_000) < 2000, np.empty(22_000)
    for group in (poor, ~poor):
        known = past & group if by_photo else past
        factor[group] = margin(estimate[known], cost[known])
    inside = np.abs(error) <= np.log(factor)
    low = payment(estimate / factor, deductible=500, limit=10_000)
    high = payment(estimate * factor, deductible=500, limit=10_000)
    pairs = zip(low, high, strict=True)
    alone = np.array([pay_alone(a, b, tolerance) for a, b in pairs])
    clear, blurred = inside[~past & ~poor], inside[~past & poor]
    return float(clear.mean()), float(blurred.mean()), float(alone[~past].mean())


# --8<-- [end:rehearsal]
