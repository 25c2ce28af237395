"""If this fails, hostile code delays the grader, breaks it, or exceeds its limits."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from autograder.box.child import Child
from autograder.box.events import Event
from autograder.box.limits import MEGABYTE, Limits
from autograder.box.warden import Warden
from autograder.box.wire import LARGEST_FRAME
from tests.box import fuzz
from tests.box.inside import LONG, SOON, ask, errors, result, run, says, text

TOOLS = """
import os, struct, time, threading
import numpy as np
from autograder.box.wire import Function, frame

def send(message):
    rest = frame(message) if not isinstance(message, bytes) else message
    while rest:
        rest = rest[os.write(3, rest):]

def answer(**fields):
    good = {"value": 1.0, "raised": "", "failure": "", "printed": "", "arguments": ()}
    return ("answer", {**good, **fields}, {})
"""

BYTES = {
    "no length": b"\0",
    "half a frame": b"\x10\0\0\0N",
    "a length beyond all": b"\xff\xff\xff\xff",
    "a length just too large": (LARGEST_FRAME + 1).to_bytes(4, "little"),
    "an empty frame": b"\0\0\0\0",
    "no value": b"\1\0\0\0x",
    "two values": b"\2\0\0\0NN",
    "zeros": bytes(1000),
    "noise": np.random.default_rng(0).bytes(5000),
}
MESSAGES = {
    "no tuple": "[]",
    "an empty tuple": "()",
    "a number for a kind": "(1, 2)",
    "an array for a kind": "(np.ones(2), 2)",
    "an empty array for a kind": "(np.ones(0), 2)",
    "a kind that there is not": "('pickle', 'text')",
    "a kind of the other side": "('run', '1 / 0')",
    "a call of the other side": "('call', 'f', [], {}, {}, {}, 1.0)",
    "ran without more": "('ran',)",
    "ran with more": "('ran', 1, 2, 3)",
    "an answer without fields": "('answer',)",
    "an answer that is None": "('answer', None, {})",
    "an answer of a list": "('answer', ['value', 'raised', 'failure', 'printed', 'arguments'], {})",
    "an answer of numbers": "('answer', np.ones((5, 5)), {})",
    "an answer of other fields": "('answer', {'value': 1, 'points': 100.0}, {})",
    "an answer with a field too many": "answer(points=100.0)",
    "an answer that is no text": "answer(failure=3)",
    "an answer with an array of texts": "answer(failure=np.ones(2))",
    "an answer of other arguments": "answer(arguments=[1])",
    "an answer of odd counts": "(*answer()[:2], [1])",
    "an answer of negative counts": "(*answer()[:2], {'0': -5})",
    "an answer of true counts": "(*answer()[:2], {'0': True})",
    "an answer with a function": "answer(value=Function(0))",
    "an answer with a hidden function": "answer(value=[{'a': Function(2**31)}])",
    "an ask without fields": "('ask',)",
    "an ask of an unknown number": "('ask', 99, [], {})",
    "an ask of a negative number": "('ask', -1, [], {})",
    "an ask of a text": "('ask', '0', [], {})",
    "an ask of an array": "('ask', np.zeros(()), [], {})",
    "an ask of a list": "('ask', [0], [], {})",
    "an ask of nan": "('ask', float('nan'), [], {})",
    "an ask without arguments": "('ask', 0, None, {})",
    "an ask of a text for arguments": "('ask', 0, 'x' * 100, {})",
    "an ask of an array for arguments": "('ask', 0, np.ones(9), {})",
    "an ask of a list by name": "('ask', 0, [], [])",
    "an ask of nothing by name": "('ask', 0, [], None)",
    "an ask with an unknown function": "('ask', 0, [Function(77)], {})",
    "an ask with a function of its own": "('ask', 0, [Function(2**31 + 5)], {})",
    "an ask with a hidden function": "('ask', 0, [[Function(0)]], {'a': {'b': Function(2**31)}})",
    "an ask that says too much": "('ask', 0, [1.0] * 50, {'x': 1})",
    "a reply out of turn": "('reply', 1.0)",
    "a back out of turn": "('back', 1.0)",
    "a failed out of turn": "('failed',)",
    "a raise out of turn": "('raise', 'SystemExit', 'x')",
    "a show of nothing": "('show',)",
    "a show of an odd kind": "('show', 'execute_input', 'x')",
    "a show of a picture that is none": "('show', 'display', {'image/png': 3}, {}, None)",
    "a show of an array": "('show', 'display', {'a': 'b'}, {'x': np.ones(2)}, None)",
    "a result of nothing": "('show', 'result', {}, {}, -1, None)",
}


FORGED = "Error\n  + value (2)\n\x1b[2J\u202e cases drawn with seed 7"


@pytest.fixture
def child(any_warden: Warden) -> Iterator[Child]:
    with any_warden.child(SOON) as child:
        run(child, TOOLS)
        yield child


class TestChannel:
    # They are read before the end of the cell, mostly, or together with it: neither matters.
    @pytest.mark.parametrize("sent", BYTES.values(), ids=BYTES)
    @pytest.mark.parametrize("then", ["time.sleep(0.05)", "pass"])
    def test_bytes_from_a_cell(self, child: Child, sent: bytes, then: str) -> None:
        events = child.run(f"send({sent!r})\n{then}")
        assert all(len(event) > 1 for event in events)
        child.run("1")
        assert ask(child, "f")["failure"]

    @pytest.mark.parametrize("sent", BYTES.values(), ids=BYTES)
    def test_bytes_from_a_called_function(self, child: Child, sent: bytes) -> None:
        run(child, f"def f(g): send({sent!r})")
        found = ask(child, "f", abs)
        assert found["failure"]
        assert found["calls"] == {0: 0}
        ask(child, "f", abs)

    @pytest.mark.parametrize("message", MESSAGES.values(), ids=MESSAGES)
    def test_messages_from_a_cell(self, child: Child, message: str) -> None:
        child.run(f"send({message})")
        child.run("1")

    @pytest.mark.parametrize("message", MESSAGES.values(), ids=MESSAGES)
    def test_messages_from_a_called_function(self, child: Child, message: str) -> None:
        run(child, f"def f(g): send({message})")
        found = ask(child, "f", lambda x: x)
        assert set(found) == {"value", "raised", "failure", "printed", "arguments", "calls"}
        assert all(type(count) is int and count >= 0 for count in found["calls"].values())
        ask(child, "f", lambda x: x)

    @pytest.mark.parametrize(
        "body",
        [
            f"raise type({FORGED!r}, (Exception,), {{}})('x')",
            f"send(answer(value=None, failure={FORGED!r} * 99, raised={FORGED!r} * 99))",
        ],
        ids=["a name of an exception", "a message of its own"],
    )
    def test_what_a_verdict_quotes_is_one_short_line(self, child: Child, body: str) -> None:
        """Otherwise it could add a line that says that a part was earned."""
        run(child, f"def f(): {body}")
        found = ask(child, "f")
        for said in (found["raised"], found["failure"]):
            assert "+ value (2)" in said and len(said) <= 200
            assert said.isprintable(), said

    @pytest.mark.parametrize("message", MESSAGES.values(), ids=MESSAGES)
    def test_messages_in_a_callback(self, child: Child, message: str) -> None:
        source = f"def back(x): send({message})\ndef f(g): return g(back)"
        run(child, source)
        found = ask(child, "f", lambda back: back(1.0))
        assert found["failure"] or found["value"] is None or "answer" in message
        ask(child, "f", lambda back: back(1.0))

    def test_noise_of_every_kind(self, any_warden: Warden) -> None:
        """Each case can at most end its child."""
        rng = np.random.default_rng(3)
        for _ in range(40):
            with any_warden.child(SOON) as child:
                sent = b"".join(fuzz.case(rng) for _ in range(3))
                child.run(f"import os\nos.write(3, {len(sent).to_bytes(4, 'little') + sent!r})")
                child.run("1")
                ask(child, "f")

    @pytest.mark.parametrize(
        "bad",
        [
            "os.close(3)",
            "r, w = os.pipe()\nos.dup2(w, 3)",
            "os.dup2(os.open('/dev/null', os.O_RDWR), 3)",
            "import socket\na, b = socket.socketpair()\nos.dup2(a.fileno(), 3)",
            "import socket\nsocket.socket(fileno=os.dup(3)).shutdown(socket.SHUT_RDWR)",
            "import socket\nsocket.socket(fileno=os.dup(3)).shutdown(socket.SHUT_WR)",
            "os.closerange(0, 200)",
            "os.set_blocking(3, False)",
            "threading.Thread(target=os.read, args=(3, 1), daemon=True).start()",
            "threading.Thread(target=os.read, args=(3, 100_000), daemon=True).start()",
        ],
    )
    def test_whatever_becomes_of_the_descriptor(self, child: Child, bad: str) -> None:
        child.run(f"{bad}\nprint('x', flush=True)")
        child.run("1")
        found = ask(child, "f")
        assert found["failure"]

    def test_a_frame_that_comes_byte_by_byte_never_holds_up(self, child: Child) -> None:
        source = """
