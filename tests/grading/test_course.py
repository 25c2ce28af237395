"""If this fails, a problem in the course folder gets no clear line, or costs data."""

import ctypes
import os
import shutil

import nbformat
import pytest

ASSIGNMENT = "one_dimension"


def fails_in_one_line(done, *said):
    """Check for exit status 1 and one line on stderr, which contains everything in `said`."""
    status, out, err = done
    assert (status, out, err.count("\n")) == (1, "", 1), done
    assert err.startswith("autograder: ")
    for text in said:
        assert text in err


def change_cells(course):
    """A change that can't be made once there are submissions: remove a cell."""
    with course.source(ASSIGNMENT) as cells:
        cells["summary"].metadata.nbgrader.grade_id = "results"


# The folder.


def test_not_a_course_folder(cli, tmp_path):
    for command in ("release", "grade", "feedback"):
        done = cli(tmp_path, command)
        fails_in_one_line(done, str(tmp_path), "is not a course folder", "change to the folder")
    assert list(tmp_path.iterdir()) == []


def test_no_submissions(cli, course):
    fails_in_one_line(cli(course, "grade"), "any assignment", "submitted/<student>/<assignment>/")
    fails_in_one_line(cli(course, "grade", ASSIGNMENT), f"no submissions of {ASSIGNMENT}")
    fails_in_one_line(cli(course, "feedback"), "nothing has been graded", "autograder grade")


@pytest.mark.parametrize("name", ["nothing", "one_dimension/", "../one_dimension", "*", "."])
def test_an_unknown_assignment(cli, course, name):
    for command in ("release", "grade", "feedback"):
        fails_in_one_line(cli(course, command, name), repr(name), "n_dimensions, one_dimension")


def test_no_assignment_at_all(cli, course):
    shutil.rmtree(course.root / "source")
    fails_in_one_line(cli(course, "grade"), "/source has no assignments")


def test_an_assignment_of_ours_whose_notebook_has_another_name(cli, course):
    """Its questions belong to that name."""
    path = course.path("source", ASSIGNMENT)
    path.rename(path.with_name("draft.ipynb"))
    fails_in_one_line(cli(course, "release", ASSIGNMENT), "draft.ipynb", "rename it")


def test_a_notebook_of_ours_in_a_folder_of_another_name(cli, course):
    """Its questions would not be found."""
    (course.root / "source" / "essay").mkdir()
    shutil.copy(course.path("source", ASSIGNMENT), course.root / "source/essay/draft.ipynb")
    status, out, _ = cli(course, "release", "essay")
    assert status == 1 and "which is not a question" in out
    assert not (course.root / "release" / "essay").exists()


def test_two_notebooks_in_one_source_folder(cli, course):
    """nbgrader would release the copy as well, with its own points."""
    path = course.path("source", ASSIGNMENT)
    shutil.copy(path, path.with_name("one_dimension-Copy1.ipynb"))
    fails_in_one_line(cli(course, "release", ASSIGNMENT), "-Copy1.ipynb", "move it elsewhere")


@pytest.mark.parametrize("line", ["c.Autograde.nonsense(", "1 / 0", "import not_there"])
def test_a_configuration_that_can_not_be_read(cli, course, line):
    """nbgrader itself would continue without it, and grade by other rules."""
    course.configure(line)
    course.submit("ada", ASSIGNMENT, course.answered(ASSIGNMENT))
    fails_in_one_line(cli(course, "grade"), "nbgrader_config.py", "Error", "correct it")


# Sources that changed.


def test_changed_cells_after_grading_are_refused_and_the_release_stays(cli, course):
    """Even with --keep-grades, because nbgrader can't keep them."""
    add_submission(course, "ada")
    before = course.path("release", ASSIGNMENT).read_bytes()
    change_cells(course)
    for options in ([], ["--keep-grades"]):
        status, out, _ = cli(course, "release", ASSIGNMENT, *options)
        *_, line, summary = out.splitlines()  # the cells that have come were tidied
        assert line.startswith("source/one_dimension/one_dimension.ipynb: ")
        assert "the gradebook has 1 submission, but this has changed since" in line
        assert "results is new; summary is gone" in line
        assert "`nbgrader db assignment remove one_dimension --force`, which deletes" in line
        assert (status, summary) == (1, "0 released, 1 failed")
        assert course.path("release", ASSIGNMENT).read_bytes() == before


def test_the_way_out_of_changed_cells_works(cli, course):
    """The remedy that the message names."""
    add_submission(course, "ada")
    change_cells(course)
    removed = course.run("nbgrader", "db", "assignment", "remove", ASSIGNMENT, "--force")
    assert removed.returncode == 0, removed.stderr
    status, out, _ = cli(course, "release", ASSIGNMENT)
    assert status == 0 and out.endswith("1 released\n")
    with course.gradebook() as gradebook:
        names = {each.name for each in gradebook.find_notebook(ASSIGNMENT, ASSIGNMENT).source_cells}
        assert "results" in names and "summary" not in names


