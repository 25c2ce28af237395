"""If one of these kept a part, a student would earn points for the mistake and not hear of it."""
# ruff: noqa: F821 (the names are those of the notebook)

from functools import partial

import numpy as np

from tests.questions.answers import mistake, slip

forward = partial(slip, "n_dimensions", "forward_propagation_n")

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
