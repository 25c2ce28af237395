"""If one of these lost a part, students would lose points for their style of writing code."""
# ruff: noqa: F811, F821 (many answers to one question; their names are those of the notebook)

from functools import partial

import numpy as np

from tests.questions.answers import other_words, style

forward = partial(other_words, "n_dimensions", "forward_propagation_n")
backward = partial(other_words, "n_dimensions", "backward_propagation_n")
check = partial(other_words, "n_dimensions", "gradient_check_n")
report = partial(other_words, "n_dimensions", "gradient_report")
directional = partial(other_words, "n_dimensions", "directional_check")

COST = "np.mean(np.logaddexp(0, Z3) - Y * Z3)"

forward("Divides the sum by m.", (COST, "np.sum(np.logaddexp(0, Z3) - Y * Z3) / X.shape[1]"))
forward(
    "Writes softplus as a maximum and a logarithm.",
    (COST, "np.mean(np.maximum(Z3, 0) - Y * Z3 + np.log1p(np.exp(-np.abs(Z3))))"),
)
forward(
    "Chooses the logit's sign by the label.",
    (COST, "np.mean(np.logaddexp(0, np.where(np.reshape(Y, (1, -1)) == 1, -Z3, Z3)))"),
)
forward("Takes the cost for an array.", ("cost =", "cost = np.array([[0.0]]) +"))
forward("Takes the cost for a Python number.", (COST, f"{COST}.item()"))
forward("Returns lists.", ("return cost, (", "return [cost, list(("), ("W3, b3)\n", "W3, b3))]\n"))
forward(
    "Takes the parameters in their order.",
    ("(parameters[key] for key in SHAPES)", "parameters.values()"),
)
forward(
    "Multiplies the labels by a product.",
    (COST, "(np.sum(np.logaddexp(0, Z3)) - np.dot(Y, Z3.T)) / X.shape[1]"),
)
forward("Squeezes the cost.", ("return cost,", "return np.squeeze(cost),"))
forward("Copies what it caches.", ("cost, (Z1, A1, W1,", "cost, (Z1 + 0, A1.copy(), np.array(W1),"))


@style
def forward_propagation_n(X, Y, parameters):
    """Goes example by example."""
    columns, losses = [], []
    for x, y in zip(X.T, np.ravel(Y), strict=True):
        A, found = x[:, None], []
        for layer in "123":
            Z = parameters["W" + layer] @ A + parameters["b" + layer]
            A = 1 / (1 + np.exp(-Z)) if layer == "3" else Z.clip(0)
            found += [Z, A]
        losses.append(np.logaddexp(0, Z) - y * Z)
        columns.append(found)
    Z1, A1, Z2, A2, Z3, A3 = (np.hstack(each) for each in zip(*columns, strict=True))
    W1, b1, W2, b2, W3, b3 = (parameters[key] for key in SHAPES)
    return np.mean(losses), (Z1, A1, W1, b1, Z2, A2, W2, b2, Z3, A3, W3, b3)


