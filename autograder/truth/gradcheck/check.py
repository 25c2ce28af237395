"""A verdict on every single gradient, which neither a corner nor round-off can turn into a lie.

One norm over all parameters hides a wrong gradient among larger ones, and one epsilon for all of
them crosses corners here and drowns in round-off there. This check takes each parameter by itself,
carries an error bar, and says "inconclusive" where no finite difference is to be trusted.
"""

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.truth.gradcheck import any_cost
from autograder.truth.gradcheck.asked_cost import AskedCost
from autograder.truth.gradcheck.estimates import CENTRAL, COARSE, CORNER, ONE_SIDED, POOR, Estimates
from autograder.truth.gradcheck.parameters import Floats, Form, Integers, Parameters
from autograder.truth.gradcheck.report import FAIL, INCONCLUSIVE, Report

AGREE = 1e-7
"""How far apart, as a share of the larger, a gradient and an exact derivative may be. Right
gradients agree to 1e-13; whoever adds 1e-8 to a probability is told so."""

AGREE_SINGLE = 1e-4
"""The same in single precision, in which a right gradient is good for five or six digits."""

SINGLE = float(np.finfo(np.float32).eps)

POOR_EXACT = 1e-6
"""`POOR` of derivatives in which nothing but round-off is wrong."""

POOR_SINGLE = 1e-2
"""`POOR` in single precision."""

AT_ONCE = 2**13
"""Parameters that are judged at the same time: more would fill memory anew in each check."""


def check_gradients(
    cost: Callable[[Any], Any], gradient: Form | Callable[[Any], Form], theta: Form
) -> Report:
    """Compare every gradient with a finite difference of the cost.

    Parameters
    ----------
    cost : callable
        ``cost(theta)`` is a number. Of a plain function nothing is asked but that it is the same
        function every time: a dropout mask or a batch must be drawn outside. One that has a method
        ``many``, which takes parameters with one more axis in front and returns as many costs, is
        asked for most of them at once. A `NetworkCost` knows a way that takes a few passes instead
        of 2 n.
    gradient : float, ndarray, dict, or callable
        What is to be checked, shaped as theta, or ``gradient(theta)`` that returns it. In a dict,
        the gradient of W1 is called W1 or dW1; dZ1, dA1, ... are left out.
    theta : float, ndarray of any shape, or dict of these
        Where to check. Left as it is.

    Returns
    -------
    Report
        A gradient g fails when |g - D| > 1e-7 max(|g|, |D|) + e, where D is the difference and e
        its error bar, and when it is NaN or infinite. "inconclusive" is what has no derivative, for
        it sits on a corner of the cost, and what round-off hides: where e is more than a thousandth
        of the gradient, or with a `NetworkCost` more than a millionth.

    Raises
    ------
    ValueError
        For parameters that can't be moved (integers, objects, none at all); for a cost that isn't
        finite there, isn't a number, changes its input or is random; for gradients that are
        missing, left over or of another shape. The message says which.

    Warns
    -----
    UserWarning
        If parameters, gradients or cost are in single precision: then 1e-7 becomes 1e-4.

    Notes
    -----
    Two costs, 2^-17 to either side, are enough where they say what is claimed, and hardly bend: for
    a wrong reason they would have to miss the derivative by just as much as the gradient does.
    Elsewhere a ladder of steps is climbed. Of each, the error bar is the sum of what a step twice
    as wide changes (truncation), of what bends the cost on the way (corners), and of 8 times the
    noise of the cost over the step (round-off). It ends where that is at most a millionth of the
    gradient and the claim agrees, or where three steps are sure that it is wrong; and where none
    will do, with one-sided differences. Before a claim is called wrong, every step is heard: two
    that are much nearer to it clear it, and one step alone accuses nobody.
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
    """Return what single precision leaves of derivatives in each: round-off of the largest."""
    return float(64 * SINGLE * np.fmax.reduce(np.abs(derivatives), initial=0.0))


def judge(
    vector: Floats, estimates: Estimates, errors: Floats, agree: float, poor: float
) -> Integers:
    """Return PASS, FAIL or INCONCLUSIVE for every claim.

    Parameters
    ----------
    vector : ndarray, shape (n,)
        What is claimed.
    estimates : Estimates
        What it is compared with. Those that turn out too coarse are noted as COARSE in ``how``.
    errors : ndarray, shape (n,)
        The error bars.
    agree : float
        How far apart, as a share of the larger, the two may be besides.
    poor : float
        The error, as a share of the larger, with which nothing has been shown.

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
    # An infinity minus itself is nan: so it has not agreed.
    agreed, blurred = off - allowed <= 0, (allowed > poor * size) & (size > 0)
    verdicts = np.zeros(vector.shape, int)
    if np.count_nonzero(agreed > blurred) == vector.size and not np.count_nonzero(how):
        return verdicts  # all PASS, by a central difference
    verdicts[~agreed] = FAIL
    how[blurred & (how == CENTRAL)] = COARSE
    # Who agrees with a one-sided difference is right, who doesn't need not be wrong; and a coarse
    # one refutes nothing that isn't far away.
    beside = (how == ONE_SIDED) & (blurred | ~agreed)
    coarse = (how == COARSE) & ~(off > 10 * allowed)
    unknown = ~np.isfinite(value) | np.isnan(allowed) | (how == CORNER)
    verdicts[(beside | coarse | unknown) & np.isfinite(vector)] = INCONCLUSIVE
    return verdicts
