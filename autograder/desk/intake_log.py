"""`submitted/.intake/`: what was taken in, with the originals and what they have replaced.

nbgrader looks for students' folders with `*`, which leaves out names that begin with a dot. Every
run that changes something has a numbered folder:

    originals/        the files as they were downloaded, by hash: for all runs
    0001/log.csv      what became of each file
    0001/refused.csv  whom to ask again, with a sentence to send
    0001/flags/       what was guessed about submissions: see `autograder.grading.intake_flags`
    0001/before/      what was in submitted/ and has been replaced
    0001-undone/      the same, of a run that was taken back
"""

import csv
import os
import re
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp

from autograder.desk.downloaded_files import OLDER, REFUSED, SAME, TAKEN, UNUSED, Line
from autograder.desk.platform_times import in_nbgraders_form
from autograder.desk.undone_grades import Forget
from autograder.grading.csv_cells import as_it_was, harmless
from autograder.grading.errors import CourseError, printable
from autograder.grading.fingerprint import fingerprint
from autograder.grading.intake_flags import FOLDER, flags_of_intake, place_of_flags

ORIGINALS, BEFORE, LOG, REFUSALS = "originals", "before", "log.csv", "refused.csv"
UNDONE = "-undone"
COLUMNS = (
    "file", "status", "student", "assignment", "notebook", "sentence", "time", "number", "hash",
)  # fmt: skip
KEPT = (TAKEN, OLDER, UNUSED, REFUSED)


Row = dict[str, str]
"""A line of a log, by the names of its columns."""
Places = Callable[[str, str], Path]
"""Returns the folder of a submission, given a student and an assignment."""


@dataclass
class Log:
    """The runs of a course's intake.

    Attributes
    ----------
    folder : pathlib.Path
    runs : dict
        By number, in order, the lines of those runs that have not been taken back.
    next : int
        The number of the run that begins now.
    """

    folder: Path
    runs: dict[int, list[Row]]
    next: int

    def __post_init__(self) -> None:
        self._known: set[tuple[str, str, str]] = set()
        self._first: dict[tuple[str, str], int] = {}
        self._numbers: dict[tuple[str, str], int] = {}
        for run, rows in self.runs.items():
            for row in rows:
                key = row["student"], row["hash"]
                self._known.add((row["file"], *key))
                self._first.setdefault(key, run)
                if row["number"].isdecimal():
                    self._numbers[key] = int(row["number"])

    @property
    def name(self) -> str:
        """Of the folder of the run that begins now."""
        return f"{self.next:04}"

    def first_run(self, student: str, digest: str) -> int:
        """In which run a student's file was first seen; this one, if in no other."""
        return self._first.get((student, digest), self.next)

    def number(self, student: str, digest: str) -> int | None:
        """The number that the platform gave to a student's file."""
        return self._numbers.get((student, digest))

    def has(self, lines: Iterable[Line]) -> bool:
        """Whether all of these were logged before."""
        found = {(line.file.shown, line.student, line.file.digest) for line in lines}
        return found <= self._known


def read_log(submitted: Path) -> Log:
    """The log of a course.

    Parameters
    ----------
    submitted
        The folder with the students' folders.

    Raises
    ------
    CourseError
        It can't be read.
    """
    folder, runs, last = submitted / FOLDER, {}, 0
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        found = re.fullmatch(rf"(\d{{4,}})({UNDONE})?", path.name)
        if not found:
            continue
        last = max(last, int(found[1]))
        if not found[2]:
            runs[int(found[1])] = _rows(path / LOG)
    return Log(folder, runs, last + 1)


def _rows(path: Path) -> list[Row]:
    try:
        with path.open(newline="", encoding="utf-8") as file:
            rows = [*csv.DictReader(file)]
        return [{name: as_it_was(row[name] or "") for name in COLUMNS} for row in rows]
    except FileNotFoundError:
        return []
    except (OSError, ValueError, KeyError, csv.Error) as error:
        raise CourseError(f"{path} can't be read ({error}): restore it") from None


