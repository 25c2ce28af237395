"""If this fails, work in a given cell is lost, or overwrites what the course defines there."""

import copy

import nbformat
import pytest

from autograder.grading.added_work import EDITION
from autograder.grading.flags import flags_of
from autograder.grading.match_cells import name_of
from autograder.grading.rebuild import OWN, rebuild
from tests.grading.test_any_edits import ANSWERED, RELEASES

RELEASE = RELEASES["n_dimensions"]


def edited(name, change):
    """The rebuilt notebook of somebody who has changed the text of a given cell."""
    submission = copy.deepcopy(ANSWERED["n_dimensions"])
    cell = next(each for each in submission.cells if name_of(each) == name)
    cell.source = change(cell.source)
    return rebuild(RELEASE, submission)


def added(rebuilt):
    """{the cell before: text} of the student's own cells."""
    pairs = zip(rebuilt.cells, rebuilt.cells[1:], strict=False)
    return {name_of(before): cell.source for before, cell in pairs if OWN in cell.metadata}


HELPER = "def just(x):\n    return x  # as it is"


@pytest.mark.parametrize(("name", "change", "found"), [
    ("setup", lambda text: f"import math\n{text}", "import math"),
    ("setup", lambda text: f"{text}\n\nfrom math import pi, e as a", "from math import pi, e as a"),
    ("setup", lambda text: "import numpy as np, math\n" + text, "import math"),
    ("setup", lambda text: text.replace("    imp", "    import math\n    imp", 1), "import math"),
    ("setup", lambda text: "import numpy as np\nimport math", "import math"),
    ("setup", lambda text: f"{text}\n\n\n{HELPER}", HELPER),
    ("activations", lambda text: f"{HELPER}\n\n\n{text}", HELPER),
    ("activations", lambda text: text.replace("def relu", f"{HELPER}\n\n\ndef relu"), HELPER),
    ("test_gradient_check_n", lambda text: f"{text}\n{HELPER}", HELPER),
    ("setup", lambda text: f"%load_ext autoreload\n{text}\nimport math", "import math"),
    ("setup", lambda text: f"{text}\nimport math; x_1 = 2", "import math\n\n\nx_1 = 2"),
    ("setup", lambda text: f"{text}\n@print\ndef f():\n    pass", "@print\ndef f():\n    pass"),
])  # fmt: skip
def test_what_was_added_runs_right_after_ours(name, change, found):
    rebuilt = edited(name, change)
    assert added(rebuilt) == {name: found}
    assert flags_of(rebuilt) == []


@pytest.mark.parametrize("change", [
    lambda text: text + "\nnp = None",
    lambda text: text + "\ndef sigmoid(Z):\n    return 0",
    lambda text: text + "\n# a comment\n'a text'\n3.0",
    lambda text: text + "\nif True:\n    class relu: pass",
    lambda text: text.replace("exp", "tanh"),
    lambda text: text + "\n(",
    lambda text: "",
    lambda text: text.replace("    ", "        "),
])  # fmt: skip
def test_nothing_that_changes_ours_is_kept(change):
    assert added(edited("activations", change)) == {}


def test_a_given_cell_of_another_type_has_nothing_to_run():
    submission = copy.deepcopy(ANSWERED["n_dimensions"])
    cell = next(each for each in submission.cells if name_of(each) == "activations")
    cell.source, cell.cell_type = cell.source + "\nimport math", "raw"
    assert added(rebuild(RELEASE, submission)) == {}


def test_another_edition_is_said_once():
    submission = copy.deepcopy(ANSWERED["n_dimensions"])
    for cell in submission.cells:
        if cell.metadata.get("nbgrader", {}).get("locked"):
            cell.source = cell.source.replace("def ", "def old_")
    assert flags_of(rebuild(RELEASE, submission)).count(EDITION) == 1


def test_cells_with_names_of_another_edition_are_reduced_as_well():
    """They would overwrite ours, because they look like cells of the student's own."""
    submission = copy.deepcopy(ANSWERED["n_dimensions"])
    for number, cell in enumerate(submission.cells):
        cell.id = f"old-{number}"
        if "nbgrader" in cell.metadata:
            cell.metadata.nbgrader.grade_id += "_2023"
            if cell.metadata.nbgrader.locked:
                cell.source += "\n# of last year"
    rebuilt = rebuild(RELEASE, submission)
    assert added(rebuilt) == {}
    assert flags_of(rebuilt) == [EDITION]
    assert (
        nbformat.from_dict({**rebuilt, "metadata": RELEASE.metadata}).cells
        == ANSWERED["n_dimensions"].cells
    )
