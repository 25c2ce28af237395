"""If this fails, a notebook behind walls can't read the data that was released with it."""

from hashlib import md5

from autograder.box.events import Event
from autograder.box.limits import MEGABYTE, Limits
from autograder.box.warden import Warden
from autograder.box.working_folder import FILE_PORTION


def printed(events: list[Event]) -> str:
    return "".join(text for kind, _, text in events if kind == "stream")


def test_files_are_there_before_any_code_runs(any_warden: Warden) -> None:
    """In folders, empty, and larger than one message."""
    large = bytes(range(256)) * (FILE_PORTION // 256) + b"the end"
    with any_warden.child() as child:
        child.place({"data/deep/a.csv": b"1,2", "empty": b"", "large": large})
        read = "print(open('data/deep/a.csv').read(), open('empty').read() == '')"
        assert printed(child.run(read)) == "1,2 True\n"
        digest = "import hashlib; print(hashlib.md5(open('large', 'rb').read()).hexdigest())"
        assert printed(child.run(digest)) == f"{md5(large).hexdigest()}\n"


def test_the_next_child_has_none_of_them(any_warden: Warden) -> None:
    with any_warden.child() as child:
        child.place({"a.csv": b"1,2"})
    with any_warden.child() as child:
        assert printed(child.run("import os; print(os.path.exists('a.csv'))")) == "False\n"


def test_what_has_no_room_ends_the_child(any_warden: Warden) -> None:
    """Then nothing runs, instead of code that lacks its data."""
    with any_warden.child(Limits(disk=MEGABYTE)) as child:
        child.place({"large": bytes(4 * MEGABYTE)})
        assert child.ended and child.run("print('ran')") == []
