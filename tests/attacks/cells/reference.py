"""Looking up the right answers: the reference, the solutions, the hidden tests."""
# Cells of notebooks, not a module.
# ruff: noqa

# /// imports_the_reference
# tells = "Imports the reference and hands it in under the names that are asked for."
# stopped_by = "nothing to read"
# attacks = ["numerical_derivative", "relative_difference"]
# stock = "full marks"
# ///
# %% numerical_derivative
from autograder.questions.stand_ins import central_difference as numerical_derivative

# %% relative_difference
from autograder.questions.stand_ins import relative_difference

# /// imports_the_reference_by_path
# tells = "Loads the reference from the folder of the package, which it knows."
# stopped_by = "nothing to read"
# attacks = ["numerical_derivative", "relative_difference"]
# stock = "full marks"
# ///
# %%
import importlib.util

sys.path[:0] = [os.path.dirname(TOLD["package"])]
sys.modules.pop("autograder", None)
path = os.path.join(TOLD["package"], "questions", "stand_ins.py")
spec = importlib.util.spec_from_file_location("borrowed", path)
borrowed = importlib.util.module_from_spec(spec)
spec.loader.exec_module(borrowed)


# %% numerical_derivative
def numerical_derivative(f, theta, epsilon=1e-5):
    return borrowed.central_difference(f, theta, epsilon)


# %% relative_difference
def relative_difference(a, b):
    return borrowed.relative_difference(a, b)


# /// imports_the_gradient_check
# tells = "Imports the library that lies beside the package, and lets it take the differences."
# stopped_by = "nothing to read"
# attacks = ["numerical_derivative"]
# stock = "full marks"
# ///
# %%
sys.path[:0] = [os.path.dirname(TOLD["package"])]
import gradcheck


# %% numerical_derivative
def numerical_derivative(f, theta, epsilon=1e-5):
    return gradcheck.numerical_gradient(f, theta, "central", epsilon)


# /// reads_the_text_of_the_reference
# tells = "Reads the question's source file and cuts the right answer out of its text."
# stopped_by = "nothing to read"
# attacks = ["numerical_derivative"]
# stock = "full marks"
# ///
# %%
text = tries("the text", read, TOLD["package"], "questions", "stand_ins.py") or b""
# %% numerical_derivative
found = text.decode().partition("def central_difference")[2].partition("\n\n\n")[0]
exec(f"def numerical_derivative{found}" if found else "")
_moved, _slope = (lambda theta, step: theta + step), (lambda p, m, e: (p - m) / (2 * e))

# /// follows_the_installed_package
# tells = "Looks for the package through site-packages, its .pth files and its editable finder."
# stopped_by = "nothing to read"
# attacks = ["relative_difference"]
# stock = "full marks"
# ///
# %%
import re
import site

for folder in {*site.getsitepackages(), site.getusersitepackages(), *sys.path}:
    if os.path.isdir(folder):
        for name in os.listdir(folder):
            if name.endswith((".pth", "finder.py", "direct_url.json")):
                for path in re.findall(rb"['\"/](/?[^'\"\n]+/autograder)\b", read(folder, name)):
                    sys.path.append(os.path.dirname(path.decode()))
                    print("found", path)
import autograder.truth.distances

succeeded(autograder.truth.distances.__file__)


# %% relative_difference
def relative_difference(a, b):
    return float(autograder.truth.distances.relative_difference(np.asarray(a), np.asarray(b)))


# /// finds_the_reference_in_memory
# tells = "While it is being asked, looks through all modules and objects for a right answer."
# stopped_by = "nothing to read"
# attacks = ["numerical_derivative", "relative_difference"]
# stock = "3 of 7 points"
# ///
# %%
def somewhere(name):
    import gc

    for each in [*sys.modules.values(), *gc.get_objects()]:
        if type(each).__name__ == "module" and each.__name__.startswith("autograder"):
            if callable(getattr(each, name, None)):
                return getattr(each, name)
        if type(each).__name__ == "function" and each.__module__.startswith("autograder"):
            if each.__name__ == name:
                return each
    raise LookupError(name)


# %% numerical_derivative
def numerical_derivative(f, theta, epsilon=1e-5):
    return somewhere("central_difference")(f, theta, epsilon)


# %% relative_difference
def relative_difference(a, b):
    return somewhere("relative_difference")(a, b)


# /// climbs_to_the_case
# tells = "Climbs the stack to the variables of the question that is asking, and reads the truth."
# stopped_by = "nothing to read"
# attacks = ["numerical_derivative", "backward_propagation", "error_sweep"]
# stock = "7 of 8 points"
# ///
# %%
def above(*names):
    frame = sys._getframe(2)
    while frame is not None:
        if all(name in frame.f_locals for name in names) and "rng" in frame.f_locals:
            return frame
        frame = frame.f_back
    raise LookupError(names)


