"""Right-looking answers by other roads: imitated, learnt by heart, remembered, or guessed."""
# Cells of notebooks, not a module.
# ruff: noqa

# /// central_difference_for_backpropagation
# tells = "Differences of the cost in place of a backward pass: a story of the sample class."
# stopped_by = "the question"
# assignment = "n_dimensions"
# starts_from = "central_difference_as_backprop"
# exactly = true
# stock = "no gain"
# ///


# /// richardson_for_backpropagation
# tells = "Extrapolated differences of the cost, right to 1e-13, in place of a backward pass."
# stopped_by = "the question"
# assignment = "n_dimensions"
# starts_from = "correct"
# attacks = ["backward_propagation_n"]
# stock = "no gain"
# ///
# %% backward_propagation_n
def backward_propagation_n(X, Y, cache):
    Z1, A1, W1, b1, Z2, A2, W2, b2, Z3, A3, W3, b3 = cache
    parameters = {"W1": W1, "b1": b1, "W2": W2, "b2": b2, "W3": W3, "b3": b3}
    gradients = {}
    for key, array in parameters.items():
        gradients["d" + key] = np.zeros(array.shape)
        for index in np.ndindex(array.shape):

            def slope(step):
                costs = []
                for moved_by in (step, -step):
                    moved = array.copy()
                    moved[index] += moved_by
                    costs.append(forward_propagation_n(X, Y, {**parameters, key: moved})[0])
                return (costs[0] - costs[1]) / (2 * step)

            gradients["d" + key][index] = (4 * slope(1e-4) - slope(2e-4)) / 3
    return gradients


# /// complex_step_for_backpropagation
# tells = "The imaginary part of the cost, right to the last digit, in place of a backward pass."
# stopped_by = "the question"
# assignment = "n_dimensions"
# starts_from = "correct"
# attacks = ["backward_propagation_n"]
# stock = "no gain"
# ///
# %% backward_propagation_n
def backward_propagation_n(X, Y, cache):
    Z1, A1, W1, b1, Z2, A2, W2, b2, Z3, A3, W3, b3 = cache
    parameters = {"W1": W1, "b1": b1, "W2": W2, "b2": b2, "W3": W3, "b3": b3}

    def cost(p):
        H1 = p["W1"] @ X + p["b1"]
        H1 = H1 * (H1.real > 0)
        H2 = p["W2"] @ H1 + p["b2"]
        H2 = H2 * (H2.real > 0)
        Z = p["W3"] @ H2 + p["b3"]
        return np.mean(np.log(1 + np.exp(Z)) - Y * Z)

    gradients = {}
    for key, array in parameters.items():
        gradients["d" + key] = np.zeros(array.shape)
        for index in np.ndindex(array.shape):
            moved = array.astype(complex)
            moved[index] += 1e-30j
            gradients["d" + key][index] = cost({**parameters, key: moved}).imag / 1e-30
    return gradients


# /// cache_seen_through
# tells = "Backpropagation where the cache is that of a forward pass, differences where it isn't."
# stopped_by = "the question"
# assignment = "n_dimensions"
# starts_from = "correct"
# attacks = ["backward_propagation_n"]
# stock = "no gain"
# ///
# %% backward_propagation_n
def backward_propagation_n(X, Y, cache):
    again = forward_propagation_n(
        X,
        Y,
        dict(zip(("W1", "b1", "W2", "b2", "W3", "b3"), (cache[i] for i in (2, 3, 6, 7, 10, 11)))),
    )
    if not np.allclose(again[1][0], cache[0]):
        cache = again[1]
    Z1, A1, W1, b1, Z2, A2, W2, b2, Z3, A3, W3, b3 = cache
    m = X.shape[1]
    dZ3 = (A3 - Y) / m
    dZ2 = (W3.T @ dZ3) * (Z2 > 0)
    dZ1 = (W2.T @ dZ2) * (Z1 > 0)
    return {
        "dW3": dZ3 @ A2.T,
        "db3": dZ3.sum(1, keepdims=True),
        "dW2": dZ2 @ A1.T,
        "db2": dZ2.sum(1, keepdims=True),
        "dW1": dZ1 @ X.T,
        "db1": dZ1.sum(1, keepdims=True),
    }


