"""A warning costs no marks, and no score is recorded that no question gave."""

import pytest
from nbformat.v4 import new_code_cell, new_output
from nbgrader.utils import determine_grade

from autograder.grading.outcome import NoVerdict, OnlyVerdicts, WarningsCostNothing
from autograder.questions import GraderFailed

ASKS = 'from autograder import ask\n\nask("relative_difference")'


def graded(*outputs, source=ASKS):
    metadata = {"grade": True, "grade_id": "test_it", "locked": True, "points": 3,
                "schema_version": 3, "solution": False, "task": False}
    return new_code_cell(source, metadata={"nbgrader": metadata}, outputs=list(outputs))


def warned():
    return new_output("stream", name="stderr", text="RuntimeWarning: divide by zero")


def result(text):
    return new_output("execute_result", data={"text/plain": text}, execution_count=1)


def raised(ename, evalue=""):
    return new_output("error", ename=ename, evalue=evalue, traceback=[])


def seen(preprocessor, cell):
    return preprocessor().preprocess_cell(cell, {}, 0)[0]


def test_nbgrader_still_takes_all_marks_for_a_warning():
    """If not, WarningsCostNothing may go."""
    assert determine_grade(graded(warned(), result("3.0"))) == (0, 3)


def test_a_warning_costs_nothing_and_is_still_shown():
    cell = seen(WarningsCostNothing, graded(warned(), result("2.0"), warned()))
    assert determine_grade(cell) == (2, 3)
    assert sum("divide by zero" in output.get("text", "") for output in cell.outputs) == 2


def test_warnings_of_other_cells_stay_as_they_are():
    cell = seen(WarningsCostNothing, new_code_cell("1 / 0", outputs=[warned()]))
    assert cell.outputs == [warned()]


@pytest.mark.parametrize("outputs", [
    [result("0.0")], [result("3.0")], [result("2.5")], [warned(), result("3.0")],
    [raised("SyntaxError")], [raised("CellTimeoutError")], [raised("NameError"), result("1.0")],
])
def test_verdicts_and_errors_pass(outputs):
    assert seen(OnlyVerdicts, graded(*outputs)).outputs == outputs


@pytest.mark.parametrize("outputs", [
    [], [warned()], [result("'all fine'")], [result("True")], [result("-1.0")], [result("nan")],
    [result("4.0")], [result("np.float64(3.0)")], [result("9"), result("1.0")],
    [new_output("execute_result", data={"text/html": "3"}, execution_count=1)],
    [new_output("display_data", data={"text/plain": "3.0"})],
])
def test_a_cell_without_a_verdict_gets_no_score(outputs):
    """nbgrader gives full marks for most of these."""
    with pytest.raises(NoVerdict, match="test_it"):
        seen(OnlyVerdicts, graded(*outputs))


def test_a_test_that_asks_no_question_is_graded_as_nbgrader_grades():
    assert seen(OnlyVerdicts, graded(source="assert half(2) == 1")).outputs == []


def test_a_failure_of_the_grader_is_not_the_students():
    with pytest.raises(GraderFailed, match="broke at seed 7"):
        seen(OnlyVerdicts, graded(raised("GraderFailed", "it broke at seed 7")))
