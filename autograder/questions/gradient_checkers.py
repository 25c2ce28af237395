"""Gradient checkers: they are asked about correct and wrong gradients, and about other costs."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any

import numpy as np

from autograder.questions.gradients import ARRAYS
from autograder.questions.other_costs import (
    DECADES,
    cost_with_quiet_places,
    foreseen_steps,
    other_cost,
)
from autograder.questions.stand_ins import (
    forward_propagation_n,
    numerical_gradient,
)
from autograder.questions.student import Answer, Call, Student
from autograder.questions.verdict import Wrong, is_small
from autograder.truth import bugs
from autograder.truth.cached_draws import cached_draw
from autograder.truth.cases import Case, live_case
from autograder.truth.distances import relative_difference
from autograder.truth.network import (
    Array,
    Arrays,
    gradients_to_vector,
)
from autograder.truth.planting import Bug, backward_with

Replacing = Mapping[str, Callable[..., Any]]
"""Functions that stand in for the student's own, by name."""

RIGHT_BELOW = 1e-6
VALUE_FROM = 1e-4
RIGHT_CASES, OTHER_COSTS, SMALL_BATCH = 20, 3, 3
"""How often a checker is first asked about correct gradients, how many of these are of other costs,
and the number of examples in every fourth network."""

BUGS_OF_A_CASE = 4

SMALL_ERROR = 4.7e-4
"""How wrong the entries of the gradients of another cost are: the difference is then a little above
the one from which on a checker has to be correct."""

USUAL_EPSILON = 1e-7
WIDE_EPSILONS = 0.3, 0.6
"""The default of the checkers, and steps so wide that every other difference formula shows."""

FORMULA = "The difference is |a - b| / (|a| + |b|) over all 47 numbers."

NETWORK: Replacing = {
    "forward_propagation_n": forward_propagation_n,
    "numerical_gradient": numerical_gradient,
}
"""What replaces the student's own forward pass and numerical gradient."""


@dataclass(frozen=True, eq=False)
class Asked:
    """One call of a checker.

    Attributes
    ----------
    case : Case
    gradients : dict
        Those that are to be checked.
    replacing : mapping
        What replaces the student's own functions.
    by_name : mapping
        Other arguments, such as epsilon.
    """

    case: Case
    gradients: Arrays
    replacing: Replacing = field(default_factory=lambda: NETWORK)
    by_name: Mapping[str, Any] = field(default_factory=dict)

    @property
    def call(self) -> Call:
        """The call as a student gets it."""
        arguments = self.case.parameters, self.gradients, self.case.X, self.case.Y
        return Call(arguments, self.replacing, self.by_name)


def ask_checker(
    student: Student,
    name: str,
    case: Case,
    gradients: Arrays,
    replacing: Replacing = NETWORK,
    **by_name: Any,
) -> Answer:
    """One call of a checker: see :func:`ask_checker_each`."""
    return next(ask_checker_each(student, name, [Asked(case, gradients, replacing, by_name)]))


def ask_checker_each(student: Student, name: str, asked: Iterable[Asked]) -> Iterator[Answer]:
    """Calls of a checker, each of which must evaluate the cost at least once.

    The count can be trusted only for a cost that runs in the grader.
    """
    for answer in student.call_each(name, [each.call for each in asked]):
        if not answer.failure and not any(answer.calls.values()):
            raise Wrong(f"{name} never called forward_propagation_n: call it by its name.")
        yield answer


@cached_draw
def wrong_gradients(
    rng: np.random.Generator, count: int
) -> list[tuple[str, Case, dict[str, Array]]]:
    """Live cases with the gradients of bugs of different kinds.

    Returns
    -------
    list of (str, Case, dict)
        The kind of the bug, the case, and gradients that a correct check calls wrong.
    """
    found: list[tuple[str, Case, dict[str, Array]]] = []
    cases: list[Case] = []
    for bug in _kind_after_kind(rng):
        if len(found) >= BUGS_OF_A_CASE * len(cases):
            cases.append(live_case(rng))
        case = cases[-1]
        gradients = backward_with(bug)(case.X, case.Y, case.cache)
        if true_difference(case, gradients) >= 10 * VALUE_FROM:
            found.append((bug.kinds[0], case, gradients))
        if len(found) == count:
            break
    return found


