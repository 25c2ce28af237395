"""Right answers to planted_bugs."""

import numpy as np


def repaired_backward(X, Y, cache):
    m = X.shape[1]
    Z1, A1, W1, b1, Z2, A2, W2, b2, Z3, A3, W3, b3 = cache
    dZ3 = A3 - Y
    dW3 = np.dot(dZ3, A2.T) / m
    db3 = np.sum(dZ3, axis=1, keepdims=True) / m
    dZ2 = np.dot(W3.T, dZ3) * (Z2 > 0)
    dW2 = np.dot(dZ2, A1.T) / m
    db2 = np.sum(dZ2, axis=1, keepdims=True) / m
    dZ1 = np.dot(W2.T, dZ2) * (Z1 > 0)
    dW1 = np.dot(dZ1, X.T) / m
    db1 = 1.0 / m * np.sum(dZ1, axis=1, keepdims=True)
    gradients = {"dW1": dW1, "db1": db1, "dW2": dW2, "db2": db2, "dW3": dW3, "db3": db3}
    return gradients


def repaired_check(parameters, gradients, X, Y, epsilon=1e-7):
    theta, _ = dictionary_to_vector(parameters)
    grad = gradients_to_vector(gradients)
    gradapprox = np.zeros((theta.shape[0], 1))
    for i in range(theta.shape[0]):
        thetaplus = np.copy(theta)
        thetaplus[i, 0] += epsilon
        J_plus, _ = forward_propagation_n(X, Y, vector_to_dictionary(thetaplus))
        thetaminus = np.copy(theta)
        thetaminus[i, 0] -= epsilon
        J_minus, _ = forward_propagation_n(X, Y, vector_to_dictionary(thetaminus))
        gradapprox[i, 0] = (J_plus - J_minus) / (2 * epsilon)
    difference = np.linalg.norm(grad - gradapprox) / (
        np.linalg.norm(grad) + np.linalg.norm(gradapprox)
    )
    if difference < 1e-6:
        print("The gradients agree with the cost. Difference:", difference)
    else:
        print("There is a mistake in the gradients. Difference:", difference)
    return difference


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
    dZ1 = (Z1 > 0) * dA1
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
    gradients["db2"] = 1 / m * np.sum(dZ2, axis=1, keepdims=True)
    gradients["dW2"] = 1 / m * np.matmul(dZ2, A1.T)

    dA1 = np.matmul(W2.T, dZ2)
    dZ1 = (Z1 > 0) * dA1
    gradients["db1"] = 1 / m * np.sum(dZ1, axis=1, keepdims=True)
    gradients["dW1"] = 1 / m * np.matmul(dZ1, X.T)

    return gradients


def suspect_c(X, Y, cache):
    """Return the gradients of the cost, working from the output back to the input."""
    Z1, A1, W1, b1, Z2, A2, W2, b2, Z3, A3, W3, b3 = cache
    m = X.shape[1]
    gradients = {}

    dZ3 = A3 - Y
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


diagnosis = {
    "sealed_a": {"first_wrong": "dW2", "kind": "mask"},
    "sealed_b": {"first_wrong": "dW1", "kind": "scale"},
    "sealed_c": {"first_wrong": "dW3", "kind": "transpose"},
}


def killing_case():
    X = np.ones((4, 2))
    X[3, 1] = 0.9
    parameters = {key: np.full(shape, 0.1) for key, shape in SHAPES.items()}
    # Z1 is 1.8 and 0.8 in every unit, their sum 9 and 4; the first unit of layer 2 switches at 6.
    parameters["W1"][:, 3] = 10
    parameters["b1"][:] = -8.5
    parameters["W2"][:] = 1
    parameters["b2"][0] = -6
    return X, np.array([[0, 1]]), parameters


def fool_the_checker(parameters, X, Y):
    right = numerical_gradient(parameters, X, Y)
    a = np.zeros((47, 1))
    a[46] = right[46]
    b = np.sort(right, axis=0)
    d = np.random.default_rng(0).standard_normal((47, 1))
    c = right.copy()
    c[0] += d[1]
    c[1] -= d[0]
    named = {}
    for name, theta in [("checker_a", a), ("checker_b", b), ("checker_c", c)]:
        arrays = vector_to_dictionary(theta)
        named[name] = {"d" + key: arrays[key] for key in arrays}
    return named


explain_repair = """
In suspect_b only db2 was wrong, and its ratio was 1/8 for eight examples, 1/3 for three and 1 for one:
it was divided by m once more, which np.mean does beside 1 / m. Training would go on with small steps in
b2 and look slow, not wrong.
"""

explain_blind_spot = """
A wrong forward pass with the matching backward pass: the check compares the two with each other.
Only something that knows the right cost finds it, for example a case computed by hand.
"""
