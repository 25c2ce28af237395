"""Refuse a release in which the names or points of questions don't agree.

The points of a question are written in several places, each with its own reader: the test cell's
metadata (the gradebook), what its visible check and the notebook's summary show (the student), and
``@question`` (the grade). If you edit one of them, you learn here what the others say, and not
after a class has been graded.
"""

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from difflib import get_close_matches

from IPython.core.inputtransformer2 import TransformerManager
from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.utils import is_grade

from autograder.grading.grade import question_of
from autograder.grading.preprocessor_types import Processed, Resources
from autograder.grading.waiving import is_test
from autograder.questions import Question, names, questions_of

TOTAL = re.compile(r"\*\*Points:\*\* (\d+(?:\.\d+)?)")


class Disagreement(Exception):
    """A source contradicts its questions: one phrase for each contradiction."""

    line = "{where}: {text}"

    @property
    def found(self) -> tuple[str, ...]:
        return self.args

    def __str__(self) -> str:
        return "\n".join(self.args)


class RefuseDisagreement(NbGraderPreprocessor):
    """Stop a release whose cells, visible checks and questions don't agree.

    Runs before the hidden tests are removed, and before ``SaveCells``, which writes to the
    gradebook. Test cells that don't call ``ask`` and have no question are not checked.

    Raises
    ------
    Disagreement
        With a line for each contradiction.
    """

    def preprocess(self, nb: NotebookNode, resources: Resources) -> Processed:
        found = list(disagreements(nb, questions_of(resources["nbgrader"]["assignment"])))
        if found:
            raise Disagreement(*found)
        return nb, resources


def disagreements(nb: NotebookNode, questions: Mapping[str, Question]) -> Iterator[str]:
    """Find what does not agree in a source.

    Parameters
    ----------
    nb
        With the hidden tests.
    questions
        The questions of the assignment.

    Yields
    ------
    str
        One phrase for each contradiction.
    """
    for cell in filter(is_test, nb.cells):
        yield from _of_cell(cell, questions)
    if questions:
        yield from _of_totals(nb)


def _of_totals(nb: NotebookNode) -> Iterator[str]:
    """Compare the total that the text promises, and the points in the summary, with the cells'."""
    graded = [cell for cell in nb.cells if is_grade(cell)]
    given = {
        cell.metadata.nbgrader.grade_id.removeprefix("test_"): float(cell.metadata.nbgrader.points)
        for cell in graded
    }
    total = sum(given.values())
    for cell in nb.cells:
        for said in TOTAL.findall(cell.source) if cell.cell_type == "markdown" else ():
            if float(said) != total:
                yield f"the text promises {said} points in all, but the cells give {total:g}"
        if cell.cell_type == "code" and "summary(" in cell.source:
            with suppress(SyntaxError):  # not Python: then it is not ours
                yield from _of_summary(_parsed(cell), given)


def _of_summary(tree: ast.AST, given: Mapping[str, float]) -> Iterator[str]:
    """Compare ``summary({question: points}, {written answer: points})`` with the points given."""
    for call in _calls(tree, "summary"):
        shown: dict[str, float] = {}
        for table in call.args:
            with suppress(TypeError, ValueError):
                shown |= ast.literal_eval(table)
        for name in dict.fromkeys([*given, *shown]) if shown else ():
            if name not in shown:
                yield f"summary() does not list {name}"
            elif name not in given:
                yield f"summary() lists {name}, which earns no points"
            elif shown[name] != given[name]:
                yield (
                    f"summary() promises {shown[name]:g} points for {name}, but the cell gives "
                    f"{given[name]:g}"
                )


def _parsed(cell: NotebookNode) -> ast.Module:
    return ast.parse(TransformerManager().transform_cell(cell.source))


