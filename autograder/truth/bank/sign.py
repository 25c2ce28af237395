"""Right but for the sign."""

from autograder.truth.planting import Bug, Edit

BUGS = (
    Bug(
        "dZ3_reversed",
        ("sign", "loss"),
        "dW3",
        (Edit("dZ3", "A3 - Y", "Y - A3"),),
        writes="dZ3 = Y - A3",
        hint="If A3 is above the label, should the logit's gradient be positive or negative?",
        why='"Target minus output" is the error of the perceptron rule, which adds its updates.',
    ),
    Bug(
        "db2_descends",
        ("sign",),
        "db2",
        (Edit("db2", "ANY / m", "-ANY / m"),),
        writes="db2 = -np.sum(dZ2, axis=1, keepdims=True) / m",
        hint="Look at the signs of the numerical gradient beside yours, array by array.",
        why="The minus of gradient descent slips from the update into the gradient.",
    ),
    Bug(
        "dW1_descends",
        ("sign",),
        "dW1",
        (Edit("dW1", "ANY / m", "-ANY / m"),),
        writes="dW1 = -np.dot(dZ1, X.T) / m",
        hint="Take one step downhill in W1 alone. Does the cost fall?",
        why="The update was written with a plus, and the minus that it lacks was put in here.",
    ),
    Bug(
        "db3_descends",
        ("sign",),
        "db3",
        (Edit("db3", "ANY / m", "-ANY / m"),),
        writes="db3 = -np.sum(dZ3, axis=1, keepdims=True) / m",
        hint="When A3 is too large on average, should b3 grow or shrink, and what is its gradient?",
        why="Of six signs, one was changed while trying out the update.",
    ),
    Bug(
        "dA2_negated",
        ("sign", "chain"),
        "dW2",
        (Edit("dA2", "np.dot(W3.T, dZ3)", "-np.dot(W3.T, dZ3)"),),
        writes="dA2 = -np.dot(W3.T, dZ3)",
        hint="The arrays of the output layer are right, all others have the other sign.",
        why="The minus of -y log(a) was already used up in A3 - Y, and came a second time.",
    ),
    Bug(
        "dA1_negated",
        ("sign", "chain"),
        "dW1",
        (Edit("dA1", "np.dot(W2.T, dZ2)", "-np.dot(W2.T, dZ2)"),),
        writes="dA1 = -np.dot(W2.T, dZ2)",
        hint="Up to which layer are the signs right?",
        why="Two signs were wrong, and only one of them was mended.",
    ),
    Bug(
        "dZ1_signed",
        ("mask", "sign"),
        "dW1",
        (Edit("dZ1", "Z1 > 0", "np.sign(Z1)"),),
        writes="dZ1 = dA1 * np.sign(Z1)",
        hint="What is the slope of the ReLU at Z = -3?",
        why="np.sign was taken for the derivative; it is the one of |z|.",
    ),
)
