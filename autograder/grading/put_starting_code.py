"""Put the code of the common release into the cells that a student's bugs decide."""

from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor

from autograder.grading.preprocessor_types import Processed, Resources
from autograder.truth.bugs import FIXED_DRAW
from autograder.truth.starting_code import common, personal


class StartFromBrokenCode(NbGraderPreprocessor):
    """Fill the answer cells that ask for a repair with the code to be repaired.

    The locked cells get the suspects as they were given, and what the sealed ones returned.

    Runs after ``ClearSolutions`` and before the checksums are computed, so that untouched cells are
    recognised, and before ``SaveCells``, so that the gradebook has the same text.
    """

    def preprocess(self, nb: NotebookNode, resources: Resources) -> Processed:
        starts = common() | personal(FIXED_DRAW)
        for cell in nb.cells:
            name = cell.metadata.get("nbgrader", {}).get("grade_id")
            cell.source = starts.get(name, cell.source)
        return nb, resources