os.write(3, b"\\0\\0\\1\\0s")
while True:
    time.sleep(0.001)
    os.write(3, b"x")
"""
        child.run(source)

    @pytest.mark.parametrize(
        "message",
        ["('show', 'stream', 'stdout', 'x')", "('show', 'clear', False)", "('ask', 0, [1.0], {})",
         "('show', 'update', {}, {}, 'a')", "('ask', 0, [np.zeros(100_000)], {})"],
    )  # fmt: skip
    def test_messages_without_end(self, child: Child, message: str) -> None:
        source = f"""
def f(g):
    def read():
        while True: os.read(3, 1 << 20)
    threading.Thread(target=read, daemon=True).start()
    sent = frame({message})
    while True:
        try: send(sent)
        except BaseException: pass
"""
        run(child, source)
        assert ask(child, "f", lambda x: x)["raised"] in ("Ended", "TooSlow")

    def test_a_child_that_takes_no_replies(self, child: Child) -> None:
        run(child, "def f(g):\n  while True: send(('ask', 0, [np.zeros(100_000)], {}))")
        assert ask(child, "f", lambda x: x)["raised"] in ("Ended", "TooSlow")

    def test_a_child_that_reads_nothing(self, child: Child) -> None:
        """Sending a question that is too large for the pipe has a time limit."""
        run(child, "def f(a): return 1\ndef g():\n  time.sleep(1e6)")
        child.run("threading.Thread(target=time.sleep, args=(60,)).start()\n"
                  "import ctypes; libc = ctypes.CDLL(None)")  # fmt: skip
        child.run("import signal\nsignal.pthread_sigmask(signal.SIG_BLOCK, {2, 14})\n"
                  "send(('ran', True))\nwhile True: libc.usleep(1000)")  # fmt: skip
        found = ask(child, "f", np.zeros(1_000_000))
        assert found["raised"] == "Ended"

    def test_answers_before_the_question_are_the_student_s_answers(self, child: Child) -> None:
        """They are no better than a guess, and each question gets one answer only."""
        child.run("for k in range(3): send(answer(value=float(k)))")
        assert ask(child, "f")["failure"]

    def test_callbacks_inside_callbacks_have_an_end(self, child: Child) -> None:
        run(child, "def back(x): return kept(back)\n"
                   "def f(g):\n  global kept\n  kept = g\n  return g(back)")  # fmt: skip
        assert ask(child, "f", lambda back: back(1.0))["failure"]


class TestEnd:
    @pytest.mark.parametrize(
        "end",
        [
            "os._exit(0)",
            "os._exit(70)",
            "os.abort()",
            "import ctypes\nctypes.string_at(0)",
            "import ctypes\nctypes.CDLL(None).exit(0)",
            "import signal\nsignal.pthread_kill(threading.get_ident(), signal.SIGSEGV)",
            "import sys\nsys.setrecursionlimit(10**9)\nf = lambda: f()\nf()",
            "import sys\nsys.modules.clear()",
            "import builtins\nbuiltins.__dict__.clear()",
            "import gc\nfor each in gc.get_objects():\n  if isinstance(each, dict): each.clear()",
            "get_ipython().run_cell = None",
            "get_ipython().send = print",
            "import autograder.box.wire as w\nw.frame = lambda value: b'\\xff' * 100",
            "import autograder.box.runner as r\nr.Runner._read = lambda self: 1 / 0",
            "threading.Thread(target=os._exit, args=(0,)).start()\ntime.sleep(1e6)",
        ],
    )
    def test_a_process_that_ends_itself_ends_nobody_else(self, child: Child, end: str) -> None:
        child.run(end)
        child.run("print('next')")
        found = ask(child, "f")
        assert found["failure"]

    @pytest.mark.parametrize("end", ["os._exit(0)", "os.abort()", "send(b'\\xff' * 9)"])
    def test_so_does_one_that_ends_in_a_call(self, child: Child, end: str) -> None:
        run(child, f"def f(g): g(1.0); {end}; time.sleep(1e6)")
        found = ask(child, "f", abs)
        assert (found["raised"], found["calls"]) == ("Ended", {0: 1})
        assert found["failure"] == f"gave no answer: {child.ended}"


def shown_by(child: Child, source: str) -> list[Event]:
    """The outputs of a cell whose child may end; never more than the limit."""
    events = child.run(source)
    assert sum(len(str(event)) for event in events) < 3 * SOON.output
    return events


class TestOutput:
    @pytest.mark.parametrize(
        "flood",
        [
            "while True: print('x' * 1000)",
            "while True: print('x')",
            "while True: print('x', flush=True)",
            "while True: os.write(1, b'x' * 4096)",
            "while True: os.write(2, b'x')",
            "while True: display(1)",
            "while True: display(1, display_id='a')",
            "from IPython.display import clear_output\nwhile True: clear_output()",
        ],
    )
    def test_a_flood_is_stopped_in_time(self, child: Child, flood: str) -> None:
        shown_by(child, flood)

    @pytest.mark.parametrize(
        "giant",
        [
            "print('x' * (40 << 20))",
            "'x' * (40 << 20)",
            "display('x' * (40 << 20))",
            "from IPython.display import HTML\nHTML('x' * (40 << 20))",
            "class A:\n  def __repr__(self): return 'x' * (40 << 20)\nA()",
            "raise ValueError('x' * (40 << 20))",
            "raise type('x' * (40 << 20), (Exception,), {})",
            "exec('def f(k): return f(k + 1)')\nf(0)",
            "class E(Exception):\n  _render_traceback_ = lambda e: ['x' * (40 << 20)] * 3\nraise E",
            "class E(Exception):\n  _render_traceback_ = lambda e: ['x' * 9] * (1 << 20)\nraise E",
            "class E(Exception):\n  def __str__(self): raise E\nraise E",
            "display({'text/plain': 'x', 'a' * (20 << 20): 'x'}, raw=True)",
            "display({'application/json': [0] * 500_000}, raw=True)",
        ],
    )  # fmt: skip
    def test_giants_are_cut_or_left_out(self, any_warden: Warden, giant: str) -> None:
        """Later cells still run, because this one did nothing forbidden."""
        with any_warden.child(patient(memory=1024 * MEGABYTE)) as child:
            shown_by(child, giant)
            assert child.ended == ""
            assert child.value("missing")["raised"] == "NameError"

    def test_what_was_shown_before_a_flood_is_kept(self, child: Child) -> None:
        events = shown_by(child, "print('mine', flush=True)\nwhile True: os.write(1, b'x' * 4096)")
        assert text(events).startswith("mine\n")

    def test_a_flood_in_a_call_is_not_kept(self, child: Child) -> None:
        run(child, "def f():\n  for _ in range(10**6): print('x' * 100)\n  return 1")
        found = ask(child, "f")
        assert len(found["printed"]) < MEGABYTE


class TestMemory:
    def test_one_process(self, warden: Warden) -> None:
        with warden.child(patient()) as child:
            shown = errors(child.run("x = bytearray(300 << 20)"))
            assert shown[0][0] in ("MemoryError", "Ended")
            assert child.ended or result(child.run("3")) == "3"

    def test_a_little_at_a_time(self, warden: Warden) -> None:
        with warden.child(patient()) as child:
            source = "kept = []\nwhile True: kept.append(b'x' * (4 << 20) + b'y')"
            assert errors(child.run(source))[0][0] in ("MemoryError", "Ended")

    def test_half_of_it_may_be_used(self, warden: Warden) -> None:
        with warden.child(patient()) as child:
            assert says(child, "x = b'x' * (128 << 20)\nprint(len(x) >> 20)") == "128"

    FAMILY = """
