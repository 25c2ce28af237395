"""A product of the chain rule has a wrong factor: the wrong array, or one too many."""

from autograder.truth.planting import Bug, Edit

BUGS = (
    Bug(
        "dA1_skips_mask", ("chain", "mask"), "dW1",
        (Edit("dA1", "dZ2", "dA2"),),
        writes="dA1 = np.dot(W2.T, dA2)",
        hint="W2 multiplies A1 to give Z2, so which gradient goes back through W2?",
        why="dA2 and dZ2 have one shape, and the wrong one is a single letter away.",
    ),
    Bug(
        "dW2_from_Z1", ("chain", "mask"), "dW2",
        (Edit("dW2", "A1", "Z1"),),
        writes="dW2 = np.dot(dZ2, Z1.T) / m",
        hint="What was W2 multiplied with in the forward pass?",
        why="Z1 and A1 have one shape, and both came out of the same layer.",
    ),
    Bug(
        "dW3_from_Z2", ("chain", "mask"), "dW3",
        (Edit("dW3", "A2", "Z2"),),
        writes="dW3 = np.dot(dZ3, Z2.T) / m",
        hint="Which entries of the second layer's output does W3 see as 0?",
        why="The cache begins each layer with its Z, and the first one at hand was taken.",
    ),
    Bug(
        "db3_from_output", ("chain", "loss"), "db3",
        (Edit("db3", "dZ3", "A3"),),
        writes="db3 = np.sum(A3, axis=1, keepdims=True) / m",
        hint="db3 is the average of something. Can that be positive for every batch?",
        why="A3 and dZ3 have one shape, and the names end alike.",
    ),
    Bug(
        "dW2_skips_mask", ("chain", "mask"), "dW2",
        (Edit("dW2", "dZ2", "dA2"),),
        writes="dW2 = np.dot(dA2, A1.T) / m",
        hint="db2 is right and dW2 is not, though both come from one array. Do they?",
        why="dA2 was renamed to dZ2 in some of the lines only.",
    ),
    Bug(
        "db2_skips_mask", ("chain", "mask"), "db2",
        (Edit("db2", "dZ2", "dA2"),),
        writes="db2 = np.sum(dA2, axis=1, keepdims=True) / m",
        hint="By what does Z2 change when b2 does? And A2?",
        why="dA2 was renamed to dZ2 in all lines but one.",
    ),
    Bug(
        "dW1_skips_mask", ("chain", "mask"), "dW1",
        (Edit("dW1", "dZ1", "dA1"),),
        writes="dW1 = np.dot(dA1, X.T) / m",
        hint="dZ1 is computed, and then not used where it should be.",
        why="The line was written before the mask, and never looked at again.",
    ),
    Bug(
        "db1_skips_mask", ("chain", "mask"), "db1",
        (Edit("db1", "dZ1", "dA1"),),
        writes="db1 = np.sum(dA1, axis=1, keepdims=True) / m",
        hint="Look for a unit that is off for every example. What should its db1 be?",
        why="One letter in the last line, where attention is at its lowest.",
    ),
    Bug(
        "dA2_sigmoid_twice", ("chain", "loss"), "dW2",
        (Edit("dA2", "dZ3", "dZ3 * A3 * (1 - A3)"),),
        writes="dA2 = np.dot(W3.T, dZ3 * A3 * (1 - A3))",
        hint="dW3 is right. What happens to dZ3 on its way down from there?",
        why="The derivative of the sigmoid is looked for and not found, because A3 - Y already "
            "contains it.",
    ),
    Bug(
        "dA1_sigmoid_slope", ("chain",), "dW1",
        (Edit("dA1", "dZ2", "dZ2 * A2 * (1 - A2)"),),
        writes="dA1 = np.dot(W2.T, dZ2 * A2 * (1 - A2))",
        hint="Which activation has the slope a (1 - a), and which layers of this network have it?",
        why="Every layer of the network that the code was taken from had the sigmoid.",
    ),
    Bug(
        "dA2_without_weights", ("chain",), "dW2",
        (Edit("dA2", "np.dot(W3.T, dZ3)", "np.ones_like(W3.T) * dZ3"),),
        writes="dA2 = np.ones_like(W3.T) * dZ3",
        hint="How much does the cost depend on a unit with a very small weight?",
        why="The error is handed to every unit alike, as if all had caused as much of it.",
    ),
    Bug(
        "dA1_without_weights", ("chain",), "dW1",
        (Edit("dA1", "W2.T", "np.sign(W2.T)"),),
        writes="dA1 = np.dot(np.sign(W2.T), dZ2)",
        hint="How does dA1 change when W2 is doubled?",
        why="Only the direction of the influence was thought of, and not its strength.",
    ),
    Bug(
        "dZ1_activation_twice", ("chain", "mask"), "dW1",
        (Edit("dZ1", "ANY * (Z1 > 0)", "ANY * (Z1 > 0) * Z1"),),
        writes="dZ1 = dA1 * (Z1 > 0) * Z1",
        hint="How many factors does the chain rule put between dA1 and dZ1?",
        why="z * (z > 0) is the ReLU itself, and its derivative was put beside it.",
        suspect=False,
    ),
)
