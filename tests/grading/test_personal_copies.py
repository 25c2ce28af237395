"""If this fails, a student hunts somebody else's bugs, or is graded by somebody else's key."""

import ast
import base64
import os
from zipfile import ZipFile

import nbformat
import pytest
from nbgrader.utils import compute_checksum

from autograder.desk.table_notes import SEE_ABOVE
from autograder.grading import personal_copies
from autograder.grading.errors import CourseError
from autograder.questions import questions_of
from autograder.truth import starting_code
from autograder.truth.bugs import BANK, FIXED_DRAW, OPEN, SEALED, by_name
from autograder.truth.draws import keyed
from tests.repairs import answered, repaired
from tests.temporary_course import ROOT

ASSIGNMENT = "planted_bugs"
RELEASE = nbformat.read(ROOT / "release" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb", as_version=4)
CLASS = ["ada", "bob", "O'Brien, {Ann} +2", "zoë"]
FULL = {name: questions_of(ASSIGNMENT)[name].points for name in (*OPEN, "diagnosis")}


def personalise(root, students=CLASS):
    written = list(personal_copies.personalise(root, ASSIGNMENT, RELEASE, students))
    assert written[: len(students)] == students
    return personal_copies.of(root, ASSIGNMENT)


def copy_of(root, student):
    path = root / "personal" / ASSIGNMENT / student / f"{ASSIGNMENT}.ipynb"
    return nbformat.read(path, as_version=4)


def cells(notebook):
    named = [cell for cell in notebook.cells if "nbgrader" in cell.metadata]
    return {cell.metadata.nbgrader.grade_id: cell for cell in named}


def everything(folder):
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix != ".zip"
    }


class TestCopies:
    def test_only_the_suspects_and_the_title_are_personal(self, tmp_path):
        made = personalise(tmp_path)
        for student in CLASS:
            copy, drawn = copy_of(tmp_path, student), made.draw(student)
            nbformat.validate(copy)
            changed = []
            for mine, common in zip(copy.cells, RELEASE.cells, strict=True):
                if mine != common:
                    changed.append(mine.metadata.get("nbgrader", {}).get("grade_id") or mine.id)
            personal = starting_code.personal(drawn)
            assert [*personal] == [*OPEN, "originals", "evidence"]
            assert set(changed) <= {"title", *personal}
            for name, source in personal.items():
                cell = cells(copy)[name]
                assert cell.source == source
                assert cell.metadata.nbgrader.checksum == compute_checksum(cell)

    def test_the_title_has_a_code_and_no_badge_that_opens_another_notebook(self, tmp_path):
        made = personalise(tmp_path)
        title = copy_of(tmp_path, "ada").cells[0].source
        assert made.code("ada") in title
        assert "Upload" in title
        assert "badge" not in title
        assert title.endswith(RELEASE.cells[0].source.partition("\n\n")[2])

    def test_no_copy_gives_the_key_away(self, tmp_path):
        """Not the names of the bugs, not their kinds, not the secret."""
        made = personalise(tmp_path)
        for student in CLASS:
            text = nbformat.writes(copy_of(tmp_path, student))
            assert not any(bug.name in text for bug in BANK)
            assert made.secret.decode() not in text
        public = (tmp_path / "personal" / ASSIGNMENT / "codes.csv").read_text()
        assert not any(bug in public for bug in made.draw("ada").values())

    def test_the_archive_holds_the_same_files(self, tmp_path):
        personalise(tmp_path)
        with ZipFile(tmp_path / "personal" / f"{ASSIGNMENT}.zip") as packed:
            assert packed.testzip() is None
            found = {name: packed.read(name) for name in packed.namelist()}
        there = everything(tmp_path / "personal" / ASSIGNMENT)
        there.pop("codes.csv")
        assert found == there

    def test_late_enrolments_change_nobody_and_nobody_is_forgotten(self, tmp_path):
        personalise(tmp_path)
        before = everything(tmp_path / "personal" / ASSIGNMENT)
        personalise(tmp_path, ["late", "ada"])
        after = everything(tmp_path / "personal" / ASSIGNMENT)
        assert len(after) == len(before) + 1
        before.pop("codes.csv")
        assert before.items() <= after.items()
        assert set(personal_copies.of(tmp_path, ASSIGNMENT).codes) == {*CLASS, "late"}

    def test_a_code_is_three_times_four_letters(self, tmp_path):
        personalise(tmp_path)
        personal = personal_copies.of(tmp_path, ASSIGNMENT)
        for student, code in personal.codes.items():
            digest = keyed(personal.secret, "code", student, *personal.draw(student).values())
            letters = base64.b32encode(digest).decode()
            assert code == f"{letters[:4]}-{letters[4:8]}-{letters[8:12]}"

    def test_the_secret_is_for_its_owner_only(self, tmp_path):
        personalise(tmp_path)
        assert (tmp_path / "course_secret").stat().st_mode & 0o777 == 0o600


