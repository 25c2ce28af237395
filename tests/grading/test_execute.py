"""If this fails, the box shows other outputs than Jupyter, or grades wrongly."""

import copy
import pickle
import re
from tempfile import TemporaryDirectory

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from nbgrader.preprocessors import ClearHiddenTests, Execute
from nbgrader.utils import determine_grade
from traitlets.config import Config

from autograder import questions
from autograder.box.limits import Limits
from autograder.box.preflight import proven_warden
from autograder.grading import grade as grading
from autograder.grading.cell_outputs import Outputs
from autograder.grading.errors import CourseError
from autograder.grading.execute import TrustedExecute
from autograder.grading.flags import FLAGS, FORGEABLE
from autograder.grading.grade import SEED, NoQuestion
from autograder.grading.verdicts import VERDICT
from autograder.grading.waiving import is_test
from autograder.questions import questions_of
from tests import sample_class
from tests.temporary_course import ROOT

NOTEBOOKS = sorted(
    path
    for pattern in ("source/*/*", "release/*/*", "notebooks/0_*")  # others draw clocks and sliders
    for path in ROOT.glob(f"{pattern}.ipynb")
)
ASSIGNMENT = "one_dimension"


def read(path):
    return nbformat.read(path, as_version=4)


def without_hidden_tests(notebook):
    return ClearHiddenTests().preprocess(copy.deepcopy(notebook), {})[0]


# Outputs.


def in_a_kernel(notebook, folder):
    """Run as nbgrader itself does."""
    found = copy.deepcopy(notebook)
    with TemporaryDirectory() as sockets:  # a free port may be taken by the time it starts
        without_ports = {"transport": "ipc", "ip": f"{sockets}/socket"}
        execute = Execute(config=Config({"KernelManager": without_ports}))
        execute.preprocess(found, {"metadata": {"path": str(folder)}})
    return found


def in_the_box(notebook):
    found, outputs = copy.deepcopy(notebook), Outputs()
    with proven_warden().child(Limits()) as child:
        for cell in found.cells:
            if cell.cell_type == "code":
                cell.outputs = outputs.of_cell(child.run(cell.source))
        assert child.ended == ""
    return found


TIMES = re.compile(r"[\d.]+(e[+-]\d+)? ?(ns|[µμ]s|ms|s|seconds)\b")
ADDRESSES = re.compile(r"0x[0-9a-f]{6,}")
CELLS = re.compile(r"[^\s(]*ipykernel_\d+/\d+\.py|\d+\.py|<ipython-input-[^>]*>")


def normal(text, timed):
    text = CELLS.sub("<cell>", ADDRESSES.sub("0x", text))
    return TIMES.sub("<time>", text) if timed else text


def shown(cell):
    """What a reader of a cell sees, without numbers that the notebook itself measures."""
    timed, found = "time" in cell.source, []
    for output in cell.outputs:
        match output.output_type:
            case "stream":
                if found and found[-1][:2] == ("stream", output.name):
                    found[-1] = ("stream", output.name, found[-1][2] + output.text)
                else:
                    found.append(("stream", output.name, output.text))
            case "error":
                found.append(("error", output.ename, output.evalue))
            case kind:
                found.append((kind, sorted(output.data), output.data.get("text/plain", "")))
    return [(*first, normal(last, timed)) for *first, last in found]


def assert_same_outputs(notebook, folder):
    ours, theirs = (
        [(cell.source, shown(cell)) for cell in found.cells if cell.cell_type == "code"]
        for found in (in_the_box(notebook), in_a_kernel(notebook, folder))
    )
    assert [pair for pair in zip(ours, theirs, strict=True) if pair[0] != pair[1]] == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: str(path.relative_to(ROOT)))
def test_the_outputs_are_those_of_a_kernel(path, tmp_path):
    """Including demonstrations, but without the notebook's own timings."""
    notebook = without_hidden_tests(read(path))
    for cell in notebook.cells:
        # A busy machine must not stop what the notebook draws: a timer of 0 never rings.
        cell.source = cell.source.replace("ITIMER_PROF, seconds)", "ITIMER_PROF, 0)")
    assert_same_outputs(notebook, tmp_path)


