"""Inverted dropout with its backward pass."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


# --8<-- [start:solution]
class Dropout:
    """Inverted dropout: zeros elements in training, does nothing at inference.

    >>> layer = Dropout(0.5, np.random.default_rng(0))
    >>> y = layer.forward(np.ones((2, 4)))
    >>> sorted(set(y.ravel().tolist()))
    [0.0, 2.0]
    >>> bool((layer.backward(np.full((2, 4), 3.0)) == 3 * y).all())
    True
    >>> layer.training = False
    >>> layer.forward(np.array([1.0, 2.0])).tolist()
    [1.0, 2.0]
    """

    def __init__(self, p: float, rng: np.random.Generator) -> None:
        """Keep p and rng; set the attribute ``training`` to True.

        Args:
            p: probability that an element is zeroed, from 0 to 1, both included.
            rng: where the masks come from.

        Raises:
            ValueError: if p is outside of 0..1 or not a number.
        """
        if not 0 <= p <= 1:
            raise ValueError(f"p must be a probability, not {p}")
        self.p, self.rng = p, rng
        self.training = True

    def forward(self, x: Array) -> Array:
        """Return x with dropout, in a new array of its shape.

        In training each element is zeroed with probability p, independently of the
        others and anew in each call; the others are divided by 1 - p. With p = 1 all
        are zero. At inference the values of x are returned unchanged.
        """
        self._mask = np.ones(x.shape)
        if self.training:
            kept = self.rng.random(x.shape) >= self.p
            self._mask = kept / (1 - self.p) if self.p < 1 else np.zeros(x.shape)
        return x * self._mask

    def backward(self, grad_y: Array) -> Array:
        """Return the gradient with respect to the x of the last forward.

        Args:
            grad_y: gradient with respect to the output of that call, its shape.
        """
        return grad_y * self._mask


# --8<-- [end:solution]
