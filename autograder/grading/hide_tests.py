"""Keep hidden tests and mark schemes out of the students' feedback.

The graded notebook contains them again, because nbgrader puts them back before it grades. The
Formgrader shows them to the instructor; feedback must not show them.
"""

from typing import Any

from nbformat import NotebookNode
from nbgrader.preprocessors import ClearHiddenTests, ClearMarkScheme
from traitlets import List

from autograder.grading.preprocessor_types import Processed, Resources

INSTEAD = {"code": "# hidden test", "markdown": "*(for the grader)*"}


class HideWhatIsHidden(ClearHiddenTests, ClearMarkScheme):
    """Replace each hidden test and mark scheme by one line.

    It inherits from nbgrader's two preprocessors for their settings: the delimiters are those of
    `c.ClearHiddenTests` and `c.ClearMarkScheme`. They raise an exception for a block that isn't
    closed, because they check what an instructor wrote; here it extends to the end of its cell.
    """

    # nbconvert's HTMLExporter sets this for its preprocessors, and warns where it is unknown.
    display_data_priority: List[Any] = List().tag(config=True)

    def preprocess_cell(
        self, cell: NotebookNode, resources: Resources, cell_index: int
    ) -> Processed:
        ends = {
            self.begin_test_delimeter: self.end_test_delimeter,
            self.begin_mark_scheme_delimeter: self.end_mark_scheme_delimeter,
        }
        if not any(begin in cell.source for begin in ends):
            return cell, resources
        shown, end = [], None
        for line in cell.source.split("\n"):
            begun = [close for begin, close in ends.items() if begin in line]
            if end is not None:
                end = None if end in line else end
            elif begun:
                end = begun[0]
                indent = line[: len(line) - len(line.lstrip())]
                shown.append(indent + INSTEAD.get(cell.cell_type, ""))
            else:
                shown.append(line)
        cell.source = "\n".join(shown)
        return cell, resources
