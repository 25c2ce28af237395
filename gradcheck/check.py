"""A verdict on every single gradient, which neither corners nor round-off make wrong.

One norm over all parameters hides a wrong gradient among larger ones, and one epsilon for all of
them crosses corners in some places and is too small for the round-off in others. This check takes
each parameter by itself, has an error bar for it, and says "inconclusive" where no finite
difference can be trusted.
"""

import warnings
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from gradcheck import any_cost, corners
from gradcheck.asked_cost import AskedCost
from gradcheck.estimates import (
    CENTRAL,
    COARSE,
    CORNER,
    CORNERS,
    NOISY,
    ONE_SIDED,
    POOR,
    POOR_KNOWN,
    STATIONARY,
    UNRESOLVED,
    Estimates,
)
from gradcheck.options import Progress, drawn, known_noise, shown, tolerance
from gradcheck.parameters import Floats, Form, Integers, Parameters
from gradcheck.report import Report
from gradcheck.single import AGREE_SINGLE, POOR_SINGLE, by_array, left_open
from gradcheck.verdicts import FAIL, INCONCLUSIVE, NOT_CHECKED

AGREE = 1e-7
"""How far apart, as a share of the larger, a gradient and an exact derivative may be. Correct
gradients agree to 1e-13; adding 1e-8 to a probability makes a difference that is reported."""

POOR_EXACT = 1e-6
"""`POOR` for derivatives whose only error is round-off."""

UNDECIDED = (CORNER, CORNERS, UNRESOLVED, NOISY)
"""How derivatives were looked for and not found."""

MOST_CORNERS = 64
"""At how many corners of a cost with derivatives of its own both slopes are computed."""

AT_ONCE = 2**13
"""How many parameters are judged at the same time: for more, each check would allocate new memory
from the system."""


def check_gradients(
    cost: Callable[[Any], Any],
    gradient: Form | Callable[[Any], Form],
    theta: Form,
    *,
    rtol: float | None = None,
    noise: float | tuple[float, float] = 0.0,
    max_parameters: int | None = None,
    sample: float | None = None,
    rng: np.random.Generator | None = None,
    progress: Progress = None,
) -> Report:
    """Compare every gradient with a finite difference of the cost.

    Parameters
    ----------
    cost : callable
        ``cost(theta)`` is a number. A plain function only has to be the same function every time:
        draw a dropout mask or a batch outside. A cost may have a method ``many``, which takes
        parameters with one more axis in front and returns as many costs; then most costs are
        computed with it at once. A `NetworkCost` needs only a few passes instead of 2 n.
    gradient : float, ndarray, nest of these, or callable
        What to check, with the form of theta, or a function ``gradient(theta)`` that returns it.
        In a dict of arrays, the gradient of W1 is called W1 or dW1; dZ1, dA1, ... are ignored.
    theta : float, ndarray of any shape, or nest of these
        Where to check: a number, an array, or dicts, lists and tuples of arrays, nested in any way.
        It is not changed.
    rtol : float, optional
        How far apart, as a share of the larger, a gradient and the derivative may be in addition to
        the error bar: by default 1e-7.
    noise : float or (float, float)
        How far the cost itself may be off in a way that does not show nearby, in its own units; or
        a pair: in its own units, and as a share of it. Say so for a cost that comes from a solver
        or from an ODE whose steps end at a tolerance: its finite differences are those of what was
        solved, while an exact adjoint is that of the solution.
    max_parameters : int, optional
        Check at most so many, drawn at random, at least one of each array. The report says how
        many, and how rare a mistake they may have missed.
    sample : float, optional
        Check so large a share of them.
    rng : numpy.random.Generator, optional
        Draws them; by default one with a seed of its own.
    progress : callable or True, optional
        ``progress(done, total)`` is called after every parameter; True shows a bar, if `tqdm` or
        `rich` is installed.

    Returns
    -------
    Report
        A gradient g fails when |g - D| > 1e-7 max(|g|, |D|) + e, where D is the difference and e
        its error bar; when it is neither of the two slopes at a corner nor between them; and when
        it is NaN or infinite. "inconclusive" means that the cost has no derivative here, because it
        has a corner, or that round-off hides it: e is more than a thousandth of the gradient, or
        with a `NetworkCost` more than a millionth.

        The report passes if nothing failed, something was decided, and no array is left of which
        nothing is known: at least one entry other than 0 passed, or lies between the known slopes
        of a corner, or all that is inconclusive is negligible (see `Report.undecided`).

        If parameters, gradients or cost are in single precision, 1e-4 takes the place of 1e-7, a
        hundredth that of a thousandth and a millionth, and e is larger by 8e-6 of the largest D of
        the same array (a `NetworkCost` knows its round-off in single precision itself). Where
        most of an array is off by less than 2e-6 of the largest D of all arrays, it is not called
        wrong, but inconclusive. The cost is given parameters in double precision in any case.

    Raises
    ------
    ValueError
        If parameters can't be moved (integers, objects, an empty array or dict); if the cost is not
        finite there, is not a number, changes its input or is random; if gradients are missing,
        are left over or have a different shape; if an option has no meaning. The message says
        which.

    Warns
    -----
    UserWarning
        If parameters, gradients or cost are in single precision.

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

    Examples
    --------
    >>> import numpy as np
    >>> theta = {"W": np.array([[1.0, 2.0], [3.0, 4.0]]), "b": 0.5}
    >>> cost = lambda p: float(np.sum(p["W"] ** 3) * p["b"])
    >>> dW, db = 3 * theta["W"] ** 2 * theta["b"], np.sum(theta["W"] ** 3)
    >>> assert check_gradients(cost, {"dW": dW, "db": db}, theta)
    >>> check_gradients(cost, {"dW": dW / 2, "db": db}, theta)
    array   pass  fail  inconclusive   off by
    dW         0     4             0      0.5  dW[1, 1]: 12, but the cost says 24 (off by 12, ...
    db         1     0             0  ...
    """
    parameters = Parameters.of(theta)
    vector, single = parameters.vector_of(parameters.claimed(gradient))
    single = single or parameters.single
    chosen = drawn(parameters, max_parameters, sample, rng)
    if hasattr(cost, "derivatives"):
        if noise:
            raise ValueError("this cost knows its own round-off: leave out noise")
        agree, poor = tolerance(rtol, AGREE_SINGLE if single else AGREE), POOR_EXACT
        estimates = cost.derivatives(parameters, single)
        estimates = _with_slopes_at_corners(cost, parameters, vector, estimates, agree)
    else:
        asked = AskedCost(cost, parameters)
        single = single or asked.single
        agree = tolerance(rtol, AGREE_SINGLE if single else AGREE)
        told = known_noise(noise, asked.base)
        poor = POOR_KNOWN if told else POOR
        with shown(progress) as tell:
            estimates = any_cost.derivatives(asked, parameters, vector, agree, told, chosen, tell)
        if chosen is not None:
            estimates = estimates.among(chosen, vector.size)
        if single:
            own = by_array(parameters, vector, estimates.value, chosen)
            estimates = replace(estimates, error=estimates.error + own)
    errors = estimates.error
    if single:
        poor = POOR_SINGLE
        if rtol is None:
            said = "single precision: checked to 1e-4 only; in float64 it is 1e-7"
            warnings.warn(said, stacklevel=2)
    found = judge(vector, estimates, errors, agree, max(poor, 2 * agree))
    if estimates.sides is not None:
        before, after = estimates.sides
        with np.errstate(invalid="ignore"):
            outside = corners.is_outside(vector, before, after, errors, agree)
        found[outside & (estimates.how == CORNER)] = FAIL
    if single:
        estimates = left_open(parameters, vector, estimates, found)
    if chosen is not None:
        unchecked = np.ones(vector.size, bool)
        unchecked[chosen] = False
        found[unchecked] = NOT_CHECKED
    return Report(parameters, vector, estimates, found)


