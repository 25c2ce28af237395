"""A submission made clean: the student's own release, with their answers and cells in it.

What nbgrader's sanitizers do one after the other comes of it by itself: there are no outputs, no
copies, and of everything that a student can't change there is what the gradebook knows.
"""

import hashlib
from functools import lru_cache
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader import utils
from nbgrader.preprocessors import (
    CheckCellMetadata,
    NbGraderPreprocessor,
    OverwriteCells,
    OverwriteKernelspec,
)

from autograder.grading.personal_copies import of
from autograder.grading.preprocessor_types import Processed, Resources
from autograder.grading.reading import read
from autograder.grading.rebuild import rebuild

FINGERPRINT = "submission"
OWNER = "copy_of"
"""Whose personal copy was handed in, where that is known: for the instructor, in the metadata."""


def clean(submission: bytes, given: NotebookNode, known: NotebookNode) -> NotebookNode:
    """Make a notebook of a submission that can be graded.

    Parameters
    ----------
    submission : bytes
        As it was handed in.
    given : NotebookNode
        What this student was given.
    known : NotebookNode
        The common release as the gradebook knows it: see :func:`known_to_the_gradebook`.

    Returns
    -------
    NotebookNode
        In its metadata stands the :func:`fingerprint`.

    Raises
    ------
    Exception
        Whatever :func:`autograder.grading.reading.read` and
        :func:`autograder.grading.rebuild.rebuild` raise.
    """
    return _clean(read(submission), submission, given, known)


def _clean(
    notebook: NotebookNode, submission: bytes, given: NotebookNode, known: NotebookNode
) -> NotebookNode:
    rebuilt = rebuild(given, notebook)
    if "kernelspec" in known.metadata:
        rebuilt.metadata.kernelspec = nbformat.from_dict(known.metadata.kernelspec)
    cells = {cell.metadata.nbgrader.grade_id: cell for cell in known.cells if _is_known(cell)}
    for cell in filter(_is_known, rebuilt.cells):
        its_own = cells[cell.metadata.nbgrader.grade_id]
        cell.metadata.nbgrader = nbformat.from_dict(its_own.metadata.nbgrader)
        if utils.is_locked(its_own):
            cell.source = its_own.source
    rebuilt.metadata[FINGERPRINT] = fingerprint(submission)
    return rebuilt


def _is_known(cell: NotebookNode) -> bool:
    return "nbgrader" in cell.metadata


def fingerprint(submission: bytes) -> str:
    """What tells one submission from another, kept in the graded notebook: a hash of its bytes."""
    return hashlib.sha256(submission).hexdigest()


def known_to_the_gradebook(
    release: NotebookNode, assignment: str, notebook: str, db_url: str
) -> NotebookNode:
    """A release with what the gradebook keeps of it, as nbgrader puts it into a submission.

    Parameters
    ----------
    release : NotebookNode
        The common release; it stays as it is.
    assignment, notebook, db_url : str
    """
    nb: NotebookNode = nbformat.from_dict(release)
    resources = {"nbgrader": {"notebook": notebook, "assignment": assignment, "db_url": db_url}}
    for step in (OverwriteKernelspec(), OverwriteCells()):
        nb, _ = step.preprocess(nb, resources)
    return nb


class Clean(NbGraderPreprocessor):
    """A sanitizer that stands in for nbgrader's own: it calls :func:`clean`."""

    def preprocess(self, nb: NotebookNode, resources: Resources) -> Processed:
        names = resources["nbgrader"]
        assignment, notebook = names["assignment"], names["notebook"]
        coursedir = self.parent.parent.coursedir
        folder = coursedir.format_path(coursedir.release_directory, ".", assignment)
        path = Path(folder, f"{notebook}.ipynb")
        release = given = _checked(path, path.stat().st_mtime_ns)
        known = known_to_the_gradebook(release, assignment, notebook, names["db_url"])
        personal = of(coursedir.root, assignment)
        if personal is not None:
            given = personal.check_and_release(release, names["student"])
        submission = Path(resources["metadata"]["path"], f"{notebook}.ipynb").read_bytes()
        cleaned = _clean(nb, submission, given, known)
        if personal is not None:
            cleaned.metadata[OWNER] = personal.owner(nb)
        return cleaned, resources


@lru_cache(maxsize=8)
def _checked(path: Path, written: int) -> NotebookNode:
    """A release, once for a class. Whatever is rebuilt from it has flags and points that are valid,
    so that nbgrader need not check them in every submission, before and after it has run."""
    release: NotebookNode = nbformat.read(path, as_version=4)
    CheckCellMetadata().preprocess(release, {})
    return release