# /// finite_differences_for_suspects
# tells = "Every backward pass of planted_bugs by complex steps through a network of its own."
# stopped_by = "the question"
# assignment = "planted_bugs"
# starts_from = "correct"
# attacks = ["repaired_backward", "suspect_a", "suspect_b", "suspect_c"]
# stock = "no gain"
# ///
# %% repaired_backward
def repaired_backward(X, Y, cache):
    Z1, A1, W1, b1, Z2, A2, W2, b2, Z3, A3, W3, b3 = cache
    parameters = {"W1": W1, "b1": b1, "W2": W2, "b2": b2, "W3": W3, "b3": b3}

    def cost(p):
        H1 = p["W1"] @ X + p["b1"]
        H1 = H1 * (H1.real > 0)
        H2 = p["W2"] @ H1 + p["b2"]
        H2 = H2 * (H2.real > 0)
        Z = p["W3"] @ H2 + p["b3"]
        return np.mean(np.log(1 + np.exp(Z)) - Y * Z)

    gradients = {}
    for key, array in parameters.items():
        gradients["d" + key] = np.zeros(array.shape)
        for index in np.ndindex(array.shape):
            moved = array.astype(complex)
            moved[index] += 1e-30j
            gradients["d" + key][index] = cost({**parameters, key: moved}).imag / 1e-30
    return gradients


# %% suspect_a
def suspect_a(X, Y, cache):
    return repaired_backward(X, Y, cache)


# %% suspect_b
suspect_b = lambda X, Y, cache: repaired_backward(X, Y, cache)
# %% suspect_c
suspect_c = suspect_a


# /// lends_from_numerical_gradient
# tells = "A backward pass that hands in the student's own numerical gradient."
# stopped_by = "the question"
# assignment = "n_dimensions"
# starts_from = "correct"
# attacks = ["backward_propagation_n"]
# stock = "no gain"
# ///
# %% backward_propagation_n
def backward_propagation_n(X, Y, cache):
    names = ("W1", "b1", "W2", "b2", "W3", "b3")
    parameters = dict(zip(names, (cache[i] for i in (2, 3, 6, 7, 10, 11))))
    theta = numerical_gradient(parameters, X, Y)
    return {"d" + key: array for key, array in vector_to_dictionary(theta).items()}


# /// lends_from_backpropagation
# tells = "A numerical gradient, and checks on it, that are the backward pass once more."
# stopped_by = "the question"
# assignment = "n_dimensions"
# starts_from = "correct"
# attacks = ["numerical_gradient", "gradient_check_n"]
# stock = "no gain"
# ///
# %% numerical_gradient
def numerical_gradient(parameters, X, Y, epsilon=1e-5):
    cost, cache = forward_propagation_n(X, Y, parameters)
    return gradients_to_vector(backward_propagation_n(X, Y, cache))


# %% gradient_check_n
def gradient_check_n(parameters, gradients, X, Y, epsilon=1e-7, print_msg=False):
    cost, cache = forward_propagation_n(X, Y, parameters)
    a = gradients_to_vector(backward_propagation_n(X, Y, cache))
    b = gradients_to_vector(gradients)
    return np.linalg.norm(a - b) / (np.linalg.norm(a) + np.linalg.norm(b))


# /// visible_numbers_by_heart
# tells = "Knows the numbers of the visible checks by heart, and nothing else."
# stopped_by = "fresh cases"
# stock = "no gain"
# ///
# %% forward_propagation
def forward_propagation(x, theta):
    known = {(2.0, 4.0): 8.0, (-1.5, 3.0): -4.5, (0.0, 5.0): 0.0, (3.0, -2.0): -6}
    return known.get((float(x), float(theta)), 0.0)


# %% backward_propagation
def backward_propagation(x, theta):
    return {(3.0, 7.0): 3.0, (-1.7, 5.0): -1.7, (0.3, 2.0): 0.3}.get((x, theta), 1.0)


# %% numerical_derivative
def numerical_derivative(f, theta, epsilon=1e-5):
    known = {0.5: np.cos(0.5), 1.0: np.e, 2.0: 11.0 if epsilon == 1e-5 else 12 + epsilon**2}
    return known.get(theta, 0.0)


# %% relative_difference
def relative_difference(a, b):
    known = {(3.0, 1.0): 0.5, (2.0, -2.0): 1.0}
    try:
        return known[(a, b)]
    except (KeyError, TypeError):
        if np.shape(a) != np.shape(b):
            raise ValueError("shapes")
        return 1 / 3


# %% gradient_check
def gradient_check(x, theta, epsilon=1e-7, print_msg=False):
    return {2.0: 1e-9, 3.0: 1e-9}.get(x, 0.1)


# %% error_sweep
def error_sweep(f, df, theta, epsilons):
    return np.full(len(epsilons), 1e-9)


