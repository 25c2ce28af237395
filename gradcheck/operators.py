"""Linear operators and their adjoints: the dot-product test <A x, y> = <x, At y>."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck.drawing import generator
from gradcheck.result import Result

Array = npt.NDArray[Any]
Apply = Callable[[Array], Array]

LINEAR, LINEAR_SINGLE = 1e-6, 1e-2
"""How far from linear, as a share of what comes out, an operator may be because of round-off, or
because it solves something to a tolerance. In double and in single precision."""

POOR, POOR_SINGLE = 1e-3, 1e-1
"""An error bar larger than this share of |A x| shows nothing."""

SPREADS = 5
"""The product of an error vector d and y, which is normal and knows nothing of d, is normal with
standard deviation |d|: it is beyond five of these once in two million times."""

MORE = 128
"""How much more than what is seen of the round-off it may be: a solver's factors, once rounded, are
as linear as the correct ones."""

FEW = 16
"""Operators that take fewer numbers are expected to round as often as one that takes so many."""


@dataclass(frozen=True, repr=False)
class Adjoint(Result):
    """The result of a dot-product test.

    Attributes
    ----------
    verdict : str
        "pass"; "fail" if the two products differ by more than the error bar, or if A or At is not
        linear; "inconclusive" if round-off hides everything, or if A and At are 0.
    forward, backward : complex or float
        <A x, y> and <x, At y> of the trial in which they differ most. With complex numbers, the
        first vector is conjugated.
    error : float
        How far apart round-off may take them.
    trials : int
    reason : str
        Why it is not "pass"; else "".
    """

    verdict: str
    forward: Any
    backward: Any
    error: float
    trials: int
    reason: str

    @property
    def passed(self) -> bool:
        """Whether At is the adjoint of A."""
        return self.verdict == "pass"

    def __str__(self) -> str:
        numbers = f"<A x, y> = {self.forward:.10g}, <x, At y> = {self.backward:.10g}"
        off = f"they differ by {abs(self.forward - self.backward):.1g}, error bar {self.error:.1g}"
        said = {
            "pass": f"At is the adjoint of A in {self.trials} random trials",
            "fail": "At is NOT the adjoint of A",
            "inconclusive": "It can't be decided whether At is the adjoint of A",
        }[self.verdict]
        if self.reason:  # other than that the products differ
            return f"{said}: {self.reason}"
        return f"{said}\n{numbers}: {off}"


def check_adjoint(
    A: Any,
    At: Any,
    x: Any = None,
    y: Any = None,
    rng: np.random.Generator | None = None,
    trials: int = 5,
    rtol: float = 0.0,
) -> Adjoint:
    """Check that one linear operator is the adjoint (the transpose) of another.

    Both have to be linear, which is tried first. Then <A x, y> and <x, At y> are compared for
    random x and y: if At is not the adjoint, they differ with probability 1.

    Parameters
    ----------
    A, At : callable, matrix, or object with ``@`` or ``matvec``
        The operator and its supposed adjoint: ``A(x)`` or ``A @ x``.
    x, y : ndarray or tuple of int, optional
        What A takes and returns: an example, of which only the shape and the precision matter, or a
        shape. A complex example asks for an operator that is linear in complex numbers. One of the
        two is enough, or none if A or At has a ``shape``.
    rng : numpy.random.Generator, optional
        Draws the vectors; by default one with a fixed seed.
    trials : int
        How many pairs are drawn.
    rtol : float
        How far apart, as a share of |A x|, the two may be in addition to the error bar: for
        operators that solve something to a tolerance.

    Returns
    -------
    Adjoint

    Raises
    ------
    ValueError
        If shapes don't fit, or can't be known; if an operator changes what it is given, is random,
        or returns something that is not finite or not a number.

    Notes
    -----
    The error bar is five standard deviations of <d, y>, where d is the round-off of A x. Its size
    is taken from what is seen in the test of linearity, times 128, and is at least n^(1/2) u |A x|,
    the probabilistic bound for sums of n terms (Higham and Mary, 2019, doi:10.1137/18M1226312; the
    bound that always holds has n in place of its root: Higham, Accuracy and Stability of Numerical
    Algorithms, 2002, section 3.1). The same holds for At. The products themselves are computed
    with long doubles. For every trial, each of the two is called five times.

    Examples
    --------
    >>> import numpy as np
    >>> def difference(x):
    ...     return x[1:] - x[:-1]
    >>> def its_adjoint(y):
    ...     return np.concatenate([-y[:1], y[:-1] - y[1:], y[-1:]])
    >>> check_adjoint(difference, its_adjoint, x=(6,)).passed
    True
    >>> print(check_adjoint(difference, lambda y: its_adjoint(-y), x=(6,)))  # doctest: +ELLIPSIS
    At is NOT the adjoint of A
    <A x, y> = ..., <x, At y> = ...: they differ by ..., error bar ...
    """
    if not isinstance(trials, int | np.integer) or trials < 1:
        raise ValueError(f"trials is {trials}; it must be a whole number, at least one")
    rng = generator(rng)
    forward, backward = _Operator(A, "A"), _Operator(At, "At")
    x, y = _examples(forward, backward, _example(x, "x"), _example(y, "y"), rng)
    forward.takes, forward.gives = x, y
    backward.takes, backward.gives = y, x
    seen = [_nonlinearity(each, rng, trials) for each in (forward, backward)]
    single = forward.single or backward.single or _single(x) or _single(y)
    limit = LINEAR_SINGLE if single else LINEAR
    found = [_trial(forward, backward, seen, single, rng) for _ in range(trials)]
    product, other, error, size = max(
        found, key=lambda each: abs(each[0] - each[1]) - each[2] - rtol * each[3]
    )
    reasons = [
        f"{each.name} is not linear. {each.name}(a u + b v) differs from a {each.name}(u) + "
        f"b {each.name}(v) by {share:.1g} of it"
        for each, share in zip((forward, backward), seen, strict=True)
        if share > limit
    ]
    off = abs(product - other)
    if reasons:
        verdict = "fail"
    elif not size:
        verdict, reasons = "inconclusive", ["both are 0 whatever they are given"]
    elif off > error + rtol * size:
        verdict = "fail"
    elif error > (POOR_SINGLE if single else POOR) * size:
        verdict, reasons = "inconclusive", ["round-off hides too much"]
    else:
        verdict = "pass"
    return Adjoint(verdict, product, other, error, trials, "; ".join(reasons))


class _Operator:
    """An operator as a function of arrays, whose answers are looked at."""

    takes: Array
    gives: Array
    single = False

    def __init__(self, given: Any, name: str) -> None:
        self.name = name
        self.shape = getattr(given, "shape", None)
        self.dtype = getattr(given, "dtype", None)
        if hasattr(given, "__matmul__"):
            self._apply: Apply = lambda v: given @ v
        elif hasattr(given, "matvec"):
            self._apply = given.matvec
        elif callable(given):
            self._apply = given
        else:
            what = type(given).__name__
            raise ValueError(f"{name} is a {what}: neither a function nor a matrix nor an operator")

    def __call__(self, v: Array) -> Array:
        place = v.copy()
        found = np.array(self._apply(place))  # a copy, for an operator that uses its memory again
        if place.tobytes() != v.tobytes():
            raise ValueError(f"{self.name} changes its input: let it work on a copy")
        if found.dtype.kind not in "fciu":
            raise ValueError(f"{self.name} returned {found.dtype} entries, not numbers")
        if not np.isfinite(found).all():
            raise ValueError(f"{self.name} returned NaN or infinity")
        self.single = self.single or _single(found)
        if hasattr(self, "gives") and found.shape != self.gives.shape:
            other = "y" if self.name == "A" else "x"
            raise ValueError(
                f"{self.name} returned shape {found.shape}, but {other} has {self.gives.shape}"
            )
        return found


def _example(given: Any, name: str) -> Array | None:
    """An array of the shape and precision that is asked for; None if it is left open."""
    if given is None:
        return None
    if isinstance(given, int | np.integer):
        given = (int(given),)
    if isinstance(given, tuple) and all(isinstance(each, int | np.integer) for each in given):
        given = np.zeros(given)
    array = np.asarray(given)
    if array.dtype.kind in "iub":
        array = array.astype(float)
    if array.dtype.kind not in "fc":
        raise ValueError(f"{name} holds {array.dtype} entries, not numbers")
    if array.dtype == np.float16:
        raise ValueError(f"{name} is in half precision, too coarse to check: use float64")
    if not array.size:
        raise ValueError(f"{name} is empty, of shape {array.shape}: nothing to check")
    return array


def _examples(
    forward: _Operator,
    backward: _Operator,
    x: Array | None,
    y: Array | None,
    rng: np.random.Generator,
) -> tuple[Array, Array]:
    """Both examples; what is missing comes from a shape, or from what an operator returns."""
    if x is None:
        x = (
            _from_shapes(forward, backward)
            if y is None
            else _of_answer(backward(_drawn(y, rng)), y)
        )
    if y is None:
        y = _of_answer(forward(_drawn(x, rng)), x)
    return x, y


def _from_shapes(forward: _Operator, backward: _Operator) -> Array:
    """An example of what A takes: as many numbers as it has columns, or as At has rows."""
    for operator, axis in ((forward, 1), (backward, 0)):
        if isinstance(operator.shape, tuple) and len(operator.shape) == 2:
            return np.zeros(operator.shape[axis], np.result_type(operator.dtype or 0.0, np.float32))
    raise ValueError("nothing says what A takes: give an example or a shape, x=(100,)")


def _of_answer(found: Array, given: Array) -> Array:
    """An example like an operator's answer; whole numbers are given in the precision it took."""
    if not found.size:
        raise ValueError("an operator returned an empty array: nothing to check")
    return found if found.dtype.kind in "fc" else found.astype(given.dtype)


