"""The page of feedback on one graded notebook: what was lost and why, then everything else."""

import ast
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from markupsafe import Markup
from nbformat import NotebookNode
from nbgrader.utils import is_grade, is_solution, is_task

from autograder.desk import shown_cells
from autograder.desk.lateness import in_words
from autograder.desk.small_pictures import drawn
from autograder.desk.web_page import page
from autograder.grading.errors import printable
from autograder.grading.flags import flags_for_the_student
from autograder.grading.grade import SEED
from autograder.grading.preprocessor_types import Resources
from autograder.grading.read_grades import GRADED, Graded
from autograder.grading.rebuild import OWN
from autograder.grading.safe_pages import LEFT, within_limits
from autograder.grading.scores import Scored
from autograder.grading.verdicts import verdict_in
from autograder.questions.verdict import Finding, by_message

MOST_PICTURES = 150_000
"""Bytes of pictures on a page: it is sent by e-mail and opened on phones."""
LONGEST_BRIEF = 150
"""Characters of a reason in the overview."""
LONGEST_UNFOLDED = 40
"""Lines of code that was given to everybody, without a fold."""
HEADING = re.compile(r"^(#{1,2}) +(.+?) *$", re.MULTILINE)
LESSON = re.compile(
    r"\[(?P<words>[^\]]+)\]\((?:\.\./)+notebooks/(?P<file>\w+)\.ipynb(?:#(?P<place>[^)\s]+))?\)"
)
SENTENCE = re.compile(r"(?<=[.?!]) +")


@dataclass(frozen=True)
class Lesson:
    """A section of a lesson: in words, and its address, or "" if nobody has published it."""

    words: str
    address: str


@dataclass(frozen=True)
class Reason:
    """Why parts were lost; several that have one reason share it.

    Attributes
    ----------
    parts : tuple of str
    points : float
        What was lost.
    words : str
    picture : Markup
    is_gated : bool
        Whether nothing was checked, because something else has to be correct first.
    """

    parts: tuple[str, ...]
    points: float
    words: str
    picture: Markup
    is_gated: bool


@dataclass(frozen=True)
class Item:
    """One graded cell, as the page shows it.

    Attributes
    ----------
    name, section : str
        The cell's, and the heading above it.
    is_read : bool
        Whether a person reads it, instead of a program.
    scored : Scored
    worth : float
    findings : tuple of Finding
    words : mapping of str to str
        What each part checks.
    asked : Markup
        The text above the answer's cell.
    answer : Markup
    problem : Markup
        What the answer's cell raised, or what a test without a question said.
    comment : str
    lesson : Lesson or None
    """

    name: str
    section: str
    is_read: bool
    scored: Scored
    worth: float
    findings: tuple[Finding, ...]
    words: Mapping[str, str]
    asked: Markup
    answer: Markup
    problem: Markup
    comment: str
    lesson: Lesson | None

    @property
    def lost(self) -> float:
        """Points; 0 while nobody has read the answer."""
        return 0.0 if self.scored.waits else max(0.0, self.worth - self.scored.score)

    @cached_property
    def reasons(self) -> tuple[Reason, ...]:
        """Why points were lost, as far as a program decided it."""
        if self.scored.manual is not None:
            return ()
        return tuple(
            Reason(
                tuple(each.part for each in found), sum(each.points for each in found),
                printable(words), next((drawn(f.picture) for f in found if f.picture), Markup("")),
                found[0].is_gated,
            )
            for words, found in by_message(self.findings).items()
        )  # fmt: skip

    @property
    def briefs(self) -> tuple[str, ...]:
        """The first sentence of each reason."""
        firsts = (SENTENCE.split(each.words)[0] for each in self.reasons if not each.is_gated)
        return tuple(
            first if len(first) <= LONGEST_BRIEF else f"{first[:LONGEST_BRIEF]}…"
            for first in dict.fromkeys(firsts)
        )


@dataclass(frozen=True)
class Shown:
    """A cell of the whole notebook.

    Attributes
    ----------
    is_students : bool
        Whether the student wrote it.
    fold : str
        What is said in place of a long cell until it is opened; "" if it isn't folded.
    written, displayed : Markup
    """

    is_students: bool
    fold: str
    written: Markup
    displayed: Markup


