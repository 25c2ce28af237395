"""Walk through files, folders and archives as people send them, without unpacking anything to disk.

What is in an archive was written by strangers. So its entries are counted before they are listed,
sizes are limited before anything is read, and paths are only looked at, never followed.
"""

import bz2
import gzip
import io
import lzma
import os
import re
import stat
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import IO, Any

from autograder.grading.errors import first_line
from autograder.grading.extra_files import LARGEST_NOTEBOOK

MOST_DEPTH = 3
"""How deep archives may lie in each other: a class, a student's zip in it, and one in that."""
MOST_ENTRIES = 20_000
LARGEST_ARCHIVE = 200_000_000
"""Bytes of an archive that lies in another one. What a person downloads may be larger."""
MOST_UNPACKED = 1_000_000_000
"""Bytes that the entries of an inner archive may have together."""
HIGHEST_RATIO = 300
"""Times that an entry may shrink. Text with long repeats shrinks to a hundredth."""
NOTEWORTHY = 5_000_000
"""Bytes below which an entry may shrink as much as it likes."""
LONGEST_END = 65_557
"""Bytes of a zip's last record, with the longest comment."""
LONGEST_HEADER = 512
"""Bytes of the directory of a zip for each entry, its name included."""
INSTEAD = "submit the .ipynb file itself"
JUNK = re.compile(
    r"\..*|__MACOSX|__pycache__|~\$.*|Thumbs\.db|desktop\.ini|.*\.(?:pyc|crdownload|part|tmp)",
    re.IGNORECASE,
)
"""Names of files and folders that programs leave behind."""
UNPACK: dict[bytes, Callable[[Any], Any]] = {
    b"\x1f\x8b": gzip.open,
    b"BZh": bz2.open,
    b"\xfd7zXZ\x00": lzma.open,
}
REFUSED = {b"Rar!\x1a\x07": "RAR", b"7z\xbc\xaf\x27\x1c": "7z"}
DOCUMENTS = re.compile(r".*\.(?:docx?|xlsx?|pptx?|od[tsp]|pages|numbers)", re.IGNORECASE)
DATA = re.compile(
    r".*\.(?:npz|npy|png|jpe?g|gif|svg|webp|csv|tsv|mp[34]|mov|wav|whl|pkl|pth?|h5|so|dll|exe)",
    re.IGNORECASE,
)
"""Files that come with notebooks. Some of them are zip files inside, but nothing to look into."""
LONGEST_START = 512
"""Bytes by which a file's kind is recognised."""
DAMAGED = (
    zipfile.BadZipFile, tarfile.TarError, OSError, EOFError, zlib.error, lzma.LZMAError,
    NotImplementedError, RuntimeError, struct.error, ValueError, OverflowError,
)  # fmt: skip
"""What the standard library raises over an archive that is not what it says."""


class UnusableArchive(ValueError):
    """An archive, or an entry of one, that can't be taken: what it is, and what to do."""

    line = "{where} {text}"


@dataclass(frozen=True)
class Member:
    """A file, wherever it lies.

    A file in an archive can be read only until the next one is asked for.

    Attributes
    ----------
    path : tuple of str
        The folders and archives that it is in, and its name. An archive counts as a folder.
    modified : tuple of int
        When it was last changed, as far as that is known: year, month, …, second; or ().
    why : str
        Why it can't be read, as the end of a sentence that begins with its name; "" if it can.
    """

    path: tuple[str, ...]
    modified: tuple[int, ...] = ()
    why: str = ""
    _load: Callable[[], bytes] = field(default=bytes, repr=False, compare=False)

    @property
    def name(self) -> str:
        """The file's own name."""
        return self.path[-1]

    @property
    def shown(self) -> str:
        """The path, as messages show it."""
        return "/".join(self.path)

    @property
    def is_data(self) -> bool:
        """Whether it is a picture or the like: never a notebook."""
        return DATA.fullmatch(self.name) is not None

    @property
    def is_junk(self) -> bool:
        """Whether a program left it there, and nobody submitted it."""
        return any(JUNK.fullmatch(each) for each in self.path)

    def read(self) -> bytes:
        """Its content; raises UnusableArchive, with :attr:`why`, if it can't be read."""
        if self.why:
            raise UnusableArchive(self.why)
        try:
            return self._load()
        except UnusableArchive:
            raise
        except DAMAGED as error:
            raise UnusableArchive(_damaged(error)) from error


