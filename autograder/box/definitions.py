"""What a cell's text defines, read without running it."""

import ast
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from textwrap import dedent

LONGEST = 100_000
"""Characters: a longer text is not parsed, which would take seconds and much memory."""
RUNS_IN_THE_NOTEBOOK = ("capture", "prun", "time")
"""Magics above a cell that run the rest of it in the notebook's own namespace."""
CELL_MAGIC = re.compile(r"\A\s*%%(\w+).*")
# Without backtracking, so that the time does not depend on the text.
LINE_MAGIC = re.compile(
    r"^(?P<before>[ \t]*+(?:[\w, ]++=[ \t]*+)?+)(?:[%!?].*+|[\w.]++\?{1,2}[ \t]*+)$", re.M
)
AT_THE_MARGIN = re.compile(r"^(?:(?:async +)?(?:def|class) +(\w++)|(\w++)[ \t]*+=[^=])", re.M)


@dataclass(frozen=True, eq=False)
class Statement:
    """A statement at the top level of a cell."""

    node: ast.stmt

    @cached_property
    def names(self) -> frozenset[str]:
        """What it defines."""
        return frozenset(_names(self.node))

    @cached_property
    def same(self) -> str:
        """A text that is equal for two statements that differ in comments and spaces only."""
        try:
            return ast.dump(self.node)
        except RecursionError:  # nested as nobody writes it
            return f"line {self.node.lineno}"


def statements(source: str) -> list[Statement] | None:
    """The statements of a cell; None if Python can't read it."""
    found = _parsed(source)
    return None if found is None else [*map(Statement, found[1].body)]


def readable(source: str) -> str:
    """A cell as Python can read it; "" if it can't.

    Spaces before all lines and magics, which only IPython understands, are taken out.
    """
    found = _parsed(source)
    return found[0] if found else ""


def defined(source: str) -> set[str]:
    """The names that a cell defines at its top level.

    Where Python can't read the cell, those that stand at the margin.
    """
    found = statements(source)
    if found is None:
        matches = AT_THE_MARGIN.findall(_without_magics(source))
        return {one or other for one, other in matches}
    return {name for each in found for name in each.names}


def _parsed(source: str) -> tuple[str, ast.Module] | None:
    for text in (source, _without_magics(source)) if len(source) <= LONGEST else ():
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return text, ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
    return None


def _without_magics(source: str) -> str:
    source = source.replace("\r\n", "\n")
    magic = CELL_MAGIC.match(source)
    if magic:
        source = source[magic.end() :] if magic[1] in RUNS_IN_THE_NOTEBOOK else ""
    return dedent(LINE_MAGIC.sub(r"\g<before>None", source))


def _names(statement: ast.stmt) -> Iterator[str]:
    todo: list[ast.AST] = [statement]
    while todo:
        node = todo.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.alias):
            yield (node.asname or node.name).partition(".")[0]
        elif not isinstance(node, ast.Lambda):
            todo += ast.iter_child_nodes(node)
