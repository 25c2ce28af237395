"""A verdict on every single gradient, which neither a corner nor round-off can turn into a lie.

One norm over all parameters hides a wrong gradient among larger ones, and one epsilon for all of
them crosses corners here and drowns in round-off there. This check takes each parameter by itself,
carries an error bar, and says "inconclusive" where no finite difference is to be trusted.
"""

import warnings

import numpy as np

from autograder.truth.gradcheck import any_cost
from autograder.truth.gradcheck.asked_cost import AskedCost
from autograder.truth.gradcheck.estimates import CENTRAL, COARSE, CORNER, ONE_SIDED
from autograder.truth.gradcheck.parameters import Parameters
from autograder.truth.gradcheck.report import FAIL, INCONCLUSIVE, PASS, Report

AGREE = 1e-7
"""How far apart, as a share of the larger, a gradient and an exact derivative may be. Right
gradients agree to 1e-13; whoever adds 1e-8 to a probability is told so."""

AGREE_SINGLE = 1e-4
"""The same in single precision, in which a right gradient is good for five or six digits."""

ROUND_OFF_SINGLE = 64 * np.finfo(np.float32).eps
"""What single precision may do to a small entry, as a share of the largest one of its array."""


def check_gradients(cost, gradient, theta):
    """Compare every gradient with a finite difference of the cost.

    Parameters
    ----------
    cost : callable
        ``cost(theta)`` is a number. Of a plain function nothing is asked but that it is the same
        function every time: a dropout mask or a batch must be drawn outside. A `NetworkCost` knows
        a way that takes a few passes instead of 4 n.
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
        it sits on a corner of the cost, and what round-off of the cost hides.

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
    The difference is central, with steps from 2^-17 on. Its error bar is the sum of what a step
    twice as wide changes (truncation), of what bends the cost on the way (corners), and of 8 times
    the noise of the cost over the step (round-off). Where that is more than a millionth of the
    gradient, wider and narrower steps are tried, and where none will do, one-sided ones.
    """
    parameters = Parameters.of(theta)
    claimed = gradient(theta) if callable(gradient) else gradient
    vector, single = parameters.vector_of(claimed)
    if hasattr(cost, "derivatives"):
        estimates = cost.derivatives(parameters)
    else:
        asked = AskedCost(cost, parameters)
        estimates, single = any_cost.derivatives(asked, parameters, vector), single or asked.single
    allowed, agree = estimates.error, AGREE
    if single or parameters.single:
        warnings.warn("single precision: checked to 1e-4 only; in float64 it is 1e-7", stacklevel=2)
        largest = [np.full(array.size, np.abs(array).max())
                   for array in parameters.cut(vector).values()]
        allowed, agree = allowed + ROUND_OFF_SINGLE * np.concatenate(largest), AGREE_SINGLE
    return Report(parameters, vector, estimates, _judged(vector, estimates, allowed, agree))


def _judged(vector, estimates, allowed, agree):
    """PASS, FAIL or INCONCLUSIVE for every parameter."""
    value, finite = estimates.value, np.isfinite(vector)
    with np.errstate(invalid="ignore", over="ignore"):
        off = np.abs(vector - value)
        wrong = off > agree * np.maximum(np.abs(vector), np.abs(value)) + allowed
    verdicts = np.where(wrong | ~finite, FAIL, PASS)
    if (estimates.how != CENTRAL).any():
        # Who agrees with a one-sided difference is right, who doesn't need not be wrong.
        beside = (estimates.how == ONE_SIDED) & wrong
        coarse = (estimates.how == COARSE) & ~wrong
        unknown = np.isnan(value) | (estimates.how == CORNER)
        verdicts[(beside | coarse | unknown) & finite] = INCONCLUSIVE
    return verdicts
