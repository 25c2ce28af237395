"""If this fails, a report of right gradients loses, or one that sees nothing doesn't."""

import re
from dataclasses import replace

import numpy as np
import pytest

from autograder.questions import reports
from autograder.questions.gradient_checkers import Asked
from autograder.questions.reports import (
    differences_of_bugs,
    expect_bugs_found,
    expect_report,
    with_tiny_gradients,
    wrong_reports,
)
from autograder.questions.student import Answer
from autograder.questions.verdict import Wrong
from autograder.truth.cases import live_case
from autograder.truth.liveness import NoLiveCase
from autograder.truth.network import parameters_to_vector, vector_to_parameters
from autograder.truth.planting import ORDER
from gradcheck import numerical_gradient
from tests.questions.notebook import text_of


@pytest.mark.parametrize(("clean", "off", "passes"), [
    (0.9e-6, 0.9e-3, True), (0.9e-6, -0.9e-3, True), (1.1e-6, 0, False),
    (0.9e-6, 1.2e-3, False), (0.9e-6, -1.2e-3, False), (0.9e-6, np.nan, False),
])  # fmt: skip
def test_clean_arrays_are_where_the_notebook_says_and_wrong_ones_have_their_value(
    clean, off, passes
):
    text = text_of("n_dimensions")
    assert re.search(r"less than \$10\^\{-6}\$ and [^.]* more than \$10\^\{-4}\$", text)
    said = dict.fromkeys(ORDER, clean) | {"dW1": (1 + off) / 3}
    try:
        expect_report(Answer("gradient_report", said), {"dW1": 1 / 3}, {"dW1": "doubled"})
    except Wrong:
        assert not passes
    else:
        assert passes


@pytest.mark.parametrize(("off", "asked"), [(1.05e-3, True), (0.95e-3, False)])
def test_a_bug_s_array_is_asked_for_when_it_is_off_by_ten_times_that(monkeypatch, off, asked):
    rng = np.random.default_rng(1)
    case = live_case(rng)
    differences = dict.fromkeys(ORDER, 0.0) | {"dW1": off}
    bugs = [("sign", Asked(case, case.gradients), differences)]
    monkeypatch.setattr(reports, "differences_of_bugs", lambda *_: bugs)

    def blind(asked):
        return [Answer("gradient_report", dict.fromkeys(ORDER, 0.0)) for _ in asked]

    if asked:
        with pytest.raises(Wrong, match="dW1 was off by"):
            expect_bugs_found(blind, rng, 1)
    else:
        expect_bugs_found(blind, rng, 1)


def test_tiny_gradients_are_those_below_a_hundredth_of_the_weights(monkeypatch):
    case = live_case(np.random.default_rng(1))
    monkeypatch.setattr(reports, "live_case", lambda rng: case)
    tiny = with_tiny_gradients.__wrapped__(np.random.default_rng(1))
    np.testing.assert_allclose(tiny.parameters["W3"], case.parameters["W3"] / 100)


@pytest.mark.parametrize(("norm", "drawn"), [(5.5e-5, True), (4.5e-5, False)])
def test_tiny_gradients_are_clear_of_round_off(monkeypatch, norm, drawn):
    """1e-11 an entry, so that a right report of them stays below half of a millionth."""
    case = live_case(np.random.default_rng(1))

    def with_weights(factor):
        parameters = case.parameters | {"W3": case.parameters["W3"] * factor}
        return replace(case, parameters=parameters)

    reached = min(map(np.linalg.norm, with_weights(1e-3).gradients.values()))
    monkeypatch.setattr(reports, "live_case", lambda rng: with_weights(0.1 * norm / reached))
    if drawn:
        found = with_tiny_gradients.__wrapped__(np.random.default_rng(1))
        assert min(map(np.linalg.norm, found.gradients.values())) == pytest.approx(norm, rel=0.02)
    else:
        with pytest.raises(NoLiveCase, match="at least 5e-05 in 500 draws"):
            with_tiny_gradients.__wrapped__(np.random.default_rng(1))


@pytest.mark.parametrize("seed", range(5))
def test_the_values_of_wrong_arrays_are_those_of_the_formula(seed):
    asked = wrong_reports(np.random.default_rng(seed))
    assert {key for _, values, _ in asked[:2] for key in values} == set(ORDER)
    for each, values, words in asked[:-1]:
        truth = each.case.gradients
        assert values.keys() == words.keys()
        for key in ORDER:
            a, b = each.gradients[key], truth[key]
            off = np.linalg.norm(a - b) / (np.linalg.norm(a) + np.linalg.norm(b))
            assert values.get(key, 0.0) == pytest.approx(off, rel=1e-9)
    each, values, _ = asked[-1]
    case, cost = each.case, each.replacing["forward_propagation_n"]

    def of_vector(theta):
        return cost(case.X, case.Y, vector_to_parameters(theta))[0]

    theta = parameters_to_vector(case.parameters)
    slopes = numerical_gradient(of_vector, theta, "central", each.by_name["epsilon"])
    for key, b in vector_to_parameters(slopes).items():
        a = each.gradients[f"d{key}"]
        off = np.linalg.norm(a - b) / (np.linalg.norm(a) + np.linalg.norm(b))
        assert values[f"d{key}"] == pytest.approx(off, rel=1e-6)


def test_the_differences_of_bugs_are_those_from_the_correct_arrays():
    for _, asked, differences in differences_of_bugs(np.random.default_rng(1), 4):
        assert max(differences.values()) > 1e-3
        for key in ORDER:
            same = np.array_equal(asked.gradients[key], asked.case.gradients[key])
            assert (differences[key] == 0) is same
