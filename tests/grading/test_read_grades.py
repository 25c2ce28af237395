"""If this fails, pages of feedback show other points and comments than the gradebook has."""

from copy import deepcopy
from datetime import datetime, timedelta

import nbformat
import pytest
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.preprocessors import GetGrades

from autograder.grading.read_grades import GRADED, ReadGrades

OURS = {"grade": False, "solution": False, "task": False, "locked": False, "schema_version": 3}
CELLS = {
    "answer": {"solution": True},
    "test_answer": {"grade": True, "points": 4},
    "words": {"grade": True, "solution": True, "points": 2},
    "project": {"task": True, "points": 3},
}
DUE = datetime(2026, 10, 5, 12)
SCORES = {
    "test_answer": {"auto_score": 1.5, "extra_credit": 0.5, "needs_manual_grade": False},
    "words": {"auto_score": 1.0, "manual_score": 0.0, "needs_manual_grade": False},
    "project": {"needs_manual_grade": True},
}
COMMENTS = {
    "answer": {"auto_comment": "No response."},
    "words": {"auto_comment": "No response.", "manual_comment": "But there is one."},
    "project": {},
}


@pytest.fixture(scope="module")
def address(activated, tmp_path_factory):
    """A gradebook with two submissions of one assignment."""
    address = f"sqlite:///{tmp_path_factory.mktemp('book')}/gradebook.db"
    with Gradebook(address) as book:
        book.add_assignment("ps1", duedate=DUE)
        book.add_notebook("one", "ps1")
        for name, kind in CELLS.items():
            if "points" in kind:
                add = book.add_task_cell if "task" in kind else book.add_grade_cell
                add(name, "one", "ps1", max_score=kind["points"], cell_type="code")
            if "solution" in kind:
                book.add_solution_cell(name, "one", "ps1")
        for student in ("ada", "grace"):
            book.add_student(student, first_name="Ada")
            submission = book.add_submission("ps1", student, timestamp=DUE + timedelta(days=3))
        submission.extension = timedelta(days=1)
        (notebook,) = submission.notebooks
        notebook.late_submission_penalty = 0.5
        for found, values in ((notebook.grades, SCORES), (notebook.comments, COMMENTS)):
            for each in found:
                for name, value in values[each.name].items():
                    setattr(each, name, value)
        book.db.commit()
    return address


def read_by(preprocessor, address, student):
    notebook = nbformat.v4.new_notebook()
    for name, kind in CELLS.items():
        ours = {**OURS, **kind, "grade_id": name}
        notebook.cells.append(nbformat.v4.new_code_cell(id=name, metadata={"nbgrader": ours}))
    names = {"notebook": "one", "assignment": "ps1", "student": student, "db_url": address}
    return preprocessor.preprocess(notebook, {"nbgrader": deepcopy(names)})


@pytest.mark.parametrize("student", ["ada", "grace"])
def test_all_of_it_is_what_nbgrader_reads(address, student):
    notebook, resources = read_by(ReadGrades(), address, student)
    expected, theirs = read_by(GetGrades(), address, student)
    assert notebook == expected
    assert resources["nbgrader"] == theirs["nbgrader"]


def test_the_page_is_told_more(address):
    _, resources = read_by(ReadGrades(), address, "grace")
    graded = resources[GRADED]
    with Gradebook(address) as book:
        seconds = book.find_submission("ps1", "grace").total_seconds_late
    assert graded.late == timedelta(seconds=seconds) == timedelta(days=2)
    assert (graded.name, graded.penalty) == ("Ada", 0.5)
    assert graded.worth == {"test_answer": 4, "words": 2, "project": 3}
    assert [name for name, each in graded.scores.items() if each.waits] == ["project"]
    assert graded.scores["words"].score == 0 and graded.scores["test_answer"].score == 2


def test_there_are_no_grades_of_somebody_else(address):
    with pytest.raises(MissingEntry):
        read_by(ReadGrades(), address, "alan")
