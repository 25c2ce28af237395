"""Correct answers to open suspects, whatever bugs they were given with."""

from autograder.truth.hands import hand
from autograder.truth.planting import rename
from autograder.truth.standard_form import STANDARD


def repaired(name: str, bug: str) -> str:
    """The suspect of that name that was given with that bug, repaired in its own hand."""
    return hand(name, bug).write(rename(STANDARD, name))
