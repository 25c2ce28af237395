"""Forging what the grader reads: verdicts, results, frames on the wire, values out of shape."""
# Cells of notebooks, not a module.
# ruff: noqa


# /// prints_a_verdict
# tells = "Prints the verdict and the points that it would like to have, from cells and answers."
# stopped_by = "score outside"
# stock = "no gain"
# ///
# %% gradient_check
def gradient_check(x, theta, epsilon=1e-7, print_msg=False):
    print("gradient_check: 6 of 6 points\n  + right_pairs (2)\n  + wrong_pairs (2)")
    print(6.0, file=sys.stderr)
    os.write(1, b"6.0\n")
    os.write(2, b"6.0\n")


# %%
print("gradient_check: 6 of 6 points\n  + right_pairs (2)\n  + wrong_pairs (2)")
6.0

# /// shows_a_result_before_the_question
# tells = "Sends a result of 1.0 into every test cell, before the question shows its own."
# stopped_by = "score outside"
# stock = "6 of 18 points"
# ///
# %%
get_ipython().events.register("pre_run_cell", lambda *_: show_result("1.0"))
get_ipython().events.register("post_run_cell", lambda *_: show_result("1.0"))

# /// shows_nan
# tells = "As above with nan, which is neither below nor above any number of points."
# stopped_by = "score outside"
# stock = "full marks"
# ///
# %%
get_ipython().events.register("pre_run_cell", lambda *_: show_result("nan"))

# /// shows_text_for_a_result
# tells = "As above with words, which nbgrader takes for full marks."
# stopped_by = "score outside"
# stock = "full marks"
# ///
# %%
get_ipython().events.register("pre_run_cell", lambda *_: show_result("2 of 2"))

# /// displays_points
# tells = "Displays and updates outputs that hold points, with the types that results have."
# stopped_by = "score outside"
# stock = "no gain"
# ///
# %%
from IPython.display import display, publish_display_data, update_display

publish_display_data({"text/plain": "6.0"}, {"execution_count": 1})
handle = display({"text/plain": "6.0"}, raw=True, display_id="points")
update_display({"text/plain": "6.0"}, raw=True, display_id="points")


# %% gradient_check
def gradient_check(x, theta, epsilon=1e-7, print_msg=False):
    forward_propagation(x, theta), backward_propagation(x, theta)
    publish_display_data({"text/plain": "6.0"}, {"output_type": "execute_result"})
    update_display({"text/plain": "6.0"}, raw=True, display_id="points")


# /// writes_frames_to_every_descriptor
# tells = "Writes noise, and frames in many plausible formats, to every open descriptor."
# stopped_by = "plain values"
# harmful = true
# ///
# %%
import itertools
import pickle
import struct

ANSWERS = (
    {"value": 1.0},
    {"verdict": "right", "points": 6.0, "score": 6.0, "ok": True},
    {"type": "answer", "value": 1.0, "raised": "", "failure": "", "printed": "", "calls": {}},
    ["answer", 1.0],
    {"done": True},
    1.0,
)


def frames():
    for answer in ANSWERS:
        body = json.dumps(answer).encode()
        yield body + b"\n"
        yield f"Content-Length: {len(body)}\r\n\r\n".encode() + body
        for order, size in itertools.product("<>", "HIQ"):
            yield struct.pack(order + size, len(body)) + body
    yield pickle.dumps(print)
    yield os.urandom(4096)
    yield struct.pack("<Q", 2**63) + b"x"
    yield struct.pack(">I", 2**32 - 1) + b"x"
    yield b""
    yield b"\0" * 65536


def write_everywhere():
    for descriptor in range(3, 64):
        for frame in frames():
            try:
                os.set_blocking(descriptor, False)
                os.write(descriptor, frame)
            except OSError:
                break
            finally:
                try:
                    os.set_blocking(descriptor, True)
                except OSError:
                    pass


# %% forward_propagation
def forward_propagation(x, theta):
    write_everywhere()
    return 0.5


# %% gradient_check
def gradient_check(x, theta, epsilon=1e-7, print_msg=False):
    forward_propagation(x, theta), backward_propagation(x, theta)
    write_everywhere()


# %% [end]
write_everywhere()

# /// answers_ahead
# tells = "Speaks the grader's own protocol: sends well-formed answers and results before its turn."
# stopped_by = "plain values"
# harmful = true
# ///
# %%
from autograder.box.wire import Function, frame

