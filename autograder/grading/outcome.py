"""What becomes of the outputs of a test cell before nbgrader reads its score from them."""

from nbgrader import utils
from nbgrader.preprocessors import NbGraderPreprocessor

from autograder.questions import GraderFailed


class WarningsCostNothing(NbGraderPreprocessor):
    """Show what a test cell wrote to stderr without letting it cost the marks.

    nbgrader gives 0 for a test cell with anything on stderr, so that one numpy warning in right
    code would lose every point.
    """

    def preprocess_cell(self, cell, resources, cell_index):
        if cell.cell_type == "code" and utils.is_grade(cell):
            for output in cell.outputs:
                if output.output_type == "stream" and output.name == "stderr":
                    output.name = "stdout"
        return cell, resources


class GraderFailures(NbGraderPreprocessor):
    """Refuse to record a score where the grader failed, and not the student's code.

    Raises
    ------
    GraderFailed
        With what the question reported; nbgrader then leaves this submission ungraded and goes on
        with the next.
    """

    def preprocess_cell(self, cell, resources, cell_index):
        if cell.cell_type == "code" and utils.is_grade(cell):
            for output in cell.outputs:
                if output.output_type == "error" and output.ename == GraderFailed.__name__:
                    raise GraderFailed(output.evalue)
        return cell, resources
