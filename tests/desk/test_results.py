"""If this fails, a platform shows a student a grade that is not theirs, or blames them for ours."""

import json
import shutil
import subprocess
import sys
from zipfile import ZipFile

import nbformat
import pytest

from autograder.batch import grade_alone
from autograder.batch.grade_one import Failure
from autograder.desk import one_submission, platform_student, sorting
from autograder.grading.course_secret import seed_for
from autograder.questions import questions_of
from tests.desk.gradescope import read_results
from tests.temporary_course import BIN, ROOT, TemporaryCourse

ASSIGNMENT = "one_dimension"
FILE = f"{ASSIGNMENT}.ipynb"
STORIES = ["correct", "raises", "unsolved", "wrong_forward_right_rest"]
SECRET = "a secret that only this test knows"
WITHOUT_WALLS = ROOT / "tests" / "hosts" / "without_walls.py"


@pytest.fixture(scope="module")
def course(course_of_the_module):
    (course_of_the_module.root / "course_secret").write_text(SECRET)
    return course_of_the_module


@pytest.fixture
def run(course, cli, tmp_path):
    """Runs the command: (exit status, what it has written or None, output, errors)."""
    output = tmp_path / "results" / "results.json"
    output.parent.mkdir()

    def run(submission, *options, student="ada", at=course):
        who = [] if student is None else ["--student", student]
        command = ["results", str(submission), "--to", "gradescope", "--output", str(output)]
        status, out, err = cli(at, *command, *who, *options)
        return status, read_results(output) if output.exists() else None, out, err

    run.output = output
    return run


@pytest.fixture
def submitted(course, tmp_path):
    """Writes a file, as a platform gives it: its path."""
    folder = tmp_path / "submission"
    folder.mkdir()

    def write(notebook, name=FILE):
        if isinstance(notebook, dict):
            notebook = json.dumps(notebook)
        path = folder / name
        path.write_bytes(notebook if isinstance(notebook, bytes) else notebook.encode())
        return path

    write.folder = folder
    return write


