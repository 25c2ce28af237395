"""Choose among several files of one student: the newest, unless an older one is fuller."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cmp_to_key

from autograder.grading.errors import printable

SUFFIX = re.compile(r"(?:[-_ ]|[-_ ]?copy|[-_ ]v|\s?\()(\d{1,6})\)?$", re.IGNORECASE)
"""The number that programs add to the name of a file, if there is one already."""
UNKNOWN: set[object] = {None, ()}


@dataclass(frozen=True)
class Attempt:
    """One file in which a student may have submitted a notebook.

    Attributes
    ----------
    shown : str
        Its path, as messages show it.
    digest : str
        The hash of its content.
    answered : int
        How many answers it has.
    time : datetime.datetime or None
        When it was submitted, if the platform says so.
    number : int or None
        The platform's, which rises with every upload.
    run : int
        In which run of `autograder intake` it was first seen.
    modified : tuple of int
        When it was last changed, as its archive says; or ().
    preferred : bool
        Whether it has the very name that was asked for.
    """

    shown: str
    digest: str
    answered: int
    time: datetime | None = None
    number: int | None = None
    run: int = 0
    modified: tuple[int, ...] = ()
    preferred: bool = False

    @property
    def suffix(self) -> int:
        """The number at the end of its name."""
        found = SUFFIX.search(self.shown.rpartition("/")[2].removesuffix(".ipynb"))
        return int(found[1]) if found else 0


@dataclass(frozen=True)
class Choice:
    """The attempt that counts, and what a person has to be told about that; "" if nothing."""

    taken: Attempt
    flag: str


def choose(attempts: Sequence[Attempt]) -> Choice:
    """The newest attempt, unless an older one answers more.

    Parameters
    ----------
    attempts
        At least one.
    """
    ranked = sorted(attempts, key=cmp_to_key(_compared))
    newest = ranked[-1]
    taken = max(reversed(ranked), key=lambda each: each.answered)
    if taken.answered > newest.answered:
        return Choice(
            taken,
            f"{printable(taken.shown)} counts, with {taken.answered} answers, and not "
            f"{printable(newest.shown)}, which has {newest.answered}",
        )
    rivals = [each for each in ranked[:-1] if each.digest != newest.digest]
    if rivals and not _compared(newest, rivals[-1]):
        return Choice(
            newest,
            f"{printable(newest.shown)} counts; whether {printable(rivals[-1].shown)} is newer "
            "can't be told",
        )
    return Choice(newest, "")


def _compared(one: Attempt, other: Attempt) -> int:
    """Above 0 if `one` is newer, below 0 if it is older, 0 if nothing tells."""
    for name in ("preferred", "time", "number", "run", "suffix", "modified"):
        mine, theirs = getattr(one, name), getattr(other, name)
        if mine != theirs and not {mine, theirs} & UNKNOWN:
            return 1 if mine > theirs else -1
    return 0
