"""If this fails, `pip install .` leaves a gradient check that needs more than numpy."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.installed import LIBRARIES
from tests.temporary_course import ROOT


@pytest.fixture(scope="module")
def python(tmp_path_factory):
    """Of an environment with numpy and what `pip install .` copies, and nothing else."""
    folder = tmp_path_factory.mktemp("installed")
    source, packages = folder / "source", folder / "with numpy" / LIBRARIES
    leave_out = shutil.ignore_patterns("__pycache__")
    for name in ("autograder", "gradcheck"):
        shutil.copytree(ROOT / name, source / name, ignore=leave_out)
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    made = [sys.executable, "-m", "venv", "--without-pip", folder / "with numpy"]
    subprocess.run(made, check=True)
    for library in Path(np.__file__).parents[1].glob("numpy*"):
        (packages / library.name).symlink_to(library)
    offline = ["--no-index", "--no-deps", "--no-build-isolation", "--quiet", "--target", packages]
    subprocess.run([sys.executable, "-m", "pip", "install", *offline, source], check=True)
    return folder / "with numpy" / "bin" / "python"


def ran(python, program):
    return subprocess.run([python, "-I", "-c", program], capture_output=True, text=True)


def test_the_example_of_the_readme_runs(python):
    example = re.search(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.S)[1]
    done = ran(python, example)
    assert done.returncode == 0, done.stderr
    first, *report = done.stdout.splitlines()
    assert first == "True" and "gradient[3]: 2.02e-06, but the cost says 2e-06" in report[-1]


def test_importing_it_imports_nothing_else(python):
    """Of all that is there."""
    program = (
        "import sys, numpy; before = {*sys.modules}; import gradcheck\n"
        "new = {name.partition('.')[0] for name in {*sys.modules} - before}\n"
        "print(*(new - sys.stdlib_module_names))"
    )
    found = ran(python, program).stdout.split()
    # The rest is how numpy's own random numbers are compiled.
    assert {name for name in found if "cython" not in name} <= {"gradcheck", "numpy"}
    assert "gradcheck" in found


def test_the_grader_says_which_package_is_missing(python):
    done = ran(python, "from autograder.__main__ import main; main()")
    assert done.returncode == 1 and done.stdout == ""
    assert re.fullmatch(r"autograder: the package \w+ is missing: run `pip .*\n", done.stderr)
