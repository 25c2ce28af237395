"""If this fails, the host is blamed for what a submission does to itself, or the reverse."""

import os
import signal

import pytest

from autograder.box.channel import BY_ITSELF, HUNG_UP
from autograder.box.child import Child
from autograder.box.limits import Limits
from autograder.box.warden import Warden
from tests.box.inside import ask, process_of, result, run

TO_ITSELF = {
    "close": "os.close(3)",
    "close a range": "os.closerange(3, 99)",
    "close everything": "os.closerange(0, 99)",
    "shut down": "socket.socket(fileno=3).shutdown(socket.SHUT_RDWR)",
    "shut down one way": "socket.socket(fileno=3).shutdown(socket.SHUT_WR)",
    "put something over it": "os.dup2(0, 3)",
    "put a pipe over it": "os.dup2(os.pipe()[1], 3)",
    "limit its own time": "resource.setrlimit(resource.RLIMIT_CPU, (0, 0))\nwhile True: pass",
    "limit its own time later": "resource.setrlimit(resource.RLIMIT_CPU, (1, 1))\nwhile True: pass",
    "kill itself": "os.kill(os.getpid(), 9)",
    "kill its group": "os.killpg(os.getpgrp(), 9)",
    "kill everybody": "os.kill(-1, 9)",
    "kill its thread": "signal.pthread_kill(threading.get_ident(), 9)",
    "abort": "os.abort()",
    "leave": "os._exit(0)",
    "leave as if killed": "os._exit(137)",
    "leave with its first thread only": "import ctypes, platform\n"
    "ctypes.CDLL(None).syscall({'x86_64': 60, 'aarch64': 93}[platform.machine()], 0)",
    "leave from a thread": "threading.Thread(target=os._exit, args=(0,)).start()\ntime.sleep(1e6)",
    "become another program": "os.execv('/bin/sleep', ['sleep', '1000000'])",
    "stop": "os.kill(os.getpid(), 19)",
    "an alarm that nobody hears": "signal.signal(14, signal.SIG_DFL)\nsignal.alarm(1)\n"
    "while True: pass",
    "a fault in C": "import ctypes\nctypes.string_at(0)",
    "no memory": "x = []\nwhile True: x.append(bytes(1 << 20))",
    "no end": "while True:\n  try:\n    while True: pass\n  except BaseException: pass",
}
TOO_MUCH = ["no memory"]
MODULES = "import os, resource, signal, socket, threading, time\n"
LIMITS = Limits(cell_seconds=1, call_seconds=1, grace_seconds=0.3, memory=256 << 20)


@pytest.mark.parametrize("what", TO_ITSELF)
@pytest.mark.parametrize("where", ["in a cell", "in an answer"])
def test_what_it_does_to_itself_is_its_own_doing(warden: Warden, what: str, where: str) -> None:
    body = TO_ITSELF[what]
    with warden.child(LIMITS) as child:
        if where == "in a cell":
            child.run(MODULES + body)
        else:
            lines = "\n".join(f"  {line}" for line in body.splitlines())
            run(child, f"{MODULES}def f():\n{lines}")
            ask(child, "f")
        alive = not child.ended and errorless(child)
        sentence = child.ended
    assert not child.was_killed, (sentence, child.exit_status)
    assert alive or sentence.startswith(("it ", "the submission "))
    assert "more than" not in sentence or what in TOO_MUCH


def errorless(child: Child) -> bool:
    """Whether it continues, as it does after a refused call."""
    return result(child.run("1 + 1")) == "2" if not child.ended else False


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_what_somebody_else_does_is_not(warden: Warden, number: int) -> None:
    """The kernel and administrators end processes with SIGKILL."""
    with warden.child(LIMITS) as child:
        os.kill(process_of(child), number)
        child.run("1")
    assert child.was_killed == (number == signal.SIGKILL)
    assert child.ended in ("its cells have been run", BY_ITSELF)


def test_a_connection_that_was_closed_is_told_from_an_end(with_namespaces: Warden) -> None:
    with with_namespaces.child(LIMITS) as child:
        child.run("import os, time\nos.close(3)\ntime.sleep(1e6)")
        assert child.ended == HUNG_UP
    with with_namespaces.child(LIMITS) as child:
        child.run("import os\nos._exit(0)")
        assert child.ended == BY_ITSELF
