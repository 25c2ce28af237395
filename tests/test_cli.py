"""If this fails, an instructor reads tracebacks instead of one line that says what to do."""

import json
import os
import pty
import re
import shutil
import subprocess
import sys

import nbformat
import pytest

from autograder import __version__
from autograder.version import PACKAGE_FOLDER, fingerprint
from tests.temporary_course import BIN

ASSIGNMENT = "one_dimension"
FILE = f"{ASSIGNMENT}.ipynb"


# A whole class in which nearly everything is wrong.

ODD = "O'Brien, {Ann} +2"
FINE = [ODD, "ada", "newer", "renamed", "zoë"]
A_TEXT = ["/one_dimension.ipynb is a text, not a notebook", "in Jupyter use File > Download"]
WRONG = {
    "a[b]c": ["/: nbgrader can't read a folder of this name", "rename it"],
    "dated": ["/timestamp.txt is not a valid time", "delete it"],
    "empty": ["/ has no notebook in it", "ask for"],
    "latin": A_TEXT,
    "linked": ["/one_dimension.ipynb is a link", "ask for"],
    "list": A_TEXT,
    "other": ["/one_dimension.ipynb", "answer cells of this assignment", "ask for"],
    "text": A_TEXT,
    "torn": ["/one_dimension.ipynb ends in the middle of the notebook", "submit"],
}
STRAYS = [
    ["submitted/ada/one-dimension/ is not an assignment", "rename the folder"],
    ["submitted/ada/one_dimension.ipynb is not in an assignment's folder", "move it"],
    ["submitted/notes.txt is not in a student's folder", "<student>/<assignment>"],
]


@pytest.fixture(scope="module")
def troubled(course_of_the_module):
    """The course after its first `autograder grade`, which is kept as `done`."""
    course = course_of_the_module
    answered = course.answered(ASSIGNMENT)
    notebooks = {
        **dict.fromkeys(
            [ODD, "ada", "renamed", "zoë", "a[b]c", "dated", "linked", ".hidden"], answered
        ),
        "latin": "é".encode("latin-1"),
        "list": "[1, 2]",
        "newer": {**answered, "nbformat": 9},
        "other": course.answered("planted_bugs"),
        "text": "Dear teacher,\nI lost my notebook.",
        "torn": json.dumps(answered)[:-100],
    }
    paths = {who: course.submit(who, ASSIGNMENT, each) for who, each in notebooks.items()}
    course.submit("ada", "planted_bugs", course.answered("planted_bugs"))
    (paths["dated"].parent / "timestamp.txt").write_text("the day before yesterday")
    paths["renamed"].rename(paths["renamed"].with_name("one_dimension (1).ipynb"))
    paths["linked"].unlink()
    paths["linked"].symlink_to(paths["zoë"])
    (course.root / "submitted" / "empty" / ASSIGNMENT).mkdir(parents=True)
    (course.root / "submitted" / "ada" / "one-dimension").mkdir()
    (course.root / "submitted" / "ada" / FILE).write_text("{}")
    (course.root / "submitted" / "notes.txt").write_text("late: zoë")
    shutil.rmtree(course.root / "release" / "planted_bugs")
    course.done = course.autograder("grade", "--jobs", "1")
    return course


def lines_about(printed, who):
    return [line for line in printed.splitlines() if line.startswith(f"{who}: ")]


@pytest.mark.parametrize("student", WRONG)
def test_a_submission_that_can_not_be_graded_gets_one_line(troubled, student):
    (line,) = lines_about(troubled.done.stdout, student)
    assert line.startswith(f"{student}: submitted/{student}/{ASSIGNMENT}{WRONG[student][0][:1]}")
    for text in WRONG[student]:
        assert text in line


@pytest.mark.parametrize("said", STRAYS, ids=lambda said: said[0].split()[0])
def test_what_lies_in_the_wrong_place_gets_one_line(troubled, said):
    (line,) = (line for line in troubled.done.stdout.splitlines() if line.startswith(said[0]))
    assert said[1] in line


