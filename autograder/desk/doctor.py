"""What is installed and what is missing, each with what to do about it."""

import shutil
import sys
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel
from packaging.requirements import Requirement

from autograder.grading.badge import PLACEHOLDER
from autograder.grading.course import Course, CourseError

PACKAGE = "gradient-checking"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Attributes
    ----------
    what, found : str
    fine : bool
        False when grading can't work like this.
    remedy : str
        What to do, where there is something to do.
    """

    what: str
    found: str
    fine: bool = True
    remedy: str = ""


def examine(root="."):
    """Look at this Python, its packages and the course folder.

    Returns
    -------
    list of Finding
    """
    return [_python(), *_packages(), _alembic(), _kernel(), *_course(root)]


def _python():
    found = ".".join(map(str, sys.version_info[:3]))
    fine = sys.version_info >= (3, 11)
    return Finding("Python", found, fine, "" if fine else "install Python 3.11 or newer")


def _packages():
    for line in requires(PACKAGE) or []:
        wanted = Requirement(line)
        if wanted.marker is not None and not wanted.marker.evaluate({"extra": ""}):
            continue
        remedy = f"run `pip install '{wanted.name}{wanted.specifier}'`, or `make .venv`"
        try:
            found = version(wanted.name)
        except PackageNotFoundError:
            yield Finding(wanted.name, "missing", False, remedy)
            continue
        fine = wanted.specifier.contains(found, prereleases=True)
        yield Finding(wanted.name, found, fine, "" if fine else remedy)


def _alembic():
    beside = Path(sys.executable).parent
    found = shutil.which("alembic") or shutil.which("alembic", path=str(beside))
    remedy = "" if found else "nbgrader needs it to make a gradebook: run `pip install alembic`"
    return Finding("alembic", "found" if found else "missing", bool(found), remedy)


def _kernel():
    try:
        KernelSpecManager().get_kernel_spec("python3")
    except NoSuchKernel:
        return Finding("kernel python3", "missing", False, "run `pip install ipykernel`")
    return Finding("kernel python3", "found")


def _course(root):
    try:
        course = Course(root)
    except CourseError as error:
        yield Finding("course", "none", False, str(error))
        return
    yield Finding("course", str(course.root))
    for assignment in course.assignments():
        try:
            course.check_released(assignment)
        except CourseError as error:
            yield Finding(assignment, "not released", True, str(error))
            continue
        handed_in, graded = len(course.students(assignment)), len(course.graded(assignment))
        yield Finding(assignment, f"released, {handed_in} handed in, {graded} graded")
    badge = course.setting("OpenInColab", "repository") or PLACEHOLDER
    remedy = "set c.OpenInColab.repository in nbgrader_config.py" if badge == PLACEHOLDER else ""
    yield Finding("Colab badge", badge, True, remedy)
