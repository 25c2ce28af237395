"""If this fails, who adopts an assignment grades somebody's code without walls, or can't grade."""

import shutil

import nbformat
import pytest

from autograder.grading.settings import LINE
from tests import sample_class
from tests.temporary_course import ROOT, TemporaryCourse

ASSIGNMENT = "one_dimension"
ESCAPE = "open({path!r}, 'w').write('the code of a student ran as the user')"


@pytest.fixture(scope="module")
def stock(quickstart, activated, tmp_path_factory):
    """Somebody else's course, with our assignment released by nbgrader's own means."""
    root = tmp_path_factory.mktemp("stock") / "course"
    course = TemporaryCourse(root, quickstart.settings, copy_of=quickstart)
    shutil.copytree(ROOT / "source" / ASSIGNMENT, course.root / "source" / ASSIGNMENT)
    done = course.run("nbgrader", "generate_assignment", ASSIGNMENT)
    assert done.returncode == 0, done.stderr
    return course


@pytest.fixture
def adopted(stock, tmp_path):
    """A copy in which a submission, when it runs without walls, leaves a trace."""
    course = TemporaryCourse(tmp_path / "course", stock.settings, copy_of=stock)
    course.trace = tmp_path / "trace"
    notebook = course.answered(ASSIGNMENT)
    notebook.cells.append(nbformat.v4.new_code_cell(ESCAPE.format(path=str(course.trace))))
    course.submit("eve", ASSIGNMENT, notebook)
    return course


@pytest.mark.parametrize("command", ["release", "grade", "regrade", "feedback"])
def test_without_our_settings_nothing_is_done(adopted, cli, command):
    status, out, err = cli(adopted, command)
    assert (status, out, err.count("\n")) == (1, "", 1)
    assert "c.Autograde.autograde_preprocessors has Execute" in err and LINE in err
    assert not adopted.trace.exists()
    assert not (adopted.root / "autograded").exists()


def test_the_doctor_says_so_too(adopted, cli):
    status, out, _ = cli(adopted, "doctor")
    (line,) = (each for each in out.splitlines() if "walls used by this course" in each)
    assert status == 1 and line.startswith("no") and LINE in line
    adopted.configure(LINE)
    _, out, _ = cli(adopted, "doctor")
    (line,) = (each for each in out.splitlines() if "walls used by this course" in each)
    assert line.startswith("ok")


@pytest.mark.parametrize("switch", ["TrustedExecute", "Clean"])
def test_a_step_of_ours_that_is_switched_off_is_none(adopted, cli, switch):
    """nbgrader leaves it out: what was not run has full marks."""
    adopted.configure(LINE)
    adopted.configure(f"c.{switch}.enabled = False")
    status, _, err = cli(adopted, "grade")
    assert status == 1 and f"c.{switch}.enabled is off" in err
    assert not (adopted.root / "autograded").exists()


@pytest.mark.parametrize("place", ["above", "below"])
@pytest.mark.parametrize("command", ["autograder", "nbgrader"])
def test_with_the_line_every_command_grades_behind_walls(adopted, place, command):
    """Wherever it stands among settings that would undo it."""
    own = (
        "from nbgrader import preprocessors as stock\n"
        "c.Autograde.autograde_preprocessors = [\n"
        "    stock.Execute, stock.LimitOutput, stock.SaveAutoGrades, stock.AssignLatePenalties]\n"
        "c.CourseDirectory.ignore = ['*.tmp']"
    )
    for each in (LINE, own) if place == "above" else (own, LINE):
        adopted.configure(each)
    verb = ("grade",) if command == "autograder" else ("autograde", ASSIGNMENT)
    done = adopted.run(command, *verb)
    assert done.returncode == 0, done.stdout + done.stderr
    assert adopted.points(ASSIGNMENT, "eve") == sample_class.load("correct").points(ASSIGNMENT)
    assert not adopted.trace.exists()


def test_without_the_line_the_trace_would_be_there(adopted):
    """What all of the above is worth: stock nbgrader, and nothing of ours."""
    done = adopted.run("nbgrader", "autograde", ASSIGNMENT)
    assert done.returncode == 0 and adopted.trace.exists()
