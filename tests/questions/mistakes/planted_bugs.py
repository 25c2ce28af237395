"""If one of these kept a part, a student would earn points for the mistake and not hear of it."""
# ruff: noqa: F811, F821 (many answers to one question; their names are those of the notebook)

from functools import partial

import numpy as np

from autograder.truth import bugs
from autograder.truth.broken_notebook import never_ran_backward, never_ran_check
from autograder.truth.planting import rename
from autograder.truth.standard_form import STANDARD
from tests.questions.answers import MISTAKES, Answer, mistake, slip
from tests.questions.notebook import cells
from tests.repairs import repaired

backward = partial(slip, "planted_bugs", "repaired_backward")
check = partial(slip, "planted_bugs", "repaired_check")
diagnosis = partial(slip, "planted_bugs", "diagnosis")
case = partial(slip, "planted_bugs", "killing_case")
fool = partial(slip, "planted_bugs", "fool_the_checker")


def as_given(question, text, loses=(), gated=()):
    """Declare that the start code is a mistake."""
    tells = "Leaves it as it was given."
    parts = map(frozenset, (loses, gated))
    MISTAKES.append(Answer("planted_bugs", question, tells, text, (), *parts))


OUTPUT, SECOND, FIRST = LAYERS = "output_layer", "second_layer", "first_layer"
CACHE = "Z1, A1, W1, b1, Z2, A2, W2, b2, Z3, A3, W3, b3 = cache"

as_given("repaired_backward", never_ran_backward(), loses=LAYERS)
backward(
    "Makes it run, and leaves 4. / m in.", ("db1 = np.sum", "db1 = 4. * np.sum"), loses={FIRST}
)
backward("Forgets 1/m in dW2.", ("np.dot(dZ2, A1.T) / m", "np.dot(dZ2, A1.T)"), loses={SECOND})
backward(
    "Has dW3 halved.", ("np.dot(dZ3, A2.T) / m", "np.dot(dZ3, A2.T) / (2 * m)"), loses={OUTPUT}
)
backward("Clips dW1 at 1.", ('"dW1": dW1', '"dW1": np.clip(dW1, -1, 1)'), loses={FIRST})
backward("Drops a mask.", ("dA2 * (Z2 > 0)", "dA2"), loses={SECOND, FIRST})
backward(
    "Runs the forward pass again.",
    (
        CACHE,
        f"""{CACHE}
    theta = dict(zip(SHAPES, (W1, b1, W2, b2, W3, b3)))
    {CACHE.replace("= cache", "= forward_propagation_n(X, Y, theta)[1]")}""",
    ),
    loses=LAYERS,
)
backward(
    "Computes the activations of the first layer again.",
    (CACHE, CACHE + "\n    Z1 = np.dot(W1, X) + b1\n    A1 = relu(Z1)"),
    loses=LAYERS,
)

RIGHT, WRONG = "right_gradients", "wrong_gradients"

as_given("repaired_check", never_ran_check(), loses={RIGHT}, gated={WRONG})
check("Says of NaN that it agrees.", ("np.isnan(difference) or ", ""), loses={WRONG})
check(
    "Compares lengths.",
    (
        "return difference",
        "return abs(np.linalg.norm(grad) - np.linalg.norm(gradapprox)) / denominator",
    ),
    loses={WRONG},
)
check("Divides by one of the two.", (" + np.linalg.norm(gradapprox)", ""), loses={WRONG})
check(
    "Looks at the weights only.",
    ("numerator =", "grad, gradapprox = grad[:20], gradapprox[:20]\n    numerator ="),
    loses={WRONG},
)
check(
    "Returns whether they agree.",
    ("return difference", "return 1.0 * (difference > 1e-6)"),
    loses={WRONG},
)
check(
    "Steps to one side.",
    ("thetaminus[i, 0] -= epsilon", "pass"),
    ("(2 * epsilon)", "epsilon"),
    loses={WRONG},
)
check(
    "Has 1e-7 typed in for epsilon.",
    ("    grad =", "    epsilon = 1e-7\n    grad ="),
    loses={WRONG},
)
check(
    "Counts NaN among the gradients as zero.",
    ("numerator =", "grad = np.nan_to_num(grad)\n    numerator ="),
    loses={WRONG},
)
check("Says 0.0 for NaN.", ("return difference", "return np.nan_to_num(difference)"), loses={WRONG})
check("Steps twice to one side.", ("-= epsilon", "+= epsilon"), loses={RIGHT}, gated={WRONG})
check("Divides by one epsilon.", ("(2 * epsilon)", "epsilon"), loses={RIGHT}, gated={WRONG})


