"""If this fails, a guide names a command, an option or a file that does not exist."""

import re
import shlex

import nbformat
import pytest
import typer

from autograder.cli import app
from autograder.truth.bugs import BANK
from tests.temporary_course import ROOT

PAGES = sorted([
    *ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("benchmarks/**/*.md"),
])  # fmt: skip
BLOCK = re.compile(r"^```\w*\n(.*?)^```$", re.DOTALL | re.MULTILINE)
INLINE = re.compile(r"`(autograder [^`]+)`")
LINK = re.compile(r"\]\((?!https?:|mailto:)([^)#\s]*)#?([^)\s]*)\)")
HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)
COMMANDS = typer.main.get_command(app)
PLACEHOLDER = re.compile(r"[\[\]<>…]")


def commands(text):
    """What a page says to type, without comments."""
    lines = [line for block in BLOCK.findall(text) for line in block.splitlines()]
    said = [line.partition("  #")[0].strip() for line in lines]
    return [each for each in said if each.startswith("autograder ")]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_command_can_be_typed(page):
    for said in commands(page.read_text()):
        _, verb, *arguments = shlex.split(PLACEHOLDER.sub("", said))
        # Raises if an option or an argument is unknown or missing.
        COMMANDS.commands[verb].make_context(verb, arguments).close()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_option_that_a_sentence_names_exists(page):
    for said in INLINE.findall(page.read_text()):
        _, *words = said.split()
        known = COMMANDS if words[0].startswith("--") else COMMANDS.commands[words[0]]
        options = {option for each in known.params for option in each.opts}
        assert {word.strip("[]") for word in words if word.startswith("--")} <= options, said


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page):
    for target, anchor in LINK.findall(page.read_text()):
        path = page.parent / target if target else page
        assert path.exists(), target
        if anchor and path.suffix == ".md":
            assert anchor in anchors(path.read_text()), f"{target}#{anchor}"


def anchors(text):
    """What a forge makes of the headings of a page."""
    headings = HEADING.findall(re.sub(r"```.*?```", "", text, flags=re.DOTALL))
    return {re.sub(r"[^\w -]", "", each.lower()).replace(" ", "-") for each in headings}


TEACHING = (ROOT / "docs/teaching.md").read_text()
RELEASES = sorted(ROOT.glob("release/*/*.ipynb"))
COUNTED = [*sorted(ROOT.glob("notebooks/*.ipynb")), *RELEASES]


def rows_of(text):
    """The cells of all rows of the tables in a text."""
    lines = [line for line in text.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


@pytest.mark.parametrize("path", COUNTED, ids=lambda path: path.stem)
def test_teachers_read_how_long_a_notebook_is(path):
    """Words and minutes to a tenth, so that not every change of a sentence changes the table."""
    cells = nbformat.read(path, as_version=4).cells
    prose = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    words = len(re.sub(r"<details>.*?</details>", "", prose, flags=re.DOTALL).split())
    [row] = [row for row in rows_of(TEACHING) if row[0].startswith(f"[`{path.stem}`]")]
    said = int(row[2].replace(",", ""))
    assert row[1] == str(len(cells))
    assert said == pytest.approx(words, rel=0.1)
    assert int(row[3]) == pytest.approx(said / 200, abs=0.5)
    assert row[4] == re.search(r"\*\*Time:\*\* ([^.]+)\.", prose)[1]


@pytest.mark.parametrize("path", RELEASES, ids=lambda path: path.stem)
def test_teachers_read_about_every_question(path):
    cells = nbformat.read(path, as_version=4).cells
    marked = [cell.metadata.nbgrader for cell in cells if "nbgrader" in cell.metadata]
    points = {each.grade_id.removeprefix("test_"): each.points for each in marked if each.grade}
    section = TEACHING.partition(f"\n### `{path.stem}`\n")[2].partition("\n## ")[0]
    listed = re.findall(
        r"^- \*\*(.*?), (\d+) points?:\*\*", section.partition("\n### ")[0], re.MULTILINE
    )
    for names, said in listed:
        found = [points.pop(name) for name in re.findall(r"`(\w+)`", names)]
        assert said == f"{sum(found):g}", names
    assert points == {}


def test_each_session_is_planned_to_the_minute():
    plans = re.findall(r"\n### Session \d: .*?\n((?:\n|\|.*\n)+)", TEACHING)
    length = re.search(r"## A plan for four sessions of (\d+) minutes", TEACHING)[1]
    minutes = [sum(int(row[0]) for row in rows_of(plan) if row[0].isdigit()) for plan in plans]
    assert minutes == [int(length)] * 4


def test_teachers_are_sent_to_sections_that_exist():
    """The names in italics of a plan are headings of the lesson, or the guide is out of date."""
    cells = [cell for path in COUNTED for cell in nbformat.read(path, as_version=4).cells]
    headings = {each for cell in cells for each in HEADING.findall(cell.source)}
    plans = TEACHING.partition("## A plan for four")[2].partition("\n## ")[0]
    named = set(re.findall(r"(?<!\*)\*([A-Z][^*]+)\*(?!\*)", plans))
    assert len(named) > 20
    assert named - headings == set()


def test_teachers_are_sent_to_parts_of_the_report_that_exist():
    report = (ROOT / "autograder/desk/pages/report.html").read_text()
    steps = TEACHING.partition("## The report in the next lesson")[2].partition("\n## ")[0]
    named = re.findall(r"^\d\. \*\*(.*?):?\*\*", steps, re.MULTILINE)
    assert len(named) == 5
    assert [each for each in named if f">{each}<" not in report] == []


def test_teachers_read_how_many_bugs_and_points_there_are():
    drawn, bugs = map(int, re.search(r"(\d+) of the (\d+) bugs", TEACHING).groups())
    assert (drawn, bugs) == (sum(bug.suspect for bug in BANK), len(BANK))
    marked = [
        cell.metadata.nbgrader for path in RELEASES
        for cell in nbformat.read(path, as_version=4).cells if "nbgrader" in cell.metadata
    ]  # fmt: skip
    written = sum(each.points for each in marked if each.grade and each.solution)
    assert written == int(re.search(r"\((\d+) of the 100 points\)", TEACHING)[1])


def test_there_are_commands_to_try():
    """A test that finds none would pass on any page."""
    found = [each for page in PAGES for each in commands(page.read_text())]
    assert len(found) > 30
    with pytest.raises(Exception, match="No such option"):
        COMMANDS.commands["grade"].make_context("grade", ["--no-such-option"])
