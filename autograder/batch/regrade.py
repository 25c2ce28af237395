"""Grades again after a question was fixed: the same submissions, on the same cases.

Only scores that the fixed question changes are written. Manual scores and comments stay, and no
grade becomes lower unless that is asked for.
"""

from collections.abc import Collection, Generator, Iterable, Mapping
from dataclasses import replace

import nbformat
from nbformat import NotebookNode
from nbgrader.utils import is_grade

from autograder.batch.assignment_run import Plan, Run
from autograder.batch.grade_class import Piece, attempted, piece, staff
from autograder.batch.grade_one import Found
from autograder.batch.recorder import Recorder
from autograder.batch.same_package import check_folder
from autograder.grading.course import Course
from autograder.grading.errors import CourseError
from autograder.grading.grade import SEED
from autograder.grading.lock import only_run
from autograder.grading.outcome import Outcome
from autograder.grading.task import SCORES, Graded, written
from autograder.grading.waiving import is_test
from autograder.questions import questions_of
from autograder.stopping import later

NO_QUESTIONS = "the assignment asks no questions: `autograder grade --force` grades it again"
NOT_KNOWN = "submitted again since it was graded, or never graded: run `autograder grade`"

Change = tuple[float | None, float | None]
"""A score before and after."""


def regrade(
    course: Course,
    work: Mapping[str, Collection[str]],
    question: str | None = None,
    lower: bool = False,
    dry_run: bool = False,
    jobs: int = 1,
) -> Generator[Outcome, None, None]:
    """Grade again what is already graded.

    Parameters
    ----------
    course : Course
    work : mapping
        Student ids from ``course.graded``, by assignment.
    question : str, optional
        Only this question may change a grade.
    lower : bool
        Whether a grade may become lower.
    dry_run : bool
        Write nothing; only say what would change.
    jobs : int
        How many submissions run at the same time, if there are enough of them.

    Yields
    ------
    Outcome
        One for each submission, with what changes.

    Raises
    ------
    CourseError
        There is no such question, or nothing more can be graded or recorded.
    """
    check_folder(course.root)
    _check(question, work)
    for name in [each for each in work if not questions_of(each)]:
        yield from (Outcome(name, student, "skipped", note=NO_QUESTIONS) for student in work[name])
    work = {name: students for name, students in work.items() if questions_of(name)}
    with only_run(course.root), course.gradebook() as gradebook:
        recorder = Recorder(gradebook)
        runs = {name: Run(course, name, gradebook, recorder) for name in work}
        plans = [runs[name].plan(student, True) for name in work for student in work[name]]
        yield from (
            Outcome(plan.assignment, plan.student, "skipped", note=NOT_KNOWN)
            for plan in plans
            if not plan.known
        )
        left = []
        for plan in filter(lambda plan: plan.known, plans):
            if (outcome := runs[plan.assignment].settled(plan)) is None:
                left.append(plan)
            else:
                yield outcome
        pieces = (_piece(course, runs[plan.assignment], plan) for plan in left)
        with staff(course, jobs, len(left)) as workers:
            for plan, result in attempted(workers, pieces):
                run = runs[plan.assignment]
                with later():
                    yield _changed(run, plan, result, question, lower, dry_run)


def _check(question: str | None, work: Iterable[str]) -> None:
    known = [name for assignment in work for name in questions_of(assignment)]
    if question is not None and question.removeprefix("test_") not in known:
        raise CourseError(
            f"no question is called {question!r}; the questions are {', '.join(known)}"
        )


def _piece(course: Course, run: Run, plan: Plan) -> Piece:
    """A piece of work, on the cases of the earlier grading."""
    _, notebooks = run.before(plan)
    seeds = [each.metadata.get(SEED) for each in notebooks.values()]
    return piece(course, run, plan, seeds[0])


def _changed(
    run: Run,
    plan: Plan,
    result: Found | Exception,
    question: str | None,
    lower: bool,
    dry_run: bool,
) -> Outcome:
    if not isinstance(result, Graded):
        return run.failure(plan, result)
    scores, notebooks = run.before(plan)
    asked = None if question is None else f"test_{question.removeprefix('test_')}"
    changes: dict[str, Change] = {}
    kept: dict[str, Change] = {}
    worth_else: set[str] = set()
    worth = run.points_in(notebooks)
    for name, now in result.scores.items():
        before = scores[name].auto
        if asked not in (None, name) or name in run.decided_inside:
            continue
        if now == before or now is None:
            if worth.get(name) != run.points[name]:
                worth_else.add(name)
            continue
        falls = before is not None and now < before and not lower
        (kept if falls else changes)[name] = before, now
    if (changes or worth_else) and not dry_run:
        run.keep(plan, _merged(run, notebooks, result, changes, worth_else))
    outcome = Outcome(
        plan.assignment, plan.student, "done", seconds=result.seconds, changes=changes, kept=kept
    )
    return outcome if dry_run else run.deducted(plan, outcome)


def _merged(
    run: Run,
    notebooks: Mapping[str, NotebookNode],
    result: Graded,
    changes: Mapping[str, Change],
    worth_else: Collection[str],
) -> Graded:
    """The existing graded notebooks, with the new verdicts where they differ.

    Also where only a cell's maximum differs.
    """
    merged = {}
    for name, notebook in notebooks.items():
        before = run.prefix(name)
        new = {
            before + cell.metadata.nbgrader.grade_id: cell
            for cell in nbformat.reads(result.notebooks[name], as_version=4).cells
            if is_grade(cell)
        }
        for cell in filter(is_grade, notebook.cells):
            cell_name = before + cell.metadata.nbgrader.grade_id
            if cell_name in changes or cell_name in worth_else:
                cell.metadata.nbgrader = new[cell_name].metadata.nbgrader
                if is_test(cell):
                    for part in ("source", "outputs", "execution_count"):
                        cell[part] = new[cell_name][part]
        after = {cell.removeprefix(before): changes[cell][1] for cell in new if cell in changes}
        notebook.metadata[SCORES] = {**notebook.metadata.get(SCORES, {}), **after}
        merged[name] = written(notebook)
    after = {name: now for name, (_, now) in changes.items()}
    return replace(result, notebooks=merged, scores=after, comments={})
