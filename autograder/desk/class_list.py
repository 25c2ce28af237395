"""Find the students of a class by the ids and names that a learning platform knows them by."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from autograder.desk.match_students import Person
from autograder.desk.platform_times import Order, order_of
from autograder.grading.csv_cells import as_it_was
from autograder.grading.errors import printable
from autograder.grading.roster import COLUMN, check_ids, column_of_ids, problem_with_id, read_table

IDENTIFYING = re.compile(
    r"\b(?:id|identifier|identifikator|login|user|username|name|student|e-?mail|number|sid|"
    r"orgdefinedid|matrikel\w*|vorname|nachname|surname|nom|prénom|nombre|apellidos?|cognome)\b",
    re.IGNORECASE,
)
OTHERS = re.compile(
    r"grade|points|score|section|group|status|modified|feedback|comment|submi|assignment|exam|quiz",
    re.IGNORECASE,
)
FIRST = re.compile(r"first[ _]?name|given[ _]name|vorname|prénom|nombre|nome", re.IGNORECASE)
LAST = re.compile(
    r"last[ _]?name|surname|family[ _]name|nachname|nom|apellidos?|cognome", re.IGNORECASE
)
MOODLES = re.compile(r"\D+ ?\d+")
"""What Moodle's first column has: `Participant 12345`, in the language of the site."""
OWN_NUMBER = re.compile(r"id number|matrikel|idnumber|numéro|número|numero", re.IGNORECASE)
FEWEST_COLUMNS = 5
"""Moodle's worksheet has more than a list of ids, first names, last names and addresses."""
SUBMITTED = re.compile(r"last modified \(submission\)", re.IGNORECASE)
NOBODY = re.compile(r"\s*points possible\s*", re.IGNORECASE)


class Unknown(ValueError):
    """Which student it is can't be told: the reason, as a sentence without its end."""


@dataclass(frozen=True)
class Student:
    """A row of a roster.

    Attributes
    ----------
    id : str
        The name of the student's folder in `submitted/`.
    aliases : tuple of str
        Everything that the platform may call the student.
    called : Person
        By what the gradebook may know the student.
    submitted : str
        When the student submitted, as the platform writes it; or "".
    """

    id: str
    aliases: tuple[str, ...]
    called: Person
    submitted: str = ""


@dataclass(frozen=True)
class ClassList:
    """The students of a roster.

    Attributes
    ----------
    students : tuple of Student
    """

    students: tuple[Student, ...]
    _exactly: dict[str, set[str]] = field(default_factory=dict, init=False, repr=False)
    _loosely: dict[str, set[str]] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        for student in self.students:
            for alias in (student.id, *student.aliases):
                self._exactly.setdefault(composed(alias), set()).add(student.id)
                self._loosely.setdefault(loose(alias), set()).add(student.id)

    def find(self, keys: Iterable[str], names: Iterable[str]) -> str:
        """The id of the student with one of these keys or names.

        Parameters
        ----------
        keys, names
            The likeliest first. If a key and a name are those of two students, the name counts:
            Moodle gives everybody a new number in every assignment.

        Raises
        ------
        Unknown
        """
        names = [*names]
        found = self._first(names) or self._first(keys)
        if len(found) == 1:
            return next(iter(found))
        wanted = next(iter([*names, *keys]), "?")
        if found:
            raise Unknown(f"{len(found)} students of the roster are called {printable(wanted)}")
        raise Unknown(f"the roster has no {printable(wanted)}")

    def knows(self, name: str) -> bool:
        """Whether exactly one student has this id or name."""
        return len(self._first([name])) == 1

    def called(self, student: str) -> Person:
        """By what the gradebook may know a student of the roster."""
        return next(each.called for each in self.students if each.id == student)

    def submitted(self, student: str) -> str:
        """When a student submitted, if the roster says so, as the platform writes it; or ""."""
        return next((each.submitted for each in self.students if each.id == student), "")

    @property
    def order(self) -> Order:
        """Of the dates that it has."""
        return order_of(each.submitted for each in self.students)

    def _first(self, wanted: Iterable[str]) -> set[str]:
        """The students called like the first of several texts by which there are some."""
        for each in filter(str.strip, wanted):
            for known, text in ((self._exactly, composed(each)), (self._loosely, loose(each))):
                if found := known.get(text):
                    return found
        return set()


def composed(text: str) -> str:
    """A name in one Unicode form, with single spaces."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def loose(text: str) -> str:
    """A name in one Unicode form, without case, spaces and punctuation, as in Canvas's files."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(each for each in unicodedata.normalize("NFC", folded) if each.isalnum()) or text


