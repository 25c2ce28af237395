"""Derivatives of any cost, each with an error bar that can be trusted.

One epsilon for all parameters crosses corners in some places and is too small for the round-off in
others. So several steps are tried for every parameter, from a list called the ladder. Each step, a
rung, has an error bar of its own, and a wide step is ignored if a narrower one refutes it. If the
difference at the first step agrees with the claimed gradient, no further steps are needed: the
claim is an independent second result.
"""

import math
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np

from gradcheck.asked_cost import AskedCost
from gradcheck.estimates import (
    CENTRAL,
    COARSE,
    CORNER,
    NOTHING,
    ONE_SIDED,
    POOR,
    UNDEFINED,
    Estimates,
)
from gradcheck.ladder import (
    EPS,
    FINE,
    UNSEEN,
    Rung,
    central,
    one_sided,
    rounding_of,
    steps_for,
)
from gradcheck.noise import noise_of
from gradcheck.parameters import Floats, Parameters

Look = Callable[[float], float]
"""Returns the cost a step away from the parameters, along some direction."""

Row = tuple[float, float, float, int, float, float]
"""The value, error, step, how and the two sides of one derivative: see `Estimates`."""

GOOD = 1e-6
"""An error, as a share of the gradient, that is small enough to need no further step."""

SAME = 1e-7
"""How near to the claim, as a share of it, the first difference must be to be enough by itself."""

STRAIGHT = 1e-3
"""How much the cost may bend, as a share of its slope, if the first step is to be enough."""

NOISY = 1e-4
"""Noise above this share of the cost may be a shape finer than any step."""

NEARER = 10
"""How much nearer to a claim, or to the step that refutes it, other steps must be to support it."""


def derivatives(cost: AskedCost, parameters: Parameters, gradient: Floats) -> Estimates:
    """Return the derivative with respect to every parameter.

    Parameters
    ----------
    cost : gradcheck.asked_cost.AskedCost
    parameters : gradcheck.parameters.Parameters
    gradient : ndarray, shape (n,)
        The claimed gradient: how small the errors must be depends on it.

    Returns
    -------
    Estimates
    """
    noise, sizes = noise_of(cost, parameters), np.abs(parameters.vector).tolist()
    steps = np.array([steps_for(size)[0] for size in sizes])
    firsts = cost.around(np.column_stack([steps, -steps])).tolist()
    with np.errstate(all="ignore"):
        return _gathered(
            [
                _derivative(partial(cost.at, i), first, cost.base, noise, claimed, size)
                for i, (first, claimed, size) in enumerate(
                    zip(firsts, gradient.tolist(), sizes, strict=True)
                )
            ]
        )


def along(
    cost: AskedCost, parameters: Parameters, gradients: Floats, directions: Floats
) -> Estimates:
    """Return the derivative along every direction.

    Parameters
    ----------
    cost, parameters
        As above.
    gradients : ndarray, shape (k,)
        The claimed slope along each direction.
    directions : ndarray, shape (k, n)
        Unit vectors.

    Returns
    -------
    Estimates
    """
    noise, size = noise_of(cost, parameters), float(np.abs(parameters.vector).max())
    step, rows = steps_for(size)[0], []
    with np.errstate(all="ignore"):
        for claimed, direction in zip(gradients.tolist(), directions, strict=True):
            first = cost.along(direction, step), cost.along(direction, -step)
            rows.append(
                _derivative(partial(cost.along, direction), first, cost.base, noise, claimed, size)
            )
    return _gathered(rows)


def _gathered(rows: Sequence[Row]) -> Estimates:
    """Make Estimates of rows (value, error, step, how, left, right)."""
    value, error, step, how, left, right = map(np.array, zip(*rows, strict=True))
    return Estimates(value, error, step, how, np.array([left, right]))


