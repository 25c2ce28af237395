"""Functions with known derivatives, on which the tools of `one_dimension` are tried."""

from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.questions import given
from autograder.questions.given import Given

Function = Callable[[Any], Any]
"""A function of one number or of an array of numbers."""

Pair = Callable[[float, complex], Any]
"""A function of x and theta."""


def smooth_functions(rng: np.random.Generator) -> list[tuple[str, Function, Given, float]]:
    """Functions of one number, with what the error law needs.

    Returns
    -------
    list of (str, callable, Given, float)
        A name for the message, f, its derivative, and a theta at which ``|f'''(theta)| >= 1``. The
        last theta is larger than 1 in size, so that a step that is scaled with theta shows.
    """
    a, b, c, d = map(float, rng.uniform(1, 2, 4) * rng.choice([-1, 1], 4))
    k = rng.uniform(1.2, 2)
    return [
        # Slopes of both signs, so that one that has lost its sign shows.
        (f"{k:.3g} sin({k:.3g} t)", lambda t: k * np.sin(k * t),
         Given(given.slope_of_sine, {"k": k}), rng.uniform(-0.4, 0.4) / k),
        ("exp(-t)", lambda t: np.exp(-t), Given(given.slope_of_decay), -rng.uniform(0.2, 1)),
        (f"{a:.3g} t^3 {b:+.3g} t^2 {c:+.3g} t {d:+.3g}",
         lambda t: a * t**3 + b * t**2 + c * t + d,
         Given(given.slope_of_cubic, {"a": a, "b": b, "c": c}),
         rng.uniform(1.2, 1.5) * rng.choice([-1, 1])),
    ]  # fmt: skip


def pairs(
    rng: np.random.Generator, factor: float = 1.0
) -> list[tuple[str, Pair, Pair, float, float]]:
    """Forward and backward functions that belong together, and a place to check them.

    Returns
    -------
    list of (str, callable, callable, float, float)
        The formula of the cost, J(x, theta), factor times dJ/dtheta, x, theta. ``|J|`` is at most
        10 times ``|dJ/dtheta|``, so that round-off at epsilon = 1e-7 stays below 1e-7.
    """
    x, theta = rng.uniform(0.6, 1.4, 2)
    a, b, k = rng.uniform(0.5, 2), rng.uniform(0.5, 2), rng.uniform(0.7, 1.3)
    return [
        (f"({a:.3g} theta^3 + {b:.3g} theta) x", lambda x, theta: (a * theta**3 + b * theta) * x,
         lambda x, theta: factor * (3 * a * theta**2 + b) * x, x, theta),
        (f"{a:.3g} exp({k:.3g} theta x)", lambda x, theta: a * np.exp(k * theta * x),
         lambda x, theta: factor * a * k * x * np.exp(k * theta * x), x, theta),
        (f"({a:.3g} sin({k:.3g} theta) + {b:.3g} theta) x",
         lambda x, theta: (a * np.sin(k * theta) + b * theta) * x,
         lambda x, theta: factor * (a * k * np.cos(k * theta) + b) * x, x, theta - 0.4),
    ]  # fmt: skip
