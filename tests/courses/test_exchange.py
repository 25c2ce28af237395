"""If this fails, pages of feedback are written and no student gets them through the exchange."""

import json
import shutil

import nbformat
import pytest
from nbgrader.utils import parse_utc

from tests.desk.downloads import notebook, zipped
from tests.exchange import Student, does, open_exchange

ASSIGNMENT = "one_dimension"
LATE = 'c.LateSubmissionPlugin.penalty_method = "zero"'


@pytest.fixture
def exchange(course, tmp_path):
    """The folder that instructors and students share, which anybody may write to."""
    return open_exchange(course, tmp_path / "exchange", ASSIGNMENT)


@pytest.fixture
def student(exchange, released, tmp_path):
    """Makes a student, who fetches the assignment."""

    def made(name):
        student = Student(name, exchange, released.settings, tmp_path)
        does(student, "fetch_assignment", ASSIGNMENT)
        return student

    return made


def page(course, student):
    return (course.root / "feedback" / student / ASSIGNMENT / f"{ASSIGNMENT}.html").read_bytes()


@pytest.fixture(params=["autograder", "nbgrader"])
def give_feedback(request, cli, course):
    """Collects, grades and releases feedback, by our commands or by nbgrader's."""

    def give(*options):
        does(course, "collect", ASSIGNMENT, *options)
        if request.param == "autograder":
            assert cli(course, "grade", ASSIGNMENT)[0] == 0
            assert cli(course, "feedback", ASSIGNMENT)[0] == 0
        else:
            does(course, "autograde", ASSIGNMENT)
            does(course, "generate_feedback", ASSIGNMENT)
        does(course, "release_feedback", ASSIGNMENT)

    return give


def test_a_class_submits_and_everybody_fetches_their_own_page(
    course, student, exchange, give_feedback
):
    """One submits twice, one is late; others, who come first, have sent theirs by e-mail."""
    course.configure(LATE)
    ada, grace = student("ada"), student("grace")
    first = ada.submits(ASSIGNMENT, course.answered(ASSIGNMENT, "raises"))
    for number, secret in enumerate((None, b"", b"\xff", b"x" * 1000)):
        path = course.submit(f"aaa{number}", ASSIGNMENT, course.answered(ASSIGNMENT, "raises"))
        if secret is not None:
            path.with_name("submission_secret.txt").write_bytes(secret)
    give_feedback()
    pages = {first: page(course, "ada")}
    assert ada.fetched(ASSIGNMENT) == pages and grace.fetched(ASSIGNMENT) == {}
    assert len([*exchange.glob("gradient_checking/feedback/*.html")]) == 5
    second = ada.submits(ASSIGNMENT, course.answered(ASSIGNMENT))
    late = grace.submits(ASSIGNMENT, course.answered(ASSIGNMENT))
    before, after = parse_utc(second), parse_utc(late)
    due = (before + (after - before) / 2).isoformat()
    does(course, "db", "assignment", "add", ASSIGNMENT, f"--duedate={due}")
    give_feedback("--update")
    pages[second] = page(course, "ada")
    assert pages[second] != pages[first]
    assert ada.fetched(ASSIGNMENT) == pages and grace.fetched(ASSIGNMENT) == {
        late: page(course, "grace")
    }
    with course.gradebook() as gradebook:
        scores = {each: gradebook.find_submission(ASSIGNMENT, each) for each in ("ada", "grace")}
        worth = course.coded(ASSIGNMENT)
        assert [each.score for each in scores.values()] == [worth, worth]
        penalties = {who: each.late_submission_penalty for who, each in scores.items()}
    assert penalties == {"ada": 0, "grace": worth}


def test_intake_and_the_exchange_take_nothing_from_each_other(cli, course, student, tmp_path):
    """A notebook that came by one way replaces the other's only if it is newer, and both stay."""

    def arrives(note, time):
        folder = f"1-2 - ada - {time}/x.ipynb" if time else "ada_1_assignsubmission_file_/x.ipynb"
        (tmp_path / "d2l.zip").write_bytes(zipped({folder: notebook(course, ASSIGNMENT, note)}))
        status, out, err = cli(course, "intake", str(tmp_path / "d2l.zip"))
        assert status == 0, out + err
        return out

    def there():
        content = json.loads(course.path("submitted", ASSIGNMENT, "ada").read_bytes())
        return "".join(content["cells"][-1]["source"])

    def kept(note):
        files = (course.root / "submitted" / ".intake").rglob("*")
        return any(note.encode() in path.read_bytes() for path in files if path.is_file())

    ada = student("ada")
    assert "taken" in arrives("undated", "")
    ada.submits(ASSIGNMENT, nbformat.from_dict(json.loads(notebook(course, ASSIGNMENT, "dated"))))
    does(course, "collect", ASSIGNMENT, "--update")
    assert "can't be told" in arrives("undated", "")
    assert there() == "dated" and kept("undated")
    shutil.rmtree(course.root / "submitted")
    arrives("before", "Oct 5, 2020 1159 PM")
    ada.submits(
        ASSIGNMENT, nbformat.from_dict(json.loads(notebook(course, ASSIGNMENT, "exchanged")))
    )
    does(course, "collect", ASSIGNMENT)
    assert there() == "before"
    does(course, "collect", ASSIGNMENT, "--update")
    assert there() == "exchanged" and kept("before")
    secret = course.path("submitted", ASSIGNMENT, "ada").with_name("submission_secret.txt")
    hers = secret.read_bytes()
    arrives("older", "Oct 6, 2020 1159 PM")
    assert there() == "exchanged" and kept("older")
    arrives("newest", "Oct 5, 2090 1159 PM")
    assert there() == "newest" and kept("exchanged") and secret.read_bytes() == hers
    does(course, "collect", ASSIGNMENT, "--update")
    assert there() == "newest"
    assert cli(course, "intake", "--undo")[0] == 0
    assert there() == "exchanged" and secret.read_bytes() == hers


def test_a_secret_that_leads_elsewhere_is_not_followed(cli, course, tmp_path):
    """A student would be sent what a link points to."""
    (tmp_path / "key").write_text("the answers")
    path = course.submit("ada", ASSIGNMENT, course.answered(ASSIGNMENT))
    path.with_name("submission_secret.txt").symlink_to(tmp_path / "key")
    assert cli(course, "grade", ASSIGNMENT)[0] == cli(course, "feedback", ASSIGNMENT)[0] == 0
    assert not (course.root / "autograded" / "ada" / ASSIGNMENT / "submission_secret.txt").exists()
    given = course.root / "feedback" / "ada" / ASSIGNMENT / "submission_secret.txt"
    assert len(given.read_text()) == 128
