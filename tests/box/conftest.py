"""Zygotes at both levels of walls, started once for all tests of a worker."""

import shutil
import subprocess
from collections.abc import Iterator

import pytest

from autograder.box import landlock
from autograder.box.walls import LANDLOCK, NAMESPACES
from autograder.box.warden import NoWalls, Warden
from tests.box.inside import Wardens


def offers(level: str) -> bool:
    """Whether this host has what a level needs, according to other programs."""
    if level == LANDLOCK:
        return bool(landlock.version())
    unshare = shutil.which("unshare")
    return (
        unshare is not None
        and not subprocess.run(
            [unshare, "--user", "--map-root-user", "--mount", "--pid", "--fork", "true"],
            capture_output=True,
        ).returncode
    )


@pytest.fixture(scope="session")
def wardens() -> Iterator[Wardens]:
    """``wardens(level)`` is the Warden of that level; skips where this host refuses it."""
    started: dict[str, Warden | NoWalls] = {}

    def warden(level: str) -> Warden:
        if level not in started:
            try:
                started[level] = Warden(level)
            except NoWalls as refused:
                assert not offers(level), f"the host does not refuse them: {refused}"
                started[level] = refused
        found = started[level]
        if isinstance(found, NoWalls):
            pytest.skip(f"this host refuses the walls: {found}")
        return found

    yield warden
    for each in started.values():
        if isinstance(each, Warden):
            each.close()


@pytest.fixture(params=[NAMESPACES, LANDLOCK])
def warden(request: pytest.FixtureRequest, wardens: Wardens) -> Warden:
    """A Warden of each level."""
    return wardens(request.param)


@pytest.fixture
def any_warden(wardens: Wardens) -> Warden:
    """The Warden of the highest level, for tests that are the same on both."""
    try:
        return wardens(NAMESPACES)
    except pytest.skip.Exception:
        return wardens(LANDLOCK)


@pytest.fixture
def with_namespaces(wardens: Wardens) -> Warden:
    """The Warden of the level at which a child may start processes."""
    return wardens(NAMESPACES)


@pytest.fixture
def with_landlock(wardens: Wardens) -> Warden:
    """The Warden of the level for hosts that refuse user namespaces."""
    return wardens(LANDLOCK)
