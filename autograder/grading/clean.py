"""Clean a submission: the student's own release, with their answers and extra cells in it.

This replaces nbgrader's sanitizers. The result has no outputs and no copied cells, and everything
that a student can't change is as the gradebook knows it.
"""

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

from autograder.grading.find_notebook import find_notebooks
from autograder.grading.fingerprint import fingerprint
from autograder.grading.flags import flag, flags_of, put_first
from autograder.grading.intake_flags import flagged
from autograder.grading.personal_copies import COMMON, of
from autograder.grading.preprocessor_types import Processed, Resources
from autograder.grading.reading import read
from autograder.grading.rebuild import rebuild
from autograder.truth.starting_code import PERSONAL_LOCKED

FINGERPRINT = "submission"
OWNER = "copy_of"
"""Metadata key: whose personal copy was submitted, if that is known. For the instructor."""
NOT_THEIRS = (
    "What was submitted is {what}, and not the personal copy of this student. The sealed and the "
    "open suspects were graded by the bugs of the personal copy: what was found in others may earn "
    "nothing."
)


def clean(submission: bytes, given: NotebookNode, known: NotebookNode) -> NotebookNode:
    """Turn a submission into a notebook that can be graded.

    Parameters
    ----------
    submission
        The file as it was submitted.
    given
        What this student was given.
    known
        The common release as the gradebook knows it: see :func:`known_to_the_gradebook`.

    Returns
    -------
    NotebookNode
        Its metadata contains the :func:`fingerprint`.

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
        if utils.is_locked(its_own) and its_own.metadata.nbgrader.grade_id not in PERSONAL_LOCKED:
            cell.source = its_own.source  # with its hidden tests
    put_first(rebuilt, flags_of(notebook))
    rebuilt.metadata[FINGERPRINT] = fingerprint(submission)
    return rebuilt


def _is_known(cell: NotebookNode) -> bool:
    return "nbgrader" in cell.metadata


def known_to_the_gradebook(
    release: NotebookNode, assignment: str, notebook: str, db_url: str
) -> NotebookNode:
    """A release with what the gradebook stores about it, as nbgrader puts it into a submission.

    Parameters
    ----------
    release
        The common release; it is not changed.
    assignment, notebook, db_url
    """
    nb: NotebookNode = nbformat.from_dict(release)
    resources = {"nbgrader": {"notebook": notebook, "assignment": assignment, "db_url": db_url}}
    for step in (OverwriteKernelspec(), OverwriteCells()):
        nb, _ = step.preprocess(nb, resources)
    return nb


def note_owner(nb: NotebookNode, owner: str | None, student: str) -> None:
    """Note whose personal copy was submitted, with a flag if it is not the student's own.

    Parameters
    ----------
    nb
        The cleaned submission; it is changed.
    owner
        From :meth:`autograder.grading.personal_copies.Personal.owner`.
    student
    """
    nb.metadata[OWNER] = owner
    if owner not in (None, student):
        what = COMMON if owner == COMMON else "somebody else's copy"
        flag(nb, NOT_THEIRS.format(what=what))


def is_about_the_owner(sentence: str) -> bool:
    """Whether a flag says that it is not the student's own copy."""
    before, _, after = NOT_THEIRS.partition("{what}")
    return sentence.startswith(before) and sentence.endswith(after)


class Clean(NbGraderPreprocessor):
    """A sanitizer that replaces nbgrader's own: it calls :func:`clean`."""

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
        submitted = Path(resources["metadata"]["path"])
        submission = (submitted / f"{notebook}.ipynb").read_bytes()
        # Another file in the folder may count, as for `autograder grade`.
        releases = {each.stem: _checked(each, each.stat().st_mtime_ns)
                    for each in Path(folder).glob("*.ipynb")}  # fmt: skip
        found = find_notebooks(submitted, str(submitted), assignment, releases)
        shelf = Path(coursedir.format_path(coursedir.submitted_directory, ".", "."))
        found = flagged(found, shelf, names["student"])
        if found.notebooks.get(notebook, submission) != submission:
            submission = found.notebooks[notebook]
            nb = read(submission)
        cleaned = _clean(nb, submission, given, known)
        for sentence in found.flags:
            flag(cleaned, sentence)
        if personal is not None:
            note_owner(cleaned, personal.owner(nb, names["student"]), names["student"])
        return cleaned, resources


@lru_cache(maxsize=8)
def _checked(path: Path, written: int) -> NotebookNode:
    """A release, checked once for a class. Notebooks that are rebuilt from it have valid flags and
    points, so nbgrader need not check them again in every submission."""
    release: NotebookNode = nbformat.read(path, as_version=4)
    CheckCellMetadata().preprocess(release, {})
    return release
