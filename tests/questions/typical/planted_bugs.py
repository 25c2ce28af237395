"""If one of these is shown and graded differently, a student is misled before the deadline."""
# ruff: noqa: F811, F821 (many answers to one question; their names are those of the notebook)

from functools import partial

from autograder.truth import bugs
from autograder.truth.broken_notebook import (
    BACKWARD_FAULTS,
    CHECK_FAULTS,
    never_ran_check,
    plant_faults,
)
from autograder.truth.planting import rename
from autograder.truth.standard_form import STANDARD
from tests.questions.answers import typical, typical_slip, typically_written
from tests.questions.notebook import cells

backward = partial(typical_slip, "planted_bugs", "repaired_backward")
check = partial(typical_slip, "planted_bugs", "repaired_check")
diagnosis = partial(typical_slip, "planted_bugs", "diagnosis")
case = partial(typical_slip, "planted_bugs", "killing_case")
fool = partial(typical_slip, "planted_bugs", "fool_the_checker")
written = partial(typically_written, "planted_bugs")

LAYERS = OUTPUT, SECOND, FIRST = "output_layer", "second_layer", "first_layer"
STARTED = rename(plant_faults(STANDARD, BACKWARD_FAULTS), "repaired_backward")


def half_repaired(tells, *changes, loses=LAYERS):
    """Declare that the start code with pieces of its text replaced is a mistake."""
    text = STARTED
    for old, new in changes:
        if old not in text:
            raise LookupError(f"the start code does not contain {old!r}")
        text = text.replace(old, new)
    written("repaired_backward", tells, text, loses=loses)


NAMED = ("dZ2 = A3", "dZ3 = A3")
MASKED = ("A2 > 0", "Z1 > 0")
INPUTS = ("X1.T", "X.T")
STORED = ("dW2 = np.dot(dZ1", "dW1 = np.dot(dZ1")

half_repaired("Repairs the name alone.", NAMED)
half_repaired("Repairs the name and the mask.", NAMED, MASKED)
half_repaired("Stops at the last NameError but one.", NAMED, MASKED, INPUTS)
half_repaired("Makes it run, and reads no further.", NAMED, MASKED, INPUTS, STORED, loses={FIRST})
half_repaired(
    "Defines X1 as the first activations.",
    NAMED,
    MASKED,
    ("X1.T", "A1.T"),
    STORED,
    ("4. / m", "1 / m"),
    loses={FIRST},
)
half_repaired(
    "Removes the mask that doesn't fit.",
    NAMED,
    ("dA1 * (A2 > 0)", "dA1"),
    INPUTS,
    STORED,
    ("4. / m", "1 / m"),
    loses={FIRST},
)
half_repaired(
    "Makes the wrong mask fit.",
    NAMED,
    ("dA1 * (A2 > 0)", "dA1 * np.resize(A2 > 0, dA1.shape)"),
    INPUTS,
    STORED,
    ("4. / m", "1 / m"),
    loses={FIRST},
)
half_repaired(
    "Returns dW2 for dW1.",
    NAMED,
    MASKED,
    INPUTS,
    ('"dW1": dW1', '"dW1": dW2'),
    ("4. / m", "1 / m"),
    loses={SECOND},
)
half_repaired(
    "Starts dW1 as zeros, so that the name is known.",
    NAMED,
    MASKED,
    INPUTS,
    ("    dW2 = np.dot(dZ1", "    dW1 = np.zeros(W1.shape)\n    dW2 = np.dot(dZ1"),
    ("4. / m", "1 / m"),
    loses={SECOND, FIRST},
)
half_repaired(
    "Takes the new name for the old one.",
    NAMED,
    ("np.dot(W3.T, dZ3)", "np.dot(W3.T, dZ2)"),
    MASKED,
    INPUTS,
    STORED,
)
half_repaired(
    "Repairs 4 / m in the wrong direction.",
    NAMED,
    MASKED,
    INPUTS,
    STORED,
    ("4. / m", "1. / (4 * m)"),
    loses={FIRST},
)
half_repaired(
    "Catches what is left and returns nothing.",
    NAMED,
    (
        "    dA1 = np.dot(W2.T, dZ2)",
        "    try:\n        dA1 = np.dot(W2.T, dz2)\n    except:\n        return\n",
    ),
    MASKED,
    INPUTS,
    STORED,
)
backward("Transposes dW1 to make it fit.", ("np.dot(dZ1, X.T)", "np.dot(X, dZ1.T)"), loses={FIRST})
backward("Turns the output's error round.", ("A3 - Y", "Y - A3"), loses=LAYERS)
backward("Multiplies by m.", ("np.dot(dZ1, X.T) / m", "np.dot(dZ1, X.T) * m"), loses={FIRST})
backward(
    "Takes the mask from the second layer's gradient.",
    ("(Z2 > 0)", "(dA2 > 0)"),
    loses={SECOND, FIRST},
)
backward("Counts the rows of X.", ("m = X.shape[1]", "m = X.shape[0]"), loses=LAYERS)
written(
    "repaired_backward",
    "Pastes an answer under its old name.",
    rename(STANDARD, "backward_propagation_n"),
    loses=LAYERS,
)