backward("Adds its dZ to the answer.", ('return {"dW1"', 'return {"dZ3": dZ3, "dZ1": dZ1, "dW1"'))
backward(
    "Takes the mask from the activations.", ("(Z2 > 0)", "(A2 > 0)"), ("(Z1 > 0)", "(A1 != 0)")
)
backward("Counts zero as on.", ("(Z2 > 0)", "(Z2 >= 0)"), ("(Z1 > 0)", "np.heaviside(Z1, 1)"))
backward("Counts the labels.", ("X.shape[1]", "np.size(Y)"))
backward(
    "Divides once, at the top.",
    ("dZ3 = A3 - Y", "dZ3 = (A3 - Y) / m"),
    ("T / m", "T"),
    ("True) / m", "True)"),
)
backward("Multiplies by 1. / m.", (" @ A2.T / m", " @ A2.T * (1.0 / m)"))
backward(
    "Takes the mean.", ("np.sum(dZ1, axis=1, keepdims=True) / m", "np.mean(dZ1, 1, keepdims=True)")
)
backward("Turns the labels into a row.", ("A3 - Y", "A3 - np.array(Y, dtype=float).reshape(1, m)"))
backward("Zeroes a copy.", ("dA2 * (Z2 > 0)", "np.array(dA2)\n    dZ2[Z2 <= 0] = 0"))
backward("Computes A3 from Z3.", ("A3 - Y", "sigmoid(Z3) - Y"))
backward("Computes A1 from Z1.", ("A1.T", "relu(Z1).T"))
backward("Takes the sign of the activations.", ("(Z1 > 0)", "np.sign(A1)"))
backward("Masks its own array in place.", ("dA2 * (Z2 > 0)", "dA2\n    dZ2 *= Z2 > 0"))
backward("Gives the labels the shape of A3.", ("A3 - Y", "A3 - Y.reshape(A3.shape)"))
backward("Returns nested lists.", ('"dW1": dW1', '"dW1": dW1.tolist()'))
backward("Returns a matrix.", ('"dW1": dW1', '"dW1": np.asmatrix(dW1)'))
backward(
    "Divides by A3, without a guard.",
    (
        "dZ3 = A3 - Y",
        "dA3 = -Y / A3 + (1 - Y) / (1 - A3)\n    dZ3 = dA3 * A3 * (1 - A3)",
    ),
)
backward(
    "Divides by A3, with a guard.",
    (
        "dZ3 = A3 - Y",
        "dA3 = (1 - Y) / (1 - A3 + 1e-8) - Y / (A3 + 1e-8)\n    dZ3 = dA3 * A3 * (1 - A3)",
    ),
)
backward(
    "Works in longdouble.",
    ("dZ3 = A3 - Y", "dZ3 = np.longdouble(A3) - Y"),
    ('": d', '": 1.0 * d'),
    ("return {", "return {key: each.astype(float) for key, each in {"),
    ("db3}", "db3}.items()}"),
)
backward(
    "Sums by a product with ones.",
    ("np.sum(dZ2, axis=1, keepdims=True)", "(dZ2 @ np.ones((m, 1)))"),
)


@style
def backward_propagation_n(X, Y, cache):
    """Goes example by example."""
    Z1, A1, W1, b1, Z2, A2, W2, b2, _, A3, W3, b3 = cache
    theta = zip(SHAPES, (W1, b1, W2, b2, W3, b3), strict=True)
    grads = {"d" + key: np.zeros(array.shape) for key, array in theta}
    for i, y in enumerate(np.ravel(Y)):
        d3 = A3[:, i] - y
        d2 = W3.T @ d3 * (Z2[:, i] > 0)
        d1 = W2.T @ d2 * (Z1[:, i] > 0)
        for layer, d, a in (("3", d3, A2), ("2", d2, A1), ("1", d1, X)):
            grads["dW" + layer] += np.outer(d, a[:, i]) / len(X.T)
            grads["db" + layer] += d[:, None] / len(X.T)
    return grads


@style
def numerical_gradient(parameters, X, Y, epsilon=1e-5):
    """Moves the parameters themselves, and puts the old number back."""
    gradapprox = []
    for key in SHAPES:
        for i in np.ndindex(SHAPES[key]):
            before = parameters[key][i]
            costs = []
            for step in (epsilon, -epsilon):
                parameters[key][i] = before + step
                costs.append(forward_propagation_n(X, Y, parameters)[0])
            parameters[key][i] = before
            gradapprox.append((costs[0] - costs[1]) / (2 * epsilon))
    return np.array(gradapprox).reshape(-1, 1)


