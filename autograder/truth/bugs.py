"""The bank of planted bugs.

To add a bug, append a `Bug` to a file in `bank/`. `tests/truth/test_bugs.py` then measures that it
runs, which gradient it corrupts first, that live cases show it, and on which of these special
inputs it is invisible:

- "m=1", "m=3", "m=4": that many examples;
- "flat labels": Y of shape (m,) instead of (1, m);
- "ones only": every label is 1;
- "constant units": every hidden unit is on for all examples or off for all of them;
- "textbook": the textbook case.

A bug that is made like one kind and looks like another, by the rules of `detective`, lists both. A
bug is for the lessons only, with suspect=False, if it is well known, is given away in another part,
is obvious, or may not show in the same place on every live case.
"""

from autograder.truth.bank import batch, chain, lessons, loss, mask, scale, sign, transpose
from autograder.truth.hands import hand
from autograder.truth.planting import Bug, plant

BANK = (
    *scale.BUGS, *sign.BUGS, *mask.BUGS, *chain.BUGS, *batch.BUGS, *transpose.BUGS, *loss.BUGS,
)  # fmt: skip
"""Silent bugs: the code runs, the shapes fit, but a number is wrong."""

LESSONS = lessons.BUGS
"""Bugs of aliasing, shape and precision, which the numbers barely show or don't show."""

OPEN = ("suspect_a", "suspect_b", "suspect_c")
"""The suspects whose code is given, to be repaired."""

SEALED = ("sealed_a", "sealed_b", "sealed_c")
"""The suspects of which only the gradients are given, to be diagnosed."""

FIXED_DRAW = {
    "suspect_a": "dZ1_masked_by_gradient",
    "suspect_b": "db2_averaged_twice",
    "suspect_c": "dZ3_squared_error",
    "sealed_a": "dZ2_leaky",
    "sealed_b": "dA1_halved",
    "sealed_c": "dW3_units_shifted",
}
"""The suspects of the common release: three kinds and three different places, twice."""


def by_name(name: str) -> Bug:
    """Return the bug of that name; KeyError if the bank does not have it."""
    for bug in BANK:
        if bug.name == name:
            return bug
    raise KeyError(f"no bug named {name!r} in the bank")


MUTANT = by_name("dZ2_mask_per_unit")
"""What `killing_case` must show. The textbook case can't: in its second layer, every unit is on for
all three examples or off for all of them. More examples alone don't help either; a unit has to
switch between two of them. It can do so over a step of 0.1 in a single input, where large weights
and a bias see to it."""


def suspect_source(name: str, bug: Bug) -> str:
    """Return the starting code of a suspect's cell: a backward pass with that name and that bug.

    It is in the hand of that suspect with that bug: see `autograder.truth.hands`.
    """
    return hand(name, bug.name).write(plant(bug, name=name))
