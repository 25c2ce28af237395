"""The result of a question: points by part, messages for the student, the seed of the cases."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from autograder.questions.picture import Picture

HELP = {
    "none": "that they are wrong, and by how much",
    "where": "which of them went wrong first",
    "what": "what they look like, and a hint",
}
"""What a student is told about wrong gradients; the instructor chooses."""


NOT_CHECKED = "not checked until"
"""How a message begins if a part was lost only because something else has to be correct first."""


class Wrong(Exception):
    """An answer is wrong; the text tells the student what differs, where and by how much.

    Parameters
    ----------
    text : str
    picture : Picture, optional
        What a page can show beside the text.
    """

    def __init__(self, text: str, picture: Picture | None = None) -> None:
        super().__init__(text)
        self.picture = picture


def is_small(difference: float, below: float) -> bool:
    """Whether a difference is near 0. Its sign is for wrong gradients to show."""
    return abs(difference) < below


@dataclass(frozen=True)
class Finding:
    """The result of one part of a question.

    Attributes
    ----------
    part : str
        The part's name, which is also the name of its visible check.
    points : float
        What the part is worth.
    earned : bool
        All or nothing.
    message : str
        Why the part was lost, in the student's terms; empty if it was earned.
    picture : Picture or None
        What a page can show beside the message.
    """

    part: str
    points: float
    earned: bool
    message: str = ""
    picture: Picture | None = None

    @property
    def is_gated(self) -> bool:
        """Whether the part was lost only because something else has to be correct first."""
        return self.message.startswith(NOT_CHECKED)

    def __str__(self) -> str:
        mark = "+" if self.earned else "-"
        why = f": {self.message}" if self.message else ""
        return f"  {mark} {self.part} ({self.points:g}){why}"


def by_message(findings: Iterable[Finding]) -> dict[str, list[Finding]]:
    """The lost parts by their messages: a reason that several have is said once."""
    found: dict[str, list[Finding]] = {}
    for each in findings:
        if not each.earned:
            found.setdefault(each.message, []).append(each)
    return found


@dataclass(frozen=True)
class Verdict:
    """The points of one graded cell, by part.

    Attributes
    ----------
    question : str
        The question's name.
    findings : tuple of Finding
        One for every declared part, in order.
    seed : int
        The seed that draws the same cases again.
    """

    question: str
    findings: tuple[Finding, ...]
    seed: int

    @property
    def points(self) -> float:
        return float(sum(finding.points for finding in self.findings if finding.earned))

    @property
    def most(self) -> float:
        return float(sum(finding.points for finding in self.findings))

    def __str__(self) -> str:
        head = f"{self.question}: {self.points:g} of {self.most:g} points"
        return "\n".join([head, *map(str, self.findings), f"  cases drawn with seed {self.seed}"])


@dataclass
class Marks:
    """Where a question notes what it finds, part by part.

    A part is written ``with marks.part("value"):`` and is earned if its body ends without
    :class:`Wrong`. A part that is never opened, because a part that gates it was lost, is lost too.

    Attributes
    ----------
    help : {"none", "where", "what"}
        How much a message may say about wrong gradients: see `HELP`. Only "what" shows pictures.
    """

    parts: Mapping[str, float]
    help: str = "what"
    lost: dict[str, Wrong] = field(default_factory=dict)
    opened: set[str] = field(default_factory=set)

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        if name not in self.parts:
            raise KeyError(f"the question declares no part {name!r}")
        self.opened.add(name)
        try:
            yield
        except Wrong as wrong:
            self.lost[name] = wrong

    def earned(self, name: str) -> bool:
        """Whether a part was opened and earned: used for gates."""
        return name in self.opened and name not in self.lost

    def findings(self) -> tuple[Finding, ...]:
        """Every declared part as a :class:`Finding`."""
        return tuple(self._finding(name, points) for name, points in self.parts.items())

    def _finding(self, name: str, points: float) -> Finding:
        if name not in self.opened:
            gates, verb = " and ".join(self.lost), "is" if len(self.lost) == 1 else "are"
            return Finding(name, points, False, f"{NOT_CHECKED} {gates} {verb} correct")
        if name not in self.lost:
            return Finding(name, points, True)
        wrong = self.lost[name]
        return Finding(
            name, points, False, str(wrong), wrong.picture if self.help == "what" else None
        )


def expect_something_right(marks: Marks, parts: Iterable[str]) -> None:
    """Raise Wrong if none of these parts was earned: then the rest can't be checked."""
    if not any(map(marks.earned, parts)):
        raise Wrong(f"{NOT_CHECKED} {' or '.join(parts)} is correct")
