"""Sort the files of a download: whose each is, which notebook it is, and which of them count."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, tzinfo

from autograder.desk.class_list import ClassList, Unknown, composed
from autograder.desk.downloaded_files import (
    NOBODYS,
    OLDER,
    REFUSED,
    SAME,
    TAKEN,
    UNUSED,
    File,
    Line,
)  # fmt: skip
from autograder.desk.match_students import Person, match
from autograder.desk.naming_schemes import Named, Path, Scheme, without_what_all_share
from autograder.desk.platform_notes import METADATA, User, people_in, user_in
from autograder.desk.platform_times import Order, is_guess, order_of, read_time
from autograder.grading.archives import INSTEAD
from autograder.grading.attempts import Attempt, choose
from autograder.grading.errors import in_one_line, printable
from autograder.grading.extra_files import CARRIED, LONGEST_STAMP, STAMP
from autograder.grading.reading import read
from autograder.grading.roster import problem_with_id
from autograder.grading.which_notebook import Releases, Which

NO_ANSWERS = "has no answers"
LOOK_IT_UP = "look it up on the platform, and correct the roster"


Earlier = Callable[[str, Which, Mapping[str, int]], Attempt | None]
"""Returns what is in `submitted/` of a student, given how much files answer, by their hashes."""
FirstRun = Callable[[str, str], int]
"""Returns in which run a student's file was first seen, by its hash."""


@dataclass(frozen=True)
class Rules:
    """How files are sorted.

    Attributes
    ----------
    releases : Releases
    scheme : Scheme
    roster : ClassList or None
    assignment : str or None
        The only one whose submissions are taken.
    zone : datetime.tzinfo
        Of times that don't name one.
    earlier, first_run : callable
        What was there before.
    order : Order
        Of the dates in the download.
    enrolled : mapping of str to Person
        The students of the gradebook by id.
    """

    releases: Releases
    scheme: Scheme
    roster: ClassList | None = None
    assignment: str | None = None
    zone: tzinfo = UTC
    earlier: Earlier = lambda student, which, answers: None
    first_run: FirstRun = lambda student, digest: 1
    order: Order = Order.UNKNOWN
    enrolled: Mapping[str, Person] = field(default_factory=dict)


@dataclass(frozen=True)
class _Item:
    """A file that somebody has submitted."""

    file: File
    named: Named
    time: datetime | None
    unsure: str = ""

    @property
    def name(self) -> str:
        """As the student named it."""
        return printable(self.named.rest[-1])


def sort_out(files: Sequence[File], rules: Rules) -> list[Line]:
    """Decide what becomes of each file; no file stops the others."""
    left: list[File] = []
    lines: list[Line] = []
    people: dict[str, list[User]] = {}
    for file in files:
        if file.path[-1] == METADATA:
            people |= people_in(file.load())
        if file.is_junk or file.path[-1] == METADATA:
            lines.append(Line(file, NOBODYS, sentence="was left there by a program"))
        else:
            left.append(file)
    named = _named(left, rules.scheme)
    times = [each.time for each in named.values()]
    times += [user.time for users in people.values() for user in users]
    rules = replace(rules, order=order_of(times))
    strangers = _namesakes(named.values()) if rules.roster is None else {}
    owned: dict[str, list[_Item]] = {}
    called: dict[str, Person] = {}
    for file in left:
        found = named.get(file.path)
        if found is None or found.is_note:
            why = "was written by the platform" if found else "has a name that says nobody's name"
            lines.append(Line(file, NOBODYS, sentence=why))
            continue
        for user in _users(found, people):
            try:
                student = _student(user, rules, strangers)
            except Unknown as unknown:
                sentence = f"{unknown}: {LOOK_IT_UP}"
                lines.append(Line(file, REFUSED, _called(user), sentence=sentence))
            else:
                owned.setdefault(student, []).append(_item(file, user, student, rules))
                called[student] = _person(user, student, rules.roster)
    ids = _enrolled(called, rules.enrolled)
    for student, items in owned.items():
        lines += _decided(ids.get(student, student), items, rules)
    order = {id(file): number for number, file in enumerate(files)}
    return sorted(lines, key=lambda line: order[id(line.file)])


