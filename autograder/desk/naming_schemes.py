"""Tell from the path of a file who submitted it: learning platforms each have their own scheme."""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from autograder.grading.errors import CourseError, first_line

Path = tuple[str, ...]
LATE = "(?:late_)?"
STAMP = r"\d{4}(?:-\d\d){5}"
GROUP = re.compile(
    r"(?:default group|group|gruppe|groupe|grupo|gruppo|groep|team|section)\b[^-]*-(?=.)",
    re.IGNORECASE,
)
"""What Moodle puts before the name of a student who is in a group."""
PARTICIPANT = re.compile(r"(?:participant|teilnehmer(?:/in|_in|in)?|participante?|partecipante)",
                         re.IGNORECASE)  # fmt: skip
COPY = re.compile(r"^(?:copy of |copy_of_|kopie von )|(?:\s?\(\d+\)|[-_ ]copy\d*)$", re.IGNORECASE)
"""What programs add to the name of a copy."""
NUMBER = re.compile(r"[-_ ]\d+$")


@dataclass(frozen=True)
class Named:
    """What a path tells about a file.

    Attributes
    ----------
    rest : tuple of str
        The path as the student named it.
    keys : tuple of str
        The platform's id of the student; if it can be read in several ways, the likeliest first.
    names : tuple of str
        The student's name, likewise.
    time : str
        When it was submitted, as the platform writes it; or "".
    number : int or None
        The platform's number of the upload.
    by_name : bool
        Whether the name identifies a student, where no roster does; else the key.
    is_note : bool
        Whether the platform itself wrote the file.
    """

    rest: Path
    keys: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    time: str = ""
    number: int | None = None
    by_name: bool = False
    is_note: bool = False


@dataclass(frozen=True)
class Scheme:
    """How a platform names what it lets people download.

    Attributes
    ----------
    title : str
        The platform, or who else names files so.
    pattern : re.Pattern
        Of one part of a path: that of the folder or file with the student's name.
    read : callable
        Returns a Named, given the match. The path is completed afterwards.
    """

    title: str
    pattern: re.Pattern[str]
    read: Callable[[re.Match[str]], Named]

    def named(self, path: Path) -> Named | None:
        """What a path tells, if some part of it fits."""
        for at, part in enumerate(path):
            if found := self.pattern.fullmatch(part):
                own = found.groupdict().get("file")
                # The name of a single file, or of an archive that was looked into.
                inside = path[at + 1 :] or ((own,) if own else (part,))
                return replace(self.read(found), rest=inside)
        return None


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.IGNORECASE)


def _canvas(found: re.Match[str]) -> Named:
    number = found["number"]
    names = (found["name"],) if found["name"] else ()
    return Named((), (found["key"],), names, number=int(number) if number else None)


def _moodle(found: re.Match[str]) -> Named:
    name = " ".join(found["name"].split())
    if PARTICIPANT.fullmatch(GROUP.sub("", name)):
        return Named((), (f"Participant {found['key']}", found["key"]))
    parts = [name, GROUP.sub("", name)]
    # Any group may have been put before it; only a roster tells.
    parts += [name[dash.end() :] for dash in re.finditer("-", name)]
    likely = dict.fromkeys((parts[1], *parts))
    names = tuple(filter(None, (each.strip() for each in likely)))
    return Named((), (found["key"],), names, by_name=True)


def _blackboard(found: re.Match[str]) -> Named:
    pieces = found["before"].split("_")
    keys = tuple("_".join(pieces[at:]) for at in range(len(pieces) - 1, 0, -1))
    is_note = found["file"] is None
    return Named((), keys or (found["before"],), time=found["time"], is_note=is_note)


def _brightspace(found: re.Match[str]) -> Named:
    return Named((), (found["key"],), (found["name"].strip(),), found["time"], by_name=True)


def _gradescope(found: re.Match[str]) -> Named:
    return Named((), (found[0],), number=int(found["number"]))


def _exchange(found: re.Match[str]) -> Named:
    return Named((), (found["key"],), time=found["time"])


SCHEMES = (
    Scheme(
        "Moodle",
        _pattern(
            r"(?P<name>.+?)_(?P<key>\d+)_assignsubmission_(?:file|onlinetext)(?:_(?P<file>.+)?)?"
        ),
        _moodle,
    ),
    Scheme(
        "Blackboard",
        _pattern(rf"(?P<before>.+)_attempt_(?P<time>{STAMP})(?:_(?P<file>.+)|\.txt)"),
        _blackboard,
    ),
    Scheme(
        "Brightspace",
        _pattern(
            r"(?P<key>\d+)-\d+ ?- ?(?P<name>.+?) ?- ?(?P<time>[^-]*\d{4}[^-]*?)"
            r"(?: ?- ?(?P<file>.+))?"
        ),
        _brightspace,
    ),
    Scheme("Gradescope", _pattern(r"submission_(?P<number>\d+)"), _gradescope),
    Scheme(
        "nbgrader's exchange",
        _pattern(r"(?P<key>[^+]+)\+[^+]+\+(?P<time>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[^+]*)(?:\+.*)?"),
        _exchange,
    ),
    Scheme(
        "Canvas",
        _pattern(
            rf"(?:(?P<name>[^_\W](?:\w|-)*?)_)?{LATE}(?P<key>\d+|anon_\w+?)"
            r"_(?:(?P<number>\d+)_(?P<file>.+)|(?:text|link|media)\.html?)"
        ),
        _canvas,
    ),
)
"""The most particular first: of several that fit equally well, the first is taken."""


