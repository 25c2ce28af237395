"""What lies beside a handed-in notebook: only what nbgrader itself puts there goes any further.

nbgrader copies every other file from submitted/ to autograded/ and from there to feedback/. It
follows links, so that a student is sent what a link points to, and copies a device until the disk
is full. An assignment of this course is one notebook; what else is handed in stays where it is.
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
"""Made by `nbgrader submit`, and kept by the student: `nbgrader release_feedback` puts a page where
only a hash of it leads, and `nbgrader fetch_feedback` finds it there."""
LONGEST_STAMP = 100
CARRIED = {STAMP: LONGEST_STAMP, SECRET: 200}
"""What goes along with a notebook, with the most bytes of each."""
LARGEST_NOTEBOOK = 50_000_000
# Whoever opens /formgrader/?path=… makes nbgrader run these from the folder of that name.
CONFIGURATIONS = ("nbgrader_config.py", "jupyter_config.py")


class ExtraFilesRefused(Exception):
    """A submission that leads elsewhere, or brings along what it must not."""

    line = "{where}: {text}"


def before_reading(assignment: str, student: str, notebooks: list[str]) -> None:
    """In `c.Autograde.pre_convert_hook`: keep nbgrader from opening what has no end.

    nbgrader goes on after whatever a hook raises, so this one acts: a notebook that is no file of
    a sensible size leaves the list of those to be graded; other things get another name.

    Parameters
    ----------
    assignment, student
        As nbgrader was asked for, patterns among them.
    notebooks
        The paths of one hand-in; nbgrader's own list.
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
            get_logger().warning("%s must not be read: it gets another name", path)
            path.rename(f"{path}.refused")


def released_files(coursedir: CourseDirectory, assignment: str) -> dict[str, bytes]:
    """What a release has beside its notebooks, which they may read: {path in its folder: bytes}."""
    folder = coursedir.format_path(coursedir.release_directory, ".", assignment)
    found = find_all_files(folder, [*coursedir.ignore, "*.ipynb"])
    return {os.path.relpath(path, folder): Path(path).read_bytes() for path in sorted(found)}


def check_room(files: Mapping[str, bytes], assignment: str, disk: int) -> None:
    """Raise CourseError unless a release's files leave room in what a submission may write.

    Parameters
    ----------
    files, assignment
    disk
        Bytes. Where user namespaces are refused no single file may be larger than an eighth.
    """
    sizes = [*map(len, files.values())]
    if sum(sizes) > disk / 2 or max(sizes, default=0) > disk / 8:
        raise CourseError(
            f"the files of release/{assignment}/ take {sum(sizes) / 1e6:.1f} MB, the largest "
            f"{max(sizes) / 1e6:.1f} MB, where submissions may write {disk / 1e6:.0f} MB: set "
            "c.TrustedExecute.disk to twice as much as all, and eight times as much as the largest"
        )


def no_file(path: str | Path, largest: int) -> str:
    """Why a path, or what it links to, must not be opened: the end of a sentence, or ""."""
    try:
        found = os.stat(path)
    except OSError as error:
        return f"can't be read ({error.strerror})"
    if not stat.S_ISREG(found.st_mode):
        return "is no file"
    return f"is larger than {largest / 1e6:g} MB" if found.st_size > largest else ""


def is_elsewhere(folder: Path) -> bool:
    """Whether the folder of a hand-in is a link, or in a student's folder that is one."""
    return folder.is_symlink() or folder.parent.is_symlink()


def carried(folder: Path) -> dict[str, bytes]:
    """What goes along with a notebook: {name: bytes} of the short texts in its folder.

    Parameters
    ----------
    folder
        Of a submission, or of a graded one.
    """
    found = {}
    for name, longest in CARRIED.items():
        path = folder / name
        if path.is_file() and not path.is_symlink() and not no_file(path, longest):
            content = path.read_bytes()
            if content.isascii():  # what can't be decoded stops nbgrader, for everybody
                found[name] = content
    return found


class RefuseLinks(NbGraderPreprocessor):
    """A sanitizer: the notebook is a file in its place, and nothing was copied with it.

    Raises
    ------
    ExtraFilesRefused
        After which nbgrader removes what it has made of this submission.
    """

    def preprocess(self, nb: NotebookNode, resources: Resources) -> Processed:
        names = resources["nbgrader"]
        path = Path(resources["metadata"]["path"], f"{names['notebook']}.ipynb")
        if path.is_symlink() or is_elsewhere(path.parent):
            why = "is a link, or in a folder that is one: ask for the file itself"
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
        strange = sorted({*copied} - given - {*CARRIED})  # which came with the notebook before
        if strange:
            why = "was copied with it: see c.CourseDirectory.ignore"
            raise ExtraFilesRefused(f"{strange[0]} {why}")
        left_out = sorted({*os.listdir(path.parent)} - {path.name, *CARRIED} - given)
        if left_out:
            self.log.warning("%s: only the notebook is graded, not %s", path, left_out[:5])
        return nb, resources


class CarryTime(NbGraderPreprocessor):
    """Take along the time of the hand-in, from which nbgrader knows what has been handed in again.

    With it goes its secret. It belongs into the list of the step that nothing else is copied in.
    """

    # nbconvert's HTMLExporter sets it for whatever stands below it, and warns where it is unknown.
    display_data_priority: List[Any] = List().tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: Resources) -> Processed:
        # nbconvert's writer puts these beside the page or notebook.
        beside = carried(Path(resources["metadata"]["path"]))
        resources["outputs"] = {**(resources["outputs"] or {}), **beside}
        return nb, resources


class CarryToExchange(CarryTime):
    """The same for a page of feedback, with all that ``nbgrader release_feedback`` reads there.

    Where a time or a secret is missing, as in what came by e-mail, it would stop, and the pages of
    all others would stay where they are. Nobody finds a page under a secret that nobody knows.
    """

    def preprocess(self, nb: NotebookNode, resources: Resources) -> Processed:
        nb, resources = super().preprocess(nb, resources)
        beside = resources["outputs"]
        beside.setdefault(STAMP, b"")
        beside[SECRET] = beside.get(SECRET) or token_hex(64).encode()
        return nb, resources