@style
def numerical_gradient(parameters, X, Y, epsilon=1e-5):
    """Divides by the step that was really taken."""
    theta = np.longdouble(dictionary_to_vector(parameters)[0][:, 0])
    found = np.zeros((len(theta), 1))
    for i in range(len(theta)):
        plus, minus = theta.astype(float), theta.astype(float)
        plus[i], minus[i] = plus[i] + epsilon, minus[i] - epsilon
        J_plus = forward_propagation_n(X, Y, vector_to_dictionary(plus))[0]
        J_minus = forward_propagation_n(X, Y, vector_to_dictionary(minus))[0]
        found[i] = (J_plus - J_minus) / (plus[i] - minus[i])
    return found


@style
def numerical_gradient(parameters, X, Y, epsilon=1e-5):
    """Works in longdouble, and returns it."""
    theta = dictionary_to_vector(parameters)[0].astype(np.longdouble)
    epsilon = np.longdouble(epsilon)
    found = np.zeros_like(theta)
    for i in range(47):
        costs = []
        for step in (epsilon, -epsilon):
            moved = theta.copy()
            moved[i] += step
            costs.append(forward_propagation_n(X, Y, vector_to_dictionary(moved))[0])
        found[i] = (costs[0] - costs[1]) / (2 * epsilon)
    return found


@style
def numerical_gradient(parameters, X, Y, epsilon=1e-5):
    """Moves its own vector, and puts it back."""
    theta, _ = dictionary_to_vector(parameters)
    found = np.zeros((47, 1))
    for i in range(47):
        theta[i] += epsilon
        J_plus, _ = forward_propagation_n(X, Y, vector_to_dictionary(theta))
        theta[i] -= 2 * epsilon
        J_minus, _ = forward_propagation_n(X, Y, vector_to_dictionary(theta))
        theta[i] += epsilon
        found[i] = (J_plus - J_minus) / (2 * epsilon)
    return found


@style
def numerical_gradient(parameters, X, Y, epsilon=1e-5):
    """Copies all that it was given."""
    from copy import deepcopy

    found = []
    for key in SHAPES:
        for i in np.ndindex(SHAPES[key]):
            plus, minus = deepcopy(parameters), deepcopy(parameters)
            plus[key][i] += epsilon
            minus[key][i] -= epsilon
            J_plus, _ = forward_propagation_n(X, Y, plus)
            J_minus, _ = forward_propagation_n(X, Y, minus)
            found.append([(J_plus - J_minus) / (2 * epsilon)])
    return np.array(found)


check(
    "Adds a little below the line.",
    ("np.linalg.norm(gradapprox)", "np.linalg.norm(gradapprox) + 1e-12"),
)
check(
    "Adds a hundred millionth below the line.",
    ("np.linalg.norm(gradapprox)", "np.linalg.norm(gradapprox) + 1e-8"),
)
check(
    "Looks for NaN before anything else.",
    ("grad = ", "if any(np.isnan(each).any() for each in gradients.values()):\n"
     "        return np.inf\n    grad = "),
)  # fmt: skip
check("Hands on a longdouble.", (", epsilon)", ", np.longdouble(epsilon))"))
check("Hands on an array without axes.", (", epsilon)", ", np.array(epsilon))"))
check(
    "Raises for NaN.",
    ("size =", 'if np.isnan(grad).any():\n        raise ValueError("NaN")\n    size ='),
)
check(
    "Says infinity for NaN.",
    ("return difference", "return np.inf if np.isnan(difference) else difference"),
)
check(
    "Returns a Python number, and always prints.",
    ("return difference", "print('hm')\n    return float(difference)"),
)


@style
def gradient_check_n(parameters, gradients, X, Y, epsilon=1e-7, print_msg=False):
    """Has its own loop, in longdouble."""
    theta = dictionary_to_vector(parameters)[0].astype(np.longdouble)
    grad, approx = gradients_to_vector(gradients), []
    for step in np.longdouble(epsilon) * np.eye(47)[:, :, None]:
        plus = forward_propagation_n(X, Y, vector_to_dictionary(theta + step))[0]
        minus = forward_propagation_n(X, Y, vector_to_dictionary(theta - step))[0]
        approx.append([(plus - minus) / (2 * epsilon)])
    approx = np.array(approx)
    return np.linalg.norm(grad - approx) / (np.linalg.norm(grad) + np.linalg.norm(approx))


