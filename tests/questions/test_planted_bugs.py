"""If this fails, a limit that the notebook names is not the one that is asked for."""

import re
from unittest.mock import patch

import numpy as np
import pytest

from autograder.questions import planted_bugs
from autograder.questions.gradient_checkers import RIGHT_CASES
from autograder.questions.planted_bugs import expect_fooled, fooling_case, read_case
from autograder.questions.student import Answer
from autograder.questions.verdict import Wrong
from autograder.truth import bugs, checkers_to_fool
from autograder.truth.cases import live_case
from tests.questions.notebook import text_of
from tests.questions.saying import Saying, earned
from tests.questions.test_gradient_checkers import true_difference

TEXT = text_of("planted_bugs")


@pytest.fixture
def rng():
    return np.random.default_rng(1)


@pytest.fixture
def case(rng):
    return live_case(rng, 50)


def keeps_the_rules(X, Y, parameters):
    try:
        read_case(Answer("killing_case", (X, Y, parameters)))
    except Wrong:
        return False
    return True


def with_first(array, value):
    array = array.copy()
    array.flat[0] = value
    return array


class TestRulesOfAKillingCase:
    def test_up_to_50_examples(self, case, rng):
        assert r"$m \le 50$" in TEXT
        assert keeps_the_rules(case.X, case.Y, case.parameters)
        more = live_case(rng, 51)
        assert not keeps_the_rules(more.X, more.Y, more.parameters)

    @pytest.mark.parametrize(("inputs", "passes"), [(3, False), (4, True), (5, False)])
    def test_four_rows(self, case, inputs, passes):
        assert "shape `(4, m)`" in TEXT
        X = np.resize(case.X, (inputs, 50)) if inputs != 4 else case.X
        assert keeps_the_rules(X, case.Y, case.parameters) is passes

    def test_no_value_above_10(self, case):
        """In a column whose weights are 0, so that nothing else moves."""
        assert re.search(r"`X` and `parameters`[^;]*\b10\b", TEXT)
        W1 = case.parameters["W1"].copy()
        X = np.vstack([np.zeros((1, 50)), case.X[1:]])
        b1 = case.parameters["b1"] + W1[:, :1] * 0.0
        base = case.parameters | {"W1": W1, "b1": b1}
        biases = np.tile([[0.5], [-0.5], [0.7], [-0.7], [0.9]], 1)
        calm = {key: np.zeros_like(array) for key, array in base.items()}
        calm |= {"b1": biases, "b2": np.full((3, 1), 0.5)}
        for value, passes in ((9.9, True), (-9.9, True), (10.1, False), (-10.1, False)):
            assert keeps_the_rules(with_first(X, value), case.Y, calm) is passes
            moved = calm | {"W1": with_first(calm["W1"], value)}
            assert keeps_the_rules(np.zeros((4, 50)), case.Y, moved) is passes

    @pytest.mark.parametrize(("key", "bias", "passes"), [
        ("b1", 1.1e-3, True), ("b1", -1.1e-3, True), ("b1", 0.9e-3, False), ("b1", -0.9e-3, False),
        ("b2", 1.1e-3, True), ("b2", 0.9e-3, False), ("b3", 9.9, True), ("b3", -9.9, True),
    ])  # fmt: skip
    def test_hidden_units_clear_of_their_corner(self, case, key, bias, passes):
        assert r"$|Z| \ge 10^{-3}$" in TEXT
        calm = {name: np.zeros_like(array) for name, array in case.parameters.items()}
        calm |= {"b1": np.full((5, 1), 0.5), "b2": np.full((3, 1), 0.5)}
        calm[key] = with_first(calm[key], bias)
        assert keeps_the_rules(case.X, case.Y, calm) is passes

    @pytest.mark.parametrize(("weight", "passes"), [(9.9, True), (10.1, False), (-10.1, False)])
    def test_logits_up_to_10(self, case, weight, passes):
        assert r"$|Z_3| \le 10$" in TEXT
        calm = {name: np.zeros_like(array) for name, array in case.parameters.items()}
        calm |= {"b1": np.full((5, 1), 0.5), "b2": np.full((3, 1), 2.0)}
        calm["W3"] = np.full((1, 3), weight / 6)
        assert keeps_the_rules(case.X, case.Y, calm) is passes


