"""Stand-ins that save questions back and forth, each in its own way.

A stand-in that is trusted is answered by the grader, over a pipe where there are walls. What is
`Given` is nobody's graded answer, so it may run beside a student's code: it travels once, as its
source, and each call of it stays there. What is `Foreseen` stays with the grader, and some of its
answers travel ahead. How often either was called over there is a claim of that side; what came
out of it shows in the answers.
"""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np


@dataclass(frozen=True, eq=False)
class Given:
    """A function with the constants of one case.

    Attributes
    ----------
    function : callable
        Defined at the top level of its module; it uses `np`, its arguments and its constants.
    constants : mapping of str to number, array, or tuple or dict of these
        Handed to the function by name, after what the caller gives.
    """

    function: Callable[..., Any]
    constants: Mapping[str, Any] = field(default_factory=dict)

    def __call__(self, *arguments: Any, **by_name: Any) -> Any:
        return self.function(*arguments, **by_name, **self.constants)

    @property
    def name(self) -> str:
        """What the source calls it."""
        return str(self.function.__name__)

    @property
    def source(self) -> str:
        """The text that defines the function, wherever `np` is numpy."""
        return _source(self.function)


@cache
def _source(function: Callable[..., Any]) -> str:
    return inspect.getsource(function)


@dataclass(frozen=True, eq=False)
class Foreseen:
    """A trusted function, with arguments that a right answer will call it with.

    What it says to these is sent along, found by nothing but a digest of all arguments. So whoever
    wants to know it has to come up with the arguments, bit for bit, which is to call the function.
    Whoever calls it elsewhere, or hands the same over in another way, asks the grader as usual.

    Attributes
    ----------
    function : callable
        Returns numbers, None, or tuples of these.
    calls : list of tuple
        Positional arguments. A question that has to know whether the function was called leaves
        some out: these the grader answers, and counts.
    """

    function: Callable[..., Any]
    calls: list[tuple[Any, ...]]

    def __call__(self, *arguments: Any, **by_name: Any) -> Any:
        return self.function(*arguments, **by_name)


# Derivatives of functions of one number.


def slope_of_sine(t: float, k: float) -> float:
    """The derivative of ``k sin(k t)`` by t."""
    slope: float = k * k * np.cos(k * t)
    return slope


def exponential(t: float) -> float:
    """``exp(t)``, its own derivative."""
    value: float = np.exp(t)
    return value


def slope_of_cubic(t: float, a: float, b: float, c: float) -> float:
    """The derivative of ``a t^3 + b t^2 + c t + d`` by t."""
    return 3 * a * t**2 + 2 * b * t + c


def network(
    X: np.ndarray, Y: np.ndarray, parameters: dict[str, np.ndarray]
) -> tuple[float, tuple[np.ndarray, ...]]:
    """The forward pass that `planted_bugs` gives to everybody."""
    W1, b1, W2, b2, W3, b3 = (parameters[key] for key in ("W1", "b1", "W2", "b2", "W3", "b3"))
    Z1 = W1 @ X + b1
    A1 = np.maximum(Z1, 0)
    Z2 = W2 @ A1 + b2
    A2 = np.maximum(Z2, 0)
    Z3 = W3 @ A2 + b3
    A3 = np.exp(-np.logaddexp(0, -Z3))
    losses = np.logaddexp(0, Z3) - Y * Z3
    return float(losses.sum() / losses.size), (Z1, A1, W1, b1, Z2, A2, W2, b2, Z3, A3, W3, b3)
