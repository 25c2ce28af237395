"""If this fails, a cell shows something different from Jupyter, or an answer is wrong."""

import base64
import math
import signal
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from autograder.box.child import Child
from autograder.box.limits import Limits
from autograder.box.shell import NO_INPUT
from autograder.box.warden import Warden
from tests.box.inside import LONG, SOON, ask, errors, nothing, result, run, says, text, value


@pytest.fixture
def child(warden: Warden) -> Iterator[Child]:
    with warden.child() as child:
        yield child


@pytest.fixture
def forking(with_namespaces: Warden) -> Iterator[Child]:
    """A child that may start processes."""
    with with_namespaces.child() as child:
        yield child


class TestOutputs:
    def test_what_a_cell_prints(self, child: Child) -> None:
        events = run(child, "import sys\nprint('J =', 0.5)\nprint('odd', file=sys.stderr)")
        assert text(events) == "J = 0.5\n"
        assert text(events, "stderr") == "odd\n"

    def test_a_letter_that_is_written_in_pieces(self, child: Child) -> None:
        """Output that bypasses Python, and more of it than one read returns."""
        line = "." + 9999 * "é"
        events = run(child, f"import os\nfor _ in range(20):\n  os.write(1, {line!r}.encode())")
        assert text(events) == 20 * line

    def test_text_keeps_its_order_among_displays(self, child: Child) -> None:
        events = run(child, "print(1)\ndisplay(2)\nprint(3)\n4")
        assert [event[0] for event in events] == ["stream", "display", "stream", "result"]

    def test_the_value_of_the_last_expression(self, child: Child) -> None:
        assert result(run(child, "import numpy as np\nnp.arange(3)")) == "array([0, 1, 2])"
        assert run(child, "3;") == []
        assert run(child, "None") == []

    def test_an_error_has_a_name_a_text_and_a_traceback(self, child: Child) -> None:
        (event,) = child.run("def f(): return {}['W4']\nf()")
        assert event[:3] == ("error", "KeyError", "'W4'")
        assert "KeyError" in event[3][-1]
        assert any("Cell" in line and "In[1]" in line for line in event[3])

    def test_cells_go_on_after_an_error(self, child: Child) -> None:
        child.run("a = 1\n1 / 0\na = 2")
        assert says(child, "print(a)") == "1"

    @pytest.mark.parametrize(
        ("source", "name"),
        [("def f(:", "SyntaxError"), ("return 1", "SyntaxError"), ("  1\n 2", "IndentationError")],
    )
    def test_a_cell_that_is_no_python(self, child: Child, source: str, name: str) -> None:
        (event,) = child.run(source)
        assert event[1] == name

    def test_a_display_is_updated_under_its_name(self, child: Child) -> None:
        events = run(child, "d = display(1, display_id='bar')\nd.update(2)\ndisplay(3)")
        assert [(event[0], event[1]["text/plain"], event[-1]) for event in events] == [
            ("display", "1", "bar"), ("update", "2", "bar"), ("display", "3", None),
        ]  # fmt: skip

    def test_clear_output(self, child: Child) -> None:
        events = run(child, "import IPython.display as d\nprint(1)\nd.clear_output(True)")
        assert events == [("stream", "stdout", "1\n"), ("clear", True)]

    def test_a_bundle_is_published_as_in_jupyter(self, child: Child) -> None:
        """The third argument is deprecated there, and accepted."""
        events = run(child, "get_ipython().display_pub.publish({'text/plain': 'x'}, {}, 'me')")
        assert events == [("display", {"text/plain": "x"}, {}, None)]

    def test_a_figure_is_a_picture(self, child: Child) -> None:
        for source in ("plt.plot([1, 2])\nplt.show()", "plt.plot([1, 2]);"):
            events = run(child, f"import matplotlib.pyplot as plt\n{source}")
            (shown,) = [event for event in events if event[0] == "display"]
            assert base64.b64decode(shown[1]["image/png"]).startswith(b"\x89PNG")
            assert "Figure" in shown[1]["text/plain"]

    def test_rich_displays_are_text(self, child: Child) -> None:
        source = """
from IPython.display import HTML, JSON
class Odd:
    def _repr_mimebundle_(self, include=None, exclude=None):
        return {"text/plain": 3, "image/png": b"png", "application/json": {1: (2, None)}}
display(HTML("<b>"), Odd())
"""
        html, odd = run(child, source)
        assert html[1]["text/html"] == "<b>"
        assert odd[1] == {
            "text/plain": "3", "image/png": "cG5n", "application/json": {"1": [2, None]},
        }  # fmt: skip

    def test_warnings_go_to_stderr(self, child: Child) -> None:
        events = run(child, "import warnings\nwarnings.warn('odd')\nimport numpy as np\nnp.log(0)")
        assert "UserWarning: odd" in text(events, "stderr")
        assert "RuntimeWarning: divide by zero" in text(events, "stderr")

    def test_a_warning_is_shown_in_every_notebook(self, warden: Warden) -> None:
        """A warning is shown even if another child has already shown it."""
        for _ in range(2):
            with warden.child() as child:
                events = run(child, "import numpy as np\nnp.log(0)")
                assert "divide by zero" in text(events, "stderr")

    def test_text_written_past_python_is_shown_too(self, child: Child) -> None:
        source = """
import ctypes, os
os.write(1, b"one\\n"), os.write(2, b"two\\n")
ctypes.CDLL(None).puts(b"three")
ctypes.CDLL(None).fflush(None);
"""
        events = run(child, source)
        assert (text(events), text(events, "stderr")) == ("one\nthree\n", "two\n")

    def test_threads_print(self, child: Child) -> None:
        source = """
import threading
threads = [threading.Thread(target=print, args=(k,)) for k in range(8)]
[each.start() for each in threads], [each.join() for each in threads];
"""
        assert sorted(says(child, source).split()) == list("01234567")

    @pytest.mark.parametrize(
        "odd",
        [
            "sys.stdout = None",
            "sys.stdout = 3",
            "del sys.stdout",
            "sys.stdout = sys.stderr = None",
            "sys.stdout = open('log', 'w'); print('log'); sys.stdout.close()",
            "sys.stdout = io.StringIO(); sys.stdout.close()",
            "sys.stdout.close()",
            "sys.stderr = None\n1 / 0",
        ],
    )
    def test_whatever_becomes_of_stdout_later_cells_have_one(self, child: Child, odd: str) -> None:
        child.run(f"import sys, io\n{odd}")
        events = child.run("print('still')\n3")
        assert (text(events), result(events)) == ("still\n", "3")

    def test_text_is_shown_in_the_cell_that_printed_it(self, child: Child) -> None:
        events = child.run("import sys, io\nprint('mine')\nsys.stdout = io.StringIO()")
        assert text(events) == "mine\n"


