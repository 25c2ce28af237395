"""Add the settings that make grading safe to a course's configuration.

A course's own settings are kept, whether they are made before or after: lists are joined with ours,
and a hook runs after ours. They can't remove any of ours, and anything that would run students'
code without walls is refused.
"""

import glob
import os
import sys
from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path
from typing import Any, ClassVar, NoReturn

from nbclient import NotebookClient
from nbconvert.exporters import HTMLExporter
from nbconvert.preprocessors import CSSHTMLHeaderPreprocessor
from nbgrader import preprocessors as stock
from nbgrader.converters import Autograde, BaseConverter, GenerateAssignment, GenerateFeedback
from nbgrader.coursedir import CourseDirectory
from traitlets import Undefined
from traitlets.config import Config, Configurable
from traitlets.config.loader import LazyConfigValue
from traitlets.utils.importstring import import_item

from autograder.grading import extra_files, mark_schemes, safe_pages
from autograder.grading.agreement import RefuseDisagreement
from autograder.grading.allowed_outputs import AllowedOutputs
from autograder.grading.clean import Clean
from autograder.grading.colab_badge import OpenInColab
from autograder.grading.execute import TrustedExecute
from autograder.grading.hide_tests import HideWhatIsHidden
from autograder.grading.put_starting_code import StartFromBrokenCode
from autograder.grading.read_grades import ReadGrades
from autograder.grading.refuse_changes import RefuseSilentChanges
from autograder.grading.scores import ForgetEarlierScores
from autograder.grading.searching_exporter import SearchingExporter
from autograder.grading.tidy import Tidy

LINE = "from autograder.nbgrader_settings import configure; configure(c)"
FILE = "nbgrader_config.py"

# Clean comes before all steps that read cells. It also does the work of DONE_BY_CLEAN.
CLEANING = (ForgetEarlierScores, extra_files.RefuseLinks, extra_files.CarryTime, Clean)
DONE_BY_CLEAN = (
    stock.ClearOutput, stock.DeduplicateIds, stock.OverwriteKernelspec, stock.OverwriteCells,
    stock.CheckCellMetadata,
)  # fmt: skip
# TrustedExecute runs the code behind walls, and decides the scores of questions outside of them.
RUNNING = (TrustedExecute, AllowedOutputs)
# Feedback is for students, so without hidden tests and mark schemes.
ANSWERING = (HideWhatIsHidden, extra_files.CarryToExchange, ReadGrades)
DONE_BY_THE_PAGE = (stock.GetGrades, CSSHTMLHeaderPreprocessor)
# Imported only by the commands that write feedback.
PAGE = "autograder.desk.feedback_exporter.FeedbackExporter"
# The person who reads answers is shown their mark schemes, on the Formgrader's pages only.
SHOWING = (mark_schemes.ShowMarkSchemes, safe_pages.SafeToShow)
# The badge and the broken code are part of a release, so they must be in its checksums.
BEGINNING = (StartFromBrokenCode, OpenInColab)
# `nbgrader zip_collect` sorts files as `autograder intake` does. Imported only by that command.
COLLECTING = {
    "extractor_plugin": "autograder.desk.zip_collect.SafeExtractor",
    "collector_plugin": "autograder.desk.zip_collect.Collector",
}
REFUSING = (RefuseDisagreement, RefuseSilentChanges)


