"""If this fails, code inside sees, changes or reaches something of the host, or of the grader."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import sysconfig
import tempfile
import venv
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from autograder.box import visible_files as shown_module
from autograder.box.child import Child
from autograder.box.linux import MACHINE
from autograder.box.visible_files import hidden, shown, without
from autograder.box.walls import LANDLOCK, NAMESPACES
from autograder.box.warden import Warden
from tests.box.inside import Wardens, ask, errors, process_of, run, says, value
from tests.box.test_seccomp import FORBIDDEN, MACHINES

PACKAGE = Path(shown_module.__file__).parents[1]
ROOT = PACKAGE.parent

TOOLS = '''
import ctypes, errno, os, socket, sys

def met(action):
    """The result of an action: "through", or the name of the error."""
    try:
        action()
    except OSError as error:
        return errno.errorcode.get(error.errno, str(error))
    except BaseException as error:
        return type(error).__name__
    return "through"

def opened(paths, flags=os.O_RDONLY):
    return [path for path in paths if met(lambda: os.close(os.open(path, flags))) == "through"]

def listed(paths):
    return [path for path in paths if met(lambda: os.listdir(path)) == "through"]

libc = ctypes.CDLL(None, use_errno=True)

def call(number, *arguments):
    found = libc.syscall(ctypes.c_long(number), *(ctypes.c_long(each) for each in arguments))
    return "through" if found >= 0 else errno.errorcode[ctypes.get_errno()]
'''


@pytest.fixture
def child(warden: Warden) -> Iterator[Child]:
    with warden.child() as child:
        run(child, TOOLS)
        yield child


def files_of_the_host() -> list[str]:
    """Files and folders that have nothing to do with Python, and some of the course."""
    found = [
        "/etc/shadow", "/etc/hostname", "/etc/hosts", "/etc/group", "/etc/machine-id", "/etc/ssl",
        "/root", "/home", "/var", "/var/log", "/var/lib", "/opt", "/srv", "/boot", "/run", "/mnt",
        "/proc", "/proc/self", "/proc/1", "/proc/self/mem", "/proc/self/maps", "/proc/self/environ",
        "/proc/cpuinfo", "/proc/version", "/proc/net/tcp", "/proc/sys/kernel/hostname",
        "/proc/sys/kernel/core_pattern", "/sys", "/sys/kernel", "/sys/fs/cgroup", "/dev",
        "/dev/zero", "/dev/full", "/dev/tty", "/dev/ptmx", "/dev/pts", "/dev/mem", "/dev/kmsg",
        "/dev/shm/x", "/dev/vda", "/dev/sda", "/usr/share", "/usr/local", "/usr/include",
        "/usr/src", "/etc/passwd-", str(ROOT), str(ROOT / "source"), str(ROOT / "README.md"),
        str(ROOT / "nbgrader_config.py"), str(ROOT / "tests" / "__init__.py"), str(ROOT / ".git"),
        str(PACKAGE / "truth"), str(PACKAGE / "truth" / "network.py"),
        str(PACKAGE / "questions" / "__init__.py"), str(PACKAGE / "box" / "wire.py"),
        str(Path.home()), str(Path.cwd()), __file__,
    ]  # fmt: skip
    return [path for path in found if os.path.exists(path)]


class TestFiles:
    def test_nothing_of_the_host_can_be_read(self, child: Child) -> None:
        """The names of the folders above Python are an exception: see the next test."""
        paths = [path for path in files_of_the_host() if os.path.isfile(path)]
        assert len(paths) > 5
        assert value(child, "opened", paths) == []

    def test_nothing_of_the_host_can_be_listed(self, child: Child, warden: Warden) -> None:
        python = [*shown(), *map(os.path.realpath, shown())]
        on_the_way = {
            str(each) for path in python for each in Path(path).parents
            if not {*python} & {str(each), *map(str, each.parents)}
        }  # fmt: skip
        on_the_way |= {"/submission", "/tmp", "/dev", "/etc"}
        paths = {path for path in files_of_the_host() if os.path.isdir(path)} - on_the_way
        assert value(child, "listed", sorted(paths)) == []
        if warden.level == LANDLOCK:
            return
        # If they are above Python, they contain nothing else.
        for folder in sorted(on_the_way - {"/submission", "/tmp", "/dev"}):
            for name in listing(child, folder):
                path = os.path.join(folder, name)
                assert path in {*on_the_way, *python, "/etc/passwd"}, path

    def test_what_is_there_is_python_and_a_folder_of_its_own(
        self, child: Child, warden: Warden
    ) -> None:
        if warden.level == LANDLOCK:
            assert says(child, "print(listed(['/', '/usr', '/tmp']))") == "[]"
            return
        expected = {Path(path).parts[1] for path in shown()} | {"submission", "tmp", "dev", "etc"}
        assert set(listing(child, "/")) == expected
        assert set(listing(child, "/dev")) == {"null", "random", "urandom", "shm"}
        assert "student:x:1000" in says(child, "print(open('/etc/passwd').read())")
        assert len(says(child, "print(open('/etc/passwd').read())").splitlines()) == 1

    def test_python_and_the_libraries_are_there(self, child: Child) -> None:
        source = """
