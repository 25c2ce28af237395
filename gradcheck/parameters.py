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

from gradcheck.trees import Tree

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int_]

Form = Any
"""How a caller gives parameters and gradients: a number, an array, or dicts, lists and tuples of
these, nested in any way."""

INTERMEDIATE = ("dZ", "dA")
"""What many backward passes also return: dZ3, dA2, ... are not gradients of parameters."""


@dataclass(frozen=True)
class Parameters:
    """The parameters to check at: their numbers in one vector, and the caller's form.

    Attributes
    ----------
    names : tuple of str
        The keys of a dict; for a number or an array, only "theta"; in other nests the way to each
        array, such as "theta.layers[0].W".
    shapes : tuple of tuple of int
        The shapes of the arrays, in the same order.
    vector : ndarray, shape (n,)
        A copy of all numbers in float64.
    form : str
        "number", "array", "dict" (of arrays, with text for keys) or "tree" (any other nest).
    single : bool
        Whether they were given in single precision.
    tree : Tree, optional
        Of a tree.
    """

    names: tuple[str, ...]
    shapes: tuple[tuple[int, ...], ...]
    vector: Floats
    form: str
    single: bool
    tree: Tree | None = None

    @classmethod
    def of(cls, theta: Form) -> "Parameters":
        """Read the caller's parameters.

        Parameters
        ----------
        theta : float, ndarray of any shape, or a nest of these
            In single or double precision.

        Raises
        ------
        ValueError
            For empty arrays, integers, complex numbers, objects, half precision, NaN and infinity;
            the message names the array.
        """
        tree, form = None, None
        if type(theta) is dict and _is_plain(theta):  # as most are: a tree takes longer to make
            form, arrays = "dict", theta
        elif callable(theta):
            raise ValueError("theta is a function: first come cost and gradient, then theta")
        else:
            tree = Tree.of(theta)
            if tree.is_array or theta is None:
                arrays = {"theta": theta}
            elif isinstance(theta, dict) and _is_flat(tree):
                form, arrays = "dict", theta
            else:
                form, arrays = "tree", dict(tree.arrays(theta, "theta"))
        if not arrays:
            what = type(theta).__name__
            raise ValueError(f"theta is an empty {what}: there is nothing to check")
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
        return cls(tuple(found), shapes, vector, form, single, tree if form == "tree" else None)

    def restored(self, vectors: npt.NDArray[Any]) -> Any:
        """Return vectors, shape (..., n), in the caller's form, as views."""
        arrays = self.cut(vectors)
        if self.tree:
            return self.tree.built(arrays.values())
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
        kept = self._inside(given)
        found = function(given)
        now = self._inside(given)
        same = [*now] == [*kept] and all(map(is_, now.values(), kept.values()))
        if not same or place.tobytes() != vector.tobytes():
            raise ValueError(f"{whose} changes its input: let it work on a copy")
        return found

    def _inside(self, given: Any) -> dict[str, Any]:
        """What is in the dict or nest that a function is given, to compare afterwards."""
        if self.form == "dict":
            return dict(given)
        return dict(Tree.of(given).arrays(given, "theta")) if self.tree else {}

    def _refuse_others(self, gradient: Any) -> None:
        """Raise ValueError for what is often returned instead of a gradient, and say what to do."""
        what = {"dict": "a dict", "array": "an array", "number": "a number"}.get(
            self.form, "a nest"
        )
        in_order = self.tree is not None and issubclass(self.tree.kind or dict, list | tuple)
        if self._is_pair(gradient) and not in_order:
            raise ValueError(
                "the gradient is a pair of a number and something else: if its function returns "
                "both cost and gradient, use check_gradients(*of_scipy(function), theta), with "
                "of_scipy from gradcheck.adapters"
            )
        if isinstance(gradient, dict) and self.form in ("number", "array"):
            keys = ", ".join(map(str, gradient))
            raise ValueError(
                f"the gradient is a dict ({keys}), but the parameters are {what}: it must be "
                f"{what}, too"
            )
        if self.form != "number" and isinstance(gradient, int | float | np.number):
            size = " of shape ()" if self.form == "array" else ""
            raise ValueError(
                f"the gradient is a number{size}, but the parameters are {what}: are cost and "
                "gradient swapped? The order is cost, gradient, theta"
            )

    def _is_pair(self, gradient: Any) -> bool:
        """Whether it looks like a cost and its gradient, and not like a gradient."""
        if not isinstance(gradient, tuple) or len(gradient) != 2 or np.ndim(gradient[0]):
            return False
        return self.form != "array" or isinstance(gradient[1], dict) or np.ndim(gradient[1]) > 0

    def vector_of(self, gradient: Form) -> tuple[Floats, bool]:
        """Return the caller's gradient as a vector, and whether it was in single precision.

        Parameters
        ----------
        gradient : float, ndarray or nest of these
            With the form of the parameters. In a dict of arrays, the gradient of W1 is called W1 or
            dW1; dZ3, dA2, ... are ignored.

        Returns
        -------
        vector : ndarray, shape (n,)
        single : bool

        Raises
        ------
        ValueError
            If an array is missing or left over, is not real, or has not the shape of its parameter.
        """
        if gradient is None:
            raise ValueError(
                "the gradient is None: it has not been computed, or its function returns nothing"
            )
        if self.form != "dict" or type(gradient) is not dict:  # as most are
            self._refuse_others(gradient)
        if self.tree:
            gradient = dict(self.tree.arrays(gradient, "gradient"))
            labels = [*gradient]
        elif self.form != "dict":
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


def _is_plain(nest: dict[Any, Any]) -> bool:
    """Whether a dict holds arrays of numpy under text, and nothing else."""
    return {*map(type, nest)} == {str} and {*map(type, nest.values())} == {np.ndarray}


def _is_flat(tree: Tree) -> bool:
    """Whether a dict holds arrays under text, and nothing else."""
    return all(isinstance(key, str) for key in tree.keys) and all(
        each.is_array for each in tree.inside
    )


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
    if value is None:
        raise ValueError(
            f"{name} is None: it has not been computed; if it has no gradient, leave it out of the "
            "parameters"
        )
    try:
        array = np.asarray(value)
    except ValueError:
        raise ValueError(f"{name} is not an array: its rows have several lengths") from None
    except (TypeError, RuntimeError) as error:  # such as a tensor that is still being recorded
        raise ValueError(f"{name} can't be made an array: {error}") from None
    if isinstance(value, np.ma.MaskedArray):
        raise ValueError(f"{name} is a masked array: fill it first")
    if isinstance(value, np.matrix):
        raise ValueError(f"{name} is a numpy.matrix, which multiplies differently: use an array")
    if array.dtype == float:
        return array
    if array.dtype.kind in "iub" and integers:
        return array.astype(float)
    if array.dtype.kind in "iub":
        what = "booleans" if array.dtype.kind == "b" else "integers"
        raise ValueError(
            f"{name} holds {what}, which have no gradient: leave it out of the parameters, and let "
            f"the cost take it from outside; or if it is to be moved, use {name}.astype(float)"
        )
    if array.dtype.kind != "f":
        raise ValueError(
            f"{name} holds {array.dtype} entries, not real numbers: leave out what has no gradient"
        )
    if array.dtype.itemsize < 4:
        raise ValueError(f"{name} is in half precision, too coarse to check: use float64")
    return array
