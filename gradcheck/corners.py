"""The slopes beside a corner of a cost, and around it where several corners meet."""

import math
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Any

import numpy as np

from gradcheck.asked_cost import AskedCost
from gradcheck.estimates import CORNER, CORNERS, ONE_SIDED, POOR
from gradcheck.ladder import FINE, one_sided
from gradcheck.parameters import Floats
from gradcheck.place import Place, Row

SHIFTS, SHIFT = 16, 2.0**-17
"""In how many places of each kind near a corner slopes are looked at, and how far away they are."""

ACROSS = 2.0**-23
"""The step for these slopes."""


def beside(place: Place, scale: float) -> Row | None:
    """A row from one-sided differences, or None if they are too coarse as well."""
    corner = None
    rights, lefts = (
        [one_sided(place.look, place.base, side * 2.0**power, place.noise) for power in FINE]
        for side in (1, -1)
    )
    for at, power in enumerate(FINE):
        right, left = rights[at], lefts[at]
        fine = [
            side
            for side, narrower in ((left, lefts), (right, rights))
            if side.error <= POOR * max(scale, abs(side.value))
            and not any(other.refutes(side) for other in narrower[at:])
        ]
        if len(fine) == 2 and left.refutes(right):
            error = max(left.error, right.error)
            if corner is None or error < corner.error:
                corner = Row(math.nan, error, 2.0**power, CORNER, left.value, right.value)
        elif fine:
            best = min(fine, key=lambda side: side.error)
            return Row(best.value, best.error, 2.0**power, ONE_SIDED)
    return corner


def is_outside(claim: Any, one: Any, other: Any, error: Any, agree: float) -> Any:
    """Whether a claim is neither of the two slopes at a corner, nor between them.

    Parameters
    ----------
    claim, one, other, error : float, or ndarrays of the same shape
        What is claimed, the two slopes, and their error.
    agree : float
        How far apart, as a share of the larger, claim and slope may be.

    Returns
    -------
    bool or ndarray of bool
        False where a slope is not known.
    """
    low, high = np.minimum(one, other), np.maximum(one, other)
    reach = error + agree * np.maximum(np.abs(low), np.abs(high))
    return (claim < low - reach) | (claim > high + reach)


def among(cost: AskedCost, index: int, claim: float, row: Row, agree: float) -> Row:
    """The row of a corner; of several that meet there, if the claim is a slope between them.

    A unit that is on its kink in several examples may switch off in all of them at once, and the
    usual gradient, which takes the kink for off, is then a slope nearby, though it is neither the
    slope before nor the slope after. So slopes are looked at in some places around.
    """
    least, most = sorted((row.left, row.right))
    if not is_outside(claim, least, most, row.error, agree):
        return row
    for shift in _shifts(cost.sizes):
        before, after = shift.copy(), shift.copy()
        before[index] -= ACROSS
        after[index] += ACROSS
        slope = (cost.along(after, 1.0) - cost.along(before, 1.0)) / (2 * ACROSS)
        if math.isfinite(slope):
            least, most = min(least, slope), max(most, slope)
        if not is_outside(claim, least, most, row.error, agree):
            return row._replace(how=CORNERS, left=least, right=most)
    return row


def _shifts(sizes: Sequence[int]) -> Iterator[Floats]:
    """Small moves of arrays of these sizes: of a whole array, of one parameter, and of all."""
    n, ends = sum(sizes), [*accumulate(sizes)]
    rng = np.random.default_rng(0)
    arrays = [slice(end - size, end) for size, end in zip(sizes, ends, strict=True)][:SHIFTS]
    moves: list[tuple[slice | int, float | Floats]] = [(array, 1.0) for array in arrays]
    moves += [(place, 1.0) for place in rng.permutation(n)[:SHIFTS].tolist()]
    moves += [(slice(None), rng.standard_normal(n)) for _ in range(SHIFTS)]
    for places, by in moves:
        for side in (SHIFT, -SHIFT):
            shift = np.zeros(n)
            shift[places] = side * by
            yield shift
