"""Several calls of one function in one message, with the stand-ins that their arguments need.

A stand-in travels once in a letter, however many of its calls it is an argument of.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from autograder.box.wire import Function, asking, digest

Ahead = Callable[
    [Callable[..., Any]], tuple[str, str, dict[str, Any]] | Sequence[Sequence[Any]] | None
]
"""What is sent ahead of a function: see :meth:`autograder.box.child.Child.call_each`."""
Place = int | str
"""Where a call has a function: at a position, or under a name."""


class Letter:
    """The calls as they are sent, and what is needed to read their answers.

    Parameters
    ----------
    calls
        For each one its arguments, its keyword arguments, and what replaces the notebook's own.
    ahead

    Attributes
    ----------
    calls
        The same, with the number of each function in its place.
    functions
        By their numbers.
    sent_ahead
        What is sent ahead of each function, by its number as text.
    trusted
        The numbers of those that are answered on this side.
    """

    def __init__(
        self,
        calls: Sequence[tuple[Sequence[Any], Mapping[str, Any], Mapping[str, Any]]],
        ahead: Ahead,
    ) -> None:
        self.functions: list[Callable[..., Any]] = []
        self.sent_ahead: dict[str, Any] = {}
        self._ahead = ahead
        self._numbers: dict[tuple[Place, int], int] = {}
        self._places: list[dict[Place, int]] = []
        self.calls = [self._call(*each) for each in calls]
        self.trusted = {
            number
            for number in range(len(self.functions))
            if type(self.sent_ahead[str(number)]) is not tuple  # the source of one that runs inside
        }

    def _call(
        self, arguments: Sequence[Any], by_name: Mapping[str, Any], replacing: Mapping[str, Any]
    ) -> list[Any]:
        self._places.append({})
        return [
            [self._sent(place, each) for place, each in enumerate(arguments)],
            {key: self._sent(key, each) for key, each in by_name.items()},
            {key: self._sent(key, each) for key, each in replacing.items()},
        ]

    def _sent(self, place: Place, value: Any) -> Any:
        if not callable(value):
            return value
        number = self._numbers.setdefault((place, id(value)), len(self.functions))
        if number == len(self.functions):
            self.functions.append(value)
            self.sent_ahead[str(number)] = _sent_ahead(number, value, self._ahead)
        self._places[-1][place] = number
        return Function(number)

    def counted(
        self, call: int, counts: Sequence[int], claimed: Mapping[str, Any]
    ) -> dict[Place, int]:
        """How often a call has called each of its functions, by the place of each.

        Parameters
        ----------
        call
            Its number in the letter.
        counts
            Those that were counted on this side, by the functions' numbers.
        claimed
            Those that the child claims, for functions that run there.
        """
        return {
            place: counts[number] if number in self.trusted else _count(claimed, str(number))
            for place, number in self._places[call].items()
        }


@lru_cache(maxsize=256)
def _sent_ahead(number: int, function: Callable[..., Any], ahead: Ahead) -> Any:
    """What is sent ahead of a function; of replies, each with a digest of what it replies to."""
    found = ahead(function)
    if not isinstance(found, list):
        return found
    replies = {digest(asking(number, each, {})): function(*each) for each in found}
    digests = sorted(replies)  # in no order that would tell which is whose
    return {
        "digests": np.array(digests, np.uint64),
        "replies": [replies[each] for each in digests],
    }


def _count(claimed: Mapping[str, Any], number: str) -> int:
    found = claimed.get(number)
    return found if type(found) is int and found >= 0 else 0
