"""What an instructor may want to do next about a class."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from autograder.desk.class_overview import Overview
from autograder.desk.item_analysis import Item

HARD, ENOUGH = 0.2, 5
"""A part that at most this share earned, of at least so many students, is worth a look."""
REVERSED = -0.1
"""Below this discrimination, those who earned a question did worse elsewhere."""
MANY = 30
"""Students, below which a discrimination that is below 0 may be chance."""


@dataclass(frozen=True)
class Step:
    """Something to do.

    Attributes
    ----------
    what : str
    section : str
        The id of the section of the page that has the details.
    """

    what: str
    section: str


def next_steps(
    seen: Overview, questions: Iterable[Item], parts: Iterable[Item], similar: int
) -> list[Step]:
    """What to do, the most pressing first.

    Parameters
    ----------
    seen : Overview
    questions, parts : iterable of Item
    similar : int
        How many groups of students gave similar answers.
    """
    grade = f"run `autograder grade {seen.assignment}`"
    unread = sum(map(len, seen.unread.values()))
    flagged = {student for students in seen.flags.values() for student in students}
    waiting = (
        (len(seen.refused), "submission was", "submissions were",
         "refused: see why, and whom to ask for another file", "refused"),
        (len(seen.ungraded), "submission has", "submissions have", f"no grade yet: {grade}",
         "ungraded"),
        (len(seen.newer), "student has", "students have", f"submitted again since: {grade}",
         "newer"),
        (unread, "written answer waits", "written answers wait",
         "for a reader: open the Formgrader in JupyterLab", "unread"),
        (len(seen.others_copies), "student has", "students have",
         "submitted a copy that is not their own: ask how that came about", "copies"),
        (len(flagged), "submission has", "submissions have", "flags: read how grades came about",
         "flags"),
        (similar, "group of students gave", "groups of students gave",
         "similar answers: read them side by side", "similar"),
        (len(seen.late), "submission was", "submissions were", "late: see what that cost", "late"),
        (len(seen.missing), "student has", "students have", "no submission", "missing"),
    )  # fmt: skip
    steps = [
        Step(f"{count} {one if count == 1 else many} {what}.", section)
        for count, one, many, what, section in waiting
        if count
    ]
    return [*steps, *_about_questions(questions, parts)]


def _about_questions(questions: Iterable[Item], parts: Iterable[Item]) -> Iterator[Step]:
    hard = [
        each
        for each in parts
        if each.students >= ENOUGH and each.share is not None and each.share <= HARD
    ]
    for each in sorted(hard, key=lambda each: each.share or 0):
        yield Step(
            f"{each.earned or 'None'} of {each.students} earned {each.part} of {each.name}: see "
            "the mistakes; is the question fair, and was it taught?",
            "parts",
        )
    for each in questions:
        value = each.discrimination.value
        if each.students >= MANY and value is not None and value < REVERSED:
            yield Step(
                f"Those who earned {each.name} did worse elsewhere ({value:.2f}): read it again.",
                "questions",
            )
