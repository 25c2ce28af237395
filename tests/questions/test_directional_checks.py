"""If this fails, a directional check loses for its choice of directions, or a wrong one passes."""

import re

import numpy as np
import pytest

from autograder.questions.directional_checks import MORE_DIRECTIONS, expect_largest
from autograder.questions.other_costs import sum_of_sines, weights_of_a_cost
from autograder.questions.student import Answer, Student
from autograder.questions.verdict import Wrong
from autograder.truth.cases import live_case
from autograder.truth.network import (
    gradients_to_vector,
    parameters_to_vector,
    vector_to_parameters,
)


class Checking(Student):
    """A correct directional check, apart from what a test replaces.

    Attributes
    ----------
    draw : callable
        ``draw(rng, number)`` returns a direction, shape (47, 1).
    points : callable
        ``points(step)`` returns the two steps from theta at which the cost is asked.
    choose : callable
        ``choose(differences)`` returns the result.
    asked : list of int
        How many directions each call asked for.
    """

    def __init__(self, draw=None, points=None, choose=max, scale=lambda epsilon: epsilon):
        self.draw = draw or (lambda rng, number: rng.normal(size=(47, 1)))
        self.points = points or (lambda step: (step, -step))
        self.choose, self.scale = choose, scale
        self.asked, self.evaluations = [], 0

    def call(
        self, name, parameters, gradients, X, Y, replacing, watching=False, directions=5,
        epsilon=1e-5, seed=0,
    ):  # fmt: skip
        rng, differences = np.random.default_rng(seed), []
        theta = parameters_to_vector(parameters)
        self.asked.append(directions)
        self.evaluations = 0
        for number in range(directions):
            v = self.draw(rng, number)
            steps = self.points(self.scale(epsilon) * v)
            up, down = (self.cost(X, Y, theta + step, replacing) for step in steps)
            a = float(np.sum(gradients_to_vector(gradients) * v))
            b = (up - down) / (2 * self.scale(epsilon))
            differences.append(abs(a - b) / (abs(a) + abs(b)))
        calls = {"forward_propagation_n": self.evaluations, "numerical_gradient": 0}
        return Answer(name, float(self.choose(differences)), calls=calls)

    def cost(self, X, Y, theta, replacing):
        self.evaluations += 1
        return replacing["forward_propagation_n"](X, Y, vector_to_parameters(theta))[0]


@pytest.fixture
def rng():
    return np.random.default_rng(1)


def complaint(student, rng):
    """What is said of a student's check, or ""."""
    try:
        expect_largest(student, "directional_check", live_case(rng), weights_of_a_cost(rng))
    except Wrong as wrong:
        return str(wrong)
    return ""


@pytest.mark.parametrize("draw", [
    lambda rng, number: rng.normal(size=(47, 1)),
    lambda rng, number: rng.choice([-1, 1], (47, 1)),
    lambda rng, number: rng.uniform(-1, 1, (47, 1)),
    lambda rng, number: rng.uniform(0, 1, (47, 1)),
    lambda rng, number: 1e-3 * rng.normal(size=(47, 1)),
    lambda rng, number: rng.integers(-50, 51, (47, 1)),
    lambda rng, number: np.exp(number) * rng.normal(size=(47, 1)),
], ids=["normal", "signs", "uniform", "positive", "short", "long", "of_all_lengths"])  # fmt: skip
def test_any_directions_will_do(rng, draw):
    student = Checking(draw)
    assert complaint(student, rng) == ""
    assert student.asked == [3, 3, 3, 1, 1, 3, 3]


@pytest.mark.parametrize("seed", range(20))
def test_directions_that_move_about_half_of_the_parameters_will_do(seed):
    """More of them are then looked at, to see that all parameters have their turn."""
    student = Checking(lambda rng, number: rng.normal(size=(47, 1)) * (rng.random((47, 1)) < 0.5))
    assert complaint(student, np.random.default_rng(seed)) == ""
    assert student.asked == [3, 3, 3, 1, 1, MORE_DIRECTIONS, 3, 3]


@pytest.mark.parametrize(("place", "key"), [(0, "W1"), (22, "b1"), (30, "W2"), (46, "b3")])
def test_directions_that_never_move_a_parameter_are_seen(rng, place, key):
    def draw(rng, number):
        return rng.normal(size=(47, 1)) * (np.arange(47) != place)[:, None]

    assert f"Some entries of {key} were never moved" in complaint(Checking(draw), rng)


