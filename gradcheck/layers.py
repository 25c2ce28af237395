"""Layers by themselves: a forward pass, and the vector-Jacobian product that goes backward."""

import inspect
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck.check import check_gradients
from gradcheck.drawing import generator
from gradcheck.report import Report

Array = npt.NDArray[Any]


def check_vjp(
    f: Callable[..., Any],
    vjp: Callable[..., Any],
    *inputs: Any,
    rng: np.random.Generator | None = None,
    **options: Any,
) -> Report:
    """Check the backward pass of a layer: every entry of the gradient of every input.

    The layer is given a random upstream gradient u, and the cost is sum(u f(inputs)). Ones in place
    of random numbers would hide mistakes: all rows of a softmax add up to 1, and what a
    normalisation returns adds up to 0, whatever goes in.

    Parameters
    ----------
    f : callable
        The forward pass: ``f(*inputs)`` is an array of any shape, or a tuple of arrays. It has to
        return the same every time: give it a dropout mask as an input.
    vjp : callable
        The backward pass: ``vjp(upstream, *inputs)`` is one array for each input, in their order.
        For a single input, it may be the array itself. The upstream gradient has the shape of what
        f returns, and is a tuple if that is one.
    *inputs : float or ndarray
        What is checked. Integers, booleans, texts and None are constants, such as indices, labels
        or a mask: for these, vjp may return None, or leave them out. A list is taken as an array.
    rng : numpy.random.Generator, optional
        Draws the upstream gradient, and a sample if one is asked for; by default one with a fixed
        seed.
    **options
        As for `check_gradients`.

    Returns
    -------
    Report
        The gradients are called after the parameters of f: dx, dgamma, or dinput0, dinput1, ...
        where f doesn't name them. "The cost" in it is sum(u f(inputs)).

    Raises
    ------
    ValueError
        If f returns no real numbers, if what it returns is random or not finite, if f or vjp
        changes what it is given; if vjp returns too few or too many arrays, None for an input that
        is not constant, or an array of a wrong shape; and as for `check_gradients`.

    Examples
    --------
    >>> import numpy as np
    >>> def scale(x, gamma):
    ...     return gamma * x
    >>> def scale_vjp(upstream, x, gamma):
    ...     return gamma * upstream, upstream * x
    >>> x, gamma = np.arange(6.0).reshape(2, 3) + 1, np.array([0.5, 1.0, 2.0])
    >>> check_vjp(scale, lambda u, x, gamma: (gamma * u, (u * x).sum(axis=0)), x, gamma).passed
    True
    >>> check_vjp(scale, scale_vjp, x, gamma)
    Traceback (most recent call last):
    ...
    ValueError: scale_vjp returned shape (2, 3) for gamma, which has shape (3,)
    """
    layer, backward = _called(f, "f"), _called(vjp, "vjp")
    rng = generator(rng)
    if not inputs:
        raise ValueError(f"{layer} has no inputs: give them after vjp")
    names = _names(f, len(inputs))
    given = [_read(each, name) for name, each in zip(names, inputs, strict=True)]
    moved = [name for name, each in zip(names, given, strict=True) if not _constant(each)]
    if not moved:
        raise ValueError(f"all inputs of {layer} are constants (integers, ...): nothing to check")
    output = _asked(f, layer, given)
    upstream = _drawn(output, layer, rng)
    returned = _asked(vjp, backward, [upstream, *given])
    gradients = _gradients(returned, backward, names, given, len(moved))
    single = all(each.dtype == np.float32 for each in _arrays(output) if each.dtype.kind == "f")

    def cost(arrays: dict[str, Any]) -> np.floating[Any]:
        with_moved = [arrays.get(name, each) for name, each in zip(names, given, strict=True)]
        pairs = zip(_arrays(upstream), _arrays(f(*with_moved)), strict=True)
        total = sum(np.sum(each * found, dtype=float) for each, found in pairs)
        # In single precision, a derivative is known to be as coarse as what f returns.
        return np.float32(total) if single else np.float64(total)

    theta = dict(zip(names, given, strict=True))
    try:
        where = {name: theta[name] for name in moved}
        return check_gradients(cost, gradients, where, rng=rng, **options)
    except ValueError as refused:
        # It speaks of its cost, of which the caller knows nothing.
        raise ValueError(str(refused).replace("the cost", layer)) from None


def _called(function: Any, otherwise: str) -> str:
    """What to call the caller's function in a message."""
    if not callable(function):
        raise ValueError(f"{otherwise} is not a function, but of type {type(function).__name__}")
    name = getattr(function, "__name__", otherwise)
    return name if name.isidentifier() else otherwise  # "<lambda>" says nothing


