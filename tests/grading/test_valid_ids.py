"""If this fails, a folder name that can't be an id stops the grading of everybody else."""

import json
import os

import nbformat
import pytest
from nbgrader.api import Assignment, Student

from autograder.grading.errors import printable
from autograder.grading.nbgrader_app import configured
from autograder.grading.valid_ids import LONGEST, is_unicode, problem_with_name
from tests.temporary_course import TemporaryCourse

ASSIGNMENT = "one_dimension"
# As unzip writes the names of an archive from Windows, where "ü" is a different byte than in UTF-8.
LATIN = os.fsdecode(b"M\xfcller")
WRONG = {
    LATIN: "not in UTF-8",
    "esc\x1b[2J": "can't be shown",
    "two\nlines": "can't be shown",
    "hidden\u202eeno": "can't be shown",
    "z" * (LONGEST + 1): "longer than 128 characters",
    "a[b]c": "has one of",
    " ada": "begins or ends with a space",
}
FINE = ["ada", "=cmd", "-5", "a,b", "%s {x}", "back\\slash", "z" * LONGEST, "ü" * 127]


@pytest.mark.parametrize("name", [*WRONG, "nul\0", "\ud800"], ids=ascii)
def test_what_keeps_a_name_from_being_an_id(name):
    assert WRONG.get(name, "") in problem_with_name(name) != ""


@pytest.mark.parametrize("name", [*FINE, "zoë", "O'Brien, {Ann} +2"], ids=ascii)
def test_any_other_name_can_be_one(name):
    assert problem_with_name(name) == "" and is_unicode(name)


def test_no_id_is_longer_than_the_gradebook_takes():
    """PostgreSQL refuses a longer one, which would stop everybody's grading."""
    columns = Student.__table__.c.id, Assignment.__table__.c.name
    assert [column.type.length for column in columns] == [LONGEST, LONGEST]
    assert problem_with_name("x" * 128) == ""
    assert problem_with_name("x" * 129) == "is longer than 128 characters"


def test_a_byte_that_is_not_utf_8_is_shown_as_one():
    assert printable(LATIN) == r"M\xfcller"
    assert printable("\ud800\0\n") == r"\ud800\x00\n"


@pytest.fixture(scope="module")
def odd_class(course_of_the_module):
    course = course_of_the_module
    for who in (*WRONG, *FINE):
        path = course.submit(who, ASSIGNMENT, course.answered(ASSIGNMENT))
        (path.parent / os.fsdecode(b"Lies mich, f\xfcr dich.txt")).write_text("")
    source = course.path("source", ASSIGNMENT)
    strange = course.root / "source" / LATIN
    strange.mkdir()
    (strange / f"{LATIN}.ipynb").write_bytes(source.read_bytes())
    (course.root / "submitted" / "ada" / LATIN).mkdir()
    (course.root / "submitted" / os.fsdecode(b"\xfc.txt")).write_text("")
    course.done = course.autograder("grade", "--jobs", "1")
    return course


def said_of(done, start):
    assert "Traceback" not in done.stdout and done.stderr == ""
    return lines_of(done.stdout, start)


def lines_of(text, start):
    return [line for line in text.splitlines() if line.startswith(start)]


@pytest.mark.parametrize("who", WRONG, ids=ascii)
def test_a_submission_of_such_a_name_gets_one_line(odd_class, who):
    shown = printable(who)
    (line,) = said_of(odd_class.done, f"{shown}: ")
    assert line.startswith(f"{shown}: submitted/{shown}/{ASSIGNMENT}/: ")
    assert WRONG[who] in line and line.endswith("rename it, and grade again")


def test_everybody_else_is_graded(odd_class):
    found = odd_class.grades(ASSIGNMENT)
    assert {who: sum(filter(None, found[who].values())) for who in found} == dict.fromkeys(FINE, 18)
    assert odd_class.done.returncode == 1


