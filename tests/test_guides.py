"""If this fails, a guide names a command, an option or a file that does not exist."""

import math
import re
import shlex
import tomllib

import nbformat
import numpy as np
import pytest
import typer
from distributed.cli import dask_worker
from nbgrader.apps import NbGraderApp
from nbgrader.exchange.default import Exchange
from traitlets.config import Configurable

from autograder.cli import app
from autograder.grading.colab_badge import OpenInColab
from autograder.grading.execute import TrustedExecute
from autograder.truth.bugs import BANK
from tests.temporary_course import ROOT

PAGES = sorted([
    *ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("benchmarks/**/*.md"),
])  # fmt: skip
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
INLINE = re.compile(r"`(autograder [^`]+)`")
LINK = re.compile(r"\]\((?!https?:|mailto:)([^)#\s]*)#?([^)\s]*)\)")
HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)
COMMANDS = typer.main.get_command(app)
PLACEHOLDER = re.compile(r"[\[\]<>…]")


NOT_RUN = {
    "git config diff.ipynb.textconv ": "changes a clone; nothing of ours reads the setting",
    "gh workflow run ": "a service on a forge: the names of its inputs are compared below",
    "jupyter lab": "a server, which runs until it is stopped: `make browser` starts it",
    "make ": "makes an environment and runs tests, this one among them: targets are compared below",
    "pip install ": "asks a package index: the names are compared below",
}
"""What commands of the guides begin with that no test runs as they stand, and why."""


def commands(text):
    """What a page says to type, without comments."""
    lines = [
        line for language, block in BLOCK.findall(text) if not language
        for line in block.replace("\\\n", "").splitlines()
    ]  # fmt: skip
    return [said for line in lines if (said := line.partition("  #")[0].strip())]


def is_run(command):
    """Whether `tests/courses/test_guide.py` types a command as it stands."""
    return command.startswith(("autograder ", "nbgrader "))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_command_can_be_typed(page):
    for said in filter(is_run, commands(page.read_text())):
        program, verb, *arguments = shlex.split(PLACEHOLDER.sub("", said))
        if program == "autograder":
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


README = (ROOT / "README.md").read_text()
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


CONCEPT_TEST = (ROOT / "docs/concept_test.md").read_text()
ASKED = re.compile(
    r"^\*\*(?P<number>\d+)\.\*\* (?P<text>[^\n]+(?:\n[^\n]+)*)\n\n"
    r"(?P<options>(?:- \*\*[A-D]\.\*\* .+\n){4})",
    re.MULTILINE,
)


def concept_test():
    """The questions, and {number: its row of the key}."""
    questions = [*ASKED.finditer(CONCEPT_TEST)]
    return questions, {row[0]: row[1:] for row in rows_of(CONCEPT_TEST) if row[0].isdigit()}


def test_every_question_before_and_after_has_a_key():
    """Four options each, one correct, and for the others what they say; the letters are spread."""
    questions, key = concept_test()
    numbers = [each["number"] for each in questions]
    assert numbers == [*key] == [str(number) for number in range(1, 13)]
    correct = []
    for each in questions:
        options = dict(re.findall(r"^- \*\*(.)\.\*\* (.+)$", each["options"], re.MULTILINE))
        assert [*options] == [*"ABCD"]
        assert len({*options.values()}) == 4
        *says, back = key[each["number"]]
        assert len(says) == 4 and all(says) and says.count("**correct**") == 1
        correct.append("ABCD"[says.index("**correct**")])
        lesson, section = re.fullmatch(r"lesson (\d), \*(.+)\*", back).groups()
        (path,) = ROOT.glob(f"notebooks/{lesson}_*.ipynb")
        cells = nbformat.read(path, as_version=4).cells
        assert any(cell.source.startswith(f"## {section}\n") for cell in cells), section
    assert sorted(correct) == sorted("ABCD" * 3)


def test_the_numbers_of_the_questions_before_and_after_are_true():
    def central(f, theta, epsilon):
        return (f(theta + epsilon) - f(theta - epsilon)) / (2 * epsilon)

    wide, narrow = (central(lambda t: 0.3 * t**3, 0.0, step) for step in (0.2, 0.02))
    assert (wide, narrow) == (pytest.approx(0.012), pytest.approx(0.00012))
    off = [abs(central(np.exp, 1.0, step) - np.e) for step in (1e-5, 1e-1, 1e-10, 1e-15)]
    assert min(off) == off[0]
    assert central(lambda t: t**3, 3.0, 1e-5) == pytest.approx(3.0**3)
    truth = np.append(np.ones(1000), np.full(10, 1e-8))
    flipped = np.append(np.ones(1000), np.full(10, -1e-8))
    norm = np.linalg.norm
    assert norm(flipped - truth) / (norm(flipped) + norm(truth)) < 2e-9
    assert 0.2 < central(lambda t: max(t, 0.0), 2e-6, 1e-5) < 0.8
    nan = float("nan")
    assert not nan > 1e-6

    before, after, gained, possible, gain = re.search(
        r"from (\d+)% to (\d+)% has gained\s+(\d+) of (\d+) possible points: g = ([\d.]+)\.",
        CONCEPT_TEST,
    ).groups()
    assert (int(gained), int(possible)) == (int(after) - int(before), 100 - int(before))
    assert float(gain) == pytest.approx(int(gained) / int(possible))
    average, enough, cases = re.search(
        r"gets (\d+) of 12 on average, and (\d+) or\s+more in one case of (\d+)", CONCEPT_TEST
    ).groups()
    lucky = sum(math.comb(12, k) * 3 ** (12 - k) for k in range(int(enough), 13)) / 4**12
    assert int(average) == 12 / 4
    assert 1 / lucky == pytest.approx(int(cases), rel=0.02)
    # Twice the standard error of a difference, if every answer were the toss of a coin.
    people = int(re.search(r"In a class of (\d+), averages", CONCEPT_TEST)[1])
    assert 100 * 2 * math.sqrt(2 * 0.25 / 12 / people) == pytest.approx(10, abs=2), "about ten"


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