def add_submission(course, student):
    with course.gradebook() as gradebook:
        gradebook.add_student(student)
        gradebook.add_submission(ASSIGNMENT, student)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("# One dimension", "is not a notebook"),
        ('{"cells": [], "nbformat": 9}', "damaged notebook"),
    ],
)
def test_a_source_that_is_not_a_notebook(cli, course, text, said):
    before = course.path("release", ASSIGNMENT).read_bytes()
    course.path("source", ASSIGNMENT).write_text(text)
    status, out, _ = cli(course, "release")
    line, summary = out.splitlines()
    assert line.startswith("source/one_dimension/one_dimension.ipynb ")
    assert said in line and "restore it from git" in line
    assert (status, summary) == (1, "2 released, 1 failed")
    assert course.path("release", ASSIGNMENT).read_bytes() == before


def test_a_source_with_a_solution_that_never_ends(cli, course):
    with course.source(ASSIGNMENT) as cells:
        cells["error_sweep"].source = cells["error_sweep"].source.replace("### END SOLUTION", "")
    status, out, _ = cli(course, "release", ASSIGNMENT)
    assert status == 1
    assert out.startswith("source/one_dimension/one_dimension.ipynb: ")
    assert "no end solution" in out.lower()


def test_a_release_that_the_gradebook_does_not_know_is_not_used(cli, course):
    """For example, pulled from git while the gradebook still has the earlier one."""
    course.submit("ada", ASSIGNMENT, course.answered(ASSIGNMENT))
    path = course.path("release", ASSIGNMENT)
    notebook = course.release(ASSIGNMENT)
    (cell,) = (cell for cell in notebook.cells if cell.id == "test_error_sweep")
    before = cell.metadata.nbgrader.points
    cell.metadata.nbgrader.points = before + 5
    nbformat.write(notebook, path)
    status, out, _ = cli(course, "grade")
    assert out.startswith("release/one_dimension/one_dimension.ipynb differs from the gradebook")
    assert f"worth {before + 5:g} instead of {before:g}" in out
    assert "run `autograder release one_dimension`" in out
    assert status == 1


def test_a_release_that_is_not_a_notebook(cli, course):
    course.submit("ada", ASSIGNMENT, course.answered(ASSIGNMENT))
    course.path("release", ASSIGNMENT).write_text("<<<<<<< HEAD\n")
    status, out, _ = cli(course, "grade")
    assert out.startswith("release/one_dimension/one_dimension.ipynb is not a notebook")
    assert "run `autograder release one_dimension`" in out
    assert status == 1


# The gradebook.


@pytest.mark.parametrize("damage", [b"this is no database" * 99, None], ids=["text", "torn"])
def test_a_damaged_gradebook(cli, course, damage):
    course.submit("ada", ASSIGNMENT, course.answered(ASSIGNMENT))
    gradebook = course.root / "gradebook.db"
    if damage is None:
        whole = gradebook.read_bytes()
        damage = whole[:4096] + os.urandom(len(whole) - 4096)
    gradebook.write_bytes(damage)
    for command in ("release", "grade", "feedback"):
        status, out, err = cli(course, command)
        lines = (out + err).splitlines()
        assert status == 1
        assert "gradebook.db can't be used" in lines[0] and "restore a copy" in lines[0]


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("sqlite:////no/such/folder/gradebook.db", "/no/such/folder/gradebook.db"),
        ("nonsense", "'nonsense'"),
        ("postgresql://ada:secret@localhost/grades", "ada:***@localhost"),
    ],
)
def test_an_address_without_a_gradebook(cli, course, address, said):
    course.configure(f"c.CourseDirectory.db_url = {address!r}")
    status, out, err = cli(course, "release", ASSIGNMENT)
    assert status == 1
    assert said in out + err and "check c.CourseDirectory.db_url" in out + err
    assert "secret" not in out + err


def without_superpowers():
    """Make root obey file permissions, in a child process before it starts."""
    drop_from_bounding_set, override, read_search = 24, 1, 2
    for capability in (override, read_search):
        ctypes.CDLL(None).prctl(drop_from_bounding_set, capability, 0, 0, 0)


def test_a_folder_that_can_not_be_written_to(course):
    course.submit("ada", ASSIGNMENT, course.answered(ASSIGNMENT))
    folders = [course.root, *(path for path in course.root.rglob("*") if path.is_dir())]
    for path in [*folders, course.root / "gradebook.db"]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    try:
        for command in ("release", "grade"):
            done = course.run("autograder", command, ASSIGNMENT, preexec_fn=without_superpowers)
            said = done.stdout + done.stderr
            assert done.returncode == 1
            assert "Traceback" not in said
            assert "writable" in said
            assert (ASSIGNMENT if command == "release" else "gradebook.db") in said
    finally:
        for path in folders:
            path.chmod(0o755)


def test_a_submission_without_read_permission(course):
    """It gets one line; the others are graded."""
    for student in ("ada", "bob", "zoe"):
        course.submit(student, ASSIGNMENT, course.answered(ASSIGNMENT))
    folder = course.root / "submitted" / "ada"
    file = course.path("submitted", ASSIGNMENT, "bob")
    folder.chmod(0)
    file.chmod(0)
    try:
        done = course.run("autograder", "grade", preexec_fn=without_superpowers)
    finally:
        folder.chmod(0o755)
    lines = done.stdout.splitlines()
    assert "submitted/ada/ can't be read (Permission denied): give yourself permission" in lines[0]
    assert "bob: submitted/bob/one_dimension/ can't be read (Permission denied)" in lines[1]
    assert (done.returncode, done.stderr, lines[-1]) == (1, "", "1 graded, 2 failed")