class TestOwner:
    """Whose copy was submitted."""

    def test_a_copy_is_known_by_its_evidence(self, tmp_path):
        made = personalise(tmp_path)
        for student in CLASS:
            copy = copy_of(tmp_path, student)
            copy.cells.pop(0)
            assert made.owner(copy, "ada") == made.owner(copy, "zoë") == student
        assert made.owner(RELEASE, "ada") == personal_copies.COMMON

    def test_evidence_counts_for_more_than_a_title(self, tmp_path):
        """Somebody has put their own title over the cells of another copy."""
        made = personalise(tmp_path)
        copy = copy_of(tmp_path, "bob")
        copy.cells[0] = copy_of(tmp_path, "ada").cells[0]
        assert made.owner(copy, "ada") == "bob"

    def test_however_it_was_wrapped(self, tmp_path):
        made = personalise(tmp_path)
        copy = copy_of(tmp_path, "bob")
        evidence = cells(copy)["evidence"]
        evidence.source = evidence.source.replace("\n", "\r\n    ")
        assert made.owner(copy, "ada") == "bob"

    def test_without_evidence_by_the_code_in_the_title(self, tmp_path):
        made = personalise(tmp_path)
        copy = copy_of(tmp_path, "bob")
        copy.cells.remove(cells(copy)["evidence"])
        assert made.owner(copy, "ada") == "bob"
        copy.cells.pop(0)
        assert made.owner(copy, "ada") is None

    @pytest.mark.parametrize(
        "notebook",
        [
            {},
            {"cells": None},
            {"cells": [None, 3, {}, {"source": ["x"]}, {"source": 'RETURNED = """\nAAAA\n"""'}]},
        ],
    )
    def test_odd_notebooks_are_nobody_s(self, tmp_path, notebook):
        assert personalise(tmp_path).owner(nbformat.from_dict(notebook), "ada") is None


