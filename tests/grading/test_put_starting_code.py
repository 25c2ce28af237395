"""If this fails, repairs don't start from broken code, or untouched ones are not recognised."""

import ast

import nbformat
from nbgrader.utils import compute_checksum

from autograder.grading.put_starting_code import StartFromBrokenCode
from autograder.truth import starting_code
from tests.temporary_course import ROOT


def release():
    path = ROOT / "release/planted_bugs/planted_bugs.ipynb"
    return nbformat.read(path, as_version=4)


def named(notebook):
    cells = (cell for cell in notebook.cells if "nbgrader" in cell.metadata)
    return {cell.metadata.nbgrader.grade_id: cell for cell in cells}


def test_every_repair_in_the_release_starts_from_its_broken_code():
    cells = named(release())
    for name in starting_code.NAMES:
        assert cells[name].source == starting_code.source(name)
        (function,) = ast.parse(cells[name].source).body
        assert function.name == name


def test_an_untouched_repair_has_the_checksum_of_the_release():
    """By it nbgrader recognises that there is no answer."""
    for name in starting_code.NAMES:
        cell = named(release())[name]
        assert cell.metadata.nbgrader.checksum == compute_checksum(cell)


def test_other_cells_stay_as_they_are():
    notebook = release()
    before = nbformat.writes(notebook)
    for index, cell in enumerate(notebook.cells):
        StartFromBrokenCode().preprocess_cell(cell, {}, index)
    assert nbformat.writes(notebook) == before
