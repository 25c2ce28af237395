"""A whole class, graded: each hand-in by whoever is free, whatever is wrong with the others."""

import secrets
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from autograder.batch import attempt as attempts
from autograder.batch import graded_folder
from autograder.batch.cluster import Cluster
from autograder.batch.lock import only_run
from autograder.batch.recorder import Recorder
from autograder.batch.run import Run
from autograder.batch.workers import Here, Workers, warm_up
from autograder.box.preflight import proven_warden
from autograder.box.warden import NoWalls
from autograder.grading.outcome import Outcome
from autograder.grading.trouble import CourseError

LEAST = 10
"""Hand-ins for which it is worth while to start other processes, which takes seconds."""


def grade(
    course, work, force=False, seed=None, jobs=1, scheduler=None
) -> Iterator[Outcome]:
    """Grade submissions.

    Parameters
    ----------
    course : autograder.grading.course.Course
    work : mapping of str to iterable of str
        By assignment, ids from ``course.students``.
    force : bool
        Also those that have been graded and not handed in again.
    seed : int, optional
        Draws the cases of an earlier grading again, in place of the configured one, or of a new
        one. All are asked about the same cases.
    jobs : int
        How many submissions run at the same time, where there are enough of them.
    scheduler : str, optional
        The address of a Dask scheduler, whose workers run them instead.

    Yields
    ------
    Outcome
        One for each student, once it is recorded. No submission stops the others. One with the
        student "" for an assignment that can't be graded.

    Raises
    ------
    CourseError
        Nothing can be graded, or recorded, any more. What has been recorded stays.
    """
    if seed is None:
        seed = course.setting("TrustedExecute", "seed")
    course.app.config.TrustedExecute.seed = secrets.randbits(48) if seed is None else seed
    file = str(course.root / "nbgrader_config.py")
    with only_run(course.root), course.gradebook() as gradebook:
        recorder, runs, plans = Recorder(gradebook), {}, []
        graded_folder.sweep(course.folder("autograded", ".", "."))
        for assignment, students in work.items():
            try:
                run = runs[assignment] = Run(course, assignment, gradebook, recorder)
            except CourseError as error:
                yield Outcome(assignment, "", "failed", str(error))
            else:
                plans += [run.plan(student, force) for student in students]
        plans.sort(key=lambda plan: plan.seconds, reverse=True)
        several = jobs > 1 and sum(plan.again for plan in plans) >= LEAST
        with staff(jobs if several else 1, file, scheduler) as workers:
            settled = deque()
            pieces = _pieces(plans, runs, file, settled)
            for plan, result in workers.work(attempts.attempt, pieces):
                yield from _all_of(settled)
                yield runs[plan.assignment].record(plan, result)
            yield from _all_of(settled)


def staff(count, file, scheduler=None):
    """Who does the work.

    Parameters
    ----------
    count : int
        One is this process itself; others have a zygote each that is forked from its own, so that
        the walls are built and tried once.
    file : str
        Something readable of the course, for the walls to be tried with.
    scheduler : str, optional
        The address of a Dask scheduler, whose workers do it instead.

    Returns
    -------
    autograder.batch.workers.Here, autograder.batch.workers.Workers or \
    autograder.batch.cluster.Cluster
    """
    if scheduler is not None:
        return Cluster(scheduler)
    if count == 1:
        return Here()

    @contextmanager
    def begin():
        try:
            zygote = proven_warden(file).another()
        except NoWalls:
            zygote = None  # the worker tries for itself, and says why it can't
        yield attempts.begin, (file, zygote)
        if zygote is not None:
            zygote.control.close()  # which is the worker's from here on

    warm_up(attempts.__name__)
    return Workers(count, begin)


def _pieces(plans, runs, file, settled):
    """Work for others; what there is none for is settled here."""
    for plan in plans:
        run = runs[plan.assignment]
        found = run.task(plan)
        if isinstance(found, Outcome):
            settled.append(run.settle(plan, found))
        else:
            yield plan, (found, run.where(plan), file)


def _all_of(settled):
    while settled:
        yield settled.popleft()
