"""If this fails, the check along random directions promises more than it has checked."""

import re
from typing import Any

import numpy as np
import pytest

from autograder.truth.cases import Case, live_case
from gradcheck import NetworkCost, check_directions

LARGE = (20, 24, 16, 1)


def case_and_cost(seed: int, layers: tuple[int, ...] = LARGE) -> tuple[Case, NetworkCost]:
    case = live_case(np.random.default_rng(seed), layers=layers)
    return case, NetworkCost(case.X, case.Y)


def test_right_gradients_pass() -> None:
    for seed in range(20):
        case, cost = case_and_cost(seed)
        assert check_directions(cost, case.gradients, case.parameters).passed


def test_a_wrong_entry_is_seen_in_every_direction() -> None:
    case, cost = case_and_cost(1)
    wrong = case.gradients["dW1"].copy()
    wrong[np.unravel_index(np.abs(wrong).argmax(), wrong.shape)] *= 1.1
    found = check_directions(cost, case.gradients | {"dW1": wrong}, case.parameters, directions=1)
    assert not found.passed
    assert "do NOT agree" in str(found)


@pytest.mark.parametrize("directions", [1, 5])
def test_the_bound_holds_as_often_as_it_says(directions: int) -> None:
    """The gradient is off by a vector of length 1; few directions may miss it by chance."""
    rng, broken, trials = np.random.default_rng(2), 0, 400
    theta = np.linspace(-1, 1, 50)
    for _ in range(trials):
        off = rng.standard_normal(theta.size)
        gradient = np.cos(theta) + off / np.linalg.norm(off)
        found = check_directions(
            lambda t: float(np.sin(t).sum()), gradient, theta, directions, rng, confidence=0.9
        )
        broken += found.bound < 1
    # A tenth is promised; a binomial count of 400 reaches 64 only once in 20,000 times.
    assert 16 < broken < 64


def test_it_asks_for_few_costs() -> None:
    asked = 0

    def cost(theta: Any) -> Any:
        nonlocal asked
        asked += 1
        return float((theta**2).sum())

    theta = np.ones(1000)
    assert check_directions(cost, 2 * theta, theta, directions=3).passed
    assert asked < 80


def test_the_same_generator_gives_the_same_directions() -> None:
    case, cost = case_and_cost(3)
    found = [
        check_directions(cost, case.gradients, case.parameters, rng=np.random.default_rng(seed))
        for seed in (4, 4, 5)
    ]
    assert found[0].analytic.tobytes() == found[1].analytic.tobytes() != found[2].analytic.tobytes()


def test_nothing_passes_in_silence() -> None:
    with pytest.raises(ValueError, match="at least one"):
        check_directions(np.sin, 1.0, 0.0, directions=0)
    for bad in (np.nan, np.inf):
        found = check_directions(lambda t: t.sum(), np.array([1, bad]), np.ones(2))
        assert found.verdict == "fail"


def test_scales_may_be_mixed() -> None:
    found = check_directions(
        lambda p: float(1e-10 * p[0] + np.sin(p[1])),
        np.array([1e-10, np.cos(1.0)]),
        np.array([1e10, 1.0]),
    )
    assert found.verdict != "fail"


@pytest.mark.parametrize("wrong", [
    {"rng": 3}, {"confidence": 1}, {"confidence": 0}, {"confidence": np.nan}, {"directions": 2.5},
])  # fmt: skip
def test_arguments_that_make_no_sense_are_refused(wrong: Any) -> None:
    with pytest.raises(ValueError, match=r"Generator|confidence|whole number"):
        check_directions(lambda t: t.sum(), np.ones(2), np.ones(2), **wrong)


def test_a_corner_is_no_mistake() -> None:
    found = check_directions(lambda t: float(np.abs(t).sum()), np.ones(3), np.zeros(3))
    assert found.verdict == "inconclusive"
    assert "can't be decided" in str(found)
    assert np.isnan(found.bound)


def test_it_takes_five_directions_and_a_confidence_of_999_in_1000():
    case, cost = case_and_cost(6)
    found = check_directions(cost, case.gradients, case.parameters)
    said = check_directions(cost, case.gradients, case.parameters, directions=5, confidence=0.999)
    assert found.analytic.tobytes() == said.analytic.tobytes()
    assert (found.bound, found.confidence) == (said.bound, 0.999)


def test_a_failure_says_where_it_is_seen_and_what_to_do_next():
    theta = np.linspace(0.1, 1, 50)
    found = check_directions(lambda t: float(np.exp(t).sum()), 1.1 * np.exp(theta), theta)
    said = str(found)
    worst = np.abs(found.analytic - found.numeric).argmax()
    assert f"the cost says {found.numeric[worst]:.6g} (off by" in said
    assert "max_parameters=500" in said
    assert "confidence" not in said, "a bound on a failure says nothing"


def test_a_pass_says_how_near_and_of_what():
    theta = np.linspace(0.1, 1, 50)
    found = check_directions(lambda t: float(np.exp(t).sum()), np.exp(theta), theta)
    said = re.search(
        r"gradient is off by less than (\S+) as a whole, (\S+) of its length", str(found)
    )
    assert float(said[1]) == pytest.approx(found.bound, rel=0.5)
    assert float(said[2]) == pytest.approx(found.bound / np.linalg.norm(np.exp(theta)), rel=0.5)
    assert "of the slope" in str(found)
    assert "nan" not in str(check_directions(lambda t: 3.0, np.zeros(2), np.ones(2)))


def test_what_can_not_be_decided_has_a_reason():
    found = check_directions(lambda t: float(np.abs(t).sum()), np.ones(3), np.zeros(3))
    assert "the cost has a corner here: its slope is -1" in str(found)
    report = check_directions(lambda t: 1 + 1e-18 * float(t.sum()), np.full(2, 5e-18), np.ones(2))
    assert report.verdict == "inconclusive" and "round-off" in str(report)
