"""Whether the configuration in effect, whoever set what in which order, keeps students' code in."""

from nbconvert.exporters import HTMLExporter
from nbgrader.converters import Autograde, GenerateAssignment, GenerateFeedback
from nbgrader.preprocessors import OverwriteCells

from autograder.grading import settings, showing
from autograder.grading.reading import SubmissionExporter
from autograder.grading.trouble import CourseError

REMEDY = f"add the line `{settings.LINE}` to {settings.FILE}, below `c = get_config()`"


def check(app, coursedir):
    """Raise CourseError unless the configuration in effect has :func:`gaps` nowhere.

    Parameters
    ----------
    app : nbgrader.apps.NbGrader
        With the configuration of the course.
    coursedir : nbgrader.coursedir.CourseDirectory
    """
    found = gaps(app, coursedir)
    if found:
        raise CourseError(f"this course would not be graded behind walls ({found[0]}): {REMEDY}")


def gaps(app, coursedir):
    """What lets students' code, or what they wrote, out of where it is kept.

    Parameters
    ----------
    app, coursedir
        See :func:`check`.

    Returns
    -------
    list of str
        One phrase for each setting; the gravest first.
    """
    try:
        return [*_gaps(app, coursedir)]
    except ImportError as error:
        return [str(error)]


def _gaps(app, coursedir):
    grade, release, feedback = (
        kind(coursedir=coursedir, parent=app)
        for kind in (Autograde, GenerateAssignment, GenerateFeedback)
    )
    pages = HTMLExporter(config=app.config)
    for owner, name, needed in (
        (grade, "autograde_preprocessors", settings.RUNNING),
        (grade, "sanitize_preprocessors", (*settings.CLEANING, OverwriteCells)),
        (release, "preprocessors", settings.BEGINNING),
        (feedback, "preprocessors", settings.ANSWERING),
        (pages, "preprocessors", (showing.SafeToShow,)),
    ):
        kinds = [each for each in settings.kinds_of(getattr(owner, name)) if isinstance(each, type)]
        where = f"c.{type(owner).__name__}.{name}"
        yield from (f"{where} holds {each.__name__}" for each in filter(settings.runs_code, kinds))
        for each in needed:
            found = [kind for kind in kinds if issubclass(kind, each)]
            if not found:
                yield f"{where} lacks {each.__name__}"
            elif not all(kind(parent=owner).enabled for kind in found):
                yield f"c.{each.__name__}.enabled is off"
    if not isinstance(grade.pre_convert_hook, settings.BeforeReading):
        yield "c.Autograde.pre_convert_hook is another"
    if not issubclass(grade.exporter_class, SubmissionExporter):
        yield "c.Autograde.exporter_class is another"
    if not any(isinstance(each, settings.Pattern) for each in coursedir.ignore):
        yield "c.CourseDirectory.ignore lacks what lies beside submissions"
    if not pages.sanitize_html or not showing.FILTERS.items() <= dict(pages.filters).items():
        yield "c.HTMLExporter cleans nothing"
