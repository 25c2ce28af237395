"""If this fails, a step is too large for what it differs, or too small to move it."""

import numpy as np
import pytest

from gradcheck.ladder import central, steps_for
from gradcheck.noise import Noise

LADDER = {2.0**-power for power in (5, 8, 11, 14, 17, 20, 23, 26)}


def test_numbers_up_to_1_are_moved_by_all_steps_of_the_ladder():
    for size in (0.0, 1e-2, 0.5, 0.999):
        assert set(steps_for(size)) == LADDER


def test_larger_ones_by_a_share_of_themselves_and_as_they_are():
    """As long as ten digits of the step are left."""
    own = {2.0**31 * step for step in LADDER}
    assert set(steps_for(2.0**30)) == own | {2.0**-8, 2.0**-5}
    for power in range(2, 1024):
        steps = steps_for(2.0**power)
        assert len(steps) >= 8 and min(steps) > 2.0 ** (power - 42)


def test_small_ones_also_by_a_thousandth_and_a_hundred_thousandth_of_themselves():
    assert set(steps_for(2.0**-10)) == LADDER
    for power in (11, 20, 1000):
        found = set(steps_for(2.0**-power)) - LADDER
        assert found == {2.0 ** (-power - 9), 2.0 ** (-power - 16)} - LADDER
        assert len(steps_for(2.0**-power)) == 10


@pytest.mark.parametrize("size", [5e-324, 1e-310, 2.0**-1015, 2.0**-1000])
def test_no_step_loses_digits(size):
    assert min(steps_for(size)) >= np.finfo(float).tiny


@pytest.mark.parametrize(("power", "bends"), [(18, False), (19, True), (20, True)])
def test_a_bend_within_two_millionths_is_a_corner(power, bends):
    """In wider steps a smooth cost may bend as well."""
    step = 2.0**-power
    costs = [max(0.3 * step + move, 0.0) for move in (step, -step, 2 * step, -2 * step)]
    rung = central(costs, 0.3 * step, step, Noise(1e-18, 1.0), 0.0, claimed=True)
    assert (rung.bend > 2) is bends


def test_costs_that_are_all_the_same_show_nothing_as_small_as_what_they_may_have_lost():
    step = 2.0**-17
    for claimed, missed in ((True, 2.0**-37), (False, 0.0)):
        rung = central([1.0] * 4, 1.0, step, Noise(0.0, 1.0), 0.0, claimed=claimed)
        assert (rung.value, rung.error) == (0.0, missed / step)