class TestMagic:
    def test_times(self, child: Child) -> None:
        events = run(child, "%%time\nx = sum(range(10))\nx")
        assert "Wall time" in text(events)
        assert result(events) == "45"
        assert "per loop" in says(child, "%timeit -n 2 -r 2 1 + 1")

    def test_writefile_and_import(self, child: Child) -> None:
        assert says(child, "%%writefile helpers.py\nslope = 3") == "Writing helpers.py"
        assert result(run(child, "import helpers\nhelpers.slope")) == "3"
        assert says(child, "%run helpers.py\nprint(slope)") == "3"

    def test_earlier_cells_and_values(self, child: Child) -> None:
        run(child, "40 + 2")
        assert result(run(child, "_ + _1, In[1], Out")) == "(84, '40 + 2', {1: 42})"

    def test_history_is_this_notebook_s(self, child: Child) -> None:
        run(child, "secret = 1")
        assert says(child, "%history") == "secret = 1\n%history"

    def test_top_level_await(self, child: Child) -> None:
        source = "import asyncio\nawait asyncio.sleep(0.01)\n{}"
        assert [result(run(child, source.format(k))) for k in (1, 2)] == ["1", "2"]

    @pytest.mark.parametrize(
        "ask_for",
        [
            "input('Z: ')",
            "import getpass\ngetpass.getpass()",
            "import getpass, sys\ngetpass.getpass('Z: ', sys.stderr)",
        ],
    )
    def test_nobody_can_be_asked(self, child: Child, ask_for: str) -> None:
        assert errors(child.run(ask_for)) == [("StdinNotImplementedError", NO_INPUT)]
        assert result(child.run("3")) == "3"

    @pytest.mark.parametrize("end", ["exit()", "quit()", "exit", "import sys\nsys.exit(1)"])
    def test_exit_ends_nothing_that_other_cells_need(self, child: Child, end: str) -> None:
        child.run(end)
        assert (result(child.run("3")), child.ended) == ("3", "")

    def test_commands(self, forking: Child) -> None:
        assert says(forking, "%%bash\necho one\necho two") == "one\ntwo"
        assert says(forking, "!echo {1 + 2} '$'") == "3 $"
        assert says(forking, "!echo $HOME") == "/submission"
        assert result(run(forking, "x = !printf 'a\\nb\\n'\nx")) == "['a', 'b']"
        assert says(forking, "!exit 3\nprint(_exit_code)") == "3"

    def test_other_programs(self, forking: Child) -> None:
        source = "import os, subprocess\nos.system('echo one')\nsubprocess.run(['echo', 'two']);"
        assert says(forking, source) == "one\ntwo"
        source = "import subprocess\nprint(subprocess.check_output(['cat'], input=b'x'))"
        assert says(forking, source) == "b'x'"

    def test_processes_of_python(self, forking: Child) -> None:
        source = """
%%writefile square.py
def square(x): return x * x
"""
        run(forking, source.lstrip())
        source = """
import multiprocessing, square
with multiprocessing.get_context("fork").Pool(2) as pool:
    print(pool.map(square.square, [1, 2, 3]))
"""
        assert says(forking, source) == "[1, 4, 9]"

    def test_no_commands_where_they_could_outlive_the_notebook(self, with_landlock: Warden) -> None:
        with with_landlock.child() as child:
            assert errors(child.run("!echo one"))[0][0] == "PermissionError"
            assert errors(child.run("import os\nos.fork()"))[0][0] == "PermissionError"
            assert result(child.run("3")) == "3"


