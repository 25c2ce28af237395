"""Zip files that a platform takes back: each student's file under the name that it expects.

Moodle ("Upload multiple feedback files in a zip") looks at the number after a student's name.
Canvas ("Upload submissions" in SpeedGrader's or the assignment's menu) wants the two numbers of the
file that was submitted. So both need to be shown what they have given before.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile, is_zipfile

from rich.console import Console

from autograder.desk.class_grades import everybody
from autograder.desk.export import read_sheet
from autograder.desk.match_students import Person, match
from autograder.desk.whole_file import whole_file
from autograder.grading.course import Course
from autograder.grading.errors import CourseError, printable
from autograder.grading.personal_copies import PERSONAL

FOLDER = "folder"
WANTED = {
    "moodle": "the grading worksheet or the zip file of all submissions, as downloaded from Moodle",
    "canvas": "the zip file of all submissions, as downloaded from Canvas (and the gradebook's "
    "CSV file too, if ids in this course are logins)",
}
IN_MOODLE = re.compile(r"(?P<name>[^/]+)_(?P<number>\d+)_assignsubmission_\w+?_?(?=/|$)")
IN_CANVAS = re.compile(
    r"(?P<name>[^/_]*)_(?:LATE_)?(?P<number>\d+)_(?P<file>\d+)_(?=[^/]*\Z)", re.IGNORECASE
)


def zip_names(
    course: Course, kind: str | None, given: Sequence[Path] | None, students: Iterable[str]
) -> dict[str, str]:
    """What goes before the name of each student's file in a zip file.

    Parameters
    ----------
    course : Course
    kind : str
        "moodle", "canvas" or "folder": a folder for each student, by id. None if no zip file is
        wanted.
    given : sequence of Path, optional
        What the platform has given before: CSV files, zip files or folders.
    students : iterable of str
        Ids of those whose files will be in it.

    Returns
    -------
    dict of str to str
        By student; who is missing there is not known to the platform.

    Raises
    ------
    CourseError
        Nothing was given, or nothing in it is what the platform gives.
    """
    if kind is None:
        return {}
    with course.gradebook() as book:
        people = {each: Person((each,)) for each in students} | everybody(course, book)
    if kind == FOLDER:
        return {student: f"{student}/" for student in people}
    if not given:
        raise CourseError(f"--zip {kind} needs --names FILE, with {WANTED[kind]}")
    found: list[tuple[Person, str]] = []
    for path in sorted(given, key=_is_archive):
        if _is_archive(path):
            found += _in_archive(kind, path)
        elif kind == "moodle":
            found += _in_worksheet(path)
        else:
            people = _with_numbers(people, path)
    if not found:
        shown = ", ".join(printable(str(path)) for path in given)
        raise CourseError(f"{shown} has no names of students' files: give --names {WANTED[kind]}")
    ids, rows = [*people], [person for person, _ in found]
    matched = match(rows, [*people.values()]).students
    return {ids[student]: found[row][1] for row, student in matched.items()}


def zip_pages(
    console: Console, course: Course, work: Mapping[str, Iterable[str]], kind: str,
    names: Mapping[str, str],
) -> None:  # fmt: skip
    """Put the feedback pages of each assignment into a zip file, and say what is not in it."""
    for assignment, students in work.items():
        files = {
            student: sorted(course.folder("feedback", student, assignment).glob("*.html"))
            for student in students
        }
        out = course.folder("feedback", ".", ".") / f"{assignment}-{kind}.zip"
        _write_zip(console, course, out, files, names)


def zip_copies(
    console: Console, course: Course, assignment: str, kind: str, names: Mapping[str, str]
) -> None:
    """Put the personal copies into a zip file, and say what is not in it."""
    folder = course.root / PERSONAL / assignment
    files = {each.name: sorted(each.glob("*.ipynb")) for each in folder.iterdir() if each.is_dir()}
    _write_zip(console, course, folder.with_name(f"{assignment}-{kind}.zip"), files, names)


def _write_zip(
    console: Console, course: Course, out: Path, files: Mapping[str, Sequence[Path]],
    names: Mapping[str, str],
) -> None:  # fmt: skip
    written = 0
    with whole_file(out) as file, ZipFile(file, "w", ZIP_DEFLATED) as packed:
        for student, paths in sorted(files.items()):
            for path in paths if student in names else ():
                packed.write(path, f"{names[student]}{path.name}")
                written += 1
    lines = [f"{written} files in {course.shown(out)}"]
    absent = [
        printable(each) for each, paths in sorted(files.items()) if paths and each not in names
    ]
    if absent:
        lines.append(f"not in it, because --names does not tell who they are: {', '.join(absent)}")
    for line in lines:
        console.print(line, markup=False, soft_wrap=True)


def _is_archive(path: Path) -> bool:
    return path.is_dir() or is_zipfile(path)


def _in_archive(kind: str, path: Path) -> list[tuple[Person, str]]:
    """Who has submitted what is in a zip file or folder, and how their files' names begin."""
    try:
        if path.is_dir():
            inside = sorted(str(each.relative_to(path)) for each in path.rglob("*"))
        else:
            with ZipFile(path) as packed:
                inside = packed.namelist()
    except (OSError, BadZipFile) as error:
        raise CourseError(
            f"{printable(str(path))} can't be read ({error}): download it again"
        ) from error
    found: dict[str, tuple[Person, str]] = {}
    for each in inside:
        if kind == "moodle":
            match = IN_MOODLE.search(each)
            if match:
                person = Person((match["number"],), (), (match["name"],))
                found[match["number"]] = person, _in_moodle(match["name"], match["number"])
        else:
            match = IN_CANVAS.match(each.rpartition("/")[2])
            if match:
                numbers = (match["number"], match["name"])
                _, before = found.get(match["number"], (None, ""))
                found[match["number"]] = Person(numbers), max(before, match[0], key=_newest)
    return [*found.values()]


def _newest(name: str) -> int:
    """The number of a file in Canvas: a later file has a higher one."""
    found = IN_CANVAS.match(name)
    return int(found["file"]) if found else -1


def _in_moodle(name: str, number: str) -> str:
    plain = " ".join(re.sub(r'[_/\\:*?"<>|]', " ", name).split()) or "Participant"
    return f"{plain}_{number}_assignsubmission_file_/"


def _in_worksheet(path: Path) -> Iterator[tuple[Person, str]]:
    for row in read_sheet("moodle", path).rows:
        yield row.person, _in_moodle("".join(row.person.names[:1]), row.number)


def _with_numbers(people: Mapping[str, Person], path: Path) -> dict[str, Person]:
    """Add to the students what a gradebook of Canvas knows about them: their numbers and names."""
    rows, ids = read_sheet("canvas", path).rows, [*people]
    matched = match([row.person for row in rows], [*people.values()]).students
    found = dict(people)
    for row, student in matched.items():
        person, more = people[ids[student]], rows[row].person
        found[ids[student]] = replace(
            person,
            ids=tuple(dict.fromkeys((*person.ids, rows[row].number))),
            names=tuple(dict.fromkeys((*person.names, *more.names))),
        )
    return found
