"""Right answers to n_dimensions, as other people write them."""

import numpy as np


def forward_propagation_n(X, Y, parameters):
    p = parameters
    Z1 = np.einsum("ij,jk->ik", p["W1"], X) + p["b1"]
    A1 = np.where(Z1 > 0, Z1, 0)
    Z2 = p["W2"].dot(A1) + p["b2"]
    A2 = (Z2 + abs(Z2)) / 2
    Z3 = p["W3"].dot(A2) + p["b3"]
    A3 = 0.5 * (1 + np.tanh(Z3 / 2))
    y = np.reshape(Y, (1, -1))
    losses = y * np.logaddexp(0, -Z3) + (1 - y) * np.logaddexp(0, Z3)
    cache = [Z1, A1, p["W1"], p["b1"], Z2, A2, p["W2"], p["b2"], Z3, A3, p["W3"], p["b3"]]
    return losses.mean(keepdims=True), cache


def backward_propagation_n(X, Y, cache):
    grads, inputs = {}, [X, cache[1], cache[5]]
    dZ = (cache[9] - np.reshape(Y, (1, -1))) / X.shape[1]
    for layer in (3, 2, 1):
        grads[f"dW{layer}"] = np.einsum("im,jm->ij", dZ, inputs[layer - 1])
        grads[f"db{layer}"] = np.einsum("im->i", dZ)[:, None]
        if layer > 1:
            W, Z = cache[4 * layer - 2], cache[4 * layer - 8]
            dZ = np.where(Z > 0, np.einsum("ij,im->jm", W, dZ), 0.0)
    return grads


def numerical_gradient(parameters, X, Y, epsilon=1e-5):
    theta = dictionary_to_vector(parameters)[0].ravel()

    def J(t):
        return float(np.squeeze(forward_propagation_n(X, Y, vector_to_dictionary(t))[0]))

    steps = epsilon * np.eye(theta.size)
    slopes = [0.5 * (J(theta + step) - J(theta - step)) / epsilon for step in steps]
    return np.array(slopes)[:, np.newaxis]


def gradient_check_n(parameters, gradients, X, Y, epsilon=1e-7, print_msg=False):
    a = np.hstack([gradients["d" + k].ravel() for k in parameters])
    b = np.hstack([g.ravel() for g in vector_to_dictionary(
        numerical_gradient(parameters, X, Y, epsilon=epsilon)).values()])
    print("comparing", a.size, "numbers")
    return np.sqrt(((a - b) ** 2).sum()) / (np.sqrt((a**2).sum()) + np.sqrt((b**2).sum()))


def gradient_report(parameters, gradients, X, Y, epsilon=1e-5):
    theta, keys = dictionary_to_vector(parameters)
    keys = np.array(["d" + key for key in keys])
    grad, approx = gradients_to_vector(gradients), numerical_gradient(parameters, X, Y, epsilon)
    norm = np.linalg.norm
    return {"all": norm(grad - approx)} | {
        key: np.array(
            norm((grad - approx)[keys == key])
            / (norm(grad[keys == key]) + norm(approx[keys == key]))
        )
        for key in dict.fromkeys(keys)
    }


def directional_check(parameters, gradients, X, Y, directions=5, epsilon=1e-5, seed=0):
    random = np.random.RandomState(seed)
    found = []
    for _ in range(directions):
        signs = {key: random.choice([-1.0, 1.0], size=np.shape(a)) for key, a in parameters.items()}
        moved = [
            forward_propagation_n(X, Y, {k: parameters[k] + s * epsilon * signs[k] for k in signs})
            for s in (1, -1)
        ]
        slope = float(np.squeeze(moved[0][0] - moved[1][0])) / (2 * epsilon)
        expected = sum(np.vdot(gradients["d" + key], signs[key]) for key in signs)
        found.append(abs(slope - expected) / (abs(slope) + abs(expected)))
    return max(found)


explain_threshold = """
Cancellation in log(1 - A3). Kinks may be ignored after a look at the signs of Z.
"""
