"""From ten seconds of a phone's acceleration to three numbers."""

import numpy as np

from snippets import Array
from snippets.coding.take_home.clustering.simulate import RATE

NAMES = ("log strength", "rhythm", "regularity")
STEPS = (0.5, 5.0)  # Hz: what legs do


# --8<-- [start:spectrum]
def strength(windows: Array) -> Array:
    """Length of the acceleration without its mean, shape (n, readings).

    However the phone lies in the pocket, the length is the same.
    """
    length = np.linalg.norm(windows, axis=2)
    return np.asarray(length - length.mean(axis=1, keepdims=True))


def spectrum(signal: Array) -> tuple[Array, Array]:
    """Frequencies in Hz, shape (m,), and the share of each in the power, (n, m)."""
    readings = signal.shape[1]
    power = np.abs(np.fft.rfft(signal * np.hanning(readings))) ** 2
    frequencies: Array = np.fft.rfftfreq(readings, 1 / RATE).astype(float)
    return frequencies, power / power.sum(axis=1, keepdims=True)


def peak(signal: Array) -> tuple[Array, Array]:
    """Strongest frequency of legs, and the share of power within 0.25 Hz of it.

    >>> time = np.arange(500) / RATE
    >>> frequency, share = peak(np.sin(2 * np.pi * 1.7 * time)[None])
    >>> frequency.round(3), share.round(3)
    (array([1.7]), array([1.]))
    """
    frequencies, share = spectrum(signal)
    legs = (frequencies >= STEPS[0]) & (frequencies <= STEPS[1])
    strongest = frequencies[legs][share[:, legs].argmax(axis=1)]
    near = np.abs(frequencies - strongest[:, None]) <= 0.25
    return strongest, (share * near).sum(axis=1)


# --8<-- [end:spectrum]
# --8<-- [start:features]
def first_features(windows: Array) -> Array:
    """Log of the standard deviation, peak in Hz and its share, shape (n, 3)."""
    signal = strength(windows)
    frequency, share = peak(signal)
    return np.stack([np.log(signal.std(axis=1)), frequency, share], axis=1)


def features(windows: Array) -> Array:
    """The same, but a frequency counts as much as it is there, shape (n, 3).

    Noise has a strongest frequency too, and it is anywhere.
    """
    table = first_features(windows)
    table[:, 1] *= table[:, 2]
    return table


# --8<-- [end:features]
