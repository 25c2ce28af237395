"""How near two arrays are to each other: the students' measure, and the one used for grading."""

from typing import Any

import numpy as np
import numpy.typing as npt

TOLERANCE = 1e-6
"""The largest `deviation` of a correct answer. Correct ways to write the backward pass agree to
5e-14, and a guard such as A3 + 1e-8 costs 5.5e-7; every drawn bug is far above."""

UNTOUCHED = 1e-12
"""The largest difference that round-off makes in an array that a bug has not changed."""


def relative_difference(a: npt.ArrayLike, b: npt.ArrayLike) -> float:
    """Return |a - b| / (|a| + |b|) in the Euclidean norm: 0 for equal arrays, 1 for opposite ones.

    Parameters
    ----------
    a, b : array_like of the same shape

    Returns
    -------
    float
        0.0 when both are zero; nan when an entry is NaN or infinite.

    Raises
    ------
    ValueError
        If the shapes differ: (n,) and (n, 1) would broadcast to (n, n).
    """
    x, y = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
    if x.shape != y.shape:
        raise ValueError(f"shapes {x.shape} and {y.shape} can't be compared")
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        return float("nan")
    scale = max(np.abs(x).max(initial=0.0), np.abs(y).max(initial=0.0))
    if scale == 0:
        return 0.0
    # Without this, the squares of very small and very large entries are lost. Scaling by a power of
    # two changes no digit.
    exponent = -np.frexp(scale)[1]
    x, y = np.ldexp(x, exponent), np.ldexp(y, exponent)
    return float(np.linalg.norm(x - y) / (np.linalg.norm(x) + np.linalg.norm(y)))


def deviation(found: npt.ArrayLike, truth: npt.NDArray[Any]) -> float:
    """Return max|found - truth| / max|truth|, the measure used to grade gradients.

    It is one number per array, because small entries of an array carry the round-off of its large
    ones: element by element, correct answers would fail.

    Parameters
    ----------
    found : array_like
    truth : ndarray

    Returns
    -------
    float
        inf when the shapes differ, when found has anything but finite real numbers, or when truth
        is all zero and found is not.
    """
    found = np.asarray(found)
    if found.shape != truth.shape or found.dtype.kind not in "biuf":
        return float("inf")
    if not np.isfinite(found).all():
        return float("inf")
    with np.errstate(over="ignore"):
        largest = np.abs(found - truth.astype(float)).max(initial=0.0)
    scale = np.abs(truth).max(initial=0.0)
    if scale == 0:
        return 0.0 if largest == 0 else float("inf")
    return float(largest / scale)