ALL_KINDS = [
    "print('one')\n2",
    "import sys\nprint('a')\nprint('b', file=sys.stderr)\nprint('c')",
    "1 / 0",
    "def f(:",
    "display(1, 2)\ndisplay({'text/plain': 'x', 'text/html': '<b>'}, raw=True)",
    "d = display(1, display_id='bar')\nd.update(2)",
    "d.update(3);",
    "from IPython.display import HTML, Markdown, Latex, JSON, clear_output\nHTML('<b>')",
    "print(1)\nclear_output(wait=True)\nprint(2)",
    "print(1)\nclear_output()",
    "import numpy as np, matplotlib.pyplot as plt\nplt.plot([1, 2]); plt.title('t')",
    "fig, axes = plt.subplots()\naxes.plot([1])\nplt.show()\nprint('after')",
    "fig",
    "_, _1, Out[1], In[1]",
    "np.arange(2000), np.log(np.zeros(2))",
    "import warnings\nwarnings.warn('odd')",
    "%%time\nsum(range(100))",
    "%timeit -n 1 -r 1 1 + 1",
    "%who_ls",
    "%%writefile helpers.py\nslope = 3",
    "from helpers import slope\nslope",
    "!echo there",
    "x = !echo there\nx",
    "%%bash\necho one\necho two",
    "%%capture kept\nprint('hidden')",
    "kept.stdout",
    "import asyncio\nawait asyncio.sleep(0.01)\n'awaited'",
    "await asyncio.sleep(0.01)\n'again'",
    "import time\nfor k in range(3):\n    print(k); time.sleep(0.01)",
    "import threading\nt = threading.Thread(target=print, args=('thread',))\nt.start(); t.join()",
    "class Odd:\n  def __repr__(self): raise ValueError('odd')\nOdd()",
    "class Rich:\n  def _repr_html_(self): return '<i>'\nRich()",
    "print('no end', end='')",
    "print('é', '\\U0001f600', '\\x1b[1mbold')",
    "?len",
    "def g(): return 3\ng?",
    "input('Z')",
    "3;",
    "assert 1 == 2, 'a hint'",
    "raise SystemExit",
    "f'{np.float64(2)!r}', {'a': [1, (2,)]}, {3, 1, 2}",
    "%%nosuchmagic\n1",
    "%nosuchmagic",
    "import nosuchmodule",
    "sys.exit(1)",
]
DIFFERS = {
    "input('Z')": "nobody is there either, and the message says so in a student's words",
    "!echo there": "a terminal ends its lines with \\r\\n, but there is none here",
    "class Odd:\n  def __repr__(self): raise ValueError('odd')\nOdd()": "nbgrader adds another",
    "%%nosuchmagic\n1": "nbgrader adds an error to the one that is told on stderr",
    "%nosuchmagic": "nbgrader adds an error to the one that is told on stderr",
    "?len": "a pager has no place in a graded notebook",
    "def g(): return 3\ng?": "a pager has no place in a graded notebook",
}


def test_so_are_outputs_of_every_kind(tmp_path):
    cells = [source for source in ALL_KINDS if source not in DIFFERS]
    assert_same_outputs(new_notebook(cells=[*map(new_code_cell, cells)]), tmp_path)


@pytest.mark.parametrize("source", DIFFERS)
def test_what_differs_harms_no_later_cell(source):
    notebook = in_the_box(new_notebook(cells=[new_code_cell(source), new_code_cell("3")]))
    assert shown(notebook.cells[1]) == [("execute_result", ["text/plain"], "3")]


# Verdicts.


