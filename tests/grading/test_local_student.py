"""If this fails, an answer in this process can affect the grader, or another answer."""

import gc
import signal
import sys
import threading
import time
import warnings

import numpy as np
import pytest

from autograder.grading.execute import TrustedExecute
from autograder.grading.local_student import LocalStudent
from autograder.questions.given import Alone

SECONDS = 0.2
LONG = 5
"""Far more than a call with this limit may take, also on a busy machine."""


def student_of(text="", seconds=10, **names):
    """A student whose notebook contained this text."""
    namespace = {"np": np, **names}
    exec(text, namespace)
    return LocalStudent(namespace, seconds)


def answer_to(body, *arguments, seconds=10, **by_name):
    """The answer of a function f with this body, which takes any arguments."""
    indented = "\n    ".join(body.strip("\n").split("\n"))
    student = student_of(f"def f(*arguments, **by_name):\n    {indented}", seconds)
    return student.call("f", *arguments, watching=True, **by_name)


class TestValue:
    def test_it_is_plain(self):
        assert type(answer_to("return np.float64(2)").value) is float
        assert type(answer_to("return np.ones(2).view(np.recarray)").value) is np.ndarray

    def test_arguments_go_by_position_and_by_name(self):
        student = student_of("def f(a, b, epsilon=1): return [a, b, epsilon]")
        assert student.call("f", 1, 2, epsilon=3).value == [1, 2, 3]

    def test_a_variable_is_read(self):
        student = student_of("diagnosis = {'suspect_a': np.float64(1)}")
        assert student.value("diagnosis").dictionary() == {"suspect_a": 1.0}

    def test_what_does_not_exist_is_reported_missing(self):
        missing = student_of().value("diagnosis")
        assert (missing.raised, missing.failure) == ("NameError", "is not defined")
        odd = student_of("diagnosis = len").value("diagnosis")
        assert odd.raised == "Unreadable"

    def test_what_can_t_be_read_is_unreadable(self):
        round_and_round = student_of("diagnosis = []\ndiagnosis.append(diagnosis)")
        assert round_and_round.value("diagnosis").failure

    @pytest.mark.parametrize("text", ["", "f = 3", "f = None"])
    def test_what_is_not_a_function_is_reported_missing(self, text):
        answer = student_of(text).call("f", 1)
        assert answer.raised == "NameError"
        assert answer.failure == "is not defined as a function"

    def test_whatever_can_be_called_is_called(self):
        text = "class Product:\n    def __call__(self, a, b): return a * b"
        assert student_of(f"{text}\nf = Product()").call("f", 2, 3).value == 6
        assert student_of("f = np.multiply").call("f", 2, 3).value == 6
        assert student_of("f = lambda *a: a[0]").call("f", 2, 3).value == 2


class TestFailure:
    @pytest.mark.parametrize(
        ("body", "raised"),
        [
            ("return 1 / 0", "ZeroDivisionError"),
            ("return undefined", "NameError"),
            ("raise SystemExit", "SystemExit"),
            ("import sys; sys.exit(1)", "SystemExit"),
            ("raise GeneratorExit", "GeneratorExit"),
            ("raise BaseException('odd')", "BaseException"),
            ("import asyncio; raise asyncio.CancelledError", "CancelledError"),
            ("return f()", "RecursionError"),
            ("return len", "Unreadable"),
            ("a = []; a.append(a); return a", "Unreadable"),
            ("return [{2}]", "Unreadable"),
        ],
    )
    def test_whatever_an_answer_raises_is_its_own_failure(self, body, raised):
        answer = answer_to(body)
        assert answer.raised == raised
        assert answer.failure
        assert answer.value is None

    def test_exit_as_a_notebook_has_it(self):
        assert student_of("def f(): exit()", exit=sys.exit).call("f").raised == "SystemExit"

    def test_the_reason_is_told_in_one_line(self):
        answer = answer_to("raise KeyError('W4')")
        assert answer.failure == "raised KeyError: 'W4'"
        assert "\n" not in answer_to("raise ValueError('two\\nlines' * 200)").failure
        assert len(answer_to("raise ValueError('two\\nlines' * 200)").failure) <= 200

    def test_an_exception_that_can_t_be_printed_is_the_answer_s_own_failure(self):
        text = """
class Silent(Exception):
    def __str__(self):
        raise RuntimeError

def f():
    raise Silent
"""
        answer = student_of(text).call("f")
        assert answer.raised == "Silent"
        assert answer.failure.startswith("raised Silent")

    def test_an_interrupt_from_outside_is_passed_on(self):
        with pytest.raises(KeyboardInterrupt):
            answer_to("raise KeyboardInterrupt")

    def test_wrong_arguments_are_the_answer_s_own_failure(self):
        assert student_of("def f(x): return x").call("f", 1, epsilon=1).raised == "TypeError"


