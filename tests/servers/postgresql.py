"""A PostgreSQL server that is started and ended by whoever needs one."""

import os
import shutil
import signal
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path


def programs():
    """The folder of the server's programs, which Debian keeps out of the way."""
    found = shutil.which("initdb")
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return Path(found).resolve().parent if found else debian[-1].parent if debian else None


def _command_of(process):
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes()
    except OSError:  # it has ended
        return b""


def _stands_still(process):
    """Whether a signal that stops it has arrived (proc(5): the state follows the name)."""
    return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] == "T"


class Server:
    """A PostgreSQL server in a folder of its own, on a socket there."""

    def __init__(self, folder):
        self._folder, self._bin = folder, programs()
        # It refuses to run as root.
        self._as = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        if self._as:
            shutil.chown(folder, "postgres")
        # Nothing here has to survive a power cut, so nothing waits for the disk.
        self._run("initdb", "-D", f"{folder}/data", "-U", "grader", "-A", "trust", "--no-sync")
        self.start()

    def _run(self, program, *arguments):
        subprocess.run(
            [*self._as, self._bin / program, *arguments], cwd="/", check=True,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def start(self):
        options = f"-c listen_addresses='' -c unix_socket_directories={self._folder} -c fsync=off"
        self._control("-l", f"{self._folder}/log", "-o", options, "start")

    def stop(self, how="fast"):
        self._control("-m", how, "stop")

    def _control(self, *arguments):
        self._run("pg_ctl", "-D", f"{self._folder}/data", "-w", *arguments)

    @contextmanager
    def silent(self):
        """Within the block, none of its processes does anything; connections stay as they are."""
        first = self._first()
        os.kill(first, signal.SIGSTOP)
        stopped = [first]
        try:
            while not _stands_still(first):
                time.sleep(0.001)
            # From here on it starts none and buries none: the number of a child that is just
            # ending remains that child's.
            for process in self._children():
                os.kill(process, signal.SIGSTOP)
                stopped.append(process)
            yield
        finally:
            for process in reversed(stopped):
                os.kill(process, signal.SIGCONT)

    def _first(self):
        """The process that starts all others."""
        return int((self._folder / "data" / "postmaster.pid").read_text().split()[0])

    def _children(self):
        """Those that it has started, one for each connection among them."""
        first = self._first()
        return [*map(int, Path(f"/proc/{first}/task/{first}/children").read_text().split())]

    def wait_for_the_end_of_all(self):
        """Wait until the server has done with everybody who was connected."""
        while any(b"grader" in _command_of(process) for process in self._children()):
            time.sleep(0.01)

    def database(self, name, *options):
        """Make a database: its address for ``c.CourseDirectory.db_url``."""
        self._run("createdb", "-h", str(self._folder), "-U", "grader", *options, name)
        return f"postgresql+psycopg://grader@/{name}?host={self._folder}"