class TestProblems:
    def test_an_assignment_without_suspects(self, tmp_path):
        path = ROOT / "release/one_dimension/one_dimension.ipynb"
        other = nbformat.read(path, as_version=4)
        with pytest.raises(CourseError, match="one_dimension has no suspects"):
            list(personal_copies.personalise(tmp_path, "one_dimension", other, CLASS))
        assert list(tmp_path.iterdir()) == []

    def test_a_secret_that_is_gone(self, tmp_path):
        personalise(tmp_path)
        (tmp_path / "course_secret").unlink()
        for again in (
            lambda: personal_copies.of(tmp_path, ASSIGNMENT),
            lambda: personalise(tmp_path),
        ):
            with pytest.raises(CourseError, match="course_secret is missing"):
                again()
        assert not (tmp_path / "course_secret").exists()

    def test_another_secret(self, tmp_path):
        personalise(tmp_path)
        before = everything(tmp_path / "personal")
        (tmp_path / "course_secret").write_text("another one, long enough")
        with pytest.raises(CourseError, match="made with another course_secret"):
            personalise(tmp_path)
        assert everything(tmp_path / "personal") == before
        assert "has changed since" in personal_copies.of(tmp_path, ASSIGNMENT).problem_with("ada")

    def test_a_secret_that_could_be_guessed(self, tmp_path):
        (tmp_path / "course_secret").write_text("12345\n")
        with pytest.raises(CourseError, match="could be guessed"):
            personalise(tmp_path)
        (tmp_path / "course_secret").write_text("a" * 15)
        with pytest.raises(CourseError, match="15 characters"):
            personalise(tmp_path)
        (tmp_path / "course_secret").write_text("a" * 16)
        personalise(tmp_path)

    def test_a_student_without_a_personal_release(self, tmp_path):
        assert "has no personal release" in personalise(tmp_path).problem_with("eve")

    @pytest.mark.parametrize("codes", [b"id\nada\n", b"\xff\xfe\xff", b"id,code\nada\n"])
    def test_a_list_of_codes_that_was_edited(self, tmp_path, codes):
        personalise(tmp_path)
        (tmp_path / "personal" / ASSIGNMENT / "codes.csv").write_bytes(codes)
        try:
            problem = personal_copies.of(tmp_path, ASSIGNMENT).problem_with("ada")
        except CourseError as error:
            problem = str(error)
        assert "codes.csv can't be read" in problem or "has changed since" in problem

    def test_an_interrupted_run_leaves_the_earlier_copies(self, tmp_path):
        personalise(tmp_path)
        before = everything(tmp_path / "personal")
        running = personal_copies.personalise(tmp_path, ASSIGNMENT, RELEASE, ["eve", *CLASS])
        next(running)
        running.close()
        assert everything(tmp_path / "personal") == before
        assert sorted(os.listdir(tmp_path / "personal")) == [ASSIGNMENT, f"{ASSIGNMENT}.zip"]


# One class, from the roster to the grades.


@pytest.fixture(scope="module")
def graded(course_of_the_module):
    course = course_of_the_module
    (course.root / "roster.csv").write_text(
        "\n".join(["id", "ada", "bob", "cid", "dan", "fay", "zoë"])
    )
    done = course.autograder("personalise", ASSIGNMENT, "--roster", "roster.csv")
    assert done.returncode == 0, done.stdout + done.stderr
    made = personal_copies.of(course.root, ASSIGNMENT)
    keys = {student: made.draw(student) for student in made.codes}

    def submit(student, copy, *what, **more):
        notebook = answered(copy_of(course.root, copy), *what, **more)
        course.submit(student, ASSIGNMENT, notebook)

    submit("ada", "ada", keys["ada"])
    submit("bob", "bob", keys["bob"], without=["suspect_b"])
    submit("cid", "ada", keys["ada"])
    lost = answered(copy_of(course.root, "dan"), keys["dan"])
    lost.cells.remove(cells(lost)["suspect_a"])
    course.submit("dan", ASSIGNMENT, lost)
    submit("eve", "ada", keys["ada"])
    common = nbformat.read(course.path("release", ASSIGNMENT), as_version=4)
    course.submit("fay", ASSIGNMENT, answered(common, FIXED_DRAW))
    course.done = course.autograder("grade", ASSIGNMENT)
    course.keys = keys
    return course


def test_correct_repairs_of_personal_bugs_get_all_points(graded):
    points = graded.points(ASSIGNMENT, "ada")
    assert {name: points[name] for name in FULL} == FULL


def test_a_suspect_that_was_left_as_it_is_costs_its_points(graded):
    points = graded.points(ASSIGNMENT, "bob")
    assert {name: points[name] for name in FULL} == FULL | {"suspect_b": 0}


def test_somebody_elses_copy_is_reported_and_its_diagnosis_does_not_count(graded):
    expect_a_foreign_copy(graded, "cid", graded.keys["ada"], "the copy that was made for ada")


