"""If this fails, the notebook that never ran does run, or repairs don't make it correct."""
# mypy: allow-untyped-calls

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import pytest

from autograder.truth import broken_notebook, notebook_helpers
from autograder.truth.broken_notebook import (
    BACKWARD_FAULTS,
    CHECK_FAULTS,
    Fault,
    never_ran_backward,
    never_ran_check,
    plant_faults,
    repaired_check,
)
from autograder.truth.cases import live_case
from autograder.truth.distances import deviation, relative_difference
from autograder.truth.network import gradients_to_vector
from autograder.truth.planting import compile_backward
from tests.questions.notebook import text_of


def compile_check(source: str) -> Callable[..., Any]:
    names = notebook_helpers.__all__
    namespace = {"np": np} | {name: getattr(notebook_helpers, name) for name in names}
    exec(source, namespace)
    check: Callable[..., Any] = namespace["repaired_check"]
    return check


def repairs(source: str, faults: Sequence[Fault]) -> Iterator[tuple[str, Any]]:
    """Yield the source before each repair, with the symptom that it has then."""
    for fault in faults:
        yield source, fault.symptom
        if fault.wrong:
            # The last of several: dW2 is assigned twice, and the second one should be dW1.
            before, _, after = source.rpartition(fault.wrong)
            source = before + fault.right + after
        else:
            source = source.replace(
                "    grad = gradients_to_vector(gradients)\n",
                "    grad = gradients_to_vector(gradients)\n" + fault.right,
            )
    yield source, "repaired"


def test_backward_raises_until_its_last_fault_which_is_silent() -> None:
    case = live_case(np.random.default_rng(1))
    for source, symptom in repairs(never_ran_backward(), BACKWARD_FAULTS):
        backward = compile_backward(source, "repaired_backward")
        if symptom not in (None, "repaired"):
            with pytest.raises(symptom):
                backward(case.X, case.Y, case.cache)
            continue
        wrong = {
            key
            for key, gradient in backward(case.X, case.Y, case.cache).items()
            if deviation(gradient, case.gradients[key]) > 1e-12
        }
        assert wrong == ({"db1"} if symptom is None else set())


def test_check_raises_until_its_last_fault_which_lets_nan_pass(
    capsys: pytest.CaptureFixture[str],
) -> None:
    case = live_case(np.random.default_rng(2))
    bad = case.gradients | {"db2": np.full((3, 1), np.nan)}
    for source, symptom in repairs(never_ran_check(), CHECK_FAULTS):
        check = compile_check(source)
        if symptom not in (None, "repaired"):
            with pytest.raises(symptom):
                check(case.parameters, case.gradients, case.X, case.Y)
            continue
        assert np.isnan(check(case.parameters, bad, case.X, case.Y))
        assert ("agree" in capsys.readouterr().out) == (symptom is None)


def test_the_right_check_is_right(capsys: pytest.CaptureFixture[str]) -> None:
    case = live_case(np.random.default_rng(3))
    assert repaired_check(case.parameters, case.gradients, case.X, case.Y) < 1e-7
    assert "agree" in capsys.readouterr().out
    for key in case.gradients:
        wrong = case.gradients | {key: -case.gradients[key]}
        found = repaired_check(case.parameters, wrong, case.X, case.Y)
        expected = relative_difference(
            gradients_to_vector(wrong), gradients_to_vector(case.gradients)
        )
        assert found == pytest.approx(expected, rel=1e-3)
        assert "mistake" in capsys.readouterr().out


def test_zero_against_zero_is_zero() -> None:
    # A network that ignores its input: the logit is b3 = 0, and half of the labels are 1.
    case = live_case(np.random.default_rng(4), 2)
    flat = {key: np.zeros_like(array) for key, array in case.parameters.items()}
    nothing = {f"d{key}": array for key, array in flat.items()}
    assert repaired_check(flat, nothing, case.X, np.array([[0, 1]])) == 0.0


def test_nothing_in_the_text_says_where_the_faults_are() -> None:
    for source in (never_ran_backward(), never_ran_check()):
        assert "#" not in source
        assert "TODO" not in source


def test_its_numbers_are_those_of_the_notebook():
    text = text_of("planted_bugs")
    head = "repaired_check(parameters, gradients, X, Y, epsilon=1e-7)"
    assert f"`{head}`" in text and "`nan > 1e-6`" in text
    source = never_ran_check()
    assert source.startswith(f"def {head}:\n") and "    if difference > 1e-6:\n" in source


def test_the_start_code_takes_another_name() -> None:
    assert never_ran_backward("again").startswith("def again(X, Y, cache):\n")
    assert never_ran_check("again").startswith("def again(parameters, gradients, X, Y, epsilon=")


def test_a_fault_without_a_place_raises() -> None:
    with pytest.raises(ValueError, match="'absent' occurs 0 times"):
        plant_faults("a = 1", [broken_notebook.Fault("absent", "", None)])


def test_helpers_return_copies_in_vector_order() -> None:
    parameters = live_case(np.random.default_rng(5)).parameters
    theta, keys = notebook_helpers.dictionary_to_vector(parameters)
    assert theta.shape == (47, 1)
    assert keys == ["W1"] * 20 + ["b1"] * 5 + ["W2"] * 15 + ["b2"] * 3 + ["W3"] * 3 + ["b3"]
    for key, array in notebook_helpers.vector_to_dictionary(theta).items():
        np.testing.assert_array_equal(array, parameters[key])
        assert not np.shares_memory(array, theta)
