"""If one of these kept a part, a student would earn points for the mistake and not hear of it."""
# ruff: noqa: F811, F821 (many answers to one question; their names are those of the notebook)

from tests.questions.answers import mistake


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
