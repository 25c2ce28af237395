"""If this fails, a smooth cost that is tiny where it is checked is taken for a corner or noise."""

import numpy as np
import pytest

from gradcheck import check_gradients

RNG = np.random.default_rng(0)
X, W = RNG.normal(size=(8, 3)), RNG.normal(size=3)
ZERO = np.zeros(3)


def fit(y):
    """A cost and its gradient as people write it: at the best fit, that is its round-off."""
    return (
        lambda w: float(np.mean((X @ w - y) ** 2)),
        lambda w: 2 * X.T @ (X @ w - y) / 8,
    )


BOWLS = {
    "a sum of squares": (lambda t: float(np.sum(t**2)), lambda t: 2 * t, ZERO),
    "of fourth powers": (lambda t: float(np.sum(t**4)), lambda t: 4 * t**3, ZERO),
    "a tiny one": (lambda t: 1e-12 * float(np.sum(t**2)), lambda t: 2e-12 * t, ZERO),
    "cosines": (lambda t: float(np.sum(1 - np.cos(t))), np.sin, ZERO),
    "a perfect fit": (*fit(X @ W), W),
    "a fit to the last digit": (*fit(X @ W + 1e-16 * RNG.normal(size=8)), W),
    "a solved fit": (*fit(X @ W), np.linalg.lstsq(X, X @ W, rcond=None)[0]),
    "far from 0": (lambda t: float(np.sum((t - 1e6) ** 2)), lambda t: 2 * (t - 1e6), ZERO + 1e6),
}
bowls = pytest.mark.parametrize(("cost", "gradient", "theta"), [*BOWLS.values()], ids=[*BOWLS])


@bowls
def test_its_gradient_passes(cost, gradient, theta):
    assert check_gradients(cost, gradient, theta).count() == (3, 0, 0)


@bowls
@pytest.mark.parametrize("off", [1e-3, 1e-6])
def test_another_one_fails(cost, gradient, theta, off):
    scale = 1e-12 if cost(theta + 1) < 1e-6 else 1.0
    report = check_gradients(cost, gradient(theta) + off * scale * max(1, theta[0]), theta)
    assert report.count() == (0, 3, 0)


def test_dead_units_below_a_cost_that_is_nearly_nothing():
    """Their gradients are 0, and so are all differences."""
    for scale in (1e-6, 1e-8, 1e-10):
        y = X @ W + scale * RNG.normal(size=8)
        cost, gradient = fit(y)
        theta = {"w": W, "dead": np.full(2, -3.0)}
        report = check_gradients(
            lambda p, cost=cost: cost(p["w"]) + float(np.maximum(p["dead"], 0).sum()),
            {"w": gradient(W), "dead": np.zeros(2)}, theta,
        )  # fmt: skip
        assert report.count("ddead") == (2, 0, 0)
        assert report.count()[1] == 0


def normed(t):
    h = X * t
    return float(np.sum((h - h.mean(axis=0)) / h.std(axis=0)))


ROUND_OFF = {
    "sums after batch norm": (normed, ZERO, ZERO + 1.3),
    "what backpropagation leaves": (normed, np.array([1e-17, -2e-16, 3e-16]), ZERO + 1.3),
    "a logarithm near its end": (
        lambda t: float(np.log(1 + np.exp(-t))), -1 / (1 + np.exp(35.0)), 35.0,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", [*ROUND_OFF])
def test_what_is_round_off_is_called_so_and_nothing_is_decided(name):
    report = check_gradients(*ROUND_OFF[name])
    assert report.verdict == "inconclusive"
    assert "round-off" in str(report) and "corner" not in str(report)


@pytest.mark.parametrize(("factor", "verdict"), [(1.0, "pass"), (1.05, "fail")])
def test_single_precision_inside_of_double(factor, verdict):
    def cost(t):
        return float(np.sum(np.tanh(X.astype(np.float32) @ t.astype(np.float32))))

    gradient = factor * (1 - np.tanh(X @ W) ** 2) @ X
    report = check_gradients(cost, gradient, W)
    assert report.verdict == verdict and "corner" not in str(report)
