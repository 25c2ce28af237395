"""If this fails, the quick derivatives of the network are not those of its cost."""

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import mpmath
import numpy as np
import pytest

from autograder.truth.cases import (
    Case,
    live_case,
    logit_case,
    random_parameters,
)
from autograder.truth.distances import deviation
from autograder.truth.network import (
    Array,
    Arrays,
    forward_propagation,
    gradients_to_vector,
    parameters_to_vector,
)
from gradcheck import NetworkCost, numerical_gradient
from gradcheck.estimates import CENTRAL, CORNER, UNDEFINED, Estimates
from gradcheck.network import stacked, structured
from gradcheck.network.stacked import Examples, StackedNetwork
from gradcheck.parameters import Parameters
from tests.truth.made_cases import kink_case, textbook_case


def estimates(case: Case) -> Estimates:
    return NetworkCost(case.X, case.Y).derivatives(Parameters.of(case.parameters))


def column(gradients: Arrays) -> Array:
    return gradients_to_vector(gradients)[:, 0]


@pytest.mark.parametrize("step", [2.0**-30, structured.FARTHEST, 1e-5, 2.0**-12])
def test_a_quotient_is_that_of_the_cost(step: float) -> None:
    """The difference of two costs with forty digits, also with much wider steps than are taken."""
    case = live_case(np.random.default_rng(1), 3, (3, 3, 2, 1))
    parameters, examples = Parameters.of(case.parameters), Examples(case.X, case.Y)
    network = StackedNetwork(parameters.names, parameters.shapes, 3)
    network.fill(parameters.vector, examples)
    network.backward(examples)
    first, _, third = network.sums(step)
    found = first + third
    with mpmath.workdps(40):
        theta = [mpmath.mpf(float(each)) for each in parameters_to_vector(case.parameters)[:, 0]]
        exact = []
        for place, each in enumerate(theta):
            moved = [
                [*theta[:place], each + sign * mpmath.mpf(step), *theta[place + 1 :]]
                for sign in (1, -1)
            ]
            J_plus, J_minus = (_fine_cost(case, vector) for vector in moved)
            exact.append(float((J_plus - J_minus) / (2 * mpmath.mpf(step))))
    np.testing.assert_allclose(found, exact, rtol=1e-12, atol=1e-15)


def _fine_cost(case: Case, theta: Any) -> Any:
    """The cost of case.X and case.Y, number by number, with as many digits as mpmath uses."""
    total = mpmath.mpf(0)
    for x, y in zip(case.X.T, case.Y.ravel(), strict=True):
        given, rest = [mpmath.mpf(float(each)) for each in x], [*theta]
        for layer in (1, 2, 3):
            units, columns = case.parameters[f"W{layer}"].shape
            W, b = rest[: units * columns], rest[units * columns : units * (columns + 1)]
            rest = rest[units * (columns + 1) :]
            rows = [W[columns * unit : columns * (unit + 1)] for unit in range(units)]
            Z = [mpmath.fdot(row, given) + each for row, each in zip(rows, b, strict=True)]
            given = [max(each, mpmath.mpf(0)) for each in Z]
        total += mpmath.log(1 + mpmath.exp(Z[0])) - int(y) * Z[0]
    return total / case.X.shape[1]


DEPTHS = [(3, 1), (5, 4, 1), (4, 5, 3, 1), (6, 5, 7, 4, 1), (3, 4, 4, 4, 3, 1)]


@pytest.mark.parametrize("layers", DEPTHS)
@pytest.mark.parametrize("m", [1, 3, 20, 200])
def test_they_are_those_of_a_complex_step(layers: tuple[int, ...], m: int) -> None:
    case = live_case(np.random.default_rng(m), m, layers)
    found = estimates(case)
    truth = numerical_gradient(NetworkCost(case.X, case.Y), case.parameters, "complex")
    assert (found.how == CENTRAL).all()
    assert deviation(found.value, column(truth)) < 1e-13
    assert (np.abs(found.value - column(truth)) <= found.error).all()
    assert found.error.max() < 1e-10


