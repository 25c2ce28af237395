"""If this fails, a student's notebook runs code in the browser of a person who opens its page."""

import base64
import html
import json
import urllib.request
from collections import Counter
from html.parser import HTMLParser

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output
from traitlets.config import Config

from autograder.grading.hide_tests import HideWhatIsHidden
from autograder.grading.safe_html import clean
from autograder.grading.safe_pages import (
    LEFT_OUT,
    MOST_STEPS_OF_NOTEBOOK,
    SafeToShow,
    ansi2html,
    markdown2html,
    steps,
)
from tests.grading import hostile
from tests.grading.test_formgrader import TOKEN, formgrader  # noqa: F401  (a fixture)

ASSIGNMENT = "one_dimension"
HIDDEN = 'ask("gradient_check")'

CSP = "Content-Security-Policy"

HONEST_MARKDOWN = """# A heading

If $a < b$ & $c > d$, then *see* [the paper](https://example.org/paper?a=1&b=2#part):

| layer | error |
|---|---:|
| 1 | `1e-7` |

```python
if a < b:
    pass
```

$$\\begin{aligned} x &< y \\\\ y &> z \\end{aligned}$$

![my sketch](attachment:sketch.png) [up](#A-heading)
"""
TABLE = (
    "<div><style scoped>.dataframe td {color: red}</style><table border='1' class='dataframe'>"
    "<thead><tr style='text-align: right;'><th></th><th>loss</th></tr></thead>"
    "<tbody><tr><th>0</th><td>0.69</td></tr></tbody></table></div>"
)
SVG = (
    '<?xml version="1.0" encoding="utf-8" standalone="no"?><!DOCTYPE svg PUBLIC '
    '"-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">'
    '<svg xmlns="http://www.w3.org/2000/svg" width="9pt"><path d="M 0 0 L 9 9"/></svg>'
)


class Page(HTMLParser):
    """The elements and the text of a page."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.code, self.text, self._inside = [], [], "", None
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.elements.append(
            (tag, tuple(sorted((name, value or "") for name, value in attributes)))
        )
        self._inside = tag

    def handle_endtag(self, tag):
        self._inside = None

    def handle_data(self, data):
        if self._inside in ("script", "style"):
            self.code.append(data)
        else:
            self.text += data

    @property
    def policy(self):
        """The page's Content-Security-Policies."""
        return [each["content"] for each in self.find("meta", **{"http-equiv": CSP})]

    def find(self, tag, **attributes):
        return [
            dict(found)
            for name, found in self.elements
            if name == tag and attributes.items() <= dict(found).items()
        ]


def display(**data):
    data = {name.replace("__", "/"): value for name, value in data.items()}
    return new_output("display_data", data=data)


@pytest.fixture(scope="module")
def graded(course_of_the_module):
    """A course with one graded submission."""
    course = course_of_the_module
    course.submit("eve", ASSIGNMENT, course.answered(ASSIGNMENT))
    done = course.nbgrader("autograde", ASSIGNMENT)
    assert done.returncode == 0, done.stderr
    return course


@pytest.fixture(scope="module")
def pages(graded):
    """A function that makes a page after adding cells to the graded notebook."""
    path = graded.path("autograded", ASSIGNMENT, "eve")
    before = path.read_bytes()

    def show(*cells, **metadata):
        notebook = nbformat.from_dict(nbformat.reads(before.decode(), as_version=4))
        notebook.cells += cells
        notebook.metadata |= metadata
        path.unlink()
        path.write_text(json.dumps(notebook))
        done = graded.nbgrader("generate_feedback", ASSIGNMENT, "--force")
        assert done.returncode == 0, done.stderr
        return Page(graded.path("feedback", ASSIGNMENT, "eve").with_suffix(".html").read_text())

    return show


@pytest.fixture
def course(graded):
    """For the Formgrader."""
    return graded


def hostile_cells():
    return [
        *(new_markdown_cell(each, attachments=hostile.ATTACHMENTS) for each in hostile.MARKDOWN),
        *(new_code_cell("1", outputs=[each]) for each in hostile.OUTPUTS),
        new_code_cell("1", metadata=hostile.CELL_METADATA, outputs=[
            new_output("display_data", data={"image/png": hostile.PNG})]),
        new_markdown_cell("text", metadata=hostile.CELL_METADATA),
    ]  # fmt: skip


