"""Grade a whole class: each submission by the next free worker, whatever happens to the others."""

import secrets
from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager

from autograder.batch import grade_one, graded_folder
from autograder.batch.assignment_run import Plan, Run
from autograder.batch.cluster import Cluster
from autograder.batch.fork_server import warm_up
from autograder.batch.recorder import Recorder
from autograder.batch.same_package import check_folder
from autograder.batch.workers import Arguments, Begin, Here, Pool, Workers
from autograder.box.preflight import proven_warden
from autograder.box.warden import NoWalls
from autograder.grading.course import Course
from autograder.grading.errors import CourseError
from autograder.grading.lock import only_run
from autograder.grading.outcome import Outcome
from autograder.grading.task import Task
from autograder.stopping import later

LEAST = 10
"""From how many submissions on it is worth starting other processes, which takes seconds."""


Piece = tuple[Plan, tuple[Task | Outcome, str, str]]
"""A plan, and the arguments of `autograder.batch.grade_one.grade_one`."""


def grade(
    course: Course,
    work: Mapping[str, Iterable[str]],
    force: bool = False,
    seed: int | None = None,
    jobs: int = 1,
    scheduler: str | None = None,
) -> Generator[Outcome, None, None]:
    """Grade submissions.

    Parameters
    ----------
    course : Course
    work : mapping
        Student ids from ``course.students``, by assignment.
    force : bool
        Also those that are graded already and have not changed since.
    seed : int, optional
        Draws the cases of an earlier run again; by default the configured seed, or a new one. The
        whole class is asked about the same cases.
    jobs : int
        How many submissions run at the same time, if there are enough of them.
    scheduler : str, optional
        The address of a Dask scheduler, whose workers run them instead.

    Yields
    ------
    Outcome
        One for each submission, once it is recorded; no submission stops the others. One with the
        student "" for each assignment that can't be graded.

    Raises
    ------
    CourseError
        Nothing more can be graded or recorded. What has been recorded stays.
    """
    check_folder(course.root)
    if seed is None:
        seed = course.setting("TrustedExecute", "seed")
    course.app.config.TrustedExecute.seed = secrets.randbits(48) if seed is None else seed
    with only_run(course.root), course.gradebook() as gradebook:
        recorder = Recorder(gradebook)
        runs: dict[str, Run] = {}
        plans: list[Plan] = []
        graded_folder.sweep(course.folder("autograded", ".", "."))
        for assignment, students in work.items():
            try:
                run = runs[assignment] = Run(course, assignment, gradebook, recorder)
            except CourseError as error:
                yield Outcome(assignment, "", "failed", str(error))
            else:
                plans += [run.plan(student, force) for student in students]
        plans.sort(key=lambda plan: plan.seconds, reverse=True)
        left = []
        for plan in plans:
            if (outcome := runs[plan.assignment].settled(plan)) is None:
                left.append(plan)
            else:
                with later():
                    yield runs[plan.assignment].record(plan, outcome)
        pieces = (piece(course, runs[plan.assignment], plan) for plan in left)
        with staff(course, jobs, len(left), scheduler) as workers:
            for plan, result in attempted(workers, pieces):
                with later():
                    yield runs[plan.assignment].record(plan, result)


def staff(course: Course, jobs: int, amount: int, scheduler: str | None = None) -> Pool:
    """Choose who does the work.

    Parameters
    ----------
    course : Course
    jobs : int
        How many pieces may be done at the same time. Each other process gets a zygote that is
        forked from this process's, so that the walls are built and tried only once.
    amount : int
        How many pieces there are; this process does a few by itself.
    scheduler : str, optional
        The address of a Dask scheduler, whose workers do it instead.
    """
    if scheduler is not None:
        return Cluster(scheduler)
    if jobs == 1 or amount < LEAST:
        return Here()
    file = _file(course)

    @contextmanager
    def begin() -> Iterator[tuple[Begin, Arguments]]:
        try:
            zygote = proven_warden(file).another()
        except NoWalls:
            zygote = None  # the worker tries by itself, and says why it can't
        yield grade_one.begin, (file, zygote)
        if zygote is not None:
            zygote.control.close()  # it is the worker's from here on

    warm_up(grade_one.__name__)
    return Workers(jobs, begin)


def attempted(
    workers: Pool, pieces: Iterable[Piece]
) -> Iterator[tuple[Plan, grade_one.Found | Exception]]:
    """Have submissions graded; again, alone, if neighbours may have cost them points.

    Parameters
    ----------
    workers : Pool
        See :func:`staff`.
    pieces : iterable of Piece
        They are taken one by one.

    Yields
    ------
    Plan
    Found or Exception
        As of ``workers.work``. Those that are tried again, each alone, come last.
    """
    under_way: dict[Plan, tuple[Task | Outcome, str, str]] = {}
    again: list[Piece] = []

    def noted() -> Iterator[Piece]:
        for plan, arguments in pieces:
            under_way[plan] = arguments
            yield plan, arguments

    for plan, result in workers.work(grade_one.grade_one, noted()):
        arguments = under_way.pop(plan)
        if workers.work_side_by_side and getattr(result, "was_held_up", False):
            again.append((plan, arguments))
        else:
            yield plan, result
    for piece in again:
        yield from workers.work(grade_one.grade_one, [piece])


def piece(course: Course, run: Run, plan: Plan, seed: int | None = None) -> Piece:
    """A piece of work."""
    return plan, (run.task(plan, seed), run.where(plan), _file(course))


def _file(course: Course) -> str:
    """A readable file of the course, to try the walls with."""
    return str(course.root / "nbgrader_config.py")
