"""What is installed and what is missing, each with what to do about it.

It has to work where packages are missing, so it imports each only where it is needed.
"""

import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from autograder.grading.course import Course

PACKAGE, GRADER = "gradient-checking", {"extra": "grader"}


@dataclass(frozen=True)
class Diagnosis:
    """One thing that was checked.

    Attributes
    ----------
    what, found : str
    fine : bool
        Whether grading can work like this.
    remedy : str
        What to do, if there is anything to do.
    """

    what: str
    found: str
    fine: bool = True
    remedy: str = ""


def examine(root: str | os.PathLike[str] = ".") -> list[Diagnosis]:
    """Check this Python, its packages and the course folder."""
    findings = [_python(), *_this_package(), *_packages(), _alembic()]
    try:
        return [*findings, _kernel(), _walls(), *_course(root)]
    except ModuleNotFoundError as error:
        package = (error.name or str(error)).partition(".")[0]
        known = [each.what for each in findings]
        missing = _missing(package, f"run `pip install {package}`, or `make .venv`")
        return findings if package in known else [*findings, missing]


def in_lines(findings: Sequence[Diagnosis]) -> Iterator[str]:
    """The findings as a table: a line for each."""
    what, found = (max(len(getattr(each, key)) for each in findings) for key in ("what", "found"))
    for each in findings:
        mark = typer.style("ok", fg="green") if each.fine else typer.style("no", fg="red")
        yield f"{mark}  {each.what:{what}}  {each.found:{found}}  {each.remedy}".rstrip()


def _missing(what: str, remedy: str) -> Diagnosis:
    return Diagnosis(what, "missing", False, remedy)


def _python() -> Diagnosis:
    found = ".".join(map(str, sys.version_info[:3]))
    fine = sys.version_info >= (3, 11)
    return Diagnosis("Python", found, fine, "" if fine else "install Python 3.11 or newer")


def _this_package() -> Iterator[Diagnosis]:
    """Which copy of the package runs, and which others Python, or a submission, might find."""
    from autograder.box.visible_files import hidden
    from autograder.version import PACKAGE_FOLDER, in_words

    yield Diagnosis("autograder", in_words())
    near = [os.path.join(each, "autograder") for each in sys.path if each]
    near = [each for each in near if os.path.isfile(os.path.join(each, "__init__.py"))]
    for each in dict.fromkeys(map(os.path.realpath, [*near, *hidden()])):
        if os.path.isdir(f"{each}/truth") and each != str(PACKAGE_FOLDER):
            remedy = "submissions can't see it; run `pip uninstall gradient-checking`, or delete it"
            yield Diagnosis("another copy", each, True, remedy)


def _packages() -> Iterator[Diagnosis]:
    try:
        from packaging.requirements import Requirement

        lines = requires(PACKAGE) or []
    except ModuleNotFoundError as error:  # PackageNotFoundError is one too
        yield _missing(
            error.name or PACKAGE, "run `pip install -e .[grader]` in the folder of the course"
        )
        return
    asked = map(Requirement, lines)
    needed = [each for each in asked if not each.marker or each.marker.evaluate(GRADER)]
    # What the grader needs comes after what `gradcheck` needs, and asks for more.
    for wanted in {each.name: each for each in needed}.values():
        remedy = f"run `pip install '{wanted.name}{wanted.specifier}'`, or `make .venv`"
        try:
            found = version(wanted.name)
        except PackageNotFoundError:
            yield _missing(wanted.name, remedy)
            continue
        fine = wanted.specifier.contains(found, prereleases=True)
        yield Diagnosis(wanted.name, found, fine, "" if fine else remedy)


def _alembic() -> Diagnosis:
    beside = Path(sys.executable).parent
    if shutil.which("alembic") or shutil.which("alembic", path=str(beside)):
        return Diagnosis("alembic", "found")
    return _missing("alembic", "nbgrader needs it to create a gradebook: run `pip install alembic`")


def _kernel() -> Diagnosis:
    from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

    try:
        KernelSpecManager().get_kernel_spec("python3")
    except NoSuchKernel:
        return _missing("kernel python3", "run `pip install ipykernel`")
    return Diagnosis("kernel python3", "found")


