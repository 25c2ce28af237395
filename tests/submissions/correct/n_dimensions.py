"""Right answers to n_dimensions."""

import numpy as np


def forward_propagation_n(X, Y, parameters):
    m = X.shape[1]
    W1, b1 = parameters["W1"], parameters["b1"]
    W2, b2 = parameters["W2"], parameters["b2"]
    W3, b3 = parameters["W3"], parameters["b3"]
    Z1 = np.dot(W1, X) + b1
    A1 = relu(Z1)
    Z2 = np.dot(W2, A1) + b2
    A2 = relu(Z2)
    Z3 = np.dot(W3, A2) + b3
    A3 = sigmoid(Z3)
    cost = np.sum(np.maximum(Z3, 0) + np.log1p(np.exp(-np.abs(Z3))) - Y * Z3) / m
    cache = (Z1, A1, W1, b1, Z2, A2, W2, b2, Z3, A3, W3, b3)
    return cost, cache


def backward_propagation_n(X, Y, cache):
    m = X.shape[1]
    (Z1, A1, W1, b1, Z2, A2, W2, b2, Z3, A3, W3, b3) = cache
    dZ3 = A3 - Y
    dW3 = 1.0 / m * np.dot(dZ3, A2.T)
    db3 = 1.0 / m * np.sum(dZ3, axis=1, keepdims=True)
    dA2 = np.dot(W3.T, dZ3)
    dZ2 = np.multiply(dA2, np.int64(A2 > 0))
    dW2 = 1.0 / m * np.dot(dZ2, A1.T)
    db2 = 1.0 / m * np.sum(dZ2, axis=1, keepdims=True)
    dA1 = np.dot(W2.T, dZ2)
    dZ1 = np.multiply(dA1, np.int64(A1 > 0))
    dW1 = 1.0 / m * np.dot(dZ1, X.T)
    db1 = 1.0 / m * np.sum(dZ1, axis=1, keepdims=True)
    return {
        "dZ3": dZ3, "dW3": dW3, "db3": db3, "dA2": dA2, "dZ2": dZ2, "dW2": dW2, "db2": db2,
        "dA1": dA1, "dZ1": dZ1, "dW1": dW1, "db1": db1,
    }


def numerical_gradient(parameters, X, Y, epsilon=1e-5):
    theta, _ = dictionary_to_vector(parameters)
    n = theta.shape[0]
    gradapprox = np.zeros((n, 1))
    for i in range(n):
        thetaplus = np.copy(theta)
        thetaplus[i][0] += epsilon
        J_plus, _ = forward_propagation_n(X, Y, vector_to_dictionary(thetaplus))
        thetaminus = np.copy(theta)
        thetaminus[i][0] -= epsilon
        J_minus, _ = forward_propagation_n(X, Y, vector_to_dictionary(thetaminus))
        gradapprox[i] = (J_plus - J_minus) / (2 * epsilon)
    return gradapprox


def gradient_check_n(parameters, gradients, X, Y, epsilon=1e-7, print_msg=False):
    grad = gradients_to_vector(gradients)
    gradapprox = numerical_gradient(parameters, X, Y, epsilon)
    numerator = np.linalg.norm(grad - gradapprox)
    denominator = np.linalg.norm(grad) + np.linalg.norm(gradapprox)
    difference = numerator / denominator
    if print_msg:
        print("right" if difference < 1e-6 else "wrong", difference)
    return difference


def gradient_report(parameters, gradients, X, Y, epsilon=1e-5):
    approx = vector_to_dictionary(numerical_gradient(parameters, X, Y, epsilon))
    report = {}
    for key in ["W1", "b1", "W2", "b2", "W3", "b3"]:
        a, b = gradients["d" + key], approx[key]
        report["d" + key] = np.linalg.norm(a - b) / (np.linalg.norm(a) + np.linalg.norm(b))
    return report


def directional_check(parameters, gradients, X, Y, directions=5, epsilon=1e-5, seed=0):
    rng = np.random.default_rng(seed)
    theta, _ = dictionary_to_vector(parameters)
    grad = gradients_to_vector(gradients)
    worst = 0
    for _ in range(directions):
        v = rng.standard_normal(theta.shape)
        v = v / np.linalg.norm(v)
        plus, _ = forward_propagation_n(X, Y, vector_to_dictionary(theta + epsilon * v))
        minus, _ = forward_propagation_n(X, Y, vector_to_dictionary(theta - epsilon * v))
        slope = (plus - minus) / (2 * epsilon)
        expected = np.sum(grad * v)
        worst = max(worst, abs(slope - expected) / (abs(slope) + abs(expected)))
    return worst


explain_threshold = """
1 - A3 cancels when A3 is near 1, so the cost has only ten digits left, and dividing by 2e-7 makes
that visible. A coordinate at a kink may be ignored: see whether the pattern of the ReLUs changes,
or try another epsilon and another case.
"""
