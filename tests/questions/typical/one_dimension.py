"""If one of these is shown and graded differently, a student is misled before the deadline."""
# ruff: noqa: B016, E722, F811, F821, F841 (as people write them; the names are the notebook's)

from functools import partial

import numpy as np

from tests.questions.answers import typical, typically_written

written = partial(typically_written, "one_dimension")

VALUE = {"value"}


@typical(VALUE)
def forward_propagation(x, theta):
    """Returns the cost and a cache."""
    J = theta * x
    return J, (x, theta)


@typical(VALUE)
def forward_propagation(x, theta):
    """Ends in a comma, so that it returns a tuple."""
    return (theta * x,)


@typical(VALUE)
def forward_propagation(x, theta):
    """Returns a list."""
    return [theta * x]


@typical(VALUE)
def forward_propagation(x, theta):
    """Returns a text."""
    return f"{theta * x}"


@typical(VALUE)
def forward_propagation(x, theta):
    """Computes it and forgets to return it."""
    J = theta * x


@typical(VALUE)
def forward_propagation(x, theta):
    """Has the notebook's example typed in."""
    x, theta = 2, 4
    return theta * x


@typical(VALUE)
def forward_propagation(x, theta):
    """Takes a caret for a product."""
    return theta ^ x


@typical(VALUE)
def forward_propagation(x, theta):
    """Rounds to two digits."""
    return round(theta * x, 2)


@typical(VALUE)
def forward_propagation(x, theta):
    """Calls itself."""
    J = forward_propagation(x, theta)
    return J


written(
    "forward_propagation",
    "Mistypes an argument.",
    "def forward_propagation(x, thata):\n    return theta * x\n",
    loses=VALUE,
)
written(
    "forward_propagation",
    "Forgets theta among the arguments.",
    "theta = 4\n\ndef forward_propagation(x):\n    return theta * x\n",
    loses=VALUE,
)
written(
    "forward_propagation",
    "Is written as a number, not as a function.",
    "x, theta = 2, 4\nforward_propagation = theta * x\n",
    loses=VALUE,
)
written(
    "forward_propagation",
    "Goes by another name.",
    "def forward(x, theta):\n    return theta * x\n",
    loses=VALUE,
)


@typical(VALUE)
def backward_propagation(x, theta):
    """Says 1, the derivative of theta."""
    return 1.0


@typical(VALUE)
def backward_propagation(x, theta):
    """Has the wrong sign."""
    return -x


@typical(VALUE)
def backward_propagation(x, theta):
    """Returns both derivatives."""
    return theta, x


@typical(VALUE)
def backward_propagation(x, theta):
    """Returns a function."""
    return lambda theta: x


@typical(VALUE)
def backward_propagation(x, theta):
    """Takes a whole number."""
    return int(x)


@typical(VALUE)
def backward_propagation(x, theta):
    """Rounds to one digit."""
    return round(x, 1)


@typical(VALUE)
def backward_propagation(x, theta):
    """Imports what the grader doesn't have."""
    import tensorflow

    return tensorflow.constant(x)


@typical(VALUE)
def backward_propagation(x, theta):
    """Makes one step of gradient descent."""
    learning_rate = 0.1
    theta = theta - learning_rate * x
    return theta


LAW = {"error_law"}
BOTH = {"value", "error_law"}


@typical(BOTH)
def numerical_derivative(f, theta, epsilon=1e-5):
    """Forgets theta in the steps."""
    return (f(epsilon) - f(-epsilon)) / (2 * epsilon)


@typical(BOTH)
def numerical_derivative(f, theta, epsilon=1e-5):
    """Adds epsilon to the value, not to theta."""
    return ((f(theta) + epsilon) - (f(theta) - epsilon)) / (2 * epsilon)


@typical(BOTH)
def numerical_derivative(f, theta, epsilon=1e-5):
    """Divides only the second value."""
    return f(theta + epsilon) - f(theta - epsilon) / (2 * epsilon)