class TestStandIn:
    CHECK = "def cost(x): return 0\ndef f(x): return cost(x) + cost(x)"

    def test_it_replaces_and_is_counted(self):
        answer = student_of(self.CHECK).call("f", 3, replacing={"cost": lambda x: 10 * x})
        assert answer.value == 60
        assert answer.calls == {"cost": 2}

    def test_one_that_is_not_called_counts_zero(self):
        replacing = {"cost": abs, "other": abs}
        answer = student_of(self.CHECK).call("f", 3, replacing=replacing)
        assert answer.calls == {"cost": 2, "other": 0}

    @pytest.mark.parametrize("body", ["cost(1)", "raise ValueError", "raise SystemExit"])
    def test_what_it_replaced_is_restored(self, body):
        def own():
            pass

        namespace = {"cost": own}
        exec(f"def f():\n    {body}", namespace)
        LocalStudent(namespace).call("f", replacing={"cost": abs, "new": abs})
        assert namespace["cost"] is own
        assert "new" not in namespace

    def test_it_is_restored_when_the_grader_is_interrupted(self):
        namespace = {"cost": None}
        exec("def f():\n    raise KeyboardInterrupt", namespace)
        with pytest.raises(KeyboardInterrupt):
            LocalStudent(namespace).call("f", replacing={"cost": abs})
        assert namespace["cost"] is None

    def test_it_is_restored_when_the_answer_replaces_or_removes_it(self):
        text = "def cost(): return 1\ndef f():\n    global cost\n    del cost"
        student = student_of(text + "\ndef g(): return cost()")
        student.call("f", replacing={"cost": abs})
        assert student.call("g").value == 1

    def test_a_function_among_the_arguments_is_counted_by_its_position(self):
        student = student_of("def f(g, x, h=None): return g(x) + h(x)")
        answer = student.call("f", abs, -3, h=abs, watching=True)
        assert answer.value == 6
        assert answer.calls == {0: 1, "h": 1}
        assert answer.arguments == (None, -3)
        assert student.call("f", abs, -3, h=abs).arguments == ()

    def test_it_sees_and_gives_copies(self):
        inside, seen = np.zeros(2), []

        def given(array):
            seen.append(array)
            return inside

        answer_to("a = np.ones(2)\ng = arguments[0]\ng(a)[:] = 7\na[:] = 9", given)
        np.testing.assert_array_equal(inside, 0)
        np.testing.assert_array_equal(seen[0], 1)

    def test_it_can_be_given_a_function(self):
        def derivative(f, theta):
            return f(theta) - f(0)

        body = "return slope(lambda t: 3 * t, 2)"
        assert answer_to(body, replacing={"slope": derivative}).value == 6

    def test_what_it_raises_reaches_the_answer(self):
        def picky(x):
            raise ValueError("other shapes")

        body = "try:\n    cost(1)\nexcept ValueError as error:\n    return str(error)"
        assert answer_to(body, replacing={"cost": picky}).value == "other shapes"
        failed = answer_to("return cost(1)", replacing={"cost": picky})
        assert failed.failure == "raised ValueError: other shapes"


