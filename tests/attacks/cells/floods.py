"""Using up what all share: memory, processes, disk, output, the grader's patience."""
# Each flood is bounded, well above its limit and well below what a machine bears.
# Cells of notebooks, not a module.
# ruff: noqa

# /// fork_bomb
# tells = "Forks until it can't, the children as well."
# stopped_by = "number of processes"
# harmful = true
# ///
# %%
import time

PROCESSES = 3000


def bomb():
    born = 0
    while born < PROCESSES:
        if os.fork() == 0:
            time.sleep(20)
            os._exit(0)
        born += 1
        if born == 1000:
            return "a thousand children"


tries("fork", bomb)

# /// thread_bomb
# tells = "Starts threads until it can't."
# stopped_by = "number of processes"
# harmful = true
# ///
# %%
import threading
import time


def bomb():
    threading.stack_size(65536)
    for started in range(3000):
        try:
            threading.Thread(target=time.sleep, args=(20,), daemon=True).start()
        except RuntimeError as error:
            raise OSError(f"{error} after {started}") from None
    return "3000 threads"


tries("threads", bomb)

# /// memory_of_arrays
# tells = "Allocates 4 GiB in arrays, and writes to every page."
# stopped_by = "memory"
# harmful = true
# ///
# %%
hoard = []


def fill():
    while len(hoard) < 64:
        hoard.append(np.ones(2**23))
        if len(hoard) == 40:
            return "2.5 GiB of arrays"


tries("arrays", fill)

# /// memory_that_overcommits
# tells = "Asks for a bytearray of a terabyte at once, and for 2.5 GiB in steps."
# stopped_by = "memory"
# harmful = true
# ///
# %%
tries("a terabyte", lambda: len(bytearray(2**40)))
hoard = []


def fill():
    for _ in range(40):
        hoard.append(bytearray(b"x" * 2**26))
    return "2.5 GiB of bytes"


tries("bytes", fill)

# /// memory_of_many
# tells = "Spreads 3 GiB over twelve processes, each of which is modest."
# stopped_by = "memory"
# harmful = true
# ///
# %%
import time


def spread():
    reading, writing = os.pipe()
    for _ in range(12):
        if os.fork() == 0:
            kept = bytearray(b"x" * 2**28)
            os.write(writing, b"1")
            time.sleep(15)
            os._exit(len(kept) % 2)
    os.close(writing)
    held = 0
    while held < 12:
        if not os.read(reading, 1):
            return None
        held += 1
        if held == 10:
            return "ten processes of 256 MiB each"


tries("many", spread)

# /// memory_that_is_shared
# tells = "Maps anonymous shared memory, which no process's own counter shows."
# stopped_by = "memory"
# harmful = true
# ///
# %%
import mmap


def share():
    hoard = []
    for _ in range(40):
        hoard.append(mmap.mmap(-1, 2**26, flags=mmap.MAP_SHARED | mmap.MAP_ANONYMOUS))
        hoard[-1].write(b"x" * 2**26)
    return "2.5 GiB of shared pages"


tries("shared", share)


# /// memory_in_files
# tells = "Fills memfd files, System V segments and /dev/shm, which are memory as well."
# stopped_by = "memory"
# harmful = true
# ///
# %%
def memfd():
    for each in range(40):
        descriptor = syscall("memfd_create", b"x", 0)[1]
        for _ in range(64):
            os.write(descriptor, b"x" * 2**20)
    return "2.5 GiB in memfd"


def segments():
    libc.shmat.restype = ctypes.c_void_p
    for _ in range(40):
        number = syscall("shmget", 0, 2**26, 0o1600)[1]
        address = libc.shmat(number, None, 0)
        ctypes.memset(address, 1, 2**26)
        libc.shmctl(number, 0, None)
    return "2.5 GiB in segments"


def shm():
    with open(os.path.join("/dev/shm", TOLD["mark"]), "wb") as file:
        for _ in range(2500):
            file.write(b"x" * 2**20)
    return "2.5 GiB in /dev/shm"


tries("memfd", memfd)
tries("System V", segments)
tries("/dev/shm", shm)


# /// fills_the_disk
# tells = "Writes a gigabyte into its own folder, into the temporary one, and into a sparse file."
# stopped_by = "disk"
# harmful = true
# ///
# %%
def fill(folder):
    with open(os.path.join(folder, TOLD["mark"]), "wb") as file:
        for _ in range(1000):
            file.write(b"x" * 2**20)
    return "a gigabyte"


def sparse():
    descriptor = os.open("sparse", os.O_CREAT | os.O_RDWR)
    os.posix_fallocate(descriptor, 0, 2**30)
    return "a gigabyte was set aside"


tries("here", fill, ".")
tries("temporary", fill, os.environ.get("TMPDIR", ".."))
tries("set aside", sparse)


# /// many_small_files
# tells = "Makes a million empty files, and folders a thousand deep."
# stopped_by = "disk"
# harmful = true
# ///
# %%
def flood():
    for number in range(1_000_000):
        os.close(os.open(f"{TOLD['mark']}.{number}", os.O_CREAT | os.O_WRONLY))
        if number == 500_000:
            return "half a million files"


def deep():
    for _ in range(100_000):
        os.mkdir("x")
        os.chdir("x")
    return "100,000 folders deep"


tries("deep", deep)
tries("files", flood)


