"""Files beside a submitted notebook: only nbgrader's own are copied any further.

nbgrader copies every other file from submitted/ to autograded/ and from there to feedback/. It
follows links, so that a student is sent what a link points to, and it copies a device until the
disk is full. An assignment of this course is one notebook; other submitted files stay in place.
"""

import os
import stat
from collections.abc import Mapping
from pathlib import Path
from secrets import token_hex
from typing import Any

from nbformat import NotebookNode
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.utils import find_all_files
from traitlets import List
from traitlets.log import get_logger

from autograder.grading.errors import CourseError
from autograder.grading.preprocessor_types import Processed, Resources

STAMP = "timestamp.txt"
SECRET = "submission_secret.txt"
"""Made by `nbgrader submit` and kept by the student: `nbgrader release_feedback` stores a page
under a hash of it, where `nbgrader fetch_feedback` finds the page."""
LONGEST_STAMP = 100
CARRIED = {STAMP: LONGEST_STAMP, SECRET: 200}
"""The files that are copied along with a notebook, and the most bytes of each."""
LARGEST_NOTEBOOK = 100_000_000
"""Bytes, most of which are outputs, if it is as large as that."""
# When somebody opens /formgrader/?path=…, nbgrader runs these files from that folder.
CONFIGURATIONS = ("nbgrader_config.py", "jupyter_config.py")


class ExtraFilesRefused(Exception):
    """A submission that is a link, or comes with files that must not be copied."""

    line = "{where}: {text}"


def before_reading(assignment: str, student: str, notebooks: list[str]) -> None:
    """In `c.Autograde.pre_convert_hook`: keep nbgrader from opening unsafe or endless files.

    nbgrader ignores the exceptions of a hook, so this one acts instead of raising: it removes a
    notebook that is not a file, or is too large, from the list of those to be graded, and renames
    other files that nbgrader must not read.

    Parameters
    ----------
    assignment, student
        What nbgrader was asked to grade; may be patterns.
    notebooks
        The paths of one submission's notebooks: nbgrader's own list, which is changed.
    """
    folders = {Path(path).parent for path in notebooks}
    for notebook in notebooks[:]:
        reason = no_file(notebook, LARGEST_NOTEBOOK)
        if reason:
            get_logger().error("%s %s: ask for the .ipynb file again", notebook, reason)
            notebooks.remove(notebook)
    for folder in folders:
        if is_elsewhere(folder):
            continue
        stamp = folder / STAMP
        named = [Path(place, name) for place, _, names in os.walk(folder) for name in names]
        found = [path for path in named if path.name.lower() in CONFIGURATIONS]
        if os.path.lexists(stamp) and (stamp.is_symlink() or no_file(stamp, LONGEST_STAMP)):
            found.append(stamp)
        for path in found:
            get_logger().warning("%s must not be read: it is renamed", path)
            path.rename(f"{path}.refused")


def released_files(coursedir: CourseDirectory, assignment: str) -> dict[str, bytes]:
    """The files beside a release's notebooks, which these may read: {path in the folder: bytes}."""
    folder = coursedir.format_path(coursedir.release_directory, ".", assignment)
    found = find_all_files(folder, [*coursedir.ignore, "*.ipynb"])
    return {os.path.relpath(path, folder): Path(path).read_bytes() for path in sorted(found)}


def check_room(files: Mapping[str, bytes], assignment: str, disk: int) -> None:
    """Raise CourseError if a release's files leave too little disk space to a submission.

    Parameters
    ----------
    files, assignment
    disk
        Bytes that a submission may write. Where user namespaces are refused, no single file may be
        larger than an eighth of it.
    """
    sizes = [*map(len, files.values())]
    if sum(sizes) > disk / 2 or max(sizes, default=0) > disk / 8:
        raise CourseError(
            f"the files of release/{assignment}/ take {sum(sizes) / 1e6:.1f} MB, the largest "
            f"{max(sizes) / 1e6:.1f} MB, but submissions may write {disk / 1e6:.0f} MB: set "
            "c.TrustedExecute.disk to at least twice the sum, and eight times the largest"
        )