import json, numpy
print(met(lambda: open(numpy.__file__)), met(lambda: os.listdir(os.path.dirname(json.__file__))))
"""
        assert says(child, source) == "through through"

    def test_nothing_can_be_written_but_in_its_own_folder(self, child: Child) -> None:
        with tempfile.TemporaryDirectory() as folder:
            os.chmod(folder, 0o777)
            theirs = Path(folder, "theirs")
            theirs.write_text("mine")
            theirs.chmod(0o666)
            places = ["/", "/etc", "/usr", "/usr/lib", "/dev", "/bin", "/var/tmp",
                      folder, str(ROOT), sys.prefix, os.path.dirname(os.__file__)]  # fmt: skip
            for place in places:
                found = ask(child, "opened", [f"{place}/forged"], os.O_WRONLY | os.O_CREAT)
                assert found["value"] == [], place
            source = f"""
import numpy, shutil
path, python = {str(theirs)!r}, numpy.__file__
for target in (path, python, "/etc/passwd"):
    for action in (
        lambda: os.truncate(target, 0), lambda: os.chmod(target, 0o777), lambda: os.unlink(target),
        lambda: os.utime(target, (1, 1)), lambda: os.rename(target, target + "x"),
        lambda: os.link(target, "mine"), lambda: os.symlink("x", target + "y"),
        lambda: os.chown(target, 1000, 1000), lambda: open(target, "r+"),
        lambda: os.setxattr(target, "user.x", b"x"), lambda: os.mkdir(target + "d"),
        lambda: os.mknod(target + "n"), lambda: os.rename("own", target),
    ):
        if met(action) == "through": print("through", target, action.__code__.co_names)
"""
            run(child, "open('own', 'w').close()")
            assert says(child, source) == ""
            assert theirs.read_text() == "mine"
            assert theirs.stat().st_mtime > 1
            assert theirs.stat().st_mode & 0o777 == 0o666

    def test_an_open_file_of_the_libraries_can_t_be_changed_either(self, child: Child) -> None:
        source = """
import numpy
file = os.open(numpy.__file__, os.O_RDONLY)
print(met(lambda: os.fchmod(file, 0)), met(lambda: os.utime(file, (1, 1))),
      met(lambda: os.fchown(file, 1, 1)), met(lambda: os.ftruncate(file, 0)))
"""
        assert "through" not in says(child, source)

    def test_links_lead_nowhere(self, child: Child) -> None:
        source = f"""
