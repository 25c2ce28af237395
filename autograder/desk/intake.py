"""`autograder intake`: put what a learning platform lets people download into `submitted/`."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, tzinfo
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from nbgrader.exchange import Exchange
from nbgrader.utils import parse_utc
from traitlets.config import Config

from autograder.desk.class_grades import enrolled
from autograder.desk.class_list import read_class
from autograder.desk.downloaded_files import NOT_WRITTEN, SAME, TAKEN, File, Line
from autograder.desk.intake_log import Log, Run, read_log, undo
from autograder.desk.naming_schemes import by_folders, by_pattern, fitting
from autograder.desk.platform_times import in_nbgraders_form, named_zone
from autograder.desk.sorting import Rules, sort_out
from autograder.desk.undone_grades import forgetting
from autograder.grading.archives import Member, UnusableArchive, members
from autograder.grading.attempts import Attempt
from autograder.grading.course import Course
from autograder.grading.errors import CourseError
from autograder.grading.extra_files import LARGEST_NOTEBOOK, STAMP, carried, is_elsewhere, no_file
from autograder.grading.fingerprint import fingerprint
from autograder.grading.intake_flags import FOLDER
from autograder.grading.lock import only_run
from autograder.grading.reading import read
from autograder.grading.which_notebook import Which, releases_in


@dataclass(frozen=True)
class Asked:
    """What `autograder intake` was asked to do.

    Attributes
    ----------
    downloads : tuple of str
    assignment, roster, pattern : str or None
    dry_run : bool
    undo : bool
        Take the last run back, and nothing in.
    """

    downloads: tuple[str, ...]
    assignment: str | None = None
    roster: str | None = None
    pattern: str | None = None
    dry_run: bool = False
    undo: bool = False


@dataclass(frozen=True)
class Report:
    """What became of the files of some downloads.

    Attributes
    ----------
    scheme : str
        By which the students were recognised.
    zone : str
        Of times that don't name one.
    lines : tuple of Line
    refused : pathlib.Path or None
        The list of whom to ask again.
    strangers : tuple of str
        The ids of those who are not in the gradebook, if that has a class.
    """

    scheme: str
    zone: str
    lines: tuple[Line, ...]
    refused: Path | None
    strangers: tuple[str, ...] = ()


def intake(course: Course, asked: Asked) -> Report:
    """Take in downloads. Taking in the same ones again changes nothing.

    Parameters
    ----------
    course
    asked

    Returns
    -------
    Report

    Raises
    ------
    CourseError
        Nothing was taken in.
    """
    if asked.assignment is not None:
        course.check_assignment(asked.assignment)
    releases = releases_in(course.dir)
    roster = read_class(asked.roster) if asked.roster else None
    zone_name, zone = zone_of(course.app.config)
    submitted = course.folder("submitted", ".", ".")
    with nullcontext() if asked.dry_run else only_run(course.root), TemporaryDirectory() as scratch:
        log = read_log(submitted)
        files = [
            file
            for download in asked.downloads
            for file in read_download(_checked(download, submitted), Path(scratch))
        ]
        paths = [file.path for file in files if not file.is_junk]
        names = [which.notebook for which in releases.notebooks]
        known = None if roster is None else roster.knows
        scheme = by_pattern(asked.pattern) if asked.pattern else fitting(paths)
        scheme = scheme or by_folders(paths, names, known)
        rules = Rules(
            releases, scheme, roster, asked.assignment, zone,
            partial(_earlier, course, log, releases.answered), log.first_run,
            enrolled=enrolled(course.dir),
        )  # fmt: skip
        lines = sort_out(files, rules)
        theirs = {line.student for line in lines if line.which is not None}
        strangers = tuple(sorted(theirs - {*rules.enrolled})) if rules.enrolled else ()
        if asked.dry_run:
            return Report(scheme.title, zone_name, tuple(lines), None, strangers)
        try:
            lines, refused = _written(course, log, lines)
        except OSError as error:
            raise CourseError(
                f"{submitted / FOLDER} can't be written ({error.strerror}): check that its disk "
                "is not full and that submitted/ is writable, and take it in again"
            ) from error
    return Report(scheme.title, zone_name, tuple(lines), refused, strangers)


def take_back(course: Course) -> Iterator[str]:
    """Undo the last intake; see :func:`autograder.desk.intake_log.undo`."""
    with only_run(course.root):
        log = read_log(course.folder("submitted", ".", "."))
        with forgetting(course) as forget:
            yield from undo(log, partial(course.folder, "submitted"), forget)


def zone_of(config: Config) -> tuple[str, tzinfo]:
    """The zone of times that don't name one: that in which nbgrader's exchange writes."""
    name = Exchange(config=config).timezone or "UTC"
    zone = UTC if name == "UTC" else named_zone(name)
    if zone is None:
        raise CourseError(f"nbgrader_config.py: c.Exchange.timezone: there is no {name!r}")
    return name, zone


def _checked(download: str, submitted: Path) -> Path:
    path = Path(download)
    if not path.exists():
        raise CourseError(f"{path}: there is no such file or folder")
    if submitted.resolve() in (path.resolve(), *path.resolve().parents):
        raise CourseError(f"{path} is in {submitted.name}/ already: name what was downloaded")
    return path


def read_download(download: Path, scratch: Path) -> Iterator[File]:
    """All files of a download.

    Parameters
    ----------
    download
        A file, a folder or an archive.
    scratch
        A folder for what is in archives, which can be read only once.
    """
    outer = (download.resolve().name,) if download.is_dir() else ()
    for member in members(download):
        path = (*outer, *member.path)
        file = File(path, "", member.why, member.modified, member.is_junk, member.is_data)
        yield file if member.is_junk or member.why else _stored(file, member, scratch)


def _stored(file: File, member: Member, scratch: Path) -> File:
    try:
        content = b"" if member.is_data else member.read()
    except UnusableArchive as error:
        return replace(file, why=str(error))
    digest = "" if member.is_data else fingerprint(content)
    place = scratch / (digest or "none")
    if not place.exists():
        place.write_bytes(content)
    return replace(file, digest=digest, load=place.read_bytes)


def _earlier(
    course: Course, log: Log, answered: Callable[..., int], student: str, which: Which,
    known: Mapping[str, int],
) -> Attempt | None:  # fmt: skip
    """What is in `submitted/` already."""
    folder = course.folder("submitted", student, which.assignment)
    path = folder / f"{which.notebook}.ipynb"
    if is_elsewhere(folder) or path.is_symlink() or no_file(path, LARGEST_NOTEBOOK):
        return None
    content = path.read_bytes()
    digest = fingerprint(content)
    try:
        answers = known[digest] if digest in known else answered(which, read(content))
    except Exception:  # it can't be graded, so whatever is taken in is better
        answers = -1
    try:
        text = carried(folder).get(STAMP, b"").decode().strip()
        time = parse_utc(text).replace(tzinfo=UTC) if text else None
    except (ValueError, OverflowError):
        time = None
    number, run = log.number(student, digest), log.first_run(student, digest)
    run = min(run, log.next - 1)
    return Attempt(f"what is in {course.shown(path)}", digest, answers, time, number, run)


def _written(course: Course, log: Log, lines: Sequence[Line]) -> tuple[list[Line], Path | None]:
    """Write what is taken, and the log; return the lines, some of them with a new status."""
    undated = {id(line) for line in lines if line.status == SAME and _lacks_time(course, line)}
    if not undated and not any(line.status == TAKEN for line in lines) and log.has(lines):
        return [*lines], None
    run = Run(log)
    run.begin()
    by_submission: dict[tuple[str, str], list[Line]] = {}
    for line in lines:
        run.keep_original(line)
        if line.which is not None and (line.status == TAKEN or id(line) in undated):
            whose = line.student, line.which.assignment
            by_submission.setdefault(whose, []).append(line)
    failed: dict[int, str] = {}
    for (student, assignment), taken in by_submission.items():
        place = course.folder("submitted", student, assignment)
        try:
            if is_elsewhere(place):
                raise OSError(0, "it is a link")
            names = {f"{name}.ipynb" for name in course.notebooks(assignment)}
            run.put(place, _files(place, names, taken), student, assignment)
        except OSError as error:
            why = f"{course.shown(place)}/ can't be written ({error.strerror}): take it in again"
            failed |= {id(line): why for line in taken}
    done = [
        replace(line, status=NOT_WRITTEN, sentence=failed[id(line)]) if id(line) in failed else line
        for line in lines
    ]
    run.note_flags(done)
    run.write_down(done)
    return done, run.list_refused(done)


def _lacks_time(course: Course, line: Line) -> bool:
    if line.which is None or line.time is None:
        return False
    return not (course.folder("submitted", line.student, line.which.assignment) / STAMP).exists()


def _files(place: Path, names: Collection[str], taken: Sequence[Line]) -> Mapping[str, bytes]:
    """The files of a submission: new notebooks, and the assignment's other ones that stay."""
    files = {}
    if place.is_dir() and not place.is_symlink():
        stay = {name: place / name for name in names if not (place / name).is_symlink()}
        files = {name: path.read_bytes() for name, path in stay.items()
                 if not no_file(path, LARGEST_NOTEBOOK)} | carried(place)  # fmt: skip
    for line in taken:
        if line.which is not None:
            files[f"{line.which.notebook}.ipynb"] = line.file.load()
    times = [line.time for line in taken if line.time is not None]
    if times:
        files[STAMP] = in_nbgraders_form(max(times)).encode()
    elif any(line.status == TAKEN for line in taken):
        files.pop(STAMP, None)  # it is the earlier submission's
    return files
