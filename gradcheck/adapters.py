"""Functions of other frameworks in the form that the checks take."""

import inspect
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import numpy as np

Pair = tuple[Callable[..., Any], Callable[..., Any]]


def of_torch(function: Callable[..., Any]) -> Pair:
    """Return ``(f, vjp)`` on numpy arrays, for `check_vjp`, of a function of torch tensors.

    Parameters
    ----------
    function : callable
        Such as ``MyFunction.apply`` of a ``torch.autograd.Function``, a module, or any function
        that torch differentiates. It returns a tensor or a tuple of tensors. The parameters of a
        module are not checked: for that, make them inputs with ``torch.func.functional_call``.

    Examples
    --------
    ``check_vjp(*of_torch(MyFunction.apply), x, w)``
    """
    import torch

    def tensor(value: Any) -> Any:
        return value if value is None or isinstance(value, str) else torch.tensor(value)

    def f(*inputs: Any) -> Any:
        with torch.no_grad():
            output = function(*map(tensor, inputs))
        found = tuple(each.numpy() for each in _tuple(output))
        return found if isinstance(output, tuple) else found[0]

    def vjp(upstream: Any, *inputs: Any) -> tuple[Any, ...]:
        tensors = [tensor(each) for each in inputs]
        floats = [torch.is_tensor(each) and each.is_floating_point() for each in tensors]
        free = [each.requires_grad_() for each, moves in zip(tensors, floats, strict=True) if moves]
        outputs = _tuple(function(*tensors))
        upstreams = [torch.tensor(each) for each in _tuple(upstream)]
        known = [place for place, each in enumerate(outputs) if each.requires_grad]
        # Outputs that depend on nothing, such as indices, have no gradient.
        found = torch.autograd.grad(
            [outputs[place] for place in known],
            free,
            [upstreams[place] for place in known],
            allow_unused=True,  # what is None, `check_vjp` says itself
        )
        gradients = iter([None if each is None else each.numpy() for each in found])
        return tuple(next(gradients) if moves else None for moves in floats)

    # MyFunction.apply takes what MyFunction.forward does after the context, under its names.
    forward = getattr(getattr(function, "__self__", None), "forward", None)
    return _named_like(f, forward or function, skip=1 if forward else 0), vjp


def of_jax(function: Callable[..., Any]) -> Pair:
    """Return ``(f, vjp)`` on numpy arrays, for `check_vjp`, of a function of jax arrays.

    Parameters
    ----------
    function : callable
        Such as one with a ``jax.custom_vjp``. It returns an array or a tuple of arrays. It is
        checked in double precision, which jax allows for as long as it is asked.

    Examples
    --------
    ``check_vjp(*of_jax(my_function), x, w)``
    """
    import jax

    def f(*inputs: Any) -> Any:
        with jax.enable_x64(True):
            return jax.tree.map(np.asarray, function(*jax.tree.map(jax.numpy.asarray, inputs)))

    def vjp(upstream: Any, *inputs: Any) -> tuple[Any, ...]:
        with jax.enable_x64(True):
            output, pull = jax.vjp(function, *jax.tree.map(jax.numpy.asarray, inputs))
            given = [
                up if out.dtype.kind == "f" else np.zeros(out.shape, jax.dtypes.float0)
                for out, up in zip(_tuple(output), _tuple(upstream), strict=True)
            ]
            found = pull(tuple(given) if isinstance(output, tuple) else given[0])
            return tuple(map(np.asarray, found))

    return _named_like(f, function), vjp


def of_scipy(fun: Callable[..., Any]) -> Pair:
    """Return ``(cost, gradient)`` for `check_gradients` of a function that returns both.

    That is what ``scipy.optimize.minimize(fun, x0, jac=True)`` takes. A pair ``fun, jac`` needs
    nothing: ``check_gradients(fun, jac, x0)``.

    Examples
    --------
    >>> import numpy as np
    >>> from gradcheck import check_gradients
    >>> cost, gradient = of_scipy(lambda x: (float(x @ x), 2 * x))
    >>> check_gradients(cost, gradient, np.array([1.0, 2.0])).passed
    True
    """

    def cost(theta: Any) -> Any:
        return fun(theta)[0]

    def gradient(theta: Any) -> Any:
        return fun(theta)[1]

    return cost, gradient


def _tuple(output: Any) -> tuple[Any, ...]:
    return output if isinstance(output, tuple) else (output,)


def _named_like(f: Callable[..., Any], function: Any, skip: int = 0) -> Callable[..., Any]:
    """Give f the name and the parameters of a function, of which a report tells."""
    with suppress(TypeError, ValueError):  # of what has none, such as a function written in C
        signature = inspect.signature(function)
        parameters = [*signature.parameters.values()][skip:]
        f.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
    f.__name__ = getattr(function, "__name__", f.__name__)
    return f
