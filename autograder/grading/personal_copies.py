"""Releases of one's own: every student is given other suspects, drawn from the course's secret.

Nothing but the secret and a list of codes is kept. What a student was given, and what the right
diagnosis is, is drawn again whenever it is needed.
"""

import base64
import csv
import io
import os
import re
import secrets
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp
from zipfile import ZIP_DEFLATED, ZipFile

import nbformat
from nbformat import NotebookNode
from nbgrader.utils import compute_checksum

from autograder.grading.csv_cells import as_it_was, harmless
from autograder.grading.errors import CourseError, printable
from autograder.truth import starting_code
from autograder.truth.bugs import FIXED_DRAW
from autograder.truth.draws import draw, keyed

SECRET = "course_secret"
"""The file in the course folder. Who has it knows everybody's bugs."""
LEAST_SECRET = 16
FOLDER = "personal"
CODES = "codes.csv"
CODE = re.compile(r"\b([A-Z2-7]{4}-[A-Z2-7]{4}-[A-Z2-7]{4})\b")
BADGE = re.compile(r"\A\[!\[Open in Colab\][^\n]*\n+")


@dataclass(frozen=True)
class Personal:
    """What the releases of one assignment were made with.

    Attributes
    ----------
    secret : bytes
    codes : mapping of str to str
        Each student's code, which stands in the notebook and in the list of codes.
    """

    secret: bytes
    codes: Mapping[str, str]

    def draw(self, student: str) -> dict[str, str]:
        """The names of the student's bugs, by suspect."""
        return draw(self.secret, student)

    def code(self, student: str) -> str:
        """What tells a student's copy from others: twelve letters.

        It changes with the secret and with the draw, and says nothing of them.
        """
        digest = keyed(self.secret, "code", student, *self.draw(student).values())
        letters = base64.b32encode(digest).decode()[:12]
        return "-".join(letters[i : i + 4] for i in (0, 4, 8))

    def release(self, release: NotebookNode, student: str) -> NotebookNode:
        """The student's own copy of a release.

        Parameters
        ----------
        release
            What everybody would be given; it stays as it is.
        student
        """
        copy: NotebookNode = nbformat.from_dict(release)
        drawn = self.draw(student)
        for cell in copy.cells:
            name = cell.metadata.get("nbgrader", {}).get("grade_id")
            if name in drawn:
                cell.source = starting_code.suspect(name, drawn[name])
                cell.metadata.nbgrader.checksum = compute_checksum(cell)
        title = next(cell for cell in copy.cells if cell.cell_type == "markdown")
        title.source = (
            f"*Copy {self.code(student)}: its bugs were drawn for you alone. To "
            "work in Google Colab, open [colab.research.google.com](https://colab.research.google."
            "com), choose* Upload *and take this file.*\n\n" + BADGE.sub("", title.source)
        )
        return copy

    def check_and_release(self, release: NotebookNode, student: str) -> NotebookNode:
        """The student's own copy of a release; raises CourseError where it can't be drawn again."""
        trouble = self.problem_with(student)
        if trouble:
            raise CourseError(trouble)
        return self.release(release, student)

    def problem_with(self, student: str) -> str:
        """Why a student's own release can't be drawn again, or ""."""
        if student not in self.codes:
            return (
                f"{printable(student)} is on no roster that releases were made for: add a line, "
                "and run `autograder personalise` again (it changes nobody else's)"
            )
        if self.codes[student] != self.code(student):
            return (
                f"{SECRET} or the bank of bugs is another one than when the releases were made: "
                f"put back what {FOLDER}/ was made with"
            )
        return ""

    def check(self) -> None:
        """Raise CourseError when the codes are not those of this secret and this bank."""
        for student in self.codes:
            trouble = self.problem_with(student)
            if trouble:
                raise CourseError(f"{printable(student)}'s copy can't be drawn again: {trouble}")

    def owner(self, notebook: NotebookNode) -> str | None:
        """Whose copy a notebook is; None when no code of this course stands in it.

        Parameters
        ----------
        notebook
            As it was handed in.
        """
        owners = {code: student for student, code in self.codes.items()}
        cells = notebook.get("cells")
        for cell in cells if isinstance(cells, list) else ():
            source = cell.get("source") if isinstance(cell, dict) else None
            if isinstance(source, str) and cell.get("cell_type") == "markdown":
                for code in CODE.findall(source):
                    if code in owners:
                        return owners[code]
        return None


