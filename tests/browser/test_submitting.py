"""If this fails, what students fetch and submit in JupyterLab gets lost, or earns nothing."""

from playwright.sync_api import expect

from tests import sample_class
from tests.browser.jupyter import serving
from tests.browser.open_notebook import OpenNotebook
from tests.exchange import Student, does, open_exchange

ASSIGNMENT = "one_dimension"
WRONG = "def relative_difference(a, b):\n    return abs(a - b)"


def test_what_is_fetched_validated_and_submitted_is_graded(
    course, cli, released, tmp_path, page, picture
):
    """nbgrader's list of assignments and its Validate button, then the instructor's commands."""
    exchange = open_exchange(course, tmp_path / "exchange", ASSIGNMENT)
    student = Student("ada", exchange, released.settings, tmp_path)
    story = sample_class.load("correct")
    answers = story.answers(ASSIGNMENT)
    with serving(student.root) as address:
        page.goto(address("lab"))
        _assignments(page, "released").get_by_role("button", name="Fetch").click()
        expect(page.locator("#fetched_assignments_list")).to_contain_text(ASSIGNMENT)
        file = student.root / ASSIGNMENT / f"{ASSIGNMENT}.ipynb"
        notebook = OpenNotebook(page, address, "lab", file, student.root)
        notebook.run_all()
        expect(notebook.output("summary")).to_contain_text("So far: 0 of 18 points")
        written = sample_class.fill(course.release(ASSIGNMENT), answers)
        for cell in written.cells:
            if cell.id in answers:
                notebook.answer(cell.id, cell.source)
        notebook.answer("relative_difference", WRONG)
        said = _validated(page)
        assert said.count("The following cell failed:") == 1
        assert "checks_of_relative_difference" in said
        picture(page, "fails")
        page.get_by_role("button", name="Ok", exact=True).click()
        notebook.answer("relative_difference", answers["relative_difference"])
        assert _validated(page) == "Success! Your notebook passes all the tests."
        page.get_by_role("button", name="Ok", exact=True).click()
        notebook.save()
        page.goto(address("lab") + "&reset")
        _assignments(page, "fetched").get_by_role("button", name="Submit").click()
        expect(page.locator("#submitted_assignments_list")).to_contain_text(ASSIGNMENT)
        picture(page, "submitted")
    does(course, "collect", ASSIGNMENT)
    assert cli(course, "grade", ASSIGNMENT)[0] == 0
    assert course.points(ASSIGNMENT, student.name) == story.points(ASSIGNMENT)


def _assignments(page, which):
    """One of the three lists of assignments."""
    page.get_by_role("menuitem", name="Nbgrader").click()
    page.get_by_text("Assignment List", exact=True).click()
    return page.locator(f"#{which}_assignments_list")


def _validated(page):
    """What the Validate button says."""
    page.get_by_role("button", name="Validate").click()
    return page.locator("#validation-message").inner_text()
