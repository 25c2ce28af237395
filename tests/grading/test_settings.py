"""If this fails, one line in a course's configuration leaves a student's code without walls."""

import copy

import pytest
from nbconvert.preprocessors import ExecutePreprocessor
from nbgrader import preprocessors as stock
from traitlets.config import Config

from autograder.grading import safe_pages, settings
from autograder.grading.clean import Clean
from autograder.grading.execute import TrustedExecute
from autograder.nbgrader_settings import configure


class OwnStep(stock.ClearOutput):
    """A preprocessor of the course."""


class OwnExecute(ExecutePreprocessor):
    """A preprocessor that starts a kernel."""


def hook(assignment, student, notebooks):
    notebooks.append(f"{assignment} of {student}")


def first_ours(setting):
    """The configuration with our line above the course's settings."""
    c = Config()
    configure(c)
    setting(c)
    return c


def last_ours(setting):
    """The configuration with our line below the course's settings."""
    c = Config()
    setting(c)
    configure(c)
    return c


def read_twice(setting):
    """nbgrader reads the file in the folder where it starts, and again as the course's own."""
    c = Config()
    for _ in range(2):
        c.merge(first_ours(setting))
    return copy.deepcopy(c)


@pytest.fixture(params=[first_ours, last_ours, read_twice])
def configured(request):
    """The result must be the same wherever the line is."""
    return request.param


def test_a_list_of_steps_is_joined_with_ours(configured):
    def given(c):
        c.Autograde.autograde_preprocessors = [
            OwnStep,
            "nbgrader.preprocessors.Execute",
            stock.SaveAutoGrades,
        ]
        c.Autograde.sanitize_preprocessors = [OwnStep]
        c.GenerateFeedback.preprocessors = [stock.GetGrades, OwnStep]
        c.GenerateAssignment.preprocessors = [stock.ClearSolutions, OwnStep, stock.SaveCells]

    c = configured(given)
    assert c.Autograde.autograde_preprocessors == [
        OwnStep, *settings.RUNNING, stock.SaveAutoGrades
    ]  # fmt: skip
    assert c.Autograde.sanitize_preprocessors == [*settings.CLEANING, OwnStep]
    assert c.GenerateFeedback.preprocessors == [*settings.ANSWERING, OwnStep]
    assert [each.__name__ for each in c.GenerateAssignment.preprocessors] == [
        "Tidy", "ClearSolutions", "StartFromBrokenCode", "OpenInColab", "OwnStep",
        "RefuseDisagreement", "RefuseSilentChanges", "SaveCells",
    ]  # fmt: skip


def test_a_step_that_is_added_to_nbgraders_own_list_is_kept(configured):
    c = configured(lambda c: c.Autograde.autograde_preprocessors.append(OwnStep))
    found = c.Autograde.autograde_preprocessors
    assert found[:2] == [*settings.RUNNING] and found[-1] is OwnStep
    assert stock.SaveAutoGrades in found and stock.Execute not in found


def test_a_hook_runs_after_ours(configured):
    c = configured(lambda c: setattr(c.Autograde, "pre_convert_hook", hook))
    assert isinstance(c.Autograde.pre_convert_hook, settings.BeforeReading)
    notebooks = []
    c.Autograde.pre_convert_hook(assignment="ps1", student="ada", notebooks=notebooks)
    assert notebooks == ["ps1 of ada"]


def test_what_is_not_copied_is_joined_and_follows_the_folders(configured):
    def given(c):
        c.CourseDirectory.ignore = ["*.tmp"]
        c.CourseDirectory.root = "/course"
        c.CourseDirectory.submitted_directory = "in"

    found = configured(given).CourseDirectory.ignore
    assert found == ["*.tmp", "/course/in/*/*", "/course/autograded/*/*"]


def test_patterns_are_added_to_nbgraders_own(configured):
    found = configured(lambda c: c.CourseDirectory.ignore.append("*.tmp")).CourseDirectory.ignore
    assert found.count("*.tmp") >= 1 and "__pycache__" in found
    assert sum(isinstance(each, settings.Pattern) for each in found) == 2


def test_pages_are_cleaned_last_and_by_our_filters(configured):
    def given(c):
        c.HTMLExporter.preprocessors = [OwnStep]
        c.HTMLExporter.filters = {"clean_html": str, "mine": str}
        c.HTMLExporter.sanitize_html = False

    pages = configured(given).HTMLExporter
    assert pages.preprocessors == [OwnStep, *settings.SHOWING]
    assert pages.filters == {**safe_pages.FILTERS, "mine": str}
    assert pages.sanitize_html is True


def test_what_has_nothing_to_do_with_it_stays(configured):
    def given(c):
        c.ClearSolutions.code_stub = {"python": "pass"}
        c.Autograde.create_student = False
        c.CourseDirectory.course_id = "course101"

    c = configured(given)
    assert c.ClearSolutions.code_stub == {"python": "pass"}
    assert c.Autograde.create_student is False and c.CourseDirectory.course_id == "course101"


@pytest.mark.parametrize(("setting", "said"), [
    (lambda c: setattr(c.Autograde, "autograde_preprocessors", [OwnExecute]), "without walls"),
    (lambda c: setattr(c.Autograde, "autograde_preprocessors", ["not.there"]), "not"),
    (lambda c: setattr(c.Autograde, "pre_convert_hook", 3), "function"),
    (lambda c: setattr(c.BaseConverter, "pre_convert_hook", hook), "c.Autograde.pre_convert_hook"),
])  # fmt: skip
def test_what_can_not_be_joined_ends_every_command(configured, setting, said):
    """After any other exception nbgrader would continue without the configuration."""
    with pytest.raises(SystemExit, match=r"nbgrader_config\.py: ") as ended:
        configured(setting)
    assert said in str(ended.value)


def test_the_classes_that_nbgrader_has_by_default_are_left_as_they_are():
    last_ours(lambda c: None)
    assert stock.Execute in settings.Autograde.autograde_preprocessors.default()
    assert TrustedExecute not in settings.Autograde.autograde_preprocessors.default()
    assert Clean not in settings.Autograde.sanitize_preprocessors.default()