@typical(BOTH)
def numerical_derivative(f, theta, epsilon=1e-5):
    """Moves theta, and forgets where it came from."""
    theta += epsilon
    J_plus = f(theta)
    theta -= epsilon
    J_minus = f(theta)
    return (J_plus - J_minus) / (2 * epsilon)


@typical(BOTH)
def numerical_derivative(f, theta, epsilon=1e-5):
    """Takes theta for a whole number."""
    theta = int(theta)
    return (f(theta + epsilon) - f(theta - epsilon)) / (2 * epsilon)


@typical(BOTH)
def numerical_derivative(f, theta, epsilon=1e-5):
    """Takes the second derivative."""
    return (f(theta + epsilon) - 2 * f(theta) + f(theta - epsilon)) / epsilon**2


@typical(BOTH)
def numerical_derivative(f, theta, epsilon=1e-5):
    """Loses the sign."""
    return abs(f(theta + epsilon) - f(theta - epsilon)) / (2 * epsilon)


@typical(BOTH)
def numerical_derivative(f, theta, epsilon=1e-5):
    """Prints the slope."""
    slope = (f(theta + epsilon) - f(theta - epsilon)) / (2 * epsilon)
    print("slope:", slope)


@typical(BOTH)
def numerical_derivative(f, theta, epsilon=1e-5):
    """Returns the slope and an estimate of its error."""
    slope = (f(theta + epsilon) - f(theta - epsilon)) / (2 * epsilon)
    return slope, epsilon**2


@typical(BOTH)
def numerical_derivative(f, theta, epsilon=1e-5):
    """Calls a J that isn't there."""
    return (J(theta + epsilon) - J(theta - epsilon)) / (2 * epsilon)


@typical(BOTH)
def numerical_derivative(f, theta, epsilon=1e-5):
    """Multiplies f by what it should be called with."""
    return (f * (theta + epsilon) - f * (theta - epsilon)) / (2 * epsilon)


@typical(BOTH)
def numerical_derivative(f, theta, epsilon=1e-5):
    """Divides by a whole number."""
    return (f(theta + epsilon) - f(theta - epsilon)) // (2 * epsilon) * epsilon


@typical(LAW)
def numerical_derivative(f, theta, epsilon=1e-5):
    """Doesn't trust large steps."""
    epsilon = min(epsilon, 1e-4)
    return (f(theta + epsilon) - f(theta - epsilon)) / (2 * epsilon)


@typical(LAW)
def numerical_derivative(f, theta, epsilon=1e-5):
    """Returns float32."""
    return np.float32((f(theta + epsilon) - f(theta - epsilon)) / (2 * epsilon))


@typical(LAW)
def numerical_derivative(f, theta, eps=1e-5):
    """Calls epsilon something else."""
    return (f(theta + eps) - f(theta - eps)) / (2 * eps)


EDGES = {"edge_cases"}
ALL = {"value", "edge_cases"}


@typical(VALUE)
def relative_difference(a, b):
    """Forgets the brackets around the sum."""
    if np.shape(a) != np.shape(b):
        raise ValueError("shapes differ")
    if np.linalg.norm(a) + np.linalg.norm(b) == 0:
        return 0.0
    return np.linalg.norm(np.subtract(a, b)) / np.linalg.norm(a) + np.linalg.norm(b)


@typical(VALUE)
def relative_difference(a, b):
    """Takes whole numbers."""
    a, b = np.array(a), np.array(b)
    if a.shape != b.shape:
        raise ValueError("shapes differ")
    if np.isnan(a).any() or np.isnan(b).any():
        return np.inf
    a, b = a.astype(int), b.astype(int)
    size = np.linalg.norm(a) + np.linalg.norm(b)
    return np.linalg.norm(a - b) / size if size else 0.0


@typical(VALUE)
def relative_difference(a, b):
    """Divides by the norm of a alone."""
    a, b = np.asarray(a), np.asarray(b)
    if a.shape != b.shape:
        raise ValueError("shapes differ")
    size = np.linalg.norm(a)
    return np.linalg.norm(a - b) / size if size != 0 else 0.0


