"""What becomes of the outputs of a test cell before nbgrader reads its score from them."""

from nbgrader import utils
from nbgrader.preprocessors import NbGraderPreprocessor

from autograder.questions import GraderFailed

ASKS = "from autograder import ask"


class NoVerdict(Exception):
    """A test cell asked its question and shows no verdict: something got between the two."""


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


class OnlyVerdicts(NbGraderPreprocessor):
    """Refuse to record a score that no question gave.

    nbgrader takes a test cell without any result, and one whose result is text or negative, for
    full marks. After either exception it leaves this submission ungraded and goes on with the
    next.

    Raises
    ------
    GraderFailed
        The grader failed, and not the student's code; with what the question reported.
    NoVerdict
        A cell that asks a question does not end with points.
    """

    def preprocess_cell(self, cell, resources, cell_index):
        if cell.cell_type == "code" and utils.is_grade(cell) and ASKS in cell.source:
            _check(cell)
        return cell, resources


def _check(cell):
    shown = [each for each in cell.outputs if each.output_type in ("error", "execute_result")]
    for output in shown:
        if output.output_type == "error" and output.ename == GraderFailed.__name__:
            raise GraderFailed(output.evalue)
    errors = any(each.output_type == "error" for each in shown)
    scores = [_points(each) for each in shown if each.output_type == "execute_result"]
    wrong = [each for each in scores if not 0 <= each <= cell.metadata.nbgrader["points"]]
    if wrong or not (errors or scores):
        raise NoVerdict(f"{cell.metadata.nbgrader['grade_id']} shows no verdict")


def _points(output):
    try:
        return float(output.data.get("text/plain", "nan"))
    except (TypeError, ValueError):
        return float("nan")
