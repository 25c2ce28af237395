"""Attacks by what a notebook is made of: its flags, its outputs, its size, its JSON."""

import copy
import json

from nbformat.v4 import new_code_cell, new_markdown_cell, new_output

from tests.attacks.catalogue import collect

ATTACKS, attack = collect("build")
TWO = {"starts_from": "correct", "attacks": ("gradient_check", "error_sweep"), "exactly": True}
"""Right answers but for these two, whose points are to come from what is done to the notebook."""


def name_of(cell):
    return cell.metadata.get("nbgrader", {}).get("grade_id", "")


def tests(notebook):
    return [cell for cell in notebook.cells if name_of(cell).startswith("test_")]


def cell_called(notebook, name):
    return next(cell for cell in notebook.cells if name_of(cell) == name)


def as_text(notebook, marker, text):
    """The notebook as JSON, some text of it replaced by what no library would write."""
    return json.dumps(notebook).replace(json.dumps(marker), text)


@attack("rebuilt notebook", stock="no gain", **TWO)
def more_points(notebook):
    """Raises the points of every test cell to 100, and makes other cells worth some."""
    for cell in notebook.cells:
        if "nbgrader" in cell.metadata:
            cell.metadata.nbgrader["points"] = 100
    return notebook


@attack("rebuilt notebook", stock="no score at all", **TWO)
def other_flags(notebook):
    """Makes test cells into answer cells, whose text is the student's: it is a number."""
    for cell in tests(notebook):
        cell.metadata.nbgrader |= {"solution": True, "locked": False}
        cell.source = "float(3)"
    return notebook


@attack("rebuilt notebook", stock="no gain", **TWO)
def test_cells_of_its_own(notebook):
    """Writes its own test cells: they show as many points as there are."""
    for cell in tests(notebook):
        cell.source = str(float(cell.metadata.nbgrader["points"]))
        cell.metadata.nbgrader["checksum"] = "0" * 32
    return notebook


@attack("rebuilt notebook", stock="no gain", **TWO)
def other_ids(notebook):
    """Gives the test of an easy question the id of a hard one, and the other way round."""
    easy, hard = (
        cell_called(notebook, f"test_{name}") for name in ("forward_propagation", "gradient_check")
    )
    easy.metadata, hard.metadata = hard.metadata, easy.metadata
    easy.id, hard.id = hard.id, easy.id
    return notebook


@attack("rebuilt notebook", stock="no gain", **TWO)
def deleted_tests(notebook):
    """Deletes the test cells of what it can't do."""
    gone = [f"test_{name}" for name in TWO["attacks"]]
    notebook.cells = [cell for cell in notebook.cells if name_of(cell) not in gone]
    return notebook


@attack("rebuilt notebook", stock="nobody after it is graded", **TWO)
def copied_tests(notebook):
    """Has every test cell twice, once as a number, and every answer cell twice."""
    cells = []
    for cell in notebook.cells:
        copied = copy.deepcopy(cell)
        copied["id"] = f"{cell.id}-copy"
        if name_of(cell).startswith("test_"):
            copied["source"] = "6.0"
        cells += [copied, cell] if name_of(cell) else [cell]
    notebook.cells = cells
    return notebook


@attack("rebuilt notebook", stock="no gain", **TWO)
def stored_outputs(notebook):
    """Hands in test cells with results in them that nobody computed."""
    for cell in tests(notebook):
        points = str(cell.metadata.nbgrader["points"])
        cell.outputs = [new_output("execute_result", {"text/plain": points}, execution_count=1)]
        cell.execution_count = 1
    return notebook


@attack("rebuilt notebook", stock="full marks", **TWO)
def skipped_tests(notebook):
    """Tags test cells so that they aren't run: no result is full marks for nbgrader."""
    for cell in tests(notebook):
        cell.metadata["tags"] = ["demonstration", "skip-execution", "raises-exception"]
    return notebook


@attack("rebuilt notebook", stock="no gain", **TWO)
def other_cell_types(notebook):
    """Turns test cells into markdown and raw cells, which can't be run."""
    for kind, cell in zip(("markdown", "raw") * 3, tests(notebook), strict=True):
        cell.cell_type = kind
        del cell["outputs"], cell["execution_count"]
    return notebook


