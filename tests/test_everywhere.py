"""If this fails, a check says something else elsewhere, or after cells ran in another order."""

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import nbformat
import pytest

from autograder.questions import ASSIGNMENTS
from tests import sample_class
from tests.temporary_course import ROOT
from tests.thorough import THOROUGH

RUNNER = Path(__file__).with_name("run_cells.py")
WAYS = ["usual", "thread", "no-timer", *map(str, range(2 * THOROUGH))]
"""See `run_cells.py`; the numbers are seeds."""


def answered(assignment, folder, change=lambda cells: None):
    """A release with the correct answers, and what else a student does to it."""
    release = nbformat.read(ROOT / f"release/{assignment}/{assignment}.ipynb", as_version=4)
    notebook = sample_class.fill(release, sample_class.load("correct").answers(assignment))
    # What is drawn takes most of the time, and says nothing.
    notebook.cells = [
        cell
        for cell in notebook.cells
        if cell.id == "summary" or "demonstration" not in cell.metadata.get("tags", [])
    ]
    change(notebook.cells)
    path = folder / f"{assignment}.ipynb"
    nbformat.write(notebook, path)
    return path


def said(path, *ways, python=sys.executable):
    """What every cell prints, for each way to run them, in another process."""
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "1"}
    command = [python, RUNNER, path, *ways]
    ran = subprocess.run(command, capture_output=True, text=True, env=environment, check=True)
    return json.loads(ran.stdout)


def differing(found, wanted):
    """The cells that say something else, and what."""
    assert found.keys() == wanted.keys()
    return [(name, found[name], wanted[name]) for name in wanted if found[name] != wanted[name]]


@pytest.fixture(scope="module")
def usual(tmp_path_factory):
    """For each assignment what its cells print, from top to bottom and in all other ways."""

    @cache
    def of(assignment):
        path = answered(assignment, tmp_path_factory.mktemp(assignment))
        return dict(zip(WAYS, said(path, *WAYS), strict=True))

    return of


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
class TestCorrectAnswers:
    def test_every_part_is_ok(self, usual, assignment):
        outputs = usual(assignment)["usual"]
        checks = [text for name, text in outputs.items() if name.startswith("test_")]
        assert checks and not [text for text in checks if "✗" in text or "· wait" in text]
        assert not [text for text in outputs.values() if "raised" in text]

    @pytest.mark.parametrize("how", WAYS[1:])
    def test_the_checks_say_the_same(self, usual, assignment, how):
        assert differing(usual(assignment)[how], usual(assignment)["usual"]) == []


NAMES = [
    "value",
    "cost",
    "cache",
    "any_batch",
    "X",
    "Y",
    "parameters",
    "checks",
    "t",
    "known",
    "toy",
]
NAMES += ["answer", "found", "first", "bowl", "evaluations", "scores", "name", "case", "faults"]


def test_names_of_your_own_change_no_line(usual, tmp_path):
    """A scratch cell such as `cost, cache = forward_propagation_n(X, Y, parameters)`."""

    def scratch(cells):
        answer = next(i for i, cell in enumerate(cells) if cell.id == "forward_propagation_n")
        text = "cost, cache = forward_propagation_n(X, Y, parameters)\n"
        text += "X, Y, parameters = draw_case(3, 1)\n" + " = ".join(NAMES) + " = 0"
        cell = nbformat.v4.new_code_cell(text)
        cell.id = "scratch"
        cells.insert(answer + 1, cell)

    path = answered("n_dimensions", tmp_path, scratch)
    (again,) = said(path, "usual")
    assert "raised" not in again.pop("scratch")
    assert differing(again, usual("n_dimensions")["usual"]) == []


def test_a_loop_without_end_is_stopped_once(tmp_path):
    """By time of the processor, so that a busy machine stops nobody."""

    def loop(cells):
        (cell,) = (cell for cell in cells if cell.id == "numerical_derivative")
        cell.source = (
            "def numerical_derivative(f, theta, epsilon=1e-5):\n    while True:\n        pass"
        )

    (found,) = said(answered("one_dimension", tmp_path, loop), "usual")
    first, second = found["test_numerical_derivative"].splitlines()[1:]
    assert "stopped after 5 seconds" in first and "the same" in second
    assert "✗" not in found["test_error_sweep"]


@pytest.mark.parametrize(
    ("text", "saved", "told"),
    [
        ("*Your answer:*", "one_dimension", "still empty"),
        (" ", "one_dimension", "still empty"),
        ("Rounding.", "one_dimension", "written"),
        ("Rounding.", "elsewhere", "make sure that it is written and saved"),
    ],
)
def test_the_summary_knows_whether_the_saved_answer_is_written(
    tmp_path, monkeypatch, text, saved, told
):
    def write(cells):
        (cell,) = (cell for cell in cells if cell.id == "explain_zero")
        cell.source = text

    path = answered("one_dimension", tmp_path, write)
    # As Jupyter's own kernels have it.
    monkeypatch.setenv("JPY_SESSION_NAME", str(tmp_path / f"{saved}.ipynb"))
    (found,) = said(path, "usual")
    (line,) = (line for line in found["summary"].splitlines() if "explain_zero" in line)
    assert told in line


def test_checks_that_have_not_run_count_as_nothing_yet(tmp_path):
    def only_the_first(cells):
        kept = {"test_forward_propagation", "explain_zero", "summary"}
        cells[:] = [cell for cell in cells if not cell.id.startswith("test_") or cell.id in kept]

    (found,) = said(answered("one_dimension", tmp_path, only_the_first), "usual")
    assert "So far: 1 of 18 points" in found["summary"]
    assert found["summary"].count("its check has not run") == 5
