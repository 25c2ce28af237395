"""Changes of a backward pass that are not bugs: every gradient stays the same."""

from autograder.truth.planting import Edit

CONTROLS = (
    Edit("dZ2", "ANY * (Z2 > 0)", "np.multiply(ANY, A2 > 0)"),
    Edit("dZ1", "ANY * (Z1 > 0)", "np.where(Z1 > 0, ANY, 0)"),
    Edit("db1", "np.sum(ANY, axis=1, keepdims=True) / m", "np.mean(ANY, axis=1, keepdims=True)"),
    Edit("db2", "np.sum(ANY, axis=1, keepdims=True)", "np.dot(ANY, np.ones((m, 1)))"),
    Edit("dW2", "np.dot(dZ2, A1.T) / m", "np.dot(A1, dZ2.T).T / m"),
    Edit("dW1", "ANY / m", "1 / m * ANY"),
    Edit("dA1", "W2.T", "np.transpose(W2)"),
    Edit("m", "X.shape[1]", "len(X.T)"),
)
"""Changes that leave every gradient the same, and must never be called bugs."""
