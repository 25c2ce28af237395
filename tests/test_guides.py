"""If this fails, a guide names a command, an option or a file that does not exist."""

import re
import shlex

import pytest
import typer

from autograder.cli import app
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


def test_there_are_commands_to_try():
    """A test that finds none would pass on any page."""
    found = [each for page in PAGES for each in commands(page.read_text())]
    assert len(found) > 30
    with pytest.raises(Exception, match="No such option"):
        COMMANDS.commands["grade"].make_context("grade", ["--no-such-option"])
