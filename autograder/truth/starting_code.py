"""The broken code that some answers start from, by the name of the answer."""

from autograder.truth.broken_notebook import never_ran_backward, never_ran_check
from autograder.truth.bugs import FIXED_DRAW, by_name, suspect_source

NAMES = ("repaired_backward", "repaired_check", *FIXED_DRAW)


def source(name: str) -> str:
    """Return the code that the answer `name` starts from; KeyError if it starts from nothing."""
    if name == "repaired_backward":
        return never_ran_backward(name).rstrip()
    if name == "repaired_check":
        return never_ran_check(name).rstrip()
    return suspect(name, FIXED_DRAW[name])


def suspect(name: str, bug: str) -> str:
    """Return the code of the suspect `name`, with the bug of the name `bug` in it."""
    return suspect_source(name, by_name(bug)).rstrip()
