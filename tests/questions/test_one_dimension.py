"""If this fails, a limit of `one_dimension` has moved: right answers lose, or wrong ones pass."""

import numpy as np
import pytest

from autograder.questions import stand_ins
from autograder.questions.functions_of_one_number import pairs
from autograder.questions.one_dimension import expect_steps
from autograder.questions.verdict import Wrong
from tests.questions.saying import Saying, earned

INSIDE, OUTSIDE = 0.9, 1.2
"""Of a limit; far enough from 1 for what is rounded, near enough to see it move."""

each_side = pytest.mark.parametrize("side", [INSIDE, OUTSIDE, -INSIDE, -OUTSIDE])


@pytest.fixture
def rng():
    return np.random.default_rng(1)


@each_side
def test_a_number_may_be_off_by_a_millionth(rng, side):
    off = 1 + side * 1e-6
    student = Saying(lambda x, theta, replacing: theta * x * off)
    assert bool(earned(student, "forward_propagation", rng, "value")[0]) is (abs(side) < 1)


def differences(f, theta, replacing, epsilon=1e-5):
    return stand_ins.central_difference(f, theta, epsilon)


@each_side
def test_a_slope_may_be_off_by_a_ten_thousandth(rng, side):
    """Of 1 + |slope|, so that a step to one side passes, about which the other part is."""

    def numerical_derivative(f, theta, replacing, epsilon=1e-5):
        slope = differences(f, theta, replacing, epsilon)
        return slope + side * 1e-4 * (1 + abs(slope)) if epsilon == 1e-5 else slope

    parts = earned(Saying(numerical_derivative), "numerical_derivative", rng, "value")[0]
    assert bool(parts) is (abs(side) < 1)


@each_side
@pytest.mark.parametrize("wide", [1e-2, 1e-3])
def test_the_error_law_holds_to_a_hundredth(rng, side, wide):
    def numerical_derivative(f, theta, replacing, epsilon=1e-5):
        found = differences(f, theta, replacing, epsilon)
        # Differences of two steps, extrapolated: far nearer to the slope than the law is small.
        slope = (4 * differences(f, theta, None, epsilon / 2) - found) / 3
        return found + side * 0.01 * (found - slope) if epsilon == wide else found

    parts = earned(Saying(numerical_derivative), "numerical_derivative", rng, "error_law")[0]
    assert bool(parts) is (abs(side) < 1)


@pytest.mark.parametrize(("said", "passes"), [(0.011, True), (0.009, False)])
def test_nan_gives_a_hundredth_or_more(rng, said, passes):
    def relative_difference(a, b, replacing):
        spoilt = np.isnan(a).any() or np.isnan(b).any()
        return said if spoilt else stand_ins.relative_difference(a, b)

    parts = earned(Saying(relative_difference), "relative_difference", rng, "edge_cases")[0]
    assert bool(parts) is passes


@each_side
@pytest.mark.parametrize("power", [-3, -5, -7, -9])
def test_small_differences_may_be_off_by_a_thousandth(rng, side, power):
    """Also those that `np.allclose` and a rounded result call 0."""
    seen = []

    def relative_difference(a, b, replacing):
        truth = stand_ins.relative_difference(a, b)
        near = 0.5 * 10.0**power < truth < 2 * 10.0**power
        seen.append(near)
        return truth * (1 + side * 1e-3 * near)

    parts = earned(Saying(relative_difference), "relative_difference", rng, "value")[0]
    assert bool(parts) is (abs(side) < 1)
    assert sum(seen) >= (4 if parts else 1)


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("left_out", [False, True])
def test_nan_that_is_hidden_is_seen(left_out, seed):
    """Counted as 0, or left out of both."""

    def relative_difference(a, b, replacing):
        if np.shape(a) != np.shape(b):
            raise ValueError
        keep = ~(np.isnan(a) | np.isnan(b)) | (not left_out)
        a, b = (np.nan_to_num(np.atleast_1d(each)[np.atleast_1d(keep)]) for each in (a, b))
        return stand_ins.relative_difference(a, b)

    rng = np.random.default_rng(seed)
    parts = "value", "edge_cases"
    assert earned(Saying(relative_difference), "relative_difference", rng, *parts)[0] == ["value"]


def check(x, theta, replacing, epsilon=1e-7, print_msg=False):
    J, dJ = replacing["forward_propagation"], replacing["backward_propagation"]
    slope = (J(x, theta + epsilon) - J(x, theta - epsilon)) / (2 * epsilon)
    return stand_ins.relative_difference(slope, dJ(x, theta))


