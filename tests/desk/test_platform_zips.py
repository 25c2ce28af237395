"""If this fails, a platform gives a student's page to nobody, or to somebody else."""

from dataclasses import replace
from zipfile import ZipFile

import pytest

from autograder.desk import platform_zips
from autograder.desk.intake_log import COLUMNS
from autograder.desk.progress import the_console
from autograder.grading.course import Course
from autograder.grading.errors import CourseError
from autograder.grading.outcome import Outcome
from tests.desk.sheets import Student, canvas, moodle

ASSIGNMENT = "one_dimension"
STUDENTS = ["ada", "bob", "eve", "ken"]
CLASS = [
    Student("ada", "Ada", "Love_lace/x", 41234),
    Student("bob", "Bob", "Ross", 41235),
    Student("eve", "Ève", "=cmd|x", 41238),
]
MIDDLE = "assignsubmission_file_"


@pytest.fixture
def paged(course):
    """A course with pages; what is in them does not matter here."""
    for student in STUDENTS:
        path = course.root / "feedback" / student / ASSIGNMENT / f"{ASSIGNMENT}.html"
        path.parent.mkdir(parents=True)
        path.write_text(f"page of {student}")
    with course.gradebook() as gradebook:
        gradebook.update_or_create_student("ken", first_name="Ken", last_name="Thompson")
    return course


@pytest.fixture
def zipped(paged, capsys):
    """Writes the zip file: ({name: student}, what was said)."""

    def run(kind, *names):
        course = Course(paged.root)
        given = [paged.root / name for name in names]
        found = platform_zips.zip_names(course, kind, given, {ASSIGNMENT: STUDENTS})
        done = [Outcome(ASSIGNMENT, student, "done") for student in STUDENTS]
        platform_zips.zip_pages(the_console(), course, done, kind, found)
        with ZipFile(paged.root / "feedback" / f"{ASSIGNMENT}-{kind}.zip") as packed:
            inside = {name: packed.read(name).decode() for name in packed.namelist()}
        pages = {name: text.removeprefix("page of ") for name, text in inside.items()}
        return pages, capsys.readouterr().out

    return run


def write_zip(path, *names):
    with ZipFile(path, "w") as packed:
        for name in names:
            packed.writestr(name, "")


def test_a_folder_for_each_student(zipped):
    found, out = zipped("folder")
    assert found == {f"{each}/{ASSIGNMENT}.html": each for each in STUDENTS}
    assert out == f"4 files in feedback/{ASSIGNMENT}-folder.zip\n"


def test_names_from_moodles_worksheet(paged, zipped):
    (paged.root / "m.csv").write_bytes(moodle(CLASS))
    found, out = zipped("moodle", "m.csv")
    assert found == {
        f"Ada Love lace x_41234_{MIDDLE}/{ASSIGNMENT}.html": "ada",
        f"Bob Ross_41235_{MIDDLE}/{ASSIGNMENT}.html": "bob",
        f"Ève =cmd x_41238_{MIDDLE}/{ASSIGNMENT}.html": "eve",
    }
    assert "not in it, because the platform's name for them is unknown: ken" in out


def test_names_from_moodles_zip_file(paged, zipped):
    """With a group before a name; in folders, or without as older versions of Moodle."""
    for after in (f"{MIDDLE}/a.ipynb", "assignsubmission_file/a.ipynb", f"{MIDDLE}a.ipynb"):
        names = [f"Group 1-Ken Thompson_7_{after}", f"Ada Lovelace_8_{after}"]
        write_zip(paged.root / "m.zip", *names)
        found, _ = zipped("moodle", "m.zip")
        assert found == {f"Group 1-Ken Thompson_7_{MIDDLE}/{ASSIGNMENT}.html": "ken"}


