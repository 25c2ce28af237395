"""What a file is, by its first bytes, and what to say to whoever submitted it as a notebook."""

import re
from dataclasses import dataclass

from autograder.grading.text_encodings import in_utf8

LONGEST_START = 50_000
"""Bytes of a file that tell its kind: a script may begin with a long comment."""
LONGEST_LINK = 2000
"""Bytes of a file that has an address and a few words in it."""
DOWNLOAD = (
    "in Jupyter use File > Download, in Colab File > Download > Download .ipynb, and submit the "
    ".ipynb file that you get"
)
ITSELF = "submit the .ipynb file itself"


@dataclass(frozen=True)
class Kind:
    """A kind of file that is not a notebook.

    Attributes
    ----------
    what : str
        What it is, with its article.
    advice : str
        What the student should do.
    """

    what: str
    advice: str = DOWNLOAD

    @property
    def sentence(self) -> str:
        """The end of a sentence that begins with the file's name."""
        return f"is {self.what}, not a notebook: {self.advice}"


EMPTY = Kind("empty", "save your notebook, check that its file has a size, and submit it again")
ZEROS = Kind(
    "a file of zero bytes only",
    "its text was lost while it was saved or copied; open your notebook, save it, and submit it "
    "again",
)
ZIP = Kind("a zip archive", f"unpack it, and {ITSELF}")
GZIP = Kind("a gzip archive", f"unpack it, and {ITSELF}")
DOCUMENT = Kind("an Office document")
WEB_PAGE = Kind(
    "a web page (HTML)",
    f"a page or an export can't be run; {DOWNLOAD} (on GitHub, use Download raw file)",
)
LINK = Kind("only a link (an address)", f"open the link yourself; {DOWNLOAD}")
LFS_POINTER = Kind(
    "a Git LFS pointer, which stands for a file",
    "run `git lfs pull`, check that the notebook opens, and submit it again",
)
SCRIPT = Kind("a Python script", f"do not export it as a script; {DOWNLOAD}")
TEXT = Kind("a text")
BINARY = Kind("a file of an unknown kind")
BEGINNINGS: dict[bytes, Kind] = {
    b"PK\x03\x04": ZIP,
    b"PK\x05\x06": ZIP,
    b"\x1f\x8b": GZIP,
    b"Rar!\x1a\x07": Kind("a RAR archive", ITSELF),
    b"7z\xbc\xaf\x27\x1c": Kind("a 7z archive", ITSELF),
    b"BZh": Kind("a bzip2 archive", ITSELF),
    b"\xfd7zXZ\x00": Kind("an xz archive", ITSELF),
    b"\x28\xb5\x2f\xfd": Kind("a zstd archive", ITSELF),
    b"%PDF": Kind("a PDF"),
    b"{\\rtf": Kind(
        "a text document (RTF)",
        "a word processor has saved it in its own format; " + DOWNLOAD,
    ),
    b"\xd0\xcf\x11\xe0": DOCUMENT,
    b"\x89PNG": Kind("a picture (PNG)"),
    b"\xff\xd8\xff": Kind("a picture (JPEG)"),
    b"GIF8": Kind("a picture (GIF)"),
    b"\x00\x05\x16\x07": Kind(
        "a companion file of macOS (its name begins with ._)",
        "submit the file of the same name without ._",
    ),
    b"bplist": LINK,  # how Safari stores the address of a page
}
# An Office file is a zip file whose first entry is one of these.
IN_DOCUMENTS = (b"[Content_Types].xml", b"mimetypeapplication/vnd.oasis", b"_rels/.rels")
ADDRESS = re.compile(rb"\bhttps?://")
SHORTCUT_OF_DRIVE = re.compile(rb'\{[^{}]*"(?:doc_id|resource_id)"[^{}]*\}')
CODE = re.compile(
    rb"^(?:import \w|from [\w.]+ import |def \w+\(|class \w+[:(]|# %%|# In\[|#!/usr/bin|"
    rb"# -\*- coding)",
    re.MULTILINE,
)


def kind_of(content: bytes) -> Kind | None:
    """What a file is that can't be a notebook.

    Parameters
    ----------
    content
        The whole file.

    Returns
    -------
    Kind or None
        None if it may be a notebook: it is text with a ``{`` in it. What is wrong with it then is
        found out by `autograder.grading.reading.read`.
    """
    start = content[:LONGEST_START]
    if not start.strip() and not content.strip():
        return EMPTY
    if not start.strip(b"\0") and not content.strip(b"\0"):
        return ZEROS
    for beginning, kind in BEGINNINGS.items():
        if start.startswith(beginning):
            return DOCUMENT if kind is ZIP and _is_document(start) else kind
    if start[257:262] == b"ustar":
        return Kind("a tar archive", ITSELF)
    if start[4:8] == b"ftyp":
        return Kind("a picture or video")
    return _kind_of_text(content, in_utf8(start).strip())


def _is_document(start: bytes) -> bool:
    return any(start[30:].startswith(each) for each in IN_DOCUMENTS)


def _kind_of_text(content: bytes, start: bytes) -> Kind | None:
    """The kind of a text that begins with `start`, which is in UTF-8."""
    if not start:
        return EMPTY
    if start.startswith(b"version https://git-lfs"):
        return LFS_POINTER
    if re.match(rb"<[a-z!?/]", start, re.IGNORECASE):
        return _kind_of_xml(start)
    if SHORTCUT_OF_DRIVE.fullmatch(start):
        return LINK
    is_script = CODE.search(start) is not None and b"\n```" not in start  # as in Markdown
    if start.startswith(b"{") or (b"{" in content and not is_script):
        return None
    if is_script:
        return SCRIPT
    return LINK if len(content) <= LONGEST_LINK and ADDRESS.search(start) else other_kind(content)


def _kind_of_xml(start: bytes) -> Kind:
    if b"<plist" in start and ADDRESS.search(start.partition(b"<plist")[2]):
        return LINK  # as macOS stores it
    is_xml = start.startswith(b"<?xml") and b"<html" not in start.lower()
    return Kind("an XML file") if is_xml else WEB_PAGE


def other_kind(content: bytes) -> Kind:
    """The kind of a file that is none of the others: a text, or not even that."""
    return BINARY if b"\0" in in_utf8(content[:LONGEST_START]) else TEXT
