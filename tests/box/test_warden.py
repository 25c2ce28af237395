"""If this fails, a submission finds traces of another one, or processes outlive their grader."""

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from autograder.box import warden as warden_module
from autograder.box.limits import Limits
from autograder.box.walls import LANDLOCK, NAMESPACES
from autograder.box.warden import NoWalls, Warden
from tests.box.inside import (
    SOON,
    Wardens,
    ask,
    gone,
    process_of,
    result,
    run,
    says,
    text,
    tree,
    value,
)  # fmt: skip

LEAVES = """
import builtins, gc, os, random, signal, sys, threading, time, types, warnings
import numpy as np
import matplotlib.pyplot as plt

left = 1
builtins.left = 2
os.environ["LEFT"] = "3"
os.umask(0o777)
open("left.py", "w").write("left = 4")
sys.modules["left_module"] = types.ModuleType("left_module")
sys.path.append("/left")
sys.setrecursionlimit(77_777)
sys.setswitchinterval(0.7)
random.seed(1), np.random.seed(1)
np.seterr(all="raise"), np.set_printoptions(precision=2)
warnings.simplefilter("error")
plt.rcParams["lines.linewidth"] = 77
plt.figure()
gc.disable()
for number in (signal.SIGALRM, signal.SIGTERM, signal.SIGUSR1):
    signal.signal(number, signal.SIG_IGN)
signal.setitimer(signal.ITIMER_REAL, 5)
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR2})
threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
get_ipython().run_cell = None
import autograder.box.runner, autograder.box.wire
autograder.box.runner.Runner.serve = None
autograder.box.wire.frame = None
os.makedirs("deep/er")
os.chdir("deep/er")
"""
LOOKS = """
import builtins, gc, os, random, signal, sys, threading, warnings
import numpy as np
import matplotlib.pyplot as plt
found = dict(
    globals="left" in globals(), builtins=hasattr(builtins, "left"),
    environment="LEFT" in os.environ, umask=os.umask(0o22), files=sorted(os.listdir()),
    modules=[name for name in sys.modules if "left" in name], path="/left" in sys.path,
    recursion=sys.getrecursionlimit(), interval=sys.getswitchinterval(), errors=str(np.geterr()),
    digits=np.get_printoptions()["precision"], filters=len(warnings.filters),
    width=plt.rcParams["lines.linewidth"], figures=plt.get_fignums(), gc=gc.isenabled(),
    handlers=[str(signal.getsignal(each)) for each in (14, 15, 10)], alarm=signal.getitimer(0)[0],
    blocked=sorted(signal.pthread_sigmask(signal.SIG_BLOCK, ())), threads=threading.active_count(),
    inputs=In[:-1], outputs=dict(Out), last=globals().get("_"),
)
"""


def looks(warden: Warden) -> Any:
    with warden.child() as child:
        run(child, LOOKS)
        return text(run(child, "print(found)"))


