"""If this fails, the per-parameter check accuses right gradients or overlooks wrong ones."""

import numpy as np
import pytest

from autograder.truth.cases import (
    Case,
    kink_case,
    live_case,
    logit_case,
    random_parameters,
    textbook_case,
)
from autograder.truth.gradcheck import relative_difference
from autograder.truth.network import gradients_to_vector
from autograder.truth.robust_check import check_gradients


def check(case, **changed):
    return check_gradients(case.parameters, case.gradients | changed, case.X, case.Y)


def test_no_false_alarm_on_random_networks():
    # 10,000 others, by hand, gave none either.
    rng = np.random.default_rng(1)
    for _ in range(2000):
        m = int(rng.integers(1, 21))
        case = Case(rng.standard_normal((4, m)), rng.integers(0, 2, (1, m)), random_parameters(rng))
        assert (check(case).vector("verdicts") == "pass").all()


@pytest.mark.parametrize("straddled", [False, True])
def test_no_false_alarm_beside_a_kink(straddled):
    rng = np.random.default_rng(2)
    for _ in range(100):
        case = kink_case(rng, distance=10 ** rng.uniform(-12, -5), straddled=straddled)
        report = check(case)
        assert report.passed
        assert "fail" not in report.vector("verdicts")


def test_the_bias_of_a_straddled_unit_is_inconclusive():
    report = check(kink_case(np.random.default_rng(3), distance=1e-9, straddled=True))
    unit = np.argwhere(report.verdicts["db1"] == "inconclusive")[0]
    assert "switches" in report.reasons["db1"][tuple(unit)]
    assert np.isnan(report.numeric["db1"][tuple(unit)])
    assert "inconclusive" not in report.verdicts["dW3"]
    assert f"db1[{unit[0]}, 0]" in str(report)


def test_a_unit_exactly_on_its_kink_is_inconclusive_whatever_it_is_given():
    live = live_case(np.random.default_rng(4))
    on = np.array([[0], [1], [1], [1], [1]])
    flattened = {"W1": live.parameters["W1"] * on, "b1": live.parameters["b1"] * on}
    case = Case(live.X, live.Y, live.parameters | flattened)
    for given in (case.gradients["db1"], case.gradients["db1"] + 1.0):
        assert check(case, db1=given).verdicts["db1"][0, 0] == "inconclusive"


@pytest.mark.parametrize("make", [live_case, textbook_case, logit_case])
def test_other_cases_pass(make):
    report = check(make() if make is textbook_case else make(np.random.default_rng(5)))
    assert report.passed
    assert (report.vector("verdicts") == "pass").all()


def test_one_wrong_entry_fails_alone_and_is_named():
    case = live_case(np.random.default_rng(6))
    for key, gradient in case.gradients.items():
        wrong = gradient.copy()
        place = np.unravel_index(np.abs(gradient).argmax(), gradient.shape)
        wrong[place] *= 1 + 1e-5
        report = check(case, **{key: wrong})
        assert not report.passed
        assert [*np.argwhere(report.verdicts[key] == "fail").ravel()] == [*place]
        assert np.sum(report.vector("verdicts") == "fail") == 1
        assert f"{key}[{place[0]}, {place[1]}]" in str(report)


def test_a_tiny_gradient_is_seen_that_a_norm_hides():
    live = live_case(np.random.default_rng(8))
    faint = np.array([[1e-7], [1], [1], [1]])
    case = Case(live.X * faint, live.Y, live.parameters)
    wrong = case.gradients["dW1"].copy()
    wrong[:, 0] *= 1.1
    whole = gradients_to_vector(case.gradients)
    assert relative_difference(gradients_to_vector(case.gradients | {"dW1": wrong}), whole) < 1e-7
    report = check(case, dW1=wrong)
    assert (report.verdicts["dW1"][:, 0] == "fail").all()
    assert (report.verdicts["dW1"][:, 1:] == "pass").all()


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_what_is_not_finite_fails(bad):
    case = live_case(np.random.default_rng(8))
    report = check(case, db3=np.array([[bad]]))
    assert report.verdicts["db3"][0, 0] == "fail"
    assert not report.passed


def test_arrays_that_cannot_be_compared_are_named():
    case = live_case(np.random.default_rng(9))
    with pytest.raises(ValueError, match=r"dW2 has shape \(5, 3\), its parameter has \(3, 5\)"):
        check(case, dW2=case.gradients["dW2"].T)
    with pytest.raises(ValueError, match="db1 holds complex128"):
        check(case, db1=case.gradients["db1"] * 1j)
    gradients = case.gradients
    del gradients["dW3"]
    with pytest.raises(ValueError, match="dW3 is missing"):
        check_gradients(case.parameters, gradients, case.X, case.Y)


def test_report_comes_by_array_and_as_a_column():
    case = live_case(np.random.default_rng(10))
    report = check(case, dZ3=np.ones(3))
    assert set(report.verdicts) == {"dW1", "db1", "dW2", "db2", "dW3", "db3"}
    assert all(report.errors[key].shape == case.gradients[key].shape for key in report.errors)
    assert report.vector("numeric").shape == (47, 1)
    assert str(report).count("\n") == 6
