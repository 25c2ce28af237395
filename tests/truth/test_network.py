"""If this fails, the reference network is broken, and correct answers are marked wrong."""

from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.truth.cases import Case, live_case, logit_case, random_parameters
from autograder.truth.distances import deviation
from autograder.truth.network import (
    LAYERS,
    backward_propagation,
    cost_from_logits,
    forward_propagation,
    gradients_to_vector,
    layer_sizes,
    parameter_keys,
    parameters_to_vector,
    relu,
    sigmoid,
    vector_to_parameters,
    vectors_to_parameters,
)
from gradcheck import NetworkCost, numerical_gradient
from tests.truth.made_cases import kink_case, to_precision

STEADY = settings(deadline=None, derandomize=True)
NETWORKS = [LAYERS, (7, 6, 4, 1), (3, 4, 4, 2, 1), (2, 1)]


@pytest.mark.parametrize("layers", NETWORKS)
def test_gradients_agree_with_the_complex_step(layers: tuple[int, ...]) -> None:
    rng = np.random.default_rng(1)
    for m in (1, 3, 12, 50):
        case = live_case(rng, m, layers)
        truth = numerical_gradient(NetworkCost(case.X, case.Y), case.parameters, "complex")
        assert deviation(gradients_to_vector(case.gradients), gradients_to_vector(truth)) < 1e-13


def test_gradients_beside_a_kink_agree_with_the_complex_step() -> None:
    case = kink_case(np.random.default_rng(2), distance=1e-12, straddled=True)
    truth = numerical_gradient(NetworkCost(case.X, case.Y), case.parameters, "complex")
    assert deviation(gradients_to_vector(case.gradients), gradients_to_vector(truth)) < 1e-13


@pytest.mark.parametrize("make", [live_case, logit_case])
def test_cost_and_gradients_agree_with_forty_digits(make: Any) -> None:
    case = make(np.random.default_rng(3))
    theta = [mpmath.mpf(float(value)) for value in parameters_to_vector(case.parameters).ravel()]
    with mpmath.workdps(40):
        step = mpmath.mpf(10) ** -15
        gradient = []
        for i in range(len(theta)):
            there = [
                _exact_cost(case, [*theta[:i], theta[i] + side, *theta[i + 1 :]])
                for side in (step, -step)
            ]
            gradient.append(float((there[0] - there[1]) / (2 * step)))
        exact = float(_exact_cost(case, theta))
    assert case.cost == pytest.approx(exact, rel=1e-14)
    assert deviation(gradients_to_vector(case.gradients), np.reshape(gradient, (-1, 1))) < 1e-13


def _exact_cost(case: Case, theta: Any) -> Any:
    """The cost in mpmath's arithmetic, from the definition with its logarithms."""
    values, total = iter(theta), mpmath.mpf(0)
    network = []
    for key, array in case.parameters.items():
        rows = [[next(values) for _ in range(array.shape[1])] for _ in range(array.shape[0])]
        network.append((key, rows))
    for column in range(case.m):
        a = [mpmath.mpf(float(x)) for x in case.X[:, column]]
        for (_, W), (_, b) in zip(network[::2], network[1::2], strict=True):
            z = [mpmath.fdot(row, a) + bias[0] for row, bias in zip(W, b, strict=True)]
            a = [max(value, mpmath.mpf(0)) for value in z]
        sign = 1 if case.Y[0, column] else -1
        total += mpmath.log1p(mpmath.exp(-sign * z[0]))
    return total / case.m


def test_longdouble_goes_all_the_way_and_agrees() -> None:
    case = live_case(np.random.default_rng(4))
    fine = to_precision(case.parameters, np.longdouble)
    X = case.X.astype(np.longdouble)
    cost, cache = forward_propagation(X, case.Y, fine)
    gradients = backward_propagation(X, case.Y, cache)
    assert isinstance(cost, np.longdouble)
    assert cost == pytest.approx(case.cost, rel=1e-14)
    for key, gradient in gradients.items():
        assert gradient.dtype == np.longdouble
        assert deviation(case.gradients[key], gradient.astype(float)) < 1e-13


def test_labels_of_either_shape_give_the_same() -> None:
    case = live_case(np.random.default_rng(5))
    flat = case.with_flat_labels()
    assert flat.Y.shape == (case.m,)
    assert flat.cost == case.cost
    for key, gradient in case.gradients.items():
        np.testing.assert_array_equal(flat.gradients[key], gradient)