@typical(VALUE)
def relative_difference(a, b):
    """Says it in percent."""
    a, b = np.asarray(a), np.asarray(b)
    if a.shape != b.shape:
        raise ValueError("shapes differ")
    size = np.linalg.norm(a) + np.linalg.norm(b)
    return 100 * np.linalg.norm(a - b) / size if size != 0 else 0.0


@typical(VALUE)
def relative_difference(a, b):
    """Adds up the entries to see whether they are zero."""
    if np.shape(a) != np.shape(b):
        raise ValueError("shapes differ")
    if np.sum(a) + np.sum(b) == 0:
        return 0.0
    return np.linalg.norm(np.subtract(a, b)) / (np.linalg.norm(a) + np.linalg.norm(b))


@typical(VALUE)
def relative_difference(a, b):
    """Overwrites a with the difference."""
    a, b = np.array(a, dtype=float), np.array(b, dtype=float)
    if a.shape != b.shape:
        raise ValueError("shapes differ")
    if not a.any() and not b.any():
        return 0.0
    a -= b
    return np.linalg.norm(a) / (np.linalg.norm(a) + np.linalg.norm(b))


@typical(VALUE)
def relative_difference(a, b):
    """Takes means of sizes."""
    if np.shape(a) != np.shape(b):
        raise ValueError("shapes differ")
    size = np.mean(np.abs(a)) + np.mean(np.abs(b))
    return np.mean(np.abs(np.subtract(a, b))) / size if size != 0 else 0.0


@typical(VALUE)
def relative_difference(a, b):
    """Takes one zero in each for all zeros."""
    if np.shape(a) != np.shape(b):
        raise ValueError("shapes differ")
    if not np.all(a) and not np.all(b):
        return 0.0
    return np.linalg.norm(np.subtract(a, b)) / (np.linalg.norm(a) + np.linalg.norm(b))


@typical(ALL)
def relative_difference(a, b):
    """Divides entry by entry, and takes the mean."""
    if np.shape(a) != np.shape(b):
        raise ValueError("shapes differ")
    return np.mean(np.abs(np.subtract(a, b)) / (np.abs(a) + np.abs(b)))


@typical(ALL)
def relative_difference(a, b):
    """Asks numbers for their length."""
    if len(a) != len(b):
        raise ValueError("shapes differ")
    return np.linalg.norm(a - b) / (np.linalg.norm(a) + np.linalg.norm(b))


@typical(ALL)
def relative_difference(a, b):
    """Asks numbers for their shape."""
    if a.shape != b.shape:
        raise ValueError("shapes differ")
    size = np.linalg.norm(a) + np.linalg.norm(b)
    return np.linalg.norm(a - b) / size if size != 0 else 0.0


@typical(ALL)
def relative_difference(a, b):
    """Asks arrays whether they are equal."""
    if a == b:
        return 0.0
    return np.linalg.norm(a - b) / (np.linalg.norm(a) + np.linalg.norm(b))


@typical(ALL)
def relative_difference(a, b):
    """Names the order of a norm that numbers don't have."""
    if np.shape(a) != np.shape(b):
        raise ValueError("shapes differ")
    size = np.linalg.norm(a, 2) + np.linalg.norm(b, 2)
    return np.linalg.norm(np.subtract(a, b), 2) / size if size != 0 else 0.0


@typical(ALL)
def relative_difference(a, b):
    """Returns whether they agree."""
    if np.shape(a) != np.shape(b):
        raise ValueError("shapes differ")
    return np.linalg.norm(np.subtract(a, b)) <= 1e-7 * (np.linalg.norm(a) + np.linalg.norm(b))


@typical(EDGES)
def relative_difference(a, b):
    """Returns the error instead of raising it."""
    a, b = np.asarray(a), np.asarray(b)
    if a.shape != b.shape:
        return ValueError("shapes differ")
    size = np.linalg.norm(a) + np.linalg.norm(b)
    return np.linalg.norm(a - b) / size if size != 0 else 0.0


