"""If this fails, somebody can't read our pages: on a phone, in the dark, on paper, by keyboard."""

import re
import unicodedata
from io import BytesIO
from itertools import product

import nbformat
import pytest
from axe_playwright_python.sync_playwright import Axe
from nbformat.v4 import new_code_cell
from pypdf import PdfReader

from autograder.grading.flags import flags_for_the_student
from autograder.grading.verdicts import verdict_in
from tests import sample_class
from tests.browser.conftest import PATIENCE
from tests.temporary_course import TemporaryCourse

ASSIGNMENT = "n_dimensions"
STORIES = {
    "perfect": "correct", "late": "textbook", "crash": "raises", "broken": "syntax_error",
    "nan": "nan_everywhere", "empty": "unsolved",
}  # fmt: skip
FLAGGED, REPORT = "flagged", "report"
PAGES = (*STORIES, FLAGGED, REPORT)
COMMENT = "Clear, and the example is your own."
SIZES = {360: 740, 768: 1024, 1280: 800}
SCHEMES = ("light", "dark")
LARGEST = 400_000

MAY_SCROLL = "pre, math, .html, .scroll"
"""What may be wider than the screen, and is scrolled by itself."""
SIDEWAYS = f"""() => [...document.querySelectorAll("body *")].filter(each => {{
  const style = getComputedStyle(each), box = each.getBoundingClientRect();
  const scrolls = style.overflowX !== "visible" && each.scrollWidth > each.clientWidth;
  const sticksOut = box.right > innerWidth + 1 || box.left < -1;
  return !each.closest(".hidden, script") && each.checkVisibility() &&
    (scrolls || sticksOut) && !each.closest("{MAY_SCROLL}");
}}).map(each => each.outerHTML.slice(0, 200))"""
WIDTH = "document.scrollingElement.scrollWidth"
UNFOLD = "document.querySelectorAll('details').forEach(each => { each.open = true })"
FOCUSED = """() => {
  const each = document.activeElement, style = getComputedStyle(each);
  return {
    tag: each.tagName, text: each.textContent, visible: style.outlineStyle !== "none",
    place: [...document.querySelectorAll("summary")].indexOf(each),
    open: each.parentElement?.open ?? null, isFirst: each === document.querySelector("a"),
  };
}"""
WORDS = """() => {
  const copy = document.body.cloneNode(true);
  for (const each of copy.querySelectorAll("script, math, svg, .tools, .hidden")) each.remove();
  document.body.append(copy);
  const text = copy.innerText;
  copy.remove();
  return text;
}"""
"""What is to be read on paper: not the pictures, and not the notebook's own checks."""


@pytest.fixture(scope="module")
def course(released, tmp_path_factory):
    """A graded class of students who have little in common, and the pages about it."""
    root = tmp_path_factory.mktemp("pages") / "course"
    course = TemporaryCourse(root, released.settings, copy_of=released)
    course.configure('c.LateSubmissionPlugin.penalty_method = "zero"')
    for student, story in STORIES.items():
        course.submit(student, ASSIGNMENT, course.answered(ASSIGNMENT, story))
    course.submit(FLAGGED, ASSIGNMENT, much_to_flag(course))
    course.submit("refused", ASSIGNMENT, "This is not a notebook.")
    late = course.path("submitted", ASSIGNMENT, "late")
    late.with_name("timestamp.txt").write_text("2026-01-03 02:30:00 UTC")
    with course.gradebook() as book:
        book.update_or_create_assignment(ASSIGNMENT, duedate="2026-01-01 00:00:00 UTC")
        book.add_student("late", first_name="Augusta Ada", last_name="King-Noel of Lovelace")
        book.add_student("missing", first_name="Charles", last_name="Babbage")
    done = course.run("autograder", "grade", ASSIGNMENT)
    assert done.returncode == 1 and "refused" in done.stdout, done.stdout + done.stderr
    with course.gradebook() as book:
        grade = book.find_grade("explain_threshold", ASSIGNMENT, ASSIGNMENT, "perfect")
        grade.manual_score, grade.needs_manual_grade = grade.max_score, False
        comment = book.find_comment("explain_threshold", ASSIGNMENT, ASSIGNMENT, "perfect")
        comment.manual_comment = COMMENT
        book.db.commit()
    for command in ("feedback", "report"):
        done = course.run("autograder", command, ASSIGNMENT)
        assert done.returncode == 0, done.stdout + done.stderr
    return course


