"""If this fails, students lose points because their process was not left alone."""

import os
import signal
from contextlib import contextmanager

import pytest

from autograder.box.limits import Limits
from autograder.box.preflight import proven_warden
from autograder.grading import submission
from autograder.grading.submission import Cell, Job, KilledFromOutside, run
from autograder.questions import find
from autograder.truth.bugs import FIXED_DRAW
from autograder.truth.planting import rename
from autograder.truth.standard_form import STANDARD
from autograder.truth.starting_code import suspect
from tests.box.inside import tree
from tests.repairs import repaired

POINTS = f"{find('forward_propagation').points:g}"
ANSWER = "def forward_propagation(x, theta):\n    return x * theta"
JOB = Job(
    (Cell(ANSWER, ""), Cell("", "forward_propagation"), Cell("print('last')", "")), {}, 7, "what",
    Limits(),
)  # fmt: skip


@pytest.fixture
def killing(monkeypatch):
    """Kill the process of a submission this many times, while its question is asked."""

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
def test_a_submission_that_is_killed_from_outside_is_run_again(killing, whom):
    """The kernel does so when memory is short, which is not the student's fault."""
    expected = run(JOB, proven_warden())
    killing(1, whom)
    assert run(JOB, proven_warden()) == expected
    said = expected.cells[1].outputs[0].text
    assert said.startswith(f"forward_propagation: {POINTS} of {POINTS} points")


class Killed:
    """A warden whose children are always killed from outside."""

    was_killed, was_held_up, ended = True, False, ""

    def __init__(self):
        self.children = 0

    @contextmanager
    def child(self, limits):
        self.children += 1
        yield self

    def place(self, files):
        pass


def test_twice_is_often_enough():
    warden = Killed()
    with pytest.raises(KilledFromOutside, match="killed from outside, twice"):
        run(Job((), {}, 7, "what", Limits()), warden)
    assert warden.children == 2


def test_a_submission_that_is_killed_every_time_has_no_result(killing):
    killing(9, "child")
    with pytest.raises(KilledFromOutside, match="too little memory"):
        run(JOB, proven_warden())


@pytest.mark.parametrize("code", [
    "import os; os._exit(0)", "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
    "import os, signal; os.kill(os.getpid(), signal.SIGTERM)", "import os; os.abort()",
])  # fmt: skip
def test_a_submission_that_ends_itself_is_not_run_again(code):
    """It is run once, and its remaining cells are not run."""
    job = Job((Cell(code, ""), Cell("", "forward_propagation")), {}, 7, "what", Limits())
    found, _ = run(job, proven_warden())
    assert f"0 of {POINTS} points" in found[1].outputs[0].text


NAME = "suspect_a"
GIVEN, REPAIRED = suspect(NAME, FIXED_DRAW[NAME]), repaired(NAME, FIXED_DRAW[NAME])
UNTOUCHED, NO_FUNCTION = "still as it was given to you", "must be a function, defined by `def"
INDENTED = REPAIRED.replace("\n", "\n    ")


@pytest.mark.parametrize(("cells", "says"), [
    ([REPAIRED], ""),
    ([f"%%time\n{REPAIRED}"], ""),
    ([f"%matplotlib inline\n!true\n{REPAIRED}"], ""),
    ([f"    {INDENTED}"], ""),
    ([GIVEN, REPAIRED], ""),
    ([REPAIRED, "scratch = suspect_a", "def g(suspect_a): pass", "[suspect_a for _ in 'a']"], ""),
    ([f"def helper(x):\n    return x\n\n{REPAIRED}"], ""),
    ([REPAIRED, "def backward(*a): pass", "globals()['suspect_a'] = backward"], ""),
    ([GIVEN], UNTOUCHED),
    ([REPAIRED, GIVEN], UNTOUCHED),
    ([GIVEN, STANDARD, "suspect_a.__code__ = backward.__code__"], UNTOUCHED),
    ([GIVEN, STANDARD, "globals()['suspect_a'] = backward"], UNTOUCHED),
    ([GIVEN, STANDARD, "exec('suspect_a = backward')"], UNTOUCHED),
    ([GIVEN, STANDARD, "suspect_a = backward"], NO_FUNCTION),
    ([GIVEN, STANDARD.replace("backward", "suspect_b"), "import os as suspect_a"], NO_FUNCTION),
    ([GIVEN, STANDARD, f"{NAME} = lambda *a: backward(*a)"], NO_FUNCTION),
    ([STANDARD, f"class {NAME}(dict):\n    def __init__(self, *a): pass"], NO_FUNCTION),
    ([STANDARD, f"exec('{NAME} = backward')"], NO_FUNCTION),
    ([rename(STANDARD, NAME)], "differs from the code that you were given in"),
    ([STANDARD, GIVEN.replace("return gradients", "return backward(X, Y, cache)")], "NameError"),
    ([f"{GIVEN}(\n"], "is not defined as a function: a cell stopped at"),
    ([REPAIRED, f"del {NAME}"], ""),
    ([], "is not defined"),
])  # fmt: skip
def test_a_repair_is_read_in_the_notebook_and_asked_by_itself(cells, says):
    """Whatever else has its name, or what its process says it is."""
    more = [Cell(REPAIRED, ""), Cell("", "")]  # too late
    ran = [Cell("import numpy as np", ""), *(Cell(text, "") for text in cells)]
    job = Job((*ran, Cell("", NAME), *more), FIXED_DRAW, 7, "what", Limits())
    found, _ = run(job, proven_warden())
    said = found[len(ran)].outputs[0].text
    most = f"{find(NAME).points:g}"
    assert said.startswith(f"{NAME}: {0 if says else most} of {most} points"), said
    assert says in said


def test_questions_of_texts_are_asked_before_anything_has_run():
    """A hook that the student's code leaves behind can't answer for a text that is wrong."""
    hook = f"""
import sys
{STANDARD}
def answer(frame, event, value):
    if event == "return" and frame.f_code.co_name == "{NAME}":
        value.update(backward(*[frame.f_locals[name] for name in ("X", "Y", "cache")]))

sys.setprofile(answer)"""
    changed = GIVEN.replace("X.shape[1]", "len(X[0])")
    cells = [Cell("import numpy as np", ""), Cell(hook, ""), Cell(changed, ""), Cell("", NAME)]
    found, _ = run(Job(tuple(cells), FIXED_DRAW, 7, "what", Limits()), proven_warden())
    assert found[-1].outputs[0].text.startswith(f"{NAME}: 0 of 3 points")


def test_a_text_without_end_costs_its_own_points_only():
    """Whatever it does to its process: the cells run in another one then."""
    rest = [Cell("import numpy as np", ""), Cell("print('ran')", "")]
    for endless in ("while True:\n        m = 1", "m = [0] * 10**11", "m = 10 ** 10 ** 10"):
        text = GIVEN.replace("m = X.shape[1]", endless, 1)
        cells = [*rest, Cell(text, ""), Cell("", NAME), Cell("print('still here')", "")]
        limits = Limits(call_seconds=1, grace_seconds=1)
        found, _ = run(Job(tuple(cells), FIXED_DRAW, 7, "what", limits), proven_warden())
        assert found[3].outputs[0].text.startswith(f"{NAME}: 0 of 3 points")
        assert [found[1].outputs[0].text, found[4].outputs[0].text] == ["ran\n", "still here\n"]
