"""If this fails, an answer in another cell is not graded, or of two answers the wrong one is."""

import copy
import time

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_raw_cell

from autograder.grading.flags import flags_of
from autograder.grading.match_cells import name_of
from autograder.grading.rebuild import LATER_ANSWER, OWN, rebuild
from tests.grading.test_any_edits import ANSWERED, RELEASES, at_its_test

RELEASE = RELEASES["one_dimension"]
FIRST, SECOND = "numerical_derivative", "relative_difference"
OTHER = "def relative_difference(a, b):\n    return None  # another try"


@pytest.fixture
def submission():
    return copy.deepcopy(ANSWERED["one_dimension"])


def index_of(notebook, name):
    return next(index for index, cell in enumerate(notebook.cells) if name_of(cell) == name)


def cell_of(notebook, name):
    return notebook.cells[index_of(notebook, name)]


def empty(notebook, name):
    """Leave an answer cell as it was given; return the answer."""
    cell = cell_of(notebook, name)
    text, cell.source = cell.source, cell_of(RELEASE, name).source
    return text


def is_tested(rebuilt, name, text):
    return at_its_test(rebuilt, name) == at_its_test(
        nbformat.from_dict({"cells": [new_code_cell(text), cell_of(RELEASE, f"test_{name}")]}), name
    )


@pytest.mark.parametrize("where", [
    "setup", FIRST, f"test_{FIRST}", SECOND, f"test_{SECOND}", "error_sweep", "summary",
])  # fmt: skip
def test_an_answer_in_a_new_cell_counts_wherever_it_is(submission, where):
    text = empty(submission, SECOND)
    number = index_of(submission, where) + 2
    submission.cells.insert(number - 1, new_code_cell(text))
    rebuilt = rebuild(RELEASE, submission)
    assert cell_of(rebuilt, SECOND).source == text
    assert flags_of(rebuilt) == [
        f"The answer to {SECOND} is not in its own cell: what was graded is in cell {number} of "
        "the submission."
    ]


@pytest.mark.parametrize(
    "where", ["setup", FIRST, f"test_{SECOND}", "error_sweep", "checking_tools"]
)
@pytest.mark.parametrize("is_first", [True, False])
def test_an_answer_in_a_cell_that_has_something_else_counts(submission, where, is_first):
    text = empty(submission, SECOND)
    cell = cell_of(submission, where)
    cell.source = "\n\n\n".join([text, cell.source] if is_first else [cell.source, text])
    rebuilt = rebuild(RELEASE, submission)
    for name in (FIRST, SECOND, "error_sweep"):
        assert is_tested(rebuilt, name, cell_of(ANSWERED["one_dimension"], name).source), name
    assert len(flags_of(rebuilt)) == 1 and SECOND in flags_of(rebuilt)[0]


@pytest.mark.parametrize("everything", [True, False])
@pytest.mark.parametrize("is_last", [True, False])
def test_all_code_in_one_cell_counts(submission, everything, is_last):
    code = [cell for cell in submission.cells if cell.cell_type == "code"]
    names = [name_of(cell) for cell in code if cell.metadata.nbgrader.solution]
    parts = code if everything else [cell for cell in code if cell.metadata.nbgrader.solution]
    merged = new_code_cell("\n\n\n".join(cell.source for cell in parts))
    submission.cells = [cell for cell in submission.cells if cell.cell_type != "code"]
    submission.cells.insert(len(submission.cells) if is_last else 0, merged)
    rebuilt = rebuild(RELEASE, submission)
    for name in names:
        assert is_tested(rebuilt, name, cell_of(ANSWERED["one_dimension"], name).source), name
    (flag,) = flags_of(rebuilt)
    assert all(name in flag for name in names)


def test_a_stub_in_another_cell_is_no_answer(submission):
    """Where all cells are merged, stubs are as well."""
    stub = cell_of(RELEASE, SECOND).source
    cell_of(submission, FIRST).source += f"\n\n\n{stub}"
    rebuilt = rebuild(RELEASE, submission)
    assert cell_of(rebuilt, SECOND).source == cell_of(submission, SECOND).source
    assert flags_of(rebuilt) == []


def test_an_answer_that_was_taken_out_of_use_is_not_a_different_answer(submission):
    submission.cells.insert(index_of(submission, SECOND) + 1, new_raw_cell(OTHER))
    assert flags_of(rebuild(RELEASE, submission)) == []


def test_equal_copies_are_not_different_answers(submission):
    text = cell_of(submission, SECOND).source
    submission.cells.insert(index_of(submission, SECOND), new_code_cell(f"# the same\n{text}\n"))
    assert flags_of(rebuild(RELEASE, submission)) == []


