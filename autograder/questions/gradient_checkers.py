"""Gradient checkers: they are asked about correct and wrong gradients, and about other costs."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import zip_longest
from typing import Any

import numpy as np

from autograder.questions.given import Foreseen
from autograder.questions.stand_ins import (
    forward_propagation_n,
    numerical_gradient,
    numerical_gradient_of_sines,
    sines_of,
)
from autograder.questions.student import Answer, Call, Student
from autograder.questions.verdict import Wrong
from autograder.truth import bugs
from autograder.truth.cached_draws import cached_draw
from autograder.truth.cases import Case, live_case
from autograder.truth.gradcheck import relative_difference
from autograder.truth.network import (
    Array,
    Arrays,
    gradients_to_vector,
    parameters_to_vector,
    vector_to_parameters,
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

NETWORK: Replacing = {
    "forward_propagation_n": forward_propagation_n,
    "numerical_gradient": numerical_gradient,
}
"""What replaces the student's own forward pass and numerical gradient."""


@cached_draw
def other_cost(
    rng: np.random.Generator, array: str | None = None
) -> tuple[dict[str, Callable[..., Any]], Callable[[Arrays], dict[str, Array]]]:
    """A cost that does not come from a network: sum(a sin(theta)), with random a.

    Parameters
    ----------
    rng : numpy.random.Generator
    array : str, optional
        The only one of dW1 … db3 that is not zero.

    Returns
    -------
    replacing : dict
        Stand-ins for the forward pass and the numerical gradient. The cost runs in the grader,
        because code that knew `a` would need no numerical gradient. It returns the cost and None as
        the cache, and raises ValueError for parameters whose shapes are not those of the network.
    gradients : callable
        ``gradients(parameters)`` returns dW1 … db3.
    """
    weights = vector_to_parameters(rng.uniform(0.5, 1.5, 47) * rng.choice([-1, 1], 47))
    if array:
        weights = {key: weight * (f"d{key}" == array) for key, weight in weights.items()}

    def gradients(parameters: Arrays) -> dict[str, Array]:
        return {f"d{key}": weight * np.cos(parameters[key]) for key, weight in weights.items()}

    replacing = {
        "forward_propagation_n": sines_of(weights),
        "numerical_gradient": numerical_gradient_of_sines(weights),
    }
    return replacing, gradients


@cached_draw
def foreseen_steps(
    rng: np.random.Generator, cost: Callable[..., Any], case: Case, epsilon: float
) -> Foreseen:
    """A cost that foresees all steps of a central difference except one, which the grader sees."""
    theta = parameters_to_vector(case.parameters)
    moved = np.repeat(theta, 2 * theta.size, axis=1)
    moved[:, ::2] += epsilon * np.eye(theta.size)
    moved[:, 1::2] -= epsilon * np.eye(theta.size)
    steps = [(case.X, case.Y, vector_to_parameters(each)) for each in moved.T]
    del steps[rng.integers(len(steps))]
    return Foreseen(cost, steps)


def ask_checker(
    student: Student,
    name: str,
    case: Case,
    gradients: Arrays,
    replacing: Replacing = NETWORK,
    **by_name: Any,
) -> Answer:
    """One call of a checker: see :func:`ask_checker_each`."""
    return next(ask_checker_each(student, name, [(case, gradients, replacing)], **by_name))


def ask_checker_each(
    student: Student,
    name: str,
    asked: Iterable[tuple[Case, Arrays, Replacing]],
    **by_name: Any,
) -> Iterator[Answer]:
    """Calls of a checker, each of which must evaluate the cost at least once.

    The count can be trusted only for a cost that runs in the grader.

    Parameters
    ----------
    asked : iterable of (Case, dict, mapping)
        The case, the gradients to be checked, and what replaces the student's own functions.
    """
    calls = [
        Call((case.parameters, gradients, case.X, case.Y), replacing, by_name)
        for case, gradients, replacing in asked
    ]
    for answer in student.call_each(name, calls):
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


def expect_right(
    student: Student,
    name: str,
    rng: np.random.Generator,
    network: Replacing = NETWORK,
    epsilon: float | None = None,
) -> Answer:
    """Raise Wrong unless a checker passes correct gradients, of networks and of other costs.

    Parameters
    ----------
    epsilon : float, optional
        The step of a checker that computes the differences itself.

    Returns
    -------
    Answer
        Its answer for the last network.
    """
    asked: list[tuple[Case, Arrays, Replacing]] = []
    for number in range(RIGHT_CASES - OTHER_COSTS):
        case = live_case(rng, SMALL_BATCH if number % 4 == 0 else None)
        asked.append((case, case.gradients, network))
    for _ in range(OTHER_COSTS):
        others, gradients = other_cost(rng)
        if epsilon:
            cost = foreseen_steps(rng, others["forward_propagation_n"], case, epsilon)
            others = others | {"forward_propagation_n": cost}
        asked.append((case, gradients(case.parameters), others))
    answers = []
    for (case, _, replacing), answer in zip(
        asked, ask_checker_each(student, name, asked), strict=True
    ):
        if replacing is network:
            words = f"The correct gradients of a network with {case.m} examples"
            answers.append(answer)
        else:
            words = "With another cost in place of forward_propagation_n, its correct gradients"
        _expect_small(answer.number(), words)
    return answers[-1]


def _expect_small(found: float, what: str) -> None:
    if not 0 <= found < RIGHT_BELOW:
        raise Wrong(f"{what} gave a difference of {found:.3e}; it must be below 1e-6.")


def expect_values(
    student: Student, name: str, rng: np.random.Generator, count: int, network: Replacing = NETWORK
) -> None:
    """Raise Wrong unless a checker returns the true difference of wrong gradients."""
    slipped: dict[str, str] = {}
    bugs = wrong_gradients(rng, count)
    asked = [(case, gradients, network) for _, case, gradients in bugs]
    answers = ask_checker_each(student, name, asked)
    for (kind, case, gradients), answer in zip(bugs, answers, strict=True):
        truth, found = true_difference(case, gradients), answer.number()
        if not abs(found - truth) <= 1e-3 * truth:
            said = f"the difference is {truth:.4e}, and yours returned {found:.4e}"
            slipped.setdefault(kind, said)
    raise_slipped(slipped, "The difference is |a - b| / (|a| + |b|) over all 47 numbers.")


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
    student: Student, name: str, case: Case, array: str, network: Replacing = NETWORK
) -> Answer:
    """Raise Wrong if one NaN in an array gives a small difference; return the answer."""
    spoilt = case.gradients | {array: case.gradients[array].copy()}
    spoilt[array].flat[0] = np.nan
    answer = student.call(name, case.parameters, spoilt, case.X, case.Y, replacing=network)
    if answer.raised != "ValueError" and answer.number() < 1e-2:
        raise Wrong(f"A NaN in {array} must never look like agreement.")
    return answer
