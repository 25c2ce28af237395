"""Find the notebooks of a submission in a student's folder, under whatever names they are there."""

import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from nbformat import NotebookNode

from autograder.grading.archives import JUNK, Member, UnusableArchive, members
from autograder.grading.attempts import Attempt, choose
from autograder.grading.errors import in_one_line, printable
from autograder.grading.extra_files import CARRIED
from autograder.grading.fingerprint import fingerprint
from autograder.grading.reading import read
from autograder.grading.which_notebook import Releases, Which

ASK_AGAIN = "ask for the .ipynb file again"
MOST_FILES = 200
"""Files of a folder that are read: as many that are called notebooks, and as many others."""
RIVAL = re.compile(r".*\.(?:ipynb|zip|gz|tgz|tar)", re.IGNORECASE)
"""Files that may have the submission, although one with the correct name is there."""


@dataclass(frozen=True)
class Found:
    """The notebooks of a submission.

    Attributes
    ----------
    notebooks : mapping of str to bytes
        By the names of the assignment's notebooks; without those that are missing.
    flags : tuple of str
        What had to be guessed, in sentences.
    why : str
        One line: why there is none, and what to do; "" if there are some.
    """

    notebooks: Mapping[str, bytes]
    flags: tuple[str, ...] = ()
    why: str = ""


def find_notebooks(
    folder: Path, shown: str, assignment: str, releases: Mapping[str, NotebookNode]
) -> Found:
    """Find the notebooks of a submission.

    Parameters
    ----------
    folder
        The student's, for this assignment; not a link.
    shown
        Its name in messages.
    assignment
    releases
        The assignment's notebooks, by name.

    Raises
    ------
    OSError
        The folder, or a file with the correct name in it, can't be read.
    """
    asked = {f"{name}.ipynb": name for name in releases}
    present = {each.name for each in os.scandir(folder) if each.is_file()}
    beside = [
        each.name
        for each in os.scandir(folder)
        if each.name not in asked and not JUNK.fullmatch(each.name)
        if each.is_dir() or RIVAL.fullmatch(each.name)
    ]
    if not beside and (present >= {*asked} or (len(asked) > 1 and present & {*asked})):
        return Found(
            {asked[each]: (folder / each).read_bytes() for each in asked if each in present}
        )
    known = Releases({Which(assignment, name): each for name, each in releases.items()})
    searched = _Searched(known)
    searched.search(folder)
    notebooks: dict[str, bytes] = {}
    flags = []
    for proper, name in asked.items():
        if attempts := searched.attempts.get(name):
            choice = choose(attempts)
            notebooks[name] = searched.contents[choice.taken.digest]
            flags += _flags(choice.taken.shown, choice.flag, proper)
        elif proper in present:  # grading will say what is wrong with it
            notebooks[name] = (folder / proper).read_bytes()
    if notebooks:
        return Found(notebooks, tuple(flags))
    return Found({}, (), searched.why(shown, assignment))


def _flags(taken: str, flag: str, proper: str) -> list[str]:
    if flag:
        return [f"{flag}."]
    return [] if taken == proper else [f"{printable(taken)} was taken for {proper}."]


def _without_copies(attempts: Sequence[Attempt]) -> list[Attempt]:
    """Attempts without the file that `searching_exporter` has copied from another one."""
    return [
        each
        for each in attempts
        if not (each.preferred and any(_is_source(other, each) for other in attempts))
    ]


def _is_source(other: Attempt, proper: Attempt) -> bool:
    """Whether a file of the correct name may be a copy of another one, and not the reverse."""
    is_backup = "/" not in other.shown and other.shown.startswith(proper.shown[: -len(".ipynb")])
    return other.digest == proper.digest and not other.preferred and not is_backup


@dataclass
class _Searched:
    """What was found in a folder.

    Attributes
    ----------
    known : Releases
    attempts : dict
        What may be the submission, by notebook.
    refused : list
        Files that can't be read, with the reason.
    others : list of str
        Notebooks of something else.
    contents : dict
        Those of attempts, by hash.
    """

    known: Releases
    attempts: dict[str, list[Attempt]] = field(default_factory=dict)
    refused: list[tuple[Member, Exception]] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    contents: dict[str, bytes] = field(default_factory=dict)

    def search(self, folder: Path) -> None:
        """Look at files that are called notebooks; if none can be taken, at all the others."""
        self._look_at(folder, lambda name: name.lower().endswith(".ipynb"))
        if not self.attempts:
            self._look_at(folder, lambda name: not name.lower().endswith(".ipynb"))
        for attempts in self.attempts.values():
            attempts[:] = _without_copies(attempts)

    def _look_at(self, folder: Path, wanted: Callable[[str], bool]) -> None:
        found = (
            each
            for each in members(folder)
            if wanted(each.name) and each.shown not in CARRIED
            if not each.is_junk and not each.is_data
        )
        for member in islice(found, MOST_FILES):
            try:
                content = member.read()
            except UnusableArchive as error:
                self.refused.append((member, error))
            else:
                self._consider(member, content)

    def _consider(self, member: Member, content: bytes) -> None:
        try:
            notebook = read(content)
        except Exception as error:  # whatever is wrong with what somebody wrote
            self.refused.append((member, error))
            return
        which = self.known.which(notebook)
        if len(which) > 1:
            which = [each for each in which if f"{each.notebook}.ipynb" == member.name]
        if not which:
            self.others.append(member.shown)
            return
        digest = fingerprint(content)
        self.contents[digest] = content
        attempt = Attempt(
            member.shown,
            digest,
            self.known.answered(which[0], notebook),
            modified=member.modified,
            preferred=member.shown == f"{which[0].notebook}.ipynb",
        )
        self.attempts.setdefault(which[0].notebook, []).append(attempt)

    def why(self, shown: str, assignment: str) -> str:
        """Why a folder has no notebook, and what to do."""
        named = [each for each in self.refused if each[0].name.lower().endswith(".ipynb")]
        if self.others and not named:
            found = printable(", ".join(self.others[:5]))
            return (
                f"{shown}/ has {found}, but no answer cells of {assignment}: is it the right "
                f"notebook? If not, {ASK_AGAIN}"
            )
        for member, error in named or self.refused:
            return in_one_line(error, f"{shown}/{printable(member.shown)}", ASK_AGAIN)
        return f"{shown}/ has no notebook in it: {ASK_AGAIN}"
