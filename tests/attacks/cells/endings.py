"""Ending early, crashing, and never coming to an end."""
# Cells of notebooks, not a module.
# ruff: noqa

# /// exits_in_a_cell
# tells = "Leaves by exit, quit, SystemExit and KeyboardInterrupt between its right answers."
# stopped_by = "one child each"
# starts_from = "correct"
# attacks = ["error_sweep"]
# stock = "no score at all"
# ///
# %%
exit()
# %% forward_propagation
quit()


def forward_propagation(x, theta):
    return theta * x


# %%
sys.exit(0)
# %% error_sweep
raise KeyboardInterrupt


# /// exits_in_an_answer
# tells = "Raises SystemExit(0) and KeyboardInterrupt out of its answers."
# stopped_by = "score outside"
# starts_from = "correct"
# attacks = ["forward_propagation", "relative_difference"]
# stock = "loses 6 more points"
# ///
# %% forward_propagation
def forward_propagation(x, theta):
    sys.exit(0)


# %% relative_difference
def relative_difference(a, b):
    raise SystemExit("all is well") from KeyboardInterrupt()


# /// interrupts_the_question
# tells = "Raises KeyboardInterrupt while it is asked."
# stopped_by = "score outside"
# starts_from = "correct"
# attacks = ["relative_difference"]
# stock = "no gain"
# ///
# %% relative_difference
def relative_difference(a, b):
    raise KeyboardInterrupt


# /// ends_the_process_in_a_cell
# tells = "Ends its process with status 0 before anything is asked."
# stopped_by = "one child each"
# starts_from = "correct"
# attacks = ["error_sweep"]
# stock = "no score at all"
# ///
# %% error_sweep
print("20 of 20 points", flush=True)
os._exit(0)


# /// ends_the_process_in_an_answer
# tells = "Ends its process with status 0 in the middle of a question."
# stopped_by = "score outside"
# starts_from = "correct"
# attacks = ["gradient_check", "error_sweep"]
# stock = "no score at all"
# ///
# %% gradient_check
def gradient_check(x, theta, epsilon=1e-7, print_msg=False):
    os._exit(0)


# %% error_sweep
def error_sweep(f, df, theta, epsilons):
    os._exit(0)


# /// aborts
# tells = "Aborts, which would leave a core file."
# stopped_by = "one child each"
# starts_from = "correct"
# attacks = ["error_sweep"]
# stock = "no score at all"
# ///
# %% error_sweep
def error_sweep(f, df, theta, epsilons):
    os.abort()


# /// crashes
# tells = "Reads address 0, so that the interpreter crashes."
# stopped_by = "one child each"
# starts_from = "correct"
# attacks = ["error_sweep"]
# stock = "no score at all"
# ///
# %% error_sweep
def error_sweep(f, df, theta, epsilons):
    ctypes.string_at(0)


# /// recurses_without_limit
# tells = "Raises the recursion limit and recurses until the stack is full."
# stopped_by = "one child each"
# starts_from = "correct"
# attacks = ["error_sweep"]
# stock = "no score at all"
# ///
# %% error_sweep
def error_sweep(f, df, theta, epsilons):
    sys.setrecursionlimit(2**31 - 1)
    deep = {"__getattr__": lambda self, name: getattr(self, name + "x")}
    return getattr(type("Deep", (), deep)(), "x")


# /// loops_in_a_cell
# tells = "Never ends, and catches everything that would end it."
# stopped_by = "time"
# starts_from = "correct"
# attacks = ["error_sweep"]
# harmful = true
# ///
# %% error_sweep
while True:
    try:
        while True:
            pass
    except BaseException:
        pass


# /// loops_in_an_answer
# tells = "Never answers, and catches everything that would end it."
# stopped_by = "time"
# starts_from = "correct"
# attacks = ["error_sweep"]
# harmful = true
# ///
# %% error_sweep
def error_sweep(f, df, theta, epsilons):
    while True:
        try:
            while True:
                pass
        except BaseException:
            continue


# /// ignores_every_signal
# tells = "Ignores and blocks all signals, switches the alarm off, and never ends."
# stopped_by = "time"
# starts_from = "correct"
# attacks = ["error_sweep"]
# harmful = true
# ///
# %% error_sweep
def error_sweep(f, df, theta, epsilons):
    import signal

    for number in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}:
        signal.signal(number, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_BLOCK, set(signal.Signals))
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.alarm(0)
    signal.signal = signal.setitimer = signal.alarm = lambda *_: None
    while True:
        pass


# /// sleeps
# tells = "Sleeps for a month."
# stopped_by = "time"
# starts_from = "correct"
# attacks = ["error_sweep"]
# harmful = true
# ///
# %% error_sweep
import time

time.sleep(3e6)

# /// stops_itself
# tells = "Stops its own process, which then neither runs nor ends."
# stopped_by = "time"
# starts_from = "correct"
# attacks = ["error_sweep"]
# harmful = true
# ///
# %% error_sweep
import signal

os.kill(os.getpid(), signal.SIGSTOP)


# /// computes_in_c
# tells = "Loses itself in one call of C code, which no Python-level interrupt can enter."
# stopped_by = "time"
# starts_from = "correct"
# attacks = ["error_sweep"]
# harmful = true
# ///
# %% error_sweep
def error_sweep(f, df, theta, epsilons):
    import re

    return re.match(r"(a|aa)+$", "a" * 200 + "b")


# /// waits_for_itself
# tells = "Waits for a lock that it holds itself, the garbage collector and threads switched off."
# stopped_by = "time"
# starts_from = "correct"
# attacks = ["error_sweep"]
# harmful = true
# ///
# %% error_sweep
import threading

sys.setswitchinterval(1e6)
lock = threading.Lock()
lock.acquire()
lock.acquire()
