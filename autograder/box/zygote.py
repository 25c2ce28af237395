"""A warm interpreter that forks one child per submission.

It runs in a separate process, which starts with an almost empty environment and one descriptor: its
end of the control socket. It has imported what notebooks need, and nothing of `truth` or
`questions`.
"""

import builtins
import gc
import getpass
import json
import os
import select
import signal
import socket
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

import numpy as np

from autograder.box import fonts
from autograder.box.limits import Limits
from autograder.box.runner import Runner
from autograder.box.shell import Shell, refuse_input
from autograder.box.walls import CHANNEL, Walls, live_in

WARM_UP = r"""
import asyncio
import numpy as np
import matplotlib.pyplot as plt
np.random.default_rng(0).normal(size=3) @ np.linalg.inv(np.eye(3))
figure, axes = plt.subplots()
axes.loglog([1, 10], [1, 10], marker="o", label=r"$\theta_1$ x")
axes.set_title("warm"), axes.set_xlabel("x"), axes.legend()
figure.canvas.draw()
plt.close()
"""
ERROR = "1 / 0"


def main(level: str, folder: str) -> None:
    """Put up the walls that all children share, warm up, then fork on request.

    Parameters
    ----------
    level : {"namespaces", "landlock"}
    folder
        A scratch folder for the zygote itself, at the level "landlock".
    """
    control = socket.socket(fileno=CHANNEL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that started this one
    try:
        walls = Walls(level, folder)
    except OSError as error:
        control.sendall(json.dumps({"refused": str(error)}).encode())
        return
    shell = warm(walls.scratch)
    leaked = [name for name in sys.modules if name.startswith(("autograder.t", "autograder.q"))]
    if leaked or threading.active_count() != 1:
        raise RuntimeError(f"this process can't be forked: {leaked}, {threading.enumerate()}")
    gc.collect()
    gc.freeze()
    control.sendall(json.dumps({"up": os.getuid()}).encode())
    while True:
        request, descriptors, _, _ = socket.recv_fds(control, 4096, 3)
        if not request:
            return
        asked = json.loads(request)
        if "another" in asked:
            control = _another(control, descriptors)
            continue
        child = walls.fork()
        if child == 0:
            _become_child(walls, shell, descriptors, asked)
        for each in descriptors:
            os.close(each)
        _watch(control, child)


def _another(control: socket.socket, descriptors: Sequence[int]) -> socket.socket:
    """Fork a second zygote, with its own control socket; return the socket of this process."""
    (theirs,) = descriptors
    if os.fork():
        os.close(theirs)
        return control
    control.close()
    control = socket.socket(fileno=theirs)
    control.sendall(json.dumps({"up": os.getuid()}).encode())
    return control


def warm(folder: str) -> Shell:
    """Import and use once what most notebooks use; return the shell that children start with."""
    os.chdir(folder)
    live_in(folder)
    found = fonts.restore(os.environ["MPLCONFIGDIR"])
    shell = Shell.instance(send=lambda event: None)
    shell.run_line_magic("matplotlib", "inline")
    if [shell.run(each) for each in (WARM_UP, ERROR)] != [True, False]:
        raise RuntimeError("the interpreter could not be warmed up")
    fonts.keep(os.environ["MPLCONFIGDIR"], found)
    shell.reset()
    return shell


def _watch(control: socket.socket, child: int) -> None:
    """Send the child's descriptor to the trusted side; wait until it ends or that side is gone."""
    pidfd = os.pidfd_open(child)
    socket.send_fds(control, [b"{}"], [pidfd])
    poll = select.poll()
    poll.register(pidfd, select.POLLIN)
    poll.register(control, select.POLLIN)
    for descriptor, _ in poll.poll():
        if descriptor == control.fileno():
            signal.pidfd_send_signal(pidfd, signal.SIGKILL)
    os.close(pidfd)
    _, status, used = os.wait4(child, 0)
    ended = {
        "ended": os.waitstatus_to_exitcode(status),
        "cpu": used.ru_utime + used.ru_stime,
        "own_cpu": time.process_time(),
    }
    control.sendall(json.dumps(ended).encode())


def _become_child(
    walls: Walls, shell: Shell, descriptors: Sequence[int], asked: Mapping[str, Any]
) -> NoReturn:
    """Run as a child, until it ends; never returns."""
    channel, out, err = descriptors
    try:
        # First away from the numbers that they will get.
        channel, out, err = (os.dup2(each, 100 + each, False) for each in (channel, out, err))
        nothing = os.open(os.devnull, os.O_RDONLY)
        for number, each in enumerate((nothing, out, err, channel)):
            os.dup2(each, number)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        walls.enclose(Limits(**asked["limits"]), asked["scratch"])
        _start_afresh()
        runner = Runner(socket.socket(fileno=CHANNEL), shell)
        runner.say_ready()
        runner.serve()
    except BaseException as error:
        os.write(2, f"{type(error).__name__}: {error}".encode())
        os._exit(70)
    os._exit(0)


def _start_afresh() -> None:
    """Give a forked process its own random numbers, arguments and module path.

    Python's own generator gets a new seed at every fork; numpy's global one does not. Seeding that
    with more than 32 bits would take a millisecond.
    """
    np.random.seed(int.from_bytes(os.urandom(4), "little"))  # noqa: NPY002
    builtins.input = getpass.getpass = refuse_input
    sys.argv[:] = [""]
    sys.path.insert(0, "")
