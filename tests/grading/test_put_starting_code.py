"""If this fails, repairs don't start from broken code, or untouched ones are not recognised."""

import ast
import textwrap

import nbformat
import numpy as np
from nbgrader.utils import compute_checksum

from autograder.grading.put_starting_code import StartFromBrokenCode
from autograder.truth import starting_code
from autograder.truth.bugs import FIXED_DRAW, OPEN
from tests.temporary_course import ROOT

PERSONAL = starting_code.personal(FIXED_DRAW)
REPAIRS = starting_code.common() | {name: PERSONAL[name] for name in OPEN}
SOURCE = ROOT / "source/planted_bugs/planted_bugs.ipynb"


def release():
    path = ROOT / "release/planted_bugs/planted_bugs.ipynb"
    return nbformat.read(path, as_version=4)


def named(notebook):
    cells = (cell for cell in notebook.cells if "nbgrader" in cell.metadata)
    return {cell.metadata.nbgrader.grade_id: cell for cell in cells}


def test_every_repair_in_the_release_starts_from_its_broken_code():
    cells = named(release())
    for name, source in REPAIRS.items():
        assert cells[name].source == source
        (function,) = ast.parse(source).body
        assert function.name == name


def test_the_suspects_are_kept_as_they_were_given():
    """In the release and in the source, and `look_at` says which one it looks at."""
    for notebook in (release(), nbformat.read(SOURCE, as_version=4)):
        for name in starting_code.PERSONAL_LOCKED:
            cell = named(notebook)[name]
            assert cell.source == PERSONAL[name]
            assert cell.metadata.nbgrader.locked
    cell = named(notebook)[starting_code.ORIGINALS]
    space = {"np": np}
    exec(cell.source, space)
    assert [*space["originals"]] == [*OPEN]
    for name in OPEN:
        text = textwrap.indent(PERSONAL[name], "    ", lambda line: line.strip())
        assert text in cell.source
        assert space["originals"][name].__name__ == f"{name} as it was given"


def test_an_untouched_repair_has_the_checksum_of_the_release():
    """By it nbgrader recognises that there is no answer."""
    for name in REPAIRS:
        cell = named(release())[name]
        assert cell.metadata.nbgrader.checksum == compute_checksum(cell)


def test_other_cells_stay_as_they_are():
    notebook = release()
    before = nbformat.writes(notebook)
    StartFromBrokenCode().preprocess(notebook, {})
    assert nbformat.writes(notebook) == before