os.symlink({str(ROOT)!r}, "course"); os.symlink("/etc/shadow", "shadow"); os.symlink("/proc", "p")
print(opened(["course/README.md", "shadow", "p/self/environ", "../../../etc/shadow"]))
"""
        assert says(child, source) == "[]"

    def test_its_own_folder_is_empty_and_its_own(self, child: Child) -> None:
        found = says(child, "print(sorted(os.listdir()), os.access('.', os.W_OK))")
        assert found in ("[] True", "['shm'] True")


def listing(child: Child, folder: str) -> Any:
    return json.loads(says(child, f"import json\nprint(json.dumps(os.listdir({folder!r})))"))


class TestProcess:
    def test_the_environment_holds_nothing_of_the_grader_s(
        self, wardens: Wardens, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("AUTOGRADER_SECRET", "hunter2")
        wardens(LANDLOCK)
        warden = Warden(LANDLOCK)
        try:
            with warden.child() as child:
                text = says(child, "import os\nprint(dict(os.environ))")
        finally:
            warden.close()
        assert "hunter2" not in text
        known = {"PATH", "LANG", "MPLBACKEND", "HOME", "TMPDIR", "IPYTHONDIR", "MPLCONFIGDIR",
                 "OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "LC_CTYPE",
                 "PYTHONDONTWRITEBYTECODE", "KERNEL_LAUNCH_TIMEOUT", "PYDEVD_USE_FRAME_EVAL",
                 "TERM", "CLICOLOR", "CLICOLOR_FORCE", "FORCE_COLOR", "PAGER", "GIT_PAGER",
                 "COLUMNS", "LINES"}  # fmt: skip
        assert set(eval(text)) <= known

    def test_it_has_four_descriptors(self, child: Child) -> None:
        source = """
found = []
for number in range(256):
    try: os.fstat(number); found.append(number)
    except OSError: pass
print(found)
"""
        assert says(child, source) == "[0, 1, 2, 3]"
        assert says(child, "print(os.read(0, 10))") == "b''"

    def test_it_has_no_capabilities_and_can_get_none(self, child: Child, warden: Warden) -> None:
        process = process_of(child)
        fields = dict(
            line.split(":\t", 1)
            for line in Path(f"/proc/{process}/status").read_text().splitlines()
            if ":\t" in line
        )
        for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
            if name == "CapBnd" and warden.level == LANDLOCK and os.geteuid() != 0:
                continue  # only root can reduce it; NoNewPrivs prevents what it allows
            assert int(fields[name], 16) == 0, name
        assert fields["NoNewPrivs"] == "1"
        assert fields["Seccomp"] == "2"
        assert fields["Threads"] == "1"
        assert fields["SigIgn"].endswith("1000") or int(fields["SigIgn"], 16) & 0x2 == 0

    def test_it_can_become_nobody_else(self, child: Child) -> None:
        assert "through" not in says(child, "print(met(lambda: os.setuid(0)), call(157, 4, 1))")

    def test_another_one_of_the_same_user_can_t_look_into_it(
        self, child: Child, warden: Warden
    ) -> None:
        """The grader can if it has the same user; otherwise it could not measure usage."""
        process = process_of(child)
        assert os.stat(f"/proc/{process}/mem").st_uid == os.stat(f"/proc/{process}").st_uid
        places = [f"/proc/{process}/{name}" for name in ("mem", "environ", "maps", "fd/0", "stat")]
        other = Warden(warden.level)
        try:
            with other.child() as sibling:
                run(sibling, TOOLS)
                assert value(sibling, "opened", places) == []
                attach, seize, read = (101, 16, process), (101, 0x4206, process), (310, process)
                for call in (attach, seize, read):
                    assert value(sibling, "call", *call) == "EPERM"
        finally:
            other.close()

    def test_root_s_number_is_not_taken_along_where_python_can_be_read_without(
        self, child: Child, warden: Warden
    ) -> None:
        process = process_of(child)
        owner = Path(f"/proc/{process}/status").read_text().partition("Uid:\t")[2].split()[0]
        if warden.level == LANDLOCK and os.geteuid() == 0 and not readable_for_others(os.__file__):
            pytest.skip("this Python lies where only root can read: no other user could run it")
        assert owner != "0"

    def test_it_can_signal_and_see_no_other(self, child: Child) -> None:
        outside = os.getpid()
        source = f"""
