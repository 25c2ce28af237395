"""If one of these kept a part, a student who made the mistake would be told that all is well."""
# ruff: noqa: F811 (many answers to one question; their names are those of the notebook)

from functools import partial

import numpy as np

from tests.questions.answers import mistake, slip

forward = partial(slip, "n_dimensions", "forward_propagation_n")
backward = partial(slip, "n_dimensions", "backward_propagation_n")
numerical = partial(slip, "n_dimensions", "numerical_gradient")
check = partial(slip, "n_dimensions", "gradient_check_n")
report = partial(slip, "n_dimensions", "gradient_report")
directional = partial(slip, "n_dimensions", "directional_check")

COST = "np.mean(np.logaddexp(0, Z3) - Y * Z3)"

forward(
    "Takes the logarithm of A3.",
    (COST, "np.mean(-Y * np.log(A3) - (1 - Y) * np.log(1 - A3))"),
    loses={"large_logits"},
)
forward(
    "Keeps A3 away from 0 and 1 by 1e-15.",
    ("cost =", "A = np.clip(A3, 1e-15, 1 - 1e-15)\n    cost ="),
    (COST, "np.mean(-Y * np.log(A) - (1 - Y) * np.log(1 - A))"),
    loses={"large_logits"},
)
forward(
    "Exponentiates the logits.",
    (COST, "np.mean(np.log(1 + np.exp(Z3)) - Y * Z3)"),
    loses={"large_logits"},
)
forward(
    "Sums the losses and forgets 1/m.",
    ("np.mean(", "np.sum("),
    loses={"cost", "large_logits"},
)
forward(
    "Has the labels the wrong way round.",
    ("Y * Z3", "(1 - Y) * Z3"),
    loses={"cost", "large_logits"},
)
forward(
    "Takes the squared error for the cost.",
    (COST, "np.mean((A3 - Y) ** 2)"),
    loses={"cost", "large_logits"},
)
forward(
    "Puts a penalty into the cost.",
    (COST, COST + " + 0.01 * np.sum(W3**2)"),
    loses={"cost"},
    gated={"large_logits"},
)
forward(
    "Counts the examples in the rows of X.",
    (COST, "np.sum(np.logaddexp(0, Z3) - Y * Z3) / X.shape[0]"),
    loses={"cost", "large_logits"},
)
forward(
    "Counts the examples in Y.shape[1].",
    (COST, "np.sum(np.logaddexp(0, Z3) - Y * Z3) / Y.shape[1]"),
    loses={"any_batch"},
)
forward(
    "Turns flat labels into a column, so that they broadcast.",
    (COST, "np.mean(np.logaddexp(0, Z3) - (Y if Y.ndim == 2 else Y[:, None]) * Z3)"),
    loses={"any_batch"},
)
forward(
    "Squeezes the logits, which a single example does not survive.",
    (COST, "np.mean([np.logaddexp(0, z) - y * z for z, y in zip(np.squeeze(Z3), np.ravel(Y))])"),
    loses={"any_batch"},
)
forward(
    "Keeps its activations in parameters.",
    ("# From the logits", 'parameters["A3"] = A3\n    # From the logits'),
    loses={"any_batch"},
)
forward(
    "Flattens the labels in place.",
    ("# From the logits", "Y.shape = (-1,)\n    # From the logits"),
    loses={"any_batch"},
)
forward(
    "Shifts the inputs in place, and back again.",
    ("# From the logits", "X += 0.1\n    X -= 0.1\n    # From the logits"),
    loses={"any_batch"},
)
forward(
    "Overwrites Z1 with A1.",
    ("A1 = relu(Z1)", "Z1[Z1 < 0] = 0\n    A1 = Z1"),
    loses={"cache"},
)
forward(
    "Has A and Z in the other order in the cache.",
    ("(Z1, A1,", "(A1, Z1,"),
    loses={"cache"},
)
forward(
    "Leaves the biases out of the cache.",
    ("(Z1, A1, W1, b1, Z2, A2, W2, b2, Z3, A3, W3, b3)", "(Z1, A1, W1, Z2, A2, W2, Z3, A3, W3)"),
    loses={"cache"},
)
forward(
    "Caches the predictions in place of A3.",
    ("Z3, A3, W3, b3)", "Z3, np.round(A3), W3, b3)"),
    loses={"cache"},
)
forward(
    "Returns the cost alone.",
    ("return cost, (", "return cost  # ("),
    loses={"cost", "cache", "any_batch", "large_logits"},
)
forward(
    "Forgets the bias of the first layer.",
    ("W1 @ X + b1", "W1 @ X"),
    loses={"cost", "cache"},
    gated={"any_batch", "large_logits"},
)
forward(
    "Has a sigmoid in the first layer.",
    ("relu(Z1)", "sigmoid(Z1)"),
    loses={"cost", "cache"},
    gated={"any_batch", "large_logits"},
)
forward(
    "Has a ReLU on the output.",
    ("sigmoid(Z3)", "relu(Z3)"),
    loses={"cache"},
)


