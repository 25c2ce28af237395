"""If this fails, students lose points because their process was not left alone."""

import os
import signal

import pytest

from autograder.box.limits import Limits
from autograder.box.preflight import proven_warden
from autograder.grading import submission
from autograder.grading.submission import Cell, Job, KilledFromOutside, run
from autograder.questions import find
from tests.box.inside import tree

POINTS = f"{find('forward_propagation').points:g}"
ANSWER = "def forward_propagation(x, theta):\n    return x * theta"
JOB = Job(
    (Cell(ANSWER, ""), Cell("", "forward_propagation"), Cell("print('last')", "")), {}, 7, "what",
    Limits(),
)  # fmt: skip


@pytest.fixture
def killing(monkeypatch):
    """Has somebody kill whatever runs a submission, so many times, as its question is asked."""

    def kill(times, whom):
        judge, left = submission.judge, [None] * times

        def killed(*arguments):
            if left:
                left.pop()
                zygotes = sorted(tree(proven_warden()._process.pid))
                os.kill(zygotes[-1] if whom == "child" else zygotes[0], signal.SIGKILL)
            return judge(*arguments)

        monkeypatch.setattr(submission, "judge", killed)

    return kill


@pytest.mark.parametrize("whom", ["child", "zygote"])
def test_who_is_killed_from_outside_is_run_again(killing, whom):
    """As the kernel does when memory is short; the student has not deserved that."""
    expected = run(JOB, proven_warden())
    killing(1, whom)
    assert run(JOB, proven_warden()) == expected
    said = expected.cells[1].outputs[0].text
    assert said.startswith(f"forward_propagation: {POINTS} of {POINTS} points")


def test_nothing_is_said_of_who_is_killed_again_and_again(killing):
    killing(9, "child")
    with pytest.raises(KilledFromOutside, match="too little memory"):
        run(JOB, proven_warden())


@pytest.mark.parametrize("code", [
    "import os; os._exit(0)", "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
    "import os, signal; os.kill(os.getpid(), signal.SIGTERM)", "import os; os.abort()",
])  # fmt: skip
def test_who_ends_it_from_inside_is_not(code):
    """Once is enough, and the rest was not run."""
    job = Job((Cell(code, ""), Cell("", "forward_propagation")), {}, 7, "what", Limits())
    found, _ = run(job, proven_warden())
    assert f"0 of {POINTS} points" in found[1].outputs[0].text
