"""A notebook that was packed, but kept its name: a zip or gzip file called `….ipynb`."""

import io
import zipfile
import zlib
from pathlib import PurePosixPath

from autograder.grading.errors import printable
from autograder.grading.extra_files import LARGEST_NOTEBOOK
from autograder.grading.file_kinds import GZIP, ITSELF, ZIP, kind_of
from autograder.grading.not_a_notebook import NotANotebook

MOST_ENTRIES = 1000
ENTRY = b"PK\x01\x02"
"""What the list of a zip file's entries has for each."""
PACKED = (
    "What was submitted under the notebook's name is {what}. The notebook in it{name} was graded."
)


def unpacked(content: bytes) -> tuple[bytes, str]:
    """The only notebook in an archive.

    Parameters
    ----------
    content
        A zip or gzip file.

    Returns
    -------
    notebook : bytes
    flag : str
        What was submitted, for whoever reads the grade.

    Raises
    ------
    NotANotebook
        It has no notebook, or several, or can't be unpacked.
    """
    what = ZIP.what if kind_of(content) is ZIP else GZIP.what
    try:
        name, notebook = _from_zip(content) if what == ZIP.what else ("", _from_gzip(content))
    except NotANotebook:
        raise
    except Exception as error:  # the standard library has a dozen kinds for damaged archives
        damaged = "that is damaged" + (" or has a password" if what == ZIP.what else "")
        raise _refused(what, damaged) from error
    if len(notebook) > LARGEST_NOTEBOOK:
        raise _refused(what, f"of more than {LARGEST_NOTEBOOK / 1e6:g} MB")
    return notebook, PACKED.format(what=what, name=_named(name))


def _named(path: str) -> str:
    return f" ({printable(PurePosixPath(path).name[:100])})" if path else ""


def _refused(what: str, why: str) -> NotANotebook:
    return NotANotebook(f"is {what} {why}, not a notebook: unpack it, and {ITSELF}")


def _from_gzip(content: bytes) -> bytes:
    unpacking = zlib.decompressobj(wbits=31)
    notebook = unpacking.decompress(content, LARGEST_NOTEBOOK + 1)
    if len(notebook) <= LARGEST_NOTEBOOK and not unpacking.eof:
        raise EOFError
    return notebook


def _from_zip(content: bytes) -> tuple[str, bytes]:
    if content.count(ENTRY) > MOST_ENTRIES:  # before an object is made for each
        raise _refused(ZIP.what, f"of more than {MOST_ENTRIES:,} files")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        found = [each for each in archive.namelist() if _is_notebook(PurePosixPath(each))]
        if len(found) != 1:
            raise _refused(ZIP.what, f"with {len(found) or 'no'} notebooks in it")
        with archive.open(found[0]) as file:
            return found[0], file.read(LARGEST_NOTEBOOK + 1)


def _is_notebook(path: PurePosixPath) -> bool:
    """Whether an entry is a notebook by its name, and not one that a program left there."""
    hidden = any(part.startswith((".", "__MACOSX")) for part in path.parts)
    return path.suffix.lower() == ".ipynb" and not hidden
