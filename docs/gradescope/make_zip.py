"""Pack an assignment for Gradescope: `python docs/gradescope/make_zip.py one_dimension`.

Run it in the folder of the course. It packs what grading needs: no submissions and no gradebook,
but the codes of personal copies, if there are any. Keep the zip file as you keep the secret in it.
"""

import argparse
import os
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from autograder.grading.course_secret import SECRET, made_if_missing
from autograder.version import PACKAGE_FOLDER

SCRIPTS = Path(__file__).parent
PROJECT = PACKAGE_FOLDER.parent


def files(course: Path, assignment: str) -> Iterator[tuple[str, Path]]:
    """The files that grading needs, by their names in the zip file."""
    yield from ((name, SCRIPTS / name) for name in ("setup.sh", "run_autograder"))
    for name in ("pyproject.toml", "requirements.lock", "README.md"):
        yield name, PROJECT / name
    for path in sorted(PACKAGE_FOLDER.rglob("*.py")):
        yield str(path.relative_to(PROJECT)), path
    for folder in ("source", "release"):
        for path in sorted((course / folder / assignment).rglob("*")):
            if path.is_file() and ".ipynb_checkpoints" not in path.parts:
                yield str(path.relative_to(course)), path
    codes = course / "personal" / assignment / "codes.csv"
    for path in (course / "nbgrader_config.py", course / SECRET, codes):
        if path.is_file():
            yield str(path.relative_to(course)), path


def main() -> None:
    """Write gradescope-<assignment>.zip."""
    asked = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    asked.add_argument("assignment")
    assignment = asked.parse_args().assignment
    course = Path.cwd()
    if not (course / "source" / assignment / f"{assignment}.ipynb").is_file():
        asked.error(f"there is no source/{assignment}/{assignment}.ipynb in this folder")
    made_if_missing(course)
    target = course / f"gradescope-{assignment}.zip"
    with (
        os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file,
        ZipFile(file, "w", ZIP_DEFLATED) as packed,
    ):
        for name, path in files(course, assignment):
            entry = ZipInfo(name)
            entry.external_attr = (0o100644 | (path.stat().st_mode & 0o111)) << 16
            packed.writestr(entry, path.read_bytes(), ZIP_DEFLATED)
    print(f"{target.name} is packed. It has the course's secret in it: show it to nobody.")


if __name__ == "__main__":
    main()
