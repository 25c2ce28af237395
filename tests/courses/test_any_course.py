"""If this fails, adopting our walls changes the grades of a course that was there before."""

import json
import shutil
from pathlib import Path

import nbformat
import nbgrader
import pytest

from autograder.grading.flags import FLAGS, FORGEABLE
from autograder.grading.settings import LINE
from tests.batch.gradebooks import contents
from tests.temporary_course import TemporaryCourse

ASSIGNMENT = "ps1"
SAMPLE = Path(nbgrader.__file__).parent / "docs/source/user_guide/submitted"
FORGED = ["correct_squares", "squares_invalid_input", "correct_sum_of_squares",
          "sum_of_squares_uses_squares"]  # fmt: skip


@pytest.fixture(scope="module")
def handed_in(quickstart, activated, tmp_path_factory):
    """nbgrader's own course, its sample submissions, and what else happens in a class."""
    root = tmp_path_factory.mktemp("class") / "course"
    course = TemporaryCourse(root, quickstart.settings, copy_of=quickstart)
    shutil.copytree(SAMPLE, course.root / "submitted", copy_function=shutil.copyfile)
    done = course.run("nbgrader", "generate_assignment", ASSIGNMENT)
    assert done.returncode == 0, done.stderr
    release, submitted = course.root / "release" / ASSIGNMENT, course.root / "submitted"
    shutil.copytree(release, submitted / "unsolved" / ASSIGNMENT)
    shutil.copytree(submitted / "hacker" / ASSIGNMENT, submitted / "half" / ASSIGNMENT)
    (submitted / "half" / ASSIGNMENT / "problem2.ipynb").unlink()
    return course


def submit_again(course):
    """The second notebook comes, and the first gets worse."""
    submitted = course.root / "submitted"
    bitdiddle, half = (submitted / who / ASSIGNMENT for who in ("bitdiddle", "half"))
    shutil.copy(bitdiddle / "problem1.ipynb", half)
    shutil.copy(bitdiddle / "problem2.ipynb", half)
    (half / "timestamp.txt").write_text("2026-03-02 12:00:00 UTC")


def mark(course):
    """What a person does in the Formgrader."""
    with course.gradebook() as gradebook:
        gradebook.find_grade("part-a", "problem2", ASSIGNMENT, "hacker").manual_score = 1
        gradebook.find_grade("correct_squares", "problem1", ASSIGNMENT, "half").manual_score = 0.5
        gradebook.find_comment("part-b", "problem2", ASSIGNMENT, "hacker").manual_comment = "Why?"
        gradebook.db.commit()


@pytest.fixture(scope="module")
def courses(handed_in, tmp_path_factory):
    """The same class by stock nbgrader, by nbgrader with our line, and by our command."""
    nbgraders = ("nbgrader", "autograde", ASSIGNMENT, "--force")
    found = {}
    for name, command in (
        ("stock", nbgraders), ("walled", nbgraders),
        ("ours", ("autograder", "grade", ASSIGNMENT, "--force")),
    ):  # fmt: skip
        root = tmp_path_factory.mktemp(name) / "course"
        course = found[name] = TemporaryCourse(root, handed_in.settings, copy_of=handed_in)
        if name != "stock":
            course.configure(LINE)
        for change in (None, mark, submit_again):
            if change is not None:
                change(course)
            if change is not mark:
                course.done = course.run(*command)
                assert course.done.returncode == 0, course.done.stdout + course.done.stderr
                with course.gradebook() as gradebook:
                    course.tables = [*getattr(course, "tables", ()), contents(gradebook)]
    return found


@pytest.mark.parametrize("by", ["walled", "ours"])
@pytest.mark.parametrize("time", [0, 1], ids=["first", "again"])
def test_every_table_of_the_gradebook_is_the_same(courses, by, time):
    expected, found = courses["stock"].tables[time], courses[by].tables[time]
    assert found.keys() == expected.keys()
    for table in expected:
        assert found[table] == expected[table], table
    assert len(expected["grade"]) == 4 * 9 and len(expected["submitted_notebook"]) == 4 * 2


def test_the_class_has_what_can_differ(courses):
    """Points and none, a missing notebook, a person's mark: else the comparison says little."""
    first, last = ("".join(map(str, each["grade"])) for each in courses["stock"].tables)
    for row in ("'auto_score': 0.5", "'auto_score': 0.0", "'auto_score': None"):
        assert row in first
    assert "'manual_score': 0.5" in last and "Why?" in str(courses["stock"].tables[1]["comment"])


def test_the_same_files_are_in_place(courses):
    """Both notebooks, the picture that they show, the time."""
    for who in ("bitdiddle", "hacker", "half", "unsolved"):
        stock, ours = (
            sorted(each.name for each in (courses[name].root / "autograded" / who / ASSIGNMENT)
                   .iterdir())
            for name in ("stock", "ours")
        )  # fmt: skip
        assert ours == stock and "jupyter.png" in ours and len(ours) >= 3


