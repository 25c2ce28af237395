"""`c.TrustedExecute`: lets nbgrader grade behind walls, and has the settings of a course."""

import os

from nbformat import NotebookNode
from nbgrader.preprocessors import ClearHiddenTests, NbGraderPreprocessor
from traitlets import Dict, Enum, Float, Integer, List, Unicode

from autograder.box.limits import MEGABYTE, Limits
from autograder.box.preflight import proven_warden
from autograder.grading.extra_files import released_files
from autograder.grading.grade import Rules, grade
from autograder.grading.personal_copies import answer_key
from autograder.grading.preprocessor_types import Processed, Resources
from autograder.questions.verdict import HELP


class TrustedExecute(NbGraderPreprocessor):
    """Replaces nbgrader's ``Execute``, including the hidden tests that would run in it, with
    :func:`autograder.grading.grade.grade`."""

    timeout = Float(60, help="Seconds that a cell may take before it is interrupted.").tag(
        config=True
    )
    call_timeout = Float(10, help="Seconds that an answer to a question may take.").tag(config=True)
    submission_timeout = Float(300, help="Seconds that a submission may take.").tag(config=True)
    memory = Integer(1024, help="Megabytes that all of its processes may use.").tag(config=True)
    disk = Integer(64, help="Megabytes that it may write.").tag(config=True)
    output = Integer(16, help="Megabytes that its cells may show.").tag(config=True)
    grader_memory = Integer(
        2048, help="Megabytes that the grader itself may take over one submission or page."
    ).tag(config=True)
    skip_cells_with_tag = Unicode(
        "demonstration", help="Cells with this tag are not run. They must not define anything."
    ).tag(config=True)
    help = Enum(
        [*HELP], "what", help="What feedback says about wrong gradients: "
        + "; ".join(f"{level} ({words})" for level, words in HELP.items())
    ).tag(config=True)  # fmt: skip
    waived = Dict(
        value_trait=List(Unicode()),
        help="For each assignment, the questions that are not asked: all students get the points.",
    ).tag(config=True)
    seed = Integer(None, allow_none=True, help="Repeats the cases of an earlier grading.").tag(
        config=True
    )

    def rules(self, assignment: str) -> Rules:
        """The settings for an assignment."""
        tests = ClearHiddenTests(parent=self)
        return Rules(
            limits=Limits(
                cell_seconds=self.timeout,
                submission_seconds=self.submission_timeout,
                call_seconds=self.call_timeout,
                memory=self.memory * MEGABYTE,
                disk=self.disk * MEGABYTE,
                output=self.output * MEGABYTE,
            ),
            help=self.help,
            seed=self.seed,
            waived=tuple(self.waived.get(assignment, ())),
            skipped=self.skip_cells_with_tag,
            hidden=(tests.begin_test_delimeter, tests.end_test_delimeter),
            memory=self.grader_memory,
        )

    def preprocess(self, nb: NotebookNode, resources: Resources) -> Processed:
        """See `autograder.grading.grade.grade`, also for the exceptions."""
        assignment, student = (resources["nbgrader"][each] for each in ("assignment", "student"))
        coursedir = self.parent and self.parent.parent.coursedir
        root = coursedir.root if coursedir else ""
        files = released_files(coursedir, assignment) if coursedir else {}
        key, file = answer_key(root, assignment, student), os.path.join(root, "nbgrader_config.py")
        warden = proven_warden(file) if os.path.isfile(file) else proven_warden()
        grade(nb, assignment, key, self.rules(assignment), warden, files)
        return nb, resources