@attack("rebuilt notebook", stock="no gain", **TWO)
def other_kernel(notebook):
    """Names a kernel that is a path and a command, in a language with markup in its name."""
    notebook.metadata = {
        "kernelspec": {
            "name": "../../evil; touch evil",
            "language": "bash",
            "display_name": "<script>attack()</script>",
        },
        "language_info": {
            "name": "bash",
            "file_extension": "/../../evil",
            "version": "9",
            "pygments_lexer": "<script>",
            "nbconvert_exporter": "os.system",
            "codemirror_mode": {"name": "<script>"},
            "mimetype": "text/html",
        },
        "title": "</title><script>attack()</script>",
        "celltoolbar": "Create Assignment",
        "widgets": {"application/vnd.jupyter.widget-state+json": {"state": "</script><script>"}},
    }
    return notebook


@attack("rebuilt notebook", stock="nobody after it is graded", **TWO | {"exactly": False})
def asks_for_itself(notebook):
    """Writes hidden blocks with easy questions of its own, in its own cells and in answers."""
    asks = (
        '### BEGIN HIDDEN TESTS\nfrom autograder import ask\n\nask("forward_propagation")\n'
        "### END HIDDEN TESTS"
    )
    cell_called(notebook, "gradient_check").source += f"\n\n\n{asks}"
    own = new_code_cell(asks)
    own.metadata["nbgrader"] = {**cell_called(notebook, "test_error_sweep").metadata.nbgrader}
    notebook.cells.insert(notebook.cells.index(cell_called(notebook, "error_sweep")), own)
    return notebook


@attack("rebuilt notebook", stock="no gain", starts_from="correct", attacks=TWO["attacks"])
def markers_without_end(notebook):
    """Writes nbgrader's own markers into answers, opened and never closed."""
    for name, marker in (("gradient_check", "HIDDEN TESTS"), ("error_sweep", "SOLUTION")):
        cell = cell_called(notebook, name)
        cell.source = f"### BEGIN {marker}\n{cell.source}\n### BEGIN MARK SCHEME"
    notebook.cells.append(new_code_cell("### END HIDDEN TESTS\n### END SOLUTION\n### BEGIN"))
    return notebook


@attack("rebuilt notebook", stock="no score at all", **TWO)
def odd_flags(notebook):
    """Fills nbgrader's metadata with other types, and with versions that don't exist."""
    odd = [
        "x",
        3,
        None,
        [],
        {"grade_id": {}},
        {"grade_id": None, "grade": "yes"},
        {"schema_version": 99, "grade": True, "grade_id": "new", "points": "x"},
    ]
    for number, cell in enumerate(tests(notebook)):
        cell.metadata["nbgrader"] = odd[number % len(odd)]
    notebook.metadata["nbgrader"] = {"__extra__": 1}
    return notebook


@attack("rebuilt notebook", stock="no score at all", starts_from="correct", attacks=TWO["attacks"])
def odd_cells(notebook):
    """Cells without a type or text, with numbers and folders for text, with markup for ids."""
    notebook.cells += [
        {},
        [],
        None,
        3,
        {"cell_type": "evil", "source": "1", "metadata": {}},
        {"cell_type": "code", "source": {"a": 1}, "metadata": []},
        {"cell_type": "code", "source": [1, None, ["x"]], "outputs": {}, "metadata": None},
        {"cell_type": "code", "source": "1", "id": '"><script>attack()</script>'},
        {"cell_type": "markdown", "source": "x", "id": "../../x", "attachments": [1]},
        {"cell_type": "heading", "level": 10**9, "source": "\u202edirection"},
    ]
    return json.dumps(notebook)


@attack("clean page", stock="gets no page", starts_from="correct", attacks=TWO["attacks"])
def attachments_that_act(notebook):
    """Attaches HTML and SVG with scripts to its text, under names that are paths and markup."""
    acts = "PHNjcmlwdD5hdHRhY2soKTwvc2NyaXB0Pg=="
    written = cell_called(notebook, "explain_zero")
    written["attachments"] = {
        "x.svg": {"image/svg+xml": acts, "text/html": acts},
        "../../evil.png": {"image/png": 'x" onerror="attack()" x="'},
        '"><script>attack()</script>': {'text/"onload="attack()': acts},
        "x.png": {"image/png": "</script><script>attack()</script>"},
    }
    written.source += "".join(f"\n![x](attachment:{name})" for name in written["attachments"])
    written.source += '\n<img src="attachment:x.svg" onerror="attack()">'
    return notebook


