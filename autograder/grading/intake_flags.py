"""What `autograder intake` had to guess about a submission: flags, in `submitted/.intake/`.

Students can put files into their own folders, but not there. Each run of intake has a numbered
folder; that of a run that was taken back is called differently, and its flags no longer count.
"""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from autograder.grading.find_notebook import Found
from autograder.grading.fingerprint import fingerprint

FOLDER, FLAGS = ".intake", "flags"
RUN = "[0-9]" * 4
"""How the folders of runs are called that have not been taken back, as a pattern."""


def place_of_flags(run: Path, student: str, digest: str) -> Path:
    """The file with the flags of a notebook, one on each line.

    Parameters
    ----------
    run
        The folder of a run.
    student
    digest
        The hash of the notebook.
    """
    return run / FLAGS / student / f"{digest}.txt"


def flags_of_intake(folder: Path, student: str, digests: Iterable[str]) -> list[str]:
    """The flags of the last run that has noted any, for each notebook.

    Parameters
    ----------
    folder
        `submitted/.intake/`.
    student
    digests
        The hashes of the notebooks.
    """
    runs = sorted(folder.glob(RUN), reverse=True)
    flags = []
    for digest in digests:
        places = (place_of_flags(run, student, digest) for run in runs)
        found = next((place for place in places if place.is_file()), None)
        flags += found.read_text("utf-8").splitlines() if found else []
    return flags


def flagged(found: Found, submitted: Path, student: str) -> Found:
    """What was found in a student's folder, with the flags of its notebooks.

    Parameters
    ----------
    found
    submitted
        The folder with the students' folders.
    student
    """
    digests = map(fingerprint, found.notebooks.values())
    flags = flags_of_intake(submitted / FOLDER, student, digests)
    return replace(found, flags=(*found.flags, *flags)) if flags else found
