"""Reads what a child shows and answers, and observes it from outside."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from autograder.box.call_function import CountedRecord
from autograder.box.child import Child
from autograder.box.events import Event
from autograder.box.limits import MEGABYTE, Limits
from autograder.box.warden import Warden

Wardens = Callable[[str], Warden]

SOON = Limits(
    cell_seconds=0.4, call_seconds=0.4, grace_seconds=0.4, submission_seconds=20,
    memory=256 * MEGABYTE, disk=8 * MEGABYTE, entries=200, output=1 * MEGABYTE,
)  # fmt: skip
"""Limits that a hostile submission reaches quickly."""
LONG = 300
"""Seconds; far more than anything with these limits may take, even on a busy machine."""


def nothing(function: Callable[..., Any]) -> None:
    """Send no function as text."""


def ask(
    child: Child,
    name: str,
    *arguments: Any,
    replacing: Mapping[str, Any] | None = None,
    **by_name: Any,
) -> CountedRecord:
    """The record of an answer; all functions are answered outside."""
    return child.call(name, arguments, by_name, replacing or {}, nothing, watching=True)


def value(child: Child, name: str, *arguments: Any, **more: Any) -> Any:
    """The value of an answer that must not fail."""
    found = ask(child, name, *arguments, **more)
    assert not found["failure"], found["failure"]
    return found["value"]


def text(events: Sequence[Event], name: str = "stdout") -> str:
    """Everything that was written to a stream."""
    return "".join(event[2] for event in events if event[:2] == ("stream", name))


def errors(events: Sequence[Event]) -> list[tuple[str, str]]:
    """(name, text) of the errors that were shown."""
    return [(event[1], event[2]) for event in events if event[0] == "error"]


def result(events: Sequence[Event]) -> str:
    """The text of the last expression's value."""
    shown: str
    (shown,) = [event[1]["text/plain"] for event in events if event[0] == "result"]
    return shown


def run(child: Child, source: str) -> list[Event]:
    """Run a cell that must end without an error; return its outputs."""
    events = child.run(source)
    assert not errors(events), errors(events)
    return events


def says(child: Child, source: str) -> str:
    """Run a cell that must end without an error; return what it prints."""
    return text(run(child, source)).strip()


def process_of(child: Child) -> int:
    """The id of the child's process on the host."""
    text = Path(f"/proc/self/fdinfo/{child._channel._pidfd}").read_text()
    return int(text.partition("Pid:")[2].split()[0])


def tree(process: int) -> set[int]:
    """All processes that descend from one."""
    found, parents = {process}, parents_of_all()
    while more := {each for each, parent in parents.items() if parent in found} - found:
        found |= more
    return found


def parents_of_all() -> dict[int, int]:
    found = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            try:
                after_its_name = (folder / "stat").read_text().rpartition(")")[2].split()
                found[int(folder.name)] = int(after_its_name[1])
            except (OSError, IndexError):
                continue
    return found


def gone(processes: Iterable[int], seconds: float = LONG) -> bool:
    """Wait until all of them have ended; raise AssertionError after a time limit."""
    end = time.monotonic() + seconds
    while left := [each for each in processes if runs(each)]:
        if time.monotonic() > end:
            raise AssertionError(f"still running: {[(each, command(each)) for each in left]}")
        time.sleep(0.005)
    return True


def runs(process: int) -> bool:
    """Whether a process exists and is not a zombie."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def command(process: int) -> str:
    """The command line of a process, for messages."""
    try:
        return Path(f"/proc/{process}/cmdline").read_text().replace("\0", " ")
    except OSError:
        return "gone"
