"""If this fails, students lose points because their process was not left alone."""

import os
import signal
from contextlib import contextmanager

import pytest

from autograder.box.limits import Limits
from autograder.box.preflight import proven_warden
from autograder.grading import submission
from autograder.grading.submission import MOST_LEFT_OUT, Cell, Job, KilledFromOutside, run
from autograder.questions import find
from autograder.truth.bugs import FIXED_DRAW
from autograder.truth.planting import rename
from autograder.truth.standard_form import STANDARD
from autograder.truth.starting_code import suspect
from tests.box.inside import parents_of_all, tree
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
                zygote = proven_warden()._process.pid
                leaves = tree(zygote) - {*parents_of_all().values()}
                os.kill(leaves.pop() if whom == "child" else zygote, signal.SIGKILL)
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


FULL = f"forward_propagation: {POINTS} of {POINTS} points"
DIES = "import os; os._exit(1)"


def ran(*cells, **limits):
    """The results of a student's own cells (texts) among an answer and its test."""
    made = [Cell(each, is_own=True) if isinstance(each, str) else each for each in cells]
    return run(Job(tuple(made), {}, 7, "what", Limits(**limits)), proven_warden()).cells


TEST = Cell("", "forward_propagation")


@pytest.mark.parametrize(("code", "why"), [
    (DIES, "it ended its own Python process"),
    ("while True: print('x' * 10_000)", "it produced too much output"),
    ("import signal; signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])\nwhile True: pass",
     "could not be interrupted"),
])  # fmt: skip
def test_an_own_cell_that_ends_the_process_is_left_out(code, why):
    """Otherwise everything after it would be lost."""
    limits = {"output": 1 << 20, "grace_seconds": 0.5}
    if "signal" in code:
        limits["cell_seconds"] = 0.5
    found = ran("helper = 2", code, Cell(ANSWER), TEST, "print(helper)", **limits)
    assert found[3].outputs[0].text.startswith(FULL)
    assert found[4].outputs[0].text == "2\n"
    assert why in found[1].trouble and "without it" in found[1].trouble
    assert [each.trouble for each in found if each is not found[1]] == [""] * 4
    assert (found[1].number, found[1].outputs[0].ename) == (None, "NotRun")
    assert [each.number for each in found] == [1, None, 2, 3, 4]


def test_an_own_cell_that_takes_all_memory_costs_nothing_else():
    """It is ended, or Python refuses it more: that depends on which of the two comes first."""
    hoards = "hoard = [bytearray(1 << 20) for _ in range(10**6)]"
    found = ran("helper = 2", hoards, Cell(ANSWER), TEST, "print(helper)", memory=256 << 20)
    assert found[3].outputs[0].text.startswith(FULL)
    assert found[4].outputs[0].text == "2\n"
    assert "256 MB" in found[1].trouble
    assert [each.trouble for each in found if each is not found[1]] == [""] * 4


@pytest.mark.parametrize(("dying", "is_enough"), [
    (MOST_LEFT_OUT, True), (MOST_LEFT_OUT + 1, False),
])  # fmt: skip
def test_several_are_left_out(dying, is_enough):
    found = ran(*[DIES] * dying, Cell(ANSWER), TEST)
    assert found[-1].outputs[0].text.startswith(FULL) == is_enough
    assert all("ended the run" in each.trouble for each in found[:MOST_LEFT_OUT])


def test_an_answer_that_ends_the_process_is_not_left_out():
    found = ran(Cell(ANSWER), Cell(DIES), TEST)
    assert found[2].outputs[0].text.startswith(f"forward_propagation: 0 of {POINTS}")


def test_it_is_not_run_again_once_its_time_is_over():
    found = ran("import time; time.sleep(0.5)", DIES, Cell(ANSWER), TEST, submission_seconds=0.3)
    assert not found[-1].outputs[0].text.startswith(FULL)


def test_own_cells_have_less_time_than_a_submission():
    """Two minutes of five: see docs/operations.md."""
    assert Limits().own_seconds == 120
    assert Limits().submission_seconds == 300


