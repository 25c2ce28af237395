"""If this fails, correct answers lose points, or visible checks call them wrong."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.questions import questions_of
from tests.questions.notebook import ASSIGNMENTS, SLOW, Notebook, lost
from tests.questions.styles import STYLES
from tests.sample_class import load
from tests.thorough import THOROUGH

SEEDS, SEEDS_OF_A_SLOW_ONE = 6 * THOROUGH, THOROUGH

QUESTIONS = [(assignment, name) for assignment in ASSIGNMENTS for name in questions_of(assignment)]


def answers_of(whose: str, assignment: str) -> dict[str, Any]:
    """The answers of a story of the sample class, or of the notebook itself."""
    if whose == "source":
        return {}
    told = load(whose).answers(assignment)
    return {name: told[name] for name in questions_of(assignment)}


@pytest.mark.parametrize("whose", ["source", "correct", "correct_other_style"])
@pytest.mark.parametrize(("assignment", "question"), QUESTIONS)
def test_right_answers_get_every_part(assignment: str, question: str, whose: str) -> None:
    notebook = Notebook(assignment, answers_of(whose, assignment))
    for seed in range(SEEDS_OF_A_SLOW_ONE if question in SLOW else SEEDS):
        verdict = notebook.judge(question, seed)
        assert not lost(verdict), f"\n{verdict}"
        assert verdict.points == verdict.most


@pytest.mark.parametrize("whose", ["source", "correct", "correct_other_style"])
@pytest.mark.parametrize(("assignment", "question"), QUESTIONS)
def test_right_answers_pass_the_visible_checks(assignment: str, question: str, whose: str) -> None:
    visible = Notebook(assignment, answers_of(whose, assignment)).check(question)
    assert not visible.failed, visible.printed
    assert visible.value == questions_of(assignment)[question].points


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
@settings(deadline=None, derandomize=True, max_examples=5 * THOROUGH)
@given(data=st.data(), seed=st.integers(0, 2**48 - 1))
def test_styles_go_together(assignment: str, data: st.DataObject, seed: int) -> None:
    mixed: dict[str, Any] = {}
    for question in questions_of(assignment):
        choices = [each for each in STYLES if each.question == question]
        chosen = data.draw(st.sampled_from([None, *choices]))
        mixed |= chosen.answers if chosen else {}
    notebook = Notebook(assignment, mixed)
    asked = data.draw(st.sampled_from([*questions_of(assignment)]))
    verdict = notebook.judge(asked, seed)
    assert not lost(verdict), f"\n{verdict}"
    assert not notebook.check(asked).failed
