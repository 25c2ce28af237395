"""If this fails, an instructor reads wrong numbers about a class, or others read its names."""

import json
import re
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser
from itertools import pairwise

import nbformat
import pytest
from rich.console import Console

from autograder.desk.class_report import similar, write_reports
from autograder.grading.course import Course
from autograder.grading.verdicts import verdict_in
from autograder.questions import questions_of
from autograder.questions.verdict import NOT_CHECKED
from tests import sample_class
from tests.desk.test_item_analysis import standing
from tests.temporary_course import TemporaryCourse

ASSIGNMENT = "one_dimension"
HOSTILE = "</td><script>alert(1)</script><img src=x onerror=alert(2)>"
STORIES = {
    "qx-textbook": "textbook", "qx-plain": "correct",
    "qx-asserts": "always_says_wrong", "qx-nan": "nan_everywhere",
    "qx-seed": "seed", "qx-empty": "unsolved",
    "qx-forward": "wrong_forward_right_rest",
}  # fmt: skip
"""Ids that no sentence of ours has in it."""
OWN = '''def error_sweep(f, slope, theta, epsilons):
    """Mine."""
    wanted, collected, position = float(slope(theta)), [], 0
    while position < len(epsilons):
        halfway = epsilons[position] / 2
        upper, lower = f(theta + halfway + halfway), f(theta - 2.0 * halfway)
        quotient = np.divide(np.subtract(upper, lower), halfway * 4)
        collected.append(np.sqrt((quotient - wanted) ** 2))
        position = len(collected)
    return np.array(collected, dtype=float).reshape(np.shape(epsilons))
'''
COPIED = (
    OWN.replace("wanted", "w").replace("collected", "errors").replace("position", "i")
    .replace("halfway", "h").replace('"""Mine."""', "# all my own work, qx-late")
)  # fmt: skip


@pytest.fixture(scope="module")
def graded(released, tmp_path_factory):
    """A class in which everything is to be reported."""
    course = TemporaryCourse(
        tmp_path_factory.mktemp("reported") / "course", released.settings, copy_of=released
    )
    for student, story in STORIES.items():
        course.submit(student, ASSIGNMENT, course.answered(ASSIGNMENT, story))
    answers = sample_class.load("correct").answers(ASSIGNMENT)
    hostile = f"def relative_difference(a, b):\n    raise ValueError('''{HOSTILE} by Zebulon''')\n"
    for student, changed in {
        "qx-late": {"error_sweep": OWN},
        "qx-copy": {"error_sweep": COPIED},
        "qx-hostile": {"relative_difference": hostile},
    }.items():
        notebook = sample_class.fill(course.release(ASSIGNMENT), answers | changed)
        path = course.submit(student, ASSIGNMENT, notebook)
    path.rename(path.with_name("<b>qx-hostile.ipynb"))
    course.submit("qx-refused", ASSIGNMENT, "This is not a notebook.")
    late = course.path("submitted", ASSIGNMENT, "qx-late")
    (late.parent / "timestamp.txt").write_text("2026-01-03 02:30:00 UTC")
    course.configure('c.LateSubmissionPlugin.penalty_method = "zero"')
    with course.gradebook() as book:
        book.update_or_create_assignment(ASSIGNMENT, duedate="2026-01-01 00:00:00 UTC")
        book.add_student("qx-missing", first_name="Wilhelmina", last_name="<script>Oxen")
        book.add_student(
            "qx-hostile", first_name="Zebulon", last_name="O'Quux", email="zeb@example.org"
        )
    done = course.run("autograder", "grade", ASSIGNMENT)
    assert done.returncode == 1 and "qx-refused" in done.stdout, done.stdout + done.stderr
    return course


def written(course, anonymous=False, output=None):
    """The page, as the command writes it."""
    write_reports(Console(quiet=True), Course(course.root), ASSIGNMENT, anonymous, output)
    return (output or course.root / "report" / f"{ASSIGNMENT}.html").read_text()


