"""Checks of single layers: which bugs of a backward pass they see, what they accuse, how fast.

Each check is given a layer's forward pass and its vector-Jacobian product, both in numpy, and calls
them as its own documentation shows, in double precision and with its own tolerances.
"""

import time
from statistics import median

import numpy as np

from benchmarks.gradcheck.peers import Peer
from gradcheck import check_gradients, check_vjp
from tests.gradcheck.layer_bank import BUGS, LAYERS


class Random:
    """check_vjp: a random upstream gradient, every input, entry by entry."""

    name, installed = "check_vjp", True

    def passes(self, f, vjp, inputs, rng):
        """Whether the check calls a layer right."""
        return check_vjp(f, vjp, *inputs, rng=rng).passed


class Ones:
    """check_gradients of the sum of all outputs, as most people write it: an upstream of ones."""

    name, installed = "check_gradients of the sum", True

    def passes(self, f, vjp, inputs, rng):
        """Whether the check calls a layer right."""
        floats, rest = _parted(inputs)
        returned = _tuple(vjp(np.ones_like(f(*inputs)), *inputs))[: len(floats)]
        names = [f"input{place}" for place in range(len(floats))]
        return check_gradients(
            lambda theta: float(np.sum(f(*theta.values(), *rest))),
            dict(zip(names, returned, strict=True)),
            dict(zip(names, floats, strict=True)),
        ).passed


class TorchLayer(Peer):
    """torch.autograd.gradcheck of a torch.autograd.Function, slow mode: the whole Jacobian."""

    name, package, fast = "torch gradcheck, slow mode", "torch", False

    def passes(self, f, vjp, inputs, rng):
        """Whether the check calls a layer right."""
        import torch

        floats, rest = _parted(inputs)

        class Layer(torch.autograd.Function):
            @staticmethod
            def forward(ctx, *tensors):
                ctx.save_for_backward(*tensors)
                return torch.tensor(np.asarray(f(*(each.numpy() for each in tensors), *rest)))

            @staticmethod
            def backward(ctx, upstream):
                given = [each.detach().numpy() for each in ctx.saved_tensors]
                found = _tuple(vjp(upstream.numpy(), *given, *rest))[: len(given)]
                return tuple(torch.tensor(np.asarray(each)) for each in found)

        tensors = [torch.tensor(each, requires_grad=True) for each in floats]
        torch.manual_seed(int(rng.integers(2**31)))
        return torch.autograd.gradcheck(
            Layer.apply, tensors, fast_mode=self.fast, raise_exception=False
        )


class TorchLayerFast(TorchLayer):
    """torch.autograd.gradcheck, fast mode: one random projection."""

    name, fast = "torch gradcheck, fast mode", True


class JaxLayer(Peer):
    """jax.test_util.check_vjp: one random direction, one random upstream gradient."""

    name, package = "jax check_vjp", "jax"

    def passes(self, f, vjp, inputs, rng):
        """Whether the check calls a layer right."""
        import jax
        from jax.test_util import check_vjp as check

        jax.config.update("jax_enable_x64", True)
        floats, rest = _parted(inputs)

        def forward(*given):
            return np.asarray(f(*map(np.asarray, given), *rest))

        def with_pull(*given):
            given = [np.asarray(each) for each in given]

            def pull(u):
                return _tuple(vjp(np.asarray(u), *given, *rest))[: len(given)]

            return forward(*given), pull

        try:
            check(forward, with_pull, floats)
        except AssertionError:
            return False
        return True


CHECKS = (Random(), Ones(), TorchLayer(), TorchLayerFast(), JaxLayer())


def layers(draws):
    """Ask every check about every layer and every bug of the bank.

    Parameters
    ----------
    draws : int
        How many inputs are drawn for each.

    Returns
    -------
    dict
        ``bugs`` and ``layers``, their numbers; ``draws``; and for each check by name the share of
        draws in which a bug was ``caught``, how many bugs were ``seen`` in all draws, the share of
        right layers that were ``accused``, and the median of the ``seconds`` for a right layer.
    """
    checks = [each for each in CHECKS if each.installed]
    hits = {each.name: np.zeros((len(BUGS), draws), bool) for each in checks}
    alarms = {each.name: 0 for each in checks}
    seconds = {each.name: [] for each in checks}
    for draw in range(draws):
        for layer in LAYERS.values():
            inputs = layer.inputs(np.random.default_rng(draw))
            for each in checks:
                began = time.perf_counter()
                right = each.passes(layer.f, layer.vjp, inputs, _other(draw))
                seconds[each.name].append(time.perf_counter() - began)
                alarms[each.name] += not right
        for row, bug in enumerate(BUGS.values()):
            layer = LAYERS[bug.layer]
            inputs = layer.inputs(np.random.default_rng(draw))
            for each in checks:
                passed = each.passes(layer.f, bug.vjp, inputs, _other(draw))
                hits[each.name][row, draw] = not passed
    found = {
        each.name: {
            "caught": float(hits[each.name].mean()),
            "seen": int(hits[each.name].all(axis=1).sum()),
            "accused": alarms[each.name] / draws / len(LAYERS),
            "seconds": median(seconds[each.name]),
        }
        for each in checks
    }
    return {"bugs": len(BUGS), "layers": len(LAYERS), "draws": draws, "checks": found}


def _other(draw):
    """A generator of other numbers than the inputs are."""
    return np.random.default_rng([draw, 1])


def _parted(inputs):
    """The inputs that move, which come first, and the others."""
    moves = [np.asarray(each).dtype.kind == "f" for each in inputs]
    count = sum(moves)
    assert all(moves[:count])
    return tuple(np.asarray(each) for each in inputs[:count]), tuple(inputs[count:])


def _tuple(returned):
    return returned if isinstance(returned, tuple) else (returned,)
