"""A graded notebook's file holds what was graded, or the submission is graded for nothing."""

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from autograder.grading.task import written


def test_a_written_notebook_is_read_as_it_was():
    picture = {"image/png": "iVBORw0KGgo=", "text/plain": "<Figure>"}
    outputs = [
        new_output("stream", name="stdout", text="zoë\n\u2028学生\n"),
        new_output("display_data", data=picture, metadata={"image/png": {"width": 3}}),
        new_output("execute_result", data={"text/plain": "2.0"}, execution_count=1),
    ]
    cells = [
        new_markdown_cell("# A title\n\n$x < y$\n", id="title"),
        new_code_cell("f(1)\n", outputs=outputs, execution_count=1, id="answer"),
    ]
    nb = new_notebook(cells=cells, metadata={"scores": {"test_f": 2.0}})
    text = written(nb)
    assert nbformat.reads(text, as_version=4) == nb
    assert nbformat.validate(nbformat.reads(text, as_version=4)) is None
    assert len([line for line in text.split("\n") if '"cell_type"' in line]) == len(cells)
    assert text.endswith("}\n")
