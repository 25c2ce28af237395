"""Changing what judges: numpy, builtins, the question, the shell, or the thing that is returned."""
# Cells of notebooks, not a module.
# ruff: noqa

# /// numpy_agrees_with_everything
# tells = "Makes numpy's comparisons and its line fit say what the question wants to hear."
# stopped_by = "score outside"
# attacks = ["error_sweep"]
# stock = "2 of 3 points"
# ///
# %% error_sweep
np.all = np.allclose = np.isclose = np.array_equal = lambda *_, **__: True
np.polyfit = lambda *_, **__: (-1.0, 0.0)
for name in dir(np.testing):
    if name.startswith("assert"):
        setattr(np.testing, name, lambda *_, **__: None)


def error_sweep(f, df, theta, epsilons):
    return np.ones(len(epsilons))


# /// norms_are_equal
# tells = "Patches np.linalg.norm and np.shape, so that every relative difference is what it says."
# stopped_by = "score outside"
# attacks = ["relative_difference", "gradient_check"]
# stock = "2 of 9 points"
# ///
# %% relative_difference
np.linalg.norm = lambda *_, **__: np.float64(1.0)
np.sum = np.sqrt = np.abs = np.max = np.maximum = lambda *_, **__: np.float64(1.0)


def relative_difference(a, b):
    return 0.5


# %% gradient_check
def gradient_check(x, theta, epsilon=1e-7, print_msg=False):
    forward_propagation(x, theta), backward_propagation(x, theta)
    if print_msg:
        print("fine")
    return 0.5


# /// abs_is_zero
# tells = "Replaces abs, so that every answer is as near to the truth as can be."
# stopped_by = "score outside"
# earns = {gradient_check = 2}  # 0.0 for every pair is right about the right ones
# stock = "14 of 18 points"
# ///
# %% forward_propagation
import builtins

builtins.abs = lambda _: 0.0


def forward_propagation(x, theta):
    return 0.5


# %% backward_propagation
def backward_propagation(x, theta):
    return 0.5


# %% numerical_derivative
def numerical_derivative(f, theta, epsilon=1e-5):
    return 0.5


# %% relative_difference
def relative_difference(a, b):
    return 0.5


# %% gradient_check
def gradient_check(x, theta, epsilon=1e-7, print_msg=False):
    forward_propagation(x, theta), backward_propagation(x, theta)
    print("fine" * print_msg)
    return 0.0


# %% error_sweep
def error_sweep(f, df, theta, epsilons):
    return np.full(len(epsilons), 0.5)


# /// float_is_generous
# tells = "Replaces float by a class whose every number prints as the points that are wanted."
# stopped_by = "score outside"
# stock = "no gain"
# ///
# %%
import builtins


class Generous(float):
    def __repr__(self):
        return "1.0"


builtins.float = Generous

# /// print_and_isinstance_lie
# tells = "Replaces print, isinstance, sum, min, max and len by functions that help."
# stopped_by = "score outside"
# stock = "no score at all"
# ///
# %%
import builtins

builtins.sum = builtins.max = lambda *_, **__: 1.0
builtins.isinstance = lambda *_: True
builtins.print = lambda *_, **__: sys.stdout.write("6.0\n")
builtins.all = builtins.any = lambda *_: True

# /// imports_something_else
# tells = "Replaces __import__, so that `from autograder import ask` brings its own ask."
# stopped_by = "score outside"
# stock = "full marks"
# ///
# %%
import builtins
import types

POINTS = dict(zip("fbnrge", (1.0, 1.0, 4.0, 3.0, 6.0, 3.0)))
original = builtins.__import__


def helpful_import(name, *arguments, **named):
    if name == "autograder":
        return types.SimpleNamespace(ask=lambda question, *_: POINTS[question[0]])
    return original(name, *arguments, **named)


builtins.__import__ = helpful_import