@mistake(loses={"cost", "cache", "any_batch", "large_logits"})
def forward_propagation_n(X, Y, parameters):
    """Expects an example in each row."""
    A1 = relu(X @ parameters["W1"].T + parameters["b1"].T)
    A2 = relu(A1 @ parameters["W2"].T + parameters["b2"].T)
    Z3 = A2 @ parameters["W3"].T + parameters["b3"]
    return np.mean(np.logaddexp(0, Z3) - Y * Z3), (A1, A2)


LAYERS = {"output_layer", "second_layer", "first_layer"}
REST = {"any_batch", "float64_and_shapes"}

backward("Forgets 1/m everywhere.", ("/ m", "/ 1"), loses=LAYERS, gated=REST)
backward("Forgets 1/m in dW2.", ("dW2 = dZ2 @ A1.T / m", "dW2 = dZ2 @ A1.T"), loses={"second_layer"})
backward("Has 4/m in db1.", ("db1 = ", "db1 = 4 * "), loses={"first_layer"})
backward("Has the output's error the wrong way round.", ("A3 - Y", "Y - A3"), loses=LAYERS, gated=REST)
backward(
    "Counts the examples in the rows of X.",
    ("X.shape[1]", "X.shape[0]"),
    loses=LAYERS,
    gated=REST,
)
backward(
    "Has a sigmoid's derivative too many.",
    ("dZ3 = A3 - Y", "dZ3 = (A3 - Y) * A3 * (1 - A3)"),
    loses=LAYERS,
    gated=REST,
)
backward(
    "Lets every unit of the second layer pass.",
    ("dA2 * (Z2 > 0)", "dA2"),
    loses={"second_layer", "first_layer"},
)
backward("Masks by the gradient.", ("(Z1 > 0)", "(dA1 > 0)"), loses={"first_layer"})
backward(
    "Masks by the unit, not by the example.",
    ("(Z2 > 0)", "np.any(Z2 > 0, axis=1, keepdims=True)"),
    loses={"second_layer", "first_layer"},
)
backward(
    "Takes the mask of the wrong layer, which doesn't fit.",
    ("(Z2 > 0)", "(Z1 > 0)"),
    loses=LAYERS | REST,
)
backward("Skips the mask on the way down.", ("W2.T @ dZ2", "W2.T @ dA2"), loses={"first_layer"})
backward("Takes Z1 for A1.", ("A1.T", "Z1.T"), loses={"second_layer"})
backward("Has dW1 transposed.", ("dW1 = dZ1 @ X.T / m", "dW1 = X @ dZ1.T / m"), loses={"first_layer"})
backward("Forgets dW3 and db3.", (', "dW3": dW3, "db3": db3', ""), loses={"output_layer"})
backward("Uses an X1 that isn't there.", ("X.T", "X1.T"), loses=LAYERS | REST)
backward(
    "Adds a weight decay to dW2.",
    ("dW2 = dZ2 @ A1.T / m", "dW2 = dZ2 @ A1.T / m + 0.01 * W2"),
    loses={"second_layer"},
)
backward("Returns a tuple.", ("return {", "return tuple({"), ("db3}", "db3}.values())"), loses=LAYERS | REST)
backward("Counts the examples in Y.shape[1].", ("X.shape[1]", "Y.shape[1]"), loses={"any_batch"})
backward(
    "Turns flat labels into a column.",
    ("dZ3 = A3 - Y", "dZ3 = A3 - (Y if Y.ndim == 2 else Y.reshape(-1, 1))"),
    loses={"any_batch"},
)
backward(
    "Squeezes what a single example needs.",
    ("dZ3 = A3 - Y", "dZ3 = np.atleast_2d(np.squeeze(A3 - Y, axis=0 if X.shape[1] > 1 else None)[:])"),
    loses={"any_batch"},
)
backward("Leaves keepdims out.", (", keepdims=True", ""), loses={"float64_and_shapes"})
backward(
    "Returns float32.",
    ('return {"dW1": dW1,', 'return {"dW1": dW1.astype(np.float32),'),
    loses={"float64_and_shapes"},
)
backward("Returns db3 as a number.", ('"db3": db3', '"db3": db3.item()'), loses={"float64_and_shapes"})
backward("Returns dW3 flat.", ('"dW3": dW3', '"dW3": dW3.ravel()'), loses={"float64_and_shapes"})
backward(
    "Subtracts the labels from the cache's A3, in place.",
    ("dZ3 = A3 - Y", "dZ3 = A3\n    dZ3 -= np.reshape(Y, (1, -1))"),
    loses={"float64_and_shapes"},
)
backward(
    "Turns the cache's Z2 into a mask, in place.",
    ("dA2 * (Z2 > 0)", "dA2 * np.greater(Z2, 0, out=Z2, casting='unsafe')"),
    loses={"float64_and_shapes"},
)
backward(
    "Flattens the labels in place.",
    ("dZ3 = A3 - Y", "dZ3 = A3 - Y\n    Y.shape = (-1,)"),
    loses={"float64_and_shapes"},
)
backward(
    "Knows the sizes of the layers by heart.",
    ("dW1 = dZ1 @ X.T / m", "dW1 = np.reshape(dZ1 @ X.T / m, (5, 4))"),
    loses=LAYERS | REST,
)