def everything(course):
    """All that is in a course folder, except for what Python and nbgrader note."""
    return {
        path: path.read_bytes()
        for path in sorted(course.root.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts and path.name != ".nbgrader.log"
    }


def lost(found):
    return {each["name"] for each in found["tests"] if each.get("status") == "failed"}


# Grades.


def test_scores_are_those_of_the_class_for_the_same_seed(course, run, submitted, cli):
    before, found = everything(course), {}
    for story in STORIES:
        status, found[story], _, err = run(submitted(course.answered(ASSIGNMENT, story)))
        assert (status, err) == (0, "")
    assert everything(course) == before
    (seed,) = {each["extra_data"]["seed"] for each in found.values()}
    for story in STORIES:
        course.submit(story, ASSIGNMENT, course.answered(ASSIGNMENT, story))
    done = json.loads(cli(course, "grade", ASSIGNMENT, "--seed", str(seed), "--json")[1])
    shutil.rmtree(course.root / "submitted")
    for story, results in found.items():
        cells = done["grades"][ASSIGNMENT][story]
        assert results["score"] == sum(each["auto"] or 0 for each in cells.values())
        assert results["score"] == sum(each.get("score", 0) for each in results["tests"])
        assert results["output"].startswith(f"{ASSIGNMENT}: {results['score']:g} of 18 points.")
        scored = [each for each in results["tests"] if "max_score" in each]
        assert [(each["name"], each["max_score"]) for each in scored] == [
            (f"{question.name}: {part.replace('_', ' ')}", points)
            for question in questions_of(ASSIGNMENT).values()
            for part, points in question.parts.items()
        ]
        for each in scored:
            assert each["status"] == ("passed" if each["score"] == each["max_score"] else "failed")
            assert bool(each["output"]) == (each["status"] == "failed")
    assert lost(found["correct"]) == set()
    assert lost(found["wrong_forward_right_rest"]) == {"forward_propagation: value"}


def test_a_written_answer_waits_for_a_person(course, run, submitted):
    """It has no score, which Gradescope would show as points that were lost."""
    for story, says in (("correct", "Not read yet: a person"), ("unsolved", "No answer. Its 2 ")):
        _, found, _, _ = run(submitted(course.answered(ASSIGNMENT, story)))
        (written,) = (each for each in found["tests"] if "max_score" not in each)
        assert written["name"] == "explain_zero" and says in written["output"]
        assert not {"score", "status"} & written.keys()
        assert "because a person reads it: explain_zero." in found["output"]


def test_who_submits_again_is_asked_about_the_same_cases_and_nobody_else_is(course, run, submitted):
    path = submitted(course.answered(ASSIGNMENT, "wrong_forward_right_rest"))
    first, again, another = (run(path, student=each)[1] for each in ("ada", "ada", "bob"))
    assert first["extra_data"]["seed"] == again["extra_data"]["seed"]
    assert first["tests"] == again["tests"] != another["tests"]
    assert first["extra_data"]["seed"] != another["extra_data"]["seed"]
    seed = first["extra_data"]["seed"]
    assert seed == seed_for(SECRET.encode(), ASSIGNMENT, "ada")
    assert seed_for(b"another secret of this course", ASSIGNMENT, "ada") != seed
    assert seed_for(SECRET.encode(), "n_dimensions", "ada") != seed


def test_what_a_student_writes_is_shown_as_text(course, run, submitted):
    notebook = course.answered(ASSIGNMENT)
    (cell,) = (each for each in notebook.cells if each.get("id") == "forward_propagation")
    cell.source = (
        "def forward_propagation(x, theta):\n"
        "    text = '<script>alert(1)</script>\\x1b[31m\\n  + value (1)\\x00'\n"
        "    raise ValueError(text + 'x' * 500)"
    )
    _, found, _, _ = run(submitted(notebook))
    (test,) = (each for each in found["tests"] if each["name"] == "forward_propagation: value")
    assert (test["score"], test["status"]) == (0, "failed")
    assert "<script>" in test["output"]


@pytest.mark.parametrize("name", ["My answers (2).ipynb", "answers.txt"])
def test_a_file_may_have_another_name_and_lie_in_an_archive(course, run, submitted, name):
    path = submitted(course.answered(ASSIGNMENT), name)
    assert run(path)[1]["score"] == 18
    with ZipFile(submitted.folder / "all.zip", "w") as packed:
        packed.write(path, f"homework/{name}")
    path.unlink()
    assert run(submitted.folder)[1]["score"] == 18
    assert run(submitted.folder / "all.zip")[1]["score"] == 18


def test_flags_are_said_in_words(course, run, submitted):
    notebook = course.answered(ASSIGNMENT)
    notebook.cells.append(nbformat.v4.new_code_cell("import os\n\nos._exit(1)"))
    _, found, _, _ = run(submitted(notebook))
    assert found["score"] == 18
    assert "an extra cell" in " ".join(found["output"].split())


# What a student has to submit again.


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ({FILE: "Dear teacher, I lost it."}, f"{FILE} is a text, not a notebook"),
        ({FILE: '{"cells": ['}, f"{FILE} ends in the middle of the notebook"),
        ({"report.docx": "PK"}, "report.docx"),
        ({}, "no notebook was submitted: submit the .ipynb file itself"),
    ],
    ids=["text", "torn", "document", "nothing"],
)
def test_what_can_not_be_read_is_said_to_the_student(run, submitted, files, says):
    for name, content in files.items():
        submitted(content, name)
    expect_a_sentence(run(submitted.folder), says)


def test_the_wrong_notebook_is_said_to_the_student(course, run, submitted):
    path = submitted(course.release(ASSIGNMENT))
    other = run(path, "--assignment", "n_dimensions")
    expect_a_sentence(other, f"{FILE} is a notebook of one_dimension, not of n_dimensions")
    submitted(course.release("n_dimensions"), "b.ipynb")
    both = "there are notebooks of n_dimensions and one_dimension: submit only one of them"
    expect_a_sentence(run(submitted.folder), both)


def expect_a_sentence(result, says):
    status, found, _, err = result
    assert (status, err) == (0, "")
    assert (found["score"], found["tests"]) == (0, [])
    assert says in " ".join(found["output"].split())


