"""If this fails, a student in JupyterLab or Notebook gets stuck on the way to an answer."""

import re
import shutil

import nbformat
import pytest
from playwright.sync_api import expect

from autograder.questions import ASSIGNMENTS, questions_of
from tests import sample_class
from tests.browser.jupyter import serving
from tests.browser.open_notebook import FRONT_ENDS, OpenNotebook
from tests.temporary_course import ROOT

NOT_TOLD = "diagnosis"
"""The question whose check says only that it is filled in."""


@pytest.fixture(scope="module", params=FRONT_ENDS)
def jupyter(request, tmp_path_factory):
    """A student's folder with a server: what was started, where, and its address."""
    folder = tmp_path_factory.mktemp("student")
    with serving(folder, request.param) as address:
        yield request.param, folder, address


@pytest.fixture
def notebook(jupyter, page, request):
    """The notebook of an assignment, open; nothing is missing in its page in the end."""
    front_end, folder, address = jupyter
    file = folder / request.function.__name__ / f"{request.param}.ipynb"
    file.parent.mkdir(exist_ok=True)
    shutil.copy(ROOT / "release" / request.param / file.name, file)
    notebook = OpenNotebook(page, address, front_end, file, folder)
    yield notebook
    assert notebook.complaints == []


@pytest.mark.parametrize("notebook", ASSIGNMENTS, indirect=True)
def test_a_student_solves_a_notebook(notebook, picture):
    """From the first Run All, which says what is to do, to all points."""
    assignment = notebook.file.stem
    worth = {each.name: each.points for each in questions_of(assignment).values()}
    most = sum(worth.values())
    notebook.run_all()
    expect(notebook.output("summary")).to_contain_text(f"So far: 0 of {most:g} points")
    notebook.output(f"test_{next(iter(worth))}").scroll_into_view_if_needed()
    picture(notebook.page, "fresh")
    assert notebook.errors() == []
    for name in worth:
        expect(notebook.output(f"test_{name}")).to_contain_text(re.compile("✗ look|· wait"))
        expect(notebook.output(f"test_{name}")).not_to_contain_text(re.compile("✓ ok|· done"))

    written = sample_class.load("correct").answers(assignment)
    solved = sample_class.fill(nbformat.read(notebook.file, as_version=4), written)
    for cell in solved.cells:
        if cell.id in written:
            notebook.answer(cell.id, cell.source)
        if cell.id in worth:
            check = notebook.output(f"test_{cell.id}")
            expect(check).to_contain_text(f"{worth[cell.id]:g} of {worth[cell.id]:g} points")
            expect(check).not_to_contain_text(re.compile("✗ look|· wait"))
            expect(check).to_contain_text("· done" if cell.id == NOT_TOLD else "✓ ok")
    notebook.save()
    saved = nbformat.read(notebook.file, as_version=4)
    assert [cell.source for cell in saved.cells] == [cell.source for cell in solved.cells]

    notebook.run_all()
    told = sum(points for name, points in worth.items() if name != NOT_TOLD)
    expect(notebook.output("summary")).to_contain_text(f"So far: {told:g} of {told:g} points")
    expect(notebook.output("summary")).not_to_contain_text("still empty")
    assert notebook.errors() == notebook.empty_pictures() == []
    notebook.cell("summary").scroll_into_view_if_needed()
    picture(notebook.page, "solved")


@pytest.mark.parametrize("notebook", ["one_dimension"], indirect=True)
def test_mistakes_show_their_lines_and_hints_help(notebook, picture):
    """A wrong value, an exception, a hint; then an answer that is typed key by key."""
    notebook.page.set_viewport_size({"width": 800, "height": 900})
    notebook.run_all()
    expect(notebook.output("summary")).to_contain_text("So far: ")
    name = "relative_difference"
    check, hints = notebook.output(f"test_{name}"), notebook.cell(f"hints_for_{name}")
    notebook.answer(name, f"def {name}(a, b):\n    total = abs(a) + abs(b)\n    return 7 * total")
    expect(check).to_contain_text("✗ look  value (2): for [3.] and [1.] it is 0.5; yours is 28")
    notebook.answer(name, f"def {name}(a, b):\n    total = 0\n    return (a - b) / total")
    expect(check).to_contain_text(
        f"{name} raised ZeroDivisionError in your line `return (a - b) / total`: "
    )
    hint = hints.locator("details", has_text="A hint")
    assert hint.get_attribute("open") is None
    hint.locator("summary").click()
    expect(hint).to_have_attribute("open", "")
    expect(hint.locator("code").first).to_be_visible()
    picture(notebook.page, "mistake")

    notebook.edit("forward_propagation")
    notebook.page.keyboard.type("def forward_propagation(x, theta):\nreturn theta * x")
    notebook.run_to("test_forward_propagation", first="forward_propagation")
    expect(notebook.output("test_forward_propagation")).to_contain_text("✓ ok    value (1)")
    assert notebook.errors() == []
