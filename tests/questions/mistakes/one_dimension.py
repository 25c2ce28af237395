"""If one of these kept a part, a student who made the mistake would be told that all is well."""
# ruff: noqa: F811 (many answers to one question; their names are those of the notebook)

import numpy as np

from tests.questions.answers import mistake


@mistake(loses={"value"})
def forward_propagation(x, theta):
    """Adds where it should multiply."""
    return theta + x


@mistake(loses={"value"})
def forward_propagation(x, theta):
    """Loses the sign."""
    return abs(theta * x)


@mistake(loses={"value"})
def forward_propagation(x, theta):
    """Rounds to whole numbers."""
    return int(theta) * int(x)


@mistake(loses={"value"})
def forward_propagation(x, theta):
    """Returns nothing for zero."""
    if x and theta:
        return theta * x


@mistake(loses={"value"})
def forward_propagation(x, theta):
    """Prints the value instead of returning it."""
    print(theta * x)


@mistake(loses={"value"})
def forward_propagation(x, theta):
    """Expects arrays."""
    return theta.dot(x)


@mistake(loses={"value"})
def backward_propagation(x, theta):
    """Divides: right at (2, 4)."""
    return theta // x


@mistake(loses={"value"})
def backward_propagation(x, theta):
    """Takes the root: right at (2, 4)."""
    return np.sqrt(theta)


@mistake(loses={"value"})
def backward_propagation(x, theta):
    """Halves theta: right at (2, 4)."""
    return theta / 2


@mistake(loses={"value"})
def backward_propagation(x, theta):
    """Differentiates by x."""
    return theta


@mistake(loses={"value"})
def backward_propagation(x, theta):
    """Returns the cost."""
    return theta * x


@mistake(loses={"value"})
def backward_propagation(x, theta):
    """Loses the sign."""
    return abs(x)


@mistake(loses={"error_law"})
def numerical_derivative(f, theta, epsilon=1e-5):
    """Steps to one side."""
    return (f(theta + epsilon) - f(theta)) / epsilon


@mistake(loses={"error_law"})
def numerical_derivative(f, theta, epsilon=1e-5):
    """Steps back only."""
    return (f(theta) - f(theta - epsilon)) / epsilon


@mistake(loses={"error_law"})
def numerical_derivative(f, theta, epsilon=1e-5):
    """Steps by two epsilon to one side."""
    return (f(theta + 2 * epsilon) - f(theta)) / (2 * epsilon)


@mistake(loses={"error_law"})
def numerical_derivative(f, theta, epsilon=1e-5):
    """Ignores epsilon."""
    return (f(theta + 1e-5) - f(theta - 1e-5)) / 2e-5


@mistake(loses={"error_law"})
def numerical_derivative(f, theta, epsilon=1e-5):
    """Steps by half an epsilon to both sides."""
    return (f(theta + epsilon / 2) - f(theta - epsilon / 2)) / epsilon


@mistake(loses={"error_law"})
def numerical_derivative(f, theta, epsilon=1e-5):
    """Scales the step with theta."""
    step = epsilon * max(1, abs(theta))
    return (f(theta + step) - f(theta - step)) / (2 * step)


@mistake(loses={"error_law"})
def numerical_derivative(f, theta, epsilon=1e-5):
    """Takes five points: better, and not what was asked."""
    far = f(theta - 2 * epsilon) - f(theta + 2 * epsilon)
    return (far + 8 * (f(theta + epsilon) - f(theta - epsilon))) / (12 * epsilon)


@mistake(loses={"error_law"})
def numerical_derivative(f, theta, epsilon=1e-5):
    """Takes the complex step: better, and not what was asked."""
    return f(theta + 1j * epsilon).imag / epsilon


@mistake(loses={"error_law"})
def numerical_derivative(f, theta, epsilon=1e-5):
    """Rounds to four digits."""
    return round((f(theta + epsilon) - f(theta - epsilon)) / (2 * epsilon), 4)


@mistake(loses={"value", "error_law"})
def numerical_derivative(f, theta, epsilon=1e-5):
    """Divides by one epsilon."""
    return (f(theta + epsilon) - f(theta - epsilon)) / epsilon