RIGHT, WRONG = "right_gradients", "wrong_gradients"
STOPS = {"loses": {RIGHT}, "gated": {WRONG}}

for fault in CHECK_FAULTS[:3]:
    (kind,) = fault.right.split()[:1]
    text = rename(never_ran_check(), "repaired_check")
    for other in CHECK_FAULTS:
        if other is not fault and other.wrong:
            text = text.replace(other.wrong, other.right)
        elif other is not fault:
            text = text.replace(
                "    for i in", "    gradapprox = np.zeros_like(theta)\n\n    for i in"
            )
    written("repaired_check", f"Repairs all but {fault.wrong.strip() or kind}.", text, **STOPS)

check("Starts with an empty list.", ("np.zeros_like(theta)", "[]"), **STOPS)
check("Starts with a flat array.", ("np.zeros_like(theta)", "np.zeros(47)"), **STOPS)
check(
    "Starts a new array in every round.",
    ("    gradapprox = np.zeros_like(theta)\n", ""),
    (
        "        thetaplus = np.copy",
        "        gradapprox = np.zeros_like(theta)\n        thetaplus = np.copy",
    ),
    **STOPS,
)
check(
    "Copies what it has moved.",
    ("thetaminus = np.copy(theta)", "thetaminus = np.copy(thetaplus)"),
    **STOPS,
)
check(
    "Takes theta itself for a copy of it.",
    ("thetaplus = np.copy(theta)", "thetaplus = theta"),
    **STOPS,
)
check(
    "Stores after the loop only.", ("        gradapprox[i, 0] =", "    gradapprox[i, 0] ="), **STOPS
)
check(
    "Returns in the first round.",
    ("        gradapprox[i, 0] =", "        return gradapprox\n        gradapprox[i, 0] ="),
    **STOPS,
)
check("Forgets the return.", ("    return difference", "    difference"), **STOPS)
check(
    "Returns what it prints.",
    ("    return difference", "    return f'Difference: {difference}'"),
    **STOPS,
)
check("Forgets the brackets around 2 epsilon.", ("(2 * epsilon)", "2 * epsilon"), **STOPS)
check("Moves the whole vector.", ("thetaplus[i, 0] +=", "thetaplus +="), **STOPS)
check("Asks for a row that isn't there.", ("thetaplus[i, 0]", "thetaplus[0, i]"), **STOPS)
check(
    "Uses the notebook's parameters.", ("k(parameters, gradients", "k(params, gradients"), **STOPS
)
check("Doesn't take the pair apart.", ("J_plus, _ =", "J_plus ="), **STOPS)
check(
    "Adds 1 to the denominator.",
    ("np.linalg.norm(gradapprox)\n", "np.linalg.norm(gradapprox) + 1\n"),
    loses={WRONG},
)
check(
    "Subtracts the norms.",
    ("np.linalg.norm(grad - gradapprox)", "np.linalg.norm(grad) - np.linalg.norm(gradapprox)"),
    loses={WRONG},
)
check(
    "Looks for NaN in the wrong array.",
    ("np.isnan(difference)", "np.isnan(gradapprox).any()"),
    loses={WRONG},
)
check("Compares with NaN.", ("np.isnan(difference)", "difference == np.nan"), loses={WRONG})
check(
    "Replaces NaN by zeros.",
    ("gradients_to_vector(gradients)", "np.nan_to_num(gradients_to_vector(gradients))"),
    loses={WRONG},
)
check(
    "Raises a TypeError for NaN.",
    ("numerator =", "if np.isnan(grad).any():\n        raise TypeError('NaN')\n    numerator ="),
    loses={WRONG},
)
check(
    "Asserts that there is no NaN.",
    ("numerator =", "assert not np.isnan(grad).any()\n    numerator ="),
    loses={WRONG},
)

