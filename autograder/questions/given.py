"""Stand-ins that need fewer messages between the grader and a student's code.

An ordinary stand-in runs in the grader, and behind walls each call goes over a pipe. A `Given`
function is not a graded answer, so it may run next to the student's code: its source is sent once,
and its calls need no messages. A `Foreseen` function stays in the grader, and some of its results
are sent in advance. The number of calls that the student's side reports for either can't be
trusted, but their effect shows in the answers.
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
        Passed to the function by name, after the caller's arguments.
    """

    function: Callable[..., Any]
    constants: Mapping[str, Any] = field(default_factory=dict)

    def __call__(self, *arguments: Any, **by_name: Any) -> Any:
        return self.function(*arguments, **by_name, **self.constants)

    @property
    def name(self) -> str:
        """The function's name in the source."""
        return str(self.function.__name__)

    @property
    def source(self) -> str:
        """The text that defines the function; it expects `np` to be numpy."""
        return _source(self.function)


@cache
def _source(function: Callable[..., Any]) -> str:
    return inspect.getsource(function)


@dataclass(frozen=True)
class Alone:
    """A student's function, defined anew from its text where nothing else of the notebook is.

    So what is asked is what was read, whatever else in the notebook has that name, and it can't
    call a student's other functions. It only ever runs where the student's code runs.

    Attributes
    ----------
    name : str
    source : str
        The text that defines it, and what else it may use; it expects `np` to be numpy.
    """

    name: str
    source: str

    def __call__(self, *arguments: Any, **by_name: Any) -> Any:
        raise TypeError(f"{self.name} is a student's function, and is not called on this side")


@dataclass(frozen=True, eq=False)
class Foreseen:
    """A trusted function, with arguments that a correct answer will call it with.

    Its results for these are sent along, and can only be looked up by a digest of all arguments. So
    to read a result, code has to have the arguments, bit for bit, which is as good as calling the
    function. Calls with other arguments, or with the same ones passed in another way, go to the
    grader as usual.

    Attributes
    ----------
    function : callable
        Returns numbers, None, or tuples of these.
    calls : list of tuple
        Positional arguments. A question that has to know whether the function was called leaves
        some of them out: those calls go to the grader, which counts them.
    """

    function: Callable[..., Any]
    calls: list[tuple[Any, ...]]

    def __call__(self, *arguments: Any, **by_name: Any) -> Any:
        return self.function(*arguments, **by_name)


# Derivatives of functions of one number.


def slope_of_sine(t: float, k: float) -> float:
    """The derivative of ``k sin(k t)`` with respect to t."""
    slope: float = k * k * np.cos(k * t)
    return slope


def slope_of_decay(t: float) -> float:
    """The derivative of ``exp(-t)``."""
    slope: float = -np.exp(-t)
    return slope


def slope_of_cubic(t: float, a: float, b: float, c: float) -> float:
    """The derivative of ``a t^3 + b t^2 + c t + d`` with respect to t."""
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
