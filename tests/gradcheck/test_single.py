"""If this fails, single precision hides wrong gradients, or has correct ones called wrong."""

import numpy as np
import pytest

from gradcheck import check_directions, check_gradients, taylor_test
from tests.thorough import THOROUGH

pytestmark = pytest.mark.filterwarnings("ignore:single precision")

RNG = np.random.default_rng(0)
THETA = {name: RNG.normal(size=n).astype(np.float32) for name, n in (("V", 6), ("W", 5))}


def beside(scale, factor=1.0):
    """A report on an array whose gradients are this small, beside one of size 1."""

    def cost(p):
        return float(np.sum(p["V"] ** 2) + scale * np.sum(np.exp(p["W"])))

    wrong = (factor * scale * np.exp(THETA["W"])).astype(np.float32)
    return check_gradients(cost, {"V": 2 * THETA["V"], "W": wrong}, THETA)


@pytest.mark.parametrize("scale", [1.0, 1e-2, 1e-4, 1e-6, 1e-8])
def test_a_small_array_is_checked_beside_a_large_one(scale):
    assert beside(scale).count() == (11, 0, 0)


@pytest.mark.parametrize("factor", [-1, 0, 1.5])
@pytest.mark.parametrize("scale", [1.0, 1e-2, 1e-4, 1e-6, 1e-8])
def test_no_entry_of_it_passes_that_is_wrong(scale, factor):
    passed, failed, _ = beside(scale, factor).count("dW")
    assert not passed and (failed == 5) is (scale >= 1e-4)


def test_what_may_be_round_off_of_the_larger_one_is_called_so():
    report = beside(1e-8, -1)
    assert "round-off of the largest gradients hides everything below" in report.reason("dW", 0)


def network(seed, normalised):
    """A tanh network of three layers: its cost, and its gradient in any precision."""
    rng = np.random.default_rng(seed)
    X, Y = rng.normal(size=(6, 40)).astype(np.float32), np.eye(3)[rng.integers(0, 3, 40)].T
    theta = {}
    for layer, (units, inputs) in enumerate(((6, 6), (6, 6), (3, 6))):
        theta[f"W{layer}"] = (rng.normal(size=(units, inputs)) / 2).astype(np.float32)
        theta[f"b{layer}"] = (rng.normal(size=(units, 1)) / 10).astype(np.float32)

    def forward(p, dtype=float):
        A, seen = X.astype(dtype), []
        for layer in (0, 1, 2):
            H = Z = p[f"W{layer}"] @ A + p[f"b{layer}"]
            s = None
            if normalised and layer < 2:
                s = np.sqrt(Z.var(axis=1, keepdims=True) + dtype(1e-5))
                H = (Z - Z.mean(axis=1, keepdims=True)) / s
            seen.append((A, H, s))
            A = np.tanh(H)
        return H - H.max(axis=0), seen

    def cost(p):
        Z, _ = forward(p)
        return float(np.mean(np.log(np.exp(Z).sum(axis=0)) - (Y * Z).sum(axis=0)))

    def gradient(p, dtype=np.float32):
        Z, seen = forward({name: array.astype(dtype) for name, array in p.items()}, dtype)
        d = (np.exp(Z) / np.exp(Z).sum(axis=0) - Y.astype(dtype)) / dtype(40)
        found = {}
        for layer in (2, 1, 0):
            A, H, s = seen[layer]
            if layer < 2:
                d = d * (1 - np.tanh(H) ** 2)
            if s is not None:
                mean, along = d.mean(axis=1, keepdims=True), (d * H).mean(axis=1, keepdims=True)
                d = (d - mean - H * along) / s
            found |= {f"dW{layer}": d @ A.T, f"db{layer}": d.sum(axis=1, keepdims=True)}
            d = p[f"W{layer}"].astype(dtype).T @ d
        return found

    return cost, gradient, theta


@pytest.mark.parametrize("normalised", [False, True])
def test_a_network_in_single_precision_is_not_accused(normalised):
    """Below a batch norm, biases have a gradient of 0, of which round-off is left."""
    for seed in range(4 * THOROUGH):
        cost, gradient, theta = network(seed, normalised)
        claims = gradient(theta)
        report = check_gradients(cost, claims, theta)
        passed, failed, _ = report.count()
        assert not failed and passed > 80
        assert taylor_test(cost, claims, theta).verdict != "fail"
        assert check_directions(cost, claims, theta).verdict != "fail"


@pytest.mark.parametrize("off", [1e-3, 0.05])
def test_a_single_entry_is_found(off):
    for seed in range(4):
        cost, gradient, theta = network(seed, False)
        claims = gradient(theta)
        place = np.unravel_index(np.abs(claims["dW1"]).argmax(), claims["dW1"].shape)
        claims["dW1"][place] *= np.float32(1 + off)
        report = check_gradients(cost, claims, theta)
        assert report.count()[1] == 1 and report.verdicts["dW1"][place] == "fail"


def test_the_error_bar_in_the_report_is_the_one_that_counts():
    """As the docstring says it: 1e-4 of the larger, and 8e-6 of the largest of the array."""
    assert "8e-6 of the largest D" in " ".join(check_gradients.__doc__.split())
    theta = np.array([1e-3, 1.0], np.float32)
    for side in (0.9, 1.1):
        allowed = 1e-4 * 2e-3 + 64 * 2.0**-23 * 2
        claim = np.array([2e-3 + side * allowed, 2.0], np.float32)
        report = check_gradients(lambda t: float(np.sum(t.astype(float) ** 2)), claim, theta)
        assert report.verdicts["gradient"][0] == ("pass" if side < 1 else "fail")
        np.testing.assert_allclose(report.errors["gradient"], 64 * 2.0**-23 * 2, rtol=1e-2)


def test_a_sample_of_it_is_not_accused():
    for seed in range(4):
        cost, gradient, theta = network(seed, False)
        claims = gradient(theta)
        assert not check_gradients(cost, claims, theta, max_parameters=7).count()[1]


def test_the_order_of_a_remainder_is_not_that_of_its_round_off():
    rng = np.random.default_rng(1)
    theta, A = rng.normal(size=50).astype(np.float32), rng.normal(size=(50, 50)) / 7
    right = A.T @ np.exp(A @ theta)
    for off in (0, 2e-5):
        claim = (right * (1 + off)).astype(np.float32)
        assert taylor_test(lambda t: float(np.sum(np.exp(A @ t))), claim, theta).passed
    wrong = (1.01 * right).astype(np.float32)
    found = taylor_test(lambda t: float(np.sum(np.exp(A @ t))), wrong, theta)
    assert found.verdict == "fail"
