"""If this fails, a student with another numpy sees another verdict than the one that is given."""

import os
import subprocess
from pathlib import Path

import nbformat
import pytest

from autograder.questions import ASSIGNMENTS
from tests.temporary_course import ROOT
from tests.test_everywhere import answered, differing, said

LESSONS = sorted(ROOT.glob("notebooks/*.ipynb"))
PYTHONS = sorted(ROOT.glob(".venv/numpy-*/bin/python"))
LOCKED = "usual"
DEPRECATED = """
def numerical_gradient(parameters, X, Y, epsilon=1e-5):
    theta, _ = dictionary_to_vector(parameters)
    found = np.zeros((47, 1))
    for i in range(47):
        plus, minus = theta.copy(), theta.copy()
        plus[i][0] = plus[i] + epsilon
        minus[i][0] = minus[i] - epsilon
        J_plus, _ = forward_propagation_n(X, Y, vector_to_dictionary(plus))
        J_minus, _ = forward_propagation_n(X, Y, vector_to_dictionary(minus))
        found[i] = (J_plus - J_minus) / (2 * epsilon)
    return found
"""

each_python = pytest.mark.parametrize("python", PYTHONS, ids=lambda path: path.parts[-3])


def test_two_versions_are_installed() -> None:
    assert len(PYTHONS) >= 2, "run `make numpys`"


@each_python
@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_the_checks_say_the_same(assignment: str, python: Path, tmp_path: Path) -> None:
    path = answered(assignment, tmp_path)
    (wanted,) = said(path, "usual")
    for found in said(path, "usual", "thread", "no-timer", python=python):
        warned = found.pop("setup")
        assert "your code is graded with 2.4" in warned
        assert differing(found, {name: wanted[name] for name in found}) == []


@each_python
def test_what_only_warns_here_is_told(python: Path, tmp_path: Path) -> None:
    """Assigning an array of one number to an element is an error in the numpy that grades."""

    def change(cells: list) -> None:
        (cell,) = (cell for cell in cells if cell.id == "numerical_gradient")
        cell.source = DEPRECATED

    path = answered("n_dimensions", tmp_path, change)
    (locked,) = said(path, "usual")
    assert "numerical_gradient: 0 of 7 points" in locked["test_numerical_gradient"]
    (found,) = said(path, "usual", python=python)
    text = found["test_numerical_gradient"]
    assert "numerical_gradient: 0 of 7 points" in text
    assert "the numpy that grades raises an error in your line `plus[i][0] = plus[i]" in text


@each_python
@pytest.mark.parametrize("lesson", LESSONS, ids=lambda path: path.stem)
def test_lessons_reach_the_end(lesson: Path, python: Path) -> None:
    cells = [cell for cell in nbformat.read(lesson, 4).cells if cell.cell_type == "code"]
    program = "\n".join(cell.source for cell in cells)
    run = subprocess.run(
        [python, "-c", program],
        env=os.environ | {"MPLBACKEND": "agg"},
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stderr
