"""If this fails, grading waits for a silent server longer than the guide says, or not at all."""

import re

import pytest

from autograder.grading import postgresql
from tests.temporary_course import ROOT


class Silent(Exception):
    """The error for a server that does not answer."""


@pytest.fixture
def clock(monkeypatch):
    """The time, which does not move by itself."""
    time = [1e6]
    monkeypatch.setattr(postgresql, "monotonic", lambda: time[0])
    return time


def waiting(seconds):
    """The generator with which psycopg waits, for a server that never answers."""

    def nothing():
        while True:
            yield None

    found = postgresql._limited(nothing(), seconds, Silent)
    next(found)
    return found


def test_as_long_as_the_guide_says(clock):
    about = (ROOT / "docs/operations.md").read_text().partition("postgresql+psycopg://")[2]
    seconds = int(re.search(r"for (\d+) seconds", about)[1])
    asked = waiting(postgresql.WAIT_SECONDS)
    clock[0] += seconds - 0.5
    asked.send(False)
    clock[0] += 1
    with pytest.raises(Silent, match=f"for {seconds} seconds"):
        asked.send(False)


def test_after_a_second_ctrl_c_ends_the_wait(clock, monkeypatch):
    looked = []
    monkeypatch.setattr(postgresql, "if_asked", lambda: looked.append(clock[0]))
    asked = waiting(60)
    for later in (0.9, 0.2):
        clock[0] += later
        asked.send(False)
    assert len(looked) == 1
