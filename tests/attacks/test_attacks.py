"""Hostile submissions gain nothing, harm nobody and leave nothing; else nobody may be graded."""

import json
import re
import sys
from html.parser import HTMLParser

import pytest

from tests import sample_class
from tests.attacks import rig
from tests.attacks.catalogue import THEMES, WALLS, attacks

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the walls are those of Linux")

LARGEST_GRADER = 2 * 2**30
"""Bytes. A submission may use one gibibyte, and no process of the grader much more than that."""

MISTAKES = ("NameError", "SyntaxError", "IndentationError", "AttributeError", "TypeError",
            "UnboundLocalError")  # fmt: skip
"""What an attack raises that stumbles over itself: it proves nothing."""


def each(*themes, **header):
    """One test for each attack of these themes that has all of this in its header."""
    return [
        pytest.param(student, attack, id=f"{theme}-{attack.name}")
        for theme in themes or THEMES for student, attack in rig.students(theme).items()
        if all(getattr(attack, name) == value for name, value in header.items())
    ]  # fmt: skip


@pytest.fixture(scope="module")
def graded(released, tmp_path_factory):
    """{hall: Graded}, every attacker graded by nbgrader or by our own command."""
    return rig.grade_all(released, tmp_path_factory.mktemp("attacks"))


def of(graded, attack):
    """The hall in which an attack was graded."""
    return next(each for hall, each in graded.items() if attack.theme in rig.HALLS[hall])


@pytest.mark.parametrize(("student", "attack"), each())
def test_it_gets_no_more_than_it_deserves(graded, student, attack):
    points = of(graded, attack).points(attack.assignment, student)
    deserved = attack.deserves()
    gained = {name: score for name, score in points.items() if (score or 0) > deserved[name]}
    assert gained == {}, attack.tells


@pytest.mark.parametrize(("student", "attack"), each(exactly=True))
def test_what_it_answers_rightly_is_paid_all_the_same(graded, student, attack):
    """A student whose notebook only looks like an attack must not lose by it."""
    assert of(graded, attack).points(attack.assignment, student) == attack.deserves()


@pytest.mark.parametrize(("student", "attack"), each())
def test_none_of_its_attempts_succeeds(graded, student, attack):
    shown = of(graded, attack).shown(student, attack.assignment)
    assert [output for _, output in shown if "ATTACK SUCCEEDED" in output] == [], attack.tells


@pytest.mark.parametrize(("student", "attack"), each())
def test_no_secret_comes_back(graded, student, attack):
    """Neither in outputs, nor on its page, nor in any file that it may get to see."""
    hall = of(graded, attack)
    shown = [output for _, output in hall.shown(student, attack.assignment)]
    for step in ("autograded", "feedback"):
        for path in (hall.course.root / step / student).rglob("*"):
            if path.is_file() and path.suffix != ".ipynb":
                shown.append(path.read_bytes().decode("latin-1"))
    assert [text for text in shown if rig.CANARY in text] == [], attack.tells


@pytest.mark.parametrize(("student", "attack"), each())
def test_it_does_not_stumble_over_itself(graded, student, attack):
    shown = of(graded, attack).shown(student, attack.assignment)
    errors = [json.loads(output) for name, output in shown if not name.startswith("test_")]
    assert [error for error in errors if error.get("ename") in MISTAKES] == []


# The others.


@pytest.mark.parametrize("hall", rig.HALLS)
@pytest.mark.parametrize(("student", "story"), rig.NEIGHBOURS.items())
def test_the_neighbours_get_what_they_deserve(graded, hall, student, story):
    """Those who are graded before an attacker, and those who are graded after."""
    for assignment in rig.assignments(hall):
        deserved = sample_class.load(story).points(assignment)
        assert graded[hall].points(assignment, student) == deserved, graded[hall].logs


@pytest.mark.parametrize("hall", rig.HALLS)
def test_earlier_grades_stay_as_they_are(graded, hall):
    assert graded[hall].changed_rows == []


