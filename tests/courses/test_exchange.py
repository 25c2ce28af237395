"""If this fails, pages of feedback are written and no student gets them through the exchange."""

import nbformat
import pytest
from nbgrader.utils import get_username

from tests.temporary_course import TemporaryCourse

ASSIGNMENT = "one_dimension"


@pytest.fixture
def exchange(tmp_path):
    """The folder that instructors and students share, which anybody may write to."""
    folder = tmp_path / "exchange"
    folder.mkdir()
    folder.chmod(0o777)
    return folder


@pytest.fixture
def student(exchange, released, tmp_path):
    """Where a student works, with the configuration that students are given."""
    student = TemporaryCourse(tmp_path / "home", released.settings)
    student.root.mkdir()
    for line in (
        "c = get_config()", 'c.CourseDirectory.course_id = "gradient_checking"',
        f'c.Exchange.root = "{exchange}"', f'c.Exchange.cache = "{tmp_path / "cache"}"',
    ):  # fmt: skip
        student.configure(line)
    return student


def does(somebody, *command):
    done = somebody.run(*command)
    assert done.returncode == 0 and "Traceback" not in done.stderr, done.stdout + done.stderr
    return done


@pytest.mark.parametrize("grader", ["autograder", "nbgrader"])
def test_a_student_fetches_the_page(course, student, exchange, grader):
    """Also where others, who come first, handed in by e-mail, or beside what can't be read."""
    course.configure(f'c.Exchange.root = "{exchange}"')
    does(course, "nbgrader", "release_assignment", ASSIGNMENT)
    mine = student.root / ASSIGNMENT
    mine.mkdir()
    nbformat.write(course.answered(ASSIGNMENT), mine / f"{ASSIGNMENT}.ipynb")
    does(student, "nbgrader", "submit", ASSIGNMENT)
    does(course, "nbgrader", "collect", ASSIGNMENT)
    for number, secret in enumerate((None, b"", b"\xff", b"x" * 1000)):
        path = course.submit(f"mail{number}", ASSIGNMENT, course.answered(ASSIGNMENT, "raises"))
        if secret is not None:
            path.with_name("submission_secret.txt").write_bytes(secret)
    if grader == "autograder":
        does(course, "autograder", "grade", ASSIGNMENT)
        does(course, "autograder", "feedback", ASSIGNMENT)
    else:
        does(course, "nbgrader", "autograde", ASSIGNMENT)
        does(course, "nbgrader", "generate_feedback", ASSIGNMENT)
    does(course, "nbgrader", "release_feedback", ASSIGNMENT)
    assert len([*exchange.glob("gradient_checking/feedback/*.html")]) == 5
    does(student, "nbgrader", "fetch_feedback", ASSIGNMENT)
    (fetched,) = mine.glob(f"feedback/*/{ASSIGNMENT}.html")
    page = course.root / "feedback" / get_username() / ASSIGNMENT / f"{ASSIGNMENT}.html"
    assert fetched.read_bytes() == page.read_bytes()


def test_a_secret_that_leads_elsewhere_is_not_followed(cli, course, tmp_path):
    """A student would be sent what a link points to."""
    (tmp_path / "key").write_text("the answers")
    path = course.submit("ada", ASSIGNMENT, course.answered(ASSIGNMENT))
    path.with_name("submission_secret.txt").symlink_to(tmp_path / "key")
    assert cli(course, "grade", ASSIGNMENT)[0] == cli(course, "feedback", ASSIGNMENT)[0] == 0
    assert not (course.root / "autograded" / "ada" / ASSIGNMENT / "submission_secret.txt").exists()
    given = course.root / "feedback" / "ada" / ASSIGNMENT / "submission_secret.txt"
    assert len(given.read_text()) == 128
