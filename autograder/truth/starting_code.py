"""The broken code that some answers start from, by the name of the answer."""

from collections.abc import Mapping
from textwrap import indent

from autograder.truth.broken_notebook import never_ran_backward, never_ran_check
from autograder.truth.bugs import FIXED_DRAW, by_name, suspect_source

NAMES = ("repaired_backward", "repaired_check", *FIXED_DRAW)

ORIGINALS = "originals"
"""The locked cell that keeps the suspects as they were given."""


def source(name: str) -> str:
    """Return the code of the cell `name`; KeyError if no broken code belongs there."""
    if name == "repaired_backward":
        return never_ran_backward(name).rstrip()
    if name == "repaired_check":
        return never_ran_check(name).rstrip()
    if name == ORIGINALS:
        return originals(FIXED_DRAW)
    return suspect(name, FIXED_DRAW[name])


def suspect(name: str, bug: str) -> str:
    """Return the code of the suspect `name`, with the bug of the name `bug` in it."""
    return suspect_source(name, by_name(bug)).rstrip()


def originals(key: Mapping[str, str]) -> str:
    """Return the code of the cell that keeps the suspects, with the bugs of `key` in them."""
    functions = "\n\n".join(suspect(name, bug) for name, bug in key.items())
    return f'''def make_originals():
    """The suspects as they were given to you, to look at again."""

{indent(functions, "    ")}

    found = {{each.__name__: each for each in ({", ".join(key)})}}
    for name, each in found.items():
        each.__name__ = f"{{name}} as it was given"
    return found


originals = make_originals()'''