def test_a_notebook_with_hardly_an_answer_cell_of_the_assignment(course, run, submitted):
    release = course.release(ASSIGNMENT)
    release.cells = [each for each in release.cells if "nbgrader" not in each.metadata]
    says = "is it the right notebook? If not, submit the .ipynb file itself"
    expect_a_sentence(run(submitted(release)), says)


# Where the grader fails, there is no grade.


@pytest.fixture
def refused(run, submitted):
    """Runs the command where it must fail: its one line. Results of an earlier run are gone."""
    run.output.write_text(json.dumps({"score": 18, "tests": [], "extra_data": {"autograder": ""}}))

    def refused(submission, *options, **more):
        status, found, _, err = run(submission, *options, **more)
        assert (status, found, err.count("\n")) == (1, None, 1), err
        return err

    return refused


@pytest.fixture
def broken(course, tmp_path):
    return TemporaryCourse(tmp_path / "broken", course.settings, copy_of=course)


@pytest.mark.parametrize(
    ("missing", "says"),
    [
        ("course_secret", "course_secret can't be read"),
        ("release", "nothing has been released yet: run `autograder release`"),
        ("gradebook.db", "is not in the gradebook yet: run `autograder release"),
        ("nbgrader_config.py", "is not a course folder"),
    ],
    ids=["secret", "release", "gradebook", "configuration"],
)
def test_a_course_that_is_not_complete(broken, refused, submitted, missing, says):
    path, what = submitted(broken.answered(ASSIGNMENT)), broken.root / missing
    shutil.rmtree(what) if what.is_dir() else what.unlink()
    assert says in refused(path, at=broken)


def test_a_failure_of_the_grader_is_not_the_students(course, refused, submitted, monkeypatch):
    why = "submission/x.ipynb: the grader failed, not the student: no idea"
    monkeypatch.setattr(grade_alone, "grade_one", lambda *_: Failure(why, ours=True))
    assert why in refused(submitted(course.answered(ASSIGNMENT)))
    monkeypatch.setattr(grade_alone, "grade_one", lambda *_: Failure("KeyError: 'x'"))
    assert "KeyError: 'x'" in refused(submitted(course.answered(ASSIGNMENT)))


def test_a_failure_of_the_reader_is_not_the_students(course, refused, submitted, monkeypatch):
    def fails(content):
        raise KeyError("a mistake of ours")

    for module in (sorting, one_submission):
        monkeypatch.setattr(module, "read", fails)
    said = refused(submitted(course.answered(ASSIGNMENT)))
    assert "the grader failed, not the student: KeyError" in said


def test_what_is_not_there(course, refused, submitted, monkeypatch):
    path = submitted(course.answered(ASSIGNMENT))
    assert "there is no such file" in refused(submitted.folder / "nowhere.ipynb")
    assert "no assignment is called 'quiz'" in refused(path, "--assignment", "quiz")
    monkeypatch.setattr(platform_student, "METADATA", submitted.folder / "metadata.json")
    assert "whose submission it is is not known: add --student ID" in refused(path, student=None)


def test_other_files_are_not_replaced(course, cli, submitted, tmp_path):
    path, other = submitted(course.answered(ASSIGNMENT)), tmp_path / "other.json"
    other.write_text('{"cells": []}')
    command = ["results", str(path), "--to", "gradescope", "--output", str(other)]
    status, _, err = cli(course, *command, "--student", "ada")
    assert status == 1 and "exists, and is not earlier results" in err
    assert other.read_text() == '{"cells": []}'


def test_where_no_walls_hold_there_are_no_results(course, run, submitted):
    """A host of its own: system calls are refused, not functions of ours replaced."""
    run.output.write_text(json.dumps({"score": 18, "tests": [], "extra_data": {"autograder": ""}}))
    path = submitted(course.answered(ASSIGNMENT))
    command = [sys.executable, WITHOUT_WALLS, BIN / "autograder", "results", path, "--to",
               "gradescope", "--output", run.output, "--student", "ada"]  # fmt: skip
    environment = course.environment | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=course.root, env=environment, capture_output=True,
                          text=True)  # fmt: skip
    assert done.returncode == 1, done.stderr
    assert done.stderr.count("\n") == 1
    assert "this host can't contain a submission's code" in done.stderr
    assert not run.output.exists()