def feedback_page(nb: NotebookNode, resources: Resources, lesson_at: Callable[[str], str]) -> str:
    """Write the page.

    Parameters
    ----------
    nb : NotebookNode
        The graded notebook, without hidden tests.
    resources : dict
        With what `autograder.grading.read_grades.ReadGrades` has put into it.
    lesson_at : callable
        The address of a lesson's file, or "".

    Returns
    -------
    str
    """
    told, graded = flags_for_the_student(nb), resources[GRADED]
    resources[LEFT] = MOST_PICTURES
    within_limits(nb, resources)
    items = [*_items(nb, graded, resources, lesson_at)]
    waiting = [each for each in items if each.scored.waits]
    lost = sorted((each for each in items if each.lost), key=lambda each: -each.lost)
    names = resources["nbgrader"]
    raw = sum(each.scored.score for each in items)
    return page(
        "feedback",
        title=_title(nb) or names["notebook"],
        assignment=names["assignment"],
        student=graded.name,
        student_id=names["student"],
        points_so_far=max(0.0, raw - graded.penalty),
        most=sum(each.worth for each in items if not each.scored.waits),
        all_points=sum(each.worth for each in items),
        penalty=graded.penalty,
        raw=raw,
        late=in_words(graded.late),
        items=items,
        waiting=waiting,
        to_come=sum(each.worth for each in waiting),
        first=lost[0] if lost else None,
        lost=lost,
        others=[each for each in items if not each.lost],
        flags=[printable(each) for each in told],
        cells=[*_cells(nb, resources)],
        seed=nb.metadata.get(SEED),
    )


def _title(nb: NotebookNode) -> str:
    headings = (HEADING.search(each.source) for each in nb.cells if each.cell_type == "markdown")
    return next((found[2] for found in headings if found and found[1] == "#"), "")


def _items(
    nb: NotebookNode, graded: Graded, resources: Resources, lesson_at: Callable[[str], str]
) -> Iterator[Item]:
    answers = {each.metadata.nbgrader.grade_id: each for each in filter(is_solution, nb.cells)}
    section, before, above = "", None, None
    asked = Markup("")
    for place, cell in enumerate(nb.cells):
        if is_solution(cell) or is_task(cell):
            before = cell
            asked = shown_cells.written(above, resources) if above is not None else Markup("")
        elif cell.cell_type == "markdown" and OWN not in cell.metadata:
            section = ([found[2] for found in HEADING.finditer(cell.source)] or [section])[-1]
            above = cell
        if not (is_grade(cell) or is_task(cell)):
            continue
        ours = cell.metadata.nbgrader
        name = ours.grade_id
        is_read = is_solution(cell) or is_task(cell)
        answer = cell if is_read else answers.get(name.removeprefix("test_"), before)
        verdict = verdict_in(cell.metadata)
        problem = shown_cells.exceptions(answer) if answer is not None else Markup("")
        if not is_read and verdict is None:
            problem += shown_cells.outputs(cell, resources)
        scored = graded.scores.get(name, Scored(None, None, None, False))
        about = answer.metadata.nbgrader.get("comment") if answer is not None else None
        yield Item(
            name.removeprefix("test_"), section, is_read, scored, graded.worth.get(name, 0.0),
            verdict.findings if verdict else (), _words(cell.source), asked,
            shown_cells.written(answer, resources) if answer is not None else Markup(""),
            problem, " ".join((about or "").split()),
            _lesson(nb.cells[place + 1 :], lesson_at),
        )  # fmt: skip


@lru_cache(maxsize=256)
def _words(source: str) -> dict[str, str]:
    """What the parts of a visible check say that they check: the first lines of its functions."""
    try:
        functions = [
            each for each in ast.walk(ast.parse(source)) if isinstance(each, ast.FunctionDef)
        ]
    except SyntaxError:
        return {}
    said = {each.name: ast.get_docstring(each) for each in functions}
    return {name: words.split("\n")[0] for name, words in said.items() if words}


def _lesson(below: Sequence[NotebookNode], lesson_at: Callable[[str], str]) -> Lesson | None:
    """The lesson that is named below an answer, above the next one."""
    for cell in below:
        if is_grade(cell) or is_solution(cell):
            return None
        found = LESSON.search(cell.source) if cell.cell_type == "markdown" else None
        if found and OWN not in cell.metadata:
            words, address = found["words"].replace("*", ""), lesson_at(found["file"])
            place = f"#{found['place']}" if found["place"] else ""
            return Lesson(words, address and address + place)
    return None


def _cells(nb: NotebookNode, resources: Resources) -> Iterator[Shown]:
    for cell in nb.cells:
        is_students = OWN in cell.metadata or is_solution(cell)
        lines = cell.source.count("\n") + 1
        fold = ""
        if (
            cell.cell_type == "code"
            and not is_students
            and (lines > LONGEST_UNFOLDED or is_grade(cell))
        ):
            kind = "A check" if is_grade(cell) else "Code that came with the notebook"
            fold = f"{kind}, {lines} lines"
        is_code = cell.cell_type == "code"
        verdict = verdict_in(cell.metadata)
        displayed = Markup("")
        if verdict:
            displayed = shown_cells.text(str(verdict))
        elif is_code:
            displayed = shown_cells.outputs(cell, resources)
        written = (
            shown_cells.written(cell, resources)
            if is_students or not is_code
            else (shown_cells.given(cell.source))
        )
        yield Shown(is_students, fold, written, displayed)