@mistake(loses={RIGHT}, gated={WRONG})
def repaired_check(parameters, gradients, X, Y, epsilon=1e-7):
    """Always says 1.0."""
    return 1.0


@mistake(loses={RIGHT}, gated={WRONG})
def repaired_check(parameters, gradients, X, Y, epsilon=1e-7):
    """Always says 0.0."""
    return 0.0


PACKED = (
    "dict(dW3=(c := ((A3 - Y) / m)) @ A2.T, db3=c.sum(1), dW2=(b := (W3.T @ c * (Z2 > 0))) @ A1.T, "
    "db2=b.sum(1), dW1=(a := (W2.T @ b * (Z1 > 0))) @ X.T, db1=a.sum(1))"
)
"""A whole backward pass in one expression."""
FRIENDS_BUG = "dZ1_tanh_slope"


def instead(suspect, tells, text):
    """Declare that a text in place of a suspect is a mistake, however correct its arrays are."""
    MISTAKES.append(Answer("planted_bugs", suspect, tells, text, (), frozenset({"repaired"})))


for suspect in bugs.OPEN:
    start = bugs.suspect_source(suspect, bugs.by_name(bugs.FIXED_DRAW[suspect]))
    before, _, _ = start.rpartition("    return ")
    written_once = cells("n_dimensions")["backward_propagation_n"].source
    instead(suspect, "Pastes the answer to n_dimensions.", rename(written_once, suspect))
    instead(suspect, "Pastes the answer to part 1.", rename(STANDARD, suspect))
    for other in bugs.OPEN:
        if other != suspect:
            pasted = rename(repaired(other, bugs.FIXED_DRAW[other]), suspect)
            instead(suspect, f"Pastes the repaired {other}.", pasted)
    friends = repaired(suspect, FRIENDS_BUG)
    instead(suspect, f"Pastes a friend's repaired {suspect}, who has another bug.", friends)
    instead(suspect, "Is another function by another name.", f"{suspect} = repaired_backward")
    own = STANDARD + "\n\n" + before
    instead(
        suspect,
        "Returns what a function of its own returns.",
        f"{own}    return backward(X, Y, cache)",
    )
    instead(suspect, "Packs everything into the return.", f"{before}    return {PACKED}")
    packed = PACKED.replace(" ", "")
    instead(suspect, "Packs everything into a text.", f"{before}    return eval('{packed}')")
    inside = STANDARD.replace("\n", "\n    ").rstrip()
    inside = f"def {suspect}(X, Y, cache):\n    {inside}\n\n    return backward(X, Y, cache)"
    instead(suspect, "Has a correct function inside.", inside)


for suspect in bugs.OPEN:
    start = bugs.suspect_source(suspect, bugs.by_name(bugs.FIXED_DRAW[suspect]))
    more = partial(slip, "planted_bugs", suspect, loses={"repaired"})
    more("Repairs it, and counts the examples in another way.", ("X.shape[1]", "Y.size"))
    more("Repairs it, and renames an array.", ("dA1", "back1"))
    more(
        "Repairs it, and leaves all masks to np.where.",
        ("(Z1 > 0) * dA1", "np.where(Z1 > 0, dA1, 0)"),
        ("(Z2 > 0) * dA2", "np.where(Z2 > 0, dA2, 0)"),
    )
    more("Repairs it, and adds an argument.", ("X, Y, cache)", "X, Y, cache, print_msg=False)"))
    more("Repairs it, and decorates it.", ("def ", "import functools\n\n\n@functools.cache\ndef "))
    more(
        "Repairs it, and never uses dA2.",
        ("(Z2 > 0) * dA2", "(Z2 > 0) * W3.T.dot(dZ3) * 1"),
        ("(Z1 > 0) * dA1", "(Z1 > 0) * dA1 * 1"),
    )
    as_given(suspect, start, loses={"repaired"})
    repair = partial(slip, "planted_bugs", suspect, loses={"repaired"})
    repair("Swaps one bug for another.", ("A1.T", "Z1.T"))
    repair("Squeezes what a single example needs.", ("A2.T", "A2.squeeze().T"))
    repair("Counts the rows of X.", ("X.shape[1]", "len(X)"))
    clipped = 'gradients["dW2"] = np.clip(gradients["dW2"], -5, 5)'
    repair("Clips all at 5.", ("    return", f"    {clipped}\n    return"))
    repair("Hard-codes the sizes of the layers.", ("dA1 = ", "dA1 = np.ones((5, 1)) * "))
    repair(
        "Asks the numerical gradient.",
        (
            CACHE,
            f"""{CACHE}
    theta = dict(zip(SHAPES, (W1, b1, W2, b2, W3, b3)))
    found = vector_to_dictionary(numerical_gradient(theta, X, Y))
    return {{"d" + key: array for key, array in found.items()}}""",
        ),
    )