@dataclass(frozen=True)
class _Opened:
    """A file whose kind is to be found out: its first bytes, its size, and how to open it."""

    start: bytes
    size: int
    open: Callable[[], IO[bytes]]

    def load(self) -> bytes:
        with self.open() as file:
            return file.read()


def members(path: Path) -> Iterator[Member]:
    """All files in a file, folder or archive on the disk.

    Parameters
    ----------
    path
        If it is a file, `Member.path` begins with its name.

    Yields
    ------
    Member
        Also what can't be read, with the reason. Nothing that is found stops the rest.
    """
    if path.is_dir() and not path.is_symlink():
        for folder, folders, names in os.walk(path):
            folders[:] = sorted(each for each in folders if not JUNK.fullmatch(each))
            inside = Path(folder).relative_to(path).parts
            for name in sorted(names):
                yield from _on_disk(Path(folder, name), (*inside, name))
            for name in folders:
                if Path(folder, name).is_symlink():
                    yield Member((*inside, name), why=f"is a link to a folder: {INSTEAD}")
    else:
        yield from _on_disk(path, (path.name,))


def _on_disk(path: Path, inside: tuple[str, ...]) -> Iterator[Member]:
    try:
        found = path.lstat()
        if stat.S_ISLNK(found.st_mode):
            yield Member(inside, why=f"is a link: {INSTEAD}")
        elif not stat.S_ISREG(found.st_mode):
            yield Member(inside, why=f"is not a regular file: {INSTEAD}")
        else:
            with path.open("rb") as file:
                start = file.read(LONGEST_START)
            opened = _Opened(start, found.st_size, lambda: path.open("rb"))
            yield from _looked_into(Member(inside), opened, 0)
    except OSError as error:
        yield Member(inside, why=f"can't be read ({error.strerror})")


def _looked_into(member: Member, opened: _Opened, depth: int) -> Iterator[Member]:
    """A file, or what is in it if it is an archive; `depth` is how many archives it lies in."""
    start, inside = opened.start, _opener(member, opened.start)
    foreign = next((kind for begins, kind in REFUSED.items() if start.startswith(begins)), "")
    if foreign:
        why = f"is a {foreign} archive, which can't be opened here: {INSTEAD}"
    elif inside is None and opened.size > LARGEST_NOTEBOOK and not member.is_data:
        why = f"is larger than {LARGEST_NOTEBOOK / 1e6:g} MB: clear all outputs, and {INSTEAD}"
    elif inside is None:
        yield replace(member, _load=opened.load)
        return
    elif depth >= MOST_DEPTH:
        why = f"is an archive inside of {MOST_DEPTH} other archives: {INSTEAD}"
    elif depth and opened.size > LARGEST_ARCHIVE:
        why = f"is an archive of more than {LARGEST_ARCHIVE / 1e6:g} MB: {INSTEAD}"
    else:
        try:
            with opened.open() as file:
                yield from inside(member, file, opened.size, depth + 1)
            return
        except UnusableArchive as error:
            why = str(error)
        except DAMAGED as error:
            why = _damaged(error)
    yield replace(member, why=why)


def _opener(
    member: Member, start: bytes
) -> Callable[[Member, IO[bytes], int, int], Iterator[Member]] | None:
    """How to look into a file that begins like this, if it is an archive."""
    if member.is_junk or member.is_data or DOCUMENTS.fullmatch(member.name):
        return None
    if start.startswith((b"PK\3\4", b"PK\5\6")):
        return _in_zip
    if start.startswith((*UNPACK,)):
        return _decompressed
    return _in_tar if start[257:262] == b"ustar" else None


def _damaged(error: BaseException) -> str:
    return f"is damaged ({first_line(error) or type(error).__name__}): {INSTEAD}"


def _in_zip(member: Member, file: IO[bytes], size: int, depth: int) -> Iterator[Member]:
    if _directory_size(file, size) > MOST_ENTRIES * LONGEST_HEADER:
        raise UnusableArchive(_too_many())
    with zipfile.ZipFile(file) as archive:
        entries = [each for each in archive.infolist() if not each.filename.endswith("/")]
        _check(len(entries), sum(each.file_size for each in entries), depth)
        for entry in entries:
            path, why = _inner_path(member.path, _zip_name(entry))
            if stat.S_ISLNK(entry.external_attr >> 16):
                why = f"is a link: {INSTEAD}"
            elif entry.flag_bits & 1:
                why = f"is in an archive with a password: {INSTEAD}"
            why = why or _too_large(entry.file_size, entry.compress_size)
            inner = Member(path, entry.date_time, why)
            yield from _entry(inner, entry.file_size, partial(archive.open, entry), depth)


