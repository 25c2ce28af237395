"""If this fails, the instructors' guide does not lead from an empty folder to exported grades."""

import csv
import re
import shlex
import zipfile

import nbformat

from tests import sample_class
from tests.desk import sheets
from tests.temporary_course import ROOT
from tests.test_guides import BLOCK

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
        for line in "".join(BLOCK.findall(step)).splitlines():
            done = course.run(*shlex.split(line))
            assert done.returncode == 0, (line, done.stdout, done.stderr)
            typed += 1
    assert (len(STEPS), typed) == (8, 11)
    with (course.root / "worksheet-filled.csv").open(newline="") as file:
        assert [row["Grade"] for row in csv.DictReader(file)] == ["20.00", "17.00", "0.00"]
    assert (course.root / "report" / f"{ASSIGNMENT}.html").is_file()
    with zipfile.ZipFile(course.root / "feedback" / f"{ASSIGNMENT}-moodle.zip") as packed:
        assert len(packed.namelist()) == 3
