"""If this fails, answers are read without their mark scheme, or a student gets or forges one."""

import re
import shutil
import urllib.request

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from traitlets.config import Config

from autograder.grading.mark_schemes import ShowMarkSchemes
from autograder.grading.safe_pages import BELOW, SafeToShow, clean_html, highlight_code
from autograder.grading.settings import LINE
from tests.grading.test_formgrader import TOKEN, serving
from tests.grading.test_safe_pages import Page
from tests.temporary_course import TemporaryCourse

ASSIGNMENT, NAME = "one_dimension", "explain_zero"
BOX = '<div class="panel panel-warning mark-scheme">'
ANSWER = "Because of rounding, my difference is never 0."
FORGED = rf"""{ANSWER}

### BEGIN MARK SCHEME
Two points for everybody.
### END MARK SCHEME

{BOX}<div class="panel-heading">Mark scheme</div>Two points for everybody.</div></div></div>

$\def\theta{{2}} \let\varepsilon\alpha \require{{begingroup}}\gdef\x{{}}$ $\renewcommand{{\x}}{{}}$

<style>.mark-scheme {{ display: none }}</style><details><!--
"""


def page_of(course, address, student, assignment=ASSIGNMENT, notebook=None):
    """The page of the Formgrader on which a submission is read."""
    with course.gradebook() as gradebook:
        found = gradebook.find_submission_notebook(notebook or assignment, assignment, student)
        submission = found.id
    request = urllib.request.Request(
        f"{address}/formgrader/submissions/{submission}/?index=0",
        headers={"Authorization": f"token {TOKEN}"},
    )
    with urllib.request.urlopen(request, timeout=120) as answer:
        return answer.read().decode()


def panel(page, name=NAME):
    """The panel of an answer: from its score to its comment."""
    found = re.search(rf'id="{name}".*?id="{name}-comment"', page, re.DOTALL)
    return found[0]


def box(page, name=NAME):
    """What stands between an answer and its comment, from the top of the box."""
    answer, *boxes = panel(page, name).split(BOX)
    assert len(boxes) == 1, "one box, and a student can't add another"
    return answer, boxes[0]


@pytest.fixture(scope="module")
def graded(course_of_the_module):
    """Ada is graded by our command, bob by the stock one, and eve tries to forge a scheme."""
    course = course_of_the_module
    for student in ("ada", "bob", "eve"):
        notebook = course.answered(ASSIGNMENT)
        (cell,) = (cell for cell in notebook.cells if cell.id == NAME)
        cell.source = FORGED if student == "eve" else ANSWER
        if student == "eve":
            notebook.cells.insert(0, new_markdown_cell(FORGED))
        course.submit(student, ASSIGNMENT, notebook)
    for done in (
        course.autograder("grade", ASSIGNMENT, "--student", "ada"),
        course.nbgrader("autograde", ASSIGNMENT),
        course.autograder("feedback", "--student", "ada"),
        course.nbgrader("generate_feedback", ASSIGNMENT),
    ):
        assert done.returncode == 0, done.stdout + done.stderr
    return course


@pytest.fixture(scope="module")
def show(graded):
    """A function that opens the page of a student."""
    with serving(graded) as address:
        yield lambda student: page_of(graded, address, student)


@pytest.mark.parametrize("student", ["ada", "bob"])
def test_the_scheme_stands_between_the_answer_and_its_comment(show, student):
    page = show(student)
    answer, scheme = box(page)
    assert ANSWER in answer
    assert "<strong>Mark scheme</strong> (students don't see this)" in scheme
    for rendered in ("<strong>Points</strong>", "<em>2 points:</em>", r"$\theta / 2$"):
        assert rendered in scheme
    shown, _, folded = scheme.partition("<details>")
    assert "Model answer</summary>" in folded and "theta - x is 3.6" in folded
    assert "theta - x is 3.6" not in shown
    assert page.count(BOX) == 1, "no other cell has a scheme"
    assert not re.search("(BEGIN|END) MARK SCHEME", page)


def test_a_student_can_neither_forge_nor_touch_it(show):
    honest, page = show("ada"), show("eve")
    (answer, scheme), (_, as_for_ada) = box(page), box(honest)
    assert scheme == as_for_ada and page.count(BOX) == 1
    assert "Two points for everybody." in answer
    assert answer.rstrip().endswith("</div>") and '<div class="students">' in answer
    assert Page(page).code[1:] == Page(honest).code[1:], "no style of the student's"
    for macro in (r"\def", r"\let", r"\gdef", r"\renewcommand"):
        assert macro not in page and f"\\\N{ZERO WIDTH SPACE}{macro[1:]}" in page


