"""Correct answers that stand in for the student's own, and are safe to call with any arguments.

Behind walls a stand-in runs in the grader itself, and its arguments come from untrusted code. So
they are checked before anything is computed: they must be few numbers, in the shapes that the
notebook uses. Everything else raises, with a message for the student.
"""

import math
from collections.abc import Callable, Mapping
from functools import lru_cache, wraps
from typing import Any

import numpy as np

from autograder.questions.student import describe
from autograder.truth import network
from autograder.truth.cached_draws import locked
from autograder.truth.distances import relative_difference as right_difference
from autograder.truth.network import LAYERS, Array, Arrays
from autograder.truth.network_differences import network_gradient

LARGER = (6, 8, 5, 1)
"""Layer sizes that no notebook shows; three layers, as in the cache of 12 arrays."""

MOST_NUMBERS = 4096
MOST_AXES = 4
MOST_EXAMPLES = 100
MOST_NOTED = 1000
LONGEST_INTEGER = 1000
"""In bits: the largest float has 1024."""

SHAPES = {
    key: array.shape for key, array in network.vector_to_parameters(np.zeros(47)).items()
}  # fmt: skip
"""The shapes of the course's 47 parameters."""


def _sizes_by_shapes(*known: tuple[int, ...]) -> dict[tuple[tuple[int, int], ...], tuple[int, ...]]:
    """{the shapes of W1, b1, ..., b3: layer sizes}."""
    return {
        tuple(shape for n, k in zip(sizes[1:], sizes, strict=False) for shape in ((n, k), (n, 1))):
        sizes for sizes in known
    }  # fmt: skip


KNOWN_LAYERS = _sizes_by_shapes(LAYERS, LARGER)


def numbers(value: Any, what: str = "an argument") -> Any:
    """Return a number as a built-in one, and an array or nested list of numbers as an array.

    A number of numpy is converted as the box converts one that is returned: to a built-in number,
    or in extended precision to an array without axes.

    Raises
    ------
    ValueError
        For anything else, and for more than 4,096 numbers; the message begins with `what`.
    """
    if isinstance(value, list | tuple):
        value = _array_of_list(value, what)
    elif isinstance(value, np.generic) and value.dtype.kind in "biufc":
        value = np.asarray(value) if value.dtype.char in "gG" else value.item()
    if isinstance(value, np.ndarray) and value.dtype.kind in "biufc":
        if value.ndim > MOST_AXES:
            raise ValueError(f"{what} has {value.ndim} axes")
        # An array without entries may still have an axis that is too long for any memory.
        if value.size > MOST_NUMBERS or (not value.size and max(value.shape) > MOST_NUMBERS):
            raise ValueError(
                f"{what} has shape {value.shape}; at most {MOST_NUMBERS} numbers are allowed"
            )
        return value
    if isinstance(value, float | complex):
        return value
    if isinstance(value, int):
        if value.bit_length() > LONGEST_INTEGER:
            raise ValueError(f"{what} is {describe(value)}")
        return value
    raise ValueError(f"{what} is {describe(value)}, but numbers were expected")


def _array_of_list(value: Any, what: str) -> Array:
    """np.asarray, after a check that the list is small and contains only numbers."""
    room, waiting = MOST_NUMBERS, [value]
    while waiting:
        for each in waiting.pop():
            room -= 1
            if isinstance(each, list | tuple):
                waiting.append(each)
            elif isinstance(each, np.ndarray):
                room -= numbers(each, what).size
            else:
                numbers(each, what)
            if room < 0:
                raise ValueError(f"{what} holds more than {MOST_NUMBERS} numbers")
    return np.asarray(value)


def _real(value: Any) -> Array:
    array = np.asarray(value)
    if array.dtype.kind == "c":
        raise TypeError("complex numbers are not supported here")
    return array


