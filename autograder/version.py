"""Which copy of this package runs: its number, its folder, and a fingerprint of its modules."""

import hashlib
from functools import cache
from pathlib import Path

from autograder import __version__

FOLDER = Path(__file__).resolve().parent
"""The folder of the package."""


@cache
def fingerprint(folder: Path = FOLDER) -> str:
    """What tells a copy of the package from any other state of it.

    Parameters
    ----------
    folder : Path
        The folder of the package.

    Returns
    -------
    str
        A hash of all its modules, as they were when this was first asked for.

    Raises
    ------
    OSError
        They can't be read.
    """
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*.py")):
        digest.update(f"{path.relative_to(folder)}\0".encode() + path.read_bytes())
    return digest.hexdigest()


def in_words() -> str:
    """The version and the place of the package that runs, on one line."""
    return f"{__version__} ({fingerprint()[:8]}) in {FOLDER}"


def conflict_in(root: Path) -> str:
    """What is wrong with a course folder that has a copy of this package with other modules.

    Stock nbgrader would take that one, and so does ``python -m autograder`` there.

    Returns
    -------
    str
        One line; "" if it has none, or has the same.
    """
    folder = (root / "autograder").resolve()
    if folder == FOLDER or not (folder / "__init__.py").is_file():
        return ""
    try:
        if fingerprint(folder) == fingerprint():
            return ""
    except OSError:
        pass  # what can't be read is not known to be the same
    return (
        f"{folder} is another copy of the autograder than the one that runs ({FOLDER}), and they "
        "differ: install that folder again, best with `pip install -e .`, or delete it"
    )
