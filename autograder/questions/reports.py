"""Reports of a check, array by array: wrong arrays must stand out, correct ones must not."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from autograder.questions.gradient_checkers import (
    NETWORK,
    Replacing,
    raise_slipped,
    wrong_gradients,
)
from autograder.questions.gradients import ARRAYS
from autograder.questions.student import Answer, describe, real_array
from autograder.questions.verdict import Wrong
from autograder.truth.cached_draws import cached_draw
from autograder.truth.cases import Case, live_case
from autograder.truth.gradcheck import UNTOUCHED, relative_difference
from autograder.truth.liveness import MOST_DRAWS, NoLiveCase
from autograder.truth.network import Arrays

REPORTED_BELOW, REPORTED_ABOVE = 1e-6, 1e-4
LEAST_TINY = 5e-5
"""The least norm of a tiny gradient array. The round-off of a central difference with epsilon 1e-5
is below 1e-11 per entry, so a correct report stays below 5e-7."""


def read_report(answer: Answer) -> dict[str, float]:
    """The six numbers of a report."""
    report = answer.dictionary()
    missing = [array for array in ARRAYS if array not in report]
    if missing:
        raise Wrong(f"The report has no {', '.join(missing)}.")
    numbers = {array: real_array(report[array], f"{array} is") for array in ARRAYS}
    for array, number in numbers.items():
        if number.size != 1:
            raise Wrong(f"{array} in the report is {describe(number)}, not one number.")
    return {array: float(number.reshape(())) for array, number in numbers.items()}


def expect_report(answer: Answer, wrong: Mapping[str, str]) -> None:
    """Raise Wrong unless the report marks exactly the arrays in `wrong`."""
    for array, found in read_report(answer).items():
        if array in wrong and not found > REPORTED_ABOVE:
            raise Wrong(f"{array} was wrong ({wrong[array]}), but the report gives it {found:.3e}.")
        if array not in wrong and not 0 <= found < REPORTED_BELOW:
            raise Wrong(f"{array} was correct, but the report gives it {found:.3e}.")


def expect_bugs_found(
    reports: Callable[[Sequence[tuple[Case, Arrays, Replacing]]], Iterator[Answer]],
    rng: np.random.Generator,
    count: int,
) -> None:
    """Raise Wrong unless reports of gradients with bugs mark the wrong arrays and only these.

    Parameters
    ----------
    reports : callable
        ``reports(asked)`` yields the Answer with each report that was asked for; see
        :func:`autograder.questions.gradient_checkers.ask_checker_each`.
    rng : numpy.random.Generator
    count : int
        The number of bugs. Arrays that a bug changes by less than ten times the required
        sensitivity are not checked.
    """
    slipped: dict[str, str] = {}
    bugs = wrong_gradients(rng, count)
    answers = reports([(case, gradients, NETWORK) for _, case, gradients in bugs])
    for (kind, case, gradients), answer in zip(bugs, answers, strict=True):
        report = read_report(answer)
        for array, truth in case.gradients.items():
            off = relative_difference(gradients[array], truth)
            said = f"but the report gives it {report[array]:.3e}"
            if off < UNTOUCHED and not 0 <= report[array] < REPORTED_BELOW:
                slipped.setdefault(kind, f"{array} was correct, {said}")
            if off >= 10 * REPORTED_ABOVE and not report[array] > REPORTED_ABOVE:
                slipped.setdefault(kind, f"{array} was off by {off:.2e}, {said}")
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