def test_of_different_answers_above_the_test_the_last_counts(submission):
    submission.cells.insert(index_of(submission, SECOND) + 1, new_code_cell(OTHER))
    rebuilt = rebuild(RELEASE, submission)
    assert cell_of(rebuilt, SECOND).source == OTHER
    assert flags_of(rebuilt) == [
        f"{SECOND}: the submission has different answers, in cells 26 and 27. The one that was "
        "graded is in cell 27, the last above the test."
    ]


def test_of_different_answers_below_the_test_the_last_counts(submission):
    text = empty(submission, SECOND)
    submission.cells += [new_code_cell(OTHER), new_code_cell(text)]
    rebuilt = rebuild(RELEASE, submission)
    assert cell_of(rebuilt, SECOND).source == text
    (flag,) = flags_of(rebuilt)
    assert "All are below the test. The one that was graded is in cell 52, the last." in flag


def test_an_answer_below_the_test_of_another_is_marked_to_be_asked_again(submission):
    submission.cells.insert(index_of(submission, f"test_{SECOND}") + 1, new_code_cell(OTHER))
    rebuilt = rebuild(RELEASE, submission)
    (later,) = [cell for cell in rebuilt.cells if LATER_ANSWER in cell.metadata]
    assert rebuilt.cells.index(later) == index_of(rebuilt, f"test_{SECOND}") + 1
    assert (later.source, later.metadata[OWN]) == (OTHER, 28)
    (said,) = later.metadata[LATER_ANSWER]
    assert (said["to"], said["before"]) == (SECOND, "cell 26")
    assert flags_of(rebuilt) == []  # grading adds which one counts


def test_a_label_without_an_answer_gives_way_to_an_answer(submission):
    text = empty(submission, SECOND)
    cell_of(submission, SECOND).source = "helper = 1"
    submission.cells.append(new_code_cell(text))
    rebuilt = rebuild(RELEASE, submission)
    assert cell_of(rebuilt, SECOND).source == text
    assert rebuilt.cells[index_of(rebuilt, SECOND) - 1].source == "helper = 1"


def test_fewer_than_half_of_the_answer_cells_are_said():
    answers = [
        cell
        for cell in ANSWERED["one_dimension"].cells
        if cell.metadata.get("nbgrader", {}).get("solution")
    ]
    kept = nbformat.from_dict({"cells": answers[:3]})
    (flag,) = flags_of(rebuild(RELEASE, kept))
    assert flag.startswith("Only 3 of the 7 answer cells of this assignment were found")
    kept = nbformat.from_dict({"cells": answers[:4]})
    assert flags_of(rebuild(RELEASE, kept)) == []


def test_a_flag_has_none_of_a_students_words(submission):
    """Only names of ours and numbers, so that nothing in it can trick a page or a terminal."""
    evil = "<b>evil</b>"
    empty(submission, "explain_zero")
    for cell in submission.cells[::3]:
        cell.id = evil
        cell.metadata = nbformat.from_dict({"nbgrader": {"grade_id": evil, "solution": True}})
    submission.cells += [
        new_code_cell(f"{OTHER}\n{evil!r}"),
        new_raw_cell(f"{evil} one two three four five six"),
    ]
    flags = flags_of(rebuild(RELEASE, submission))
    assert flags and not any("evil" in each for each in flags)


@pytest.mark.parametrize("deep", [
    "x = " + "+".join(["1"] * 2000), "x = " + "-" * 2000 + "1", "x = a" + ".a" * 2000,
    "x = " + "(" * 150 + ")" * 150, "x = " + "[" * 2000, "x = 1;" * 2000, "lambda: " * 2000 + "1",
])  # fmt: skip
def test_code_that_is_nested_deeply_stops_nobody(submission, deep):
    for name in ("setup", FIRST, f"test_{FIRST}"):
        cell_of(submission, name).source += f"\n{deep}; y = 1"
    cell_of(submission, SECOND).source = f"{SECOND}{deep[1:]}" if deep[0] == "x" else deep
    submission.cells.append(new_code_cell(deep))
    rebuilt = rebuild(RELEASE, submission)
    assert cell_of(rebuilt, SECOND).source == cell_of(submission, SECOND).source


def test_much_code_takes_seconds_at_most(submission):
    """And not minutes, in the process that grades everybody."""
    many = "\n".join(f"a_{n} = [{n}, {{'b': ({n}, -{n})}}]" for n in range(3000))
    for cell in submission.cells:
        cell.cell_type = "code"
        cell.source += f"\n{many}"
    began = time.process_time()
    rebuild(RELEASE, submission)
    assert time.process_time() - began < 30