def _walls() -> Diagnosis:
    """Whether submissions can be kept in; every wall is tried, as before each grading."""
    from autograder.box import canary, landlock
    from autograder.box.preflight import proven_warden
    from autograder.box.warden import NoWalls

    try:
        warden = proven_warden()
    except NoWalls as refused:
        found, _, remedy = str(refused).rpartition(": ")
        return Diagnosis("walls", found, False, remedy)
    kinds = "namespaces, " if warden.level == "namespaces" else ""
    kinds += f"Landlock {landlock.version()}, seccomp"
    remedy = (
        ""
        if warden.level == "namespaces"
        else "to let submissions start processes, allow user namespaces"
    )
    return Diagnosis("walls", f"{kinds}: all {len(canary.ATTEMPTS)} hold", True, remedy)


def _course(root: str | os.PathLike[str]) -> Iterator[Diagnosis]:
    from autograder.grading.colab_badge import PLACEHOLDER
    from autograder.grading.course import Course
    from autograder.grading.errors import CourseError
    from autograder.version import conflict_in

    try:
        course = Course(Path(root))
    except CourseError as error:
        yield Diagnosis("course", "none", False, str(error))
        return
    yield Diagnosis("course", str(course.root))
    conflict = conflict_in(course.root)
    if conflict:
        yield Diagnosis("one package", "there are two", False, conflict)
    yield _walls_used(course)
    book, settings = _gradebook(course), [*_settings(course)]
    yield from [*settings, book]
    usable = book.fine and not any(each.what == "settings" for each in settings)
    for assignment in course.assignments() if usable else ():
        yield _assignment(course, assignment)
    badge = course.setting("OpenInColab", "repository") or "none"
    remedy = "set c.OpenInColab.repository in nbgrader_config.py" if badge == PLACEHOLDER else ""
    yield Diagnosis("Colab badge", badge, True, remedy)


def _settings(course: "Course") -> Iterator[Diagnosis]:
    """Settings that grading would refuse, and settings that nothing reads."""
    from autograder.grading.autograde_settings import Configured
    from autograder.grading.errors import CourseError
    from autograder.grading.misspelt_settings import in_words, misspelt

    try:
        Configured(course)
    except CourseError as error:
        yield Diagnosis("settings", "can't be used", False, str(error))
    for name, near in misspelt(course.app.config).items():
        yield Diagnosis(name, "no such setting", False, in_words(near))


def _gradebook(course: "Course") -> Diagnosis:
    from autograder.grading import gradebook
    from autograder.grading.errors import CourseError

    if not gradebook.exists(course.dir.db_url):
        return Diagnosis("gradebook", "none yet", True, "`autograder release` makes one")
    try:
        gradebook.check(course.dir.db_url)
    except CourseError as error:
        return Diagnosis("gradebook", "can't be used", False, str(error))
    return Diagnosis("gradebook", gradebook.address(course.dir.db_url))


def _assignment(course: "Course", assignment: str) -> Diagnosis:
    from autograder.grading.errors import CourseError, printable

    shown, fine = printable(assignment), False
    try:
        course.check_assignment(assignment)
        fine = True  # that it still has to be released is not a problem
        course.check_released(assignment)
        fine = False
        submitted, graded = course.students(assignment), course.graded(assignment)
    except CourseError as error:
        found = "not released yet" if fine else "can't be graded"
        return Diagnosis(shown, found, fine, str(error))
    return Diagnosis(shown, f"released, {len(submitted)} submitted, {len(graded)} graded")


def _walls_used(course: "Course") -> Diagnosis:
    """Whether the course's configuration runs its submissions behind these walls."""
    from autograder.grading.effective_settings import REMEDY, gaps

    what = "walls used by this course"
    try:
        found = gaps(course.app, course.dir)
    except (Exception, SystemExit):  # raised by a setting; the next finding says which
        return Diagnosis(what, "unknown", False, "fix the settings first")
    return Diagnosis(what, found[0], False, REMEDY) if found else Diagnosis(what, "yes")