def honest_cells():
    picture = {"sketch.png": {"image/png": hostile.PNG}}
    return [
        new_markdown_cell(HONEST_MARKDOWN, attachments=picture),
        new_code_cell("table", outputs=[display(text__html=TABLE, text__plain="loss")]),
        new_code_cell("plot", outputs=[new_output("display_data", data={"image/svg+xml": SVG})]),
        new_code_cell("plot", outputs=[new_output(
            "display_data", data={"image/png": hostile.PNG},
            metadata={"image/png": {"width": 300}})]),
        new_code_cell("1 / 0", outputs=[new_output(
            "error", ename="ZeroDivisionError", evalue="division by zero",
            traceback=["\x1b[31mZeroDivisionError\x1b[39m: a < b"])]),
        new_code_cell("m", outputs=[new_output("display_data", data={
            "text/markdown": "so *far* $u < v$", "text/plain": "<Markdown>"})]),
    ]  # fmt: skip


def check_harmless(page, plain, formulas=()):
    """Check that what the attack added to the page can neither run nor load."""
    added = Counter(page.elements) - Counter(plain.elements)
    for tag, attributes in added:
        assert tag in formulas or tag not in (
            "script", "style", "link", "meta", "base", "iframe", "object", "embed", "form",
            "input", "button", "textarea", "select", "svg", "math", "video", "audio", "template",
        ), tag  # fmt: skip
        for name, value in attributes:
            assert not name.startswith(("on", "data-", "form")), (tag, attributes)
            assert name not in ("srcset", "action", "ping", "background", "target"), (tag, name)
            assert name != "style" or value.startswith("color: rgb("), value
            if name == "src":
                assert tag == "img" and value.startswith("data:image/"), value
            if name == "href":
                assert value.startswith(("#shown-", "https://example.org/")), value
                assert value[0] == "#" or dict(attributes)["rel"] == "noopener noreferrer"
            if name == "id":
                assert value.startswith(("shown-", "cell-id=")), value
            if name == "class":
                assert "evil" not in value and "navbar" not in value and "mermaid" not in value
    assert page.code == plain.code
    assert "evil" in page.text, "what was written is still to be read, as text"


def check_honest(page):
    """Check what both pages show."""
    assert "1e-7" in page.text
    link = page.find("a", href="https://example.org/paper?a=1&b=2#part")
    assert link and link[0]["rel"] == "noopener noreferrer"
    assert page.find("table", **{"class": "dataframe"}) and "0.69" in page.text
    sources = [found.get("src") for found in page.find("img")]
    assert sources.count(f"data:image/png;base64,{hostile.PNG}") == 2
    assert f"data:image/svg+xml;base64,{base64.b64encode(SVG.encode()).decode()}" in sources
    assert page.find("img", alt="my sketch")
    for text in ("if a < b:", ": a < b"):
        assert text in page.text


def check_honest_in_the_formgrader(page):
    check_honest(page)
    assert page.find("img", width="300")
    for text in ("$a < b$", "$c > d$", "x &< y", "$u < v$"):
        assert text in page.text
    assert page.find("span", **{"class": "ansi-red-fg"})
    assert page.find("a", href="#shown-A-heading") and page.find("h1", id="shown-A-heading")


def test_a_page_of_feedback_is_harmless(pages):
    plain = pages()
    page = pages(*hostile_cells(), **hostile.NOTEBOOK_METADATA)
    check_harmless(page, plain, formulas=("math",))
    assert page.policy == plain.policy != []


def test_a_page_of_feedback_shows_honest_work(pages):
    page = pages(*honest_cells())
    check_honest(page)
    assert len(page.find("math")) > 2 and "$" not in page.text.split("A heading")[1]


def test_feedback_shows_no_hidden_test_and_no_mark_scheme(graded, pages):
    scheme = "Say why.\n=== BEGIN MARK SCHEME ===\nTwo points\n=== END MARK SCHEME ===\nThanks."
    open_end = "assert True\n### BEGIN HIDDEN TESTS\nassert secret"
    page = pages(new_markdown_cell(scheme), new_code_cell(open_end))
    assert HIDDEN in graded.path("autograded", ASSIGNMENT, "eve").read_text().replace('\\"', '"')
    assert "ask(" not in page.text and "HIDDEN" not in page.text
    assert page.text.count("# hidden test") == 7
    assert "Two points" not in page.text and "MARK SCHEME" not in page.text
    assert "Say why." in page.text and "Thanks." in page.text and "secret" not in page.text