@attack("rebuilt notebook", stock="keeps full marks", starts_from="", earlier=True)
def resubmission_without_tests(notebook):
    """Got full marks; hands in again, with other answers and without test cells."""
    notebook.cells = [cell for cell in notebook.cells if not name_of(cell).startswith("test_")]
    return notebook


@attack(
    "checked submission", stock="no score at all", starts_from="correct", attacks=TWO["attacks"]
)
def deep_json(notebook):
    """100,000 nested lists in the metadata."""
    notebook.metadata["deep"] = "MARKER"
    return as_text(notebook, "MARKER", "[" * 100_000 + "]" * 100_000)


@attack("rebuilt notebook", stock="no score at all", **TWO)
def odd_json(notebook):
    """Numbers without end, NaN, a key twice, half of a surrogate pair, in the metadata."""
    notebook.metadata["odd"] = "MARKER"
    odd = '{"a": NaN, "a": -Infinity, "b": "\\ud800", "\\udfff": 1e999, "c": ' + "9" * 5000 + "}"
    return as_text(notebook, "MARKER", odd)


@attack("checked submission", starts_from="correct", attacks=TWO["attacks"], harmful=True)
def fifty_megabytes(notebook):
    """A notebook of 50 MB, in the text of one cell."""
    notebook.cells.append(new_code_cell("# " + "x" * 50_000_000))
    return notebook


@attack("rebuilt notebook", harmful=True, **TWO)
def fifty_megabytes_of_outputs(notebook):
    """A notebook of 50 MB: outputs, which are passed over, and as much in a picture."""
    output = new_output("stream", name="stdout", text="x" * 25_000_000)
    notebook.cells.append(new_code_cell("1", outputs=[output]))
    written = cell_called(notebook, "explain_zero")
    written["attachments"] = {"x.png": {"image/png": "A" * 25_000_000}}
    return notebook


@attack("rebuilt notebook", harmful=True, **TWO)
def millions_of_objects(notebook):
    """Ten megabytes of empty objects in the metadata, for a reader that makes objects of them."""
    notebook.metadata["many"] = "MARKER"
    return as_text(notebook, "MARKER", "[" + "{}," * 3_300_000 + "0]")


@attack("clean page", starts_from="correct", attacks=TWO["attacks"])
def hundred_thousand_headings(notebook):
    """Nine hundred short cells of nothing but headings: a page that takes minutes to be made."""
    notebook.cells += [new_markdown_cell("#\n" * 111) for _ in range(900)]
    return notebook


@attack("clean page", starts_from="correct", attacks=TWO["attacks"])
def formulas_without_end(notebook):
    """Text in which thousands of formulas are opened and none is closed."""
    notebook.cells += [new_markdown_cell(r"\\[" * 6000) for _ in range(9)]
    return notebook


@attack("checked submission", starts_from="correct", attacks=TWO["attacks"], harmful=True)
def twenty_thousand_cells(notebook):
    """20,000 cells of the student's own, in front of the answers and behind them."""
    own = [new_code_cell(f"x{number} = {number}") for number in range(20_000)]
    notebook.cells = own[:10_000] + notebook.cells + own[10_000:]
    return notebook


@attack("time", starts_from="correct", harmful=True)
def many_slow_cells(notebook):
    """Forty cells, each of which takes a little less time than a cell may."""
    notebook.cells += [new_code_cell("import time\n\ntime.sleep(1.5)") for _ in range(40)]
    return notebook


@attack(
    "checked submission", stock="no score at all", starts_from="correct", attacks=TWO["attacks"]
)
def old_format(notebook):
    """A notebook of version 3, with worksheets and prompts, and of version 99 at once."""
    cells = [
        {
            "cell_type": cell.cell_type,
            "source": cell.source,
            "input": cell.source,
            "language": "bash",
            "prompt_number": -1,
            "metadata": cell.metadata,
            "outputs": [],
        }
        for cell in notebook.cells
    ]
    old = {
        "nbformat": 3,
        "nbformat_minor": 99,
        "metadata": {"name": "../../evil"},
        "worksheets": [{"cells": cells, "metadata": {}}],
        "orig_nbformat": 2,
    }
    return json.dumps(old)
