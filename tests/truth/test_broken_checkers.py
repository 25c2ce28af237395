"""If this fails, a lesson is wrong about a broken check, or the correct check is broken."""

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import numpy as np
import pytest

from autograder.truth import notebook_helpers
from autograder.truth.bugs import BANK
from autograder.truth.cases import Case, live_case
from autograder.truth.network import Array, Arrays
from autograder.truth.planting import backward_with
from tests.truth import broken_checkers
from tests.truth.broken_checkers import CHECKERS, STANDARD_CHECK, BrokenChecker, broken

each_checker = pytest.mark.parametrize("checker", CHECKERS, ids=lambda checker: checker.name)


@cache
def cases() -> list[Case]:
    rng = np.random.default_rng(4)
    return [live_case(rng) for _ in range(5)]


@cache
def wrong_gradients() -> list[tuple[Case, dict[str, Array]]]:
    return [(case, backward_with(bug)(case.X, case.Y, case.cache))
            for case in cases()[:2] for bug in BANK]  # fmt: skip


@pytest.fixture(autouse=True, scope="module")
def costs_are_remembered() -> Iterator[None]:
    """All gradients of a case are compared with slopes of the same costs."""
    costs: dict[bytes, Any] = {}

    def forward_propagation_n(X: Array, Y: Array, parameters: Arrays) -> Any:
        asked = b"".join(map(bytes, (X, Y, *parameters.values())))
        if asked not in costs:
            costs[asked] = notebook_helpers.forward_propagation_n(X, Y, parameters)
        return costs[asked]

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(broken_checkers, "forward_propagation_n", forward_propagation_n)
        yield


def passes(check: Callable[..., Any], case: Case, gradients: Arrays) -> bool:
    with np.errstate(all="ignore"):
        return bool(check(case.parameters, gradients, case.X, case.Y)[1])


def passed_by(check: Callable[..., Any]) -> list[float]:
    """The shares of correct gradients, of those with bugs, and of those with a NaN that pass."""
    spoilt = [(case, case.gradients | {"dW1": case.gradients["dW1"] * np.nan}) for case in cases()]
    right = [(case, case.gradients) for case in cases()]
    return [float(np.mean([passes(check, *each) for each in some]))
            for some in (right, wrong_gradients(), spoilt)]  # fmt: skip


def test_the_right_check_makes_no_mistake() -> None:
    assert passed_by(broken()) == [1, 0, 0]


@each_checker
def test_it_misses_and_alarms_as_it_says(checker: BrokenChecker) -> None:
    right, wrong, spoilt = passed_by(broken(checker))
    assert checker.alarms == (right < 1)
    match checker.misses:
        case "nothing":
            assert (wrong, spoilt) == (0, 0)
        case "some":
            assert 0 < wrong < 1
        case "nearly all":
            assert wrong > 0.8
        case "nan":
            assert wrong == 0 < spoilt


@each_checker
def test_it_says_what_a_student_and_a_teacher_need(checker: BrokenChecker) -> None:
    assert checker.hint.endswith((".", "?"))
    assert checker.why.endswith((".", "…"))


def test_there_are_enough_and_of_both_sorts() -> None:
    assert len({checker.name for checker in CHECKERS}) == len(CHECKERS) >= 10
    assert {checker.alarms for checker in CHECKERS} == {True, False}
    assert "nan" in {checker.misses for checker in CHECKERS}


def test_it_leaves_the_parameters_alone_unless_that_is_the_mistake() -> None:
    case = cases()[0]
    before = {key: array.copy() for key, array in case.parameters.items()}
    for checker in (None, *CHECKERS):
        passes(broken(checker), case, case.gradients)
    assert all(np.array_equal(before[key], case.parameters[key]) for key in before)
    assert STANDARD_CHECK.count("np.copy") == 2