def test_students_get_neither_scheme_nor_model_answer(graded):
    """It is in no file of the course but the source, not even in the gradebook."""
    (graded.root / "roster.csv").write_text("id\nada\n")
    done = graded.autograder("personalise", "planted_bugs", "--roster", "roster.csv")
    assert done.returncode == 0, done.stdout + done.stderr
    tells = []
    for assignment in (ASSIGNMENT, "n_dimensions", "planted_bugs"):
        notebook = nbformat.read(graded.path("source", assignment), as_version=4)
        texts = [cell.source for cell in notebook.cells if "BEGIN MARK SCHEME" in cell.source]
        tells += [line[:40].encode() for text in texts for line in text.split("\n")
                  if len(line) > 40 and '"' not in line[:40]]  # fmt: skip
    files = [path for path in graded.root.rglob("*") if path.is_file()]
    steps = {path.relative_to(graded.root).parts[0] for path in files}
    assert {"release", "personal", "feedback", "autograded", "gradebook.db"} <= steps
    for path in files:
        if path.relative_to(graded.root).parts[0] != "source":
            content = path.read_bytes()
            assert not [each for each in tells if each in content], path
    for student in ("ada", "bob", "eve"):
        page = graded.path("feedback", ASSIGNMENT, student).with_suffix(".html").read_text()
        assert ANSWER in page and 'class="students"' not in page and BOX not in page


def test_the_newest_scheme_is_shown_without_grading_again(graded, show):
    with graded.source(ASSIGNMENT) as cells:
        cells[NAME].source = cells[NAME].source.replace("**Borderline**", "**Decided later**")
    assert "<strong>Decided later</strong>" in box(show("bob"))[1]
    done = graded.autograder("release", ASSIGNMENT)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "<strong>Decided later</strong>" in box(show("ada"))[1]


def test_without_a_scheme_a_page_is_as_before(graded, show):
    with graded.source(ASSIGNMENT) as cells:
        before, cells[NAME].source = cells[NAME].source, "A model answer."
    page = show("eve")
    with graded.source(ASSIGNMENT) as cells:
        cells[NAME].source = before
    assert BOX not in page and "students" not in page and "A model answer." not in page
    assert r"\def\theta" in page


class TestAnyCourse:
    """nbgrader's own sample course, with one line in its configuration."""

    @pytest.fixture
    def course(self, quickstart, activated, tmp_path):
        course = TemporaryCourse(tmp_path / "course", quickstart.settings, copy_of=quickstart)
        course.configure(LINE)
        path = course.root / "source/ps1/problem2.ipynb"
        notebook = nbformat.read(path, as_version=4)
        (text,) = (cell for cell in notebook.cells if name_of(cell) == "part-a")
        text.source = scheme_around(text.source, "One point for *any* $x$.")
        code = new_code_cell(
            scheme_around("answer = 42", "# One point for `42`.\n# Half for 41."),
            metadata={"nbgrader": {**text.metadata.nbgrader, "grade_id": "code"}},
        )
        notebook.cells.append(code)
        nbformat.write(notebook, path)
        released = course.nbgrader("generate_assignment", "ps1")
        assert released.returncode == 0, released.stderr
        shutil.copytree(course.root / "release/ps1", course.root / "submitted/ada/ps1")
        graded = course.nbgrader("autograde", "ps1")
        assert graded.returncode == 0, graded.stderr
        return course

    def test_its_own_schemes_are_shown_also_of_code(self, course):
        with serving(course) as address:
            page = page_of(course, address, "ada", "ps1", "problem2")
        assert page.count(BOX) == 2
        assert "One point for <em>any</em> $x$." in box(page, "part-a")[1]
        code = box(page, "code")[1]
        assert "<p>One point for <code>42</code>.\nHalf for 41.</p>" in code
        assert 'class="mi">42</span>' in code and "# YOUR CODE HERE" not in code
        release = (course.root / "release/ps1/problem2.ipynb").read_text()
        assert "One point" not in release


def name_of(cell):
    return cell.metadata.get("nbgrader", {}).get("grade_id")


def scheme_around(answer, scheme):
    return f"{answer}\n### BEGIN MARK SCHEME\n{scheme}\n### END MARK SCHEME"


# Without a server.


def manual(source, kind=new_markdown_cell, **changes):
    ours = {"grade": True, "solution": True, "locked": False, "task": False, "points": 1,
            "grade_id": "why", "schema_version": 3}  # fmt: skip
    return kind(source, metadata={"nbgrader": ours | changes})


@pytest.fixture
def boxes(tmp_path):
    """A function that writes a source with one cell, and finds the boxes for its pages."""

    def find(cell, config=None, step="autograded", **resources):
        source = tmp_path / "source/hw/hw.ipynb"
        source.parent.mkdir(parents=True, exist_ok=True)
        source.write_text(cell if isinstance(cell, str) else nbformat.writes(new_notebook(
            cells=[cell])))  # fmt: skip
        shown = {
            "submission_id": "1", "assignment_id": "hw", "notebook_id": "hw", "student": "ada",
            "metadata": {"path": str(tmp_path / step / "ada/hw")}, **resources,
        }  # fmt: skip
        _, found = ShowMarkSchemes(config=config or Config())(new_notebook(), shown)
        return found.get(BELOW)

    return find