@pytest.fixture(scope="module")
def source():
    """A source notebook: correct answers, and the hidden tests that a student never sees."""
    return read(ROOT / "source" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb")


@pytest.fixture
def notebook(source):
    return copy.deepcopy(source)


def grade(notebook, **options):
    """Run and judge; what is graded is the notebook itself."""
    execute = TrustedExecute(**options)
    execute.preprocess(notebook, {"nbgrader": {"assignment": ASSIGNMENT, "student": "ada"}})
    return notebook


def cell_of(notebook, name):
    (found,) = [cell for cell in notebook.cells
                if cell.metadata.get("nbgrader", {}).get("grade_id") == name]  # fmt: skip
    return found


def insert(notebook, before, source):
    cell = new_code_cell(source)
    notebook.cells.insert(notebook.cells.index(cell_of(notebook, before)), cell)
    return cell


def scores(notebook):
    """{question: points} as nbgrader reads them: from the only result, a float as text."""
    found = {}
    for cell in filter(is_test, notebook.cells):
        (result,) = [each for each in cell.outputs if each.output_type == "execute_result"]
        assert list(result.data) == ["text/plain"]
        found[cell.metadata.nbgrader.grade_id.removeprefix("test_")] = float(
            result.data["text/plain"]
        )
    return found


FULL = {name: each.points for name, each in questions_of(ASSIGNMENT).items()}
NOTHING = dict.fromkeys(FULL, 0.0)


def test_correct_answers_get_all_points(notebook):
    graded = grade(notebook)
    assert scores(graded) == FULL
    for cell in filter(is_test, graded.cells):
        stream, result = cell.outputs
        assert re.search(r"\d+ of \d+ points", stream.text)
        assert result.execution_count == cell.execution_count
    nbformat.validate(graded)


def test_the_same_seed_gives_the_same_words(source):
    first = grade(copy.deepcopy(source))
    seed = first.metadata[SEED]
    cell_of(source, "gradient_check")
    second = grade(copy.deepcopy(source), seed=seed)
    other = grade(copy.deepcopy(source), seed=seed + 1)

    def said(notebook):
        return [cell.outputs[0].text for cell in filter(is_test, notebook.cells)]

    assert second.metadata[SEED] == seed
    assert said(first) == said(second) != said(other)
    assert f"seed {seed}" in said(first)[0]


def test_so_do_wrong_answers(notebook):
    """Their messages show numbers of the case."""
    cell_of(
        notebook, "forward_propagation"
    ).source = "def forward_propagation(x, theta):\n    return 1.01 * x * theta"
    texts = []
    for seed in (1, 1, 2):
        graded = grade(copy.deepcopy(notebook), seed=seed)
        texts.append(cell_of(graded, "test_forward_propagation").outputs[0].text)
        assert scores(graded)["forward_propagation"] < FULL["forward_propagation"]
    assert texts[0] == texts[1] != texts[2]


def test_a_class_is_asked_about_the_same_cases_for_a_while(source, monkeypatch):
    clock = [1e6]
    monkeypatch.setattr(grading, "monotonic", lambda: clock[0])
    seeds = []
    for later in (0, 110, 20, 1):  # two minutes
        clock[0] += later
        seeds.append(grade(copy.deepcopy(source)).metadata[SEED])
    assert seeds[0] == seeds[1] != seeds[2] == seeds[3]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda cell: cell.metadata.nbgrader.update(grade_id="test_other"), "does not exist"),
        (lambda cell: cell.metadata.nbgrader.update(grade_id="forward"), "does not exist"),
        (
            lambda cell: cell.metadata.nbgrader.update(grade_id="test_test_error_sweep"),
            "does not exist",
        ),
        (lambda cell: cell.metadata.nbgrader.update(points=99), "gives 99 points"),
        (lambda cell: cell.metadata.nbgrader.update(points=0), "gives 0 points"),
    ],
)
def test_a_test_cell_without_its_question_is_refused(notebook, change, why):
    change(next(filter(is_test, notebook.cells)))
    with pytest.raises(NoQuestion, match=why):
        grade(notebook)


