"""The code that the release puts into cells which a student's bugs decide, by the cell's name.

Some are answers that start from broken code; two are locked, and keep the open suspects as they
were given, and what the sealed ones returned.
"""

from collections.abc import Mapping
from functools import cache
from textwrap import indent

from autograder.truth.broken_notebook import never_ran_backward, never_ran_check
from autograder.truth.bugs import OPEN, SEALED, by_name, suspect_source
from autograder.truth.evidence import CASES, cost, packed

ORIGINALS, EVIDENCE = PERSONAL_LOCKED = "originals", "evidence"
"""The locked cells that depend on a student's bugs."""


def common() -> dict[str, str]:
    """The code of the cells that are the same for everybody, by name."""
    return {
        "repaired_backward": never_ran_backward("repaired_backward").rstrip(),
        "repaired_check": never_ran_check("repaired_check").rstrip(),
    }


def personal(key: Mapping[str, str]) -> dict[str, str]:
    """The code of the cells that depend on a student's bugs, by name.

    Parameters
    ----------
    key : mapping of str to str
        The names of the bugs, by suspect.
    """
    cells = {name: suspect(name, key[name]) for name in OPEN}
    return cells | {ORIGINALS: originals(key), EVIDENCE: evidence(key)}


@cache
def suspect(name: str, bug: str) -> str:
    """Return the code of the suspect `name`, with the bug of the name `bug` in it."""
    return suspect_source(name, by_name(bug)).rstrip()


def originals(key: Mapping[str, str]) -> str:
    """Return the code of the cell that keeps the open suspects, with the bugs of `key` in them."""
    functions = "\n\n".join(suspect(name, key[name]) for name in OPEN)
    return f'''def make_originals():
    """The suspects as they were given to you, to look at again."""

{indent(functions, "    ")}

    found = {{each.__name__: each for each in ({", ".join(OPEN)})}}
    for name, each in found.items():
        each.__name__ = f"{{name}} as it was given"
    return found


originals = make_originals()'''


def evidence(key: Mapping[str, str]) -> str:
    """Return the code of the cell that holds what the sealed suspects returned."""
    return f'''def make_evidence(vector_to_dictionary):
    """What the sealed suspects returned: a dictionary of gradients by name, m and seed."""
    import base64

    import numpy as np

    RETURNED = """
{packed(key, SEALED)}
"""
    names, cases = ({", ".join(f'"{each}"' for each in SEALED)}), (
        {", ".join(map(str, CASES))})
    columns = iter(np.frombuffer(base64.b64decode(RETURNED), "<f4").astype(float).reshape(-1, 47))

    def gradients():
        arrays = vector_to_dictionary(next(columns))
        return {{"d" + key: array for key, array in arrays.items()}}

    return {{name: {{case: gradients() for case in cases}} for name in names}}


evidence = make_evidence(vector_to_dictionary)
if abs(forward_propagation_n(*draw_case{CASES[0]})[0] - {cost(*CASES[0]):.9f}) > 1e-6:
    print("Your numpy draws other cases than those of the evidence. Install numpy 2.4.")'''
