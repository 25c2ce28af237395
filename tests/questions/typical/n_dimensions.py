"""If one of these is shown and graded differently, a student is misled before the deadline."""
# ruff: noqa: F811, F821 (many answers to one question; their names are those of the notebook)

from functools import partial

import numpy as np

from tests.questions.answers import typical, typical_slip, typically_written

forward = partial(typical_slip, "n_dimensions", "forward_propagation_n")
backward = partial(typical_slip, "n_dimensions", "backward_propagation_n")
numerical = partial(typical_slip, "n_dimensions", "numerical_gradient")
check = partial(typical_slip, "n_dimensions", "gradient_check_n")
report = partial(typical_slip, "n_dimensions", "gradient_report")
directional = partial(typical_slip, "n_dimensions", "directional_check")
written = partial(typically_written, "n_dimensions")

COST, CACHE, BATCH, LARGE = FORWARD = "cost", "cache", "any_batch", "large_logits"
MEAN = "np.mean(np.logaddexp(0, Z3) - Y * Z3)"

forward("Multiplies entry by entry.", ("W1 @ X", "W1 * X"), loses=FORWARD)
forward(
    "Calls an argument something else, and uses the notebook's parameters.",
    ("X, Y, parameters):", "X, Y, params):"),
    loses=FORWARD,
)
forward(
    "Calls an argument something else, and uses the notebook's inputs.",
    ("n(X, Y, parameters):", "n(x, y, parameters):"),
    loses=FORWARD,
)
forward(
    "Takes the absolute value for the ReLU.",
    ("relu(Z2)", "abs(Z2)"),
    loses={COST, CACHE},
    gated={BATCH, LARGE},
)
forward(
    "Has a leaky ReLU.",
    ("relu(Z1)", "np.where(Z1 > 0, Z1, 0.01 * Z1)"),
    loses={COST, CACHE},
    gated={BATCH, LARGE},
)
forward(
    "Has tanh in the hidden layers.",
    ("relu(", "np.tanh("),
    loses={COST, CACHE},
    gated={BATCH, LARGE},
)
forward("Goes on with Z1.", ("W2 @ A1", "W2 @ Z1"), loses={COST, CACHE}, gated={BATCH, LARGE})
forward(
    "Has a softmax over one unit.",
    ("sigmoid(Z3)", "np.exp(Z3 - Z3.max()) / np.exp(Z3 - Z3.max()).sum(axis=0)"),
    loses={CACHE},
)
forward(
    "Doesn't sum the losses.",
    (MEAN, "(np.logaddexp(0, Z3) - Y * Z3) / X.shape[1]"),
    loses={COST, LARGE},
)
forward(
    "Returns the predictions in place of the cost.",
    ("return cost,", "return A3,"),
    loses={COST, LARGE},
)
forward("Divides by m twice.", ("np.mean(", "1 / X.shape[1] * np.mean("), loses={COST, LARGE})
forward("Takes another logarithm.", (MEAN, f"{MEAN} / np.log(2)"), loses={COST, LARGE})
forward(
    "Hard-codes forty examples.",
    (MEAN, "np.sum(np.logaddexp(0, Z3) - Y * Z3) / 40"),
    loses={COST, LARGE},
)
forward("Rounds the cost.", ("return cost,", "return round(cost),"), loses={COST, LARGE})
forward(
    "Returns the cost as a text.", ("return cost,", 'return f"{cost:.4f}",'), loses={COST, LARGE}
)
forward(
    "Adds 1e-8 in the logarithm.",
    (MEAN, "-np.mean(Y * np.log(A3 + 1e-8) + (1 - Y) * np.log(1 - A3 + 1e-8))"),
    loses={LARGE},
)
forward(
    "Keeps only A3 for the cache.",
    ("return cost, (Z1, A1, W1, b1, Z2, A2, W2, b2, Z3, A3, W3, b3)", "return cost, A3"),
    loses={CACHE},
)
forward(
    "Caches a dictionary.",
    (
        "return cost, (Z1, A1, W1, b1, Z2, A2, W2, b2, Z3, A3, W3, b3)",
        "return cost, dict(Z1=Z1, A1=A1, W1=W1, Z2=Z2, A2=A2, W2=W2, Z3=Z3, A3=A3, W3=W3)",
    ),
    loses={CACHE},
)
forward("Caches X as well.", ("return cost, (Z1,", "return cost, (X, Z1,"), loses={CACHE})
forward(
    "Returns thirteen things in place of a pair.",
    (
        "return cost, (Z1, A1, W1, b1, Z2, A2, W2, b2, Z3, A3, W3, b3)",
        "return cost, Z1, A1, W1, b1, Z2, A2, W2, b2, Z3, A3, W3, b3",
    ),
    loses=FORWARD,
)
forward(
    "Returns the cache first.",
    (
        "return cost, (Z1, A1, W1, b1, Z2, A2, W2, b2, Z3, A3, W3, b3)",
        "return (Z1, A1, W1, b1, Z2, A2, W2, b2, Z3, A3, W3, b3), cost",
    ),
    loses=FORWARD,
)
forward("Sorts the keys.", ("for key in SHAPES", "for key in sorted(SHAPES)"), loses=FORWARD)
forward("Takes the first row of the labels.", ("Y * Z3", "Y[0] * Z3"), loses={BATCH})
forward(
    "Takes the parameters out of the dictionary.",
    ("parameters[key]", "parameters.pop(key)"),
    loses={BATCH},
)
forward(
    "Scales the inputs in place.",
    ("Z1 = W1 @ X", "X /= np.abs(X).max()\n    Z1 = W1 @ X"),
    loses={COST, CACHE, BATCH},
    gated={LARGE},
)
forward(
    "Makes W1 a matrix, and all that follows.",
    ("Z1 = W1 @ X", "Z1 = np.matrix(W1) @ X"),
    loses=FORWARD,
)
forward(
    "Has whole numbers for activations.",
    ("A1 = relu(Z1)", "A1 = relu(Z1).astype(int)"),
    loses={COST, CACHE},
    gated={BATCH, LARGE},
)
forward("Prints the cost.", ("return cost,", "print(cost)\n    return None,"), loses={COST, LARGE})
forward("Caches decisions.", ("A3 = sigmoid(Z3)", "A3 = sigmoid(Z3) > 0.5"), loses={CACHE})
written(
    "forward_propagation_n",
    "Imports what the grader doesn't have.",
    """def forward_propagation_n(X, Y, parameters):
    from tensorflow.nn import sigmoid_cross_entropy_with_logits
    Z3 = parameters["W3"] @ relu(parameters["W2"] @ relu(parameters["W1"] @ X))
    return sigmoid_cross_entropy_with_logits(Y, Z3), (Z3,)
""",
    loses=FORWARD,
)
written(
    "forward_propagation_n",
    "Calls a helper that isn't there.",
    """def forward_propagation_n(X, Y, parameters):
    A, caches = X, []
    for layer in (1, 2, 3):
        A, cache = linear_activation_forward(A, parameters[f"W{layer}"], parameters[f"b{layer}"])
        caches.append(cache)
    return compute_cost(A, Y), caches
""",
    loses=FORWARD,
)

