"""If this fails, interrupting a cell ends its whole submission, and other questions lose points."""

import signal
from collections.abc import Iterator
from contextlib import nullcontext
from typing import Any

import pytest

from autograder.box import runner
from autograder.box.runner import Runner

HELD_BACK = (signal.SIGINT, signal.SIGALRM)


class Interrupted:
    """A shell whose cell is interrupted; signals of the same row arrive while it says so."""

    showing, said = False, 0

    def run(self, source: str) -> bool:
        raise KeyboardInterrupt

    def showtraceback(self) -> None:
        for each in HELD_BACK:
            signal.raise_signal(each)  # held back, or without an effect
        self.said += 1


@pytest.fixture
def signals_as_before() -> Iterator[None]:
    before = {each: signal.getsignal(each) for each in HELD_BACK}
    held = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    yield
    signal.pthread_sigmask(signal.SIG_UNBLOCK, HELD_BACK)  # what is still held has no effect now
    for each, handler in before.items():
        signal.signal(each, handler)
    signal.pthread_sigmask(signal.SIG_SETMASK, held)


@pytest.mark.usefixtures("signals_as_before")
def test_a_signal_while_a_cell_is_being_left_interrupts_nothing_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It may arrive before signals are held again: then the block has no proper end."""
    monkeypatch.setattr(runner, "_open_to_signals", nullcontext)
    # Without its beginning, in which it takes over this process's streams.
    served: Any = Runner.__new__(Runner)
    served._shell, served._in_cell = Interrupted(), False
    served._take_over_signals()
    signal.pthread_sigmask(signal.SIG_UNBLOCK, HELD_BACK)
    try:
        success = served._run("while True: pass")
    except KeyboardInterrupt:  # pytest itself would take it for a Ctrl-C
        pytest.fail("the interruption went on to what serves the submission")
    assert success is False
    assert served._shell.said == 1
    assert {*HELD_BACK} <= signal.pthread_sigmask(signal.SIG_BLOCK, ())
