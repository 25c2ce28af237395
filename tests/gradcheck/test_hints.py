"""If this fails, a report suggests a tolerance that does not help, or none where one would."""

import re

import numpy as np
import pytest

from gradcheck import check_directions, check_gradients, taylor_test
from gradcheck.hints import power_of_ten_from, told_apart
from tests.gradcheck.test_options import T, stopped

CHECKS = [check_gradients, check_directions, taylor_test]


def suggested(found, option):
    given = re.search(rf"{option}=([\d.e-]+\d)", str(found))
    return {option: float(given[1])} if given else {}


@pytest.mark.parametrize("check", CHECKS, ids=lambda each: each.__name__)
@pytest.mark.parametrize("tolerance", [1e-4, 1e-5, 1e-6])
def test_the_noise_that_is_suggested_is_enough_and_not_too_much(check, tolerance):
    cost, gradient = stopped(tolerance)
    found = check(cost, gradient, T)
    assert found.verdict == "fail"
    noise = suggested(found, "noise")
    assert 0 < noise["noise"] < tolerance
    assert check(cost, gradient, T, **noise).passed
    assert check(cost, 1.05 * gradient, T, **noise).verdict == "fail"


@pytest.mark.parametrize("tolerance", [1e-4, 1e-5, 1e-6, 1e-7])
def test_so_is_rtol(tolerance):
    cost, gradient = stopped(tolerance)
    rtol = suggested(check_gradients(cost, gradient, T), "rtol")
    assert check_gradients(cost, gradient, T, **rtol).passed
    assert not check_gradients(cost, gradient * (1 + 2 * rtol["rtol"]), T, **rtol).passed


def test_no_rtol_is_suggested_that_lets_a_tenth_pass():
    found = check_gradients(*stopped(1e-3), T)
    assert suggested(found, "noise") and not suggested(found, "rtol")


@pytest.mark.parametrize("noise", [1e-6, (1e-6, 0), (0, 1e-6)])
def test_a_taylor_test_is_told_of_the_noise(noise):
    cost, gradient = stopped(1e-6)
    assert taylor_test(cost, gradient, T, noise=noise).passed
    assert taylor_test(cost, 1.05 * gradient, T, noise=noise).verdict == "fail"


def test_a_taylor_test_refuses_what_is_no_noise():
    with pytest.raises(ValueError, match=r"^noise is -1"):
        taylor_test(*stopped(1e-6), T, noise=-1)


@pytest.mark.parametrize("check", CHECKS, ids=lambda each: each.__name__)
@pytest.mark.parametrize("factor", [-1, 0, 1.05, 1.5])
def test_a_mistake_is_not_blamed_on_a_solver(check, factor):
    found = check(lambda t: float(np.exp(t).sum()), factor * np.exp(T), T)
    assert found.verdict == "fail" and "solver" not in str(found)


@pytest.mark.parametrize(("number", "power"), [(2e-7, 1e-6), (1e-5, 1e-5), (9.9e-1, 1.0)])
def test_a_suggestion_has_one_digit(number, power):
    assert power_of_ten_from(number) == pytest.approx(power)


@pytest.mark.parametrize(("one", "other"), [(0.3854650001, 0.3854649999), (1.0, 1 + 1e-12)])
def test_two_numbers_that_differ_are_not_written_alike(one, other):
    first, second = told_apart(one, other)
    assert first != second and float(first) == pytest.approx(one)
