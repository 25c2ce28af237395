"""Derivatives of a cost of which nothing is known, each with an error bar that can be trusted.

One epsilon for all parameters crosses corners here and drowns in round-off there. So every
parameter has a ladder of steps, every step tells by itself how wrong it may be, and what a narrow
one refutes is not believed of a wide one.
"""

import math
from dataclasses import dataclass

import numpy as np

from autograder.truth.gradcheck.estimates import (
    CENTRAL,
    COARSE,
    CORNER,
    ONE_SIDED,
    POOR,
    UNDEFINED,
    Estimates,
)

LADDER = (-17, -14, -20, -11, -23, -8, -5, -26)
"""Steps as powers of two, which adding and subtracting doesn't change: 2^-17 is 7.6e-6."""

FINE = (-17, -20, -23, -26)
"""The steps of one-sided differences beside a corner."""

GOOD = 1e-6
"""An error, as a share of the gradient, that needs no further step."""

NOISY = 1e-4
"""Noise, as a share of the cost, that may be a shape finer than any step."""

SMALL = 2.0**-19
"""Steps in which a bend that isn't steady means a corner."""

OFFSETS = np.array([1.0, -1.0, 2.0, -2.0])

PLACES = np.sort(np.random.default_rng(0).uniform(1, 13, 13))
"""Where a line is looked at for noise, in steps: at odd distances, or a regular staircase would
look like a slope."""

_CUBICS = np.linalg.qr(np.vander(PLACES, 4))[0]


def derivatives(cost, parameters, gradient):
    """Return the derivative by every parameter.

    Parameters
    ----------
    cost : autograder.truth.gradcheck.asked_cost.AskedCost
    parameters : autograder.truth.gradcheck.parameters.Parameters
    gradient : ndarray, shape (n,)
        What is to be checked: how small the errors must be depends on it.

    Returns
    -------
    Estimates
    """
    noise, rows = noise_of(cost, parameters), []
    with np.errstate(all="ignore"):
        for i, theta in enumerate(parameters.vector):
            rows.append(_derivative(lambda step, i=i: cost.at(i, step), cost.base, noise,
                                    gradient[i], abs(float(theta))))
    return _gathered(rows)


def along(cost, parameters, gradients, directions):
    """Return the derivative along every direction.

    Parameters
    ----------
    cost, parameters
        As above.
    gradients : ndarray, shape (k,)
        What is claimed for each direction.
    directions : ndarray, shape (k, n)
        Unit vectors.

    Returns
    -------
    Estimates
    """
    noise, rows = noise_of(cost, parameters), []
    size = float(np.abs(parameters.vector).max())
    with np.errstate(all="ignore"):
        for claimed, direction in zip(gradients, directions, strict=True):
            rows.append(_derivative(lambda step, d=direction: cost.along(d, step), cost.base,
                                    noise, claimed, size))
    return _gathered(rows)


def _gathered(rows):
    """Make Estimates of rows (value, error, step, how, left, right)."""
    value, error, step, how, left, right = map(np.array, zip(*rows, strict=True))
    return Estimates(value, error, step, how, np.array([left, right]))


def noise_of(cost, parameters):
    """Return how much the cost trembles: the spread of its round-off, near these parameters.

    A few values along a line, so near to each other that a smooth cost is a cubic there; what is
    left of them without it is noise (after More and Wild, 2011, doi:10.1137/100786125). Both
    directions of the line are tried, as a corner at the parameters themselves is none. A cost that
    takes a few values only has a noise of the step between them, and none has less than the
    rounding of its value.

    Parameters
    ----------
    cost : autograder.truth.gradcheck.asked_cost.AskedCost
    parameters : autograder.truth.gradcheck.parameters.Parameters

    Returns
    -------
    float
    """
    line = np.random.default_rng(0).standard_normal(parameters.vector.size)
    line /= np.linalg.norm(line)
    line *= np.where(parameters.vector == 0, 1.0, np.minimum(np.abs(parameters.vector), 1.0))
    unit = float(np.finfo(np.float32 if cost.single else float).eps)
    with np.errstate(all="ignore"):
        found = min(_noise_along(cost, side * line) for side in (1, -1))
    return max(found if math.isfinite(found) else 0.0, unit * abs(cost.base))


def _noise_along(cost, line):
    stairs = math.inf
    for power in (-30, -20, -10, -4):
        values = np.array([cost.along(line, k * 2.0**power) for k in PLACES])
        different = np.unique(values)
        if len(different) >= 5:
            left = values - _CUBICS @ (_CUBICS.T @ values)
            spread = math.sqrt(np.sum(left**2) / (len(values) - 4))
            return max(spread, 0.0 if stairs == math.inf else stairs / 4)
        if len(different) > 1:
            stairs = min(stairs, float(np.diff(different).min()))
    return 0.0 if stairs == math.inf else stairs


def _steps(size):
    """The ladder for a parameter of this size."""
    power = math.frexp(size)[1] if size > 1 else 0
    steps = [math.ldexp(1.0, power + rung) for rung in LADDER if power + rung < 1023]
    if power > 1:
        # What is large may matter as it is, and not as a share of itself.
        steps = [2.0**rung for rung in (-17, -14, -11, -8, -5) if rung > power - 42] + steps
    if 0 < size < 2.0**-10:
        # Whoever writes log(theta) with so small a theta can't go 1e-5 to the left.
        own = math.frexp(size)[1]
        steps += [math.ldexp(1.0, own + rung) for rung in (-10, -17) if own + rung > -1022]
    return steps


