"""If one of these kept a part, a student would earn points for the mistake and not hear of it."""
# ruff: noqa: F811 (many answers to one question)

import numpy as np

from tests.questions.answers import mistake


@mistake(loses={"value"})
def relative_difference(a, b):
    """Divides by the larger norm."""
    if np.shape(a) != np.shape(b):
        raise ValueError("shapes")
    size = max(np.linalg.norm(a), np.linalg.norm(b))
    return np.linalg.norm(np.subtract(a, b)) / size if size != 0 else 0.0


@mistake(loses={"value"})
def relative_difference(a, b):
    """Compares the norms only, blind to the sign."""
    if np.shape(a) != np.shape(b):
        raise ValueError("shapes")
    a, b = np.linalg.norm(a), np.linalg.norm(b)
    return abs(a - b) / (a + b) if a + b != 0 else 0.0


@mistake(loses={"value"})
def relative_difference(a, b):
    """Divides by the norm of the sum."""
    if np.shape(a) != np.shape(b):
        raise ValueError("shapes")
    size = np.linalg.norm(np.add(a, b))
    return np.linalg.norm(np.subtract(a, b)) / size if np.any(a) or np.any(b) else 0.0


@mistake(loses={"value"})
def relative_difference(a, b):
    """Takes the largest entry for the norm."""
    if np.shape(a) != np.shape(b):
        raise ValueError("shapes")
    size = np.max(np.abs(a)) + np.max(np.abs(b))
    return np.max(np.abs(np.subtract(a, b))) / size if size != 0 else 0.0


@mistake(loses={"value"})
def relative_difference(a, b):
    """Takes the sum of the entries' sizes for the norm."""
    if np.shape(a) != np.shape(b):
        raise ValueError("shapes")
    size = np.sum(np.abs(a)) + np.sum(np.abs(b))
    return np.sum(np.abs(np.subtract(a, b))) / size if size != 0 else 0.0


@mistake(loses={"value"})
def relative_difference(a, b):
    """Forgets the root in the norm."""
    if np.shape(a) != np.shape(b):
        raise ValueError("shapes")
    size = np.sum(np.square(a)) + np.sum(np.square(b))
    return np.sum(np.square(np.subtract(a, b))) / size if size != 0 else 0.0


@mistake(loses={"value"})
def relative_difference(a, b):
    """Doesn't divide."""
    if np.shape(a) != np.shape(b):
        raise ValueError("shapes")
    return np.linalg.norm(np.subtract(a, b))


@mistake(loses={"value"})
def relative_difference(a, b):
    """Loses the absolute value."""
    if np.shape(a) != np.shape(b):
        raise ValueError("shapes")
    size = np.linalg.norm(a) + np.linalg.norm(b)
    return (np.sum(a) - np.sum(b)) / size if size != 0 else 0.0


@mistake(loses={"value", "edge_cases"})
def relative_difference(a, b):
    """Knows numbers only."""
    return abs(a - b) / (abs(a) + abs(b)) if a or b else 0.0


@mistake(loses={"edge_cases"})
def relative_difference(a, b):
    """Leaves 0/0 unguarded."""
    if np.shape(a) != np.shape(b):
        raise ValueError("shapes")
    return np.linalg.norm(np.subtract(a, b)) / (np.linalg.norm(a) + np.linalg.norm(b))


@mistake(loses={"edge_cases"})
def relative_difference(a, b):
    """Calls 0 against 0 a total disagreement."""
    if np.shape(a) != np.shape(b):
        raise ValueError("shapes")
    size = np.linalg.norm(a) + np.linalg.norm(b)
    return np.linalg.norm(np.subtract(a, b)) / size if size != 0 else 1.0


@mistake(loses={"edge_cases"})
def relative_difference(a, b):
    """Lets NaN fall on the side of agreement."""
    if np.shape(a) != np.shape(b):
        raise ValueError("shapes")
    size = np.linalg.norm(a) + np.linalg.norm(b)
    return np.linalg.norm(np.subtract(a, b)) / size if size > 0 else 0.0


@mistake(loses={"edge_cases"})
def relative_difference(a, b):
    """Counts NaN as zero."""
    if np.shape(a) != np.shape(b):
        raise ValueError("shapes")
    size = np.linalg.norm(a) + np.linalg.norm(b)
    return np.nan_to_num(np.linalg.norm(np.subtract(a, b)) / size)