def _derivative(
    look: Look, first: Sequence[float], base: float, noise: float, gradient: float, size: float
) -> Row:
    """The row of the derivative of `look` at 0; `first` holds its values at the first step."""
    rungs, largest, steps = [], abs(base), steps_for(size)
    confirmed = _confirmed(look, first, base, steps, noise, gradient, size)
    if confirmed:
        return confirmed
    for step in steps:
        near_ones = first if step == steps[0] else (look(step), look(-step))
        costs = [*near_ones, look(2 * step), look(-2 * step)]
        largest = max(largest, *(abs(cost) for cost in costs if math.isfinite(cost)), 0.0)
        rung = central(costs, base, step, noise, size, claimed=gradient != 0)
        if math.isfinite(rung.error):
            rungs.append(rung)
            if _settled(rungs, gradient):
                break
    if not rungs:
        return math.nan, math.nan, math.nan, UNDEFINED, math.nan, math.nan
    # A step that crosses a corner says nothing about the slope nearer by, nor does a wider step.
    bent = [rung.step for rung in rungs if rung.bend > 0.7]
    corner = min(bent) if any(rung.bend > 2 for rung in rungs) else math.inf
    within = _unrefuted([rung for rung in rungs if rung.step < corner] or rungs)
    best = min(within, key=lambda rung: rung.error)
    scale = max(abs(gradient), abs(best.value))
    sure = best.error <= (POOR * scale if scale else NOTHING * max(1.0, abs(base)))
    accused = abs(gradient - best.value) > best.error + SAME * scale
    if accused and _doubtful(gradient, best, rungs, look, steps, base):
        corner = 0.0
    # The slope of a staircase may be that of the whole, or that of one stair, which is 0.
    stair = gradient == 0 and noise > 1e6 * EPS * abs(base)
    if corner == math.inf and (stair or noise > NOISY * largest or _unresolved(rungs)):
        corner = 0.0
    if sure and best.step < corner:
        return best.value, best.error, best.step, CENTRAL, math.nan, math.nan
    how = COARSE if corner == math.inf else CORNER
    beside = _beside_a_corner(look, base, noise, scale)
    return beside or (best.value, best.error, best.step, how, math.nan, math.nan)


def _confirmed(
    look: Look,
    costs: Sequence[float],
    base: float,
    steps: Sequence[float],
    noise: float,
    gradient: float,
    size: float,
) -> Row | None:
    """A row for a claim that agrees with the costs at the first step, or None.

    A wrong claim would only agree if it were off by exactly the truncation error.
    """
    (plus, minus), step = costs, steps[0]
    if noise > NOISY * max(abs(base), abs(plus), abs(minus)):
        return None
    value, steady = (plus - minus) / (2 * step), noise <= 1e6 * EPS * abs(base)
    if plus == minus == base and steady:
        # A slope too small to show at this step shows at the widest one, if it shows at all.
        step = max(steps)
        error = max(rounding_of(noise, step, size, 0.0), UNSEEN / step if gradient else 0.0)
        faint = error <= NOTHING * max(1.0, abs(base)) and abs(gradient) <= 10 * error
        if faint and look(step) == look(-step) == base:
            return 0.0, error, step, CENTRAL, math.nan, math.nan
        return None
    near, off = max(abs(gradient), abs(value)), abs(gradient - value)
    rounding = rounding_of(noise, step, size, value)
    bend = abs(plus - 2 * base + minus) / step
    if off <= SAME * near and rounding <= GOOD * near and bend <= STRAIGHT * near:
        return value, 4 * off + rounding, step, CENTRAL, math.nan, math.nan
    return None


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


def _doubtful(
    claim: float,
    best: Rung,
    rungs: Sequence[Rung],
    look: Look,
    steps: Sequence[float],
    base: float,
) -> bool:
    """Whether all steps together leave it open that the claim is wrong.

    That is so if two steps are much nearer to the claim than the best one. It happens when a part
    of the cost is in single precision, or comes from a table: then it is flat for narrow steps, but
    not for wide ones. For a smooth cost, truncation does not take two steps to the same wrong
    value. It is also so if no other step supports the best one. Steps that are too narrow for the
    rounding of the cost don't count.
    """
    off, known = abs(claim - best.value), {rung.step: rung.value for rung in rungs}
    values = [
        known[step] if step in known else (look(step) - look(-step)) / (2 * step)
        for step in steps
        if 8 * EPS * abs(base) < off * step
    ]
    clear, accuse = (
        sum(NEARER * abs(value - of) < off for value in values) for of in (claim, best.value)
    )
    return clear >= 2 or accuse < 2


def _unresolved(rungs: Sequence[Rung]) -> bool:
    """Whether the cost is not a line even within the narrowest step, and not because of noise."""
    rung = min(rungs, key=lambda rung: rung.step)
    return rung.error > 0.1 * abs(rung.value) and rung.error > 4 * rung.rounding


def _beside_a_corner(look: Look, base: float, noise: float, scale: float) -> Row | None:
    """A row from one-sided differences, or None if they are too coarse as well."""
    corner = None
    rights, lefts = (
        [one_sided(look, base, side * 2.0**power, noise) for power in FINE] for side in (1, -1)
    )
    for place, power in enumerate(FINE):
        right, left = rights[place], lefts[place]
        fine = [
            side
            for side, narrower in ((left, lefts), (right, rights))
            if side.error <= POOR * max(scale, abs(side.value))
            and not any(other.refutes(side) for other in narrower[place:])
        ]
        if len(fine) == 2 and left.refutes(right):
            corner = math.nan, math.nan, 2.0**power, CORNER, left.value, right.value
        elif fine:
            best = min(fine, key=lambda side: side.error)
            return best.value, best.error, 2.0**power, ONE_SIDED, math.nan, math.nan
    return corner
