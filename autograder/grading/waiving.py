"""Waived questions, which are not asked: everybody gets the points. `c.TrustedExecute.waived`."""

from collections.abc import Collection, Iterable

from nbformat import NotebookNode
from nbgrader import utils
from traitlets.config import Config

from autograder.grading.cell_outputs import output
from autograder.grading.errors import CourseError

WAIVED = "c.TrustedExecute.waived in nbgrader_config.py"


def is_test(cell: NotebookNode) -> bool:
    """Whether a cell is a test: graded code that is not an answer."""
    return cell.cell_type == "code" and bool(utils.is_grade(cell) and not utils.is_solution(cell))


def tests_of(nb: NotebookNode) -> dict[str, str]:
    """The grade_ids of a notebook's test cells, by their names without `test_`."""
    names = [cell.metadata.nbgrader.grade_id for cell in filter(is_test, nb.cells)]
    return {name.removeprefix("test_"): name for name in names}


def name_of(cell: NotebookNode) -> str | None:
    """The grade_id of a cell, or None."""
    return cell.metadata.get("nbgrader", {}).get("grade_id")


def waived_in(nb: NotebookNode, names: Iterable[str]) -> set[str]:
    """The test cells of a notebook whose points everybody gets.

    Parameters
    ----------
    nb
    names
        The names of an assignment's waived questions, with or without the `test_` of their cell.

    Returns
    -------
    set of str
        The grade_ids of those in this notebook.
    """
    tests = tests_of(nb)
    wanted = (name.removeprefix("test_") for name in names)
    return {tests[name] for name in wanted if name in tests}


def all_points(cell: NotebookNode, count: int | None) -> list[NotebookNode]:
    """The outputs of a test cell whose question was waived. nbgrader reads the score from them.

    Parameters
    ----------
    cell
    count
        The number under which it ran.
    """
    ours = cell.metadata.nbgrader
    points, name = float(ours.points), ours.grade_id.removeprefix("test_")
    said = f"{name}: {points:g} of {points:g} points\n  waived: everybody gets them\n"
    score = {"text/plain": repr(points)}
    return [
        output("stream", name="stdout", text=said),
        output("execute_result", data=score, metadata={}, execution_count=count),
    ]


def waived_of(config: Config, assignment: str) -> Collection[str]:
    """The names of an assignment's questions that a configuration waives."""
    waived: dict[str, Collection[str]] = config.get("TrustedExecute", {}).get("waived", {})
    return waived.get(assignment, ())


def check_waived(config: Config, assignments: Collection[str]) -> None:
    """Raise CourseError if questions are waived for an assignment that does not exist."""
    for name in config.get("TrustedExecute", {}).get("waived", {}).keys() - {*assignments}:
        raise CourseError(
            f"{WAIVED} names the assignment {name!r}, which does not exist: choose from "
            + ", ".join(assignments)
        )


def check_names(names: Iterable[str], notebooks: Iterable[NotebookNode]) -> None:
    """Raise CourseError if a question is waived that no notebook of the assignment asks."""
    known = {name for notebook in notebooks for name in tests_of(notebook)}
    for name in sorted({each.removeprefix("test_") for each in names} - known):
        raise CourseError(
            f"{WAIVED} names the question {name!r}, which does not exist: choose from "
            + ", ".join(sorted(known))
        )