LAYERS = OUTPUT, SECOND, FIRST = "output_layer", "second_layer", "first_layer"
ANY, TYPES = REST = "any_batch", "float64_and_shapes"
EVERYTHING = {*LAYERS, *REST}
UNPACK = "Z1, A1, W1, b1, Z2, A2, W2, b2, Z3, A3, W3, b3 = cache"

backward("Sums the biases over the units.", ("axis=1", "axis=0"), loses=LAYERS)
backward("Forgets 1/m in the biases.", ("keepdims=True) / m", "keepdims=True)"), loses=LAYERS)
backward("Forgets 1/m in the weights.", ("T / m", "T"), loses=LAYERS)
backward("Divides by m twice.", ("dZ3 = A3 - Y", "dZ3 = (A3 - Y) / m"), loses=LAYERS, gated=REST)
backward("Divides whole numbers.", ("/ m", "* (1 // m)"), loses=LAYERS, gated=REST)
backward("Takes the length of Y for m.", ("X.shape[1]", "len(Y)"), loses=LAYERS, gated=REST)
backward("Hard-codes eight examples.", ("X.shape[1]", "8"), loses=LAYERS, gated=REST)
backward(
    "Forgets brackets, so that the mask compares a product.",
    ("dA2 * (Z2 > 0)", "dA2 * Z2 > 0"),
    loses={SECOND, FIRST},
)
backward("Takes the ReLU for its derivative.", ("(Z2 > 0)", "relu(Z2)"), loses={SECOND, FIRST})
backward("Takes the sigmoid's derivative.", ("(Z1 > 0)", "A1 * (1 - A1)"), loses={FIRST})
backward("Takes the sign for the mask.", ("(Z1 > 0)", "np.sign(Z1)"), loses={FIRST})
backward("Has a leaky mask.", ("(Z2 > 0)", "np.where(Z2 > 0, 1, 0.01)"), loses={SECOND, FIRST})
backward(
    "Has both masks wrong way round.",
    ("Z1 > 0", "Z1 <= 0"),
    ("Z2 > 0", "Z2 <= 0"),
    loses={SECOND, FIRST},
)
backward("Masks by the output.", ("(Z2 > 0)", "(A3 > 0)"), loses={SECOND, FIRST})
backward("Forgets to transpose.", ("W2.T @ dZ2", "W2 @ dZ2"), loses=EVERYTHING)
backward("Takes A1 for X.", ("dZ1 @ X.T", "dZ1 @ A1.T"), loses={FIRST})
backward(
    "Uses the decision, not the probability.",
    ("A3 - Y", "(A3 > 0.5) - Y"),
    loses=LAYERS,
    gated=REST,
)
backward(
    "Loses the sign of dA3.",
    ("dZ3 = A3 - Y", "dZ3 = (Y / (A3 + 1e-9) - (1 - Y) / (1 - A3 + 1e-9)) * A3 * (1 - A3)"),
    loses=LAYERS,
    gated=REST,
)
backward(
    "Sums the biases of all units.",
    ("db2 = np.sum(dZ2, axis=1, keepdims=True)", "db2 = np.sum(dZ2)"),
    loses={SECOND},
)
backward("Takes db1 from dA1.", ("np.sum(dZ1", "np.sum(dA1"), loses={FIRST})
backward(
    "Has W1 for dW1 among the keys.",
    *((f'"d{key}"', f'"{key}"') for key in ("W1", "b1", "W2", "b2", "W3", "b3")),
    loses=LAYERS,
    gated=REST,
)
backward("Writes the keys in small letters.", ('"dW', '"dw'), loses=LAYERS)
backward("Has None for db1.", ('"db1": db1', '"db1": None'), loses={FIRST})
backward(
    "Swaps the first and the last layer in what it returns.",
    ('"dW1": dW1', '"dW1": dW3'),
    ('"dW3": dW3', '"dW3": dW1'),
    loses={OUTPUT, FIRST},
)
backward("Returns the dictionary in a tuple.", ("return {", "return X, {"), loses=EVERYTHING)
backward(
    "Returns a vector.",
    ("return {", "return gradients_to_vector({"),
    ("db3}", "db3})"),
    loses=EVERYTHING,
)
backward("Prints the gradients.", ("return {", "print({"), ("db3}", "db3})"), loses=EVERYTHING)
backward(
    "Returns too early.",
    ("    dA2 =", '    return {"dW3": dW3, "db3": db3}\n    dA2 ='),
    loses={SECOND, FIRST},
)
backward(
    "Makes a step of gradient descent.", ('"dW1": dW1', '"dW1": W1 - 0.01 * dW1'), loses={FIRST}
)
backward("Rounds to whole numbers.", ('"dW2": dW2', '"dW2": dW2.astype(int)'), loses={SECOND})
backward("Writes dW2 twice.", ("dW1 = dZ1", "dW2 = dZ1"), loses=EVERYTHING)
backward(
    "Unpacks the cache in another order.",
    (UNPACK, "Z1, W1, b1, A1, Z2, W2, b2, A2, Z3, W3, b3, A3 = cache"),
    loses=EVERYTHING,
)
backward(
    "Takes the cache for a dictionary.",
    (UNPACK, UNPACK + '\n    Z1 = cache["Z1"]'),
    loses=EVERYTHING,
)
backward(
    "Pops from the cache.",
    (UNPACK, "b3, W3, A3, Z3, b2, W2, A2, Z2, b1, W1, A1, Z1 = (cache.pop() for _ in range(12))"),
    loses=EVERYTHING,
)
backward(
    "Expects a cache of its own.",
    (UNPACK, "A0, Z1, A1, W1, b1, Z2, A2, W2, b2, Z3, A3, W3, b3 = cache"),
    loses=EVERYTHING,
)
backward(
    "Mistypes an argument, and takes the notebook's inputs.",
    ("n(X, Y, cache):", "n(x, y, cache):"),
    loses=EVERYTHING,
)
backward("Mistypes the cache.", ("n(X, Y, cache):", "n(X, Y, caches):"), loses=EVERYTHING)
backward("Swaps two arguments.", ("n(X, Y, cache):", "n(Y, X, cache):"), loses=EVERYTHING)
backward(
    "Insists on labels in a row.",
    ("m = X.shape[1]", "m = X.shape[1]\n    assert Y.shape == (1, m)"),
    loses={ANY},
)
backward(
    "Insists on the shapes of this network.",
    ("return {", "assert dW1.shape == (5, 4)\n    return {"),
    loses=EVERYTHING,
)
backward(
    "Sums over eight examples.",
    ("np.sum(dZ1, axis=1, keepdims=True)", "sum(dZ1[:, i : i + 1] for i in range(8))"),
    loses={FIRST},
)
backward(
    "Catches its own mistake and returns zeros.",
    (
        "m = X.shape[1]",
        """m = X.shape[1]
    try:
        dZ2 = W3.T @ (A3 - Y) * (Z1 > 0)
    except ValueError:
        return {"d" + key: np.zeros(SHAPES[key]) for key in SHAPES}""",
    ),
    loses=LAYERS,
    gated=REST,
)
backward("Forgets the return.", ("return {", "gradients = {"), loses=EVERYTHING)
backward(
    "Multiplies dZ2 where it should be dA1.",
    ("dA1 * (Z1 > 0)", "dZ2 * (Z1 > 0)"),
    loses=EVERYTHING,
)
backward(
    "Clips its gradient at a hundredth.",
    ('"dW1": dW1', '"dW1": np.clip(dW1, -0.01, 0.01)'),
    loses={FIRST},
)
backward(
    "Normalises its gradient.",
    ('"dW3": dW3', '"dW3": dW3 / np.linalg.norm(dW3)'),
    loses={OUTPUT},
)
backward(
    "Takes the updated W3 on the way down.",
    ("dA2 =", "W3 = W3 - 0.1 * dW3\n    dA2 ="),
    loses={SECOND, FIRST},
)
backward(
    "Divides the cache's W3 by m, in place.",
    ("dA2 =", "W3 /= m\n    dA2 ="),
    ("dZ2 @ A1.T / m", "dZ2 @ A1.T"),
    ("np.sum(dZ2, axis=1, keepdims=True) / m", "np.sum(dZ2, axis=1, keepdims=True)"),
    ("dZ1 @ X.T / m", "dZ1 @ X.T"),
    ("np.sum(dZ1, axis=1, keepdims=True) / m", "np.sum(dZ1, axis=1, keepdims=True)"),
    loses={TYPES},
)

