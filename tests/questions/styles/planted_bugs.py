"""If one of these lost a part, students would lose points for their style of writing code."""
# ruff: noqa: F811, F821 (many answers to one question; their names are those of the notebook)

from functools import partial

import numpy as np

from autograder.truth import bugs
from tests.questions.answers import STYLES, Answer, other_words, style

backward = partial(other_words, "planted_bugs", "repaired_backward")
check = partial(other_words, "planted_bugs", "repaired_check")

backward(
    "Divides once, at the top.",
    ("dZ3 = A3 - Y", "dZ3 = (A3 - Y) / m"),
    (".T) / m", ".T)"),
    ("True) / m", "True)"),
)
check(
    "Raises for NaN.",
    ("numerator =", "if np.isnan(grad).any():\n        raise ValueError\n    numerator ="),
)
check(
    "Adds a hundred millionth below the line.",
    ("np.linalg.norm(gradapprox)", "np.linalg.norm(gradapprox) + 1e-8"),
)
check(
    "Works in longdouble.",
    ("    grad =", "    theta = theta.astype(np.longdouble)\n    grad ="),
    ("+= epsilon", "+= np.longdouble(epsilon)"),
)
check(
    "Asks the other way round.",
    ("np.isnan(difference) or difference > 1e-6", "not difference <= 1e-6"),
)
check(
    "Prints the number alone.",
    ('"There is a mistake in the gradients. Difference:", ', ""),
    ('"The gradients agree with the cost. Difference:", ', ""),
)

check(
    "Asks numpy's NaN whether it is itself.", ("np.isnan(difference)", "difference != difference")
)
check(
    "Says nothing of NaN.",
    ("np.isnan(difference) or difference > 1e-6", "difference > 1e-6"),
    ("    else:\n", "    elif difference <= 1e-6:\n"),
)
check(
    "Copies what it has moved, and moves it by two.",
    ("thetaminus = np.copy(theta)", "thetaminus = np.copy(thetaplus)"),
    ("-= epsilon", "-= 2 * epsilon"),
)

MASK, BATCH, LOSS = bugs.OPEN
REPAIRED = {
    MASK: ("    dZ1 = (Z1 > 0) * dA1\n", "(dA1 > 0) * dA1"),
    BATCH: (
        '    gradients["db2"] = 1 / m * np.sum(dZ2, axis=1, keepdims=True)\n',
        "1 / m * np.mean(dZ2, axis=1, keepdims=True)",
    ),
    LOSS: ("    dZ3 = A3 - Y\n", "(A3 - Y) * A3 * (1 - A3)"),
}
"""The statement that is repaired, and what the suspect has in its place."""

IN_ONE_STATEMENT = {
    MASK: [
        "dZ1 = dA1 * (A1 > 0)",
        "dZ1 = np.where(Z1 > 0, np.dot(W2.T, dZ2), np.zeros_like(dA1))",
        "dZ1 = np.dot(W2.T, dZ2) * np.heaviside(Z1, 0.0)",
        "dZ1: np.ndarray = dA1 * (relu(Z1) > 0)",
        "dZ1 = dA1 - dA1 * (Z1 <= 0)",
        "(dZ1) = \\\n        dA1*(Z1>0.)  # back through the ReLU",
    ],
    BATCH: [
        'gradients["db2"] = dZ2 @ np.ones((m, 1)) / m',
        'gradients["db2"] = np.sum(dZ2, axis=1) / m',
        'gradients["db2"] = np.mean(dZ2, axis=1, keepdims=True)',
        "gradients['db2'] = (1. / m) * np.array([[sum(row)] for row in dZ2])",
    ],
    LOSS: [
        "dZ3 = sigmoid(Z3) - Y",
        "dZ3 = A3 * (1 - A3) * ((1 - Y) / (1 - A3) - Y / A3)",
        "dZ3 = np.subtract(A3, Y.reshape(1, -1))",
    ],
}

for suspect, (statement, bug) in REPAIRED.items():
    target = statement.split()[0]
    wrong = f"    {target} = {bug}\n"
    repair = partial(other_words, "planted_bugs", suspect)
    for number, other in enumerate(IN_ONE_STATEMENT[suspect], 1):
        repair(f"Repairs it in another way, {number}.", (statement, f"    {other}\n"))
    repair("Leaves the wrong one, and adds the correct one.", (statement, wrong + statement))
    repair("Leaves the wrong one in a comment.", (statement, f"    # {wrong}" + statement))
    repair(
        "Looks at shapes and norms on the way.",
        (
            statement,
            f"""    before = {bug}
    assert before.size, "nothing there"
    print("before:", before.shape, np.linalg.norm(before))
    for key, each in zip("Xm", (X, m)):
        print(key, np.shape(each))
    if before.ndim == 2:
        assert before.shape[1] in (1, m)
{statement}    norm = np.linalg.norm({target})
    half = norm / 2
    print(f"{{half:.2f}}")
""",
        ),
    )
    repair(
        "Says what it has repaired, and for which types.",
        ("(X, Y, cache):", "(X: np.ndarray, Y: np.ndarray, cache: tuple) -> dict:"),
        ('"""Return the gradients', '\'Repaired.\'\n    """Return the gradients'),
    )
    repair(
        "Writes everything without blanks.",
        (" = ", "="),
        (" * ", "*"),
        ("\n\n", "\n"),
        ("    m=", "    m  =  "),
    )