def test_names_from_an_anonymous_zip_file(paged, zipped):
    """Where all have the same name, numbers are ids; elsewhere they change with the assignment."""
    with paged.gradebook() as gradebook:
        gradebook.update_or_create_student("ada", lms_user_id="8")
    write_zip(paged.root / "m.zip", *(f"Participant_{each}_{MIDDLE}/a.ipynb" for each in (8, 9)))
    found, _ = zipped("moodle", "m.zip")
    assert found == {f"Participant_8_{MIDDLE}/{ASSIGNMENT}.html": "ada"}


CANVAS = [
    "lovelaceada_41234_998877_one_dimension.ipynb",
    "lovelaceada_41234_998899_one_dimension-1.ipynb",
    "rossbob_LATE_41235_998878_one_dimension.ipynb",
    "thompsonken_41239_998879_one_dimension.ipynb",
    "notes.txt",
]


def test_names_from_canvas(paged, zipped):
    """With the numbers of the newest files; the gradebook tells whose numbers they are."""
    write_zip(paged.root / "c.zip", *CANVAS)
    students = [replace(CLASS[0], last="Lovelace"), CLASS[1]]
    (paged.root / "c.csv").write_bytes(canvas(students))
    found, out = zipped("canvas", "c.zip", "c.csv")
    assert found == {
        f"lovelaceada_41234_998899_{ASSIGNMENT}.html": "ada",
        f"rossbob_LATE_41235_998878_{ASSIGNMENT}.html": "bob",
        f"thompsonken_41239_998879_{ASSIGNMENT}.html": "ken",
    }
    assert "is unknown: eve" in out


def test_names_from_an_unpacked_folder(paged, zipped):
    for name in CANVAS:
        (paged.root / "unpacked").mkdir(exist_ok=True)
        (paged.root / "unpacked" / name).touch()
    found, _ = zipped("canvas", "unpacked")
    assert found == {f"thompsonken_41239_998879_{ASSIGNMENT}.html": "ken"}


def test_names_that_intake_has_noted(paged, zipped):
    """Not those of a run that was taken back."""
    for run, student in {"0001": "ada", "0002": "bob", "0003-undone": "eve"}.items():
        folder = paged.root / "submitted" / ".intake" / run
        folder.mkdir(parents=True)
        name = f"all.zip/{student}_7{run[3]}_99_one_dimension.ipynb"
        row = f"{name},taken,{student},{ASSIGNMENT},,,,,"
        (folder / "log.csv").write_text(f"{','.join(COLUMNS)}\n{row}\n")
    found, _ = zipped("canvas")
    assert found == {
        f"ada_71_99_{ASSIGNMENT}.html": "ada",
        f"bob_72_99_{ASSIGNMENT}.html": "bob",
    }


@pytest.mark.parametrize(
    ("kind", "names", "work", "said"),
    [
        ("moodle", [], [ASSIGNMENT], "--zip moodle needs --names FILE, with the grading worksheet"),
        ("canvas", [], [ASSIGNMENT], "--zip canvas needs --names FILE, with the zip file of all"),
        ("moodle", ["missing.csv"], [ASSIGNMENT], r"missing\.csv can't be read"),
        ("moodle", ["empty.zip"], [ASSIGNMENT], r"empty\.zip has no names of students' files"),
        ("canvas", ["m.csv"], [ASSIGNMENT], r"m\.csv is not a gradebook from Canvas"),
        ("moodle", ["m.csv"], [ASSIGNMENT, "n_dimensions"], "--names is about one assignment"),
    ],
)  # fmt: skip
def test_without_names_it_is_said_what_to_give(paged, kind, names, work, said):
    write_zip(paged.root / "empty.zip")
    (paged.root / "m.csv").write_bytes(moodle(CLASS))
    given = [paged.root / name for name in names]
    with pytest.raises(CourseError, match=said):
        platform_zips.zip_names(Course(paged.root), kind, given, dict.fromkeys(work, STUDENTS))


def test_nobody_to_write_about_needs_no_names(paged):
    (paged.root / "m.csv").write_bytes(moodle(CLASS))
    assert platform_zips.zip_names(Course(paged.root), "moodle", [paged.root / "m.csv"], {}) == {}
