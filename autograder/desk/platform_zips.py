"""Zip files that a platform takes back: each student's file under the name that it expects.

Moodle ("Upload multiple feedback files in a zip") looks at the number after a student's name.
Canvas ("Upload submissions" in SpeedGrader's or the assignment's menu) wants the two numbers of the
file that was submitted. So both need to be shown what they have given before.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile, is_zipfile

from rich.console import Console

from autograder.desk.class_grades import everybody
from autograder.desk.export import read_sheet
from autograder.desk.intake_log import read_log
from autograder.desk.match_students import Person, match
from autograder.desk.whole_file import whole_file
from autograder.grading.course import Course
from autograder.grading.errors import CourseError, printable
from autograder.grading.outcome import Outcome
from autograder.grading.personal_copies import PERSONAL

FOLDER = "folder"
WANTED = {
    "moodle": "the grading worksheet or the zip file of all submissions, as downloaded from Moodle",
    "canvas": "the zip file of all submissions, as downloaded from Canvas (and the gradebook's "
    "CSV file too, if ids in this course are logins)",
}
IN_MOODLE = re.compile(r"(?P<name>[^/]+)_(?P<number>\d+)_assignsubmission_")
IN_CANVAS = re.compile(
    r"(?P<name>[^/_]*)_(?:LATE_)?(?P<number>\d+)_(?P<file>\d+)_(?=[^/]*\Z)", re.IGNORECASE
)


Names = Mapping[str, Mapping[str, str]]
"""By assignment and student, what goes before the name of the student's file."""


def zip_names(
    course: Course, kind: str | None, given: Sequence[Path] | None,
    work: Mapping[str, Collection[str]],
) -> Names:  # fmt: skip
    """Find out under which names the platform takes files back.

    Parameters
    ----------
    course : Course
    kind : str
        "moodle", "canvas" or "folder": a folder for each student, by id. None if no zip file is
        wanted.
    given : sequence of Path, optional
        What the platform has given before: CSV files, zip files or folders. By default, what
        `autograder intake` has noted.
    work : mapping
        Students by assignment.

    Returns
    -------
    Names
        Who is missing there is not known to the platform.

    Raises
    ------
    CourseError
        Nothing was given, or nothing in it is what the platform gives.
    """
    if kind is None or kind == FOLDER:
        return {name: {student: f"{student}/" for student in work[name]} for name in work}
    if not given or not work:
        found = {name: _from_intake(course, kind, name) for name in work}
        if work and not any(found.values()):
            raise CourseError(f"--zip {kind} needs --names FILE, with {WANTED[kind]}")
        return found
    if len(work) > 1:
        raise CourseError(
            f"--names is about one assignment, because {kind} numbers them anew for each: name it "
            f"after the command ({', '.join(work)})"
        )
    (assignment,) = work
    return {assignment: _from_files(course, kind, given, work[assignment])}


def _from_files(
    course: Course, kind: str, given: Sequence[Path], students: Iterable[str]
) -> dict[str, str]:
    with course.gradebook() as book:
        people = {each: Person((each,)) for each in students} | everybody(course, book)
    found: list[tuple[Person, str]] = []
    for path in sorted(given, key=_is_archive):
        if _is_archive(path):
            found += _named_in(kind, _inside(path))
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


def _from_intake(course: Course, kind: str, assignment: str) -> dict[str, str]:
    """The names that `autograder intake` has noted of each student's files, the newest last."""
    found: dict[str, list[str]] = {}
    for rows in read_log(course.folder("submitted", ".", ".")).runs.values():
        for row in rows:
            if row["assignment"] == assignment and row["student"]:
                found.setdefault(row["student"], []).append(row["file"])
    named = {student: _named_in(kind, files) for student, files in found.items()}
    return {student: of[-1][1] for student, of in named.items() if of}


def zip_pages(
    console: Console, course: Course, outcomes: Iterable[Outcome], kind: str, names: Names
) -> None:
    """Put the feedback pages that were just written into a zip file for each assignment."""
    written: dict[str, dict[str, list[Path]]] = {}
    for each in outcomes:
        if each.status == "done" and each.assignment in names:
            pages = course.folder("feedback", each.student, each.assignment).glob("*.html")
            written.setdefault(each.assignment, {})[each.student] = sorted(pages)
    for assignment, files in written.items():
        out = course.folder("feedback", ".", ".") / f"{assignment}-{kind}.zip"
        _write_zip(console, course, out, files, names[assignment])


def zip_copies(console: Console, course: Course, assignment: str, kind: str, names: Names) -> None:
    """Put the personal copies into a zip file, and say what is not in it.

    There always is one with a folder for each student.
    """
    if kind == FOLDER:
        return
    folder = course.root / PERSONAL / assignment
    files = {each.name: sorted(each.glob("*.ipynb")) for each in folder.iterdir() if each.is_dir()}
    out = folder.with_name(f"{assignment}-{kind}.zip")
    _write_zip(console, course, out, files, names[assignment])


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
    lines = [f"{written} file{'' if written == 1 else 's'} in {course.shown(out)}"]
    absent = [
        printable(each) for each, paths in sorted(files.items()) if paths and each not in names
    ]
    if absent:
        listed = ", ".join(absent)
        lines.append(f"not in it, because the platform's name for them is unknown: {listed}")
    for line in lines:
        console.print(line, markup=False, soft_wrap=True)


def _is_archive(path: Path) -> bool:
    return path.is_dir() or is_zipfile(path)


def _inside(path: Path) -> list[str]:
    """The paths in a zip file or a folder."""
    try:
        if path.is_dir():
            return sorted(each.relative_to(path).as_posix() for each in path.rglob("*"))
        with ZipFile(path) as packed:
            return packed.namelist()
    except (OSError, BadZipFile) as error:
        shown = printable(str(path))
        raise CourseError(f"{shown} can't be read ({error}): download it again") from error


def _named_in(kind: str, paths: Iterable[str]) -> list[tuple[Person, str]]:
    """Who has submitted some files, given their paths, and how the names of theirs begin."""
    found: dict[str, tuple[Person, str]] = {}
    for each in paths:
        if kind == "moodle":
            if named := IN_MOODLE.search(each):
                # The name of a group may come first: "Group 1-Ada Lovelace".
                words = named["name"].split("-")
                names = tuple("-".join(words[place:]) for place in range(len(words)))
                person = Person((), (), names)
                found[named["number"]] = person, _in_moodle(named["name"], named["number"])
        elif named := IN_CANVAS.match(each.rpartition("/")[2]):
            person = Person((named["number"], named["name"]))
            before = found.get(named["number"], (person, ""))[1]
            found[named["number"]] = person, max(before, named[0], key=_newest)
    if kind == "moodle" and len({person.names for person, _ in found.values()}) == 1:
        # Nobody has a name there: the numbers are all that is known.
        return [(replace(person, ids=(number,)), name) for number, (person, name) in found.items()]
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
