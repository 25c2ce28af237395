"""An environment with a copy of the package in it, as `pip install .` leaves it; no downloads."""

import re
import shutil
import subprocess
import sys
import sysconfig
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
    python : path, optional
        The Python that it is of, of the same version as this one; by default this one.
    beside : pathlib.Path, optional
        A folder for the copy, as an editable install has it; by default it is among the packages.
    """

    def __init__(self, folder, python=sys.executable, beside=None):
        self.folder = folder
        self.packages, self.bin = folder / LIBRARIES, folder / "bin"
        self.package = (beside or self.packages) / "autograder"
        subprocess.run([python, "-m", "venv", "--without-pip", folder], check=True)
        others = [each for each in Path(sys.prefix, LIBRARIES).iterdir() if not _is_ours(each.name)]
        _link(*others, self.packages)
        _link(Path(sys.prefix, "share"), folder)
        for name in PROGRAMS:
            _, _, text = (BIN / name).read_text().partition("\n")
            (self.bin / name).write_text(f"#!{self.bin / 'python'}\n{text}")
            (self.bin / name).chmod(0o755)
        if beside:
            (self.packages / "beside.pth").write_text(f"{beside}\n")
        copy_package(self.package.parent)


def _link(*paths):
    """Copy files and folders by links, or where that is another disk, truly."""
    if subprocess.run(["cp", "-al", *paths], capture_output=True).returncode:
        subprocess.run(["cp", "-a", *paths], check=True)


def _is_ours(name):
    return re.match("_?_?editable|gradient.checking|autograder|gradcheck|pip", name)


def copy_package(folder):
    """Copy the package and the library into a folder, as they are in the checkout."""
    leave_out = shutil.ignore_patterns("__pycache__")
    for name in ("autograder", "gradcheck"):
        shutil.copytree(ROOT / name, folder / name, ignore=leave_out)


def change_a_question(package):
    """Have a copy of the package take two points from everybody's `gradient_check`."""
    path = package / "questions" / "one_dimension.py"
    before, part = path.read_text(), '    with marks.part("right_pairs"):\n'
    assert before.count(part) == 1
    path.write_text(before.replace(part, f'{part}        raise Wrong("Nobody knows.")\n'))