class TestPython:
    def test_the_libraries_work(self, child: Child) -> None:
        source = """
import numpy as np, tempfile, pathlib, shutil, socket, threading, concurrent.futures, asyncio
rng = np.random.default_rng(0)
a = rng.normal(size=(200, 200))
np.linalg.svd(a), np.linalg.solve(a, a), np.fft.fft(a)
np.save("a.npy", a); np.savez("b.npz", a=a)
assert (np.load("a.npy") == a).all() and (np.load("b.npz")["a"] == a).all()
np.memmap("a.npy", mode="r")
with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile() as file:
    pathlib.Path(folder, "x").write_text("y"); file.write(b"x")
with concurrent.futures.ThreadPoolExecutor(4) as pool:
    print(sum(pool.map(abs, range(10))))
"""
        assert says(child, source) == "45"

    def test_home_and_temporary_files_are_the_working_folder(self, child: Child) -> None:
        source = """
import os, tempfile
print(len({os.getcwd(), os.environ["HOME"], tempfile.gettempdir()}))
"""
        assert says(child, source) == "1"

    def test_figures_of_all_kinds(self, child: Child) -> None:
        source = """
import matplotlib.pyplot as plt, numpy as np
fig, axes = plt.subplots(1, 3)
axes[0].semilogy([1, 10, 100], label=r"$\\epsilon$"); axes[0].legend()
axes[1].imshow(np.eye(3)); axes[2].hist([1, 2, 2]); fig.suptitle("ü")
fig.savefig("a.png"); fig.savefig("a.pdf"); fig.savefig("a.svg")
"""
        events = run(child, source)
        assert text(events, "stderr") == ""

    def test_a_longer_cell_than_may_be_is_refused_and_no_other(self, child: Child) -> None:
        assert errors(child.run("x = '" + "y" * (2 << 20) + "'"))[0][0] == "TooLong"
        assert result(child.run("3")) == "3"


@pytest.fixture
def hurried(warden: Warden) -> Iterator[Child]:
    """A child that is interrupted soon, and then has all the time that a busy machine needs."""
    with warden.child(replace(SOON, grace_seconds=LONG)) as child:
        yield child


@pytest.fixture
def impatient(warden: Warden) -> Iterator[Child]:
    """A child that is ended soon after it was interrupted."""
    with warden.child(SOON) as child:
        yield child


