"""If this fails, parameters in nested dicts, lists and tuples can't be checked as they are."""

from collections import namedtuple

import numpy as np
import pytest

from gradcheck import check_gradients, numerical_gradient

Layer = namedtuple("Layer", "W b")
X = np.array([1.0, 2.0])


def parameters():
    return {
        "layers": [{"W": np.full((2, 2), 0.3), "b": np.zeros(2)}, Layer(np.ones(2), None)],
        "scale": 0.5,
        3: (np.array([0.7]),),
    }


def cost(p):
    first, second = p["layers"]
    h = np.tanh(first["W"] @ X + first["b"])
    return float(h @ second.W * p["scale"] + np.sum(p[3][0] ** 2))


def gradient(p):
    first, second = p["layers"]
    h = np.tanh(first["W"] @ X + first["b"])
    d = (1 - h**2) * second.W * p["scale"]
    return {
        3: [2 * p[3][0]],
        "scale": h @ second.W,
        "layers": ({"W": np.outer(d, X), "b": d}, [h * p["scale"], None]),
    }


def test_every_array_is_checked_under_the_way_to_it():
    report = check_gradients(cost, gradient, parameters())
    assert report.names == (
        "gradient.layers[0].W", "gradient.layers[0].b", "gradient.layers[1][0]", "gradient.scale",
        "gradient[3][0]",
    )  # fmt: skip
    assert report.count() == (10, 0, 0)


def test_a_wrong_one_is_named():
    wrong = gradient(parameters())
    wrong["layers"][0]["b"] = wrong["layers"][0]["b"] * [1, 1.01]
    report = check_gradients(cost, wrong, parameters())
    assert report.count() == (9, 1, 0)
    assert "gradient.layers[0].b[1]: 0." in str(report)


def test_a_numerical_gradient_has_the_same_form():
    found = numerical_gradient(cost, parameters())
    assert type(found["layers"][1]) is Layer and found["layers"][1].b is None
    np.testing.assert_allclose(found["layers"][0]["W"], gradient(parameters())["layers"][0]["W"])


@pytest.mark.parametrize("form", [list, tuple])
def test_a_row_of_arrays(form):
    theta = form([np.ones(2), np.ones((2, 2))])
    report = check_gradients(
        lambda p: float(p[0] @ p[1] @ p[0]),
        [theta[1] @ theta[0] + theta[1].T @ theta[0], np.outer(theta[0], theta[0])], theta,
    )  # fmt: skip
    assert report.names == ("gradient[0]", "gradient[1]") and report.count() == (6, 0, 0)


@pytest.mark.parametrize("theta", [[0.3, 0.7], (0.3, 0.7), [[0.3, 0.7]]])
def test_numbers_written_out_are_an_array(theta):
    report = check_gradients(lambda t: float(np.sum(t**2)), 2 * np.array(theta), theta)
    assert report.names == ("gradient",) and report.passed


def without(*way):
    """The gradient, with something else at a place in it."""
    *way, last, value = way
    changed = inside = gradient(parameters())
    for key in way:
        inside = inside[key]
    if value is KeyError:
        del inside[last]
    else:
        inside[last] = value
    return changed


REFUSED = {
    "None for all": (None, "the gradient is None: .* returns nothing"),
    "None for one": (without("layers", 0, "b", None), r"layers\[0\].b is None: it has not been"),
    "one that is missing": (without("scale", KeyError), "gradient.scale is missing"),
    "one that is left over": (without("more", 1.0), "gradient.more belongs to no parameter"),
    "too short a list": (without(3, []), r"gradient\[3\] has 0 entries; it must have 1"),
    "an array for a dict": (without("layers", X), "gradient.layers is of type ndarray"),
    "a dict for a list": (without(3, {}), r"gradient\[3\] is of type dict, not a list"),
    "another shape": (without("layers", 0, "b", np.ones(3)), r"shape \(3,\), but its parameter"),
    "text": (without("scale", "much"), "holds <U4 entries, not real numbers"),
}


@pytest.mark.parametrize("name", [*REFUSED])
def test_what_is_no_gradient_of_them_is_refused(name):
    wrong, message = REFUSED[name]
    with pytest.raises(ValueError, match=message) as raised:
        check_gradients(cost, wrong, parameters())
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("theta", [[], (), {}, [[], {}], None, [None]])
def test_nothing_to_check_is_refused(theta):
    with pytest.raises(ValueError, match=r"nothing to check|is None"):
        check_gradients(lambda p: 0.0, theta, theta)


def test_indices_among_the_parameters_are_to_be_left_out():
    theta = {"E": np.ones((4, 2)), "words": np.array([0, 2])}
    with pytest.raises(ValueError, match=r"words holds integers.*leave it out of the parameters"):
        check_gradients(lambda p: float(np.sum(p["E"][p["words"]])), {"E": np.ones((4, 2))}, theta)


def test_a_cost_that_changes_the_nest_is_refused():
    def careless(p):
        p["layers"][0]["b"] = p["layers"][0]["b"] + 1
        return 0.0

    with pytest.raises(ValueError, match="the cost changes its input"):
        check_gradients(careless, gradient(parameters()), parameters())