# /// opens_everything
# tells = "Opens descriptors and pipes until it can't, each pipe filled."
# stopped_by = "memory"
# harmful = true
# ///
# %%
def open_all():
    held = []
    while len(held) < 200_000:
        reading, writing = os.pipe()
        os.set_blocking(writing, False)
        try:
            os.write(writing, b"x" * 2**20)
        except BlockingIOError:
            pass
        held.append((reading, writing))
    return "200,000 pipes"


tries("pipes", open_all)

# /// prints_a_gigabyte
# tells = "Prints a gigabyte, to stdout, to stderr and past Python to the descriptors."
# stopped_by = "amount of output"
# harmful = true
# ///
# %%
for _ in range(1000):
    print("x" * 2**20)
    print("x" * 2**14, file=sys.stderr)
for descriptor in (1, 2):
    for _ in range(200):
        tries(f"descriptor {descriptor}", lambda: os.write(descriptor, b"x" * 2**20) and None)


# /// prints_while_asked
# tells = "Prints a gigabyte from inside an answer, which is captured there."
# stopped_by = "amount of output"
# harmful = true
# ///
# %% forward_propagation
def forward_propagation(x, theta):
    for _ in range(1000):
        print("x" * 2**20)
    return 0.5


# /// huge_repr
# tells = "Shows a value whose text has 500 million characters, and one that makes text for ever."
# stopped_by = "amount of output"
# harmful = true
# ///
# %%
class Huge:
    def __repr__(self):
        return "x" * 500_000_000


Huge()


# %%
class Endless:
    def _repr_html_(self):
        return "x" * 100_000_000

    _repr_markdown_ = _repr_latex_ = _repr_svg_ = _repr_json_ = __repr__ = _repr_html_


[Endless()] * 100
# %%
Endless()

# /// huge_error
# tells = "Raises errors whose text has 300 million characters, and whose chain has 10,000 links."
# stopped_by = "amount of output"
# harmful = true
# ///
# %%
raise ValueError("x" * 300_000_000)
# %%
error = ValueError("first")
for number in range(10_000):
    link = ValueError(number)
    link.__cause__ = error
    error = link
raise error


# %% forward_propagation
def forward_propagation(x, theta):
    raise ValueError("x" * 300_000_000)


# /// huge_display
# tells = "Displays 200 MB of image data, and then a million small outputs."
# stopped_by = "amount of output"
# harmful = true
# ///
# %%
from IPython.display import Image, display

display(Image(data=b"\x89PNG\r\n\x1a\n" + os.urandom(200_000_000), format="png"))
# %%
for number in range(1_000_000):
    display(number)

# /// huge_picture
# tells = "Draws a figure of 60,000 by 60,000 points."
# stopped_by = "memory"
# harmful = true
# ///
# %%
plt.figure(figsize=(600, 600), dpi=100)
plt.plot(np.random.rand(1000))
plt.show()


# /// huge_answers
# tells = "Returns a gigabyte of numbers, ten million keys, and text without end."
# stopped_by = "amount of output"
# harmful = true
# ///
# %% forward_propagation
def forward_propagation(x, theta):
    return np.zeros(2**27)


# %% backward_propagation
def backward_propagation(x, theta):
    return dict.fromkeys(range(10_000_000), 0.5)


# %% numerical_derivative
def numerical_derivative(f, theta, epsilon=1e-5):
    return "x" * 500_000_000


# %% relative_difference
def relative_difference(a, b):
    return 1 << 3_000_000_000


# %% error_sweep
def error_sweep(f, df, theta, epsilons):
    return [[[0.5] * 100] * 1000] * 1000


# /// calls_without_end
# tells = "Calls a stand-in for ever, so that the grader is kept busy."
# stopped_by = "time"
# harmful = true
# ///
# %% numerical_derivative
def numerical_derivative(f, theta, epsilon=1e-5):
    while True:
        f(theta)


# /// huge_arguments
# tells = "Calls stand-ins with arrays of hundreds of megabytes, to fill the grader's memory."
# stopped_by = "amount of output"
# harmful = true
# ///
# %% numerical_derivative
def numerical_derivative(f, theta, epsilon=1e-5):
    return f(np.zeros(2**26))[0]


# %% gradient_check
def gradient_check(x, theta, epsilon=1e-7, print_msg=False):
    return forward_propagation(np.ones((2**13, 1)), np.ones((1, 2**13)))


# /// large_products
# tells = "Has stand-ins multiply a column by a row, 25,000 long: 5 GB where they are answered."
# stopped_by = "careful stand-ins"
# harmful = true
# ///
# %% gradient_check
def gradient_check(x, theta, epsilon=1e-7, print_msg=False):
    column, row = np.ones((25_000, 1)), np.ones((1, 25_000))
    return forward_propagation(column, row), backward_propagation(column, row)


# /// text_times_number
# tells = "Has a stand-in for theta * x multiply a letter by three thousand million."
# stopped_by = "careful stand-ins"
# harmful = true
# ///
# %% backward_propagation
def backward_propagation(x, theta):
    for theta in ("x", [0], (0,)):
        try:
            forward_propagation(3_000_000_000, theta)
        except Exception as error:
            print(type(error))
    return 0.5


# /// huge_powers
# tells = "Has stand-ins raise whole numbers of ten million digits to the third power."
# stopped_by = "careful stand-ins"
# harmful = true
# ///
# %% gradient_check
def gradient_check(x, theta, epsilon=1e-7, print_msg=False):
    forward_propagation(1, 1 << 33_000_000)
    backward_propagation(1, 1 << 33_000_000)
    return 0.5