import os, time
for _ in range({children}):
    if os.fork() == 0:
        {before}
        kept = bytearray(b"x" * ({size} << 20))
        time.sleep(1e6)
        os._exit(0)
time.sleep(1e6)
"""

    def test_a_family_of_processes(self, with_namespaces: Warden) -> None:
        with with_namespaces.child(patient()) as child:
            child.run(self.FAMILY.format(children=4, before="pass", size=100))
            assert child.ended == "it used more than 256 MB of memory"

    def test_orphans_are_of_the_family(self, with_namespaces: Warden) -> None:
        """Including those whose parent still ran at the last measurement."""
        before = """time.sleep(0.3)
        if os.fork(): time.sleep(0.3); os._exit(0)
        time.sleep(0.6)"""
        with with_namespaces.child(patient(memory=600 * MEGABYTE)) as child:
            child.run(self.FAMILY.format(children=3, before=before, size=200))
            assert child.ended == "it used more than 600 MB of memory"

    def test_what_processes_share_is_counted_once(self, with_namespaces: Warden) -> None:
        """Shared pages count once; counted per process, these would be half a gigabyte."""
        source = """
import os
data = b"x" * (100 << 20)
for _ in range(5):
    if os.fork() == 0:
        time.sleep(1e6)
time.sleep(0.5)
print(sum(data[:100]))
"""
        with with_namespaces.child(patient()) as child:
            assert says(child, "import time\n" + source) == "12000"
            assert says(child, "time.sleep(0.5)\nprint('still here')") == "still here"

    def test_a_first_thread_that_has_left_hides_nothing(self, with_namespaces: Warden) -> None:
        before = "left.acquire(); threading.Thread(target=take).start(); left.release(); exit()"
        source = """
