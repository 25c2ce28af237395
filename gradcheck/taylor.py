"""The order of the Taylor remainder: 2 where a gradient is correct, 1 where it is wrong."""

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from gradcheck.asked_cost import AskedCost
from gradcheck.drawing import generator
from gradcheck.estimates import NOTHING
from gradcheck.noise import noise_of
from gradcheck.options import known_noise
from gradcheck.parameters import Floats, Form, Parameters
from gradcheck.remainders import BETWEEN, CORNER, Remainders, TaylorTest, order_between
from gradcheck.single import AGREE_SINGLE

Look = Callable[[float], float]

CLEAR = 30
"""How many times the noise of the cost a remainder must be to count: its logarithm is then off by
less than 0.15."""

LEAST = 0.5
"""An order below this is that of noise, which does not fall with the step."""

LOST = 3
"""So many steps in a row without a clear remainder, and smaller ones have none either."""

FINEST = 46
"""How many times the step is halved."""

SLACK, FLAT = 0.015, 1e-6
"""If a gradient could be wrong by this share of it and nothing would show, that is no test; where
it is 0 or nearly so, by this share of the cost's slope over the widest steps."""

EXACT = 1e-3
"""If no remainder is above the noise, the slope must have been seen to within this share of it."""

MIRRORED = 0.9


def taylor_test(
    f: Callable[[Any], Any],
    gradient: Form | Callable[[Any], Form],
    theta: Form,
    directions: int = 5,
    rng: np.random.Generator | None = None,
    *,
    noise: float | tuple[float, float] = 0.0,
) -> TaylorTest:
    """Find the order of the remainder |f(t + h v) - f(t) - h g.v| along random directions.

    It is 2 if g is the gradient (or more, if the cost is odd along v), and 1 if it is not. This
    needs neither a tolerance nor a good step, and a few hundred costs for any number of parameters:
    for costs that are too noisy or too large for anything else.

    Parameters
    ----------
    f, gradient, theta
        As ``cost``, ``gradient`` and ``theta`` of `check_gradients`.
    directions : int
    rng : numpy.random.Generator, optional
        Draws the directions; by default one with a fixed seed.
    noise : float or (float, float)
        How far the cost itself may be off, as for `check_gradients`: remainders count only if they
        are 30 times as large.

    Returns
    -------
    TaylorTest
        It prints as a table of steps and remainders.

    Raises
    ------
    ValueError
        As for `check_gradients`, and for fewer than 1 direction.

    Notes
    -----
    A gradient that is off by a millionth has order 1 at small steps only. So the smallest steps
    whose remainders are 30 times the noise of the cost decide, and a remainder that does not fall
    is noise. A correct gradient of a cost with a corner has order 1 too, but then the two sides of
    the corner don't mirror each other: such a direction is inconclusive. One direction that says
    "wrong" is enough; to pass, half of them have to be decided. In single precision, remainders
    count down to 1e-4 of the step times the slope, which the gradient is known to at best.

    Examples
    --------
    >>> import numpy as np
    >>> theta = np.array([0.3, -1.2, 2.5])
    >>> found = taylor_test(lambda t: float(np.exp(t).sum()), np.exp, theta)
    >>> found.verdict, round(found.order)
    ('pass', 2)
    >>> found = taylor_test(lambda t: float(np.exp(t).sum()), 1.001 * np.exp(theta), theta)
    >>> found.verdict, round(found.order)
    ('fail', 1)
    """
    if not isinstance(directions, int | np.integer) or directions < 1:
        raise ValueError(f"directions is {directions}; it must be a whole number, at least one")
    rng = generator(rng)
    parameters = Parameters.of(theta)
    vector, single = parameters.vector_of(parameters.claimed(gradient))
    asked = AskedCost(f, parameters)
    doubt = AGREE_SINGLE if single or parameters.single or asked.single else 0.0
    blur = max(noise_of(asked, parameters).spread, known_noise(noise, asked.base))
    drawn = rng.standard_normal((directions, vector.size))
    drawn /= np.linalg.norm(drawn, axis=1, keepdims=True)
    steps = _steps(parameters.vector)
    typical = float(np.linalg.norm(vector)) / math.sqrt(vector.size)
    with np.errstate(all="ignore"):
        found = tuple(
            _along(
                partial(asked.along, each),
                float(each @ vector),
                typical,
                asked.base,
                blur,
                steps,
                doubt,
            )
            for each in drawn
        )
    return _together(found)