def test_too_few_labels_raise() -> None:
    with pytest.raises(ValueError, match="reshape"):
        cost_from_logits(np.zeros((1, 3)), [1, 0])


def test_inputs_stay_as_they_were() -> None:
    case = live_case(np.random.default_rng(6))
    before = [case.X.copy(), case.Y.copy(), *(a.copy() for a in case.parameters.values())]
    cost, cache = forward_propagation(case.X, case.Y, case.parameters)
    kept = [array.copy() for array in cache]
    backward_propagation(case.X, case.Y, cache)
    after = [case.X, case.Y, *case.parameters.values()]
    assert type(cost) is float
    for old, new in zip(before + kept, after + list(cache), strict=True):
        np.testing.assert_array_equal(old, new)


def test_several_networks_at_once_cost_what_each_costs() -> None:
    rng = np.random.default_rng(7)
    case = live_case(rng)
    networks = [random_parameters(rng) for _ in range(3)]
    stacked = {key: np.stack([network[key] for network in networks]) for key in networks[0]}
    costs, _ = forward_propagation(case.X, case.Y, stacked)
    assert costs == pytest.approx([forward_propagation(case.X, case.Y, one)[0] for one in networks])


@pytest.mark.parametrize("layers", NETWORKS)
def test_many_vectors_are_cut_like_one(layers: tuple[int, ...]) -> None:
    rng = np.random.default_rng(8)
    vectors = np.stack([parameters_to_vector(random_parameters(rng, layers))[:, 0] for _ in "abc"])
    stacked = vectors_to_parameters(vectors, layers)
    for i, vector in enumerate(vectors):
        one = vector_to_parameters(vector, layers)
        assert stacked.keys() == one.keys()
        for key, array in one.items():
            np.testing.assert_array_equal(stacked[key][i], array)


def test_nan_is_not_taken_for_zero() -> None:
    assert np.isnan(relu(np.nan)) and np.isnan(cost_from_logits([[np.nan]], [1]))


def test_extreme_logits_stay_exact() -> None:
    Z = np.array([[-800.0, 800.0, 0.0]])
    np.testing.assert_array_equal(sigmoid(Z), [[0.0, 1.0, 0.5]])
    assert cost_from_logits(Z, [0, 1, 0]) == pytest.approx(np.log(2) / 3)
    assert cost_from_logits(Z, [1, 0, 0]) == pytest.approx((1600 + np.log(2)) / 3)


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.longdouble, np.complex128])
def test_dtype_is_kept(dtype: type[np.floating[Any]]) -> None:
    Z = np.array([[-800, -1.5, 0, 2, 800]], dtype=dtype)
    for function in (relu, sigmoid):
        assert function(Z).dtype == dtype
    assert cost_from_logits(Z, np.ones(5)).dtype == np.result_type(dtype, float)


@STEADY
@given(st.floats(-700, 700))
def test_sigmoid_and_its_mirror_add_to_one(z: Any) -> None:
    assert sigmoid(z) + sigmoid(-z) == pytest.approx(1, abs=1e-15)
    assert cost_from_logits([[z]], [1]) == pytest.approx(cost_from_logits([[-z]], [0]), rel=1e-15)


@STEADY
@given(st.lists(st.integers(1, 6), min_size=2, max_size=5), st.integers(0, 2**32))
def test_vectors_and_dictionaries_are_inverse(layers: tuple[int, ...], seed: int) -> None:
    parameters = random_parameters(np.random.default_rng(seed), layers)
    shuffled = dict(reversed(parameters.items()))
    theta = parameters_to_vector(shuffled)
    back = vector_to_parameters(theta, layers)
    assert layer_sizes(shuffled) == tuple(layers)
    assert list(back) == parameter_keys(shuffled)
    for key, array in parameters.items():
        np.testing.assert_array_equal(back[key], array)
    for array in (*parameters.values(), *back.values()):
        assert not np.shares_memory(theta, array)


def test_gradient_vector_keeps_the_order_and_leaves_other_keys_out() -> None:
    case = live_case(np.random.default_rng(8))
    parameters = {key[1:]: gradient for key, gradient in case.gradients.items()}
    vector = gradients_to_vector(case.gradients | {"dZ3": np.ones((1, 2)), "dA2": np.ones((3, 2))})
    np.testing.assert_array_equal(vector, parameters_to_vector(parameters))


def test_a_vector_of_another_length_raises() -> None:
    with pytest.raises(ValueError, match="46 entries"):
        vector_to_parameters(np.zeros((46, 1)))
