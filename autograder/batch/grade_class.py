"""A whole class, graded: each submission by whoever is free, whatever is wrong with the others."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager

from autograder.batch import grade_one, graded_folder
from autograder.batch.assignment_run import Run
from autograder.batch.cluster import Cluster
from autograder.batch.fork_server import warm_up
from autograder.batch.lock import only_run
from autograder.batch.recorder import Recorder
from autograder.batch.same_package import check_folder
from autograder.batch.workers import Here, Workers
from autograder.box.preflight import proven_warden
from autograder.box.warden import NoWalls
from autograder.grading.errors import CourseError
from autograder.grading.outcome import Outcome
from autograder.stopping import later

LEAST = 10
"""Submissions for which it is worth while to start other processes, which takes seconds."""


def grade(course, work, force=False, seed=None, jobs=1, scheduler=None) -> Iterator[Outcome]:
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
    check_folder(course.root)
    if seed is None:
        seed = course.setting("TrustedExecute", "seed")
    course.app.config.TrustedExecute.seed = secrets.randbits(48) if seed is None else seed
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


def staff(course, jobs, amount, scheduler=None):
    """Who does the work.

    Parameters
    ----------
    course : autograder.grading.course.Course
    jobs : int
        How many pieces may be done at the same time. Others than this process have a zygote each
        that is forked from its own, so that the walls are built and tried once.
    amount : int
        How many pieces there are; for a few, this process does it.
    scheduler : str, optional
        The address of a Dask scheduler, whose workers do it instead.

    Returns
    -------
    autograder.batch.workers.Here, autograder.batch.workers.Workers or \
    autograder.batch.cluster.Cluster
    """
    if scheduler is not None:
        return Cluster(scheduler)
    if jobs == 1 or amount < LEAST:
        return Here()
    file = _file(course)

    @contextmanager
    def begin():
        try:
            zygote = proven_warden(file).another()
        except NoWalls:
            zygote = None  # the worker tries for itself, and says why it can't
        yield grade_one.begin, (file, zygote)
        if zygote is not None:
            zygote.control.close()  # which is the worker's from here on

    warm_up(grade_one.__name__)
    return Workers(jobs, begin)


def attempted(workers, pieces):
    """Have submissions graded; those whose neighbours may have cost them points twice.

    Parameters
    ----------
    workers : Here or Workers or Cluster
        See :func:`staff`.
    pieces : iterable of tuple
        By plan, the arguments of `autograder.batch.grade_one.grade_one`. They are taken one by one.

    Yields
    ------
    Plan
    object
        As of ``workers.work``. Last come those that were tried again, each alone.
    """
    under_way, again = {}, []

    def noted():
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


def piece(course, run, plan, seed=None):
    """A piece of work: a plan, and the arguments of `autograder.batch.grade_one.grade_one`."""
    return plan, (run.task(plan, seed), run.where(plan), _file(course))


def _file(course):
    """Something readable of the course, for the walls to be tried with."""
    return str(course.root / "nbgrader_config.py")