FIELDS = [f"{name}_{field}" for name in bugs.SEALED for field in ("first_wrong", "kind")]

diagnosis(
    "Names the array that only inherits it.", ('"dW1"', '"db1"'), untold={"sealed_b_first_wrong"}
)
diagnosis("Takes a factor of 1/2 for a mask.", ('"scale"', '"mask"'), untold={"sealed_b_kind"})
diagnosis("Takes a transpose for a loss.", ('"transpose"', '"loss"'), untold={"sealed_c_kind"})
diagnosis(
    "Mixes two of them up.",
    ("sealed_a", "x"),
    ("sealed_b", "sealed_a"),
    ('"x"', '"sealed_b"'),
    untold=FIELDS[:4],
)
diagnosis("Uses a word of its own.", ('"mask"', '"relu"'), loses={"sealed_a_kind"})
diagnosis("Names a Z.", ('"dW1"', '"dZ1"'), loses={"sealed_b_first_wrong"})
diagnosis("Writes numbers.", ('"dW2"', "2"), loses={"sealed_a_first_wrong"})
diagnosis("Leaves one out.", ('"sealed_c"', '"sealed_d"'), loses=FIELDS[4:])
diagnosis(
    "Leaves it empty.",
    ("### BEGIN SOLUTION", 'kept = """'),
    ("### END SOLUTION", '"""'),
    loses=FIELDS,
)

KILLS = {"kills"}

RETURN = "return X, Y, parameters"

case("Has a unit too near to its corner.", ("[[3.0], ", "[[2.5005], "), loses=KILLS)
case(
    "Takes one example.",
    ("[[0.2, 0.3], [0.0, 0.0], [0.0, 0.0], [0.0, 0.0]]", "np.eye(4, 1)"),
    ("[[1, 0]]", "[[1]]"),
    loses=KILLS,
)
case(
    "Takes three examples.",
    (RETURN, "return np.c_[X, X[:, 0]], np.array([[1, 0, 1]]), parameters"),
    loses=KILLS,
)
case(
    "Takes each example twice.",
    (RETURN, "return np.tile(X, 2), np.tile(Y, 2), parameters"),
    loses=KILLS,
)
case("Changes two numbers.", ("0.3], [0.0, 0.0]", "0.3], [0.0, 0.1]"), loses=KILLS)
case(
    "Changes a second number by rounding.",
    (RETURN, f"X[1] = 0.3, 0.1 + 0.2\n    {RETURN}"),
    loses=KILLS,
)
case("Takes a step of 0.2.", ("[[0.2, 0.3]", "[[0.1, 0.3]"), loses=KILLS)
case(
    "Takes a step of a tenth of the number.",
    ("[[0.2, 0.3]", "[[2.0, 2.2]"),
    ("3.0]", "10.0]"),
    ("10.0\n", "5.0\n"),
    loses=KILLS,
)
case("Has the same example twice.", ("[[0.2, 0.3]", "[[0.3, 0.3]"), loses=KILLS)
case("Has a unit that stays on.", ("[3.0]", "[4.0]"), loses=KILLS)
case("Has a unit that stays off.", ("[3.0]", "[2.0]"), loses=KILLS)
case(
    "Switches a unit of layer 1.",
    ("np.full((5, 1), 0.5)", "np.array([[-2.5], [0.5], [0.5], [0.5], [0.5]])"),
    loses=KILLS,
)
case("Stops the gradient above the unit.", ("[[1.0, 0.5", "[[0.0, 0.5"), loses=KILLS)
case("Has inputs beyond 10.", ("[[0.2, 0.3]", "[[-10.2, -10.1]"), loses=KILLS)
case("Has a weight beyond 10.", ("10.0\n", "10.1\n"), loses=KILLS)
case(
    "Has a bias beyond 10.",
    ("[[0.2, 0.3]", "[[1.0, 1.1]"),
    ("[3.0]", "[11.0]"),
    loses=KILLS,
)
case(
    "Has too large logits.",
    ("[[1.0, 0.5", "[[-10.0, 9.0"),
    ("[3.0], [0.5]", "[3.0], [10.0]"),
    loses=KILLS,
)
case("Has probabilities for labels.", ("[[1, 0]]", "[[0.9, 0.1]]"), loses=KILLS)
case("Has a column of labels.", ("[[1, 0]]", "[[1], [0]]"), loses=KILLS)
case(
    "Has an example in each row.",
    ("X = np", "X = np.transpose(np"),
    ("0.0]])", "0.0]]))"),
    loses=KILLS,
)
case("Has flat biases.", ("np.full((5, 1), 0.5)", "np.full(5, 0.5)"), loses=KILLS)
case("Forgets the parameters.", ("X, Y, parameters", "X, Y"), loses=KILLS)
case("Has NaN in it.", ("[[0.2, 0.3]", "[[np.nan, 0.3]"), loses=KILLS)
case(
    "Has NaN in both examples.",
    ("[[0.2, 0.3], [0.0, 0.0]", "[[0.2, 0.3], [np.nan, np.nan]"),
    loses=KILLS,
)
case(
    "Returns parameters as a vector.",
    ("X, Y, parameters", "X, Y, dictionary_to_vector(parameters)"),
    loses=KILLS,
)


