"""If one of these kept a part, a student would earn points for the mistake and not hear of it."""
# ruff: noqa: F811, F821 (many answers to one question; their names are those of the notebook)

from functools import partial

import numpy as np

from tests.questions.answers import mistake, slip

backward = partial(slip, "n_dimensions", "backward_propagation_n")

LAYERS = {"output_layer", "second_layer", "first_layer"}
REST = {"any_batch", "float64_and_shapes"}

backward("Forgets 1/m everywhere.", ("/ m", "/ 1"), loses=LAYERS, gated=REST)
backward(
    "Forgets 1/m in dW2.", ("dW2 = dZ2 @ A1.T / m", "dW2 = dZ2 @ A1.T"), loses={"second_layer"}
)
backward("Has 4/m in db1.", ("db1 = ", "db1 = 4 * "), loses={"first_layer"})
backward(
    "Has the output's error the wrong way round.", ("A3 - Y", "Y - A3"), loses=LAYERS, gated=REST
)
backward(
    "Counts the examples in the rows of X.",
    ("X.shape[1]", "X.shape[0]"),
    loses=LAYERS,
    gated=REST,
)
backward(
    "Has one sigmoid derivative too many.",
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
backward(
    "Has dW1 transposed.", ("dW1 = dZ1 @ X.T / m", "dW1 = X @ dZ1.T / m"), loses={"first_layer"}
)
backward("Forgets dW3 and db3.", (', "dW3": dW3, "db3": db3', ""), loses={"output_layer"})
backward("Uses an X1 that isn't there.", ("X.T", "X1.T"), loses=LAYERS | REST)
backward(
    "Adds a weight decay to dW2.",
    ("dW2 = dZ2 @ A1.T / m", "dW2 = dZ2 @ A1.T / m + 0.01 * W2"),
    loses={"second_layer"},
)
backward(
    "Returns a tuple.",
    ("return {", "return tuple({"),
    ("db3}", "db3}.values())"),
    loses=LAYERS | REST,
)
backward("Counts the examples in Y.shape[1].", ("X.shape[1]", "Y.shape[1]"), loses={"any_batch"})
backward(
    "Turns flat labels into a column.",
    ("dZ3 = A3 - Y", "dZ3 = A3 - (Y if Y.ndim == 2 else Y.reshape(-1, 1))"),
    loses={"any_batch"},
)
backward(
    "Squeezes what a single example needs.",
    (
        "dZ3 = A3 - Y",
        "dZ3 = np.atleast_2d(np.squeeze(A3 - Y, axis=0 if X.shape[1] > 1 else None)[:])",
    ),
    loses={"any_batch"},
)
backward("Leaves keepdims out.", (", keepdims=True", ""), loses={"float64_and_shapes"})
backward(
    "Returns float32.",
    ('return {"dW1": dW1,', 'return {"dW1": dW1.astype(np.float32),'),
    loses={"float64_and_shapes"},
)
backward(
    "Returns db3 as a number.", ('"db3": db3', '"db3": db3.item()'), loses={"float64_and_shapes"}
)
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
    "Makes flat labels a row, in place.",
    ("dZ3 = A3 - Y", "Y.shape = (1, m)\n    dZ3 = A3 - Y"),
    loses={"float64_and_shapes"},
)
backward(
    "Resizes the labels to a row, in place.",
    ("dZ3 = A3 - Y", "Y.resize((1, m), refcheck=False)\n    dZ3 = A3 - Y"),
    loses={"float64_and_shapes"},
)
backward(
    "Turns X around, in place, after it was used.",
    ("    return {", "    X.shape = X.shape[::-1]\n    return {"),
    loses={"float64_and_shapes"},
)
backward(
    "Reads the bytes of the labels as another type.",
    ("dZ3 = A3 - Y", "dZ3 = A3 - Y\n    Y.dtype = np.uint64"),
    loses={"float64_and_shapes"},
)
backward(
    "Shifts X in place, and back again.",
    ("    return {", "    X += 0.1\n    X -= 0.1\n    return {"),
    loses={"float64_and_shapes"},
)
backward(
    "Clips dW1 at 1.",
    ("dW1 = dZ1 @ X.T / m", "dW1 = np.clip(dZ1 @ X.T / m, -1, 1)"),
    loses={"first_layer"},
)
backward(
    "Clips dW2 and db2 at 5.",
    ('"dW2": dW2, "db2": db2', '"dW2": dW2.clip(-5, 5), "db2": db2.clip(-5, 5)'),
    loses={"second_layer"},
)
backward("Clips dW3 at 5.", ('"dW3": dW3', '"dW3": np.clip(dW3, -5, 5)'), loses={"output_layer"})
backward(
    "Shortens dW1 to length 10.",
    ("dW1 = dZ1 @ X.T / m", "dW1 = dZ1 @ X.T / m\n    dW1 *= min(1, 10 / np.linalg.norm(dW1))"),
    loses={"first_layer"},
)
backward(
    "Sets a large dZ1 to zero.",
    ("dA1 * (Z1 > 0)", "dA1 * (Z1 > 0) * (abs(dA1) < 5)"),
    loses={"first_layer"},
)
backward(
    "Calls the arrays by the names of the parameters.",
    ('"dW1": dW1, "db1": db1', '"W1": dW1, "b1": db1'),
    loses={"first_layer"},
)
backward(
    "Hard-codes the sizes of the layers.",
    ("dW1 = dZ1 @ X.T / m", "dW1 = np.reshape(dZ1 @ X.T / m, (5, 4))"),
    loses=LAYERS,
    gated=REST,
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