@mistake(loses={"edge_cases"})
def relative_difference(a, b):
    """Broadcasts (n,) against (n, 1)."""
    a, b = np.asarray(a), np.asarray(b)
    size = np.linalg.norm(a) + np.linalg.norm(b)
    return np.linalg.norm(a - b) / size if size != 0 else 0.0


@mistake(loses={"edge_cases"})
def relative_difference(a, b):
    """Flattens what doesn't fit."""
    a, b = np.ravel(a), np.ravel(b)
    size = np.linalg.norm(a) + np.linalg.norm(b)
    return np.linalg.norm(a - b) / size if size != 0 else 0.0


@mistake(loses={"edge_cases"})
def relative_difference(a, b):
    """Complains about shapes with an assertion."""
    assert np.shape(a) == np.shape(b)
    size = np.linalg.norm(a) + np.linalg.norm(b)
    return np.linalg.norm(np.subtract(a, b)) / size if size != 0 else 0.0


@mistake(loses={"value"})
def relative_difference(a, b):
    """Calls it 0 if they are close."""
    if np.shape(a) != np.shape(b):
        raise ValueError("shapes")
    if np.allclose(a, b):
        return 0.0
    return np.linalg.norm(np.subtract(a, b)) / (np.linalg.norm(a) + np.linalg.norm(b))


@mistake(loses={"value"})
def relative_difference(a, b):
    """Calls it 0 if they are close, to the last digits but one."""
    if np.shape(a) != np.shape(b):
        raise ValueError("shapes")
    if np.allclose(a, b, rtol=1e-8, atol=0):
        return 0.0
    return np.linalg.norm(np.subtract(a, b)) / (np.linalg.norm(a) + np.linalg.norm(b))


@mistake(loses={"value"})
def relative_difference(a, b):
    """Rounds to eight digits."""
    if np.shape(a) != np.shape(b):
        raise ValueError("shapes")
    size = np.linalg.norm(a) + np.linalg.norm(b)
    return round(np.linalg.norm(np.subtract(a, b)) / size, 8) if size != 0 else 0.0


@mistake(loses={"value"})
def relative_difference(a, b):
    """Works in float32."""
    if np.shape(a) != np.shape(b):
        raise ValueError("shapes")
    a, b = np.float32(a), np.float32(b)
    size = np.linalg.norm(a) + np.linalg.norm(b)
    return np.linalg.norm(a - b) / size if size != 0 else 0.0


@mistake(loses={"value"})
def relative_difference(a, b):
    """Keeps the sign of numbers."""
    if np.shape(a) != np.shape(b):
        raise ValueError("shapes")
    if np.ndim(a) == 0:
        return (a - b) / (abs(a) + abs(b)) if a != 0 or b != 0 else 0.0
    size = np.linalg.norm(a) + np.linalg.norm(b)
    return np.linalg.norm(a - b) / size if size != 0 else 0.0


@mistake(loses={"value"})
def relative_difference(a, b):
    """Takes the largest difference of an entry."""
    if np.shape(a) != np.shape(b):
        raise ValueError("shapes")
    a, b = np.atleast_1d(a), np.atleast_1d(b)
    size = np.abs(a) + np.abs(b)
    return np.max(np.abs(a - b) / size) if np.all(size != 0) else 0.0


@mistake(loses={"edge_cases"})
def relative_difference(a, b):
    """Counts NaN in what it is given as zero."""
    if np.shape(a) != np.shape(b):
        raise ValueError("shapes")
    a, b = np.nan_to_num(a), np.nan_to_num(b)
    size = np.linalg.norm(a) + np.linalg.norm(b)
    return np.linalg.norm(a - b) / size if size != 0 else 0.0


@mistake(loses={"edge_cases"})
def relative_difference(a, b):
    """Leaves NaN out of the norms."""
    if np.shape(a) != np.shape(b):
        raise ValueError("shapes")

    def norm(v):
        return np.sqrt(np.nansum(np.square(v)))

    size = norm(a) + norm(b)
    return norm(np.subtract(a, b)) / size if size != 0 else 0.0


@mistake(loses={"edge_cases"})
def relative_difference(a, b):
    """Finds that NaN equals NaN."""
    if np.shape(a) != np.shape(b):
        raise ValueError("shapes")
    if np.array_equal(a, b, equal_nan=True):
        return 0.0
    return np.linalg.norm(np.subtract(a, b)) / (np.linalg.norm(a) + np.linalg.norm(b))