def much_to_flag(course):
    """A notebook with two answers to one question, and cells of the student's own."""
    notebook = course.answered(ASSIGNMENT, "textbook")
    ids = [cell.id for cell in notebook.cells]
    other = sample_class.load("always_says_wrong").answers(ASSIGNMENT)["gradient_check_n"]
    wide = "IPython.display.HTML('<table><tr>' + 30 * '<td>0.123456789' + '</table>')"
    place = ids.index("gradient_check_n")
    notebook.cells[place:place] = map(
        new_code_cell, (other, "raise SystemExit", f"import IPython\n{wide}")
    )
    return notebook


def graded(course, name):
    return nbformat.read(course.path("autograded", ASSIGNMENT, name), as_version=4)


def file_of(course, name):
    if name == REPORT:
        return course.root / "report" / f"{ASSIGNMENT}.html"
    return course.path("feedback", ASSIGNMENT, name).with_suffix(".html")


@pytest.fixture
def reader(browser, course):
    """Opens one of the pages, and watches that it asks nobody for anything and breaks no rule."""
    contexts, asked, said = [], [], []

    def read(name, width=1280, **habits):
        context = browser.new_context(viewport=size(width), **habits)
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        page = context.new_page()
        address = file_of(course, name).as_uri()
        context.on("request", lambda each: asked.append(each.url) if each.url != address else None)
        page.on("console", lambda each: said.append(each.text))
        page.on("pageerror", lambda each: said.append(str(each)))
        page.goto(address)
        return page

    yield read
    for each in contexts:
        each.close()
    assert not [each for each in asked if not each.startswith("data:")]
    assert said == []


def size(width):
    return {"width": width, "height": SIZES[width]}


@pytest.mark.parametrize("name", PAGES)
def test_nothing_is_wider_than_the_screen(reader, picture, name):
    """Except for code, formulas and tables, which are scrolled by themselves."""
    page = reader(name)
    for width in SIZES:
        page.set_viewport_size(size(width))
        for scheme in SCHEMES if name in ("late", REPORT) else ():
            page.emulate_media(color_scheme=scheme)
            picture(page, f"{width}-{scheme}", full_page=True)
        assert page.evaluate(SIDEWAYS) == []
        assert page.evaluate(WIDTH) <= width
    page.evaluate(UNFOLD)
    for width in SIZES:
        page.set_viewport_size(size(width))
        assert page.evaluate(SIDEWAYS) == []
        assert page.evaluate(WIDTH) <= width


@pytest.mark.parametrize(
    ("name", "scheme"),
    [*product(("late", REPORT), SCHEMES), ("perfect", "light"), (FLAGGED, "dark")],
)
def test_nobody_is_kept_out(reader, name, scheme):
    found = Axe().run(reader(name, color_scheme=scheme))
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize(("name", "scheme"), [(FLAGGED, "dark"), (REPORT, "light")])
def test_nobody_is_kept_out_of_what_was_folded(reader, name, scheme):
    page = reader(name, 360, color_scheme=scheme)
    page.evaluate(UNFOLD)
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("name", PAGES)
def test_a_page_says_what_it_is_and_is_small(reader, course, name):
    page = reader(name)
    who = "Augusta Ada King-Noel of Lovelace" if name == "late" else name
    assert (ASSIGNMENT if name == REPORT else who) in page.title()
    assert page.locator("html").get_attribute("lang") == "en"
    assert page.locator("h1").count() == page.locator("main").count() == 1
    assert file_of(course, name).stat().st_size <= LARGEST


def letters(text):
    """A text without what paper changes: where lines end, and how two letters are joined."""
    return "".join(unicodedata.normalize("NFKC", text).replace("­", "").split())


