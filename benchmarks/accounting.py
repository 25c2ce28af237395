"""What a command takes: time, CPU of all processes that it starts, memory of the first one."""

import os
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

GROUPS = Path("/sys/fs/cgroup")


@dataclass(frozen=True)
class Cost:
    """What a command took.

    Attributes
    ----------
    wall : float
        Seconds.
    cpu : float or None
        Seconds of everybody, also of processes that nobody waited for; None where this machine
        does not let us count them.
    memory : float
        Megabytes that the first process had resident, at most.
    """

    wall: float
    cpu: float | None
    memory: float


def cost(command, folder, environment=None, allowed=(0,)):
    """Run a command to its end and say what it took.

    Parameters
    ----------
    command : list of str
    folder : path
        Where it runs.
    environment : mapping, optional
    allowed : collection of int
        Its exit statuses.

    Returns
    -------
    Cost
    """
    group = _group()
    began = time.perf_counter()
    running = subprocess.Popen(
        command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, preexec_fn=None if group is None else group.join,
    )  # fmt: skip
    peak = 0.0
    with (Path(folder) / ".output").open("wb") as log:
        os.set_blocking(running.stdout.fileno(), False)
        while running.poll() is None:
            log.write(running.stdout.read() or b"")
            peak = max(peak, _peak(running.pid))
            time.sleep(0.02)
        log.write(running.stdout.read() or b"")
    wall = time.perf_counter() - began
    running.stdout.close()
    if running.returncode not in allowed:
        raise RuntimeError(f"{command} ended with {running.returncode}: see {folder}/.output")
    return Cost(wall, None if group is None else group.used(), peak)


def _peak(process):
    try:
        for line in Path(f"/proc/{process}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    except OSError:
        pass
    return 0.0


class _Group:
    """A control group, in which the kernel adds up the CPU of everybody."""

    def __init__(self, folder, usage, unit):
        self._folder, self._usage, self._unit = folder, usage, unit
        folder.mkdir()

    def join(self):
        (self._folder / "cgroup.procs").write_text("0")

    def used(self):
        """Seconds; the group is gone after that."""
        number = self._usage(self._folder) / self._unit
        for _ in range(200):
            try:
                self._folder.rmdir()
                break
            except OSError:  # the last processes are ending
                time.sleep(0.05)
        return number


def _group():
    name = f"bench-{os.getpid()}-{time.monotonic_ns()}"
    try:
        if (GROUPS / "cpuacct").is_dir():
            return _Group(
                GROUPS / "cpuacct" / name,
                lambda folder: int((folder / "cpuacct.usage").read_text()), 1e9,
            )  # fmt: skip
        return _Group(
            GROUPS / name,
            lambda folder: int((folder / "cpu.stat").read_text().split()[1]), 1e6,
        )  # fmt: skip
    except OSError:
        return None
