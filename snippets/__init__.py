"""Tested code that the handbook's pages embed, one module per page."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