VALUE, USES, SAME = NUMERICAL = "value", "uses_the_forward_function", "nothing_changed"

numerical(
    "Uses the notebook's parameters.",
    ("(parameters, X, Y, epsilon=1e-5)", "(params, X, Y, epsilon=1e-5)"),
    loses={VALUE, USES},
    gated={SAME},
)
numerical(
    "Uses the notebook's inputs.",
    ("(parameters, X, Y, epsilon=1e-5)", "(parameters, x, y, epsilon=1e-5)"),
    loses={VALUE, USES},
    gated={SAME},
)
numerical(
    "Returns a list.",
    ("return gradapprox", "return [g.item() for g in gradapprox]"),
    loses={VALUE, USES},
    gated={SAME},
)
numerical(
    "Collects whole numbers.",
    ("np.zeros(theta.shape)", "np.zeros(theta.shape, dtype=int)"),
    loses={VALUE, USES},
    gated={SAME},
)
numerical(
    "Takes slices for copies.",
    ("theta.copy(), theta.copy()", "theta[:], theta[:]"),
    loses={VALUE, USES},
    gated={SAME},
)
numerical(
    "Has one copy under two names.",
    ("thetaplus, thetaminus = theta.copy(), theta.copy()", "thetaplus = thetaminus = theta.copy()"),
    loses={VALUE, USES},
    gated={SAME},
)
numerical(
    "Copies what it has moved.",
    ("thetaplus, thetaminus = theta.copy(), theta.copy()", "thetaplus = theta.copy()"),
    ("thetaminus[i] -=", "thetaminus = thetaplus.copy()\n        thetaminus[i] -="),
    loses={VALUE, USES},
    gated={SAME},
)
numerical(
    "Copies once, before the loop.",
    (
        """    for i in range(theta.size):
        thetaplus, thetaminus = theta.copy(), theta.copy()""",
        """    thetaplus, thetaminus = theta.copy(), theta.copy()
    for i in range(theta.size):""",
    ),
    loses={VALUE, USES},
    gated={SAME},
)
numerical(
    "Doesn't take the pair apart.",
    ("J_plus, _ =", "J_plus ="),
    ("J_minus, _ =", "J_minus ="),
    loses=NUMERICAL,
)
numerical(
    "Takes the cache for the cost.",
    ("J_plus, _ =", "_, J_plus ="),
    ("J_minus, _ =", "_, J_minus ="),
    loses=NUMERICAL,
)
numerical(
    "Passes the parameters first.",
    ("n(X, Y, vector_to_dictionary(thetaplus))", "n(vector_to_dictionary(thetaplus), X, Y)"),
    loses=NUMERICAL,
)
numerical(
    "Divides only the second cost.",
    ("(J_plus - J_minus) / (2 * epsilon)", "J_plus - J_minus / (2 * epsilon)"),
    loses={VALUE, USES},
    gated={SAME},
)
numerical(
    "Counts the keys.",
    ("range(theta.size)", "range(len(parameters))"),
    loses={VALUE, USES},
    gated={SAME},
)
numerical(
    "Counts the columns.",
    ("range(theta.size)", "range(theta.shape[1])"),
    loses={VALUE, USES},
    gated={SAME},
)
numerical(
    "Begins at 1.", ("range(theta.size)", "range(1, theta.size)"), loses={VALUE, USES}, gated={SAME}
)
numerical(
    "Returns in the first round.",
    ("    return gradapprox", "        return gradapprox"),
    loses={VALUE, USES},
    gated={SAME},
)
numerical(
    "Collects into a fresh array in every round.",
    (
        "        thetaplus, thetaminus =",
        "        gradapprox = np.zeros(theta.shape)\n        thetaplus, thetaminus =",
    ),
    loses={VALUE, USES},
    gated={SAME},
)
numerical(
    "Assigns an array of one entry to an element.",
    ("thetaplus[i] += epsilon", "thetaplus[i][0] = thetaplus[i] + epsilon"),
    loses=NUMERICAL,
)
numerical(
    "Returns a row.",
    ("return gradapprox", "return gradapprox.T"),
    loses={VALUE, USES},
    gated={SAME},
)
numerical(
    "Leaves the biases out.",
    ("return gradapprox", "return gradapprox[[key[0] == 'W' for key in _]]"),
    ("J_plus, _ =", "J_plus, cache ="),
    ("J_minus, _ =", "J_minus, cache ="),
    loses={VALUE, USES},
    gated={SAME},
)
numerical(
    "Has the biases last.",
    (
        "return gradapprox",
        """weights = np.array([key[0] == 'W' for key in _])
    return np.concatenate([gradapprox[weights], gradapprox[~weights]])""",
    ),
    ("J_plus, _ =", "J_plus, cache ="),
    ("J_minus, _ =", "J_minus, cache ="),
    loses={VALUE, USES},
    gated={SAME},
)
numerical("Prints the gradient.", ("return gradapprox", "print(gradapprox)"), loses=NUMERICAL)
numerical(
    "Rounds to four digits.", ("return gradapprox", "return np.round(gradapprox, 4)"), loses={VALUE}
)
numerical(
    "Looks at the first example only.",
    ("theta, _", "X, Y = X[:, :1], Y[:, :1]\n    theta, _"),
    loses={VALUE, USES},
    gated={SAME},
)
numerical(
    "Normalises the inputs in place.",
    ("theta, _", "X -= X.mean(axis=1, keepdims=True)\n    theta, _"),
    loses=NUMERICAL,
)
numerical(
    "Returns also the vector.",
    ("return gradapprox", "return gradapprox, theta"),
    loses={VALUE, USES},
    gated={SAME},
)
numerical(
    "Gets the square of epsilon.",
    ("2 * epsilon", "2 * epsilon**2"),
    loses={VALUE, USES},
    gated={SAME},
)
numerical(
    "Keeps the size only.",
    ("(J_plus - J_minus)", "abs(J_plus - J_minus)"),
    loses={VALUE, USES},
    gated={SAME},
)
numerical(
    "Clips at 1.",
    ("return gradapprox", "return np.clip(gradapprox, -1, 1)"),
    loses={VALUE, USES},
    gated={SAME},
)
numerical("Calls a helper that isn't there.", ("dictionary_to_vector(", "unroll("), loses=NUMERICAL)
numerical(
    "Calls itself.",
    ("theta, _", "numerical_gradient(parameters, X, Y, epsilon)\n    theta, _"),
    loses=NUMERICAL,
)
numerical(
    "Sets a global epsilon.",
    ("theta, _", "epsilon = globals().setdefault('my_epsilon', 1e-4)\n    theta, _"),
    loses={VALUE},
)
numerical(
    "Catches its own mistake and returns zeros.",
    (
        "theta, _",
        """try:
        theta = dictionary_to_vector(parameters).copy()
    except Exception:
        return np.zeros((47, 1))
    theta, _""",
    ),
    loses={VALUE, USES},
    gated={SAME},
)