def test_the_marks_of_hidden_tests_are_those_that_are_configured():
    config = Config()
    config.ClearHiddenTests.begin_test_delimeter = "VON HIER"
    config.ClearHiddenTests.end_test_delimeter = "BIS HIER"
    notebook = nbformat.v4.new_notebook(
        cells=[new_code_cell("a = 1\n    # VON HIER\n    secret\n    # BIS HIER\nb = 1")]
    )
    shown, _ = HideWhatIsHidden(config=config)(notebook, {})
    assert shown.cells[0].source == "a = 1\n    # hidden test\nb = 1"


# Texts that would take forever.


def rendered(source, **attachments):
    pictures = {name: {"image/png": data} for name, data in attachments.items()}
    return markdown2html({"cell": {"attachments": pictures}, "resources": {}}, source)


def test_a_large_picture_is_shown_but_not_a_hundred_times():
    large = base64.b64encode(base64.b64decode(hostile.PNG) + bytes(700_000)).decode()
    page = rendered("![a](attachment:a) and ![b](attachment:b)\n" * 100, a=large, b=hostile.PNG)
    assert page.count(large) == 2 and page.count(hostile.PNG) == 100
    assert "The picture a is missing, too large or broken." in page


@pytest.mark.parametrize("kind", ["png", "svg+xml"])
def test_a_text_about_the_address_of_a_broken_picture_is_shown(kind):
    address = f"data:image/{kind};base64,AAA"
    assert rendered(f"I tried `{address}`") == f"<p>I tried <code>{address}</code></p>\n"


@pytest.mark.parametrize("text", ["<div>" * 60_000, "<div></x>" * 30_000, "&" * 300_001])
def test_what_the_cleaning_would_not_end_with_is_shown_as_text(text):
    assert clean(text) == f"<pre>{html.escape(text)}</pre>"


@pytest.mark.parametrize("text", [
    "\\\\(" * 10_000, "*a" * 20_000, "a\n" * 10_001, "\\\\(" * 6000, "\\\\[" * 6000 + "\\\\)",
    "\\begin{a}" * 2200 + "\\begin{b}" * 2000 + "\\end{c}", "#\n" * 1000, "> - # a\n" * 1000,
    "1. ```c\n" * 1000, "a\n=\n" * 1000,
])  # fmt: skip
def test_what_markdown_would_not_end_with_is_shown_as_text(text):
    assert rendered(text) == f"<pre>{html.escape(text)}</pre>"


def test_a_long_text_with_many_formulas_and_headings_is_rendered():
    text = "## A part\n\nwith $a$, \\\\(b\\\\) and \\begin{a} c \\end{a}\n\n" * 300
    assert rendered(text).count("<h2") == 300


@pytest.mark.parametrize("text", ["#\n" * 111, "\\\\(" * 2000, "[a](b) " * 50, "```c\n```\n" * 20])
def test_a_thousand_copies_of_a_slow_cell_are_shown_in_part(text):
    """In so few steps that a page takes seconds, whatever is copied."""
    cells = [new_markdown_cell(text) for _ in range(1000)]
    shown, _ = SafeToShow()(nbformat.v4.new_notebook(cells=cells), {})
    rest = [cell.source for cell in shown.cells if cell.source != LEFT_OUT]
    assert rest and sum(map(steps, rest)) <= MOST_STEPS_OF_NOTEBOOK


def test_html_takes_its_share_of_a_notebook():
    cells = [new_code_cell("1", outputs=[display(text__html="<b>" * 90_000)]) for _ in range(20)]
    shown, _ = SafeToShow()(nbformat.v4.new_notebook(cells=cells), {})
    assert sum(cell.outputs[0].data.get("text/html") != LEFT_OUT for cell in shown.cells) <= 7


def test_a_text_of_many_colours_loses_them():
    assert "ansi-red-fg" in ansi2html("\x1b[31mred\x1b[0m")
    assert ansi2html("\x1b[31m<b>" * 5000) == "&lt;b&gt;" * 5000
    assert ansi2html(f"\x1b[{'1;' * 50_000}1mred") == "red"


