"""The grades of one student, question by question, with the reasons of what was lost."""

from collections.abc import Collection, Iterator

from nbgrader.api import Gradebook
from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from autograder.desk.class_grades import Standing, reasons, standings
from autograder.desk.table_notes import LATE, MARK, NOTED, explained, print_notes, unread
from autograder.grading.course import Course
from autograder.grading.errors import printable
from autograder.grading.scores import Scored


def print_student(
    console: Console,
    course: Course,
    gradebook: Gradebook,
    assignment: str,
    student: str,
    inside: Collection[str] = (),
    noted: Collection[str] = (),
) -> None:
    """Print what one student got for each question of an assignment.

    Parameters
    ----------
    console
    course
    gradebook
        Open.
    assignment, student
        Nothing is printed if the assignment is not in the gradebook.
    inside, noted
        What is marked: see :func:`autograder.desk.grade_table.print_table`.
    """
    standing = standings(course, gradebook, assignment, [student]).get(student)
    if standing is None:
        return
    mark = NOTED if student in noted else ""
    console.print()
    title = f"{assignment}: {printable(student)}{mark}"
    console.print(title, style="bold", markup=False, soft_wrap=True)
    for line in _lines(standing, inside):
        console.print(Text(line), no_wrap=True, overflow="ellipsis")
    late = standing.total is not None and standing.total.late_submission_penalty > 0
    marks = explained(bool(inside), bool(mark), late)
    print_notes(console, (*marks, *unread(standing.scores.values())))


def _lines(standing: Standing, inside: Collection[str]) -> Iterator[str]:
    names = {name: name.removeprefix("test_") + (MARK if name in inside else "")
             for name in standing.worth}  # fmt: skip
    widest = max(map(cell_len, (*names.values(), "total")))

    def line(name: str, said: str) -> str:
        return f"  {name}{' ' * (widest - cell_len(name))}  {said}"

    for name, most in standing.worth.items():
        yield line(names[name], _points(standing.scores.get(name), most))
        yield from (f"    - {each}" for each in reasons(standing, name))
    total = standing.total
    if total and total.late_submission_penalty:
        yield line(LATE, f"-{total.late_submission_penalty:g}")
    graded = total and all(each.says_something for each in standing.scores.values())
    points = f"{total.score:g}" if total and graded else "not graded,"
    yield line("total", f"{points} of {standing.most:g}")


def _points(scored: Scored | None, most: float) -> str:
    if scored is None or not scored.says_something:
        return f"not graded, of {most:g}"
    return f"to be read, of {most:g}" if scored.waits else f"{scored.score:g} of {most:g}"
