"""The entries of an array are in the wrong places."""

from autograder.truth.planting import Bug, Edit

BUGS = (
    Bug(
        "dW2_reshaped", ("transpose",), "dW2",
        (Edit("dW2", "np.dot(dZ2, A1.T)", "np.reshape(np.dot(A1, dZ2.T), W2.shape)"),),
        writes="dW2 = np.reshape(np.dot(A1, dZ2.T), W2.shape) / m",
        hint="Find the entries of the numerical dW2 in yours. Where are they?",
        why="The product came out with its axes swapped, and reshape made the error message go "
            "away.",
    ),
    Bug(
        "dW1_reshaped", ("transpose",), "dW1",
        (Edit("dW1", "np.dot(dZ1, X.T)", "np.dot(X, dZ1.T).reshape(W1.shape)"),),
        writes="dW1 = np.dot(X, dZ1.T).reshape(W1.shape) / m",
        hint="Sort the entries of both gradients. What do you notice?",
        why="reshape was taken for a transpose: it keeps the order and changes the places.",
    ),
    Bug(
        "dW1_examples_reshaped", ("transpose", "chain"), "dW1",
        (Edit("dW1", "X.T", "X.reshape(m, -1)"),),
        writes="dW1 = np.dot(dZ1, X.reshape(m, -1)) / m",
        hint="Write X.T and X.reshape(m, -1) on paper for two inputs and three examples.",
        why="reshape gives the right shape, but it cuts the rows up instead of turning them.",
        invisible=("m=1",),
    ),
    Bug(
        "dW2_examples_reshaped", ("transpose", "chain"), "dW2",
        (Edit("dW2", "A1.T", "A1.reshape(m, -1)"),),
        writes="dW2 = np.dot(dZ2, A1.reshape(m, -1)) / m",
        hint="Does the first row of A1.reshape(m, -1) belong to one example?",
        why="The shapes (5, m) and (m, 5) are swapped by reshape as well as by .T.",
        invisible=("m=1",),
    ),
    Bug(
        "dA1_weights_reshaped", ("transpose", "chain"), "dW1",
        (Edit("dA1", "W2.T", "W2.reshape(-1, W2.shape[0])"),),
        writes="dA1 = np.dot(W2.reshape(-1, W2.shape[0]), dZ2)",
        hint="Which weight leads from the second unit of layer 1 to the first unit of layer 2?",
        why="Only the shape was asked for, and reshape delivers every shape there is.",
    ),
    Bug(
        "dA1_weights_upside_down", ("transpose", "chain"), "dW1",
        (Edit("dA1", "W2.T", "W2[::-1].T"),),
        writes="dA1 = np.dot(W2[::-1].T, dZ2)",
        hint="Number the units of layer 2, and follow each number through the line.",
        why="The layer was drawn from bottom to top, and read from top to bottom.",
    ),
    Bug(
        "dA2_weights_in_reverse", ("transpose", "chain"), "dW2",
        (Edit("dA2", "W3.T", "W3.T[::-1]"),),
        writes="dA2 = np.dot(W3.T[::-1], dZ3)",
        hint="Make one of the three weights of W3 zero. Which unit should get no gradient?",
        why="W.T[::-1] turns a kernel around, which convolutions need and matrices don't.",
    ),
    Bug(
        "db1_upside_down", ("transpose",), "db1",
        (Edit("db1", "dZ1", "dZ1[::-1]"),),
        writes="db1 = np.sum(dZ1[::-1], axis=1, keepdims=True) / m",
        hint="Are all entries of the numerical db1 there?",
        why="np.flip was left in from a look at the picture, whose rows go upwards.",
    ),
    Bug(
        "dA2_examples_in_reverse", ("transpose", "batch", "chain"), "dW2",
        (Edit("dA2", "dZ3", "dZ3[:, ::-1]"),),
        writes="dA2 = np.dot(W3.T, dZ3[:, ::-1])",
        hint="Whose error does the first example get?",
        why="Backwards through the layers was taken for backwards through the examples.",
        invisible=("m=1",),
    ),
    Bug(
        "dW1_examples_shifted", ("transpose", "batch", "chain"), "dW1",
        (Edit("dW1", "X.T", "np.roll(X, 1, axis=1).T"),),
        writes="dW1 = np.dot(dZ1, np.roll(X, 1, axis=1).T) / m",
        hint="Which column of X goes with which column of dZ1?",
        why="In a time series the input of a step is the one before; examples have no before.",
        invisible=("m=1",),
    ),
    Bug(
        "dW3_units_shifted", ("transpose", "chain"), "dW3",
        (Edit("dW3", "A2.T", "np.roll(A2, 1, axis=0).T"),),
        writes="dW3 = np.dot(dZ3, np.roll(A2, 1, axis=0).T) / m",
        hint="The entries of dW3 are right, but for one step to the side.",
        why="The bias was kept as a first row of A2 once, and the index that skipped it stayed.",
    ),
)
