"""Some of many, evenly spaced: the first, the last, and between them as evenly as whole numbers allow."""

import numpy as np


def evenly_spaced(n: int, most: int) -> np.ndarray:
    """(m,) int64: at most `most` of the indices below n, each once, ascending; all where there are no more, none of n = 0."""
    return np.linspace(0, n - 1, min(most, n)).round().astype(np.int64)