@typical(EDGES)
def relative_difference(a, b):
    """Prints the error instead of raising it."""
    a, b = np.asarray(a), np.asarray(b)
    if a.shape != b.shape:
        print("ValueError: shapes differ")
        return None
    size = np.linalg.norm(a) + np.linalg.norm(b)
    return np.linalg.norm(a - b) / size if size != 0 else 0.0


@typical(EDGES)
def relative_difference(a, b):
    """Raises a text."""
    a, b = np.asarray(a), np.asarray(b)
    if a.shape != b.shape:
        raise "ValueError"
    size = np.linalg.norm(a) + np.linalg.norm(b)
    return np.linalg.norm(a - b) / size if size != 0 else 0.0


@typical(EDGES)
def relative_difference(a, b):
    """Catches whatever happens and says 0.0."""
    try:
        if np.shape(a) != np.shape(b):
            raise ValueError("shapes differ")
        size = np.linalg.norm(a) + np.linalg.norm(b)
        return np.linalg.norm(np.subtract(a, b)) / size if size != 0 else 0.0
    except:
        return 0.0


@typical(EDGES)
def relative_difference(a, b):
    """Has a number to return only if it could divide."""
    if np.shape(a) != np.shape(b):
        raise ValueError("shapes differ")
    size = np.linalg.norm(a) + np.linalg.norm(b)
    if size != 0:
        difference = np.linalg.norm(np.subtract(a, b)) / size
    return difference


@typical(VALUE | EDGES)
def relative_difference(a, b):
    """Says 0.0 of all that is not above the threshold."""
    if np.shape(a) != np.shape(b):
        raise ValueError("shapes differ")
    if not np.any(a) and not np.any(b):
        return 0.0
    difference = np.linalg.norm(np.subtract(a, b)) / (np.linalg.norm(a) + np.linalg.norm(b))
    return difference if difference > 1e-7 else 0.0


@typical(EDGES)
def relative_difference(a, b):
    """Compares numbers of entries, not shapes."""
    a, b = np.asarray(a), np.asarray(b)
    if a.size != b.size:
        raise ValueError("shapes differ")
    size = np.linalg.norm(a) + np.linalg.norm(b)
    return np.linalg.norm(a - b) / size if size != 0 else 0.0


PARTS = RIGHT, WRONG, USES = "right_pairs", "wrong_pairs", "uses_both_and_epsilon"


@typical(PARTS)
def gradient_check(x, theta, epsilon=1e-7, print_msg=False):
    """Hands on a function of two numbers."""
    approx = numerical_derivative(forward_propagation, theta, epsilon)
    return relative_difference(approx, backward_propagation(x, theta))


@typical(PARTS)
def gradient_check(x, theta, epsilon=1e-7, print_msg=False):
    """Hands on a value in place of a function."""
    approx = numerical_derivative(forward_propagation(x, theta), theta, epsilon)
    return relative_difference(approx, backward_propagation(x, theta))


@typical(PARTS)
def gradient_check(x, theta, epsilon=1e-7, print_msg=False):
    """Has a lambda whose argument does nothing."""
    approx = numerical_derivative(lambda t: forward_propagation(x, theta), theta, epsilon)
    if print_msg:
        print("looked")
    return relative_difference(approx, backward_propagation(x, theta))


@typical(PARTS)
def gradient_check(x, theta, epsilon=1e-7, print_msg=False):
    """Swaps theta and epsilon."""
    approx = numerical_derivative(lambda t: forward_propagation(x, t), epsilon, theta)
    if print_msg:
        print("looked")
    return relative_difference(approx, backward_propagation(x, theta))


@typical(PARTS)
def gradient_check(x, theta, epsilon=1e-7, print_msg=False):
    """Returns only when it prints."""
    approx = numerical_derivative(lambda t: forward_propagation(x, t), theta, epsilon)
    difference = relative_difference(approx, backward_propagation(x, theta))
    if print_msg:
        print("looked")
        return difference


