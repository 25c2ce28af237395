"""If this fails, the order of a Taylor remainder calls a gradient wrong or correct that is not."""

import math
from collections import Counter
from typing import Any

import numpy as np
import pytest

from gradcheck import taylor_test
from tests.gradcheck.random_costs import random_cost, with_noise
from tests.thorough import THOROUGH

COSTS = 30 * THOROUGH

# Which share of wrong gradients has to be found: by the noise of the cost and how wrong they are.
FOUND = {
    (0.0, 0.05): 1.0,
    (0.0, 1e-3): 1.0,
    (0.0, 1e-6): 0.8,
    (1e-10, 0.05): 0.95,
    (1e-10, 1e-3): 0.85,
    (1e-6, 0.05): 0.7,
}


def verdicts(noise: float, off: float) -> Counter[str]:
    found: Counter[str] = Counter()
    for seed in range(COSTS):
        cost, gradient, theta = random_cost(np.random.default_rng(seed))
        wrong = gradient(theta) * (1 + off)
        result = taylor_test(
            with_noise(cost, noise, theta), wrong, theta, rng=np.random.default_rng(seed)
        )
        found[result.verdict] += 1
        assert off == 0 or not result.passed or result.unseen < math.inf
    return found


@pytest.mark.parametrize("noise", [0.0, 1e-10, 1e-6])
def test_no_correct_gradient_is_called_wrong(noise: float) -> None:
    found = verdicts(noise, 0.0)
    assert not found["fail"]
    assert found["pass"] >= {0.0: 1, 1e-10: 0.9, 1e-6: 0.5}[noise] * COSTS


@pytest.mark.parametrize(("noise", "off"), FOUND)
def test_a_wrong_gradient_is_found_or_left_open(noise: float, off: float) -> None:
    found = verdicts(noise, off)
    assert found["fail"] >= FOUND[noise, off] * COSTS
    if off >= 0.05:
        assert not found["pass"]


def test_what_passes_unseen_is_as_small_as_it_says() -> None:
    theta = np.linspace(0.1, 1, 5)

    def cost(t: Any) -> float:
        return float(np.sum(np.exp(t)))

    noisy = with_noise(cost, 1e-9, theta)
    unseen = taylor_test(noisy, np.exp(theta), theta).unseen
    assert 1e-6 < unseen < 1e-2
    # Along a random direction, an error in all entries shows as large as it is in most of them.
    assert taylor_test(noisy, np.exp(theta) + 10 * unseen, theta).verdict == "fail"


def test_orders() -> None:
    theta = np.array([0.3, -0.7, 1.1])
    smooth = taylor_test(lambda t: float(np.exp(t).sum()), np.exp, theta)
    assert abs(smooth.order - 2) <= smooth.error + 0.05
    wrong = taylor_test(lambda t: float(np.exp(t).sum()), 1.1 * np.exp(theta), theta)
    assert abs(wrong.order - 1) <= wrong.error + 0.05
    assert "WRONG" in str(wrong)
    odd = taylor_test(lambda t: float(np.sin(t).sum()), np.cos, np.zeros(3))
    assert odd.passed
    assert abs(odd.order - 3) <= odd.error + 0.05


def test_a_linear_cost_is_exact() -> None:
    weights = np.array([1.0, -2.0, 3.0])
    found = taylor_test(lambda t: float(weights @ t), weights, np.ones(3))
    assert found.passed
    assert math.isinf(found.order)
    assert "exact" in str(found)
    assert taylor_test(lambda t: float(weights @ t), weights * (1 + 1e-6), np.ones(3)).order < 1.1


def test_a_cost_that_stays_the_same_has_no_gradient() -> None:
    assert taylor_test(lambda t: 3.0, np.zeros(2), np.ones(2)).passed
    assert taylor_test(lambda t: 3.0, np.full(2, 0.1), np.ones(2)).verdict == "fail"


def test_noise_that_hides_everything_is_no_pass() -> None:
    theta = np.linspace(0.1, 1, 5)
    noisy = with_noise(lambda t: float(np.sum(np.exp(t))), 0.3, theta)
    for gradient in (np.exp(theta), 1.5 * np.exp(theta), np.zeros(5)):
        assert taylor_test(noisy, gradient, theta).verdict == "inconclusive"


def test_a_corner_is_no_mistake() -> None:
    """Right at it, and so near to it that hardly a step fits between."""
    found = taylor_test(lambda t: float(np.abs(t).sum()), np.ones(3), np.zeros(3))
    assert found.verdict == "inconclusive"
    assert "corner" in str(found)
    for away in (1e-15, 1e-12, 1e-9):
        found = taylor_test(lambda t: float(np.abs(t).sum()), np.ones(3), np.full(3, away))
        assert found.verdict != "fail"
    outside = taylor_test(lambda t: float(np.abs(t).sum()), np.full(3, 30.0), np.zeros(3))
    assert outside.verdict == "fail"


