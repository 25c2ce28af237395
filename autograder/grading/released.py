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
            changes = list(differences(nb, released, tests=True)) if released.submissions else []
            count = len(released.submissions)
        if changes:
            start_over = f"nbgrader db assignment remove {info['assignment']} --force"
            raise ChangedAfterRelease(
                f"the gradebook has {count} submission{'s' if count > 1 else ''}, and this has "
                f"changed since: {'; '.join(changes)}. Undo the change, or start the assignment "
                f"over with `{start_over}`, release and grade again"
            )
        return nb, resources


def differences(nb, released, tests=False):
    """What of a notebook differs from the one in the gradebook.

    Parameters
    ----------
    nb : NotebookNode
        A source on its way to the release, or a release.
    released : nbgrader.api.Notebook
    tests : bool
        Compare the text of test cells as well. The gradebook keeps them with the hidden part,
        which a release does not have.

    Yields
    ------
    str
        One phrase for each difference that a student's grade would feel.
    """
    cells = {cell.metadata.nbgrader.grade_id: cell for cell in nb.cells if _is_kept(cell)}
    sources = {cell.name: cell for cell in released.source_cells}
    points = {cell.name: cell.max_score for cell in released.grade_cells}
    yield from (f"{name} is new" for name in sorted(cells.keys() - sources.keys()))
    yield from (f"{name} is gone" for name in sorted(sources.keys() - cells.keys()))
    for name in sorted(cells.keys() & sources.keys()):
        cell, graded = cells[name], bool(utils.is_grade(cells[name]))
        if graded != (name in points):
            yield f"{name} {'earns points now' if graded else 'earns no points any more'}"
        elif graded and float(cell.metadata.nbgrader.points) != points[name]:
            now = float(cell.metadata.nbgrader.points)
            yield f"{name} is worth {now:g} in place of {points[name]:g} points"
        elif _is_compared(cell, tests) and cell.source != sources[name].source:
            yield f"the locked cell {name} has another text"


def _is_compared(cell, tests):
    return utils.is_locked(cell) and (tests or not utils.is_grade(cell))


def _is_kept(cell):
    return any(
        kind(cell) for kind in (utils.is_grade, utils.is_solution, utils.is_locked, utils.is_task)
    )