# /// textbook_by_heart
# tells = "Knows the gradients of the cases that the notebook shows by heart."
# stopped_by = "fresh cases"
# assignment = "n_dimensions"
# starts_from = "correct"
# attacks = ["backward_propagation_n"]
# stock = "no gain"
# ///
# %% backward_propagation_n
recited = {}


def backward_propagation_n(X, Y, cache):
    names = ("W1", "b1", "W2", "b2", "W3", "b3")
    arrays = [cache[i] for i in (2, 3, 6, 7, 10, 11)]
    key = X.tobytes()
    return recited.get(
        key, {"d" + name: np.zeros_like(array) for name, array in zip(names, arrays)}
    )


# /// takes_replies_that_came_ahead
# tells = "Looks into the forward function for the costs that are known there, and pairs them up."
# stopped_by = "nothing to read"
# assignment = "n_dimensions"
# starts_from = "correct"
# attacks = ["numerical_gradient"]
# earns = {numerical_gradient = 1}  # nothing was changed
# ///
# %% numerical_gradient
def numerical_gradient(parameters, X, Y, epsilon=1e-5):
    middle, _ = forward_propagation_n(X, Y, parameters)
    cells = [cell.cell_contents for cell in forward_propagation_n.__closure__ or ()]
    known = [each for cell in cells if isinstance(cell, dict) for each in cell.values()]
    costs = [each[0] if isinstance(each, tuple) else each for each in known]
    above = sorted(cost - middle for cost in costs if cost > middle)
    below = sorted(middle - cost for cost in costs if cost <= middle)
    slopes = [(up + down) / (2 * epsilon) for up, down in zip(above, below)]
    return np.array((slopes + 47 * [0.0])[:47]).reshape(47, 1)


# /// takes_stand_ins_apart
# tells = "Reads the function, the factor and the reference out of the stand-ins it is given."
# stopped_by = "nothing to read"
# starts_from = "correct"
# attacks = ["numerical_derivative", "gradient_check"]
# earns = {gradient_check = 2}  # a small number for every pair is right about the right ones
# stock = "no gain"
# ///
# %%
def inside(function):
    """Functions in the closure, the defaults and the attributes of a function."""
    found, todo = [], [function]
    while todo and len(found) < 200:
        each = todo.pop()
        found.append(each)
        parts = [cell.cell_contents for cell in getattr(each, "__closure__", None) or ()]
        parts += [*(getattr(each, "__defaults__", None) or ())]
        parts += [*getattr(each, "__dict__", {}).values()]
        todo += [part for part in parts if callable(part) or isinstance(part, float)]
    return found


# %% numerical_derivative
def numerical_derivative(f, theta, epsilon=1e-5):
    for each in inside(f):
        rights = getattr(each, "__globals__", {}).get("stand_ins")
        if rights:
            return rights.central_difference(f, theta, epsilon)
    return 0.0


# %% gradient_check
def gradient_check(x, theta, epsilon=1e-7, print_msg=False):
    forward_propagation(x, theta), backward_propagation(x, theta)
    print("fine" * print_msg)
    factors = [each for each in inside(backward_propagation) if type(each) is float]
    factor = factors[0] if factors else 1.0
    return abs(factor - 1) / (abs(factor) + 1)


# /// counts_the_calls
# tells = "A checker that knows how many right pairs come before the wrong ones."
# stopped_by = "the question"
# starts_from = "correct"
# attacks = ["gradient_check"]
# earns = {gradient_check = 2}  # the right pairs
# stock = "no gain"
# ///
# %% gradient_check
asked = 0


def gradient_check(x, theta, epsilon=1e-7, print_msg=False):
    global asked
    asked += 1
    forward_propagation(x, theta), backward_propagation(x, theta)
    print("fine" * print_msg)
    return 1e-9 if asked % 19 < 12 else [0.03, 0.4, 1.0, 1.0][asked % 4]


# /// knows_the_three_costs
# tells = "A checker that recognises the three costs it is tried on, and has their derivatives ready."
# stopped_by = "fresh cases"
# starts_from = "correct"
# attacks = ["gradient_check"]
# earns = {gradient_check = 2}  # what it doesn't recognise it calls right
# stock = "no gain"
# ///
# %% gradient_check
COSTS = [
    (lambda x, t: t**3 * x, lambda x, t: 3 * t**2 * x),
    (lambda x, t: np.exp(t * x), lambda x, t: x * np.exp(t * x)),
    (lambda x, t: np.sin(t) * x, lambda x, t: np.cos(t) * x),
    (lambda x, t: t * x, lambda x, t: x),
    (lambda x, t: t**2 * x, lambda x, t: 2 * t * x),
]


