"""Choose which cell of a submission answers each answer cell of the release with code.

An answer is recognised by its cell, and in any other cell by what it defines. So it counts below
its test, in a new cell, or merged with others.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from nbformat import NotebookNode
from nbgrader import utils

from autograder.box.definitions import Statement, defined, statements
from autograder.grading.match_cells import SubmittedCell, name_of, numbers

ELSEWHERE = (
    "The answer to {names} is not in its own cell: what was graded is in {cells} of the submission."
)
DIFFERENT = "{name}: the submission has different answers, in {cells}."
LAST = "The one that was graded is in {chosen}, the last above the test."
LAST_OF_ALL = "All are below the test. The one that was graded is in {chosen}, the last."


@dataclass
class Choice:
    """The answers of a submission, by the index of the release cell that they answer.

    Attributes
    ----------
    here
        Those that stand in the rebuilt answer cells.
    elsewhere
        Those that are in a cell which also answers something else.
    later, said
        Others, that stand below the test of an answer that is `here`; and how to begin a flag about
        them, which says in the end which one counts.
    flags
    compared
        The places for which different answers were found.
    """

    here: dict[int, SubmittedCell] = field(default_factory=dict)
    elsewhere: dict[int, SubmittedCell] = field(default_factory=dict)
    later: dict[int, SubmittedCell] = field(default_factory=dict)
    said: dict[int, str] = field(default_factory=dict)
    flags: list[str] = field(default_factory=list)
    compared: set[int] = field(default_factory=set)


@dataclass(frozen=True)
class _Candidate:
    """A cell that may be an answer.

    Attributes
    ----------
    cell
    definition
        What it defines, as a text that is equal for equal code; "" if it does not define what is
        asked, or only as the release does.
    is_late
        Whether it stands below the test.
    """

    cell: SubmittedCell
    definition: str
    is_late: bool

    @property
    def rank(self) -> tuple[int, bool, int]:
        """The highest is the answer."""
        worth = 1 if not self.definition else 2 if self.is_late else 3
        return worth, self.cell.type == "code", self.cell.number


def choose(release: NotebookNode, submitted: Sequence[SubmittedCell]) -> Choice:
    """Choose the answers in code.

    Parameters
    ----------
    release
    submitted
        It is changed: an answer's place becomes the one that it answers.
    """
    choice, chosen = Choice(), dict[int, _Candidate]()
    tests = {name_of(cell): place for place, cell in enumerate(release.cells)}
    for place, released in enumerate(release.cells):
        if released.cell_type != "code" or not utils.is_solution(released):
            continue
        own = [each for each in submitted if each.place == place]
        test = tests.get(f"test_{name_of(released)}")
        candidates = _candidates(place, released, submitted, test)
        best = max(candidates, key=lambda each: each.rank, default=None)
        if best is not None:
            chosen[place] = best
            _compare(choice, place, name_of(released), best, candidates)
        elif own:
            choice.here[place] = own[0]
    _settle(release, submitted, choice, {place: each.cell for place, each in chosen.items()})
    return choice


def asked_of(released: NotebookNode) -> set[str]:
    """The names that an answer cell has to define."""
    stub, name = _released(released.source)[1], name_of(released) or ""
    return {name} if name in stub or not stub else stub


@lru_cache(maxsize=1024)
def _released(source: str) -> tuple[list[Statement] | None, set[str]]:
    """The statements of a release cell, and what it defines."""
    return statements(source), defined(source)


def _candidates(
    place: int, released: NotebookNode, submitted: Sequence[SubmittedCell], test: int | None
) -> list[_Candidate]:
    asked, stub = asked_of(released), released.source.strip()
    unchanged = _definition(asked, _released(released.source)[0], stub)
    tested = [each.number for each in submitted if test is not None and each.place == test]
    last = min(tested, default=len(submitted))
    found = []
    changed = [each for each in submitted if each.place is None or each.changed]
    for each in changed:
        own = each.place == place
        definition = ""
        if all(name in each.source for name in asked) and asked <= each.names:
            definition = _definition(asked, each.statements, each.source)
            is_read = own or each.statements is not None
            if definition == unchanged or not (is_read or stub not in definition):
                definition = ""
        if own or definition:
            found.append(_Candidate(each, definition, each.number > last))
    # A cell of another type is an answer if it has lost its type, not if it was taken out of use.
    has_code = any(each.cell.type == "code" for each in found)
    return [each for each in found
            if not has_code or each.cell.type == "code" or each.cell.place == place]  # fmt: skip


def _definition(asked: set[str], found: Sequence[Statement] | None, source: str) -> str:
    """The last statements that define what is asked; of unreadable code, all of it."""
    if found is None:
        return source.strip()
    last = {name: each.same for each in found for name in each.names & asked}
    return "\n".join(last.get(name, "") for name in sorted(asked))


def _compare(
    choice: Choice, place: int, name: str | None, best: _Candidate, found: Sequence[_Candidate]
) -> None:
    """Note whether there are different answers."""
    real = [each for each in found if each.definition and each.cell.type == "code"]
    others = [each for each in real if each.definition != best.definition]
    if not others or not best.definition:
        return
    choice.compared.add(place)
    said = DIFFERENT.format(name=name, cells=numbers(each.cell for each in real))
    later = [each.cell for each in others if each.is_late]
    if later and not best.is_late:
        choice.later[place], choice.said[place] = later[-1], said
    else:
        which = LAST_OF_ALL if best.is_late else LAST
        choice.flags.append(f"{said} {which.format(chosen=numbers([best.cell]))}")


def _settle(
    release: NotebookNode, submitted: Sequence[SubmittedCell], choice: Choice,
    chosen: Mapping[int, SubmittedCell],
) -> None:  # fmt: skip
    """Put each answer into its cell. One that answers several is in the first of these."""
    for each in dict.fromkeys(chosen.values()):
        places = [place for place, cell in chosen.items() if cell is each]
        stays = each.is_given and each.place is not None and each.place < places[0]
        own = {cell.place for cell in submitted}
        is_moved = len(places) > 1 or each.is_given or each.place is not None
        guessed = [
            name_of(release.cells[place]) or ""
            for place in places
            if place not in choice.compared and place != each.place and (is_moved or place in own)
        ]
        if guessed:
            names = " and ".join(filter(None, (", ".join(guessed[:-1]), guessed[-1])))
            choice.flags.append(ELSEWHERE.format(names=names, cells=numbers([each])))
        choice.elsewhere |= {place: each for place in places if stays or place != places[0]}
        if not stays:
            choice.here[places[0]] = each
    for place, each in choice.here.items():
        if each.place != place:
            each.is_given = False
            each.put_at(release, place)
