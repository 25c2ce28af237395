"""If this fails, a limit of the checkers' questions has moved, or a rare mistake slips through."""

import re

import numpy as np
import pytest

from autograder.questions import gradient_checkers
from autograder.questions.directional_checks import expect_factor
from autograder.questions.gradient_checkers import (
    NETWORK,
    expect_nan_fails,
    expect_right,
    expect_sign,
    expect_values,
    other_cost,
    wrong_gradients,
)
from autograder.questions.student import Answer
from autograder.questions.verdict import Wrong
from autograder.truth.cases import live_case
from autograder.truth.network import gradients_to_vector
from tests.questions.notebook import text_of
from tests.questions.saying import Saying


@pytest.fixture
def rng():
    return np.random.default_rng(1)


def passes(expect, function, *arguments):
    """Whether a student with this function as a checker meets an expectation."""
    try:
        expect(Saying(function), "gradient_check_n", *arguments)
    except Wrong:
        return False
    return True


def true_difference(parameters, gradients, X, Y, replacing=NETWORK, **by_name):
    """What a right checker says."""
    numerical = replacing["numerical_gradient"](parameters, X, Y)
    off = np.linalg.norm(gradients_to_vector(gradients) - numerical)
    return off / (np.linalg.norm(gradients_to_vector(gradients)) + np.linalg.norm(numerical))


def test_right_gradients_give_what_the_notebook_says(rng):
    power = re.search(r"gradients give less than \$10\^\{-(\d)}\$", text_of("n_dimensions"))[1]
    promised = 10.0 ** -int(power)
    assert passes(expect_right, lambda *a, **b: 0.9 * promised, rng)
    assert not passes(expect_right, lambda *a, **b: 1.1 * promised, rng)
    with pytest.raises(Wrong, match=f"below 1e-{power}"):
        expect_right(Saying(lambda *a, **b: 1.0), "gradient_check_n", rng)


@pytest.mark.parametrize("bad", [0, 9, 10, 18, 19, 20])
def test_a_checker_that_errs_once_in_20_times_is_caught_and_is_not_asked_more_often(rng, bad):
    answers = iter([0.0] * bad + [1.0] + [0.0] * 40)
    assert passes(expect_right, lambda *a, **b: next(answers), rng) is (bad == 20)


def test_right_gradients_are_those_of_small_batches_and_of_other_costs_too(rng):
    asked = []

    def checker(parameters, gradients, X, Y, replacing):
        asked.append((X.shape[1], replacing is NETWORK))
        return 0.0

    assert passes(expect_right, checker, rng)
    assert sum(not network for _, network in asked) == 3
    assert sum(m == 3 for m, network in asked if network) >= 4
    assert len({m for m, _ in asked}) > 4


@pytest.mark.parametrize(("side", "expected"), [(0.9, True), (1.2, False)])
class TestWrongGradients:
    def test_their_difference_is_right_to_a_thousandth(self, rng, side, expected):
        for sign in (1, -1):

            def checker(*arguments, off=1 + sign * side * 1e-3, **by_name):
                return true_difference(*arguments, **by_name) * off

            assert passes(expect_values, checker, rng, 2) is expected

    def test_opposite_ones_differ_by_1_to_a_thousandth(self, rng, side, expected):
        for sign in (1, -1):
            off = 1 + sign * side * 1e-3
            assert passes(expect_sign, lambda *a, off=off, **b: off, live_case(rng)) is expected

    def test_nan_gives_a_hundredth_or_more(self, rng, side, expected):
        said = 0.01 / side
        assert passes(expect_nan_fails, lambda *a, **b: said, live_case(rng), "dW2") is expected

    def test_they_are_wrong_by_a_thousandth_or_more(self, rng, side, expected, monkeypatch):
        """Ten times what a checker has to see, which is what the notebook calls wrong."""
        off = 1e-3 * (1.05 if expected else 0.95)
        monkeypatch.setattr(gradient_checkers, "true_difference", lambda *_: off)
        assert bool(wrong_gradients.__wrapped__(rng, 3)) is expected


class Blind:
    """A directional check whose first directions see nothing, and the next what there is."""

    def __init__(self, seeds, said):
        self.seeds, self.said, self.asked = seeds, said, []

    def __call__(self, case, gradients, replacing, directions, seed):
        self.asked.append(seed)
        return Answer("directional_check", 0.0 if seed < self.seeds else self.said)


class TestDirections:
    """Of directions that move every second parameter, one array is missed as often as not."""

    @pytest.mark.parametrize("blind", [0, 8, 15, 16])
    def test_sixteen_of_them_are_tried(self, rng, blind):
        ask = Blind(blind, 0.5)
        if blind < 16:
            expect_factor(ask, live_case(rng), 3.0, "db2", *other_cost(rng, "db2"))
            assert len(ask.asked) == blind + 1
        else:
            with pytest.raises(Wrong, match="16 seeds"):
                expect_factor(ask, live_case(rng), 3.0, "db2", *other_cost(rng, "db2"))
            assert len(ask.asked) == 16

    @pytest.mark.parametrize("off", [9e-4, -9e-4, 1.2e-3, -1.2e-3])
    def test_a_factor_is_seen_to_a_thousandth(self, rng, off):
        ask, arguments = Blind(0, 0.5 + off), (live_case(rng), 3.0, None, *other_cost(rng))
        if abs(off) < 1e-3:
            expect_factor(ask, *arguments)
        else:
            with pytest.raises(Wrong, match="in any direction"):
                expect_factor(ask, *arguments)
