"""If this fails, the instructors' guide can't be followed to a new exercise."""

import os
import re
import shutil
import subprocess
import sys

import nbformat
import pytest

from tests.courses.test_edited_course import LEFT
from tests.temporary_course import ROOT
from tests.test_guides import BLOCK

ASSIGNMENT, NAME = "one_dimension", "one_sided_difference"
GUIDE = (ROOT / "docs/instructor.md").read_text()
SECTION = GUIDE.partition("### An exercise, for real")[2].partition("\n## ")[0]
ANSWER, TEST, QUESTION = (text for language, text in BLOCK.findall(SECTION) if language)


class Checkout:
    """A checkout with its own package, as it is on an instructor's branch."""

    def __init__(self, root):
        self.root = shutil.copytree(ROOT, root, ignore=LEFT)
        self.source = root / "source" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb"

    def autograder(self, *arguments):
        return subprocess.run(
            [sys.executable, "-m", "autograder", *arguments],
            cwd=self.root,
            env={**os.environ, "PYTHONPATH": str(self.root)},
            capture_output=True,
            text=True,
        )

    def change(self, path, edit):
        """Let a function edit the cells of a notebook."""
        notebook = nbformat.read(path, as_version=4)
        edit(notebook.cells)
        nbformat.write(notebook, path)

    def submit(self, student, formula):
        """Hand in the release with an answer to the new question."""
        submitted = self.root / "submitted" / student / ASSIGNMENT / f"{ASSIGNMENT}.ipynb"
        submitted.parent.mkdir(parents=True)
        shutil.copy(self.root / "release" / ASSIGNMENT / submitted.name, submitted)

        def answer(cells):
            (cell,) = (cell for cell in cells if cell.id == NAME)
            assert "your code here" in cell.source
            cell.source = ANSWER.splitlines()[0] + f"\n    return {formula}\n"

        self.change(submitted, answer)


@pytest.fixture
def checkout(tmp_path):
    return Checkout(tmp_path / "checkout")


def new_cells(cells):
    """Add the two cells of the guide above the last section, with what the panel saves."""
    place = [cell.id for cell in cells].index("the_end")
    kinds = {
        NAME: (ANSWER, {"grade": False, "locked": False, "solution": True}),
        f"test_{NAME}": (TEST, {"grade": True, "locked": True, "solution": False, "points": 2}),
    }
    for name, (text, kind) in reversed(kinds.items()):
        cell = nbformat.v4.new_code_cell(text.rstrip("\n"), id=name)
        cell.metadata["nbgrader"] = {"grade_id": name, "schema_version": 3, "task": False, **kind}
        cells.insert(place, cell)


def new_points(cells):
    """Correct what the release complains about: the total in the title, and the last list."""
    for cell in cells:
        cell.source = re.sub(r"(\*\*Points:\*\*) 20", r"\1 22", cell.source)
        cell.source = cell.source.replace('"error_sweep": 3}', f'"error_sweep": 3, "{NAME}": 2}}')


def test_an_exercise_is_added_as_the_guide_says(checkout):
    checkout.change(checkout.source, new_cells)
    with (checkout.root / "autograder/questions" / f"{ASSIGNMENT}.py").open("a") as module:
        module.write(f"\n\n{QUESTION}")
    refused = checkout.autograder("release", ASSIGNMENT)
    assert refused.returncode == 1
    assert "the text promises 20 points in all, but the cells give 22" in refused.stdout
    assert f"summary() does not list {NAME}" in refused.stdout
    checkout.change(checkout.source, new_points)
    released = checkout.autograder("release", ASSIGNMENT)
    assert released.returncode == 0, released.stdout
    checkout.submit("ada", "(f(theta + epsilon) - f(theta)) / epsilon")
    checkout.submit("bob", "(f(theta + epsilon) - f(theta)) / (2 * epsilon)")
    graded = checkout.autograder("grade", ASSIGNMENT, "--json")
    assert graded.returncode == 0, graded.stderr
    for student, earned in (("ada", 2), ("bob", 0)):
        said = checkout.autograder("grade", ASSIGNMENT, "--student", student, "--force").stdout
        assert re.search(rf"{NAME} +{earned} of 2", said), said
    assert "How far apart are the two points?" in said