RERUN = "Z1, A1, W1, b1, Z2, A2, W2, b2, Z3, A3, W3, b3 = cache"
PARAMETERS = 'dict(zip(["W1", "b1", "W2", "b2", "W3", "b3"], [W1, b1, W2, b2, W3, b3]))'

backward(
    "Runs the forward pass again.",
    (
        RERUN,
        RERUN + f"\n    _, cache = forward_propagation_n(X, Y, {PARAMETERS})\n    {RERUN}",
    ),
    gated=LAYERS | REST,
)
backward(
    "Computes the activations of the first layer again.",
    (RERUN, RERUN + "\n    Z1 = W1 @ X + b1\n    A1 = relu(Z1)"),
    gated=LAYERS | REST,
)
backward(
    "Computes the activations of the output again.",
    (RERUN, RERUN + "\n    A3 = sigmoid(W3 @ A2 + b3)"),
    gated=LAYERS | REST,
)


@mistake(gated=LAYERS | REST)
def backward_propagation_n(X, Y, cache):
    """Takes central differences of the cost."""
    theta = {key: cache[i] for key, i in zip(SHAPES, (2, 3, 6, 7, 10, 11), strict=True)}
    gradients = {}
    for key, array in theta.items():
        gradients["d" + key] = np.zeros(array.shape)
        for i in np.ndindex(array.shape):
            costs = []
            for step in (1e-5, -1e-5):
                moved = array.copy()
                moved[i] += step
                costs.append(forward_propagation_n(X, Y, {**theta, key: moved})[0])
            gradients["d" + key][i] = (costs[0] - costs[1]) / 2e-5
    return gradients