@pytest.mark.parametrize("hall", rig.HALLS)
def test_no_file_is_left_or_changed(graded, hall):
    assert sorted(map(str, graded[hall].left)) == []


@pytest.mark.parametrize("hall", rig.HALLS)
def test_no_process_is_left(graded, hall):
    """And the grader comes to an end by itself, without having grown beyond measure."""
    for report in graded[hall].reports.values():
        assert report["left"] == []
        assert report["status"] in (0, 1)
        assert report["peak"] < LARGEST_GRADER


@pytest.mark.parametrize("hall", rig.HALLS)
def test_nobody_is_called_and_nobody_is_hurt(graded, hall):
    assert graded[hall].heard == []
    assert graded[hall].bystander == "S, nice 0"


# The pages.


class Active(HTMLParser):
    """Collects whatever on a page would run, load, cover or send something."""

    TAGS = ("script", "iframe", "frame", "object", "embed", "applet", "portal", "form", "base",
            "link", "meta", "style", "button", "input", "textarea", "template", "noscript", "svg",
            "math", "video", "audio", "body", "html", "title", "plaintext", "xmp")  # fmt: skip
    FORMULAS = ([("display", "inline")], [("tabindex", "0"), ("display", "block")])
    LINKS = ("href", "src", "action", "formaction", "xlink:href", "data", "srcdoc", "background")

    def __init__(self, page):
        super().__init__()
        self.found, self.inside = [], ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.inside = tag if tag in ("script", "style") else ""
        for name, value in attributes:
            link = "".join((value or "").split()).lower()
            runs = name in self.LINKS and not link.startswith(("http", "#", "data:image/"))
            harmless = re.sub(r"rgba?\([\d.,%]*\)", "", link)
            covers = name == "style" and ("position" in link or "(" in harmless)
            if name.startswith("on") or runs or covers:
                self.found.append((tag, name, value))
        if tag in self.TAGS and not (tag == "math" and attributes in self.FORMULAS):
            self.found.append((tag, str(attributes)))

    handle_startendtag = handle_starttag

    def handle_data(self, data):
        if self.inside:
            self.found.append((self.inside, data))

    def handle_endtag(self, tag):
        self.inside = "" if tag == self.inside else self.inside


@pytest.mark.parametrize(("student", "attack"), each(*rig.HALLS["paper"]))
def test_its_page_does_nothing_that_an_honest_page_does_not(graded, student, attack):
    hall = of(graded, attack)
    page = hall.page(student, attack.assignment)
    if hall.notebook(student, attack.assignment) is None:
        assert page == ""
        return
    honest = Active(hall.page("999_correct", attack.assignment)).found
    allowed = [str(found).replace("999_correct", "") for found in honest]
    for found in Active(page).found:
        text = str(found).replace(student, "")
        assert text in allowed, attack.tells
        allowed.remove(text)


def test_the_page_test_sees_what_acts():
    """A test that sees nothing would find every page clean."""
    acts = [
        "<script>x()</script>",
        "<p onclick=x()>",
        '<a href="java\nscript:x()">',
        "<svg/>",
        '<div style="position:fixed">',
        "<style>x</style>",
        '<math display="block"><mi href="javascript:x()">y</mi></math>',
        '<math display="block" onclick="x()">',
        '<img src="x" onerror="y">',
    ]
    assert [page for page in acts if not Active(page).found] == []
    assert (
        Active('<p><a href="https://numpy.org">x</a><img src="data:image/png;base64,iV"></p>').found
        == []
    )


# The catalogue.


def test_the_catalogue_holds_what_it_promises():
    """At least fifty attacks, each with a wall, and no wall that nothing is held against."""
    assert len(attacks()) >= 50
    assert {attack.stopped_by for attack in attacks().values()} == set(WALLS)
    assert all(attack.tells.endswith(".") for attack in attacks().values())
