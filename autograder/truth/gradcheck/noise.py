"""How much a cost trembles, which bounds what any difference of it can show."""

import math

import numpy as np

PLACES = np.sort(np.random.default_rng(0).uniform(1, 13, 13))
"""Where a line is looked at for noise, in steps: at odd distances, or a regular staircase would
look like a slope."""

_CUBICS = np.linalg.qr(np.vander(PLACES, 4))[0]


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