@dataclass(frozen=True)
class _Rung:
    """A central difference, its error bar, the part of it that is round-off, and how much more than
    that the cost bends."""

    value: float
    error: float
    rounding: float
    step: float
    bend: float

    def refutes(self, other):
        """Whether no derivative is within the error bars of both."""
        return abs(self.value - other.value) > self.error + other.error


def _derivative(look, base, noise, gradient, size):
    """(value, error, step, how, left, right) of the derivative of look at 0."""
    rungs, largest = [], abs(base)
    for step in _steps(size):
        costs = [look(step * offset) for offset in OFFSETS]
        largest = max(largest, *(abs(cost) for cost in costs if math.isfinite(cost)), 0.0)
        rung = _central(costs, base, step, noise, size)
        if math.isfinite(rung.error):
            rungs.append(rung)
            near = max(abs(gradient), abs(rung.value))
            # Nobody is accused on the word of one step, nor believed on that of a wide one.
            if (rung.error <= GOOD * near and abs(gradient - rung.value) <= GOOD * near
                    and rung in _unrefuted(rungs)):
                break
    if not rungs:
        return math.nan, math.nan, math.nan, UNDEFINED, math.nan, math.nan
    # A step that has seen a corner knows nothing of what is nearer, and neither do wider ones.
    bent = [rung.step for rung in rungs if rung.bend > 0.7]
    corner = min(bent) if any(rung.bend > 2 for rung in rungs) else math.inf
    within = _unrefuted([rung for rung in rungs if rung.step < corner] or rungs)
    best = min(within, key=lambda rung: rung.error)
    scale = max(abs(gradient), abs(best.value))
    sure = best.error <= (POOR * scale if scale else POOR)
    # On a staircase one may mean the slope of the stairs, or that of a stair, which is 0.
    stair = gradient == 0 and noise > 1e6 * abs(base) * np.finfo(float).eps
    if corner == math.inf and (stair or noise > NOISY * largest or _unresolved(rungs)):
        corner = 0.0
    if sure and best.step < corner:
        return best.value, best.error, best.step, CENTRAL, math.nan, math.nan
    how = COARSE if corner == math.inf else CORNER
    beside = _beside_a_corner(look, base, noise, scale)
    return beside or (best.value, best.error, best.step, how, math.nan, math.nan)


def _unrefuted(rungs):
    """The rungs that no narrower one refutes."""
    return [rung for rung in rungs
            if not any(other.step < rung.step and other.refutes(rung) for other in rungs)]


def _unresolved(rungs):
    """Whether even the narrowest step sees a shape that is none of a line, and more than noise."""
    rung = min(rungs, key=lambda rung: rung.step)
    return rung.error > 0.1 * abs(rung.value) and rung.error > 4 * rung.rounding


def _central(costs, base, step, noise, size):
    """Make a rung of the costs at +-1 and +-2 steps.

    Truncation shows in a difference twice as wide. A corner nearer than a third of the step hides
    from that, and shows in the bend: without one, it doubles with the step.
    """
    plus, minus, plus2, minus2 = costs
    value, wide = (plus - minus) / (2 * step), (plus2 - minus2) / (4 * step)
    narrow_bend = (plus - 2 * base + minus) / step
    unsteady = abs((plus2 - 2 * base + minus2) / (2 * step) - 2 * narrow_bend)
    rounding = 8 * noise / step + np.finfo(float).eps * size / step * abs(value)
    error = 4 * abs(wide - value) + unsteady + rounding
    # In a step this small a smooth cost does not bend, so what is more than its noise is a corner.
    bend = unsteady / rounding if rounding and step <= SMALL else 0.0
    return _Rung(value, error, rounding, step, bend)


def _beside_a_corner(look, base, noise, scale):
    """A row from one-sided differences, or None where they are too coarse as well."""
    corner = None
    for power in FINE:
        step = 2.0**power
        (right, wrong_right), (left, wrong_left) = (
            _one_sided(look, base, side * step, noise) for side in (1, -1)
        )
        fine = [(value, error) for value, error in ((left, wrong_left), (right, wrong_right))
                if error <= POOR * max(scale, abs(value))]
        if len(fine) == 1:
            return *fine[0], step, ONE_SIDED, math.nan, math.nan
        if len(fine) == 2:
            if abs(right - left) <= wrong_right + wrong_left:
                best = min(fine, key=lambda pair: pair[1])
                return *best, step, ONE_SIDED, math.nan, math.nan
            corner = math.nan, math.nan, step, CORNER, left, right
    return corner


def _one_sided(look, base, step, noise):
    """A difference of second order towards the sign of the step, and its error bar."""
    one, two, four = look(step), look(2 * step), look(4 * step)
    value = (-3 * base + 4 * one - two) / (2 * step)
    wide = (-3 * base + 4 * two - four) / (4 * step)
    error = 4 * abs(wide - value) + 32 * noise / abs(step)
    return value, error if math.isfinite(error) else math.inf
