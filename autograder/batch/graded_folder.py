"""`autograded/`: a graded notebook appears whole, after its scores are in the gradebook.

Files are written to a temporary folder and then moved into place, which can't fail for lack of
room. A run that is killed in between has recorded the grade, and leaves the notebook of the grade
before it, if any; the next run sees that the two don't match.
"""

import os
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from tempfile import mkdtemp

PREFIX = ".graded-"


def stage(files: Mapping[str, bytes], folder: Path) -> Path:
    """Write files to a temporary folder.

    Parameters
    ----------
    files : mapping
        By path; the first is the one that the others belong to.
    folder : Path
        Where graded submissions are kept. It need not exist yet.

    Returns
    -------
    Path
        The temporary folder, for :func:`put_in_place`.

    Raises
    ------
    OSError
        A file can't be written; nothing is left behind.
    """
    folder.mkdir(parents=True, exist_ok=True)
    staged = Path(mkdtemp(prefix=PREFIX, dir=folder))
    try:
        for name, content in files.items():
            (staged / name).parent.mkdir(parents=True, exist_ok=True)
            with (staged / name).open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
    except OSError:
        shutil.rmtree(staged, ignore_errors=True)
        raise
    return staged


def put_in_place(staged: Path, files: Iterable[str], place: Path) -> None:
    """Move staged files to their place, and remove what was there.

    Parameters
    ----------
    staged : Path
        From :func:`stage`.
    files : iterable of str
        Their paths. The first is moved last, because it says what the others are.
    place : Path
        A student's folder for an assignment.
    """
    place.mkdir(parents=True, exist_ok=True)
    names = [*files]
    for found in place.iterdir():
        if found.name not in names:
            _remove(found)
    for name in reversed(names):
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        os.replace(staged / name, place / name)
    shutil.rmtree(staged)


def sweep(folder: Path) -> None:
    """Remove what killed runs have left behind."""
    for found in folder.glob(f"{PREFIX}*") if folder.is_dir() else ():
        shutil.rmtree(found, ignore_errors=True)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()