class TestKillingCase:
    def kills(self, rng, case, mutant, truth):
        student = Saying(lambda replacing: (case.X, case.Y, case.parameters))
        with (
            patch.object(planted_bugs, "backward_with", lambda bug: lambda *_: mutant),
            patch.object(planted_bugs, "backward_propagation", lambda *_: truth),
        ):
            return bool(earned(student, "killing_case", rng, "kills")[0])

    @pytest.mark.parametrize(("off", "passes"), [(1.1e-3, True), (0.9e-3, False)])
    def test_the_mutant_has_to_differ_by_a_thousandth(self, rng, case, off, passes):
        assert "more than $10^{-3}$ of the largest entry" in TEXT
        truth = case.gradients
        mutant = truth | {"dW1": truth["dW1"] + off * np.abs(truth["dW1"]).max()}
        assert self.kills(rng, case, mutant, truth) is passes

    @pytest.mark.parametrize(("size", "passes"), [(1.1e-6, True), (0.9e-6, False)])
    def test_in_an_array_that_is_not_all_but_zero(self, rng, case, size, passes):
        assert "at least $10^{-6}$" in TEXT
        truth = case.gradients
        truth["dW1"] = truth["dW1"] / np.abs(truth["dW1"]).max() * size
        assert self.kills(rng, case, truth | {"dW1": 2 * truth["dW1"]}, truth) is passes


class TestRepairedCheck:
    @pytest.mark.parametrize(("different_at", "passes"), [(9_000, True), (11_000, False)])
    def test_ten_thousand_letters_are_read_of_what_it_prints(self, rng, different_at, passes):
        """So whoever prints without end keeps nobody busy."""

        def printed(parameters, gradients, X, Y):
            spoilt = any(np.isnan(each).any() for each in gradients.values())
            return "x" * different_at + (" spoilt" if spoilt else " fine") + "x" * 10_000

        student = Saying(true_difference, printed)
        assert bool(earned(student, "repaired_check", rng, "wrong_gradients")[0]) is passes

    def test_it_is_asked_with_as_many_cases_as_every_check(self, rng):
        student = Saying(lambda *arguments, **by_name: 0.0)
        assert earned(student, "repaired_check", rng, "right_gradients")[0]
        assert len(student.asked) > RIGHT_CASES


class TestFooledCheckers:
    @pytest.mark.parametrize(("said", "truth", "passes"), [
        (0.9e-5, 1.1e-2, True), (1.1e-5, 1.1e-2, False), (0.9e-5, 0.9e-2, False),
    ])  # fmt: skip
    def test_a_checker_is_fooled_where_the_notebook_says(self, case, said, truth, passes):
        assert "less than $10^{-5}$" in TEXT
        assert "more than $10^{-2}$" in TEXT
        with (
            patch.object(checkers_to_fool, "run_checker", lambda *_: said),
            patch.object(checkers_to_fool, "right_check", lambda *_: truth),
        ):
            try:
                expect_fooled("checker_a", case, case.gradients)
            except Wrong:
                assert not passes
            else:
                assert passes

    def test_right_gradients_pass_with_room_to_spare(self, rng):
        """A tenth of what a checker passes, so that whoever changes nothing else isn't unlucky."""
        with patch.object(checkers_to_fool, "run_checker", lambda *_: 0.95e-6):
            assert fooling_case.__wrapped__(rng).m
        with (
            patch.object(checkers_to_fool, "run_checker", lambda *_: 1.05e-6),
            pytest.raises(ValueError, match="100"),
        ):
            fooling_case.__wrapped__(rng)


def test_a_common_release_has_three_suspects():
    assert len(bugs.FIXED_DRAW) == 3
