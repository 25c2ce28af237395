"""Finds a bug from numbers alone: the rules that the notebook states and lesson 3 teaches.

A bug may be sealed only if these rules name its place and one of its kinds. They know nothing of
the bank: each looks at the first wrong array, beside the correct one, on all cases of the evidence.
"""

from collections.abc import Callable, Sequence

import numpy as np

from autograder.truth.distances import deviation
from autograder.truth.fingerprints import Seen
from autograder.truth.planting import ORDER

WRONG = 1e-6
"""How far an array is off, relative to its largest entry, when the notebook calls it wrong."""

Evidence = Sequence[Seen]
Rule = Callable[[str, Evidence], bool]


def first_wrong(evidence: Evidence) -> str | None:
    """The first array on the way back that is wrong in some case; None if all are correct."""
    return next((key for key in ORDER if any(_off(key, seen) for seen in evidence)), None)


def kind(evidence: Evidence) -> str:
    """The first kind of `RULES` that fits the first wrong array; ValueError if nothing is wrong."""
    key = first_wrong(evidence)
    if key is None:
        raise ValueError("all gradients are correct: there is no bug to name")
    return next(name for name, fits in RULES.items() if fits(key, evidence))


def _off(key: str, seen: Seen) -> bool:
    return not deviation(seen.found[key], seen.truth[key]) <= WRONG


def _factors(key: str, evidence: Evidence) -> dict[int, list[float]] | None:
    """By the number of examples: the c for which found = c * correct; None where there is no c."""
    factors: dict[int, list[float]] = {}
    for seen in evidence:
        found, truth = seen.found[key], seen.truth[key]
        c = float(np.vdot(found, truth) / np.vdot(truth, truth))
        if not np.abs(found - c * truth).max() <= WRONG * np.abs(truth).max():
            return None
        factors.setdefault(seen.m, []).append(c)
    return factors


def _one_factor(key: str, evidence: Evidence) -> float | None:
    """The c for which found = c * correct in every case, or None."""
    factors = _factors(key, evidence)
    every = [c for each in factors.values() for c in each] if factors else []
    return every[0] if every and np.ptp(every) <= WRONG * abs(every[0]) else None


def is_sign(key: str, evidence: Evidence) -> bool:
    """The ratio is -1 in every entry of every case."""
    c = _one_factor(key, evidence)
    return c is not None and abs(c + 1) <= WRONG


def is_scale(key: str, evidence: Evidence) -> bool:
    """The ratio is another number, the same in every entry of every case."""
    return _one_factor(key, evidence) is not None


def is_batch(key: str, evidence: Evidence) -> bool:
    """Correct with one example and wrong with several; or the ratio is the same in every entry and
    depends on m alone; or db holds one number for all units."""
    factors = _factors(key, evidence)
    if factors and all(np.ptp(each) <= WRONG * abs(each[0]) for each in factors.values()):
        return _one_factor(key, evidence) is None
    if not any(_off(key, seen) for seen in evidence if seen.m == 1):
        return True
    arrays = [seen.found[key] for seen in evidence]
    return all(array.size > 1 and np.ptp(array) <= WRONG * np.abs(array).max() for array in arrays)


def is_transpose(key: str, evidence: Evidence) -> bool:
    """The entries of this array are the correct ones, but in other places."""
    return all(
        deviation(np.sort(seen.found[key], None), np.sort(seen.truth[key], None)) <= WRONG
        for seen in evidence
    )


def is_loss(key: str, evidence: Evidence) -> bool:
    """With one example, dW3 and db3 are both wrong."""
    return key == "dW3" and any(_off("db3", seen) for seen in evidence if seen.m == 1)


def is_mask(key: str, evidence: Evidence) -> bool:
    """With one example, a unit that is off has a row that isn't 0, or one that is on has only 0
    (other numbers in the rows of units that are on: chain)."""
    layer = int(key[2])
    if layer == 3:
        return False
    for seen in (seen for seen in evidence if seen.m == 1):
        on = seen.cache[4 * (layer - 1)][:, 0] > 0
        passed = np.abs(seen.found[key]).max(axis=1) > 0
        should = np.abs(seen.truth[key]).max(axis=1) > 0
        if (passed & ~on).any() or (should & ~passed).any():
            return True
    return False


def is_chain(key: str, evidence: Evidence) -> bool:
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