import ctypes, functools, os, platform, threading, time
left, number = threading.Lock(), {"x86_64": 60, "aarch64": 93}[platform.machine()]
exit = functools.partial(ctypes.CDLL(None).syscall, number, 0)
def take():
    left.acquire()
    kept = b"x" * (100 << 20)
    time.sleep(1e6)
""" + self.FAMILY.format(children=4, before=before, size=0)
        with with_namespaces.child(patient()) as child:
            child.run(source)
            assert child.ended == "it used more than 256 MB of memory"

    @pytest.mark.parametrize(
        "take",
        [
            "import mmap; mmap.mmap(-1, 1 << 20)",
            "import multiprocessing.shared_memory as s; s.SharedMemory(create=True, size=64 << 20)"
            ".buf[:] = bytes(64 << 20)",
            "os.memfd_create('x')",
            "import ctypes\nif ctypes.CDLL(None).shmget(0, 4096, 0o1600) < 0: raise MemoryError",
            "import ctypes\nif ctypes.CDLL(None).mlockall(3) < 0: raise MemoryError",
        ],
    )
    def test_memory_that_nobody_counts_is_refused(self, warden: Warden, take: str) -> None:
        with warden.child(SOON) as child:
            assert errors(child.run(f"import os\n{take}"))


def patient(**more: Any) -> Limits:
    return Limits(**{**vars(SOON), "cell_seconds": LONG, **more})


class TestDisk:
    def test_one_file(self, warden: Warden) -> None:
        with warden.child(SOON) as child:
            events = child.run("with open('x', 'wb') as file: file.write(bytes(9 << 20))")
            assert errors(events)[0][0] in ("OSError", "Ended")

    def test_many_files(self, warden: Warden) -> None:
        source = """