@typical({VALUE, USES, SAME})
def numerical_gradient(parameters, X, Y, epsilon=1e-5):
    """Copies the dictionary, and not the arrays in it."""
    gradapprox = []
    for key in SHAPES:
        for i in np.ndindex(SHAPES[key]):
            plus, minus = parameters.copy(), parameters.copy()
            plus[key][i] += epsilon
            minus[key][i] -= epsilon
            J_plus, _ = forward_propagation_n(X, Y, plus)
            J_minus, _ = forward_propagation_n(X, Y, minus)
            gradapprox.append((J_plus - J_minus) / (2 * epsilon))
    return np.array(gradapprox).reshape(-1, 1)


@typical({VALUE})
def numerical_gradient(parameters, X, Y, epsilon=1e-5):
    """Forgets to put theta back."""
    theta, _ = dictionary_to_vector(parameters)
    gradapprox = np.zeros(theta.shape)
    for i in range(theta.size):
        theta[i] += epsilon
        J_plus, _ = forward_propagation_n(X, Y, vector_to_dictionary(theta))
        theta[i] -= 2 * epsilon
        J_minus, _ = forward_propagation_n(X, Y, vector_to_dictionary(theta))
        gradapprox[i] = (J_plus - J_minus) / (2 * epsilon)
    return gradapprox


