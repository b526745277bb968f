"""Recordings of a phone in a pocket, whose activities are known."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from snippets import Array

RATE = 50  # readings a second
SECONDS = 10
GRAVITY = 9.81


class Activity(NamedTuple):
    """What a body does: `rhythm` in Hz, sizes in m/s^2."""

    name: str
    rhythm: float
    size: float  # of the rhythm
    second: float  # of its double frequency, as a share of `size`
    shaking: float  # without rhythm


ACTIVITIES = (
    Activity("sit", rhythm=0.3, size=0.05, second=0.0, shaking=0.04),
    Activity("bus", rhythm=1.0, size=0.1, second=0.0, shaking=0.7),
    Activity("cycle", rhythm=1.2, size=0.9, second=0.3, shaking=0.8),
    Activity("walk", rhythm=1.9, size=2.4, second=0.5, shaking=0.6),
    Activity("stairs", rhythm=1.6, size=2.0, second=0.6, shaking=0.6),
    Activity("run", rhythm=2.7, size=7.0, second=0.3, shaking=1.2),
)


class Recordings(NamedTuple):
    """Windows of three axes; the truth is for the last page of the report."""

    windows: Array  # shape (n, SECONDS * RATE, 3)
    person: NDArray[np.int64]  # shape (n,)
    activity: NDArray[np.int64]  # shape (n,), places in ACTIVITIES


def turn(rng: np.random.Generator) -> Array:
    """A rotation drawn uniformly from all, shape (3, 3)."""
    q, r = np.linalg.qr(rng.normal(size=(3, 3)))
    q = q * np.sign(np.diag(r))
    return np.asarray(q * np.linalg.det(q))


def record(
    activity: Activity, pace: float, strength: float, rng: np.random.Generator
) -> Array:
    """One window, shape (SECONDS * RATE, 3), in m/s^2.

    Mostly up and down, less to the front, in a pocket that lies as it likes.
    """
    time = np.arange(SECONDS * RATE) / RATE
    rhythm = activity.rhythm * pace * (1 + 0.03 * rng.normal())
    phase = 2 * np.pi * (rhythm * time + rng.random())
    move = np.sin(phase) + activity.second * np.sin(2 * phase + 1)
    move = activity.size * strength * move
    body = np.stack([0.3 * move, np.zeros_like(time), GRAVITY + move], axis=1)
    body += activity.shaking * rng.normal(size=body.shape)
    return body @ turn(rng).T


def recordings(people: int = 20, windows: int = 3, seed: int = 0) -> Recordings:
    """Windows of every activity of every person.

    People differ in pace by about 8% and in strength by about 25%.

    >>> recordings(people=2).windows.shape
    (36, 500, 3)
    """
    rng = np.random.default_rng(seed)
    rows = []
    for person in range(people):
        pace, strength = np.exp(rng.normal(size=2) * [0.08, 0.25])
        for number, activity in enumerate(ACTIVITIES):
            for _ in range(windows):
                window = record(activity, pace, strength, rng)
                rows.append((window, person, number))
    parts = zip(*rows, strict=True)
    return Recordings(*(np.array(part) for part in parts))