class TestInterruption:
    @pytest.mark.parametrize(
        "endless",
        [
            "while True: pass",
            "while True:\n  try:\n    while True: pass\n  except KeyboardInterrupt: pass",
            "while True:\n  try:\n    while True: sum(range(9))\n  except BaseException: pass",
            "import time\ntime.sleep(1e6)",
            "import ctypes\nctypes.CDLL(None).usleep(4_000_000_000)",
            "import threading\nthreading.Event().wait()",
            "import time\nwhile True:\n  print('x', flush=True)\n  time.sleep(0.002)",
            "def f():\n  try:\n    while True: pass\n  finally:\n    sum(range(1_000_000))\nf()",
            "import asyncio\nawait asyncio.sleep(1e6)",
            "while True:\n  try:\n    x = int(input())\n    break\n  except: pass",
        ],
        ids=["a loop", "swallows it", "swallows all", "sleeps", "sleeps in C", "waits", "prints",
             "takes its time", "awaits", "asks again"],
    )  # fmt: skip
    def test_a_cell_is_interrupted_and_the_next_one_runs(
        self, hurried: Child, endless: str
    ) -> None:
        shown = errors(hurried.run(endless))
        assert shown[0][0] in ("KeyboardInterrupt", "CancelledError")
        assert len(shown) == 1
        events = hurried.run("print('next')\n3")
        assert (text(events), result(events), errors(events)) == ("next\n", "3", [])

    def test_no_cell_pays_for_the_one_before(self, hurried: Child) -> None:
        """An interruption that arrives a moment too late has no effect."""
        run(hurried, "import time")
        for late in (0.39, 0.395, 0.4, 0.405, 0.41):
            hurried.run(f"end = time.monotonic() + {late}\nwhile time.monotonic() < end: pass")
            assert result(hurried.run("3")) == "3"

    @pytest.mark.parametrize(
        "deaf",
        [
            "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: pass",
            "import signal\nsignal.pthread_sigmask(signal.SIG_BLOCK, {2})\nwhile True: pass",
            "sum(range(10**13))",
        ],
        ids=["ignores it", "blocks it", "hangs in C"],
    )
    def test_who_does_not_listen_is_ended(self, impatient: Child, deaf: str) -> None:
        run(impatient, "print('before')")
        (event,) = impatient.run(deaf)
        assert event[:2] == ("error", "Ended")
        assert impatient.ended in event[2]
        assert "could not be interrupted" in impatient.ended
        assert impatient.run("print('after')") == []
        assert ask(impatient, "f")["failure"] == f"was not checked: {impatient.ended}"
        assert impatient.value("f")["raised"] == "Ended"

    def test_a_submission_has_an_end(self, warden: Warden) -> None:
        limits = Limits(cell_seconds=LONG, submission_seconds=0.5, grace_seconds=0.2)
        with warden.child(limits) as child:
            assert errors(child.run("while True: pass"))[0][0] == "Ended"
            assert "longer than all of its cells together may" in child.ended

    def test_output_of_an_ended_cell_is_kept(self, warden: Warden) -> None:
        with warden.child(SOON) as child:
            source = "print('mine', flush=True)\nos.write(2, b'last')\nos._exit(0)"
            events = child.run(f"import os\n{source}")
            assert (text(events), text(events, "stderr")) == ("mine\n", "last")
            assert errors(events)[0][0] == "Ended"
            assert child.ended == "it ended its own Python process"


