"""If this fails, grading copies, follows or waits for files beside a submitted notebook."""

import os
import shutil
import socket

import pytest

from autograder.grading.errors import CourseError
from autograder.grading.extra_files import before_reading, carried, check_room
from tests.temporary_course import ROOT

ASSIGNMENT = "one_dimension"
SECRET = "what only the teacher may read"
STAMP = "2025-02-03 12:00:00 UTC"


@pytest.fixture(scope="module")
def secret(tmp_path_factory):
    path = tmp_path_factory.mktemp("private") / "secret.txt"
    path.write_text(SECRET)
    return path


def a_socket(path, secret):
    here = os.getcwd()
    os.chdir(path.parent)  # the name of a socket must be short
    try:
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind(path.name)
    finally:
        os.chdir(here)


def in_its_place(path, secret):
    moved = secret.parent / f"{path.parent.parent.name}-{path.name}"
    shutil.move(path, moved)
    (moved / "notes.txt" if moved.is_dir() else secret).write_text(SECRET)
    path.symlink_to(moved)


BESIDE = {
    "brings_a_link": lambda path, secret: path.symlink_to(secret),
    "brings_a_hard_link": lambda path, secret: os.link(secret, path),
    "brings_a_broken_link": lambda path, secret: path.symlink_to("nowhere"),
    "brings_a_device": lambda path, secret: path.symlink_to("/dev/zero"),
    "brings_a_pipe": lambda path, secret: os.mkfifo(path),
    "brings_a_socket": a_socket,
    "brings_a_page": lambda path, secret: path.with_name("page.html").write_text("<script>"),
    "brings_a_folder": lambda path, secret: shutil.copytree(secret.parent, path),
    "brings_a_linked_folder": lambda path, secret: path.symlink_to(secret.parent),
    "brings_much": lambda path, secret: (path.touch(), os.truncate(path, 10**12)),
    "brings_settings": lambda path, secret: path.with_name("NBGrader_config.py").write_text("1/0"),
    "stamps_with_a_pipe": lambda path, secret: os.mkfifo(path.with_name("timestamp.txt")),
    "stamps_with_a_device": lambda path, secret: path.with_name("timestamp.txt").symlink_to(
        "/dev/zero"
    ),
    "stamps_with_a_link": lambda path, secret: path.with_name("timestamp.txt").symlink_to(secret),
}
INSTEAD = {
    "links_the_notebook": in_its_place,
    "links_the_folder": lambda path, secret: in_its_place(path.parent, secret),
    "links_all": lambda path, secret: in_its_place(path.parent.parent, secret),
    "sends_a_device": lambda path, secret: (path.unlink(), path.symlink_to("/dev/zero")),
    "sends_a_pipe": lambda path, secret: (path.unlink(), os.mkfifo(path)),
    "sends_too_much": lambda path, secret: os.truncate(path, 10**12),
}


@pytest.fixture(scope="module")
def class_of_tricks(course_of_the_module, secret):
    """A class in which everybody submits something besides, or instead of, the notebook."""
    course = course_of_the_module
    notebook = course.answered(ASSIGNMENT)
    for student in (*BESIDE, *INSTEAD, "on_time"):
        path = course.submit(student, ASSIGNMENT, notebook)
        if student in BESIDE:
            BESIDE[student](path.with_name("x.txt"), secret)
        elif student in INSTEAD:
            INSTEAD[student](path, secret)
        else:
            path.with_name("timestamp.txt").write_text(STAMP)
    return course


@pytest.fixture(scope="module")
def graded(class_of_tricks):
    done = class_of_tricks.nbgrader("autograde", ASSIGNMENT)
    assert done.returncode == 1
    pages = class_of_tricks.nbgrader("generate_feedback", ASSIGNMENT)
    assert pages.returncode == 0, pages.stderr
    return class_of_tricks, done.stderr


def files(course, step, student):
    folder = course.root / step / student
    return sorted(path.name for path in folder.rglob("*") if not path.is_dir())


@pytest.mark.parametrize("student", BESIDE)
def test_nothing_beside_the_notebook_is_copied(graded, student):
    course, _ = graded
    assert files(course, "autograded", student) == [f"{ASSIGNMENT}.ipynb"]
    made = [f"{ASSIGNMENT}.html", "submission_secret.txt", "timestamp.txt"]
    assert files(course, "feedback", student) == made  # what `nbgrader release_feedback` reads
    assert sum(course.points(ASSIGNMENT, student).values()) == course.coded(ASSIGNMENT)


@pytest.mark.parametrize("student", INSTEAD)
def test_what_is_not_a_notebook_is_not_graded(graded, student):
    course, said = graded
    assert files(course, "autograded", student) == files(course, "feedback", student) == []
    assert f"error processing assignment '{ASSIGNMENT}' for student '{student}'" in said


def test_no_step_contains_the_target_of_a_link(graded):
    course, _ = graded
    for step in ("autograded", "feedback"):
        for path in (course.root / step).rglob("*"):
            assert not path.is_symlink()
            assert path.is_dir() or SECRET not in path.read_text()


