"""The course: wires nbgrader to this repository's package.

Every nbgrader command and the Formgrader read this file when they start in this folder.
"""

import os
import sys
from pathlib import Path

try:
    from nbconvert.preprocessors import CSSHTMLHeaderPreprocessor
    from nbgrader import preprocessors as stock

    from autograder.grading import extra_files, showing
    from autograder.grading.badge import OpenInColab
    from autograder.grading.execute import TrustedExecute
    from autograder.grading.masking import HideWhatIsHidden
    from autograder.grading.outputs import AllowedOutputs
    from autograder.grading.rebuild import Rebuild
    from autograder.grading.released import RefuseSilentChanges
    from autograder.grading.scores import ForgetEarlierScores
    from autograder.grading.starting_code import StartFromBrokenCode
except ImportError as error:
    # nbgrader would only note it, and go on as if this file were not there: without walls.
    remedy = "run `make .venv`, and use the commands in .venv/bin"
    raise SystemExit(f"nbgrader_config.py: {error}: {remedy}") from None

# nbgrader calls `alembic` by name when it creates the gradebook, and the kernel calls `python`;
# both are beside this Python, whether or not its environment has been activated.
os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])

c = get_config()  # noqa: F821  (nbgrader provides it)

c.CourseDirectory.course_id = "gradient_checking"

# Where the Open-in-Colab badges point: the owner/name of the public repository with release/.
c.OpenInColab.repository = "owner/repository"

# An unfinished answer returns nothing, so that Run All reaches the end.
c.ClearSolutions.code_stub = {"python": "pass  # your code here"}
c.ClearSolutions.text_stub = "*Your answer:*"

# Source to release. Our steps stand before the first ComputeChecksums, because the badge and the
# broken code belong to what is released; RefuseSilentChanges before SaveCells, which writes.
c.GenerateAssignment.preprocessors = [
    stock.IncludeHeaderFooter,
    stock.LockCells,
    stock.ClearSolutions,
    StartFromBrokenCode,
    OpenInColab,
    stock.ClearOutput,
    stock.CheckCellMetadata,
    stock.ComputeChecksums,
    RefuseSilentChanges,
    stock.SaveCells,
    stock.ClearHiddenTests,
    stock.ClearMarkScheme,
    stock.ComputeChecksums,
    stock.CheckCellMetadata,
]

# Submitted to clean. Rebuild comes before all that read cells: they meet the release's own only,
# whose flags it has checked.
c.Autograde.sanitize_preprocessors = [
    ForgetEarlierScores,
    extra_files.RefuseLinks,
    extra_files.CarryTime,
    Rebuild,
    stock.ClearOutput,
    stock.DeduplicateIds,
    stock.OverwriteKernelspec,
    stock.OverwriteCells,
]

# Clean to graded. TrustedExecute runs the code behind walls and writes the score down outside.
c.Autograde.autograde_preprocessors = [
    TrustedExecute,
    AllowedOutputs,
    stock.LimitOutput,
    stock.SaveAutoGrades,
    stock.AssignLatePenalties,
]

# A loop that never ends is stopped after 5 seconds by the visible checks and after 10 by each
# question; this is the limit of a whole cell, and of a whole submission.
c.TrustedExecute.timeout = 60
c.TrustedExecute.submission_timeout = 300

# What feedback says of wrong gradients: "none" (that they are wrong), "where" (which one first) or
# "what" (what they look like, and a hint).
c.TrustedExecute.help = "what"

# An assignment is one notebook: nothing beside it is copied, least of all what a link points to.
c.CourseDirectory.ignore.extend(extra_files.beside_notebooks(Path(__file__).parent))
c.Autograde.pre_convert_hook = extra_files.before_reading

# Graded to feedback: for students, so without hidden tests and mark schemes.
c.GenerateFeedback.preprocessors = [
    HideWhatIsHidden,
    extra_files.CarryTime,
    stock.GetGrades,
    CSSHTMLHeaderPreprocessor,
]

# What a page of feedback and the Formgrader make of whatever a student wrote or displayed. Both
# read this section, the Formgrader when Jupyter is started in this folder.
c.HTMLExporter.preprocessors = [showing.SafeToShow]
c.HTMLExporter.filters = showing.FILTERS
c.HTMLExporter.sanitize_html = True
