"""If this fails, a process that has ended by itself is accused of using too much."""

import os
import subprocess
import time
from collections.abc import Callable, Iterator
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from autograder.box.limits import Limits
from autograder.box.namespaces import NOBODY
from autograder.box.watch import Watch

OWNERS = {0: [0, NOBODY]}.get(os.geteuid(), [None])


def wait_for_its_end(process: subprocess.Popen[bytes]) -> None:
    """Wait until it has ended but leave the zombie, as a busy zygote does."""
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)


@pytest.fixture(params=OWNERS)
def watched(request: pytest.FixtureRequest) -> Iterator[tuple[subprocess.Popen[bytes], Watch]]:
    """A process of an owner with a scratch folder, and its Watch."""
    owner = {"user": request.param, "group": request.param}
    with TemporaryDirectory() as scratch, subprocess.Popen(["sleep", "1000"], **owner) as process:
        os.chown(scratch, -1 if request.param is None else request.param, -1)
        pidfd = os.pidfd_open(process.pid)
        try:
            yield process, Watch(pidfd, Limits(), scratch, 1 << 20)
        finally:
            process.kill()
            os.close(pidfd)


@pytest.mark.parametrize("gone", [wait_for_its_end, subprocess.Popen.wait])
def test_one_that_has_ended_uses_nothing(
    watched: tuple[subprocess.Popen[bytes], Watch], gone: Callable[..., Any]
) -> None:
    """Then its folders in /proc belong to root, or don't exist."""
    process, watch = watched
    assert watch.look(time.monotonic()) == ""
    process.kill()
    gone(process)
    assert watch.look(time.monotonic()) == ""
    assert watch.is_ending()
