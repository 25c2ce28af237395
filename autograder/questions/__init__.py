"""One file per assignment, one function per graded cell: what is asked and what is correct."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from inspect import signature
from types import MappingProxyType

import numpy as np

from autograder.questions.student import Student
from autograder.questions.verdict import Marks, Verdict, Wrong
from autograder.truth.bugs import FIXED_DRAW

ASSIGNMENTS = ("one_dimension", "n_dimensions", "planted_bugs")


class GraderFailed(Exception):
    """The grader itself failed: this says nothing about the student."""

    line = "{where}: the grader failed, not the student: {text}"


@dataclass(frozen=True)
class Question:
    """A graded cell's question.

    Attributes
    ----------
    name : str
        The cell's ``grade_id`` without ``test_``.
    parts : mapping of str to float
        The points of each part, in the order in which they are shown.
    asks : callable
        ``asks(student, rng, marks)`` draws cases from ``rng``, asks, and notes the findings. If it
        has a fourth parameter `key`, it gets the bugs that this student was given.
    of_a_text : bool
        Whether it asks about the text of an answer. Then it is asked before any code of the student
        has run, so that nothing else can answer for that text.
    is_told : bool
        Whether the visible check tells what is correct. If not, the last of several answers counts
        and not the best, which would be a second guess.
    """

    name: str
    parts: Mapping[str, float]
    asks: Callable[..., None]
    of_a_text: bool = False
    is_told: bool = True

    @property
    def points(self) -> float:
        return float(sum(self.parts.values()))

    def ask(
        self, student: Student, rng: np.random.Generator, marks: Marks, key: Mapping[str, str]
    ) -> None:
        """Ask the question; `key` is only passed on if the question uses it."""
        more = {"key": key} if "key" in signature(self.asks).parameters else {}
        self.asks(student, rng, marks, **more)


def question(**parts: float) -> Callable[[Callable[..., None]], Question]:
    """Make a function of (student, rng, marks) the :class:`Question` of its own name."""

    def declare(asks: Callable[..., None]) -> Question:
        return Question(asks.__name__, MappingProxyType(parts), asks)

    return declare


@cache
def questions_of(assignment: str) -> Mapping[str, Question]:
    """The questions of an assignment by name, in the order of its notebook; empty for others."""
    if assignment not in ASSIGNMENTS:
        return MappingProxyType({})
    module = import_module(f"autograder.questions.{assignment}")
    found = [value for value in vars(module).values() if isinstance(value, Question)]
    return MappingProxyType({each.name: each for each in found})


def names() -> list[str]:
    """The names of all questions."""
    return [name for assignment in ASSIGNMENTS for name in questions_of(assignment)]


def find(name: str) -> Question:
    """The question of that name; names are unique across all assignments."""
    for assignment in ASSIGNMENTS:
        if name in questions_of(assignment):
            return questions_of(assignment)[name]
    raise GraderFailed(f"no question is called {name!r}; the questions are {', '.join(names())}")


def judge(
    name: str,
    student: Student,
    seed: int | None = None,
    silent: str = "",
    key: Mapping[str, str] | None = None,
    help: str = "what",
) -> Verdict:
    """Ask one question.

    Parameters
    ----------
    name : str
        The question's name.
    student : autograder.questions.student.Student
        It answers, in this process or from behind walls.
    seed : int, optional
        The seed of an earlier verdict; a new one by default.
    silent : str
        Why the student can't answer any more; then nothing is asked and nothing is earned.
    key : mapping of str to str, optional
        The names of the bugs that this student was given, by suspect; by default those of the
        common release.
    help : {"none", "where", "what"}
        What the messages say about wrong gradients: see `autograder.questions.verdict.HELP`.

    Returns
    -------
    Verdict

    Raises
    ------
    GraderFailed
        The question itself failed, or no question has this name.
    """
    asked = find(name)
    seed = secrets.randbits(48) if seed is None else int(seed)
    marks = Marks(asked.parts, help)
    if silent:
        for part in asked.parts:
            with marks.part(part):
                raise Wrong(f"This was not checked: {silent}.")
        return Verdict(name, marks.findings(), seed)
    try:
        with np.errstate(all="ignore"):
            asked.ask(student, np.random.default_rng(seed), marks, key or FIXED_DRAW)
    except Exception as error:
        # The text may quote a student's answer.
        said = ": ".join(filter(None, (type(error).__name__, str(error)[:200])))
        raise GraderFailed(
            f"the question {name!r} failed at seed {seed} ({said}); "
            "this is not the student's fault: please report it with the seed"
        ) from error
    return Verdict(name, marks.findings(), seed)