for pid in ({outside}, *([] if os.getpid() == 1 else [0, -1, os.getppid()])):
    for signal in (0, 15):
        if met(lambda: os.kill(pid, signal)) == "through": print("through", pid, signal)
print(met(lambda: os.setpriority(os.PRIO_PROCESS, {outside}, 19)),
      met(lambda: os.setpriority(os.PRIO_USER, os.getuid(), 19)),
      met(lambda: os.sched_setaffinity({outside}, [0])),
      met(lambda: os.pidfd_open({outside})))
"""
        before = os.sched_getaffinity(0), os.getpriority(os.PRIO_PROCESS, 0)
        found = says(child, source)
        assert "through" not in found
        assert (os.sched_getaffinity(0), os.getpriority(os.PRIO_PROCESS, 0)) == before

    def test_its_numbers_are_its_own(self, with_namespaces: Warden) -> None:
        with with_namespaces.child() as child:
            assert says(child, "import os\nprint(os.getpid(), os.getppid())") == "1 0"


def readable_for_others(path: str) -> bool:
    return all(
        os.stat(each).st_mode & (0o4 if each == path else 0o1)
        for each in (path, *map(str, Path(path).parents))
    )


@pytest.fixture(scope="module")
def children(wardens: Wardens) -> Iterator[list[Child]]:
    """One child of each level for many system calls."""
    with ExitStack() as stack:
        found = [stack.enter_context(own_warden(stack, wardens, level).child())
                 for level in (NAMESPACES, LANDLOCK)]  # fmt: skip
        for child in found:
            run(child, TOOLS)
        yield found


def own_warden(stack: ExitStack, wardens: Wardens, level: str) -> Warden:
    """A Warden has one child at a time, and these tests keep theirs."""
    wardens(level)
    warden = Warden(level)
    stack.callback(warden.close)
    return warden


class TestSystemCalls:
    @pytest.mark.parametrize("name", FORBIDDEN)
    def test_what_leads_out_is_refused(self, children: list[Child], name: str) -> None:
        """Tried on the kernel itself, with harmless arguments."""
        number = FORBIDDEN[name][MACHINES[MACHINE]]
        for child in children:
            assert value(child, "call", number, 0, 0, 0, 0, 0) == "EPERM"

    @pytest.mark.parametrize("flags", [0x10000000, 0x20000000, 0x00020000, 0x40000000, 0x04000000])
    def test_no_namespace_is_made(self, children: list[Child], flags: int) -> None:
        clone = {"x86_64": 56, "aarch64": 220}[MACHINE]
        for child in children:
            assert value(child, "call", clone, flags | 17, 0, 0, 0, 0) == "EPERM"

    def test_libc_finds_its_way_around_what_is_unknown(self, children: list[Child]) -> None:
        for child in children:
            assert value(child, "call", 435, 0, 0) == "ENOSYS"


class TestNetwork:
    def test_sockets_of_no_family(self, child: Child) -> None:
        source = """
through = [family for family in range(64) for kind in (1, 2, 3, 5)
           if met(lambda: socket.socket(family, kind)) == "through"]
pairs = [(family, kind) for family in range(64) for kind in (1, 2, 3, 5)
         if met(lambda: socket.socketpair(family, kind)) == "through"]
print(through, pairs)
"""
        assert says(child, source) == "[] [(1, 1), (1, 5)]"

    def test_no_socket_of_the_host_is_reached(self, child: Child) -> None:
        with ExitStack() as stack, tempfile.TemporaryDirectory() as folder:
            os.chmod(folder, 0o755)
            listening = stack.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM))
            listening.bind(f"{folder}/s")
            os.chmod(f"{folder}/s", 0o777)
            abstract = stack.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM))
            abstract.bind(f"\0autograder-{os.getpid()}-walls")
            source = f"""
