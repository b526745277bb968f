"""Small tested parts of the system designs with images and video."""

import math

import numpy as np
from numpy.typing import NDArray

from snippets import Array
from snippets.theory.generative_models import warp

Mask = NDArray[np.bool_]


def sphere_normals(size: int) -> tuple[Array, Mask]:
    """Unit normals (size, size, 3) of a sphere, and the pixels it covers.

    Camera axes: x right, y up, z towards the camera; no perspective.
    """
    x = (np.arange(size) + 0.5) / size * 2 - 1
    X, Y = np.meshgrid(x, -x)
    squared = 1 - X**2 - Y**2
    normals = np.stack([X, Y, np.sqrt(np.maximum(squared, 0))], axis=2)
    return normals, squared > 0


def render(normals: Array, albedo: Array, lights: Array) -> Array:
    """Lambertian images (k, ...) under k distant lights of strength one.

    Args:
        normals: unit vectors, shape (..., 3).
        albedo: shape (...).
        lights: unit vectors towards the lights, shape (k, 3).
    """
    shading = np.moveaxis(normals @ lights.T, -1, 0)
    return albedo * np.maximum(shading, 0)  # zero: turned away, in shadow


def ring(count: int, tilt: float) -> Array:
    """Unit vectors (count, 3) in a ring, tilted from the axis by degrees."""
    turn = 2 * np.pi * np.arange(count) / count
    z, r = math.cos(math.radians(tilt)), math.sin(math.radians(tilt))
    return np.stack([r * np.cos(turn), r * np.sin(turn), 0 * turn + z], axis=1)


# --8<-- [start:photometric_stereo]
def photometric_stereo(
    images: Array, lights: Array, dark: float = 0.0
) -> tuple[Array, Array]:
    """Least squares at every pixel over the lights that reach it.

    Args:
        images: linear brightness, shape (k, ...).
        lights: directions times strengths, shape (k, 3).
        dark: brightness up to which a pixel counts as in shadow;
            -inf keeps everything.

    Returns:
        Unit normals (..., 3) and albedo (...), both NaN where the lights
        that reach a pixel do not span three dimensions.

    Source: Woodham (1980).
    """
    lit = (images > dark).astype(float)
    A = np.einsum("k...,ki,kj->...ij", lit, lights, lights)
    b = np.einsum("k...,ki->...i", lit * images, lights)
    usable = np.linalg.matrix_rank(A, hermitian=True) == 3
    A = np.where(usable[..., None, None], A, np.eye(3))
    g = np.linalg.solve(A, b[..., None])[..., 0]  # albedo times normal
    albedo = np.linalg.norm(g, axis=-1)
    usable &= albedo > 0
    albedo = np.where(usable, albedo, np.nan)
    return g / albedo[..., None], albedo


# --8<-- [end:photometric_stereo]


# --8<-- [start:angular_error]
def angular_error(a: Array, b: Array) -> Array:
    """Angles in degrees between vectors of shape (..., 3), of any length.

    >>> tiny = np.float32([[math.sin(1e-4), 0, math.cos(1e-4)]])
    >>> axis = np.float32([[0, 0, 1]])
    >>> np.degrees(np.arccos(tiny @ axis.T)).item()  # rounded away
    0.0
    >>> round(angular_error(tiny, axis).item(), 5)
    0.00573
    """
    across = np.linalg.norm(np.cross(a, b), axis=-1)
    along = (a * b).sum(axis=-1)
    angles: Array = np.degrees(np.arctan2(across, along))
    return angles


# --8<-- [end:angular_error]


def sphere_errors(dark: float, noise: float = 0.01) -> Array:
    """Angular errors (64, 64) on a gray sphere under 12 lights, NaN outside it.

    >>> every, lit = sphere_errors(-np.inf), sphere_errors(dark=0.05)
    >>> [round(float(np.nanmean(errors)), 1) for errors in (every, lit)]
    [5.2, 0.7]
    >>> [round(float(np.nanmax(errors)), 1) for errors in (every, lit)]
    [31.3, 3.3]
    """
    normals, inside = sphere_normals(64)
    lights = ring(12, tilt=45)
    images = render(normals, np.full(inside.shape, 0.8), lights)
    images = images + np.random.default_rng(0).normal(0, noise, images.shape)
    found, _ = photometric_stereo(images, lights, dark)
    return np.where(inside, angular_error(found, normals), np.nan)