@pytest.mark.parametrize("seed", range(20))
def test_one_coordinate_at_a_time_is_not_a_direction_over_all(seed):
    def draw(rng, number):
        return np.eye(47)[:, [rng.integers(47)]]

    assert "never moved" in complaint(Checking(draw), np.random.default_rng(seed))


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("choose", [
    min, np.mean, np.median, lambda found: found[0], lambda found: found[-1],
    lambda found: found[len(found) // 2], lambda found: round(max(found), 2),
    lambda found: np.sqrt(np.mean(np.square(found))),
], ids=["smallest", "mean", "median", "first", "last", "middle", "rounded", "rms"])  # fmt: skip
def test_what_is_not_the_largest_is_seen(seed, choose):
    said = complaint(Checking(choose=choose), np.random.default_rng(seed))
    assert re.search(r"relative differences were .*\. The largest is 0\.\d+; yours returned", said)


@pytest.mark.parametrize("off", [9e-4, -9e-4, 1.2e-3, -1.2e-3])
def test_the_largest_is_compared_to_a_thousandth(rng, off):
    said = complaint(Checking(choose=lambda found: max(found) * (1 + off)), rng)
    assert bool(said) is (abs(off) > 1e-3)


@pytest.mark.parametrize("points", [
    lambda step: (step, 0 * step), lambda step: (0 * step, -step), lambda step: (step, step / 2),
    lambda step: (2 * step, -step), lambda step: (step, -0.999 * step),
], ids=["up", "down", "both_up", "lopsided", "nearly"])  # fmt: skip
def test_a_point_without_a_partner_is_seen(rng, points):
    assert "not at theta - step" in complaint(Checking(points=points), rng)


@pytest.mark.parametrize(("off", "fine"), [(0.9e-6, True), (1.2e-6, False)])
def test_partners_may_be_off_by_round_off(rng, off, fine):
    student = Checking(points=lambda step: (step, -step * (1 + off)))
    assert (complaint(student, rng) == "") is fine


@pytest.mark.parametrize(
    ("different", "words"), [(1, "1 different direction "), (2, "2 different")]
)
def test_fewer_directions_than_asked_for_are_seen(rng, different, words):
    """Also if they are turned around, or made longer."""
    drawn = {}

    def draw(rng, number):
        if number % different == number:
            drawn[number] = rng.normal(size=(47, 1))
        return (-2.0) ** number * drawn[number % different]

    assert words in complaint(Checking(draw), rng)


def test_more_directions_than_asked_for_are_a_matter_of_another_part(rng):
    class Eager(Checking):
        def call(self, *arguments, directions, **by_name):
            return super().call(*arguments, directions=2 * directions, **by_name)

    assert complaint(Eager(), rng) == ""


def test_the_cost_at_theta_is_a_matter_of_another_part(rng):
    class Curious(Checking):
        def cost(self, X, Y, theta, replacing):
            super().cost(X, Y, theta * 0 + self.theta, replacing)
            return super().cost(X, Y, theta, replacing)

    student = Curious()
    case = live_case(rng)
    student.theta = parameters_to_vector(case.parameters)
    expect_largest(student, "directional_check", case, weights_of_a_cost(rng))


@pytest.mark.parametrize(("off", "fine"), [(0.9e-6, True), (1.2e-6, False)])
def test_the_steps_are_as_long_as_epsilon_says(rng, off, fine):
    said = complaint(Checking(scale=lambda epsilon: epsilon ** (1 + off / np.log(4))), rng)
    assert (said == "") is fine
    assert fine or "the steps must be 0.25 times as long" in said


def test_a_step_that_ignores_epsilon_is_seen(rng):
    assert "yours are 1 times as long" in complaint(Checking(scale=lambda epsilon: 1e-5), rng)


@pytest.mark.parametrize("step", [np.nan, np.inf, 1e300, 1e7])
def test_points_at_the_end_of_the_world_are_wrong_and_no_more(rng, step):
    student = Checking(points=lambda v: (v * 0 + step, v * 0 - step))
    with np.errstate(all="ignore"):
        assert "far from theta" in complaint(student, rng)


def test_a_check_without_differences_of_its_own_is_a_matter_of_another_part(rng):
    """One call of the numerical gradient is 94 evaluations."""

    class Thorough(Checking):
        def call(self, name, parameters, gradients, X, Y, replacing, watching=False, directions=5,
                 epsilon=1e-5, seed=0):  # fmt: skip
            grad, approx = gradients_to_vector(gradients), replacing["numerical_gradient"](
                parameters, X, Y, epsilon)  # fmt: skip
            V = np.random.default_rng(seed).normal(size=(directions, 47))
            a, b = V @ grad, V @ approx
            found = float(np.max(np.abs(a - b) / (np.abs(a) + np.abs(b))))
            calls = {"forward_propagation_n": 0, "numerical_gradient": 1}
            return Answer(name, found, calls=calls)

    assert complaint(Thorough(), rng) == ""


def test_the_weights_make_the_cost_whose_gradients_are_checked(rng):
    weights, case = weights_of_a_cost(rng), live_case(rng)
    replacing, gradients_of = sum_of_sines(weights, case)
    found = gradients_to_vector(gradients_of(case.parameters))
    numerical = replacing["numerical_gradient"](case.parameters, case.X, case.Y)
    np.testing.assert_allclose(found, numerical, rtol=1e-8)
