"""If this fails, a lesson that JupyterLab shows has an error, an empty picture or a dead slider."""

import re
import shutil

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import visit
from tests.browser.jupyter import serving
from tests.browser.open_notebook import OpenNotebook
from tests.temporary_course import ROOT

LESSONS = sorted(path.name for path in ROOT.glob("notebooks/*.ipynb"))


@pytest.fixture(scope="module")
def jupyterlab(tmp_path_factory):
    """A folder with the lessons, and the address of a server there."""
    folder = tmp_path_factory.mktemp("student") / "notebooks"
    shutil.copytree(ROOT / "notebooks", folder)
    with serving(folder) as address:
        yield folder, address


@pytest.fixture(scope="module")
def lesson(jupyterlab, browser, request):
    """A lesson after Run All, for all that is tried in it; nothing is missing in its page."""
    folder, address = jupyterlab
    with visit(browser) as page:
        lesson = OpenNotebook(page, address, "lab", folder / request.param, folder)
        lesson.run_all()
        last = [cell.id for cell in lesson.cells if cell.cell_type == "code"][-1]
        expect(lesson.cell(last).locator(".jp-InputPrompt")).to_have_text(re.compile(r"\[\d+\]:"))
        yield lesson
        assert lesson.complaints == []


def press(slider, key):
    """Press a key on a slider, again if the front end took the focus away before it arrived.

    While JupyterLab still lays out the cells above, it takes cells out of the page and puts them
    back, and what had the focus there has lost it.
    """
    before = slider.get_attribute("aria-valuenow")
    for _ in range(100):
        slider.press(key)
        has_moved = slider.get_attribute("aria-valuenow") != before
        if has_moved or slider.evaluate("each => each === document.activeElement"):
            return


def everything_shows(lesson, picture):
    """Outputs, pictures and formulas; the answers to its exercises open; no badge leads nowhere."""
    assert lesson.errors() == lesson.empty_pictures() == []
    # The hunts draw their heat maps as tables, which a phone can scroll.
    drawn = ".hunt table" if lesson.file.stem == "bug_hunts" else "img"
    assert lesson.page.locator(f".jp-OutputArea {drawn}").count() > 0
    answers = lesson.page.locator("details")
    expect(answers).to_have_count(sum(cell.source.count("<details>") for cell in lesson.cells))
    for answer in answers.all():
        text = answer.locator("p").first
        expect(text).not_to_be_visible()
        answer.locator("summary").click()
        expect(text).to_be_visible()
    picture(lesson.page, "answers")
    expect(lesson.page.get_by_alt_text("Open in Colab")).to_have_count(0)


def the_slider_moves_the_picture(lesson, picture):
    """Its number changes with it, and the widgets' own picture is drawn anew."""
    widget = lesson.output("slider")
    number, drawn = widget.locator(".widget-readout"), widget.locator("img")
    expect(number).to_have_text(re.compile(r"^0\.5\d*$"))
    shown = drawn.get_attribute("src")
    press(widget.get_by_role("slider"), "ArrowLeft")
    expect(number).to_have_text(re.compile(r"^0\.4\d*$"))
    expect(drawn).not_to_have_attribute("src", shown)
    picture(lesson.page, "moved")


def backpropagation_can_be_stepped_through(lesson, picture):
    """One station on, where the factor comes in: the stain is there, and the sentence says so."""
    widget = lesson.output("step_through")
    expect(widget.locator(".widget-readout")).to_have_text("dc")
    expect(widget).to_contain_text("dc: 0 of 3 entries are stained")
    press(widget.get_by_role("slider"), "ArrowRight")
    expect(widget.locator(".widget-readout")).to_have_text("dH")
    expect(widget).to_contain_text("dH: 20 of 20 entries are stained")
    picture(lesson.page, "stained")


def a_bug_is_hunted(lesson, picture):
    """A look has its colours, an answer is judged at once, and the map counts it."""
    looked = lesson.output("first_look")
    expect(looked.locator("td[style*='rgba(213,94,0']").first).to_be_visible()
    expect(lesson.output("the_answer")).to_contain_text("Yes: dW, mask.")
    lesson.edit("your_answer")
    lesson.page.keyboard.insert_text("give_up()")
    lesson.page.keyboard.press("Shift+Enter")
    expect(lesson.output("your_answer")).to_contain_text(re.compile("It was|Nothing was wrong"))
    lesson.edit("your_progress")
    lesson.page.keyboard.insert_text("progress()")
    lesson.page.keyboard.press("Shift+Enter")
    expect(lesson.output("your_progress")).to_contain_text("Hunts so far: 1.")
    picture(lesson.page, "hunted")


ONCE = {
    "1_one_dimension.ipynb": the_slider_moves_the_picture,
    "3_planted_bugs.ipynb": backpropagation_can_be_stepped_through,
    "bug_hunts.ipynb": a_bug_is_hunted,
}
"""What is tried in one lesson only."""


# In this order a lesson runs once, for both.
@pytest.mark.parametrize(
    ("lesson", "tries"),
    [
        pytest.param(name, tries, id=f"{name}-{tries.__name__}")
        for name in LESSONS for tries in (everything_shows, ONCE.get(name)) if tries
    ],
    indirect=["lesson"], scope="module",
)  # fmt: skip
def test_a_lesson_runs(lesson, tries, picture):
    tries(lesson, picture)
