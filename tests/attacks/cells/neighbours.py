"""Taking from those who are graded at the same moment: processes, time, memory, and the grader."""
# Each holds on for as long as its neighbours need to be graded, and answers correctly.
# Cells of notebooks, not a module.
# ruff: noqa

# /// holds_processes
# tells = "Holds 28 processes that sleep, where all may have 32 together."
# stopped_by = "number of processes"
# starts_from = "correct"
# harmful = true
# ///
# %%
import time

swarm(28, lambda: time.sleep(15))
time.sleep(15)

# /// holds_threads
# tells = "Holds 28 threads that sleep, where all may have 32 together."
# stopped_by = "number of processes"
# starts_from = "correct"
# harmful = true
# ///
# %%
import threading
import time

threading.stack_size(65536)
for _ in range(28):
    threading.Thread(target=time.sleep, args=(15,), daemon=True).start()
time.sleep(15)

# /// busy_sessions
# tells = "Keeps 28 processes busy, each in a session of its own, which the scheduler takes for equals."
# stopped_by = "time"
# starts_from = "correct"
# harmful = true
# ///
# %%
import hashlib
import time

END = time.monotonic() + 15


def work():
    while time.monotonic() < END:
        hashlib.pbkdf2_hmac("sha256", b"busy", b"salt", 200_000)


swarm(28, work)
time.sleep(15)

# /// fills_memory_by_many
# tells = "Spreads 3 GiB over twelve processes or threads, and holds them."
# stopped_by = "memory"
# starts_from = "correct"
# harmful = true
# ///
# %%
import time


def hoard():
    held = bytearray(b"x" * 2**28)
    time.sleep(15)
    return held


swarm(12, hoard)
time.sleep(15)

# /// fills_sockets
# tells = "Fills the buffers of sixty sockets, which are memory of the kernel's, and holds them."
# stopped_by = "memory"
# starts_from = "correct"
# harmful = true
# ///
# %%
import socket
import time

held = []
try:
    while len(held) < 60:
        held.append(socket.socketpair())
        held[-1][0].setblocking(False)
        try:
            while True:
                held[-1][0].send(b"x" * 2**16)
        except BlockingIOError:
            pass
except OSError as error:
    print(error)
time.sleep(15)

# /// fills_deleted_files
# tells = "Fills files that it has deleted and still has open, so that no folder shows them."
# stopped_by = "disk"
# starts_from = "correct"
# harmful = true
# ///
# %%
import time

held = []
try:
    while len(held) < 100:
        held.append(open(f"file{len(held)}", "wb"))
        os.remove(held[-1].name)
        for _ in range(7):
            held[-1].write(b"x" * 2**20)
            held[-1].flush()
except OSError as error:
    print(error)
time.sleep(15)

# /// closes_the_channel
# tells = "Closes the descriptor over which it is asked, and goes on."
# stopped_by = "one child each"
# starts_from = "correct"
# ///
# %%
import time

os.close(3)
time.sleep(15)

# /// kills_itself
# tells = "Kills its own process, so that it looks as if somebody else had."
# stopped_by = "one child each"
# starts_from = "correct"
# ///
# %% error_sweep
import signal

os.kill(os.getpid(), signal.SIGKILL)

# /// ends_its_first_thread
# tells = "Ends its first thread, by which a process is watched, and fills memory from another one."
# stopped_by = "memory"
# starts_from = "correct"
# harmful = true
# ///
# %%
import threading
import time


def hoard():
    held = []
    for _ in range(48):
        held.append(bytearray(b"x" * 2**26))
        time.sleep(0.05)
    time.sleep(10)


threading.Thread(target=hoard).start()
libc.syscall(ctypes.c_long(NUMBERS["exit"]), 0)
