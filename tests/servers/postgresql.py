"""A PostgreSQL server that is started and ended by whoever needs one."""

import os
import shutil
import subprocess
from pathlib import Path


def programs():
    """The folder of the server's programs, which Debian keeps out of the way."""
    found = shutil.which("initdb")
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return Path(found).resolve().parent if found else debian[-1].parent if debian else None


class Server:
    """A PostgreSQL server in a folder of its own, on a socket there."""

    def __init__(self, folder):
        self._folder, self._bin = folder, programs()
        # It refuses to run as root.
        self._as = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        if self._as:
            shutil.chown(folder, "postgres")
        self._run("initdb", "-D", f"{folder}/data", "-U", "grader", "-A", "trust")
        self.start()

    def _run(self, program, *arguments):
        subprocess.run(
            [*self._as, self._bin / program, *arguments], cwd="/", check=True,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def start(self):
        options = f"-c listen_addresses='' -c unix_socket_directories={self._folder}"
        self._control("-l", f"{self._folder}/log", "-o", options, "start")

    def stop(self, how="fast"):
        self._control("-m", how, "stop")

    def _control(self, *arguments):
        self._run("pg_ctl", "-D", f"{self._folder}/data", "-w", *arguments)

    def database(self, name):
        """Make a database: its address for ``c.CourseDirectory.db_url``."""
        self._run("createdb", "-h", str(self._folder), "-U", "grader", name)
        return f"postgresql+psycopg://grader@/{name}?host={self._folder}"
