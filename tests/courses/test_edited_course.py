"""If this fails, an instructor's everyday edits break `make test`, with nothing wrong with them."""

import shutil
import subprocess
import sys

import pytest

from tests.saved_by_jupyterlab import new_cell, save
from tests.temporary_course import BIN, ROOT

LEFT = shutil.ignore_patterns(
    ".*",
    "submitted",
    "autograded",
    "feedback",
    "personal",
    "gradebook.db*",
    "course_secret",
    "__pycache__",
    "build",
    "*.egg-info",
)
NOTEBOOKS = [
    "tests/test_notebooks.py",
    "tests/test_lessons.py",
    "tests/grading/test_colab_badge.py",
    "tests/grading/test_tidy.py::test_a_tidy_notebook_is_not_changed",
    "tests/questions/test_declared.py",
]
RUNS_THEM = (
    "validate or twice or runs_to_its or run_to_their or bare or any_guess or widgets or test_1 or "
    "test_2 or test_3 or test_4"
)
"""What notebooks compute, which no saving changes, and a release of the release, which is here."""


@pytest.fixture
def checkout(tmp_path):
    """This checkout once more."""
    return shutil.copytree(ROOT, tmp_path / "checkout", ignore=LEFT)


def release(checkout):
    done = subprocess.run(
        [BIN / "autograder", "release"], cwd=checkout, text=True, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def the_notebooks_pass(checkout):
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "-k",
        f"not ({RUNS_THEM})",
        *NOTEBOOKS,
    ]
    done = subprocess.run(command, cwd=checkout, text=True, capture_output=True, check=False)
    assert done.returncode == 0, done.stdout[-5000:]


def test_a_course_with_badges_that_jupyterlab_has_saved(checkout):
    """The repository of the badge set, every notebook opened, run, added to and saved."""
    config = checkout / "nbgrader_config.py"
    text = config.read_text()
    (line,) = (each for each in text.splitlines() if each.startswith("c.OpenInColab.repository"))
    config.write_text(text.replace(line, 'c.OpenInColab.repository = "ada/course"'))
    notebooks = [*checkout.glob("source/*/*.ipynb"), *checkout.glob("notebooks/*.ipynb")]
    for path in notebooks:
        save(path, lambda cells: cells.insert(4, new_cell("markdown", "### One thing more")))
    said = release(checkout)
    assert said.count("cleared what an editor had left in it") == len(notebooks)
    for path in [*notebooks[3:], *checkout.glob("release/*/*.ipynb")]:
        assert "github/ada/course/blob/main/" in path.read_text()
    before = {path: path.read_bytes() for path in checkout.glob("*/*/*.ipynb")}
    release(checkout)
    assert {path: path.read_bytes() for path in checkout.glob("*/*/*.ipynb")} == before
    the_notebooks_pass(checkout)