def test_all_own_cells_together_have_a_time_limit():
    """Each is within the limit of a cell; answers keep their time."""
    found = ran("done = 1", "while True: done += 1", Cell(f"{ANSWER}\nimport time; time.sleep(2)"),
                TEST, "print(done)", own_seconds=2)  # fmt: skip
    first, second, _, test, last = found
    assert first.trouble == ""
    assert second.trouble.startswith("was stopped after")
    assert last.trouble == "was not run, because extra cells may take 2 seconds together"
    assert last.number is None
    assert test.outputs[0].text.startswith(FULL)


@pytest.mark.parametrize(("code", "said"), [
    ("raise MemoryError", "needs more memory"),
    ("import numpy as np; np.ones((10**6, 10**6))", "needs more memory"),
    ("for _ in range(200): print('x' * 10_000)", "shows more than the 1 MB"),
    ("1 / 0", ""), ("exit()", ""), ("quit()", ""), ("raise SystemExit(1)", ""), ("exit", ""),
    ("import sys; sys.exit('text')", ""), ("input()", ""), ("%reset -f", ""), ("import torch", ""),
    ("raise KeyboardInterrupt", ""), ("del forward_propagation", ""),
])  # fmt: skip
def test_what_else_own_cells_do_costs_nothing(code, said):
    found = ran(code, Cell(ANSWER), TEST, code, output=1 << 20)
    assert found[2].outputs[0].text.startswith(FULL)
    assert said in found[0].trouble and bool(found[0].trouble) == bool(said)


@pytest.mark.parametrize("show", [
    "print('x' * 20_000_000)", "display({'text/plain': 'x' * 20_000_000}, raw=True)",
])  # fmt: skip
def test_an_output_that_is_larger_than_a_message_does_not_stop_a_cell(show):
    found = ran(Cell(f"{show}\n{ANSWER}"), TEST)
    assert found[1].outputs[0].text.startswith(FULL)


WRONG = "def forward_propagation(x, theta):\n    return x - theta"


@pytest.mark.parametrize(("first", "second", "is_better"), [
    (WRONG, ANSWER, True), (ANSWER, WRONG, False), (WRONG, WRONG, False), (ANSWER, ANSWER, False),
])  # fmt: skip
def test_of_two_answers_the_better_one_counts(first, second, is_better):
    again = Cell(second, is_own=True, again=("forward_propagation",))
    found = ran(Cell(first), TEST, again)
    assert found[2].better == (("forward_propagation",) if is_better else ())
    assert found[1].outputs[0].text.startswith(FULL) == (ANSWER in (first, second))
    assert found[1].outputs[1].execution_count == 2


@pytest.mark.parametrize("last", ["mask", "loss"])
def test_where_no_check_tells_the_last_answer_counts(last):
    """The better one would be a second guess."""
    texts = [
        f'diagnosis = {{"sealed_a": {{"first_wrong": "", "kind": "{kind}"}}}}'
        for kind in ({"mask": "loss", "loss": "mask"}[last], last)
    ]
    again = Cell(texts[1], is_own=True, again=("diagnosis",))
    cells = Cell(texts[0]), Cell("", "diagnosis"), again
    found = run(Job(cells, FIXED_DRAW, 7, "what", Limits()), proven_warden()).cells
    assert found[1].outputs[0].text.startswith(f"diagnosis: {2 if last == 'mask' else 0} of 9")
    assert found[2].better == ("diagnosis",)


NOT_THERE = "not_there is not installed where your code is graded: use numpy instead"


@pytest.mark.parametrize(("cell", "said"), [
    (f"import not_there\n{ANSWER}", f"is not defined as a function: {NOT_THERE}"),
    (f"from not_there.part import x\n{ANSWER}", f"is not defined as a function: {NOT_THERE}"),
    (ANSWER.replace("return", "import not_there\n    return"), NOT_THERE),
    (ANSWER.replace("x *", "nt.x(x) *"), f"name 'nt' is not defined ({NOT_THERE}"),
    (ANSWER.replace("x *", "helper(x) *"), f"name 'helper' is not defined ({NOT_THERE}"),
    (ANSWER.replace("x *", "other(x) *"), "name 'other' is not defined\n"),
])  # fmt: skip
def test_a_package_that_is_not_installed_is_named(cell, said):
    own = "import not_there as nt\n\ndef helper(x):\n    return x"
    assert said in ran(own, Cell(cell), TEST)[2].outputs[0].text
