"""The sum or the average over the examples is wrong."""

from autograder.truth.planting import Bug, Edit

BUGS = (
    Bug(
        "m_from_inputs", ("batch", "scale"), "dW3",
        (Edit("m", "X.shape[1]", "X.shape[0]"),),
        hint="Every array is off by one and the same factor. What is m?",
        why="In most libraries the rows are the examples; in this course the columns are.",
        invisible=("m=4",),
    ),
    Bug(
        "m_from_label_rows", ("batch", "scale"), "dW3",
        (Edit("m", "X.shape[1]", "len(Y)"),),
        hint="What is len(Y) when Y has shape (1, m)?",
        why="len counts the first axis, which is the examples only while the labels are flat.",
        suspect=False,
        invisible=("m=1", "flat labels"),
    ),
    Bug(
        "m_typed_in", ("batch", "scale"), "dW3",
        (Edit("m", "X.shape[1]", "3"),),
        hint="Try another number of examples.",
        why="A number read off the first example that was tried stays in the code.",
        suspect=False,
        invisible=("m=3", "textbook"),
    ),
    Bug(
        "m_counts_entries", ("batch", "scale"), "dW3",
        (Edit("m", "X.shape[1]", "X.size"),),
        hint="Everything is four times too small. What is there four of?",
        why="size is what other languages call the number of columns.",
    ),
    Bug(
        "m_one_too_many", ("batch", "scale"), "dW3",
        (Edit("m", "X.shape[1]", "X.shape[1] + 1"),),
        hint="The factor comes nearer to 1 the more examples there are.",
        why="An index that begins with 0 was made up for where nothing was to be made up for.",
    ),
    Bug(
        "dW3_not_averaged", ("batch", "scale"), "dW3",
        (Edit("dW3", "ANY / m", "ANY / dZ3.shape[0]"),),
        hint="Show the examples twice. Which gradients should change?",
        why="shape[0] is the number of examples where they are the rows.",
        invisible=("m=1",),
    ),
    Bug(
        "dW1_not_averaged", ("batch", "scale"), "dW1",
        (Edit("dW1", "ANY / m", "ANY"),),
        hint="Show the examples twice. Which gradients should change?",
        why="The product sums over the examples by itself, so that the average is easily "
            "forgotten.",
        invisible=("m=1",),
    ),
    Bug(
        "db2_by_units", ("batch", "scale"), "db2",
        (Edit("db2", "ANY / m", "ANY / dZ2.shape[0]"),),
        hint="By what is db2 divided: by the examples, or by the units?",
        why="Which axis of dZ2 is which is forgotten once the sum has been taken.",
        invisible=("m=3", "textbook"),
    ),
    Bug(
        "dW3_root", ("batch", "scale"), "dW3",
        (Edit("dW3", "ANY / m", "ANY / np.sqrt(m)"),),
        hint="How does the factor grow from 4 examples to 16?",
        why="The error of a mean goes with 1 / sqrt(m); a mean does not.",
        invisible=("m=1",),
    ),
    Bug(
        "db2_averaged_twice", ("batch", "scale"), "db2",
        (Edit("db2", "np.sum(ANY, axis=1, keepdims=True)", "np.mean(ANY, axis=1, keepdims=True)"),),
        hint="How often does db2 divide by the number of examples?",
        why="np.mean was put in for np.sum, and the division beside it stayed.",
        invisible=("m=1",),
    ),
    Bug(
        "dW2_averaged_twice", ("batch", "scale"), "dW2",
        (Edit("dW2", "ANY / m", "ANY / m ** 2"),),
        hint="The factor is 1/8 for eight examples and 1/3 for three.",
        why="dZ2 was taken for a sum that still has to be averaged, and so was dW2.",
        invisible=("m=1",),
    ),
    Bug(
        "dZ3_averaged", ("batch", "scale"), "dW3",
        (Edit("dZ3", "A3 - Y", "(A3 - Y) / m"),),
        hint="Where is 1/m taken, and where is it taken again?",
        why="1/m stands in front of the cost, so that it seems to belong to the first derivative.",
        invisible=("m=1",),
    ),
    Bug(
        "dA1_averaged", ("batch", "scale"), "dW1",
        (Edit("dA1", "np.dot(W2.T, dZ2)", "np.dot(W2.T, dZ2) / m"),),
        hint="dA1 holds one column for each example. Is there anything to average yet?",
        why="Every other product of this kind is divided by m.",
        invisible=("m=1",),
    ),
    Bug(
        "db1_last_example", ("batch",), "db1",
        (Edit("db1", "np.sum(dZ1, axis=1, keepdims=True)", "dZ1[:, -1:]"),),
        hint="Which examples does db1 depend on?",
        why="A loop over the examples that assigns where it should add keeps only the last one.",
        invisible=("m=1",),
    ),
    Bug(
        "db3_first_example", ("batch",), "db3",
        (Edit("db3", "np.sum(dZ3, axis=1, keepdims=True)", "dZ3[:, :1]"),),
        hint="Change the label of the last example. Does db3 notice?",
        why="A return inside of a loop ends it after the first example.",
        invisible=("m=1",),
    ),
    Bug(
        "db1_largest", ("batch",), "db1",
        (Edit("db1", "np.sum(dZ1, axis=1, keepdims=True)", "np.max(dZ1, axis=1, keepdims=True)"),),
        hint="Do all examples count in db1, or only one for each unit?",
        why="np.max and np.sum take the same arguments and give the same shape.",
        invisible=("m=1",),
    ),
    Bug(
        "db2_over_all_units", ("batch", "transpose"), "db2",
        (Edit("db2", "np.sum(dZ2, axis=1, keepdims=True)", "np.sum(dZ2) * np.ones_like(b2)"),),
        hint="Why do all units get the same db2?",
        why="Without an axis np.sum adds everything up, and broadcasting hides it.",
    ),
    Bug(
        "dA2_of_the_mean", ("batch",), "dW2",
        (Edit("dA2", "dZ3", "np.mean(dZ3, axis=1, keepdims=True)"),),
        hint="What does an example with a large error send down, compared with the others?",
        why="The average over the examples was taken before it was due, and broadcasting let it "
            "pass.",
        invisible=("m=1",),
    ),
)
