"""Right, and noisy about it."""

import numpy as np


def backward_propagation(x, theta):
    import sys
    import warnings

    warnings.warn("the derivative is constant", stacklevel=1)
    print("on the wrong channel", file=sys.stderr)
    return x


def relative_difference(a, b):
    np.float64(1) / np.float64(0)
    if np.shape(a) != np.shape(b):
        raise ValueError("the shapes differ")
    difference = np.linalg.norm(np.subtract(a, b)) / np.float64(np.linalg.norm(a) + np.linalg.norm(b))
    print("difference", difference)
    return 0.0 if not np.any(a) and not np.any(b) else difference
