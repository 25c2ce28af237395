"""A Dask scheduler and its workers, which are started and ended by whoever needs them."""

import re
import signal
import subprocess
import time

from tests.box.inside import gone, tree
from tests.temporary_course import BIN


class Dask:
    """A scheduler and its workers, as people start them."""

    def __init__(self, folder):
        self._folder, self._running = folder, []
        self.scheduler = self._start("scheduler", "--port", "0", "--host", "127.0.0.1")
        self.address = self._says(self.scheduler, "scheduler", r"Scheduler at: +(tcp://\S+)")

    def worker(self, name, **options):
        """Start a worker and wait until it is there."""
        running = self._start("worker", self.address, "--nthreads", "1", name=name, **options)
        self._says(running, name, r"Starting established connection|Registered to")
        return running

    def _start(self, what, *arguments, name=None, **options):
        log = (self._folder / f"{name or what}.log").open("w")
        command = [BIN / "dask", what, *arguments, "--no-dashboard"]
        running = subprocess.Popen(command, cwd=self._folder, stdout=log, stderr=log, **options)
        log.close()
        self._running.append(running)
        return running

    def _says(self, running, name, pattern):
        """Wait until it is in the log of a process, which must not end before."""
        log = self._folder / f"{name}.log"
        while not (found := re.search(pattern, log.read_text())):
            assert running.poll() is None, log.read_text()
            time.sleep(0.05)
        return found[found.re.groups and 1]

    def end(self):
        """End all of them, and whatever they have started."""
        family = set().union(*(tree(each.pid) for each in self._running))
        for each in self._running:
            each.send_signal(signal.SIGTERM)
            try:
                each.wait(10)
            except subprocess.TimeoutExpired:
                each.kill()
                each.wait()
        return gone(family)
