"""If this fails, a limit of `n_dimensions` has moved: right answers lose, or wrong ones pass."""

import doctest
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from autograder.grading.local_student import LocalStudent
from autograder.questions import gradients, judge, stand_ins
from autograder.questions.gradient_checkers import RIGHT_CASES
from autograder.questions.gradients import of_all_sizes
from autograder.questions.n_dimensions import directional_check
from autograder.questions.verdict import Marks
from autograder.truth.distances import TOLERANCE, deviation, relative_difference
from autograder.truth.liveness import LARGEST_LOGIT, MARGIN
from autograder.truth.network import vector_to_parameters
from autograder.truth.planting import ORDER
from tests.questions.notebook import text_of
from tests.questions.saying import Saying, earned
from tests.questions.test_directional_checks import Checking

each_side = pytest.mark.parametrize("side", [0.9, 1.2, -0.9, -1.2])


@pytest.fixture
def rng():
    return np.random.default_rng(1)


def forward(X, Y, parameters, replacing):
    return stand_ins.forward_propagation_n(X, Y, parameters)


def backward(X, Y, cache, replacing):
    return stand_ins.backward_propagation_n(X, Y, cache)


def test_how_far_off_an_array_is():
    assert doctest.testmod(gradients).attempted and not doctest.testmod(gradients).failed


class TestLargeAndTinyGradients:
    @pytest.mark.parametrize("seed", range(10))
    def test_they_are_in_every_array_but_one(self, seed):
        """The derivative by b3 is a mean of A3 - Y, which is below 1."""
        case = of_all_sizes(np.random.default_rng(seed))
        for key, array in case.gradients.items():
            if key != "db3":
                assert np.abs(array).max() > 10
                assert np.abs(array).min() < 0.01

    @pytest.mark.parametrize("seed", range(10))
    def test_the_network_is_still_a_live_one(self, seed):
        """With the same cost, the same units on, and examples that don't cancel each other."""
        case = of_all_sizes(np.random.default_rng(seed))
        Z1, Z2, Z3 = case.cache[::4]
        for Z in (Z1, Z2):
            assert np.abs(Z).min() > MARGIN / 1e4
        assert np.abs(Z3).max() <= LARGEST_LOGIT + 1e-9
        guarded = (*case.cache[:9], case.cache[9] + 1e-8, *case.cache[10:])
        found = stand_ins.backward_propagation_n(case.X, case.Y, guarded)
        for key, array in case.gradients.items():
            assert deviation(found[key], array) < TOLERANCE

    def test_they_are_asked_for(self, rng):
        student = Saying(backward)
        earned(student, "backward_propagation_n", rng, "first_layer")
        largest = {
            key: max(np.abs(backward(X, Y, cache, {})[key]).max() for X, Y, cache in student.asked)
            for key in ORDER
        }
        assert all(largest[key] > 10 for key in ORDER if key != "db3")


@pytest.mark.parametrize("change", [
    lambda X, Y, cache: setattr(Y, "shape", (1, -1)), lambda X, Y, cache: setattr(Y, "shape", -1),
    lambda X, Y, cache: setattr(X, "shape", X.shape[::-1]), lambda X, Y, cache: Y.sort(),
    lambda X, Y, cache: setattr(cache[3], "shape", -1),
])  # fmt: skip
def test_inputs_are_unchanged_for_labels_of_both_shapes(change):
    def backward_propagation_n(X, Y, cache):
        found = stand_ins.backward_propagation_n(X, Y, cache)
        change(X, Y, cache)
        return found

    student = LocalStudent({"backward_propagation_n": backward_propagation_n})
    verdict = judge("backward_propagation_n", student, 1)
    assert [each.part for each in verdict.findings if not each.earned] == ["float64_and_shapes"]
    assert "changed" in str(verdict)


class TestPasses:
    @each_side
    def test_a_cost_may_be_off_by_a_millionth(self, rng, side):
        def off(*arguments, **by_name):
            cost, cache = forward(*arguments, **by_name)
            return cost * (1 + side * 1e-6), cache

        assert bool(earned(Saying(off), "forward_propagation_n", rng, "cost")[0]) is (abs(side) < 1)

    @each_side
    @pytest.mark.parametrize("place", [0, 5, 9])
    def test_an_array_of_the_cache_may_be_off_by_a_millionth(self, rng, side, place):
        def off(*arguments, **by_name):
            cost, cache = forward(*arguments, **by_name)
            spoilt = cache[place] * (1 + side * 1e-6)
            return cost, (*cache[:place], spoilt, *cache[place + 1 :])

        parts = earned(Saying(off), "forward_propagation_n", rng, "cache")[0]
        assert bool(parts) is (abs(side) < 1)

    @each_side
    def test_a_gradient_may_be_off_by_a_millionth(self, rng, side):
        def off(*arguments, **by_name):
            found = backward(*arguments, **by_name)
            return found | {"dW2": found["dW2"] * (1 + side * 1e-6)}

        parts = earned(Saying(off), "backward_propagation_n", rng, "second_layer")[0]
        assert bool(parts) is (abs(side) < 1)

    @pytest.mark.parametrize(("name", "right"), [
        ("forward_propagation_n", forward), ("backward_propagation_n", backward),
    ])  # fmt: skip
    def test_any_number_of_examples_is_asked_as_1_and_3_and_50(self, rng, name, right):
        """For each of them labels of both shapes; other parts ask 5 to 20 examples."""
        student = Saying(right)
        assert earned(student, name, rng, "any_batch")[0] == ["any_batch"]
        shapes = Counter((X.shape[1], np.ndim(Y)) for X, Y, _ in student.asked)
        for wanted in (1, 2):
            sizes = {m for m, dimensions in shapes if dimensions == wanted}
            assert sizes - {*range(5, 21)} == {1, 3, 50}