@style
def gradient_check_n(parameters, gradients, X, Y, epsilon=1e-7, print_msg=False):
    """Goes array by array, with its own loop."""
    above, below, other = 0.0, 0.0, 0.0
    for key, array in parameters.items():
        for i in np.ndindex(array.shape):
            costs = []
            for sign in (1, -1):
                moved = {name: each.copy() for name, each in parameters.items()}
                moved[key][i] += sign * epsilon
                costs.append(forward_propagation_n(X, Y, moved)[0])
            approx = (costs[0] - costs[1]) / (2 * epsilon)
            grad = gradients["d" + key][i]
            above, below, other = above + (grad - approx) ** 2, below + grad**2, other + approx**2
    return above**0.5 / (below**0.5 + other**0.5)


check("Says at most 1.", ("return difference", "return min(difference, 1.0)"))

report("Adds a little below the line.", ("np.linalg.norm(b)", "np.linalg.norm(b) + 1e-12"))
report(
    "Adds a hundred millionth below the line.",
    ("np.linalg.norm(b)", "np.linalg.norm(b) + 1e-8"),
)
report("Hands on a longdouble.", (", epsilon)", ", np.longdouble(epsilon))"))
report("Reports Python numbers.", ("return report", "return {k: float(report[k]) for k in report}"))
report(
    "Returns arrays of one entry, and one key more.",
    ("report = {}", "report = {'m': 0}"),
    ("if size != 0 else 0.0", "* np.ones((1, 1))"),
)


@style
def gradient_report(parameters, gradients, X, Y, epsilon=1e-5):
    """Cuts the vectors at the keys."""
    keys = dictionary_to_vector(parameters)[1]
    grad = gradients_to_vector(gradients).ravel()
    approx = numerical_gradient(parameters, X, Y, epsilon=epsilon).ravel()
    found = {}
    for key in parameters:
        here = [i for i, each in enumerate(keys) if each == key]
        a, b = grad[here], approx[here]
        found["d" + key] = np.sqrt(sum((a - b) ** 2)) / (np.sqrt(sum(a**2)) + np.sqrt(sum(b**2)))
    return found


DRAW = "v = rng.normal(size=theta.shape)"

BOTH_SIDES = """J_plus, _ = forward_propagation_n(X, Y, vector_to_dictionary(theta + epsilon * v))
        J_minus, _ = forward_propagation_n(X, Y, vector_to_dictionary(theta - epsilon * v))"""