def _steps(vector: Floats) -> Floats:
    """Powers of two, from the size of the parameters downward; more of them if all are small."""
    own = math.frexp(float(np.abs(vector).max()))[1]
    widest = min(max(own, 0), 1000)
    count = FINEST + min(max(-own, 0), 60)
    return np.ldexp(1.0, np.arange(widest, widest - count, -1))


def _together(found: tuple[Remainders, ...]) -> TaylorTest:
    """The verdict of all directions."""
    passed = [each for each in found if each.verdict == "pass"]
    wrong = [each for each in found if each.verdict == "fail"]
    if wrong:
        return TaylorTest("fail", wrong[0].order, wrong[0].error, math.nan, found)
    if 2 * len(passed) < len(found):
        return TaylorTest("inconclusive", math.nan, math.nan, math.nan, found)
    unseen = max(each.unseen for each in passed)
    return TaylorTest("pass", passed[0].order, passed[0].error, unseen, found)


def _along(
    look: Look,
    slope: float,
    typical: float,
    base: float,
    noise: float,
    steps: Floats,
    doubt: float = 0.0,
) -> Remainders:
    """The remainders along a direction in which the gradient claims this slope.

    `typical` is that along most directions; by a share `doubt` of the larger, it is not known.
    """
    tried, remainders, noises, rises = [], [], [], [0.0]
    lost, clear, unsure = 0, False, doubt * max(abs(slope), typical) / CLEAR
    for step in steps.tolist():
        cost = look(step)
        if not math.isfinite(cost):
            continue
        remainder = abs(cost - base - step * slope)
        # Where the cost is larger, so is its noise, and what is subtracted is rounded as well.
        here = noise * max(1.0, abs(cost / base) if base else 1.0)
        here += 2.0**-52 * max(abs(cost), abs(step * slope))
        here += step * unsure
        tried.append(step)
        remainders.append(remainder)
        noises.append(here)
        if abs(cost - base) > CLEAR * here:
            rises.append(abs(cost - base) / step)
        above = remainder > CLEAR * here
        clear, lost = clear or above, 0 if above else lost + 1
        if clear and lost == LOST:
            break
    h, r, e = np.array(tried), np.array(remainders), np.array(noises)
    counted = r > CLEAR * e
    size, still = max(abs(slope), *rises), NOTHING * max(1.0, abs(base))
    counted[counted] = _above_the_floor(h[counted], r[counted])
    unseen = _unseen(h, r, e, counted)
    if not counted.any() and (unseen <= EXACT * size or (size == 0 and noise <= still)):
        return Remainders(h, r, counted, math.inf, 0.0, unseen, "pass")
    order, error = _order(h[counted], r[counted], e[counted])
    enough = unseen <= max(SLACK * max(abs(slope), typical), FLAT * size)
    verdict = _verdict(order, error, enough)
    if verdict == "fail" and _is_corner(look, slope, base, float(h[counted][-1])):
        verdict = CORNER
    return Remainders(h, r, counted, order, error, unseen, verdict)


def _above_the_floor(h: Floats, r: Floats) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Which remainders fall with the step; the smallest ones that don't are noise after all."""
    last = len(h)
    while last > 1 and order_between(h, r, last - 1) < LEAST:
        last -= 1
    return np.arange(len(h)) < (last if last > 1 else 0)


def _order(h: Floats, r: Floats, e: Floats) -> tuple[float, float]:
    """The order at the smallest steps, and its error from noise and from wider steps."""
    if len(h) < 4:
        return math.nan, math.nan
    last, before, first = (order_between(h, r, len(h) - back) for back in (1, 2, 3))
    order = (last + before) / 2
    blurred = 3 * math.hypot(e[-1] / r[-1], e[-3] / r[-3]) / math.log(h[-3] / h[-1])
    return order, blurred + max(abs(last - before), abs(before - first)) / 2


def _unseen(h: Floats, r: Floats, e: Floats, counted: np.ndarray[Any, np.dtype[np.bool_]]) -> float:
    """How wrong a slope may be without taking the order to that of a wrong one."""
    if not len(h):
        return math.inf
    if counted.any():
        return float(r[counted][-1] / h[counted][-1])
    return float((CLEAR * e / h).min())


def _verdict(order: float, error: float, enough: bool) -> str:
    if math.isnan(order):
        return "inconclusive"
    if order + error < BETWEEN:
        return "fail"
    return "pass" if order - error > BETWEEN and enough else "inconclusive"


def _is_corner(look: Look, slope: float, base: float, step: float) -> bool:
    """Whether the claim lies between the slopes on both sides.

    What a wrong slope leaves on one side is mirrored on the other.
    """
    right, left = (look(side * step) - base - side * step * slope for side in (1, -1))
    return not abs(right + left) <= MIRRORED * abs(right - left)