def _named(files: Sequence[File], scheme: Scheme) -> dict[Path, Named]:
    """What the paths of files tell, those that tell something."""
    found = {file.path: scheme.named(file.path) for file in files}
    named = {path: each for path, each in found.items() if each is not None}
    if scheme.title != "Blackboard":
        return named
    users = {}
    for file in files:
        each = named.get(file.path)
        if each is not None and each.is_note and (user := user_in(file.load())):
            users[each.keys] = user
    shared = without_what_all_share(named)
    return {
        path: replace(each, keys=(users[each.keys].key,), names=(users[each.keys].name,))
        if each.keys in users
        else shared[path]
        for path, each in named.items()
    }


def _users(found: Named, people: Mapping[str, Sequence[User]]) -> list[Named]:
    """The students of a file: several if Gradescope says that a group has submitted it."""
    return [
        replace(found, keys=tuple(filter(None, (each.key,))), names=(each.name,), time=each.time)
        for each in people.get(found.keys[0] if found.keys else "", ())
    ] or [found]


def _namesakes(named: Iterable[Named]) -> dict[str, int]:
    """How many different students have a name, where no roster tells."""
    keys: dict[str, set[str]] = {}
    for each in named:
        if each.by_name and each.names:
            keys.setdefault(composed(each.names[0]), set()).update(each.keys[:1])
    return {name: len(found) for name, found in keys.items() if len(found) > 1}


def _student(user: Named, rules: Rules, namesakes: Mapping[str, int]) -> str:
    """The id of a student; raises Unknown."""
    if rules.roster is not None:
        return rules.roster.find(user.keys, user.names)
    student = composed(next(iter([*user.names, *user.keys] if user.by_name else
                                 [*user.keys, *user.names]), ""))  # fmt: skip
    if student in namesakes:
        raise Unknown(f"{namesakes[student]} students are called {printable(student)}")
    if why := problem_with_id(student):
        raise Unknown(why)
    return student


def _person(user: Named, student: str, roster: ClassList | None) -> Person:
    """By what the gradebook may know a student."""
    if roster is not None:
        return roster.called(student)
    emails = tuple(each for each in user.keys if "@" in each)
    return Person((student, *(() if user.by_name else user.keys)), emails, user.names[:1])


def _enrolled(called: Mapping[str, Person], enrolled: Mapping[str, Person]) -> dict[str, str]:
    """The ids in the gradebook of those whom the download knows by another id.

    A worksheet without ids has names and addresses, and so has the gradebook. Without this, a
    submission would be graded under a name under which nobody looks for the grade.
    """
    strangers = [student for student in called if student not in enrolled]
    others = [student for student in enrolled if student not in called]
    matched = match([called[each] for each in strangers], [enrolled[each] for each in others])
    return {strangers[row]: others[place] for row, place in matched.students.items()}


def _called(user: Named) -> str:
    return printable(next(iter([*user.names, *user.keys]), ""))


def _item(file: File, user: Named, student: str, rules: Rules) -> _Item:
    said, order = user.time, rules.order
    if not said and rules.roster is not None:
        said, order = rules.roster.submitted(student), rules.roster.order
    time, unsure = read_time(said, rules.zone, order) if said else None, ""
    if said and time is None:
        unsure = f"when it was submitted is not certain ({printable(said)}): no timestamp"
    elif is_guess(said, order):
        unsure = f"{printable(said)} was read with the month first"
    return _Item(file, user, time, unsure)


def _decided(student: str, items: Sequence[_Item], rules: Rules) -> Iterator[Line]:
    """What becomes of the files of one student."""
    stamps = [each for each in items if each.named.rest[-1] in CARRIED]
    data = [each for each in items if each.file.is_data]
    others = [each for each in items if each not in stamps and each not in data]
    if times := [read_time(_text(each), UTC) for each in stamps if each.named.rest[-1] == STAMP]:
        others = [replace(each, time=each.time or times[0]) for each in others]
    called = [each for each in others if each.file.path[-1].lower().endswith(".ipynb")]
    sorted_out = _Theirs(student, rules)
    sorted_out.consider(called)
    rest = [each for each in others if each not in called]
    if not sorted_out.attempts:
        sorted_out.consider(rest)
        rest = []
    yield from sorted_out.lines()
    nothing = not sorted_out.attempts and not sorted_out.refused
    for each in (*stamps, *data, *rest):
        if nothing:
            yield _refused(each, student, f"{each.name} is not a notebook: {INSTEAD}")
        else:
            yield Line(each.file, UNUSED, student, sentence="is not a notebook")