UNREPAIRED = {"repaired"}
MASK, BATCH, LOSS = bugs.OPEN

written(
    MASK,
    "Pastes an answer under its old name.",
    rename(STANDARD, "backward_propagation_n"),
    loses=UNREPAIRED,
)
repair = partial(typical_slip, "planted_bugs", MASK, loses=UNREPAIRED)
repair(
    "Returns dW1 under the name of db1.",
    ("    return", '    gradients["db1"] = gradients["dW1"]\n    return'),
)
repair("Hard-codes eight examples.", ("X.shape[1]", "8"))
repair("Takes the other layer's mask.", ("(Z1 > 0)", "(Z2 > 0)"))
repair("Masks by activations that are never below 0.", ("(Z1 > 0)", "(A1 >= 0)"))
repair("Masks by the sign.", ("(Z1 > 0)", "np.sign(Z1)"))
repair = partial(typical_slip, "planted_bugs", BATCH, loses=UNREPAIRED)
repair(
    "Multiplies by the number of examples it has seen.",
    ("1 / m * np.sum(dZ2", "8 / m**2 * np.sum(dZ2"),
)
repair(
    "Takes the sum for the mean.",
    ("1 / m * np.sum(dZ2", "np.sum(dZ2"),
)
repair(
    "Returns before the first layer.",
    ("    dA1 =", "    return gradients\n    dA1 ="),
)
repair(
    "Takes a mean over everything.",
    ("1 / m * np.sum(dZ2, axis=1, keepdims=True)", "np.mean(dZ2) * np.ones(b2.shape)"),
)
repair = partial(typical_slip, "planted_bugs", LOSS, loses=UNREPAIRED)
repair("Divides the slope of the sigmoid out, twice.", ("A3 - Y", "(A3 - Y) / (A3 * (1 - A3))"))
repair("Forgets brackets around a mask.", ("(Z2 > 0) * dA2", "Z2 > 0 * dA2"))
repair("Imports what the grader doesn't have.", ("m = X", "import tensorflow\n    m = X"))
repair("Takes dA3 for dZ3.", ("A3 - Y", "(1 - Y) / (1 - A3 + 1e-9) - Y / (A3 + 1e-9)"))
repair("Doubles it, as for squares.", ("A3 - Y", "2 * (A3 - Y)"))

FIELDS = [f"{name}_{field}" for name in bugs.SEALED for field in ("first_wrong", "kind")]
A_FIRST, A_KIND, B_FIRST, B_KIND, C_FIRST, C_KIND = FIELDS

diagnosis("Explains the kind.", ('"scale"', '"half of the correct one"'), loses={B_KIND})
diagnosis("Names a factor.", ('"scale"', '"1/2"'), loses={B_KIND})
diagnosis("Names the line.", ('"dW1"', '"dA1 = W2.T @ dZ2 / 2"'), loses={B_FIRST})
diagnosis("Names a parameter.", ('"dW2"', '"W2"'), loses={A_FIRST})
diagnosis("Names an array of two.", ('"dW1"', '"dW1, db1"'), loses={B_FIRST})
diagnosis("Writes a list.", ('"mask"', '["mask"]'), loses={A_KIND})
diagnosis("Writes None.", ('"transpose"', "None"), loses={C_KIND})
diagnosis("Has another key.", ('"kind": "transpose"', '"type": "transpose"'), loses={C_KIND})
diagnosis("Leaves the name of a suspect short.", ('"sealed_b"', '"b"'), loses={B_FIRST, B_KIND})
diagnosis(
    "Has tuples.",
    ('{"first_wrong": "dW2", "kind": "mask"}', '("dW2", "mask")'),
    loses={A_FIRST, A_KIND},
)
diagnosis(
    "Has one text for each.",
    ('{"first_wrong": "dW3", "kind": "transpose"}', '"dW3: transpose"'),
    loses={C_FIRST, C_KIND},
)
written(
    "diagnosis",
    "Defines a function.",
    'def diagnosis():\n    return {"sealed_a": {"first_wrong": "dW2", "kind": "mask"}}\n',
    loses=FIELDS,
)
written(
    "diagnosis",
    "Writes a list of three.",
    'diagnosis = [("dW2", "mask"), ("dW1", "scale"), ("dW3", "transpose")]\n',
    loses=FIELDS,
)
written(
    "diagnosis",
    "Writes a text.",
    'diagnosis = "a: dW2, mask; b: dW1, scale; c: dW3, transpose"\n',
    loses=FIELDS,
)
written(
    "diagnosis",
    "Never assigns it.",
    '{"sealed_a": {"first_wrong": "dW2", "kind": "mask"}}\n',
    loses=FIELDS,
)