def printed(page):
    return letters("".join(each.extract_text() for each in PdfReader(BytesIO(page.pdf())).pages))


def findings(course, name):
    verdicts = filter(None, (verdict_in(each.metadata) for each in graded(course, name).cells))
    return [finding for verdict in verdicts for finding in verdict.findings if not finding.earned]


def reasons(course, name):
    """All that the grader, or a person, has said about a submission, or about the class."""
    if name == REPORT:
        # One student's reason stands for all that differ in nothing but numbers.
        return {each.message for each in findings(course, "crash") if not each.is_gated}
    flags = flags_for_the_student(graded(course, name))
    assert bool(flags) == (name == FLAGGED)
    said = {each.message for each in findings(course, name)}
    return {*said, *flags, *([COMMENT] if name == "perfect" else [])}


@pytest.mark.parametrize(
    ("name", "scripts"), [*((each, True) for each in PAGES), ("late", False), (REPORT, False)]
)
def test_paper_has_everything(reader, course, name, scripts):
    """Every reason, and every word of what is folded on a screen."""
    page = reader(name, java_script_enabled=scripts)
    paper = printed(page)
    said = reasons(course, name)
    assert said
    for each in said:
        assert letters(each.replace("`", "")) in paper
    page.evaluate(UNFOLD)
    words = set(re.findall(r"\w+", page.evaluate(WORDS)))
    assert len(words) > 200
    assert [each for each in words if letters(each) not in paper] == []


@pytest.mark.parametrize("name", ["late", REPORT])
def test_the_keyboard_opens_every_fold(reader, name):
    """Tab goes to each of them in order, one can see where one is, and Enter opens it."""
    page = reader(name)
    reached = []
    page.keyboard.press("Tab")
    while (now := page.evaluate(FOCUSED))["tag"] != "BODY":
        assert now["visible"], now
        if now["tag"] == "SUMMARY":
            reached.append(now["place"])
            page.keyboard.press("Enter")
            assert page.evaluate(FOCUSED)["open"], now
        page.keyboard.press("Tab")
    assert reached == [*range(page.locator("summary").count())] != []


@pytest.mark.parametrize("press", ["click", "Enter", "Space"])
def test_tables_of_the_report_are_sorted_and_say_so(reader, press):
    page = reader(REPORT)
    page.evaluate(UNFOLD)
    tables = page.locator("table.sortable")
    assert tables.count() >= 4
    for table in tables.all() if press == "click" else [tables.first]:
        rows = table.locator("tbody tr").count()
        for place, head in enumerate(table.locator("thead th").all()):
            button = head.get_by_role("button")
            for direction in ("ascending", "descending"):
                if press == "click":
                    button.click()
                else:
                    button.press(press)
                assert head.get_attribute("aria-sort") == direction
                assert table.locator("[aria-sort]").count() == 1
                values = [sort_value(cell) for cell in column(table, place)]
                assert values == sorted(values, reverse=direction == "descending")
                assert len(values) == rows > 0


def column(table, place):
    """The cells of a column: what they are sorted by, or else their text."""
    return table.locator("tbody tr").evaluate_all(
        "(rows, place) => rows.map(row => row.cells[place]).map("
        "each => each.dataset.sort ?? each.textContent.trim())",
        place,
    )


def sort_value(text):
    """Numbers come before texts; in texts, small letters count as capitals."""
    if re.fullmatch(r"-?[\d.]+(e-?\d+)?", text):
        return (0, float(text), "")
    return (1, 0.0, text.replace("_", " ").casefold())


@pytest.mark.parametrize("name", ["late", REPORT])
def test_a_page_can_be_read_without_scripts(reader, name):
    page = reader(name, java_script_enabled=False)
    fold = page.locator("main > details, section > details").last
    assert not fold.locator(":scope > :last-child").is_visible()
    fold.locator("summary").first.click()
    assert fold.locator(":scope > :last-child").is_visible()
    assert page.get_by_role("button").count() == 0
    assert page.locator("tbody tr").first.is_visible()
