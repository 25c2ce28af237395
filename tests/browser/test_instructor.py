"""If this fails, instructors can't do their work in Jupyter, or students' notebooks act on them."""

import re
from dataclasses import replace

import pytest
from nbformat.v4 import new_markdown_cell
from playwright.sync_api import Error, expect

from tests.attacks.catalogue import attacks
from tests.browser.conftest import PATIENCE
from tests.browser.jupyter import serving
from tests.grading import hostile

ASSIGNMENT, STUDENT = "n_dimensions", "ada"
WRITTEN, POINTS, COMMENT = "explain_threshold", "1.5", "Good: but *which* digits does <b> lose?"
ATTACKED, ATTACKER = "one_dimension", "eve"
ELSEWHERE = re.compile(r"^https?://(?!127\.0\.0\.1|localhost)")
NAME = "<img src=x onerror=evil()>"
FORMGRADER = (
    f"manage_submissions/{ATTACKED}",
    f"gradebook/{ATTACKED}/{ATTACKED}",
    "manage_students",
)
"""Pages of the Formgrader that list students."""
PROVOKE = """what => {
  for (const each of document.querySelectorAll(what)) {
    const link = each.closest("a");
    const leaves = link && ["http:", "https:", "file:"].includes(link.protocol);
    for (const kind of leaves ? ["mouseover"] : ["mouseover", "focus", "click", "toggle"])
      each.dispatchEvent(new MouseEvent(kind, { bubbles: false, cancelable: true }));
  }
}"""
COVERS = """what => [...document.querySelectorAll(what)]
  .flatMap(root => [...root.querySelectorAll("*")])
  .filter(each => ["fixed", "sticky", "absolute"].includes(getComputedStyle(each).position))
  .filter(each => !each.matches(".hidden"))
  .map(each => each.outerHTML.slice(0, 200))"""


@pytest.fixture(scope="module")
def course(course_of_the_module):
    """A course to which students have submitted, and in which nothing is graded yet."""
    course = course_of_the_module
    course.submit(STUDENT, ASSIGNMENT, course.answered(ASSIGNMENT))
    with course.gradebook() as book:
        book.add_student(STUDENT, first_name="Ada", last_name="King")
    return course


@pytest.fixture(scope="module")
def address(course):
    """The address of each page of a JupyterLab that was started in the course folder."""
    with serving(course.root) as address:
        yield address


@pytest.fixture
def page(browser):
    """A tab of the instructor's: none of its pages may depend on other hosts."""
    context = browser.new_context(viewport={"width": 1400, "height": 900})
    context.set_default_timeout(PATIENCE)
    context.route(ELSEWHERE, lambda route: route.abort())
    yield context.new_page()
    context.close()


def test_create_assignment_shows_points(course, address, page, picture):
    page.goto(address(f"lab/tree/source/{ASSIGNMENT}/{ASSIGNMENT}.ipynb"))
    page.locator(".jp-Notebook .jp-Cell").first.wait_for()  # the panel shows what is open
    page.get_by_role("tab", name="Create Assignment").click()
    worth = course.worth(ASSIGNMENT)
    graded = ".nbgrader-CellPoints:not(.nbgrader-mod-uneditable) input"
    expect(page.locator(graded)).to_have_count(len(worth))
    shown = page.locator(".nbgrader-CellWidget", has=page.locator(graded)).evaluate_all(
        "(cells, graded) => cells.map(each => [each.querySelector('.nbgrader-CellId input').value,"
        " Number(each.querySelector(graded).value)])", graded,
    )  # fmt: skip
    assert dict(shown) == worth
    total = page.locator(".nbgrader-TotalPointsInput")
    expect(total).to_have_value(f"{sum(worth.values()):g}")
    page.locator(graded).first.scroll_into_view_if_needed()
    picture(page, "panel")


def formgrader(page, address):
    """The Formgrader, as it is opened in JupyterLab."""
    page.goto(address("lab") + "&reset")  # without what was open before
    page.get_by_role("menuitem", name="Nbgrader").click()
    page.get_by_role("menuitem", name="Formgrader", exact=True).click()
    return page.frame_locator("iframe")


