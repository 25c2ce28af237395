"""Steps to differ by, and what a difference with one of them knows of its own error."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

LADDER = (-17, -14, -20, -11, -23, -8, -5, -26)
"""Steps as powers of two, which adding and subtracting doesn't change: 2^-17 is 7.6e-6."""

FINE = (-17, -20, -23, -26, -30, -34)
"""The steps of one-sided differences beside a corner."""

UNSEEN = 2.0**-37
"""What a cost that never changes may have lost: log(1 + exp(-50)) is 0, and its slope is not."""

SMALL = 2.0**-19
"""Steps in which a bend that isn't steady means a corner."""

EPS = float(np.finfo(float).eps)


def steps_for(size: float) -> tuple[float, ...]:
    """Return the ladder for a parameter of this size: a tuple of steps, to be tried in order."""
    return _ladder(math.frexp(size)[1])


@cache
def _ladder(own: int) -> tuple[float, ...]:
    """The ladder for parameters below this power of two."""
    power = max(own, 0)
    steps = [math.ldexp(1.0, power + rung) for rung in LADDER if power + rung < 1023]
    if power > 1:
        # What is large may matter as it is, and not as a share of itself.
        steps = [2.0**rung for rung in (-17, -14, -11, -8, -5) if rung > power - 42] + steps
    if own < -9:
        # Whoever writes log(theta) with so small a theta can't go 1e-5 to the left.
        steps += [math.ldexp(1.0, own + rung) for rung in (-10, -17) if own + rung > -1022]
    return tuple(steps)


@dataclass(frozen=True)
class Rung:
    """A difference and what is known of its error.

    Attributes
    ----------
    value : float
    error : float
        The error bar; not finite where the cost isn't.
    rounding : float
        The part of it that is round-off.
    step : float
    bend : float
        How much more than that the cost bends, in steps so small that a smooth one doesn't.
    """

    value: float
    error: float
    rounding: float
    step: float
    bend: float

    def refutes(self, other: "Rung") -> bool:
        """Whether no derivative is within the error bars of both."""
        return abs(self.value - other.value) > self.error + other.error


def rounding_of(noise: float, step: float, size: float, value: float) -> float:
    """Return what the rounding of the costs, and of the moved parameter, leaves in a difference."""
    return 8 * noise / step + EPS * size / step * abs(value)


def central(
    costs: Sequence[float], base: float, step: float, noise: float, size: float, claimed: bool
) -> Rung:
    """Make a rung of the costs at +-1 and +-2 steps.

    Truncation shows in a difference twice as wide. A corner nearer than a third of the step hides
    from that, and shows in the bend: without one, it doubles with the step. And costs that are all
    the same show no more than that nothing is as large as what they may have lost.

    Parameters
    ----------
    costs : list of float
        At step, -step, 2 step, -2 step.
    base : float
        The cost between them.
    step, noise, size : float
        The step, the noise of the cost, and the size of the parameter.
    claimed : bool
        Whether a derivative other than 0 is claimed.

    Returns
    -------
    Rung
    """
    plus, minus, plus2, minus2 = costs
    value, wide = (plus - minus) / (2 * step), (plus2 - minus2) / (4 * step)
    narrow_bend = (plus - 2 * base + minus) / step
    unsteady = abs((plus2 - 2 * base + minus2) / (2 * step) - 2 * narrow_bend)
    rounding = rounding_of(noise, step, size, value)
    if claimed and costs == [base] * 4:
        rounding += UNSEEN / step
    error = 4 * abs(wide - value) + unsteady + rounding
    # In a step this small a smooth cost does not bend, so what is more than its noise is a corner.
    bend = unsteady / rounding if rounding and step <= SMALL else 0.0
    return Rung(value, error, rounding, step, bend)


def one_sided(look: Callable[[float], float], base: float, step: float, noise: float) -> Rung:
    """Make a rung of a difference of second order, towards the sign of the step.

    Parameters
    ----------
    look : callable
        The cost a step away.
    base, step, noise : float
    """
    one, two, four = look(step), look(2 * step), look(4 * step)
    value = (-3 * base + 4 * one - two) / (2 * step)
    wide = (-3 * base + 4 * two - four) / (4 * step)
    rounding = 32 * noise / abs(step)
    error = 4 * abs(wide - value) + rounding
    return Rung(value, error if math.isfinite(error) else math.inf, rounding, abs(step), 0.0)
