"""Personal releases: each student gets different suspects, drawn from the course's secret.

Only the secret and a list of codes are stored. A student's bugs, and so the correct diagnosis, are
drawn again whenever they are needed.
"""

import base64
import csv
import io
import os
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp
from zipfile import ZIP_DEFLATED, ZipFile

import nbformat
from nbformat import NotebookNode
from nbgrader.utils import compute_checksum

from autograder.grading.course_secret import SECRET, made_if_missing, read_secret
from autograder.grading.csv_cells import as_it_was, harmless
from autograder.grading.errors import CourseError, printable
from autograder.truth import starting_code
from autograder.truth.bugs import FIXED_DRAW, OPEN, SEALED
from autograder.truth.draws import draw, keyed
from autograder.truth.evidence import packed

PERSONAL = "personal"
CODES = "codes.csv"
CODE = re.compile(r"\b([A-Z2-7]{4}-[A-Z2-7]{4}-[A-Z2-7]{4})\b")
COMMON = "the common release"
"""Whose copy a notebook is if it is nobody's."""
RETURNED = re.compile(r'RETURNED = """\s*([A-Za-z0-9+/=\s]+)"""')
"""What sealed suspects have returned, in a notebook's cell."""
BADGE = re.compile(r"\A\[!\[Open in Colab\][^\n]*\n+")


@dataclass(frozen=True)
class Personal:
    """The data from which the personal releases of one assignment are made.

    Attributes
    ----------
    secret : bytes
    codes : mapping of str to str
        Each student's code, as in the notebook and in the list of codes.
    """

    secret: bytes
    codes: Mapping[str, str]

    def draw(self, student: str) -> dict[str, str]:
        """The names of the student's bugs, by suspect."""
        return draw(self.secret, student)

    def code(self, student: str) -> str:
        """The code that identifies a student's copy: twelve letters.

        It changes with the secret and with the draw, but reveals neither.
        """
        digest = keyed(self.secret, "code", student, *self.draw(student).values())
        letters = base64.b32encode(digest).decode()[:12]
        return "-".join(letters[i : i + 4] for i in (0, 4, 8))

    def release(self, release: NotebookNode, student: str) -> NotebookNode:
        """The student's own copy of a release.

        Parameters
        ----------
        release
            The common release; it is not changed.
        student
        """
        copy: NotebookNode = nbformat.from_dict(release)
        texts = starting_code.personal(self.draw(student))
        for cell in copy.cells:
            name = cell.metadata.get("nbgrader", {}).get("grade_id")
            if name in texts:
                cell.source = texts[name]
                cell.metadata.nbgrader.checksum = compute_checksum(cell)
        title = next(cell for cell in copy.cells if cell.cell_type == "markdown")
        title.source = (
            f"*Copy {self.code(student)}: its bugs were drawn for you alone. To "
            "work in Google Colab, open [colab.research.google.com](https://colab.research.google."
            "com), choose* Upload *and take this file.*\n\n" + BADGE.sub("", title.source)
        )
        return copy

    def check_and_release(self, release: NotebookNode, student: str) -> NotebookNode:
        """The student's own copy of a release; raises CourseError if it can't be drawn again."""
        problem = self.problem_with(student)
        if problem:
            raise CourseError(problem)
        return self.release(release, student)

    def problem_with(self, student: str) -> str:
        """Why a student's own release can't be drawn again, or ""."""
        if student not in self.codes:
            return (
                f"{printable(student)} has no personal release: add a line to the roster, and run "
                "`autograder personalise` again (the other releases stay the same)"
            )
        if self.codes[student] != self.code(student):
            return (
                f"{SECRET} or the bank of bugs has changed since the releases were made: "
                f"restore what {PERSONAL}/ was made with"
            )
        return ""

    def check(self) -> None:
        """Raise CourseError if the codes don't match this secret and this bank of bugs."""
        for student in self.codes:
            problem = self.problem_with(student)
            if problem:
                raise CourseError(f"{printable(student)}'s copy can't be drawn again: {problem}")

    def owner(self, notebook: NotebookNode, student: str) -> str | None:
        """Whose copy a notebook is: a student's, `COMMON`, or None if nothing in it tells.

        The evidence decides, because that is what students have worked with; without it, the code
        in the title.

        Parameters
        ----------
        notebook
            As it was submitted.
        student
            Who submitted it.
        """
        cells = notebook.get("cells")
        sources = (
            each.get("source") if isinstance(each, dict) else None
            for each in (cells if isinstance(cells, list) else ())
        )
        texts = [each for each in sources if isinstance(each, str)]
        for numbers in (found for text in texts for found in RETURNED.findall(text)):
            for owner, key in self._keys(student):
                if "".join(numbers.split()) == "".join(packed(key, SEALED).split()):
                    return owner
        owners = {code: student for student, code in self.codes.items()}
        codes = (code for text in texts for code in CODE.findall(text))
        return next((owners[code] for code in codes if code in owners), None)

    def _keys(self, student: str) -> Iterator[tuple[str, Mapping[str, str]]]:
        """The bugs of a student, of the common release, and of everybody else."""
        yield student, self.draw(student)
        yield COMMON, FIXED_DRAW
        yield from ((other, self.draw(other)) for other in self.codes)


