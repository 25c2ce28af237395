"""Gradients of many parameters, checked along a few random directions, with an error bound."""

from collections.abc import Callable
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np

from gradcheck import any_cost
from gradcheck.asked_cost import AskedCost
from gradcheck.check import AGREE, judge
from gradcheck.drawing import generator
from gradcheck.estimates import POOR, POOR_KNOWN
from gradcheck.hints import LITTLE, WIDE, solver_hint, told_apart
from gradcheck.options import known_noise, tolerance
from gradcheck.parameters import Floats, Form, Parameters
from gradcheck.result import Result
from gradcheck.single import AGREE_SINGLE, POOR_SINGLE, rounded
from gradcheck.verdicts import FAIL, INCONCLUSIVE


@dataclass(frozen=True, eq=False, repr=False)
class AlongDirections(Result):
    """The result of a check along random directions.

    Attributes
    ----------
    analytic, numeric, errors : ndarray, shape (k,)
        The gradient along each direction, the slope of the cost along it, and its error bar.
    verdict : str
        "fail" if they disagree along a direction; "inconclusive" if one can't be decided, because
        the cost has a corner there or its round-off hides the slope; else "pass".
    bound : float
        With the given confidence, the whole gradient is off by no more than this, in the Euclidean
        norm; nan if a direction can't be decided.
    confidence : float
    length : float
        Of the gradient as given: its Euclidean norm.
    reason : str
        Why a direction can't be decided; else "".
    """

    analytic: Floats
    numeric: Floats
    errors: Floats
    verdict: str
    bound: float
    confidence: float
    length: float
    reason: str = ""

    @property
    def passed(self) -> bool:
        """Whether all directions agree."""
        return self.verdict == "pass"

    def __str__(self) -> str:
        directions = f"{len(self.analytic)} random directions"
        if self.verdict == "inconclusive":
            return f"{directions} can't be decided: along one, {self.reason}"
        off = np.abs(self.analytic - self.numeric)
        worst = int(np.where(np.isnan(off), np.inf, off - self.errors).argmax())
        if self.passed:
            most, share = off.max(), off.max() / self._slope() if off.max() else 0.0
            of_it = f", {self.bound / self.length:.1g} of its length" if self.length else ""
            return (
                f"{directions} agree, to within {most:.1g} or {share:.1g} of the slope: with "
                f"{self.confidence:.1%} confidence, the gradient is off by less than "
                f"{self.bound:.1g} as a whole{of_it}"
            )
        claimed, found = told_apart(self.analytic[worst], self.numeric[worst])
        line = (
            f"{directions} do NOT agree: along one, the gradient is {claimed}, but the cost says "
            f"{found} (off by {off[worst]:.1g}, error bar {self.errors[worst]:.1g}). To see which "
            "entries are wrong, use check_gradients with max_parameters=500"
        )
        if off[worst] <= LITTLE * self._slope():
            what = f"The gradient is off by little, {off[worst] / self._slope():.1g} of its slope."
            return f"{line}\n{solver_hint(what, WIDE * off[worst])}"
        return line

    def _slope(self) -> float:
        """The steepest along these directions."""
        return float(np.fmax(np.abs(self.analytic), np.abs(self.numeric)).max())


def check_directions(
    cost: Callable[[Any], Any],
    gradient: Form | Callable[[Any], Form],
    theta: Form,
    directions: int = 5,
    rng: np.random.Generator | None = None,
    confidence: float = 0.999,
    *,
    rtol: float | None = None,
    noise: float | tuple[float, float] = 0.0,
) -> AlongDirections:
    """Compare the gradient along random directions with the slope of the cost along them.

    This takes a handful of costs instead of 4 for each parameter. A wrong gradient, off by a vector
    d, is off by d.v along v; for directions v of normal numbers, d.v is normal with standard
    deviation |d|. So k directions along which it is off by at most b give a bound on |d|: the
    probability that all of them are that small is (2 Phi(b / |d|) - 1)^k.

    Parameters
    ----------
    cost, gradient, theta
        As for `check_gradients`.
    directions : int
    rng : numpy.random.Generator, optional
        Draws the directions; by default one with a seed of its own.
    confidence : float
        The confidence of the bound.
    rtol, noise
        As for `check_gradients`: an entry that may be off by that share of itself there may be so
        here, and so may all of them together, along every direction.

    Returns
    -------
    AlongDirections

    Raises
    ------
    ValueError
        As for `check_gradients`, and for fewer than 1 direction.

    Examples
    --------
    >>> import numpy as np
    >>> theta = np.linspace(0.1, 1, 1000)
    >>> print(check_directions(lambda t: float(np.exp(t).sum()), np.exp, theta))
    5 random directions agree, to within ... of the slope: with 99.9% confidence, ...
    >>> print(check_directions(lambda t: float(np.exp(t).sum()), 1.1 * np.exp(theta), theta))
    5 random directions do NOT agree: along one, the gradient is ..., but the cost says ...
    """
    if not isinstance(directions, int | np.integer) or directions < 1:
        raise ValueError(f"directions is {directions}; it must be a whole number, at least one")
    if not 0 < confidence < 1:
        raise ValueError(f"confidence is {confidence}; it must be between 0 and 1")
    rng = generator(rng)
    parameters = Parameters.of(theta)
    vector, single = parameters.vector_of(parameters.claimed(gradient))
    asked = AskedCost(cost, parameters)
    normal = rng.standard_normal((directions, vector.size))
    sizes = np.linalg.norm(normal, axis=1)
    with np.errstate(over="ignore", invalid="ignore"):
        analytic = normal @ vector / sizes
    single = single or parameters.single or asked.single
    agree = tolerance(rtol, AGREE_SINGLE if single else AGREE)
    units = normal / sizes[:, np.newaxis]
    # Along a direction across the gradient, entries that are each off by a small share of
    # themselves add up to a large share of what is left.
    with np.errstate(over="ignore", invalid="ignore"):
        together = agree * (np.abs(units) @ np.abs(vector))
    told = known_noise(noise, asked.base)
    found = any_cost.along(asked, parameters, analytic, units, agree, told)
    errors = found.error + single * rounded(found.value)
    poor = POOR_SINGLE if single else POOR_KNOWN if told else POOR
    verdicts = judge(analytic, found, errors, agree, max(poor, 2 * agree), together)
    decided = INCONCLUSIVE not in verdicts
    verdict = "fail" if FAIL in verdicts else "pass" if decided else "inconclusive"
    with np.errstate(invalid="ignore", over="ignore"):
        # The largest possible difference, for directions of normal numbers instead of unit length.
        seen = float(((np.abs(analytic - found.value) + errors) * sizes).max())
    share = NormalDist().inv_cdf((1 + (1 - confidence) ** (1 / directions)) / 2)
    bound = seen / share if decided else float("nan")
    unsure = np.flatnonzero(verdicts == INCONCLUSIVE)
    reason = found.words(int(unsure[0])) if unsure.size else ""
    length = float(np.linalg.norm(vector))
    return AlongDirections(
        analytic, found.value, errors, verdict, bound, confidence, length, reason
    )