@typical(PARTS)
def gradient_check(x, theta, epsilon=1e-7, print_msg=False):
    """Returns whether they agree."""
    approx = numerical_derivative(lambda t: forward_propagation(x, t), theta, epsilon)
    difference = relative_difference(approx, backward_propagation(x, theta))
    if print_msg:
        print("looked")
    return difference < 1e-6


@typical(PARTS)
def gradient_check(x, theta, epsilon=1e-7, print_msg=False):
    """Returns a sentence."""
    approx = numerical_derivative(lambda t: forward_propagation(x, t), theta, epsilon)
    difference = relative_difference(approx, backward_propagation(x, theta))
    return "The gradient is correct!" if difference < 1e-6 else "The gradient is wrong!"


@typical(PARTS)
def gradient_check(x, theta, epsilon=1e-7, print_msg=False):
    """Returns all three numbers."""
    approx = numerical_derivative(lambda t: forward_propagation(x, t), theta, epsilon)
    grad = backward_propagation(x, theta)
    return relative_difference(approx, grad), approx, grad


@typical(PARTS)
def gradient_check(x, theta, epsilon=1e-7, print_msg=False):
    """Catches its own mistake and says 0.0."""
    try:
        approx = numerical_derivative(lambda t: forward_propogation(x, t), theta, epsilon)
        return relative_difference(approx, backward_propagation(x, theta))
    except Exception:
        return 0.0


@typical(PARTS)
def gradient_check(x, theta, epsilon=1e-7, print_msg=False):
    """Compares an array with a number."""
    approx = np.array([numerical_derivative(lambda t: forward_propagation(x, t), theta, epsilon)])
    if print_msg:
        print("looked")
    return relative_difference(approx, backward_propagation(x, theta))


@typical({WRONG, USES})
def gradient_check(x, theta, epsilon=1e-7, print_msg=False):
    """Doesn't divide."""
    approx = numerical_derivative(lambda t: forward_propagation(x, t), theta, epsilon)
    if print_msg:
        print("looked")
    return abs(approx - backward_propagation(x, theta))


@typical({WRONG, USES})
def gradient_check(x, theta, epsilon=1e-7, print_msg=False):
    """Has squared norms."""
    approx = numerical_derivative(lambda t: forward_propagation(x, t), theta, epsilon)
    grad = backward_propagation(x, theta)
    if print_msg:
        print("looked")
    return (approx - grad) ** 2 / (approx**2 + grad**2)


@typical({USES})
def gradient_check(x, theta, epsilon=1e-7, print_msg=False):
    """Steps by two epsilon."""
    approx = numerical_derivative(lambda t: forward_propagation(x, t), theta, 2 * epsilon)
    if print_msg:
        print("looked")
    return relative_difference(approx, backward_propagation(x, theta))


@typical({USES})
def gradient_check(x, theta, eps=1e-7, print_msg=False):
    """Calls epsilon something else."""
    approx = numerical_derivative(lambda t: forward_propagation(x, t), theta, eps)
    if print_msg:
        print("looked")
    return relative_difference(approx, backward_propagation(x, theta))


@typical({USES})
def gradient_check(x, theta, epsilon=1e-7, print_msg=False):
    """Has words for a correct gradient only."""
    approx = numerical_derivative(lambda t: forward_propagation(x, t), theta, epsilon)
    difference = relative_difference(approx, backward_propagation(x, theta))
    if difference < 1e-6:
        verdict = "looks right"
    if print_msg:
        print("The gradient", verdict)
    return difference


@typical({USES})
def gradient_check(x, theta, epsilon=1e-7, print_msg=False):
    """Prints only when all is well."""
    approx = numerical_derivative(lambda t: forward_propagation(x, t), theta, epsilon)
    difference = relative_difference(approx, backward_propagation(x, theta))
    if print_msg and difference < 1e-6:
        print("The gradient is correct.")
    return difference