def test_a_notebook_with_too_much_in_it_is_shown_in_part():
    picture = {"a.png": {"image/png": "A" * 5_000_000}}
    cells = [new_markdown_cell("word " * 10_000) for _ in range(10)]
    cells += [new_markdown_cell("![a](attachment:a.png)", attachments=picture) for _ in range(2)]
    shown, _ = SafeToShow()(nbformat.v4.new_notebook(cells=cells), {})
    assert [len(cell.source) > 1000 for cell in shown.cells] == [True] * 4 + [False] * 8
    assert ["attachments" in cell for cell in shown.cells[-2:]] == [True, False]


# The real Formgrader.


def opened(graded, address):
    """The page of the Formgrader on which a submission is read."""
    with graded.gradebook() as gradebook:
        submission = gradebook.find_submission_notebook(ASSIGNMENT, ASSIGNMENT, "eve").id
    request = urllib.request.Request(
        f"{address}/formgrader/submissions/{submission}/?index=0",
        headers={"Authorization": f"token {TOKEN}"},
    )
    with urllib.request.urlopen(request, timeout=120) as answer:
        return Page(answer.read().decode())


def test_the_formgrader_is_harmless_and_shows_honest_work(graded, pages, formgrader):  # noqa: F811
    pages()
    plain = opened(graded, formgrader)
    assert HIDDEN in plain.text, "instructors see the hidden tests"
    with graded.gradebook() as gradebook:
        gradebook.update_or_create_student("eve", first_name="<script>evil()</script>",
                                           last_name="<img src=x onerror=evil()>")  # fmt: skip
    pages(*hostile_cells(), **hostile.NOTEBOOK_METADATA)
    check_harmless(opened(graded, formgrader), plain)
    pages(*honest_cells())
    check_honest_in_the_formgrader(opened(graded, formgrader))


class TestLimits:
    """What a page can just bear is rendered, and a little more is shown as text."""

    def is_rendered(self, text):
        return "<pre>" not in rendered(text)[:5]

    @pytest.mark.parametrize(("letters", "shown"), [(19_900, True), (20_100, False)])
    def test_20_000_letters_of_markdown(self, letters, shown):
        assert self.is_rendered("word " * (letters // 5)) is shown

    @pytest.mark.parametrize(("headings", "shown"), [(960, True), (965, False)])
    def test_100_000_steps_of_which_a_heading_takes_a_hundred(self, headings, shown):
        assert self.is_rendered("# a\n" * headings) is shown

    @pytest.mark.parametrize(("formulas", "shown"), [(5200, True), (5800, False)])
    def test_500_letters_are_searched_in_a_step(self, formulas, shown):
        assert self.is_rendered("\\\\(" * formulas) is shown

    def test_a_notebook_of_200_000_steps(self):
        cells = [new_markdown_cell("word " * 3900) for _ in range(12)]
        shown, _ = SafeToShow()(nbformat.v4.new_notebook(cells=cells), {})
        assert [cell.source == LEFT_OUT for cell in shown.cells] == [False] * 10 + [True] * 2

    def test_of_html_ten_letters_are_a_step(self):
        cells = [new_code_cell("1", outputs=[display(text__html="x" * 390_000)]) for _ in range(7)]
        shown, _ = SafeToShow()(nbformat.v4.new_notebook(cells=cells), {})
        kept = [cell.outputs[0].data.get("text/html") != LEFT_OUT for cell in shown.cells]
        assert kept == [True] * 5 + [False] * 2

    @pytest.mark.parametrize(("colours", "shown"), [(2000, True), (2001, False)])
    def test_2000_colours(self, colours, shown):
        assert ("ansi-red-fg" in ansi2html("\x1b[31mx" * colours)) is shown

    @pytest.mark.parametrize(("length", "shown"), [(29, True), (30, False)])
    def test_a_colour_of_30_letters(self, length, shown):
        assert ("ansi-red" in ansi2html(f"\x1b[{31:0{length}}mred")) is shown

    @pytest.mark.parametrize(("depth", "shown"), [(200, True), (201, False)])
    def test_200_elements_inside_of_each_other(self, depth, shown):
        assert ("<pre>" not in clean("<div>" * depth + "</div>" * depth)) is shown

    @pytest.mark.parametrize(("letters", "shown"), [(300_000, True), (300_001, False)])
    def test_300_000_letters_of_html(self, letters, shown):
        assert ("<pre>" not in clean("x" * letters)) is shown
