"""A caller's cost, evaluated at one place after the other, and checked while that happens."""

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from gradcheck.parameters import Floats, Integers, Parameters

PORTION = 2**22
"""How many numbers of moved parameters are made at the same time: 32 MB."""

ELSEWHERE = 2.0**-17
"""A step at which the cost is also evaluated twice: some costs draw a mask only at new places."""


class AskedCost:
    """A cost at some parameters and around them.

    Parameters
    ----------
    function : callable
        Takes parameters in the caller's form and returns a number.
    parameters : gradcheck.parameters.Parameters

    Raises
    ------
    ValueError
        If it is not a function; if at these parameters the cost is not a finite real number,
        changes its input, or differs when it is evaluated again.

    Attributes
    ----------
    size : int
        The number of parameters.
    sizes : list of int
        The number of parameters in each array.
    base : float
        The cost at the parameters.
    single : bool
        Whether it returns single precision.
    """

    def __init__(self, function: Callable[[Any], Any], parameters: Parameters) -> None:
        if not callable(function):
            raise ValueError(
                f"the cost is a {type(function).__name__}, not a function: the order is cost, "
                "gradient, theta"
            )
        self._function = function
        self._parameters = parameters
        self._vector = parameters.vector.copy()
        self.size, self.sizes = self._vector.size, [*map(math.prod, parameters.shapes)]
        first = self._asked()
        self.single = getattr(first, "dtype", None) == np.float32
        self.base = _number(first)
        if not np.isfinite(self.base):
            raise ValueError(f"the cost is {self.base} at these parameters: nothing to compare")
        self._expect_same(self.base, _number(self._asked()))
        with np.errstate(all="ignore"):
            self._expect_same(self.at(0, ELSEWHERE), self.at(0, ELSEWHERE))

    def at(self, index: int | np.integer[Any], step: float) -> float:
        """Return the cost after a step in one parameter; NaN where it has no value."""
        kept = self._vector[index]
        self._vector[index] = kept + step
        value = self._moved()
        self._vector[index] = kept
        return value

    def each_around(self, steps: Floats, chosen: Integers) -> Iterator[list[float]]:
        """Yield the costs after each of some steps in some parameters, one parameter at a time.

        Parameters
        ----------
        steps : ndarray, shape (k, s)
            A row for each of the parameters.
        chosen : ndarray of int, shape (k,)
            Their places.
        """
        if hasattr(self._function, "many"):
            yield from self.around(steps, chosen).tolist()
            return
        for i, row in zip(chosen.tolist(), steps.tolist(), strict=True):
            yield [self.at(i, step) for step in row]

    def around(self, steps: Floats, chosen: Integers | None = None) -> Floats:
        """Return the costs after each of some steps in each parameter, shape (n, k).

        They come from the cost's method ``many`` if it has one, in portions of 32 MB.

        Parameters
        ----------
        steps : ndarray, shape (k,) or (n, k)
            The same steps for all parameters, or a row for each.
        chosen : ndarray of int, shape (n,), optional
            The places of the parameters; all when left out.

        Raises
        ------
        ValueError
            If ``many`` returns a different number of costs, or other values than the cost does.
        """
        many = getattr(self._function, "many", None)
        chosen = np.arange(self.size) if chosen is None else chosen
        steps = np.broadcast_to(steps, (chosen.size, np.shape(steps)[-1]))
        with np.errstate(all="ignore"):
            if many is None:
                return np.array([*self.each_around(steps, chosen)])
            at_once = max(1, PORTION // (self.size * steps.shape[1]))
            return np.concatenate(
                [
                    self._at_once(many, chosen[start:end], steps[start:end])
                    for start in range(0, chosen.size, at_once)
                    for end in [start + at_once]
                ]
            )

    def _at_once(self, many: Callable[[Any], Any], moved: Integers, steps: Floats) -> Floats:
        """The costs after steps in the moved parameters; one for each array is computed again."""
        n, count = self.size, steps.size
        vectors = np.tile(self._parameters.vector, (moved.size, steps.shape[1], 1))
        vectors[np.arange(moved.size), :, moved] += steps
        found = np.asarray(many(self._parameters.restored(vectors.reshape(-1, n))))
        if found.shape != (count,) or found.dtype.kind not in "iuf":
            raise ValueError(
                f"many() returned an array of shape {found.shape}, {found.dtype} "
                f"for {count} sets of parameters"
            )
        costs: Floats = found.astype(float).reshape(steps.shape)
        for rows in self._parameters.split(moved):
            # Where the cost changes most, a different formula is easiest to tell from round-off.
            most = np.argmax(np.nan_to_num(np.abs(costs[rows] - self.base)))
            i, j = rows[most // costs.shape[1]], most % costs.shape[1]
            self._expect_alike(self.at(moved[i], steps[i, j]), costs[i, j].item())
        return costs

    def _expect_alike(self, itself: float, many: float) -> None:
        """Raise ValueError unless many() gives the same cost."""
        tolerance = (1e-4 if self.single else 1e-10) * max(abs(itself), abs(many))
        if not (
            abs(itself - many) <= tolerance
            or itself == many
            or (np.isnan(itself) and np.isnan(many))
        ):
            raise ValueError(
                f"many() returns {many:.17g}, but the cost itself returns {itself:.17g}"
            )

    def along(self, direction: Floats, step: float) -> float:
        """Return the cost after a step along a direction, shape (n,); NaN where it has no value."""
        self._vector[:] = self._parameters.vector + step * direction
        value = self._moved()
        self._vector[:] = self._parameters.vector
        return value

    def _moved(self) -> float:
        """The cost at the moved vector, NaN where it fails: that is not the caller's mistake."""
        try:
            return _number(self._asked())
        except ArithmeticError:
            return float("nan")
        except ValueError as trouble:
            if str(trouble).startswith("the cost"):
                raise
            return float("nan")  # such as the logarithm of a negative number

    def _asked(self) -> Any:
        return self._parameters.ask(self._function, self._vector, "the cost")

    def _expect_same(self, first: float, again: float) -> None:
        if first != again and not (np.isnan(first) and np.isnan(again)):
            raise ValueError(
                f"the cost is random: at the same parameters it is {first:.17g} the first time and "
                f"{again:.17g} the second; draw its mask or its batch once, outside"
            )


def _number(value: Any) -> float:
    """The cost as a float; ValueError for anything but a real number."""
    if type(value) is float or type(value) is np.float64:
        return float(value)
    if isinstance(value, bool | np.bool_) or not isinstance(
        value, int | float | np.ndarray | np.number
    ):
        hint = "; if it returns (cost, gradient), use of_scipy of gradcheck.adapters"
        is_pair = isinstance(value, tuple) and len(value) == 2
        raise ValueError(
            f"the cost returned a {type(value).__name__}, not a number{hint if is_pair else ''}"
        )
    if np.ndim(value):
        raise ValueError(f"the cost returned an array of shape {np.shape(value)}, not a number")
    if np.iscomplexobj(value):
        raise ValueError("the cost returned a complex number, not a real one")
    if not isinstance(value, int) and np.asarray(value).dtype.kind not in "iuf":
        raise ValueError(f"the cost returned {np.asarray(value).dtype}, not a number")
    try:
        return float(value)
    except OverflowError:
        return float("inf")
