"""If one of these kept a part, a student would earn points for the mistake and not hear of it."""
# ruff: noqa: F811, F821 (many answers to one question; their names are those of the notebook)

from functools import partial

import numpy as np

from tests.questions.answers import mistake, slip

check = partial(slip, "n_dimensions", "gradient_check_n")

RIGHT, WRONG, SIGN = "right_gradients", "wrong_gradients", "sign_and_nan"
NUMERICAL = "numerical_gradient(parameters, X, Y, epsilon)"
WEIGHTS = "[key[0] == 'W' for key in dictionary_to_vector(parameters)[1]]"
DIFFERENCE = "np.linalg.norm(grad - gradapprox) / size if size != 0 else 0.0"

check(
    "Divides by the larger norm.",
    (
        "np.linalg.norm(grad) + np.linalg.norm(gradapprox)",
        "max(np.linalg.norm(grad), np.linalg.norm(gradapprox))",
    ),
    loses={WRONG, SIGN},
)
check("Doesn't divide.", (DIFFERENCE, "np.linalg.norm(grad - gradapprox)"), loses={WRONG, SIGN})
check(
    "Forgets the roots.",
    (DIFFERENCE, "np.sum((grad - gradapprox) ** 2) / np.sum(grad**2 + gradapprox**2)"),
    loses={WRONG, SIGN},
)
check(
    "Compares lengths, blind to the sign.",
    ("np.linalg.norm(grad - gradapprox)", "abs(np.linalg.norm(grad) - np.linalg.norm(gradapprox))"),
    loses={WRONG, SIGN},
)
check(
    "Takes the largest entry for the norm.",
    ("np.linalg.norm(", "np.max(np.abs("),
    ("(grad) ", "(grad)) "),
    ("(gradapprox)", "(gradapprox))"),
    ("grad - gradapprox)", "grad - gradapprox))"),
    loses={WRONG},
)
check(
    "Takes the sum of the entries for the norm.",
    ("np.linalg.norm(", "sum(abs("),
    ("(grad) ", "(grad)) "),
    ("(gradapprox)", "(gradapprox))"),
    ("grad - gradapprox)", "grad - gradapprox))"),
    loses={WRONG},
)
check(
    "Looks at the last coordinate only.",
    ("gradients_to_vector(gradients)", "gradients_to_vector(gradients)[-1:]"),
    (NUMERICAL, f"{NUMERICAL}[-1:]"),
    loses={WRONG, SIGN},
)
check(
    "Looks at the weights only.",
    ("gradients_to_vector(gradients)", f"gradients_to_vector(gradients)[{WEIGHTS}]"),
    (NUMERICAL, f"{NUMERICAL}[{WEIGHTS}]"),
    loses={WRONG, SIGN},
)
check(
    "Returns the largest difference of an array.",
    (
        "return difference",
        """a, b = vector_to_dictionary(grad), vector_to_dictionary(gradapprox)
    norm = np.linalg.norm
    return max(norm(a[key] - b[key]) / (norm(a[key]) + norm(b[key])) for key in SHAPES)""",
    ),
    loses={WRONG, SIGN},
)
check("Squares the difference.", ("return difference", "return difference**2"), loses={WRONG})
check(
    "Returns a verdict in place of the difference.",
    ("return difference", "return 0.0 if difference < 1e-6 else 1.0"),
    loses={WRONG},
)
check("Rounds to two digits.", ("return difference", "return round(difference, 2)"), loses={WRONG})
check(
    "Counts NaN as zero.", ("return difference", "return np.nan_to_num(difference)"), loses={SIGN}
)
check(
    "Lets NaN fall on the side of agreement.",
    ("if size != 0 else", "if size > 0 else"),
    loses={SIGN},
)
check(
    "Leaves NaN out of the norms.",
    ("np.linalg.norm(", "norm("),
    (
        "grad =",
        "norm = lambda v: np.sqrt(np.nansum(v**2))\n    grad =",
    ),
    loses={SIGN},
)
check(
    "Doesn't pass epsilon on.", (NUMERICAL, "numerical_gradient(parameters, X, Y)"), loses={WRONG}
)
check(
    "Passes half of epsilon on.",
    (NUMERICAL, "numerical_gradient(parameters, X, Y, epsilon / 2)"),
    loses={WRONG},
)
ONE_SIDED = """np.zeros((47, 1))
    theta, _ = dictionary_to_vector(parameters)
    for i, step in enumerate(epsilon * np.eye(47)):
        J_plus, _ = forward_propagation_n(X, Y, vector_to_dictionary(theta[:, 0] + step))
        gradapprox[i] = (J_plus - forward_propagation_n(X, Y, parameters)[0]) / epsilon"""
check("Steps to one side by epsilon.", (NUMERICAL, ONE_SIDED), loses={WRONG})
check(
    "Steps to one side by epsilon, down.",
    (NUMERICAL, ONE_SIDED.replace("+ step", "- step").replace("/ epsilon", "/ -epsilon")),
    loses={WRONG},
)
check(
    "Keeps the sign of the difference.",
    (DIFFERENCE, "(np.linalg.norm(grad) - np.linalg.norm(gradapprox)) / size"),
    loses={WRONG, SIGN},
)
check(
    "Takes the largest difference of an entry.",
    (DIFFERENCE, "np.max(np.abs(grad - gradapprox) / (np.abs(grad) + np.abs(gradapprox)))"),
    loses={RIGHT},
    gated={WRONG, SIGN},
)
check("Rounds to four digits.", ("return difference", "return round(difference, 4)"), loses={WRONG})
check(
    "Counts NaN among the gradients as zero.",
    ("gradients_to_vector(gradients)", "np.nan_to_num(gradients_to_vector(gradients))"),
    loses={SIGN},
)
check(
    "Leaves coordinates with NaN out.",
    (
        "size =",
        "seen = ~np.isnan(grad)\n    grad, gradapprox = grad[seen], gradapprox[seen]\n    size =",
    ),
    loses={SIGN},
)
check(
    "Looks for NaN in dW1 only.",
    ("size =", "grad[20:] = np.nan_to_num(grad[20:])\n    size ="),
    loses={SIGN},
)
check(
    "Clips the gradients at 5.",
    ("gradients_to_vector(gradients)", "np.clip(gradients_to_vector(gradients), -5, 5)"),
    loses={RIGHT},
    gated={WRONG, SIGN},
)
check(
    "Takes the gradients in the order of their keys.",
    (
        "gradients_to_vector(gradients)",
        "np.concatenate([each.reshape(-1, 1) for each in gradients.values()])",
    ),
    loses={RIGHT},
    gated={WRONG, SIGN},
)
check(
    "Returns the differences of the 47.",
    (DIFFERENCE, "np.abs(grad - gradapprox) / size"),
    loses={RIGHT},
    gated={WRONG, SIGN},
)
check(
    "Compares with its own gradients.",
    (NUMERICAL, "gradients_to_vector(gradients)"),
    loses={RIGHT},
    gated={WRONG, SIGN},
)
check(
    "Steps to one side.",
    (
        NUMERICAL,
        """np.zeros((47, 1))
    theta, _ = dictionary_to_vector(parameters)
    for i, step in enumerate(1e-4 * np.eye(47)):
        J_plus, _ = forward_propagation_n(X, Y, vector_to_dictionary(theta[:, 0] + step))
        gradapprox[i] = (J_plus - forward_propagation_n(X, Y, parameters)[0]) / 1e-4""",
    ),
    loses={RIGHT},
    gated={WRONG, SIGN},
)


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
