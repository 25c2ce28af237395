"""How an answer is declared in `mistakes/` and `styles/`: a function, or a slip of the pen."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.questions.notebook import cells

MISTAKES, STYLES = [], []


@dataclass(frozen=True)
class Answer:
    """One answer of a student.

    Attributes
    ----------
    assignment, question : str
    tells : str
        What people get wrong, or do in their own way.
    text : str or function
        What stands in the answer cell.
    loses : frozenset of str
        The parts that it gets wrong; the visible check of each fails too.
    gated : frozenset of str
        The parts that are lost only because another one decides whether they are looked at.
    """

    assignment: str
    question: str
    tells: str
    text: str | Callable
    loses: frozenset = frozenset()
    gated: frozenset = frozenset()

    @property
    def answers(self):
        """What a notebook is opened with."""
        return {self.question: self.text}

    def __str__(self):
        return f"{self.question}-{self.tells.rstrip('.').replace(' ', '_')}"


def mistake(loses=(), gated=()):
    """Declare that the function below, named after its question, loses these parts."""
    return lambda function: _declare(MISTAKES, function, loses, gated)


def style(function):
    """Declare that the function below, named after its question, is right in its own way."""
    return _declare(STYLES, function)


def _declare(table, function, loses=(), gated=()):
    assignment = function.__module__.rpartition(".")[2]
    name, tells = function.__name__, function.__doc__.splitlines()[0]
    table.append(Answer(assignment, name, tells, function, frozenset(loses), frozenset(gated)))
    return function


def slip(assignment, question, tells, *changes, loses=(), gated=()):
    """Declare a mistake that the right answer turns into when pieces of its text are replaced.

    Parameters
    ----------
    assignment, question, tells : str
    *changes : (str, str)
        A piece of the source notebook's answer, which must be in it, and what stands there instead.
    loses, gated : iterable of str
    """
    text = rewritten(assignment, question, changes)
    MISTAKES.append(Answer(assignment, question, tells, text, frozenset(loses), frozenset(gated)))


def other_words(assignment, question, tells, *changes):
    """Declare a right answer that differs from the source notebook's in these pieces of text."""
    STYLES.append(Answer(assignment, question, tells, rewritten(assignment, question, changes)))


def rewritten(assignment, question, changes):
    """The source notebook's answer with pieces of its text replaced."""
    text = cells(assignment)[question].source
    for old, new in changes:
        if old not in text:
            raise LookupError(f"the solution of {question} does not contain {old!r}")
        text = text.replace(old, new)
    return text
