"""If this fails, a mistake costs others their points. What each one loses: see test_parity.py."""

from collections.abc import Iterator
from itertools import groupby
from typing import Any

import numpy as np
import pytest

from autograder.questions import questions_of
from autograder.questions.n_dimensions import LAYER_PARTS
from autograder.truth import bugs
from autograder.truth.cases import live_case
from autograder.truth.distances import TOLERANCE, deviation
from autograder.truth.planting import Bug, compile_backward, plant, rename
from autograder.truth.standard_form import STANDARD
from tests.questions.answers import Answer
from tests.questions.mistakes import MISTAKES
from tests.questions.notebook import ASSIGNMENTS, SLOW, Notebook, lost
from tests.questions.styles import STYLES
from tests.truth.controls import CONTROLS

SUSPECTS = [bug for bug in bugs.BANK if bug.suspect]
"""The bugs that a student may be asked to find."""
QUESTIONS = [(assignment, name) for assignment in ASSIGNMENTS for name in questions_of(assignment)]


def mistakes_of(assignment: str) -> dict[str, list[Answer]]:
    """The mistakes of an assignment, by question."""
    by_question: dict[str, list[Answer]] = {name: [] for name in questions_of(assignment)}
    for each in MISTAKES:
        if each.assignment == assignment:
            by_question[each.question].append(each)
    return by_question


def rounds(assignment: str) -> Iterator[dict[str, Answer]]:
    """Wrong answers to all questions at once, until each mistake has occurred once."""
    by_question = mistakes_of(assignment)
    for turn in range(max(map(len, by_question.values()))):
        yield {name: found[turn % len(found)] for name, found in by_question.items()}


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_no_mistake_is_punished_twice(assignment: str) -> None:
    quick = [name for name in questions_of(assignment) if name not in SLOW]
    for wrong in rounds(assignment):
        for question in quick:
            others = [each for name, each in wrong.items() if name != question]
            answers = {name: text for each in others for name, text in each.answers.items()}
            verdict = Notebook(assignment, answers).judge(question, seed=0)
            assert not lost(verdict), f"one of {[*map(str, others)]} cost marks in\n{verdict}"


@pytest.mark.parametrize(("assignment", "question"), QUESTIONS)
def test_no_question_calls_the_answers_to_others(assignment: str, question: str) -> None:
    def called(*arguments: Any, **named: Any) -> None:
        raise AssertionError("the answer to another question was called")

    others = {name: called for name in questions_of(assignment) if name != question}
    styles = [each.answers for each in STYLES if each.question == question]
    for own in ({}, *styles):
        verdict = Notebook(assignment, others | own).judge(question, seed=0)
        assert not lost(verdict), f"\n{verdict}"


class TestBank:
    @pytest.mark.parametrize("bug", SUSPECTS, ids=lambda bug: bug.name)
    def test_a_bug_costs_the_arrays_that_it_corrupts_and_shows_in_the_open(self, bug: Bug) -> None:
        question = "backward_propagation_n"
        notebook = Notebook("n_dimensions", {question: plant(bug, name=question)})
        case = live_case(np.random.default_rng(1))
        found = compile_backward(plant(bug))(case.X, case.Y, case.cache)
        corrupted = {
            part
            for part, arrays in LAYER_PARTS.items()
            if any(deviation(found[array], case.gradients[array]) > TOLERANCE for array in arrays)
        }
        verdict = notebook.judge(question, seed=0)
        assert lost(verdict) & set(LAYER_PARTS) == corrupted, f"\n{verdict}"
        assert notebook.check(question).failed >= corrupted

    @pytest.mark.parametrize("bug", SUSPECTS, ids=lambda bug: bug.name)
    def test_no_suspect_passes_unrepaired(self, bug: Bug) -> None:
        for name in bugs.OPEN:
            notebook = Notebook("planted_bugs", {name: bugs.suspect_source(name, bug)})
            assert lost(notebook.judge(name, seed=0)) == {"repaired"}
            assert notebook.check(name).failed == {"repaired"}

    @pytest.mark.parametrize("control", CONTROLS, ids=lambda edit: edit.new)
    def test_what_is_no_bug_costs_nothing(self, control: Any) -> None:
        name = "repaired_backward"
        notebook = Notebook("planted_bugs", {name: rename(control.apply(STANDARD), name)})
        assert not lost(notebook.judge(name, seed=0))
        assert not notebook.check(name).failed


@pytest.mark.parametrize(("assignment", "question"), QUESTIONS)
def test_every_part_can_be_lost(assignment: str, question: str) -> None:
    parts = [each.loses for each in mistakes_of(assignment)[question]]
    assert frozenset().union(*parts) == set(questions_of(assignment)[question].parts)


@pytest.mark.parametrize(("assignment", "question"), QUESTIONS)
def test_nothing_written_earns_nothing(assignment: str, question: str) -> None:
    notebook = Notebook(assignment, {question: f"def {question}(*arguments, **named):\n    pass"})
    verdict, visible = notebook.judge(question, seed=0), notebook.check(question)
    assert verdict.points == 0
    assert visible.value == 0.0
    assert visible.failed >= set(questions_of(assignment)[question].parts)


def test_only_a_diagnosis_may_be_wrong_without_a_warning() -> None:
    assert {each.question for each in MISTAKES if each.untold} == {"diagnosis"}


def test_no_two_mistakes_are_called_the_same() -> None:
    names = sorted(map(str, MISTAKES))
    assert [name for name, found in groupby(names) if len([*found]) > 1] == []
