"""If this fails, a limit that the notebook names is not the one that is asked for."""

import re
from itertools import combinations
from unittest.mock import patch

import numpy as np
import pytest

from autograder.questions import planted_bugs
from autograder.questions.gradient_checkers import RIGHT_CASES
from autograder.questions.planted_bugs import (
    expect_fooled,
    fooling_case,
    mutant_is_off,
    read_case,
)
from autograder.questions.stand_ins import SHAPES
from autograder.questions.student import Answer
from autograder.questions.verdict import Wrong
from autograder.truth import bugs, checkers_to_fool
from autograder.truth.cases import live_case
from tests.questions.notebook import Notebook, text_of
from tests.questions.saying import Saying, earned
from tests.questions.test_gradient_checkers import true_difference

TEXT = text_of("planted_bugs")


@pytest.fixture
def rng():
    return np.random.default_rng(1)


@pytest.fixture
def case(rng):
    return live_case(rng, 50)


BIASES = {"b1": np.full((5, 1), 0.5), "b2": np.full((3, 1), 0.5)}
CALM = {key: BIASES.get(key, np.zeros(shape)) for key, shape in SHAPES.items()}
"""Parameters under which X changes nothing, so that a test can move one number of either."""


def a_pair(*first, step=0.1):
    """Two examples with these numbers first, which differ by a step in the last row."""
    X = np.zeros((4, 2))
    X[: len(first)] = np.reshape(first, (-1, 1))
    X[3, 1] = step
    return X


def read(X=None, Y=((0, 1),), parameters=CALM):
    return read_case(Answer("killing_case", (a_pair() if X is None else X, Y, parameters)))


def keeps_the_rules(X=None, Y=((0, 1),), parameters=CALM):
    try:
        read(X, Y, parameters)
    except Wrong:
        return False
    return True


def with_first(array, value):
    array = array.copy()
    array.flat[0] = value
    return array


class TestRulesOfAKillingCase:
    @pytest.mark.parametrize(("examples", "passes"), [(1, False), (2, True), (3, False)])
    def test_exactly_two_examples(self, examples, passes):
        assert "`(4, 2)`: exactly two examples" in TEXT
        X = np.hstack([a_pair(), a_pair()])[:, :examples]
        assert keeps_the_rules(X, np.zeros(examples)) is passes

    @pytest.mark.parametrize(("inputs", "passes"), [(3, False), (4, True), (5, False)])
    def test_four_rows(self, inputs, passes):
        assert keeps_the_rules(np.vstack([np.zeros((1, 2)), a_pair()])[-inputs:]) is passes

    @pytest.mark.parametrize("step", [0.09, -0.09, 1e-12])
    def test_they_differ_in_exactly_one_number(self, step):
        assert "differ in exactly one number" in TEXT
        for rows in range(5):
            for first in range(4):
                X = np.full((4, 2), 0.3)
                X[(first + np.arange(rows)) % 4, 1] += step
                assert keeps_the_rules(X) is (rows == 1)

    @pytest.mark.parametrize(("step", "passes"), [(0.099, True), (0.101, False)])
    def test_by_at_most_a_tenth(self, step, passes):
        assert "by at most 0.1" in TEXT
        assert keeps_the_rules(a_pair(step=step)) is passes
        assert keeps_the_rules(a_pair(step=-step)) is passes

    @pytest.mark.parametrize("type_", [np.float32, np.float64])
    def test_a_tenth_is_a_tenth_when_it_is_rounded(self, type_):
        for tenths in range(-100, 100):
            X = a_pair().astype(type_)
            X[3] = [tenths / 10, (tenths + 1) / 10]
            assert keeps_the_rules(X)

    @pytest.mark.parametrize(("more", "passes"), [(0.9e-6, True), (1.1e-6, False)])
    def test_rounding_is_all_that_is_let_pass(self, more, passes):
        assert keeps_the_rules(a_pair(step=0.1 + more)) is passes

    @pytest.mark.parametrize("Y", [[0, 0], [1, 1], [[1, 0]], [True, False], [[0.0, 1.0]]])
    def test_any_labels(self, Y):
        assert "`(1, 2)` or `(2,)` and holds 0 and 1, as you like" in TEXT
        assert keeps_the_rules(Y=Y)

    @pytest.mark.parametrize("Y", [[0], [1, 2], [0.5, 1], [[0], [1]], [0, 1, 0], [0, np.nan]])
    def test_nothing_else_for_labels(self, Y):
        assert not keeps_the_rules(Y=Y)

    @pytest.mark.parametrize(("value", "passes"), [
        (9.9, True), (-9.9, True), (10.1, False), (-10.1, False),
    ])  # fmt: skip
    def test_no_value_above_10(self, value, passes):
        assert re.search(r"`X` and `parameters`[^;]*\b10\b", TEXT)
        assert keeps_the_rules(a_pair(value)) is passes
        W1 = with_first(CALM["W1"], value)
        assert keeps_the_rules(parameters=CALM | {"W1": W1}) is passes

    def test_a_size_is_that_of_the_number_whatever_its_type(self):
        """The size of -128 is -128 in eight bits."""
        X = np.zeros((4, 2), dtype=np.int8)
        X[3, 1] = -128
        with pytest.raises(Wrong, match="size 128"):
            read(X)

    @pytest.mark.parametrize(("key", "bias", "passes"), [
        ("b1", 1.1e-3, True), ("b1", -1.1e-3, True), ("b1", 0.9e-3, False), ("b1", -0.9e-3, False),
        ("b2", 1.1e-3, True), ("b2", 0.9e-3, False), ("b3", 9.9, True), ("b3", -9.9, True),
    ])  # fmt: skip
    def test_hidden_units_clear_of_their_corner(self, key, bias, passes):
        assert r"$|Z| \ge 10^{-3}$" in TEXT
        assert keeps_the_rules(parameters=CALM | {key: with_first(CALM[key], bias)}) is passes

    @pytest.mark.parametrize(("weight", "passes"), [(9.9, True), (10.1, False), (-10.1, False)])
    def test_logits_up_to_10(self, weight, passes):
        assert r"$|Z_3| \le 10$" in TEXT
        strong = {"b2": np.full((3, 1), 2.0), "W3": np.full((1, 3), weight / 6)}
        assert keeps_the_rules(parameters=CALM | strong) is passes


