"""Keep releases from changing silently once submissions have been graded by them."""

from collections.abc import Iterator
from typing import NamedTuple

from nbformat import NotebookNode
from nbgrader import utils
from nbgrader.api import Gradebook, MissingEntry, Notebook
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Bool

from autograder.grading.preprocessor_types import Processed, Resources


class ChangedAfterRelease(Exception):
    """The source differs from the one by which submissions in the gradebook were graded."""

    line = "{where}: {text}"


class Difference(NamedTuple):
    """A difference between a notebook and the gradebook.

    Attributes
    ----------
    says : str
        One phrase.
    cells : bool
        Whether cells were added or removed, or started or stopped earning points: nbgrader can't
        change that once submissions exist.
    """

    says: str
    cells: bool


class RefuseSilentChanges(NbGraderPreprocessor):
    """Stop a release that would change points or cells although submissions exist.

    nbgrader raises an error for a new locked cell without saying which, and keeps old scores under
    a new maximum. Runs before ``SaveCells``.

    Raises
    ------
    ChangedAfterRelease
        Names every change, and says what to do.
    """

    keep_grades = Bool(
        False,
        help="Accept changed points and changed texts of locked cells, and keep every grade: see "
        "`autograder release --keep-grades`.",
    ).tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: Resources) -> Processed:
        info = resources["nbgrader"]
        with Gradebook(info["db_url"]) as gradebook:
            try:
                released = gradebook.find_notebook(info["notebook"], info["assignment"])
            except MissingEntry:
                return nb, resources
            changes = list(differences(nb, released, tests=True)) if released.submissions else []
            count = len(released.submissions)
        if changes and not (self.keep_grades and not any(each.cells for each in changes)):
            remedy = _remedy(info["assignment"], any(each.cells for each in changes))
            raise ChangedAfterRelease(
                f"the gradebook has {count} submission{'s' if count > 1 else ''}, but this has "
                f"changed since: {'; '.join(each.says for each in changes)}. {remedy}"
            )
        return nb, resources


def _remedy(assignment: str, cells: bool) -> str:
    remove = f"nbgrader db assignment remove {assignment} --force"
    if not cells:
        return (
            f"Undo the change, or accept it with `autograder release {assignment} --keep-grades`, "
            "which keeps all scores, manual scores and comments"
        )
    return (
        "Cells can't be added or removed once there are submissions: undo that (to stop counting a "
        "question, give it 0 points), or start the assignment over with "
        f"`{remove}`, which deletes all its scores, manual scores and comments (`nbgrader "
        "export` saves the scores), release and grade again"
    )


def differences(nb: NotebookNode, released: Notebook, tests: bool = False) -> Iterator[Difference]:
    """Find the differences between a notebook and the gradebook.

    Parameters
    ----------
    nb
        A source on its way to the release, or a release.
    released
    tests
        Compare the text of test cells as well. The gradebook keeps them with the hidden part,
        which a release does not have.

    Yields
    ------
    Difference
        One for each that could affect a grade.
    """
    cells = {cell.metadata.nbgrader.grade_id: cell for cell in nb.cells if _is_kept(cell)}
    sources = {cell.name: cell for cell in released.source_cells}
    points = {cell.name: cell.max_score for cell in released.grade_cells}
    for one, other, what in ((cells, sources, "new"), (sources, cells, "gone")):
        names = sorted(one.keys() - other.keys())
        yield from (Difference(f"{name} is {what}", True) for name in names)
    for name in sorted(cells.keys() & sources.keys()):
        cell, graded = cells[name], bool(utils.is_grade(cells[name]))
        if graded != (name in points):
            what = "earns points now" if graded else "no longer earns points"
            yield Difference(f"{name} {what}", True)
            continue
        now = float(cell.metadata.nbgrader.points) if graded else 0.0
        if graded and now != points[name]:
            says = f"{name} is worth {now:g} instead of {points[name]:g} points"
            yield Difference(says, False)
        elif _is_compared(cell, tests) and cell.source != sources[name].source:
            yield Difference(f"the text of the locked cell {name} has changed", False)


def points_of(nb: NotebookNode) -> dict[str, float]:
    """The points of each graded cell of a notebook, by its grade_id."""
    found = (cell.metadata.nbgrader for cell in nb.cells if utils.is_grade(cell))
    return {each.grade_id: float(each.points) for each in found}


def above_the_maximum(gradebook: Gradebook, assignment: str) -> list[str]:
    """Manual scores above the maximum of their cell, which are never cut automatically.

    Returns
    -------
    list of str
        One phrase for each.
    """
    return sorted(
        f"{assignment}: {submission.student.id} was given {grade.manual_score:g} points by hand in "
        f"{grade.name}, which now gives at most {grade.max_score:g}"
        for submission in gradebook.assignment_submissions(assignment)
        for notebook in submission.notebooks
        for grade in notebook.grades
        if grade.manual_score is not None and grade.manual_score > grade.max_score
    )


def _is_compared(cell: NotebookNode, tests: bool) -> bool:
    return bool(utils.is_locked(cell)) and (tests or not utils.is_grade(cell))


def _is_kept(cell: NotebookNode) -> bool:
    return any(
        kind(cell) for kind in (utils.is_grade, utils.is_solution, utils.is_locked, utils.is_task)
    )