class TestCalls:
    def test_arguments_and_value(self, child: Child) -> None:
        run(child, "import numpy as np\ndef f(a, b, *, c): a['W'] += 1; return a['W'] @ b, c")
        found = ask(child, "f", {"W": np.eye(2)}, np.ones(2), c=2.5)
        np.testing.assert_array_equal(found["value"][0], [3, 3])
        assert found["value"][1] == 2.5
        np.testing.assert_array_equal(found["arguments"][0]["W"], [[2, 1], [1, 2]])
        found = child.call("f", [{"W": np.eye(2)}, np.ones(2)], {"c": 2.5}, {}, nothing)
        assert found["arguments"] == ()

    def test_variables(self, child: Child) -> None:
        run(child, "diagnosis = {'suspect': ('W1', 2)}")
        assert child.value("diagnosis")["value"] == {"suspect": ("W1", 2)}
        assert child.value("other")["failure"] == "is not defined"

    def test_why_a_function_is_missing_is_said_if_a_cell_stopped(self, child: Child) -> None:
        """At an import or its syntax: such a cell has defined nothing of what stands below."""
        child.run("1 / 0\ndef f(): return 1")
        assert ask(child, "f")["failure"] == "is not defined as a function"
        for source, error in (
            ("import nowhere\ndef f(): return 1", "nowhere is not installed where your code is"),
            (
                "from math import sine\ndef f(): return 1",
                "a cell stopped at \"ImportError: cannot import name 'sine'",
            ),
            ("def f(: return 1", 'a cell stopped at "SyntaxError: invalid syntax'),
            ("raise ImportError\ndef f(): return 1", 'a cell stopped at "ImportError"'),
        ):
            child.run(source)
            found = ask(child, "f")
            assert found["raised"] == "NameError"
            assert found["failure"].startswith(f"is not defined as a function: {error}")
        run(child, "def f(): return 1")
        assert value(child, "f") == 1

    def test_what_it_prints_is_not_shown(self, child: Child) -> None:
        run(child, "import os\ndef f(): print('J'); os.write(1, b'past'); return 1")
        assert ask(child, "f")["printed"] == "J\n"
        assert child.run("") == []

    @pytest.mark.parametrize(
        ("body", "raised"),
        [
            ("return 1 / 0", "ZeroDivisionError"),
            ("raise SystemExit", "SystemExit"),
            ("exit()", ""),
            ("raise KeyboardInterrupt", "KeyboardInterrupt"),
            ("return f()", "RecursionError"),
            ("return len", "Unreadable"),
            ("return np.zeros(3_000_000)", "Unreadable"),
            ("return np.zeros((0, 2**33))", "Unreadable"),
            ("return 'x' * (17 << 20)", "Unreadable"),
            ("return np.zeros((1,) * 9)", "Unreadable"),
            ("return 10**5000", "Unreadable"),
            ("return np.array(['a'])", "Unreadable"),
            ("return [0] * 300_000", "Unreadable"),
            ("a = []; a.append(a); return a", "Unreadable"),
            ("raise type('E' * 100_000, (Exception,), {})('x' * (20 << 20))", "E" * 200),
            ("return input()", "StdinNotImplementedError"),
        ],
    )
    def test_a_failure_is_the_answer_and_the_next_question_is_asked(
        self, child: Child, body: str, raised: str
    ) -> None:
        run(child, f"import numpy as np\ndef f(): {body}\ndef g(): return 1")
        found = ask(child, "f")
        assert (found["raised"], bool(found["failure"])) == (raised, bool(raised))
        assert (value(child, "g"), child.ended) == (1, "")

    @pytest.mark.parametrize("depth", range(12, 20))
    def test_lists_inside_lists_are_an_answer_or_unreadable(self, child: Child, depth: int) -> None:
        """Wherever they are: brackets must not make an answer look forged."""
        deep = f"x = 1\nfor _ in range({depth}): x = [x]\n"
        run(child, deep + "def f(a): a.append(x); return x\ndef g(h): return h(x)")
        assert ask(child, "f", [])["raised"] in ("", "Unreadable")
        assert child.value("x")["raised"] in ("", "Unreadable")
        ask(child, "g", lambda found: 1.0)
        assert child.ended == ""

    @pytest.mark.parametrize(
        "odd",
        ["10**2000", "10**400", "'\\ud800'", "len", "{1}", "object()", "np.zeros((0, 2**33))",
         "[0] * 300_000"],
    )  # fmt: skip
    def test_so_are_other_odd_values_for_a_stand_in(self, child: Child, odd: str) -> None:
        run(child, f"import numpy as np\ndef f(g): return g({odd})")
        ask(child, "f", lambda found: 1.0)
        assert child.ended == ""

    def test_a_loop_that_never_ends_is_stopped_and_others_are_asked(self, hurried: Child) -> None:
        run(hurried, "def f():\n  while True: pass\ndef g(): return 1")
        for _ in range(2):
            assert ask(hurried, "f")["raised"] == "TooSlow"
        assert value(hurried, "g") == 1

    def test_so_is_a_loop_that_asks_a_stand_in(self, warden: Warden) -> None:
        """It must not cost the answers to other questions."""
        with warden.child() as child:
            run(child, "def f(cost):\n  while cost(1.0): pass\ndef g(): return 1")
            found = ask(child, "f", lambda x: 1.0)
            assert found["raised"] in ("RuntimeError", "TooSlow")
            assert (value(child, "g"), child.ended) == (1, "")

    def test_one_that_can_t_be_stopped_is_ended(self, impatient: Child) -> None:
        run(impatient, "def f(): sum(range(10**13))")
        found = ask(impatient, "f")
        assert found["raised"] == "Ended"
        assert found["failure"] == f"gave no answer: {impatient.ended}"

    def test_a_question_that_can_t_be_sent_is_the_grader_s_fault(self, child: Child) -> None:
        run(child, "def f(a): return 1")
        with pytest.raises(ValueError, match="set can't be sent"):
            ask(child, "f", {1, 2})
        assert (value(child, "f", 3), child.ended) == (1, "")


