"""Derivatives of any cost, each with an error bar that can be trusted.

One epsilon for all parameters crosses corners in some places and is too small for the round-off in
others. So several steps are tried for every parameter, from a list called the ladder. Each step, a
rung, has an error bar of its own, and a wide step is ignored if a narrower one refutes it. If the
difference at the first step agrees with the claimed gradient, no further steps are needed: the
claim is an independent second result.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from functools import partial

import numpy as np

from gradcheck import corners
from gradcheck.asked_cost import AskedCost
from gradcheck.estimates import (
    CENTRAL,
    COARSE,
    CORNER,
    NOISY,
    NOTHING,
    POOR,
    POOR_KNOWN,
    STATIONARY,
    UNDEFINED,
    UNRESOLVED,
    Estimates,
)
from gradcheck.ladder import (
    EPS,
    UNSEEN,
    Rung,
    central,
    rounding_of,
    steps_for,
)
from gradcheck.noise import Noise, noise_of
from gradcheck.parameters import Floats, Integers, Parameters
from gradcheck.place import Place, Row

GOOD = 1e-6
"""An error, as a share of the gradient, that is small enough to need no further step."""

SAME = 1e-7
"""How near to the claim, as a share of it, the first difference must be to be enough by itself."""

STRAIGHT = 1e-3
"""How much the cost may bend, as a share of its slope, if the first step is to be enough."""

NEARER = 10
"""How much nearer to a claim, or to the step that refutes it, other steps must be to support it."""

LEVEL = 1e-12
"""A move of a parameter, as a share of it or of 1, that is its own round-off and that of what it is
computed with: where the slope would be 0 after it, it is 0."""


def derivatives(
    cost: AskedCost,
    parameters: Parameters,
    gradient: Floats,
    agree: float,
    told: float = 0.0,
    chosen: Integers | None = None,
    progress: Callable[[int, int], object] = lambda done, of: None,
) -> Estimates:
    """Return the derivative with respect to every parameter, or to some.

    Parameters
    ----------
    cost : gradcheck.asked_cost.AskedCost
    parameters : gradcheck.parameters.Parameters
    gradient : ndarray, shape (n,)
        The claimed gradient: how small the errors must be depends on it.
    agree : float
        How far apart, as a share of the larger, the two may be.
    told : float
        How far the cost may be off, as the caller knows.
    chosen : ndarray of int, shape (k,), optional
        The places of the parameters; all when left out.
    progress : callable
        Is told how many are done, and of how many.

    Returns
    -------
    Estimates
        Of the k parameters.
    """
    noise = noise_of(cost, parameters, told)
    chosen = np.arange(gradient.size) if chosen is None else chosen
    sizes = np.abs(parameters.vector)[chosen].tolist()
    steps = np.array([steps_for(size)[0] for size in sizes])
    firsts = cost.each_around(np.column_stack([steps, -steps]), chosen)
    rows = []
    with np.errstate(all="ignore"):
        for i, first, claim, size in zip(
            chosen.tolist(), firsts, gradient[chosen].tolist(), sizes, strict=False
        ):
            place = Place(partial(cost.at, i), cost.base, noise, claim, size, agree)
            row = _derivative(place, first)
            if row.how == CORNER:
                row = corners.among(cost, i, claim, row, agree)
            rows.append(row)
            progress(len(rows), chosen.size)
    return _gathered(rows, noise)


def along(
    cost: AskedCost,
    parameters: Parameters,
    gradients: Floats,
    directions: Floats,
    agree: float,
    told: float = 0.0,
) -> Estimates:
    """Return the derivative along every direction.

    Parameters
    ----------
    cost, parameters, agree, told
        As above.
    gradients : ndarray, shape (k,)
        The claimed slope along each direction.
    directions : ndarray, shape (k, n)
        Unit vectors.

    Returns
    -------
    Estimates
    """
    noise, size = noise_of(cost, parameters, told), float(np.abs(parameters.vector).max())
    step, rows = steps_for(size)[0], []
    with np.errstate(all="ignore"):
        for claim, direction in zip(gradients.tolist(), directions, strict=True):
            look = partial(cost.along, direction)
            place = Place(look, cost.base, noise, claim, size, agree)
            rows.append(_derivative(place, (look(step), look(-step))))
    return _gathered(rows, noise)


def _gathered(rows: Iterable[Row], noise: Noise) -> Estimates:
    value, error, step, how, left, right = map(np.array, zip(*rows, strict=True))
    return Estimates(value, error, step, how, np.array([left, right]), noise)


def _derivative(place: Place, first: Sequence[float]) -> Row:
    """The row of a place; `first` holds the costs at its first step, to both sides."""
    return _confirmed(place, first) or _searched(place, first)


def _confirmed(place: Place, costs: Sequence[float]) -> Row | None:
    """A row for a claim that agrees with the costs at the first step, or None.

    A wrong claim would only agree if it were off by exactly the truncation error.
    """
    (plus, minus), step, base = costs, steps_for(place.size)[0], place.base
    noise, claim, size = place.noise, place.claim, place.size
    if noise.hides(max(abs(base), abs(plus), abs(minus))):
        return None
    value = (plus - minus) / (2 * step)
    if plus == minus == base and noise.is_round_off:
        return _unmoved(place)
    near, off = max(abs(claim), abs(value)), abs(claim - value)
    rounding = rounding_of(noise, step, size, value)
    bend = abs(plus - 2 * base + minus) / step
    if off <= min(SAME, place.agree) * near and rounding <= GOOD * near and bend <= STRAIGHT * near:
        return Row(value, 4 * off + rounding, step, CENTRAL)
    return None


def _unmoved(place: Place) -> Row | None:
    """A row where the first step changes nothing: a slope may show at the widest one."""
    step = max(steps_for(place.size))
    missed = UNSEEN / step if place.claim else 0.0
    error = max(rounding_of(place.noise, step, place.size, 0.0), missed)
    faint = error <= NOTHING * max(1.0, abs(place.base)) and abs(place.claim) <= 10 * error
    if faint and place.look(step) == place.look(-step) == place.base:
        return Row(0.0, error, step, CENTRAL)
    return None


def _searched(place: Place, first: Sequence[float]) -> Row:
    """A row from as many steps as it takes."""
    rungs, largest = _climbed(place, first)
    if not rungs:
        return Row(math.nan, math.nan, math.nan, UNDEFINED)
    # A step that crosses a corner says nothing about the slope nearer by, nor does a wider step.
    bent = [rung.step for rung in rungs if rung.bend > 0.7]
    corner = min(bent) if any(rung.bend > 2 for rung in rungs) else math.inf
    within = _unrefuted([rung for rung in rungs if rung.step < corner] or rungs)
    best = min(within, key=lambda rung: rung.error)
    level = _level(place, within)
    if max(abs(place.claim), abs(best.value), best.error) <= level > 0:
        return Row(best.value, level, best.step, STATIONARY)
    how = UNRESOLVED if corner < math.inf else COARSE
    scale = max(abs(place.claim), abs(best.value))
    accused = abs(place.claim - best.value) > best.error + place.agree * scale
    if accused and _doubtful(place, best, rungs):
        how = UNRESOLVED
    elif best.step < corner:
        # The slope of a staircase may be that of the whole, or that of one stair, which is 0.
        stair = accused and place.claim == 0 and not place.noise.is_round_off
        if corner == math.inf and (stair or place.noise.hides(largest)):
            how = NOISY
        elif corner == math.inf and _unresolved(rungs):
            how = UNRESOLVED
        elif best.error <= _enough(place, scale):
            return Row(best.value, best.error, best.step, CENTRAL)
    beside = None if how == NOISY else corners.beside(place, scale)
    return beside or Row(best.value, best.error, best.step, how)


def _climbed(place: Place, first: Sequence[float]) -> tuple[list[Rung], float]:
    """The rungs where the cost is finite, and the largest cost that was met."""
    rungs: list[Rung] = []
    steps, largest = steps_for(place.size), abs(place.base)
    for step in steps:
        look = place.look
        near_ones = first if step == steps[0] else (look(step), look(-step))
        costs = [*near_ones, look(2 * step), look(-2 * step)]
        largest = max(largest, *(abs(cost) for cost in costs if math.isfinite(cost)), 0.0)
        rung = central(costs, place.base, step, place.noise, place.size, claimed=place.claim != 0)
        if math.isfinite(rung.error):
            rungs.append(rung)
            if _settled(rungs, place.claim):
                break
    return rungs, largest


def _enough(place: Place, scale: float) -> float:
    """The largest error that still shows something of a derivative of this size."""
    if not scale:
        return NOTHING * max(1.0, abs(place.base))
    return max(POOR_KNOWN if place.noise.told else POOR, place.agree) * scale


def _level(place: Place, rungs: Sequence[Rung]) -> float:
    """The slope that is 0, as nearly as the parameter can be given.

    At the bottom of a bowl the gradient itself is nothing but round-off.
    """
    return LEVEL * max(abs(rung.curve) for rung in rungs) * max(1.0, place.size)


def _settled(rungs: Sequence[Rung], gradient: float) -> bool:
    """Whether the last rung agrees with the claim, or at least three all show that it is wrong.

    One step is not enough to call a claim wrong, and a wide one not enough to call it correct.
    """
    last = rungs[-1]
    near = max(abs(gradient), abs(last.value))
    if last.error <= GOOD * near and abs(gradient - last.value) <= GOOD * near:
        return last in _unrefuted(rungs)
    return (
        len(rungs) >= 3
        and len(_unrefuted(rungs)) == len(rungs)
        and all(
            rung.error <= POOR * abs(rung.value) and abs(gradient - rung.value) > 100 * rung.error
            for rung in rungs
        )
    )


def _unrefuted(rungs: Sequence[Rung]) -> list[Rung]:
    """The rungs that no narrower one refutes."""
    return [
        rung
        for rung in rungs
        if not any(other.step < rung.step and other.refutes(rung) for other in rungs)
    ]


def _doubtful(place: Place, best: Rung, rungs: Sequence[Rung]) -> bool:
    """Whether all steps together leave it open that the claim is wrong.

    That is so if two steps are much nearer to the claim than the best one. It happens when a part
    of the cost is in single precision, or comes from a table: then it is flat for narrow steps, but
    not for wide ones. For a smooth cost, truncation does not take two steps to the same wrong
    value. It is also so if no other step supports the best one. Steps that are too narrow for the
    rounding of the cost don't count.
    """
    off, look = abs(place.claim - best.value), place.look
    known = {rung.step: rung.value for rung in rungs}
    values = [
        known[step] if step in known else (look(step) - look(-step)) / (2 * step)
        for step in steps_for(place.size)
        if 8 * EPS * abs(place.base) < off * step
    ]
    clear, accuse = (
        sum(NEARER * abs(value - of) < off for value in values) for of in (place.claim, best.value)
    )
    return clear >= 2 or accuse < 2


def _unresolved(rungs: Sequence[Rung]) -> bool:
    """Whether the cost is not a line even within the narrowest step, and not because of noise."""
    rung = min(rungs, key=lambda rung: rung.step)
    return rung.error > 0.1 * abs(rung.value) and rung.error > 4 * rung.rounding