directional("Takes directions of length one.", (DRAW, DRAW + "\n        v /= np.linalg.norm(v)"))
directional("Draws uniform directions.", (DRAW, "v = rng.uniform(-1, 1, theta.shape)"))
directional("Takes a matrix product.", ("np.sum(grad * v)", "grad.T @ v"))
directional("Adds 1e-8 below the line.", ("abs(a) + abs(b)", "abs(a) + abs(b) + 1e-8"))
directional(
    "Moves theta, and puts it back.",
    ("(theta + epsilon * v)", "(theta := theta + epsilon * v)"),
    (
        "(theta - epsilon * v))",
        "(theta := theta - 2 * epsilon * v))\n        theta = theta + epsilon * v",
    ),
)
directional("Draws signs.", (DRAW, "v = rng.choice([-1, 1], theta.shape)"))
directional(
    "Moves about half of the parameters.", (DRAW, DRAW + "\n        v *= rng.random((47, 1)) < 0.5")
)
directional(
    "Draws all directions at once.",
    ("largest = 0.0", "largest, V = 0.0, rng.normal(size=(directions, 47, 1))"),
    ("for _ in range(directions):", "for v in V:"),
    ("        " + DRAW + "\n", ""),
)
directional(
    "Evaluates all points to one side first, then all to the other.",
    ("largest = 0.0", "V, slopes = rng.normal(size=(directions, 47, 1)), {1: [], -1: []}"),
    ("for _ in range(directions):", "for sign in slopes:"),
    ("        " + DRAW + "\n", "        for v in V:\n"),
    (
        f"""        {BOTH_SIDES}
        a, b = np.sum(grad * v), (J_plus - J_minus) / (2 * epsilon)
""",
        """            moved = vector_to_dictionary(theta + sign * epsilon * v)
            slopes[sign].append(forward_propagation_n(X, Y, moved)[0])
    a, b = (V * grad).sum((1, 2)), np.subtract(*slopes.values()) / (2 * epsilon)
""",
    ),
    ("        largest = max(largest, abs(a - b) / (abs(a) + abs(b)))\n", ""),
    ("return largest", "return np.max(np.abs(a - b) / (np.abs(a) + np.abs(b)))"),
)
directional("Adds a little below the line.", ("(abs(a) + abs(b))", "(abs(a) + abs(b) + 1e-8)"))
directional(
    "Starts with minus.", (BOTH_SIDES, "\n        ".join(BOTH_SIDES.split("\n        ")[::-1]))
)
directional("Takes short directions.", (DRAW, f"{DRAW} * 1e-3"))
directional("Takes long directions.", (DRAW, "v = rng.integers(-30, 31, theta.shape)"))
directional(
    "Takes one step of two epsilon back.",
    ("theta - epsilon * v", "(theta + epsilon * v) - 2 * epsilon * v"),
)
directional(
    "Divides by the way between the points.",
    ("(J_plus - J_minus) / (2 * epsilon)", "(J_plus - J_minus)"),
    ("np.sum(grad * v)", "np.sum(grad * ((theta + epsilon * v) - (theta - epsilon * v)))"),
)
directional("Returns an array of one entry.", ("return largest", "return np.array([[largest]])"))
directional(
    "Moves in longdouble.", ("gradients)\n    largest", "gradients)\n    epsilon = np.longdouble("
    "epsilon)\n    largest"),
)  # fmt: skip


@style
def directional_check(parameters, gradients, X, Y, directions=5, epsilon=1e-5, seed=0):
    """Moves the parameters themselves in the dictionary, and puts the old ones back."""
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(directions):
        v = {key: rng.normal(size=array.shape) for key, array in parameters.items()}
        length = np.sqrt(sum(np.sum(each**2) for each in v.values()))
        before, costs = dict(parameters), []
        for step in (-epsilon, epsilon):
            parameters.update({key: before[key] + step * v[key] / length for key in v})
            costs.append(forward_propagation_n(X, Y, parameters)[0])
        parameters.update(before)
        a = sum(np.sum(gradients["d" + key] * v[key]) for key in v) / length
        b = np.diff(costs)[0] / (2 * epsilon)
        found.append(float(abs(a - b) / (abs(a) + abs(b))))
    return sorted(found)[-1]


directional(
    "Seeds the global generator.",
    ("largest = 0.0", "np.random.seed(seed)\n    largest = 0.0"),
    ("rng.normal(size=theta.shape)", "np.random.randn(47, 1)"),
)

BY_NAME = "numerical_gradient(X=X, Y=Y, epsilon=epsilon, parameters=parameters)"

check("Hands everything over by name.", ("numerical_gradient(parameters, X, Y, epsilon)", BY_NAME))
report("Hands everything over by name.", ("numerical_gradient(parameters, X, Y, epsilon)", BY_NAME))
directional(
    "Hands everything over by name.",
    ("n(X, Y, vector_to_dictionary(", "n(Y=Y, X=X, parameters=vector_to_dictionary("),
)
