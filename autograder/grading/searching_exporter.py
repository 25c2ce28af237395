"""Let nbgrader grade notebooks that lie in a student's folder under other names, or in archives.

It grades files with the names of the released notebooks, and looks for them before it calls any
preprocessor or hook. Its exporter is made right after that.
"""

import glob
import os
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.converters import Autograde
from traitlets.log import get_logger

from autograder.grading.errors import in_one_line
from autograder.grading.extra_files import is_elsewhere
from autograder.grading.find_notebook import ASK_AGAIN, find_notebooks
from autograder.grading.reading import SubmissionExporter


class SearchingExporter(SubmissionExporter):
    """`c.Autograde.exporter_class`: searches students' folders before they are graded.

    What is found is copied to the name that was asked for. What was submitted stays, and a later
    search finds it instead of the copy.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        if isinstance(self.parent, Autograde) and self.parent.coursedir.notebook_id == "*":
            _search(self.parent)


def _search(converter: Autograde) -> None:
    """Add what is found to the notebooks that nbgrader is about to grade."""
    coursedir = converter.coursedir
    assignment = coursedir.assignment_id
    released = Path(coursedir.format_path(coursedir.release_directory, ".", assignment))
    paths = sorted(released.glob("*.ipynb"))
    pattern = coursedir.format_path(coursedir.submitted_directory, coursedir.student_id, assignment)
    for folder in map(Path, sorted(glob.glob(pattern))):
        asked = [folder / path.name for path in paths]
        if not folder.is_dir() or is_elsewhere(folder) or any(map(os.path.lexists, asked)):
            continue
        try:
            releases = {path.stem: nbformat.read(path, as_version=4) for path in paths}
            found = find_notebooks(folder, str(folder), assignment, releases)
            for name, content in found.notebooks.items():
                (folder / f"{name}.ipynb").write_bytes(content)
        except Exception as error:  # one folder must not stop the others
            get_logger().error(in_one_line(error, str(folder), ASK_AGAIN))
            continue
        if found.why:
            get_logger().error(found.why)
        for sentence in found.flags:
            get_logger().warning("%s: %s", folder, sentence)
        if found.notebooks:
            names = [str(folder / f"{name}.ipynb") for name in found.notebooks]
            converter.assignments[str(folder)] = names
