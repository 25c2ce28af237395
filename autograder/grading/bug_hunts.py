"""Write into the notebook of bug hunts what it needs: our modules as text, and the bank, packed.

A learner has numpy, matplotlib and this one file. The bugs are packed so that nobody reads them by
accident while scrolling; whoever wants to can unpack them.
"""

import ast
import inspect
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import nbformat

from autograder.hunts import game, packing, schedule, shown, suspects
from autograder.hunts.packing import packed
from autograder.truth import rules
from autograder.truth.distances import deviation
from autograder.truth.planting import KINDS
from autograder.truth.practice.bank import BUGS, PASSES

NOTEBOOK = "bug_hunts.ipynb"
MODULES = (packing, rules, suspects, schedule, shown, game)
"""In the order in which one needs the other. Each is a cell, called `tools_` and its name."""
BANK = "the_bank"
OURS = "autograder"
WIDTH = 92
"""Characters of packed text on a line, at most."""


def bank() -> dict[str, Any]:
    """What kinds there are, and all passes with their bugs, as JSON can hold them."""
    return {"kinds": KINDS, "passes": [_pass(name) for name in PASSES]}


def _pass(name: str) -> dict[str, Any]:
    subject = PASSES[name]
    plain = {
        each: getattr(subject, each)
        for each in ("name", "level", "title", "formula", "text", "begins", "on", "inputs",
                     "labels", "bias", "upstream", "least")
    }  # fmt: skip
    bugs = []
    for bug in BUGS[name]:
        old, new = bug.statements(subject)
        told = {"old": old, "new": new, "hint": bug.hint, "why": bug.why}
        bugs.append({"name": bug.name, "kinds": bug.kinds, "first_wrong": bug.first_wrong} | told)
    return plain | {"bugs": bugs}


def bank_cell() -> str:
    """The source of the cell with the bank."""
    text = packed(bank())
    width = -(-len(text) // -(-len(text) // WIDTH))  # so that the last line is as long as any
    lines = "\n".join(text[at : at + width] for at in range(0, len(text), width))
    said = "# All suspects and their bugs, packed, so that you don't read them by accident."
    return f'{said}\nPACKED = """\n{lines}\n"""'


def tools_cell(module: ModuleType) -> str:
    """A module as the source of a cell, without its imports of ours."""
    source = inspect.getsource(module)
    docstring, *body = ast.parse(source).body
    theirs = [node for node in body if _is_import(node) and not _is_ours(node)]
    rest = [node for node in body if not _is_import(node)]
    imports = "\n".join(ast.unparse(node) for node in theirs if not _is_package(node))
    packages = "\n".join(ast.unparse(node) for node in theirs if _is_package(node))
    code = "\n".join(source.splitlines()[_first_line(rest[0]) - 1 :])
    if module is rules:
        code = f"{inspect.getsource(deviation).strip()}\n\n\n{code}"
    gap = "\n\n\n" if code.startswith(("def ", "class ", "@")) else "\n\n"
    said = ast.literal_eval(docstring.value).partition("\n")[0]  # type: ignore[attr-defined]
    return f"# {said}\n{imports}\n\n{packages}".rstrip() + gap + code.rstrip()


def _first_line(node: ast.stmt) -> int:
    decorators = getattr(node, "decorator_list", [])
    return min([node.lineno, *(each.lineno for each in decorators)])


def _is_import(node: ast.stmt) -> bool:
    return isinstance(node, ast.Import | ast.ImportFrom)


def _is_package(node: ast.stmt) -> bool:
    return isinstance(node, ast.Import) and node.names[0].name.startswith("numpy")


def _is_ours(node: ast.stmt) -> bool:
    return isinstance(node, ast.ImportFrom) and (node.module or "").startswith(OURS)


def cells() -> Iterator[tuple[str, str]]:
    """The ids and the sources of the cells that are written."""
    for module in MODULES:
        yield f"tools_{module.__name__.rpartition('.')[2]}", tools_cell(module)
    yield BANK, bank_cell()


def write_bug_hunts(folder: Path) -> None:
    """Bring the notebook of bug hunts up to date, if a course has it.

    Parameters
    ----------
    folder
        Where the lessons are.
    """
    path = folder / NOTEBOOK
    if not path.is_file():
        return
    text = path.read_text(encoding="utf-8")
    notebook = nbformat.reads(text, as_version=4)
    by_id = {cell.id: cell for cell in notebook.cells}
    for name, source in cells():
        if name in by_id:
            by_id[name].source = source
    if (written := nbformat.writes(notebook) + "\n") != text:
        path.write_text(written, encoding="utf-8")