def test_the_time_of_a_submission_is_copied(graded):
    """Without it, nbgrader would not grade a resubmission, or write its page again."""
    course, _ = graded
    for step in ("autograded", "feedback"):
        stamp = course.root / step / "on_time" / ASSIGNMENT / "timestamp.txt"
        assert stamp.read_text() == STAMP
    (course.root / "submitted" / "on_time" / ASSIGNMENT / "timestamp.txt").write_text(
        STAMP.replace("2025", "2026")
    )
    for command in ("autograde", "generate_feedback"):
        done = course.nbgrader(command, ASSIGNMENT, "--student=on_time")
        assert done.returncode == 0 and "Updating existing assignment" in done.stderr


def test_settings_of_a_student_are_not_left_where_the_formgrader_would_run_them(graded):
    course, _ = graded
    assert files(course, "submitted", "brings_settings") == [
        "NBGrader_config.py.refused", f"{ASSIGNMENT}.ipynb",
    ]  # fmt: skip


def test_our_own_command_says_what_is_wrong(graded, cli):
    course, _ = graded
    os.mkfifo(course.path("submitted", ASSIGNMENT, "on_time").with_name("again.txt"))
    for student, line in {
        "links_the_folder": "is a link to another folder: put the folder itself there",
        "links_all": "is a link to another folder: put the folder itself there",
        "links_the_notebook": "is a link to another file: ask for the file itself",
        "sends_too_much": "is larger than 100 MB: ask for the .ipynb file again",
    }.items():
        status, out, _ = cli(course, "grade", ASSIGNMENT, "--student", student)
        assert status == 1 and line in out
    assert cli(course, "grade", ASSIGNMENT, "--force", "--student", "on_time")[0] == 0


def test_a_pipe_instead_of_the_time_stamp_does_not_block_our_own_command(course, cli):
    path = course.submit("eve", ASSIGNMENT, course.answered(ASSIGNMENT))
    assert cli(course, "grade", ASSIGNMENT)[0] == 0
    os.mkfifo(path.with_name("timestamp.txt"))
    status, out, _ = cli(course, "grade", ASSIGNMENT)
    assert status == 1 and "timestamp.txt is not a short text: delete it" in out


def test_a_submission_with_copied_files_is_not_graded(course):
    path = course.submit("eve", ASSIGNMENT, course.answered(ASSIGNMENT))
    path.with_name("notes.txt").write_text("mine")
    course.configure("c.CourseDirectory = type(c)(ignore=[])")
    done = course.nbgrader("autograde", ASSIGNMENT)
    assert (
        done.returncode == 1 and "ExtraFilesRefused: notes.txt was copied with the" in done.stderr
    )
    assert files(course, "autograded", "eve") == []


def test_files_of_the_course_itself_are_still_copied(course):
    (course.root / "source" / ASSIGNMENT / "data.csv").write_text("1,2")
    path = course.submit("eve", ASSIGNMENT, course.answered(ASSIGNMENT))
    path.with_name("data.csv").write_text("3,4")
    assert course.nbgrader("autograde", ASSIGNMENT).returncode == 0
    assert (course.root / "autograded/eve" / ASSIGNMENT / "data.csv").read_text() == "1,2"
    assert course.nbgrader("generate_assignment", ASSIGNMENT, "--force").returncode == 0
    assert (course.root / "release" / ASSIGNMENT / "data.csv").read_text() == "1,2"


def test_the_hook_does_not_change_valid_submissions(tmp_path):
    folder = tmp_path / "submitted" / "eve" / ASSIGNMENT
    folder.mkdir(parents=True)
    (folder / "a.ipynb").write_text("{}")
    (folder / "timestamp.txt").write_text(STAMP)
    notebooks = [str(folder / "a.ipynb")]
    before_reading(ASSIGNMENT, "*", notebooks)
    assert notebooks == [str(folder / "a.ipynb")]
    assert sorted(os.listdir(folder)) == ["a.ipynb", "timestamp.txt"]


class TestLimits:
    @pytest.mark.parametrize(("size", "fits"), [(100_000_000, True), (100_000_001, False)])
    def test_a_notebook_of_100_megabytes(self, tmp_path, size, fits):
        """As the guide says; longer ones are not even opened."""
        assert "more than 100 MB" in " ".join((ROOT / "docs/operations.md").read_text().split())
        path = tmp_path / "submitted" / "eve" / ASSIGNMENT / "a.ipynb"
        path.parent.mkdir(parents=True)
        path.touch()
        os.truncate(path, size)
        notebooks = [str(path)]
        before_reading(ASSIGNMENT, "*", notebooks)
        assert bool(notebooks) is fits

    @pytest.mark.parametrize(("name", "longest"), [
        ("timestamp.txt", 100), ("submission_secret.txt", 200),
    ])  # fmt: skip
    def test_short_texts_that_nbgrader_has_put_beside_it(self, tmp_path, name, longest):
        for size in (longest, longest + 1):
            (tmp_path / name).write_bytes(b"x" * size)
            assert carried(tmp_path) == ({name: b"x" * longest} if size == longest else {})

    @pytest.mark.parametrize(("sizes", "fits"), [
        ([8 << 20] * 4, True), ([8 << 20] * 4 + [1], False), ([(8 << 20) + 1], False), ([], True),
    ])  # fmt: skip
    def test_a_release_s_files_take_half_of_the_disk_and_none_an_eighth(self, sizes, fits):
        files = {str(number): bytes(size) for number, size in enumerate(sizes)}
        if fits:
            check_room(files, ASSIGNMENT, 64 << 20)
        else:
            with pytest.raises(CourseError, match="TrustedExecute"):
                check_room(files, ASSIGNMENT, 64 << 20)