other_words(
    "planted_bugs",
    BATCH,
    "Repairs it where it returns.",
    ("np.sum(dZ2", "np.mean(dZ2"),
    ("return gradients", 'return gradients | {"db2": gradients["db2"] * m}'),
)
other_words(
    "planted_bugs",
    MASK,
    "Repairs it in a helper that nobody needs.",
    ("def suspect_a(", "def shape(array):\n    return array.shape\n\n\ndef suspect_a("),
    ("    return gradients", "    print(shape(dZ1))\n    return gradients"),
)

SEALED = {name: bugs.by_name(bugs.FIXED_DRAW[name]) for name in bugs.SEALED}
for suspect, bug in SEALED.items():
    for kind in bug.kinds:
        words = {
            name: {"first_wrong": each.first_wrong, "kind": each.kinds[0]}
            for name, each in SEALED.items()
        }
        words[suspect]["kind"] = kind
        tells = f"Calls {suspect} a matter of {kind}."
        STYLES.append(Answer("planted_bugs", "diagnosis", tells, f"diagnosis = {words}"))


case = partial(other_words, "planted_bugs", "killing_case")

case("Has flat labels.", ("[[1, 0]]", "[1, 0]"))
case("Has labels that are true or false.", ("[[1, 0]]", "[[True, False]]"))
case("Has one label for both.", ("[[1, 0]]", "[[0, 0]]"))
case("Has the second example first.", ("return X, Y,", "return X[:, ::-1], Y[:, ::-1],"))
case("Works in single precision.", ("[0.0, 0.0]])", "[0.0, 0.0]], dtype=np.float32)"))
case("Takes 0.1 from 1.1.", ("[[0.2, 0.3]", "[[1.0, 1.1]"), ("(5, 1), 0.5", "(5, 1), -7.5"))
case("Steps from one side of 0 to the other.", ("[[0.2, 0.3]", "[[-0.02, 0.08]"), ("3.0", "0.7"))


@style
def killing_case():
    """Draws until it finds one."""
    for seed in range(10_000):
        X, Y, theta = draw_case(m=2, seed=seed)
        X[:, 1] = X[:, 0]
        X[seed % 4, 1] += 0.1
        _, cache = forward_propagation_n(X, Y, theta)
        clear = min(np.abs(cache[0]).min(), np.abs(cache[4]).min()) > 1e-2
        on = cache[4] > 0
        if clear and np.abs(cache[8]).max() < 5 and (on[:, 0] != on[:, 1]).any():
            found = gradients_to_vector(mutant_backward(X, Y, cache))
            if np.abs(found - numerical_gradient(theta, X, Y)).max() > 0.1:
                return X.astype("f"), Y.ravel().astype("f"), theta


@style
def killing_case():
    """Puts the corner between two examples that it has drawn."""
    X, Y, theta = draw_case(m=2, seed=7)
    X[:, 1] = X[:, 0]
    X[2, 1] -= 0.1
    theta["W1"][:, 2] = 10 * np.sign(theta["W1"][:, 2])
    _, cache = forward_propagation_n(X, Y, theta)
    theta["b2"] -= cache[4].mean(axis=1, keepdims=True)
    return X, Y, theta


@style
def killing_case():
    """Returns lists."""
    X = [[0.2, 0.3], [0, 0], [0, 0], [0, 0]]
    parameters = {key: np.zeros(shape) for key, shape in SHAPES.items()}
    parameters["b1"] += 0.5
    parameters["W1"][0, 0] = 10.0
    parameters["W2"][:, 0] = -1, 1, 1
    parameters["b2"] += [[3.0], [0.5], [0.5]]
    parameters["W3"] += [[1.0, 0.5, -0.5]]
    return [X, [1, 0], {key: array.tolist() for key, array in parameters.items()}]


other_words(
    "planted_bugs",
    "fool_the_checker",
    "Reverses the gradient, which is as long.",
    ("opposite = -right", "opposite = right[::-1]"),
)
other_words(
    "planted_bugs",
    "diagnosis",
    "Writes in capitals, and with spaces.",
    ('"mask"', '"MASK"'),
    ('"dW1"', '" dW1 "'),
    ('"scale"', '"Scale"'),
)


@style
def fool_the_checker(parameters, X, Y):
    """Uses the same wrong gradients for two of them, and says so."""
    right = numerical_gradient(parameters, X, Y)
    direction = np.random.default_rng(0).standard_normal((47, 1))
    lie = direction[::-1] - direction * (direction[::-1] * direction).sum() / (direction**2).sum()
    lie[-1], lie[-2] = 0, lie[-2] + lie[-1] * direction[-1] / direction[-2]
    print("a lie of length", np.linalg.norm(lie))
    gradients = {"d" + key: a for key, a in vector_to_dictionary(right + lie).items()}
    opposite = {"d" + key: a for key, a in vector_to_dictionary(-right).items()}
    return {"checker_a": gradients, "checker_b": opposite, "checker_c": gradients}
