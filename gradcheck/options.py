"""What a caller may ask for: tolerances, a part of the parameters, and news of the progress."""

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from gradcheck.drawing import generator
from gradcheck.parameters import Integers, Parameters

Progress = Callable[[int, int], object] | bool | None
"""A function that is told how many parameters are done, and of how many; True for a bar."""


def tolerance(rtol: Any, usual: float) -> float:
    """Return how far apart, as a share of the larger, a gradient and a derivative may be.

    Parameters
    ----------
    rtol : float or None
        What the caller asks for.
    usual : float

    Raises
    ------
    ValueError
        If it is not a number from 0 to 1.
    """
    if rtol is None:
        return usual
    if not _is_number(rtol) or not 0 <= rtol < 1:
        raise ValueError(f"rtol is {rtol!r}; it must be a number from 0 to 1, such as 1e-5")
    return float(rtol)


def known_noise(noise: Any, base: float) -> float:
    """Return how far a cost may be off, in its own units.

    Parameters
    ----------
    noise : float or (float, float)
        In units of the cost; or that, and a share of the cost.
    base : float
        The cost.

    Raises
    ------
    ValueError
        If these are not numbers from 0 up.
    """
    pair = noise if isinstance(noise, tuple | list) else (noise, 0.0)
    if len(pair) != 2 or not all(_is_number(each) and 0 <= each < math.inf for each in pair):
        raise ValueError(
            f"noise is {noise!r}; it must be how far the cost may be off, such as 1e-6, or a pair "
            "(absolute, share of the cost)"
        )
    return float(pair[0] + pair[1] * abs(base))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | np.number) and not isinstance(value, bool)


def drawn(
    parameters: Parameters, most: Any, share: Any, rng: np.random.Generator | None
) -> Integers | None:
    """Draw the parameters to check, or return None for all of them.

    Parameters
    ----------
    parameters : Parameters
    most : int or None
        At most so many.
    share : float or None
        So large a share of them.
    rng : numpy.random.Generator or None
        By default one with a seed of its own.

    Returns
    -------
    ndarray of int, shape (k,), or None
        Their places, ascending: at least one of each array, if that is not more than `most`.

    Raises
    ------
    ValueError
        If `most` is not a whole number from 1 up, `share` not between 0 and 1, or `rng` not a
        generator.
    """
    if most is None and share is None and rng is None:  # as in most checks
        return None
    n = parameters.vector.size
    if most is not None and (not isinstance(most, int | np.integer) or most < 1):
        raise ValueError(f"max_parameters is {most!r}; it must be a whole number, at least one")
    if share is not None and not (_is_number(share) and 0 < share <= 1):
        raise ValueError(f"sample is {share!r}; it must be a share of the parameters, up to 1")
    if rng is not None:
        generator(rng)  # is it one?
    wanted = min(n if most is None else int(most), n if share is None else math.ceil(share * n))
    if wanted == n:
        return None
    order = generator(rng).permutation(n)
    array_of = np.repeat(np.arange(len(parameters.shapes)), [*map(math.prod, parameters.shapes)])
    # The first of each array in this order comes first, then the others.
    _, firsts = np.unique(array_of[order], return_index=True)
    rest = np.ones(n, bool)
    rest[firsts] = False
    return np.sort(np.concatenate([order[firsts], order[rest]])[:wanted])


@contextmanager
def shown(progress: Progress) -> Iterator[Callable[[int, int], object]]:
    """Give what to call after every parameter, for as long as they are checked.

    Parameters
    ----------
    progress : callable, bool or None
        True shows a bar of `tqdm` or of `rich`, whichever is there; without both, nothing.
    """
    if progress is None or progress is False:
        yield lambda done, of: None
    elif progress is True:
        with _bar() as told:
            yield told
    elif callable(progress):
        yield progress
    else:
        raise ValueError(f"progress is a {type(progress).__name__}, not a function or True")


@contextmanager
def _bar() -> Iterator[Callable[[int, int], object]]:
    try:
        from tqdm.auto import tqdm
    except ImportError:
        pass
    else:
        with tqdm(desc="checking gradients", unit="parameter") as bar:

            def to_tqdm(done: int, of: int) -> None:
                bar.total = of
                bar.update(done - bar.n)

            yield to_tqdm
        return
    try:
        from rich.progress import Progress as Bars
    except ImportError:
        yield lambda done, of: None
        return
    with Bars(transient=True) as bars:
        task = bars.add_task("checking gradients", total=None)
        yield lambda done, of: bars.update(task, completed=done, total=of)