class TestArguments:
    def test_they_are_copies(self):
        mine = {"W1": np.zeros((2, 2))}
        answer = answer_to("arguments[0]['W1'][0, 0] = 1", mine)
        np.testing.assert_array_equal(mine["W1"], 0)
        assert answer.arguments[0]["W1"][0, 0] == 1

    def test_they_are_told_as_they_are_afterwards_also_when_it_raised(self):
        answer = answer_to("arguments[0].append(3)\nraise ValueError", [1])
        assert answer.arguments == ([1, 3],)

    @pytest.mark.parametrize("odd", ["arguments", "parameters"])
    def test_something_without_end_put_into_them_is_not_a_failure(self, odd):
        answer = answer_to(
            f"parameters = arguments[0]\nparameters['odd'] = {odd}\nreturn 1", {"W1": np.ones(1)}
        )
        assert (answer.value, answer.failure, answer.arguments) == (1, "", (None,))

    @pytest.mark.parametrize("odd", ["len", "{1, 2}"])
    def test_odd_things_put_into_them_are_not_a_failure(self, odd):
        answer = answer_to(
            f"parameters = arguments[0]\nparameters['odd'] = {odd}\nreturn 1", {"W1": np.ones(1)}
        )
        assert (answer.value, answer.failure) == (1, "")
        (parameters,) = answer.arguments
        assert list(parameters) == ["W1", "odd"] and isinstance(parameters["odd"], str)


class TestSurroundings:
    def test_what_is_printed_is_captured_and_not_shown(self, capsys):
        answer = answer_to("import sys\nprint('J')\nprint('E', file=sys.stderr)\nreturn 1")
        assert answer.printed == "J\n"
        assert capsys.readouterr() == ("", "")

    @pytest.mark.parametrize(
        "body", ["sys.stdout.close()", "sys.stdout = None", "sys.stderr.close()", "del sys.stdout"]
    )
    def test_whatever_happens_to_stdout_it_is_back_afterwards(self, body):
        before = sys.stdout, sys.stderr
        assert answer_to(f"import sys\n{body}\nreturn 1").value == 1
        assert (sys.stdout, sys.stderr) == before

    def test_warnings_are_silent(self):
        body = "import warnings\nwarnings.warn('odd')\nreturn np.log(np.zeros(1))[0]"
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            assert answer_to(body).value == -np.inf

    def test_an_answer_may_turn_warnings_into_errors_for_itself_only(self):
        body = "import warnings\nwarnings.simplefilter('error')\nnp.log(np.zeros(1))"
        assert answer_to(body).raised == "RuntimeWarning"
        assert answer_to("return np.log(np.zeros(1))[0]").value == -np.inf

    def test_an_answer_may_set_what_numpy_does_about_errors_for_itself_only(self):
        before = np.geterr()
        assert answer_to("np.seterr(all='raise')\nnp.float64(1) / 0").raised == "FloatingPointError"
        assert np.geterr() == before

    def test_no_argument_is_kept_alive(self):
        class Large(dict):
            alive = 0

            def __init__(self):
                super().__init__()
                Large.alive += 1

            def __del__(self):
                Large.alive -= 1

        gc.collect()
        gc.disable()
        try:
            student_of("def f(): return 1").call("f", replacing={"g": Large().get})
            assert Large.alive == 0
        finally:
            gc.enable()


LOOPS = {
    "plain": "while True:\n    pass",
    "with a call": "while True:\n    sum(range(10))",
    "waits for a number": "epsilon = 1.0\nwhile epsilon != 0.3:\n    epsilon = epsilon / 2",
    "catches exceptions": """
while True:
    try:
        sum(range(10))
    except Exception:
        pass""",
    "catches everything": """
while True:
    try:
        sum(range(10))
    except:
        pass""",
    "catches everything, and says so": """
while True:
    try:
        while True:
            sum(range(10))
    except BaseException as error:
        print(error)
        continue""",
    "gives up after a while": """
for attempt in range(5):
    try:
        while True:
            sum(range(10))
    except:
        pass
return 1""",
    "raises something else": """
try:
    while True:
        pass
except:
    raise ValueError("odd")""",
    "in a stand-in's argument": "return cost(lambda: [0 for _ in iter(int, 1)])",
}


