"""If this fails, the rule that decides what is correct can't be trusted."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from autograder.truth.cases import live_case
from autograder.truth.distances import TOLERANCE, UNTOUCHED, deviation, relative_difference

STEADY = settings(deadline=None, derandomize=True)
VECTORS = arrays(float, (4, 1), elements=st.floats(-1e300, 1e300))


class TestRelativeDifference:
    def test_landmarks(self) -> None:
        assert relative_difference([0, 0], [0, 0]) == 0.0
        assert relative_difference([3, 4], [3, 4]) == 0.0
        assert relative_difference([3, 4], [-3, -4]) == 1.0
        assert relative_difference(1.0, 3.0) == 0.5

    @pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
    def test_nothing_finite_comes_from_what_is_not_finite(self, bad: Any) -> None:
        assert np.isnan(relative_difference([1.0, bad], [1.0, 2.0]))
        assert np.isnan(relative_difference([bad], [bad]))

    def test_shapes_that_would_broadcast_raise(self) -> None:
        with pytest.raises(ValueError, match=r"\(3,\) and \(3, 1\)"):
            relative_difference(np.ones(3), np.ones((3, 1)))

    @STEADY
    @given(VECTORS, VECTORS)
    def test_it_is_symmetric_and_between_zero_and_one(self, a: Any, b: Any) -> None:
        found = relative_difference(a, b)
        assert found == relative_difference(b, a)
        assert 0 <= found <= 1 + 1e-15

    @STEADY
    @given(VECTORS, VECTORS, st.integers(-20, 20))
    def test_units_do_not_matter(self, a: Any, b: Any, power: int) -> None:
        a, b = np.clip(a, -1e3, 1e3), np.clip(b, -1e3, 1e3)
        a, b = np.where(np.abs(a) < 1e-3, 0, a), np.where(np.abs(b) < 1e-3, 0, b)
        scaled = relative_difference(a * 2.0**power, b * 2.0**power)
        assert scaled == pytest.approx(relative_difference(a, b), rel=1e-12)


class TestDeviation:
    TRUTH = np.array([[1.0, -4.0], [0.5, 1e-9]])

    def test_it_is_measured_against_the_largest_entry(self) -> None:
        off = np.array([[0, 0], [0, 2e-6]])
        assert deviation(self.TRUTH + off, self.TRUTH) == pytest.approx(5e-7)
        assert deviation(self.TRUTH * 2, self.TRUTH) == 1.0
        assert deviation(self.TRUTH, self.TRUTH) == 0.0

    @pytest.mark.parametrize(
        "found",
        [
            np.full((2, 2), np.nan),
            np.full((2, 2), np.inf),
            np.ones((2, 1)),
            np.ones(4),
            None,
            "1",
            np.ones((2, 2), complex),
            np.ones((2, 2), object),
            1.0,
        ],
    )
    def test_what_is_no_such_array_is_infinitely_far(self, found: Any) -> None:
        assert deviation(found, self.TRUTH) == np.inf

    def test_overflow_is_far_and_silent(self) -> None:
        assert deviation(np.full((1, 1), 1.7e308), np.full((1, 1), -1.7e308)) == np.inf

    def test_zero_wants_zero(self) -> None:
        zero = np.zeros((2, 2))
        assert deviation(zero, zero) == 0.0
        assert deviation(zero + 1e-300, zero) == np.inf

    def test_single_precision_and_a_small_guard_pass(self) -> None:
        case = live_case(np.random.default_rng(3))
        for gradient in case.gradients.values():
            assert deviation(gradient.astype(np.float32), gradient) < TOLERANCE
            assert deviation(gradient * (1 + 2e-6), gradient) > TOLERANCE

    def test_a_right_answer_is_off_by_a_millionth_at_most(self):
        for off, right in ((0.9e-6, True), (-0.9e-6, True), (1.2e-6, False), (-1.2e-6, False)):
            found = self.TRUTH + np.array([[0, 0], [0, 4 * off]])
            assert (deviation(found, self.TRUTH) <= TOLERANCE) is right

    def test_an_array_that_no_bug_has_touched_is_off_by_a_trillionth_at_most(self):
        for off, untouched in ((0.9e-12, True), (1.2e-12, False)):
            assert (deviation(np.array([1 + off]), np.ones(1)) <= UNTOUCHED) is untouched
