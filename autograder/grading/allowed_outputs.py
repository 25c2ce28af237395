"""Which outputs a graded notebook keeps: known kinds, each of a limited size.

A student's code can display output of any type, shape and size. But people open the graded
notebook, and it is converted to HTML pages.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Integer

from autograder.grading.errors import printable
from autograder.grading.mime_types import PICTURES, SHOWN, TEXTS
from autograder.grading.pictures import NOT_ONE, problem_with, weight
from autograder.grading.preprocessor_types import Processed, Resources

# Each output counts for a little more than its content, so that a million empty ones don't pass.
OVERHEAD = 100
SHORT = 1000
SAYS_LEFT_OUT = re.compile(r"\[\d{1,20} more outputs, \S{1,20} [kM]B, are left out: .{1,100}\]\n")


@dataclass(frozen=True)
class OutputLimits:
    """The most bytes of one output, of all outputs of a cell, and of a notebook."""

    output: int = 1_000_000
    cell: int = 2_000_000
    notebook: int = 8_000_000


class AllowedOutputs(NbGraderPreprocessor):
    """Keep in each cell what :func:`allowed` allows."""

    max_output = Integer(OutputLimits.output, help="The most bytes of one output.").tag(config=True)
    max_cell = Integer(OutputLimits.cell, help="The most bytes of a cell's outputs.").tag(
        config=True
    )
    max_notebook = Integer(
        OutputLimits.notebook, help="The most bytes of all outputs of a notebook."
    ).tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: Resources) -> Processed:
        limits = OutputLimits(self.max_output, self.max_cell, self.max_notebook)
        left = limits.notebook
        for cell in nb.cells:
            if cell.cell_type == "code":
                cell.outputs = allowed(cell.get("outputs"), limits, left)
                left -= sum(map(size, cell.outputs))
        return nb, resources


def allowed(
    outputs: object, limits: OutputLimits = OutputLimits(), left: int | None = None
) -> list[NotebookNode]:
    """The outputs of one cell, without those of unknown types, malformed or too large.

    Parameters
    ----------
    outputs
        A list of outputs, or anything else that was read from a notebook.
    limits
    left
        How much of the notebook's limit the cells above have left.

    Returns
    -------
    list of NotebookNode
        One line replaces what is left out. nbgrader reads the score from the first error, result
        and warning: these are always kept, and unchanged if they are short.
    """
    left = min(limits.cell, limits.notebook if left is None else left)
    kept: list[NotebookNode] = []
    over: list[int] = []
    seen: set[tuple[str, str | None]] = set()
    known = [*map(_known, outputs)] if isinstance(outputs, list) else []
    before = known.pop() if known and _says_what_is_left_out(known[-1]) else None
    for output in known:
        cost, kind = size(output), (output.output_type, output.get("name"))
        decides = kind not in {*seen, ("stream", "stdout"), ("display_data", None)}
        seen.add(kind)
        if cost > limits.output and not (decides and cost <= SHORT):
            output = _replaced(output, f"the limit is {_in_words(limits.output)}")
            cost = size(output)
        if decides and left < cost > SHORT:
            output = _replaced(output, "the cell or the notebook has too many of them")
        if cost <= left or decides:
            kept.append(output)
            left -= cost
        else:
            over.append(cost)
    if over:
        total = f"{len(over)} more outputs, {_in_words(sum(over))}, are left out"
        limit = f"the limit of a cell is {_in_words(limits.cell)}"
        kept.append(_line(f"{total}: {limit}, of a notebook {_in_words(limits.notebook)}"))
    elif before is not None:
        kept.append(before)
    return kept


def _says_what_is_left_out(output: NotebookNode) -> bool:
    """Whether it is the line that `allowed` wrote earlier in place of other outputs."""
    is_printed = output.output_type == "stream" and output.name == "stdout"
    return is_printed and SAYS_LEFT_OUT.fullmatch(output.text) is not None


def _known(output: object) -> NotebookNode:
    """An output in the shape that nbformat requires, without unknown content."""
    output = output if isinstance(output, dict) else {}
    kind = output.get("output_type")
    if kind == "stream":
        name = "stderr" if output.get("name") == "stderr" else "stdout"
        return _node(output_type=kind, name=name, text=_text(output.get("text")) or "")
    if kind == "error":
        lines = output.get("traceback")
        lines = [_text(each) or "" for each in lines] if isinstance(lines, list) else []
        named = {key: _text(output.get(key)) or "" for key in ("ename", "evalue")}
        return _node(output_type=kind, traceback=lines, **named)
    if kind in ("display_data", "execute_result"):
        data = _data(output.get("data"))
        result = _node(output_type=kind, data=data, metadata=_sizes(output.get("metadata"), data))
        if kind == "execute_result":
            count = output.get("execution_count")
            result.execution_count = count if type(count) is int and count >= 0 else None
        return result
    return _line("An output of an unknown kind is left out.")


def _data(given: object) -> dict[str, str]:
    given = given if isinstance(given, dict) else {}
    texts = {kind: _text(given.get(kind)) for kind in SHOWN}
    data, lines = {}, []
    for kind, text in texts.items():
        if text is None:
            continue
        problem = "" if kind in TEXTS else problem_with(kind, text)
        if not problem:
            data[kind] = text
        elif problem != NOT_ONE:
            lines.append(f"[A picture ({kind}) is left out: it {problem}.]")
    if lines:
        data["text/plain"] = "\n".join(filter(None, (data.get("text/plain"), *lines)))
    if not data:
        kinds = printable(", ".join(sorted(map(str, given))))[:100]
        data["text/plain"] = f"[An output of the type {kinds or 'nothing'} is left out.]"
    return data


def _sizes(given: object, data: Mapping[str, str]) -> dict[str, dict[str, int]]:
    """The width and height of pictures from an output's metadata; templates put them into HTML."""
    sizes = {}
    for kind in data.keys() & {*PICTURES}:
        found = given.get(kind) if isinstance(given, dict) else None
        found = found if isinstance(found, dict) else {}
        numbers = {
            key: number
            for key in ("width", "height")
            if type(number := found.get(key)) is int and 0 < number <= 10_000
        }
        if numbers:
            sizes[kind] = numbers
    return sizes


