"""This project, and courses, in a folder where every user of this machine can run and read them.

A checkout often lies where only its owner may look, and so does its Python. Here this checkout's
package and its environment's packages stand in an environment of the system's Python.
"""

import os
import shutil
import subprocess
import sys
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from tests.installed import Environment

USER = 1000
AS_USER = ("setpriv", "--reuid", str(USER), "--regid", str(USER), "--clear-groups")
VERSION = sys.version_info[:2]
PROGRAM = "import os, sys; os.access(sys.executable, os.X_OK) and print(*sys.version_info[:2])"
"""`setpriv` itself can start what its user can't: what it starts has to look again."""


class Everybodys:
    """A folder for everybody.

    Attributes
    ----------
    root : pathlib.Path
    python : pathlib.Path or None
        An interpreter with all packages that every user can run; None where there is none.
    why_not : str
        Why there is none.
    """

    def __init__(self, root):
        self.root, self.python, self.why_not = root, None, ""
        system = system_python()
        if system is None:
            self.why_not = f"no Python {'.'.join(map(str, VERSION))} that every user can run"
            return
        environment = Environment(root / "environment", system, beside=root / "project")
        subprocess.run(["chmod", "-R", "a+rX", environment.package], check=True)
        environment.package.parent.chmod(0o755)
        self.python = environment.bin / "python"
        tried = [*as_user(), self.python, "-c", "import autograder.batch.grade_one"]
        if subprocess.run(tried, cwd=root, capture_output=True).returncode:
            self.python, self.why_not = None, "only their owner can read this Python's packages"

    def course(self, name, course, owner):
        """A copy of a TemporaryCourse that belongs to a user id: its folder."""
        folder = self.root / name
        shutil.copytree(course.root, folder)
        if os.geteuid() == 0:
            subprocess.run(["chown", "-R", f"{owner}:{owner}", folder], check=True)
        return folder


@contextmanager
def everybodys():
    """Make an :class:`Everybodys`, and remove it at the end."""
    root = Path(mkdtemp(prefix="autograder-hosts-"))
    try:
        root.chmod(0o755)
        yield Everybodys(root)
    finally:
        subprocess.run(["rm", "-rf", root], check=True)


def as_user():
    """What comes before a command for it to be run by an ordinary user."""
    return AS_USER if os.geteuid() == 0 else ()


@cache
def system_python():
    """A Python of this one's version that an ordinary user can run; None where there is none."""
    found = (shutil.which("python3", path=path) for path in ("/usr/local/bin", "/usr/bin"))
    for each in filter(None, (getattr(sys, "_base_executable", None), *found)):
        said = subprocess.run([*as_user(), each, "-I", "-c", PROGRAM], cwd="/",
                              capture_output=True, text=True).stdout  # fmt: skip
        if said.split() == [*map(str, VERSION)]:
            return each
    return None