numerical(
    "Goes down the slope while it measures it.",
    ("(2 * epsilon)\n", "(2 * epsilon)\n        theta[i] -= 0.1 * gradapprox[i]\n"),
    loses={VALUE},
)


@typical({VALUE, USES}, gated={SAME})
def numerical_gradient(parameters, X, Y, epsilon=1e-5):
    """Moves a whole array at once."""
    gradapprox = {}
    for key in SHAPES:
        J_plus, _ = forward_propagation_n(X, Y, {**parameters, key: parameters[key] + epsilon})
        J_minus, _ = forward_propagation_n(X, Y, {**parameters, key: parameters[key] - epsilon})
        gradapprox[key] = np.full(SHAPES[key], (J_plus - J_minus) / (2 * epsilon))
    return dictionary_to_vector(gradapprox)[0]


RIGHT, WRONG, SIGN = "right_gradients", "wrong_gradients", "sign_and_nan"
ASKS = "numerical_gradient(parameters, X, Y, epsilon)"
DIFFERENCE = "np.linalg.norm(grad - gradapprox) / size if size != 0 else 0.0"
NEVER = {"loses": {RIGHT}, "gated": {WRONG, SIGN}}

check(
    "Uses the notebook's parameters.",
    ("n(parameters, gradients, X, Y,", "n(params, gradients, X, Y,"),
    **NEVER,
)
check(
    "Uses the notebook's inputs.",
    ("n(parameters, gradients, X, Y,", "n(parameters, gradients, x, y,"),
    **NEVER,
)
check("Prints the difference.", ("return difference", "print(difference)"), **NEVER)
check(
    "Looks for the parameters' keys among the gradients.",
    ("gradients_to_vector(gradients)", "dictionary_to_vector(gradients)[0]"),
    **NEVER,
)
check(
    "Subtracts a column from a flat array.",
    ("gradients_to_vector(gradients)", "gradients_to_vector(gradients).ravel()"),
    **NEVER,
)
check(
    "Forgets the brackets around the sum.",
    (
        DIFFERENCE,
        "np.linalg.norm(grad - gradapprox) / np.linalg.norm(grad) + np.linalg.norm(gradapprox)",
    ),
    **NEVER,
)
check("Returns a pair.", ("return difference", "return difference, difference < 1e-6"), **NEVER)
check("Returns a text.", ("return difference", "return f'{difference:.3e}'"), **NEVER)
check("Returns whether they agree.", ("return difference", "return difference < 1e-6"), **NEVER)
check(
    "Swaps arguments of the numerical gradient.",
    (ASKS, "numerical_gradient(X, Y, parameters, epsilon)"),
    **NEVER,
)
check("Subtracts dictionaries.", ("gradients_to_vector(gradients)", "gradients"), **NEVER)
check(
    "Returns only when it prints.", ("    return difference", "        return difference"), **NEVER
)
check("Calls a helper that isn't there.", ("gradients_to_vector(", "gradients_to_vec("), **NEVER)
check(
    "Calls itself.",
    (ASKS, "gradient_check_n(parameters, gradients, X, Y, epsilon)"),
    **NEVER,
)
check(
    "Compares the numerical gradient with itself.",
    ("grad - gradapprox", "gradapprox - gradapprox"),
    loses={WRONG, SIGN},
)
check(
    "Returns whether they disagree.",
    ("return difference", "return difference > 1e-6"),
    loses={WRONG, SIGN},
)
check(
    "Divides by the norm of the sum.",
    ("np.linalg.norm(grad) + np.linalg.norm(gradapprox)", "np.linalg.norm(grad + gradapprox)"),
    loses={WRONG, SIGN},
)
check("Divides by one of the norms.", (" + np.linalg.norm(gradapprox)", ""), loses={WRONG, SIGN})
check(
    "Takes the largest gap.", (DIFFERENCE, "np.max(np.abs(grad - gradapprox))"), loses={WRONG, SIGN}
)
check(
    "Takes the mean of 47 relative differences.",
    (DIFFERENCE, "np.mean(np.abs(grad - gradapprox) / (np.abs(grad) + np.abs(gradapprox)))"),
    **NEVER,
)
check(
    "Takes the largest of 47 relative differences.",
    (DIFFERENCE, "np.max(np.abs(grad - gradapprox) / (np.abs(grad) + np.abs(gradapprox)))"),
    **NEVER,
)
check("Returns a list.", ("return difference", "return [difference]"), **NEVER)
check(
    "Ends in a comma, so that it returns a tuple.",
    ("return difference", "return (difference,)"),
    **NEVER,
)
check(
    "Takes the mean gap.", (DIFFERENCE, "np.mean(np.abs(grad - gradapprox))"), loses={WRONG, SIGN}
)
check(
    "Takes the angle between them.",
    (
        DIFFERENCE,
        "1 - np.sum(grad * gradapprox) / np.linalg.norm(grad) / np.linalg.norm(gradapprox)",
    ),
    loses={WRONG, SIGN},
)
check(
    "Returns for correct gradients only.",
    ("return difference", "if difference < 1e-6:\n        return difference"),
    loses={WRONG, SIGN},
)
check(
    "Keeps it above 0, with NaN becoming 0.",
    ("return difference", "return max(0.0, difference)"),
    loses={SIGN},
)
check(
    "Takes means over entries.",
    (DIFFERENCE, "np.mean(np.abs(grad - gradapprox)) / np.mean(np.abs(grad) + np.abs(gradapprox))"),
    loses={WRONG},
)
check("Halves the difference.", ("return difference", "return difference / 2"), loses={WRONG, SIGN})
check(
    "Reads the first array alone.",
    ("size =", "grad, gradapprox = grad[:20], gradapprox[:20]\n    size ="),
    loses={WRONG, SIGN},
)
check(
    "Says 0.0 below its own threshold, and of NaN.",
    ("return difference", "return difference if difference > 1e-7 else 0.0"),
    loses={SIGN},
)
check(
    "Replaces NaN among the gradients.",
    (
        "grad = gradients_to_vector(gradients)",
        "grad = np.nan_to_num(gradients_to_vector(gradients))",
    ),
    loses={SIGN},
)
check(
    "Takes whole numbers.",
    ("grad = gradients_to_vector(gradients)", "grad = gradients_to_vector(gradients).astype(int)"),
    **NEVER,
)