@mistake(loses={"value", "error_law"})
def numerical_derivative(f, theta, epsilon=1e-5):
    """Forgets the brackets around 2 epsilon."""
    return (f(theta + epsilon) - f(theta - epsilon)) / 2 * epsilon


@mistake(loses={"value", "error_law"})
def numerical_derivative(f, theta, epsilon=1e-5):
    """Has plus and minus the wrong way round."""
    return (f(theta - epsilon) - f(theta + epsilon)) / (2 * epsilon)


@mistake(loses={"value", "error_law"})
def numerical_derivative(f, theta, epsilon=1e-5):
    """Works in float32."""
    theta, epsilon = np.float32(theta), np.float32(epsilon)
    return (np.float32(f(theta + epsilon)) - np.float32(f(theta - epsilon))) / (2 * epsilon)


@mistake(loses={"value", "error_law"})
def numerical_derivative(f, theta, epsilon=1e-5):
    """Differentiates its own function instead of f."""
    return (forward_propagation(1, theta + epsilon) - forward_propagation(1, theta)) / epsilon


@mistake(loses={"value"})
def relative_difference(a, b):
    """Divides by the larger norm."""
    if np.shape(a) != np.shape(b):
        raise ValueError("shapes")
    size = max(np.linalg.norm(a), np.linalg.norm(b))
    return np.linalg.norm(np.subtract(a, b)) / size if size != 0 else 0.0


@mistake(loses={"value"})
def relative_difference(a, b):
    """Compares the norms only, blind to the sign."""
    if np.shape(a) != np.shape(b):
        raise ValueError("shapes")
    a, b = np.linalg.norm(a), np.linalg.norm(b)
    return abs(a - b) / (a + b) if a + b != 0 else 0.0


@mistake(loses={"value"})
def relative_difference(a, b):
    """Divides by the norm of the sum."""
    if np.shape(a) != np.shape(b):
        raise ValueError("shapes")
    size = np.linalg.norm(np.add(a, b))
    return np.linalg.norm(np.subtract(a, b)) / size if np.any(a) or np.any(b) else 0.0


@mistake(loses={"value"})
def relative_difference(a, b):
    """Takes the largest entry for the norm."""
    if np.shape(a) != np.shape(b):
        raise ValueError("shapes")
    size = np.max(np.abs(a)) + np.max(np.abs(b))
    return np.max(np.abs(np.subtract(a, b))) / size if size != 0 else 0.0


@mistake(loses={"value"})
def relative_difference(a, b):
    """Takes the sum of the entries' sizes for the norm."""
    if np.shape(a) != np.shape(b):
        raise ValueError("shapes")
    size = np.sum(np.abs(a)) + np.sum(np.abs(b))
    return np.sum(np.abs(np.subtract(a, b))) / size if size != 0 else 0.0


@mistake(loses={"value"})
def relative_difference(a, b):
    """Forgets the root in the norm."""
    if np.shape(a) != np.shape(b):
        raise ValueError("shapes")
    size = np.sum(np.square(a)) + np.sum(np.square(b))
    return np.sum(np.square(np.subtract(a, b))) / size if size != 0 else 0.0


@mistake(loses={"value"})
def relative_difference(a, b):
    """Doesn't divide."""
    if np.shape(a) != np.shape(b):
        raise ValueError("shapes")
    return np.linalg.norm(np.subtract(a, b))


@mistake(loses={"value"})
def relative_difference(a, b):
    """Loses the absolute value."""
    if np.shape(a) != np.shape(b):
        raise ValueError("shapes")
    size = np.linalg.norm(a) + np.linalg.norm(b)
    return (np.sum(a) - np.sum(b)) / size if size != 0 else 0.0


@mistake(loses={"value", "edge_cases"})
def relative_difference(a, b):
    """Knows numbers only."""
    return abs(a - b) / (abs(a) + abs(b)) if a or b else 0.0


@mistake(loses={"edge_cases"})
def relative_difference(a, b):
    """Leaves 0/0 unguarded."""
    if np.shape(a) != np.shape(b):
        raise ValueError("shapes")
    return np.linalg.norm(np.subtract(a, b)) / (np.linalg.norm(a) + np.linalg.norm(b))