def of_numbers(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a function only numbers and small arrays, which stay small when they are broadcast."""

    @wraps(function)
    def checked(*arguments: Any, **by_name: Any) -> Any:
        if len(arguments) + len(by_name) > 4:
            raise TypeError(f"{len(arguments) + len(by_name)} arguments were given; 4 is the most")
        seen = [numbers(each) for each in arguments]
        named = {key: numbers(each, key[:20]) for key, each in by_name.items()}
        shapes = [np.shape(each) for each in (*seen, *named.values())]
        if any(shapes) and math.prod(np.broadcast_shapes(*shapes)) > MOST_NUMBERS:
            raise ValueError(f"arrays of shapes {shapes} broadcast to too many numbers")
        return function(*seen, **named)

    return checked


@of_numbers
def product(x: Any, theta: Any) -> Any:
    """`forward_propagation` of `one_dimension`."""
    return theta * x


def central_difference(f: Callable[[Any], Any], theta: Any, epsilon: Any = 1e-5) -> Any:
    """`numerical_derivative` of `one_dimension`."""
    if not callable(f):
        raise TypeError(f"f is {describe(f)}, but a function was expected")
    return _slope(f(_moved(theta, epsilon)), f(_moved(theta, -epsilon)), epsilon)


@of_numbers
def _moved(theta: Any, step: Any) -> Any:
    return theta + step


@of_numbers
def _slope(plus: Any, minus: Any, epsilon: Any) -> Any:
    return (plus - minus) / (2 * epsilon)


@of_numbers
def relative_difference(a: Any, b: Any) -> float:
    """`relative_difference` of `one_dimension`."""
    if np.shape(a) != np.shape(b):
        raise ValueError(f"shapes {np.shape(a)} and {np.shape(b)} differ")
    return float(right_difference(_real(a), _real(b)))


def _batch(X: Any, Y: Any) -> tuple[Array, Array]:
    """X, and as many labels as it has columns."""
    X, Y = _real(numbers(X, "X")), _real(numbers(Y, "Y"))
    if X.ndim != 2 or not 1 <= X.shape[1] <= MOST_EXAMPLES:
        raise ValueError(f"X is {describe(X)}; it must have a column for each of 1 to 100 examples")
    if Y.size != X.shape[1] or Y.ndim > 2:
        raise ValueError(f"Y is {describe(Y)}, but X has {X.shape[1]} examples")
    return X, Y


def _parameters(found: Mapping[str, Any], inputs: int) -> dict[str, Array]:
    """The six arrays, if their shapes are those of a network with that many inputs."""
    arrays = {key: np.asarray(numbers(found[key], key)) for key in SHAPES}
    shapes = tuple(array.shape for array in arrays.values())
    if shapes not in KNOWN_LAYERS:
        wrong = [key for key in SHAPES if arrays[key].shape != SHAPES[key]]
        said = ", ".join(f"{key} is {describe(arrays[key])}, not {SHAPES[key]}" for key in wrong)
        raise ValueError(said)
    if KNOWN_LAYERS[shapes][0] != inputs:
        raise ValueError(f"X has {inputs} rows, but W1 is {describe(arrays['W1'])}")
    return arrays


def _dictionary(parameters: Any) -> dict[str, Any]:
    if not isinstance(parameters, dict):
        raise TypeError(f"parameters is {describe(parameters)}, but a dictionary was expected")
    return parameters


def forward_propagation_n(X: Any, Y: Any, parameters: Any) -> tuple[Any, Any]:
    """The network's cost and cache."""
    X, Y = _batch(X, Y)
    return network.forward_propagation(X, Y, _parameters(_dictionary(parameters), len(X)))


def backward_propagation_n(X: Any, Y: Any, cache: Any) -> dict[str, Array]:
    """The network's gradients."""
    X, Y = _batch(X, Y)
    if not isinstance(cache, tuple | list) or len(cache) != 12:
        raise ValueError(f"the cache is {describe(cache)}, but a tuple of 12 arrays was expected")
    arrays = [np.asarray(numbers(each, "the cache")) for each in cache]
    kept = [arrays[i] for i in (2, 3, 6, 7, 10, 11)]
    _parameters(dict(zip(SHAPES, kept, strict=True)), len(X))
    for i in (0, 1, 4, 5, 8, 9):
        rows = len(arrays[i // 4 * 4 + 2])
        if arrays[i].shape != (rows, X.shape[1]):
            raise ValueError(f"the cache holds {describe(arrays[i])}, not {(rows, X.shape[1])}")
    return network.backward_propagation(X, Y, tuple(arrays))


def numerical_gradient(parameters: Any, X: Any, Y: Any, epsilon: Any = 1e-5) -> Array:
    """The central differences of the network's cost."""
    X, Y = _batch(X, Y)
    parameters = _parameters(_dictionary(parameters), len(X))
    real = {key: _real(array) for key, array in parameters.items()}
    return _gradient(_Asked((real, X, Y, _step(epsilon))))


class _Asked:
    """Arguments that are equal if all their bytes are: a class asks for the same ones again."""

    def __init__(self, arguments: tuple[dict[str, Array], Array, Array, float]) -> None:
        parameters, X, Y, epsilon = self.arguments = arguments
        arrays = X, Y, *parameters.values()
        self._key = epsilon, *((each.dtype, each.shape, each.tobytes()) for each in arrays)

    def __hash__(self) -> int:
        return hash(self._key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Asked) and self._key == other._key


@lru_cache(maxsize=256)
def _gradient(asked: _Asked) -> Array:
    return locked(network_gradient(*asked.arguments))


COUPLING = 0.05
"""How much the derivative by one parameter changes with the mean of all, relative to its weight."""


def sines_of(
    weights: Arrays, X: Array, Y: Array, asked_at: list[Array] | None = None
) -> Callable[..., tuple[float, None]]:
    """A cost of (X, Y, parameters): the sum of weight * sin(parameter), and a little more.

    What is added couples the parameters, so that a function that does not put back what it moved
    gets another result. For other data than X and Y the cost is larger by as much as they differ,
    so that a function that takes its data from somewhere else, or moves them, does so, too.

    Parameters
    ----------
    weights : mapping of str to ndarray
    X, Y : ndarray
    asked_at : list, optional
        Gets the parameters of each call, as a column of 47 numbers; of the first thousand calls.
    """

    data = X, Y

    def forward_propagation_n(X: Any, Y: Any, parameters: Any) -> tuple[Any, Any]:
        scale, theta = _scale(X, Y, *data), _of_47(parameters, X)
        cost = sum(float(np.vdot(weights[key], np.sin(theta[key]))) for key in weights)
        cost = scale * (cost + coupling(weights) * _mean(weights, theta) ** 2 / 2)
        if asked_at is not None and len(asked_at) < MOST_NOTED:
            asked_at.append(np.real(network.parameters_to_vector(theta)).astype(float))
        return cost, None

    return forward_propagation_n


def numerical_gradient_of_sines(weights: Arrays, X: Array, Y: Array) -> Callable[..., Array]:
    """The central differences of :func:`sines_of`, which has one term for every parameter."""
    data = X, Y

    def numerical_gradient(parameters: Any, X: Any, Y: Any, epsilon: Any = 1e-5) -> Array:
        scale, theta, step = _scale(X, Y, *data), _of_47(parameters, X), _step(epsilon)
        more = COUPLING * _mean(weights, theta)
        return network.parameters_to_vector({
            key: scale * weight * (
                (np.sin(theta[key] + step) - np.sin(theta[key] - step)) / (2 * step) + more
            )
            for key, weight in weights.items()
        })  # fmt: skip

    return numerical_gradient


def coupling(weights: Arrays) -> float:
    """The factor of half the square of the mean of the parameters, which is added to the sines."""
    return COUPLING * sum(float(np.abs(weight).sum()) for weight in weights.values())


def gradients_of_sines(weights: Arrays, parameters: Arrays) -> dict[str, Array]:
    """The gradients of :func:`sines_of`."""
    more = COUPLING * _mean(weights, parameters)
    return {f"d{key}": weight * (np.cos(parameters[key]) + more) for key, weight in weights.items()}


def _mean(weights: Arrays, theta: Arrays) -> Any:
    """The mean of the parameters with these weights, whose sizes add up to 1."""
    total = sum(float(np.abs(weight).sum()) for weight in weights.values())
    return sum(np.vdot(weight, theta[key]) for key, weight in weights.items()) / total


def _scale(X: Any, Y: Any, known_X: Array, known_Y: Array) -> float:
    """1 for the known data, and more for others."""
    X, Y = _batch(X, Y)
    if X.shape != known_X.shape:
        raise ValueError(f"X is {describe(X)}, not of shape {known_X.shape}")
    off = np.abs(X - known_X).mean() + np.abs(np.ravel(Y) - np.ravel(known_Y)).mean()
    return 1.0 + 10.0 * float(off)


def _of_47(parameters: Any, X: Any) -> dict[str, Array]:
    """The parameters, if they have the shapes that every notebook shows."""
    theta = _parameters(_dictionary(parameters), len(X))
    if theta["W1"].shape != SHAPES["W1"]:
        raise ValueError(f"W1 is {describe(theta['W1'])}, not {SHAPES['W1']}")
    return theta


def _step(epsilon: Any) -> float:
    epsilon = _real(numbers(epsilon, "epsilon"))
    if epsilon.size != 1:
        raise ValueError(f"epsilon is {describe(epsilon)}, but one number was expected")
    return float(epsilon.reshape(()))