# --8<-- [start:fill]
def fill(video: Array, holes: Mask, flows: Array) -> tuple[Array, Mask]:
    """Copy each hidden pixel from the latest earlier frame that shows it.

    Args:
        video: gray frames, shape (t, h, w).
        holes: true where hidden, shape (t, h, w).
        flows: flows[k] leads from frame k to frame k - 1 and is completed
            inside the holes, shape (t, h, w, 2), rows first.

    Returns:
        The video and the holes that no earlier frame could fill.
    """
    filled, left = video.copy(), holes.copy()
    for k in range(1, len(video)):
        total = np.zeros_like(flows[k])  # from frame k to frame s
        within = np.ones(holes[k].shape, dtype=bool)
        for s in range(k - 1, -1, -1):
            step = [warp(flows[s + 1, ..., c], total)[0] for c in (0, 1)]
            total += np.stack(step, axis=2)
            color, inside = warp(video[s], total)  # one lookup, not a chain
            within &= inside > 0
            hidden, _ = warp(holes[s].astype(float), total)
            new = left[k] & within & (hidden == 0)
            filled[k, new] = color[new]
            left[k] &= ~new
    return filled, left


def fill_both_ways(
    video: Array, holes: Mask, back: Array, forth: Array
) -> tuple[Array, Mask]:
    """Fill from the past, then from the future what is left.

    ``forth[k]`` leads from frame k to frame k + 1.
    """
    past, missing = fill(video, holes, back)
    future, unseen = fill(video[::-1], holes[::-1], forth[::-1])
    return np.where(missing, future[::-1], past), missing & unseen[::-1]


# --8<-- [end:fill]


def panning(frames: int, speed: float) -> tuple[Array, Array]:
    """A video (frames, 24, 64) of a camera moving right, and its back flow.

    The scene is a sum of waves, so that every view of it is exact.
    """
    y, x = np.indices((24, 64), dtype=float)
    places = x + speed * np.arange(frames)[:, None, None]
    video = 0.5 + 0.2 * np.sin(places / 3) + 0.1 * np.cos(places / 5 + y / 4)
    flows = np.zeros((*video.shape, 2))
    flows[..., 1] = speed
    return video, flows


def logo_left(frames: int, speed: float = 2.0, width: int = 24) -> float:
    """Share of a logo, fixed on the screen, that no frame shows.

    >>> [round(logo_left(frames), 2) for frames in (1, 7, 13)]
    [1.0, 0.5, 0.0]
    """
    video, back = panning(frames, speed)
    holes = np.zeros(video.shape, dtype=bool)
    holes[:, 8:16, 20 : 20 + width] = True
    _, left = fill_both_ways(video * ~holes, holes, back, -back)
    return float(left.sum() / holes.sum())


# --8<-- [start:video_budget]
def gigabytes(frames: int, pixels: float, channels: int, size: int) -> float:
    """Memory of an array over a clip, size bytes a number.

    >>> hd = 1920 * 1080  # ten seconds at 30 frames per second
    >>> round(gigabytes(300, hd, channels=3, size=1), 1)  # 8-bit frames
    1.9
    >>> round(gigabytes(300, hd, channels=4, size=2), 1)  # flow, both ways
    5.0
    >>> round(gigabytes(300, hd / 16, channels=128, size=2), 1)  # features
    10.0
    >>> round(gigabytes(12, 12e6, channels=1, size=4), 2)  # gray photos
    0.58
    """
    return frames * pixels * channels * size / 1e9


def attention_tflops(frames: int, height: int, width: int) -> float:
    """10^12 operations of one attention layer: patches of 16, 512 channels.

    Scores and weighted sums of n tokens take 4 n^2 c operations.

    >>> round(attention_tflops(300, 1080, 1920))  # the whole clip
    12273
    >>> round(windows(300) * attention_tflops(24, 512, 512), 1)  # crops
    23.5
    """
    tokens = frames * math.ceil(height / 16) * math.ceil(width / 16)
    return 4 * tokens**2 * 512 / 1e12


def windows(frames: int, length: int = 24, overlap: int = 8) -> int:
    """Windows that cover a clip, neighbors sharing some frames.

    >>> windows(300)
    19
    """
    return max(1, math.ceil((frames - overlap) / (length - overlap)))


# --8<-- [end:video_budget]


def contrast_left(period: float, lookups: int) -> float:
    """Amplitude of a wave after bilinear lookups half a pixel off.

    >>> [round(contrast_left(8, lookups), 2) for lookups in (1, 12)]
    [0.92, 0.39]
    """
    return math.cos(math.pi / period) ** lookups


def attention_seconds(tflops: float, layers: int = 12, speed: float = 50) -> float:
    """Time of the attention alone at a speed in TFLOP/s.

    >>> clip = attention_tflops(300, 1080, 1920)
    >>> crops = windows(300) * attention_tflops(24, 512, 512)
    >>> round(attention_seconds(clip) / 60), round(attention_seconds(crops), 1)
    (49, 5.6)
    >>> round(clip / crops)
    522
    """
    return layers * tflops / speed
