"""The backward pass of the course as a student would write it: the start of every planted bug.

It is a real function, so its text and its results always agree. Its names and the form of its
statements are the standard form that `planting` looks for.
"""
# ruff: noqa: RUF059 (the biases are unpacked because the cache holds them)
# Students read the text of `backward`, so it has no annotations.
# mypy: allow-untyped-defs

import inspect

import numpy as np


def backward(X, Y, cache):
    """Return the gradients of the cost, working from the output back to the input."""
    m = X.shape[1]
    Z1, A1, W1, b1, Z2, A2, W2, b2, Z3, A3, W3, b3 = cache

    dZ3 = A3 - Y
    dW3 = np.dot(dZ3, A2.T) / m
    db3 = np.sum(dZ3, axis=1, keepdims=True) / m

    dA2 = np.dot(W3.T, dZ3)
    dZ2 = dA2 * (Z2 > 0)
    dW2 = np.dot(dZ2, A1.T) / m
    db2 = np.sum(dZ2, axis=1, keepdims=True) / m

    dA1 = np.dot(W2.T, dZ2)
    dZ1 = dA1 * (Z1 > 0)
    dW1 = np.dot(dZ1, X.T) / m
    db1 = np.sum(dZ1, axis=1, keepdims=True) / m

    return {"dW1": dW1, "db1": db1, "dW2": dW2, "db2": db2, "dW3": dW3, "db3": db3}


STANDARD = inspect.getsource(backward)