SCHEME = scheme_around("Because.", "One point.")


def test_only_a_page_of_the_formgrader_has_a_box(tmp_path):
    feedback = {"nbgrader": {"student": "ada", "assignment": "hw", "notebook": "hw"}}
    _, resources = ShowMarkSchemes()(new_notebook(), feedback)
    assert BELOW not in resources


def test_only_manually_graded_answers_have_one(boxes):
    assert list(boxes(manual(SCHEME))) == ["why"]
    for others in ({"task": True, "grade": False, "solution": False}, {"grade": False},
                   {"solution": False, "locked": True}):  # fmt: skip
        assert boxes(manual(SCHEME, **others)) == {}
    assert boxes(new_markdown_cell(SCHEME)) == {}
    assert boxes(manual(scheme_around("Because.", " "))) == {}


def test_the_marks_are_those_that_are_configured_and_are_not_shown(boxes):
    config = Config()
    config.ClearMarkScheme.begin_mark_scheme_delimeter = "VON HIER"
    config.ClearMarkScheme.end_mark_scheme_delimeter = "BIS HIER"
    text = "### BEGIN SOLUTION\nBecause.\nVON HIER\nOne point.\n BIS HIER\n### END SOLUTION"
    (shown,) = boxes(manual(text), config).values()
    scheme, _, answer = shown.partition("<details>")
    assert "<p>One point.</p>" in scheme and "<p>Because.</p>" in answer
    assert "HIER" not in shown and "SOLUTION" not in shown


def test_a_scheme_that_is_not_closed_ends_with_its_cell(boxes):
    (shown,) = boxes(manual("Because.\n### BEGIN MARK SCHEME\nOne point.")).values()
    assert "<p>One point.</p>" in shown.partition("<details>")[0]


def test_a_source_that_can_not_be_read_leaves_the_page_as_it_is(boxes, caplog):
    assert boxes("{") == {}
    assert "hw.ipynb can't be read" in caplog.text
    assert boxes(manual(SCHEME), notebook_id="other") == {}


def test_folders_are_those_that_are_configured(boxes, tmp_path):
    """Also where the Formgrader shows another course than that of the configuration."""
    config = Config()
    config.CourseDirectory.root = "/somewhere/else"
    config.CourseDirectory.autograded_directory = "marked"
    assert boxes(manual(SCHEME), config, step="marked")
    assert boxes(manual(SCHEME), config, step="autograded") == {}
    config.CourseDirectory.autograded_directory = str(tmp_path / "marked")
    config.CourseDirectory.root = str(tmp_path)
    assert boxes(manual(SCHEME), config, step="marked")


DEFINITIONS = {
    r"\def\x{}": "def",
    r"\let\x\y": "let",
    r"\global\x": "global",
    r"\newcommand*{\x}{}": "newcommand",
    r"\renewcommand{\x}{}": "renewcommand",
    r"\newenvironment{x}{}{}": "newenvironment",
    r"\DeclareMathOperator{\x}{}": "DeclareMathOperator",
    r"\Newextarrow{\x}{5,5}{0x21C0}": "Newextarrow",
    r"\d&#101;f\x{}": "def",
    r"&#92;gdef\x{}": "gdef",
    r"\d<!-- -->ef\x{}": "def",
    r"\d<wbr>ef\x{}": "def",
}
ON_ITS_PAGE = {BELOW: {"why": "box"}}


@pytest.mark.parametrize(("text", "macro"), DEFINITIONS.items())
def test_no_formula_of_a_student_changes_those_of_a_scheme(text, macro):
    """A macro holds for the whole page. Without a scheme on it, students may define some."""
    assert f"\\\N{ZERO WIDTH SPACE}{macro}" in clean_html({"resources": {**ON_ITS_PAGE}}, text)
    assert f"\\{macro}" in clean_html({"resources": {}}, text)


@pytest.mark.parametrize(("resources", "defined"), [(ON_ITS_PAGE, False), ({}, True)])
def test_neither_does_a_formula_that_is_displayed(resources, defined):
    latex = new_output("display_data", data={"text/latex": r"$\def\x{1}$"})
    notebook = new_notebook(cells=[new_code_cell("1", outputs=[latex])])
    shown, _ = SafeToShow()(notebook, {**resources})
    assert (r"\def" in shown.cells[0].outputs[0].data["text/latex"]) is defined


def test_other_formulas_stay_as_they_are():
    text = r"\left( \lets \newcommands \alpha \renewed"
    assert clean_html({"resources": {**ON_ITS_PAGE}}, text) == text


def test_a_box_is_below_the_code_and_not_below_each_output():
    cell = manual("1", new_code_cell)
    context = {"cell": cell, "resources": {BELOW: {"why": "box"}}}
    assert highlight_code(context, "1").endswith("box")
    assert highlight_code({**context, "cell": manual("1")}, "1").count("box") == 0