class Run:
    """Writes what one run takes in.

    Parameters
    ----------
    log : Log
    """

    def __init__(self, log: Log) -> None:
        self._log, self.folder = log, log.folder / log.name

    def begin(self) -> None:
        """Make the folder of the run."""
        self.folder.mkdir(parents=True)
        (self._log.folder / ORIGINALS).mkdir(exist_ok=True)
        self._append(LOG, [COLUMNS])

    def keep_original(self, line: Line) -> None:
        """Keep a file as it was downloaded."""
        if line.status not in KEPT or not line.file.digest:
            return
        place = self._log.folder / ORIGINALS / line.file.digest
        if not place.exists():
            _write(place, line.file.load())

    def put(self, place: Path, files: Mapping[str, bytes], student: str, assignment: str) -> None:
        """Replace a submission by new files, and keep what was there.

        Raises
        ------
        OSError
            What was there is there still.
        """
        place.parent.mkdir(parents=True, exist_ok=True)
        staged = Path(mkdtemp(prefix="new-", dir=self.folder))
        staged.chmod(0o755)
        try:
            for name, content in files.items():
                _write(staged / name, content)
            before = _before(self.folder, student, assignment)
            if os.path.lexists(place):
                before.parent.mkdir(parents=True, exist_ok=True)
                place.rename(before)
            try:
                staged.rename(place)
            except OSError:
                if before.exists():
                    before.rename(place)
                raise
        except OSError:
            shutil.rmtree(staged, ignore_errors=True)
            raise

    def note_flags(self, lines: Sequence[Line]) -> None:
        """Note what was guessed about each submission that counts, if that is new."""
        arrived = {
            (each.student, each.file.digest) for each in lines if each.status in (TAKEN, SAME)
        }
        for line in lines:
            whose = line.student, line.counts
            noted = flags_of_intake(self._log.folder, line.student, [line.counts])
            flags = [] if whose in arrived else noted[:]
            flags += [each for each in line.flags if each not in flags]
            if line.counts and flags != noted:
                place = place_of_flags(self.folder, *whose)
                place.parent.mkdir(parents=True, exist_ok=True)
                _write(place, "\n".join(flags).encode())

    def write_down(self, lines: Iterable[Line]) -> None:
        """Add lines to the log."""
        self._append(LOG, map(_cells, lines))

    def list_refused(self, lines: Sequence[Line]) -> Path | None:
        """Write whom to ask again; return the file, if there is anybody."""
        rows = [
            (each.student, each.file.shown, each.sentence)
            for each in lines
            if each.status == REFUSED
        ]
        if not rows:
            return None
        self._append(REFUSALS, [("student", "file", "sentence"), *rows])
        return self.folder / REFUSALS

    def _append(self, name: str, rows: Iterable[Sequence[str]]) -> None:
        with (self.folder / name).open("a", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerows([harmless(printable(cell)) for cell in row] for row in rows)


def _before(run: Path, student: str, assignment: str) -> Path:
    return run / BEFORE / student / assignment


def _cells(line: Line) -> Sequence[str]:
    return (
        line.file.shown, line.status, line.student,
        line.which.assignment if line.which else "", line.which.notebook if line.which else "",
        line.sentence, in_nbgraders_form(line.time) if line.time else "",
        "" if line.number is None else str(line.number), line.file.digest,
    )  # fmt: skip


def _write(path: Path, content: bytes) -> None:
    """Write a file whole or not at all."""
    staged = path.with_name(f"{path.name}.new")
    try:
        staged.write_bytes(content)
        staged.replace(path)
    except OSError:
        staged.unlink(missing_ok=True)
        raise


def undo(log: Log, places: Places, forget: Forget) -> Iterator[str]:
    """Take back the last run: put back what it has replaced.

    Parameters
    ----------
    log
    places
    forget
        Deletes the grade of what is taken back.

    Yields
    ------
    str
        A line for each submission.

    Raises
    ------
    CourseError
        There is no run to take back, or it can't be.
    """
    if not log.runs:
        raise CourseError("nothing has been taken in, or all of it is taken back already")
    number = max(log.runs)
    folder = log.folder / f"{number:04}"
    taken: dict[tuple[str, str], dict[str, str]] = {}
    for row in log.runs[number]:
        if row["status"] == TAKEN:
            digests = taken.setdefault((row["student"], row["assignment"]), {})
            digests[row["notebook"]] = row["hash"]
    try:
        for (student, assignment), digests in taken.items():
            place = places(student, assignment)
            yield _put_back(folder, place, student, assignment, digests, forget)
        folder.rename(folder.with_name(f"{folder.name}{UNDONE}"))
    except OSError as error:
        raise CourseError(
            f"{folder} can't be taken back ({error.strerror}): check that submitted/ is writable, "
            "and run the same command again"
        ) from error


def _put_back(
    run: Path,
    place: Path,
    student: str,
    assignment: str,
    digests: Mapping[str, str],
    forget: Forget,
) -> str:
    """Take one submission back, unless it has been changed since; return a line about it."""
    shown = f"{printable(student)}: {assignment}"
    for name, digest in digests.items():
        path = place / f"{name}.ipynb"
        if path.is_file() and fingerprint(path.read_bytes()) != digest:
            return f"{shown} has changed since, and stays as it is"
    grade = forget(student, assignment, digests.values())
    if place.exists():
        taken_out = run / "taken back" / student / assignment
        taken_out.parent.mkdir(parents=True, exist_ok=True)
        place.rename(taken_out)
    before = _before(run, student, assignment)
    if before.exists():
        place.parent.mkdir(parents=True, exist_ok=True)
        before.rename(place)
        again = ", and run `autograder grade`" if grade else ""
        return f"{shown} is what it was before{grade}{again}"
    with suppress(OSError):  # other assignments may be there
        place.parent.rmdir()
    return f"{shown} is taken back{grade}"
