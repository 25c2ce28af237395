"""The steps of finite differences, and the error bar of a difference with one of them."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from gradcheck.noise import Noise

LADDER = (-17, -14, -20, -11, -23, -8, -5, -26)
"""Steps as powers of two, which addition and subtraction don't round: 2^-17 is 7.6e-6."""

FINE = (-17, -20, -23, -26, -30, -34)
"""The steps of one-sided differences next to a corner."""

UNSEEN = 2.0**-37
"""What a cost that never changes may have lost: log(1 + exp(-50)) is 0, but its slope is not."""

SMALL = 2.0**-19
"""Up to this step, a bend that doesn't grow with the step means a corner."""

ALIKE, CLEAR = 0.25, 100
"""How nearly the same two second differences must be, as a share, and how many round-offs above
nothing, to be a second derivative."""

EPS = float(np.finfo(float).eps)


def steps_for(size: float) -> tuple[float, ...]:
    """Return the steps for a parameter of this size, in the order in which to try them."""
    return _ladder(math.frexp(size)[1])


@cache
def _ladder(own: int) -> tuple[float, ...]:
    """The steps for parameters below this power of two."""
    power = max(own, 0)
    steps = [math.ldexp(1.0, power + rung) for rung in LADDER if power + rung < 1023]
    if power > 1:
        # The cost may depend on the absolute change of a large parameter, not on its relative one.
        steps = [2.0**rung for rung in (-17, -14, -11, -8, -5) if rung > power - 42] + steps
    if own < -9:
        # With log(theta) and such a small theta, a step of 1e-5 to the left is not possible.
        steps += [math.ldexp(1.0, own + rung) for rung in (-10, -17) if own + rung > -1022]
    return tuple(steps)


@dataclass(frozen=True)
class Rung:
    """A difference and its error.

    Attributes
    ----------
    value : float
    error : float
        The error bar; not finite where the cost is not.
    rounding : float
        The part of it that is round-off.
    step : float
    bend : float
        The bend of the cost as a multiple of `rounding`, for steps so small that a smooth cost does
        not bend; 0 for larger steps.
    curve : float
        The second derivative, where it is the same over the step and over two; else 0.
    """

    value: float
    error: float
    rounding: float
    step: float
    bend: float
    curve: float = 0.0

    def refutes(self, other: "Rung") -> bool:
        """Whether no derivative is within the error bars of both."""
        return abs(self.value - other.value) > self.error + other.error


def rounding_of(noise: Noise, step: float, size: float, value: float) -> float:
    """Return the error of a difference from rounding the costs and the moved parameter."""
    return noise.reach / step + EPS * size / step * abs(value)


def central(
    costs: Sequence[float], base: float, step: float, noise: Noise, size: float, claimed: bool
) -> Rung:
    """Make a rung from the costs at +-1 and +-2 steps.

    Truncation shows in a difference twice as wide. A corner nearer than a third of the step does
    not show there, but in the bend, which doubles with the step if there is no corner. If all costs
    are equal, they only show that the slope is not larger than what they may have lost.

    Parameters
    ----------
    costs : list of float
        At step, -step, 2 step, -2 step.
    base : float
        The cost between them.
    step : float
    noise : Noise
    size : float
        Of the parameter.
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
    # What the caller knows to be noise is no truncation, and no bend.
    known = noise.told / step if noise.is_known else 0.0
    truncation = max(0.0, abs(wide - value) - 1.5 * known)
    unsteady = max(0.0, unsteady - 10 * known)
    error = 4 * truncation + unsteady + rounding
    # In a step this small a smooth cost does not bend, so a bend above the noise is a corner.
    bend = unsteady / rounding if rounding and step <= SMALL else 0.0
    curve, wide_curve = narrow_bend / step, (plus2 - 2 * base + minus2) / (4 * step * step)
    is_seen = abs(curve - wide_curve) <= ALIKE * abs(curve) and abs(narrow_bend) > CLEAR * rounding
    return Rung(value, error, rounding, step, bend, curve if is_seen else 0.0)


def one_sided(look: Callable[[float], float], base: float, step: float, noise: Noise) -> Rung:
    """Make a rung from a second-order difference to one side, given by the sign of the step.

    Parameters
    ----------
    look : callable
        Returns the cost a step away.
    base, step : float
    noise : Noise
    """
    one, two, four = look(step), look(2 * step), look(4 * step)
    value = (-3 * base + 4 * one - two) / (2 * step)
    wide = (-3 * base + 4 * two - four) / (4 * step)
    rounding = 4 * noise.reach / abs(step)
    error = 4 * abs(wide - value) + rounding
    return Rung(value, error if math.isfinite(error) else math.inf, rounding, abs(step), 0.0)