def test_a_common_release_is_reported_where_there_are_personal_copies(graded):
    expect_a_foreign_copy(graded, "fay", FIXED_DRAW, "the common release")


def expect_a_foreign_copy(graded, student, key, what):
    """Said in the run, the table, the flags and on the page; answers count by the own key."""
    points = graded.points(ASSIGNMENT, student)
    own, other = ([by_name(each[name]) for name in SEALED] for each in (graded.keys[student], key))
    assert points["diagnosis"] == sum(
        (a.first_wrong == b.first_wrong) + 2 * (b.kinds[0] in a.kinds)
        for a, b in zip(own, other, strict=True)
    )
    assert points["diagnosis"] < FULL["diagnosis"]
    mine, theirs = (
        {name: repaired(name, each[name]) for name in OPEN} for each in (graded.keys[student], key)
    )
    for name in OPEN:
        assert points[name] == FULL[name] * (mine[name] == theirs[name])
    said = " ".join(graded.done.stdout.split())
    line = (
        f"{student}: submitted/{student}/{ASSIGNMENT}/{ASSIGNMENT}.ipynb is {what}; its suspects "
        f"were graded by the bugs of {student}'s own copy"
    )
    assert said.count(line) == 1
    assert f" {student} † " in said
    assert "ada †" not in said
    assert said.count(f"† {SEE_ABOVE}") == 1
    (flag,) = graded_notebook(graded, student).metadata.flags
    assert "not the personal copy of this student" in flag
    assert "ada" not in flag
    done = graded.autograder("feedback", ASSIGNMENT, "--student", student)
    assert done.returncode == 0, done.stdout + done.stderr
    page = graded.path("feedback", ASSIGNMENT, student).with_suffix(".html").read_text()
    assert "not the personal copy of this student" in page


def graded_notebook(graded, student):
    return nbformat.read(graded.path("autograded", ASSIGNMENT, student), as_version=4)


def test_an_own_copy_has_no_flag(graded):
    assert "flags" not in graded_notebook(graded, "ada").metadata


def test_a_suspect_that_was_deleted_comes_back_as_the_student_was_given_it(graded):
    notebook = nbformat.read(graded.path("autograded", ASSIGNMENT, "dan"), as_version=4)
    given = starting_code.suspect("suspect_a", graded.keys["dan"]["suspect_a"])
    assert ast.dump(ast.parse(cells(notebook)["suspect_a"].source)) == ast.dump(ast.parse(given))
    assert graded.points(ASSIGNMENT, "dan")["suspect_a"] == 0


def test_a_student_without_a_personal_release_is_named_and_not_graded(graded):
    assert graded.done.returncode == 1
    assert "eve has no personal release: add a line to the roster" in graded.done.stdout
    assert set(graded.grades(ASSIGNMENT).get("eve", {None: None}).values()) == {None}


def test_with_another_secret_nobody_is_graded_and_one_line_says_so(graded):
    secret = graded.root / "course_secret"
    kept, before = secret.read_text(), graded.grades(ASSIGNMENT)
    secret.write_text("not the one that it was")
    try:
        done = graded.autograder("grade", ASSIGNMENT, "--force")
    finally:
        secret.write_text(kept)
    assert done.returncode == 1
    assert done.stdout.count("can't be drawn again: course_secret or the bank of bugs") == 1
    assert graded.grades(ASSIGNMENT) == before


def test_stock_nbgrader_grades_by_the_same_keys(graded):
    before = {who: graded.points(ASSIGNMENT, who) for who in ("ada", "bob")}
    done = graded.nbgrader("autograde", ASSIGNMENT, "--student", "ada", "--force")
    assert done.returncode == 0, done.stderr
    assert graded.points(ASSIGNMENT, "ada") == before["ada"]


def test_no_test_cell_tells_the_key(graded):
    page = graded.path("autograded", ASSIGNMENT, "cid").read_text()
    assert not any(bug in page for bug in graded.keys["cid"].values())