@mistake(gated=LAYERS | REST)
def backward_propagation_n(X, Y, cache):
    """Takes complex steps of the cost."""
    theta = {key: cache[i] + 0j for key, i in zip(SHAPES, (2, 3, 6, 7, 10, 11), strict=True)}

    def cost(W1, b1, W2, b2, W3, b3):
        A = X
        for W, b in ((W1, b1), (W2, b2)):
            Z = W @ A + b
            A = Z * (Z.real > 0)
        Z = W3 @ A + b3
        return np.mean(np.log(1 + np.exp(Z)) - Y * Z)

    gradients = {}
    for key, array in theta.items():
        gradients["d" + key] = np.zeros(array.shape)
        for i in np.ndindex(array.shape):
            moved = array.copy()
            moved[i] += 1e-30j
            gradients["d" + key][i] = cost(**{**theta, key: moved}).imag / 1e-30
    return gradients


USES = "uses_the_forward_function"

numerical(
    "Steps to one side.",
    ("thetaminus[i] -= epsilon", "pass"),
    ("2 * epsilon", "epsilon"),
    loses={"value"},
)
numerical("Has 1e-5 typed in for epsilon.", ("theta, _", "epsilon = 1e-5\n    theta, _"), loses={"value"})
numerical("Has 1e-7 typed in for epsilon.", ("theta, _", "epsilon = 1e-7\n    theta, _"), loses={"value"})
numerical(
    "Scales the step with the parameter.",
    ("thetaplus[i] +=", "step = epsilon * (1 + abs(theta[i, 0]))\n        thetaplus[i] +="),
    ("+= epsilon", "+= step"),
    ("-= epsilon", "-= step"),
    ("2 * epsilon", "2 * step"),
    loses={"value"},
)
numerical("Divides by one epsilon.", ("(2 * epsilon)", "epsilon"), loses={"value", USES}, gated={"nothing_changed"})
numerical("Forgets the brackets.", ("(2 * epsilon)", "2 * epsilon"), loses={"value", USES}, gated={"nothing_changed"})
numerical("Has plus and minus the wrong way round.", ("J_plus - J_minus", "J_minus - J_plus"), loses={"value", USES}, gated={"nothing_changed"})
numerical(
    "Moves all parameters up to the i-th.",
    ("thetaplus[i]", "thetaplus[: i + 1]"),
    ("thetaminus[i]", "thetaminus[: i + 1]"),
    loses={"value", USES},
    gated={"nothing_changed"},
)
numerical(
    "Has one vector under two names.",
    ("theta.copy(), theta.copy()", "theta, theta"),
    loses={"value", USES},
    gated={"nothing_changed"},
)
numerical("Leaves the last parameter out.", ("range(theta.size)", "range(theta.size - 1)"), loses={"value", USES}, gated={"nothing_changed"})
numerical("Returns a flat array.", ("return gradapprox", "return gradapprox.ravel()"), loses={"value", USES}, gated={"nothing_changed"})
numerical(
    "Returns a dictionary.",
    ("return gradapprox", "return vector_to_dictionary(gradapprox)"),
    loses={"value", USES},
    gated={"nothing_changed"},
)
numerical(
    "Works in float32.",
    ("theta, _ = dictionary_to_vector(parameters)", "theta = dictionary_to_vector(parameters)[0].astype('f')"),
    loses={"value", USES},
    gated={"nothing_changed"},
)
numerical(
    "Has the parameters in alphabetical order.",
    ("return gradapprox", """found = vector_to_dictionary(gradapprox)
    return np.concatenate([found[key].reshape(-1, 1) for key in sorted(found)])"""),
    loses={"value", USES},
    gated={"nothing_changed"},
)
numerical(
    "Hands the vector to the forward pass.",
    ("vector_to_dictionary(thetaplus)", "thetaplus"),
    loses={"value", USES, "nothing_changed"},
)
numerical(
    "Hands parameters of other shapes to the forward pass.",
    ("theta, _", """def forward_flat(X, Y, theta):
        theta = {key: array.ravel() if key == "b1" else array for key, array in theta.items()}
        return forward_propagation_n(X, Y, theta)

    theta, _"""),
    ("forward_propagation_n(X, Y, vector", "forward_flat(X, Y, vector"),
    loses={"value", USES, "nothing_changed"},
)


