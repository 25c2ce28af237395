"""A verdict on every single gradient, which neither corners nor round-off make wrong.

One norm over all parameters hides a wrong gradient among larger ones, and one epsilon for all of
them crosses corners in some places and is too small for the round-off in others. This check takes
each parameter by itself, has an error bar for it, and says "inconclusive" where no finite
difference can be trusted.
"""

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from gradcheck import any_cost
from gradcheck.asked_cost import AskedCost
from gradcheck.estimates import CENTRAL, COARSE, CORNER, ONE_SIDED, POOR, Estimates
from gradcheck.parameters import Floats, Form, Integers, Parameters
from gradcheck.report import FAIL, INCONCLUSIVE, Report

AGREE = 1e-7
"""How far apart, as a share of the larger, a gradient and an exact derivative may be. Correct
gradients agree to 1e-13; adding 1e-8 to a probability makes a difference that is reported."""

AGREE_SINGLE = 1e-4
"""The same in single precision, in which a correct gradient has five or six correct digits."""

SINGLE = float(np.finfo(np.float32).eps)

POOR_EXACT = 1e-6
"""`POOR` for derivatives whose only error is round-off."""

POOR_SINGLE = 1e-2
"""`POOR` for single precision."""

AT_ONCE = 2**13
"""How many parameters are judged at the same time: for more, each check would allocate new memory
from the system."""


def check_gradients(
    cost: Callable[[Any], Any], gradient: Form | Callable[[Any], Form], theta: Form
) -> Report:
    """Compare every gradient with a finite difference of the cost.

    Parameters
    ----------
    cost : callable
        ``cost(theta)`` is a number. A plain function only has to be the same function every time:
        draw a dropout mask or a batch outside. A cost may have a method ``many``, which takes
        parameters with one more axis in front and returns as many costs; then most costs are
        computed with it at once. A `NetworkCost` needs only a few passes instead of 2 n.
    gradient : float, ndarray, dict, or callable
        What to check, with the shape of theta, or a function ``gradient(theta)`` that returns it.
        In a dict, the gradient of W1 is called W1 or dW1; dZ1, dA1, ... are ignored.
    theta : float, ndarray of any shape, or dict of these
        Where to check. It is not changed.

    Returns
    -------
    Report
        A gradient g fails when |g - D| > 1e-7 max(|g|, |D|) + e, where D is the difference and e
        its error bar, and when it is NaN or infinite. "inconclusive" means that the cost has no
        derivative here, because it has a corner, or that round-off hides it: e is more than a
        thousandth of the gradient, or with a `NetworkCost` more than a millionth.

    Raises
    ------
    ValueError
        If parameters can't be moved (integers, objects, an empty array or dict); if the cost is not
        finite there, is not a number, changes its input or is random; if gradients are missing,
        are left over or have a different shape. The message says which.

    Warns
    -----
    UserWarning
        If parameters, gradients or cost are in single precision: then 1e-4 is used instead of 1e-7.

    Notes
    -----
    Two costs, 2^-17 to either side, are enough where their difference agrees with the gradient and
    the cost hardly bends: to agree with a wrong gradient, the difference would have to miss the
    derivative by exactly as much as the gradient does. Elsewhere several steps are tried, one after
    the other. The error bar of each is the sum of three terms: the change when the step is twice as
    wide (truncation), the bend of the cost within the step (corners), and 8 times the noise of the
    cost divided by the step (round-off). The search ends when the error bar is at most a millionth
    of the gradient and the gradient agrees, or when three steps clearly show that it is wrong. If
    no step is good enough, one-sided differences are tried. Before a gradient is called wrong, all
    steps are evaluated: it is not called wrong if two of them are much nearer to it, or if only one
    step speaks against it.
    """
    parameters = Parameters.of(theta)
    vector, single = parameters.vector_of(parameters.claimed(gradient))
    single = single or parameters.single
    if hasattr(cost, "derivatives"):
        estimates, poor = cost.derivatives(parameters, single), POOR_EXACT
        errors = estimates.error
    else:
        asked, poor = AskedCost(cost, parameters), POOR
        single = single or asked.single
        estimates = any_cost.derivatives(asked, parameters, vector)
        errors = estimates.error + single * rounded(estimates.value)
    if not single:
        return Report(parameters, vector, estimates, judge(vector, estimates, errors, AGREE, poor))
    warnings.warn("single precision: checked to 1e-4 only; in float64 it is 1e-7", stacklevel=2)
    return Report(
        parameters, vector, estimates, judge(vector, estimates, errors, AGREE_SINGLE, POOR_SINGLE)
    )


def rounded(derivatives: Floats) -> float:
    """Return the error of single precision in each derivative: the round-off of the largest."""
    return float(64 * SINGLE * np.fmax.reduce(np.abs(derivatives), initial=0.0))


def judge(
    vector: Floats, estimates: Estimates, errors: Floats, agree: float, poor: float
) -> Integers:
    """Return PASS, FAIL or INCONCLUSIVE for every claim.

    Parameters
    ----------
    vector : ndarray, shape (n,)
        The claimed gradient.
    estimates : Estimates
        What it is compared with. Those that are too coarse are marked COARSE in ``how``.
    errors : ndarray, shape (n,)
        The error bars.
    agree : float
        How far apart, as a share of the larger, the two may be in addition to the error bar.
    poor : float
        An error larger than this share of the larger shows nothing.

    Returns
    -------
    ndarray of int, shape (n,)
    """
    value, how = estimates.value, estimates.how
    if vector.size <= AT_ONCE:
        return _judge_at_once(vector, value, how, errors, agree, poor)
    portions = [slice(start, start + AT_ONCE) for start in range(0, vector.size, AT_ONCE)]
    return np.concatenate(
        [_judge_at_once(vector[p], value[p], how[p], errors[p], agree, poor) for p in portions]
    )


@np.errstate(all="ignore")
def _judge_at_once(
    vector: Floats, value: Floats, how: Integers, allowed: Floats, agree: float, poor: float
) -> Integers:
    off, size = np.abs(vector - value), np.maximum(np.abs(vector), np.abs(value))
    allowed = agree * size + allowed
    # Infinity minus infinity is nan, which does not count as agreement.
    agreed, blurred = off - allowed <= 0, (allowed > poor * size) & (size > 0)
    verdicts = np.zeros(vector.shape, int)
    if np.count_nonzero(agreed > blurred) == vector.size and not np.count_nonzero(how):
        return verdicts  # all PASS, by a central difference
    verdicts[~agreed] = FAIL
    how[blurred & (how == CENTRAL)] = COARSE
    # A gradient that agrees with a one-sided difference is correct, but one that doesn't may be
    # correct too. And a coarse difference only refutes what is far away.
    beside = (how == ONE_SIDED) & (blurred | ~agreed)
    coarse = (how == COARSE) & ~(off > 10 * allowed)
    unknown = ~np.isfinite(value) | np.isnan(allowed) | (how == CORNER)
    verdicts[(beside | coarse | unknown) & np.isfinite(vector)] = INCONCLUSIVE
    return verdicts
