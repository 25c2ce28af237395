"""The report on a class: one page for the instructor, from the gradebook and graded notebooks."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from statistics import fmean, median
from typing import Any
from urllib.parse import quote

import nbformat
from nbgrader.api import Gradebook
from nbgrader.utils import is_solution
from rich.console import Console

from autograder.desk import charts, item_analysis, mistakes, selection, similar_answers
from autograder.desk.class_grades import Standing, everybody, standings
from autograder.desk.class_overview import Overview, overview
from autograder.desk.lateness import in_words
from autograder.desk.next_steps import next_steps
from autograder.desk.pseudonyms import People, Unnamed
from autograder.desk.web_page import page
from autograder.desk.whole_file import whole_file
from autograder.grading import gradebook, personal_copies
from autograder.grading.course import Course
from autograder.grading.errors import CourseError
from autograder.grading.personal_copies import COMMON
from autograder.grading.scores import prefix
from autograder.truth import starting_code
from autograder.truth.bugs import OPEN

FOLDER = "report"
"""Where reports are written, in the course folder."""
SLOWEST = 5
"""Submissions that are listed because they took longest."""


def write_reports(
    console: Console, course: Course, assignment: str | None, anonymous: bool, output: Path | None
) -> None:
    """Write the report on each assignment that has been graded.

    Parameters
    ----------
    console : Console
    course : Course
    assignment : str or None
        All of them by default.
    anonymous : bool
        Whether ids, names and addresses are left out.
    output : Path or None
        Where to write; by default `report/<assignment>.html`.

    Raises
    ------
    CourseError
    """
    names = selection.chosen(course, assignment)
    if output and assignment is None:
        raise CourseError("--output is for one report: name the assignment before it")
    if not gradebook.exists(course.dir.db_url):
        raise CourseError(selection.NOT_GRADED)
    written = 0
    for name in names:
        out = output or course.root / FOLDER / f"{name}.html"
        with course.gradebook() as book:
            html, students = report(course, book, name, anonymous, out)
        if not students:
            continue
        if not output:
            out.parent.mkdir(exist_ok=True)
        with whole_file(out) as file:
            file.write(html.encode())
        written += 1
        console.print(f"{students} submissions: {out}", markup=False, soft_wrap=True)
    if not written:
        raise CourseError(selection.NOT_GRADED)


def report(
    course: Course, book: Gradebook, assignment: str, anonymous: bool, out: Path
) -> tuple[str, int]:
    """The report on an assignment, and how many submissions it is about; "" and 0 without any.

    Parameters
    ----------
    course : Course
    book : nbgrader.api.Gradebook
        Open.
    assignment : str
    anonymous : bool
    out : Path
        Where the page will be, for its links.
    """
    found = standings(course, book, assignment)
    if not any(each.is_graded for each in found.values()):
        return "", 0
    known = everybody(course, book)
    seen = overview(course, book, assignment, found)
    ids = {*known, *found}
    # The assignment's id in the gradebook is random, and nothing shows it.
    key = book.find_assignment(assignment).id
    people = Unnamed(ids, known, key) if anonymous else People(ids, known)
    questions = item_analysis.questions(seen.graded)
    parts = item_analysis.parts(seen.graded)
    groups = _by_students(similar(course, assignment, seen.graded))
    view = _View(course, assignment, seen, people, out)
    return page(
        "report",
        assignment=assignment, anonymous=anonymous, today=f"{date.today():%-d %B %Y}",
        seen=seen, people=people, who=view.who, most=seen.graded[0].most,
        quartiles=item_analysis.quartiles(seen.points), mean=fmean(seen.points),
        points=charts.histogram(
            charts.bins(seen.points, seen.graded[0].most), "Students by points", "points"
        ),
        seconds=view.seconds(), slowest=[*seen.seconds.items()][:SLOWEST],
        steps=next_steps(seen, questions, parts, len(groups)),
        questions=questions, parts=parts, bar=charts.bar, fewest=item_analysis.FEWEST,
        mistakes=mistakes.commonest(seen.graded), groups=groups, excerpt=view.excerpt,
        rows=view.rows(), copies=view.copies(), in_words=in_words, unread=view.unread(),
        penalty=view.penalty,
    ), len(seen.submitted)  # fmt: skip


def similar(
    course: Course, assignment: str, graded: Iterable[Standing]
) -> list[similar_answers.Similar]:
    """Groups of similar answers to each question, without what was given or is in the solution."""
    graded = [*graded]
    copies = personal_copies.of(course.root, assignment)
    solutions, words = _answers_in(course, "source", assignment)
    given, _ = _answers_in(course, "release", assignment)
    found = []
    for question, is_text in words.items():
        answers = {each.student: each.answers.get(question, "") for each in graded}
        fixed = (given.get(question, ""), solutions.get(question, ""))
        known = {student: [*fixed] for student in answers}
        if copies and question in OPEN:
            for student in {*answers} & {*copies.codes}:
                bug = copies.draw(student)[question]
                known[student].append(starting_code.suspect(question, bug))
        found += similar_answers.similar(question, answers, known, is_text)
    return found


def _by_students(
    groups: Iterable[similar_answers.Similar],
) -> dict[tuple[str, ...], list[similar_answers.Similar]]:
    """Similar answers by who gave them; those first who did so to most questions."""
    found: dict[tuple[str, ...], list[similar_answers.Similar]] = {}
    for each in groups:
        found.setdefault(each.students, []).append(each)
    return dict(sorted(found.items(), key=lambda each: (-len(each[1]), -len(each[0]), each[0])))


def _answers_in(
    course: Course, step: str, assignment: str
) -> tuple[dict[str, str], dict[str, bool]]:
    """The texts of the answer cells in a source or release, and whether each is in words."""
    texts, words = {}, {}
    names = course.notebooks(assignment)
    for name in names:
        path = course.notebook(step, ".", assignment, name)
        notebook = nbformat.read(path, as_version=4) if path.is_file() else None
        for cell in filter(is_solution, notebook.cells if notebook else ()):
            question = prefix(name, names) + cell.metadata.nbgrader.grade_id
            texts[question], words[question] = cell.source, cell.cell_type != "code"
    return texts, words


@dataclass(frozen=True)
class Person:
    """A student on the page: an anchor there, and a name or a pseudonym. The id is not shown."""

    student: str
    anchor: str
    name: str


@dataclass(frozen=True)
class State:
    """What else there is to say of a student, in a few words, and the section that says it all."""

    words: str
    section: str


@dataclass(frozen=True)
class Row:
    """A student's line in the table.

    Attributes
    ----------
    person : Person
    points : float or None
    states : tuple of State
    flags : int
    seconds : float or None
    link : str
        Where the feedback page is, relative to the report; "" if there is none.
    """

    person: Person
    points: float | None
    states: tuple[State, ...]
    flags: int
    seconds: float | None
    link: str


class _View:
    """What the page says of students, in the words in which it may."""

    def __init__(
        self, course: Course, assignment: str, seen: Overview, people: People, out: Path
    ) -> None:
        self._course, self._assignment, self._seen = course, assignment, seen
        self._people, self._out = people, out
        self._places = {each: place for place, each in enumerate(people.called, 1)}
        self._graded = {each.student: each for each in seen.graded}

    def who(self, students: Iterable[str]) -> list[Person]:
        """Students in the order of the page."""
        ordered = sorted(students, key=self._places.__getitem__)
        return [
            Person(each, f"student-{self._places[each]}", self._people.called[each])
            for each in ordered
        ]

    def rows(self) -> list[Row]:
        """All who have a submission or should have one."""
        ids = {*self._seen.submitted, *self._seen.refused, *self._seen.missing}
        ordered = sorted(ids, key=self._places.__getitem__)
        return [self._row(student) for student in ordered]

    def copies(self) -> list[tuple[Person, str]]:
        """Who has submitted whose copy."""
        found = self._seen.others_copies.items()
        return [(self.who([student])[0], self._owner(owner)) for student, owner in found]

    def unread(self) -> dict[str, list[str]]:
        """The students by the written answers that wait for a reader."""
        found: dict[str, list[str]] = {}
        for student, questions in self._seen.unread.items():
            for question in questions:
                found.setdefault(question, []).append(student)
        return found

    def penalty(self, student: str) -> str:
        """What being late cost a student, in a few words; "" if nothing."""
        off = self._penalty(student)
        return f"{off:g} points taken off" if off else ""

    def _penalty(self, student: str) -> float:
        graded = self._graded.get(student)
        return graded.total.late_submission_penalty if graded and graded.total else 0

    def excerpt(self, group: similar_answers.Similar) -> list[tuple[Person, str]]:
        """The first two answers of a group; in their normal form if nobody is to be named."""
        texts = []
        for person in self.who(group.students)[:2]:
            text = self._graded[person.student].answers[group.question]
            if self._people.is_anonymous:
                text = similar_answers.normal_form(text)
            texts.append((person, self._people.say(text)))
        return texts

    def seconds(self) -> dict[str, Any] | None:
        """How long submissions ran; None if that is not noted."""
        found = [*self._seen.seconds.values()]
        if not found:
            return None
        chart = charts.histogram(
            charts.bins(found, max(found)), "Submissions by the time that grading took", "seconds"
        )
        return {"median": median(found), "most": max(found), "chart": chart}

    def _owner(self, owner: str) -> str:
        if owner == COMMON:
            return owner
        return f"the copy of {self._people.called.get(owner) or self._people.say(owner)}"

    def _row(self, student: str) -> Row:
        graded = self._graded.get(student)
        return Row(
            self.who([student])[0], graded.points(unread_as_0=True) if graded else None,
            tuple(self._states(student)), len(graded.flags) if graded else 0,
            graded.seconds if graded else None, self._link(student),
        )  # fmt: skip

    def _states(self, student: str) -> Iterable[State]:
        seen = self._seen
        for words, section, students in (
            ("refused", "refused", seen.refused), ("not graded", "ungraded", seen.ungraded),
            ("no submission", "missing", seen.missing), ("submitted again", "newer", seen.newer),
            ("not their own copy", "copies", seen.others_copies),
        ):  # fmt: skip
            if student in students:
                yield State(words, section)
        if student in seen.unread:
            yield State(f"{len(seen.unread[student])} unread", "unread")
        if student in seen.late:
            off = self._penalty(student)
            cost = f" (-{off:g})" if off else ""
            yield State(f"late by {in_words(seen.late[student])}{cost}", "late")

    def _link(self, student: str) -> str:
        names = self._course.notebooks(self._assignment)
        path = self._course.notebook("feedback", student, self._assignment, names[0])
        path = path.with_suffix(".html")
        if self._people.is_anonymous or not path.is_file():
            return ""
        return quote(os.path.relpath(path, self._out.resolve().parent).replace(os.sep, "/"))
