"""Numbers that a page can draw beside a message: the student's, and the correct ones."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Rows = tuple[tuple[float, ...], ...]


@dataclass(frozen=True)
class Picture:
    """The numbers of a student beside the correct ones.

    Attributes
    ----------
    what : str
        The name of the array, or what the curves show.
    found, correct : tuple of tuple of float
        The rows of two arrays of the same shape; for two curves, one row each.
    at : tuple of float
        Where the values of the curves were taken; empty for arrays.
    """

    what: str
    found: Rows
    correct: Rows
    at: tuple[float, ...] = ()


def of_arrays(what: str, found: npt.ArrayLike, correct: npt.ArrayLike) -> Picture:
    """Two arrays of the same shape, with one axis or two."""
    return Picture(what, _rows(found), _rows(correct))


def of_curves(what: str, at: npt.NDArray[Any], found: Any, correct: Any) -> Picture:
    """The sizes of the values of two curves, in the order of `at`."""
    order = np.argsort(at)
    found, correct = (_rows(np.abs(each)[order]) for each in (found, correct))
    return Picture(what, found, correct, tuple(map(float, at[order])))


def _rows(numbers: npt.ArrayLike) -> Rows:
    rows = np.atleast_2d(np.asarray(numbers, dtype=float))
    return tuple(tuple(map(float, row)) for row in rows)
