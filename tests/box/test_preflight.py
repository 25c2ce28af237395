"""If this fails, a host with broken walls is used for grading, or one with good walls is not."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path

import pytest

from autograder.box import canary, linux, preflight, processes, warden
from autograder.box.preflight import Tried, proven_warden, try_walls
from autograder.box.walls import LANDLOCK, NAMESPACES
from autograder.box.warden import NoWalls, Warden
from tests.box.inside import Wardens

PACKAGE = Path(preflight.__file__).parents[1]
MODULES = "from autograder.box import landlock, linux, namespaces, seccomp, walls"
EVERYTHING = set(canary.ATTEMPTS.values())
WITHOUT = {
    "landlock": "landlock.restrict = lambda *a: None",
    "seccomp": "seccomp.install = lambda may_fork: None",
    "resource limits": "walls._set_limits = lambda *a: None",
    "a scratch folder of its own": "namespaces.take_own_scratch = lambda *a: '/tmp'",
    "a namespace of the network": "namespaces.APART &= ~linux.NEW_NET",
    "hiding the package": "walls.hidden = lambda: []",
    "hiding anything": f"walls.hidden = lambda: []\nown = walls.shown\n"
    f"walls.shown = lambda: [*own(), {str(PACKAGE)!r}]",
}


@pytest.fixture
def leaving_out(
    monkeypatch: pytest.MonkeyPatch, wardens: Wardens
) -> Iterator[Callable[[str, str], Warden]]:
    """``leaving_out(level, statements)``: a Warden whose zygote runs the statements first."""
    started = []

    def start(level: str, statements: str) -> Warden:
        wardens(level)
        weakened = f"{MODULES}\n{statements}"
        begin = warden.START.partition("main(")
        text = f"{begin[0]}exec({weakened!r}); {begin[1]}{begin[2]}"
        monkeypatch.setattr(warden, "START", text)
        found = Warden(level)
        started.append(found)
        return found

    yield start
    for each in started:
        each.close()


@pytest.fixture
def only(monkeypatch: pytest.MonkeyPatch) -> Callable[[set[str]], None]:
    """``only(walls)`` restricts the canary to the attempts at these walls."""

    def choose(walls: set[str]) -> None:
        chosen = {name: wall for name, wall in canary.ATTEMPTS.items() if wall in walls}
        assert len(chosen) == len(walls)
        monkeypatch.setattr(canary, "ATTEMPTS", chosen)

    return choose


def broken(tried: Iterable[Tried]) -> set[str]:
    return {each.wall for each in tried if not each.holds}


def test_all_walls_hold_here(warden: Warden) -> None:
    tried = try_walls(warden)
    assert {each.wall for each in tried} == EVERYTHING
    assert broken(tried) == set(), tried
    assert all(each.found for each in tried)


@pytest.mark.parametrize("level", [NAMESPACES, LANDLOCK])
def test_all_walls_hold_for_an_ordinary_user(wardens: Wardens, level: str, tmp_path: Path) -> None:
    """Most people do not grade as root."""
    if os.geteuid() != 0:
        pytest.skip("whoever runs this is an ordinary user: the test above has tried it")
    if not shutil.which("setpriv"):
        pytest.skip("there is no setpriv, with which root would become somebody else")
    wardens(level)
    somebody = ["setpriv", "--reuid", "1000", "--regid", "1000", "--clear-groups", sys.executable]
    environment = {"PATH": os.environ["PATH"], "HOME": "/", "PYTHONPATH": str(PACKAGE.parent)}
    program = f"""