@mistake(loses={USES})
def numerical_gradient(parameters, X, Y, epsilon=1e-5):
    """Has a network of its own inside."""

    def cost(theta):
        W1, b1, W2, b2, W3, b3 = vector_to_dictionary(theta).values()
        Z3 = W3 @ relu(W2 @ relu(W1 @ X + b1) + b2) + b3
        return np.mean(np.logaddexp(0, Z3) - Y * Z3)

    theta, _ = dictionary_to_vector(parameters)
    steps = epsilon * np.eye(47)[:, :, None]
    return np.array([[(cost(theta + e) - cost(theta - e)) / (2 * epsilon)] for e in steps])


@mistake(loses={"value", USES}, gated={"nothing_changed"})
def numerical_gradient(parameters, X, Y, epsilon=1e-5):
    """Asks backpropagation."""
    _, cache = forward_propagation_n(X, Y, parameters)
    return gradients_to_vector(backward_propagation_n(X, Y, cache or (np.zeros((1, 1)),) * 12))


@mistake(loses={"value", USES}, gated={"nothing_changed"})
def numerical_gradient(parameters, X, Y, epsilon=1e-5):
    """Returns zeros."""
    return np.zeros((47, 1))


@mistake(loses={"nothing_changed"})
def numerical_gradient(parameters, X, Y, epsilon=1e-5):
    """Moves the parameters themselves, and takes epsilon off again."""
    gradapprox = []
    for key in SHAPES:
        for i in np.ndindex(SHAPES[key]):
            parameters[key][i] += epsilon
            J_plus, _ = forward_propagation_n(X, Y, parameters)
            parameters[key][i] -= 2 * epsilon
            J_minus, _ = forward_propagation_n(X, Y, parameters)
            parameters[key][i] += epsilon
            gradapprox.append((J_plus - J_minus) / (2 * epsilon))
    return np.array(gradapprox).reshape(47, 1)


@mistake(loses={"nothing_changed"})
def numerical_gradient(parameters, X, Y, epsilon=1e-5):
    """Leaves the last of the moved parameters behind."""
    theta, _ = dictionary_to_vector(parameters)
    gradapprox = np.zeros((47, 1))
    for i in range(47):
        costs = []
        for step in (epsilon, -epsilon):
            moved = theta.copy()
            moved[i] += step
            parameters.update(vector_to_dictionary(moved))
            costs.append(forward_propagation_n(X, Y, parameters)[0])
        gradapprox[i] = (costs[0] - costs[1]) / (2 * epsilon)
    return gradapprox


RIGHT, WRONG, SIGN = "right_gradients", "wrong_gradients", "sign_and_nan"
DIFFERENCE = "np.linalg.norm(grad - gradapprox) / size if size != 0 else 0.0"