def _kind_after_kind(rng: np.random.Generator) -> Iterator[Bug]:
    """Every bug of the bank in random order, with one of each kind before a second of any kind."""
    by_kind: dict[str, list[Bug]] = {}
    for i in rng.permutation(len(bugs.BANK)):
        by_kind.setdefault(bugs.BANK[i].kinds[0], []).append(bugs.BANK[i])
    for round_ in zip_longest(*by_kind.values()):
        yield from filter(None, round_)


def true_difference(case: Case, gradients: Arrays) -> float:
    """What a correct checker returns, up to the round-off of its numerical gradient."""
    return relative_difference(*map(gradients_to_vector, (gradients, case.gradients)))


def _foreseen(
    rng: np.random.Generator, others: Replacing, case: Case, epsilon: float, foresee: bool
) -> Replacing:
    """Another cost which, if it is to be, foresees the steps of a checker with its own loop."""
    if not foresee:
        return others
    cost = foreseen_steps(rng, others["forward_propagation_n"], case, epsilon)
    return {**others, "forward_propagation_n": cost}


def expect_right(
    student: Student,
    name: str,
    rng: np.random.Generator,
    network: Replacing = NETWORK,
    own_loop: bool = False,
) -> Answer:
    """Raise Wrong unless a checker passes correct gradients, of networks and of other costs.

    Parameters
    ----------
    own_loop : bool
        Whether it is to compute the differences itself, with epsilon 1e-7.

    Returns
    -------
    Answer
        Its answer for the last network.
    """
    asked: list[Asked] = []
    for number in range(RIGHT_CASES - OTHER_COSTS):
        case = live_case(rng, SMALL_BATCH if number % 4 == 0 else None)
        asked.append(Asked(case, case.gradients, network))
    for _ in range(OTHER_COSTS):
        others, gradients = other_cost(rng, case, decades=DECADES)
        replacing = _foreseen(rng, others, case, USUAL_EPSILON, own_loop)
        asked.append(Asked(case, gradients(case.parameters), replacing))
    answers = []
    for each, answer in zip(asked, ask_checker_each(student, name, asked), strict=True):
        if each.replacing is network:
            words = f"The correct gradients of a network with {each.case.m} examples"
            answers.append(answer)
        else:
            words = "With another cost in place of forward_propagation_n, its correct gradients"
        _expect_small(answer.number(), words)
    return answers[-1]


def _expect_small(found: float, what: str) -> None:
    if not is_small(found, RIGHT_BELOW):
        raise Wrong(f"{what} gave a difference of {found:.3e}; it must be below 1e-6.")


