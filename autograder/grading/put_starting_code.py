"""Put broken code into the cells that ask for a repair, and into the one that keeps a copy."""

from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor

from autograder.grading.preprocessor_types import Processed, Resources
from autograder.truth import starting_code


class StartFromBrokenCode(NbGraderPreprocessor):
    """Fill the answer cells that ask for a repair with the code to be repaired.

    The cell that keeps the suspects as they were given gets them as well.

    Runs after ``ClearSolutions`` and before the checksums are computed, so that untouched cells are
    recognised, and before ``SaveCells``, so that the gradebook has the same text.
    """

    def preprocess_cell(
        self, cell: NotebookNode, resources: Resources, cell_index: int
    ) -> Processed:
        name = cell.metadata.get("nbgrader", {}).get("grade_id")
        if name in (*starting_code.NAMES, starting_code.ORIGINALS):
            cell.source = starting_code.source(name)
        return cell, resources
