"""If this fails, a report of right gradients loses, or one that sees nothing doesn't."""

import re
from dataclasses import replace

import numpy as np
import pytest

from autograder.questions import reports
from autograder.questions.reports import expect_bugs_found, expect_report, with_tiny_gradients
from autograder.questions.student import Answer
from autograder.questions.verdict import Wrong
from autograder.truth.cases import live_case
from autograder.truth.liveness import NoLiveCase
from autograder.truth.planting import ORDER
from tests.questions.notebook import text_of


@pytest.mark.parametrize(("clean", "wrong", "passes"), [
    (0.9e-6, 1.1e-4, True), (1.1e-6, 1.1e-4, False), (0.9e-6, 0.9e-4, False),
])  # fmt: skip
def test_clean_and_wrong_arrays_are_told_apart_where_the_notebook_says(clean, wrong, passes):
    text = text_of("n_dimensions")
    assert re.search(r"less than \$10\^\{-6}\$ and [^.]* more than \$10\^\{-4}\$", text)
    said = dict.fromkeys(ORDER, clean) | {"dW1": wrong}
    try:
        expect_report(Answer("gradient_report", said), wrong={"dW1": "twice the right one"})
    except Wrong:
        assert not passes
    else:
        assert passes


@pytest.mark.parametrize(("off", "asked"), [(1.05e-3, True), (0.95e-3, False)])
def test_a_bug_s_array_is_asked_for_when_it_is_off_by_ten_times_that(monkeypatch, off, asked):
    rng = np.random.default_rng(1)
    case = live_case(rng)
    a, b = 1 + off, 1 - off
    gradients = case.gradients | {"dW1": case.gradients["dW1"] * (a / b)}
    monkeypatch.setattr(reports, "wrong_gradients", lambda *_: [("sign", case, gradients)])

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