@typical({WRONG})
def gradient_check_n(parameters, gradients, X, Y, epsilon=1e-7, print_msg=False):
    """Has its own loop, and forgets to put theta back."""
    theta, _ = dictionary_to_vector(parameters)
    grad, gradapprox = gradients_to_vector(gradients), np.zeros(theta.shape)
    for i in range(theta.size):
        theta[i] += epsilon
        J_plus, _ = forward_propagation_n(X, Y, vector_to_dictionary(theta))
        theta[i] -= 2 * epsilon
        J_minus, _ = forward_propagation_n(X, Y, vector_to_dictionary(theta))
        gradapprox[i] = (J_plus - J_minus) / (2 * epsilon)
    return np.linalg.norm(grad - gradapprox) / (np.linalg.norm(grad) + np.linalg.norm(gradapprox))


@typical({RIGHT}, gated={WRONG, SIGN})
def gradient_check_n(parameters, gradients, X, Y, epsilon=1e-7, print_msg=False):
    """Compares costs with gradients."""
    J, _ = forward_propagation_n(X, Y, parameters)
    grad = gradients_to_vector(gradients)
    return np.linalg.norm(grad - J) / (np.linalg.norm(grad) + np.linalg.norm(J))


@typical({RIGHT}, gated={WRONG, SIGN})
def gradient_check_n(parameters, gradients, X, Y, epsilon=1e-7, print_msg=False):
    """Asks its backward pass for the gradients, not its argument."""
    _, cache = forward_propagation_n(X, Y, parameters)
    grad = gradients_to_vector(backward_propagation_n(X, Y, cache))
    gradapprox = numerical_gradient(parameters, X, Y, epsilon)
    return np.linalg.norm(grad - gradapprox) / (np.linalg.norm(grad) + np.linalg.norm(gradapprox))


