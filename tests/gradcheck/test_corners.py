"""If this fails, a gradient beyond both slopes at a corner passes, or one between them fails."""

import numpy as np
import pytest

from gradcheck import NetworkCost, check_directions, check_gradients


def padded():
    """A ReLU layer whose biases are 0 and one of whose examples is padding: four corners."""
    rng = np.random.default_rng(0)
    X, y, u = rng.normal(size=(6, 3)), rng.normal(size=6), rng.normal(size=4)
    X[0] = 0
    theta = {"W": rng.normal(size=(3, 4)), "b": np.zeros(4)}

    def cost(p):
        return float(np.mean((np.maximum(X @ p["W"] + p["b"], 0) @ u - y) ** 2))

    Z = X @ theta["W"] + theta["b"]
    d = np.outer(2 * (np.maximum(Z, 0) @ u - y) / 6, u) * (Z > 0)
    return cost, {"W": X.T @ d, "b": d.sum(0)}, theta


def test_the_usual_gradient_takes_the_kink_for_off_and_is_not_called_wrong():
    report = check_gradients(*padded())
    assert report.passed and report.count("db") == (0, 0, 4)


def test_a_gradient_ten_times_too_large_is():
    cost, right, theta = padded()
    report = check_gradients(cost, right | {"b": 10 * right["b"]}, theta)
    assert report.count() == (12, 4, 0) and not report.passed
    assert "but the cost has a corner here: its slope is" in report.reason("db", 2)


@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_what_is_between_both_slopes_is_not(share):
    claim = np.array([-1 + 2 * share])
    report = check_gradients(lambda t: float(np.abs(t).sum()), claim, np.zeros(1))
    assert report.verdict == "inconclusive"


@pytest.mark.parametrize("claim", [-1.001, 1.001, 3.0, -40.0])
def test_what_is_a_thousandth_beyond_them_is_wrong(claim):
    report = check_gradients(lambda t: float(np.abs(t).sum()), np.array([claim]), np.zeros(1))
    assert report.verdict == "fail"


def layer_of_zeros():
    """All units are on their kinks in all examples, which a weight moves to both sides."""
    rng = np.random.default_rng(3)
    X, u = np.vstack([rng.normal(size=(3, 7)), np.ones(7)]), rng.normal(size=(3, 7))
    return lambda W: float(np.sum(u * np.maximum(W @ X, 0))), np.zeros((3, 4))


def test_where_corners_meet_the_usual_gradient_is_a_slope_nearby():
    """Though it may be neither the slope before nor the slope after."""
    cost, W = layer_of_zeros()
    report = check_gradients(cost, W, W)
    assert report.count() == (0, 0, 12)
    reasons = [report.reason("gradient", i, j) for i in range(3) for j in range(4)]
    assert any("corners of the cost meet here: slopes nearby are" in each for each in reasons)
    assert check_gradients(cost, W + 50, W).count() == (0, 12, 0)


def test_along_directions_corners_meet_as_a_rule_and_nothing_is_decided():
    cost, right, theta = padded()
    assert check_directions(cost, right, theta).verdict == "inconclusive"


@pytest.mark.parametrize(("factor", "verdict"), [(1.0, "pass"), (10.0, "fail")])
def test_a_network_on_its_kinks(factor, verdict):
    """Its own derivatives know no slope there, so its costs are asked."""
    rng = np.random.default_rng(5)
    X, Y = rng.normal(size=(4, 6)), rng.integers(0, 2, 6)
    X[:, 0] = 0
    theta = {
        "W1": rng.normal(size=(3, 4)), "b1": np.zeros((3, 1)),
        "W2": rng.normal(size=(1, 3)), "b2": np.array([[0.3]]),
    }  # fmt: skip
    Z = theta["W1"] @ X
    A = np.maximum(Z, 0)
    d2 = (1 / (1 + np.exp(-(theta["W2"] @ A + 0.3))) - Y) / 6
    d1 = (theta["W2"].T @ d2) * (Z > 0)
    right = {
        "dW1": d1 @ X.T, "db1": d1.sum(axis=1, keepdims=True),
        "dW2": d2 @ A.T, "db2": d2.sum(axis=1, keepdims=True),
    }  # fmt: skip
    report = check_gradients(NetworkCost(X, Y), right | {"db1": factor * right["db1"]}, theta)
    assert report.verdict == verdict