class Page(HTMLParser):
    """The elements of a page, and the texts of the rows of its tables."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.rows, self.texts = [], [], []
        self.feed(text)
        self.rows = [[" ".join(cell.split()) for cell in row] for row in self.rows]

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_data(self, data):
        self.texts.append(data)
        if self.rows and self.rows[-1]:
            self.rows[-1][-1] += data

    @property
    def text(self):
        return " ".join("".join(self.texts).split())


@pytest.fixture(scope="module")
def html(graded):
    return written(graded)


@pytest.fixture(scope="module")
def page(html):
    return Page(html)


@pytest.fixture(scope="module")
def unnamed(graded, tmp_path_factory):
    return written(graded, True, tmp_path_factory.mktemp("unnamed") / "class.html")


def tiles(html):
    found = re.findall(r"<dt>(.*?)</dt><dd>(\d+)</dd>", html)
    return {re.sub("<.*?>", "", name): int(number) for name, number in found}


def test_the_first_screen_counts_the_class(html, graded):
    with graded.gradebook() as book:
        waiting = [
            each for each in book.assignment_submissions(ASSIGNMENT) if each.needs_manual_grade
        ]
    assert tiles(html) == {
        "submitted": len(STORIES) + 4, "graded": len(STORIES) + 3, "refused": 1, "not graded": 0,
        "to read": len(waiting), "late": 1, "missing": 1,
    }  # fmt: skip
    assert f"{len(waiting)} written answers wait for a reader" in html
    assert "1 submission was refused" in html and "1 student has no submission" in html
    assert "2 days 2 h, 18 points taken off" in html and "late by 2 days 2 h (-18)" in html


def test_questions_count_as_the_gradebook_does(page, graded):
    grades, worth = graded.grades(ASSIGNMENT), graded.worth(ASSIGNMENT)
    for name, most in worth.items():
        scores = [each[name] for each in grades.values() if each[name] is not None]
        earned = sum(score == most for score in scores)
        row = next(row for row in page.rows if row and row[0] == name.removeprefix("test_"))
        assert row[1] == f"{most:g}"
        assert row[2].startswith(f"{earned} of {len(scores)} ")
        assert float(row[3]) == pytest.approx(sum(scores) / len(scores), abs=0.006)


def verdicts(graded):
    """What was found about each part: (question, Finding), of everybody."""
    for path in graded.root.glob(f"autograded/*/{ASSIGNMENT}/*.ipynb"):
        for cell in nbformat.read(path, as_version=4).cells:
            if verdict := verdict_in(cell.metadata):
                yield from ((verdict.question, finding) for finding in verdict.findings)


def test_parts_count_as_the_verdicts_do(page, graded):
    found = [*verdicts(graded)]
    for question in questions_of(ASSIGNMENT).values():
        for part in question.parts:
            of = [each.earned for name, each in found if (name, each.part) == (question.name, part)]
            row = next(row for row in page.rows if row[:2] == [question.name, part])
            assert row[3].startswith(f"{sum(of)} of {len(of)} ")


def test_every_reason_is_told_once_for_all_who_have_it(page, graded):
    """In full; and a part that was not checked is no mistake."""
    reasons = {" ".join(each.message.split()) for _, each in verdicts(graded) if each.message}
    mistakes = [row for row in page.rows if len(row) == 3 and row[0].isdigit()]
    assert (
        sum(any(reason.replace("`", "") in row[2] for row in mistakes) for reason in reasons) > 10
    )
    assert not any(NOT_CHECKED in row[2] for row in mistakes)
    (none,) = [row for row in mistakes if "error_sweep returned None" in row[2]]
    assert none[0] == "2" and "qx-empty" in none[2] and "qx-seed" in none[2]


def test_a_copied_answer_is_hinted_at_and_no_other(page):
    """Everybody else has the same correct answers."""
    found = re.search(r"Similar answers(.*?)Compared by fingerprints", page.text)[1]
    assert "no verdict" in found and "qx-copy, qx-late: 1 answer" in found
    assert found.count("error_sweep, the same") == 1
    assert not re.search("qx-(?!copy|late)", found)


def test_what_students_wrote_is_only_shown(html, page):
    assert "<script>alert" not in html and "<img" not in html and "<b>" not in html
    assert HOSTILE in page.text
    assert [tag for tag, _ in page.tags if tag == "script"] == ["script"]
    assert not [name for _, attributes in page.tags for name in attributes if name[:2] == "on"]


def test_a_page_asks_nobody_for_anything(html, page):
    """And it has what its policy would refuse nowhere."""
    attributes = [(name, value) for _, each in page.tags for name, value in each.items()]
    assert any("default-src 'none'" in value for name, value in attributes if name == "content")
    assert not [each for each in attributes if each[0] in ("src", "style", "srcset", "action")]
    links = [value for name, value in attributes if name == "href"]
    assert links and not [each for each in links if ":" in each or each.startswith("//")]
    assert "url(" not in html and "@import" not in html


def test_anybody_can_find_their_way(page):
    """Ids are there once and links lead to them; headings leave no level out; tables have heads."""
    ids = [each["id"] for _, each in page.tags if "id" in each]
    assert len(ids) == len({*ids})
    links = {each["href"] for tag, each in page.tags if tag == "a"}
    assert {each[1:] for each in links if each[0] == "#"} <= {*ids}
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert all("scope" in each for tag, each in page.tags if tag == "th")
    pictures = [each for tag, each in page.tags if tag == "svg"]
    assert all(each.get("role") == "img" or each.get("aria-hidden") == "true" for each in pictures)


def test_without_names_nobody_is_in_it(unnamed):
    text = unescape(unnamed).casefold()
    for secret in ("qx-", "zebulon", "quux", "wilhelmina", "oxen", "zeb@", "feedback/"):
        assert secret not in text
    assert f"{HOSTILE} by [name]" in text


def test_without_names_the_numbers_are_the_same(unnamed, html):
    assert tiles(unnamed) == tiles(html)
    rows = {False: Page(html).rows, True: Page(unnamed).rows}
    questions = [
        [row for row in each if len(row) == 5 and " of " in row[2]] for each in rows.values()
    ]
    assert questions[0] == questions[1] != []


def test_the_command_writes_the_same_again(cli, graded, unnamed, tmp_path):
    """Students keep their letters."""
    out = tmp_path / "again.html"
    assert cli(graded, "report", ASSIGNMENT, "--anonymous", "--output", str(out))[0] == 0
    assert out.read_text() == unnamed


def test_personal_code_that_nobody_changed_accuses_nobody(cli, course):
    (course.root / "roster.csv").write_text("id\nada\nbob\n")
    assert cli(course, "personalise", "planted_bugs", "--roster", "roster.csv")[0] == 0
    given = {
        student: {
            cell.metadata.nbgrader.grade_id: cell.source
            for cell in nbformat.read(path, as_version=4).cells
            if cell.metadata.get("nbgrader", {}).get("solution")
        }
        for student in ("ada", "bob")
        for path in (course.root / "personal" / "planted_bugs").glob(f"{student}/*.ipynb")
    }
    assert given["ada"]["suspect_a"] != given["bob"]["suspect_a"]

    def found(changed):
        class_ = [
            replace(standing(student, (True, True), True), answers=answers | changed)
            for student, answers in given.items()
        ]
        return {each.question for each in similar(Course(course.root), "planted_bugs", class_)}

    assert found({}) == set()
    own = OWN.replace("error_sweep", "suspect_a")
    assert found({"suspect_a": own}) == {"suspect_a"}


def test_what_was_submitted_since_is_said(graded):
    path = graded.path("submitted", ASSIGNMENT, "qx-plain")
    before = path.read_bytes()
    path.write_bytes(before + b"\n")
    try:
        assert "1 student has submitted again since" in written(graded)
    finally:
        path.write_bytes(before)


def test_whose_copy_it_was_is_said(graded, tmp_path):
    """With letters in place of both names, if nobody is to be named."""
    path = graded.path("autograded", ASSIGNMENT, "qx-plain")
    before = path.read_text()
    path.chmod(0o644)
    try:
        notebook = json.loads(before)
        notebook["metadata"]["copy_of"] = "qx-nan"
        path.write_text(json.dumps(notebook))
        assert "qx-plain has submitted the copy of qx-nan" in Page(written(graded)).text
        assert re.search("[A-Z2-7]{3} has submitted the copy of [A-Z2-7]{3} ",
                         Page(written(graded, True, tmp_path / "x.html")).text)  # fmt: skip
    finally:
        path.write_text(before)


def test_what_nobody_has_graded_has_no_report(cli, course):
    status, _, said = cli(course, "report")
    assert (status, said) == (
        1, "autograder: nothing has been graded: run `autograder grade` first\n",
    )  # fmt: skip
    status, _, said = cli(course, "report", "--output", "all.html")
    assert status == 1 and "name the assignment" in said
    assert not (course.root / "report").exists()
