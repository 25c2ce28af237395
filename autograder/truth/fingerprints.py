"""What wrong gradients look like: a bug of the bank, or a simple change of the correct ones."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.truth.bugs import BANK
from autograder.truth.distances import deviation
from autograder.truth.network import Array, Arrays, Cache
from autograder.truth.planting import ORDER, Bug, backward_with

ALIKE = 1e-7
"""How near the gradients must be to those of a bug, array by array, in every case."""
DIFFERENT = 1e-4
"""How far from the correct ones they must be in at least one case: a bug that does not show is not
recognised."""


@dataclass(frozen=True, eq=False)
class Seen:
    """One answer of a backward pass.

    Attributes
    ----------
    X, Y : ndarray
    cache : tuple
    truth : mapping of str to ndarray
        The correct gradients.
    found : mapping of str to ndarray
        The returned arrays, of any shapes; some may be missing.
    """

    X: Array
    Y: Array
    cache: Cache
    truth: Arrays
    found: Mapping[str, Any]

    @property
    def m(self) -> int:
        """The number of examples."""
        return int(self.X.shape[1])


def bugs_like(answers: Sequence[Seen]) -> list[Bug]:
    """The bugs of the bank that give these gradients, in every case.

    Parameters
    ----------
    answers : sequence of Seen

    Returns
    -------
    list of Bug
        More than one if they can't be told apart on these cases.
    """
    return [bug for bug in BANK if answers and _is_like(bug, answers)]


def _is_like(bug: Bug, answers: Sequence[Seen]) -> bool:
    visible = False
    for seen in answers:
        with np.errstate(all="ignore"):
            given = backward_with(bug)(seen.X, seen.Y, seen.cache)
        for key in ORDER:
            if not deviation(seen.found.get(key, ()), given[key]) <= ALIKE:
                return False
            visible |= deviation(given[key], seen.truth[key]) > DIFFERENT
    return visible


def change_of(key: str, answers: Sequence[Seen]) -> str:
    """The simple way in which an array differs from the correct one, the same in every case.

    Parameters
    ----------
    key : str
        dW1, db1, …
    answers : sequence of Seen

    Returns
    -------
    str
        What follows "Your dW2 is" in a sentence, or "" if it is not one of these: a constant
        multiple, the opposite, m times or 1/m of it, its transpose, another array of the correct
        gradients, the same numbers in another shape or in other places.
    """
    found: list[Any] = [seen.found.get(key) for seen in answers]
    if not all(isinstance(each, np.ndarray) and _is_finite(each) for each in found):
        return ""
    pairs = list(zip(found, answers, strict=True))
    if all(_same(each, seen.truth[key]) for each, seen in pairs):
        return ""
    factors = [c for each, seen in pairs if (c := _factor(each, seen.truth[key])) is not None]
    if len(factors) == len(pairs):
        words = _words_for(factors, [seen.m for seen in answers])
        if words:
            return words
    if all(_same(each.T, seen.truth[key]) for each, seen in pairs):
        return "the correct one transposed"
    for other in ORDER:
        if other != key and all(_same(each, seen.truth[other]) for each, seen in pairs):
            return f"what {other} should be"
    if all(_same(each.ravel(), seen.truth[key].ravel()) for each, seen in pairs):
        return "the correct one in another shape"
    if all(_same(np.sort(each, None), np.sort(seen.truth[key], None)) for each, seen in pairs):
        return "made of the correct numbers in the wrong places"
    return ""


def _is_finite(array: Array) -> bool:
    return array.dtype.kind in "biuf" and bool(np.isfinite(array).all())


def _same(found: Array, truth: Array) -> bool:
    return deviation(found, truth) <= ALIKE


def _factor(found: Array, truth: Array) -> float | None:
    """c if found is c times the truth, else None."""
    if found.shape != truth.shape:
        return None
    c = float(np.vdot(found, truth) / np.vdot(truth, truth))
    return c if np.isfinite(c) and deviation(found, c * truth) <= ALIKE * abs(c) else None


def _words_for(factors: Sequence[float], sizes: Sequence[int]) -> str:
    if all(c == 0 for c in factors):
        return "0 everywhere"
    for power, words in ((1, "not averaged: m times the correct one"),
                         (-1, "divided by m twice: 1/m of the correct one")):  # fmt: skip
        if len(set(sizes)) > 1 and np.allclose(factors, [m**power for m in sizes], rtol=1e-6):
            return words
    c = factors[0]
    if not np.allclose(factors, c, rtol=1e-6) or abs(c - 1) < DIFFERENT:
        return ""
    if abs(c + 1) < ALIKE:
        return "correct except for its sign"
    return f"exactly {c:.6g} times the correct one"
