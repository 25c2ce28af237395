"""A student behind walls: answers come over a pipe, from a child process."""

import ast
import re
import warnings
from collections.abc import Callable, Mapping, Sequence
from textwrap import dedent
from typing import Any

from autograder.box.child import Child
from autograder.questions.given import Alone, Foreseen, Given
from autograder.questions.student import Answer, Call, Student

MAGIC = re.compile(r"^\s*[%!].*$", re.MULTILINE)
"""A line that IPython reads, and Python can't. IPython also reads a cell that is indented."""


class SandboxedStudent(Student):
    """Calls the functions of a notebook whose cells have run in a child.

    Parameters
    ----------
    child
    cells
        The text of the cells that have run so far, in order.
    """

    def __init__(self, child: Child, cells: Sequence[str] = ()) -> None:
        self._child, self._cells = child, cells

    def call(
        self,
        name: str,
        *arguments: Any,
        replacing: Mapping[str, Callable[..., Any]] | None = None,
        watching: bool = False,
        **by_name: Any,
    ) -> Answer:
        """See :meth:`autograder.questions.student.Student.call`."""
        return self.call_each(name, [Call(arguments, replacing or {}, by_name)], watching)[0]

    def call_each(self, name: str, calls: Sequence[Call], watching: bool = False) -> list[Answer]:
        """See :meth:`autograder.questions.student.Student.call_each`."""
        asked = [(each.arguments, each.by_name, each.replacing) for each in calls]
        found = self._child.call_each(name, asked, _sent_ahead, watching)
        return [Answer(name, **each) for each in found]

    def value(self, name: str) -> Answer:
        """See :meth:`autograder.questions.student.Student.value`."""
        return Answer(name, **self._child.value(name))

    def source(self, name: str) -> str:
        """See :meth:`autograder.questions.student.Student.source`."""
        for cell in reversed(self._cells):
            for text in (cell, dedent(MAGIC.sub("", cell))) if name in cell else ():
                if name in _defined(text):
                    return text
        return ""


def _defined(text: str) -> set[str]:
    """The names that a cell defines at its top level; none if it can't be read."""
    found: set[str] = set()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            todo: list[ast.AST] = [*ast.parse(text).body]
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return found
    while todo:
        node = todo.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
        elif isinstance(node, ast.alias):
            found.add((node.asname or node.name).partition(".")[0])
        elif not isinstance(node, ast.Lambda):
            todo += ast.iter_child_nodes(node)
    return found


def _sent_ahead(function: Callable[..., Any]) -> Any:
    """What is sent to the child with a function: all of its source, or calls to answer ahead."""
    if isinstance(function, Given):
        return function.source, function.name, dict(function.constants)
    if isinstance(function, Alone):
        return function.source, function.name, {}
    return function.calls if isinstance(function, Foreseen) else None