def _text(item: _Item) -> str:
    return item.file.load()[:LONGEST_STAMP].decode("utf-8", "replace") if item.file.digest else ""


def _refused(item: _Item, student: str, sentence: str, status: str = REFUSED) -> Line:
    return Line(item.file, status, student, None, sentence, item.time, item.named.number)


@dataclass
class _Theirs:
    """The files of one student that may be notebooks."""

    student: str
    rules: Rules
    attempts: dict[Which, list[tuple[Attempt, _Item]]] = field(default_factory=dict)
    refused: list[tuple[_Item, str]] = field(default_factory=list)

    def consider(self, items: Sequence[_Item]) -> None:
        """Find out which notebook each is, and how much of it is answered."""
        for item in items:
            if item.file.why:
                self.refused.append((item, f"{item.name} {item.file.why}"))
                continue
            try:
                notebook = read(item.file.load())
            except Exception as error:  # whatever is wrong with what somebody wrote
                self.refused.append((item, in_one_line(error, item.name, INSTEAD)))
                continue
            found = self.rules.releases.which(notebook)
            asked = self.rules.assignment
            which = [each for each in found if asked in (None, each.assignment)]
            if len(which) != 1:
                self.refused.append((item, f"{item.name} {_no_notebook_of(asked, found)}"))
                continue
            answered = self.rules.releases.answered(which[0], notebook)
            attempt = Attempt(
                item.file.shown,
                item.file.digest,
                answered,
                item.time,
                item.named.number,
                self.rules.first_run(self.student, item.file.digest),
                item.file.modified,
            )
            self.attempts.setdefault(which[0], []).append((attempt, item))

    def lines(self) -> Iterator[Line]:
        """What becomes of each."""
        for which, found in self.attempts.items():
            yield from self._chosen(which, found)
        for item, sentence in self.refused:
            yield _refused(item, self.student, sentence, UNUSED if self.attempts else REFUSED)

    def _chosen(self, which: Which, found: Sequence[tuple[Attempt, _Item]]) -> Iterator[Line]:
        attempts = [attempt for attempt, _ in found]
        answers = {each.digest: each.answered for each in attempts}
        earlier = self.rules.earlier(self.student, which, answers)
        there = earlier is not None and any(each.digest == earlier.digest for each in attempts)
        choice = choose([*attempts, *([earlier] if earlier and not there else [])])
        counts = choice.taken
        unsure = [item.unsure for attempt, item in found if attempt.digest == counts.digest]
        flags = tuple(f"{each}." for each in dict.fromkeys([choice.flag, *unsure]) if each)
        done = False
        for attempt, item in found:
            if attempt.digest != counts.digest:
                status, why = OLDER, choice.flag or f"{printable(counts.shown)} is newer"
            elif done:
                status, why = SAME, "is the same file again"
            else:
                done, status = True, SAME if earlier and counts.digest == earlier.digest else TAKEN
                blank = "" if attempt.answered else NO_ANSWERS
                why = "; ".join(filter(None, (choice.flag, item.unsure, blank)))
            time, number = item.time, item.named.number
            told = status, self.student, which, why, time, number, counts.digest, flags
            yield Line(item.file, *told)


def _no_notebook_of(asked: str | None, found: Sequence[Which]) -> str:
    """Why a notebook is not taken, as the end of a sentence to the student."""
    names = " or ".join(dict.fromkeys(each.assignment for each in found))
    if asked is not None:
        what = f"is a notebook of {names}, not" if names else "has no cells of the notebook"
        return f"{what} of {asked}: submit the notebook of {asked}"
    if names:
        return f"could be a notebook of {names}: say which, and submit it again"
    return "has none of the cells of this course's notebooks: submit the notebook with your answers"