for kind in (1, 2, 3, 5):
    try: a, b = socket.socketpair(socket.AF_UNIX, kind)
    except OSError: continue
    for name in ("{folder}/s", "\\0autograder-{os.getpid()}-walls"):
        met(lambda: a.sendto(b"out", name)), met(lambda: a.connect(name)), met(lambda: a.bind("x"))
        met(lambda: a.sendmsg([b"out"], [], 0, name))
"""
            run(child, source)
            for each in (listening, abstract):
                each.setblocking(False)
                with pytest.raises(BlockingIOError):
                    each.recv(10)

    def test_its_network_is_empty(self, with_namespaces: Warden) -> None:
        with with_namespaces.child() as child:
            process = process_of(child)
        with with_namespaces.child() as child:
            process = process_of(child)
            devices = Path(f"/proc/{process}/net/dev").read_text().splitlines()[2:]
            assert [line.partition(":")[0].strip() for line in devices] == ["lo"]


class TestAnswers:
    """The reference and the questions are neither on disk nor in memory."""

    @pytest.mark.parametrize(
        "name", ["autograder.truth", "autograder.truth.network", "autograder.questions",
                 "autograder.questions.verdict", "autograder.grading", "autograder.ask", "tests"],
    )  # fmt: skip
    def test_they_can_t_be_imported(self, child: Child, warden: Warden, name: str) -> None:
        assert errors(child.run(f"import {name}"))[0][0] in ("ModuleNotFoundError", "ImportError",
                                                             "PermissionError")  # fmt: skip
        if warden.level == LANDLOCK:
            return  # Landlock does not hide the names of files
        source = f"""
import importlib.util, sys
try:
    print(importlib.util.find_spec({name!r}))
except ImportError:
    print(None)
"""
        assert says(child, source) == "None"

    def test_nothing_of_them_is_loaded(self, child: Child) -> None:
        source = """
import sys
print(sorted(name for name in sys.modules if name.split(".")[0] in ("autograder", "tests")))
"""
        found = eval(says(child, source))
        assert {name for name in found if not name.startswith("autograder.box")} == {"autograder"}

    def test_nor_any_object_of_theirs(self, child: Child) -> None:
        source = """
import gc, types
words = {w for f in gc.get_objects() if isinstance(f, types.FunctionType)
         for w in (f.__code__.co_filename,)}
print([w for w in words if "/truth/" in w or "/questions/" in w or "/grading/" in w])
"""
        assert says(child, source) == "[]"

    def test_no_file_of_them_is_found_by_looking_everywhere(self, with_namespaces: Warden) -> None:
        """Only two names of the course are visible: the folder of the environment."""
        source = """
import os
found = []
for folder, folders, files in os.walk("/"):
    for name in files:
        if name in ("network.py", "bugs.py", "gradients.py", "planted_bugs.py", "verdict.py",
                    "nbgrader_config.py", "n_dimensions.ipynb", "one_dimension.py"):
            found.append(os.path.join(folder, name))
