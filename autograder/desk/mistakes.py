"""The commonest mistakes of a class: messages that differ in nothing but what was drawn."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from autograder.desk.class_grades import Standing

CODE = re.compile(r"(`[^`]*`)")
THEIR_LINE = re.compile(r" in your line `.*?`(?=:|$)")
LEFT_OUT = (
    (re.compile(r"<ipython-input-[^>]*>"), "a cell"),
    (re.compile(r"(?<!\w)'[^'\n]*'(?!\w)"), "'…'"),
    # A drawn function, of theta or t, with a pair of brackets in it or without.
    (re.compile(r"\S*\((?:[^()]|\([^()]*\))*\btheta\b(?:[^()]|\([^()]*\))*\)"), "(…)"),
    (re.compile(r"(?:[-+\d.]+ )?\b(?:sin|cos|exp|log|tanh)\([^()]*\)"), "(…)"),
    (re.compile(r"(?<=is off by )[-+.\de]+(?:% of| times)"), "…"),
    (re.compile(r"\([\d, ]+\)"), "(…)"),
    (re.compile(r"(?<=statements )\([^()]*\)"), "(…)"),
    (re.compile(r"(?<!\w)\d+(?:-\d+)+(?!\w)"), "…"),
)  # fmt: skip
"""What differs between two students who made the same mistake, and what stands in its place: cells
and names, drawn functions, distances, shapes, lists of statements, layer sizes."""
NUMBER = re.compile(r"(?<![\w.])[-+]?\d+(?:\.\d+)?(?:e[-+]?\d+)?(?!\w)")


@dataclass(frozen=True)
class Mistake:
    """A mistake that students made in one question.

    Attributes
    ----------
    question : str
        The graded cell.
    parts : tuple of str
        Those that somebody lost by it.
    kind : str
        Its message :func:`without_particulars`.
    examples : mapping of str to str
        By student, a message in full.
    """

    question: str
    parts: tuple[str, ...]
    kind: str
    examples: dict[str, str]

    @property
    def is_common(self) -> bool:
        """Whether more than one student made it."""
        return len(self.examples) > 1


@lru_cache(maxsize=10_000)
def without_particulars(message: str) -> str:
    """A message without the numbers, shapes and names in it, each replaced by "…".

    The line of the student's that raised an error is left out. Other code between backticks stays,
    except for its numbers; so do `nan` and `inf`, which are mistakes of their own, and digits in
    names like `dW1`.
    """
    pieces = CODE.split(THEIR_LINE.sub("", " ".join(message.split())))
    for place in range(0, len(pieces), 2):
        for pattern, left in LEFT_OUT:
            pieces[place] = pattern.sub(left, pieces[place])
    return NUMBER.sub("…", "".join(pieces))


def commonest(standings: Iterable[Standing]) -> list[Mistake]:
    """What students lost parts by, beginning with what most did.

    Parts that could not be checked because of another one are not counted, nor are questions to
    which a person gave the score.

    Parameters
    ----------
    standings : iterable of Standing
    """
    parts: dict[tuple[str, str], dict[str, None]] = defaultdict(dict)
    examples: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    for standing in standings:
        for question, findings in standing.checked():
            for each in findings:
                if each.earned or each.is_gated:
                    continue
                found = question, without_particulars(each.message)
                parts[found][each.part] = None
                examples[found].setdefault(standing.student, each.message)
    mistakes = [Mistake(key[0], (*parts[key],), key[1], found) for key, found in examples.items()]
    return sorted(mistakes, key=lambda each: (-len(each.examples), each.question, each.kind))