from autograder.box.preflight import try_walls
from autograder.box.warden import Warden
print([each for each in try_walls(Warden({level!r})) if not each.holds])
"""
    can_run = "import os, sys, numpy; sys.exit(not os.access(sys.executable, os.X_OK))"
    if subprocess.run([*somebody, "-c", can_run], env=environment, cwd="/").returncode:
        pytest.skip("this Python lies where only root can read: no other user could run it")
    done = subprocess.run(
        [*somebody, "-c", program], env=environment, cwd="/", capture_output=True, text=True
    )
    assert done.stdout == "[]\n", done.stderr


def test_its_own_warden_is_the_highest_level_and_started_once(wardens: Wardens) -> None:
    preflight._proven.clear()
    try:
        proven = proven_warden()
        assert proven is proven_warden()
        wardens(NAMESPACES)
        assert proven.level == NAMESPACES
    finally:
        proven.close()
        preflight._proven.clear()


MISSED = [
    (LANDLOCK, "landlock", {"reading files of the course", "reading the reference",
                            "writing outside its folder"}),
    (LANDLOCK, "seccomp", {"the network (UDP)", "memory that is not counted", "tracing",
                           "new namespaces", "files sent through sockets",
                           "locks of other processes"}),
    (NAMESPACES, "seccomp", {"memory that is not counted", "new namespaces",
                             "files sent through sockets", "locks of other processes"}),
    (LANDLOCK, "hiding anything", {"reading files of the course", "reading the reference"}),
    (NAMESPACES, "hiding anything", {"reading files of the course", "reading the reference"}),
    (NAMESPACES, "a scratch folder of its own", {"unlimited disk space"}),
]  # fmt: skip


@pytest.mark.parametrize(("level", "left_out", "seen"), MISSED,
                         ids=[f"{level}-{name}" for level, name, _ in MISSED])  # fmt: skip
def test_a_wall_that_is_missing_is_noticed(
    leaving_out: Callable[[str, str], Warden],
    only: Callable[[set[str]], None],
    level: str,
    left_out: str,
    seen: set[str],
) -> None:
    """If no other wall stops the same attempts."""
    only(seen)
    assert broken(try_walls(leaving_out(level, WITHOUT[left_out]))) == seen


@pytest.mark.parametrize(("level", "unseen", "seen"), [
    (NAMESPACES, "_counted", {"memory in socket buffers"}),
    (NAMESPACES, "_places", {"memory of a process whose first thread has ended"}),
    (LANDLOCK, "held_without_a_name", {"unlimited disk space, in deleted files"}),
], ids=["sockets", "threads", "deleted files"])  # fmt: skip
def test_what_the_watch_does_not_see_is_noticed(
    wardens: Wardens,
    only: Callable[[set[str]], None],
    monkeypatch: pytest.MonkeyPatch,
    level: str,
    unseen: str,
    seen: set[str],
) -> None:
    """Without the watch, each of these is unlimited."""
    blind = {
        "_counted": (linux, "socket_buffer", lambda: 0),
        "_places": (processes, "_places", lambda process: [f"/proc/{process}"]),
        "held_without_a_name": (processes, "held_without_a_name", lambda *_: ()),
    }
    monkeypatch.setattr(*blind[unseen])
    only(seen)
    assert broken(try_walls(wardens(level))) == seen


def test_a_host_on_which_the_watch_is_blind_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """For example where /proc hides the processes of other users."""
    monkeypatch.setattr(processes, "usage", lambda process: processes.TOO_MUCH)
    preflight._proven.clear()
    with pytest.raises(NoWalls, match="is it mounted with hidepid"):
        proven_warden()


def test_one_wall_stands_behind_another(leaving_out: Callable[[str, str], Warden]) -> None:
    """With namespaces, other walls stop everything that these four stop.

    Without resource limits it is the watch alone that limits memory. It looks the sooner the less
    is left, and again before an answer is believed: so it sees also what was taken in a moment.
    """
    names = ("landlock", "a namespace of the network", "hiding the package", "resource limits")
    weakened = "\n".join(WITHOUT[name] for name in names)
    assert broken(try_walls(leaving_out(NAMESPACES, weakened))) == set()


def test_a_box_in_which_nothing_works_proves_nothing(
    leaving_out: Callable[[str, str], Warden], only: Callable[[set[str]], None]
) -> None:
    """Otherwise a child that ends at once would look like one that can't get out."""
    only({"tracing", "the network (TCP)"})
    weakened = leaving_out(LANDLOCK, "import autograder.box.runner as r\nr.Runner.serve = None")
    tried = try_walls(weakened)
    assert broken(tried) == {"tracing", "the network (TCP)"}
    assert all(each.found.startswith("nothing can be tried: ") for each in tried)


def test_a_host_that_refuses_everything_gets_reason_and_remedy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(warden, "START", "import sys; sys.exit('refused')")
    preflight._proven.clear()
    with pytest.raises(NoWalls) as refused:
        proven_warden()
    for word in ("namespaces: refused", "landlock: refused", *preflight.REMEDIES["Linux"].split()):
        assert word in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("system", preflight.REMEDIES)
def test_each_system_has_its_remedy(monkeypatch: pytest.MonkeyPatch, system: str) -> None:
    monkeypatch.setattr(warden, "START", "import sys; sys.exit('refused')")
    monkeypatch.setattr("platform.system", cache(lambda: system))
    preflight._proven.clear()
    with pytest.raises(NoWalls) as refused:
        proven_warden()
    assert str(refused.value).endswith(preflight.REMEDIES[system])
    assert ("refused" in str(refused.value)) == (system == "Linux"), "elsewhere nothing is tried"


def test_a_host_whose_walls_do_not_hold_is_refused(
    monkeypatch: pytest.MonkeyPatch, only: Callable[[set[str]], None]
) -> None:
    """A warning is not enough: nothing may be run there."""
    only({"memory that is not counted"})
    begin = warden.START.partition("main(")
    weakened = "from autograder.box import seccomp\nseccomp.install = lambda may_fork: None"
    text = f"{begin[0]}exec({weakened!r}); {begin[1]}{begin[2]}"
    monkeypatch.setattr(warden, "START", text)
    preflight._proven.clear()
    with pytest.raises(NoWalls, match="memory that is not counted") as refused:
        proven_warden()
    assert preflight.REMEDIES["Linux"] in str(refused.value)


def test_the_canary_is_right_about_what_it_gets_through() -> None:
    """Without walls, in a separate process: the harmless attempts get through."""
    program = """
from autograder.box import canary, preflight
from contextlib import ExitStack
with ExitStack() as outside:
    targets = preflight._targets(outside, preflight.__file__, "namespaces")
    for name in ("read_a_file", "read_the_answers", "read_a_process", "write_outside",
                 "signal_a_process", "connect", "send_a_datagram", "connect_to_an_abstract_socket",
                 "take_memory_that_is_shared", "put_a_file_into_a_socket", "see_a_lock"):
        print(name, getattr(canary, name)(targets))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    found = [line.split()[1] for line in done.stdout.splitlines()]
    assert [each.rstrip(":") for each in found] == ["through"] * 11, done


@pytest.mark.parametrize("seconds", [0, 0.2, 0.5])
def test_a_process_that_ends_while_walls_are_tried_ends_cleanly(
    tmp_path: Path, seconds: float | int
) -> None:
    program = f"""
import time
from autograder.box.preflight import prove_ahead
prove_ahead()
time.sleep({seconds})
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert list(tmp_path.iterdir()) == []
