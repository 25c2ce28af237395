"""If this fails, numerical gradients don't follow their formulas."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autograder.truth import network_differences
from autograder.truth.cases import Case, live_case
from autograder.truth.distances import deviation, relative_difference
from autograder.truth.network import (
    LAYERS,
    Array,
    forward_propagation,
    gradients_to_vector,
    parameters_to_vector,
)
from autograder.truth.network_differences import network_gradient
from gradcheck import NetworkCost, numerical_gradient
from tests.truth.made_cases import textbook_case, to_precision

THETA = np.array([[0.3], [1.1]])


def smooth(theta: Any) -> Any:
    return np.exp(theta[0, 0]) + np.sin(theta[1, 0])


DERIVATIVES = {  # of exp at 0.3 and of sin at 1.1
    1: np.array([np.exp(0.3), np.cos(1.1)]),
    2: np.array([np.exp(0.3), -np.sin(1.1)]),
    3: np.array([np.exp(0.3), -np.cos(1.1)]),
    5: np.array([np.exp(0.3), np.cos(1.1)]),
}


class TestFormulas:
    @pytest.mark.parametrize(
        ("method", "epsilon", "truncation"),
        [
            ("one-sided", 1e-4, 1e-4 * DERIVATIVES[2] / 2),
            ("central", 1e-2, 1e-4 * DERIVATIVES[3] / 6),
            ("richardson", 5e-2, -(5e-2**4) * DERIVATIVES[5] / 30),
            ("complex", 1e-2, -1e-4 * DERIVATIVES[3] / 6),
        ],
    )
    def test_truncation_error_is_the_one_in_the_table(
        self, method: str, epsilon: Any, truncation: float
    ) -> None:
        found = numerical_gradient(smooth, THETA, method, epsilon)
        np.testing.assert_allclose(found.ravel() - DERIVATIVES[1], truncation, rtol=1e-2)

    @pytest.mark.parametrize(
        ("method", "error"),
        [
            ("one-sided", 3e-8),
            ("central", 1e-10),
            ("richardson", 3e-12),
            ("complex", 3e-16),
        ],
    )
    def test_the_usual_epsilon_is_a_good_one(self, method: str, error: Any) -> None:
        found = numerical_gradient(smooth, THETA, method)
        assert deviation(found.ravel(), DERIVATIVES[1]) < error

    @pytest.mark.parametrize(("method", "epsilon"), [
        ("one-sided", 2.0**-26), ("central", 1e-5), ("richardson", 1e-3), ("complex", 1e-30),
    ])  # fmt: skip
    def test_the_usual_epsilon(self, method, epsilon):
        """Where truncation and round-off are about equal: eps to 1/2, 1/3, 1/5; or none of both."""
        found = numerical_gradient(smooth, THETA, method)
        np.testing.assert_array_equal(found, numerical_gradient(smooth, THETA, method, epsilon))

    def test_a_number_gives_a_number_and_a_dict_a_dict(self) -> None:
        assert numerical_gradient(np.sin, 0.0) == pytest.approx(1.0)
        theta = {"W": np.ones(3), "b": 2.0}
        found = numerical_gradient(lambda p: np.sum(p["W"]) + p["b"] ** 2, theta)
        assert list(found) == ["dW", "db"]
        np.testing.assert_allclose(found["dW"], 1)
        assert found["db"] == pytest.approx(4)

    def test_theta_stays_as_it_was(self) -> None:
        before = THETA.tobytes()
        numerical_gradient(smooth, THETA, "richardson")
        assert THETA.tobytes() == before

    def test_a_method_many_is_asked_for_all_at_once(self) -> None:
        class Squares:
            asked = 0

            def __call__(self, theta: Any) -> Any:
                return float((theta**2).sum())

            def many(self, theta: Any) -> Any:
                self.asked += 1
                return (theta**2).sum(axis=(1, 2))

        cost = Squares()
        np.testing.assert_allclose(numerical_gradient(cost, THETA), 2 * THETA, rtol=1e-9)
        assert cost.asked == 1

    def test_many_that_answers_otherwise_is_refused(self) -> None:
        class Odd:
            def __call__(self, theta: Any) -> Any:
                return 1.0

            def many(self, theta: Any) -> Any:
                return 1.0

        with pytest.raises(ValueError, match=r"many\(\) returned an array of shape \(\), float64"):
            numerical_gradient(Odd(), THETA)

    def test_what_is_no_method_or_no_step_is_refused(self) -> None:
        with pytest.raises(ValueError, match="'centre'; choose from one-sided, central"):
            numerical_gradient(smooth, THETA, "centre")
        refused: list[Any] = [0, -1e-5, np.nan, np.inf, "a"]
        for epsilon in refused:
            with pytest.raises(ValueError, match="must be a number greater than 0"):
                numerical_gradient(smooth, THETA, "central", epsilon)

    def test_a_step_that_moves_nothing_is_refused(self) -> None:
        with pytest.raises(ValueError, match="a step of 1e-05 doesn't move 1e\\+15"):
            numerical_gradient(lambda t: float(t**2), 1e15)

    def test_a_complex_step_that_goes_nowhere_is_refused(self) -> None:
        with pytest.raises(ValueError, match="lost the imaginary part"):
            numerical_gradient(lambda theta: float(np.abs(theta).sum()), THETA, "complex")


class TestNetwork:
    def test_its_gradient_is_as_good_as_epsilon_allows(self) -> None:
        case = live_case(np.random.default_rng(1))
        truth = gradients_to_vector(case.gradients)
        for epsilon, tolerance in ((1e-3, 1e-5), (1e-5, 1e-9), (1e-7, 1e-7)):
            found = network_gradient(case.parameters, case.X, case.Y, epsilon)
            assert found.shape == (47, 1)
            assert deviation(found, truth) < tolerance

    @pytest.mark.parametrize("layers", [LAYERS, (7, 6, 4, 1), (3, 4, 4, 2, 1)])
    @pytest.mark.parametrize("m", [1, 2, 7, 50])
    def test_all_networks_at_once_agree_with_the_loop(
        self, m: int, layers: tuple[int, ...]
    ) -> None:
        case = live_case(np.random.default_rng(m), m, layers)
        for epsilon in (1e-7, 1e-5, 1e-3, 2e-2):
            loop = numerical_gradient(
                lambda p: forward_propagation(case.X, case.Y, p)[0],
                case.parameters,
                "central",
                epsilon,
            )
            loop = gradients_to_vector(loop)
            many = numerical_gradient(
                NetworkCost(case.X, case.Y), case.parameters, "central", epsilon
            )
            for found in (
                network_gradient(case.parameters, case.X, case.Y, epsilon),
                gradients_to_vector(many),
            ):
                assert found.shape == loop.shape
                np.testing.assert_allclose(found, loop, rtol=0, atol=1e-15 / epsilon)

    @pytest.mark.parametrize("most", [1, 40, 10**9])
    def test_it_does_not_matter_how_many_networks_are_taken_at_once(
        self, most: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        case = live_case(np.random.default_rng(3))
        truth = network_gradient(case.parameters, case.X, case.Y)
        monkeypatch.setattr(network_differences, "LARGEST_BATCH", most)
        found = network_gradient(case.parameters, case.X, case.Y)
        np.testing.assert_allclose(found, truth, rtol=0, atol=1e-10)

    def test_its_usual_epsilon_is_that_of_the_notebook(self):
        case = live_case(np.random.default_rng(4))
        asked = case.parameters, case.X, case.Y
        np.testing.assert_array_equal(network_gradient(*asked), network_gradient(*asked, 1e-5))

    def test_no_parameter_moves_for_good(self) -> None:
        case = live_case(np.random.default_rng(4))
        before = parameters_to_vector(case.parameters).tobytes()
        network_gradient(case.parameters, case.X, case.Y, 2e-2)
        assert parameters_to_vector(case.parameters).tobytes() == before

    def test_longdouble_parameters_give_more_digits(self) -> None:
        case = live_case(np.random.default_rng(5))
        fine = to_precision(case.parameters, np.longdouble)
        found = network_gradient(fine, case.X, case.Y, np.longdouble(1e-6))
        assert found.dtype == np.longdouble
        assert deviation(found, gradients_to_vector(case.gradients)) < 1e-10

    @pytest.mark.parametrize(
        "X, Y, message",
        [
            (np.ones((4, 3)), np.ones((1, 2)), "shape"),
            (np.ones(4), np.ones(4), "shape"),
            (np.ones((4, 2)), np.array([[0.5, 1]]), "labels"),
            (np.array([[np.nan]]), np.ones((1, 1)), "finite"),
            (np.array([[np.longdouble("1e4000")]]), np.ones((1, 1)), "finite"),
            (np.ones((4, 2)), np.array([1e200, 0]), "labels"),
            (np.ones((4, 2)), np.ones((2, 1)), "shape"),
            (np.ma.masked_equal(np.eye(2), 0), np.ones(2), "masked"),
        ],
    )
    def test_data_that_is_none_is_refused(self, X: Array, Y: Array, message: str) -> None:
        with pytest.raises(ValueError, match=message):
            NetworkCost(X, Y)


class TestTextbookThreshold:
    """The numbers that the course is built around."""

    def difference(self, cost: Callable[..., Any]) -> Any:
        case = textbook_case()
        found = numerical_gradient(lambda p: cost(case, p), case.parameters, "central", 1e-7)
        return relative_difference(gradients_to_vector(found), gradients_to_vector(case.gradients))

    def test_the_naive_cost_calls_right_gradients_wrong(self) -> None:
        def naive(case: Case, parameters: Any) -> Any:
            A3 = forward_propagation(case.X, case.Y, parameters)[1][9]
            logs = -np.log(A3) * case.Y - np.log(1 - A3) * (1 - case.Y)
            return 1.0 / case.m * np.sum(logs)

        assert self.difference(naive) == pytest.approx(1.189e-7, rel=1e-2)

    def test_the_stable_cost_does_not(self) -> None:
        def stable(case: Case, parameters: Any) -> Any:
            return forward_propagation(case.X, case.Y, parameters)[0]

        assert self.difference(stable) < 1.5e-9
