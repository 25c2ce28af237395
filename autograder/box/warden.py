"""Starts a zygote, outside of all walls, and has it fork a child for each submission."""

import atexit
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryFile, mkdtemp
from threading import Lock, RLock
from typing import IO, Any, NamedTuple

from autograder.box import fonts
from autograder.box.child import Child
from autograder.box.limits import Limits
from autograder.box.walls import CHANNEL, LANDLOCK, NAMESPACES
from autograder.box.watch import Watch

PACKAGE = Path(__file__).resolve().parents[2]
START = (
    "import os; os.dup2({theirs}, {own}); os.closerange({own} + 1, 1024); "
    "import sys; sys.path.insert(0, {package!r}); from autograder.box.zygote import main; "
    "sys.path.remove({package!r}); main({level!r}, {folder!r})"
)
ENVIRONMENT = {
    "PATH": os.pathsep.join([str(Path(sys.executable).parent), "/usr/bin", "/bin"]),
    "LANG": "C.UTF-8",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    # Idle threads of a pool would not survive the fork.
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
}
UP_SECONDS = 120
CLOSED = "it was closed"


class NoWalls(Exception):
    """This host can't contain a student's code, so nothing may be run on it."""

    line = "{where} was not run: {text}"


class Zygote(NamedTuple):
    """A zygote that another process has started, and that this process controls.

    Attributes
    ----------
    control : socket.socket
    level : str
    user : int
        The user id that children have.
    """

    control: socket.socket
    level: str
    user: int