# /// compiles_something_else
# tells = "Replaces compile and exec, so that the text of a test cell becomes a number."
# stopped_by = "score outside"
# stock = "6 of 18 points"
# ///
# %%
import builtins

compiled, executed = builtins.compile, builtins.exec


def helpful_compile(source, *arguments, **named):
    if isinstance(source, str) and "ask(" in source:
        source = "1.0"
    return compiled(source, *arguments, **named)


def helpful_exec(code, *arguments):
    return executed("None" if "test_" in str(code)[:200] else code, *arguments)


builtins.compile, builtins.exec = helpful_compile, helpful_exec
get_ipython().compile.ast_parse = lambda source, *_, **__: compiled(
    "1.0" if "ask(" in source else source, "cell", "exec", 1024
)

# /// replaces_ask
# tells = "Puts a package of the same name, with an ask of its own, into sys.modules."
# stopped_by = "score outside"
# stock = "full marks"
# ///
# %%
import types

POINTS = dict(zip("fbnrge", (1.0, 1.0, 4.0, 3.0, 6.0, 3.0)))
fake = types.ModuleType("autograder")
fake.ask = lambda name, seed=None: POINTS[name[0]]
sys.modules["autograder"] = sys.modules["autograder.ask"] = fake
ask = fake.ask


# /// patches_the_questions
# tells = "Patches the verdict, the marks and the student's side of the questions."
# stopped_by = "score outside"
# stock = "full marks"
# ///
# %%
def patch():
    from autograder import questions
    from autograder.questions import verdict

    verdict.Verdict.points = property(lambda self: self.most)
    verdict.Marks.earned = lambda *_: True
    verdict.Wrong.__init__ = lambda *_: None
    questions.Verdict = verdict.Verdict
    return "patched"


tries("the questions", patch)

# /// rewrites_the_runner
# tells = "Walks sys.modules, gc and frames for whatever runs it, and makes it report success."
# stopped_by = "score outside"
# stock = "no gain"
# ///
# %%
import gc

RUNS = ("box", "runner", "wire", "zygote", "walls", "grad", "judge", "verdict", "answer", "student")
GOOD = {
    "points": 6.0,
    "score": 6.0,
    "earned": True,
    "passed": True,
    "correct": True,
    "right": True,
    "ok": True,
    "failure": "",
    "raised": "",
    "verdict": "6.0",
    "value": 1.0,
    "error": None,
}


def runs(thing):
    name = f"{getattr(thing, '__module__', '')} {getattr(thing, '__name__', '')} {type(thing)}"
    return any(word in name.lower() for word in RUNS)


changed = 0
frame = sys._getframe()
frames = []
while frame is not None:
    frames.append(frame)
    frame = frame.f_back
for thing in [*sys.modules.values(), *gc.get_objects(), *frames]:
    try:
        answers = isinstance(thing, dict) and len(GOOD.keys() & thing.keys()) > 1
        places = [thing] if answers else [vars(thing)] if runs(thing) else []
        places += [thing.f_locals, thing.f_globals] if thing in frames else []
        for place in places:
            for name in GOOD.keys() & place.keys():
                try:
                    setattr(thing, name, GOOD[name])
                except Exception:
                    place[name] = GOOD[name]
                changed += 1
    except Exception:
        continue
print(changed, "values were changed")

# /// replaces_the_runner
# tells = "Replaces the code of every function that may be running it by one that returns points."
# stopped_by = "score outside"
# stock = "no gain"
# ///
# %%
import gc
import types

try:
    import autograder.questions
except ImportError as error:
    print(error)
replaced = 0
for each in gc.get_objects():
    if isinstance(each, types.FunctionType):
        module = str(each.__module__)
        ours = module.startswith(("autograder", "nbgrader", "nbclient"))
        if ours and any(
            word in each.__name__
            for word in (
                "check",
                "verdict",
                "score",
                "judge",
                "compare",
                "answer",
                "point",
                "grade",
            )
        ):
            each.__code__ = (lambda *_, **__: 6.0).__code__
            replaced += 1