import time
for k in range(200):
    with open(f"x{k}", "wb") as file: file.write(bytes(512 << 10))
    time.sleep(0.01)
"""
        with warden.child(patient()) as child:
            assert errors(child.run(source))[0][0] in ("OSError", "Ended")

    @pytest.mark.parametrize(
        "make",
        [
            "open(str(k), 'w').close()",
            "os.mkdir(str(k))",
            "os.mkdir('d'); os.chdir('d')",
            "os.symlink('x', str(k))",
            "os.mkdir('d' * 250); os.chdir('d' * 250)",
        ],
    )
    def test_many_entries(self, warden: Warden, make: str) -> None:
        source = f"""
import os, time
for k in range(3000):
    {make}
    if not k % 50: time.sleep(0.01)
time.sleep(1e6)
"""
        with warden.child(patient()) as child:
            assert errors(child.run(source))[0][0] in ("OSError", "Ended")

    def test_a_folder_where_nobody_may_look_hides_nothing(self, with_landlock: Warden) -> None:
        source = """
import os, time
inside = os.open(".", os.O_RDONLY)
os.mkdir("d", 0o300)
for k in range(40):
    with open(f"d/{k}", "wb") as file: file.write(bytes(1 << 20))
    time.sleep(0.02)
"""
        with with_landlock.child(patient()) as child:
            assert errors(child.run(source))[0][0] in ("OSError", "Ended")

    def test_the_next_child_has_all_of_it(self, warden: Warden) -> None:
        for _ in range(3):
            with warden.child(SOON) as child:
                assert says(child, "print(open('x', 'wb').write(bytes(900 << 10)))") == "921600"


class TestNumbers:
    def test_processes(self, with_namespaces: Warden) -> None:
        source = """
