"""Check that the configuration in effect keeps students' code behind walls."""

from collections.abc import Iterator

from nbconvert.exporters import HTMLExporter
from nbgrader.apps import NbGrader
from nbgrader.converters import Autograde, GenerateAssignment, GenerateFeedback
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config
from traitlets.utils.importstring import import_item

from autograder.grading import safe_pages, settings
from autograder.grading.errors import CourseError, kind_and_text
from autograder.grading.nbgrader_app import unusable
from autograder.grading.searching_exporter import SearchingExporter

REMEDY = f"add the line `{settings.LINE}` to {settings.FILE}, below `c = get_config()`"


def check(app: NbGrader, coursedir: CourseDirectory) -> None:
    """Raise CourseError if the configuration in effect has :func:`gaps`.

    Parameters
    ----------
    app
        With the configuration of the course.
    coursedir
    """
    _check_hooks(app.config)
    try:
        found = gaps(app, coursedir)
    except (Exception, SystemExit) as error:  # whatever the course's own classes and values raise
        raise unusable(error) from error
    if found:
        raise CourseError(f"this course would not be graded behind walls ({found[0]}): {REMEDY}")


def gaps(app: NbGrader, coursedir: CourseDirectory) -> list[str]:
    """Which settings would let students' code, or what they wrote, escape.

    Parameters
    ----------
    app, coursedir
        See :func:`check`.

    Returns
    -------
    list of str
        One phrase for each setting; the most serious first.
    """
    return [*_gaps(app, coursedir)]


def _check_hooks(config: Config) -> None:
    """nbgrader checks hooks as well, but does not say what is wrong."""
    for section in ("BaseConverter", "Autograde"):
        for name in ("pre_convert_hook", "post_convert_hook"):
            given = config.get(section, {}).get(name)
            where = f"nbgrader_config.py: c.{section}.{name}"
            try:
                hook = import_item(given) if isinstance(given, str) else given
            except Exception as error:  # whatever happens in a module of the course
                raise CourseError(
                    f"{where} can't be imported ({kind_and_text(error)}): correct it"
                ) from error
            if hook is not None and not callable(hook):
                raise CourseError(f"{where} is {given!r}, which is not a function: set it to one")


def _gaps(app: NbGrader, coursedir: CourseDirectory) -> Iterator[str]:
    grade, release, feedback = (
        kind(coursedir=coursedir, parent=app)
        for kind in (Autograde, GenerateAssignment, GenerateFeedback)
    )
    pages = HTMLExporter(config=app.config)
    for owner, name, needed in (
        (grade, "autograde_preprocessors", settings.RUNNING),
        (grade, "sanitize_preprocessors", settings.CLEANING),
        (release, "preprocessors", settings.BEGINNING),
        (feedback, "preprocessors", settings.ANSWERING),
        (pages, "preprocessors", (safe_pages.SafeToShow,)),
    ):
        steps = [each for each in settings.kinds_of(getattr(owner, name)) if isinstance(each, type)]
        where = f"c.{type(owner).__name__}.{name}"
        yield from (f"{where} has {each.__name__}" for each in filter(settings.runs_code, steps))
        for each in needed:
            found = [kind for kind in steps if issubclass(kind, each)]
            if not found:
                yield f"{where} lacks {each.__name__}"
            elif not all(kind(parent=owner).enabled for kind in found):
                yield f"c.{each.__name__}.enabled is off"
    if not isinstance(grade.pre_convert_hook, settings.BeforeReading):
        yield "c.Autograde.pre_convert_hook is not ours"
    if not issubclass(grade.exporter_class, SearchingExporter):
        yield "c.Autograde.exporter_class is not ours"
    kinds = (f"{each.__module__}.{each.__name__}" for each in feedback.exporter_class.__mro__)
    if settings.PAGE not in kinds:
        yield "c.GenerateFeedback.exporter_class is not ours"
    if not any(isinstance(each, settings.Pattern) for each in coursedir.ignore):
        yield "c.CourseDirectory.ignore lacks the files beside submissions"
    if not pages.sanitize_html or not safe_pages.FILTERS.items() <= dict(pages.filters).items():
        yield "c.HTMLExporter cleans nothing"