def test_a_test_cell_with_its_own_asserts_runs_whole_and_is_flagged(notebook):
    """Including its hidden tests. Its result is its score; a question scores the next cell."""
    first, second, *_ = filter(is_test, notebook.cells)
    first.source = (
        "### BEGIN HIDDEN TESTS\nseen = 'hidden'\n### END HIDDEN TESTS\nprint(seen)\n0.25"
    )
    name = first.metadata.nbgrader.grade_id = "test_of_somebody_else"
    grade(notebook)
    assert first.outputs[0].text == "hidden\n"
    assert determine_grade(first)[0] == 0.25
    assert notebook.metadata[FLAGS] == [f"{name}: {FORGEABLE}"]
    assert "points" in second.outputs[0].text


def test_a_notebook_for_another_kernel_is_refused(notebook):
    notebook.metadata.kernelspec = {"name": "ir", "language": "R", "display_name": "R"}
    with pytest.raises(CourseError, match="its kernel runs R"):
        grade(notebook)


def test_nothing_is_flagged_where_questions_decide(notebook):
    assert FLAGS not in grade(notebook).metadata


def test_a_demonstration_is_not_run(notebook):
    shown_once = insert(notebook, "forward_propagation", "print('ran')\n1 / 0")
    shown_once.metadata["tags"] = ["demonstration"]
    shown_once.outputs = Outputs().of_cell([("stream", "stdout", "before")])
    grade(notebook)
    assert (shown_once.outputs, shown_once.execution_count) == ([], None)
    for cell in notebook.cells:
        if "demonstration" in cell.metadata.get("tags", ()):
            assert cell.outputs == []


FORGERIES = {
    "prints it": "print('forward_propagation: 100 of 100 points')\n100.0",
    "displays it": "display(100.0)\ndisplay({'text/plain': '100.0'}, raw=True)",
    "updates it": "d = display(1.0, display_id='a'); d.update(100.0)",
    "patches ask": "import sys, types\nm = types.ModuleType('autograder.ask')\n"
    "m.ask = lambda name, seed=None: 100.0\nsys.modules['autograder.ask'] = m",
    "patches results": "import autograder.box.runner as r\n"
    "r.Runner._send_answer = lambda self, a, c: self._send(('answer', 100.0, {}))",
    "sends results": "get_ipython().send(('result', {'text/plain': '100.0'}, {}, 1, None))",
    "sends many": "import os\nfrom autograder.box.wire import frame\n"
    "os.write(3, frame(('show', 'result', {'text/plain': '100.0'}, {}, 1, None)) * 3)",
}


@pytest.mark.parametrize("forgery", FORGERIES.values(), ids=FORGERIES)
def test_a_forged_result_does_not_count(notebook, forgery):
    for cell in notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("solution") and cell.cell_type == "code":
            cell.source = forgery
    insert(notebook, "test_forward_propagation", forgery)
    assert scores(grade(notebook)) == NOTHING


def test_a_test_cell_shows_the_verdict_and_nothing_else(notebook):
    """Whatever the student's code prints, raises or displays in it."""
    source = """
class Loud:
    def __eq__(self, other): print("forged"); display(100.0); raise ValueError
    __lt__ = __gt__ = __sub__ = __rsub__ = __mul__ = __eq__
def forward_propagation(x, theta): print("forged"); display(100.0); return Loud()
"""
    cell_of(notebook, "forward_propagation").source = source
    graded = grade(notebook)
    cell = cell_of(graded, "test_forward_propagation")
    assert [output.output_type for output in cell.outputs] == ["stream", "execute_result"]
    assert "forged" not in str(cell.outputs)
    assert scores(graded)["forward_propagation"] == 0


