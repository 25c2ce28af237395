"""Right answers to planted_bugs, as other people write them."""

import numpy as np


def repaired_backward(X, Y, cache):
    Z1, A1, _, _, Z2, A2, W2, _, _, A3, W3, _ = cache
    e3 = np.atleast_2d(A3 - Y)
    e2 = np.where(Z2 > 0, W3.T @ e3, 0)
    e1 = np.where(Z1 > 0, W2.T @ e2, 0)
    mean = lambda e: e.mean(axis=1, keepdims=True)  # noqa: E731
    outer = lambda e, a: np.einsum("im,jm->ij", e, a) / X.shape[1]  # noqa: E731
    return dict(
        dW1=outer(e1, X), db1=mean(e1), dW2=outer(e2, A1), db2=mean(e2), dW3=outer(e3, A2), db3=mean(e3)
    )


def repaired_check(parameters, gradients, X, Y, epsilon=1e-7):
    approx = numerical_gradient(parameters, X, Y, epsilon)
    grad = gradients_to_vector(gradients)
    if not np.isfinite(grad).all():
        raise ValueError("the gradients are not finite")
    return np.linalg.norm(grad - approx) / (np.linalg.norm(grad) + np.linalg.norm(approx))


def suspect_a(X, Y, cache):
    """Return the gradients of the cost, working from the output back to the input."""
    Z1, A1, W1, b1, Z2, A2, W2, b2, Z3, A3, W3, b3 = cache
    m = X.shape[1]
    gradients = {}

    dZ3 = A3 - Y
    gradients["db3"] = 1 / m * np.sum(dZ3, 1, keepdims=True)
    gradients["dW3"] = 1 / m * (dZ3 @ A2.T)

    dA2 = W3.T @ dZ3
    dZ2 = (Z2 > 0) * dA2
    gradients["db2"] = 1 / m * np.sum(dZ2, 1, keepdims=True)
    gradients["dW2"] = 1 / m * (dZ2 @ A1.T)

    dA1 = W2.T @ dZ2
    # dZ1 = (dA1 > 0) * dA1
    dZ1 = np.where(Z1 > 0, dA1, 0)  # the mask is that of Z1
    assert dZ1.shape == Z1.shape
    print("dZ1", dZ1.shape)
    gradients["db1"] = 1 / m * np.sum(dZ1, 1, keepdims=True)
    gradients["dW1"] = 1 / m * (dZ1 @ X.T)

    return gradients


def suspect_b(X, Y, cache):
    """Return the gradients of the cost, working from the output back to the input."""
    Z1, A1, W1, b1, Z2, A2, W2, b2, Z3, A3, W3, b3 = cache
    m = X.shape[1]
    gradients = {}

    dZ3 = A3 - Y
    gradients["db3"] = 1 / m * np.sum(dZ3, axis=1, keepdims=True)
    gradients["dW3"] = 1 / m * np.matmul(dZ3, A2.T)

    dA2 = np.matmul(W3.T, dZ3)
    dZ2 = (Z2 > 0) * dA2
    gradients["db2"] = (
        dZ2.mean(
            axis=1, keepdims=True))
    gradients["dW2"] = 1 / m * np.matmul(dZ2, A1.T)

    dA1 = np.matmul(W2.T, dZ2)
    dZ1 = (Z1 > 0) * dA1
    gradients["db1"] = 1 / m * np.sum(dZ1, axis=1, keepdims=True)
    gradients["dW1"] = 1 / m * np.matmul(dZ1, X.T)

    return gradients


def suspect_c(X, Y, cache):
    '''Fixed: the derivative of the cost.

    Return the gradients of the cost, working from the output back to the input.'''
    Z1, A1, W1, b1, Z2, A2, W2, b2, Z3, A3, W3, b3 = cache
    m = X.shape[1]
    gradients = {}

    dZ3 = (A3 - Y) * A3 * (1 - A3)
    dZ3 = np.atleast_2d(A3 - Y)  # the sigmoid's slope cancels
    gradients["dW3"] = 1 / m * dZ3.dot(A2.T)
    gradients["db3"] = 1 / m * np.sum(dZ3, 1, keepdims=True)

    dA2 = W3.T.dot(dZ3)
    dZ2 = (Z2 > 0) * dA2
    gradients["dW2"] = 1 / m * dZ2.dot(A1.T)
    gradients["db2"] = 1 / m * np.sum(dZ2, 1, keepdims=True)

    dA1 = W2.T.dot(dZ2)
    dZ1 = (Z1 > 0) * dA1
    gradients["dW1"] = 1 / m * dZ1.dot(X.T)
    gradients["db1"] = 1 / m * np.sum(dZ1, 1, keepdims=True)

    return gradients


diagnosis = dict(
    sealed_a=dict(first_wrong="dW2 ", kind="Mask"),
    sealed_b=dict(first_wrong="dW1", kind="scale"),
    sealed_c=dict(first_wrong="dW3", kind="TRANSPOSE"),
)


def killing_case():
    X, _, parameters = draw_case(m=2, seed=7)
    X[:, 1] = X[:, 0]
    X[2, 1] -= 0.1
    parameters["W1"][:, 2] = 9.5, 9, -9, 9, 8.5
    _, cache = forward_propagation_n(X, np.ones(2), parameters)
    parameters["b2"] -= cache[4].mean(axis=1, keepdims=True)
    return [X.tolist(), [1.0, 0.0], {key: each.tolist() for key, each in parameters.items()}]


def fool_the_checker(parameters, X, Y):
    _, cache = forward_propagation_n(X, Y, parameters)
    right = repaired_backward(X, Y, cache)
    theta = gradients_to_vector(right)
    a = {**right, "dW1": right["dW1"] + 1}
    b = {name: -array for name, array in right.items()}
    d = np.random.default_rng(0).standard_normal((47, 1))
    u = np.random.default_rng(1).standard_normal((47, 1))
    u = u - d * (d * u).sum() / (d * d).sum()
    c = {"d" + key: array for key, array in vector_to_dictionary(theta + u).items()}
    return {"checker_a": a, "checker_b": b, "checker_c": c}


explain_repair = """
suspect_a. dW1 and db1 were wrong with one example too, and rows of units that were off had numbers.
So the mask lets through what it shouldn't: it looks at dA1, and I changed it to Z1. Training still
goes down, because most of the signs are correct.
"""

explain_blind_spot = """
If forward and backward are wrong together. Overfit five examples by hand-made labels.
"""
