"""If this fails, a limit of `n_dimensions` has moved: right answers lose, or wrong ones pass."""

from collections import Counter

import numpy as np
import pytest

from autograder.questions import stand_ins
from autograder.questions.gradient_checkers import RIGHT_CASES
from autograder.questions.n_dimensions import directional_check
from autograder.questions.student import Answer, Student
from autograder.questions.verdict import Marks
from autograder.truth.gradcheck import relative_difference
from autograder.truth.network import gradients_to_vector, vector_to_parameters
from autograder.truth.planting import ORDER
from tests.questions.notebook import text_of
from tests.questions.saying import Saying, earned

each_side = pytest.mark.parametrize("side", [0.9, 1.2, -0.9, -1.2])


@pytest.fixture
def rng():
    return np.random.default_rng(1)


def forward(X, Y, parameters, replacing):
    return stand_ins.forward_propagation_n(X, Y, parameters)


def backward(X, Y, cache, replacing):
    return stand_ins.backward_propagation_n(X, Y, cache)


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
        assert {m for m, _ in shapes} - {*range(5, 21)} >= {1, 3, 50}
        assert {m for m, dimensions in shapes if dimensions == 1} == {1, 3, 50}


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


def report(parameters, gradients, X, Y, replacing):
    """A right report."""
    truth = stand_in_gradients(parameters, X, Y, replacing)
    return {key: relative_difference(gradients[key], truth[key]) for key in ORDER}


def stand_in_gradients(parameters, X, Y, replacing):
    numbers = replacing["numerical_gradient"](parameters, X, Y)
    return {f"d{key}": array for key, array in vector_to_parameters(numbers).items()}


@pytest.mark.parametrize("blind", [None, RIGHT_CASES, RIGHT_CASES + 1])
def test_a_report_sees_one_percent_in_any_array(rng, blind):
    """Three arrays are off by that in one case, the other three in the next."""
    student = Saying(None)

    def short_sighted(*arguments, **by_name):
        found = report(*arguments, **by_name)
        if len(student.asked) - 1 == blind:
            found = {key: each * (each > 0.006) for key, each in found.items()}
        return found

    student.function = short_sighted
    parts = earned(student, "gradient_report", rng, "clean_arrays", "corrupted_arrays")[0]
    assert parts == ["clean_arrays", *["corrupted_arrays"] * (blind is None)]


class Looking(Student):
    """A student whose directional check says this of right gradients and this of halved ones."""

    def __init__(self, right, halved):
        self.right, self.halved = right, halved

    def call(
        self, name, parameters, gradients, X, Y, replacing, watching=False, directions=5, seed=0
    ):
        truth = stand_in_gradients(parameters, X, Y, replacing)
        a, b = map(gradients_to_vector, (gradients, truth))
        factor = float(np.vdot(a, b) / np.vdot(b, b))
        known = abs(factor - 1) / (abs(factor) + 1)
        said = self.right if known < 1e-4 else known
        if "W1" in parameters and abs(factor - 0.5) < 1e-3 and directions == 2:
            said = self.halved
        calls = Counter({"forward_propagation_n": 2 * directions, "numerical_gradient": 0})
        return Answer(name, said, calls=calls)


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