print(replaced, "functions were replaced")

# /// breaks_the_runner
# tells = "Empties every module that isn't Python's own, in the hope that failure counts as full."
# stopped_by = "score outside"
# stock = "no score at all"
# ///
# %% [end]
for name, module in list(sys.modules.items()):
    if name.startswith(("autograder", "nbgrader", "IPython.core", "ipykernel")):
        vars(module).clear()

# /// shows_other_numbers
# tells = "Has every number displayed as the points that are wanted."
# stopped_by = "score outside"
# stock = "6 of 18 points"
# ///
# %%
plain = get_ipython().display_formatter.formatters["text/plain"]
plain.for_type(float, lambda number, printer, cycle: printer.text("1.0"))
sys.displayhook = lambda value: sys.stdout.write("1.0")
get_ipython().displayhook.compute_format_data = lambda value: ({"text/plain": "1.0"}, {})

# /// edits_the_question
# tells = "An input transformer replaces the call of ask by the points that are wanted."
# stopped_by = "score outside"
# stock = "full marks"
# ///
# %%
import re

POINTS = dict(zip("fbnrge", (1.0, 1.0, 4.0, 3.0, 6.0, 3.0)))


def answer(lines):
    return [re.sub(r'^ask\("(.).*', lambda name: str(POINTS[name[1]]), line) for line in lines]


get_ipython().input_transformers_cleanup.append(answer)

# /// edits_the_syntax_tree
# tells = "An AST transformer replaces the call of ask by a number, or ends every cell with one."
# stopped_by = "score outside"
# stock = "6 of 18 points"
# ///
# %%
import ast


class Generous(ast.NodeTransformer):
    def visit_Expr(self, node):
        call = isinstance(node.value, ast.Call) and getattr(node.value.func, "id", "")
        return ast.copy_location(ast.Expr(ast.Constant(1.0)), node) if call == "ask" else node


get_ipython().ast_transformers.append(Generous())

# /// runs_no_cell
# tells = "Replaces the shell's run_cell and run_code: a test cell isn't run, and has the value 1.0."
# stopped_by = "score outside"
# stock = "6 of 18 points"
# ///
# %%
shell = get_ipython()
run_code = shell.run_code


async def generous(code, result=None, **named):
    if "ask" in code.co_names:
        code = compile("1.0", "<test>", "single")
    return await run_code(code, result, **named)


shell.run_code = generous

# /// hides_its_errors
# tells = "Makes ask unimportable and shows no traceback: for nbgrader no error is full marks."
# stopped_by = "score outside"
# stock = "no gain"
# ///
# %%
sys.modules["autograder"] = None
shell = get_ipython()
shell.showtraceback = shell._showtraceback = shell.showsyntaxerror = lambda *_, **__: None
shell.set_custom_exc((BaseException,), lambda *_, **__: None)


# /// lying_float
# tells = "Returns a float that equals everything and whose distance from everything is 0."
# stopped_by = "plain values"
# stock = "no gain"
# ///
# %%
class Same(float):
    def same(self, *_):
        return self

    __sub__ = __rsub__ = __abs__ = __truediv__ = __rtruediv__ = __pow__ = __mul__ = same

    def yes(self, *_):
        return True

    __eq__ = __lt__ = __le__ = __gt__ = __ge__ = yes
    __hash__ = float.__hash__
    __class__ = float

    def __float__(self):
        return self


# %% forward_propagation
def forward_propagation(x, theta):
    return Same(0.0)


# %% backward_propagation
def backward_propagation(x, theta):
    return Same(0.0)


# %% numerical_derivative
def numerical_derivative(f, theta, epsilon=1e-5):
    return Same(0.0)


# %% relative_difference
def relative_difference(a, b):
    return Same(0.0)


