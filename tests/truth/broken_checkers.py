"""Mistakes in a gradient check, each as a change of a correct one.

They are for the lessons and for the tests of the questions: of each it is measured whether it
misses wrong gradients, and whether it gives an alarm at right ones.
"""

import ast
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.truth.notebook_helpers import (
    dictionary_to_vector,
    forward_propagation_n,
    gradients_to_vector,
    vector_to_dictionary,
)
from autograder.truth.planting import Edit

STANDARD_CHECK = '''\
def check(parameters, gradients, X, Y, epsilon=1e-5):
    """Return the relative difference, and whether the gradients pass."""
    theta, _ = dictionary_to_vector(parameters)
    grad = gradients_to_vector(gradients)
    gradapprox = np.zeros_like(theta)
    for i in range(theta.shape[0]):
        thetaplus = np.copy(theta)
        thetaplus[i, 0] = thetaplus[i, 0] + epsilon
        thetaminus = np.copy(theta)
        thetaminus[i, 0] = thetaminus[i, 0] - epsilon
        J_plus = forward_propagation_n(X, Y, vector_to_dictionary(thetaplus))[0]
        J_minus = forward_propagation_n(X, Y, vector_to_dictionary(thetaminus))[0]
        slope = (J_plus - J_minus) / (2 * epsilon)
        gradapprox[i, 0] = slope
    numerator = np.linalg.norm(grad - gradapprox)
    denominator = np.linalg.norm(grad) + np.linalg.norm(gradapprox)
    difference = numerator / denominator
    passes = bool(difference < 1e-6)
    return difference, passes
'''
"""A correct check, in the form in which students meet it."""


@dataclass(frozen=True)
class BrokenChecker:
    """A mistake in a gradient check.

    Attributes
    ----------
    name : str
    edits : tuple of autograder.truth.planting.Edit
        What it changes of `STANDARD_CHECK`.
    misses : {"nothing", "some", "nearly all", "nan"}
        Which wrong gradients pass: those of some bugs of the bank, of nearly all, or only such as
        are not numbers.
    alarms : bool
        Whether right gradients fail.
    hint, why : str
        For a student who is looking for it; how people come to make it.
    """

    name: str
    edits: tuple[Edit, ...]
    misses: str
    alarms: bool
    hint: str
    why: str


CHECKERS = (
    BrokenChecker(
        "no_copy", (Edit("thetaplus", "np.copy(theta)", "theta"),), "nothing", True,
        hint="What is theta after the loop?",
        why="An assignment of an array gives it another name, and no other memory.",
    ),
    BrokenChecker(
        "minus_from_plus", (Edit("thetaminus", "np.copy(theta)", "np.copy(thetaplus)"),),
        "nothing", True,
        hint="Print thetaplus - thetaminus.",
        why="Two lines were copied, and one name in them was changed too often.",
    ),
    BrokenChecker(
        "one_sided", (Edit("J_minus", "thetaminus", "theta"),), "nothing", True,
        hint="How far are the two points apart, and by what is the difference divided?",
        why="J(theta) is at hand, which saves half of the runs, but not the factor 2.",
    ),
    BrokenChecker(
        "precedence", (Edit("slope", "ANY / (2 * epsilon)", "ANY / 2 * epsilon"),),
        "nothing", True,
        hint="What does 6 / 2 * 3 give?",
        why="On paper everything after the line of a fraction is below it.",
    ),
    BrokenChecker(
        "last_coordinate",
        (
            Edit("numerator", "np.linalg.norm(ANY)", "abs(grad - gradapprox)[-1, 0]"),
            Edit("denominator", "ANY", "abs(grad[-1, 0]) + abs(gradapprox[-1, 0])"),
        ),
        "some", False,
        hint="Make one number of dW1 wrong. Does the check see it?",
        why="The comparison slipped out of the loop, where the last turn's numbers are left.",
    ),
    BrokenChecker(
        "all_above",
        (Edit("difference", "ANY", "np.all(abs(grad - gradapprox) > 1e-6)"),),
        "nearly all", False,
        hint="How many of the 47 numbers have to be wrong before it says so?",
        why="`.all() < tolerance` was turned around word by word, and all should have become any.",
    ),
    BrokenChecker(
        "all_compared",
        (Edit("difference", "ANY", "(abs(grad - gradapprox)).all() > 1e-6"),),
        "some", True,
        hint="What does .all() return, and what is that compared with?",
        why="The comparison was put behind the bracket of .all() and not inside.",
    ),
    BrokenChecker(
        "norms_only",
        (Edit("numerator", "np.linalg.norm(grad - gradapprox)",
              "abs(np.linalg.norm(grad) - np.linalg.norm(gradapprox))"),),
        "some", False,
        hint="Hand in the gradients with the opposite sign.",
        why="The difference of the lengths was taken for the length of the difference.",
    ),
    BrokenChecker(
        "compares_itself", (Edit("numerator", "grad", "gradapprox"),), "nearly all", False,
        hint="Which of the two vectors come from the backward pass?",
        why="gradapprox is the longer name that begins like the other, and completes by itself.",
    ),
    BrokenChecker(
        "nan_passes", (Edit("passes", "ANY", "not difference > 1e-6"),), "nan", False,
        hint="Is nan > 1e-6? And is nan <= 1e-6?",
        why='"No alarm" was taken for "passed", and every comparison with nan is false.',
    ),
    BrokenChecker(
        "other_order",
        (Edit("grad", "gradients_to_vector(gradients)",
              "np.vstack([np.reshape(gradients[key], (-1, 1)) for key in sorted(gradients)])"),),
        "nothing", True,
        hint="Compare the first five entries of the two vectors by hand.",
        why="A dictionary has an order of its own: here dW1, dW2, dW3, db1, …",
    ),
    BrokenChecker(
        "absolute", (Edit("difference", "numerator / denominator", "numerator / 1e6"),),
        "nearly all", False,
        hint="By what must a difference be divided to be compared with 1e-6?",
        why="The tolerance was raised until the alarm stopped, in the wrong place.",
    ),
    BrokenChecker(
        "short_vector", (Edit("numerator", "grad - gradapprox", "(grad - gradapprox)[:20]"),),
        "some", False,
        hint="How many numbers are compared, and which?",
        why="While the loop was slow, it was tried on W1 alone.",
    ),
)  # fmt: skip


def broken(checker: BrokenChecker | None = None) -> Callable[..., Any]:
    """The function `check`, with a mistake in it or without one.

    Parameters
    ----------
    checker : BrokenChecker, optional

    Returns
    -------
    callable
        ``check(parameters, gradients, X, Y, epsilon=1e-5)`` returns (difference, passes), computed
        with the reference as its helpers.
    """
    source = STANDARD_CHECK
    for edit in checker.edits if checker else ():
        source = edit.apply(source)
    space: dict[str, Any] = {
        "np": np,
        "dictionary_to_vector": dictionary_to_vector,
        "gradients_to_vector": gradients_to_vector,
        "vector_to_dictionary": vector_to_dictionary,
        "forward_propagation_n": forward_propagation_n,
    }
    exec(compile(ast.parse(source), "<check>", "exec"), space)
    check: Callable[..., Any] = space["check"]
    return check