def test_an_assignment_that_is_not_released_gets_one_line(troubled):
    lines = [line for line in troubled.done.stdout.splitlines() if "release/planted_bugs" in line]
    assert lines == [
        "release/planted_bugs/planted_bugs.ipynb is missing: run `autograder release planted_bugs`"
    ]


def test_everybody_else_is_graded(troubled):
    """Whatever their names are; a folder that starts with a dot is ignored, as in nbgrader."""
    points = {
        who: sum(filter(None, grades.values()))
        for who, grades in troubled.grades(ASSIGNMENT).items()
    }
    assert {who for who, total in points.items() if total} == set(FINE)
    assert {points[who] for who in FINE} == {troubled.coded(ASSIGNMENT)}


def test_the_exit_status_is_1_and_nothing_else_is_printed(troubled):
    assert (troubled.done.returncode, troubled.done.stderr) == (1, "")
    assert "Traceback" not in troubled.done.stdout
    failures = len(WRONG) + len(STRAYS) + 1
    assert troubled.done.stdout.endswith(f"{len(FINE)} graded, {failures} failed\n")


def test_the_table_shows_students_by_questions(troubled):
    _, _, table = troubled.done.stdout.partition("\none_dimension\n")
    rows = {words[0]: words[1:] for line in table.splitlines() if (words := line.split())}
    worth = troubled.worth(ASSIGNMENT)
    shown = ["read" if name == "explain_zero" else f"{each:g}" for name, each in worth.items()]
    assert rows["ada"] == rows["zoë"] == [*shown, f"{troubled.coded(ASSIGNMENT):g}"]
    assert rows["torn"] == ["-"] * 8
    header = table.partition("student")[0].split()
    assert header[:3] == ["forward_", "backward_", "numerical_"]
    most = [*worth.values(), sum(worth.values())]
    assert " ".join(rows["student"]) == " ".join(f"/ {each:g}" for each in most)
    assert f"  {ODD}  " in table


def test_a_second_run_grades_only_what_is_new(troubled):
    """New is what has different bytes, with or without a timestamp. Also on an ASCII terminal."""
    before = {who: troubled.path("autograded", ASSIGNMENT, who).stat().st_mtime_ns for who in FINE}
    changed = troubled.answered(ASSIGNMENT, "wrong_forward_right_rest")
    path = troubled.submit("ada", ASSIGNMENT, changed)
    os.utime(path, (0, 0))
    ascii_only = {**troubled.environment, "PYTHONIOENCODING": "ascii"}
    done = troubled.run("autograder", "grade", ASSIGNMENT, env=ascii_only)
    after = {who: troubled.path("autograded", ASSIGNMENT, who).stat().st_mtime_ns for who in FINE}
    assert [who for who in FINE if before[who] != after[who]] == ["ada"]
    assert troubled.points(ASSIGNMENT, "ada")["forward_propagation"] == 0
    assert f"1 graded, {len(FINE) - 1} skipped, " in done.stdout
    assert "zo\\xeb" in done.stdout
    assert done.stderr == ""


def test_force_and_student_grade_one_again(cli, troubled):
    before = troubled.path("autograded", ASSIGNMENT, "zoë").stat().st_mtime_ns
    status, out, _ = cli(troubled, "grade", ASSIGNMENT, "--student", "zoë", "--force")
    assert (status, out.splitlines()[-1]) == (0, "1 graded")
    assert troubled.path("autograded", ASSIGNMENT, "zoë").stat().st_mtime_ns > before


def test_a_student_is_graded_where_there_is_a_submission(cli, troubled):
    """Without naming the assignment; a student without a submission gets a line."""
    status, out, _ = cli(troubled, "grade", "--student", "zoë", "--student", "nobody")
    assert lines_about(out, "nobody") == [
        "nobody: no submission: there is no submitted/<student>/<assignment>/"
    ]
    assert (status, out.splitlines()[-1]) == (1, "0 graded, 1 skipped, 1 failed")