print([path for path in found if "autograder" in path or "dimension" in path])
"""
        with with_namespaces.child() as child:
            assert says(child, source) == "[]"


class TestShown:
    """Which paths are shown, in folders made for the test."""

    @pytest.fixture
    def tree(self, tmp_path: Path) -> Path:
        for path in ("lib/site/autograder/truth/network.py", "lib/site/numpy/core.py",
                     "lib/json.py", "bin/python", "other/x.py"):  # fmt: skip
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_text("")
        return tmp_path

    def allowed(self, tree: Path, readable: Iterable[str], path: str) -> bool:
        return any(Path(tree, path) == Path(each) or Path(each) in Path(tree, path).parents
                   for each in readable)  # fmt: skip

    def test_what_lies_beside_the_hidden_stays(self, tree: Path) -> None:
        secret = str(tree / "lib/site/autograder")
        readable, listable = without([str(tree / "lib"), str(tree / "bin")], [secret])
        for path in ("lib/site/numpy/core.py", "lib/json.py", "bin/python"):
            assert self.allowed(tree, readable, path)
        assert not self.allowed(tree, readable, "lib/site/autograder/truth/network.py")
        assert not self.allowed(tree, readable, "lib/site/autograder")
        assert set(listable) == {str(tree / "lib"), str(tree / "lib/site")}

    def test_a_link_is_no_way_around(self, tree: Path) -> None:
        """Every environment of a 64-bit Python has `lib64`, a link to `lib`."""
        secret = str(tree / "lib/site/autograder")
        (tree / "lib64").symlink_to("lib")
        (tree / "lib/site/again").symlink_to("autograder")
        (tree / "lib/site/above").symlink_to("..")
        (tree / "lib/site/course").symlink_to("/")
        readable, listable = without([str(tree / "lib"), str(tree / "lib64")], [secret])
        for path in {*readable, *listable}:
            assert os.path.realpath(path) == path
        assert not self.allowed(tree, readable, "lib/site/autograder/truth/network.py")
        assert sorted(readable) == [str(tree / "lib/json.py"), str(tree / "lib/site/numpy")]

    def test_a_hidden_folder_that_is_shown_itself_is_hidden(self, tree: Path) -> None:
        secret = str(tree / "lib/site/autograder")
        assert without([secret], [secret]) == ([], [])

    def test_where_nothing_is_hidden_nothing_is_taken_apart(self, tree: Path) -> None:
        assert without([str(tree / "lib")], [str(tree / "other")]) == ([str(tree / "lib")], [])

    def test_this_very_package_is_hidden_wherever_it_is_installed(self) -> None:
        assert str(PACKAGE) in hidden()
        assert os.path.realpath(PACKAGE) in hidden()

    def test_no_shown_path_is_beneath_another(self) -> None:
        found = [path for path in shown() if not os.path.islink(path)]
        for path in found:
            assert not any(Path(other) in Path(path).parents for other in found)

    def test_python_s_own_folders_are_shown(self) -> None:
        for path in (os.__file__, sys.executable, json.__file__):
            real = os.path.realpath(path)
            assert any(Path(os.path.realpath(each)) in Path(real).parents for each in shown()), path

    def test_the_course_is_not_shown(self) -> None:
        for path in (ROOT / "source", ROOT / "tests", PACKAGE, ROOT):
            assert not any(Path(each) in (path, *path.parents) for each in shown()), path

    @pytest.mark.parametrize("level", [NAMESPACES, LANDLOCK])
    def test_the_package_is_hidden_in_site_packages_too(
        self, wardens: Wardens, level: str, environment: str
    ) -> None:
        """Where `pip install .` puts it."""
        wardens(level)
        package = f"{environment}/{LIBRARIES}/autograder"
        program = f"""
import autograder
assert autograder.__file__.startswith({package!r}), autograder.__file__
from autograder.box.warden import Warden
with Warden({level!r}).child() as child:
    for source in ("import autograder.truth", "import autograder.questions", "import numpy",
                   "open({package!r} + '/truth/network.py')",
                   "open({package!r} + '/box/wire.py')"):
        print([event[1] for event in child.run(source)])
"""
        done = subprocess.run(
            [f"{environment}/bin/python", "-I", "-c", program], capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        found = [eval(line) for line in done.stdout.splitlines()]
        assert found.pop(2) == []
        assert len(found) == 4
        for names in found:
            assert names[0] in ("ModuleNotFoundError", "FileNotFoundError", "PermissionError")


LIBRARIES = os.path.relpath(sysconfig.get_path("purelib"), sys.prefix)


@pytest.fixture(scope="module")
def environment() -> Iterator[str]:
    """A virtual environment with the package in its site-packages, and what the zygote imports."""
    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
        venv.create(folder, symlinks=True)
        for entry in Path(sys.prefix, LIBRARIES).iterdir():
            if not re.match("_?_?editable|autograder|nb|jupyter|pip|mypy|hypothesis", entry.name):
                subprocess.run(["cp", "-al", entry, f"{folder}/{LIBRARIES}/"], check=True)
        shutil.copytree(PACKAGE, f"{folder}/{LIBRARIES}/autograder")
        os.chmod(folder, 0o755)
        yield folder
