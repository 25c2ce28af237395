"""Parameters and gradients in the caller's form; what can't be checked is refused."""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, pairwise
from operator import is_
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int_]

Form = float | npt.NDArray[Any] | dict[str, Any]
"""How a caller gives parameters and gradients: a number, an array, or a dict of these."""

INTERMEDIATE = ("dZ", "dA")
"""What many backward passes also return: dZ3, dA2, ... are not gradients of parameters."""


@dataclass(frozen=True)
class Parameters:
    """The parameters to check at: their numbers in one vector, and the caller's form.

    Attributes
    ----------
    names : tuple of str
        The keys of a dict; for a number or an array, only "theta".
    shapes : tuple of tuple of int
        The shapes of the arrays, in the same order.
    vector : ndarray, shape (n,)
        A copy of all numbers in float64.
    form : str
        "number", "array" or "dict".
    single : bool
        Whether they were given in single precision.
    """

    names: tuple[str, ...]
    shapes: tuple[tuple[int, ...], ...]
    vector: Floats
    form: str
    single: bool

    @classmethod
    def of(cls, theta: Form) -> "Parameters":
        """Read the caller's parameters.

        Parameters
        ----------
        theta : float, ndarray of any shape, or dict of these
            In single or double precision.

        Raises
        ------
        ValueError
            For empty arrays, integers, complex numbers, objects, half precision, NaN and infinity;
            the message names the array.
        """
        form = "dict" if isinstance(theta, dict) else None
        arrays = theta if isinstance(theta, dict) else {"theta": theta}
        if not arrays:
            raise ValueError("theta is an empty dict: there is nothing to check")
        for name in arrays:
            if not isinstance(name, str):
                raise ValueError(f"the names of parameters must be text, but {name!r} is not text")
        found = {name: _real(array, name) for name, array in arrays.items()}
        form = form or ("array" if found["theta"].ndim else "number")
        for name, array in found.items():
            if not array.size:
                raise ValueError(f"{name} is empty, of shape {array.shape}: nothing to check")
        vector, single = _joined(found.values())
        if np.count_nonzero(np.isfinite(vector)) < vector.size:
            name = next(
                name for name, array in found.items() if not np.isfinite(_joined([array])[0]).all()
            )
            raise ValueError(f"{name} holds NaN or infinity: no gradient exists there")
        shapes = tuple([array.shape for array in found.values()])
        return cls(tuple(found), shapes, vector, form, single)

    def restored(self, vectors: npt.NDArray[Any]) -> Any:
        """Return vectors, shape (..., n), in the caller's form, as views."""
        arrays = self.cut(vectors)
        return arrays if self.form == "dict" else arrays["theta"]

    def cut(self, vectors: npt.NDArray[Any]) -> dict[str, npt.NDArray[Any]]:
        """Cut vectors, shape (..., n), into {name: arrays of its shape}, as views."""
        before = vectors.shape[:-1]
        return {
            name: vectors[..., start:end].reshape((*before, *shape))
            for name, shape, (start, end) in _places(self.names, self.shapes)
        }

    def split(self, places: Integers) -> list[Integers]:
        """Group ascending places in the vector, shape (k,), by the array that they are in.

        Returns
        -------
        list of ndarray of int
            For each array that has some, their positions in `places`.
        """
        ends = [end for _, _, (_, end) in _places(self.names, self.shapes)]
        runs = np.split(np.arange(places.size), np.searchsorted(places, ends[:-1]))
        return [run for run in runs if run.size]

    def claimed(self, gradient: Form | Callable[[Any], Form]) -> Form:
        """Return the caller's gradient, evaluated at these parameters if it is a function."""
        if not callable(gradient):
            return gradient
        given: Form = self.ask(gradient, self.vector, "the gradient")
        return given

    def ask(self, function: Callable[[Any], Any], vector: npt.NDArray[Any], whose: str) -> Any:
        """Call the caller's function with a copy of a vector, in the caller's form.

        Parameters
        ----------
        function : callable
        vector : ndarray, shape (n,)
        whose : str
            What the function is, for the message.

        Raises
        ------
        ValueError
            If it changes what it is given.
        """
        if self.form == "number":
            return function(vector[0])
        place = vector.copy()
        given = self.restored(place)
        kept = dict(given) if self.form == "dict" else {}
        found = function(given)
        same = self.form != "dict" or (
            [*given] == [*kept] and all(map(is_, given.values(), kept.values()))
        )
        if not same or place.tobytes() != vector.tobytes():
            raise ValueError(f"{whose} changes its input: let it work on a copy")
        return found

    def vector_of(self, gradient: Form) -> tuple[Floats, bool]:
        """Return the caller's gradient as a vector, and whether it was in single precision.

        Parameters
        ----------
        gradient : float, ndarray or dict
            With the shape of the parameters. In a dict, the gradient of W1 is called W1 or dW1;
            dZ3, dA2, ... are ignored.

        Returns
        -------
        vector : ndarray, shape (n,)
        single : bool

        Raises
        ------
        ValueError
            If an array is missing or left over, is not real, or has not the shape of its parameter.
        """
        if self.form != "dict":
            gradient, labels = {"the gradient": gradient}, ["the gradient"]
        elif isinstance(gradient, dict):
            labels = _labels(self.names, tuple(gradient))
        else:
            what = type(gradient).__name__
            raise ValueError(f"the gradient is of type {what}, but the parameters are a dict")
        arrays = []
        for label, shape in zip(labels, self.shapes, strict=True):
            array = _real(gradient[label], label, integers=True)
            if array.shape != shape:
                raise ValueError(f"{label} has shape {array.shape}, but its parameter has {shape}")
            arrays.append(array)
        return _joined(arrays)


