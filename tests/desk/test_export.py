"""If this fails, grades don't get back to the platform, or not those of the gradebook."""

import csv
from dataclasses import replace
from zipfile import ZipFile

import nbformat
import pytest

from autograder.desk.class_grades import NEWER, NOT_GRADED, NOT_READ, NOT_SUBMITTED
from autograder.desk.grades_csv import COLUMNS
from tests.desk.sheets import FORMS, GERMAN, PLAIN, Student, brightspace, canvas, moodle

ASSIGNMENT = "one_dimension"
LATE = 2.0
GERMAN_EXCEL = FORMS["Excel in German"]
CLASS = [
    Student("ada", "Ada", "Lovelace", 41234),
    Student("bob", "Bob", "Ross", 41235, "7.25"),
    Student("cid", "Cid", "Campeador", 41236),
    Student("dan", "Dan", "Dare", 41237),
    Student("eve", "Ève", "=cmd|x", 41238, "1.00"),
    Student("x913", "Ken", "Thompson", 41239),
]
SCORES = {"ada": 18 + 1.5, "eve": 17 + 0.5 - LATE, "ken": 18 + 2.0}
"""Those that are complete: what the program gave, what a person gave, what being late cost."""

MOODLES = {
    "ada": "Ada Lovelace_41234",
    "bob": "Bob Ross_41235",
    "eve": "Ève =cmd x_41238",
    "ken": "Ken Thompson_41239",
}


def contents(path):
    with ZipFile(path) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


@pytest.fixture(scope="module")
def graded(course_of_the_module):
    """Ada and Ken are graded; Bob's answer is unread; Cid is refused; Eve is late; no Dan."""
    course = course_of_the_module
    stories = {"ada": "correct", "bob": "correct", "ken": "correct"}
    for student, story in {**stories, "eve": "wrong_forward_right_rest"}.items():
        course.submit(student, ASSIGNMENT, course.answered(ASSIGNMENT, story))
    course.submit("cid", ASSIGNMENT, "Dear teacher, I have lost my notebook.")
    done = course.autograder("grade", ASSIGNMENT)
    assert "4 graded, 1 failed" in done.stdout, done.stdout + done.stderr
    with course.gradebook() as gradebook:
        gradebook.update_or_create_student("ken", first_name="Ken", last_name="Thompson")
        for student, points in {"ada": 1.5, "ken": 2, "eve": 0.5}.items():
            grade = gradebook.find_grade("explain_zero", ASSIGNMENT, ASSIGNMENT, student)
            grade.manual_score, grade.needs_manual_grade = points, False
        late = gradebook.find_submission_notebook(ASSIGNMENT, ASSIGNMENT, "eve")
        late.late_submission_penalty = LATE
        comment = gradebook.find_comment("explain_zero", ASSIGNMENT, ASSIGNMENT, "ada")
        comment.manual_comment = "Why not for theta < 0?"
        gradebook.db.commit()
    return course


@pytest.fixture
def export(graded, cli):
    """Puts a sheet into the course folder, and fills it: (status, output, errors)."""

    def run(platform, data=None, *options, name="sheet.csv"):
        for path in graded.root.glob("*.csv"):
            path.unlink()
        if data is not None:
            (graded.root / name).write_bytes(data)
        return cli(graded, "export", "--to", platform, name, *options)

    return run


def with_grades(form=PLAIN, **others):
    scores = {**SCORES, **others}
    return [
        replace(each, old=f"{scores[name]:.2f}") if name in scores else each
        for each, name in zip(CLASS, ["ada", "bob", "cid", "dan", "eve", "ken"], strict=True)
    ]


@pytest.mark.parametrize("form", [PLAIN, GERMAN_EXCEL], ids=["plain", "German"])
@pytest.mark.parametrize("make", [canvas, brightspace], ids=["canvas", "brightspace"])
def test_the_sheet_has_the_grades_of_the_gradebook(graded, export, make, form):
    status, out, err = export(make.__name__, make(CLASS, form))
    assert (status, err) == (0, "")
    assert (graded.root / "sheet.csv").read_bytes() == make(CLASS, form)
    assert (graded.root / "sheet-filled.csv").read_bytes() == make(with_grades(), form)
    assert "3 grades (1 in place of another) filled in: sheet-filled.csv" in out
    assert (
        f"bob: 7.25 stays, and is yours to change: {NOT_READ}".replace("7.25", form.number(7.25))
        in out
    )
    assert f"cid: {NOT_GRADED}" in out
    assert f"1 without a grade ({NOT_SUBMITTED}): dan" not in out  # nobody here knows Dan
    assert "Dare" in out
    assert "the sheet has no column of n_dimensions, planted_bugs" in out


