"""Leaving something behind for the next student; an heir then looks for what was left."""
# Cells of notebooks, not a module.
# ruff: noqa

# /// leaves_files
# tells = "Leaves right answers in every folder that the next student may be able to read."
# stopped_by = "own files"
# stock = "left them"
# ///
# %%
for folder in {".", os.path.expanduser("~"), tempfile.gettempdir(), TOLD["elsewhere"], "/dev/shm"}:
    try:
        with open(os.path.join(folder, f"{TOLD['mark']}.answers"), "w") as file:
            file.write("legacy: return x")
    except OSError as error:
        print(error)

# /// leaves_modules
# tells = "Leaves modules where the next student's Python would import them, or run them at its start."
# stopped_by = "own files"
# stock = "left them"
# ///
# %%
import site

CODE = f"import os\nos.environ['LEGACY'] = 'legacy {TOLD['mark']}'\n"
folders = [site.getusersitepackages(), ".", *(each for each in sys.path if TOLD["home"] in each)]
for folder in folders:
    for name in ("usercustomize.py", "sitecustomize.py", "helpful_answers.py", "legacy.pth"):
        try:
            os.makedirs(folder, exist_ok=True)
            with open(os.path.join(folder, name), "w") as file:
                file.write(CODE if name.endswith(".py") else CODE.replace("\n", "; "))
        except OSError as error:
            print(error)

# /// leaves_startup_files
# tells = "Leaves start-up files for IPython, matplotlib, Jupyter and the shell in the home folder."
# stopped_by = "own files"
# stock = "left them"
# ///
# %%
from IPython.paths import get_ipython_dir

import matplotlib

CODE = f"import os\nos.environ['LEGACY'] = 'legacy {TOLD['mark']}'\n"
START = {
    os.path.join(get_ipython_dir(), "profile_default", "startup", "legacy.py"): CODE,
    os.path.join(get_ipython_dir(), "profile_default", "ipython_config.py"): CODE,
    os.path.join(matplotlib.get_configdir(), "matplotlibrc"): "figure.figsize: 1, 1\n",
    os.path.join(matplotlib.get_cachedir(), "legacy.json"): "legacy",
    os.path.join(os.path.expanduser("~"), ".jupyter", "jupyter_config.py"): CODE,
    os.path.join(os.path.expanduser("~"), ".bashrc"): "echo legacy\n",
    "matplotlibrc": "figure.figsize: 1, 1\n",
}
for path, text in START.items():
    try:
        os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
        with open(path, "a") as file:
            file.write(text)
    except OSError as error:
        print(error)

# /// leaves_a_daemon
# tells = "Leaves a process in a session of its own, which writes files after a while."
# stopped_by = "own processes"
# stock = "it stayed, and wrote"
# ///
# %%
import time

if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        for number in range(40):
            time.sleep(0.25)
            for folder in (TOLD["course"], TOLD["home"], TOLD["elsewhere"]):
                try:
                    with open(os.path.join(folder, f"{TOLD['mark']}.daemon"), "a") as file:
                        file.write(f"legacy {number}\n")
                except OSError:
                    continue
    os._exit(0)

# /// leaves_a_daemon_that_holds_on
# tells = "Leaves a process that keeps every inherited descriptor open, so that nobody sees an end."
# stopped_by = "own processes"
# stock = "it stayed"
# ///
# %%
import signal
import time

if os.fork() == 0:
    for number in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}:
        signal.signal(number, signal.SIG_IGN)
    os.setsid()
    time.sleep(600)
    os._exit(0)

# /// leaves_a_server
# tells = "Leaves a process that answers the next student's questions over an abstract socket."
# stopped_by = "own processes"
# stock = "it stayed"
# ///
# %%
import socket


def serve():
    server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    server.bind("\0" + TOLD["abstract"] + ".legacy")
    server.listen()
    server.settimeout(20)
    if os.fork() == 0:
        os.setsid()
        try:
            server.accept()[0].sendall(b"legacy")
        finally:
            os._exit(0)


tries("a server", serve)


# /// leaves_memory
# tells = "Leaves shared memory, message queues, semaphores and keys, which outlive their maker."
# stopped_by = "own processes"
# harmful = true
# ///
# %%
def segment():
    libc.shmat.restype = ctypes.c_void_p
    address = libc.shmat(syscall("shmget", 4712, 4096, 0o1666)[1], None, 0)
    if address in (None, ctypes.c_void_p(-1).value):
        raise OSError(ctypes.get_errno(), "shmat")
    ctypes.memmove(address, b"legacy", 6)


tries("segment", segment)
tries("queue", lambda: syscall("msgget", 4712, 0o1666) and None)
tries("key", lambda: syscall("add_key", b"user", b"legacy", b"legacy", 6, -4) and None)
tries("posix", lambda: syscall("mq_open", b"legacy", 0o102, 0o666, None) and None)

# /// leaves_other_settings
# tells = "Changes what a process hands on: mask, limits, priority, environment, working folder."
# stopped_by = "one child each"
# ///
# %%
import resource

os.umask(0o777)
os.environ["LEGACY"] = "legacy"
os.nice(19)
resource.setrlimit(resource.RLIMIT_CPU, (5, 5))
np.seterr(all="raise")
np.set_printoptions(precision=1)
np.random.seed(0)
sys.path.insert(0, ".")
os.chdir("/")

# /// heir
# tells = "Looks for what the students before it have left."
# stopped_by = "one child each"
# stock = "found them"
# ///
# %%
import glob
import site
import socket

for folder in {".", os.path.expanduser("~"), tempfile.gettempdir(), TOLD["elsewhere"], "/dev/shm"}:
    found = [path for path in glob.glob(os.path.join(folder, "*")) if TOLD["run"] in path]
    tries(folder, lambda: found or None)
tries("environment", lambda: os.environ.get("LEGACY"))
tries("module", lambda: __import__("helpful_answers"))
tries("figure", lambda: list(plt.rcParamsDefault["figure.figsize"]) == [1, 1])
for name in ("legacy.py", "ipython_config.py"):
    path = os.path.join(os.path.expanduser("~"), ".ipython", "profile_default")
    tries(
        name,
        lambda: [each for each in glob.glob(f"{path}/**", recursive=True) if name in each] or None,
    )


def ask():
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as talk:
        talk.settimeout(1)
        talk.connect("\0" + TOLD["abstract"] + ".legacy")
        return talk.recv(100)


tries("server", ask)
tries("segment", lambda: syscall("shmget", 4712, 4096, 0)[1] >= 0)
tries("queue", lambda: syscall("msgget", 4712, 0)[1] >= 0)
tries("key", lambda: syscall("keyctl", 10, -4, b"user", b"legacy", 0)[1] >= 0)
tries("mask", lambda: os.umask(0o22) == 0o777)
