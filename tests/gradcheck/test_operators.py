"""If this fails, the dot-product test takes an operator for an adjoint that it is not."""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from gradcheck import check_adjoint
from tests.thorough import THOROUGH

Array = npt.NDArray[Any]
PRECISIONS = [np.float32, np.float64, np.complex64, np.complex128]

seeds = pytest.mark.parametrize("seed", range(20 * THOROUGH))


def matrix(rng: np.random.Generator, kind: Any) -> Array:
    drawn: Array = rng.standard_normal(rng.integers(1, 50, 2))
    if np.issubdtype(kind, np.complexfloating):
        drawn = drawn + 1j * rng.standard_normal(drawn.shape)
    return drawn.astype(kind)


@seeds
@pytest.mark.parametrize("kind", PRECISIONS)
def test_matrices(kind: Any, seed: int) -> None:
    """An entry that is off by a tenth is seen in any precision; so is a missing conjugate."""
    rng = np.random.default_rng(seed)
    A = matrix(rng, kind)
    found = check_adjoint(A, A.conj().T, rng=rng)
    assert found.passed, found
    wrong = A.conj().T.copy()
    place = np.unravel_index(np.abs(wrong).argmax(), wrong.shape)
    wrong[place] *= 1.1
    assert check_adjoint(A, wrong, rng=rng).verdict == "fail"
    if np.iscomplexobj(A):
        assert check_adjoint(A, A.T, rng=rng).verdict == "fail"


def pair(name: str, n: int, rng: np.random.Generator) -> tuple[Any, Any, Any]:
    """An operator, its adjoint, and an example of what it takes."""
    S, c = rng.standard_normal((n, n)), rng.standard_normal(min(n, 5))
    places = rng.integers(0, n, n)

    def scatter(y: Array) -> Array:
        x = np.zeros(n)
        np.add.at(x, places, y)
        return x

    pairs: dict[str, tuple[Callable[[Array], Array], Callable[[Array], Array], Any]] = {
        "solve": (lambda x: np.linalg.solve(S, x), lambda y: np.linalg.solve(S.T, y), (n,)),
        "fourier": (np.fft.fft, lambda y: np.fft.ifft(y) * n, np.zeros(n, complex)),
        "sums": (np.cumsum, lambda y: np.cumsum(y[::-1])[::-1], np.zeros(100 * n, np.float32)),
        "convolution": (
            lambda x: np.convolve(x, c),
            lambda y: np.correlate(y, c, "valid"),
            (n,),
        ),
        "gather": (lambda x: x[places], scatter, n),
        "transposed image": (lambda x: 2 * x.T, lambda y: 2 * y.T, np.ones((n, 3))),
        "gradient of a field": (
            lambda x: np.stack([np.roll(x, -1, axis) - x for axis in (0, 1)]),
            lambda y: sum(np.roll(y[axis], 1, axis) - y[axis] for axis in (0, 1)),
            (n, 4),
        ),
    }
    return pairs[name]


OPERATORS = [
    "solve",
    "fourier",
    "sums",
    "convolution",
    "gather",
    "transposed image",
    "gradient of a field",
]