check("Divides by the larger norm.", ("np.linalg.norm(grad) + np.linalg.norm(gradapprox)", "max(np.linalg.norm(grad), np.linalg.norm(gradapprox))"), loses={WRONG, SIGN})
check("Doesn't divide.", (DIFFERENCE, "np.linalg.norm(grad - gradapprox)"), loses={WRONG, SIGN})
check("Forgets the roots.", (DIFFERENCE, "np.sum((grad - gradapprox) ** 2) / np.sum(grad**2 + gradapprox**2)"), loses={WRONG, SIGN})
check("Compares lengths, blind to the sign.", ("np.linalg.norm(grad - gradapprox)", "abs(np.linalg.norm(grad) - np.linalg.norm(gradapprox))"), loses={WRONG, SIGN})
check("Takes the largest entry for the norm.", ("np.linalg.norm(", "np.max(np.abs("), ("(grad) ", "(grad)) "), ("(gradapprox)", "(gradapprox))"), ("grad - gradapprox)", "grad - gradapprox))"), loses={WRONG})
check("Takes the sum of the entries for the norm.", ("np.linalg.norm(", "sum(abs("), ("(grad) ", "(grad)) "), ("(gradapprox)", "(gradapprox))"), ("grad - gradapprox)", "grad - gradapprox))"), loses={WRONG})
check("Looks at the last coordinate only.", ("difference =", "grad, gradapprox = grad[-1:], gradapprox[-1:]\n    size = np.linalg.norm(grad) + np.linalg.norm(gradapprox)\n    difference ="), loses={WRONG, SIGN})
check("Looks at the weights only.", ("grad = gradients_to_vector(gradients)", "weights = [key[0] == 'W' for key in dictionary_to_vector(parameters)[1]]\n    grad = gradients_to_vector(gradients)[weights]"), ("gradapprox = numerical_gradient(parameters, X, Y, epsilon)", "gradapprox = numerical_gradient(parameters, X, Y, epsilon)[weights]"), loses={WRONG, SIGN})
check("Returns the largest difference of an array.", ("return difference", "a, b = ({k: v for k, v in vector_to_dictionary(t).items()} for t in (grad, gradapprox))\n    return max(np.linalg.norm(a[k] - b[k]) / (np.linalg.norm(a[k]) + np.linalg.norm(b[k])) for k in a)"), loses={WRONG, SIGN})
check("Squares the difference.", ("return difference", "return difference**2"), loses={WRONG})
check("Returns a verdict in place of the difference.", ("return difference", "return 0.0 if difference < 1e-6 else 1.0"), loses={WRONG})
check("Rounds to two digits.", ("return difference", "return round(difference, 2)"), loses={WRONG})
check("Counts NaN as zero.", ("return difference", "return np.nan_to_num(difference)"), loses={SIGN})
check("Lets NaN fall on the side of agreement.", ("if size != 0 else", "if size > 0 else"), loses={SIGN})
check("Leaves NaN out of the norms.", ("np.linalg.norm(", "norm("), ("grad =", "norm = lambda v: np.sqrt(np.nansum(v**2))\n    grad =", ), loses={SIGN})
check("Takes the gradients in the order of their keys.", ("gradients_to_vector(gradients)", "np.concatenate([each.reshape(-1, 1) for each in gradients.values()])"), loses={RIGHT}, gated={WRONG, SIGN})
check("Returns the differences of the 47.", (DIFFERENCE, "np.abs(grad - gradapprox) / size"), loses={RIGHT}, gated={WRONG, SIGN})
check("Compares with its own gradients.", ("numerical_gradient(parameters, X, Y, epsilon)", "gradients_to_vector(gradients)"), loses={RIGHT}, gated={WRONG, SIGN})
check("Steps to one side.", ("numerical_gradient(parameters, X, Y, epsilon)", """np.zeros((47, 1))
    theta, _ = dictionary_to_vector(parameters)
    for i, step in enumerate(1e-4 * np.eye(47)):
        J_plus, _ = forward_propagation_n(X, Y, vector_to_dictionary(theta[:, 0] + step))
        gradapprox[i] = (J_plus - forward_propagation_n(X, Y, parameters)[0]) / 1e-4"""), loses={RIGHT}, gated={WRONG, SIGN})
check("Works in float32.", ("size =", "grad, gradapprox = grad.astype('f'), gradapprox.astype('f') * np.float32(1 + 1e-5)\n    size ="), loses={RIGHT}, gated={WRONG, SIGN})


@mistake(loses={RIGHT}, gated={WRONG, SIGN})
def gradient_check_n(parameters, gradients, X, Y, epsilon=1e-7, print_msg=False):
    """Always says 0.0."""
    return 0.0


@mistake(loses={RIGHT}, gated={WRONG, SIGN})
def gradient_check_n(parameters, gradients, X, Y, epsilon=1e-7, print_msg=False):
    """Always says 1.0."""
    return 1.0


