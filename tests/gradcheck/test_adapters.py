"""If this fails, a function of torch, jax or scipy is checked as something that it is not."""

from typing import Any

import numpy as np
import pytest

from gradcheck import check_gradients, check_vjp
from gradcheck.adapters import of_jax, of_scipy, of_torch

X, W = np.random.default_rng(3).standard_normal((2, 4, 3))
PLACES = np.array([2, 0, 2])


def made_in_torch(wrong: bool) -> Any:
    """A torch.autograd.Function with an index among its inputs and two outputs, one whole."""
    torch = pytest.importorskip("torch")

    class Swish(torch.autograd.Function):  # type: ignore[misc]
        @staticmethod
        def forward(ctx: Any, x: Any, w: Any, places: Any) -> Any:
            ctx.save_for_backward(x, w, places)
            best = (x * w).argmax()
            ctx.mark_non_differentiable(best)
            return (w * x * torch.sigmoid(x))[places], best

        @staticmethod
        def backward(ctx: Any, u: Any, _: Any) -> Any:
            x, w, places = ctx.saved_tensors
            s = torch.sigmoid(x)
            full = torch.zeros_like(x).index_add(0, places, u)
            slope = s if wrong else s + x * s * (1 - s)
            return full * w * slope, full * x * s, None

    return Swish.apply


def test_a_torch_function() -> None:
    report = check_vjp(*of_torch(made_in_torch(wrong=False)), X, W, PLACES)
    assert report.passed
    assert report.names == ("dx", "dw")
    report = check_vjp(*of_torch(made_in_torch(wrong=True)), X, W, PLACES)
    assert report.count("dx")[1] > 0
    assert report.count("dw")[1] == 0


def test_a_torch_module_and_a_gradient_that_is_missing() -> None:
    torch = pytest.importorskip("torch")
    assert check_vjp(*of_torch(torch.nn.LayerNorm(3, dtype=torch.float64)), X).passed
    linear = of_torch(torch.nn.functional.linear)
    assert check_vjp(*linear, X, np.ones((2, 3)), None).passed
    cut = of_torch(lambda x, w: x * w.detach())
    with pytest.raises(ValueError, match="returned None for w"):
        check_vjp(*cut, X, W)


def made_in_jax(wrong: bool) -> Any:
    jax = pytest.importorskip("jax")

    @jax.custom_vjp
    def swish(x: Any, w: Any, places: Any) -> Any:
        product = w * x * jax.nn.sigmoid(x)
        return product[places], product.argmax()

    def forward(x: Any, w: Any, places: Any) -> Any:
        return swish(x, w, places), (x, w, places)

    def backward(kept: Any, upstream: Any) -> Any:
        x, w, places = kept
        s = jax.nn.sigmoid(x)
        full = jax.numpy.zeros_like(x).at[places].add(upstream[0])
        slope = s if wrong else s + x * s * (1 - s)
        return full * w * slope, full * x * s, None

    swish.defvjp(forward, backward)
    return swish


def test_a_jax_custom_vjp() -> None:
    report = check_vjp(*of_jax(made_in_jax(wrong=False)), X, W, PLACES)
    assert report.passed
    assert report.names == ("dx", "dw")
    report = check_vjp(*of_jax(made_in_jax(wrong=True)), X, W, PLACES)
    assert report.count("dx")[1] > 0
    assert report.count("dw")[1] == 0


def test_jax_is_left_as_it_was() -> None:
    jax = pytest.importorskip("jax")
    before = jax.numpy.ones(1, dtype=float).dtype
    f, vjp = of_jax(jax.numpy.sin)
    assert vjp(np.ones(3), np.zeros(3))[0].dtype == float
    assert f(np.zeros(3)).dtype == float
    assert jax.numpy.ones(1, dtype=float).dtype == before


def test_a_scipy_pair_is_checked_as_it_is() -> None:
    optimize = pytest.importorskip("scipy.optimize")
    x = np.array([1.3, 0.7, 0.8])
    assert check_gradients(optimize.rosen, optimize.rosen_der, x).passed


def test_a_function_that_returns_a_value_and_its_gradient() -> None:
    """As `scipy.optimize.minimize(fun, x0, jac=True)` takes it."""
    x = np.array([1.0, 2.0])
    assert check_gradients(*of_scipy(lambda x: (float(x @ x), 2 * x)), x).passed
    assert not check_gradients(*of_scipy(lambda x: (float(x @ x), 3 * x)), x).passed
