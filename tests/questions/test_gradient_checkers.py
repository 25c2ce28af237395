"""If this fails, a limit of the checkers' questions has moved, or a rare mistake slips through."""

import re

import numpy as np
import pytest

from autograder.questions import gradient_checkers
from autograder.questions.gradient_checkers import (
    NETWORK,
    expect_nan_fails,
    expect_right,
    expect_sign,
    expect_values,
    wrong_gradients,
)
from autograder.questions.verdict import Wrong
from autograder.truth.cases import live_case
from autograder.truth.distances import relative_difference
from autograder.truth.network import gradients_to_vector
from autograder.truth.planting import ORDER
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


def true_difference(parameters, gradients, X, Y, replacing=NETWORK, epsilon=1e-7):
    """What a right checker says."""
    numerical = replacing["numerical_gradient"](parameters, X, Y, epsilon)
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

    def test_so_is_that_of_another_cost_and_of_a_wide_epsilon(self, rng, side, expected):
        """The first is just above the value from which the contract asks for it, 1e-4."""
        for turn in (2, 3):
            asked = []

            def checker(*arguments, asked=asked, turn=turn, **by_name):
                found = true_difference(*arguments, **by_name)
                asked.append((found, by_name.get("epsilon")))
                return found * (1 + side * 1e-3 * (len(asked) == turn + 1))

            assert passes(expect_values, checker, rng, 2) is expected
            values, epsilons = zip(*asked, strict=True)
            assert 1e-4 < values[2] < 4e-4
            assert epsilons[:3] == (None,) * 3
            assert 0.3 < epsilons[3] < 0.6

    def test_opposite_ones_differ_by_1_to_a_thousandth(self, rng, side, expected):
        for sign in (1, -1):
            off = 1 + sign * side * 1e-3
            assert passes(expect_sign, lambda *a, off=off, **b: off, live_case(rng)) is expected

    def test_nan_gives_a_hundredth_or_more(self, rng, side, expected):
        said = 0.01 / side
        assert passes(expect_nan_fails, lambda *a, **b: said, rng) is expected

    def test_they_are_wrong_by_a_thousandth_or_more(self, rng, side, expected, monkeypatch):
        """Ten times what a checker has to see, which is what the notebook calls wrong."""
        off = 1e-3 * (1.05 if expected else 0.95)
        monkeypatch.setattr(gradient_checkers, "true_difference", lambda *_: off)
        assert bool(wrong_gradients.__wrapped__(rng, 3)) is expected


@pytest.mark.parametrize("blind_to", [None, *ORDER])
def test_nan_in_any_array_is_asked_for_and_so_is_nan_everywhere(rng, blind_to):
    asked = []

    def checker(parameters, gradients, X, Y, replacing):
        spoilt = {key: int(np.isnan(each).sum()) for key, each in gradients.items()}
        asked.append({key: count for key, count in spoilt.items() if count})
        return 0.0 if [*asked[-1]] == [blind_to] else np.nan

    assert passes(expect_nan_fails, checker, rng) is (blind_to is None)
    assert asked[:6] == [{key: 1} for key in ORDER]
    assert sum(asked[6].values()) == 47


@pytest.mark.parametrize("seed", range(20))
def test_one_that_counts_nan_as_zero_or_leaves_it_out_is_seen(seed):
    def counts_it_as_zero(parameters, gradients, X, Y, replacing):
        zeroed = {key: np.nan_to_num(each) for key, each in gradients.items()}
        return true_difference(parameters, zeroed, X, Y, replacing)

    def leaves_it_out(parameters, gradients, X, Y, replacing):
        grad = gradients_to_vector(gradients)
        seen = ~np.isnan(grad)
        numerical = replacing["numerical_gradient"](parameters, X, Y)
        return relative_difference(grad[seen], numerical[seen])

    for checker in (counts_it_as_zero, leaves_it_out):
        assert not passes(expect_nan_fails, checker, np.random.default_rng(seed))
