"""If this fails, a layer's mistake is overlooked, or a layer without one is accused."""

from typing import Any

import numpy as np
import pytest

from gradcheck import Report, check_gradients, check_vjp
from tests.gradcheck.layer_bank import BUGS, LAYERS, Layer, LayerBug
from tests.temporary_course import ROOT
from tests.thorough import THOROUGH

layers = pytest.mark.parametrize("layer", LAYERS.values(), ids=list(LAYERS))
bugs = pytest.mark.parametrize("bug", BUGS.values(), ids=list(BUGS))


def test_the_bank_is_as_the_readme_says() -> None:
    hidden = sum(bug.hides_from_ones for bug in BUGS.values())
    said = f"Of {len(BUGS)} classic bugs in {len(LAYERS)} layers"
    text = " ".join((ROOT / "gradcheck" / "README.md").read_text().split())
    assert said in text
    assert ("ones hide six" in text) == (hidden == 6)
    assert len(LAYERS) >= 20


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


@bugs
def test_the_upstream_gradient_is_not_what_the_caller_drew_as_inputs(bug: LayerBug) -> None:
    """A bug that looks at the sign of its upstream gradient hides where that is the input."""
    layer = LAYERS[bug.layer]
    assert not check_vjp(layer.f, bug.vjp, *layer.inputs(np.random.default_rng(0))).passed


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


# What is refused, and how it is called.


def scale(x: Any, gamma: Any) -> Any:
    return gamma * x


def scale_vjp(u: Any, x: Any, gamma: Any) -> Any:
    return gamma * u, np.sum(u * x, axis=0)


X, GAMMA = np.arange(6.0).reshape(2, 3) + 1, np.array([0.5, 1.0, 2.0])


def test_gradients_are_called_after_the_parameters_of_f() -> None:
    assert check_vjp(scale, scale_vjp, X, GAMMA).names == ("dx", "dgamma")
    report = check_vjp(lambda *inputs: scale(*inputs), scale_vjp, X, GAMMA)
    assert report.names == ("dinput0", "dinput1")
    assert check_vjp(np.tanh, lambda u, x: u / np.cosh(x) ** 2, X).passed


def test_the_cost_is_found_in_the_report() -> None:
    report = check_vjp(scale, lambda *given: (scale_vjp(*given)[0], np.ones(3)), X, GAMMA)
    assert report.count("dx") == (6, 0, 0)
    assert report.count("dgamma") == (0, 3, 0)


def test_numbers_lists_and_outputs_in_a_tuple() -> None:
    def both(x: Any, factor: Any) -> Any:
        return factor * x, x.argmax(), np.sin(x)

    def both_vjp(u: Any, x: Any, factor: Any) -> Any:
        assert u[1].dtype.kind == "i"
        return factor * u[0] + u[2] * np.cos(x), np.sum(u[0] * x)

    assert check_vjp(both, both_vjp, [1.0, 2.0], 0.5).passed
    wrong = lambda u, x, factor: (factor * u[0] + u[2], np.sum(u[0] * x))  # noqa: E731
    assert not check_vjp(both, wrong, [1.0, 2.0], 0.5).passed


def test_options_are_those_of_the_check() -> None:
    told: list[tuple[int, int]] = []
    report = check_vjp(
        scale, scale_vjp, X, GAMMA, max_parameters=4, progress=lambda *news: told.append(news)
    )
    assert report.passed
    assert told[-1] == (4, 4)


def test_constants_need_no_gradient() -> None:
    def take(x: Any, places: Any, mask: Any, mode: Any, nothing: Any) -> Any:
        return x[places] * mask

    def take_vjp(u: Any, x: Any, places: Any, mask: Any, *_: Any) -> Any:
        dx = np.zeros_like(x)
        np.add.at(dx, places, u * mask)
        return dx

    constants = [1, 1, 0], np.array([True, False, True]), "clip", None
    x = np.array([1.0, 2.0])
    assert check_vjp(take, take_vjp, x, *constants).passed
    assert check_vjp(take, lambda *given: (take_vjp(*given),), x, *constants).passed
    with_none = lambda *given: (take_vjp(*given), None, None, None, None)  # noqa: E731
    assert check_vjp(take, with_none, x, *constants).passed


def test_single_precision_is_known_by_what_f_returns() -> None:
    def rough(x: Any) -> Any:
        return np.sin(np.asarray(x, np.float32))

    with pytest.warns(UserWarning, match="single precision"):
        assert check_vjp(rough, lambda u, x: u * np.cos(x), X).passed
    with pytest.warns(UserWarning, match="single precision"):
        assert not check_vjp(rough, lambda u, x: u * x, X).passed


def changes(x: Any, gamma: Any) -> Any:
    x *= gamma
    return x


def changes_upstream(u: Any, x: Any, gamma: Any) -> Any:
    u *= 1.5
    return scale_vjp(u, x, gamma)


DRAWS = np.random.default_rng(0)


def draws(x: Any, gamma: Any) -> Any:
    return gamma * x * DRAWS.random(3)


@pytest.mark.parametrize(
    ("f", "vjp", "inputs", "said"),
    [
        (scale, lambda u, x, gamma: gamma * u, (X, GAMMA), r"\(x, gamma\), 2 in all, but .* 1"),
        (
            scale,
            lambda *given: (*scale_vjp(*given), 0.0),
            (X, GAMMA),
            "2 in all, but it returned 3",
        ),
        (scale, lambda u, x, gamma: (gamma * u, None), (X, GAMMA), "returned None for gamma"),
        (scale, lambda u, x, gamma: (gamma * u, u), (X, GAMMA), r"\(2, 3\) for gamma, .* \(3,\)"),
        (lambda x: x > 0, lambda u, x: u, (X,), "f returned no floats, only bool"),
        (lambda x: 1j * x, lambda u, x: u, (X,), "f returned complex128 entries"),
        (lambda x: None, lambda u, x: u, (X,), "f returned object entries"),
        (lambda x: x * np.inf, lambda u, x: u, (X,), "f returned NaN or infinity"),
        (changes, scale_vjp, (X, GAMMA), "changes changes its argument 0"),
        (scale, changes_upstream, (X, GAMMA), "changes_upstream changes its argument 0"),
        (draws, scale_vjp, (X, GAMMA), "draws is random"),
        (scale, scale_vjp, (), "scale has no inputs"),
        (scale, scale_vjp, (1, 2), "all inputs of scale are constants"),
        (scale, scale_vjp, (X, {"a": GAMMA}), "gamma is not an array, but of type dict"),
        (scale, scale_vjp, (X, [[1.0], [1.0, 2.0]]), "gamma is not an array"),
        (scale, scale_vjp, (X, GAMMA + 1j), "gamma holds complex128 entries"),
        (scale, 3, (X, GAMMA), "vjp is not a function, but of type int"),
        (3, scale_vjp, (X, GAMMA), "f is not a function, but of type int"),
    ],
)
def test_what_can_not_be_checked_is_refused(f: Any, vjp: Any, inputs: Any, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        check_vjp(f, vjp, *inputs)


def test_the_generator_is_one() -> None:
    with pytest.raises(ValueError, match="Generator"):
        check_vjp(scale, scale_vjp, X, GAMMA, rng=3)  # type: ignore[arg-type]