@mistake(loses=KILLS)
def killing_case():
    """Takes the textbook case."""
    draw = np.random.RandomState(1)
    X, Y = draw.randn(4, 3), np.array([[1, 1, 0]])
    return X, Y, {key: draw.randn(*SHAPES[key]) for key in SHAPES}


@mistake(loses=KILLS)
def killing_case():
    """Takes the notebook's own case."""
    return X, Y, parameters


@mistake(loses=KILLS)
def killing_case():
    """Takes two examples of the notebook's own case."""
    return X[:, :2], Y[:, :2], parameters


@mistake(loses=KILLS)
def killing_case():
    """Moves an example of the notebook's own case."""
    example = X[:, :1].copy()
    example[0] += 0.1
    return np.hstack([X[:, :1], example]), Y[:, :2], parameters


@mistake(loses=KILLS)
def killing_case():
    """Draws a pair."""
    X, Y, parameters = draw_case(m=2, seed=1)
    X[:, 1] = X[:, 0]
    X[3, 1] -= 0.1
    return X, Y, parameters


@mistake(loses=KILLS)
def killing_case():
    """Has zeros wherever it can."""
    return np.zeros((4, 2)), np.array([[0, 1]]), {key: np.zeros(SHAPES[key]) for key in SHAPES}


EACH = {"checker_a", "checker_b", "checker_c"}

fool(
    "Returns correct gradients for the first.",
    ("only_the_last = np.ones((47, 1))", "only_the_last = right.copy()"),
    loses={"checker_a"},
)
fool(
    "Keeps the first parameter correct, not the last.",
    ("only_the_last[-1] = right[-1]", "only_the_last[0] = right[0]"),
    loses={"checker_a"},
)
fool(
    "Is hardly wrong.", ("opposite = -right", "opposite = right * (1 + 1e-9)"), loses={"checker_b"}
)
fool(
    "Shuffles the signs and doubles.",
    ("opposite = -right", "opposite = -2 * right"),
    loses={"checker_b"},
)
fool("Takes a direction of its own.", ("default_rng(0)", "default_rng(1)"), loses={"checker_c"})
fool(
    "Forgets to add the correct ones.",
    ("gradients(right + aside)", "gradients(aside)"),
    loses={"checker_c"},
)
fool("Returns NaN.", ("gradients(opposite)", "gradients(opposite * np.nan)"), loses={"checker_b"})
fool("Returns a vector.", ("gradients(opposite)", "opposite"), loses={"checker_b"})
fool(
    "Leaves one out.", ('        "checker_a": gradients(only_the_last),\n', ""), loses={"checker_a"}
)
fool(
    "Has learnt one case by heart.",
    (
        "right = numerical_gradient(parameters, X, Y)",
        "X, Y, parameters = draw_case(8, 14)\n    right = numerical_gradient(parameters, X, Y)",
    ),
    loses=EACH,
)
fool(
    "Returns correct gradients for all.",
    ("only_the_last = np.ones((47, 1))", "only_the_last = right.copy()"),
    ("= -right", "= right"),
    ("right + aside", "right"),
    loses=EACH,
)
