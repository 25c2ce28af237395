"""Hosts that this machine can be for a command, each by what comes before the command."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import nbformat

from autograder.box.walls import LANDLOCK, NAMESPACES
from tests.hosts.everybodys import AS_USER, USER

SEED = "7"
REFUSED = (sys.executable, str(Path(__file__).with_name("without_user_namespaces.py")))
NO_CAPABILITIES = ("setpriv", "--bounding-set=-all", "--inh-caps=-all")
CURIOUS = "one_dimension", "correct"


@dataclass(frozen=True)
class Host:
    """A host.

    Attributes
    ----------
    tells : str
    level : {"namespaces", "landlock"}
        The walls that it allows.
    enter : tuple of str
        What comes before a command that is run there.
    container : callable, optional
        ``container(command, everybodys, folder, environment)`` is the command that runs one in a
        container.
    user : int
        Who grades.
    own_python : bool
        Whether it is with this checkout's own Python, which often only its owner can read.
    """

    tells: str
    level: str
    enter: tuple[str, ...] = ()
    container: Callable | None = None
    user: int = 0
    own_python: bool = False


HOSTS = {
    each.tells: each
    for each in (
        Host("root", NAMESPACES),
        Host("root where user namespaces are refused", LANDLOCK, REFUSED),
        Host("root with a Python of its own where they are refused", LANDLOCK, REFUSED,
             own_python=True),
        Host("root without any other user", NAMESPACES, ("unshare", "--user", "--map-root-user")),
        Host("root without capabilities", LANDLOCK, NO_CAPABILITIES),
        Host("a user", NAMESPACES, AS_USER, user=USER),
        Host("a user where user namespaces are refused", LANDLOCK, REFUSED + AS_USER, user=USER),
    )
}  # fmt: skip


def why_not(host, everybodys):
    """Why a host can't be tried here; "" if it can."""
    if os.geteuid() != 0:
        return "only root can be all of these hosts"
    for program in {each for each in host.enter if each in ("setpriv", "unshare")}:
        if not shutil.which(program):
            return f"there is no {program}, with which to be such a host"
    return "" if host.own_python else everybodys.why_not


def run(host, everybodys, folder, *arguments):
    """Run Python on a host, in a folder that :meth:`Everybodys.course` made."""
    python = sys.executable if host.own_python else everybodys.python
    environment = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": str(folder)}
    command = [python, *arguments]
    if host.container:
        command = host.container(command, everybodys, folder, environment)
    return subprocess.run([*host.enter, *command], cwd=folder, env=environment,
                          stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=600)  # fmt: skip


def submit_curious(course):
    """Have somebody look at the process id, which is 1 at the level "namespaces"."""
    notebook = course.answered(*CURIOUS)
    notebook.cells.append(nbformat.v4.new_code_cell("import os\n\nos.getpid()"))
    course.submit("curious", CURIOUS[0], notebook)


def graded(host, everybodys, folder, jobs):
    """What becomes of the class in a folder when it is graded on a host.

    Returns
    -------
    str
        The level of walls behind which it was.
    dict
        By assignment and student, and "run" or the name of a graded cell: the status with its
        messages, or the score and the outputs.
    """
    done = run(host, everybodys, folder, "-m", "autograder", "grade", "--jobs", str(jobs),
               "--seed", SEED, "--json")  # fmt: skip
    assert done.stdout, done.stderr
    said = json.loads(done.stdout)
    found = {}
    for each in said["outcomes"]:
        assignment, student = each["assignment"], each["student"]
        who = f"{assignment} of {student}"
        found[who, "run"] = each["status"], each["why"], each["note"]
        path = folder / "autograded" / student / assignment / f"{assignment}.ipynb"
        outputs = dict(_verdicts(path))
        for cell, score in said["grades"].get(assignment, {}).get(student, {}).items():
            found[who, cell] = score, outputs.get(cell)
    return _level(folder), found


def differences(found, expected):
    """What was found and what was expected, where that is not the same."""
    return {
        each: (found.get(each), expected.get(each))
        for each in found | expected if found.get(each) != expected.get(each)
    }  # fmt: skip


def _verdicts(path):
    """The outputs of a notebook's graded cells, if there is one."""
    for cell in nbformat.read(path, as_version=4).cells if path.is_file() else ():
        name = cell.metadata.get("nbgrader", {}).get("grade_id", "")
        if name.startswith("test_"):
            yield name, cell.outputs


def _level(folder):
    """What the curious one saw."""
    path = folder / f"autograded/curious/{CURIOUS[0]}/{CURIOUS[0]}.ipynb"
    if not path.is_file():
        return ""
    (shown,) = nbformat.read(path, as_version=4).cells[-1].outputs
    return NAMESPACES if shown.data["text/plain"] == "1" else LANDLOCK