class TestStandIns:
    def test_calls_are_counted_where_they_are_answered(self, child: Child) -> None:
        run(child, "def cost(x): return 0\ndef f(g, x, h): return g(x) + h(x) + cost(x) + cost(x)")
        found = ask(child, "f", math.sqrt, 9.0, h=math.exp, replacing={"cost": lambda x: 10 * x,
                                                                    "other": abs})  # fmt: skip
        assert found["value"] == 3 + math.exp(9) + 180
        assert found["calls"] == {0: 1, "h": 1, "cost": 2, "other": 0}
        assert found["arguments"] == (None, 9.0)

    @pytest.mark.parametrize("body", ["cost(1.0)", "1 / 0", "exit(1)", "global cost; del cost"])
    def test_what_was_replaced_is_back_afterwards(self, child: Child, body: str) -> None:
        run(child, f"def cost(x): return 'own'\ndef f(): {body}\ndef g(): return cost(1)")
        ask(child, "f", replacing={"cost": abs, "new": abs})
        assert value(child, "g") == "own"
        assert child.value("new")["raised"] == "NameError"

    def test_a_stand_in_sees_and_gives_copies(self, child: Child) -> None:
        seen: list[np.ndarray] = []
        mine = np.zeros(2)

        def see(a: np.ndarray) -> np.ndarray:
            seen.append(a)
            return mine

        run(child, "import numpy as np\ndef f(g): a = np.ones(2); g(a)[:] = 7; a[:] = 9; g(a)")
        ask(child, "f", see)
        np.testing.assert_array_equal(seen, [[1, 1], [9, 9]])
        np.testing.assert_array_equal(mine, 0)

    @pytest.mark.parametrize("text", ["np.longdouble(1) / 3", "np.float32(1) / 3", "np.float16(3)",
                                      "np.array(2, 'g')", "np.bool_(True)", "np.int8(-3)",
                                      "np.array([0.5], 'e')"])  # fmt: skip
    def test_numbers_of_numpy_are_handed_over_as_they_are_returned(
        self, child: Child, text: str
    ) -> None:
        """As arguments and in replies, also those of a function that was handed over."""
        source = f"""
import numpy as np
x = {text}

def f(): return same(x)
def g(): return apply(lambda a: a, x)
"""
        run(child, source)
        returned = child.value("x")["value"]
        seen: list[Any] = []

        def same(number: Any) -> Any:
            seen.append(number)
            return number[()] if isinstance(number, np.ndarray) else number

        seen.append(value(child, "f", replacing={"same": same}))
        seen.append(value(child, "g", replacing={"apply": lambda f, a: same(f(same(a)))}))
        assert len(seen) == 5
        for found in seen:
            np.testing.assert_array_equal(found, returned)
            assert np.asarray(found).dtype == np.asarray(returned).dtype

    def test_a_stand_in_may_be_handed_a_function(self, child: Child) -> None:
        run(child, "def f(): return slope(lambda t: 3 * t, 2.0)")
        found = ask(child, "f", replacing={"slope": lambda f, t: f(t + 1) - f(t)})
        assert (found["value"], found["calls"]) == (3.0, {"slope": 1})

    def test_functions_call_functions_that_call_functions(self, child: Child) -> None:
        run(child, "def f(): return outer(lambda x: inner(lambda y: y + 1, x), 1.0)")
        replacing = {"outer": lambda f, x: f(x) * 2, "inner": lambda f, x: f(x) * 10}
        found = ask(child, "f", replacing=replacing)
        assert (found["value"], found["calls"]) == (40.0, {"outer": 1, "inner": 1})

    def test_a_stand_in_may_be_handed_a_stand_in(self, child: Child) -> None:
        run(child, "def f(g): return apply(g, 9.0)")
        found = ask(child, "f", math.sqrt, replacing={"apply": lambda f, x: f(x)})
        assert found["value"] == 3.0

    def test_what_a_handed_over_function_raises_is_the_student_s_own(self, child: Child) -> None:
        source = """
class Mine(Exception):
    pass

def bad(x):
    raise Mine("odd")

def f():
    try:
        return apply(bad, 1.0)
    except Mine as mine:
        return str(mine)

def g():
    return apply(bad, 1.0)
"""
        run(child, source)
        replacing = {"apply": lambda f, x: f(x)}
        assert ask(child, "f", replacing=replacing)["value"] == "odd"
        assert ask(child, "g", replacing=replacing)["failure"] == (
            'raised Mine in your line `raise Mine("odd")`: odd'
        )

    @pytest.mark.parametrize("error", ["NotImplementedError", "ValueError(' ')"])
    def test_what_has_no_text_does_not_end_in_a_colon(self, child: Child, error: str) -> None:
        run(child, f"def f():\n    raise {error}")
        kind = error.partition("(")[0]
        assert ask(child, "f")["failure"] == f"raised {kind} in your line `raise {error}`"

    @pytest.mark.parametrize("error", [ValueError, KeyError, ZeroDivisionError, TypeError])
    def test_what_a_stand_in_raises_keeps_its_type(self, child: Child, error: type) -> None:
        def picky(x: Any) -> Any:
            raise error("other shapes")

        name = error.__name__
        run(child, f"def f(g):\n  try: g(1.0)\n  except {name}: return 'caught'\ndef h(g): g(1.0)")
        assert value(child, "f", picky) == "caught"
        assert ask(child, "h", picky)["raised"] == name

    def test_an_error_that_python_has_no_name_for_is_a_runtime_error(self, child: Child) -> None:
        def picky(x: Any) -> Any:
            raise type("Odd", (Exception,), {})("mine")

        run(child, "def f(g): g(1.0)")
        assert ask(child, "f", picky)["failure"] == (
            "raised RuntimeError in your line `def f(g): g(1.0)`: mine"
        )

    def test_threads_may_call_it(self, child: Child) -> None:
        source = """
from concurrent.futures import ThreadPoolExecutor
def f(g):
    with ThreadPoolExecutor(4) as pool:
        return list(pool.map(g, [float(k) for k in range(20)]))
"""
        run(child, source)
        found = ask(child, "f", lambda x: x * x)
        assert found["value"] == [k * k for k in range(20)]
        assert found["calls"] == {0: 20}

    def test_another_process_may_not(self, forking: Child) -> None:
        source = """
import os
def f(g):
    read, write = os.pipe()
    if os.fork() == 0:
        try: g(1.0)
        except RuntimeError as error: os.write(write, str(error).encode())
        finally: os._exit(0)
    os.wait()
    return os.read(read, 200).decode(), g(2.0)
"""
        run(forking, source)
        found = ask(forking, "f", lambda x: x)
        assert "can only be called in the notebook's own process" in found["value"][0]
        assert (found["value"][1], found["calls"]) == (2.0, {0: 1})

    def test_it_is_not_answered_once_the_call_is_over(self, child: Child) -> None:
        asked: list[float] = []

        def one(x: float) -> float:
            asked.append(x)
            return 1.0

        run(child, "def keep(g):\n  global kept\n  kept = g\ndef again(): return kept(1.0)")
        ask(child, "keep", one)
        found = ask(child, "again")
        assert asked == []
        assert found["value"] is None

    def test_nor_is_it_in_a_cell(self, child: Child) -> None:
        asked: list[float] = []

        def one(x: float) -> float:
            asked.append(x)
            return 1.0

        run(child, "def keep(g):\n  global kept\n  kept = g")
        ask(child, "keep", one)
        child.run("kept(1.0)")
        assert asked == []

    def test_a_function_that_is_nobody_s_answer_runs_inside(self, child: Child) -> None:
        def as_text(function: Callable[..., Any]) -> Any:
            return "def cubic(t, a, d):\n    return np.asarray(a * t**3 + d)", "cubic", constants

        run(child, "def f(g, x): return [float(g(x)), float(g(t=x))], type(g).__name__")
        constants = {"a": 1.0, "d": 1.0}
        found = child.call("f", [abs, 2.0], {}, {}, as_text)
        assert found["value"] == ([9.0, 9.0], "function")
        assert found["calls"] == {0: 2}

    def test_replies_may_travel_ahead(self, child: Child) -> None:
        """Only unforeseen arguments are asked about, and arguments in another form."""
        asked = []

        def cost(X: Any, parameters: Any) -> Any:
            asked.append(parameters["W"])
            return float(X.sum() + parameters["W"].sum()), None

        X, foreseen = np.ones((2, 3)), [np.full((2, 1), each) for each in (1.0, 2.0)]
        calls = [(X, {"W": W}) for W in foreseen]
        run(
            child,
            """
            import numpy as np
            def f(cost, X):
                asked = [cost(X, {"W": np.ones((2, 1)) * each})[0] for each in (1, 2, 3)]
                return [*asked, cost(X, parameters={"W": np.ones((2, 1))})[0]]
        """,
        )
        found = child.call("f", [cost, X], {}, {}, lambda function: calls)
        assert found["value"] == [8.0, 10.0, 12.0, 8.0]
        assert [float(W[0, 0]) for W in asked] == [1.0, 2.0, 3.0, 1.0]  # the first two: ahead
        assert found["calls"] == {0: 2}

    def test_their_order_does_not_tell_whose_they_are(self, child: Child) -> None:
        def cost(x: Any) -> Any:
            return x

        calls = [(float(each),) for each in range(40)]
        run(
            child,
            """
            def f(cost):
                cells = [each.cell_contents for each in cost.__closure__]
                (known,) = [each for each in cells if isinstance(each, dict)]
                return list(known.values())
        """,
        )
        found = child.call("f", [cost], {}, {}, lambda function: calls)["value"]
        assert sorted(found) == [each for (each,) in calls] != found

    def test_the_grader_s_own_signals_and_threads_are_left_alone(self, child: Child) -> None:
        before = signal.getsignal(signal.SIGALRM), signal.getsignal(signal.SIGINT)
        run(child, "def f(g): return g(1.0)")
        found = []
        thread = threading.Thread(target=lambda: found.append(ask(child, "f", abs)["value"]))
        thread.start()
        thread.join()
        assert found == [1.0]
        assert (signal.getsignal(signal.SIGALRM), signal.getsignal(signal.SIGINT)) == before