@mistake(loses={RIGHT}, gated={WRONG, SIGN})
def gradient_check_n(parameters, gradients, X, Y, epsilon=1e-7, print_msg=False):
    """Always says NaN."""
    forward_propagation_n(X, Y, parameters)
    return np.nan


@mistake(loses={RIGHT}, gated={WRONG, SIGN})
def gradient_check_n(parameters, gradients, X, Y, epsilon=1e-7, print_msg=False):
    """Has a network of its own inside."""

    def cost(theta):
        W1, b1, W2, b2, W3, b3 = vector_to_dictionary(theta).values()
        Z3 = W3 @ relu(W2 @ relu(W1 @ X + b1) + b2) + b3
        return np.mean(np.logaddexp(0, Z3) - Y * Z3)

    theta, _ = dictionary_to_vector(parameters)
    steps = epsilon * np.eye(47)[:, :, None]
    approx = np.array([[(cost(theta + e) - cost(theta - e)) / (2 * epsilon)] for e in steps])
    grad = gradients_to_vector(gradients)
    return np.linalg.norm(grad - approx) / (np.linalg.norm(grad) + np.linalg.norm(approx))


@mistake(loses={RIGHT}, gated={WRONG, SIGN})
def gradient_check_n(parameters, gradients, X, Y, epsilon=1e-7, print_msg=False):
    """Compares with backpropagation in place of numerical gradients."""
    _, cache = forward_propagation_n(X, Y, parameters)
    grad = gradients_to_vector(gradients)
    other = gradients_to_vector(backward_propagation_n(X, Y, cache))
    return np.linalg.norm(grad - other) / (np.linalg.norm(grad) + np.linalg.norm(other))


CLEAN, CORRUPTED = "clean_arrays", "corrupted_arrays"
NORM = "np.linalg.norm(a - b) / size if size != 0 else 0.0"

report("Gives every array the global number.", ("return report", "a, b = gradients_to_vector(gradients), dictionary_to_vector(numerical)[0]\n    difference = np.linalg.norm(a - b) / (np.linalg.norm(a) + np.linalg.norm(b))\n    return {key: difference for key in report}"), loses={CORRUPTED})
report("Compares lengths, blind to the sign.", ("np.linalg.norm(a - b)", "abs(np.linalg.norm(a) - np.linalg.norm(b))"), loses={CORRUPTED})
report("Doesn't divide.", (NORM, "np.linalg.norm(a - b)"), loses={CORRUPTED})
report("Divides by the size of the whole gradient.", ("size = np.linalg.norm(a) + np.linalg.norm(b)", "size = 2 * np.linalg.norm(dictionary_to_vector(numerical)[0]) + 1"), loses={CORRUPTED})
report("Puts a large guard below the line.", ("np.linalg.norm(b)", "np.linalg.norm(b) + 1"), loses={CORRUPTED})
report("Compares the first entry of each array.", ("np.linalg.norm(a - b)", "abs(a - b).flat[0] * 0"), loses={CORRUPTED})
report("Squares the difference.", (NORM, "np.sum((a - b) ** 2) / np.sum(a**2 + b**2)"), loses={CORRUPTED})
report("Leaves the d out of the keys.", ('report["d" + key]', "report[key]"), loses={CLEAN}, gated={CORRUPTED})
report("Reports the weights only.", ("report = {}", "report, numerical = {}, {k: v for k, v in numerical.items() if k[0] == 'W'}"), loses={CLEAN}, gated={CORRUPTED})
report("Returns a list.", ("return report", "return list(report.values())"), loses={CLEAN}, gated={CORRUPTED})
report("Reports arrays of differences.", (NORM, "np.abs(a - b)"), loses={CLEAN}, gated={CORRUPTED})
report("Reports nothing.", ("return report", "return {}"), loses={CLEAN}, gated={CORRUPTED})
report("Compares flat with columns.", ('gradients["d" + key]', 'gradients["d" + key].ravel()'), loses={CLEAN}, gated={CORRUPTED})