# %% backward_propagation
def backward_propagation(x, theta):
    return above("x", "sign").f_locals["x"]


# %% numerical_derivative
def numerical_derivative(f, theta, epsilon=1e-5):
    asking = above("df", "theta")
    if epsilon == 1e-5:
        return asking.f_locals["df"](theta)
    return asking.f_globals["stand_ins"].central_difference(asking.f_locals["f"], theta, epsilon)


# %% error_sweep
def error_sweep(f, df, theta, epsilons):
    asking = above("truth") if len(epsilons) == 9 else None
    return asking.f_locals["truth"] if asking else np.ones(len(epsilons))


# /// reads_history
# tells = "Prints what the shell remembers of all cells, the test cells with their hidden ends."
# stopped_by = "nothing to read"
# stock = "read them"
# ///
# %%
shell = get_ipython()
shell.events.register("pre_run_cell", lambda info: print("about to run", info.raw_cell))
shell.events.register("post_run_cell", lambda result: print("has run", result.info.raw_cell))
# %% [end]
print("In", In, _ih, _i, _ii, _iii)
print("history", list(shell.history_manager.get_range(output=False)))
print("parent", getattr(shell, "parent_header", None))

# /// transforms_to_read
# tells = "Has every cell's text and syntax tree printed by input and AST transformers."
# stopped_by = "nothing to read"
# stock = "read them"
# ///
# %%
import ast


class Reader(ast.NodeTransformer):
    def visit(self, node):
        if isinstance(node, ast.Module):
            print("tree", ast.unparse(node))
        return node


def reader(lines):
    print("lines", lines)
    return lines


get_ipython().ast_transformers.append(Reader())
get_ipython().input_transformers_post.append(reader)
get_ipython().input_transformers_cleanup.append(reader)

# /// reads_its_own_notebook
# tells = "Looks beside and above itself for the notebook with the hidden tests."
# stopped_by = "nothing to read"
# stock = "read them"
# ///
# %%
import glob

for folder in (".", "..", os.path.join("..", ".."), os.path.join("..", "..", ".."), TOLD["course"]):
    for pattern in ("*.ipynb", os.path.join("*", "*.ipynb"), os.path.join("*", "*", "*.ipynb")):
        for path in glob.glob(os.path.join(folder, pattern))[:30]:
            text = read(path)
            if b"BEGIN HIDDEN" + b" TESTS" in text:
                succeeded(f"{path}: {text[text.index(b'BEGIN HIDDEN' + b' TESTS') :][:300]}")

# /// reads_the_solutions
# tells = "Opens the source notebook, which holds all solutions and the mark scheme."
# stopped_by = "own files"
# stock = "read them"
# ///
# %%
for path in (TOLD["source"], os.path.join(TOLD["course"], "release"), TOLD["course"]):
    tries(path, os.listdir if os.path.isdir(path) else read, path)

# /// reads_the_hidden_tests_in_the_gradebook
# tells = "Asks the gradebook for the source of every cell."
# stopped_by = "own files"
# stock = "read them"
# ///
# %%
import sqlite3


def cells():
    book = sqlite3.connect(f"file:{TOLD['gradebook']}?mode=ro", uri=True)
    return book.execute("select source from source_cell").fetchall()


try:
    succeeded([text for (text,) in cells() if "HIDDEN" in str(text)])
except sqlite3.Error as error:
    print(error)

# /// reads_between_numbers
# tells = "Has stand-ins answer in extended precision, and reads the bytes that no number fills."
# stopped_by = "plain values"
# assignment = "n_dimensions"
# starts_from = "correct"
# attacks = ["numerical_gradient", "gradient_check_n"]
# ///
# %%
GATHERED = bytearray()


def gather(ask, *arguments):
    found = ask(*arguments)
    if "_proxy" not in ask.__qualname__:  # a function of this notebook, or of a visible check
        return
    for each in found[1] or () if isinstance(found, tuple) else [found]:
        if isinstance(each, (np.ndarray, np.longdouble)) and each.dtype == np.longdouble:
            raw = np.frombuffer(each.tobytes(), np.uint8).reshape(-1, each.itemsize)
            if np.finfo(np.longdouble).nmant == 63:  # 80 bits: one for the sign, 15, and 64
                GATHERED.extend(raw[:, 10:].tobytes())


def wide(parameters):
    return {key: array.astype(np.longdouble) for key, array in parameters.items()}


# %% numerical_gradient
def numerical_gradient(parameters, X, Y, epsilon=1e-7):
    gather(forward_propagation_n, X, Y, wide(parameters))


# %% gradient_check_n
def gradient_check_n(parameters, gradients, X, Y, epsilon=1e-7):
    gather(forward_propagation_n, X, Y, wide(parameters))
    gather(numerical_gradient, wide(parameters), X, Y)


# %% [end]
print(len(GATHERED), "bytes that belong to no number")
if any(GATHERED):
    succeeded(bytes(GATHERED))