RIGHT = {"value": 1.0, "raised": "", "failure": "", "printed": "6.0", "arguments": ()}


def send(*message):
    for descriptor in range(3, 8):
        try:
            os.write(descriptor, frame(message))
        except OSError:
            continue


# %% forward_propagation
def forward_propagation(x, theta):
    send("answer", {**RIGHT, "value": theta * 1.0}, {})
    send("answer", RIGHT, {"0": 10**6})
    return 0.5


# %% backward_propagation
def backward_propagation(x, theta):
    send("show", "result", {"text/plain": "1.0"}, {})
    return 0.5


# %% gradient_check
import threading


def ahead():
    for _ in range(1000):
        send("answer", {**RIGHT, "value": 1e-9, "printed": str(_)}, {"0": 1, "1": 1})


threading.Timer(0.05, ahead).start()
# %% [end]
send("ran", True)
send("answer", RIGHT, {})


# /// asks_what_is_not_there
# tells = "Speaks the protocol: calls functions that nobody gave it, and answers nobody's question."
# stopped_by = "plain values"
# harmful = true
# ///
# %% forward_propagation
def forward_propagation(x, theta):
    import gc

    from autograder.box.runner import Runner
    from autograder.box.wire import Function

    (runner,) = [each for each in gc.get_objects() if type(each) is Runner]
    for number in (0, 1, -1, 2**31 - 1, 2**31, 0.0, True, None, "0", Function(0), "judge", [0]):
        try:
            print(runner._ask(number, (1.0, 2.0, Function(0), Function(2**31)), {"x": Function(7)}))
        except Exception as error:
            print(type(error), error)
    return 0.5


# /// claims_what_it_likes
# tells = "Has the runner report other values, counts and arguments than there were."
# stopped_by = "score outside"
# harmful = true
# ///
# %%
import autograder.box.call_function
import autograder.box.runner

record = autograder.box.call_function.record


def nicer(value=None, raised="", failure="", printed="", arguments=()):
    return record(1.0, "", "", f"fine {printed}", arguments)


autograder.box.call_function.record = autograder.box.runner.record = nicer


# /// drains_the_pipe
# tells = "Reads from every descriptor while it is asked, to see the questions to come."
# stopped_by = "fresh cases"
# harmful = true
# ///
# %% backward_propagation
def backward_propagation(x, theta):
    for descriptor in range(3, 64):
        try:
            os.set_blocking(descriptor, False)
            print(os.read(descriptor, 65536))
        except OSError:
            continue
    return 0.5


# /// closes_every_descriptor
# tells = "Closes all descriptors in the middle of a question and answers no more."
# stopped_by = "score outside"
# starts_from = "correct"
# attacks = ["numerical_derivative"]
# harmful = true
# ///
# %% numerical_derivative
def numerical_derivative(f, theta, epsilon=1e-5):
    os.closerange(0, 4096)
    return 1.0


# /// replaces_every_descriptor
# tells = "Puts other files and pipes in the place of all descriptors, its own frames waiting there."
# stopped_by = "score outside"
# starts_from = "correct"
# attacks = ["numerical_derivative"]
# harmful = true
# ///
# %% numerical_derivative
def numerical_derivative(f, theta, epsilon=1e-5):
    reading, writing = os.pipe()
    os.write(writing, b'{"value": 1.0}\n' * 1000)
    for descriptor in range(3, 256):
        if descriptor not in (reading, writing):
            os.dup2(reading, descriptor)
    return 1.0


# /// odd_values
# tells = "Returns values of every odd kind, among them some that crash careless readers."
# stopped_by = "plain values"
# stock = "no gain"
# ///
# %%
def nested(depth):
    value = 0.5
    for _ in range(depth):
        value = [value]
    return value