def numerical(parameters, X, Y, replacing, epsilon=1e-5, steps=(1, 1)):
    """Differences from any number of steps up to any number down, of whatever cost there is."""
    cost = replacing["forward_propagation_n"]
    theta = np.concatenate([each.ravel() for each in parameters.values()])
    found = np.empty((47, 1))
    for i, move in enumerate(np.eye(47) * epsilon):
        plus, minus = theta + steps[0] * move, theta - steps[1] * move
        up, down = (cost(X, Y, vector_to_parameters(each))[0] for each in (plus, minus))
        found[i] = (up - down) / (sum(steps) * epsilon)
    return found


class TestNumericalGradient:
    @each_side
    def test_it_may_be_off_by_a_millionth(self, rng, side):
        def off(*arguments, **by_name):
            found = numerical(*arguments, **by_name)
            found[7] += side * 1e-6 * np.abs(found).max()
            return found

        parts = earned(Saying(off), "numerical_gradient", rng, "value")[0]
        assert bool(parts) is (abs(side) < 1)

    def test_one_that_is_no_number_is_called_so(self, rng):
        def broken(*arguments, **by_name):
            found = numerical(*arguments, **by_name)
            found[7] = np.nan
            return found

        _, said = earned(Saying(broken), "numerical_gradient", rng)
        assert "contains NaN or infinity, first at index 7." in said["value"]

    def test_a_step_to_one_side_is_seen_and_still_uses_the_forward_function(self, rng):
        def one_sided(*arguments, **by_name):
            return numerical(*arguments, **by_name, steps=(1, 0))

        parts = "value", "uses_the_forward_function"
        assert earned(Saying(one_sided), "numerical_gradient", rng, *parts)[0] == [parts[1]]

    @each_side
    def test_the_forward_function_is_used_if_a_tenth_is_right(self, rng, side):
        def off(*arguments, **by_name):
            found = numerical(*arguments, **by_name)
            found[7] += side * 0.1 * np.abs(found).max()
            return found

        parts = earned(Saying(off), "numerical_gradient", rng, "uses_the_forward_function")[0]
        assert bool(parts) is (abs(side) < 1)


def report(parameters, gradients, X, Y, replacing, epsilon=1e-5):
    """A right report."""
    truth = stand_in_gradients(parameters, X, Y, replacing, epsilon)
    return {key: relative_difference(gradients[key], truth[key]) for key in ORDER}


def stand_in_gradients(parameters, X, Y, replacing, epsilon):
    numbers = replacing["numerical_gradient"](parameters, X, Y, epsilon)
    return {f"d{key}": array for key, array in vector_to_parameters(numbers).items()}


@pytest.mark.parametrize("blind", [None, RIGHT_CASES, RIGHT_CASES + 1])
def test_a_report_sees_one_to_three_percent_in_any_array(rng, blind):
    """Three arrays are off by that in one case, the other three in the next."""
    student = Saying(None)

    def short_sighted(*arguments, **by_name):
        found = report(*arguments, **by_name)
        if len(student.asked) - 1 == blind:
            found = {key: each * (each > 0.016) for key, each in found.items()}
        return found

    student.function = short_sighted
    parts = earned(student, "gradient_report", rng, "clean_arrays", "corrupted_arrays")[0]
    assert parts == ["clean_arrays", *["corrupted_arrays"] * (blind is None)]


class Looking(Checking):
    """A student whose check says this of the network's right gradients and this of halved ones."""

    def __init__(self, right, halved):
        super().__init__()
        self.right, self.halved = right, halved

    def call(self, *arguments, directions=5, **by_name):
        found = super().call(*arguments, directions=directions, **by_name)
        if directions == 2:
            said = self.right if found.value < 1e-4 else self.halved
            return replace(found, value=said)
        return found


@pytest.mark.parametrize(("right", "halved", "passes"), [
    (0.9e-4, 1.1e-4, True), (1.1e-4, 1.1e-4, False), (0.9e-4, 0.9e-4, False),
])  # fmt: skip
def test_a_directional_check_tells_right_from_wrong_where_the_notebook_says(
    rng, right, halved, passes
):
    assert "gradients give less than $10^{-4}$" in text_of("n_dimensions")
    marks = Marks(directional_check.parts)
    directional_check.asks(Looking(right, halved), rng, marks)
    assert marks.earned("verdict") is passes