def _names(f: Callable[..., Any], count: int) -> list[str]:
    """The names of the first parameters of f, or input0, input1, ..."""
    try:
        parameters = [*inspect.signature(f).parameters.values()]
    except (TypeError, ValueError):  # such as a function written in C
        parameters = []
    places = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    names = [each.name for each in parameters if each.kind in places]
    return names[:count] if len(names) >= count else [f"input{i}" for i in range(count)]


def _read(value: Any, name: str) -> Any:
    """An input as an array; constants stay as they are."""
    if value is None or isinstance(value, str):
        return value
    try:
        array = np.asarray(value)
    except ValueError:
        raise ValueError(f"{name} is not an array: its rows have several lengths") from None
    if array.dtype.kind in "iub":
        return value
    if array.dtype == object:
        what = type(value).__name__
        raise ValueError(f"{name} is not an array, but of type {what}: give its arrays one by one")
    if array.dtype.kind != "f":
        raise ValueError(f"{name} holds {array.dtype} entries, not real numbers")
    return array


def _constant(value: Any) -> bool:
    """Whether an input can't be moved by a small step."""
    return value is None or isinstance(value, str) or np.asarray(value).dtype.kind in "iub"


def _asked(function: Callable[..., Any], name: str, given: Sequence[Any]) -> Any:
    """What a function returns for copies of arrays; ValueError if it changes one."""
    copies = [_copied(each) for each in given]
    found = function(*copies)
    for place, (copy, each) in enumerate(zip(copies, given, strict=True)):
        if not _same(copy, each):
            raise ValueError(f"{name} changes its argument {place}: let it work on a copy")
    # A result that is, or looks into, what was given would change with it.
    return tuple(map(_copied, found)) if isinstance(found, tuple | list) else _copied(found)


def _copied(value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(map(_copied, value))
    return value.copy() if isinstance(value, np.ndarray) else value


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, tuple):
        return all(map(_same, one, other))
    return not isinstance(one, np.ndarray) or one.tobytes() == other.tobytes()


def _arrays(output: Any) -> list[Array]:
    """What a layer returns, as a list of arrays."""
    return [np.asarray(each) for each in (output if isinstance(output, tuple | list) else [output])]


def _drawn(output: Any, layer: str, rng: np.random.Generator) -> Any:
    """A random upstream gradient in the form of an output; zeros for integers in a tuple."""
    arrays = _arrays(output)
    for each in arrays:
        if each.dtype.kind not in "fiub":
            raise ValueError(f"{layer} returned {each.dtype} entries, not real numbers")
        if each.dtype.kind == "f" and not np.isfinite(each).all():
            raise ValueError(f"{layer} returned NaN or infinity for these inputs")
    if not any(each.size and each.dtype.kind == "f" for each in arrays):
        raise ValueError(f"{layer} returned no floats, only {arrays[0].dtype}: nothing to check")
    drawn = [
        np.asarray(rng.standard_normal(each.shape), each.dtype)
        if each.dtype.kind == "f"
        else np.zeros_like(each)
        for each in arrays
    ]
    return tuple(drawn) if isinstance(output, tuple | list) else drawn[0]


def _gradients(
    returned: Any, backward: str, names: Sequence[str], given: Sequence[Any], moved: int
) -> dict[str, Array]:
    """The gradient of every input that is no constant, by its name."""
    if returned is None:
        raise ValueError(f"{backward} returned None: does it end in a return?")
    if not isinstance(returned, tuple | list):
        returned = [returned]
    free = [each for each in zip(names, given, strict=True) if not _constant(each[1])]
    if len(returned) == len(names):
        constant = [_constant(each) for each in given]
        returned = [each for each, fixed in zip(returned, constant, strict=True) if not fixed]
    elif len(returned) != moved:
        raise ValueError(
            f"{backward} must return one array for each input ({', '.join(names)}), {len(names)} "
            f"in all, but it returned {len(returned)}"
        )
    found = {}
    for (name, value), gradient in zip(free, returned, strict=True):
        if gradient is None:
            raise ValueError(
                f"{backward} returned None for {name}, which holds floats. If it is a constant, "
                f"fix it in both functions, and leave it out here"
            )
        if np.shape(gradient) != value.shape:
            raise ValueError(
                f"{backward} returned shape {np.shape(gradient)} for {name}, which has shape "
                f"{value.shape}"
            )
        found[name] = np.asarray(gradient)
    return found