@pytest.mark.skipif(not hasattr(signal, "SIGALRM"), reason="no SIGALRM on this system")
class TestTimeLimit:
    @pytest.fixture(autouse=True)
    def undisturbed(self):
        """An alarm that rings in a listener to the garbage collector, like Hypothesis, is lost;
        it rings again in a moment, but pytest counts the first one as a failure.
        """
        gc.disable()
        yield
        gc.enable()

    @pytest.mark.parametrize("body", LOOPS.values(), ids=LOOPS)
    def test_a_loop_that_never_ends_is_stopped(self, body):
        start = time.monotonic()
        replacing = {"cost": lambda f: f()}
        answer = answer_to(body, seconds=SECONDS, replacing=replacing)
        assert time.monotonic() - start >= SECONDS
        assert answer.raised == "TooSlow"
        assert "within 0.2 seconds" in answer.failure
        assert answer.value is None

    def test_it_is_asked_only_once(self):
        student = student_of(
            "calls = []\ndef f():\n    calls.append(1)\n    while True: pass", SECONDS
        )
        first, second = student.call("f"), student.call("f")
        assert first == second
        assert student.value("calls").value == [1]

    def test_other_functions_are_asked_still(self):
        student = student_of("def f():\n    while True: pass\ndef g(): return 1", SECONDS)
        student.call("f")
        assert student.call("g").value == 1

    def test_the_alarm_and_its_handler_are_restored(self):
        def mine(*_):
            raise AssertionError("the alarm of a call rang after it")

        before = signal.signal(signal.SIGALRM, mine)
        try:
            for body in ("return 1", "raise ValueError", "while True: pass"):
                answer_to(body, seconds=SECONDS)
                assert signal.getsignal(signal.SIGALRM) is mine
                assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)
        finally:
            signal.signal(signal.SIGALRM, before)

    def test_quick_answers_are_not_held_up(self):
        student = student_of("def f(): return 1", 1e6)
        assert [student.call("f").value for _ in range(100)] == [1] * 100

    def test_it_holds_in_the_main_thread_only_and_elsewhere_does_no_harm(self):
        found = []
        student = student_of("def f(): return 1", SECONDS)
        thread = threading.Thread(target=lambda: found.append(student.call("f")))
        thread.start()
        thread.join()
        assert found[0].value == 1


def test_a_call_takes_as_long_as_behind_walls():
    assert LocalStudent({})._seconds == TrustedExecute().call_timeout == 10


class TestSource:
    def test_it_is_the_text_of_the_function_that_has_the_name(self):
        student = LocalStudent({"f": student_of, "g": TestValue, "h": len, "x": 3})
        assert student.source("f").startswith("def student_of(text=")
        assert student.source("g").startswith("class TestValue:")
        assert [student.source(name) for name in ("h", "x", "missing")] == ["", "", ""]

    def test_it_begins_at_the_margin(self):
        def inside():
            return 1

        text = LocalStudent({"f": inside}).source("f")
        assert text == "def inside():\n    return 1\n"

    def test_a_text_that_is_not_kept_is_not_guessed(self):
        assert student_of("def f(): return 1").source("f") == ""

    def test_a_function_by_itself_sees_numpy_and_nothing_of_the_notebook(self):
        student = student_of("def f(x): return 1\ndef g(x): return 2")
        alone = Alone("f", "def f(x):\n    return np.sum(x) + len(x)")
        assert student.call("f", np.ones(3), replacing={"f": alone}).value == 6
        alone = Alone("f", "def f(x):\n    return g(x)")
        assert student.call("f", 1, replacing={"f": alone}).raised == "NameError"
        assert student.call("f", 1).value == 1


def test_a_student_s_function_is_never_called_on_the_trusted_side():
    with pytest.raises(TypeError, match="is not called on this side"):
        Alone("f", "def f(): pass")()
