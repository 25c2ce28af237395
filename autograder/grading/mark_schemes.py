"""Show the person who reads an answer its mark scheme, on the Formgrader's page below the answer.

nbgrader puts mark schemes back only into its task cells. Those of manually graded answers stand in
the source beside the model answer, and nowhere else: the release, the gradebook and the graded
notebooks don't have them, so no student can get or write one. A page reads the source whenever it
is opened, and shows the newest scheme without a release or another grading.
"""

import re
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import ClearMarkScheme, ClearSolutions, NbGraderPreprocessor
from nbgrader.utils import is_grade, is_solution
from traitlets import List

from autograder.grading.errors import first_line
from autograder.grading.preprocessor_types import Processed, Resources
from autograder.grading.safe_pages import BELOW, highlighted, rendered

# With classes of Bootstrap that the page has and a student's HTML can't have.
BOX = """<div class="panel panel-warning mark-scheme">
<div class="panel-heading"><strong>Mark scheme</strong> (students don't see this)</div>
<div class="panel-body">{scheme}
<details><summary style="display: list-item; cursor: pointer">Model answer</summary>
{answer}</details></div>
</div>"""
COMMENT = re.compile(r"^[ \t]*# ?", re.MULTILINE)


class ShowMarkSchemes(NbGraderPreprocessor):
    """Put the mark schemes of the source below the answers on a page of the Formgrader."""

    # The exporter sets this for its preprocessors, and warns where it is unknown.
    display_data_priority: List[Any] = List().tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: Resources) -> Processed:
        # Feedback has the same settings, but only the Formgrader says which submission it shows.
        if "submission_id" in resources:
            resources[BELOW] = self._boxes(self._source(resources))
        return nb, resources

    def _source(self, resources: Resources) -> Path:
        """The source of the graded notebook that is shown, in the same course folder."""
        course = CourseDirectory(config=self.config)
        assignment, shown = resources["assignment_id"], resources["metadata"]["path"]
        inside = course.directory_structure.format(
            nbgrader_step=course.autograded_directory,
            student_id=resources["student"],
            assignment_id=assignment,
        )
        # The Formgrader can open another course than the one in whose folder Jupyter was started.
        if shown != inside and shown.endswith(inside):
            course.root = str(Path(shown.removesuffix(inside)))
        folder = course.format_path(course.source_directory, ".", assignment)
        return Path(folder, f"{resources['notebook_id']}.ipynb")

    def _boxes(self, source: Path) -> dict[str, str]:
        """{cell: HTML} of the manually graded cells with a mark scheme."""
        if not source.is_file():
            return {}
        try:
            cells = nbformat.read(source, as_version=4).cells
        except Exception as error:  # While it is edited, answers can be read all the same.
            self.log.warning("No mark schemes: %s can't be read: %s", source, first_line(error))
            return {}
        boxes = {}
        for cell in (each for each in cells if is_grade(each) and is_solution(each)):
            scheme, answer = self._divided(cell.source)
            if scheme.strip():
                boxes[cell.metadata.nbgrader.grade_id] = _box(cell, scheme, answer)
        return boxes

    def _divided(self, source: str) -> tuple[str, str]:
        """The mark scheme and the model answer of a cell, without the lines that divide them."""
        marks, solution = ClearMarkScheme(parent=self), ClearSolutions(parent=self)
        begin, end = marks.begin_mark_scheme_delimeter, marks.end_mark_scheme_delimeter
        others = (solution.begin_solution_delimeter, solution.end_solution_delimeter)
        parts: dict[bool, list[str]] = {True: [], False: []}
        inside = False
        for line in source.split("\n"):
            if begin in line or end in line:
                inside = begin in line
            elif not any(each in line for each in others):
                parts[inside].append(line)
        return "\n".join(parts[True]), "\n".join(parts[False])


def _box(cell: NotebookNode, scheme: str, answer: str) -> str:
    pictures: dict[str, Any] = cell.get("attachments", {})
    if cell.cell_type == "code":
        scheme, answer = COMMENT.sub("", scheme), highlighted(answer)
    else:
        answer = rendered(answer, pictures, {})
    return BOX.format(scheme=rendered(scheme, pictures, {}), answer=answer)