def test_the_hidden_tests_never_reach_the_child(notebook):
    """Their text is not in the child's cells, frames or memory."""
    words = "ask('secret_word')"
    for cell in filter(is_test, notebook.cells):
        assert "### BEGIN HIDDEN TESTS" in cell.source
        cell.source = cell.source.replace("### END HIDDEN", f"{words}\n### END HIDDEN")
    looks = """
import gc, sys
def texts():
    yield from In
    yield from _ih
    yield from map(str, get_ipython().history_manager.input_hist_raw)
    frame = sys._getframe()
    while frame:
        yield from (str(value) for value in list(frame.f_locals.values()) if type(value) is str)
        frame = frame.f_back
    for each in gc.get_objects():
        if type(each) in (dict, list, tuple):
            inside = each.values() if type(each) is dict else each
            try: yield from [value for value in list(inside) if type(value) is str]
            except Exception: pass
marks = [word[::-1] for word in ("NEDDIH NIGEB", "NEDDIH DNE", "drow_terces", "ksa tropmi")]
print(sorted({text for text in texts() for mark in marks if mark in text and text != mark}))
"""
    last = new_code_cell(looks)
    notebook.cells.append(last)
    between = insert(notebook, "test_gradient_check", looks)
    graded = grade(notebook)
    assert scores(graded) == FULL
    for cell in (last, between):
        assert [output.get("text") for output in cell.outputs] == ["[]\n"]


def test_the_hidden_tests_stay_in_the_graded_notebook(notebook):
    before = [cell.source for cell in notebook.cells]
    assert [cell.source for cell in grade(notebook).cells] == before


def test_a_dead_child_costs_what_comes_after_it(notebook):
    insert(notebook, "test_gradient_check", "import os\nprint('last words', flush=True)\n"
           "os._exit(0)")  # fmt: skip
    graded = grade(notebook)
    found = scores(graded)
    names = list(FULL)
    done = names.index("gradient_check")
    assert [found[name] for name in names] == [
        FULL[name] if names.index(name) < done else 0.0 for name in names
    ]
    why = "it ended its own Python process"
    tests = list(filter(is_test, graded.cells))
    for cell in tests[done:]:
        assert cell.execution_count is None
        assert why in cell.outputs[0].text
    ended = [cell for cell in graded.cells if cell.get("outputs") and
             any(output.get("ename") == "Ended" for output in cell.outputs)]  # fmt: skip
    assert len(ended) == 1
    assert ended[0].outputs[0].text == "last words\n"
    after = graded.cells[graded.cells.index(ended[0]) + 1 :]
    for cell in after:
        if cell.cell_type == "code" and not is_test(cell):
            if "demonstration" in cell.metadata.get("tags", ()):
                continue
            assert [output.ename for output in cell.outputs] == ["NotRun"]
            assert why in cell.outputs[0].evalue
    before = graded.cells[: graded.cells.index(ended[0])]
    assert any(cell.get("outputs") for cell in before if cell.cell_type == "code")
    nbformat.validate(graded)


def test_one_that_dies_in_a_question_keeps_its_earlier_points(notebook):
    source = cell_of(notebook, "gradient_check").source
    cell_of(notebook, "gradient_check").source = (
        f"{source}\nimport os, sys\nvisible = gradient_check\n"
        "def gradient_check(*a, **k):\n"
        "    if not get_ipython().showing and In[-1].startswith('#last'): os._exit(0)\n"
        "    return visible(*a, **k)\n"
    )
    insert(notebook, "test_gradient_check", "old = gradient_check\n"
           "import os\ndef gradient_check(*a, **k): os._exit(0)")  # fmt: skip
    graded = grade(notebook)
    found = scores(graded)
    assert found["forward_propagation"] == FULL["forward_propagation"]
    assert found["gradient_check"] == 0
    assert "it ended its own Python process" in str(cell_of(graded, "test_gradient_check").outputs)


def test_markdown_and_answers_are_left_alone(notebook):
    def seen(nb):
        return [
            (cell.cell_type, cell.source, {k: v for k, v in cell.metadata.items() if k != VERDICT})
            for cell in nb.cells
        ]

    before = seen(notebook)
    assert seen(grade(notebook)) == before


def test_its_limits_can_be_configured():
    limits = TrustedExecute(timeout=3, call_timeout=2, submission_timeout=9, memory=64, disk=2,
                            output=1).rules(ASSIGNMENT).limits  # fmt: skip
    assert limits == Limits(3, 9, 2, memory=64 << 20, disk=2 << 20, output=1 << 20)