class TestOneAfterTheOther:
    def test_nothing_of_a_child_is_visible_to_the_next(self, warden: Warden) -> None:
        before = looks(warden)
        with warden.child() as child:
            child.run(LEAVES)
        after = looks(warden)
        assert after == before
        assert "'files': []" in after.replace("['shm']", "[]")

    def test_its_files_are_gone(self, with_landlock: Warden) -> None:
        with with_landlock.child() as child:
            folder = Path(says(child, "import os\nos.mkdir('a')\nprint(os.getcwd())"))
            assert folder.is_dir()
            child.run("os.chmod('a', 0)")  # which may end it: what can't be read is too much
        assert not folder.exists()

    def test_names_of_a_cell_are_not_those_of_the_runner(self, warden: Warden) -> None:
        with warden.child() as child:
            assert says(child, "print([n for n in globals() if n[0] != '_'])") == str(
                ["In", "Out", "get_ipython", "exit", "quit", "open"]
            )

    def test_random_numbers_are_fresh(self, warden: Warden) -> None:
        source = """
import random, secrets, uuid, tempfile
import numpy as np
print(random.random(), np.random.rand(), np.random.default_rng().random(), secrets.token_hex(),
      uuid.uuid4(), *np.random.rand(3), random.getrandbits(64))
"""
        seen = []
        for _ in range(3):
            with warden.child() as child:
                seen += says(child, source).split()
        assert len(seen) == len(set(seen)) == 27

    def test_its_processes_are_gone(self, with_namespaces: Warden) -> None:
        source = """
import os, signal, subprocess, time
for _ in range(3):
    if os.fork() == 0:
        os.setsid()
        for number in range(1, 65):
            try: signal.signal(number, signal.SIG_IGN)
            except (OSError, ValueError): pass
        if os.fork() == 0: time.sleep(600)
        time.sleep(600)
subprocess.Popen(["sleep", "600"], start_new_session=True)
time.sleep(0.1)
"""
        with with_namespaces.child() as child:
            run(child, source)
            processes = tree(process_of(child))
            assert len(processes) == 8
        assert gone(processes)

    @pytest.mark.parametrize("level", [NAMESPACES, LANDLOCK])
    def test_they_are_gone_as_soon_as_it_is_killed_and_also_after_it_ended_itself(
        self, wardens: Wardens, level: str
    ) -> None:
        with wardens(level).child(SOON) as child:
            child.run("import os\nos._exit(0)")
            process = process_of(child)
            assert gone({process})

    def test_no_descriptor_and_no_folder_is_left(self, warden: Warden) -> None:
        def held() -> Any:
            scratch = os.listdir(warden._folder) if warden._folder else []
            return sorted(os.listdir("/proc/self/fd")), sorted(scratch)

        with warden.child():
            pass
        before = held()
        for end in ("1", "import os\nos._exit(0)", "while True: pass", "1 / 0"):
            with warden.child(SOON) as child:
                child.run(end)
        assert held() == before

    def test_an_error_of_the_grader_ends_the_child(self, warden: Warden) -> None:
        with pytest.raises(ZeroDivisionError), warden.child() as child:
            process = process_of(child)
            raise ZeroDivisionError
        assert gone({process})
        assert child.ended

    def test_it_knows_how_it_ended(self, warden: Warden) -> None:
        with warden.child() as child:
            child.run("1")
        assert child.exit_status == -signal.SIGKILL
        assert child.cpu and child.cpu > 0
        with warden.child() as child:
            child.run("import os\nos._exit(5)")
        assert child.exit_status == 5

    def test_a_hundred_hostile_children(self, warden: Warden) -> None:
        zygote = warden._process.pid
        ends = (
            "import os\nos._exit(0)",
            "import os\nos.abort()",
            "import os\nos.write(3, bytes(range(256)))",
            "import os\nos.closerange(0, 99)",
            "import ctypes\nctypes.string_at(0)",
            "x = bytearray(10 << 30)",
            "import signal, os\n[signal.signal(n, signal.SIG_IGN) for n in (1, 2, 15)]",
            "import os\ntry:\n  while os.fork() >= 0: pass\nexcept OSError: pass",
            "import os\nfor pid in range(-1, 3):\n  try: os.kill(pid, 9)\n  except OSError: pass",
            "open('x', 'w').write('x' * 1000)",
        )
        limits = Limits(cell_seconds=0.1, grace_seconds=0.1)
        for number in range(50):  # at each of the two levels
            with warden.child(limits) as child:
                child.run(ends[number % len(ends)])
        assert warden._process.pid == zygote
        with warden.child() as child:
            assert result(run(child, "1 + 1")) == "2"