def test_an_assignment_of_such_a_name_gets_one_line(odd_class, cli):
    (line,) = said_of(odd_class.done, r"source/M\xfcller/: ")
    assert "not in UTF-8" in line and "rename" in line
    (line,) = lines_of(cli(odd_class, "release")[1], r"source/M\xfcller/: ")
    assert "not in UTF-8" in line
    (line,) = lines_of(cli(odd_class, "doctor")[1], r"no  M\xfcller")
    assert "not in UTF-8" in line


def test_a_misplaced_file_gets_one_line(odd_class):
    assert said_of(odd_class.done, r"submitted/\xfc.txt is not in a student's folder")


def test_programs_get_json_that_any_of_them_can_read(odd_class, cli):
    report = json.loads(cli(odd_class, "grade", "--json")[1])
    json.dumps(report, ensure_ascii=False).encode()
    (found,) = (each for each in report["outcomes"] if each["student"] == r"M\xfcller")
    assert found["status"] == "failed" and "not in UTF-8" in found["why"]
    assert {*report["grades"][ASSIGNMENT]} == {*FINE}


@pytest.mark.parametrize(("command", "locale"), [("regrade", "C"), ("feedback", "C.UTF-8")])
def test_a_student_without_a_grade_gets_one_line(odd_class, command, locale):
    students = ["--student", LATIN, "--student", "ü" * 127]
    environment = {**odd_class.environment, "LC_ALL": locale}
    done = odd_class.run("autograder", command, *students, env=environment)
    assert said_of(done, r"M\xfcller: nothing has been graded")
    assert said_of(done, "1 ") and done.returncode == 1


def test_a_course_in_a_folder_of_such_a_name_is_refused(released, cli, tmp_path):
    course = TemporaryCourse(tmp_path / LATIN, released.settings, copy_of=released)
    for command in ("release", "grade", "feedback"):
        status, _, said = cli(course, command)
        (line,) = said.splitlines()
        assert status == 1
        assert line.startswith("autograder: /") and r"M\xfcller: nbgrader can't work in" in line


def test_the_log_takes_any_name(course):
    configured(course.root).log.info("submitted/%s", LATIN)
    assert rb"submitted/M\udcfcller" in (course.root / ".nbgrader.log").read_bytes()


def test_a_notebook_with_halves_of_surrogate_pairs_affects_nobody_else(cli, course):
    """In every text of its JSON, including pasted pictures."""
    notebook = course.answered(ASSIGNMENT)
    pictures = {"a.png": {"image/png": "AAAA"}}
    own = nbformat.v4.new_markdown_cell("![](attachment:a.png)", attachments=pictures)
    notebook.cells.insert(5, own)
    for number, spoilt in enumerate(spoilt_by("\ud800", json.loads(nbformat.writes(notebook)))):
        course.submit(f"s{number}", ASSIGNMENT, spoilt)
    course.submit("zoe", ASSIGNMENT, course.answered(ASSIGNMENT))
    status, out, _ = cli(course, "grade", "--jobs", "1")
    assert out.splitlines()[-1] == f"{number + 2} graded", out
    assert status == 0
    points = sum(filter(None, course.grades(ASSIGNMENT)["zoe"].values()))
    assert points == 18


def spoilt_by(text, notebook):
    """Copies of a notebook in which something is appended to some texts."""
    cell = notebook["cells"][5]
    for change in (
        {"attachments": {f"a{text}.png": {"image/png": "AAAA"}}},
        {"attachments": {"a.png": {f"image/png{text}": "AAAA"}}},
        {"attachments": {"a.png": {"image/png": f"AAAA{text}"}}},
        {"id": f"own{text}"}, {"source": f"own{text}"}, {"metadata": {text: {"tags": [text]}}},
    ):  # fmt: skip
        yield {**notebook, "cells": [*notebook["cells"][:5], {**cell, **change},
                                     *notebook["cells"][6:]]}  # fmt: skip
    yield {**notebook, "metadata": {"kernelspec": {"name": text, "display_name": text}, text: text}}
