"""Check the files in `submitted/` before they are graded."""

import os
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from pathlib import Path

from nbgrader.utils import parse_utc

from autograder.grading.errors import printable
from autograder.grading.extra_files import (
    LARGEST_NOTEBOOK,
    LONGEST_STAMP,
    STAMP,
    is_elsewhere,
    no_file,
)
from autograder.grading.valid_ids import problem_with_name

ALLOW = "give yourself permission to read it"
RENAME = "rename it, and grade again"


def problem_with(folder: Path, student: str, notebooks: Sequence[str], shown: str) -> str:
    """What is wrong with a submission, without opening its notebook; "" if nothing is.

    Whether there is a notebook in it is found out by `autograder.grading.find_notebook`.

    Parameters
    ----------
    folder
        Where the student's submission should be.
    student
    notebooks
        The names of the assignment's notebooks.
    shown
        The folder's name in messages.

    Returns
    -------
    str
        One line: what was found, where, and what to do.
    """
    wanted = [folder / f"{name}.ipynb" for name in notebooks]
    why = problem_with_name(student)
    if why:
        return f"{shown}/: nbgrader can't read a folder of this name (it {why}): {RENAME}"
    try:
        if is_elsewhere(folder):
            return f"{shown}/ is a link to another folder: put the folder itself there"
        problem = next(filter(None, (_unusable(path, shown) for path in wanted)), "")
        return problem or _undated(folder, shown)
    except OSError as error:
        return f"{shown}/ can't be read ({error.strerror}): {ALLOW}"


def _unusable(wanted: Path, shown: str) -> str:
    """Why a file with the correct name must not be opened; it may be a folder, or missing."""
    if wanted.is_symlink():
        return f"{shown}/{wanted.name} is a link to another file: ask for the file itself"
    if wanted.is_dir() or not wanted.exists():
        return ""
    reason = no_file(wanted, LARGEST_NOTEBOOK)
    return f"{shown}/{wanted.name} {reason}: ask for the .ipynb file again" if reason else ""


def _undated(folder: Path, shown: str) -> str:
    """What is wrong with timestamp.txt, or "": nbgrader fails if it is not a valid time."""
    stamp = folder / STAMP
    if os.path.lexists(stamp) and (stamp.is_symlink() or no_file(stamp, LONGEST_STAMP)):
        return f"{shown}/{STAMP} is not a short text: delete it"
    try:
        text = stamp.read_text().strip() if stamp.exists() else ""
        fine = not text or isinstance(parse_utc(text), datetime)
    except (ValueError, OverflowError):
        fine = False
    return "" if fine else f"{shown}/{STAMP} is not a valid time: correct it or delete it"


def strays(submitted: Path, assignments: Collection[str]) -> Iterator[str]:
    """Find files and folders in `submitted/` that are in the wrong place.

    Yields
    ------
    str
        One line for each: what was found, where, and what to do.
    """
    place = f"{submitted.name}/<student>/<assignment>/<assignment>.ipynb"
    for student in _visible(submitted):
        shown = f"{submitted.name}/{printable(student.name)}"
        if not student.is_dir():
            yield f"{shown} is not in a student's folder: move it to {place}"
            continue
        try:
            inside = _visible(student)
        except OSError as error:
            yield f"{shown}/ can't be read ({error.strerror}): {ALLOW}"
            continue
        for found in inside:
            shown = f"{submitted.name}/{printable(student.name)}/{printable(found.name)}"
            if not found.is_dir():
                yield f"{shown} is not in an assignment's folder: move it to {place}"
            elif found.name not in assignments:
                known = printable(", ".join(assignments))
                yield f"{shown}/ is not an assignment of this course ({known}): rename the folder"


def _visible(folder: Path) -> list[Path]:
    found = folder.iterdir() if folder.is_dir() else ()
    return sorted(path for path in found if not path.name.startswith("."))