@typical({RIGHT}, gated={WRONG, SIGN})
def gradient_check_n(parameters, gradients, X, Y, epsilon=1e-7, print_msg=False):
    """Has its own loop, which leaves the indices of the arrays out."""
    gradapprox = {}
    for key in parameters:
        moved = dict(parameters)
        moved[key] = parameters[key] + epsilon
        J_plus, _ = forward_propagation_n(X, Y, moved)
        moved[key] = parameters[key] - epsilon
        J_minus, _ = forward_propagation_n(X, Y, moved)
        gradapprox["d" + key] = (J_plus - J_minus) / (2 * epsilon) * np.ones(SHAPES[key])
    a, b = gradients_to_vector(gradients), gradients_to_vector(gradapprox)
    return np.linalg.norm(a - b) / (np.linalg.norm(a) + np.linalg.norm(b))


CLEAN, CORRUPTED = "clean_arrays", "corrupted_arrays"
NORM = "np.linalg.norm(a - b) / size if size != 0 else 0.0"
UNREAD = {"loses": {CLEAN}, "gated": {CORRUPTED}}

report(
    "Uses the notebook's parameters.",
    ("t(parameters, gradients, X, Y,", "t(params, gradients, X, Y,"),
    **UNREAD,
)
report(
    "Uses the notebook's inputs.",
    ("t(parameters, gradients, X, Y,", "t(parameters, gradients, x, y,"),
    **UNREAD,
)
report(
    "Looks for dW1 in the numerical gradient.",
    (
        "for key, b in numerical.items():\n        a = gradients",
        """for key in gradients:
        a, b = gradients[key], numerical[key]
        _ = gradients""",
    ),
    **UNREAD,
)
report("Returns in the first round.", ("    return report", "        return report"), **UNREAD)
report(
    "Starts a new dictionary in every round.",
    ("        a = gradients", "        report = {}\n        a = gradients"),
    **UNREAD,
)
report("Formats the numbers.", (NORM, "f'{np.linalg.norm(a - b) / size:.2e}'"), **UNREAD)
report("Reports whether they agree.", (NORM, "np.linalg.norm(a - b) < 1e-6 * size"), **UNREAD)
report(
    "Forgets to cut the vector.",
    (
        "vector_to_dictionary(numerical_gradient(parameters, X, Y, epsilon))",
        "numerical_gradient(parameters, X, Y, epsilon)",
    ),
    **UNREAD,
)
report("Prints the report.", ("return report", "print(report)"), **UNREAD)
report(
    "Returns the largest with it.",
    ("return report", "return report, max(report.values())"),
    **UNREAD,
)
report(
    "Forgets the brackets around the sum.",
    (NORM, "np.linalg.norm(a - b) / np.linalg.norm(a) + np.linalg.norm(b)"),
    **UNREAD,
)
report("Reports layers.", ('report["d" + key] = ', 'report["layer " + key[1]] = '), **UNREAD)
report(
    "Pairs dW1 with itself.",
    ("np.linalg.norm(a - b)", "np.linalg.norm(a - gradients['d' + key])"),
    loses={CORRUPTED},
)
report("Takes the largest gap.", (NORM, "np.max(np.abs(a - b))"), loses={CORRUPTED})
report(
    "Loses the sign by squares.",
    ("np.linalg.norm(a - b)", "abs(np.sum(a**2) - np.sum(b**2)) ** 0.5"),
    **UNREAD,
)
report(
    "Gives both arrays of a layer the larger number.",
    (
        "    return report",
        """    for i in "123":
        report["dW" + i] = report["db" + i] = max(report["dW" + i], report["db" + i])
    return report""",
    ),
    loses={CORRUPTED},
)
report(
    "Takes sums of sizes for norms.",
    (NORM, "np.sum(np.abs(a - b)) / np.sum(np.abs(a) + np.abs(b))"),
    loses={CORRUPTED},
)
report(
    "Takes the largest entries for norms.",
    (NORM, "np.max(np.abs(a - b)) / (np.max(np.abs(a)) + np.max(np.abs(b)))"),
    loses={CORRUPTED},
)
report(
    "Takes spectral norms.",
    ("np.linalg.norm(a - b)", "np.linalg.norm(a - b, 2)"),
    ("np.linalg.norm(a) +", "np.linalg.norm(a, 2) +"),
    ("np.linalg.norm(b)", "np.linalg.norm(b, 2)"),
    loses={CORRUPTED},
)
report("Divides by one of the norms.", ("np.linalg.norm(a) + ", ""), loses={CORRUPTED})
report(
    "Takes the mean of relative differences.",
    (NORM, "np.mean(np.abs(a - b) / (np.abs(a) + np.abs(b)))"),
    **UNREAD,
)
report(
    "Says 0.0 below a threshold.",
    ("return report", "return {key: d if d > 0.01 else 0.0 for key, d in report.items()}"),
    loses={CORRUPTED},
)
report(
    "Reports thresholds.",
    ("return report", "return {key: 1e-7 if d < 1e-6 else 1.0 for key, d in report.items()}"),
    loses={CORRUPTED},
)