def _drawn(like: Array, rng: np.random.Generator) -> Array:
    """Normal numbers of the same shape and precision; complex ones have both parts."""
    drawn: Array = np.asarray(rng.standard_normal(like.shape))
    if np.iscomplexobj(like):
        drawn = drawn + 1j * rng.standard_normal(like.shape)
    return drawn.astype(like.dtype)


def _single(v: Array) -> bool:
    """Whether an array is in single precision, real or complex."""
    return v.dtype in (np.float32, np.complex64)


def _norm(v: Array) -> float:
    return float(np.linalg.norm(v.ravel().astype(complex if np.iscomplexobj(v) else float)))


def _nonlinearity(operator: _Operator, rng: np.random.Generator, trials: int) -> float:
    """How far from linear it is, as a share of what it returns: the worst of some trials."""
    worst = 0.0
    for _ in range(trials):
        u, v = _drawn(operator.takes, rng), _drawn(operator.takes, rng)
        # An operator between real and complex numbers is linear in real numbers only.
        both = np.iscomplexobj(operator.takes) and np.iscomplexobj(operator.gives)
        factor = operator.takes.ravel()[:1] if both else operator.takes.ravel()[:1].real
        a, b = (_drawn(factor, rng)[0] for _ in range(2))
        of_u, of_v = operator(u), operator(v)
        if _norm(operator(u) - of_u):
            raise ValueError(f"{operator.name} is random: it returns something else each time")
        parts = [a * of_u, b * of_v]
        size = sum(map(_norm, parts))
        off = _norm(operator(a * u + b * v) - parts[0] - parts[1])
        worst = max(worst, off / size if size else float(off > 0))
    return worst


