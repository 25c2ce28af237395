"""If one of these kept a part, a student would earn points for the mistake and not hear of it."""
# ruff: noqa: F811, F821 (many answers to one question; their names are those of the notebook)

from functools import partial

import numpy as np

from tests.questions.answers import mistake, slip

directional = partial(slip, "n_dimensions", "directional_check")

DRAW = "v = rng.normal(size=theta.shape)"
BOTH_SIDES = """J_plus, _ = forward_propagation_n(X, Y, vector_to_dictionary(theta + epsilon * v))
        J_minus, _ = forward_propagation_n(X, Y, vector_to_dictionary(theta - epsilon * v))"""

directional(
    "Draws other directions every time.", ("default_rng(seed)", "default_rng()"), loses={"verdict"}
)
directional("Moves W1 only.", (DRAW, DRAW + "\n        v[20:] = 0"), loses={"verdict"})
directional(
    "Leaves the output layer out.", (DRAW, DRAW + "\n        v[43:] = 0"), loses={"verdict"}
)
directional(
    "Leaves the biases out.",
    (
        DRAW,
        DRAW + "\n        v[[key[0] == 'b' for key in dictionary_to_vector(parameters)[1]]] = 0",
    ),
    loses={"verdict"},
)
directional(
    "Compares sizes, blind to the sign.", ("abs(a - b)", "abs(abs(a) - abs(b))"), loses={"verdict"}
)
directional(
    "Looks at one coordinate at a time.",
    (DRAW, "v = np.zeros((47, 1))\n        v[rng.integers(47)] = 1"),
    loses={"verdict"},
)
directional("Doesn't divide.", (" / (abs(a) + abs(b))", ""), loses={"verdict"})
directional("Keeps the sign of the difference.", ("abs(a - b)", "(a - b)"), loses={"verdict"})
directional("Divides by one epsilon.", ("(2 * epsilon)", "epsilon"), loses={"verdict"})
directional(
    "Loses the direction on one side.", ("np.sum(grad * v)", "np.sum(grad)"), loses={"verdict"}
)
directional("Always says 0.0, after looking.", ("return largest", "return 0.0"), loses={"verdict"})
directional("Always says 1.0, after looking.", ("return largest", "return 1.0"), loses={"verdict"})
directional(
    "Returns a verdict.", ("return largest", "return bool(largest < 1e-4)"), loses={"verdict"}
)
directional(
    "Evaluates the cost in the middle, too.",
    ("a, b =", "forward_propagation_n(X, Y, parameters)\n        a, b ="),
    loses={"cost"},
)
LARGEST = "largest = max(largest, abs(a - b) / (abs(a) + abs(b)))"
directional(
    "Returns the mean.",
    (LARGEST, "largest += abs(a - b) / (abs(a) + abs(b)) / directions"),
    loses={"verdict"},
)
directional(
    "Returns the smallest.",
    ("largest = 0.0", "largest = np.inf"),
    (LARGEST, LARGEST.replace("max", "min")),
    loses={"verdict"},
)
directional(
    "Returns the last.", (LARGEST, "largest = abs(a - b) / (abs(a) + abs(b))"), loses={"verdict"}
)
directional(
    "Returns the first.", (LARGEST, f"{LARGEST} if largest == 0 else largest"), loses={"verdict"}
)
directional(
    "Returns from inside of the loop.",
    (LARGEST, "return abs(a - b) / (abs(a) + abs(b))"),
    loses={"verdict"},
)
directional(
    "Returns the median.",
    ("largest = 0.0", "largest = []"),
    (LARGEST, "largest.append(abs(a - b) / (abs(a) + abs(b)))"),
    ("return largest", "return np.median(largest)"),
    loses={"verdict"},
)
directional(
    "Compares the largest of both sides.",
    ("largest = 0.0", "largest, sides = 0.0, []"),
    (LARGEST, "sides.append((a, b))"),
    ("return largest", "a, b = np.max(np.abs(sides), axis=0)\n    return abs(a - b) / (a + b)"),
    loses={"verdict"},
)
directional("Takes one direction only.", ("range(directions)", "range(1)"), loses={"verdict"})
directional(
    "Takes the same direction every time.",
    (DRAW, f"rng = np.random.default_rng(seed)\n        {DRAW}"),
    loses={"verdict"},
)
directional(
    "Takes every direction twice, turned around.",
    (DRAW, f"v = -v if _ % 2 else {DRAW[4:]}"),
    loses={"verdict"},
)
directional(
    "Steps to one side.",
    ("theta - epsilon * v", "theta"),
    ("(2 * epsilon)", "epsilon"),
    loses={"verdict"},
)
directional(
    "Steps to one side, with the cost at theta outside of the loop.",
    ("largest = 0.0", "largest, (J_minus, _) = 0.0, forward_propagation_n(X, Y, parameters)"),
    ("J_minus, _ = forward_propagation_n(X, Y, vector_to_dictionary(theta - epsilon * v))", "pass"),
    ("(2 * epsilon)", "epsilon"),
    loses={"verdict"},
)
directional(
    "Steps further to one side.", ("theta - epsilon * v", "theta - 2 * epsilon * v"),
    ("(2 * epsilon)", "(3 * epsilon)"), loses={"verdict"},
)  # fmt: skip
directional(
    "Has 1e-5 typed in for epsilon.",
    ("theta + epsilon", "theta + 1e-5"),
    ("theta - epsilon", "theta - 1e-5"),
    ("2 * epsilon", "2e-5"),
    loses={"verdict"},
)
directional(
    "Rounds to two digits.", ("return largest", "return round(largest, 2)"), loses={"verdict"}
)
directional("Always takes ten directions.", ("range(directions)", "range(10)"), loses={"cost"})
directional("Always takes five directions.", ("range(directions)", "range(5)"), loses={"cost"})
directional(
    "Takes the whole numerical gradient.",
    ("largest = 0.0", "approx = numerical_gradient(parameters, X, Y)\n    largest = 0.0"),
    (BOTH_SIDES, "slope = np.sum(approx * v)"),
    ("(J_plus - J_minus) / (2 * epsilon)", "slope"),
    loses={"cost"},
)


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