def by_pattern(text: str) -> Scheme:
    """The scheme of an instructor's own regular expression, which may match part of a path.

    Parameters
    ----------
    text
        With the named groups `student`, and perhaps `name`, `time`, `number` and `file`. nbgrader's
        names `student_id`, `timestamp` and `file_id` will do.

    Raises
    ------
    CourseError
        It is not a regular expression, or names no student.
    """
    try:
        pattern = re.compile(text)
    except re.error as error:
        raise CourseError(
            f"--pattern is not a regular expression ({first_line(error)}): correct it"
        ) from None
    if not {*pattern.groupindex} & {"student", "student_id", "name"}:
        raise CourseError("--pattern has no group (?P<student>…): add it, around the student's id")
    return _ByPattern("--pattern", pattern, _own)


def _own(found: re.Match[str]) -> Named:
    groups = found.groupdict()

    def first(*names: str) -> str:
        return next((groups[each] for each in names if groups.get(each)), "")

    student, number = first("student", "student_id"), first("number")
    full = first("name") or " ".join(filter(None, (first("first_name"), first("last_name"))))
    return Named(
        (),
        (student,) if student else (),
        tuple(filter(None, (full, student))),
        first("time", "timestamp"),
        int(number) if number.isdecimal() else None,
        by_name=not student,
    )


class _ByPattern(Scheme):
    """A scheme whose pattern is looked for in the whole path."""

    def named(self, path: Path) -> Named | None:
        found = self.pattern.search("/".join(path))
        if found is None:
            return None
        named = self.read(found)
        return replace(named, rest=path[-1:]) if named.keys or named.names else None


def by_folders(
    paths: Sequence[Path], notebooks: Iterable[str], known: Callable[[str], bool] | None
) -> Scheme:
    """The scheme in which every student has a folder, an archive or a file.

    Parameters
    ----------
    paths
        Of all files, each beginning with the name of its download.
    notebooks
        The names of the course's notebooks, which are not students'.
    known
        Whether a roster has a student, if there is one.
    """
    taken = {each.casefold() for each in notebooks}
    levels = {
        download: _level([path for path in paths if path[0] == download], taken, known)
        for download in {path[0] for path in paths}
    }
    return _ByFolders("<student>/…", re.compile(""), lambda _: Named(()), levels)


def _level(
    paths: Sequence[Path], taken: Collection[str], known: Callable[[str], bool] | None
) -> int:
    """Which part of a download's paths names the student: 0 is the download itself."""
    fits = {}
    for level in (1, 2, 0):
        names = {COPY.sub("", _stem(path[level])) for path in paths if len(path) > level}
        if known is not None:
            fits[level] = sum(map(known, names))
        else:
            are_notebooks = any(NUMBER.sub("", each).casefold() in taken for each in names)
            fits[level] = 0 if are_notebooks else len(names)
    # The first level below the download, unless all that is there is one folder of a class.
    if known is None and fits[1] and not fits[1] == 1 < fits[2]:
        return 1
    return max(fits, key=lambda each: fits[each])


@dataclass(frozen=True)
class _ByFolders(Scheme):
    levels: Mapping[str, int] = field(default_factory=dict)

    def named(self, path: Path) -> Named | None:
        level = self.levels[path[0]]
        if len(path) <= level:
            return None
        student = _stem(path[level])
        return Named(path[level + 1 :] or path[-1:], (student,), (student,)) if student else None


def _stem(name: str) -> str:
    return re.sub(
        r"(?:\.(?:ipynb|zip|tar|gz|tgz|bz2|xz|json|txt|html?|pdf|py))+$", "", name
    ).strip()


def fitting(paths: Sequence[Path]) -> Scheme | None:
    """The platform's scheme that fits most files, if one fits at least half of them."""
    fits = Counter({each: sum(each.named(path) is not None for path in paths) for each in SCHEMES})
    best = max(SCHEMES, key=lambda each: fits[each])
    return best if paths and 2 * fits[best] >= len(paths) else None


def without_what_all_share(named: Mapping[Path, Named]) -> dict[Path, Named]:
    """Blackboard's names with the user's id first, by what the names of all files begin with.

    It writes `<assignment>_<user>_attempt_…`, and either may have underscores in it.
    """
    longest = [max(each.keys, key=len) for each in named.values() if each.keys]
    pieces = [each.split("_") for each in dict.fromkeys(longest)]
    shared = 0
    while len(pieces) > 1 and len({tuple(each[: shared + 1]) for each in pieces}) == 1:
        shared += 1
    if not shared:
        return dict(named)
    sorted_keys = {}
    for path, each in named.items():
        whole = max(each.keys, key=len, default="").split("_")
        likely = "_".join(whole[shared:])
        keys = tuple(dict.fromkeys(filter(None, (likely, *each.keys))))
        sorted_keys[path] = replace(each, keys=keys)
    return sorted_keys
