"""A gradient is correct except for its sign."""

from autograder.truth.planting import Bug, Edit

BUGS = (
    Bug(
        "dZ3_reversed",
        ("sign",),
        "dW3",
        (Edit("dZ3", "A3 - Y", "Y - A3"),),
        writes="dZ3 = Y - A3",
        hint="If A3 is above the label, should the gradient of the logit be positive or negative?",
        why='"Target minus output" is the error of the perceptron rule, which adds its updates.',
    ),
    Bug(
        "db2_descends",
        ("sign",),
        "db2",
        (Edit("db2", "ANY / m", "-ANY / m"),),
        writes="db2 = -np.sum(dZ2, axis=1, keepdims=True) / m",
        hint="Compare the signs of the numerical gradient with yours, array by array.",
        why="The minus sign of gradient descent was moved from the update into the gradient.",
    ),
    Bug(
        "dW1_descends",
        ("sign",),
        "dW1",
        (Edit("dW1", "ANY / m", "-ANY / m"),),
        writes="dW1 = -np.dot(dZ1, X.T) / m",
        hint="Take one step downhill in W1 alone. Does the cost fall?",
        why="The update was written with a plus, and the missing minus was added here.",
    ),
    Bug(
        "db3_descends",
        ("sign",),
        "db3",
        (Edit("db3", "ANY / m", "-ANY / m"),),
        writes="db3 = -np.sum(dZ3, axis=1, keepdims=True) / m",
        hint="When A3 is too large on average, should b3 grow or shrink, and what is its gradient?",
        why="While the update was being tried out, one of the six signs was changed.",
    ),
    Bug(
        "dA2_negated",
        ("sign",),
        "dW2",
        (Edit("dA2", "np.dot(W3.T, dZ3)", "-np.dot(W3.T, dZ3)"),),
        writes="dA2 = -np.dot(W3.T, dZ3)",
        hint="The arrays of the output layer are correct; all others have the opposite sign.",
        why="The minus of -y log(a) is already part of A3 - Y, and was added a second time.",
    ),
    Bug(
        "dA1_negated",
        ("sign",),
        "dW1",
        (Edit("dA1", "np.dot(W2.T, dZ2)", "-np.dot(W2.T, dZ2)"),),
        writes="dA1 = -np.dot(W2.T, dZ2)",
        hint="On the way back, up to which layer are the signs correct?",
        why="Two signs were wrong, and only one of them was fixed.",
    ),
    Bug(
        "dZ1_signed",
        ("mask",),
        "dW1",
        (Edit("dZ1", "Z1 > 0", "np.sign(Z1)"),),
        writes="dZ1 = dA1 * np.sign(Z1)",
        hint="What is the slope of the ReLU at Z = -3?",
        why="np.sign was used as the derivative, but it is the derivative of |z|.",
    ),
)