import os, time
for made in range(1000):
    try:
        if os.fork() == 0: time.sleep(1e6); os._exit(0)
    except OSError as error:
        print(error.errno, made < 40)
        break
"""
        with with_namespaces.child(patient(memory=8192 * MEGABYTE)) as child:
            assert says(child, source) == "11 True"

    def test_a_fork_bomb(self, with_namespaces: Warden) -> None:
        source = "import os\nwhile True:\n  try: os.fork()\n  except OSError: pass"
        with with_namespaces.child(SOON) as child:
            child.run(source)
        with with_namespaces.child(SOON) as child:
            assert result(child.run("3")) == "3"

    def test_threads(self, warden: Warden) -> None:
        source = """
import threading, time
threading.stack_size(64 << 10)
made = 0
try:
    while made < 20_000:
        threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
        made += 1
except RuntimeError:
    print(made < 5000)
"""
        with warden.child(patient()) as child:
            if warden.level == "namespaces":  # there the kernel refuses more of them
                assert says(child, source) == "True"
            else:
                child.run(source + "time.sleep(1e6)")
                assert "threads" in child.ended

    def test_descriptors(self, warden: Warden) -> None:
        source = """
import os
kept = []
try:
    while True: kept.append(os.open("/dev/null", os.O_RDONLY))
except OSError as error:
    print(error.errno, len(kept) < 256)
[os.close(each) for each in kept];
"""
        with warden.child(SOON) as child:
            assert says(child, source) == "24 True"

    def test_processor_time_is_limited_too(self, warden: Warden) -> None:
        """The grader ends it and says why; without the grader, the kernel would end it."""
        with warden.child(SOON) as child:
            source = "import resource\nprint(resource.getrlimit(resource.RLIMIT_CPU))"
            assert says(child, source) == str((int(SOON.submission_seconds) + 60,) * 2)

    def test_limits_can_t_be_raised(self, warden: Warden) -> None:
        source = """
import resource
kinds = [each for each in dir(resource) if each.startswith("RLIMIT_")]
for kind in ("AS", "FSIZE", "NOFILE", "CORE", "CPU"):
    number = getattr(resource, "RLIMIT_" + kind)
    try:
        resource.setrlimit(number, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        print(kind, "through")
    except (ValueError, OSError):
        pass
"""
        with warden.child(SOON) as child:
            assert says(child, source) == ""
