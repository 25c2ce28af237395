"""If this fails, a value that a student's code returns can stop the grader or keep it busy."""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autograder.questions import judge, questions_of
from autograder.questions.student import Answer, Student
from autograder.questions.verdict import Verdict
from autograder.truth.bugs import FIXED_DRAW
from autograder.truth.cases import live_case
from tests.questions.notebook import ASSIGNMENTS
from tests.questions.plain_values import ANYTHING, HUGE, ODD
from tests.repairs import repaired
from tests.thorough import THOROUGH

QUESTIONS = [(assignment, name) for assignment in ASSIGNMENTS for name in questions_of(assignment)]
LONG = 5
"""Seconds of processor time: far more than a question may take, even on a slow machine."""

STEADY = settings(
    deadline=None,
    derandomize=True,
    max_examples=10 * THOROUGH,
    suppress_health_check=[HealthCheck.data_too_large, HealthCheck.too_slow],
)


def printed(name: str) -> Any:
    return ODD.get(name, name)


ANSWERS = st.fixed_dictionaries(
    {"value": ANYTHING},
    optional={
        "raised": st.sampled_from(["", "ValueError", "NameError"]),
        "failure": st.sampled_from(["", "", "raised ValueError: no"]),
        "printed": st.sampled_from(["", "fine", "a long text", "many digits"]).map(printed),
        "arguments": st.lists(ANYTHING, max_size=4).map(tuple),
    },
)


class Anything(Student):
    """Answers each call with the next one of some answers, whatever the call is.

    Parameters
    ----------
    answers : list of dict
        What an `Answer` holds besides the function's name.
    calls : int
        How often each stand-in is said to have been called.
    """

    def __init__(self, answers: Sequence[Any], calls: int) -> None:
        self._answers = answers
        self._calls = calls
        self._asked = 0

    def call(
        self,
        name: str,
        *arguments: Any,
        replacing: Mapping[str, Callable[..., Any]] | None = None,
        **by_name: Any,
    ) -> Answer:
        places = [place for place, each in enumerate(arguments) if callable(each)]
        calls = dict.fromkeys([*places, *(replacing or {})], self._calls)
        return self._next(name, calls=calls)

    def value(self, name: str) -> Answer:
        return self._next(name)

    def source(self, name: str) -> str:
        """A repaired suspect, so that its answers are looked at."""
        return repaired(name, FIXED_DRAW[name])

    def _next(self, name: str, **more: Any) -> Answer:
        self._asked += 1
        return Answer(name, **self._answers[self._asked % len(self._answers)], **more)


def verdict_on(question: str, answers: Sequence[Any], calls: int, seed: int = 0) -> Verdict:
    """The verdict, checked against limits that hold for any answers."""
    begun = time.process_time()
    verdict = judge(question, Anything(answers, calls), seed)
    assert time.process_time() - begun < LONG
    assert isinstance(verdict, Verdict)
    assert all(len(each.message) < 2000 for each in verdict.findings)
    return verdict


@pytest.mark.parametrize(("assignment", "question"), QUESTIONS)
@STEADY
@given(answers=st.lists(ANSWERS, min_size=1, max_size=4), calls=st.integers(0, 2))
def test_whatever_comes_back_there_is_a_verdict(
    assignment: str, question: str, answers: Sequence[Any], calls: int
) -> None:
    verdict_on(question, answers, calls)


@pytest.mark.parametrize(("assignment", "question"), QUESTIONS)
@STEADY
@given(odd=HUGE, place=st.sampled_from(["X", "Y", "W1", "b3", "dW1", "db3", "checker_a", "kind"]))
def test_one_odd_array_among_right_ones_is_a_verdict(
    assignment: str, question: str, odd: Any, place: str
) -> None:
    case = live_case(np.random.default_rng(0))
    X, Y = {"X": odd}.get(place, case.X), {"Y": odd}.get(place, case.Y)
    parameters = {key: odd if key == place else each for key, each in case.parameters.items()}
    gradients = {key: odd if key == place else each for key, each in case.gradients.items()}
    lies = dict.fromkeys(["checker_a", "checker_b", "checker_c"], gradients) | {place: odd}
    named = {"first_wrong": "dW1", "kind": "mask"} | {place: odd}
    diagnosis = dict.fromkeys(["sealed_a", "sealed_b", "sealed_c"], named)
    for value in (
        (X, Y, parameters),
        gradients | lies | diagnosis,
        (0.5, tuple(odd if place == "X" else each for each in case.cache)),
    ):
        verdict_on(question, [{"value": value}], calls=1)


@pytest.mark.parametrize(("assignment", "question"), QUESTIONS)
def test_arguments_that_went_missing_are_changed_ones(assignment: str, question: str) -> None:
    case = live_case(np.random.default_rng(0))
    for value in ((0.5, case.cache), case.gradients, np.zeros((47, 1))):
        replies: list[tuple[Any, ...]] = [(), (None,) * 9, ({}, (), [])]
        for arguments in replies:
            verdict_on(question, [{"value": value, "arguments": arguments}], calls=1)