def configure(c: Config) -> None:
    """Make nbgrader grade behind walls: its commands, its Formgrader, and `autograder`.

    Parameters
    ----------
    c
        What ``get_config()`` returned in `nbgrader_config.py`.

    Raises
    ------
    SystemExit
        The course has a setting that can't be joined with these. After any other exception nbgrader
        would only log it, and continue without the configuration, and so without walls.
    """
    # nbgrader runs `alembic` by name when it creates the gradebook, and the kernel runs `python`.
    # Both are beside this Python, even if its environment has not been activated.
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    # `alembic` reads a file with the path to nbgrader, in ASCII if the locale asks for that.
    if os.environ.get("LC_ALL") in ("C", "POSIX"):
        os.environ["LC_ALL"] = "C.UTF-8"
    for kind in (_Autograde, _BaseConverter, _CourseDirectory, _GenerateAssignment,
                 _GenerateFeedback, _HTMLExporter):  # fmt: skip
        name, section = kind.__name__.removeprefix("_"), kind()
        section.join(c.get(name, {}))
        c[name] = section
    for name, plugin in COLLECTING.items():
        if name not in c.ZipCollectApp:
            c.ZipCollectApp[name] = plugin
    file = sys._getframe(1).f_globals.get("__file__", FILE)
    c.CourseDirectory.lies_in(Path(file).absolute().parent)


class _Section(Config):
    """A section of the configuration that joins what is set in it with what it must contain."""

    owner: ClassVar[type[Configurable]]
    rules: ClassVar[Mapping[str, Callable[[Any, Any], Any]]] = {}

    def join(self, given: Mapping[str, Any]) -> None:
        """Take over earlier settings, and join them with what this section must contain."""
        for name, value in given.items():
            self[name] = value
        for name in self.rules:
            if name not in self:
                self[name] = self._default(name)

    def __setitem__(self, name: str, value: Any) -> None:
        if name in self.rules:
            if isinstance(value, LazyConfigValue):
                value = value.get_value(self._default(name))
            try:
                value = self.rules[name](self, value)
            except (ImportError, TypeError) as error:
                where = f"c.{type(self).__name__.removeprefix('_')}.{name}"
                raise SystemExit(f"{FILE}: {where}: {error}: correct it") from None
        super().__setitem__(name, value)

    def _default(self, name: str) -> Any:
        found = self.owner.class_traits()[name].default()
        return None if found is Undefined else found


def kinds_of(preprocessors: Iterable[Any]) -> list[Any]:
    """The preprocessors of a list, as classes."""
    return [import_item(each) if isinstance(each, str) else each for each in preprocessors]


def _without(preprocessors: Iterable[Any], ours: Collection[Any]) -> list[Any]:
    return [each for each in kinds_of(preprocessors) if each not in ours]


def _cleaned(_: _Section, given: Iterable[Any]) -> list[Any]:
    return [*CLEANING, *_without(given, (*CLEANING, *DONE_BY_CLEAN))]


def _graded(_: _Section, given: Iterable[Any]) -> list[Any]:
    kinds = kinds_of(given)
    place = next((at for at, each in enumerate(kinds) if each in (stock.Execute, *RUNNING)), 0)
    before, after = (
        _without(part, (*RUNNING, stock.Execute, stock.CheckCellMetadata))
        for part in (kinds[:place], kinds[place:])
    )
    for each in (*before, *after):
        if runs_code(each):
            raise TypeError(f"{each.__name__} would run students' code without walls")
    return [*before, *RUNNING, *after]


def runs_code(kind: object) -> bool:
    """Whether a preprocessor starts a kernel."""
    return isinstance(kind, type) and issubclass(kind, NotebookClient)


def _hooked(_: _Section, given: Any) -> "BeforeReading":
    return given if isinstance(given, BeforeReading) else BeforeReading(given)


class BeforeReading:
    """`extra_files.before_reading`, and after it the hook of the course.

    Parameters
    ----------
    other
        As nbgrader takes it: a function, or its name with the module's.
    """

    def __init__(self, other: Callable[..., object] | str | None = None) -> None:
        self._other = import_item(other) if isinstance(other, str) else other
        if self._other is not None and not callable(self._other):
            raise TypeError("it must be a function")

    def __call__(self, assignment: str, student: str, notebooks: list[str]) -> None:
        extra_files.before_reading(assignment, student, notebooks)
        if self._other is not None:
            self._other(assignment=assignment, student=student, notebooks=notebooks)