@mistake(loses={"edge_cases"})
def relative_difference(a, b):
    """Calls 0 against 0 a total disagreement."""
    if np.shape(a) != np.shape(b):
        raise ValueError("shapes")
    size = np.linalg.norm(a) + np.linalg.norm(b)
    return np.linalg.norm(np.subtract(a, b)) / size if size != 0 else 1.0


@mistake(loses={"edge_cases"})
def relative_difference(a, b):
    """Lets NaN fall on the side of agreement."""
    if np.shape(a) != np.shape(b):
        raise ValueError("shapes")
    size = np.linalg.norm(a) + np.linalg.norm(b)
    return np.linalg.norm(np.subtract(a, b)) / size if size > 0 else 0.0


@mistake(loses={"edge_cases"})
def relative_difference(a, b):
    """Counts NaN as zero."""
    if np.shape(a) != np.shape(b):
        raise ValueError("shapes")
    size = np.linalg.norm(a) + np.linalg.norm(b)
    return np.nan_to_num(np.linalg.norm(np.subtract(a, b)) / size)


@mistake(loses={"edge_cases"})
def relative_difference(a, b):
    """Broadcasts (n,) against (n, 1)."""
    a, b = np.asarray(a), np.asarray(b)
    size = np.linalg.norm(a) + np.linalg.norm(b)
    return np.linalg.norm(a - b) / size if size != 0 else 0.0


@mistake(loses={"edge_cases"})
def relative_difference(a, b):
    """Flattens what doesn't fit."""
    a, b = np.ravel(a), np.ravel(b)
    size = np.linalg.norm(a) + np.linalg.norm(b)
    return np.linalg.norm(a - b) / size if size != 0 else 0.0


@mistake(loses={"edge_cases"})
def relative_difference(a, b):
    """Complains about shapes with an assertion."""
    assert np.shape(a) == np.shape(b)
    size = np.linalg.norm(a) + np.linalg.norm(b)
    return np.linalg.norm(np.subtract(a, b)) / size if size != 0 else 0.0


@mistake(loses={"right_pairs", "wrong_pairs", "uses_both_and_epsilon"})
def gradient_check(x, theta, epsilon=1e-7, print_msg=False):
    """Always says 0.0."""
    return 0.0


@mistake(loses={"right_pairs", "wrong_pairs", "uses_both_and_epsilon"})
def gradient_check(x, theta, epsilon=1e-7, print_msg=False):
    """Always says 1.0."""
    return 1.0


@mistake(loses={"right_pairs", "wrong_pairs", "uses_both_and_epsilon"})
def gradient_check(x, theta, epsilon=1e-7, print_msg=False):
    """Knows theta * x by heart and calls neither function."""
    approx = ((theta + epsilon) * x - (theta - epsilon) * x) / (2 * epsilon)
    if print_msg:
        print("looked")
    return relative_difference(approx, x)


@mistake(loses={"right_pairs", "wrong_pairs", "uses_both_and_epsilon"})
def gradient_check(x, theta, epsilon=1e-7, print_msg=False):
    """Calls its forward function only."""
    J_plus, J_minus = (forward_propagation(x, theta + step) for step in (epsilon, -epsilon))
    if print_msg:
        print("looked")
    return relative_difference((J_plus - J_minus) / (2 * epsilon), x)


@mistake(loses={"right_pairs", "wrong_pairs", "uses_both_and_epsilon"})
def gradient_check(x, theta, epsilon=1e-7, print_msg=False):
    """Calls its backward function only."""
    approx = ((theta + epsilon) * x - (theta - epsilon) * x) / (2 * epsilon)
    if print_msg:
        print("looked")
    return relative_difference(approx, backward_propagation(x, theta))


@mistake(loses={"wrong_pairs", "uses_both_and_epsilon"})
def gradient_check(x, theta, epsilon=1e-7, print_msg=False):
    """Compares the backward function with itself."""
    grad = backward_propagation(x, theta)
    forward_propagation(x, theta)
    if print_msg:
        print("looked")
    return relative_difference(grad, grad)


