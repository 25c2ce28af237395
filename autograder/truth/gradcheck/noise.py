"""How much a cost trembles, which bounds what any difference of it can show."""

import math

import numpy as np

from autograder.truth.gradcheck.asked_cost import AskedCost
from autograder.truth.gradcheck.parameters import Floats, Parameters

PLACES = np.sort(np.random.default_rng(0).uniform(1, 13, 13))
"""Where a line is looked at for noise, in steps: at odd distances, or a regular staircase would
look like a slope."""

WINDOW = 5

FINE_STEPS, COARSE_STEPS = (2.0**-30, 2.0**-17), (2.0**-10, 2.0**-4)
"""Steps along a line. Noise in single precision is one flat stair at the finest of them, and
nothing to see where something else is added that is fine."""

EPS = float(np.finfo(float).eps)

SPREAD = 1.5
"""Of normal numbers, the standard deviation in medians of their size."""


def noise_of(cost: AskedCost, parameters: Parameters) -> float:
    """Return how much the cost trembles: the spread of its round-off, near these parameters.

    A few values along a line, so near to each other that a smooth cost is a cubic between
    neighbours; what is left of them without it is noise (after More and Wild, 2011,
    doi:10.1137/100786125). It is looked for in windows to both sides of the parameters, of which
    two corners spoil less than half. A cost that takes a few values only has a noise of the step
    between them, and none has less than the rounding of its value.

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
    sizes = np.abs(parameters.vector)
    near = line * np.where(sizes == 0, 1.0, np.minimum(sizes, 1.0))
    unit = float(np.finfo(np.float32 if cost.single else float).eps)
    with np.errstate(all="ignore"):
        found = _noise_along(cost, near)
        if found is None:  # it never changes when parameters change by a share of themselves
            found = _noise_along(cost, line)
    return max(found or 0.0, unit * abs(cost.base))


def _noise_along(cost: AskedCost, line: Floats) -> float | None:
    """The noise on a line; None where the cost never changes."""
    rough, stairs = None, math.inf
    for step in (*FINE_STEPS, *COARSE_STEPS):
        if rough is not None and step in COARSE_STEPS:
            break
        sides = [
            np.array([cost.along(line, side * place * step) for place in PLACES])
            for side in (1, -1)
        ]
        values, left = np.concatenate(sides), np.concatenate([_left_of(side) for side in sides])
        different, left = np.unique(values[np.isfinite(values)]), left[np.isfinite(left)]
        if len(different) > len(PLACES) / 2 and left.size:
            spread = SPREAD * float(np.median(np.abs(left)))
            if step in COARSE_STEPS and spread <= 4 * EPS * np.abs(different).max():
                spread = 0.0  # so far away it is larger, and rounded more
            rough = max(rough or 0.0, spread, 0.0 if stairs == math.inf else stairs / 4)
        elif all(len(np.unique(side[np.isfinite(side)])) > 1 for side in sides):
            stairs = min(stairs, float(np.diff(different).min()))
    return rough if stairs == math.inf else max(rough or 0.0, stairs)


def _left_of(values: Floats) -> Floats:
    """What is left of neighbours without a cubic, a number for every window of them."""
    windows = np.lib.stride_tricks.sliding_window_view(values, WINDOW)
    left: Floats = np.sum(_WITHOUT_CUBICS * windows, axis=1)
    return left


def _orthogonal(places: Floats) -> Floats:
    """The unit vector that is orthogonal to all cubics at five places."""
    return np.linalg.qr(np.vander(places, WINDOW, increasing=True))[0][:, -1]


_WITHOUT_CUBICS = np.array(
    [_orthogonal(PLACES[start : start + WINDOW]) for start in range(len(PLACES) - WINDOW + 1)]
)
