"""If this fails, points or locked cells change under existing grades."""

import nbformat
import pytest
from nbgrader.preprocessors import ComputeChecksums, LockCells

from autograder.grading.refuse_changes import ChangedAfterRelease, RefuseSilentChanges, differences

ASSIGNMENT = "one_dimension"


@pytest.fixture(scope="module")
def with_submission(course_of_the_module):
    """A course with one submission in its gradebook."""
    with course_of_the_module.gradebook() as gradebook:
        gradebook.add_student("ada")
        gradebook.add_submission(ASSIGNMENT, "ada")
    return course_of_the_module


@pytest.fixture
def source(with_submission):
    return nbformat.read(with_submission.path("source", ASSIGNMENT), as_version=4)


def cell_of(notebook, name):
    ours = (cell for cell in notebook.cells if "nbgrader" in cell.metadata)
    return next(cell for cell in ours if cell.metadata.nbgrader.grade_id == name)


def release(course, source, assignment=ASSIGNMENT, keep_grades=False):
    info = {"assignment": assignment, "notebook": assignment}
    info["db_url"] = f"sqlite:///{course.root / 'gradebook.db'}"
    watch = RefuseSilentChanges(keep_grades=keep_grades)
    for step in (LockCells(), ComputeChecksums(), watch):
        source, _ = step.preprocess(source, {"nbgrader": info})
    return source


def refused(course, source):
    with pytest.raises(ChangedAfterRelease) as caught:
        release(course, source)
    return str(caught.value)


def test_nothing_changed(with_submission, source):
    release(with_submission, source)


def test_prose_answers_and_unkept_cells_may_change(with_submission, source):
    """nbgrader leaves its metadata on cells that it no longer keeps."""
    source.cells[0].source += "\n\nGood luck."
    cell_of(source, "forward_propagation").source += "\n# said better"
    unkept = {"grade": False, "grade_id": "cell-1", "locked": False, "solution": False}
    source.cells.append(nbformat.v4.new_code_cell("1", metadata={"nbgrader": unkept}))
    release(with_submission, source)


@pytest.mark.parametrize("more", [3, -3.5])
def test_changed_points(with_submission, source, more):
    """The remedy that the message names keeps the grades."""
    cell = cell_of(source, "test_gradient_check")
    before = cell.metadata.nbgrader.points
    cell.metadata.nbgrader.points = before + more
    why = refused(with_submission, source)
    assert f"test_gradient_check is worth {before + more:g} instead of {before:g} points" in why
    assert "1 submission," in why
    assert "autograder release one_dimension --keep-grades" in why
    assert "nbgrader db assignment remove" not in why
    release(with_submission, source, keep_grades=True)


@pytest.mark.parametrize("name", ["checking_tools", "test_error_sweep"])
def test_a_changed_locked_cell(with_submission, source, name):
    cell_of(source, name).source += "\n# changed"
    assert f"the text of the locked cell {name} has changed" in refused(with_submission, source)
    release(with_submission, source, keep_grades=True)


def test_new_gone_and_renamed_cells_are_all_named(with_submission, source):
    cell_of(source, "setup").metadata.nbgrader.grade_id = "preparation"
    source.cells.remove(cell_of(source, "summary"))
    why = refused(with_submission, source)
    assert "preparation is new; setup is gone; summary is gone" in why
    assert "nbgrader db assignment remove one_dimension --force`, which deletes" in why
    with pytest.raises(ChangedAfterRelease):
        release(with_submission, source, keep_grades=True)


@pytest.mark.parametrize(
    ("name", "graded", "said"),
    [
        ("checking_tools", True, "checking_tools earns points now"),
        ("test_error_sweep", False, "test_error_sweep no longer earns points"),
    ],
)
def test_a_cell_that_starts_or_stops_earning_points(with_submission, source, name, graded, said):
    cell_of(source, name).metadata.nbgrader |= {"grade": graded, "locked": True, "points": 1}
    assert said in refused(with_submission, source)


def test_without_submissions_everything_may_change(with_submission):
    source = nbformat.read(with_submission.path("source", "n_dimensions"), as_version=4)
    cell_of(source, "test_gradient_check_n").metadata.nbgrader.points = 80
    release(with_submission, source, "n_dimensions")


def test_an_unknown_assignment_is_not_compared(with_submission, source):
    release(with_submission, source, "brand_new")


def test_a_release_is_what_the_gradebook_knows(with_submission):
    """The gradebook stores the hidden tests, but a release does not have them."""
    notebook = with_submission.release(ASSIGNMENT)
    with with_submission.gradebook() as gradebook:
        known = gradebook.find_notebook(ASSIGNMENT, ASSIGNMENT)
        assert list(differences(notebook, known)) == []
        cell_of(notebook, "test_gradient_check").metadata.nbgrader.points = 7
        assert len(list(differences(notebook, known))) == 1
