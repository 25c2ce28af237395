"""If this fails, a guide names a command that fails, or doesn't lead to exported grades."""

import csv
import re
import shlex
import zipfile

import nbformat
import pytest

from tests import sample_class
from tests.desk import sheets
from tests.desk.downloads import platform, zipped
from tests.temporary_course import ROOT
from tests.test_guides import PAGES, commands, is_run

ASSIGNMENT = "one_dimension"
WALK = (ROOT / "docs/instructor.md").read_text().partition("## From an empty folder")[2]
STEPS = re.split(r"^\*\*\d\.", WALK.partition("\n## ")[0], flags=re.MULTILINE)[1:]
READ = 6
"""The step at which a person reads the written answers."""


def hand_in(course):
    """What Moodle lets an instructor download: the submissions, and the worksheet."""
    people = sheets.CLASS[:3]
    with zipfile.ZipFile(course.root / "submissions.zip", "w") as packed:
        for each, story in zip(people, ("correct", "raises", "unsolved"), strict=True):
            answers = sample_class.load(story).answers(ASSIGNMENT)
            notebook = sample_class.fill(course.release(ASSIGNMENT), answers)
            folder = f"{each.first} {each.last}_{each.number}_assignsubmission_file_"
            packed.writestr(f"{folder}/homework.ipynb", nbformat.writes(notebook))
    (course.root / "worksheet.csv").write_bytes(sheets.moodle(people))
    with (course.root / "students.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["id", "first_name", "last_name", "email"])
        rows.writerows([f"S{p.number}", p.first, p.last, f"{p.login}@example.org"] for p in people)


def read_answers(course):
    """What a person does in the Formgrader."""
    with course.gradebook() as gradebook:
        for submission in gradebook.assignment_submissions(ASSIGNMENT):
            for grade in submission.notebooks[0].grades:
                if grade.needs_manual_grade:
                    grade.manual_score, grade.needs_manual_grade = 2, False
        gradebook.db.commit()


def test_the_walk_through_ends_with_the_platforms_own_sheet_filled(course):
    hand_in(course)
    typed = 0
    for number, step in enumerate(STEPS, 1):
        if number == READ:
            read_answers(course)
        for line in commands(step):
            done = course.run(*shlex.split(line))
            assert done.returncode == 0, (line, done.stdout, done.stderr)
            typed += 1
    assert (len(STEPS), typed) == (8, 11)
    with (course.root / "worksheet-filled.csv").open(newline="") as file:
        assert [row["Grade"] for row in csv.DictReader(file)] == ["20.00", "17.00", "0.00"]
    assert (course.root / "report" / f"{ASSIGNMENT}.html").is_file()
    with zipfile.ZipFile(course.root / "feedback" / f"{ASSIGNMENT}-moodle.zip") as packed:
        assert len(packed.namelist()) == 3


PAGES_WITH_COMMANDS = [page for page in PAGES if any(map(is_run, commands(page.read_text())))]


def download(course, roster):
    """What an instructor downloads from the platform that a page's roster is of."""
    if roster == "gradebook.csv":
        answered = nbformat.writes(course.answered(ASSIGNMENT)).encode()
        names = (f"{each.last}_{each.number}_99_homework.ipynb" for each in sheets.CLASS[:1])
        return zipped({name.lower(): answered for name in names})
    if roster == "roster.csv":
        return zipped(platform(course, "Gradescope", ASSIGNMENT))
    return (course.root / "submissions.zip").read_bytes()


def whatever_the_pages_name(course, roster):
    """The files that commands read."""
    hand_in(course)
    people = sheets.CLASS[:3]
    (course.root / "submissions.zip").write_bytes(download(course, roster))
    (course.root / "gradebook.csv").write_bytes(sheets.canvas(people))
    (course.root / "grades.csv").write_bytes(sheets.brightspace(people, title="Homework 1"))
    ids = ["s1", "grace@example.org", *(f"S{each.number}" for each in people)]
    (course.root / "roster.csv").write_text("\n".join(["id", *ids]))
    homework = course.submit("ada", ASSIGNMENT, course.answered(ASSIGNMENT, "raises"))
    (course.root / "homework.ipynb").write_bytes(homework.read_bytes())
    exchange = course.root.parent / "exchange"
    exchange.mkdir()
    exchange.chmod(0o777)
    course.configure(f'c.Exchange.root = "{exchange}"')


@pytest.mark.parametrize("page", PAGES_WITH_COMMANDS, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_other_command_of_a_page_works(course, page):
    """In the order of the page, in a course that has the files which they name."""
    lines = [*filter(is_run, commands(page.read_text().replace(WALK.partition("\n## ")[0], "")))]
    whatever_the_pages_name(course, re.search(r"--roster (\S+)|$", "\n".join(lines))[1])
    for line in lines:
        program, *arguments = shlex.split(line)
        done = getattr(course, program)(*arguments)
        assert done.returncode == 0, (line, done.stdout, done.stderr)
