"""If this fails, a claim is believed on less than the check says, or doubted for too little."""

import numpy as np
import pytest

from gradcheck import any_cost, check_gradients
from gradcheck.estimates import CENTRAL, COARSE, NOISY
from gradcheck.ladder import EPS, Rung
from gradcheck.noise import Noise

STEP = 2.0**-17
WIDEST = 2.0**-5
each_side = pytest.mark.parametrize("side", [0.95, 1.05])


def place(look, base, noise, claim):
    """A place with a parameter of size 0 and a cost of about this size and noise."""
    return any_cost.Place(look, base, Noise(noise, abs(base)), claim, 0.0, 1e-7)


class TestTwoCosts:
    """What they need to say, if they are to be believed by themselves."""

    def confirmed(self, claim=1.0, noise=0.0, bent=0.0):
        """Of a slope of 1, and a cost of 1."""
        costs = 1 + STEP + bent * STEP / 2, 1 - STEP + bent * STEP / 2
        return any_cost._confirmed(place(None, 1.0, noise, claim), costs) is not None

    def test_the_claim_to_a_ten_millionth(self):
        assert self.confirmed(claim=1 + 0.9e-7) and not self.confirmed(claim=1 + 1.2e-7)

    def test_nothing_of_round_off_but_a_millionth(self):
        for error, said in ((0.95e-6, True), (1.05e-6, False)):
            assert self.confirmed(noise=error * STEP / 8) is said

    def test_a_line_to_a_thousandth(self):
        assert self.confirmed(bent=0.95e-3) and not self.confirmed(bent=1.05e-3)

    def test_they_are_asked_at_the_step_that_the_docstring_names(self):
        assert "2^-17" in check_gradients.__doc__
        asked = set()

        def cost(theta):
            asked.add(float(theta[0]))
            return float(np.exp(theta[0]))

        theta = np.full(1, 0.5)
        assert check_gradients(cost, np.exp(theta), theta).passed
        assert {0.5 - 2.0**-17, 0.5 + 2.0**-17} <= asked


class TestNothing:
    """A cost that does not change beside its parameters."""

    def confirmed(self, base, noise, claim=0.0):
        there = place(lambda step: base, base, noise, claim)
        return any_cost._confirmed(there, (base, base)) is not None

    @each_side
    @pytest.mark.parametrize(("base", "of"), [(0.25, 1.0), (4.0, 4.0)])
    def test_an_error_of_a_billionth_of_the_cost_or_of_1_shows_it(self, side, base, of):
        assert self.confirmed(base, side * 1e-9 * of * WIDEST / 8) is (side < 1)

    @each_side
    def test_not_where_a_million_round_offs_are_noise(self, side):
        assert self.confirmed(1e-3, side * 1e6 * EPS * 1e-3) is (side < 1)

    @each_side
    def test_a_claim_may_be_ten_times_what_the_widest_step_can_have_missed(self, side):
        """Which is log(1 + exp(-50)) or so, over that step."""
        missed = 2.0**-37 / WIDEST
        assert self.confirmed(1.0, 0.0, claim=side * 10 * missed) is (side < 1)


def rungs(*values, error=0.0, rounding=0.0):
    """Steps that get wider, with these values."""
    return [Rung(value, error, rounding, STEP * 8**i, 0.0) for i, value in enumerate(values)]


class TestLadder:
    """When no further step is taken."""

    @each_side
    def test_a_millionth_is_enough_where_the_claim_agrees(self, side):
        assert any_cost._settled(rungs(1.0, error=side * 1e-6), 1.0) is (side < 1)
        assert any_cost._settled(rungs(1.0), 1 + side * 1e-6) is (side < 1)

    def test_three_steps_accuse_and_two_do_not(self):
        assert any_cost._settled(rungs(1.0, 1.0, 1.0), 2.0)
        assert not any_cost._settled(rungs(1.0, 1.0), 2.0)

    @each_side
    def test_each_is_sure_to_a_thousandth(self, side):
        found = any_cost._settled(rungs(1.0, 1.0, 1.0, error=side * 1e-3), 2.0)
        assert found is (side < 1)

    @each_side
    def test_a_claim_is_a_hundred_error_bars_away(self, side):
        found = any_cost._settled(rungs(1.0, 1.0, 1.0, error=1e-5), 1 + side * 1e-3)
        assert found is (side > 1)


class TestDoubt:
    """When an accusation is dropped: the claim is 1, and the best step says 0."""

    def doubtful(self, *values, base=0.0):
        found = rungs(0.0, *values)
        steps = [each.step for each in found]
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(any_cost, "steps_for", lambda size: steps)
            return any_cost._doubtful(place(None, base, 0.0, 1.0), found[0], found)

    @each_side
    def test_two_steps_clear_it_that_are_ten_times_as_near(self, side):
        assert self.doubtful(0.0, 1 - side * 0.1, 1 - side * 0.1) is (side < 1)
        assert not self.doubtful(0.0, 0.0, 1.0)

    @each_side
    def test_another_step_has_to_see_the_same_ten_times_as_near(self, side):
        assert self.doubtful(side * 0.1) is (side > 1)

    @each_side
    def test_steps_too_narrow_for_eight_round_offs_are_not_heard(self, side):
        """Here the first one, which sees what the second does."""
        assert self.doubtful(0.0, 0.5, base=side * STEP / (8 * EPS)) is (side > 1)


@each_side
def test_a_step_that_sees_no_line_has_an_error_of_a_tenth_and_four_times_its_round_off(side):
    assert any_cost._unresolved(rungs(1.0, error=side * 0.1)) is (side > 1)
    assert any_cost._unresolved(rungs(1.0, error=1.0, rounding=0.25 / side)) is (side > 1)


def how(look, noise, claim):
    base = look(0.0)
    there = place(look, base, noise, claim)
    return any_cost._derivative(there, (look(STEP), look(-STEP))).how


@each_side
def test_noise_of_a_ten_thousandth_of_the_cost_may_be_a_shape(side):
    assert how(lambda step: 1.0, side * 1e-4, 1.0) == (COARSE if side < 1 else NOISY)


@each_side
def test_stairs_of_a_million_round_offs_have_two_slopes(side):
    """That of the whole, and that of one stair, which is 0."""
    found = how(lambda step: 1.0 + step, side * 1e6 * EPS, 0.0)
    assert found == (CENTRAL if side < 1 else NOISY)


@each_side
@pytest.mark.parametrize(("base", "of"), [(0.25, 1.0), (4.0, 4.0)])
def test_at_the_bottom_of_a_bowl_an_error_of_a_billionth_shows_that_nothing_is_there(
    side, base, of
):
    found = how(lambda step: base + step**2, side * 1e-9 * of * WIDEST / 8, 0.0)
    assert found == (CENTRAL if side < 1 else COARSE)
