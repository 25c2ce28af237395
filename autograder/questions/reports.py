"""Reports of a check, array by array: wrong arrays must stand out, correct ones must not."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from autograder.questions.gradient_checkers import (
    WIDE_EPSILONS,
    Asked,
    raise_slipped,
    signs_like,
    wrong_gradients,
)
from autograder.questions.gradients import ARRAYS, other_name
from autograder.questions.other_costs import other_cost
from autograder.questions.student import Answer, describe, real_array
from autograder.questions.verdict import Wrong, is_small
from autograder.truth.cached_draws import cached_draw
from autograder.truth.cases import Case, live_case
from autograder.truth.distances import UNTOUCHED, relative_difference
from autograder.truth.liveness import MOST_DRAWS, NoLiveCase
from autograder.truth.network import Array, vector_to_parameters

REPORTED_BELOW = 1e-6
VALUE_FROM, VALUE_TO = 1e-3, 1e-3
"""From which difference on an array's value is compared, and how precisely. Round-off changes the
value of the smallest arrays by 5e-7, and a guard of 1e-8 in the denominator by 1e-4 of it."""
LEAST_TINY = 5e-5
"""The least norm of a tiny gradient array. The round-off of a central difference with epsilon 1e-5
is below 1e-11 per entry, so a correct report stays below 5e-7."""


def read_report(answer: Answer) -> dict[str, float]:
    """The six numbers of a report."""
    report = answer.dictionary()
    missing = [array for array in ARRAYS if array not in report]
    if missing:
        raise Wrong(f"The report has no {', '.join(missing)}.{other_name(report, missing[0])}")
    numbers = {array: real_array(report[array], f"{array} is") for array in ARRAYS}
    for array, number in numbers.items():
        if number.size != 1:
            raise Wrong(f"{array} in the report is {describe(number)}, not one number.")
    return {array: float(number.reshape(())) for array, number in numbers.items()}


def expect_report(
    answer: Answer, truth: Mapping[str, float], words: Mapping[str, str] | None = None
) -> None:
    """Raise Wrong unless the report gives wrong arrays their values, and correct ones nearly 0.

    Parameters
    ----------
    answer : Answer
    truth : mapping of str to float
        The relative difference of each array that was wrong.
    words : mapping of str to str, optional
        What was wrong with them.
    """
    for array, found in read_report(answer).items():
        if array not in truth:
            if not is_small(found, REPORTED_BELOW):
                raise Wrong(f"{array} was correct, but the report gives it {found:.3e}.")
        elif not abs(found - truth[array]) <= VALUE_TO * truth[array]:
            why = f" ({words[array]})" if words else ""
            raise Wrong(
                f"For {array}{why} |a - b| / (|a| + |b|) is {truth[array]:.4e}, but the report "
                f"gives it {found:.4e}."
            )


@cached_draw
def wrong_reports(
    rng: np.random.Generator,
) -> list[tuple[Asked, dict[str, float], dict[str, str]]]:
    """Reports to ask for, with arrays that are wrong by a little or by much, some of them tiny.

    In the last one all arrays are correct, but central differences with a wide epsilon are not.

    Returns
    -------
    list of (Asked, dict, dict)
        The call, and for each array that is wrong its value in a correct report, and in words what
        is wrong with it.
    """
    found: list[tuple[Asked, dict[str, float], dict[str, str]]] = []
    for draw in (live_case, with_tiny_gradients):
        order = [str(array) for array in rng.permutation(ARRAYS)]
        loud = dict(zip(order[::2], rng.permutation([-1.0, 0.5, 2.0]), strict=True))
        for few, many in ((order[:3], {}), (order[3:], {}), ([], loud)):
            case = draw(rng)  # a new one, so that its correct gradients are not known
            changes = {array: _a_few_percent(rng, case.gradients[array]) for array in few} | many
            found.append(_report_of(case, changes))
    others, gradients_of = other_cost(rng, case)
    right, wide = gradients_of(case.parameters), rng.uniform(*WIDE_EPSILONS)
    steps = others["numerical_gradient"](case.parameters, case.X, case.Y, wide)
    numerical = {f"d{key}": array for key, array in vector_to_parameters(steps).items()}
    values = {array: relative_difference(right[array], numerical[array]) for array in ARRAYS}
    words = f"correct gradients of another cost, with epsilon = {wide:.3g}"
    asked = Asked(case, right, others, {"epsilon": wide})
    return [*found, (asked, values, dict.fromkeys(ARRAYS, words))]


def _a_few_percent(rng: np.random.Generator, array: Array) -> Array:
    """Factors that make every entry of an array wrong by 1% to 3%, up or down."""
    return 1 + signs_like(rng, array) * rng.uniform(0.01, 0.03, array.shape)


def _report_of(
    case: Case, changes: Mapping[str, Any]
) -> tuple[Asked, dict[str, float], dict[str, str]]:
    """The report of gradients with some arrays multiplied, by a number or entry by entry."""
    gradients, values, words = case.gradients, {}, {}
    for array, factors in changes.items():
        truth = case.gradients[array]
        gradients[array] = truth * factors
        values[array] = relative_difference(gradients[array], truth)
        how = "1% to 3% off" if np.ndim(factors) else f"{factors!s:.6} times the correct one"
        words[array] = f"{how}, largest entry {np.abs(truth).max():.1e}"
    return Asked(case, gradients), values, words


@cached_draw
def differences_of_bugs(
    rng: np.random.Generator, count: int
) -> list[tuple[str, Asked, dict[str, float]]]:
    """The kinds of some bugs, gradients that have them, and the relative difference of each array.

    See :func:`autograder.questions.gradient_checkers.wrong_gradients`.
    """
    return [
        (
            kind,
            Asked(case, gradients),
            {key: relative_difference(gradients[key], case.gradients[key]) for key in ARRAYS},
        )
        for kind, case, gradients in wrong_gradients(rng, count)
    ]


def expect_bugs_found(
    reports: Callable[[Sequence[Asked]], Iterator[Answer]],
    rng: np.random.Generator,
    count: int,
) -> None:
    """Raise Wrong unless reports of gradients with bugs have the values of the wrong arrays.

    Parameters
    ----------
    reports : callable
        ``reports(asked)`` yields the Answer with each report that was asked for; see
        :func:`autograder.questions.gradient_checkers.ask_checker_each`.
    rng : numpy.random.Generator
    count : int
        The number of bugs. Arrays that a bug changes only a little are not checked.
    """
    slipped: dict[str, str] = {}
    bugs = differences_of_bugs(rng, count)
    answers = reports([asked for _, asked, _ in bugs])
    for (kind, _, differences), answer in zip(bugs, answers, strict=True):
        report = read_report(answer)
        for array, off in differences.items():
            said = f"but the report gives it {report[array]:.3e}"
            if off < UNTOUCHED and not is_small(report[array], REPORTED_BELOW):
                slipped.setdefault(kind, f"{array} was correct, {said}")
            if off >= VALUE_FROM and not abs(report[array] - off) <= VALUE_TO * off:
                slipped.setdefault(kind, f"{array} was off by {off:.3e}, {said}")
    raise_slipped(slipped, "Each array is compared with its own part of the numerical gradient.")


@cached_draw
def with_tiny_gradients(rng: np.random.Generator) -> Case:
    """A case with such a small W3 that the gradients below it are tiny, but above round-off."""
    for _ in range(MOST_DRAWS):
        case = live_case(rng)
        case = replace(case, parameters=case.parameters | {"W3": case.parameters["W3"] * 0.01})
        if min(np.linalg.norm(array) for array in case.gradients.values()) >= LEAST_TINY:
            return case
    raise NoLiveCase(f"no case with gradients of at least {LEAST_TINY:g} in {MOST_DRAWS} draws")
