"""If this fails, the broken checkers can't be fooled, or they reject correct gradients."""

import inspect
import re

import numpy as np
import pytest

from autograder.truth import notebook_helpers
from autograder.truth.cases import live_case
from autograder.truth.checkers_to_fool import (
    CHECKERS,
    PASSES_BELOW,
    WRONG_ABOVE,
    right_check,
    run_checker,
)
from autograder.truth.network import Array, Arrays, gradients_to_vector, vector_to_parameters
from tests.questions.notebook import SOURCE, text_of


def fooled_a(gradients: Arrays) -> dict[str, Array]:
    return {key: gradient * (1 if key == "db3" else 2) for key, gradient in gradients.items()}


def fooled_b(gradients: Arrays) -> dict[str, Array]:
    return {key: -gradient for key, gradient in gradients.items()}


def fooled_c(gradients: Arrays) -> dict[str, Array]:
    """Add what is orthogonal to the direction that the checker always takes."""
    direction = np.random.default_rng(0).standard_normal((47, 1))
    truth = gradients_to_vector(gradients)
    extra = np.ones_like(truth)
    extra -= direction * np.sum(extra * direction) / np.sum(direction**2)
    wrong = vector_to_parameters(truth + extra)
    return {f"d{key}": array for key, array in wrong.items()}


FOOLED = {"checker_a": fooled_a, "checker_b": fooled_b, "checker_c": fooled_c}


@pytest.mark.parametrize("name", CHECKERS)
def test_right_gradients_pass_and_some_wrong_ones_too(name: str) -> None:
    rng = np.random.default_rng(1)
    for _ in range(40):
        case = live_case(rng)
        assert run_checker(name, case.parameters, case.gradients, case.X, case.Y) < PASSES_BELOW
        wrong = FOOLED[name](case.gradients)
        assert run_checker(name, case.parameters, wrong, case.X, case.Y) < PASSES_BELOW
        assert right_check(case.parameters, wrong, case.X, case.Y) > WRONG_ABOVE
        assert right_check(case.parameters, case.gradients, case.X, case.Y) < 1e-8


@pytest.mark.parametrize("name", CHECKERS)
def test_what_fools_one_checker_fools_no_other(name: str) -> None:
    case = live_case(np.random.default_rng(2))
    for fooled, answer in FOOLED.items():
        wrong = answer(case.gradients)
        found = run_checker(name, case.parameters, wrong, case.X, case.Y)
        assert (found < PASSES_BELOW) == (fooled == name)


@pytest.mark.parametrize("name", CHECKERS)
def test_the_shown_source_says_the_same_with_the_notebook_helpers(name: str) -> None:
    rng = np.random.default_rng(3)
    namespace = {"np": np} | vars(notebook_helpers)
    exec(inspect.getsource(CHECKERS[name]), namespace)
    for _ in range(5):
        case = live_case(rng)
        wrong = {key: gradient * rng.uniform(0.5, 2) for key, gradient in case.gradients.items()}
        for gradients in (case.gradients, wrong, fooled_b(case.gradients)):
            asked = case.parameters, gradients, case.X, case.Y
            # For correct gradients both return only round-off, and not the same.
            assert run_checker(name, *asked) == pytest.approx(
                namespace[name](*asked), rel=1e-6, abs=1e-8
            )


@pytest.mark.parametrize("bad", [np.nan, np.inf])
@pytest.mark.parametrize("name", CHECKERS)
def test_absurd_gradients_pass_nothing(name: str, bad: float) -> None:
    case = live_case(np.random.default_rng(4))
    absurd = {key: np.full_like(gradient, bad) for key, gradient in case.gradients.items()}
    assert not run_checker(name, case.parameters, absurd, case.X, case.Y) < PASSES_BELOW
    assert right_check(case.parameters, absurd, case.X, case.Y) == np.inf


def test_the_limits_are_those_of_the_notebook():
    text = text_of("planted_bugs")
    about = text[text.index("checker_a") :]
    below, above = re.search(
        r"less than \$10\^\{(-\d)}\$.*more than \$10\^\{(-\d)}\$", about
    ).groups()
    assert (float(f"1e{below}"), float(f"1e{above}")) == (PASSES_BELOW, WRONG_ABOVE)


@pytest.mark.parametrize("name", CHECKERS)
def test_the_usual_step_is_1e_7(name):
    """As in the source that is shown, and in every check of the course that is customary."""
    case = live_case(np.random.default_rng(5))
    twice = {key: 2 * gradient for key, gradient in case.gradients.items()}
    asked = case.parameters, twice, case.X, case.Y
    assert run_checker(name, *asked) != run_checker(name, *asked, 1e-3)
    assert run_checker(name, *asked) == run_checker(name, *asked, 1e-7)
    assert CHECKERS[name](*asked) == CHECKERS[name](*asked, 1e-7)
    notebook = (SOURCE / "planted_bugs" / "planted_bugs.ipynb").read_text()
    assert f"def {name}(parameters, gradients, X, Y, epsilon=1e-7):" in notebook


def test_an_unknown_checker_raises() -> None:
    with pytest.raises(KeyError):
        run_checker("checker_z", {}, {}, np.ones(0), np.ones(0))
