"""If this fails, an error is not one line with what was found, where, and the next step."""

import json

import pytest
from jsonschema import ValidationError
from nbformat.reader import NotJSONError
from nbgrader.api import InvalidEntry
from nbgrader.nbgraderformat import SchemaTooOldError
from sqlalchemy.exc import OperationalError

from autograder.batch.workers import WorkerDied
from autograder.box.warden import NoWalls
from autograder.grading.agreement import Disagreement
from autograder.grading.errors import CourseError, in_one_line, kind_and_text, printable
from autograder.grading.extra_files import ExtraFilesRefused
from autograder.grading.grade import NoQuestion
from autograder.grading.not_a_notebook import NotANotebook, TooLarge
from autograder.grading.rebuild import WrongNotebook
from autograder.grading.refuse_changes import ChangedAfterRelease
from autograder.grading.submission import KilledFromOutside
from autograder.questions import GraderFailed

WHERE, REMEDY = "submitted/ada/essay/essay.ipynb", "ask for the .ipynb file again"
LOCKED = OperationalError("UPDATE grade", {}, Exception("database is locked"))


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (NotJSONError("Notebook does not appear to be JSON"), REMEDY),
        (json.JSONDecodeError("Expecting value", "x", 0), REMEDY),
        (UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte"), REMEDY),
        (ValidationError("Additional properties\n\nare not allowed"), REMEDY),
        (WrongNotebook("it has 0 of the 7 answer cells: is it the right one?"), REMEDY),
        (
            NoQuestion("the cell test_half asks a question that does not exist: write one"),
            "write one",
        ),
        (NoWalls("this host can't contain a submission's code: ask for another"), "another"),
        (GraderFailed("the question 'half' broke at seed 7: please report it"), "not the student"),
        (WorkerDied(), "ended twice"),
        (NotANotebook("is a PDF: submit the .ipynb file"), f"{WHERE} is a PDF: submit"),
        (TooLarge("has 9000 cells: ask for a smaller one"), f"{WHERE} has 9000 cells"),
        (ChangedAfterRelease("the cell test_half is new: use another name"), "another name"),
        (KilledFromOutside("it was killed from outside: grade it again"), "grade it again"),
        (CourseError("there is no release of it: release it first"), "was not graded: there"),
        (ExtraFilesRefused("notes.txt was copied with it"), f"{WHERE}: notes.txt"),
        (MemoryError(), "the grader ran out of memory, not the student"),
        (SchemaTooOldError("the metadata is of version 1", 1, 3), REMEDY),
        (LOCKED, "writable"),
        (InvalidEntry("attempt to write a readonly database"), "writable"),
        (PermissionError(13, "Permission denied", "essay.ipynb"), "readable and writable"),
        (RecursionError("maximum recursion depth exceeded\nwhile calling"), ".nbgrader.log"),
        (KeyError("cells"), REMEDY),
        (Exception(), REMEDY),
    ],
    ids=lambda each: type(each).__name__,
)
def test_one_line_with_the_place_and_the_next_step(error, said):
    line = in_one_line(error, WHERE, REMEDY)
    assert line.startswith(WHERE)
    assert said in line
    assert line.isprintable()


def test_an_error_is_shown_as_python_shows_it():
    assert kind_and_text(KeyError("{a}")) == "KeyError: '{a}'"
    assert kind_and_text(AssertionError()) == "AssertionError"
    assert in_one_line(AssertionError(), WHERE, REMEDY).startswith(f"{WHERE}: AssertionError (")
    assert in_one_line(KeyError("{a}"), WHERE, REMEDY).startswith(f"{WHERE}: KeyError: '{{a}}' (")


def test_an_error_with_several_findings_has_a_line_for_each():
    error = Disagreement("4 points in all, and {the cells} give 5", "no such question:\n'hlaf'")
    assert in_one_line(error, WHERE, REMEDY).split("\n") == [
        f"{WHERE}: 4 points in all, and {{the cells}} give 5",
        f"{WHERE}: no such question:\\n'hlaf'",
    ]


def test_what_can_not_be_printed_is_escaped():
    assert printable("zoë\n\x1b[2J\udcff\ud800 学生") == r"zoë\n\x1b[2J\xff\ud800 学生"
