"""Correct answers to suspects, whatever bugs they were given with."""

from autograder.truth.bugs import OPEN, SEALED, by_name
from autograder.truth.hands import hand
from autograder.truth.planting import rename
from autograder.truth.standard_form import STANDARD
from tests.sample_class import fill, load


def repaired(name: str, bug: str) -> str:
    """The suspect of that name that was given with that bug, repaired in its own hand."""
    return hand(name, bug).write(rename(STANDARD, name))


def answered(copy, key, without=(), **answers):
    """A copy with correct answers to these bugs, except for some suspects that are left alone."""
    found = {
        name: {"first_wrong": by_name(key[name]).first_wrong, "kind": by_name(key[name]).kinds[0]}
        for name in SEALED
    }
    right = load("correct").answers("planted_bugs") | {"diagnosis": f"diagnosis = {found!r}"}
    right |= {name: repaired(name, key[name]) for name in OPEN}
    for name in without:
        right.pop(name)
    return fill(copy, right | answers)
