"""Always in doubt."""


def gradient_check_n(parameters, gradients, X, Y, epsilon=1e-7, print_msg=False):
    return 1.0


def gradient_report(parameters, gradients, X, Y, epsilon=1e-5):
    return {name: 1.0 for name in ["dW1", "db1", "dW2", "db2", "dW3", "db3"]}


def directional_check(parameters, gradients, X, Y, directions=5, epsilon=1e-5, seed=0):
    return 1.0