@pytest.mark.parametrize("seed", range(20 * THOROUGH))
def test_a_network_with_corners_is_not_accused(seed: int) -> None:
    rng = np.random.default_rng(seed)
    X, W = rng.standard_normal((20, 6)), rng.standard_normal((6, 8))

    def cost(W: Any) -> float:
        return float(np.mean(np.maximum(X @ W, 0).sum(axis=1)))

    gradient = X.T @ (X @ W > 0) / 20
    assert taylor_test(cost, gradient, W, rng=rng).verdict != "fail"
    assert taylor_test(with_noise(cost, 1e-6, W), gradient, W, rng=rng).verdict != "fail"
    assert taylor_test(cost, 1.05 * gradient, W, rng=rng).verdict == "fail"


def test_a_cost_without_values_nearby_is_looked_at_where_it_has_some() -> None:
    theta = np.array([1e-7, 2e-7])
    found = taylor_test(lambda t: float(np.log(t).sum()), lambda t: 1 / t, theta)
    assert found.passed
    assert taylor_test(lambda t: float(np.log(t).sum()), 1.01 / theta, theta).verdict == "fail"


def test_few_costs_are_enough_for_any_number_of_parameters() -> None:
    asked = 0

    def cost(t: Any) -> float:
        nonlocal asked
        asked += 1
        return float(np.cos(t).sum())

    theta = np.ones(20_000)
    assert taylor_test(cost, -np.sin(theta), theta).passed
    assert asked < 500


@pytest.mark.parametrize("directions", [0, 2.5])
def test_directions_are_a_whole_number(directions: Any) -> None:
    with pytest.raises(ValueError, match="whole number"):
        taylor_test(lambda t: float(t @ t), lambda t: 2 * t, np.ones(2), directions)


def test_what_does_not_fall_with_the_step_is_noise() -> None:
    """Such as a cost that was cached in single precision where it is checked."""
    theta = np.linspace(0.1, 1, 5)

    def cost(t: Any) -> float:
        return float(np.sum(np.exp(t))) + 1e-7 * bool((t != theta).any())

    assert taylor_test(cost, np.exp(theta), theta).verdict != "fail"


@pytest.mark.parametrize("factor", [1.0, 1.5, 1 + 1e-5])
def test_ten_rows_are_enough(factor: float) -> None:
    """From the widest step to the narrowest that counts, and the first that does not."""
    theta = np.linspace(0.1, 1, 5)
    found = taylor_test(lambda t: float(np.exp(t).sum()), factor * np.exp(theta), theta)
    rows = [line for line in str(found).splitlines() if line.startswith("   ")][1:]
    assert 5 < len(rows) <= 10
    shown, counted = found.decisive, np.flatnonzero(found.decisive.counted)
    assert [float(row.split()[0]) for row in (rows[0], rows[-2])] == pytest.approx(
        [shown.steps[0], shown.steps[counted[-1]]], rel=1e-2
    )
    assert rows[-1].endswith("below the noise") and not rows[-2].endswith("noise")


@pytest.mark.parametrize(("gap", "ends"), [((5, 6), False), ((5, 6, 7), True)])
def test_three_steps_without_a_remainder_are_the_last(gap: tuple[int, ...], ends: bool) -> None:
    """Two of them may be an accident: remainders can have another sign before."""
    hidden = [2.0**-power for power in gap]

    def cost(t: Any) -> float:
        step = float(t[0]) - 1
        return math.e * (1 + step) if abs(step) in hidden else math.exp(1 + step)

    (found,) = taylor_test(cost, np.array([math.e]), np.ones(1), directions=1).directions
    assert (found.steps[-1] == hidden[-1]) == ends


@pytest.mark.parametrize(("power", "counts"), [(0.48, False), (0.52, True)])
def test_a_remainder_counts_if_it_falls_with_the_root_of_the_step(
    power: float, counts: bool
) -> None:
    """One that falls more slowly is noise."""

    def cost(t: Any) -> float:
        step = float(t[0]) - 1
        return 1.0 + step + math.copysign(abs(step) ** power, step)

    (found,) = taylor_test(cost, np.ones(1), np.ones(1), directions=1).directions
    assert found.counted.any() == counts
    if counts:
        assert found.order == pytest.approx(power, abs=1e-3)