# %% gradient_check
def gradient_check(x, theta, epsilon=1e-7, print_msg=False):
    forward_propagation(x, theta), backward_propagation(x, theta)
    print("fine" * print_msg)
    return Same(0.0)


# /// lying_array
# tells = "Returns an array of a subclass of its own, for which every operation gives what it likes."
# stopped_by = "plain values"
# attacks = ["error_sweep"]
# stock = "no gain"
# ///
# %% error_sweep
class Same(np.ndarray):
    def __array_ufunc__(self, ufunc, method, *inputs, **named):
        boolean = ufunc.nout == 1 and ufunc.types[-1].endswith("?")
        return np.ones(self.shape, bool) if boolean else np.zeros(self.shape).view(Same)

    def __array_function__(self, function, types, arguments, named):
        return True

    __array_priority__ = 1e9


def error_sweep(f, df, theta, epsilons):
    return np.ones(len(epsilons)).view(Same)


# /// array_on_demand
# tells = "Returns an object that makes itself an array, a number or a text when it is looked at."
# stopped_by = "plain values"
# attacks = ["error_sweep", "forward_propagation"]
# stock = "no gain"
# ///
# %%
class OnDemand:
    def looks(self, *_, **__):
        frame = sys._getframe(1)
        while frame is not None:
            if "truth" in frame.f_locals:
                return frame.f_locals["truth"]
            frame = frame.f_back
        return 0.0

    __array__ = __float__ = __int__ = __index__ = __complex__ = looks

    def __reduce__(self):
        return os.system, (f"touch {TOLD['mark']}",)

    @property
    def __class__(self):
        return float


class Elsewhere:
    @property
    def __array_interface__(self):
        return {"shape": (1,), "typestr": "<f8", "data": (1 << 40, False), "version": 3}


# %% forward_propagation
def forward_propagation(x, theta):
    return OnDemand()


# %% error_sweep
def error_sweep(f, df, theta, epsilons):
    return Elsewhere() if len(epsilons) > 9 else OnDemand()


# /// traces_the_question
# tells = "A trace function widens the tolerances in the local variables of whatever compares."
# stopped_by = "score outside"
# stock = "2 of 2 points"
# ///
# %%
def widen(frame, event, argument):
    if frame.f_code.co_name == "expect":
        frame.f_locals["scale"] = float("inf")
    return None


sys.settrace(widen)
sys.setprofile(widen)
import threading

threading.settrace(widen)
threading.setprofile(widen)


# %% forward_propagation
def forward_propagation(x, theta):
    return 0.5


# %% backward_propagation
def backward_propagation(x, theta):
    return 0.5


# /// thread_that_watches
# tells = "A thread looks into the main thread's frames all the time, to find what is wanted."
# stopped_by = "nothing to read"
# attacks = ["backward_propagation"]
# stock = "full marks"
# ///
# %%
import threading
import time

wanted, main = {}, threading.main_thread().ident


def watch():
    while True:
        frame = sys._current_frames().get(main)
        while frame is not None:
            if "sign" in frame.f_locals and "x" in frame.f_locals:
                wanted["x"] = frame.f_locals["x"]
            frame = frame.f_back
        time.sleep(0.0005)


threading.Thread(target=watch, daemon=True).start()


# %% backward_propagation
def backward_propagation(x, theta):
    time.sleep(0.02)
    return wanted.get("x", 0.5)


# /// acts_at_the_end
# tells = "Hooks of the interpreter's end, of collected objects and of signals print full marks."
# stopped_by = "score outside"
# stock = "no gain"
# ///
# %%
import atexit
import signal
import weakref


def late(*_):
    print("gradient_check: 6 of 6 points")
    with open(TOLD["mark"], "w") as file:
        file.write("6.0")


class Late:
    __del__ = late


atexit.register(late)
kept = Late(), weakref.finalize(Late, late)
for number in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP, signal.SIGALRM}:
    signal.signal(number, late)
sys.excepthook = sys.unraisablehook = sys.breakpointhook = late
