"""If this fails, a worker that dies loses others' work, or outlives the process that started it."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from autograder.batch import workers
from autograder.batch.workers import AHEAD, Here, WorkerDied, Workers
from tests.box.inside import gone

SIZE = 50_000_000
ENDLESS = 1e6

# What workers do here; they find these functions by name.


def double(number):
    return 2 * number


def slow(seconds):
    time.sleep(seconds)
    return seconds


def dies(number, folder):
    """On 3 always, on 5 the first time."""
    if number == 3:
        os._exit(1)
    if number == 5 and not Path(folder, "died").exists():
        Path(folder, "died").touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def raises(number):
    if number == 1:
        raise LookupError("one")
    return number


def unsendable(number):
    return number or (lambda: 0)


class Strange:
    """It can be pickled, but not unpickled."""

    def __reduce__(self):
        return _unreadable, ()


def _unreadable():
    raise LookupError("unreadable")


def large(_):
    return bytes(SIZE)


def whoever(_):
    return os.getpid()


@pytest.fixture(params=["here", "workers"])
def staff(request):
    with Here() if request.param == "here" else Workers(2) as staff:
        yield staff


def pieces(numbers, *more):
    return ((f"number {each}", (each, *more)) for each in numbers)


def test_every_piece_is_done_once(staff):
    found = list(staff.work(double, pieces(range(20))))
    assert sorted(found) == sorted((f"number {each}", 2 * each) for each in range(20))
    assert list(staff.work(double, pieces([7]))) == [("number 7", 14)], "and can continue"
    assert list(staff.work(double, [])) == []


def test_an_exception_is_a_result_like_any_other(staff):
    found = dict(staff.work(raises, pieces(range(4))))
    error = found.pop("number 1")
    assert isinstance(error, LookupError) and error.args == ("one",)
    assert found == {"number 0": 0, "number 2": 2, "number 3": 3}


def test_what_can_not_be_sent_is_a_result_too():
    with Workers(1) as staff:
        found = dict(staff.work(double, [("bad", (lambda: 0,)), ("good", (1,))]))
    assert found["good"] == 2
    assert isinstance(found["bad"], Exception)


def test_a_worker_that_dies_costs_only_its_own_piece(tmp_path):
    """Its piece is tried once more; one that ends two workers is given up."""
    with Workers(2) as staff:
        found = dict(staff.work(dies, pieces(range(12), str(tmp_path))))
    assert isinstance(found.pop("number 3"), WorkerDied)
    assert found == {f"number {each}": each for each in range(12) if each != 3}


def test_what_can_not_be_sent_back_or_read_is_a_result_too():
    with Workers(1) as staff:
        found = dict(staff.work(unsendable, pieces([0, 1])))
        strange = dict(staff.work(double, [("strange", (Strange(),)), ("good", (1,))]))
    assert found["number 1"] == 1 and "unsendable.<locals>.<lambda>" in str(found["number 0"])
    assert isinstance(strange["strange"], LookupError) and strange["good"] == 2


def test_a_worker_that_is_killed_while_it_sends_a_result_is_replaced():
    """Nobody waits for the rest of a result that was half sent."""
    with Workers(1) as staff:
        ((_, pid),) = staff.work(whoever, pieces([0]))
        running = staff.work(large, pieces([1, 2]))
        following = threading.Timer(1, os.kill, (pid, signal.SIGKILL))
        following.start()
        # Nothing reads what the first one sends in the meantime.
        staff._workers[0].give(workers._Piece(large, "unread", (0,)))
        following.join()
        assert next(running)[0] == "unread"
        assert [len(found) for _, found in running] == [SIZE, SIZE]


def test_workers_share_the_work():
    with Workers(2) as staff:
        list(staff.work(slow, pieces([0.1] * 2)))
        found = [pid for _, pid in staff.work(whoever, pieces(range(20)))]
    assert len(set(found)) == 2 and os.getpid() not in found


def test_only_so_many_pieces_are_taken_ahead():
    """However large a class is, its notebooks are not all in memory."""
    taken = []

    def endless():
        for number in range(100):
            taken.append(number)
            yield number, (number,)

    with Workers(2) as staff:
        running = staff.work(double, endless())
        for done in range(1, 20):
            next(running)
            assert len(taken) <= done + 2 * AHEAD


def test_a_worker_in_the_middle_of_a_piece_is_ended_too():
    with pytest.raises(KeyboardInterrupt), Workers(2) as staff:
        workers = {pid for _, pid in staff.work(whoever, pieces(range(20)))}
        running = staff.work(slow, pieces([0.01, ENDLESS, ENDLESS]))
        next(running)
        raise KeyboardInterrupt
    assert len(workers) == 2 and gone(workers)


def test_workers_end_with_the_process_that_started_them(tmp_path):
    """However it ends."""
    program = f"""
import sys
sys.path.insert(0, {str(Path(__file__).parents[2])!r})
from autograder.batch import workers
from autograder.batch.workers import Workers
from tests.batch import test_workers as here
if __name__ == "__main__":
    with Workers(2) as staff:
        for _, pid in staff.work(here.whoever, here.pieces(range(4))):
            print(pid, flush=True)
        print("ready", flush=True)
        list(staff.work(here.slow, here.pieces([here.ENDLESS] * 2)))
"""
    path = tmp_path / "starts.py"
    path.write_text(program)
    running = subprocess.Popen([sys.executable, path], stdout=subprocess.PIPE, text=True)
    pids = {int(line) for line in iter(running.stdout.readline, "ready\n")}
    running.kill()
    running.wait()
    running.stdout.close()
    assert pids and gone(pids)
