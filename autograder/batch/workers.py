"""Processes on this machine that do pieces of work, each one piece after the other.

`concurrent.futures.ProcessPoolExecutor` keeps the writing ends of its pipes open itself. When a
process is killed while it sends a result, the executor waits forever for the rest. Here each
process has its own pipe, and no other process holds its end of it.
"""

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass
from multiprocessing import connection
from queue import SimpleQueue
from typing import Any, NoReturn, Protocol, Self, TypeVar

from autograder.batch.same_package import INTRODUCTION, check

AHEAD = 2
"""How many pieces a worker is given: the one that it is doing, and the next."""
MOST_DEATHS = 2
"""How often a piece is tried if workers die while they do it."""
END_SECONDS = 2
"""How long a worker may take to clean up."""

Key = TypeVar("Key")
Result = TypeVar("Result")
Arguments = tuple[Any, ...]
End = Callable[[], object]
Begin = Callable[..., End]
"""What a process calls as it begins; it returns what is to be called at its end."""


class WorkerDied(Exception):
    """The process that did a piece of work died, each time that the piece was tried."""

    line = (
        "{where}: the process that worked on it ended twice (was it killed, or is there too "
        "little memory?): {remedy}"
    )


class Pool(Protocol):
    """Something that does pieces of work; a context manager.

    Attributes
    ----------
    work_side_by_side : bool
        Whether several pieces are done at the same time.
    """

    work_side_by_side: bool

    def work(
        self, function: Callable[..., Result], pieces: Iterable[tuple[Key, Arguments]]
    ) -> Iterator[tuple[Key, Result | Exception]]:
        """Do pieces of work, as workers become free.

        Parameters
        ----------
        function : callable
            From a module that workers can import.
        pieces : iterable of (key, tuple)
            A key to tell the piece by, and the arguments of the function. Pieces are taken one by
            one when a worker can do them, so there may be any number.

        Yields
        ------
        key
        object
            As soon as it is known, what the function returned, or the exception that it raised;
            :class:`WorkerDied` if workers died while they did it.

        Raises
        ------
        autograder.batch.same_package.AnotherPackage
            A worker runs a different copy of this package from this process.
        """

    def __enter__(self) -> Self: ...

    def __exit__(self, kind: type[BaseException] | None, /, *_: object) -> None: ...


class Here:
    """A :class:`Pool` without other processes: this one does the work, piece by piece."""

    work_side_by_side = False

    def work(
        self, function: Callable[..., Result], pieces: Iterable[tuple[Key, Arguments]]
    ) -> Iterator[tuple[Key, Result | Exception]]:
        """See :meth:`Pool.work`."""
        for key, arguments in pieces:
            yield key, _done(function, arguments)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass


class Workers:
    """A :class:`Pool` of processes, which end with its block.

    They are forked from a process that has imported what they need, and not from this one, which
    knows the course's secret and may have threads. Each of them ends when this process does,
    however that ends.

    Parameters
    ----------
    count : int
    begin : callable, optional
        Each process is started within ``with begin() as (function, arguments)``. It calls the
        function first, and what that returns at its end.
    """

    work_side_by_side = True

    def __init__(
        self,
        count: int,
        begin: Callable[[], AbstractContextManager[tuple[Begin, Arguments]]] = (
            lambda: nullcontext((_nothing, ()))
        ),
    ) -> None:
        self._workers = [_Worker(begin) for _ in range(count)]

    def work(
        self, function: Callable[..., Result], pieces: Iterable[tuple[Key, Arguments]]
    ) -> Iterator[tuple[Key, Result | Exception]]:
        """See :meth:`Pool.work`."""
        pieces = iter(pieces)
        while True:
            for given in range(AHEAD):
                for worker in self._workers:
                    if len(worker.queue) == given and (piece := next(pieces, None)) is not None:
                        worker.give(_Piece(function, *piece))
            busy: dict[Any, _Worker] = {
                worker.pipe: worker for worker in self._workers if worker.queue
            }
            if not busy:
                return
            ready = [worker for worker in busy.values() if worker.has_result]
            ready = ready or [busy[pipe] for pipe in connection.wait(busy)]
            for worker in ready:
                yield from worker.finished()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, /, *_: object) -> None:
        for worker in self._workers:
            worker.stop(at_once=kind is not None)
        for worker in self._workers:
            worker.end()


