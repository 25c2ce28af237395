"""The student in this very process: for an instructor's own notebook, and for stock nbgrader.

There are no walls here. It answers through the same interface as a walled student, so that no
question can tell which one it talks to.
"""

import contextlib
import io
import signal
import threading
import warnings

import numpy as np

from autograder.questions.student import Answer, Unreadable, plain

SECONDS = 10
"""How long one call may take before it counts as a loop that never ends."""


class TooSlow(BaseException):
    """Ends a call at its time limit; no `except Exception` in an answer can swallow it."""


class InProcessStudent:
    """Asks the functions in a notebook's own namespace.

    Parameters
    ----------
    namespace : dict
        The notebook's global variables.
    seconds : float
        The time limit of a call. It holds in the main thread of systems that have SIGALRM;
        elsewhere nbgrader's own limit per cell is the only one.
    """

    def __init__(self, namespace, seconds=SECONDS):
        self._namespace = namespace
        self._seconds = seconds
        self._endless = set()

    def call(self, name, *arguments, replacing=None, **by_name):
        """See :meth:`autograder.questions.student.Student.call`."""
        if not callable(self._namespace.get(name)):
            return Answer(name, raised="NameError", failure="is not defined as a function")
        if name in self._endless:
            return Answer(name, raised="TooSlow", failure=self._no_end())
        calls = {}
        given = [self._given(place, each, calls) for place, each in enumerate(arguments)]
        named = {key: self._given(key, each, calls) for key, each in by_name.items()}
        others = {key: _counted(key, each, calls) for key, each in (replacing or {}).items()}
        out = io.StringIO()
        value, raised, failure = None, "", ""
        with _swapped(self._namespace, others), _captured(out), _silent():
            try:
                value = plain(_within(self._seconds, self._namespace[name], given, named))
            except Unreadable as unreadable:
                raised, failure = "Unreadable", f"returned {unreadable}"
            except TooSlow:
                self._endless.add(name)
                raised, failure = "TooSlow", self._no_end()
            except KeyboardInterrupt:
                raise
            except BaseException as error:
                raised = type(error).__name__
                failure = f"raised {raised}: {_in_one_line(error)}"[:200]
        after = tuple(None if callable(each) else _as_it_is(each) for each in given)
        printed = "" if out.closed else out.getvalue()
        return Answer(name, value, raised, failure, printed, after, calls)

    def value(self, name):
        """See :meth:`autograder.questions.student.Student.value`."""
        if name not in self._namespace:
            return Answer(name, raised="NameError", failure="is not defined")
        try:
            return Answer(name, plain(self._namespace[name]))
        except (Unreadable, RecursionError) as unreadable:
            return Answer(name, raised="Unreadable", failure=f"holds {unreadable}")

    def _given(self, key, argument, calls):
        return _counted(key, argument, calls) if callable(argument) else plain(argument)

    def _no_end(self):
        return f"gave no answer within {self._seconds} seconds; is there a loop that never ends?"


def _counted(key, function, calls):
    """A stand-in that counts its calls and trades in plain copies, as one over a pipe would."""
    calls[key] = 0

    def stand_in(*arguments, **by_name):
        calls[key] += 1
        asked = {name: _handed_over(each) for name, each in by_name.items()}
        return plain(function(*map(_handed_over, arguments), **asked))

    return stand_in


def _handed_over(argument):
    """What a stand-in sees of an argument: `f` in ``numerical_derivative(f, theta)`` stays one."""
    return argument if callable(argument) else plain(argument)


def _as_it_is(argument):
    """A plain copy of an argument after the call; None when the answer put odd things into it."""
    try:
        return plain(argument)
    except (Unreadable, RecursionError):
        return None


def _in_one_line(error):
    try:
        return " ".join(str(error).split())
    except Exception:
        return "an exception that can't be printed"


@contextlib.contextmanager
def _swapped(namespace, others):
    before = {name: namespace[name] for name in others if name in namespace}
    namespace.update(others)
    try:
        yield
    finally:
        for name in others:
            namespace.pop(name, None)
        namespace.update(before)


@contextlib.contextmanager
def _captured(out):
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(io.StringIO()):
        yield


@contextlib.contextmanager
def _silent():
    """No warning is shown, and what an answer sets about them or about numpy's ends with it."""
    with warnings.catch_warnings(), np.errstate():
        warnings.simplefilter("ignore")
        yield


def _within(seconds, function, given, named):
    """What a function returns; raises TooSlow after so many seconds, whatever it catches."""
    if not hasattr(signal, "SIGALRM") or threading.current_thread() is not threading.main_thread():
        return function(*given, **named)
    over = done = False

    def stop(_, frame):
        nonlocal over
        if done:
            return
        over = True
        # Again in a moment: an answer that catches everything is soon hit outside of its `try`.
        signal.setitimer(signal.ITIMER_REAL, 3e-5)
        if frame.f_code not in (_within.__code__, stop.__code__):
            raise TooSlow

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        value = function(*given, **named)
    except BaseException:
        if not over:
            raise
    finally:
        done = True  # before any call: what follows must not be interrupted
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    if over:
        raise TooSlow
    return value
