"""The badge opens the right notebook; else every student in Colab starts with an error."""

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from traitlets.config import Config

from autograder.grading.badge import OpenInColab
from tests.temporary_course import ROOT


def badged(cells, **settings):
    notebook = new_notebook(cells=cells)
    resources = {"nbgrader": {"assignment": "n_dimensions", "notebook": "n_dimensions"}}
    badge = OpenInColab(config=Config({"OpenInColab": settings}))
    return badge.preprocess(notebook, resources)[0]


def test_the_badge_stands_above_the_title_and_points_to_the_release():
    cells = [new_code_cell("1"), new_markdown_cell("# Title"), new_markdown_cell("text")]
    notebook = badged(cells, repository="ada/course", branch="spring")
    address = "colab.research.google.com/github/ada/course/blob/spring/release/n_dimensions"
    assert notebook.cells[1].source.startswith("[![Open in Colab](https://")
    assert f"](https://{address}/n_dimensions.ipynb)\n\n# Title" in notebook.cells[1].source
    assert [notebook.cells[0].source, notebook.cells[2].source] == ["1", "text"]


def test_a_notebook_without_any_prose_stays_as_it_is():
    assert [cell.source for cell in badged([new_code_cell("1")]).cells] == ["1"]


def test_every_release_has_one_badge():
    for path in ROOT.glob("release/*/*.ipynb"):
        cells = nbformat.read(path, as_version=4).cells
        assert sum("colab-badge.svg" in cell.source for cell in cells) == 1
        assert f"/release/{path.stem}/{path.stem}.ipynb" in cells[0].source