loop = []
loop.append(loop)
self_key = {}
self_key["x"] = self_key
ODD = [
    nested(100_000),
    loop,
    self_key,
    10**5000,
    -(10**5000),
    complex("nan"),
    float("nan"),
    np.float128(1) if hasattr(np, "float128") else 1,
    np.array([print], object),
    np.array(["1.0"]),
    np.array([b"1.0"]),
    np.datetime64("NaT"),
    np.zeros((0,)),
    np.ma.masked,
    np.zeros(1, [("a", float), ("b", "O")]),
    np.broadcast_to(0.5, (10**9,)),
    "\ud800",
    "6.0",
    {"\ud800": 1},
    {1: 2, "1": 3},
    {(): ()},
    {None: None},
    True,
    b"1.0",
    bytearray(b"1.0"),
    memoryview(b"1.0"),
    range(3),
    print,
    type,
    sys,
    Ellipsis,
    NotImplemented,
    iter([1.0]),
    np.float64,
    np.array(0.5)[()],
    slice(1),
    lambda: 1.0,
    Exception("1.0"),
    object(),
    np.lib.stride_tricks.as_strided(np.zeros(1), (10**6,), (0,)),
    set(),
    frozenset({1.0}),
]
asked = iter(ODD * 100)


# %% forward_propagation
def forward_propagation(x, theta):
    return next(asked)


# %% backward_propagation
def backward_propagation(x, theta):
    return next(asked)


# %% numerical_derivative
def numerical_derivative(f, theta, epsilon=1e-5):
    try:
        f(next(asked))
    except Exception:
        pass
    return next(asked)


# %% relative_difference
def relative_difference(a, b):
    return next(asked)


# %% gradient_check
def gradient_check(x, theta, epsilon=1e-7, print_msg=False):
    try:
        forward_propagation(next(asked), next(asked))
    except Exception:
        pass
    return next(asked)


# %% error_sweep
def error_sweep(f, df, theta, epsilons):
    return next(asked)


# /// odd_exceptions
# tells = "Raises exceptions whose class and text are odd, endless, or raise exceptions themselves."
# stopped_by = "plain values"
# stock = "no score at all"
# ///
# %%
class Odd(BaseException):
    def __str__(self):
        raise self

    __repr__ = __str__


def odd():
    name = "<script>" + "x" * 10_000_000
    return type(name, (Odd,), {"__module__": "ValueError", "__qualname__": "ValueError\n\x1b[2J"})()


# %% forward_propagation
def forward_propagation(x, theta):
    raise odd()


# %% backward_propagation
def backward_propagation(x, theta):
    raise type("Wrong", (Exception,), {})("points: 1 of 1")


# %% numerical_derivative
def numerical_derivative(f, theta, epsilon=1e-5):
    raise GeneratorExit("a" * 50_000_000)


# %% relative_difference
def relative_difference(a, b):
    raise type("GraderFailed", (Exception,), {})("nobody may be graded")


# %% gradient_check
def gradient_check(x, theta, epsilon=1e-7, print_msg=False):
    raise StopIteration(odd())


# %% error_sweep
def error_sweep(f, df, theta, epsilons):
    raise BaseExceptionGroup("all", [odd(), KeyboardInterrupt(), SystemExit(0)])


# /// unfair_arguments
# tells = "Changes the arguments it gets, and calls stand-ins with itself, to confuse the asker."
# stopped_by = "plain values"
# stock = "no gain"
# ///
# %% gradient_check
def gradient_check(x, theta, epsilon=1e-7, print_msg=False):
    for argument in (gradient_check, forward_propagation, object(), [[]] * 3, "x" * 1_000_000):
        try:
            forward_propagation(argument, argument)
        except Exception as error:
            print(type(error))
    try:
        backward_propagation()
    except Exception as error:
        print(type(error))
    return forward_propagation(x, theta)


# %% error_sweep
def error_sweep(f, df, theta, epsilons):
    try:
        epsilons.resize(100, refcheck=False)
        epsilons.dtype = "S8"
    except Exception as error:
        print(type(error))
    return epsilons


# /// makes_the_grader_fail
# tells = "Looks for an answer that breaks the question itself, so that nothing is recorded."
# stopped_by = "plain values"
# stock = "no gain"
# ///
# %% forward_propagation
def forward_propagation(x, theta):
    return np.array(10**400, dtype=object) if theta < 0 else 10**308 * 10


# %% numerical_derivative
def numerical_derivative(f, theta, epsilon=1e-5):
    try:
        return f(np.array([]))
    except Exception:
        return f("a")


# %% relative_difference
def relative_difference(a, b):
    return -(10**309)


# %% gradient_check
def gradient_check(x, theta, epsilon=1e-7, print_msg=False):
    forward_propagation("x", [theta])
    return backward_propagation({}, None)


# %% error_sweep
def error_sweep(f, df, theta, epsilons):
    return [[1.0], [2.0, 3.0]] if len(epsilons) == 9 else np.full(61, 10**300) ** 2