def press(frame, row, button, said):
    """Press a button in a row of one of the Formgrader's tables, and close what it says."""
    frame.locator("tr", has_text=row).locator(f"td.{button} a").click()
    modal = frame.locator(".modal.in")
    expect(modal).to_contain_text(said)
    modal.get_by_role("button", name="OK").click()
    expect(modal).to_be_hidden()


def test_from_release_to_feedback_in_the_formgrader(course, address, page, picture):
    release = course.path("release", ASSIGNMENT)
    before = release.read_bytes()
    release.unlink()
    frame = formgrader(page, address)

    press(frame, ASSIGNMENT, "assign", "Successfully created the student version")
    assert release.read_bytes() == before
    picture(page, "assignments")

    frame.locator("tr", has_text=ASSIGNMENT).locator("td.num-submissions a").click()
    expect(frame.locator("tr", has_text="King, Ada")).to_contain_text("needs autograding")
    press(frame, "King, Ada", "autograde", "Successfully autograded")
    coded, most = course.coded(ASSIGNMENT), sum(course.worth(ASSIGNMENT).values())
    row = frame.locator("tr", has_text="King, Ada")
    expect(row).to_contain_text("needs manual grading")
    expect(row.locator(".score")).to_have_text(f"{coded:g} / {most:g}")
    picture(page, "submissions")

    frame.get_by_role("link", name="Manual Grading").click()
    for name in (ASSIGNMENT, ASSIGNMENT, "Submission #1"):
        frame.locator("#main-table").get_by_role("link", name=name, exact=True).click()
    answer = frame.locator(".nbgrader_cell", has=frame.locator(f"#{WRITTEN}"))
    expect(answer).to_contain_text("1 - A3 cancels when A3 is near 1")
    scheme = frame.locator(".mark-scheme")
    expect(scheme).to_contain_text("students don't see this")
    expect(scheme).to_contain_text("Anchor answers")
    for name, points in course.points(ASSIGNMENT, STUDENT).items():
        expect(frame.locator(f"#test_{name}")).to_have_attribute("placeholder", f"{points:g}")
    type_in(page, answer.locator("input.score"), POINTS, "grade")
    type_in(page, answer.locator("textarea.comment"), COMMENT, "comment")
    answer.scroll_into_view_if_needed()
    picture(page, "answer")

    done = course.run("autograder", "grade", ASSIGNMENT, "--student", STUDENT, "--force")
    assert done.returncode == 0, done.stdout + done.stderr
    frame = formgrader(page, address)
    frame.locator("tr", has_text=ASSIGNMENT).locator("td.num-submissions a").click()
    row = frame.locator("tr", has_text="King, Ada")
    expect(row.locator(".score")).to_have_text(f"{coded + float(POINTS):g} / {most:g}")
    press(frame, "King, Ada", "generate-feedback", "Successfully generated feedback")

    page.goto(course.path("feedback", ASSIGNMENT, STUDENT).with_suffix(".html").as_uri())
    expect(page.locator(".total")).to_have_text(f"{coded + float(POINTS):g} of {most:g} points")
    item = page.locator(f"#{WRITTEN}")
    expect(item).to_contain_text(f"{POINTS} / 3")
    expect(item.locator(".comment")).to_contain_text(COMMENT)
    picture(page, "feedback")


def type_in(page, box, text, what):
    """Type into a box of the Formgrader, leave it, and wait until that is saved."""
    with page.expect_response(lambda each: f"/api/{what}/" in each.url) as saved:
        box.fill(text)
        box.blur()
    assert saved.value.ok
    expect(box).to_have_value(text)


# What students wrote.


