"""Keeps a zygote outside of every wall, and has it fork a child for each submission."""

import atexit
import json
import os
import shutil
import socket
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from tempfile import mkdtemp

from autograder.box.child import Child
from autograder.box.limits import Limits
from autograder.box.walls import CHANNEL, LANDLOCK, NAMESPACES

PACKAGE = Path(__file__).resolve().parents[2]
START = (
    "import sys; sys.path.insert(0, {package!r}); from autograder.box.zygote import main; "
    "sys.path.remove({package!r}); main({level!r}, {folder!r})"
)
ENVIRONMENT = {
    "PATH": os.pathsep.join([str(Path(sys.executable).parent), "/usr/bin", "/bin"]),
    "LANG": "C.UTF-8",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    # A thread that waits for work would not survive the fork.
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
}
UP_SECONDS = 120


class NoWalls(Exception):
    """This host can't keep a student's code in: nothing may be run on it."""


class Warden:
    """A warm zygote at the highest level of walls that the host allows.

    Parameters
    ----------
    level : {"namespaces", "landlock"}, optional
        Only this level, for tests; by default the first one that the host allows.

    Attributes
    ----------
    level : str
        What was reached.

    Raises
    ------
    NoWalls
        The host refuses both; with what it said.
    """

    def __init__(self, level=None):
        self._folder = mkdtemp(prefix="autograder-")
        refusals = {}
        for each in (level,) if level else (NAMESPACES, LANDLOCK):
            self._start(each)
            answer = self._hear(UP_SECONDS)
            if "up" in answer:
                self.level, self._user = each, answer["up"]
                atexit.register(self.close)
                return
            refusals[each] = answer.get("refused") or self._last_words()
            self._stop()
        shutil.rmtree(self._folder, ignore_errors=True)
        raise NoWalls("; ".join(f"{each}: {why}" for each, why in refusals.items()))

    @contextmanager
    def child(self, limits=None):
        """A child for one submission: a :class:`Child`, ended at the latest with the block."""
        limits = limits or Limits()
        scratch = mkdtemp(dir=self._folder) if self.level == LANDLOCK else ""
        if scratch and os.geteuid() == 0:
            os.chown(scratch, self._user, -1)
        inside, outside = socket.socketpair()
        out, err = os.pipe(), os.pipe()
        asked = {"limits": asdict(limits), "scratch": scratch}
        given = [inside.fileno(), out[1], err[1]]
        try:
            socket.send_fds(self._control, [json.dumps(asked).encode()], given)
            _, descriptors, _, _ = socket.recv_fds(self._control, 64, 1)
        finally:
            inside.close()
            os.close(out[1])
            os.close(err[1])
        child = Child(outside, out[0], err[0], descriptors[0], limits, scratch)
        try:
            yield child
        finally:
            child.kill()
            child.exit_status = self._hear(UP_SECONDS).get("ended")
            child.close()
            if scratch:
                shutil.rmtree(scratch, ignore_errors=True)

    def close(self):
        """End the zygote; no child is left, because each ends with it."""
        atexit.unregister(self.close)
        self._stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _start(self, level):
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        scratch = mkdtemp(dir=self._folder) if level == LANDLOCK else ""
        os.chmod(self._folder, 0o711)
        start = START.format(package=str(PACKAGE), level=level, folder=scratch)
        self._errors = open(Path(self._folder, "stderr"), "w+b")  # noqa: SIM115
        os.set_inheritable(theirs.fileno(), True)
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-c", _with_descriptor(start, theirs.fileno())],
            env=ENVIRONMENT, cwd="/", stdin=subprocess.DEVNULL, stdout=self._errors,
            stderr=self._errors, pass_fds=[theirs.fileno()], start_new_session=True,
        )  # fmt: skip
        theirs.close()

    def _hear(self, seconds):
        """The zygote's next message; nothing when it ended instead."""
        self._control.settimeout(seconds)
        try:
            return json.loads(self._control.recv(4096) or "{}")
        except TimeoutError:
            return {}

    def _last_words(self):
        self._errors.seek(0)
        lines = self._errors.read().decode(errors="replace").strip().splitlines()
        return lines[-1] if lines else "it ended without a word"

    def _stop(self):
        self._control.close()
        self._process.kill()
        self._process.wait()
        self._errors.close()


def _with_descriptor(start, number):
    """The zygote finds its control socket at a fixed number."""
    return f"import os; os.dup2({number}, {CHANNEL}); {start}"
