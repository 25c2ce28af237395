"""An environment with a copy of the package in it, as `pip install .` leaves it; no downloads."""

import re
import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

from tests.temporary_course import BIN, ROOT

LIBRARIES = Path(sysconfig.get_path("purelib")).relative_to(sys.prefix)
PROGRAMS = ("alembic", "autograder", "nbgrader")


class Environment:
    """A virtual environment that has all packages of this one, and the package as a copy.

    Parameters
    ----------
    folder : pathlib.Path
        Where whoever grades without being root can read.
    """

    def __init__(self, folder):
        self.folder = folder
        self.packages, self.bin = folder / LIBRARIES, folder / "bin"
        self.package = self.packages / "autograder"
        venv.create(folder, symlinks=True)
        others = [each for each in Path(sys.prefix, LIBRARIES).iterdir() if not _is_ours(each.name)]
        subprocess.run(["cp", "-al", *others, self.packages], check=True)
        subprocess.run(["cp", "-al", Path(sys.prefix, "share"), folder], check=True)
        for name in PROGRAMS:
            _, _, text = (BIN / name).read_text().partition("\n")
            (self.bin / name).write_text(f"#!{self.bin / 'python'}\n{text}")
            (self.bin / name).chmod(0o755)
        copy_package(self.packages)


def _is_ours(name):
    return re.match("_?_?editable|gradient.checking|autograder|pip", name)


def copy_package(folder):
    """Copy the package into a folder, as it is in the checkout."""
    leave_out = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "autograder", folder / "autograder", ignore=leave_out)


def change_a_question(package):
    """Have a copy of the package take two points from everybody's `gradient_check`."""
    path = package / "questions" / "one_dimension.py"
    before, part = path.read_text(), '    with marks.part("right_pairs"):\n'
    assert before.count(part) == 1
    path.write_text(before.replace(part, f'{part}        raise Wrong("Nobody knows.")\n'))
