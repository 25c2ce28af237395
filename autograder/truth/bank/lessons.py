"""Bugs that a comparison of values can't find, or can barely find: for the lessons, never suspects.

Students are never asked for their kinds: "alias" (an array that was passed in is changed), "shape"
(the numbers are correct, but their arrangement is not) and "dtype" (digits are lost).
"""

from autograder.truth.planting import Bug, Edit

BUGS = (
    Bug(
        "dZ3_into_cache",
        ("alias",),
        "dW3",
        (Edit("dZ3", "A3 - Y", "np.subtract(A3, Y, out=A3)"),),
        writes="dZ3 = np.subtract(A3, Y, out=A3)",
        hint="Call it twice with the same cache.",
        why="In-place arithmetic saves an array, and here it overwrites the caller's.",
        suspect=False,
    ),
    Bug(
        "dZ2_into_cache",
        ("alias",),
        "dW2",
        (Edit("dZ2", "ANY * (Z2 > 0)", "np.multiply(ANY, Z2 > 0, out=Z2)"),),
        writes="dZ2 = np.multiply(dA2, Z2 > 0, out=Z2)",
        hint="Compare the cache before and after.",
        why="dZ2 and Z2 have the same shape, so Z2 seems to be free space for dZ2.",
        suspect=False,
    ),
    Bug(
        "db1_flat",
        ("shape",),
        "db1",
        (Edit("db1", "np.sum(ANY, axis=1, keepdims=True)", "np.sum(ANY, axis=1)"),),
        writes="db1 = np.sum(dZ1, axis=1) / m",
        hint="What is the shape of b1 - db1?",
        why="Without keepdims the sum has one axis less, and the update broadcasts to a square.",
        suspect=False,
    ),
    Bug(
        "dW3_flat",
        ("shape",),
        "dW3",
        (Edit("dW3", "np.dot(dZ3, A2.T)", "np.dot(dZ3, A2.T).ravel()"),),
        writes="dW3 = np.dot(dZ3, A2.T).ravel() / m",
        hint="Compare the shapes of the gradients with those of the parameters.",
        why="With a single output unit, a row and a flat array look alike.",
        suspect=False,
    ),
    Bug(
        "dZ3_in_single",
        ("dtype",),
        "dW3",
        (Edit("dZ3", "A3 - Y", "(A3 - Y).astype(np.float32)"),),
        writes="dZ3 = (A3 - Y).astype(np.float32)",
        hint="How small can the difference in a check get, and how small is yours?",
        why="Single precision is enough for training, but not for a check.",
        suspect=False,
    ),
    Bug(
        "dW2_in_half",
        ("dtype",),
        "dW2",
        (Edit("dW2", "np.dot(dZ2, A1.T)", "np.dot(dZ2, A1.T).astype(np.float16)"),),
        writes="dW2 = np.dot(dZ2, A1.T).astype(np.float16) / m",
        hint="To how many digits do the entries of dW2 agree?",
        why="Gradients are rounded to 16 bits before they are sent, and were checked after that.",
        suspect=False,
    ),
)
