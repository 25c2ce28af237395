"""Students that say a number to the digit: just inside of a limit, or just outside."""

from collections import Counter
from dataclasses import dataclass, field

from autograder.questions import find
from autograder.questions.student import Answer, Student
from autograder.questions.verdict import Marks


@dataclass
class Saying(Student):
    """A student whose functions are all this one.

    Attributes
    ----------
    function : callable
        ``function(*arguments, **by_name)`` returns what the student's function would; the stand-ins
        that it is to use come as `replacing`, by name.
    printed : callable
        ``printed(*arguments)`` returns what that call prints.
    asked : list of tuple
        The positional arguments of each call.
    """

    function: object
    printed: object = lambda *arguments: ""
    asked: list = field(default_factory=list)

    def call(self, name, *arguments, replacing=None, watching=False, **by_name):
        self.asked.append(arguments)
        calls = Counter([*range(len(arguments)), *(replacing or {})])
        try:
            value = self.function(*arguments, replacing=replacing, **by_name)
        except ValueError:
            return Answer(name, raised="ValueError", failure="raised ValueError", calls=calls)
        return Answer(name, value, "", "", self.printed(*arguments), arguments, calls)


def earned(student, question, rng, *parts, key=None):
    """Which of these parts of a question a student earns, and what was said of the others."""
    asked = find(question)
    marks = Marks(asked.parts)
    asked.ask(student, rng, marks, key)
    return [part for part in parts if marks.earned(part)], {
        part: str(wrong) for part, wrong in marks.lost.items()
    }