def test_hidden_tests_lie_between_the_lines_that_a_course_sets():
    """Otherwise hidden tests would reach the student's code."""
    c = Config()
    c.ClearHiddenTests.begin_test_delimeter, c.ClearHiddenTests.end_test_delimeter = "FROM", "TO"
    rules = TrustedExecute(config=c).rules(ASSIGNMENT)
    assert grading.visible("a = 1\n# FROM\nsecret\n# TO\nb = 2", *rules.hidden) == "a = 1\nb = 2"
    assert pickle.loads(pickle.dumps(rules)) == rules


def test_a_question_that_breaks_records_nothing(notebook, monkeypatch):
    """Otherwise a student would get 0 points for a mistake of the grader."""
    first = next(iter(questions_of(ASSIGNMENT).values()))
    monkeypatch.setattr(type(first), "asks", property(lambda self: None), raising=False)
    with pytest.raises((questions.GraderFailed, TypeError)):
        grade(notebook)


# A whole course, through nbgrader.


def test_what_a_person_gave_by_hand_stays_when_it_is_graded_again(course):
    """The automatic scores are computed again."""
    story = "correct"
    course.submit("ada", ASSIGNMENT, course.answered(ASSIGNMENT, story))
    done = course.nbgrader("autograde", ASSIGNMENT)
    assert done.returncode == 0, done.stderr
    points = sample_class.load(story).points(ASSIGNMENT)
    assert course.points(ASSIGNMENT, "ada") == points
    with course.gradebook() as gradebook:
        submission = gradebook.find_submission_notebook(ASSIGNMENT, ASSIGNMENT, "ada")
        written = [grade for grade in submission.grades if not grade.name.startswith("test_")]
        assert written
        for grade_ in written:
            grade_.manual_score = 0.5
        submission.comments[0].manual_comment = "see me"
        commented = submission.comments[0].name
        gradebook.db.commit()
    done = course.nbgrader("autograde", ASSIGNMENT, "--force")
    assert done.returncode == 0, done.stderr
    assert course.points(ASSIGNMENT, "ada") == points
    with course.gradebook() as gradebook:
        submission = gradebook.find_submission_notebook(ASSIGNMENT, ASSIGNMENT, "ada")
        by_hand = {grade.name: grade.manual_score for grade in submission.grades
                   if not grade.name.startswith("test_")}  # fmt: skip
        assert set(by_hand.values()) == {0.5}
        comments = {comment.name: comment.comment for comment in submission.comments}
        assert comments[commented] == "see me"


def test_the_seed_of_an_earlier_grading_is_replayed_by_nbgrader_too(course):
    course.submit("ada", ASSIGNMENT, course.answered(ASSIGNMENT))
    course.configure("c.TrustedExecute.seed = 12345")
    done = course.nbgrader("autograde", ASSIGNMENT)
    assert done.returncode == 0, done.stderr
    graded = read(course.path("autograded", ASSIGNMENT, "ada"))
    assert graded.metadata[SEED] == 12345
    assert all("seed 12345" in cell.outputs[0].text for cell in filter(is_test, graded.cells))


def test_what_a_course_does_not_set_is_what_the_box_allows_anyway():
    assert TrustedExecute().rules(ASSIGNMENT).limits == Limits()


def test_limits_are_those_that_the_guide_names():
    guide, settings = (ROOT / "docs/operations.md").read_text(), TrustedExecute()
    assert f"scratch folder of {settings.disk} MB" in " ".join(guide.split())
    assert f"| memory | {settings.memory / 1024:g} GB" in guide
    assert f"(`.grader_memory`, {settings.grader_memory} MB)" in guide


def test_a_seed_is_a_number_that_json_and_javascript_keep_whole(monkeypatch):
    seeds = set()
    for _ in range(20):
        monkeypatch.setattr(grading, "_drawn", (0.0, None))
        seeds.add(grading._seed_for_now())
    assert len(seeds) == 20 and 2**40 < max(seeds) < 2**53
