"""The bank of planted bugs.

To add one: append a `Bug` to a file in `bank/`. `tests/truth/test_bugs.py` then measures that it
runs, which gradient it corrupts first, that live cases show it, and on which of these special
inputs it hides:

- "m=1", "m=3", "m=4": that many examples;
- "flat labels": Y of shape (m,) instead of (1, m);
- "ones only": every label is 1;
- "constant units": every hidden unit is on for all examples or off for all of them;
- "textbook": the textbook case.

A bug that a teacher could name in two ways lists every kind that counts. One that is known from
elsewhere, given away in another part, plain to see, or not sure to show itself in the same place
on every live case is for the lessons only: suspect=False.
"""

from autograder.truth.bank import batch, chain, lessons, loss, mask, scale, sign, transpose
from autograder.truth.planting import Bug, plant

BANK = (
    *scale.BUGS, *sign.BUGS, *mask.BUGS, *chain.BUGS, *batch.BUGS, *transpose.BUGS, *loss.BUGS,
)  # fmt: skip
"""Silent bugs: the code runs, the shapes fit, and some number is wrong."""

LESSONS = lessons.BUGS
"""Bugs of aliasing, shape and precision, of which the numbers say little or nothing."""

FIXED_DRAW = {
    "suspect_a": "dZ1_masked_by_gradient",
    "suspect_b": "db2_averaged_twice",
    "suspect_c": "dZ3_squared_error",
}
"""The suspects of the release that isn't personal: three kinds, three different places."""


def by_name(name: str) -> Bug:
    """Return the bug of that name; KeyError when the bank has none."""
    for bug in BANK:
        if bug.name == name:
            return bug
    raise KeyError(f"no bug named {name!r} in the bank")


MUTANT = by_name("dZ2_mask_per_unit")
"""What `killing_case` must show. The textbook case can't: in its second layer every unit is on, or
off, for all three examples. More examples alone don't help either; it takes a unit that switches
between two of them, which is what makes a case live."""


def suspect_source(name: str, bug: Bug) -> str:
    """Return the start code of a suspect's cell: a backward pass with that name and that bug."""
    return plant(bug, name=name)