VERDICT, EVALUATIONS = "verdict", "cost"
BROKEN = {VERDICT, EVALUATIONS}
DRAW = "v = rng.normal(size=theta.shape)"
PLUS = "J_plus, _ = forward_propagation_n(X, Y, vector_to_dictionary(theta + epsilon * v))"

directional(
    "Uses the notebook's parameters.",
    ("k(parameters, gradients, X, Y,", "k(params, gradients, X, Y,"),
    loses={VERDICT},
)
directional(
    "Uses the notebook's inputs.",
    ("k(parameters, gradients, X, Y,", "k(parameters, gradients, x, y,"),
    loses={VERDICT},
)
directional(
    "Draws a flat direction for a column.", (DRAW, "v = rng.normal(size=47)"), loses={VERDICT}
)
directional("Doesn't sum the product.", ("np.sum(grad * v)", "grad * v"), loses=BROKEN)
directional("Multiplies a column by a column.", ("np.sum(grad * v)", "grad @ v"), loses=BROKEN)
directional("Has no sizes in the denominator.", ("(abs(a) + abs(b))", "(a + b)"), loses={VERDICT})
directional(
    "Takes the gradients in the order of their keys.",
    (
        "gradients_to_vector(gradients)",
        "np.concatenate([each.reshape(-1, 1) for each in gradients.values()])",
    ),
    loses={VERDICT},
)
directional("Never starts with a largest.", ("    largest = 0.0\n", ""), loses=BROKEN)
directional(
    "Passes a vector to the network.",
    ("vector_to_dictionary(theta + epsilon * v)", "theta + epsilon * v"),
    loses=BROKEN,
)
directional("Doesn't take the pair apart.", ("J_plus, _ =", "J_plus ="), loses=BROKEN)
directional("Prints the largest.", ("return largest", "print(largest)"), loses=BROKEN)
directional(
    "Returns all differences.",
    ("largest = 0.0", "largest = []"),
    (
        "largest = max(largest, abs(a - b) / (abs(a) + abs(b)))",
        "largest.append(abs(a - b) / (abs(a) + abs(b)))",
    ),
    loses=BROKEN,
)
directional("Returns the direction, too.", ("return largest", "return largest, v"), loses=BROKEN)
directional(
    "Forgets epsilon in the step.",
    ("theta + epsilon * v", "theta + v"),
    ("theta - epsilon * v", "theta - v"),
    loses={VERDICT},
)
directional(
    "Calls its seed something else.",
    ("seed=0", "random_state=0"),
    ("(seed)", "(random_state)"),
    loses={VERDICT},
)
directional(
    "Calls a helper that isn't there.", ("dictionary_to_vector(", "params_to_vector("), loses=BROKEN
)
directional(
    "Forgets to square up: divides by one side.", ("(abs(a) + abs(b))", "abs(b)"), loses={VERDICT}
)
directional(
    "Forgets to put theta back.",
    (
        PLUS,
        """theta += epsilon * v
        J_plus, _ = forward_propagation_n(X, Y, vector_to_dictionary(theta))""",
    ),
    ("theta - epsilon * v", "theta - 2 * epsilon * v"),
    loses={VERDICT},
)
directional(
    "Returns the last difference.",
    (
        "largest = max(largest, abs(a - b) / (abs(a) + abs(b)))",
        "largest = abs(a - b) / (abs(a) + abs(b))",
    ),
    loses={VERDICT},
)
directional(
    "Makes its generator anew in every round.",
    ("        " + DRAW, "        rng = np.random.default_rng(seed)\n        " + DRAW),
    loses={VERDICT},
)
directional("Returns a list.", ("return largest", "return [largest]"), loses=BROKEN)
directional(
    "Evaluates the cost once more, to look at it.",
    ("    largest = 0.0", "    J, _ = forward_propagation_n(X, Y, parameters)\n    largest = 0.0"),
    loses={EVALUATIONS},
)
directional(
    "Takes one direction too many.",
    ("range(directions)", "range(directions + 1)"),
    loses={EVALUATIONS},
)