def of(root: str | Path, assignment: str) -> Personal | None:
    """What the personal releases of an assignment were made with; None when there are none.

    Raises
    ------
    CourseError
        There are some, and the secret is missing or no secret.
    """
    path = Path(root, FOLDER, assignment, CODES)
    if not path.is_file():
        return None
    if not Path(root, SECRET).is_file():
        raise CourseError(
            f"{SECRET} is missing, with which {FOLDER}/{assignment}/ was made: put it back (or "
            f"remove {FOLDER}/{assignment}/, and everybody is graded by the common release)"
        )
    try:
        with path.open(newline="", encoding="utf-8") as file:
            codes = {as_it_was(row["id"]): row["code"] for row in csv.DictReader(file)}
    except (OSError, ValueError, KeyError, AttributeError, csv.Error):
        remedy = "run `autograder personalise` again"
        raise CourseError(f"{FOLDER}/{assignment}/{CODES} can't be read: {remedy}") from None
    return Personal(_read_secret(root), codes)


def answer_key(root: str | Path, assignment: str, student: str) -> dict[str, str]:
    """The bugs that a student was given, by suspect: drawn for that student, or for everybody."""
    personal = of(root, assignment)
    return dict(FIXED_DRAW) if personal is None else personal.draw(student)


def personalise(
    root: str | Path, assignment: str, release: NotebookNode, students: Iterable[str]
) -> Iterator[str]:
    """Write a release for each student, all of them or none.

    Parameters
    ----------
    root
        The course folder. The secret is made here when there is none yet.
    assignment
    release
        What everybody would be given.
    students
        Those of an earlier roster are added.

    Yields
    ------
    str
        Each student, once the notebook is written. The folder and the zip file appear at the end.

    Raises
    ------
    CourseError
        There is nothing to personalise in this assignment; the secret isn't the one that other
        releases were made with; the folder can't be written.
    """
    names = {cell.metadata.get("nbgrader", {}).get("grade_id") for cell in release.cells}
    if not names >= set(FIXED_DRAW):
        raise CourseError(f"{assignment} has no suspects: there is nothing to personalise in it")
    earlier = of(root, assignment)
    personal = Personal(_read_secret(root) if earlier else _secret(root), {})
    _check_earlier(earlier, assignment)
    # Who has left the class since keeps the copy: it may be handed in yet.
    students = dict.fromkeys([*students, *(earlier.codes if earlier else ())])
    Path(root, FOLDER).mkdir(exist_ok=True)
    work = Path(mkdtemp(prefix=f".{assignment}-", dir=Path(root, FOLDER)))
    try:
        with ZipFile(work / "all.zip", "w", ZIP_DEFLATED) as packed:
            for student in students:
                text = nbformat.writes(personal.release(release, student)) + "\n"
                inside = Path(student, f"{assignment}.ipynb")
                (work / "all" / student).mkdir(parents=True)
                (work / "all" / inside).write_text(text, encoding="utf-8")
                packed.writestr(str(inside), text)
                yield student
        _write_codes(work / "all" / CODES, personal, students)
        _put_into_place(work, Path(root, FOLDER), assignment)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _check_earlier(earlier: Personal | None, assignment: str) -> None:
    if earlier is not None and any(map(earlier.problem_with, earlier.codes)):
        raise CourseError(
            f"{FOLDER}/{assignment}/ was made with another {SECRET} or another bank of bugs, "
            "and students may have those copies: put back what it was made with, or remove "
            "the folder to begin anew"
        )


def _write_codes(path: Path, personal: Personal, students: Iterable[str]) -> None:
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(("id", "code"))
    rows.writerows((harmless(student), personal.code(student)) for student in students)
    path.write_text(text.getvalue(), encoding="utf-8")


def _put_into_place(work: Path, folder: Path, assignment: str) -> None:
    """The new folder and zip file in place of the old ones, which are gone only after that."""
    place = folder / assignment
    if place.exists():
        os.replace(place, work / "old")
    os.replace(work / "all", place)
    os.replace(work / "all.zip", folder / f"{assignment}.zip")


def _secret(root: str | Path) -> bytes:
    path = Path(root, SECRET)
    if not path.exists():
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(f"{secrets.token_hex(32)}\n")
    return _read_secret(root)


def _read_secret(root: str | Path) -> bytes:
    try:
        secret = Path(root, SECRET).read_bytes().strip()
    except OSError as error:
        raise CourseError(f"{SECRET} can't be read ({error.strerror})") from None
    if len(secret) < LEAST_SECRET:
        raise CourseError(
            f"{SECRET} holds {len(secret)} characters, which could be guessed: put back the one "
            "that was made, or delete it before the first releases"
        )
    return secret
