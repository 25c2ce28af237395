"""If this fails, a notebook and its questions disagree on names, parts or points."""

import pytest

from autograder.questions import questions_of
from tests.questions.notebook import ASSIGNMENTS, HIDDEN, Notebook, cells

QUESTIONS = [(assignment, name) for assignment in ASSIGNMENTS for name in questions_of(assignment)]


def test_both_notebook_and_questions_are_there() -> None:
    assert ASSIGNMENTS, "no assignment has both a source notebook and questions"


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
class TestAssignment:
    def test_every_test_cell_has_a_question_and_every_question_a_test_cell(
        self, assignment: str
    ) -> None:
        tested = [name for name, cell in cells(assignment).items() if cell.points is not None]
        assert tested == [f"test_{name}" for name in questions_of(assignment)]

    def test_every_question_is_about_an_answer_cell(self, assignment: str) -> None:
        answered = [name for name, cell in cells(assignment).items() if cell.solution]
        assert answered == list(questions_of(assignment))

    def test_every_answer_cell_defines_what_it_is_named_after(self, assignment: str) -> None:
        namespace = Notebook(assignment).namespace
        assert [name for name in questions_of(assignment) if name not in namespace] == []


def test_names_are_unique_over_all_assignments() -> None:
    names = [name for _, name in QUESTIONS]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(("assignment", "question"), QUESTIONS)
class TestQuestion:
    def test_parts_sum_to_the_points_of_the_cell(self, assignment: str, question: str) -> None:
        asked = questions_of(assignment)[question]
        assert asked.points == sum(asked.parts.values()) == points_of(assignment, question)

    def test_every_part_is_worth_something(self, assignment: str, question: str) -> None:
        assert all(points > 0 for points in questions_of(assignment)[question].parts.values())

    def test_the_hidden_block_names_the_question_and_nothing_else(
        self, assignment: str, question: str
    ) -> None:
        (block,) = HIDDEN.findall(cells(assignment)[f"test_{question}"].source)
        assert block == f'from autograder import ask\n\nask("{question}")\n'

    def test_the_hidden_block_comes_last(self, assignment: str, question: str) -> None:
        assert cells(assignment)[f"test_{question}"].source.endswith("### END HIDDEN TESTS")

    def test_visible_parts_have_the_names_and_the_points_of_hidden_ones(
        self, assignment: str, question: str
    ) -> None:
        points = Notebook(assignment).check(question).points
        assert [*points.items()] == [*questions_of(assignment)[question].parts.items()]


def points_of(assignment: str, question: str) -> float | None:
    return cells(assignment)[f"test_{question}"].points
