"""Which copy of this package runs: its version, its folder, and a fingerprint of its modules."""

import hashlib
from functools import cache
from pathlib import Path

from autograder import __version__

PACKAGE_FOLDER = Path(__file__).resolve().parent
"""The folder of the package."""


@cache
def fingerprint(folder: Path = PACKAGE_FOLDER) -> str:
    """What identifies the state of a copy of the package.

    Parameters
    ----------
    folder : Path
        The folder of the package.

    Returns
    -------
    str
        A hash of all its modules, as they were when this was first called.

    Raises
    ------
    OSError
        The modules can't be read.
    """
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*.py")):
        digest.update(f"{path.relative_to(folder)}\0".encode() + path.read_bytes())
    return digest.hexdigest()


def in_words() -> str:
    """The version and the folder of the package that runs, on one line."""
    return f"{__version__} ({fingerprint()[:8]}) in {PACKAGE_FOLDER}"


def conflict_in(root: Path) -> str:
    """What is wrong with a course folder that has a different copy of this package.

    Stock nbgrader would use that one, and so does ``python -m autograder`` there.

    Returns
    -------
    str
        One line; "" if it has no copy, or the same one.
    """
    folder = (root / "autograder").resolve()
    if folder == PACKAGE_FOLDER or not (folder / "__init__.py").is_file():
        return ""
    try:
        if fingerprint(folder) == fingerprint():
            return ""
    except OSError:
        pass  # what can't be read may be different
    return (
        f"{folder} is a different copy of the autograder from the one that runs "
        f"({PACKAGE_FOLDER}): install that folder again, best with `pip install -e .[grader]`, or "
        "delete it"
    )