@pytest.mark.parametrize("comment", [
    "one_dimension: sin(1.56 t) at theta = 0.08071",
    "<p>backward_propagation_n (4 of 10): dW2 is off by 1.25 at [0, 3]</p>",
])  # fmt: skip
def test_moodles_column_of_comments_is_known_with_our_own_in_it(graded, export, comment):
    """Numbers in it are not the time when something was graded."""
    students = [replace(CLASS[0], comment=comment), *CLASS[1:]]
    status, out, _ = export("moodle", moodle(students), "--assignment", ASSIGNMENT)
    assert status == 0 and "no column for comments" not in out


def test_moodles_worksheet_has_comments_too(graded, export):
    form = FORMS["Windows"]
    data = moodle(CLASS, form, GERMAN, word="Teilnehmer/in")
    status, out, err = export("moodle", data, "--assignment", ASSIGNMENT)
    assert (status, err) == (0, "")
    assert "3 grades (1 in place of another) and 3 comments filled in: sheet-filled.csv" in out
    before, after = form.cells(data), form.cells((graded.root / "sheet-filled.csv").read_bytes())
    assert [row[5] for row in after[1:]] == ["19,50", "7,25", "", "", "15,50", "20,00"]
    for old, new in zip(before, after, strict=True):
        assert [*old[:5], *old[6:10]] == [*new[:5], *new[6:10]]
    ada, bob, cid, dan, eve, ken = (row[10] for row in after[1:])
    assert (bob, cid, dan) == ("", "", "")
    assert ada.startswith("one_dimension: 19.5 of 20 points. forward_propagation 1/1. ")
    assert "explain_zero 1.5/2 (Why not for theta &lt; 0?)." in ada
    assert "(2 taken off for being late). forward_propagation 0/1 (value: For x = " in eve
    assert ken.endswith("explain_zero 2/2.")


def test_unread_answers_count_as_0_on_request(graded, export):
    export("canvas", canvas(CLASS), "--unread-as-0")
    expected = canvas(with_grades(bob=18.0))
    assert (graded.root / "sheet-filled.csv").read_bytes() == expected


def test_a_dry_run_shows_all_and_writes_nothing(graded, export):
    status, out, _ = export("canvas", canvas(CLASS[:-1]), "--dry-run")
    assert status == 0
    assert [path.name for path in graded.root.glob("*.csv")] == ["sheet.csv"]
    rows = {words[1]: words[2:] for line in out.splitlines() if len(words := line.split()) > 3}
    assert rows["ada"] == ["-", "19.50"]
    assert rows["eve"] == ["1.00", "15.50"]
    assert rows["bob"][:2] == ["7.25", "7.25"] and "read" in rows["bob"]
    assert rows["cid"][:3] == ["-", "-", "refused,"]
    assert " ".join(rows["ken"]) == "- - has no row in the sheet, for 20 points"
    assert "Dare, Dan (S41237)" in out
    assert out.endswith(
        "2 grades (1 in place of another) would be filled in; nothing was written\n"
    )


def test_it_is_written_where_it_is_asked_for(graded, export):
    export("canvas", canvas(CLASS), "--output", "filled.csv")
    assert (graded.root / "filled.csv").read_bytes() == canvas(with_grades())
    export("canvas", canvas(CLASS), "--output", "sheet.csv")
    assert (graded.root / "sheet.csv").read_bytes() == canvas(with_grades())