@lru_cache(maxsize=64)
def _labels(names: tuple[str, ...], keys: tuple[str, ...]) -> list[str]:
    """What the gradients of these parameters are called in a dict with these keys."""
    plain = all(name in keys for name in names)
    labels = [
        name if plain or (name in keys and f"d{name}" not in keys) else f"d{name}" for name in names
    ]
    for label in labels:
        if label not in keys:
            raise ValueError(f"{label} is missing from the gradients")
    if len({*labels}) < len(labels):
        raise ValueError(f"the gradients of {', '.join(names)} share a name")
    for key in keys:
        if key not in labels and str(key)[:2] not in INTERMEDIATE:
            raise ValueError(f"{key} is among the gradients, but no parameter has this name")
    return labels


@lru_cache(maxsize=64)
def _places(
    names: tuple[str, ...], shapes: tuple[tuple[int, ...], ...]
) -> list[tuple[str, tuple[int, ...], tuple[int, int]]]:
    """Every name with its shape, and where its place in a vector starts and ends."""
    ends = accumulate(map(math.prod, shapes), initial=0)
    return [*zip(names, shapes, pairwise(ends), strict=True)]


def _joined(arrays: Iterable[npt.NDArray[Any]]) -> tuple[Floats, bool]:
    """All entries in one vector of doubles, and whether some were in single precision."""
    arrays = [array.ravel() for array in arrays]
    vector, single = np.concatenate(arrays), 4 in [array.itemsize for array in arrays]
    if vector.dtype != float:
        with np.errstate(over="ignore"):  # of long doubles
            vector = vector.astype(float)
    return vector, single


def _real(value: Any, name: str, integers: bool = False) -> npt.NDArray[Any]:
    """An array of real numbers; integers are allowed only where nothing will be moved."""
    if type(value) is np.ndarray and value.dtype == float:
        return value
    try:
        array = np.asarray(value)
    except ValueError:
        raise ValueError(f"{name} is not an array: its rows have several lengths") from None
    if isinstance(value, np.ma.MaskedArray):
        raise ValueError(f"{name} is a masked array: fill it first")
    if isinstance(value, np.matrix):
        raise ValueError(f"{name} is a numpy.matrix, which multiplies differently: use an array")
    if array.dtype == float:
        return array
    if array.dtype.kind in "iub" and integers:
        return array.astype(float)
    if array.dtype.kind in "iu":
        raise ValueError(
            f"{name} holds integers, which can't change by a small step: use {name}.astype(float)"
        )
    if array.dtype.kind != "f":
        raise ValueError(f"{name} holds {array.dtype} entries, not real numbers")
    if array.dtype.itemsize < 4:
        raise ValueError(f"{name} is in half precision, too coarse to check: use float64")
    return array