def expect_values(
    student: Student,
    name: str,
    rng: np.random.Generator,
    count: int,
    network: Replacing = NETWORK,
    own_loop: bool = False,
) -> None:
    """Raise Wrong unless a checker returns the true difference of wrong gradients.

    Besides those of bugs, it is asked about gradients of another cost that are a little wrong, and
    about correct ones with a wide epsilon, by name: the central differences are then wrong by a
    known amount, and those to one side, or with another step, by another one.
    """
    bugs = wrong_gradients(rng, count)
    asked = [Asked(case, gradients, network) for _, case, gradients in bugs]
    case = bugs[-1][1]
    others, gradients_of = other_cost(rng, case, decades=DECADES)
    right = gradients_of(case.parameters)
    little = {key: each + SMALL_ERROR * each * signs_like(rng, each) for key, each in right.items()}
    asked.append(Asked(case, little, _foreseen(rng, others, case, USUAL_EPSILON, own_loop)))
    wide = rng.uniform(*WIDE_EPSILONS)
    replacing = _foreseen(rng, others, case, wide, own_loop)
    asked.append(Asked(case, right, replacing, {"epsilon": wide}))

    answers = ask_checker_each(student, name, asked)
    slipped: dict[str, str] = {}
    for kind, case, gradients in bugs:
        truth, found = true_difference(case, gradients), next(answers).number()
        if not abs(found - truth) <= 1e-3 * truth:
            said = f"the difference is {truth:.4e}, and yours returned {found:.4e}"
            slipped.setdefault(kind, said)
    raise_slipped(slipped, FORMULA)
    cost = "another cost in place of forward_propagation_n"
    truth = relative_difference(*map(gradients_to_vector, (little, right)))
    _expect_value(next(answers), truth, f"With {cost}, the difference of wrong gradients", FORMULA)
    steps = others["numerical_gradient"](case.parameters, case.X, case.Y, wide)
    truth = relative_difference(gradients_to_vector(right), steps)
    what = f"With {cost} and epsilon = {wide:.3g}, the difference of its correct gradients"
    hint = "Take central differences with exactly the epsilon that was passed."
    _expect_value(next(answers), truth, what, hint)


def _expect_value(answer: Answer, truth: float, what: str, hint: str) -> None:
    found = answer.number()
    if not abs(found - truth) <= 1e-3 * truth:
        raise Wrong(f"{what} is {truth:.4e}; yours returned {found:.4e}. {hint}")


def signs_like(rng: np.random.Generator, array: Array) -> Array:
    """Random signs, as many as an array has entries."""
    return rng.choice([-1.0, 1.0], array.shape)


def raise_slipped(slipped: Mapping[str, str], hint: str) -> None:
    """Raise Wrong if the result was wrong for some kinds of bugs.

    Parameters
    ----------
    slipped : dict of str to str
        By the bug's kind, what was wrong.
    hint : str
    """
    if slipped:
        kind, said = next(iter(slipped.items()))
        raise Wrong(
            f"The result is wrong for gradients with bugs of these kinds: {', '.join(slipped)}. "
            f"For example ({kind}), {said}. {hint}"
        )


def expect_sign(student: Student, name: str, case: Case) -> None:
    """Raise Wrong unless gradients with the opposite sign give 1."""
    opposite = {key: -array for key, array in case.gradients.items()}
    found = ask_checker(student, name, case, opposite).number()
    if not abs(found - 1) <= 1e-3:
        raise Wrong(
            f"For gradients with the opposite sign the difference is 1; yours returned {found:.4g}."
        )


def expect_nan_fails(
    student: Student,
    name: str,
    rng: np.random.Generator,
    network: Replacing = NETWORK,
    own_loop: bool = False,
) -> Answer:
    """Raise Wrong if one NaN in any of the arrays, or NaN everywhere, gives a small difference.

    Each single NaN stands where the correct derivative is nearly 0.

    Returns
    -------
    Answer
        That for gradients of a network which are NaN everywhere.
    """
    case = live_case(rng)
    others, gradients_of, places = cost_with_quiet_places(rng, case)
    replacing = _foreseen(rng, others, case, USUAL_EPSILON, own_loop)
    right = gradients_of(case.parameters)
    asked: dict[str, Asked] = {}
    for array in ARRAYS:
        spoilt = right[array].copy()
        spoilt.flat[places[array]] = np.nan
        asked[f"A NaN in {array}"] = Asked(case, right | {array: spoilt}, replacing)
    nothing = {key: np.full_like(each, np.nan) for key, each in case.gradients.items()}
    asked["NaN in all arrays"] = Asked(case, nothing, network)
    answers = student.call_each(name, [each.call for each in asked.values()])
    for what, answer in zip(asked, answers, strict=True):
        if answer.raised != "ValueError" and (found := answer.number()) < 1e-2:
            raise Wrong(f"{what} must never look like agreement; yours returned {found:.3g}.")
    return answers[-1]
