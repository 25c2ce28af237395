"""The result of a check: in words, as a table in a notebook, as a picture."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck import words
from gradcheck.estimates import CORNER, CORNERS, HIDDEN, NOTHING, STATIONARY, Estimates
from gradcheck.parameters import Floats, Integers, Parameters
from gradcheck.result import Result
from gradcheck.showing import page, plot
from gradcheck.verdicts import FAIL, INCONCLUSIVE, PASS, VERDICTS

MOST_NAMES = 20
"""How many names are shown where one is unknown."""


class ByName(dict[str, Any]):
    """A dict that says which names it has if it is asked for another."""

    def __missing__(self, name: str) -> Any:
        raise KeyError(_unknown(name, (*self,)))


def _unknown(name: Any, names: Sequence[str]) -> str:
    """Say that a name is unknown, and name similar ones first."""
    similar = [each for each in names if each.endswith((f"d{name}", f".{name}"))]
    known = [*similar, *(each for each in names if each not in similar)]
    more = f" and {len(known) - MOST_NAMES} more" if len(known) > MOST_NAMES else ""
    return f"no gradient is called {name!r}; choose from {', '.join(known[:MOST_NAMES])}{more}"


@dataclass(frozen=True, eq=False, repr=False)
class Report(Result):
    """The verdict on every parameter. It is true if `passed`, and shows itself as a table.

    Attributes
    ----------
    parameters : Parameters
    gradient : ndarray, shape (n,)
        As given.
    estimates : Estimates
        The finite differences, their error bars, and how they were made.
    found : ndarray of int, shape (n,)
        PASS, FAIL, INCONCLUSIVE or NOT_CHECKED.
    """

    parameters: Parameters
    gradient: Floats
    estimates: Estimates
    found: Integers

    @property
    def passed(self) -> bool:
        """True when no parameter failed, at least one was decided, and no array is `undecided`."""
        passed, failed, unknown = self.count()
        return passed > 0 and not failed and not (unknown and self.undecided)

    @property
    def verdict(self) -> str:
        """ "pass"; "fail"; or "inconclusive" when nothing was decided, of all or of some array."""
        return "pass" if self.passed else VERDICTS[FAIL if FAIL in self.found else INCONCLUSIVE]

    @cached_property
    def undecided(self) -> tuple[str, ...]:
        """The arrays of which nothing is known: a wrong gradient might look the same.

        No entry passed, but for some that are 0, and what is inconclusive neither lies between the
        known slopes of a corner nor is negligible. It is that if all of these derivatives are 0 to
        within their error bars, and these are at most 1e-9 times the largest derivative of the cost
        or 1; and the claims are 0 to within the error bar and 1e-9 times the largest derivative. Of
        a correct gradient that is 0, such as that of a bias before a batch norm, only round-off is
        left there.
        """
        return tuple(name for name in self.names if self._is_undecided(name))

    def _is_undecided(self, name: str) -> bool:
        start = self.starts[name]
        inside = slice(start, start + self.found_in(name).size)
        found, how = self.found[inside], self.estimates.how[inside]
        unknown, zero = found == INCONCLUSIVE, (self.gradient[inside] == 0) | (how == STATIONARY)
        if not unknown.any() or ((found == FAIL) | ((found == PASS) & ~zero)).any():
            return False
        if (found == PASS).any():
            unknown &= np.isin(how, HIDDEN)
        if self.estimates.sides is not None:
            between = np.isfinite(self.estimates.sides[:, inside]).all(axis=0)
            if (unknown & between & np.isin(how, (CORNER, CORNERS))).any():
                return False
        claim, value, error = (
            np.abs(each[inside])
            for each in (self.gradient, self.estimates.value, self.estimates.error)
        )
        largest = np.fmax.reduce(np.abs(self.estimates.value), initial=0.0)
        is_level = (value <= error) & (error <= NOTHING * max(1.0, largest))
        reach = self.estimates.lost or np.minimum(error, NOTHING * largest)
        return bool((unknown & ~(is_level & (claim <= reach))).any())

    @cached_property
    def names(self) -> tuple[str, ...]:
        """What the gradients are called: dW1, db1, ...; "gradient" for a single array, and
        "gradient.layers[0].W" or so in a nest."""
        if self.parameters.form == "dict":
            return tuple(f"d{name}" for name in self.parameters.names)
        return tuple(f"gradient{name.removeprefix('theta')}" for name in self.parameters.names)

    @cached_property
    def verdicts(self) -> dict[str, npt.NDArray[np.str_]]:
        """{name: array of "pass", "fail", "inconclusive" and "not checked"}."""
        return self._by_name(np.array(VERDICTS)[self.found])

    @cached_property
    def analytic(self) -> dict[str, Floats]:
        """{name: the gradient as given}."""
        return self._by_name(self.gradient)

    @cached_property
    def numeric(self) -> dict[str, Floats]:
        """{name: the finite differences}, nan where one could not be computed."""
        return self._by_name(self.estimates.value)

    @cached_property
    def errors(self) -> dict[str, Floats]:
        """{name: the error bars of the finite differences}."""
        return self._by_name(self.estimates.error)

    def reason(self, name: str, *index: int) -> str:
        """Say why one entry has its verdict, with the numbers behind it.

        Parameters
        ----------
        name : str
            The array's name.
        *index : int
            The entry's index, one number for each axis; negative ones count from the end.

        Raises
        ------
        ValueError
            If the report has no such entry.
        """
        if name not in self.starts:
            raise ValueError(_unknown(name, self.names))
        shape = self.analytic[name].shape
        if not index and shape:
            first = ", ".join("0" * len(shape))
            raise ValueError(
                f"{name} has shape {shape}: say which entry, reason({name!r}, {first})"
            )
        if len(index) != len(shape) or not all(
            -size <= i < size for i, size in zip(index, shape, strict=True)
        ):
            raise ValueError(f"{name} has shape {shape}: it has no entry {list(index)}")
        places = tuple(i % size for i, size in zip(index, shape, strict=True))
        within = int(np.ravel_multi_index(places, shape)) if shape else 0
        return words.reason(self, self.starts[name] + within)

    def count(self, name: str | None = None) -> tuple[int, int, int]:
        """Return how many passed, failed, and were inconclusive: in one array, or in all."""
        verdicts = self.found if name is None else self._found[name]
        unlike = np.count_nonzero(verdicts)
        failed, unknown = (
            (np.count_nonzero(verdicts == each) if unlike else 0) for each in (FAIL, INCONCLUSIVE)
        )
        return int(verdicts.size - unlike), int(failed), int(unknown)

    @property
    def checked(self) -> int:
        """How many parameters were checked."""
        return sum(self.count())

    def worst(self, name: str) -> tuple[int, ...]:
        """Return the index of the entry of an array to look at first.

        If some failed, the one that is farthest off among these; else an inconclusive one; else the
        one that is farthest off.
        """
        found, numeric = self._found[name], self.numeric[name]
        for verdict in (FAIL, INCONCLUSIVE, PASS):
            if (found == verdict).any():
                break
        with np.errstate(invalid="ignore", over="ignore"):
            off = np.abs(self.analytic[name] - numeric)
        off = np.where(np.isfinite(off), off, np.inf)
        place = np.where(found == verdict, off, -1.0).argmax()
        return tuple(map(int, np.unravel_index(place, found.shape)))

    def __str__(self) -> str:
        return words.table(self)

    @cached_property
    def notes(self) -> list[str]:
        """What else there is to say: what was not checked, and what failures may come from."""
        return words.notes(self)

    def _repr_html_(self) -> str:
        """Show it in a notebook: a line and a map of verdicts for every array."""
        return page(self)

    def plot(self, axes: Any = None) -> Any:
        """Draw how far every gradient is from the finite difference, and return the axes.

        As a share of the larger of the two, on a logarithmic axis, array by array. What is not a
        number is drawn at the top, as far away as the opposite number.

        Parameters
        ----------
        axes : matplotlib.axes.Axes, optional
            New ones when left out.
        """
        return plot(self, axes)

    @cached_property
    def starts(self) -> dict[str, int]:
        """{name: where its entries start in the vector of all}."""
        sizes = [array.size for array in self.analytic.values()]
        return dict(zip(self.names, np.cumsum([0, *sizes[:-1]]).tolist(), strict=True))

    def found_in(self, name: str) -> Integers:
        """PASS, FAIL, INCONCLUSIVE or NOT_CHECKED for every entry of an array."""
        return self._found[name]

    @cached_property
    def _found(self) -> dict[str, Integers]:
        return self._by_name(self.found)

    def _by_name(self, vector: npt.NDArray[Any]) -> dict[str, npt.NDArray[Any]]:
        """Cut into arrays, as read-only views, so that nobody can change the report."""
        fixed = vector.view()
        fixed.flags.writeable = False
        return ByName(zip(self.names, self.parameters.cut(fixed).values(), strict=True))