def _trial(
    forward: _Operator,
    backward: _Operator,
    seen: list[float],
    single: bool,
    rng: np.random.Generator,
) -> tuple[Any, Any, float, float]:
    """<A x, y> and <x, At y> for a random pair, the error bar, and the size of both."""
    x, y = _drawn(forward.takes, rng), _drawn(forward.gives, rng)
    Ax, Aty = forward(x), backward(y)
    product, first = _dot(Ax, y)
    other, second = _dot(x, Aty)
    if any(not np.iscomplexobj(v) and not np.iscomplexobj(w) for v, w in ((x, Aty), (Ax, y))):
        # Linear in real numbers only, such as the Fourier transform of a real signal.
        product, other = product.real, other.real
    unit = float(np.finfo(np.float32 if single else float).eps) / 2
    spreads = [
        max(MORE * share, max(terms, FEW) ** 0.5 * unit) * _norm(found)
        for share, terms, found in zip(seen, (x.size, y.size), (Ax, Aty), strict=True)
    ]
    return product, other, SPREADS * sum(spreads) + first + second, max(_norm(Ax), _norm(Aty))


def _dot(a: Array, b: Array) -> tuple[Any, float]:
    """The product <a, b>, summed with long doubles, and a bound on its own round-off."""
    wide = np.clongdouble if np.iscomplexobj(a) or np.iscomplexobj(b) else np.longdouble
    terms = np.conj(a).astype(wide).ravel() * b.astype(wide).ravel()
    unit = float(np.finfo(np.longdouble).eps)
    found = complex(terms.sum()) if wide is np.clongdouble else float(terms.sum())
    return found, 4 * terms.size * unit * float(np.abs(terms).sum()) + 2.0**-52 * abs(found)
