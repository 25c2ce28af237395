"""Clear what editors leave in a notebook, and name what only a person can fix.

JupyterLab saves outputs, counts, the version of Python, the state of its own panes, and an
unreadable id for every new cell. None of this belongs in git or in a release.
"""

import re
from collections.abc import Collection, Iterator
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor

from autograder.grading.preprocessor_types import Processed, Resources
from autograder.questions import questions_of

OF_EDITORS = {
    "ExecuteTime", "collapsed", "colab", "colab_type", "execution", "heading_collapsed", "hidden",
    "id", "jp-MarkdownHeadingCollapsed", "outputId", "pycharm", "scrolled", "trusted", "vscode",
}  # fmt: skip
"""Metadata of a cell that records how it was last viewed or run."""
OF_EDITORS_IN_ALL = {
    "accelerator", "celltoolbar", "colab", "hide_input", "interpreter", "orig_nbformat",
    "toc", "toc-autonumbering", "toc-showcode", "toc-showmarkdowntxt", "toc-showtags",
    "varInspector", "vscode", "widgets",
}  # fmt: skip
"""The same for a notebook."""
SAYS_NOTHING = {
    "editable": True, "deletable": True, "tags": [], "slideshow": {"slide_type": ""},
    "jupyter": {}, "name": "",
}  # fmt: skip
"""Metadata of a cell with its default value, which can be left out."""
KEPT_METADATA = {"kernelspec", "language_info"}
DISPLAYED = "Python 3 (ipykernel)"
WORDS = re.compile(r"[a-z]+(_[a-z0-9]+)*")
VALID = re.compile(r"[a-zA-Z0-9-_]{1,64}")


class Tidy(NbGraderPreprocessor):
    """The first step of a release, so that nbgrader's own commands call :func:`tidy`, too.

    An assignment without our questions stays as its instructor wrote it.
    """

    def preprocess(self, nb: NotebookNode, resources: Resources) -> Processed:
        if questions_of(resources["nbgrader"]["assignment"]):
            tidy(nb)
        return nb, resources


def tidy(nb: NotebookNode) -> None:
    """Clear what editors leave in a notebook.

    Parameters
    ----------
    nb
        It is changed. A cell with a grade_id gets this as its id. Other cells get a new id if
        theirs is not made of words.
    """
    nb.nbformat_minor = max(nb.nbformat_minor, 5)
    for key in OF_EDITORS_IN_ALL & {*nb.metadata}:
        del nb.metadata[key]
    if "name" in nb.metadata.get("language_info", {}):
        nb.metadata.language_info = nbformat.from_dict({"name": nb.metadata.language_info.name})
    if nb.metadata.get("kernelspec", {}).get("name") == "python3":
        nb.metadata.kernelspec.display_name = DISPLAYED
    for cell in nb.cells:
        _tidy_cell(cell)
    _give_ids(nb)


def _tidy_cell(cell: NotebookNode) -> None:
    if cell.cell_type == "code":
        cell.outputs, cell.execution_count = [], None
    for key in OF_EDITORS & {*cell.metadata}:
        del cell.metadata[key]
    hidden = cell.metadata.get("jupyter", {})
    hidden.pop("outputs_hidden", None)
    if not hidden.get("source_hidden", True):
        del hidden["source_hidden"]
    for key, nothing in SAYS_NOTHING.items():
        if key in cell.metadata and cell.metadata[key] == nothing:
            del cell.metadata[key]


def _give_ids(nb: NotebookNode) -> None:
    """Give cells ids that a person can read in a diff, and that don't change."""
    names = [_name(cell) for cell in nb.cells]
    taken = {name for name in names if name is not None}
    for cell, name in zip(nb.cells, names, strict=True):
        if name is not None and VALID.fullmatch(name) and names.count(name) == 1:
            cell.id = name
        elif not WORDS.fullmatch(cell.get("id", "")) or cell.id in taken:
            cell.id = _free(cell, taken)
        taken.add(cell.id)


def _free(cell: NotebookNode, taken: Collection[str]) -> str:
    """The first words of a cell, with a number if another cell has them already."""
    text = cell.source.strip().split("\n")[0].lower()
    words = re.findall(r"[a-z0-9]+", re.sub(r"\(https?:[^)]*\)", "", text))[:6]
    while words and not words[0].isalpha():
        del words[0]
    wanted = "_".join(words)[:50].rstrip("_") or cell.cell_type
    numbered = (f"{wanted}_{number}" for number in range(2, len(taken) + 3))
    return next(each for each in (wanted, *numbered) if each not in taken)


def _name(cell: NotebookNode) -> str | None:
    return cell.metadata.get("nbgrader", {}).get("grade_id")


def left_over(nb: NotebookNode, assignment: str = "") -> Iterator[str]:
    """Find problems in a notebook that a program can't fix.

    Parameters
    ----------
    nb
        As :func:`tidy` leaves it.
    assignment
        The assignment whose source it is. Cell names are only checked if it has questions.

    Yields
    ------
    str
        One phrase for each: what was found, and what to do.
    """
    kernel = nb.metadata.get("kernelspec", {})
    if kernel.get("language", "python") == "python" and kernel.get("name") != "python3":
        yield (
            f"its kernel is {kernel.get('name')!r}, but students have 'python3': choose Python 3 "
            "in JupyterLab and save"
        )
    for key in sorted({*nb.metadata} - KEPT_METADATA):
        yield f"its metadata has {key!r}: remove it in JupyterLab's Property Inspector"
    panel = "in JupyterLab's Create Assignment panel"
    for cell in nb.cells if questions_of(assignment) else ():
        name = _name(cell)
        if name is None and cell.cell_type == "code":
            yield f"the code cell {cell.id} is neither read-only nor an answer: say which {panel}"
        elif name is not None and not WORDS.fullmatch(name):
            yield f"the cell {name} still has a generated name: give it a meaningful one {panel}"


def tidy_file(path: Path, assignment: str = "") -> list[str]:
    """Apply :func:`tidy` to a notebook file.

    Parameters
    ----------
    path
    assignment
        See :func:`left_over`.

    Returns
    -------
    list of str
        Phrases on what was done and what remains; [] for a file that was tidy.

    Raises
    ------
    Exception
        From nbformat if the file is not a notebook, and OSError.
    """
    before = path.read_text(encoding="utf-8")
    nb = nbformat.reads(before, as_version=4)
    tidy(nb)
    after = nbformat.writes(nb) + "\n"
    said = []
    if after != before:
        path.write_text(after, encoding="utf-8")
        said = ["cleared what an editor had left in it (outputs, counts, metadata, ids)"]
    return [*said, *left_over(nb, assignment)]
