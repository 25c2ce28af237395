"""Who does the work: processes of this machine, each of which does one piece after the other.

`concurrent.futures.ProcessPoolExecutor` holds the writing ends of its own pipes open, so that it
waits for ever for the rest of a result when a process is killed in the middle of sending one. Here
each process has a pipe of its own, of which nobody else holds the other end.
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
"""Pieces that a worker has been given: the one that it does, and the next."""
TIMES = 2
"""How often a piece is tried over which workers end."""
END_SECONDS = 2
"""How long a worker may take to tidy up after itself."""

Key = TypeVar("Key")
Result = TypeVar("Result")
Arguments = tuple[Any, ...]
End = Callable[[], object]
Begin = Callable[..., End]
"""What a process calls as it begins; it returns what is to be called at its end."""


class WorkerDied(Exception):
    """As many workers as are tried ended while they did the same piece of work."""

    line = (
        "{where}: the process that worked on it ended, twice (was it killed, or is there too "
        "little memory?): {remedy}"
    )


class Pool(Protocol):
    """Whoever does the work; a context manager.

    Attributes
    ----------
    work_side_by_side : bool
        Whether several pieces are done at the same time.
    """

    work_side_by_side: bool

    def work(
        self, function: Callable[..., Result], pieces: Iterable[tuple[Key, Arguments]]
    ) -> Iterator[tuple[Key, Result | Exception]]:
        """Have pieces of work done, as workers become free.

        Parameters
        ----------
        function : callable
            Of a module that workers can import.
        pieces : iterable of (key, tuple)
            Something to know a piece by, and the arguments of the function. They are taken one by
            one when somebody can do them, so that there may be any number.

        Yields
        ------
        key
        object
            As it becomes known, what the function returned, or the exception that it raised;
            :class:`WorkerDied` when workers ended over it.

        Raises
        ------
        autograder.batch.same_package.AnotherPackage
            A worker runs another copy of this package than this process.
        """

    def __enter__(self) -> Self: ...

    def __exit__(self, kind: type[BaseException] | None, /, *_: object) -> None: ...


class Here:
    """No other process: the work is done in this one, piece by piece. See :class:`Pool`."""

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
    """A :class:`Pool` of processes; after its block there are none of them.

    They are forked from a process that has imported what they need, and not from this one, which
    knows the course's secret and may have threads. Each one ends when this one does, however it
    ends.

    Parameters
    ----------
    count : int
    begin : callable, optional
        ``with begin() as (function, arguments)`` is what starts each process: the function is
        called there as it begins, and returns what is to be called at its end.
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
            ready = [worker for worker in busy.values() if worker.can_say_more]
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
    """One process, and another one in its place when it ends."""

    def __init__(
        self, begin: Callable[[], AbstractContextManager[tuple[Begin, Arguments]]]
    ) -> None:
        self._begin, self.queue = begin, deque[_Piece]()
        self._start()

    def _start(self) -> None:
        context = multiprocessing.get_context("forkserver")
        self.pipe, theirs = context.Pipe()
        with theirs, self._begin() as begin:
            self._process = context.Process(target=_live, args=(theirs, *begin), daemon=True)
            self._process.start()
        self._introduced = False

    @property
    def can_say_more(self) -> bool:
        """Whether there is a result that needs not be waited for."""
        return self.queue[0].unsent is not None

    def give(self, piece: _Piece) -> None:
        """Have a piece done after all others."""
        self.queue.append(piece)
        self._send(piece)

    def _send(self, piece: _Piece) -> None:
        try:
            self.pipe.send((piece.function, piece.arguments))
        except OSError:
            pass  # it has ended, which is noticed where its results are awaited
        except Exception as error:
            piece.unsent = error

    def finished(self) -> Iterator[tuple[Any, Any]]:
        """The key and the result of its first piece, if there is one by now."""
        piece = self.queue[0]
        if piece.unsent is not None:
            yield self.queue.popleft().key, piece.unsent
            return
        try:
            result = self.pipe.recv()
        except (EOFError, OSError):
            yield from self._revived(piece)
            return
        except Exception as error:  # it can't be read
            result = error
        if self._introduced:
            yield self.queue.popleft().key, result
        else:
            check(result, "a worker")
            self._introduced = True

    def _revived(self, piece: _Piece) -> Iterator[tuple[Any, WorkerDied]]:
        """Another process goes on with what is left; the first piece is what ended this one."""
        piece.died += 1
        if piece.died >= TIMES:
            self.queue.popleft()
        self.stop(at_once=True)
        self.end()
        self._start()
        for each in self.queue:
            self._send(each)
        if piece.died >= TIMES:
            yield piece.key, WorkerDied()

    def stop(self, at_once: bool) -> None:
        """Have it end: with what it is doing, or after all that it has been given."""
        if at_once:
            self.pipe.close()
        else:
            with suppress(OSError):
                self.pipe.send(None)

    def end(self) -> None:
        """Wait for its end, or see to it."""
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


def _live(pipe: connection.Connection, begin: Begin, arguments: Arguments) -> None:
    """A worker's life: it takes pieces from a pipe and answers there, until the other end closes.

    Its first words say which package it runs. The pipe is read by a thread, so that the end is
    noticed also in the middle of a piece.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for whoever started the workers
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})  # which some of their own are sent
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
        except Exception as error:  # it can't be read
            piece = _raise, (error,)
        pieces.put(piece)


def _raise(error: Exception) -> NoReturn:
    raise error


def _answer(pipe: connection.Connection, result: object) -> None:
    try:
        pipe.send(result)
    except OSError:
        os._exit(1)  # nobody is there any more
    except Exception as error:  # what was found can't be sent
        pipe.send(RuntimeError(f"{type(error).__name__}: {error}"))


def _nothing() -> End:
    return _nothing