@pytest.mark.parametrize("side", [INSIDE, OUTSIDE])
def test_right_pairs_stay_below_a_millionth(rng, side):
    """As the notebook says: "All differences should be far below 10^-6"."""
    parts = earned(Saying(lambda *a, **b: side * 1e-6), "gradient_check", rng, "right_pairs")[0]
    assert bool(parts) is (side < 1)


@each_side
@pytest.mark.parametrize("part", ["wrong_pairs", "uses_both_and_epsilon"])
def test_a_difference_may_be_off_by_a_thousandth(rng, side, part):
    def gradient_check(*arguments, **by_name):
        return check(*arguments, **by_name) * (1 + side * 1e-3)

    def printed(x, theta):
        printed.calls += 1
        return str(printed.calls)

    printed.calls = 0
    parts = earned(Saying(gradient_check, printed), "gradient_check", rng, part)[0]
    assert bool(parts) is (abs(side) < 1)


def test_pairs_are_right_ones_unless_they_are_asked_to_be_wrong(rng):
    for _, J, dJ, x, theta in pairs(rng):
        plus, minus = J(x, theta + 1e-5), J(x, theta - 1e-5)
        assert dJ(x, theta) == pytest.approx((plus - minus) / 2e-5)


class TestErrorSweep:
    @each_side
    def test_large_steps_err_by_the_law_to_a_hundredth(self, rng, side):
        def error_sweep(f, df, theta, epsilons, replacing):
            errors = np.abs(stand_ins.central_difference(f, theta, epsilons) - df(theta))
            return errors * (1 + side * 0.01 * (epsilons == epsilons.max()))

        parts = earned(Saying(error_sweep), "error_sweep", rng, "truncation_side")[0]
        assert bool(parts) is (abs(side) < 1)

    def test_what_is_said_of_a_large_step_is_about_the_worst(self, rng):
        def error_sweep(f, df, theta, epsilons, replacing):
            errors = np.abs(stand_ins.central_difference(f, theta, epsilons) - df(theta))
            places = np.arange(epsilons.size)
            return errors * (1 + 0.008 * (places == 1) + 0.015 * (places == 3))

        _, lost = earned(Saying(error_sweep), "error_sweep", rng, "truncation_side")
        at, truth, said = (float(lost["truncation_side"].split(word)[1].split()[0].rstrip(".;"))
                           for word in ("epsilon =", "is", "yours is"))  # fmt: skip
        assert at > 0 and said == pytest.approx(1.015 * truth, rel=1e-3)

    def roundoff(self, rng, errors_of, keep=29, factor=1.0):
        """Whether the part is earned by a student who looks at some steps only, and why not."""

        def error_sweep(f, df, theta, epsilons, replacing):
            if epsilons.max() > 1e-3:
                return np.zeros(epsilons.size)
            for epsilon in epsilons[:keep]:
                f(theta + factor * epsilon)
            return errors_of(epsilons)

        parts, lost = earned(Saying(error_sweep), "error_sweep", rng, "roundoff_side")
        return bool(parts), lost.get("roundoff_side", "")

    @pytest.mark.parametrize(("exponent", "passes"), [
        (-1, True), (-0.72, True), (-1.28, True), (-0.65, False), (-1.35, False), (1, False),
    ])  # fmt: skip
    def test_small_steps_err_as_one_over_the_step(self, rng, exponent, passes):
        found, why = self.roundoff(rng, lambda epsilons: 1e-16 * epsilons**exponent)
        assert found is passes
        assert passes or f"{exponent:.2f}" in why

    @pytest.mark.parametrize("keep", [25, 24])
    def test_f_is_asked_at_25_of_29_steps(self, rng, keep):
        found, why = self.roundoff(rng, lambda epsilons: 1e-16 / epsilons, keep)
        assert found is (keep == 25)
        assert found or "24 of 29" in why

    @pytest.mark.parametrize("keep", [25, 24])
    def test_25_of_29_errors_are_numbers_above_0(self, rng, keep):
        found, why = self.roundoff(
            rng, lambda epsilons: np.where(np.arange(29) < keep, 1e-16 / epsilons, 0.0)
        )
        assert found is (keep == 25)
        assert found or "24 of 29" in why

    @each_side
    def test_a_step_is_the_one_that_was_given_to_a_twentieth(self, side):
        """A step of 1e-13 beside a number of size 1 can't be taken more exactly than that."""
        epsilons = np.geomspace(0.1, 100, 29)
        asked = [epsilons * (1 + side * 0.05)]
        if abs(side) < 1:
            expect_steps(asked, 0.0, epsilons)
        else:
            with pytest.raises(Wrong, match="0 of 29"):
                expect_steps(asked, 0.0, epsilons)