@pytest.mark.parametrize(
    ("platform", "data", "options", "said"),
    [
        ("canvas", None, [], "sheet.csv can't be read (No such file or directory)"),
        ("canvas", moodle(CLASS), [], "sheet.csv is not a gradebook from Canvas"),
        ("moodle", b"PK\x03\x04...", [], "sheet.csv is not a CSV file"),
        ("moodle", moodle(CLASS), [], "add --assignment, with one of n_dimensions, one_dimension"),
        ("canvas", canvas(CLASS), ["--column", "Quiz"], "no column called Quiz"),
        ("canvas", canvas(CLASS), ["--assignment", "quiz"], "no assignment is called 'quiz'"),
        ("canvas", canvas(CLASS), ["--output", "no/where.csv"], "no/where.csv can't be written"),
        ("canvas", canvas(CLASS), ["--output", "source"], "source can't be written (it is"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_in_one_line(graded, export, platform, data, options, said):
    status, _, err = export(platform, data, *options)
    assert status == 1 and err.count("\n") == 1
    assert said in err
    assert {path.name for path in graded.root.glob("*.csv")} <= {"sheet.csv"}


def test_before_anything_is_graded(course, cli):
    (course.root / "sheet.csv").write_bytes(canvas(CLASS))
    status, _, err = cli(course, "export", "--to", "canvas", "sheet.csv")
    assert status == 1 and "nothing has been graded: run `autograder grade`" in err


def test_a_newer_submission_is_said(graded, export):
    path = graded.path("submitted", ASSIGNMENT, "ada")
    before = path.read_bytes()
    try:
        path.write_bytes(before + b"\n")
        _, out, _ = export("canvas", canvas(CLASS))
    finally:
        path.write_bytes(before)
    assert f"ada: {NEWER}" in out


def test_an_answer_that_has_to_be_read_again_is_said(graded, export):
    with graded.gradebook() as gradebook:
        grade = gradebook.find_grade("explain_zero", ASSIGNMENT, ASSIGNMENT, "ken")
        grade.needs_manual_grade = True
        gradebook.db.commit()
        _, out, _ = export("canvas", canvas(CLASS))
        grade.needs_manual_grade = False
        gradebook.db.commit()
    assert "ken: read again: explain_zero" in out


def test_our_own_table_has_a_row_for_each_submission(graded, export):
    status, out, _ = export("csv", name="all.csv")
    assert (status, out) == (0, "5 rows written: all.csv\n")
    with (graded.root / "all.csv").open(newline="") as file:
        rows = {row["student"]: row for row in csv.DictReader(file)}
    assert [*rows["ada"]] == [*COLUMNS]
    with graded.gradebook() as gradebook:
        for student in SCORES.keys() - {"eve"}:
            found = gradebook.find_submission(ASSIGNMENT, student)
            assert float(rows[student]["score"]) == found.score
            assert float(rows[student]["max_score"]) == found.max_score
    eve = rows["eve"]
    assert (eve["raw_score"], eve["late_submission_penalty"], eve["score"]) == ("17.5", "2", "15.5")
    assert "forward_propagation 0/1; backward_propagation 1/1; " in eve["questions"]
    assert "forward_propagation.value 0/1; backward_propagation.value 1/1; " in eve["parts"]
    assert (rows["bob"]["score"], rows["bob"]["why_blank"]) == ("", NOT_READ)
    assert "explain_zero /2" in rows["bob"]["questions"]
    assert (rows["cid"]["score"], rows["cid"]["why_blank"]) == ("", NOT_GRADED)


def test_parts_of_notebooks_as_stock_nbgrader_writes_them(graded, export):
    """With texts as lists of lines."""
    path = graded.path("autograded", ASSIGNMENT, "eve")
    before = path.read_bytes()
    path.chmod(0o644)  # nbgrader lets nobody but root write there
    export("csv", name="ours.csv")
    ours = (graded.root / "ours.csv").read_text()
    try:
        nbformat.write(nbformat.reads(before, as_version=4), path)
        assert b'"  - value (1)' in path.read_bytes()
        export("csv", name="stock.csv")
    finally:
        path.write_bytes(before)
    assert (graded.root / "stock.csv").read_text() == ours


def test_our_own_table_replaces_nothing_else(graded, export):
    sheet = canvas(CLASS)
    status, _, err = export("csv", sheet)
    assert status == 1 and "sheet.csv exists" in err
    assert (graded.root / "sheet.csv").read_bytes() == sheet
    assert export("csv", sheet, "--output", "sheet.csv")[0] == 0
    status, out, _ = export("csv", (graded.root / "sheet.csv").read_bytes())
    assert (status, out) == (0, "5 rows written: sheet.csv\n")


def test_feedback_and_personal_copies_under_the_names_that_moodle_takes_back(graded, cli):
    """Of pages only those that were written: an older one stays where it is."""
    (graded.root / "m.csv").write_bytes(moodle(CLASS))
    moodles = ["--zip", "moodle", "--names", "m.csv"]
    old = graded.path("autograded", ASSIGNMENT, "bob")
    before = old.read_bytes()
    old.chmod(0o644)
    page = graded.root / "feedback" / "bob" / ASSIGNMENT / f"{ASSIGNMENT}.html"
    page.parent.mkdir(parents=True)
    page.write_text("an older page")
    try:
        old.write_bytes(b"{}")
        status, out, _ = cli(graded, "feedback", ASSIGNMENT, *moodles, "--jobs", "1")
    finally:
        old.write_bytes(before)
    assert status == 1 and "3 files in feedback/one_dimension-moodle.zip" in out
    assert "is unknown: ken" not in out and "autograded/bob/" in out
    zipped = graded.root / "feedback" / "one_dimension-moodle.zip"
    assert contents(zipped) == {
        f"{name}_assignsubmission_file_/{ASSIGNMENT}.html": (
            graded.root / "feedback" / student / ASSIGNMENT / f"{ASSIGNMENT}.html"
        ).read_bytes()
        for student, name in MOODLES.items()
        if student in SCORES
    }
    (graded.root / "roster.csv").write_text("id\nada\nbob\nnew\n")
    status, out, _ = cli(graded, "personalise", "planted_bugs", "--roster", "roster.csv", *moodles)
    assert status == 0 and "is unknown: new" in out
    assert contents(graded.root / "personal" / "planted_bugs-moodle.zip") == {
        f"{MOODLES[student]}_assignsubmission_file_/planted_bugs.ipynb": (
            graded.root / "personal" / "planted_bugs" / student / "planted_bugs.ipynb"
        ).read_bytes()
        for student in ("ada", "bob")
    }