@seeds
@pytest.mark.parametrize("name", OPERATORS)
def test_functions(name: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    A, At, x = pair(name, int(rng.integers(2, 60)), rng)
    found = check_adjoint(A, At, x=x, rng=rng)
    assert found.passed, found
    assert check_adjoint(A, lambda y: At(y) * 1.01, x=x, rng=rng).verdict == "fail"
    assert check_adjoint(A, lambda y: -At(y), x=x, rng=rng).verdict == "fail"


def test_a_transform_of_real_signals_is_linear_in_real_numbers() -> None:
    def its_adjoint(y: Array) -> Array:
        return np.fft.irfft(np.concatenate([y[:1] * 2, y[1:-1], y[-1:] * 2]), 8) * 4

    assert check_adjoint(np.fft.rfft, its_adjoint, x=(8,)).passed
    assert check_adjoint(its_adjoint, np.fft.rfft, y=(8,)).passed
    assert not check_adjoint(np.fft.rfft, lambda y: np.fft.irfft(y, 8) * 8, x=(8,)).passed


@pytest.mark.parametrize(
    ("A", "kind"),
    [
        (lambda x: x + 1, float),
        (np.abs, float),
        (np.sin, float),
        (lambda x: np.clip(x, -2, 2), float),
        (np.conj, complex),
    ],
)
def test_what_is_not_linear_is_told_so(A: Any, kind: Any) -> None:
    found = check_adjoint(A, A, x=np.zeros(20, kind))
    assert found.verdict == "fail"
    assert "A is not linear" in str(found)
    assert "At is not linear" in str(check_adjoint(lambda x: x, A, x=np.zeros(20, kind)))


def test_a_solver_that_stops_early_has_a_wider_error_bar() -> None:
    """What it leaves is seen as round-off; `rtol` allows for what does not look like it."""
    A = np.diag(np.arange(1.0, 6.0))

    def roughly(v: Array) -> Array:
        exact = A @ v
        return exact + 1e-9 * np.abs(exact).max() * np.sin(1e5 * v)

    found = check_adjoint(roughly, A)
    assert found.passed
    assert found.error > 1e-9
    off = check_adjoint(A, A * (1 + 1e-6))
    assert off.verdict == "fail"
    assert check_adjoint(A, A * (1 + 1e-6), rtol=1e-5).passed


def test_nothing_is_no_test() -> None:
    found = check_adjoint(np.zeros((3, 2)), np.zeros((2, 3)))
    assert found.verdict == "inconclusive"
    assert "0" in found.reason


class Operator:
    """As scipy's LinearOperator, without a product."""

    shape = (3, 2)

    def __init__(self, A: Array) -> None:
        self.matvec = lambda x: A @ x


def test_objects_and_examples() -> None:
    A = np.arange(6.0).reshape(3, 2)
    assert check_adjoint(Operator(A), A.T).passed
    assert check_adjoint(lambda x: A @ x, lambda y: A.T @ y, y=(3,)).passed
    assert check_adjoint(lambda x: A @ x, lambda y: A.T @ y, x=[1, 2]).passed
    assert check_adjoint(A, A.T, np.ones((2, 4))).passed


def test_a_product_with_one_vector_returns_a_number() -> None:
    c = np.array([1.0, -2.0, 0.5])
    assert check_adjoint(lambda x: c @ x, lambda y: c * y, x=(3,)).passed
    assert not check_adjoint(lambda x: c @ x, lambda y: c + y, x=(3,)).passed


def test_operators_of_scipy() -> None:
    sparse = pytest.importorskip("scipy.sparse")
    linalg = pytest.importorskip("scipy.sparse.linalg")
    A = sparse.random_array((30, 20), density=0.2, rng=np.random.default_rng(0), format="csr")
    assert check_adjoint(A, A.T).passed
    operator = linalg.aslinearoperator(A)
    assert check_adjoint(operator, operator.H).passed
    assert not check_adjoint(operator, 2 * operator.H).passed


def changes(x: Array) -> Array:
    x += 1
    return x


@pytest.mark.parametrize(
    ("A", "At", "given", "said"),
    [
        (lambda x: x, lambda y: y, {}, "nothing says what A takes"),
        (3, lambda y: y, {"x": 2}, "neither a function nor a matrix"),
        (lambda x: x, lambda y: y[:1], {"x": 2}, r"At returned shape \(1,\), but x has \(2,\)"),
        (lambda x: x, lambda y: y, {"x": 2, "y": 3}, r"A returned shape \(2,\), but y has \(3,\)"),
        (changes, lambda y: y, {"x": 2}, "A changes its input"),
        (lambda x: x / 0, lambda y: y, {"x": 2}, "NaN or infinity"),
        (lambda x: [None], lambda y: y, {"x": 2}, "object entries"),
        (lambda x: x, lambda y: y, {"x": 0}, "x is empty"),
        (lambda x: x, lambda y: y, {"x": np.ones(2, np.float16)}, "half precision"),
        (lambda x: x, lambda y: y, {"x": 2, "trials": 0}, "trials"),
        (lambda x: x, lambda y: y, {"x": 2, "rng": 3}, "Generator"),
    ],
)
@pytest.mark.filterwarnings("ignore:divide by zero")
@pytest.mark.filterwarnings("ignore:invalid value")
def test_what_can_not_be_tested_is_refused(A: Any, At: Any, given: Any, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        check_adjoint(A, At, **given)


def test_a_random_operator_is_refused() -> None:
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match="A is random"):
        check_adjoint(lambda x: rng.random() * x, lambda y: y, x=3)


def test_of_what_is_not_linear_no_products_are_shown():
    """They would say that two numbers differ by less than their error bar."""
    found = check_adjoint(lambda x: x**2, lambda y: y, x=(4,))
    assert "A is not linear" in str(found) and "error bar" not in str(found)
