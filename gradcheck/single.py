"""What single precision does to a gradient: how far from the derivative a correct one may be.

The cost is evaluated with doubles; what is rounded is the claimed gradient, and all that it was
computed from. Most of its error is a share of the largest gradient of the same array. But where
large terms cancel, as below a batch norm, the error is that of the terms, and no array is off by
more than a share of the largest gradient of all.
"""

from dataclasses import replace

import numpy as np

from gradcheck.estimates import LOST, Estimates
from gradcheck.parameters import Floats, Integers, Parameters
from gradcheck.verdicts import FAIL, INCONCLUSIVE, PASS

AGREE_SINGLE = 1e-4
"""`AGREE` in single precision, in which a correct gradient has five or six correct digits."""

POOR_SINGLE = 1e-2
"""`POOR` for single precision."""

SINGLE = float(np.finfo(np.float32).eps)

OWN = 64 * SINGLE
"""How far a gradient may be off besides, as a share of the largest of its array. Of 11,000 arrays
of random networks, up to six layers deep, with batch norm and without, one in 4,000 was further."""

OTHERS = 16 * SINGLE
"""How far it may be off, as a share of the largest of all arrays, where it should be 0 because
large terms cancel. In the same networks it was 13.4 SINGLE at most."""

RATHER = 100
"""How much larger than what was checked of an array the rest of it is believed to be."""


def rounded(derivatives: Floats) -> float:
    """Return the error of single precision along directions: the round-off of the steepest."""
    return OWN * _largest(derivatives)


def by_array(
    parameters: Parameters, gradient: Floats, derivatives: Floats, chosen: Integers | None
) -> Floats:
    """Return the error of single precision in each gradient, shape (n,), from its own array.

    Parameters
    ----------
    parameters : Parameters
    gradient, derivatives : ndarray, shape (n,)
        What is claimed, and the finite differences; these say how large an array is, since an
        absurd claim must not excuse the others.
    chosen : ndarray of int, or None
        If not all were checked, what is claimed of the rest counts as well, within reason.
    """
    claims, found = parameters.cut(gradient), parameters.cut(derivatives)
    errors = np.empty(gradient.size)
    for name, place in parameters.cut(errors).items():
        largest = _largest(found[name])
        if chosen is not None:
            largest = max(largest, min(_largest(claims[name]), RATHER * largest))
        place[...] = OWN * largest  # a view
    return errors


def left_open(
    parameters: Parameters, gradient: Floats, estimates: Estimates, found: Integers
) -> Estimates:
    """Take back the failures that may be round-off of the largest gradients of all.

    That blurs whole arrays: where most of an array passes, nothing is taken back.

    Parameters
    ----------
    parameters : Parameters
    gradient : ndarray, shape (n,)
    estimates : Estimates
    found : ndarray of int, shape (n,)
        The verdicts; these failures become inconclusive in it.

    Returns
    -------
    Estimates
        Which say so.
    """
    reach = OTHERS * _largest(estimates.value)
    with np.errstate(invalid="ignore", over="ignore"):
        excused = (found == FAIL) & (np.abs(gradient - estimates.value) <= reach)
    # To agree that there is nothing says nothing of the round-off.
    agreed = (found == PASS) & (np.abs(estimates.value) > 2 * estimates.error)
    agreed_in = parameters.cut(agreed)
    for name, of_array in parameters.cut(excused).items():  # a view
        of_array &= 2 * np.count_nonzero(agreed_in[name]) <= of_array.size
    found[excused] = INCONCLUSIVE
    return replace(estimates, how=np.where(excused, LOST, estimates.how), lost=reach)


def _largest(numbers: Floats) -> float:
    return float(np.fmax.reduce(np.abs(numbers), axis=None, initial=0.0))