def _text(value: object) -> str | None:
    """A text as one string that can be written to a file; None if it is not a text."""
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        value = "".join(value)
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else None


def _parts(output: NotebookNode) -> list[tuple[str, str]]:
    """The content of an output as pairs of name and text."""
    if output.output_type == "error":
        return [("traceback", "\n".join([output.ename, output.evalue, *output.traceback]))]
    return [*output.data.items()] if "data" in output else [("text", output.text)]


def size(output: NotebookNode) -> int:
    """How many bytes an allowed output counts for; for pictures, the cost of drawing them."""
    return OVERHEAD + sum(
        weight(kind, text) if kind in PICTURES else len(text.encode())
        for kind, text in _parts(output)
    )


def _replaced(output: NotebookNode, why: str) -> NotebookNode:
    """An output of the same kind with one line in it, because the kind can decide a score."""
    what = max(_parts(output), key=lambda part: len(part[1]))[0]
    line = f"[An output of {_in_words(size(output))} ({what}) is left out: {why}.]"
    if output.output_type == "error":
        return _node(output_type="error", ename=output.ename[:100], evalue=line, traceback=[line])
    if output.output_type == "stream":
        return _node(output_type="stream", name=output.name, text=f"{line}\n")
    return _node(**{**output, "data": {"text/plain": line}, "metadata": {}})


def _line(text: str) -> NotebookNode:
    return _node(output_type="stream", name="stdout", text=f"[{text}]\n")


def _node(**fields: Any) -> NotebookNode:
    return nbformat.from_dict(fields)


def _in_words(size: float) -> str:
    return f"{size / 1e6:.1f} MB" if size >= 100_000 else f"{size / 1e3:.1f} kB"
