"""If this fails, one submission can take all memory of the machine, and stop the class."""

import resource

import nbformat
import pytest

from autograder.batch.memory_limit import at_most

ASSIGNMENT = "one_dimension"


def test_taking_more_raises_and_the_limit_is_lifted_afterwards():
    before = resource.getrlimit(resource.RLIMIT_DATA)
    with at_most(100):
        assert len(bytearray(50_000_000)) == 50_000_000
        with pytest.raises(MemoryError):
            bytearray(200_000_000)
    assert len(bytearray(200_000_000)) == 200_000_000
    assert resource.getrlimit(resource.RLIMIT_DATA) == before


def test_a_submission_that_takes_too_much_is_one_line_and_the_others_are_graded(course, cli):
    course.configure("c.TrustedExecute.grader_memory = 100")
    course.submit("ada", ASSIGNMENT, course.answered(ASSIGNMENT))
    course.submit("zoe", ASSIGNMENT, course.answered(ASSIGNMENT))
    large = course.answered(ASSIGNMENT)
    large.cells.append(nbformat.v4.new_markdown_cell("x" * 40_000_000 + "\U0001f600"))
    course.submit("eve", ASSIGNMENT, nbformat.writes(large, ensure_ascii=False))
    status, out, _ = cli(course, "grade")
    assert status == 1 and out.endswith("2 graded, 1 failed\n")
    assert "eve/one_dimension/one_dimension.ipynb: the grader ran out of memory" in out
    assert sum(course.points(ASSIGNMENT, "zoe").values()) == 18