@pytest.fixture(scope="module")
def attacked(course):
    """The course after somebody has tried every way to act on those who read a notebook."""
    pages = [each for each in attacks().values() if each.theme == "pages"]
    every = tuple(cell for each in pages for cell in each.cells)
    notebook = replace(pages[0], cells=every).notebook(course.release(ATTACKED), told={})
    notebook.cells += [
        new_markdown_cell(each, attachments=hostile.ATTACHMENTS) for each in hostile.MARKDOWN
    ]
    course.submit(ATTACKER, ATTACKED, notebook)
    with course.gradebook() as book:
        book.update_or_create_student(ATTACKER, first_name=hostile.HTML[0], last_name=NAME)
    run(course, "grade", ATTACKED, "--student", ATTACKER)
    with course.gradebook() as book:
        comment = book.find_comment("explain_zero", ATTACKED, ATTACKED, ATTACKER)
        comment.manual_comment = NAME
        book.db.commit()
    run(course, "feedback", ATTACKED)
    run(course, "report", ATTACKED)
    return course


def run(course, *arguments):
    done = course.run("autograder", *arguments)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture
def acted(page):
    """What has been done to a reader: what ran, asked, or was asked for elsewhere."""
    acted = []
    for name in ("evil", "attack"):
        page.context.expose_function(name, lambda *_, name=name: acted.append(f"{name}()"))
    page.context.on("request", lambda each: acted.append(each.url) if asks(each.url) else None)
    page.on("dialog", lambda each: (acted.append(each.message), each.dismiss()))
    page.on("popup", lambda each: acted.append("popup"))
    return acted


def asks(url):
    """Whether an address is another host's. nbgrader has MathJax from one, on its own account."""
    return ELSEWHERE.match(url) and "mathjax" not in url.lower()


def provoke(page, what):
    """Do to everything that a student wrote what a reader may do by accident."""
    page.evaluate(PROVOKE, what)
    page.wait_for_load_state("networkidle")


def test_without_our_cleaning_the_same_markup_acts(page, acted):
    """A test that sees nothing would find every page harmless."""
    harmless = []
    for each in hostile.HTML[:10]:
        tab = page.context.new_page()
        try:
            tab.set_content(f"<main>{each}</main>", wait_until="domcontentloaded")
            provoke(tab, "*")
        except Error:
            acted.append("led to another page")
        tab.close()
        if not acted:
            harmless.append(each)
        acted.clear()
    assert len(harmless) <= 1, harmless


@pytest.mark.parametrize("view", ["feedback", "report", "answers", *FORMGRADER])
def test_a_hostile_notebook_does_nothing_to_its_readers(
    attacked, address, page, acted, picture, view
):
    page.goto(address("login"))  # nbgrader's own pages don't remember who has opened them
    page.goto(where(attacked, address, view))
    students = "#notebook .rendered_html, #notebook .output_area, #notebook .input_area"
    students = students if view == "answers" else "main, #main-table"
    expect(page.locator(students).first).to_be_visible()
    expect(page.get_by_text("Loading, please wait")).to_have_count(0)
    if view == "answers":
        # It loads the scores from the server, and what was typed earlier.
        expect(page.locator("#explain_zero-comment")).to_have_value(NAME)
    title = page.title()
    page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")
    picture(page, view.replace("/", "-"))
    shown = page.locator("body").inner_text()
    assert page.evaluate(COVERS, students) == []
    provoke(page, ", ".join(f"{each} *" for each in students.split(", ")))
    assert acted == [] and page.title() == title
    assert "evil()" in shown or view.startswith("gradebook")
    if view in ("feedback", "answers"):
        assert shown.count("a link") > 10 and shown.count("attack()") > 20


def where(course, address, view):
    """The address of a page that shows what a student wrote."""
    if view == "feedback":
        return course.path("feedback", ATTACKED, ATTACKER).with_suffix(".html").as_uri()
    if view == "report":
        return (course.root / "report" / f"{ATTACKED}.html").as_uri()
    if view == "answers":
        with course.gradebook() as book:
            submission = book.find_submission_notebook(ATTACKED, ATTACKED, ATTACKER).id
        return address(f"formgrader/submissions/{submission}/")
    return address(f"formgrader/{view}")
