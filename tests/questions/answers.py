"""How answers are declared: as a function, as a text, or as a change of the notebook's own."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

from tests.questions.notebook import cells


@dataclass(frozen=True)
class Answer:
    """One answer of a student.

    Attributes
    ----------
    assignment, question : str
    tells : str
        What people get wrong, or do in their own way.
    text : str or function or None
        What stands in the answer cell; None for the source notebook's own answer.
    changes : tuple of (str, str)
        Pieces of the source notebook's answer, each of which must be in it, and what stands there
        instead.
    loses : frozenset of str
        The parts that it gets wrong; the visible check of each fails too.
    gated : frozenset of str
        The parts that are lost only because another one decides whether they are looked at.
    untold : frozenset of str
        The parts whose visible check can't complain without giving the answer away.
    """

    assignment: str
    question: str
    tells: str
    text: str | Callable[..., Any] | None = None
    changes: tuple[tuple[str, str], ...] = ()
    loses: frozenset[str] = frozenset()
    gated: frozenset[str] = frozenset()
    untold: frozenset[str] = frozenset()

    @property
    def all_lost(self) -> frozenset[str]:
        """All parts that this answer does not earn."""
        return self.loses | self.gated | self.untold

    @property
    def answers(self) -> dict[str, Any]:
        """The answer in the form in which a notebook is opened with it."""
        if self.text is not None:
            return {self.question: self.text}
        text = cells(self.assignment)[self.question].source
        for old, new in self.changes:
            if old not in text:
                raise LookupError(f"the solution of {self.question} does not contain {old!r}")
            text = text.replace(old, new)
        return {self.question: text}

    def __str__(self) -> str:
        return f"{self.question}-{self.tells.rstrip('.').replace(' ', '_')}"


MISTAKES: list[Answer] = []
STYLES: list[Answer] = []
TYPICAL: list[Answer] = []
"""Mistakes as students make them, often of several kinds at once: for the test of parity."""


def mistake(
    loses: Iterable[str] = (), gated: Iterable[str] = (), table: list[Answer] = MISTAKES
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Declare that the function below, named after its question, loses these parts."""
    return lambda function: _declare(table, function, loses, gated)


def style(function: Callable[..., Any]) -> Callable[..., Any]:
    """Declare that the function below, named after its question, is correct in its own way."""
    return _declare(STYLES, function)


def _declare(
    table: list[Answer],
    function: Callable[..., Any],
    loses: Iterable[str] = (),
    gated: Iterable[str] = (),
) -> Callable[..., Any]:
    assignment, name = function.__module__.split(".")[3], function.__name__
    tells = (function.__doc__ or "").splitlines()[0]
    parts = map(frozenset[str], (loses, gated))
    table.append(Answer(assignment, name, tells, function, (), *parts))
    return function


def slip(
    assignment: str,
    question: str,
    tells: str,
    *changes: tuple[str, str],
    loses: Iterable[str] = (),
    gated: Iterable[str] = (),
    untold: Iterable[str] = (),
    table: list[Answer] = MISTAKES,
) -> None:
    """Declare a mistake: the source notebook's answer with pieces of its text replaced."""
    parts = map(frozenset, (loses, gated, untold))
    table.append(Answer(assignment, question, tells, None, changes, *parts))


def written(
    assignment: str,
    question: str,
    tells: str,
    text: str,
    loses: Iterable[str] = (),
    gated: Iterable[str] = (),
    table: list[Answer] = MISTAKES,
) -> None:
    """Declare a mistake: the whole text of an answer cell."""
    parts = map(frozenset, (loses, gated))
    table.append(Answer(assignment, question, tells, text, (), *parts))


typical, typical_slip, typically_written = (
    partial(declare, table=TYPICAL) for declare in (mistake, slip, written)
)


def other_words(assignment: str, question: str, tells: str, *changes: tuple[str, str]) -> None:
    """Declare a correct answer that differs from the source notebook's in pieces of its text."""
    STYLES.append(Answer(assignment, question, tells, None, changes))
