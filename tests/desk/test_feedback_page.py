"""If this fails, students can't tell from their pages what they lost, why, or what to do next."""

import base64
import hashlib
import html
import json
import re

import pytest

from autograder.questions import questions_of
from autograder.questions.verdict import NOT_CHECKED
from tests import sample_class
from tests.desk.feedback_pages import plain, scores_on

ASSIGNMENT = "n_dimensions"
STORIES = ("correct", "nan_everywhere", "raises", "syntax_error", "textbook", "unsolved")
LARGEST = 400_000
DUE, IN_TIME, LATE = "2026-10-05 12:00", "2026-10-05 11:00", "2026-10-07 14:00"
PENALTY = """
from nbgrader.plugins import BasePlugin

class TwoPoints(BasePlugin):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return 2

c.AssignLatePenalties.plugin_class = TwoPoints
"""


@pytest.fixture(scope="module")
def pages(course_of_the_module):
    """{story: page} of a graded class; one of them was late, after an extension of a day."""
    course = course_of_the_module
    course.configure(PENALTY)
    course.configure("c.TrustedExecute.seed = 7")
    sample_class.submit(course.root, only=[(story, ASSIGNMENT) for story in STORIES])
    with course.gradebook() as gradebook:
        gradebook.update_or_create_assignment(ASSIGNMENT, duedate=DUE)
        gradebook.update_or_create_student("textbook", first_name="Ada", last_name="<b>King</b>")
        gradebook.update_or_create_submission(ASSIGNMENT, "textbook")
        gradebook.grant_extension(ASSIGNMENT, "textbook", days=1)
    for story in STORIES:
        stamp = LATE if story == "textbook" else IN_TIME
        path = course.path("submitted", ASSIGNMENT, story).with_name("timestamp.txt")
        path.write_text(f"{stamp}:00 UTC")
    for command in ("grade", "feedback"):
        done = course.run("autograder", command, ASSIGNMENT)
        assert done.returncode == 0, done.stdout + done.stderr
    return {story: page_of(course, story) for story in STORIES}


def page_of(course, student):
    return course.path("feedback", ASSIGNMENT, student).with_suffix(".html").read_text()


def verdicts(course, student):
    """What the grader found, by question."""
    notebook = json.loads(course.path("autograded", ASSIGNMENT, student).read_text())
    found = (cell["metadata"].get("verdict") for cell in notebook["cells"])
    return {each["question"]: each["findings"] for each in found if each}


@pytest.mark.parametrize("story", STORIES)
def test_the_first_screen_has_the_points(course_of_the_module, pages, story):
    """Those of the gradebook: of each question, and in total, after what is taken off."""
    course, worth = course_of_the_module, course_of_the_module.worth(ASSIGNMENT)
    with course.gradebook() as gradebook:
        submission = gradebook.find_submission(ASSIGNMENT, story)
        total, penalty = submission.score, submission.late_submission_penalty
        grades = {grade.name: grade for grade in submission.notebooks[0].grades}
        waits = {name for name, each in grades.items() if each.needs_manual_grade}
        scores = {name: each.score for name, each in grades.items()}
    most = sum(points for name, points in worth.items() if name not in waits)
    told = plain(re.search(r'<section class="grade".*?</section>', pages[story], re.DOTALL)[0])
    assert told.startswith(f"{max(0, total - penalty):g} of {most:g} points")
    row = f"Late Submitted 26 h 0 min after the deadline -{penalty:g}"
    assert (row in plain(pages[story])) == bool(penalty)
    assert ("so far" in told) == bool(waits) == ("a person has to read" in told)
    assert scores_on(pages[story]) == {
        name.removeprefix("test_"): f"not read yet, of {points:g}"
        if name in waits
        else f"{scores[name]:g} / {points:g}"
        for name, points in worth.items()
    }


@pytest.mark.parametrize("story", STORIES)
def test_every_reason_is_on_the_page_in_full(course_of_the_module, pages, story):
    text = plain(pages[story])
    for findings in verdicts(course_of_the_module, story).values():
        for each in findings:
            assert " ".join(each["message"].replace("`", "").split()) in text


def test_what_to_look_at_first_has_lost_most(pages):
    first = plain(re.search(r'<section class="first".*?</section>', pages["raises"], re.DOTALL)[0])
    assert first.startswith("Look at this first backward_propagation_n lost 10 points.")
    assert "raised TypeError in your line " in first
    assert "Read again: lesson 2_n_dimensions, Backpropagation through the network." in first
    assert 'class="first"' not in pages["correct"]
    assert "Everything that a program checks is correct." in pages["correct"]


def test_one_reason_is_said_once(pages):
    """Where all arrays of a backward pass are missing for one reason."""
    (item,) = re.findall(r'<section class="item".*?</section>', pages["raises"], re.DOTALL)
    assert item.count("raised TypeError") == 1
    assert "output layer, second layer, first layer (8 points)" in plain(item)
    assert item.count(NOT_CHECKED) == 1


def test_what_lost_nothing_is_folded_and_everything_else_is_open(pages):
    page = pages["textbook"]
    opened = re.findall(r'<section class="item" id="(\w+)"', page)
    folded = re.findall(r'<details id="(\w+)">', page)
    assert opened == ["backward_propagation_n"]
    assert "<summary>What was asked" in page and "Write</strong>" in page
    assert {*opened, *folded} == {*questions_of(ASSIGNMENT), "explain_threshold"}
    assert "<details open" not in page