def test_every_command_is_run_or_says_why_not():
    typed = {each for page in PAGES for each in commands(page.read_text()) if not is_run(each)}
    for command in typed:
        assert command.startswith(tuple(NOT_RUN)), f"no test types {command}"
    for beginning in NOT_RUN:
        assert any(command.startswith(beginning) for command in typed), f"nobody says {beginning}"


def test_every_command_of_nbgrader_that_a_sentence_names_exists():
    said = {verb for page in PAGES for verb in re.findall(r"`nbgrader (\w+)", page.read_text())}
    assert len(said) > 4
    assert said <= {*NbGraderApp.subcommands}


def test_every_setting_that_is_named_exists():
    """Of nbgrader and of ours, as `c.Class.name`."""
    text = "\n".join(page.read_text() for page in PAGES)
    said = set(re.findall(r"\bc\.([A-Z]\w+)\.([a-z]\w+)", text))
    assert len(said) > 8
    kinds = {*configurable(), Exchange, OpenInColab, TrustedExecute}
    known = {(each.__name__, name) for each in kinds for name in each.class_trait_names()}
    assert said - known == set()


def configurable(kind=Configurable):
    """All classes that a configuration can be about; two of them are called `Exchange`."""
    return {kind}.union(*map(configurable, kind.__subclasses__()))


def test_the_workers_of_a_cluster_take_the_options_of_the_guide():
    said = re.search(r"`dask worker ([^`]+)`", (ROOT / "docs/operations.md").read_text())[1]
    known = {option for each in dask_worker.main.params for option in each.opts}
    named = re.findall(r"--[\w-]+", said)
    assert len(named) == 2
    assert {*named} <= known


def test_every_extra_that_is_named_exists():
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"][
        "optional-dependencies"
    ]
    said = {each for page in PAGES for each in re.findall(r"-e \.\[(\w+)\]", page.read_text())}
    assert said
    assert said <= {*extras}


def test_every_language_of_a_block_is_known():
    """A block without one holds commands; else a test would not find them."""
    found = {language for page in PAGES for language, _ in BLOCK.findall(page.read_text())}
    assert found == {"", "python", "text"}


def test_every_target_exists():
    """Of `make`, in sentences as well."""
    targets = set(re.findall(r"^([\w./-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    text = "\n".join(page.read_text() for page in PAGES)
    said = {
        *re.findall(r"`make ([\w./-]+)", text),
        *re.findall(r"^make ([\w-]+)", text, re.MULTILINE),
    }
    assert len(said) > 15
    assert said <= targets


def test_students_install_what_the_course_needs():
    said = [each.split()[2:] for each in commands((ROOT / "docs/student.md").read_text())]
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = wanted["optional-dependencies"]["grader"]
    assert said[0] and {*said[0]} <= {re.match(r"[\w-]+", each)[0] for each in wanted}


def test_the_workflow_takes_what_the_guide_gives_it():
    (said,) = commands((ROOT / "docs/github/README.md").read_text())
    inputs = (ROOT / "docs/github/grade.yml").read_text().partition("inputs:")[2]
    given = re.findall(r"-f (\w+)=", said)
    assert len(given) == 3
    assert [each for each in given if f" {each}:" not in inputs] == []


def test_the_example_of_the_readme_says_what_its_comments_say(capsys):
    ((_, example),) = [each for each in BLOCK.findall(README) if each[0] == "python"]
    names = {}
    exec(compile(example, "README.md", "exec"), names)
    first, rest = capsys.readouterr().out.split("\n", 1)
    said = re.findall(r"^print\(.*\)  # (.*)$", example, re.MULTILINE)
    assert first == said[0]
    assert said[1] in rest
    one_norm = float(re.search(r"one norm over all four would call that (\S+)", example)[1])
    truth = 2 * names["theta"] / (1 + names["theta"] ** 2)
    off, size = (np.linalg.norm(each) for each in (names["gradient"] - truth, truth))
    assert one_norm == pytest.approx(off / (2 * size), rel=0.1)


def test_there_are_commands_to_try():
    """A test that finds none would pass on any page."""
    found = [each for page in PAGES for each in commands(page.read_text()) if is_run(each)]
    assert len(found) > 30
    with pytest.raises(Exception, match="No such option"):
        COMMANDS.commands["grade"].make_context("grade", ["--no-such-option"])