def _only_by_converter(_: _Section, given: Any) -> NoReturn:
    raise TypeError("set it for each converter that needs it, as in c.Autograde.pre_convert_hook")


def _released(_: _Section, given: Iterable[Any]) -> list[Any]:
    kinds = [Tidy, *_without(given, (Tidy, *BEGINNING, *REFUSING))]
    after = kinds.index(stock.ClearSolutions) + 1 if stock.ClearSolutions in kinds else 0
    kinds[after:after] = BEGINNING
    if stock.SaveCells in kinds:  # which writes to the gradebook
        place = kinds.index(stock.SaveCells)
        kinds[place:place] = REFUSING
    return kinds


class _Autograde(_Section):
    owner = Autograde
    rules: ClassVar = {
        "sanitize_preprocessors": _cleaned,
        "autograde_preprocessors": _graded,
        "pre_convert_hook": _hooked,
        "exporter_class": lambda *_: SearchingExporter,
    }


class _BaseConverter(_Section):
    """Refuse a hook for all converters: ours, which is set for Autograde, would override it."""

    owner = BaseConverter
    rules: ClassVar = {"pre_convert_hook": _only_by_converter}

    def join(self, given: Mapping[str, Any]) -> None:
        for name, value in given.items():
            self[name] = value


class Pattern(str):
    """One of our patterns for files that nbgrader does not copy.

    Attributes
    ----------
    folder : str
        The folder of the configuration file.
    """

    folder = ""


class _CourseDirectory(_Section):
    """Don't copy files beside a submission's notebooks, least of all the targets of links.

    The patterns contain the course folder and the names of its subfolders, which may be set later.
    """

    owner = CourseDirectory
    rules: ClassVar = {"ignore": lambda section, given: section._ignoring(given)}
    FOLDERS = ("root", "directory_structure", "submitted_directory", "autograded_directory")

    def lies_in(self, folder: Path) -> None:
        """Set the folder of the configuration file: the course is there, unless a root is set."""
        for each in self["ignore"]:
            if isinstance(each, Pattern):
                each.folder = str(folder)
        self["ignore"] = self["ignore"]

    def __setitem__(self, name: str, value: Any) -> None:
        super().__setitem__(name, value)
        if name in self.FOLDERS and "ignore" in self:
            self["ignore"] = self["ignore"]

    def _ignoring(self, given: Iterable[str]) -> list[str]:
        before = [each for each in (*given, *self.get("ignore", ())) if isinstance(each, Pattern)]
        folder = before[0].folder if before else ""
        root, structure, *steps = (
            self.get(name, self.owner.class_traits()[name].default_value) for name in self.FOLDERS
        )
        ours = []
        for step in steps:
            names = {"nbgrader_step": glob.escape(step), "student_id": "*", "assignment_id": "*"}
            path = os.path.join(glob.escape(root or folder), structure.format(**names))
            ours.append(Pattern(path))
            ours[-1].folder = folder
        return [*(each for each in given if not isinstance(each, Pattern)), *ours]


class _GenerateAssignment(_Section):
    owner = GenerateAssignment
    rules: ClassVar = {"preprocessors": _released}


class _GenerateFeedback(_Section):
    owner = GenerateFeedback
    rules: ClassVar = {
        "preprocessors": lambda _, given: [
            *ANSWERING, *_without(given, (*ANSWERING, *DONE_BY_THE_PAGE))
        ],
        "exporter_class": lambda *_: PAGE,
    }  # fmt: skip


class _HTMLExporter(_Section):
    """How feedback pages and the Formgrader show what a student wrote or displayed.

    Both read this section; the Formgrader does if Jupyter is started in the course folder.
    """

    owner = HTMLExporter
    rules: ClassVar = {
        "preprocessors": lambda _, given: [
            *_without(given, SHOWING), *SHOWING
        ],
        "filters": lambda _, given: {**given, **safe_pages.FILTERS},
        "sanitize_html": lambda *_: True,
    }  # fmt: skip
