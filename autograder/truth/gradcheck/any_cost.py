"""Derivatives of a cost of which nothing is known, each with an error bar that can be trusted.

One epsilon for all parameters crosses corners here and drowns in round-off there. So every
parameter has a ladder of steps, and every step tells by itself how wrong it may be.
"""

import math
from dataclasses import dataclass

import numpy as np

from autograder.truth.gradcheck.estimates import (
    CENTRAL,
    COARSE,
    CORNER,
    ONE_SIDED,
    UNDEFINED,
    Estimates,
)

LADDER = (-17, -14, -20, -11, -23, -8, -5, -26)
"""Steps as powers of two, which adding and subtracting doesn't change: 2^-17 is 7.6e-6."""

FINE = (-17, -20, -23, -26)
"""The steps of one-sided differences beside a corner."""

GOOD = 1e-6
"""An error, as a share of the gradient, that needs no further step."""

POOR = 1e-3
"""An error, as a share of the gradient, with which nothing has been shown."""

SMALL = 2.0**-19
"""Steps in which a bend that isn't steady means a corner."""

OFFSETS = np.array([1.0, -1.0, 2.0, -2.0])


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
    noise = noise_of(cost, parameters)
    first = cost.around(_steps(1.0)[0] * OFFSETS)
    rows = []
    with np.errstate(all="ignore"):
        for i, theta in enumerate(parameters.vector):
            known = None if first is None or abs(theta) > 1 else first[i]
            rows.append(_derivative(lambda step, i=i: cost.at(i, step), cost.base, noise,
                                    gradient[i], abs(theta), known))
    cost.check_input()
    return gathered(rows)


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
    with np.errstate(all="ignore"):
        for claimed, direction in zip(gradients, directions, strict=True):
            size = np.abs(parameters.vector).max()
            rows.append(_derivative(lambda step, d=direction: cost.along(d, step), cost.base,
                                    noise, claimed, size))
    cost.check_input()
    return gathered(rows)


def gathered(rows):
    """Make Estimates of rows (value, error, step, how, left, right)."""
    value, error, step, how, left, right = map(np.array, zip(*rows, strict=True))
    return Estimates(value, error, step, how, np.array([left, right]))


def noise_of(cost, parameters):
    """Return how much the cost trembles: the spread of its round-off, near these parameters.

    A few values along a line, so near to each other that the sixth differences of a smooth cost
    vanish; what they hold is noise (More and Wild, 2011, doi:10.1137/100786125). It is no less than
    the rounding of the cost itself.

    Parameters
    ----------
    cost : autograder.truth.gradcheck.asked_cost.AskedCost
    parameters : autograder.truth.gradcheck.parameters.Parameters

    Returns
    -------
    float
    """
    unit = np.finfo(np.float32 if cost.single else float).eps
    direction = np.random.default_rng(0).standard_normal(parameters.vector.size)
    direction /= np.linalg.norm(direction)
    direction *= np.where(parameters.vector == 0, 1.0, np.abs(parameters.vector))
    found = 0.0
    with np.errstate(all="ignore"):
        for power in (-30, -20, -10):
            values = np.array([cost.along(direction, k * 2.0**power) for k in range(-6, 7)])
            if len(np.unique(values)) < 5:
                continue  # so small a step that the cost stands still
            sixth = np.diff(values, 6)
            scale = math.factorial(6) ** 2 / math.factorial(12)
            found = math.sqrt(scale * np.mean(sixth**2))
            break
    cost.check_input()
    return max(found if math.isfinite(found) else 0.0, unit * abs(cost.base))


def _steps(size):
    """The ladder for a parameter of this size."""
    scale = 2.0 ** round(math.log2(max(size, 1.0)))
    steps = [scale * 2.0**power for power in LADDER]
    if 0 < size < 2.0**-10:
        # Whoever writes log(theta) with so small a theta can't go 1e-5 to the left.
        own = 2.0 ** math.floor(math.log2(size))
        steps += [own * 2.0**-10, own * 2.0**-17]
    return steps


def _derivative(look, base, noise, gradient, size, known=None):
    """(value, error, step, how, left, right) of the derivative of look at 0."""
    rungs = []
    for step in _steps(size):
        costs = known if known is not None else [look(step * offset) for offset in OFFSETS]
        known = None
        rung = _central(costs, base, step, noise, size)
        if math.isfinite(rung.error):
            rungs.append(rung)
            near = max(abs(gradient), abs(rung.value))
            # Nobody is accused on the word of one step.
            if rung.error <= GOOD * near and abs(gradient - rung.value) <= GOOD * near:
                break
    if not rungs:
        return math.nan, math.nan, math.nan, UNDEFINED, math.nan, math.nan
    # A step that has seen a corner knows nothing of what is nearer, and neither do wider ones.
    bent = [rung.step for rung in rungs if rung.bend > 0.7]
    corner = min(bent) if any(rung.bend > 2 for rung in rungs) else math.inf
    best = min([rung for rung in rungs if rung.step < corner] or rungs, key=lambda rung: rung.error)
    # One that says something else, for all that it allows for, is a reason to be less sure.
    error = max(best.error, *(abs(best.value - rung.value) - rung.error
                              for rung in rungs if rung.step < corner or best.step >= corner))
    scale = max(abs(gradient), abs(best.value))
    if best.step < corner and (error <= POOR * scale or (gradient == 0 and best.value == 0)):
        return best.value, error, best.step, CENTRAL, math.nan, math.nan
    how = COARSE if corner == math.inf else CORNER
    beside = _beside_a_corner(look, base, noise, scale)
    return beside or (best.value, error, best.step, how, math.nan, math.nan)


@dataclass(frozen=True)
class _Rung:
    """A central difference, its error bar, and how much more than by its noise the cost bends."""

    value: float
    error: float
    step: float
    bend: float


def _central(costs, base, step, noise, size):
    """Make a rung of the costs at +-1 and +-2 steps.

    Truncation shows in a difference twice as wide. A corner nearer than a third of the step hides
    from that, and shows in the bend: without one, it doubles with the step.
    """
    plus, minus, plus2, minus2 = costs
    value, wide = (plus - minus) / (2 * step), (plus2 - minus2) / (4 * step)
    bend = (plus - 2 * base + minus) / step
    unsteady = abs((plus2 - 2 * base + minus2) / (2 * step) - 2 * bend)
    rounding = 8 * noise / step + np.finfo(float).eps * size / step * abs(value)
    error = 4 * abs(wide - value) + unsteady + rounding
    # In a step this small a smooth cost does not bend, so what is more than its noise is a corner.
    return _Rung(value, error, step, unsteady / rounding if rounding and step <= SMALL else 0.0)


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
