"""If this fails, a layer's mistake is overlooked, or a layer without one is accused."""

from typing import Any

import numpy as np
import pytest

from gradcheck import Report, check_gradients, check_vjp
from tests.gradcheck.layer_bank import BUGS, LAYERS, Layer, LayerBug
from tests.thorough import THOROUGH

layers = pytest.mark.parametrize("layer", LAYERS.values(), ids=list(LAYERS))
bugs = pytest.mark.parametrize("bug", BUGS.values(), ids=list(BUGS))


def test_the_bank_has_twenty_of_each() -> None:
    assert len(LAYERS) >= 20
    assert len(BUGS) >= 20


@layers
def test_a_right_layer_is_not_accused(layer: Layer) -> None:
    for seed in range(3 * THOROUGH):
        rng = np.random.default_rng(seed)
        report = check_vjp(layer.f, layer.vjp, *layer.inputs(rng), rng=rng)
        assert report.verdict == "pass", f"seed {seed}\n{report}"
        passed, _, _ = report.count()
        assert passed == report.found.size, f"seed {seed}\n{report}"


@bugs
def test_a_bug_is_caught(bug: LayerBug) -> None:
    layer = LAYERS[bug.layer]
    for seed in range(3 * THOROUGH):
        rng = np.random.default_rng(seed)
        assert not check_vjp(layer.f, bug.vjp, *layer.inputs(rng), rng=rng).passed, f"seed {seed}"


def under_ones(bug: LayerBug) -> Report:
    """What most people write: the gradients of the sum of all that a layer returns."""
    layer = LAYERS[bug.layer]
    inputs = layer.inputs(np.random.default_rng(0))
    names = [f"input{i}" for i, each in enumerate(inputs) if np.asarray(each).dtype == float]
    returned = bug.vjp(np.ones_like(layer.f(*inputs)), *inputs)
    returned = returned if isinstance(returned, tuple) else (returned,)

    def cost(theta: dict[str, Any]) -> float:
        return float(np.sum(layer.f(*theta.values(), *inputs[len(names) :])))

    gradients = dict(zip(names, returned, strict=False))
    return check_gradients(cost, gradients, dict(zip(names, inputs, strict=False)))


@bugs
def test_an_upstream_of_ones_hides_what_the_bank_says(bug: LayerBug) -> None:
    """That is why the upstream gradient is random."""
    assert under_ones(bug).passed == bug.hides_from_ones