def read_class(path: str | Path) -> ClassList:
    """Read a roster: Canvas's gradebook, Moodle's worksheet, or a table with a column `id`.

    Parameters
    ----------
    path
        A CSV file. The ids are those of the column `id` (Canvas: `ID`). In Moodle's worksheet they
        are the ID numbers, if it has any, or else the names, if no two are the same, or else the
        e-mail addresses.

    Raises
    ------
    CourseError
    """
    table = [[as_it_was(cell.strip()) for cell in row] for row in read_table(path)]
    heading = [composed(each).casefold() for each in table[0]] if table else []
    rows = {
        line: [*row, *[""] * (len(heading) - len(row))]
        for line, row in enumerate(table[1:], start=2)
        if any(row) and not NOBODY.fullmatch(row[0])
    }
    is_moodles = _is_moodles(heading, [*rows.values()])
    place = _moodles_ids(heading, [*rows.values()]) if is_moodles else column_of_ids(path, heading)
    if not is_moodles:  # Canvas has lines that are nobody's
        rows = {line: row for line, row in rows.items() if row[place]}
    ids = {line: composed(row[place]) for line, row in rows.items()}
    check_ids(path, ids)
    columns = [
        at
        for at, name in enumerate(heading)
        if IDENTIFYING.search(name) and not OTHERS.search(name)
    ]
    when = next((at for at, name in enumerate(heading) if SUBMITTED.fullmatch(name)), None)
    students = []
    for line, row in rows.items():
        aliases = [row[at] for at in (*columns, *((0, 1) if is_moodles else ()))]
        full = _full_names(heading, row)
        aliases += full
        submitted = row[when] if when is not None and row[when] != "-" else ""
        called = _called(ids[line], heading, row, [*columns, 1] if is_moodles else columns, full)
        students.append(Student(ids[line], tuple(_all_forms(aliases)), called, submitted))
    return ClassList(tuple(students))


def _is_moodles(heading: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    """Whether it is Moodle's worksheet, and not a list of students with ids like `s1`."""
    halves = any(FIRST.fullmatch(name) or LAST.fullmatch(name) for name in heading)
    if COLUMN in heading and (len(heading) < FEWEST_COLUMNS or halves):
        return False
    return len(heading) > 2 and all(MOODLES.fullmatch(row[0]) for row in rows)


def _moodles_ids(heading: Sequence[str], rows: Sequence[Sequence[str]]) -> int:
    """The column of a Moodle worksheet whose texts are the ids."""
    named = [at for at, name in enumerate(heading) if at and OWN_NUMBER.search(name)]
    mails = [at for at in range(1, len(heading)) if all("@" in row[at] for row in rows)]
    for at in (*named, 1, *mails):
        texts = [row[at] for row in rows]
        if all(texts) and len({*texts}) == len(texts) and not any(map(problem_with_id, texts)):
            return at
    return 0


def _called(
    student: str, heading: Sequence[str], row: Sequence[str], columns: Iterable[int],
    full: Iterable[str],
) -> Person:  # fmt: skip
    """By what the gradebook may know the student of a row.

    A first or last name by itself may be somebody else's id. So may Moodle's number of a
    participant, which is another one in every assignment.
    """
    halves = {
        at for at, name in enumerate(heading) if FIRST.fullmatch(name) or LAST.fullmatch(name)
    }
    texts = [row[at] for at in columns if at not in halves and not MOODLES.fullmatch(row[at])]
    emails = tuple(each for each in texts if "@" in each)
    return Person((student, *texts), emails, tuple(full))


def _full_names(heading: Sequence[str], row: Sequence[str]) -> list[str]:
    firsts = [row[at] for at, name in enumerate(heading) if FIRST.fullmatch(name)]
    lasts = [row[at] for at, name in enumerate(heading) if LAST.fullmatch(name)]
    return [f"{first} {last}" for first in firsts for last in lasts] + [
        f"{last} {first}" for first in firsts for last in lasts
    ]


def _all_forms(aliases: Iterable[str]) -> Iterable[str]:
    """Texts, and other forms of them: `Lovelace, Ada` is Ada Lovelace."""
    for each in filter(None, aliases):
        yield each
        last, comma, first = each.partition(",")
        if comma:
            yield f"{first.strip()} {last.strip()}"
        if MOODLES.fullmatch(each) and " " in each:
            yield each.rpartition(" ")[2]