class TestZygote:
    def test_it_is_started_again_when_it_is_gone(self) -> None:
        """The kernel may have ended it to free memory."""
        warden = Warden()
        try:
            for process in tree(warden._process.pid):
                with suppress(ProcessLookupError):  # it may have ended with one of the others
                    os.kill(process, signal.SIGKILL)
            with warden.child() as child:
                assert result(run(child, "1 + 1")) == "2"
        finally:
            warden.close()

    def test_a_child_whose_zygote_dies_is_ended(self) -> None:
        warden = Warden()
        try:
            with warden.child() as child:
                run(child, "def f(): return 1")
                processes = tree(warden._process.pid)
                warden._process.kill()
                assert gone(processes - {warden._process.pid})
                assert ask(child, "f")["raised"] == "Ended"
        finally:
            warden.close()

    @pytest.mark.parametrize("level", [NAMESPACES, LANDLOCK])
    @pytest.mark.parametrize("busy", [True, False])
    def test_nothing_is_left_when_the_grader_is_killed(
        self, wardens: Wardens, level: str, busy: bool, tmp_path: Path
    ) -> None:
        wardens(level)
        program = f"""
import sys, time
from autograder.box.warden import Warden
warden = Warden({level!r})
if {busy}:
    with warden.child() as child:
        print(warden._process.pid, flush=True)
        child.run("import time\\ntime.sleep(600)")
print(warden._process.pid, flush=True)
time.sleep(600)
"""
        grader = subprocess.Popen(
            [sys.executable, "-c", program], stdout=subprocess.PIPE, text=True,
            env={**os.environ, "TMPDIR": str(tmp_path)},
        )  # fmt: skip
        with grader:
            assert grader.stdout
            zygote = int(grader.stdout.readline())
            processes = tree(grader.pid) | tree(zygote)
            assert len(processes) >= 2 + busy
            grader.kill()
        assert gone(processes)

    def test_nothing_is_left_when_the_grader_ends(self, tmp_path: Path) -> None:
        program = "from autograder.box.warden import Warden\nprint(Warden()._process.pid)"
        done = subprocess.run(
            [sys.executable, "-c", program], capture_output=True, text=True, check=True,
            env={**os.environ, "TMPDIR": str(tmp_path)},
        )  # fmt: skip
        assert gone({int(done.stdout)})
        assert list(tmp_path.iterdir()) == []

    def test_a_process_that_the_grader_forks_ends_nothing(self, with_namespaces: Warden) -> None:
        forked = os.fork()
        if not forked:
            with_namespaces.close()
            os._exit(0)
        os.waitpid(forked, 0)
        with with_namespaces.child() as child:
            assert result(run(child, "1 + 1")) == "2"

    def test_two_threads_wait_for_each_other(self, with_namespaces: Warden) -> None:
        from concurrent.futures import ThreadPoolExecutor

        def work(number: int) -> Any:
            with with_namespaces.child() as child:
                run(child, f"def f(): return {number}")
                return value(child, "f")

        with ThreadPoolExecutor(4) as pool:
            assert list(pool.map(work, range(12))) == list(range(12))

    def test_a_host_that_refuses_is_told_why(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(
            warden_module, "START",
            "import sys; sys.exit('no walls today') #{theirs}{own}{package}{level}{folder}",
        )  # fmt: skip
        with pytest.raises(NoWalls, match="namespaces: no walls today; landlock: no walls today"):
            Warden()

    def test_it_is_deaf_to_ctrl_c(self, with_namespaces: Warden) -> None:
        for process in tree(with_namespaces._process.pid):
            with suppress(ProcessLookupError):  # an earlier child may be just ending
                os.kill(process, signal.SIGINT)
        with with_namespaces.child() as child:
            assert result(run(child, "1 + 1")) == "2"

    def test_many_descriptors_of_the_grader_are_no_matter(self, with_namespaces: Warden) -> None:
        kept = []
        try:
            for _ in range(1100):
                try:
                    kept.append(os.open("/dev/null", os.O_RDONLY))
                except OSError:
                    pytest.skip("this host allows a process fewer than 1100 open files")
            with with_namespaces.child(SOON) as child:
                run(child, "def f(): return 1")
                assert value(child, "f") == 1
                child.run("import os\nos._exit(0)")
                assert child.ended == "it ended its own Python process"
        finally:
            for each in kept:
                os.close(each)

    def test_a_call_costs_little(self, with_namespaces: Warden) -> None:
        """A question makes thousands of them."""
        with with_namespaces.child() as child:
            run(child, "def f(g): return sum(g(k) for k in range(2000))")
            before = time.process_time()
            assert value(child, "f", lambda x: x) == sum(range(2000))
            assert time.process_time() - before < 5
