"""Grading on the workers of a Dask scheduler, on any number of machines.

Every worker needs the same version of this package, and its own walls; the course folder and the
gradebook stay here. What workers are sent and what they answer is trusted, so use Dask's TLS on a
network that strangers can reach.
"""

import logging
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Self

from autograder.batch import grade_one  # noqa: F401  (so that workers have it before they are asked)
from autograder.batch.same_package import INTRODUCTION, AnotherPackage, check
from autograder.batch.workers import AHEAD, Arguments, Key, Result, WorkerDied
from autograder.box.preflight import proven_warden
from autograder.box.warden import NoWalls
from autograder.grading.errors import CourseError, first_line, kind_and_text

CONNECT_SECONDS = 10
EXAMINE_SECONDS = 120


class Cluster:
    """The workers of a scheduler; a context manager. See `autograder.batch.workers.Pool`.

    Parameters
    ----------
    address : str
        The address of the scheduler, for example ``tcp://10.0.0.1:8786``.

    Raises
    ------
    CourseError
        No scheduler answers, it has no workers, or one of them can't grade; the message says why.
    """

    work_side_by_side = True

    def __init__(self, address: str) -> None:
        try:
            from distributed import Client
        except ModuleNotFoundError:
            raise CourseError(
                "--scheduler needs Dask: install it with `pip install -e .[cluster]`"
            ) from None
        for name in filter(re.compile("distributed").match, logging.root.manager.loggerDict):
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)  # we report what is lost
        self._address = address
        try:
            self._client = Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
        except (OSError, ValueError) as error:
            raise CourseError(
                f"no Dask scheduler answers at {address} ({first_line(error)}): start one with "
                "`dask scheduler`, or correct the address"
            ) from None
        try:
            self._threads = self._examined()
        except BaseException:
            self._client.close()
            raise

    def _examined(self) -> int:
        """How many pieces are done at once; raises CourseError unless every worker can grade."""
        threads = self._client.nthreads()
        if not threads:
            raise CourseError(
                f"the scheduler at {self._address} has no workers: start some with `dask worker`"
            )
        asked = {
            worker: self._client.submit(introduced, examine, workers=[worker], pure=False)
            for worker in threads
        }
        for worker, future in asked.items():
            try:
                said, why = future.result(timeout=EXAMINE_SECONDS)
            except Exception as error:
                said, why = INTRODUCTION, kind_and_text(error)
            check(said, f"the worker {worker}")
            if why:
                raise CourseError(f"the worker {worker} can't grade: {why}")
        return sum(threads.values())

    def work(
        self, function: Callable[..., Result], pieces: Iterable[tuple[Key, Arguments]]
    ) -> Iterator[tuple[Key, Result | Exception]]:
        """See `autograder.batch.workers.Pool.work`.

        Raises
        ------
        CourseError
            The scheduler was lost, or a worker that joined later runs another copy of the package.
        """
        from distributed import as_completed
        from distributed.client import FutureCancelledError
        from distributed.comm.core import CommClosedError
        from distributed.scheduler import KilledWorker

        pieces, running = iter(pieces), as_completed(loop=self._client.loop)
        keys: dict[Any, Key] = {}
        while True:
            while len(keys) < AHEAD * self._threads:
                piece = next(pieces, None)
                if piece is None:
                    break
                key, arguments = piece
                future = self._client.submit(introduced, function, *arguments, pure=False)
                keys[future.key] = key
                running.add(future)
            if not keys:
                return
            future = next(running)
            try:
                said, result = future.result()
                check(said, "a worker")
            except KilledWorker:
                result = WorkerDied()
            except (FutureCancelledError, CommClosedError):
                raise CourseError(
                    f"the scheduler at {self._address} was lost (what is recorded stays): start it "
                    "again, and grade again"
                ) from None
            except AnotherPackage:
                raise
            except Exception as error:
                result = error
            yield keys.pop(future.key), result
            del future  # so that the scheduler drops its copy of the result

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close(timeout=2)


def introduced(function: Callable[..., Result], *arguments: Any) -> tuple[tuple[str, str], Result]:
    """Which package a worker runs, and what a function returns there."""
    return INTRODUCTION, function(*arguments)


def examine() -> str:
    """Why nothing can be graded in this process, or ""."""
    try:
        proven_warden()
    except NoWalls as refused:
        return str(refused)
    return ""
