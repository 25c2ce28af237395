"""If this fails, the zip file for Gradescope does not grade, or gives students' data away."""

import json
import os
import shutil
import subprocess
import sys
from zipfile import ZipFile

import pytest
import yaml

from autograder.grading.course_secret import seed_for
from autograder.questions import ASSIGNMENTS
from tests.desk.gradescope import read_results
from tests.temporary_course import BIN, ROOT

ASSIGNMENT = "one_dimension"
SCRIPTS = ROOT / "docs" / "gradescope"


def environment(course, **more):
    return course.environment | {"PYTHONPATH": str(ROOT)} | more


@pytest.fixture(scope="module")
def packed(course_of_the_module):
    """The zip file, of a course in which somebody has submitted."""
    course = course_of_the_module
    course.submit("somebody", ASSIGNMENT, course.answered(ASSIGNMENT))
    done = subprocess.run([sys.executable, SCRIPTS / "make_zip.py", ASSIGNMENT], cwd=course.root,
                          env=environment(course), capture_output=True, text=True)  # fmt: skip
    assert done.returncode == 0, done.stderr
    return course.root / f"gradescope-{ASSIGNMENT}.zip"


@pytest.fixture(scope="module")
def image(packed, course_of_the_module, tmp_path_factory):
    """Gradescope's folder, as it is after `setup.sh`: with this environment in place of its own."""
    root = tmp_path_factory.mktemp("gradescope") / "autograder"
    for name in ("submission", "results", "venv/bin"):
        (root / name).mkdir(parents=True)
    with ZipFile(packed) as file:
        for entry in file.infolist():
            (root / "source" / file.extract(entry, root / "source")).chmod(
                entry.external_attr >> 16 & 0o777
            )
    (root / "venv" / "bin" / "autograder").symlink_to(BIN / "autograder")
    shutil.copy(
        course_of_the_module.root / "gradebook.db", root / "source"
    )  # as a release makes it
    return root


@pytest.fixture
def run_autograder(image, course_of_the_module):
    """Runs it on a notebook of a student: the CompletedProcess."""

    def run(notebook, student="ada@example.org"):
        (image / "submission" / "homework.ipynb").write_text(json.dumps(notebook))
        metadata = {"id": 7, "users": [{"id": 1, "email": student, "name": "A student"}]}
        (image / "submission_metadata.json").write_text(json.dumps(metadata))
        return subprocess.run(
            [image / "source" / "run_autograder"], cwd=image, capture_output=True, text=True,
            env=environment(course_of_the_module, AUTOGRADER=str(image)),
        )  # fmt: skip

    return run


def test_no_submission_and_no_gradebook_is_packed(packed):
    with ZipFile(packed) as file:
        names = file.namelist()
    folders = {name.partition("/")[0] for name in names}
    assert folders == {
        "setup.sh", "run_autograder", "pyproject.toml", "requirements.lock", "README.md",
        "autograder", "source", "release", "nbgrader_config.py", "course_secret",
    }  # fmt: skip
    assert {name.split("/")[1] for name in names if name.startswith("source/")} == {ASSIGNMENT}
    assert packed.stat().st_mode & 0o077 == 0


def test_a_submission_gets_its_results(image, run_autograder, course_of_the_module):
    notebook = course_of_the_module.answered(ASSIGNMENT, "wrong_forward_right_rest")
    done = run_autograder(notebook)
    assert done.returncode == 0, done.stderr
    found = read_results(image / "results" / "results.json")
    assert found["score"] == 17
    secret = (image / "source" / "course_secret").read_bytes().strip()
    expected = {
        "assignment": ASSIGNMENT, "student": "ada@example.org",
        "seed": seed_for(secret, ASSIGNMENT, "ada@example.org"),
    }  # fmt: skip
    assert found["extra_data"].items() >= expected.items()


def test_if_the_grader_fails_there_are_none(image, run_autograder, course_of_the_module):
    secret = image / "source" / "course_secret"
    before = secret.read_bytes()
    secret.unlink()
    try:
        done = run_autograder(course_of_the_module.answered(ASSIGNMENT))
    finally:
        secret.write_bytes(before)
    assert done.returncode == 1 and "course_secret can't be read" in done.stderr
    assert not os.listdir(image / "results")


def test_the_page_says_the_points_of_each_assignment(course_of_the_module):
    page = (SCRIPTS / "README.md").read_text()
    for name in ASSIGNMENTS:
        coded = course_of_the_module.coded(name)
        written = sum(course_of_the_module.worth(name).values()) - coded
        assert f"| `{name}` | {coded:g} | {written:g} |" in page


def test_the_scripts_are_scripts():
    for name in ("setup.sh", "run_autograder"):
        assert os.access(SCRIPTS / name, os.X_OK)
        assert subprocess.run(["bash", "-n", SCRIPTS / name]).returncode == 0


def test_githubs_workflow_runs_the_command(course_of_the_module, tmp_path):
    """Its last script, with a program in place of ours that says what it was asked."""
    workflow = yaml.safe_load((ROOT / "docs" / "github" / "grade.yml").read_text())
    (step,) = (each for each in workflow["jobs"]["grade"]["steps"] if each.get("name") == "Grade")
    program = tmp_path / "autograder"
    program.write_text('#!/bin/sh\necho "$@"\n')
    program.chmod(0o755)
    environment = {"PATH": f"{tmp_path}:/usr/bin:/bin"} | dict.fromkeys(step["env"], "a b")
    done = subprocess.run(["bash", "-e", "-c", step["run"]], cwd=tmp_path, env=environment,
                          capture_output=True, text=True)  # fmt: skip
    assert done.stdout.splitlines() == [
        "release a b",
        "results submission --to gradescope --student a b --assignment a b",
    ]
    assert (tmp_path / "course_secret").read_text() == "a b\n"
    assert (tmp_path / "course_secret").stat().st_mode & 0o077 == 0
