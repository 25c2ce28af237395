"""A colon is missing."""


def gradient_report(parameters, gradients, X, Y, epsilon=1e-5)
    return {}
