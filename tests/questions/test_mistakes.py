"""If this fails, a mistake keeps its marks, loses others' marks, or is punished without warning."""

from itertools import groupby

import pytest

from autograder.questions import questions_of
from tests.questions.mistakes import MISTAKES
from tests.questions.notebook import ASSIGNMENTS, SLOW, Notebook, lost

SEEDS = range(3)
QUESTIONS = [(assignment, name) for assignment in ASSIGNMENTS for name in questions_of(assignment)]


def mistakes_of(assignment):
    """The mistakes of an assignment, by question."""
    by_question = {name: [] for name in questions_of(assignment)}
    for each in MISTAKES:
        if each.assignment == assignment:
            by_question[each.question].append(each)
    return by_question


def rounds(assignment):
    """Wrong answers to every question at once, until each mistake has had its turn."""
    by_question = mistakes_of(assignment)
    for turn in range(max(map(len, by_question.values()))):
        yield {name: found[turn % len(found)] for name, found in by_question.items()}


@pytest.mark.parametrize("wrong", MISTAKES, ids=str)
def test_it_loses_its_parts_and_no_others(wrong):
    notebook = Notebook(wrong.assignment, wrong.answers)
    for seed in SEEDS:
        verdict = notebook.judge(wrong.question, seed)
        assert lost(verdict) == wrong.all_lost, f"\n{verdict}"


@pytest.mark.parametrize("wrong", MISTAKES, ids=str)
def test_it_is_not_asked_in_secret(wrong):
    visible = Notebook(wrong.assignment, wrong.answers).check(wrong.question)
    silent = wrong.loses - visible.failed
    assert not silent, f"{sorted(silent)} fail in the hidden test only\n{visible.printed}"
    if wrong.gated:
        assert visible.failed - wrong.gated, f"no visible check tells\n{visible.printed}"
    if visible.failed:
        assert visible.value == 0.0


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_no_mistake_is_punished_twice(assignment):
    quick = [name for name in questions_of(assignment) if name not in SLOW]
    for turn, wrong in enumerate(rounds(assignment)):
        for question in quick:
            others = [each for name, each in wrong.items() if name != question]
            answers = {name: text for each in others for name, text in each.answers.items()}
            verdict = Notebook(assignment, answers).judge(question, seed=turn)
            assert not lost(verdict), f"one of {[*map(str, others)]} cost marks in\n{verdict}"


@pytest.mark.parametrize(("assignment", "question"), QUESTIONS)
def test_no_question_calls_the_answers_to_others(assignment, question):
    def called(*arguments, **named):
        raise AssertionError("somebody else's answer was called")

    others = {name: called for name in questions_of(assignment) if name != question}
    verdict = Notebook(assignment, others).judge(question, seed=0)
    assert not lost(verdict), f"\n{verdict}"


@pytest.mark.parametrize(("assignment", "question"), QUESTIONS)
def test_every_part_can_be_lost(assignment, question):
    parts = [each.loses for each in mistakes_of(assignment)[question]]
    assert frozenset().union(*parts) == set(questions_of(assignment)[question].parts)


@pytest.mark.parametrize(("assignment", "question"), QUESTIONS)
def test_nothing_written_earns_nothing(assignment, question):
    notebook = Notebook(assignment, {question: f"def {question}(*arguments, **named):\n    pass"})
    verdict, visible = notebook.judge(question, seed=0), notebook.check(question)
    assert verdict.points == 0
    assert visible.value == 0.0
    assert visible.failed >= set(questions_of(assignment)[question].parts)


def test_only_a_diagnosis_may_be_wrong_without_a_warning():
    assert {each.question for each in MISTAKES if each.untold} == {"diagnosis"}


def test_no_two_mistakes_are_called_the_same():
    names = sorted(map(str, MISTAKES))
    assert [name for name, found in groupby(names) if len([*found]) > 1] == []
