"""Several submissions at once: other processes run what nbgrader will come to in a moment.

nbgrader grades and records one submission after the other, in this process. What takes its time,
running the cells and asking the questions, is a function of values (`submission`); so it is done
ahead of time by a pool, and looked up when nbgrader gets there. What the pool has not done, or has
done for other values than are wanted then, is done on the spot: a worker that dies costs time only.
"""

import multiprocessing
import signal
from collections.abc import Mapping
from concurrent.futures import BrokenExecutor, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.util import Finalize
from typing import Any

import nbformat

from autograder.box import kernel
from autograder.box.preflight import proven_warden
from autograder.grading.execute import Elsewhere, TrustedExecute
from autograder.grading.rebuild import rebuild
from autograder.grading.submission import run

LEAST = 6
"""Submissions for which it is worth while to start other processes, which takes seconds."""

@dataclass(frozen=True)
class Task:
    """A submission as it comes.

    Attributes
    ----------
    submission, release : str
        Two notebooks: what was handed in, and what the student was given.
    key : mapping of str to str
        The student's bugs, by suspect.
    settings : mapping
        Of `autograder.grading.execute.TrustedExecute`.
    """

    submission: str
    release: str
    key: Mapping[str, str]
    settings: Mapping[str, Any]


def done(task, file):
    """Do a task: what was run, and what became of it.

    Parameters
    ----------
    task : Task
    file : str
        Something readable of the course, for the walls to be tried with.

    Returns
    -------
    job : autograder.grading.submission.Job
    ran : list of autograder.grading.submission.Ran
    """
    release, submission = (
        nbformat.reads(text, as_version=4) for text in (task.release, task.submission)
    )
    job = TrustedExecute(**task.settings).job(rebuild(release, submission), task.key)
    return job, run(job, proven_warden(file))


def _begin(file):
    """Ctrl-C is for the process that started the workers; when it ends, so do they."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    kernel.prctl(kernel.SET_DEATH_SIGNAL, signal.SIGKILL)
    warden = proven_warden(file)
    Finalize(warden, warden.close, exitpriority=1)  # a worker's end calls nothing else


class Pool:
    """Does tasks ahead of time; see :func:`working`.

    Attributes
    ----------
    used : int
        How many results were of use.
    """

    def __init__(self, jobs, file):
        self._room, self._file, self.used = 2 * jobs, file, 0
        # Not forked from this process, which knows the course's secret and may have threads.
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload([__name__])
        self._executor = ProcessPoolExecutor(
            jobs, mp_context=context, initializer=_begin, initargs=(file,)
        )
        self._futures = {}

    @property
    def has_room(self):
        """Whether another task may be added: only so many wait, however large a class is."""
        return self._executor is not None and len(self._futures) < self._room

    def add(self, student, task):
        """Have a task done."""
        try:
            self._futures[student] = self._executor.submit(done, task, self._file)
        except BrokenExecutor:
            self.close()

    def take(self, student, job):
        """What became of a student's job, if it was done; else None."""
        future = self._futures.pop(student, None)
        if future is None:
            return None
        try:
            found, ran = future.result()
        except BrokenExecutor:
            self.close()
            return None
        except Exception:  # it is raised again where it is done again, and is reported there
            return None
        if found != job:
            return None
        self.used += 1
        return ran

    def close(self):
        """End the workers."""
        if self._executor is not None:
            self._executor.shutdown(wait=False, cancel_futures=True)
        self._executor, self._futures = None, {}


@contextmanager
def working(jobs, file):
    """A :class:`Pool` of so many workers, in which `TrustedExecute` looks first."""
    pool = Pool(jobs, file)
    before, Elsewhere.look_up = Elsewhere.look_up, pool.take
    try:
        yield pool
    finally:
        Elsewhere.look_up = before
        pool.close()
