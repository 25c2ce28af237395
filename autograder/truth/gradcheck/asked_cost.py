"""Somebody's cost, asked at one place after the other, with an eye on what it does meanwhile."""

import numpy as np

PORTION = 2**22
"""Numbers of moved parameters that are made at the same time: 32 MB."""


class AskedCost:
    """A cost at some parameters and around them.

    Parameters
    ----------
    function : callable
        Takes parameters in the caller's form and returns a number.
    parameters : autograder.truth.gradcheck.parameters.Parameters

    Raises
    ------
    ValueError
        If at these parameters the cost isn't a finite real number, changes its input, or isn't the
        same when it is asked again.

    Attributes
    ----------
    base : float
        The cost at the parameters.
    single : bool
        Whether it answers in single precision.
    """

    def __init__(self, function, parameters):
        self._function = function
        self._parameters = parameters
        self._vector = parameters.vector.copy()
        self._argument = parameters.restored(self._vector)  # a view, so that it moves along
        self._kept = dict(self._argument) if parameters.form == "dict" else None
        first = function(self._form())
        self.single = getattr(first, "dtype", None) == np.float32
        self.base = self._number(first)
        self.check_input()
        if not np.isfinite(self.base):
            raise ValueError(f"the cost is {self.base} at these parameters: nothing to compare")
        again = self._number(function(self._form()))
        if again != self.base:
            raise ValueError(
                f"the cost is random: {self.base:.17g} the first time, {again:.17g} the second, at "
                f"the same parameters; draw its mask or its batch once, outside"
            )

    def at(self, index, step):
        """Return the cost with a step in one parameter; NaN or infinity are returned as such."""
        kept = self._vector[index]
        self._vector[index] = kept + step
        value = self._number(self._function(self._form()))
        self._vector[index] = kept
        return value

    def around(self, steps):
        """Return the costs with each of some steps in each parameter, shape (n, number of steps).

        By the cost's own method ``many``, where it has one, in portions of 32 MB.
        """
        n, many = self._vector.size, getattr(self._function, "many", None)
        if many is None:
            with np.errstate(all="ignore"):
                costs = np.array([[self.at(i, step) for step in steps] for i in range(n)])
            self.check_input()
            return costs
        costs = np.empty((n, len(steps)))
        at_once = max(1, PORTION // (n * len(steps)))
        for start in range(0, n, at_once):
            moved = np.arange(start, min(start + at_once, n))
            vectors = np.tile(self._parameters.vector, (moved.size, len(steps), 1))
            vectors[np.arange(moved.size), :, moved] += steps
            found = np.asarray(many(self._parameters.restored(vectors.reshape(-1, n))), dtype=float)
            if found.shape != (moved.size * len(steps),):
                raise ValueError(f"many() returned an array of shape {found.shape} for "
                                 f"{moved.size * len(steps)} sets of parameters")
            costs[moved] = found.reshape(moved.size, -1)
        return costs

    def along(self, direction, step):
        """Return the cost a step along a direction, shape (n,)."""
        self._vector[:] = self._parameters.vector + step * direction
        value = self._number(self._function(self._form()))
        self._vector[:] = self._parameters.vector
        return value

    def check_input(self):
        """Raise ValueError if the cost has written into the parameters that it was given."""
        whole = np.array_equal(self._vector, self._parameters.vector)
        if self._kept is not None:
            whole = whole and self._argument.keys() == self._kept.keys() and all(
                self._argument[name] is array for name, array in self._kept.items()
            )
        if not whole:
            raise ValueError("the cost changes its input: let it work on a copy")

    def _form(self):
        return float(self._vector[0]) if self._parameters.form == "number" else self._argument

    def _number(self, value):
        if not isinstance(value, int | float | np.number) and type(value) is not np.ndarray:
            raise ValueError(f"the cost returned a {type(value).__name__}, not a number")
        if np.ndim(value):
            raise ValueError(f"the cost returned an array of shape {value.shape}, not a number")
        if np.iscomplexobj(value):
            raise ValueError("the cost returned a complex number, not a real one")
        return float(value)
