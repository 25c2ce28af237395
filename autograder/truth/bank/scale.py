"""A gradient is correct except for a constant factor."""

from autograder.truth.planting import Bug, Edit

BUGS = (
    Bug(
        "dW2_doubled",
        ("scale",),
        "dW2",
        (Edit("dW2", "ANY / m", "ANY * 2 / m"),),
        writes="dW2 = np.dot(dZ2, A1.T) * 2 / m",
        hint="Divide the dW2 of the code by the numerical one, entry by entry.",
        why="The classic exercise plants this factor, and half of its readers leave it in.",
        suspect=False,
    ),
    Bug(
        "db1_quadrupled",
        ("scale",),
        "db1",
        (Edit("db1", "ANY / m", "4. / m * ANY"),),
        writes="db1 = 4.0 / m * np.sum(dZ1, axis=1, keepdims=True)",
        hint="Every db should be the same average of its dZ. Which one isn't?",
        why="It is the other bug of the classic exercise: one character in front of a familiar "
        "line.",
        suspect=False,
    ),
    Bug(
        "dW3_halved",
        ("scale",),
        "dW3",
        (Edit("dW3", "ANY / m", "ANY / (2 * m)"),),
        writes="dW3 = np.dot(dZ3, A2.T) / (2 * m)",
        hint="Does the cost have a factor 1/2 that the derivative of a square would cancel?",
        why="1 / (2m) belongs to the squared error, where it simplifies the derivative.",
    ),
    Bug(
        "db3_halved",
        ("scale",),
        "db3",
        (Edit("db3", "ANY / m", "ANY / (2 * m)"),),
        writes="db3 = np.sum(dZ3, axis=1, keepdims=True) / (2 * m)",
        hint="Change b3 a little: by how much does the cost change, and what does db3 say?",
        why="The 1 / (2m) of the squared error was copied into one line and not the others.",
    ),
    Bug(
        "dW1_doubled",
        ("scale",),
        "dW1",
        (Edit("dW1", "ANY / m", "2 * ANY / m"),),
        writes="dW1 = 2 * np.dot(dZ1, X.T) / m",
        hint="Compare the factor of dW1 with that of dW2.",
        why="2/m is the factor for the mean squared error without its 1/2.",
    ),
    Bug(
        "dZ2_doubled",
        ("scale",),
        "dW2",
        (Edit("dZ2", "ANY * (Z2 > 0)", "2 * ANY * (Z2 > 0)"),),
        writes="dZ2 = 2 * dA2 * (Z2 > 0)",
        hint="From which array on is every gradient twice as large as it should be?",
        why="With dropout of one half, what is left is doubled; here the forward pass does not do "
        "so.",
    ),
    Bug(
        "dA1_halved",
        ("scale",),
        "dW1",
        (Edit("dA1", "np.dot(W2.T, dZ2)", "0.5 * np.dot(W2.T, dZ2)"),),
        writes="dA1 = 0.5 * np.dot(W2.T, dZ2)",
        hint="dW2 is correct and dW1 is not: which lines are between the two?",
        why="The 0.5 was copied from a penalty, 0.5 * |W|^2.",
    ),
    Bug(
        "dZ3_doubled",
        ("scale",),
        "dW3",
        (Edit("dZ3", "A3 - Y", "2 * (A3 - Y)"),),
        writes="dZ3 = 2 * (A3 - Y)",
        hint="All six arrays are off by the same factor. Where do they all come from?",
        why="(a - y)^2 has the derivative 2 (a - y), and the 2 was copied from there.",
    ),
)