def _of_cell(cell: NotebookNode, questions: Mapping[str, Question]) -> Iterator[str]:
    name, points = cell.metadata.nbgrader.grade_id, float(cell.metadata.nbgrader.points)
    try:
        tree = _parsed(cell)
    except SyntaxError as error:
        if re.search(r"\bask\(", cell.source):
            yield f"the cell {name} can't be read (line {error.lineno}: {error.msg})"
        return
    asked = [call.args[0] for call in _asking(tree) if call.args]
    for each in asked:
        yield from _of_name(name, getattr(each, "value", None), questions)
    question = questions.get(question_of(cell, questions))
    if question is None:
        return
    if not asked:
        yield f'the cell {name} never calls ask: end its hidden part in ask("{question.name}")'
    if question.points != points:
        yield f"the cell {name} gives {points:g} points, but its question {question.points:g}"
    for call in _calls(tree, "show"):
        if len(call.args) == 2:
            yield from _of_checks(name, question, call.args[0], _table(tree, call.args[1]))


def _of_name(cell: str, asked: object, questions: Mapping[str, Question]) -> Iterator[str]:
    if asked not in questions:
        known = [*(questions or names())]
        near = get_close_matches(str(asked), known, n=3) or known
        yield f"the cell {cell} asks {asked!r}, which is not a question: try {', '.join(near)}"
    elif cell != f"test_{asked}":
        yield f"the cell {cell} asks {asked!r}, which belongs to the cell test_{asked}"


def _of_checks(
    cell: str, question: Question, named: ast.expr, shown: dict[str, float] | list[float] | None
) -> Iterator[str]:
    """Compare what ``show(name, checks(...))`` shows with the question's parts."""
    name, given = getattr(named, "value", question.name), [*question.parts.values()]
    if name != question.name:
        yield f"the visible check of {cell} is called {name!r} instead of {question.name!r}"
    if isinstance(shown, dict):
        yield from _of_parts(cell, question, shown)
    elif shown is not None and shown != given:
        yield (
            f"the parts of {cell} give {_listed(shown)} points in its visible check, but "
            f"{_listed(given)} in its question"
        )


def _of_parts(cell: str, question: Question, shown: Mapping[str, float]) -> Iterator[str]:
    for part in dict.fromkeys([*question.parts, *shown]):
        promised, given = shown.get(part), question.parts.get(part)
        if given is None and promised:
            yield f"the visible check of {cell} has {part} ({promised:g}), but its question doesn't"
        elif given is not None and promised is None:
            yield f"the question of {cell} has {part} ({given:g}), but its visible check doesn't"
        elif given is not None and promised != given:
            yield (
                f"{part} gives {promised:g} points in the visible check of {cell}, but {given:g} "
                "in its question"
            )


def _table(tree: ast.Module, checks: ast.expr) -> dict[str, float] | list[float] | None:
    """Read the {part: points} that a function of the cell returns, without running the cell.

    Returns {part: points} if the table is written out; only the points, in order, if the parts are
    computed by calls; None if it can't be read.
    """
    name = getattr(getattr(checks, "func", None), "id", None)
    returned = (
        node.value
        for function in tree.body
        if isinstance(function, ast.FunctionDef) and function.name == name
        for node in function.body
        if isinstance(node, ast.Return)
    )
    table = next(returned, None)
    if not isinstance(table, ast.Dict):
        return None
    try:
        points = [float(ast.literal_eval(value)) for value in table.values]
    except (TypeError, ValueError):
        return None
    named = [key.id for key in table.keys if isinstance(key, ast.Name)]
    return dict(zip(named, points, strict=True)) if len(named) == len(points) else points


def _listed(points: Iterable[float]) -> str:
    return " + ".join(f"{each:g}" for each in points)


def _calls(tree: ast.AST, name: str) -> list[ast.Call]:
    """The calls of a function, by its name or as an attribute."""
    return [
        node for node in ast.walk(tree) if isinstance(node, ast.Call)
        if getattr(node.func, "id", getattr(node.func, "attr", None)) == name
    ]  # fmt: skip


def _asking(tree: ast.Module) -> list[ast.Call]:
    """The calls of ``ask`` outside of functions: inside, the name may be anybody's."""
    outside = [node for node in tree.body if not isinstance(node, ast.FunctionDef | ast.ClassDef)]
    return [call for node in outside for call in _calls(node, "ask")]
