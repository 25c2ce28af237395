"""If this fails, the badge opens the wrong notebook, and students in Colab start with an error."""

import shutil

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from traitlets.config import Config

from autograder.grading.colab_badge import (
    BEGINNING,
    PLACEHOLDER,
    OpenInColab,
    is_set,
    mark_lessons,
)
from autograder.grading.nbgrader_app import configured
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


def test_lessons_get_the_badge_of_the_course(tmp_path):
    folder = tmp_path / "notebooks"
    folder.mkdir()
    for name, text in (("1_new", "# New"), ("2_old", "# Old")):
        notebook = new_notebook(cells=[new_markdown_cell(text)])
        (folder / f"{name}.ipynb").write_text(nbformat.writes(notebook) + "\n")
    for repository in ("ada/course", "bob/course", "bob/course"):
        mark_lessons(folder, Config({"OpenInColab": {"repository": repository}}))
    first, second = (
        nbformat.read(path, as_version=4).cells[0].source for path in sorted(folder.iterdir())
    )
    for source, name, title in ((first, "1_new", "# New"), (second, "2_old", "# Old")):
        assert source.count("colab-badge.svg") == 1
        assert f"github/bob/course/blob/main/notebooks/{name}.ipynb)\n\n{title}" in source


def test_every_lesson_has_the_badge_of_this_course(tmp_path):
    """Otherwise somebody has set another repository without running `autograder release`."""
    shutil.copytree(ROOT / "notebooks", tmp_path / "notebooks")
    mark_lessons(tmp_path / "notebooks", configured(ROOT).config)
    for path in ROOT.glob("notebooks/*.ipynb"):
        assert (tmp_path / "notebooks" / path.name).read_bytes() == path.read_bytes(), path.name


def test_every_release_has_the_badge_of_this_course():
    wanted = is_set(configured(ROOT).config)
    for path in ROOT.glob("release/*/*.ipynb"):
        cells = nbformat.read(path, as_version=4).cells
        assert sum("colab-badge.svg" in cell.source for cell in cells) == wanted
        assert (f"/release/{path.stem}/{path.stem}.ipynb" in cells[0].source) == wanted


@pytest.mark.parametrize("settings", [{}, {"repository": PLACEHOLDER}])
def test_no_badge_leads_nowhere(settings, tmp_path):
    """Until somebody has published the course, also where an earlier version has put one."""
    old = f"{BEGINNING}(https://colab.research.google.com/github/{PLACEHOLDER}/blob/main/1.ipynb)"
    for above in ("", f"{old}\n\n"):
        cells = badged([new_markdown_cell(f"{above}# Title")], **settings).cells
        assert [cell.source for cell in cells] == ["# Title"]
    (tmp_path / "1.ipynb").write_text(
        nbformat.writes(new_notebook(cells=[new_markdown_cell(f"{old}\n\n# Title")]))
    )
    mark_lessons(tmp_path, Config({"OpenInColab": settings}))
    assert "colab-badge" not in (tmp_path / "1.ipynb").read_text()


def test_a_badge_that_somebody_put_there_by_hand_stays():
    badge = f"{BEGINNING}(https://colab.research.google.com/github/ada/course/blob/main/1.ipynb)"
    cells = badged([new_markdown_cell(f"{badge}\n\n# Title")]).cells
    assert cells[0].source == f"{badge}\n\n# Title"