@mistake(loses={"uses_both_and_epsilon"})
def gradient_check(x, theta, epsilon=1e-7, print_msg=False):
    """Has 1e-5 typed in for epsilon."""
    approx = numerical_derivative(lambda t: forward_propagation(x, t), theta, 1e-5)
    if print_msg:
        print("looked")
    return relative_difference(approx, backward_propagation(x, theta))


@mistake(loses={"uses_both_and_epsilon"})
def gradient_check(x, theta, epsilon=1e-7, print_msg=False):
    """Doesn't hand epsilon on."""
    approx = numerical_derivative(lambda t: forward_propagation(x, t), theta)
    if print_msg:
        print("looked")
    return relative_difference(approx, backward_propagation(x, theta))


@mistake(loses={"uses_both_and_epsilon"})
def gradient_check(x, theta, epsilon=1e-7, print_msg=False):
    """Steps to one side."""
    approx = (forward_propagation(x, theta + epsilon) - forward_propagation(x, theta)) / epsilon
    if print_msg:
        print("looked")
    return relative_difference(approx, backward_propagation(x, theta))


@mistake(loses={"uses_both_and_epsilon"})
def gradient_check(x, theta, epsilon=1e-7, print_msg=False):
    """Prints whether it is asked to or not."""
    approx = numerical_derivative(lambda t: forward_propagation(x, t), theta, epsilon)
    print("looked")
    return relative_difference(approx, backward_propagation(x, theta))


@mistake(loses={"uses_both_and_epsilon"})
def gradient_check(x, theta, epsilon=1e-7, print_msg=False):
    """Never prints."""
    approx = numerical_derivative(lambda t: forward_propagation(x, t), theta, epsilon)
    return relative_difference(approx, backward_propagation(x, theta))


@mistake(loses={"uses_both_and_epsilon"})
def gradient_check(x, theta, epsilon=1e-7):
    """Has no print_msg."""
    approx = numerical_derivative(lambda t: forward_propagation(x, t), theta, epsilon)
    return relative_difference(approx, backward_propagation(x, theta))


@mistake(loses={"wrong_pairs", "uses_both_and_epsilon"})
def gradient_check(x, theta, epsilon=1e-7, print_msg=False):
    """Compares the sizes only, blind to the sign."""
    approx = abs(numerical_derivative(lambda t: forward_propagation(x, t), theta))
    if print_msg:
        print("looked")
    return relative_difference(approx, abs(backward_propagation(x, theta)))


@mistake(loses={"wrong_pairs"})
def gradient_check(x, theta, epsilon=1e-7, print_msg=False):
    """Compares the sizes only, with the right epsilon."""
    approx = abs(numerical_derivative(lambda t: forward_propagation(x, t), theta, epsilon))
    if print_msg:
        print("looked")
    return relative_difference(approx, abs(backward_propagation(x, theta)))


@mistake(loses={"wrong_pairs", "uses_both_and_epsilon"})
def gradient_check(x, theta, epsilon=1e-7, print_msg=False):
    """Divides by the size of one of the two."""
    approx = numerical_derivative(lambda t: forward_propagation(x, t), theta, epsilon)
    grad = backward_propagation(x, theta)
    if print_msg:
        print("looked")
    return abs(grad - approx) / abs(approx)


@mistake(loses={"wrong_pairs", "uses_both_and_epsilon"})
def gradient_check(x, theta, epsilon=1e-7, print_msg=False):
    """Returns a verdict in place of the difference."""
    approx = numerical_derivative(lambda t: forward_propagation(x, t), theta, epsilon)
    difference = relative_difference(approx, backward_propagation(x, theta))
    if print_msg:
        print("looked")
    return 0.0 if difference < 1e-6 else 1.0


@mistake(loses={"wrong_pairs", "uses_both_and_epsilon"})
def gradient_check(x, theta, epsilon=1e-7, print_msg=False):
    """Rounds to two digits."""
    approx = numerical_derivative(lambda t: forward_propagation(x, t), theta, epsilon)
    difference = relative_difference(approx, backward_propagation(x, theta))
    if print_msg:
        print("looked")
    return round(difference, 2)


