"""The rules that tell from numbers alone where a backward pass goes wrong, and how.

They know nothing of the bank, nor of the network: each looks at the first wrong array, beside the
correct one, on all cases. The notebook of bug hunts holds them as they stand here.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from autograder.truth.distances import deviation

WRONG = 1e-6
"""How far an array is off, relative to its largest entry, when the notebook calls it wrong."""

NOTHING_LEFT = 1e-12
"""Below it an array is dead: what is left of it is round-off, and says nothing."""

Gradients = Mapping[str, npt.NDArray[Any]]


@dataclass(frozen=True, eq=False)
class Clue:
    """What a backward pass returned on one case.

    Attributes
    ----------
    m : int
        The number of examples.
    found, truth : mapping of str to ndarray
        By array; the truth in the order of the way back.
    begins : tuple of str
        The two arrays that are computed from the derivative of the cost itself, if there are any.
    on : mapping of str to ndarray of bool, shape (units, m)
        For the arrays of a layer with a ReLU: which of its units are on, example by example.
    """

    m: int
    found: Gradients
    truth: Gradients
    begins: tuple[str, ...] = ()
    on: Mapping[str, npt.NDArray[np.bool_]] = field(default_factory=dict)


Clues = Sequence[Clue]
Rule = Callable[[str, Clues], bool]


def is_dead(array: npt.NDArray[Any]) -> bool:
    """Whether an array is 0, but for round-off."""
    return bool(np.abs(array).max(initial=0.0) <= NOTHING_LEFT)


def is_off(key: str, clue: Clue) -> bool:
    """Whether an array is wrong in a case."""
    if is_dead(clue.truth[key]) and is_dead(clue.found[key]):
        return False
    return not deviation(clue.found[key], clue.truth[key]) <= WRONG


def first_off(clues: Clues) -> str | None:
    """The first array on the way back that is wrong in some case; None if all are correct."""
    order = [*clues[0].truth] if clues else []
    return next((key for key in order if any(is_off(key, clue) for clue in clues)), None)


def kind_of(key: str, clues: Clues) -> str:
    """The first kind of `RULES` that fits a wrong array."""
    return next(name for name, fits in RULES.items() if fits(key, clues))


def _factors(key: str, clues: Clues) -> dict[int, list[float]] | None:
    """By the number of examples: the c for which found = c * correct; None where there is no c.

    Cases in which the correct array is 0 everywhere, and is found, say nothing.
    """
    factors: dict[int, list[float]] = {}
    for clue in clues:
        found, truth = clue.found[key], clue.truth[key]
        if is_dead(truth):
            if not is_dead(found):
                return None
            continue
        c = float(np.vdot(found, truth) / np.vdot(truth, truth))
        if not np.abs(found - c * truth).max() <= WRONG * np.abs(truth).max():
            return None
        factors.setdefault(clue.m, []).append(c)
    return factors


def _one_factor(key: str, clues: Clues) -> float | None:
    """The c for which found = c * correct in every case, or None."""
    factors = _factors(key, clues)
    every = [c for each in factors.values() for c in each] if factors else []
    return every[0] if every and np.ptp(every) <= WRONG * abs(every[0]) else None


def is_sign(key: str, clues: Clues) -> bool:
    """The ratio is -1 in every entry of every case."""
    c = _one_factor(key, clues)
    return c is not None and abs(c + 1) <= WRONG


def is_scale(key: str, clues: Clues) -> bool:
    """The ratio is another number, the same in every entry of every case."""
    return _one_factor(key, clues) is not None


def is_batch(key: str, clues: Clues) -> bool:
    """Correct with one example and wrong with several; or the ratio is the same in every entry and
    depends on m alone; or db holds one number for all units."""
    factors = _factors(key, clues)
    if factors and all(np.ptp(each) <= WRONG * abs(each[0]) for each in factors.values()):
        return _one_factor(key, clues) is None
    if not any(is_off(key, clue) for clue in clues if clue.m == 1):
        return any(clue.m == 1 for clue in clues)
    arrays = [clue.found[key] for clue in clues]
    return all(array.size > 1 and np.ptp(array) <= WRONG * np.abs(array).max() for array in arrays)


def is_transpose(key: str, clues: Clues) -> bool:
    """The entries of this array are the correct ones, but in other places."""
    return all(
        deviation(np.sort(clue.found[key], None), np.sort(clue.truth[key], None)) <= WRONG
        for clue in clues
    )


def is_loss(key: str, clues: Clues) -> bool:
    """With one example, dW3 and db3 are both wrong."""
    return any(
        key == clue.begins[0] and is_off(clue.begins[1], clue)
        for clue in clues
        if clue.m == 1 and clue.begins
    )


def is_mask(key: str, clues: Clues) -> bool:
    """With one example, a unit that is off has a row that isn't 0, or one that is on has only 0
    (other numbers in the rows of units that are on: chain)."""
    for clue in (clue for clue in clues if clue.m == 1 and key in clue.on):
        on = clue.on[key][:, 0]
        passed, should = (
            np.abs(np.reshape(each[key], (len(on), -1))).max(axis=1) > 0
            for each in (clue.found, clue.truth)
        )
        if (passed & ~on).any() or (should & ~passed).any():
            return True
    return False


def is_chain(key: str, clues: Clues) -> bool:
    """None of the above: units that are off have only 0, but other numbers are wrong (a wrong array
    in a product, or one whose entries stand in the wrong places)."""
    return True


RULES: dict[str, Rule] = {
    "sign": is_sign,
    "scale": is_scale,
    "batch": is_batch,
    "transpose": is_transpose,
    "loss": is_loss,
    "mask": is_mask,
    "chain": is_chain,
}
"""The rules in the order in which they are tried."""
