"""If this fails, feedback names a bug that isn't there, or misses one that it should recognise."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest

from autograder.truth.bugs import BANK
from autograder.truth.cases import live_case, synthetic_cache
from autograder.truth.distances import deviation
from autograder.truth.fingerprints import Seen, bugs_like, change_of
from autograder.truth.network import backward_propagation
from autograder.truth.planting import ORDER, Backward, Bug, backward_with, compile_backward
from autograder.truth.standard_form import STANDARD
from tests.truth.controls import CONTROLS

each_bug = pytest.mark.parametrize("bug", BANK, ids=lambda bug: bug.name)


@cache
def inputs(seed: int = 1, count: int = 3) -> Any:
    """The cases that the questions use: live cases, larger layers, synthetic caches."""
    rng = np.random.default_rng(seed)
    cases = [live_case(rng) for _ in range(count)]
    cases.append(live_case(rng, layers=(6, 8, 5, 1)))
    made = [(case.X, case.Y, case.cache) for case in cases]
    return [*made, synthetic_cache(rng), synthetic_cache(rng, layers=(6, 8, 5, 1))]


def seen(backward: Backward, cases: Any = None) -> list[Seen]:
    return [
        Seen(X, Y, values, backward_propagation(X, Y, values), backward(X, Y, values))
        for X, Y, values in cases or inputs()
    ]


def changed(**change: Callable[[Seen], Any]) -> list[Seen]:
    """Answers in which some arrays are a function of the correct ones and of m."""
    return [
        replace(each, found={**each.found, **{key: how(each) for key, how in change.items()}})
        for each in seen(backward_propagation)
    ]


@each_bug
def test_each_bug_is_recognised_or_one_that_cannot_be_told_from_it(bug: Bug) -> None:
    likely = bugs_like(seen(backward_with(bug)))
    assert bug in likely
    for other in likely:
        for X, Y, values in inputs(seed=2, count=20):
            one, another = (backward_with(each)(X, Y, values) for each in (bug, other))
            assert max(deviation(one[key], another[key]) for key in ORDER) < 1e-7


def test_right_gradients_look_like_nothing() -> None:
    for backward in (backward_propagation, *(compile_backward(each.apply(STANDARD), "backward")
                                             for each in CONTROLS)):  # fmt: skip
        answers = seen(backward)
        assert bugs_like(answers) == []
        assert [change_of(key, answers) for key in ORDER] == [""] * 6


@pytest.mark.parametrize("seed", range(20))
def test_gradients_that_are_wrong_in_no_known_way_are_not_given_a_name(seed: int) -> None:
    """Also if one number of one array is off by a thousandth."""
    rng = np.random.default_rng(seed)
    for key in ORDER:
        noisy = changed(**{key: lambda one, key=key: one.truth[key] * rng.uniform(0.5, 2)})
        slight = changed(**{key: lambda one, key=key: one.truth[key] + 0.0})
        for each in slight:
            place = rng.integers(each.found[key].size)
            each.found[key].flat[place] += 1e-3 * np.abs(each.truth[key]).max()
        for answers in (noisy, slight):
            assert bugs_like(answers) == []
            assert change_of(key, answers) == ""


@pytest.mark.parametrize(
    ("key", "how", "words"),
    [
        ("dW2", lambda one: 2 * one.truth["dW2"], "exactly 2 times the correct one"),
        ("db3", lambda one: one.truth["db3"] / 3, "exactly 0.333333 times the correct one"),
        ("dW1", lambda one: -one.truth["dW1"], "correct except for its sign"),
        ("dW1", lambda one: -4.0 * one.truth["dW1"], "exactly -4 times the correct one"),
        ("db2", lambda one: one.m * one.truth["db2"], "not averaged: m times the correct one"),
        ("dW3", lambda one: one.truth["dW3"] / one.m, "divided by m twice"),
        ("dW2", lambda one: one.truth["dW2"].T, "the correct one transposed"),
        (
            "dW1",
            lambda one: one.truth["dW1"][::-1],
            "made of the correct numbers in the wrong places",
        ),
        ("db1", lambda one: one.truth["db2"], "what db2 should be"),
        ("db1", lambda one: 0 * one.truth["db1"], "0 everywhere"),
        ("dW2", lambda one: None, ""),
        ("dW2", lambda one: "two", ""),
        ("dW2", lambda one: [[1, 2], [3]], ""),
        ("dW2", lambda one: one.truth["dW2"] * 1j, ""),
        ("dW2", lambda one: one.truth["dW2"] * np.nan, ""),
        ("dW2", lambda one: one.truth["dW2"] * 1e300 * 1e300, ""),
        ("dW2", lambda one: one.truth["dW2"].ravel(), "the correct one in another shape"),
    ],
)
def test_simple_changes_are_said_in_words(key: str, how: Callable[[Seen], Any], words: str) -> None:
    with np.errstate(all="ignore"):
        found = change_of(key, changed(**{key: how}))
    assert found.startswith(words)
    assert bool(found) == bool(words)


def test_a_missing_array_and_no_answer_at_all_look_like_nothing() -> None:
    answers = seen(lambda *_: {})
    assert (bugs_like(answers), change_of("dW1", answers)) == ([], "")
    assert (bugs_like([]), change_of("dW1", [])) == ([], "")


class TestLimits:
    """Round-off is alike, and a ten-thousandth is a difference."""

    @pytest.mark.parametrize(("off", "alike"), [(0.9e-7, True), (1.2e-7, False)])
    def test_gradients_of_a_bug_may_be_off_by_a_ten_millionth(self, off, alike):
        bug = next(each for each in BANK if each.name == "dZ2_unmasked")
        answers = seen(backward_with(bug))
        for each in answers:
            each.found["dW1"] = each.found["dW1"] * (1 + off)
        assert (bug in bugs_like(answers)) is alike

    @pytest.mark.parametrize(("off", "visible"), [(1.1e-4, True), (0.9e-4, False)])
    def test_a_bug_is_recognised_where_it_shows_by_a_ten_thousandth(self, off, visible):
        bug = next(each for each in BANK if each.name == "dZ2_unmasked")
        answers = seen(backward_with(bug))
        for number, each in enumerate(answers):
            truth = {key: array.copy() for key, array in each.found.items()}
            if number == 1:
                truth["dW1"] = truth["dW1"] / (1 - off * np.sign(truth["dW1"]).astype(bool))
                largest = np.abs(truth["dW1"]).max()
                off_now = np.abs(truth["dW1"] - each.found["dW1"]).max() / largest
                assert off_now == pytest.approx(off)
            answers[number] = Seen(each.X, each.Y, each.cache, truth, each.found)
        assert (bug in bugs_like(answers)) is visible

    @pytest.mark.parametrize(("off", "alike"), [(0.9e-7, True), (1.2e-7, False)])
    def test_a_simple_change_may_be_off_by_a_ten_millionth(self, off, alike):
        def transposed(one):
            return one.truth["dW2"].T * (1 + off)

        words = change_of("dW2", changed(dW2=transposed))
        assert ("transposed" in words) is alike

    @pytest.mark.parametrize(("off", "alike"), [(0.9e-6, True), (1.3e-6, False)])
    @pytest.mark.parametrize("how", [lambda m: 2.0, lambda m: m, lambda m: 1 / m])
    def test_factors_of_several_cases_may_be_off_by_a_millionth(self, off, alike, how):
        answers = seen(backward_propagation)
        for number, each in enumerate(answers):
            each.found["dW2"] = each.truth["dW2"] * how(each.m) * (1 + off * (number == 1))
        assert bool(change_of("dW2", answers)) is alike

    @pytest.mark.parametrize(("off", "different"), [(1.1e-4, True), (0.9e-4, False)])
    def test_a_factor_is_one_when_it_is_off_by_a_ten_thousandth(self, off, different):
        for factor in (1 + off, 1 - off):
            words = change_of("dW2", changed(dW2=lambda one, c=factor: c * one.truth["dW2"]))
            assert bool(words) is different

    @pytest.mark.parametrize(("off", "sign"), [(0.9e-7, True), (1.2e-7, False)])
    def test_the_opposite_is_the_opposite_to_a_ten_millionth(self, off, sign):
        words = change_of("dW2", changed(dW2=lambda one: -(1 + off) * one.truth["dW2"]))
        assert ("its sign" in words) is sign
