"""The known numbers of the visible checks: drawn here, and packed into two source notebooks.

``python -m tests.visible_cases`` writes them into `source/`; a test compares. They are packed so
that no notebook has to hold a forward or backward pass, which is what students are asked to write.
"""

import base64
import re
import textwrap
from collections.abc import Iterable
from dataclasses import replace

import nbformat
import numpy as np

from autograder.questions.gradients import of_all_sizes
from autograder.truth.cases import Case, live_case, synthetic_cache
from autograder.truth.network import Array, Cache, backward_propagation
from autograder.truth.network_differences import network_gradient
from tests.temporary_course import ROOT

NOTEBOOKS = [ROOT / f"source/{name}/{name}.ipynb" for name in ("n_dimensions", "planted_bugs")]
CELL = "network_cases"
PACKED = re.compile(r'(?<=KNOWN = """\n).*?(?=\n""")', re.DOTALL)
LARGER = (6, 8, 5, 1)
WIDE = 2e-2


def rounded(array: Array) -> Array:
    """The array as it comes out of the packed text."""
    return array.astype(np.float32).astype(float)


def of(X: Array, Y: Array, parameters: dict[str, Array], cache: Cache) -> tuple[list[Array], Cache]:
    """The arrays of a case, and the cache that a notebook makes of its Z."""
    Z1, _, _, _, Z2, _, _, _, Z3, _, _, _ = cache
    Zs = [rounded(Z) for Z in (Z1, Z2, Z3)]
    As = [np.maximum(Zs[0], 0), np.maximum(Zs[1], 0), np.exp(-np.logaddexp(0, -Zs[2]))]
    W1, b1, W2, b2, W3, b3 = parameters.values()
    made = (Zs[0], As[0], W1, b1, Zs[1], As[1], W2, b2, Zs[2], As[2], W3, b3)
    return [X, Y, *parameters.values(), *Zs], made


def cost_and_gradients(X: Array, Y: Array, cache: Cache) -> list[Array]:
    Z3 = cache[8]
    cost = np.mean(np.logaddexp(0, Z3) - Y * Z3)
    gradients = backward_propagation(X, Y, cache)
    order = [f"d{kind}{layer}" for layer in (1, 2, 3) for kind in "Wb"]
    return [np.array([cost]), *(gradients[name] for name in order)]


def first_examples(cache: Cache, n: int) -> Cache:
    """The cache of the first examples of a case."""
    return tuple(each[:, :n] if i % 4 < 2 else each for i, each in enumerate(cache))


def live(case: Case, batches: Iterable[int] = ()) -> tuple[Case, list[Array]]:
    """A live case, rounded, and its numbers; also the results for its first examples."""
    parameters = {key: rounded(each) for key, each in case.parameters.items()}
    case = replace(case, X=rounded(case.X), parameters=parameters)
    found, cache = of(case.X, case.Y, parameters, case.cache)
    for n in (case.m, *batches):
        found += cost_and_gradients(case.X[:, :n], case.Y[:, :n], first_examples(cache, n))
    return case, found


def of_eleven_examples(rng: np.random.Generator) -> Case:
    """A case with gradients of all sizes."""
    while True:
        case = of_all_sizes(rng)
        if case.m == 11:
            return case


def made_up(rng: np.random.Generator, m: int, **how: tuple[int, ...]) -> list[Array]:
    X, Y, cache = synthetic_cache(rng, m=m, **how)
    W1, b1, W2, b2, W3, b3 = (rounded(cache[i]) for i in (2, 3, 6, 7, 10, 11))
    parameters = {"W1": W1, "b1": b1, "W2": W2, "b2": b2, "W3": W3, "b3": b3}
    found, cache = of(rounded(X), Y, parameters, cache)
    return found + cost_and_gradients(rounded(X), Y, cache)


def packed() -> str:
    """All known numbers as text."""
    rng = np.random.default_rng(16)
    first, numbers = live(live_case(rng, 8), (1, 3))
    scaled, more = live(of_eleven_examples(rng))
    numbers += more
    _, more = live(live_case(rng, 4, layers=LARGER))
    numbers += more
    numbers += made_up(rng, 7) + made_up(rng, 5, layers=LARGER)
    for case, epsilon in ((first, WIDE), (scaled, 1e-5)):
        numbers.append(network_gradient(case.parameters, case.X, case.Y, epsilon))
    flat = np.concatenate([np.ravel(each) for each in numbers]).astype("<f4")
    return "\n".join(textwrap.wrap(base64.b64encode(flat.tobytes()).decode(), 96))


def main() -> None:
    """Write the known numbers into the source notebooks."""
    text = packed()
    for path in NOTEBOOKS:
        notebook = nbformat.read(path, as_version=4)
        (cell,) = (cell for cell in notebook.cells if cell.id == CELL)
        cell.source = PACKED.sub(text, cell.source)
        path.write_text(nbformat.writes(notebook) + "\n")


if __name__ == "__main__":
    main()