SIDES = TRUNCATION, ROUNDOFF = "truncation_side", "roundoff_side"


@typical(SIDES)
def error_sweep(f, df, theta, epsilons):
    """Sorts the epsilons that it was given."""
    epsilons.sort()
    return np.array([abs(numerical_derivative(f, theta, e) - df(theta)) for e in epsilons])


@typical(SIDES)
def error_sweep(f, df, theta, epsilons):
    """Squares the errors."""
    return np.array([(numerical_derivative(f, theta, e) - df(theta)) ** 2 for e in epsilons])


@typical(SIDES)
def error_sweep(f, df, theta, epsilons):
    """Subtracts the function, not its value."""
    return np.array([abs(numerical_derivative(f, theta, e) - df) for e in epsilons])


@typical(SIDES)
def error_sweep(f, df, theta, epsilons):
    """Takes the true slope at epsilon."""
    return np.array([abs(numerical_derivative(f, theta, e) - df(e)) for e in epsilons])


@typical(SIDES)
def error_sweep(f, df, theta, epsilons):
    """Returns in the first round."""
    errors = []
    for epsilon in epsilons:
        errors.append(abs(numerical_derivative(f, theta, epsilon) - df(theta)))
        return np.array(errors)


@typical(SIDES)
def error_sweep(f, df, theta, epsilons):
    """Starts a new list in every round."""
    for epsilon in epsilons:
        errors = []
        errors.append(abs(numerical_derivative(f, theta, epsilon) - df(theta)))
    return np.array(errors)


@typical(SIDES)
def error_sweep(f, df, theta, epsilons):
    """Keeps what append returns."""
    errors = []
    for epsilon in epsilons:
        errors = errors.append(abs(numerical_derivative(f, theta, epsilon) - df(theta)))
    return np.array(errors)


@typical(SIDES)
def error_sweep(f, df, theta, epsilons):
    """Throws away what numpy's append returns."""
    errors = np.array([])
    for epsilon in epsilons:
        np.append(errors, abs(numerical_derivative(f, theta, epsilon) - df(theta)))
    return errors


@typical(SIDES)
def error_sweep(f, df, theta, epsilons):
    """Returns a dictionary by epsilon."""
    return {e: abs(numerical_derivative(f, theta, e) - df(theta)) for e in epsilons}


@typical(SIDES)
def error_sweep(f, df, theta, epsilons):
    """Collects the errors in an array of whole numbers."""
    errors = np.zeros(len(epsilons), dtype=int)
    for i, epsilon in enumerate(epsilons):
        errors[i] = abs(numerical_derivative(f, theta, epsilon) - df(theta))
    return errors


@typical(SIDES)
def error_sweep(f, df, theta, epsilons):
    """Chooses epsilons of its own."""
    epsilons = np.logspace(-1, -13, len(epsilons))
    return np.array([abs(numerical_derivative(f, theta, e) - df(theta)) for e in epsilons])


@typical(SIDES)
def error_sweep(f, df, theta, epsilons):
    """Prints a table."""
    for epsilon in epsilons:
        print(epsilon, abs(numerical_derivative(f, theta, epsilon) - df(theta)))


@typical(SIDES)
def error_sweep(f, df, theta, epsilons):
    """Leaves the last epsilon out."""
    errors = [abs(numerical_derivative(f, theta, e) - df(theta)) for e in epsilons[:-1]]
    return np.array(errors)


@typical({TRUNCATION})
def error_sweep(f, df, theta, epsilons):
    """Begins at the second epsilon."""
    errors = np.zeros(len(epsilons))
    for i in range(1, len(epsilons)):
        errors[i] = abs(numerical_derivative(f, theta, epsilons[i]) - df(theta))
    return errors


@typical({TRUNCATION})
def error_sweep(f, df, theta, epsilons):
    """Takes the sizes before it subtracts."""
    return np.array([abs(numerical_derivative(f, theta, e)) - abs(df(theta)) for e in epsilons])