def of(root: str | Path, assignment: str) -> Personal | None:
    """The data of an assignment's personal releases; None if it has none.

    Raises
    ------
    CourseError
        It has some, but the secret or the list of codes is missing or unusable.
    """
    path = Path(root, PERSONAL, assignment, CODES)
    if not path.is_file():
        return None
    if not Path(root, SECRET).is_file():
        raise CourseError(
            f"{SECRET} is missing, but {PERSONAL}/{assignment}/ was made with it: restore it (or "
            f"remove {PERSONAL}/{assignment}/ to grade everybody by the common release)"
        )
    try:
        with path.open(newline="", encoding="utf-8") as file:
            codes = {as_it_was(row["id"]): row["code"] for row in csv.DictReader(file)}
    except (OSError, ValueError, KeyError, AttributeError, csv.Error):
        remedy = "run `autograder personalise` again"
        raise CourseError(f"{PERSONAL}/{assignment}/{CODES} can't be read: {remedy}") from None
    return Personal(read_secret(root), codes)


def answer_key(root: str | Path, assignment: str, student: str) -> dict[str, str]:
    """The bugs that a student was given, by suspect: personal ones, or the common ones."""
    personal = of(root, assignment)
    return dict(FIXED_DRAW) if personal is None else personal.draw(student)


def personalise(
    root: str | Path, assignment: str, release: NotebookNode, students: Iterable[str]
) -> Iterator[str]:
    """Write a release for each student. Either all are written or none.

    Parameters
    ----------
    root
        The course folder. The secret is created here if it does not exist yet.
    assignment
    release
        The common release.
    students
        Students of earlier rosters are added.

    Yields
    ------
    str
        Each student, once the notebook is written. The folder and the zip file appear at the end.

    Raises
    ------
    CourseError
        The assignment has nothing to personalise; earlier releases were made with another secret;
        the folder can't be written.
    """
    names = {cell.metadata.get("nbgrader", {}).get("grade_id") for cell in release.cells}
    if not names >= {*OPEN, starting_code.EVIDENCE}:
        raise CourseError(f"{assignment} has no suspects: there is nothing to personalise in it")
    earlier = of(root, assignment)
    personal = Personal(read_secret(root) if earlier else made_if_missing(root), {})
    _check_earlier(earlier, assignment)
    # Students who have left the class since keep their copies: they may still submit them.
    students = dict.fromkeys([*students, *(earlier.codes if earlier else ())])
    Path(root, PERSONAL).mkdir(exist_ok=True)
    work = Path(mkdtemp(prefix=f".{assignment}-", dir=Path(root, PERSONAL)))
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
        _put_into_place(work, Path(root, PERSONAL), assignment)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _check_earlier(earlier: Personal | None, assignment: str) -> None:
    if earlier is not None and any(map(earlier.problem_with, earlier.codes)):
        raise CourseError(
            f"{PERSONAL}/{assignment}/ was made with another {SECRET} or another bank of bugs, "
            "and students may have those copies: restore what it was made with, or remove "
            "the folder to start over"
        )


def _write_codes(path: Path, personal: Personal, students: Iterable[str]) -> None:
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(("id", "code"))
    rows.writerows((harmless(student), personal.code(student)) for student in students)
    path.write_text(text.getvalue(), encoding="utf-8")


def _put_into_place(work: Path, folder: Path, assignment: str) -> None:
    """Replace the old folder and zip file by the new ones. The old ones are deleted last."""
    place = folder / assignment
    if place.exists():
        os.replace(place, work / "old")
    os.replace(work / "all", place)
    os.replace(work / "all.zip", folder / f"{assignment}.zip")