def no_file(path: str | Path, largest: int) -> str:
    """Why a path, or the target of a link, must not be opened: the end of a sentence, or ""."""
    try:
        found = os.stat(path)
    except OSError as error:
        return f"can't be read ({error.strerror})"
    if not stat.S_ISREG(found.st_mode):
        return "is not a regular file"
    return f"is larger than {largest / 1e6:g} MB" if found.st_size > largest else ""


def is_elsewhere(folder: Path) -> bool:
    """Whether the folder of a submission, or the student's folder around it, is a link."""
    return folder.is_symlink() or folder.parent.is_symlink()


def carried(folder: Path) -> dict[str, bytes]:
    """The files that are copied along with a notebook: {name: bytes} of short texts in its folder.

    Parameters
    ----------
    folder
        The folder of a submission, before or after grading.
    """
    found = {}
    for name, longest in CARRIED.items():
        path = folder / name
        if path.is_file() and not path.is_symlink() and not no_file(path, longest):
            content = path.read_bytes()
            if content.isascii():  # text that can't be decoded would stop nbgrader for everybody
                found[name] = content
    return found


class RefuseLinks(NbGraderPreprocessor):
    """A sanitizer: refuse a notebook that is a link, or with which other files were copied.

    Raises
    ------
    ExtraFilesRefused
        nbgrader then removes what it has written for this submission.
    """

    def preprocess(self, nb: NotebookNode, resources: Resources) -> Processed:
        names = resources["nbgrader"]
        path = Path(resources["metadata"]["path"], f"{names['notebook']}.ipynb")
        if path.is_symlink() or is_elsewhere(path.parent):
            why = "is a link, or in a folder that is a link: ask for the file itself"
            raise ExtraFilesRefused(f"{path} {why}")
        coursedir = self.parent.parent.coursedir
        source, graded = (
            coursedir.format_path(step, student, names["assignment"])
            for step, student in (
                (coursedir.source_directory, "."),
                (coursedir.autograded_directory, names["student"]),
            )
        )
        given = {os.path.relpath(each, source) for each in find_all_files(source)}
        copied = [os.path.relpath(each, graded) for each in find_all_files(graded, ["*.ipynb"])]
        strange = sorted({*copied} - given - {*CARRIED})  # CARRIED was copied with the notebook
        if strange:
            why = "was copied with the notebook: see c.CourseDirectory.ignore"
            raise ExtraFilesRefused(f"{strange[0]} {why}")
        left_out = sorted({*os.listdir(path.parent)} - {path.name, *CARRIED} - given)
        if left_out:
            self.log.warning("%s: only the notebook is graded, not %s", path, left_out[:5])
        return nb, resources


class CarryTime(NbGraderPreprocessor):
    """Copy the time stamp of a submission, by which nbgrader recognises a resubmission.

    Its secret is copied as well. Use it in a step that copies no other files.
    """

    # nbconvert's HTMLExporter sets this for its preprocessors, and warns where it is unknown.
    display_data_priority: List[Any] = List().tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: Resources) -> Processed:
        # nbconvert's writer puts these beside the page or notebook.
        beside = carried(Path(resources["metadata"]["path"]))
        resources["outputs"] = {**(resources["outputs"] or {}), **beside}
        return nb, resources


class CarryToExchange(CarryTime):
    """The same for a page of feedback, with everything that ``nbgrader release_feedback`` reads.

    If a time stamp or secret is missing, as in submissions by e-mail, ``release_feedback`` would
    stop and release nobody's pages. So they are made up: nobody can find a page under a secret
    that nobody knows.
    """

    def preprocess(self, nb: NotebookNode, resources: Resources) -> Processed:
        nb, resources = super().preprocess(nb, resources)
        beside = resources["outputs"]
        beside.setdefault(STAMP, b"")
        beside[SECRET] = beside.get(SECRET) or token_hex(64).encode()
        return nb, resources