def test_a_file_that_is_not_a_notebook_and_replaces_a_graded_one_removes_its_grade(cli, troubled):
    good = troubled.path("submitted", ASSIGNMENT, ODD).read_bytes()
    troubled.submit(ODD, ASSIGNMENT, "oops")
    cli(troubled, "grade", ASSIGNMENT, "--student", ODD)
    assert set(troubled.grades(ASSIGNMENT)[ODD].values()) == {None}
    troubled.submit(ODD, ASSIGNMENT, good)
    cli(troubled, "grade", ASSIGNMENT, "--student", ODD)
    points = troubled.grades(ASSIGNMENT)[ODD].values()
    assert sum(filter(None, points)) == troubled.coded(ASSIGNMENT)


def test_feedback_is_written_for_students_who_have_been_graded(cli, troubled):
    status, out, _ = cli(troubled, "feedback", "--student", "zoë", "--student", "torn")
    assert lines_about(out, "torn") == [
        "torn: nothing has been graded: run `autograder grade` first"
    ]
    assert (status, out.splitlines()[-1]) == (1, "1 page written, 1 failed")
    pages = [path.name for path in troubled.root.glob("feedback/*/*/*.html")]
    assert pages == [f"{ASSIGNMENT}.html"]


def test_a_deleted_gradebook_is_filled_again(cli, troubled):
    """Notebooks in autograded/ don't count as graded if the gradebook doesn't have them."""
    gradebook = troubled.root / "gradebook.db"
    gradebook.unlink()
    cli(troubled, "release", ASSIGNMENT)
    cli(troubled, "grade", ASSIGNMENT, "--student", "zoë")
    points = troubled.grades(ASSIGNMENT)["zoë"].values()
    assert sum(filter(None, points)) == troubled.coded(ASSIGNMENT)


def test_progress_is_shown_in_a_terminal_only(cli, troubled):
    ours, theirs = pty.openpty()
    command = ["grade", ASSIGNMENT, "--student", "zoë"]
    terminal = {**troubled.environment, "TERM": "xterm", "COLUMNS": "120"}
    process = troubled.start("autograder", *command, stdout=theirs, stderr=theirs, env=terminal)
    os.close(theirs)
    shown = read_all(ours)
    assert process.wait() == 0
    assert re.search(r"grading one_dimension .*1/1", shown)
    _, plain, _ = cli(troubled, *command)
    assert "grading" not in plain and "\x1b" not in plain


def read_all(descriptor):
    chunks = []
    while True:
        try:
            chunk = os.read(descriptor, 4096)
        except OSError:  # how a terminal reports its end
            chunk = b""
        if not chunk:
            os.close(descriptor)
            return b"".join(chunks).decode()
        chunks.append(chunk)


def test_a_run_that_was_killed_is_continued(cli, course):
    """What it recorded stays, and nothing else counts as graded; see tests/restarts."""
    quick, slow = course.answered(ASSIGNMENT), course.answered(ASSIGNMENT)
    slow.cells.insert(30, nbformat.v4.new_code_cell("import time\n\ntime.sleep(50)"))
    for student, notebook in (("ada", quick), ("bob", slow), ("cid", slow)):
        course.submit(student, ASSIGNMENT, notebook)
    process = course.start("autograder", "grade")
    try:
        course.wait_for_a_grade(process)
    finally:
        process.kill()
        process.communicate()
    assert set(course.grades(ASSIGNMENT)) == {"ada"}
    for student in ("bob", "cid"):
        course.submit(student, ASSIGNMENT, quick)
    assert cli(course, "grade")[1].endswith("2 graded, 1 skipped\n")
    points = [sum(filter(None, each.values())) for each in course.grades(ASSIGNMENT).values()]
    assert points == [course.coded(ASSIGNMENT)] * 3