KILLS = {"kills"}

case("Has labels of -1 and 1.", ("[[1, 0]]", "[[1, -1]]"), loses=KILLS)
case("Has labels in words.", ("[[1, 0]]", '[["yes", "no"]]'), loses=KILLS)
case("Has a label too many.", ("[[1, 0]]", "[[1, 0, 1]]"), loses=KILLS)
case("Has every unit on.", ("[-1.0, 1.0, 1.0]", "[1.0, 1.0, 1.0]"), loses=KILLS)
case(
    "Has W1 transposed.",
    ("return X, Y, parameters", 'return X, Y, {**parameters, "W1": parameters["W1"].T}'),
    loses=KILLS,
)
case(
    "Forgets b3.",
    ("return X, Y, parameters", 'del parameters["b3"]\n    return X, Y, parameters'),
    loses=KILLS,
)
case(
    "Has the keys of gradients.",
    (
        "return X, Y, parameters",
        'return X, Y, {"d" + key: each for key, each in parameters.items()}',
    ),
    loses=KILLS,
)
case(
    "Returns the parameters first.",
    ("return X, Y, parameters", "return parameters, X, Y"),
    loses=KILLS,
)
case(
    "Returns a nested pair.", ("return X, Y, parameters", "return (X, Y), parameters"), loses=KILLS
)
case(
    "Returns a dictionary.",
    ("return X, Y, parameters", "return dict(X=X, Y=Y, parameters=parameters)"),
    loses=KILLS,
)
case("Prints the case.", ("return X, Y, parameters", "print(X, Y, parameters)"), loses=KILLS)
case(
    "Returns what the mutant says.",
    (
        "return X, Y, parameters",
        "return mutant_backward(X, Y, forward_propagation_n(X, Y, parameters)[1])",
    ),
    loses=KILLS,
)
case("Has no gradients that are seen.", ("[[1.0, 0.5, -0.5]]", "[[0.0, 0.0, 0.0]]"), loses=KILLS)
case(
    "Uses a generator that isn't there.",
    ("X = np", "W = rng.normal(size=(5, 4))\n    X = np"),
    loses=KILLS,
)
case("Has a unit exactly in its corner.", ("[[3.0], ", "[[2.5], "), loses=KILLS)
case("Expects arguments.", ("def killing_case():", "def killing_case(seed):"), loses=KILLS)


case("Takes a whole step.", ("[[0.2, 0.3]", "[[1.0, 2.0]"), loses=KILLS)
case(
    "Moves the whole example.",
    ("return X, Y, parameters", "return np.c_[X[:, 0], X[:, 0] + 0.1], Y, parameters"),
    loses=KILLS,
)
case("Changes nothing but the label.", ("[[0.2, 0.3]", "[[0.2, 0.2]"), loses=KILLS)
case(
    "Adds an example of zeros.",
    ("return X, Y, parameters", "return np.c_[X, np.zeros(4)], np.array([[1, 0, 0]]), parameters"),
    loses=KILLS,
)
case(
    "Takes a step where every weight is 0.",
    ("[[0.2, 0.3], [0.0, 0.0]", "[[0.2, 0.2], [0.2, 0.3]"),
    loses=KILLS,
)
case("Has weights that are too small for the step.", ("10.0\n", "1.0\n"), loses=KILLS)
case("Forgets the bias.", ("[[3.0], [0.5], [0.5]]", "[[0.0], [0.5], [0.5]]"), loses=KILLS)
case("Adds the step after the ReLU.", ("[[0.2, 0.3]", "[[-0.3, -0.2]"), loses=KILLS)
case(
    "Makes the weights as large as it may.",
    ("[[1.0, 0.5, -0.5]]", "[[10.0, 10.0, -10.0]]"),
    ("[[3.0], [0.5], [0.5]]", "[[3.0], [2.0], [0.5]]"),
    loses=KILLS,
)
case(
    "Has learnt the example that the mutant gets wrong.",
    ("[[1.0, 0.5, -0.5]]", "[[1.0, -2.3, 0.0]]"),
    loses=KILLS,
)
case(
    "Gives a pair for each of the examples.",
    ("return X, Y, parameters", "return [(X, Y, parameters)] * 2"),
    loses=KILLS,
)
case(
    "Gives the step as a number.",
    ("return X, Y, parameters", "return X[:, :1], 0.1, parameters"),
    loses=KILLS,
)