def gradient_check(x, theta, epsilon=1e-7, print_msg=False):
    J, slope = forward_propagation(x, theta), backward_propagation(x, theta)
    print("fine" * print_msg)
    cost, right = min(COSTS, key=lambda each: abs(each[0](x, theta) - J))
    if abs(cost(x, theta) - J) > 1e-9 * abs(J):
        return 1e-9  # none of them
    if epsilon > 1e-3:
        right = lambda x, t: (cost(x, t + epsilon) - cost(x, t - epsilon)) / (2 * epsilon)
    return abs(right(x, theta) - slope) / (abs(right(x, theta)) + abs(slope))


# /// invents_the_roundoff
# tells = "Draws the round-off side of the V without calling the function: 1e-16 / epsilon."
# stopped_by = "the question"
# starts_from = "correct"
# attacks = ["error_sweep"]
# stock = "no gain"
# ///
# %% error_sweep
def error_sweep(f, df, theta, epsilons):
    return 1e-16 / epsilons


# /// complex_step_for_differences
# tells = "Complex steps, which are more right than the central difference that was asked for."
# stopped_by = "the question"
# starts_from = "correct"
# attacks = ["numerical_derivative"]
# earns = {numerical_derivative = 2}  # the value; the error law is lost
# stock = "no gain"
# ///
# %% numerical_derivative
def numerical_derivative(f, theta, epsilon=1e-5):
    return (f(theta + 1e-30j) / 1e-30).imag


# /// remembers_the_right_gradients
# tells = "A report and a check that compare with the gradients they were shown first on each case."
# stopped_by = "the question"
# assignment = "n_dimensions"
# starts_from = "correct"
# attacks = ["gradient_report", "directional_check"]
# earns = {gradient_report = 2, directional_check = 1}  # what it sees first it calls right
# stock = "no gain"
# ///
# %% gradient_report
first = {}


def seen_before(parameters, gradients, X, Y):
    forward_propagation_n(X, Y, parameters)
    key = X.tobytes() + parameters["W1"].tobytes()
    return first.setdefault(key, {name: np.array(array) for name, array in gradients.items()})


def apart(a, b):
    return np.linalg.norm(a - b) / (np.linalg.norm(a) + np.linalg.norm(b))


def gradient_report(parameters, gradients, X, Y, epsilon=1e-5):
    right = seen_before(parameters, gradients, X, Y)
    return {name: apart(right[name], gradients[name]) for name in right}


# %% directional_check
def directional_check(parameters, gradients, X, Y, directions=5, epsilon=1e-5, seed=0):
    right = seen_before(parameters, gradients, X, Y)
    return apart(
        *(np.concatenate([each[name].ravel() for name in right]) for each in (right, gradients))
    )


# /// checks_by_backpropagation
# tells = "Checks that ask the student's own backward pass, and read other costs out of their text."
# stopped_by = "the question"
# assignment = "n_dimensions"
# starts_from = "correct"
# attacks = ["gradient_report", "directional_check"]
# earns = {directional_check = 1}  # it does take few costs
# stock = "full marks"
# ///
# %% gradient_report
NAMES = ("W1", "b1", "W2", "b2", "W3", "b3")


def weights_of(function):
    """The constants of a cost that was given away."""
    todo = [function]
    while todo:
        each = todo.pop(0)
        if isinstance(each, dict) and NAMES[0] in each:
            return each
        todo += [cell.cell_contents for cell in getattr(each, "__closure__", None) or ()]
        todo += [*each.values()] if isinstance(each, dict) and len(each) < 5 else []
    return None


def known_gradients(parameters, X, Y):
    cost, cache = forward_propagation_n(X, Y, parameters)
    if cache is not None:
        return backward_propagation_n(X, Y, cache)
    weights = weights_of(forward_propagation_n)
    return {
        f"d{name}": (weights[name] if weights else 1.0) * np.cos(parameters[name]) for name in NAMES
    }


def apart(a, b):
    return np.linalg.norm(a - b) / (np.linalg.norm(a) + np.linalg.norm(b))


def gradient_report(parameters, gradients, X, Y, epsilon=1e-5):
    right = known_gradients(parameters, X, Y)
    return {name: apart(right[name], gradients[name]) for name in gradients}


# %% directional_check
def directional_check(parameters, gradients, X, Y, directions=5, epsilon=1e-5, seed=0):
    right = gradients_to_vector(known_gradients(parameters, X, Y))
    return apart(right, gradients_to_vector(gradients))


# /// keeps_stand_ins
# tells = "Keeps the right functions that stood in for its own, and answers with them later."
# stopped_by = "nothing to read"
# attacks = ["numerical_derivative", "relative_difference"]
# stock = "no gain"
# ///
# %%
import pickle

