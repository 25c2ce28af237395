"""What a student added to the cells that were given to them: imports and helper functions.

Editors like Colab ignore that a cell is locked. What was added runs as a cell of the student's own
right after ours, and is no longer able to change what ours defines.
"""

import ast
from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache

from nbformat import NotebookNode
from nbgrader import utils

from autograder.box.definitions import Statement, readable, statements
from autograder.grading.match_cells import SubmittedCell, name_of

EDITION = (
    "This looks like another edition of the notebook: cells that were given to the student differ "
    "from the release. The answers were put into the current edition."
)
FEWEST_OTHERS = 3
"""As many given cells must lack something of ours, and half of all, before that is said."""


def keep_added(release: NotebookNode, submitted: Sequence[SubmittedCell]) -> list[str]:
    """Reduce changed copies of given cells to what the student added to them.

    Parameters
    ----------
    release
    submitted
        It is changed: the source of a given cell is what was added, or "".

    Returns
    -------
    list of str
        Flags.
    """
    known = {name_of(cell) for cell in release.cells}
    renamed = [each for each in submitted if each.place is None and _is_renamed(each, known)]
    edited = [each for each in submitted if each.is_given and each.changed]
    edited = [each for each in edited if _is_code(release.cells[_place(each)])]
    if not edited and not renamed:
        return _of_another_edition(submitted, known)
    given = [cell for cell in release.cells if cell.cell_type == "code" and _is_given(cell)]
    texts = [_released(cell.source) for cell in given]
    ours = {each.same for text in texts for each in text}
    defined = {name for text in texts for each in text for name in each.names}
    lacking = 0
    for each in edited:
        found = {statement.same for statement in each.statements or ()}
        there = _released(release.cells[_place(each)].source)
        lacking += not {statement.same for statement in there} <= found
    for each in (*edited, *(each for each in renamed if not each.is_foreign_answer)):
        _reduce(each, ours, defined)
    present = sum(each.is_given and _is_code(release.cells[_place(each)]) for each in submitted)
    if lacking >= max(FEWEST_OTHERS, present / 2):
        return [EDITION]
    return _of_another_edition(submitted, known)


def _of_another_edition(
    submitted: Sequence[SubmittedCell], known: Collection[str | None]
) -> list[str]:
    """A flag if cells of code have names of ours that this release does not have."""
    renamed = (each.type == "code" and _is_renamed(each, known) for each in submitted)
    return [EDITION] if any(renamed) else []


def _is_renamed(each: SubmittedCell, known: Collection[str | None]) -> bool:
    return isinstance(each.name, str) and bool(each.name) and each.name not in known


@lru_cache(maxsize=1024)
def _released(source: str) -> tuple[Statement, ...]:
    return tuple(statements(source) or ())


def _is_given(cell: NotebookNode) -> bool:
    return not utils.is_solution(cell)


def _is_code(cell: NotebookNode) -> bool:
    return bool(cell.cell_type == "code")


def _place(each: SubmittedCell) -> int:
    return -1 if each.place is None else each.place


def _reduce(each: SubmittedCell, ours: Collection[str], defined: Collection[str]) -> None:
    """Leave only what was added in a cell. Of a cell that Python can't read, nothing ever ran."""
    lines = readable(each.source).split("\n") if each.type == "code" else []
    added = [
        text
        for statement in each.statements or ()
        if lines and statement.same not in ours
        for text in _added(statement, lines, defined)
    ]
    each.reduce_to("\n\n\n".join(added))


def _added(statement: Statement, lines: Sequence[str], defined: Collection[str]) -> Iterator[str]:
    """The text of a statement; only the imports in it if it changes what a cell of ours defines."""
    node = statement.node
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return  # perhaps a written answer, but nothing to run
    if not statement.names & {*defined}:
        first = min([node.lineno, *(each.lineno for each in getattr(node, "decorator_list", ()))])
        text = "\n".join(lines[first - 1 : node.end_lineno])
        is_shared = node.col_offset or ";" in text
        yield _unparsed(node) if is_shared else text
        return
    todo: list[ast.AST] = [node]
    while todo:
        part = todo.pop(0)
        if isinstance(part, ast.Import | ast.ImportFrom):
            own = [each for each in part.names if _bound(each) not in defined]
            if own:
                part.names = own
                yield _unparsed(part)
        elif not isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            todo += ast.iter_child_nodes(part)


def _unparsed(node: ast.stmt) -> str:
    try:
        return ast.unparse(node)
    except RecursionError:  # nested as nobody writes it
        return ""


def _bound(alias: ast.alias) -> str:
    return (alias.asname or alias.name).partition(".")[0]