def _with_slopes_at_corners(
    cost: Callable[[Any], Any],
    parameters: Parameters,
    vector: Floats,
    estimates: Estimates,
    agree: float,
) -> Estimates:
    """Estimates of a cost with derivatives of its own, with the slopes at its corners."""
    if not np.count_nonzero(estimates.how):  # all are central differences
        return estimates
    places = np.flatnonzero(estimates.how == CORNER)
    if not places.size:
        return estimates
    # The first of each array, then the second of each, ...: a slope is enough to know something.
    turns = np.concatenate([np.arange(run.size) for run in parameters.split(places)])
    places = np.sort(places[np.argsort(turns, kind="stable")[:MOST_CORNERS]])
    asked = AskedCost(cost, parameters)
    found = any_cost.derivatives(asked, parameters, vector, agree, chosen=places)
    known = np.isin(found.how, (CORNER, CORNERS))
    slopes = found.among(places, vector.size).sides
    error, how = estimates.error.copy(), estimates.how.copy()
    error[places[known]], how[places[known]] = found.error[known], found.how[known]
    return replace(estimates, error=error, how=how, sides=slopes)


def judge(
    vector: Floats,
    estimates: Estimates,
    errors: Floats,
    agree: float,
    poor: float,
    besides: Floats | None = None,
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
    besides : ndarray, shape (n,), optional
        How far apart they may be besides.

    Returns
    -------
    ndarray of int, shape (n,)
    """
    value, how = estimates.value, estimates.how
    if besides is not None or vector.size <= AT_ONCE:
        return _judge_at_once(vector, value, how, errors, agree, poor, besides)
    portions = [slice(start, start + AT_ONCE) for start in range(0, vector.size, AT_ONCE)]
    return np.concatenate(
        [_judge_at_once(vector[p], value[p], how[p], errors[p], agree, poor) for p in portions]
    )


@np.errstate(all="ignore")
def _judge_at_once(
    vector: Floats,
    value: Floats,
    how: Integers,
    allowed: Floats,
    agree: float,
    poor: float,
    besides: Floats | None = None,
) -> Integers:
    off, size = np.abs(vector - value), np.maximum(np.abs(vector), np.abs(value))
    allowed = agree * size + allowed
    blurred = (allowed > poor * size) & (size > 0) & (how != STATIONARY)
    if besides is not None:
        allowed = allowed + besides
    # Infinity minus infinity is nan, which does not count as agreement.
    agreed = off - allowed <= 0
    verdicts = np.zeros(vector.shape, int)
    if np.count_nonzero(agreed > blurred) == vector.size and not np.count_nonzero(how):
        return verdicts  # all PASS, by a central difference
    verdicts[~agreed] = FAIL
    how[blurred & (how == CENTRAL)] = COARSE
    # A gradient that agrees with a one-sided difference is correct, but one that doesn't may be
    # correct too. And a coarse difference only refutes what is far away.
    beside = (how == ONE_SIDED) & (blurred | ~agreed)
    coarse = (how == COARSE) & ~(off > 10 * allowed)
    unknown = ~np.isfinite(value) | np.isnan(allowed) | np.isin(how, UNDECIDED)
    verdicts[(beside | coarse | unknown) & np.isfinite(vector)] = INCONCLUSIVE
    return verdicts
