"""If this fails, an array of which nothing was decided passes, or a correct gradient does not."""

import numpy as np
import pytest

from gradcheck import NetworkCost, assert_gradients, check_gradients
from tests.gradcheck.test_single import network
from tests.thorough import THOROUGH

RNG = np.random.default_rng(4)
X, Y = RNG.normal(size=(20, 6)), RNG.normal(size=20)
THETA = {"W": RNG.normal(size=(6, 4)), "u": RNG.normal(size=4)}


def hidden(step):
    """A cost that rounds what W enters to multiples of a step, and its gradient without that."""

    def cost(p):
        A = np.round(np.tanh(X @ p["W"]) / step) * step
        return float(np.mean((A @ p["u"] - Y) ** 2))

    A = np.tanh(X @ THETA["W"])
    d = 2 * (A @ THETA["u"] - Y) / 20
    return cost, {"W": X.T @ (np.outer(d, THETA["u"]) * (1 - A**2)), "u": A.T @ d}


@pytest.mark.parametrize("factor", [1.0, 1.03, -1.0])
def test_what_round_off_hides_is_no_pass(factor):
    cost, right = hidden(1e-4)
    wrong = right | {"W": factor * right["W"]}
    report = check_gradients(cost, wrong, THETA)
    if factor > 0:
        assert report.count("dW") == (0, 0, 24) and report.undecided == ("dW",)
    assert report.count("du")[0] and not report.passed


def test_it_is_said_in_the_report_the_notebook_and_the_assertion():
    cost, right = hidden(1e-4)
    report = check_gradients(cost, right, THETA)
    assert report.verdict == "inconclusive"
    said = "dW is not known to be correct: none of its 24 entries could be decided"
    assert str(report).splitlines()[-2] == said
    assert "let it compute in float64" in str(report).splitlines()[-1]
    assert said in report._repr_html_()
    assert "Nothing can be decided of 1 of the arrays" in report._repr_html_()
    with pytest.raises(AssertionError, match=r"^nothing can be decided of dW\n"):
        assert_gradients(cost, right, THETA)
    part = check_gradients(cost, right, THETA, max_parameters=10)
    assert "entries that were checked could be decided" in str(part)


def on_top(p):
    """A cost so large that its round-off hides the slopes of all but u."""
    small = sum(float(np.sum(np.exp(t[:3]))) for name, t in p.items() if name != "u")
    return 1e10 + 1e3 * float(p["u"] @ p["u"]) + 1e-5 * small


@pytest.mark.parametrize("many", [1, 3, 4, 9])
def test_of_many_arrays_some_are_named(many):
    theta = {f"t{i}": np.full(3, 0.5) for i in range(many)} | {"u": np.ones(2)}
    gradients = {name: 3e-5 * np.exp(array) for name, array in theta.items()}
    report = check_gradients(on_top, gradients | {"u": np.full(2, 2e3)}, theta)
    assert len(report.undecided) == many and not report.passed
    assert str(report).count("is not known to be correct") == min(many, 3)
    assert (f"The same holds for {many - 3} more" in str(report)) is (many > 3)


def test_zeros_beside_it_decide_nothing():
    """A unit that is off passes, and says nothing of those that are on."""
    theta = {"W": np.full(5, 0.5), "u": np.ones(2)}
    claim = np.append(3e-5 * np.exp(theta["W"][:3]), [0, 0])
    report = check_gradients(on_top, {"W": claim, "u": np.full(2, 2e3)}, theta)
    assert report.count("dW") == (2, 0, 3) and not report.passed
    assert "dW is not known to be correct: only zeros, 2 of its 5 entries" in str(report)


@pytest.mark.parametrize("scale", [1.0, 400.0, 1e-3])
def test_a_bias_before_a_batch_norm_passes(scale):
    """Its gradient is 0, of which backpropagation leaves 1e-17."""
    for seed in range(5 * THOROUGH):
        cost, gradient, theta = network(seed, normalised=True)
        theta = {name: array.astype(float) for name, array in theta.items()}
        gradients = {name: scale * array for name, array in gradient(theta, float).items()}
        assert 0 < np.abs(gradients["db0"]).max() < 1e-12
        report = check_gradients(lambda p, cost=cost: scale * cost(p), gradients, theta)
        assert report.passed
        wrong = gradients | {"db0": gradients["db0"] + 1e-6 * scale}
        assert not check_gradients(lambda p, cost=cost: scale * cost(p), wrong, theta).passed


@pytest.mark.filterwarnings("ignore:single precision")
def test_so_it_does_in_single_precision():
    for seed in range(3 * THOROUGH):
        cost, gradient, theta = network(seed, normalised=True)
        assert check_gradients(cost, gradient(theta), theta).passed


@pytest.mark.filterwarnings("ignore:single precision")
@pytest.mark.parametrize("factor", [-1, 0, 1.5])
@pytest.mark.parametrize("scale", [1.0, 1e-4, 1e-6, 1e-8])
def test_no_sign_is_flipped_in_silence_in_single_precision(scale, factor):
    theta = {name: np.linspace(0.5, 1, 5).astype(np.float32) for name in "VW"}
    wrong = (factor * scale * np.exp(theta["W"])).astype(np.float32)
    report = check_gradients(
        lambda p: float(np.sum(p["V"] ** 2) + scale * np.sum(np.exp(p["W"]))),
        {"V": 2 * theta["V"], "W": wrong}, theta,
    )  # fmt: skip
    assert not report.passed


def test_a_corner_between_known_slopes_is_enough_but_not_one_that_nobody_knows():
    def cost(p):
        return float(np.abs(p["b"]).sum() + p["w"] @ p["w"])

    theta = {"b": np.zeros(3), "w": np.ones(2)}
    gradients = {"b": np.array([0.3, -1, 1]), "w": 2 * theta["w"]}
    assert check_gradients(cost, gradients, theta).passed
    near = theta | {"b": np.full(3, 1e-9)}  # the slope on the other side is not looked for
    report = check_gradients(cost, gradients | {"b": np.full(3, 0.3)}, near)
    assert not report.passed


def test_every_array_of_a_network_on_its_kinks_has_a_slope_that_is_known():
    """There are 300 corners, and slopes are computed at 64."""
    rng = np.random.default_rng(0)
    X, Y = rng.normal(size=(3, 6)), rng.integers(0, 2, 6)
    theta = {
        "W1": rng.normal(size=(100, 3)) * 0, "b1": np.zeros((100, 1)),
        "W2": rng.normal(size=(1, 100)), "b2": np.array([[0.3]]),
    }  # fmt: skip
    A = np.zeros((100, 6))
    d = (1 / (1 + np.exp(-0.3)) - Y[np.newaxis]) / 6
    gradients = {
        "W1": theta["W1"], "b1": theta["b1"], "W2": d @ A.T, "b2": d.sum(keepdims=True),
    }  # fmt: skip
    report = check_gradients(NetworkCost(X, Y), gradients, theta)
    assert not report.count()[1] and "db1" not in report.undecided
    assert "dW1" not in report.undecided