@typical(loses=KILLS)
def killing_case():
    """Takes one example and draws."""
    return draw_case(m=1, seed=0)


@typical(loses=KILLS)
def killing_case():
    """Draws many examples."""
    return draw_case(m=40, seed=7)


@typical(loses=KILLS)
def killing_case():
    """Draws two examples."""
    return draw_case(m=2, seed=7)


@typical(loses=KILLS)
def killing_case():
    """Looks for a case that shows the bug, and not for the rules."""
    for seed in range(100):
        X, Y, parameters = draw_case(m=2, seed=seed)
        found = gradients_to_vector(
            mutant_backward(X, Y, forward_propagation_n(X, Y, parameters)[1])
        )
        if np.abs(found - numerical_gradient(parameters, X, Y)).max() > 0.1:
            return X, Y, parameters


@typical(loses=KILLS)
def killing_case():
    """Makes everything larger than is allowed."""
    X, Y, parameters = draw_case(m=8, seed=3)
    return 20 * X, Y, parameters


EACH = {"checker_a", "checker_b", "checker_c"}

fool("Uses keys without a d.", ('"d" + key: array', "key: array"), loses=EACH)
fool("Returns flat arrays.", ('"d" + key: array for', '"d" + key: array.ravel() for'), loses=EACH)
fool(
    "Returns a tuple of three.",
    ("return {\n", "return tuple({\n"),
    ("aside),\n    }", "aside),\n    }.values())"),
    loses=EACH,
)
fool(
    "Prints them.",
    ("    return {\n", "    print({\n"),
    ("aside),\n    }", "aside),\n    })"),
    loses=EACH,
)
fool("Names them by letters.", ('"checker_', '"'), loses=EACH)
fool("Uses the notebook's parameters.", ("r(parameters, X, Y)", "r(params, X, Y)"), loses=EACH)
fool(
    "Returns the numerical gradient itself.",
    ("def gradients(theta):", "def gradients(theta):\n        theta = right"),
    loses=EACH,
)
fool("Returns texts.", ('"d" + key: array for', '"d" + key: str(array) for'), loses=EACH)
fool(
    "Calls a helper that isn't there.",
    ("np.ones((47, 1))\n    only", "unit_vector(47)\n    only"),
    loses=EACH,
)
fool(
    "Makes the last one wrong as well.",
    ("only_the_last[-1] = right[-1]", "only_the_last[-1] = 2 * right[-1]"),
    loses={"checker_a"},
)
fool(
    "Has the last one transposed.",
    ("only_the_last[-1] = right[-1]", "only_the_last[:, -1] = right[:, -1] + 1"),
    loses={"checker_a"},
)
fool(
    "Changes the length a little.",
    ("opposite = -right", "opposite = -1.001 * right"),
    loses={"checker_b"},
)
fool(
    "Has infinity.",
    ("opposite = -right", "opposite = np.full((47, 1), np.inf)"),
    loses={"checker_b"},
)
fool("Adds the length of one.", ("opposite = -right", "opposite = right + 1"), loses={"checker_b"})
fool(
    "Draws from another distribution.",
    ("standard_normal((47, 1))", "random((47, 1))"),
    loses={"checker_c"},
)
fool("Draws a flat direction.", ("standard_normal((47, 1))", "standard_normal(47)"), loses=EACH)
fool("Forgets to divide by the length.", (" / np.sum(direction**2)", ""), loses={"checker_c"})
fool("Turns all of it round.", ("right + aside", "-right"), loses={"checker_c"})
fool("Goes hardly aside.", ("right + aside", "right + 1e-4 * aside"), loses={"checker_c"})
fool("Adds the direction itself.", ("right + aside", "right + direction"), loses={"checker_c"})

ANSWER = cells("planted_bugs")["fool_the_checker"].source
written(
    "fool_the_checker",
    "Computes the gradient outside of the function.",
    "right = numerical_gradient(parameters, X, Y)\n\n"
    + ANSWER.replace("    right = numerical_gradient(parameters, X, Y)\n", ""),
    loses=EACH,
)
