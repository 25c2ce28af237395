"""The noise of a cost, which limits what any difference of it can show."""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from gradcheck.asked_cost import AskedCost
from gradcheck.parameters import Floats, Parameters

PLACES = np.array(
    [1.033, 1.198, 1.492, 4.237, 7.523, 8.280, 8.644, 9.754, 10.759, 10.790, 11.289, 11.953, 12.221]
)
"""Where the cost is evaluated along a line, in steps. The distances are irregular, because a
regular staircase would look like a slope."""

WINDOW = 5

FINE_STEPS, COARSE_STEPS = (2.0**-30, 2.0**-17), (2.0**-10, 2.0**-4)
"""Steps along a line. With the finest of them, noise in single precision is a single flat stair,
and it can't be seen if a term in double precision is added."""

EPS = float(np.finfo(float).eps)

SPREAD = 1.5
"""The standard deviation of normal numbers, divided by the median of their absolute values."""


ROUND_OFFS = 1e6
"""How many round-offs of the cost may still be its own; more are stairs, or a rough cost."""

WIDTH = 8
"""How many times its spread the noise of one difference may be."""

NOISY = 1e-4
"""Noise above this share of the cost may be a shape finer than any step."""


@dataclass(frozen=True)
class Noise:
    """How far a cost may be off.

    Attributes
    ----------
    spread : float
        What was found: the spread of its round-off.
    scale : float
        The largest cost that was met when it was looked for.
    told : float
        What the caller knows: how far the cost may be off in a way that does not show nearby.
    """

    spread: float
    scale: float
    told: float = 0.0

    @cached_property
    def is_known(self) -> bool:
        """Whether the caller knows of all that was found."""
        return 0 < self.told >= self.spread

    @cached_property
    def is_round_off(self) -> bool:
        """Whether it is no more than double precision leaves in a cost, or known."""
        return self.is_known or self.spread <= ROUND_OFFS * EPS * self.scale

    @cached_property
    def reach(self) -> float:
        """How far the half difference of two costs may be off."""
        return self.told if self.is_known else WIDTH * self.spread + self.told

    def hides(self, largest: float) -> bool:
        """Whether it may be a shape finer than any step, beside costs of this size."""
        return not self.is_known and self.spread > NOISY * max(largest, self.scale)


def noise_of(cost: AskedCost, parameters: Parameters, told: float = 0.0) -> Noise:
    """Return the noise of the cost near these parameters.

    The cost is evaluated at a few places along a line, so near to each other that a smooth cost is
    a cubic between neighbours; what remains without the cubic is noise (after More and Wild, 2011,
    doi:10.1137/100786125). This is done in windows on both sides of the parameters; two corners
    spoil less than half of them. If a cost takes only a few values, the noise is the step between
    them. It is never less than the rounding of the cost.

    Parameters
    ----------
    cost : gradcheck.asked_cost.AskedCost
    parameters : gradcheck.parameters.Parameters
    told : float
        What the caller knows of it.

    Returns
    -------
    Noise
    """
    line = np.random.default_rng(0).standard_normal(parameters.vector.size)
    line /= np.linalg.norm(line)
    sizes = np.abs(parameters.vector)
    near = line * np.where(sizes == 0, 1.0, np.minimum(sizes, 1.0))
    unit = float(np.finfo(np.float32 if cost.single else float).eps)
    with np.errstate(all="ignore"):
        found, scale = _noise_along(cost, near)
        if found is None:  # the cost is the same for relative changes of the parameters
            found, scale = _noise_along(cost, line)
    spread, scale = max(found or 0.0, unit * abs(cost.base)), max(scale, abs(cost.base))
    return Noise(spread, scale, told)


def _noise_along(cost: AskedCost, line: Floats) -> tuple[float | None, float]:
    """The noise along a line, None where the cost never changes; and the largest cost there."""
    rough, stairs, scale = None, math.inf, 0.0
    for step in (*FINE_STEPS, *COARSE_STEPS):
        if rough is not None and step in COARSE_STEPS:
            break
        sides = [
            np.array([cost.along(line, side * place * step) for place in PLACES])
            for side in (1, -1)
        ]
        values, left = np.concatenate(sides), np.concatenate([_left_of(side) for side in sides])
        different, left = np.unique(values[np.isfinite(values)]), left[np.isfinite(left)]
        scale = float(np.abs(different).max(initial=scale))
        if len(different) > len(PLACES) / 2 and left.size:
            spread = SPREAD * float(np.median(np.abs(left)))
            if step in COARSE_STEPS and spread <= 4 * EPS * np.abs(different).max():
                spread = 0.0  # so far away the cost is larger, and rounded more
            rough = max(rough or 0.0, spread, 0.0 if stairs == math.inf else stairs / 4)
        elif all(len(np.unique(side[np.isfinite(side)])) > 1 for side in sides):
            stairs = min(stairs, float(np.diff(different).min()))
    return (rough if stairs == math.inf else max(rough or 0.0, stairs)), scale


def _left_of(values: Floats) -> Floats:
    """What remains of each window of neighbours without a cubic, one number per window."""
    windows = np.lib.stride_tricks.sliding_window_view(values, WINDOW)
    left: Floats = np.sum(_WITHOUT_CUBICS * windows, axis=1)
    return left


def _orthogonal(places: Floats) -> Floats:
    """The unit vector that is orthogonal to all cubics at five places."""
    return np.linalg.qr(np.vander(places, WINDOW, increasing=True))[0][:, -1]


_WITHOUT_CUBICS = np.array(
    [_orthogonal(PLACES[start : start + WINDOW]) for start in range(len(PLACES) - WINDOW + 1)]
)