@pytest.mark.parametrize("layers", DEPTHS[1:])
def test_portions_change_nothing(layers: tuple[int, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    case = kink_case(np.random.default_rng(2), m=9, layers=layers, distance=1e-12, straddled=True)
    whole = estimates(case).step
    assert len(set(whole)) > 1
    for size in (1, 100):
        monkeypatch.setattr(structured, "AT_ONCE", size)
        np.testing.assert_array_equal(estimates(case).step, whole)


@pytest.fixture
def often() -> Iterator[None]:
    """Threads take turns after every few instructions."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(usual)


@pytest.mark.parametrize("layers", DEPTHS)
def test_all_with_all_are_the_sums_of_layer_by_layer(
    layers: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    case = live_case(np.random.default_rng(6), 7, layers)
    whole = estimates(case)
    monkeypatch.setattr(stacked, "AT_ONCE", 0)
    stacked.idle.cache_clear()
    found = estimates(case)
    stacked.idle.cache_clear()
    np.testing.assert_allclose(found.value, whole.value, rtol=1e-14)
    np.testing.assert_allclose(found.error, whole.error, rtol=1e-14)


def test_arrays_that_are_used_again_remember_nothing() -> None:
    rng = np.random.default_rng(7)
    cases = [*(live_case(rng) for _ in range(5)), kink_case(rng, m=3, distance=1e-12)]
    alone = []
    for case in cases:
        stacked.idle.cache_clear()
        alone.append(estimates(case))
    kept = [(each.value.copy(), each.step.copy()) for each in alone]
    broken = Case(cases[0].X, cases[0].Y, cases[0].parameters | {"b3": np.array([[1e308]])})
    for case, first, (value, step) in zip(cases * 2, alone * 2, kept * 2, strict=True):
        again = estimates(case)
        assert (estimates(broken).how == UNDEFINED).all()
        for found in (first, again):
            np.testing.assert_array_equal(found.value, value)
            np.testing.assert_array_equal(found.step, step)


def test_threads_do_not_share_arrays(often: Any) -> None:
    rng = np.random.default_rng(8)
    cases = [live_case(rng) for _ in range(400)]
    alone = [estimates(case).value for case in cases]
    with ThreadPoolExecutor(4) as pool:
        for value, found in zip(alone, pool.map(estimates, cases), strict=True):
            np.testing.assert_array_equal(found.value, value)


def test_the_order_is_that_of_the_dict() -> None:
    case = live_case(np.random.default_rng(3))
    backwards = dict(reversed(case.parameters.items()))
    found = numerical_gradient(NetworkCost(case.X, case.Y), backwards)
    assert list(found) == ["db3", "dW3", "db2", "dW2", "db1", "dW1"]
    for key, gradient in case.gradients.items():
        assert deviation(found[key], gradient) < 1e-13


@pytest.mark.parametrize("layers", DEPTHS[1:])
@pytest.mark.parametrize("distance", [1e-4, 1e-7, 1e-10, 1e-13])
def test_steps_stay_on_their_side_of_a_kink(layers: tuple[int, ...], distance: float) -> None:
    """With a step of 1e-7 for all of them, each of these would be wrong."""
    rng = np.random.default_rng(4)
    for _ in range(5):
        case = kink_case(rng, m=8, layers=layers, distance=distance, straddled=True)
        found, truth = estimates(case), column(case.gradients)
        assert (found.how == CENTRAL).all()
        assert (np.abs(found.value - truth) <= found.error).all()


def test_steps_see_kinks_of_layers_behind() -> None:
    """A weight of the first layer may switch a unit of the third."""
    rng = np.random.default_rng(5)
    for distance in (1e-5, 1e-8, 1e-11):
        case = live_case(rng, 6, (4, 5, 4, 3, 1))
        b3 = case.parameters["b3"].copy()
        b3[1, 0] -= case.cache[8][1, 2] - distance
        case = Case(case.X, case.Y, case.parameters | {"b3": b3})
        found, truth = estimates(case), column(case.gradients)
        assert (np.abs(found.value - truth) <= found.error).all()
        steps = Parameters.of(case.parameters).cut(found.step)["W1"]
        for place in np.ndindex(steps.shape):
            W1 = case.parameters["W1"].copy()
            W1[place] += 1e6 * steps[place]  # layers below stay affine, and round-off is far away
            moved = forward_propagation(case.X, case.Y, case.parameters | {"W1": W1})[1][8]
            assert np.abs(moved - case.cache[8])[1, 2] < 1e6 * distance


def test_a_unit_on_its_kink_has_no_derivative() -> None:
    live = live_case(np.random.default_rng(6))
    on = np.array([[0], [1], [1], [1], [1]])
    case = Case(
        live.X,
        live.Y,
        live.parameters | {"W1": live.parameters["W1"] * on, "b1": live.parameters["b1"] * on},
    )
    found = estimates(case)
    corners = Parameters.of(case.parameters).cut(found.how == CORNER)
    assert corners["b1"].ravel().tolist() == [True, False, False, False, False]
    assert corners["W1"][0].all() and not corners["W1"][1:].any()
    assert np.isnan(found.value[found.how == CORNER]).all()


@pytest.mark.parametrize("make", [textbook_case, lambda: logit_case(np.random.default_rng(7))])
def test_dead_units_and_large_logits_are_no_trouble(make: Any) -> None:
    case = make()
    found = estimates(case)
    assert (np.abs(found.value - column(case.gradients)) <= found.error).all()


def test_round_off_is_bounded_at_any_scale() -> None:
    rng = np.random.default_rng(8)
    for scale in (1e-8, 1e-3, 10.0, 1e4):
        for _ in range(10):
            case = Case(
                rng.standard_normal((4, 9)),
                rng.integers(0, 2, (1, 9)),
                {key: scale * array for key, array in random_parameters(rng).items()},
            )
            found = estimates(case)
            known = found.how == CENTRAL
            off = np.abs(found.value - column(case.gradients))[known]
            assert (off <= found.error[known]).all()


def test_infinite_logits_are_refused() -> None:
    case = live_case(np.random.default_rng(9))
    parameters = {key: 1e200 * array for key, array in case.parameters.items()}
    with (
        np.errstate(over="ignore", invalid="ignore"),
        pytest.raises(ValueError, match="logits are not finite"),
    ):
        numerical_gradient(NetworkCost(case.X, case.Y), parameters)


def test_other_names_are_refused() -> None:
    case = live_case(np.random.default_rng(10))
    with pytest.raises(ValueError, match="are W1, b1, W2"):
        numerical_gradient(NetworkCost(case.X, case.Y), {"V1": case.parameters["W1"]})


def test_no_step_moves_a_logit_farther_than_the_docstring_says():
    """By 2^-24, which is 6e-8."""
    X = np.array([[4.0, 1.0], [0.5, -2.0]])
    parameters = {"W1": np.full((1, 2), 0.1), "b1": np.zeros((1, 1))}
    found = NetworkCost(X, np.array([0, 1])).derivatives(Parameters.of(parameters))
    np.testing.assert_array_equal(found.step, 2.0**-24 / 4)


@pytest.mark.parametrize("kind", [np.float64, np.float32])
def test_a_round_off_is_the_most_that_adding_to_1_may_lose(kind):
    unit = stacked.ROUND_OFF if kind is np.float64 else stacked.ROUND_OFF_SINGLE
    one = kind(1)
    assert one + kind(unit) == one < one + kind(1.001 * unit)