@mistake(loses={CLEAN}, gated={CORRUPTED})
def gradient_report(parameters, gradients, X, Y, epsilon=1e-5):
    """Calls everything clean without looking."""
    return dict.fromkeys(gradients, 0.0)


@mistake(loses={CLEAN}, gated={CORRUPTED})
def gradient_report(parameters, gradients, X, Y, epsilon=1e-5):
    """Calls everything wrong."""
    return dict.fromkeys(gradients, 1.0)


DRAW = "v = rng.normal(size=theta.shape)"

directional("Draws other directions every time.", ("default_rng(seed)", "default_rng()"), loses={"verdict"})
directional("Moves W1 only.", (DRAW, DRAW + "\n        v[20:] = 0"), loses={"verdict"})
directional("Leaves the output layer out.", (DRAW, DRAW + "\n        v[43:] = 0"), loses={"verdict"})
directional("Leaves the biases out.", (DRAW, DRAW + "\n        v[[key[0] == 'b' for key in dictionary_to_vector(parameters)[1]]] = 0"), loses={"verdict"})
directional("Compares sizes, blind to the sign.", ("abs(a - b)", "abs(abs(a) - abs(b))"), loses={"verdict"})
directional("Looks at one coordinate at a time.", (DRAW, "v = np.zeros((47, 1))\n        v[rng.integers(47)] = 1"), loses={"verdict"})
directional("Doesn't divide.", (" / (abs(a) + abs(b))", ""), loses={"verdict"})
directional("Keeps the sign of the difference.", ("abs(a - b)", "(a - b)"), loses={"verdict"})
directional("Divides by one epsilon.", ("(2 * epsilon)", "epsilon"), loses={"verdict"})
directional("Loses the direction on one side.", ("np.sum(grad * v)", "np.sum(grad)"), loses={"verdict"})
directional("Always says 0.0, after looking.", ("return largest", "return 0.0"), loses={"verdict"})
directional("Always says 1.0, after looking.", ("return largest", "return 1.0"), loses={"verdict"})
directional("Returns a verdict.", ("return largest", "return bool(largest < 1e-4)"), loses={"verdict"})
directional("Evaluates the cost in the middle, too.", ("a, b =", "forward_propagation_n(X, Y, parameters)\n        a, b ="), loses={"cost"})
directional("Always takes ten directions.", ("range(directions)", "range(10)"), loses={"cost"})
directional("Always takes five directions.", ("range(directions)", "range(5)"), loses={"cost"})
directional("Takes the whole numerical gradient.", ("J_plus, _ = forward_propagation_n(X, Y, vector_to_dictionary(theta + epsilon * v))\n        J_minus, _ = forward_propagation_n(X, Y, vector_to_dictionary(theta - epsilon * v))", "slope = np.sum(numerical_gradient(parameters, X, Y) * v)"), ("(J_plus - J_minus) / (2 * epsilon)", "slope"), loses={"cost"})


@mistake(loses={"verdict", "cost"})
def directional_check(parameters, gradients, X, Y, directions=5, epsilon=1e-5, seed=0):
    """Always says 0.0."""
    return 0.0


@mistake(loses={"verdict", "cost"})
def directional_check(parameters, gradients, X, Y, directions=5, epsilon=1e-5):
    """Has no seed, and a direction too many."""
    theta, _ = dictionary_to_vector(parameters)
    largest = 0.0
    for _ in range(directions + 1):
        v = np.random.randn(47, 1)  # noqa: NPY002 (as people write it)
        plus, minus = (vector_to_dictionary(theta + step * v) for step in (epsilon, -epsilon))
        b = forward_propagation_n(X, Y, plus)[0] - forward_propagation_n(X, Y, minus)[0]
        a, b = np.sum(gradients_to_vector(gradients) * v), b / (2 * epsilon)
        largest = max(largest, abs(a - b) / (abs(a) + abs(b)))
    return largest
