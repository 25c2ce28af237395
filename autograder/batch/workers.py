"""Who does the work: processes of this machine, each of which does one piece after the other."""

import multiprocessing
import os
import signal
import threading
from collections import deque
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Future, ProcessPoolExecutor, wait
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from multiprocessing import forkserver
from multiprocessing.util import Finalize
from typing import Any

AHEAD = 2
"""Pieces that a worker has been given: the one that it does, and the next."""
TIMES = 2
"""How often a piece is tried over which workers end."""


class WorkerDied(Exception):
    """As many workers as are tried ended while they did the same piece of work."""


def warm_up(module):
    """Start the process from which workers are forked; it imports a module in the meantime."""
    multiprocessing.get_context("forkserver").set_forkserver_preload([module])
    forkserver.ensure_running()


class Here:
    """No other process: the work is done in this one, piece by piece. See :class:`Workers`."""

    def work(self, function, pieces):
        """See :meth:`Workers.work`."""
        for key, arguments in pieces:
            try:
                yield key, function(*arguments)
            except Exception as error:
                yield key, error

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass


class Workers:
    """A pool of processes; a context manager, after which there are none of them.

    They are forked from a process that has imported what they need, and not from this one, which
    knows the course's secret and may have threads.

    Parameters
    ----------
    count : int
    begin : callable, optional
        ``with begin() as (function, arguments)`` is what starts each process: the function is
        called there as it begins, and returns what is to be called at its end.
    """

    def __init__(self, count, begin=lambda: nullcontext((_nothing, ()))):
        self._workers = [_Worker(begin) for _ in range(count)]

    def work(self, function, pieces):
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
        """
        pieces = iter(pieces)
        while True:
            for given in range(AHEAD):
                for worker in self._workers:
                    if len(worker.queue) == given and (piece := next(pieces, None)) is not None:
                        worker.give(_Piece(function, *piece))
            waiting = [piece.future for worker in self._workers for piece in worker.queue]
            if not waiting:
                return
            wait(waiting, return_when=FIRST_COMPLETED)
            for worker in self._workers:
                yield from worker.finished()

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        for worker in self._workers:
            worker.end(at_once=kind is not None)


@dataclass
class _Piece:
    function: Any
    key: Any
    arguments: tuple
    died: int = 0
    future: Future | None = None


class _Worker:
    """One process, and another one in its place when it ends.

    A pool of one: what ends it is then what it was doing, and nothing of another's is lost.
    """

    def __init__(self, begin):
        self._begin, self.queue = begin, deque()
        self._start()

    def _start(self):
        context = multiprocessing.get_context("forkserver")
        reader, self._parent = context.Pipe(duplex=False)
        with reader, self._begin() as begin:
            self._executor = ProcessPoolExecutor(
                1, mp_context=context, initializer=_live, initargs=(reader, *begin)
            )
            self._executor.submit(os.getpid)  # which starts the process

    def give(self, piece):
        """Have a piece done after all others."""
        piece.future = self._submit(piece)
        self.queue.append(piece)

    def _submit(self, piece):
        try:
            return self._executor.submit(piece.function, *piece.arguments)
        except BrokenExecutor as broken:
            future = Future()
            future.set_exception(broken)
            return future

    def finished(self):
        """What has been done: keys and results."""
        while self.queue and self.queue[0].future.done():
            piece = self.queue.popleft()
            error = piece.future.exception()
            if not isinstance(error, BrokenExecutor):
                yield piece.key, piece.future.result() if error is None else error
                continue
            piece.died += 1
            if piece.died < TIMES:
                self.queue.appendleft(piece)
            self._start_again()
            if piece.died >= TIMES:
                yield piece.key, WorkerDied()

    def _start_again(self):
        self.end(at_once=True)
        self._start()
        for piece in self.queue:
            piece.future = self._submit(piece)

    def end(self, at_once):
        """End the process, with what it is doing or after it."""
        if at_once:
            self._parent.close()
        self._executor.shutdown(cancel_futures=True)
        self._parent.close()


def _live(parent, function, arguments):
    """The beginning of a worker's life; it ends with that of `parent`, a connection.

    From there nothing ever comes: it ends when this process shall end, and when the other one has.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for whoever started the workers
    at_the_end = []
    threading.Thread(target=_end_with, args=(parent, at_the_end), daemon=True).start()
    end = function(*arguments)
    at_the_end.append(end)
    Finalize(None, end, exitpriority=1)  # a worker's own end calls nothing else


def _end_with(parent, at_the_end):
    with suppress(EOFError, OSError):
        parent.recv_bytes()
    for end in at_the_end:
        end()
    os._exit(1)


def _nothing():
    return _nothing