@mistake(loses={"right_pairs", "wrong_pairs", "uses_both_and_epsilon"})
def gradient_check(x, theta, epsilon=1e-7, print_msg=False):
    """Hands the arguments over the wrong way round."""
    approx = numerical_derivative(lambda t: forward_propagation(t, x), theta, epsilon)
    if print_msg:
        print("looked")
    return relative_difference(approx, backward_propagation(theta, x))


@mistake(loses={"truncation_side"})
def error_sweep(f, df, theta, epsilons):
    """Keeps the sign of the error."""
    return np.array([numerical_derivative(f, theta, e) - df(theta) for e in epsilons])


@mistake(loses={"truncation_side"})
def error_sweep(f, df, theta, epsilons):
    """Divides by the derivative."""
    truth = df(theta)
    return np.array([abs(numerical_derivative(f, theta, e) - truth) / abs(truth) for e in epsilons])


@mistake(loses={"truncation_side"})
def error_sweep(f, df, theta, epsilons):
    """Steps to one side."""
    return np.array([abs((f(theta + e) - f(theta)) / e - df(theta)) for e in epsilons])


@mistake(loses={"truncation_side"})
def error_sweep(f, df, theta, epsilons):
    """Squares the error's root: returns the error law instead of the error."""
    third = (df(theta + 1e-3) - 2 * df(theta) + df(theta - 1e-3)) / 1e-6
    return 1e-16 / epsilons + np.abs(third) * epsilons**2 / 3


@mistake(loses={"truncation_side", "roundoff_side"})
def error_sweep(f, df, theta, epsilons):
    """Ignores the epsilons."""
    return np.array([abs(numerical_derivative(f, theta) - df(theta)) for _ in epsilons])


@mistake(loses={"truncation_side", "roundoff_side"})
def error_sweep(f, df, theta, epsilons):
    """Goes from the largest epsilon to the smallest."""
    errors = [abs(numerical_derivative(f, theta, e) - df(theta)) for e in sorted(epsilons)]
    return np.array(errors[::-1])


@mistake(loses={"truncation_side", "roundoff_side"})
def error_sweep(f, df, theta, epsilons):
    """Goes from the smallest epsilon to the largest."""
    return np.array([abs(numerical_derivative(f, theta, e) - df(theta)) for e in sorted(epsilons)])


@mistake(loses={"truncation_side", "roundoff_side"})
def error_sweep(f, df, theta, epsilons):
    """Works in float32."""
    theta = np.float32(theta)
    steps = np.asarray(epsilons, dtype=np.float32)
    slopes = [np.float32(f(theta + e) - f(theta - e)) / (2 * e) for e in steps]
    return np.abs(np.array(slopes) - np.float32(df(theta)))


@mistake(loses={"truncation_side", "roundoff_side"})
def error_sweep(f, df, theta, epsilons):
    """Returns the largest error only."""
    return max(abs(numerical_derivative(f, theta, e) - df(theta)) for e in epsilons)


@mistake(loses={"truncation_side", "roundoff_side"})
def error_sweep(f, df, theta, epsilons):
    """Returns the slopes instead of their errors."""
    return np.array([numerical_derivative(f, theta, e) for e in epsilons])


@mistake(loses={"truncation_side", "roundoff_side"})
def error_sweep(f, df, theta, epsilons):
    """Returns logarithms for the plot."""
    errors = [abs(numerical_derivative(f, theta, e) - df(theta)) for e in epsilons]
    return np.log10(np.array(errors))


@mistake(loses={"roundoff_side"})
def error_sweep(f, df, theta, epsilons):
    """Avoids epsilons below 1e-6."""
    steps = np.maximum(epsilons, 1e-6)
    return np.array([abs(numerical_derivative(f, theta, e) - df(theta)) for e in steps])


@mistake(loses={"roundoff_side"})
def error_sweep(f, df, theta, epsilons):
    """Sets errors below 1e-4 to zero, as round-off."""
    errors = np.array([abs(numerical_derivative(f, theta, e) - df(theta)) for e in epsilons])
    return np.where(epsilons < 1e-4, 0.0, errors)