@pytest.mark.parametrize("seed", ["1", "2"])
def test_a_seed_draws_the_same_cases_again(cli, course, seed):
    course.submit("ada", ASSIGNMENT, course.answered(ASSIGNMENT, "textbook"))
    assert cli(course, "grade", "--seed", seed)[0] == 0
    graded = nbformat.read(course.path("autograded", ASSIGNMENT, "ada"), as_version=4)
    assert graded.metadata.seed == int(seed)
    assert f"cases drawn with seed {seed}" in nbformat.writes(graded)


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["bake"],
        ["grade", "--speed"],
        ["grade", "a", "b"],
        ["grade", "--student"],
        ["doctor", "x"],
        ["export", "sheet.csv"],
        ["export", "sheet.csv", "--to", "excel"],
        ["feedback", "--zip", "excel"],
    ],
)
def test_wrong_usage_is_exit_status_2(cli, tmp_path, arguments):
    status, _, _ = cli(tmp_path, *arguments)
    assert status == 2


@pytest.mark.parametrize("command", ["release", "grade", "feedback", "export", "doctor"])
def test_help_says_what_a_command_does(cli, tmp_path, command):
    status, listed, _ = cli(tmp_path, "--help")
    assert status == 0 and command in listed
    status, out, _ = cli(tmp_path, command, "--help")
    assert status == 0 and f"Usage: autograder {command}" in out.replace("root", "autograder")


def test_programs_get_one_json_object(cli, course):
    """The same that people see: who was graded, who was not and why, and every score."""
    course.submit("ada", ASSIGNMENT, course.answered(ASSIGNMENT))
    course.submit("torn", ASSIGNMENT, '{"cells": [')
    status, out, err = cli(course, "grade", "--json")
    report = json.loads(out)
    assert (status, err) == (1, "")
    found = {each["student"]: each for each in report["outcomes"]}
    assert found["ada"]["status"] == "done" and found["ada"]["seconds"] > 0
    assert "ends in the middle of the notebook" in found["torn"]["why"]
    assert report["counts"] == {"done": 1, "skipped": 0, "failed": 1}
    grades = report["grades"][ASSIGNMENT]["ada"]
    scores = [each["score"] for each in grades.values() if each["score"] is not None]
    assert sum(scores) == course.coded(ASSIGNMENT)
    assert grades["explain_zero"]["to_read"] and grades["explain_zero"]["score"] is None
    assert report["stopped"] is False


def test_it_is_a_module_too():
    program = [sys.executable, "-m", "autograder", "--help"]
    done = subprocess.run(program, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0 and "Usage: autograder" in done.stdout and not done.stderr


def test_an_import_error_without_a_name_is_one_line_too(cli, tmp_path, monkeypatch):
    """Libraries raise such errors themselves."""

    def broken(*_):
        raise ModuleNotFoundError("numpy was installed without its core")

    monkeypatch.setattr("autograder.grading.course.Course", broken)
    status, out, err = cli(tmp_path, "grade")
    assert (status, out) == (1, "")
    assert err == "autograder: numpy was installed without its core: run `autograder doctor`\n"
    status, out, _ = cli(tmp_path, "doctor")
    assert status == 1 and "numpy was installed without its core" in out


def test_the_version_says_which_package_runs(installed):
    """Its version, its fingerprint and its folder: there may be two."""
    for command, package in ((BIN / "autograder", PACKAGE_FOLDER), (installed.bin / "autograder",
                                                            installed.package)):  # fmt: skip
        done = subprocess.run([command, "--version"], capture_output=True, text=True, timeout=60)
        assert (done.returncode, done.stderr) == (0, "")
        state = fingerprint(package)[:8]
        assert done.stdout == f"autograder {__version__} ({state}) in {package}\n"


def test_the_help_imports_nothing_heavy():
    """So it is shown at once."""
    program = (
        "import sys; from autograder.cli import app\n"
        "try: app(['--help'])\n"
        "finally: print(*sorted(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    loaded = {name.partition(".")[0] for name in done.stdout.splitlines()[-1].split()}
    assert "typer" in loaded
    assert not loaded & {"numpy", "nbformat", "nbgrader", "sqlalchemy", "IPython", "distributed"}


def test_no_command_compiles_a_grammar_first():
    """Later versions of jsonschema do so whenever nbformat is imported: seconds for nothing."""
    program = "import sys, nbgrader; print(*sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    loaded = {name.partition(".")[0] for name in done.stdout.split()}
    assert "jsonschema" in loaded
    assert not loaded & {"lark", "rfc3987_syntax"}
