"""If one of these kept a part, a student would earn points for the mistake and not hear of it."""
# ruff: noqa: F811, F821 (many answers to one question; their names are those of the notebook)

from functools import partial

import numpy as np

from tests.questions.answers import mistake, slip

numerical = partial(slip, "n_dimensions", "numerical_gradient")

USES = "uses_the_forward_function"

numerical(
    "Steps to one side.",
    ("thetaminus[i] -= epsilon", "pass"),
    ("2 * epsilon", "epsilon"),
    loses={"value"},
)
numerical(
    "Has 1e-5 typed in for epsilon.", ("theta, _", "epsilon = 1e-5\n    theta, _"), loses={"value"}
)
numerical(
    "Has 1e-7 typed in for epsilon.", ("theta, _", "epsilon = 1e-7\n    theta, _"), loses={"value"}
)
numerical(
    "Scales the step with the parameter.",
    ("thetaplus[i] +=", "step = epsilon * (1 + abs(theta[i, 0]))\n        thetaplus[i] +="),
    ("+= epsilon", "+= step"),
    ("-= epsilon", "-= step"),
    ("2 * epsilon", "2 * step"),
    loses={"value"},
)
numerical(
    "Divides by one epsilon.",
    ("(2 * epsilon)", "epsilon"),
    loses={"value", USES},
    gated={"nothing_changed"},
)
numerical(
    "Forgets the brackets.",
    ("(2 * epsilon)", "2 * epsilon"),
    loses={"value", USES},
    gated={"nothing_changed"},
)
numerical(
    "Mixes up plus and minus.",
    ("J_plus - J_minus", "J_minus - J_plus"),
    loses={"value", USES},
    gated={"nothing_changed"},
)
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
numerical(
    "Leaves the last parameter out.",
    ("range(theta.size)", "range(theta.size - 1)"),
    loses={"value", USES},
    gated={"nothing_changed"},
)
numerical(
    "Returns a flat array.",
    ("return gradapprox", "return gradapprox.ravel()"),
    loses={"value", USES},
    gated={"nothing_changed"},
)
numerical(
    "Returns a dictionary.",
    ("return gradapprox", "return vector_to_dictionary(gradapprox)"),
    loses={"value", USES},
    gated={"nothing_changed"},
)
numerical(
    "Works in float32.",
    (
        "theta, _ = dictionary_to_vector(parameters)",
        "theta = dictionary_to_vector(parameters)[0].astype('f')",
    ),
    loses={"value"},
)
numerical(
    "Has the parameters in alphabetical order.",
    (
        "return gradapprox",
        """found = vector_to_dictionary(gradapprox)
    return np.concatenate([found[key].reshape(-1, 1) for key in sorted(found)])""",
    ),
    loses={"value", USES},
    gated={"nothing_changed"},
)
numerical(
    "Passes the vector to the forward pass.",
    ("vector_to_dictionary(thetaplus)", "thetaplus"),
    loses={"value", USES, "nothing_changed"},
)
numerical(
    "Passes parameters of other shapes to the forward pass.",
    (
        "theta, _",
        """def forward_flat(X, Y, theta):
        theta = {key: array.ravel() if key == "b1" else array for key, array in theta.items()}
        return forward_propagation_n(X, Y, theta)

    theta, _""",
    ),
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


numerical(
    "Clips the derivatives at 5.",
    ("return gradapprox", "return np.clip(gradapprox, -5, 5)"),
    loses={"value"},
)
