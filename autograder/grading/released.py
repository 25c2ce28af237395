"""Watch over what students already have: a release that was graded by can't change silently."""

from nbgrader import utils
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.preprocessors import NbGraderPreprocessor


class ChangedAfterRelease(Exception):
    """The source differs from what submissions in the gradebook were graded by."""


class RefuseSilentChanges(NbGraderPreprocessor):
    """Stop a release that would change points or cells under existing submissions.

    nbgrader raises for a new locked cell without saying which, and keeps old scores under a new
    maximum. Runs before ``SaveCells``.

    Raises
    ------
    ChangedAfterRelease
        With every change, and what to do.
    """

    def preprocess(self, nb, resources):
        info = resources["nbgrader"]
        with Gradebook(info["db_url"]) as gradebook:
            try:
                released = gradebook.find_notebook(info["notebook"], info["assignment"])
            except MissingEntry:
                return nb, resources
            changes = list(_changes(nb, released)) if released.submissions else []
            count = len(released.submissions)
        if changes:
            raise ChangedAfterRelease(
                f"{count} submissions are in the gradebook, and the source has changed since: "
                f"{'; '.join(changes)}. Undo the change, or start this assignment over with "
                f"`nbgrader db assignment remove {info['assignment']} --force` and grade again"
            )
        return nb, resources


def _changes(nb, released):
    """One phrase for each difference that a student's grade would feel."""
    cells = {
        cell.metadata.nbgrader.grade_id: cell for cell in nb.cells if "nbgrader" in cell.metadata
    }
    sources = {cell.name: cell for cell in released.source_cells}
    points = {cell.name: cell.max_score for cell in released.grade_cells}
    yield from (f"{name} is new" for name in sorted(cells.keys() - sources.keys()))
    yield from (f"{name} is gone" for name in sorted(sources.keys() - cells.keys()))
    for name in sorted(cells.keys() & sources.keys()):
        cell = cells[name]
        if utils.is_grade(cell) and float(cell.metadata.nbgrader.points) != points.get(name):
            old, new = points.get(name), float(cell.metadata.nbgrader.points)
            yield f"{name} is worth {new:g} in place of {old:g} points"
        elif utils.is_locked(cell) and cell.source != sources[name].source:
            yield f"the locked cell {name} has another text"