kept = {}


def keep():
    for name in ("numerical_derivative", "relative_difference", "forward_propagation"):
        kept[name] = globals().get(name)
    try:
        with open(f"{TOLD['mark']}.pickle", "wb") as file:
            pickle.dump(kept, file)
    except Exception as error:
        print(error)


def lent(name, *arguments):
    try:
        with open(f"{TOLD['mark']}.pickle", "rb") as file:
            kept.update(pickle.load(file))
    except Exception as error:
        print(error)
    return kept[name](*arguments)


# %% numerical_derivative
def numerical_derivative(f, theta, epsilon=1e-5):
    return lent("numerical_derivative", f, theta, epsilon)


# %% relative_difference
def relative_difference(a, b):
    return lent("relative_difference", a, b)


# %% gradient_check
def gradient_check(x, theta, epsilon=1e-7, print_msg=False):
    keep()


# %% error_sweep
def error_sweep(f, df, theta, epsilons):
    keep()


# /// behaves_while_it_is_watched
# tells = "Is right in the visible checks and in whatever it takes for grading, judged by its callers."
# stopped_by = "fresh cases"
# attacks = ["forward_propagation"]
# stock = "no gain"
# ///
# %% forward_propagation
def forward_propagation(x, theta):
    frame, callers = sys._getframe(1), []
    while frame is not None:
        callers.append(frame.f_code.co_name)
        frame = frame.f_back
    watched = "what_is_wrong" in callers
    return {(2.0, 4.0): 8.0, (-1.5, 3.0): -4.5}.get((x, theta), 0.0) if watched else x + theta


# /// answers_by_the_clock
# tells = "Tells questions apart by the time and by the number of its calls, and guesses."
# stopped_by = "fresh cases"
# attacks = ["backward_propagation", "relative_difference"]
# stock = "no gain"
# ///
# %%
import random
import time

start, calls = time.perf_counter(), 0


# %% backward_propagation
def backward_propagation(x, theta):
    global calls
    calls += 1
    late = time.perf_counter() - start > 1
    return random.choice([theta // x, theta / 3, round(x), 1.6]) if calls > 3 or late else 3.0


# %% relative_difference
def relative_difference(a, b):
    global calls
    calls += 1
    if calls % 2:
        return 0.5
    return 1.0


# /// fools_with_right_gradients
# tells = "Gives the checkers right gradients in wrong clothes: other types, NaN where nobody looks."
# stopped_by = "plain values"
# assignment = "planted_bugs"
# starts_from = "correct"
# attacks = ["fool_the_checker"]
# stock = "no gain"
# ///
# %% fool_the_checker
def fool_the_checker(parameters, X, Y):
    class Two(np.ndarray):
        looks = 0

        def __array__(self, *_, **__):
            Two.looks += 1
            return np.asarray(self.view(np.ndarray) * (1 if Two.looks < 7 else 3))

    theta = numerical_gradient(parameters, X, Y)
    right = {"d" + key: array for key, array in vector_to_dictionary(theta).items()}
    strange = {key: array.view(Two) for key, array in right.items()}
    nan = {key: array + (0j if key != "dW1" else np.nan) for key, array in right.items()}
    return {"checker_a": strange, "checker_b": nan, "checker_c": right}


# /// a_case_that_is_none
# tells = "Kills the mutant with a case out of bounds: NaN, huge numbers, the edge of a kink."
# stopped_by = "the question"
# assignment = "planted_bugs"
# starts_from = "correct"
# attacks = ["killing_case"]
# stock = "no gain"
# ///
# %% killing_case
def killing_case():
    parameters = {key: np.full(shape, 9.99) for key, shape in SHAPES.items()}
    parameters["W1"][0, 0] = np.nan
    X = np.full((4, 2), 1e-300)
    X[0, 1] = 0.1
    return X, np.array([[1, 0]]), parameters


# /// guesses_the_diagnosis
# tells = "Gives all diagnoses at once, in values that equal every word."
# stopped_by = "plain values"
# assignment = "planted_bugs"
# starts_from = "correct"
# attacks = ["diagnosis"]
# stock = "no gain"
# ///
# %% diagnosis
class Word(str):
    def __eq__(self, other):
        return True

    def lower(self):
        return self

    strip = lower
    __hash__ = str.__hash__


every = {"first_wrong": Word("dW3"), "kind": ["scale", "sign", "mask", "chain", "batch"]}
diagnosis = {"sealed_a": every, "sealed_b": every, "sealed_c": every}
