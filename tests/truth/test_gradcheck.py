"""If this fails, numerical gradients or the rule that decides what is right can't be trusted."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from autograder.truth import gradcheck
from autograder.truth.cases import live_case, textbook_case
from autograder.truth.gradcheck import (
    TOLERANCE,
    central_difference,
    complex_step,
    deviation,
    numerical_gradient,
    relative_difference,
)
from autograder.truth.network import (
    LAYERS,
    forward_propagation,
    gradients_to_vector,
    parameters_to_vector,
    to_precision,
    vector_to_parameters,
)

STEADY = settings(deadline=None, derandomize=True)
VECTORS = arrays(float, (4, 1), elements=st.floats(-1e300, 1e300))


class TestCentralDifference:
    def test_truncation_error_is_a_sixth_of_the_third_derivative(self):
        theta = np.array([[0.3], [1.1]])
        found = central_difference(lambda t: np.exp(t[0, 0]) + np.sin(t[1, 0]), theta, 1e-2)
        error = found.ravel() - [np.exp(0.3), np.cos(1.1)]
        third = np.array([np.exp(0.3), -np.cos(1.1)])
        np.testing.assert_allclose(error, 1e-4 * third / 6, rtol=1e-3)

    def test_theta_stays_as_it_was(self):
        theta = np.array([[0.3], [1.1]])
        central_difference(lambda t: t.sum(), theta, 0.1)
        np.testing.assert_array_equal(theta, [[0.3], [1.1]])

    def test_network_gradient_is_as_good_as_epsilon_allows(self):
        case = live_case(np.random.default_rng(1))
        truth = gradients_to_vector(case.gradients)
        for epsilon, tolerance in ((1e-3, 1e-5), (1e-5, 1e-9), (1e-7, 1e-7)):
            found = numerical_gradient(case.parameters, case.X, case.Y, epsilon)
            assert found.shape == (47, 1)
            assert deviation(found, truth) < tolerance

    @pytest.mark.parametrize("layers", [LAYERS, (7, 6, 4, 1), (3, 4, 4, 2, 1)])
    @pytest.mark.parametrize("m", [1, 2, 7, 50])
    def test_all_networks_at_once_agree_with_the_loop(self, m, layers):
        case = live_case(np.random.default_rng(m), m, layers)
        theta = parameters_to_vector(case.parameters)

        def cost(theta):
            return forward_propagation(case.X, case.Y, vector_to_parameters(theta, layers))[0]

        for epsilon in (1e-7, 1e-5, 1e-3, 2e-2):
            found = numerical_gradient(case.parameters, case.X, case.Y, epsilon)
            loop = central_difference(cost, theta, epsilon)
            assert found.shape == loop.shape == theta.shape
            np.testing.assert_allclose(found, loop, rtol=0, atol=1e-15 / epsilon)

    @pytest.mark.parametrize("most", [1, 40, 10**9])
    def test_it_does_not_matter_how_many_networks_are_taken_at_once(self, most, monkeypatch):
        case = live_case(np.random.default_rng(3))
        truth = numerical_gradient(case.parameters, case.X, case.Y)
        monkeypatch.setattr(gradcheck, "LARGEST_BATCH", most)
        found = numerical_gradient(case.parameters, case.X, case.Y)
        np.testing.assert_allclose(found, truth, rtol=0, atol=1e-10)

    def test_no_parameter_moves_for_good(self):
        case = live_case(np.random.default_rng(4))
        before = parameters_to_vector(case.parameters).tobytes()
        numerical_gradient(case.parameters, case.X, case.Y, 2e-2)
        assert parameters_to_vector(case.parameters).tobytes() == before

    def test_longdouble_parameters_give_more_digits(self):
        case = live_case(np.random.default_rng(5))
        fine = to_precision(case.parameters, np.longdouble)
        found = numerical_gradient(fine, case.X, case.Y, np.longdouble(1e-6))
        assert found.dtype == np.longdouble
        assert deviation(found, gradients_to_vector(case.gradients)) < 1e-10

    def test_complex_step_is_right_to_round_off(self):
        case = live_case(np.random.default_rng(2))
        found = complex_step(case.parameters, case.X, case.Y)
        assert deviation(found, gradients_to_vector(case.gradients)) < 1e-14


class TestTextbookThreshold:
    """The numbers that the course is built around."""

    def difference(self, cost):
        case = textbook_case()
        theta = parameters_to_vector(case.parameters)
        found = central_difference(lambda t: cost(case, vector_to_parameters(t)), theta, 1e-7)
        return relative_difference(found, gradients_to_vector(case.gradients))

    def test_the_naive_cost_calls_right_gradients_wrong(self):
        def naive(case, parameters):
            A3 = forward_propagation(case.X, case.Y, parameters)[1][9]
            logs = -np.log(A3) * case.Y - np.log(1 - A3) * (1 - case.Y)
            return 1.0 / case.m * np.sum(logs)

        assert self.difference(naive) == pytest.approx(1.189e-7, rel=1e-2)

    def test_the_stable_cost_does_not(self):
        def stable(case, parameters):
            return forward_propagation(case.X, case.Y, parameters)[0]

        assert self.difference(stable) < 1.5e-9


class TestRelativeDifference:
    def test_landmarks(self):
        assert relative_difference([0, 0], [0, 0]) == 0.0
        assert relative_difference([3, 4], [3, 4]) == 0.0
        assert relative_difference([3, 4], [-3, -4]) == 1.0
        assert relative_difference(1.0, 3.0) == 0.5

    @pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
    def test_nothing_finite_comes_from_what_is_not_finite(self, bad):
        assert np.isnan(relative_difference([1.0, bad], [1.0, 2.0]))
        assert np.isnan(relative_difference([bad], [bad]))

    def test_shapes_that_would_broadcast_raise(self):
        with pytest.raises(ValueError, match=r"\(3,\) and \(3, 1\)"):
            relative_difference(np.ones(3), np.ones((3, 1)))

    @STEADY
    @given(VECTORS, VECTORS)
    def test_it_is_symmetric_and_between_zero_and_one(self, a, b):
        found = relative_difference(a, b)
        assert found == relative_difference(b, a)
        assert 0 <= found <= 1 + 1e-15

    @STEADY
    @given(VECTORS, VECTORS, st.integers(-20, 20))
    def test_units_do_not_matter(self, a, b, power):
        a, b = np.clip(a, -1e3, 1e3), np.clip(b, -1e3, 1e3)
        a, b = np.where(np.abs(a) < 1e-3, 0, a), np.where(np.abs(b) < 1e-3, 0, b)
        scaled = relative_difference(a * 2.0**power, b * 2.0**power)
        assert scaled == pytest.approx(relative_difference(a, b), rel=1e-12)


class TestDeviation:
    TRUTH = np.array([[1.0, -4.0], [0.5, 1e-9]])

    def test_it_is_measured_against_the_largest_entry(self):
        off = np.array([[0, 0], [0, 2e-6]])
        assert deviation(self.TRUTH + off, self.TRUTH) == pytest.approx(5e-7)
        assert deviation(self.TRUTH * 2, self.TRUTH) == 1.0
        assert deviation(self.TRUTH, self.TRUTH) == 0.0

    @pytest.mark.parametrize("found", [
        np.full((2, 2), np.nan), np.full((2, 2), np.inf), np.ones((2, 1)), np.ones(4), None, "1",
        np.ones((2, 2), complex), np.ones((2, 2), object), 1.0,
    ])
    def test_what_is_no_such_array_is_infinitely_far(self, found):
        assert deviation(found, self.TRUTH) == np.inf

    def test_overflow_is_far_and_silent(self):
        assert deviation(np.full((1, 1), 1.7e308), np.full((1, 1), -1.7e308)) == np.inf

    def test_zero_wants_zero(self):
        zero = np.zeros((2, 2))
        assert deviation(zero, zero) == 0.0
        assert deviation(zero + 1e-300, zero) == np.inf

    def test_single_precision_and_a_small_guard_pass(self):
        case = live_case(np.random.default_rng(3))
        for gradient in case.gradients.values():
            assert deviation(gradient.astype(np.float32), gradient) < TOLERANCE
            assert deviation(gradient * (1 + 2e-6), gradient) > TOLERANCE