def random_pairs(rng):
    """Pairs as a draw gives them; one in twenty breaks a rule."""
    for _ in range(2_200):
        X = np.repeat(rng.standard_normal((4, 1)), 2, axis=1)
        X[rng.integers(4), 1] += rng.uniform(-0.1, 0.1)
        yield X, rng.integers(0, 2, (1, 2)), {k: rng.standard_normal(s) for k, s in SHAPES.items()}


def cases_of_the_notebook():
    """Whatever a student could hand in without building anything, by name."""
    namespace = Notebook("planted_bugs").namespace
    drawn = ("X", "Y", "parameters")
    yield "its own", tuple(namespace[name] for name in drawn)
    for m in range(1, 9):
        for seed in range(20):
            yield f"draw_case({m}, {seed})", namespace["draw_case"](m, seed)
    draw = np.random.RandomState(1)
    X, Y = draw.randn(4, 3), np.array([[1, 1, 0]])
    yield "the textbook case", (X, Y, {key: draw.randn(*SHAPES[key]) for key in SHAPES})
    known = namespace["network_cases"]
    for case in (known.one, known.three, *known.live, *known.made_up):
        yield case.words, (case.X, case.Y, case.parameters)


class TestAPairHasToBeBuilt:
    def test_fewer_than_one_random_pair_in_twenty_kills(self, rng):
        """Measured on 10,000 of them: one in sixty."""
        assert "fewer than one in twenty shows the bug" in TEXT
        pairs = [pair for pair in random_pairs(rng) if keeps_the_rules(*pair)]
        assert len(pairs) > 2_000
        off = np.array([mutant_is_off(read(*pair)) for pair in pairs])
        assert 0.005 < np.mean(off > planted_bugs.DIFFERS) < 0.05

    def test_no_case_of_the_notebook_keeps_the_rules(self):
        for words, case in cases_of_the_notebook():
            assert not keeps_the_rules(*case), words

    def test_nor_do_two_examples_of_one(self):
        for words, (X, Y, parameters) in cases_of_the_notebook():
            for pair in combinations(range(X.shape[1]), 2):
                Y_of_pair = np.reshape(Y, -1)[list(pair)]
                assert not keeps_the_rules(X[:, pair], Y_of_pair, parameters), (words, pair)

    def test_on_a_single_example_the_mutant_is_correct(self):
        """The visible check takes the mean of two for the correct gradient."""
        assert "m=1" in bugs.MUTANT.invisible


class TestKillingCase:
    @pytest.fixture
    def pair(self):
        """A case of which every array has gradients that are seen."""
        own = live_case(np.random.default_rng(1), 2)
        X = own.X[:, [0, 0]].copy()
        X[3, 1] += 0.05
        return read(X, own.Y, own.parameters)

    def kills(self, rng, case, mutant, truth):
        student = Saying(lambda replacing: (case.X, case.Y, case.parameters))
        with (
            patch.object(planted_bugs, "backward_with", lambda bug: lambda *_: mutant),
            patch.object(planted_bugs, "backward_propagation", lambda *_: truth),
        ):
            return bool(earned(student, "killing_case", rng, "kills")[0])

    @pytest.mark.parametrize(("off", "passes"), [(1.1e-3, True), (0.9e-3, False)])
    def test_the_mutant_has_to_differ_by_a_thousandth(self, rng, pair, off, passes):
        assert "more than $10^{-3}$ of the largest entry" in TEXT
        truth = pair.gradients
        mutant = truth | {"dW1": truth["dW1"] + off * np.abs(truth["dW1"]).max()}
        assert self.kills(rng, pair, mutant, truth) is passes

    @pytest.mark.parametrize(("size", "passes"), [(1.1e-6, True), (0.9e-6, False)])
    def test_in_an_array_that_is_not_all_but_zero(self, rng, pair, size, passes):
        assert "at least $10^{-6}$" in TEXT
        truth = pair.gradients
        truth["dW1"] = truth["dW1"] / np.abs(truth["dW1"]).max() * size
        assert self.kills(rng, pair, truth | {"dW1": 2 * truth["dW1"]}, truth) is passes


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


def test_a_common_release_has_six_suspects():
    assert len(bugs.OPEN) == len(bugs.SEALED) == 3
    assert {*bugs.FIXED_DRAW} == {*bugs.OPEN, *bugs.SEALED}