def _directory_size(file: IO[bytes], size: int) -> int:
    """Bytes of a zip's list of entries, by its last record: before Python reads all of them."""
    file.seek(max(0, size - LONGEST_END))
    tail = file.read()
    file.seek(0)
    at = tail.rfind(b"PK\5\6")
    if at < 0 or len(tail) < at + 16:
        raise UnusableArchive(f"is only the beginning of a zip file: {INSTEAD}")
    found: int = struct.unpack_from("<L", tail, at + 12)[0]
    return found


def _zip_name(entry: zipfile.ZipInfo) -> str:
    """An entry's path. Macs write UTF-8 without saying so, and Python then reads it as cp437."""
    if entry.flag_bits & 0x800:
        return entry.filename
    try:
        return entry.filename.encode("cp437").decode()
    except UnicodeError:
        return entry.filename


def _in_tar(member: Member, file: IO[bytes], size: int, depth: int) -> Iterator[Member]:
    with tarfile.open(fileobj=file, mode="r:") as archive:
        number = total = 0
        for entry in archive:
            number, total = number + 1, total + entry.size
            _check(number, total, depth)
            if entry.isdir():
                continue
            path, why = _inner_path(member.path, entry.name)
            why = why if entry.isreg() else f"is a link or a device: {INSTEAD}"
            inner = Member(path, why=why or _too_large(entry.size, entry.size))
            yield from _entry(inner, entry.size, partial(_tar_entry, archive, entry), depth)


def _tar_entry(archive: tarfile.TarFile, entry: tarfile.TarInfo) -> IO[bytes]:
    return archive.extractfile(entry) or io.BytesIO()


def _decompressed(member: Member, file: IO[bytes], size: int, depth: int) -> Iterator[Member]:
    """What is in a gzip, bzip2 or xz file: one file, which may be a tar."""
    start = file.read(LONGEST_START)
    unpack = next(how for begins, how in UNPACK.items() if start.startswith(begins))
    file.seek(0)
    with unpack(file) as stream:
        content = stream.read(LARGEST_ARCHIVE + 1)
    name = re.sub(r"\.(?:gz|bz2|xz)$", "", re.sub(r"\.t([gbx]z2?)$", r".tar.\1", member.name))
    inner = Member((*member.path[:-1], name), why=_too_large(len(content), size))
    is_tar = content[257:262] == b"ustar"
    yield from _entry(inner, len(content), lambda: io.BytesIO(content), depth - is_tar)


def _entry(
    member: Member, size: int, open_it: Callable[[], IO[bytes]], depth: int
) -> Iterator[Member]:
    """An entry of an archive, or what is in it."""
    if member.why or member.is_junk:
        yield member
        return
    try:
        with open_it() as file:
            start = file.read(LONGEST_START)
    except DAMAGED as error:
        yield replace(member, why=_damaged(error))
        return

    def seekable() -> IO[bytes]:
        with open_it() as file:
            return io.BytesIO(file.read())

    yield from _looked_into(member, _Opened(start, size, seekable), depth)


def _check(number: int, total: int, depth: int) -> None:
    if number > MOST_ENTRIES:
        raise UnusableArchive(_too_many())
    if depth > 1 and total > MOST_UNPACKED:
        raise UnusableArchive(
            f"is an archive of more than {MOST_UNPACKED / 1e9:g} GB once it is unpacked: {INSTEAD}"
        )


def _too_many() -> str:
    return f"is an archive of more than {MOST_ENTRIES:,} files: {INSTEAD}"


def _too_large(size: int, packed: int) -> str:
    if size > LARGEST_ARCHIVE:
        return f"is larger than {LARGEST_ARCHIVE / 1e6:g} MB: {INSTEAD}"
    if size > NOTEWORTHY and size > HIGHEST_RATIO * max(packed, 1):
        return f"was packed to 1/{HIGHEST_RATIO} of its size or less, as no notebook is: {INSTEAD}"
    return ""


def _inner_path(outer: tuple[str, ...], name: str) -> tuple[tuple[str, ...], str]:
    """The path of an archive's entry, and why it can't be taken."""
    name = name.replace("\\", "/")
    parts = tuple(each for each in name.split("/") if each not in ("", "."))
    if name.startswith("/") or re.match(r"[A-Za-z]:", name) or ".." in parts or not parts:
        shown = tuple(each for each in parts if each != "..") or ("unnamed",)
        return (*outer, *shown), f"has a path that leads out of its archive: {INSTEAD}"
    return (*outer, *parts), ""