class TestLetters:
    """Several calls in one message are answered like calls in messages of their own."""

    def test_each_call_has_its_own_answer_stand_ins_and_counts(self, child: Child) -> None:
        run(
            child,
            """
            def cost(x): return -x
            def f(x, times, g=abs):
                print("called")
                x[0] = times
                return sum(cost(x[0]) for _ in range(times)) + g(0.5)
        """,
        )
        x = np.zeros(2)
        calls: list[Any] = [
            ([x, 1], {}, {"cost": abs}),
            ([x, 2], {"g": float}, {"cost": abs}),
            ([x], {}, {}),
            ([x, 3], {}, {"cost": float}),
            ([x, 1], {}, {}),
        ]
        found = child.call_each("f", calls, nothing, watching=True)
        assert [each["value"] for each in found] == [1.5, 4.5, None, 9.5, -0.5]
        assert [each["raised"] for each in found] == ["", "", "TypeError", "", ""]
        counts: list[Any] = [{"cost": 1}, {"g": 1, "cost": 2}, {}, {"cost": 3}, {}]
        assert [each["calls"] for each in found] == counts
        assert [each["arguments"][0].tolist()[0] for each in found] == [1, 2, 0, 3, 1]
        assert x[0] == 0
        assert value(child, "f", np.zeros(1), 1) == -0.5

    def test_what_is_sent_as_text_is_sent_once_and_counted_by_call(self, child: Child) -> None:
        def as_text(function: Callable[..., Any]) -> Any:
            sent.append(function)
            return "def double(x):\n    return 2 * x", "double", {}

        sent: list[Any] = []
        run(child, "def f(g, n): return [g(each) for each in range(n)]")
        found = child.call_each("f", [([abs, n], {}, {}) for n in range(3)], as_text)
        assert [each["value"] for each in found] == [[], [0], [0, 2]]
        assert [each["calls"] for each in found] == [{0: 0}, {0: 1}, {0: 2}]
        assert sent == [abs]

    def test_after_one_that_never_ends_the_rest_is_not_called(self, impatient: Child) -> None:
        run(
            impatient,
            """
            called = []
            def f(x):
                called.append(x)
                while x == 2:
                    pass
                return x
        """,
        )
        found = impatient.call_each("f", [([x], {}, {}) for x in range(5)], nothing)
        assert [each["value"] for each in found] == [0, 1, None, None, None]
        assert [each["raised"] for each in found] == ["", "", *["TooSlow"] * 3]
        assert impatient.value("called")["value"] == [0, 1, 2]

    def test_one_that_ends_the_process_leaves_the_answers_before_it(self, child: Child) -> None:
        run(
            child,
            """
            import os
            def f(x):
                if x == 2: os._exit(0)
                return x
        """,
        )
        found = child.call_each("f", [([x], {}, {}) for x in range(4)], nothing)
        assert [each["value"] for each in found] == [0, 1, None, None]
        assert [each["failure"].partition(":")[0] for each in found[2:]] == [
            "gave no answer",
            "was not checked",
        ]

    def test_handlers_that_a_call_has_changed_are_set_again(self, impatient: Child) -> None:
        run(
            impatient,
            """
            import signal
            def f(x):
                while x == 1:
                    pass
                signal.signal(signal.SIGALRM, signal.SIG_IGN)
                return x
        """,
        )
        found = impatient.call_each("f", [([x], {}, {}) for x in range(2)], nothing)
        assert [each["raised"] for each in found] == ["", "TooSlow"]