def test_the_answer_and_the_lines_of_its_exception_stand_below_the_reason(pages):
    item = plain(
        re.search(r'id="gradient_report".*?</section>', pages["syntax_error"], re.DOTALL)[0]
    )
    assert "a cell stopped at" in item and "ipython-input" not in item
    assert "What Python said Cell In[" in item and "Your answer def gradient_report" in item


def test_numbers_are_drawn_where_there_are_some(pages):
    """Yours, the correct ones and the difference, with a text for those who can't see them."""
    page = pages["textbook"]
    drawn = re.findall(r'<svg class="picture" role="img"[^>]*aria-label="([^"]*)"', page)
    titles = ("yours", "correct", "difference")
    shapes = {"dW2": "3 by 5", "db1": "5 by 1"}
    assert drawn == [f"{name}, {each}, {shapes[name]}" for name in shapes for each in titles]
    captions = [plain(each) for each in re.findall("<figcaption>(.*?)</figcaption>", page)]
    told = ("dW2", "12 of 15", 2), ("db1", "5 of 5", 4)
    for caption, (name, wrong, factor) in zip(captions, told, strict=True):
        said = (
            rf"{name}: {wrong} entries are wrong\. The worst, .*, is (\S+) and should be (\S+)\. "
        )
        found, correct = map(float, re.match(said, caption).groups())
        assert found == pytest.approx(factor * correct, rel=1e-3)
    assert "NaN" not in "".join(captions) and "A cross is NaN" in pages["nan_everywhere"]
    assert "<svg" in pages["nan_everywhere"] and "<svg" not in pages["correct"]


def test_late_penalties_are_said_with_their_reason(pages):
    assert "Submitted 26 h 0 min after the deadline: 2 points taken off, from 31." in plain(
        pages["textbook"]
    )
    assert "deadline" not in pages["correct"]


def test_what_a_person_decided_is_said_and_not_what_the_program_had_found(
    course_of_the_module, pages, cli
):
    course = course_of_the_module
    with course.gradebook() as gradebook:
        for name, score in (("test_backward_propagation_n", 7), ("explain_threshold", 1)):
            grade = gradebook.find_grade(name, ASSIGNMENT, ASSIGNMENT, "raises")
            grade.manual_score, grade.needs_manual_grade = score, False
        comment = gradebook.find_comment("explain_threshold", ASSIGNMENT, ASSIGNMENT, "raises")
        comment.manual_comment = "See <i>Kinks</i>."
        gradebook.db.commit()
    assert cli(course, "feedback", ASSIGNMENT, "--student", "raises")[0] == 0
    page = page_of(course, "raises")
    assert scores_on(page)["backward_propagation_n"] == "7 / 10"
    assert "raised TypeError" not in re.sub(r"<h2>Your notebook.*", "", page, flags=re.DOTALL)
    assert "A person gave this score." in page
    assert "Comment See <i>Kinks</i>." in plain(page) and "<i>Kinks" not in page
    assert "so far" not in plain(
        re.search(r"<section class=.grade.*?</section>", page, re.DOTALL)[0]
    )
    assert "The question" in page and "Why does correct code fail" in page


def test_nbgrader_writes_the_same_pages(course_of_the_module, pages):
    course = course_of_the_module
    before = {story: page_of(course, story) for story in STORIES}
    done = course.nbgrader("generate_feedback", ASSIGNMENT, "--force")
    assert done.returncode == 0, done.stderr
    assert {story: page_of(course, story) for story in STORIES} == before


@pytest.mark.parametrize("story", STORIES)
def test_a_page_is_one_small_file_that_loads_nothing(pages, story):
    page = pages[story]
    assert len(page.encode()) <= LARGEST
    assert not re.findall(r'(?:src|srcset|data|action|poster)="(?!data:)', page)
    assert not re.findall(r"<link|@import|url\(", page)
    assert "$" not in plain(
        re.sub(r"<(style|script)>.*?</\1>|<pre.*?</pre>", "", page, flags=re.DOTALL)
    )


def test_the_policy_lets_nothing_but_the_page_s_own_style_and_script_in(pages):
    page = pages["correct"]
    policy = html.unescape(re.search(r'Content-Security-Policy" content="([^"]*)"', page)[1])
    for kind in ("style", "script"):
        (text,) = re.findall(rf"<{kind}>(.*?)</{kind}>", page, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy and not re.findall(r"<[^>]*\sstyle=", page)


def test_names_are_data(pages):
    assert "<b>King</b>" not in pages["textbook"]
    assert "Ada <b>King</b> (textbook)" in plain(pages["textbook"])


def test_the_summary_of_the_notebook_does_not_contradict_the_grade(course_of_the_module, pages):
    """It counts what the visible checks found, where they were run."""
    notebook = json.loads(
        course_of_the_module.path("autograded", ASSIGNMENT, "correct").read_text()
    )
    (summary,) = (cell for cell in notebook["cells"] if cell["id"] == "summary")
    assert summary["outputs"] == []
