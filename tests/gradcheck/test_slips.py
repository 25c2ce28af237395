"""If this fails, a slip in a call is answered by something that does not say what to do."""

import numpy as np
import pytest

from gradcheck import (
    assert_gradients,
    check_directions,
    check_gradients,
    check_vjp,
    numerical_gradient,
    taylor_test,
)

T = np.array([0.3, 1.2])
DICT = {"W": np.ones(2), "b": np.ones(1)}


def cost(t):
    return float(t @ t)


def gradient(t):
    return 2 * t


def both(t):
    return cost(t), gradient(t)


def of_dict(p):
    return float(p["W"] @ p["W"])


def gradient_of_dict(p):
    return {"dW": 2 * p["W"], "db": 0 * p["b"]}


SLIPS = {
    "a gradient with its cost": ((cost, both, T), r"\*of_scipy\(function\)"),
    "both with both": ((both, both, T), r"\*of_scipy\(function\)"),
    "a cost with its gradient": ((both, gradient, T), "use of_scipy"),
    "of a number": ((np.sin, lambda t: (np.sin(t), np.cos(t)), 0.3), "of_scipy"),
    "of a dict": ((of_dict, lambda p: (of_dict(p), gradient_of_dict(p)), DICT), "of_scipy"),
    "of a nest": (
        (lambda p: float(p["a"][0] @ T), lambda p: (1.0, {"a": [T]}), {"a": [T]}), "of_scipy",
    ),
    "a dict for an array": (
        (cost, lambda t: {"dt": 2 * t}, T), r"a dict \(dt\), but the parameters are an array",
    ),
    "cost and gradient swapped": ((gradient, cost, T), "swapped"),
    "swapped, of a dict": ((gradient_of_dict, of_dict, DICT), "swapped"),
    "theta first": ((T, cost, gradient), "theta is a function: first come cost and gradient"),
    "theta in the middle": ((cost, T, gradient), "theta is a function: first come"),
    "the cost's value": ((cost(T), gradient, T), "a float, not a function: the order is cost"),
}  # fmt: skip


@pytest.mark.parametrize("slip", SLIPS)
@pytest.mark.parametrize(
    "check", [check_gradients, check_directions, taylor_test, assert_gradients],
    ids=lambda each: each.__name__,
)  # fmt: skip
def test_a_slip_is_named_in_one_line(check, slip):
    arguments, message = SLIPS[slip]
    with pytest.raises(ValueError, match=message) as raised:
        check(*arguments)
    assert "\n" not in str(raised.value)


def test_what_looks_like_a_pair_and_is_none_is_checked():
    for theta in ((0.5, T), [0.5, T]):
        claim = (2 * 0.5, 2 * T)
        assert check_gradients(lambda p: p[0] ** 2 + float(p[1] @ p[1]), claim, theta)
    assert check_gradients(cost, (0.6, 2.4), T)


def test_theta_first_for_numbers():
    with pytest.raises(ValueError, match="theta is a function"):
        numerical_gradient(T, cost)


def test_a_backward_pass_that_returns_nothing():
    with pytest.raises(ValueError, match="returned None: does it end in a return"):
        check_vjp(np.exp, lambda upstream, x: None, T)


def nested():
    theta = {"dyn": {"A": np.ones((2, 2))}, "log_q": np.array(0.5)}
    return (
        lambda p: float((p["dyn"]["A"] ** 2).sum() + p["log_q"] ** 2),
        {"dyn": {"A": 2 * theta["dyn"]["A"]}, "log_q": 2 * theta["log_q"]},
        theta,
    )


def test_a_name_that_is_unknown_is_answered_with_those_that_are():
    report = check_gradients(*nested())
    for ask in (
        lambda: report.verdicts["dyn.A"], lambda: report.numeric["A"], lambda: report.errors["A"],
        lambda: report.analytic["A"], lambda: report.count("dyn.A"), lambda: report.worst("A"),
    ):  # fmt: skip
        with pytest.raises(KeyError, match=r"choose from gradient\.dyn\.A, gradient\.log_q"):
            ask()
    with pytest.raises(ValueError, match=r"choose from gradient\.log_q, gradient\.dyn\.A"):
        report.reason("log_q")


def test_of_many_names_not_all_are_shown():
    theta = {f"t{i}": np.ones(1) for i in range(50)}
    gradients = {f"t{i}": 2 * np.ones(1) for i in range(50)}
    report = check_gradients(lambda p: sum(float(a @ a) for a in p.values()), gradients, theta)
    with pytest.raises(KeyError, match=r"choose from dt7, dt0, .* and 30 more"):
        report.verdicts["t7"]


def test_a_reason_without_an_index_says_how_to_give_one():
    report = check_gradients(*nested())
    with pytest.raises(ValueError, match=r"reason\('gradient.dyn.A', 0, 0\)"):
        report.reason("gradient.dyn.A")
    assert report.reason("gradient.log_q")


@pytest.mark.parametrize("renamed", [
    {"dyn": {"dA": 0}, "dlog_q": 1}, {"dyn": {"A": 0}, "dlog_q": 1},
    {"ddyn": {"dA": 0}, "log_q": 1},
])  # fmt: skip
def test_in_a_nest_a_gradient_may_be_called_dW_too(renamed):
    cost, gradients, theta = nested()
    arrays = gradients["dyn"]["A"], gradients["log_q"]
    claim = {
        name: arrays[each] if isinstance(each, int) else dict.fromkeys(each, arrays[0])
        for name, each in renamed.items()
    }
    report = check_gradients(cost, claim, theta)
    assert report and report.names == ("gradient.dyn.A", "gradient.log_q")


def test_but_nothing_is_taken_for_another_parameter():
    theta = {"a": {"x": np.ones(1), "dx": np.ones(1)}}
    with pytest.raises(ValueError, match=r"gradient\.a\.x is missing"):
        check_gradients(lambda p: float(p["a"]["x"][0]), {"a": {"dx": np.ones(1)}}, theta)