def test_a_flag_says_that_these_scores_can_be_forged(courses, cli):
    """In the graded notebook, in the table, for programs; and only of what it is true of."""
    course = courses["ours"]
    folder = course.root / "autograded/hacker" / ASSIGNMENT
    first, second = (
        nbformat.read(folder / f"problem{number}.ipynb", as_version=4).metadata for number in (1, 2)
    )
    for path in folder.glob("*.ipynb"):
        nbformat.validate(nbformat.from_dict(json.loads(path.read_text())))
    assert first[FLAGS] == [f"{', '.join(FORGED)}: {FORGEABLE}"] and FLAGS not in second
    assert f"* {FORGEABLE}" in course.done.stdout
    status, out, _ = cli(course, "grade", ASSIGNMENT, "--json")
    report = json.loads(out)
    assert report["decided_inside"] == {ASSIGNMENT: [f"problem1/{name}" for name in FORGED]}
    assert report["counts"] == {"done": 0, "skipped": 4, "failed": 0} and status == 0
    assert report["grades"][ASSIGNMENT]["hacker"]["problem1/correct_squares"]["score"] == 1


def test_feedback_has_a_page_for_each_notebook(courses, cli):
    course = courses["ours"]
    assert cli(course, "feedback", ASSIGNMENT, "--student", "hacker")[0] == 0
    pages = sorted(each.name for each in (course.root / "feedback/hacker" / ASSIGNMENT).iterdir())
    assert {"problem1.html", "problem2.html"} <= {*pages}


def test_regrading_leaves_alone_what_no_question_decides(courses, cli):
    status, out, _ = cli(courses["ours"], "regrade", ASSIGNMENT, "--json")
    notes = {each["note"] for each in json.loads(out)["outcomes"]}
    assert status == 0 and len(notes) == 1 and "asks no questions" in notes.pop()


# What a walled child has beside its notebook.


def submit(course, student, *sources, notebook="problem1"):
    """The release with more cells at its end."""
    path = course.root / "release" / ASSIGNMENT / f"{notebook}.ipynb"
    found = nbformat.read(path, as_version=4)
    for source in sources:
        cell = nbformat.v4.new_code_cell(source)
        del cell["id"]
        found.cells.append(cell)
    target = course.root / "submitted" / student / ASSIGNMENT / path.name
    target.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(found, target)


@pytest.fixture
def own(handed_in, tmp_path):
    """A class of nobody."""
    course = TemporaryCourse(tmp_path / "course", handed_in.settings, copy_of=handed_in)
    course.configure(LINE)
    shutil.rmtree(course.root / "submitted")
    return course


@pytest.mark.parametrize("command", ["autograder", "nbgrader"])
def test_a_file_of_the_release_can_be_read_behind_the_walls(own, command):
    """Also in a folder, also a module; and none of the submission's or the course's own."""
    release = own.root / "release" / ASSIGNMENT
    (release / "data").mkdir()
    (release / "data" / "table.csv").write_text("1,2\n3,4\n")
    (release / "large.bin").write_bytes(bytes(range(256)) * 20_000)
    (release / "helper.py").write_text("ANSWER = 42\n")
    submit(
        own, "ada",
        "print(open('data/table.csv').read())", "import helper; print(helper.ANSWER)",
        "import hashlib; print(hashlib.md5(open('large.bin', 'rb').read()).hexdigest())",
        "import os; print(sorted(each for each in os.listdir() if each[0] not in '._'))",
    )  # fmt: skip
    (own.root / "submitted/ada" / ASSIGNMENT / "mine.txt").write_text("mine")
    verb = ("grade",) if command == "autograder" else ("autograde", ASSIGNMENT)
    done = own.run(command, *verb)
    assert done.returncode == 0, done.stdout + done.stderr
    path = own.root / "autograded/ada" / ASSIGNMENT / "problem1.ipynb"
    said = "".join(
        output.get("text", "")
        for cell in nbformat.read(path, as_version=4).cells[-4:]
        for output in cell.get("outputs", ())
    )
    for text in ("3,4", "42", "dcf6a99f83b3a50b2ff3ecc6490d966f", "['data', 'helper.py', 'jup"):
        assert text in said, said
    assert "mine.txt" not in said


def test_files_that_leave_no_room_are_refused(own, cli):
    (own.root / "release" / ASSIGNMENT / "huge.bin").write_bytes(bytes(33 << 20))
    submit(own, "ada")
    status, out, _ = cli(own, "grade")
    assert status == 1 and "c.TrustedExecute.disk" in out


def test_a_cell_that_ends_the_process_costs_what_comes_after_it(own, cli):
    """nbgrader would take an empty cell for full marks."""
    path = own.root / "release" / ASSIGNMENT / "problem1.ipynb"
    submit(own, "ada")
    found = nbformat.read(path, as_version=4)
    for cell in found.cells:
        if cell.metadata.get("nbgrader", {}).get("grade_id") == "squares":
            cell.source = "import os; os._exit(0)"
    nbformat.write(found, own.root / "submitted/ada" / ASSIGNMENT / "problem1.ipynb")
    assert cli(own, "grade")[0] == 0
    with own.gradebook() as gradebook:
        submission = gradebook.find_submission(ASSIGNMENT, "ada")
        scores = [grade.auto_score for each in submission.notebooks for grade in each.grades
                  if grade.name in FORGED]  # fmt: skip
    assert scores == [0, 0, 0, 0]