@dataclass
class _Piece:
    function: Callable[..., Any]
    key: Any
    arguments: Arguments
    died: int = 0
    unsent: Exception | None = None


class _Worker:
    """One process, and another one in its place if it dies."""

    def __init__(
        self, begin: Callable[[], AbstractContextManager[tuple[Begin, Arguments]]]
    ) -> None:
        self._begin, self.queue = begin, deque[_Piece]()
        self._start()

    def _start(self) -> None:
        context = multiprocessing.get_context("forkserver")
        self.pipe, theirs = context.Pipe()
        with theirs, self._begin() as begin:
            self._process = context.Process(target=_main, args=(theirs, *begin), daemon=True)
            self._process.start()
        self._introduced = False

    @property
    def has_result(self) -> bool:
        """Whether there is a result already, without waiting for the process."""
        return self.queue[0].unsent is not None

    def give(self, piece: _Piece) -> None:
        """Add a piece to the end of the queue."""
        self.queue.append(piece)
        self._send(piece)

    def _send(self, piece: _Piece) -> None:
        try:
            self.pipe.send((piece.function, piece.arguments))
        except OSError:
            pass  # it has died, which is noticed where its results are read
        except Exception as error:
            piece.unsent = error

    def finished(self) -> Iterator[tuple[Any, Any]]:
        """Read what it says: yields the key and result of its first piece, if that is a result."""
        piece = self.queue[0]
        if piece.unsent is not None:
            yield self.queue.popleft().key, piece.unsent
            return
        try:
            result = self.pipe.recv()
        except (EOFError, OSError):
            yield from self._restarted(piece)
            return
        except Exception as error:  # it can't be unpickled
            result = error
        if self._introduced:
            yield self.queue.popleft().key, result
        else:
            check(result, "a worker")
            self._introduced = True

    def _restarted(self, piece: _Piece) -> Iterator[tuple[Any, WorkerDied]]:
        """Continue with another process; this one died while it did the first piece."""
        piece.died += 1
        if piece.died >= MOST_DEATHS:
            self.queue.popleft()
        self.stop(at_once=True)
        self.end()
        self._start()
        for each in self.queue:
            self._send(each)
        if piece.died >= MOST_DEATHS:
            yield piece.key, WorkerDied()

    def stop(self, at_once: bool) -> None:
        """Make it end: at once, or after all the pieces that it has been given."""
        if at_once:
            self.pipe.close()
        else:
            with suppress(OSError):
                self.pipe.send(None)

    def end(self) -> None:
        """Wait until it has ended, and kill it if it doesn't."""
        self._process.join(END_SECONDS)
        self._process.kill()
        self._process.join()
        self.pipe.close()


def _done(function: Callable[..., Result], arguments: Arguments) -> Result | Exception:
    """What a function returns, or the exception that it raises."""
    try:
        return function(*arguments)
    except Exception as error:
        return error


def _main(pipe: connection.Connection, begin: Begin, arguments: Arguments) -> None:
    """A worker's program: it takes pieces from a pipe and answers there, until the pipe closes.

    Its first message says which package it runs. A thread reads the pipe, so that its end is
    noticed in the middle of a piece too.
    """
    # Ctrl-C is for the process that started the workers, but their own processes may be sent it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    pieces: SimpleQueue[Any] = SimpleQueue()
    at_the_end: list[End] = []
    threading.Thread(target=_read, args=(pipe, pieces, at_the_end), daemon=True).start()
    _answer(pipe, INTRODUCTION)
    at_the_end.append(begin(*arguments))
    while (piece := pieces.get()) is not None:
        _answer(pipe, _done(*piece))
    for end in at_the_end:
        end()


def _read(pipe: connection.Connection, pieces: SimpleQueue[Any], at_the_end: list[End]) -> None:
    piece: Any = ()
    while piece is not None:
        try:
            piece = pipe.recv()
        except (EOFError, OSError):
            for end in at_the_end:
                end()
            os._exit(1)
        except Exception as error:  # it can't be unpickled
            piece = _raise, (error,)
        pieces.put(piece)


def _raise(error: Exception) -> NoReturn:
    raise error


def _answer(pipe: connection.Connection, result: object) -> None:
    try:
        pipe.send(result)
    except OSError:
        os._exit(1)  # nobody reads the pipe any more
    except Exception as error:  # the result can't be pickled
        pipe.send(RuntimeError(f"{type(error).__name__}: {error}"))


def _nothing() -> End:
    return _nothing
