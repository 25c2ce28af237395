"""Always in doubt."""


def repaired_check(parameters, gradients, X, Y, epsilon=1e-7):
    print("wrong")
    return 1.0