class Warden:
    """A warm zygote at the highest level of walls that the host allows.

    Parameters
    ----------
    level : {"namespaces", "landlock"}, optional
        Only this level, for tests; by default the first one that the host allows.
    zygote
        One that another warden has had made by :meth:`another`; by default a new one is started.

    Attributes
    ----------
    level : str
        The level that was reached.

    Raises
    ------
    NoWalls
        The host refuses both; the text says why.
    """

    def __init__(self, level: str | None = None, zygote: Zygote | None = None) -> None:
        self._one_at_a_time, self._owner = Lock(), os.getpid()
        self._changing, self._closed = RLock(), False
        self._running = ExitStack()  # what belongs to the zygote; ended in reverse order
        self._folder = ""  # for scratch folders, at the level "landlock"
        atexit.register(self.close)
        if zygote is not None:
            self._control, self.level, self._user = zygote
            self._running.enter_context(self._control)
            self._control.settimeout(
                UP_SECONDS
            )  # not kept when a socket is sent to another process
            return
        refusals: dict[str, str] = {}
        for each in (level,) if level else (NAMESPACES, LANDLOCK):
            refusals[each] = self._start(each)
            if not refusals[each]:
                self.level = each
                return
        self.close()
        raise NoWalls("; ".join(f"{each}: {why}" for each, why in refusals.items()))

    @contextmanager
    def child(self, limits: Limits | None = None) -> Iterator[Child]:
        """Fork a :class:`Child` for one submission; it is ended when the block is left."""
        limits = limits or Limits()
        with self._one_at_a_time:
            scratch = self._scratch() if self.level == LANDLOCK else ""
            child = self._fork(limits, scratch) or self._fork_again(limits, scratch)
            try:
                trouble = child.trouble()
                if trouble:
                    raise NoWalls(f"the walls of a submission could not be put up ({trouble})")
                yield child
            finally:
                child.kill()
                child.close(self._hear())
                if scratch:
                    _remove(scratch)

    def another(self) -> Zygote:
        """Have the zygote fork a second one, which is ready at once: a :class:`Zygote`.

        That one ends with the first, or when its control socket is closed.

        Raises
        ------
        NoWalls
            The zygote has ended.
        """
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.settimeout(UP_SECONDS)
        with self._one_at_a_time, theirs:
            try:
                socket.send_fds(self._control, [json.dumps({"another": True}).encode()],
                                [theirs.fileno()])  # fmt: skip
            except OSError as error:
                ours.close()
                raise NoWalls(f"the process that starts submissions ended: {error}") from error
        if "up" not in _heard(ours):
            raise NoWalls("the process that starts submissions ended")
        return Zygote(ours, self.level, self._user)

    def close(self) -> None:
        """End the zygote and with it every child; no other zygote is started.

        A thread that is waiting for the zygote at this moment gets an error.
        """
        if os.getpid() != self._owner:
            return  # in a forked process: it belongs to the parent
        atexit.unregister(self.close)
        with self._changing:
            self._closed = True
            self._stop()
        if self._folder:
            _remove(self._folder)

    def _fork(self, limits: Limits, scratch: str) -> Child | None:
        """Fork a child; None if the zygote has ended."""
        inside, outside = socket.socketpair()
        out, err = os.pipe(), os.pipe()
        asked = json.dumps({"limits": asdict(limits), "scratch": scratch}).encode()
        try:
            socket.send_fds(self._control, [asked], [inside.fileno(), out[1], err[1]])
            _, descriptors, _, _ = socket.recv_fds(self._control, 64, 1)
        except OSError:
            descriptors = []
        finally:
            inside.close()
            os.close(out[1])
            os.close(err[1])
        watch = None
        try:
            if descriptors:
                watch = self._watch(descriptors[0], limits, scratch)
        finally:
            if watch is None:
                outside.close()
                os.close(out[0])
                os.close(err[0])
        if watch is None:
            return None
        return Child(outside, out[0], err[0], descriptors[0], watch, limits)

    def _watch(self, pidfd: int, limits: Limits, scratch: str) -> Watch:
        """Start to watch a child; end the child if that is not possible."""
        try:
            return Watch(pidfd, limits, scratch, limits.file_size(is_watched=bool(scratch)))
        except OSError as error:
            signal.pidfd_send_signal(pidfd, signal.SIGKILL)
            os.close(pidfd)
            self._hear()
            raise NoWalls(f"the resources of a submission can't be measured: {error}") from error

    def _fork_again(self, limits: Limits, scratch: str) -> Child:
        """Fork from a new zygote: the kernel may have ended the old one to free memory."""
        self._stop()
        why = self._start(self.level)
        child = None if why else self._fork(limits, scratch)
        if not child:
            raise NoWalls(f"the process that starts submissions ended: {why or 'twice'}")
        return child

    def _start(self, level: str) -> str:
        """Start a zygote; return why that failed, or "" if it is up."""
        with self._changing:
            if self._closed:
                return CLOSED
            self._launch(level)
        answer = self._hear()
        if "up" in answer:
            self._user = answer["up"]
            return ""
        why: str = answer.get("refused") or self._last_words()
        self._stop()
        return why

    def _launch(self, level: str) -> None:
        """Start the process of a zygote; it reports when it is up."""
        folder = mkdtemp(dir=self._own_folder()) if level == LANDLOCK else ""
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._running.enter_context(self._control)
        self._control.settimeout(UP_SECONDS)
        start = START.format(
            package=str(PACKAGE), level=level, folder=folder, theirs=theirs.fileno(), own=CHANNEL
        )
        self._errors: IO[bytes] = self._running.enter_context(TemporaryFile())  # noqa: SIM115
        with fonts.kept() as kept:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-c", start],
                env=ENVIRONMENT, cwd="/", stdin=kept, stdout=self._errors,
                stderr=self._errors, pass_fds=[theirs.fileno()], start_new_session=True,
            )  # fmt: skip
        self._running.callback(self._process.wait)
        self._running.callback(self._process.kill)
        theirs.close()

    def _scratch(self) -> str:
        """A folder on this host's disk that the child will own."""
        scratch = mkdtemp(dir=self._own_folder())
        if os.geteuid() == 0:
            os.chown(scratch, self._user, -1)
        return scratch

    def _own_folder(self) -> str:
        """The folder of this warden: other users can enter it, but not list it."""
        if not self._folder:
            self._folder = mkdtemp(prefix="autograder-")
            os.chmod(self._folder, 0o711)
        return self._folder

    def _hear(self) -> dict[str, Any]:
        return _heard(self._control)

    def _last_words(self) -> str:
        with self._changing:
            if self._closed:
                return CLOSED
            self._process.kill()
            self._process.wait()
            self._errors.seek(0)
            lines = self._errors.read().decode(errors="replace").strip().splitlines()
        return lines[-1] if lines else "it ended without a message"

    def _stop(self) -> None:
        with self._changing:
            self._running.close()


def _heard(control: socket.socket) -> dict[str, Any]:
    """A zygote's next message; empty if it has ended."""
    try:
        found: dict[str, Any] = json.loads(control.recv(4096) or "{}")
    except OSError:
        return {}
    return found


def _remove(folder: str) -> None:
    """Remove a folder, however deep it is and whatever the names in it are.

    `shutil.rmtree` would need a path for each entry, and a stack frame for each level.
    """
    subprocess.run(["chmod", "-R", "u+rwx", "--", folder], check=False, stderr=subprocess.DEVNULL)
    subprocess.run(["rm", "-rf", "--", folder], check=False, stderr=subprocess.DEVNULL)
