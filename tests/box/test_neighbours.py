"""If this fails, a submission takes resources of another one at the same time, or talks to it."""

import os
from collections.abc import Iterator

import pytest

from autograder.box.limits import Limits
from autograder.box.walls import LANDLOCK, NAMESPACES
from autograder.box.warden import Warden
from tests.box.inside import Wardens, errors, process_of, run, says, value

BUSY = """
import os
for _ in range(14):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            os.setsid()
        while True: pass
"""
THREADS = """
import threading
for _ in range(14):
    threading.Thread(target=lambda: [None for _ in iter(int, 1)], daemon=True).start()
"""
WORK = """
import time
def work(seconds):
    end = time.process_time() + seconds
    while time.process_time() < end: pass
    return seconds
"""


@pytest.fixture(params=[NAMESPACES, LANDLOCK])
def two(request: pytest.FixtureRequest, wardens: Wardens) -> Iterator[tuple[Warden, Warden]]:
    """Two wardens; the second has adopted a zygote of the first, as workers do."""
    wardens(request.param)
    first = Warden(request.param)
    second = Warden(zygote=first.another())
    yield first, second
    second.close()
    first.close()


def test_processes_are_counted_one_by_one(two: tuple[Warden, Warden]) -> None:
    """A submission that has as many as it may have leaves its neighbour as many."""
    first, second = two
    if first.level == LANDLOCK:
        pytest.skip("there are no processes to be counted at this level; see the next test")
    hold = """
import os, time
made = 0
try:
    while True:
        if os.fork() == 0: time.sleep(1e6)
        made += 1
except OSError: pass
print(made)
"""
    limits = Limits(memory=8 << 30)
    with first.child(limits) as one, second.child(limits) as other:
        held = says(one, hold)
        assert 20 < int(held) < limits.processes
        assert says(other, hold) == held


def test_threads_are_counted_one_by_one(two: tuple[Warden, Warden]) -> None:
    first, second = two
    hold = """
import threading
stay = threading.Event()
for _ in range(20): threading.Thread(target=stay.wait, daemon=True).start()
print(threading.active_count())
"""
    limits = Limits(memory=8 << 30)  # each thread reserves address space without using it
    with first.child(limits) as one, second.child(limits) as other:
        assert says(one, hold) == says(other, hold) == "21"


def test_time_that_others_take_is_not_counted(two: tuple[Warden, Warden]) -> None:
    """Otherwise an answer within the limit would exceed it next to a busy neighbour."""
    first, second = two
    roomy, limits, seconds = Limits(memory=8 << 30), Limits(call_seconds=1), 0.5
    with first.child(roomy) as one, second.child(limits) as other:
        run(one, BUSY if first.level == NAMESPACES else THREADS)
        run(other, WORK)
        for _ in range(3):
            assert value(other, "work", seconds) == seconds


def test_a_busy_tree_comes_after_all_others(with_namespaces: Warden) -> None:
    with with_namespaces.child() as child:
        run(child, BUSY)
        busy, *_ = children_of(process_of(child))
        for _ in range(100):
            child.run("import time\ntime.sleep(0.1)")
            if os.getpriority(os.PRIO_PROCESS, busy) == 19:
                return
        raise AssertionError("it has the priority of those that want one processor")


def children_of(process: int) -> list[int]:
    with open(f"/proc/{process}/task/{process}/children") as file:
        return [int(each) for each in file.read().split()]


def test_it_stays_in_its_session(warden: Warden) -> None:
    """The kernel may give each session the same share of the processors."""
    with warden.child() as child:
        assert says(child, "import os\nos.setsid()\nprint(os.getsid(0) == os.getpid())") == "True"
        if warden.level == NAMESPACES:
            source = """
import subprocess, sys
tell = [sys.executable, "-c", "import os; print(os.getsid(0) == os.getppid())"]
print(subprocess.run(tell, start_new_session=True, capture_output=True, text=True).stdout)
"""
            assert says(child, source) == "True"


class TestLocks:
    """With a lock on a file that both can read, one could send the other a message."""

    TAKE = """
import fcntl, os, struct
file = open(os.__file__)
fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
fcntl.fcntl(file, fcntl.F_SETLK, struct.pack("hhqqi", fcntl.F_RDLCK, 0, 7, 1, 0))
"""
    SEE = """
asked = struct.pack("hhqqi", fcntl.F_WRLCK, 0, 7, 1, 0)
print(struct.unpack("hhqqi", fcntl.fcntl(file, fcntl.F_GETLK, asked))[0] == fcntl.F_UNLCK)
"""

    def test_nobody_sees_a_neighbour_s(self, two: tuple[Warden, Warden]) -> None:
        first, second = two
        with first.child() as one, second.child() as other:
            run(one, self.TAKE)
            run(other, self.TAKE)
            assert says(other, self.SEE) == "True"

    def test_programs_that_lock_files_of_their_own_work(self, warden: Warden) -> None:
        source = """
import sqlite3
with sqlite3.connect("grades.db") as database:
    database.execute("create table grades (name text, points real)")
    database.execute("insert into grades values ('x', 1.5)")
print(sqlite3.connect("grades.db").execute("select points from grades").fetchone())
"""
        with warden.child() as child:
            assert says(child, source) == "(1.5,)"

    def test_nothing_is_handed_over(self, warden: Warden) -> None:
        source = "import socket\na, b = socket.socketpair()\nsocket.send_fds(a, [b'x'], [0])"
        with warden.child() as child:
            assert errors(child.run(source))[0][0] == "PermissionError"
