"""The gradient checks of the frameworks, each asked about a backward pass written by hand.

Each is called as its documentation shows, with its own epsilons and tolerances, in double
precision. Where a function returns a number and no verdict, it is compared with the customary 1e-7.
"""

from importlib.metadata import PackageNotFoundError, version
from inspect import signature

import numpy as np

from benchmarks.gradcheck.ours import Checker
from benchmarks.gradcheck.problem import flat


class Peer(Checker):
    """A checker of another package, which may be missing.

    Attributes
    ----------
    package : str
    """

    package = ""

    @property
    def installed(self):
        """Whether the package is there."""
        try:
            version(self.package)
        except PackageNotFoundError:
            return False
        return True

    def tolerances(self):
        """Return {name: its steps and tolerances in double precision}, as its own code has them."""
        return {}


class Torch(Peer):
    """torch.autograd.gradcheck, slow mode: every entry of the Jacobian."""

    name, package, fast = "torch gradcheck, slow mode", "torch", False

    def tolerances(self):
        from torch.autograd import gradcheck

        return {
            name: signature(gradcheck).parameters[name].default for name in ("eps", "atol", "rtol")
        }

    def check(self, problem, gradients):
        import torch

        torch.set_num_threads(1)
        X, Y = torch.tensor(problem.X), torch.tensor(problem.Y, dtype=torch.float64)
        right, layers = torch.tensor(flat(gradients)), problem.layers

        class Cost(torch.autograd.Function):
            @staticmethod
            def forward(ctx, theta):
                A, start = X, 0
                for n, k in zip(layers[1:], layers, strict=False):
                    W, b = theta[start : start + n * k], theta[start + n * k : start + n * (k + 1)]
                    Z = W.reshape(n, k) @ A + b.reshape(n, 1)
                    A, start = torch.relu(Z), start + n * (k + 1)
                return (torch.nn.functional.softplus(Z) - Y * Z).mean()

            @staticmethod
            def backward(ctx, upstream):
                return upstream * right

        theta = torch.tensor(problem.theta, requires_grad=True)
        return torch.autograd.gradcheck(
            Cost.apply, (theta,), fast_mode=self.fast, raise_exception=False
        )


class TorchFast(Torch):
    """torch.autograd.gradcheck, fast mode: one random projection."""

    name, fast, full = "torch gradcheck, fast mode", True, False

    def passes(self, n):
        return 10


class Jax(Peer):
    """jax.test_util.check_grads: one random projection, in reverse mode."""

    name, package, full = "jax check_grads", "jax", False

    def passes(self, n):
        return 1000  # most of its time is not the network's

    def tolerances(self):
        from jax._src import public_test_util as found  # what jax.test_util shows, and more

        return {"eps": found.EPS, "tol": found.default_gradient_tolerance[np.dtype(float)]}

    def check(self, problem, gradients):
        import jax
        import jax.numpy as jnp
        from jax.test_util import check_grads

        jax.config.update("jax_enable_x64", True)
        X, Y, layers = jnp.asarray(problem.X), jnp.asarray(problem.Y), problem.layers
        right = jnp.asarray(flat(gradients))

        @jax.custom_vjp
        def cost(theta):
            A, start = X, 0
            for n, k in zip(layers[1:], layers, strict=False):
                W, b = theta[start : start + n * k], theta[start + n * k : start + n * (k + 1)]
                Z = W.reshape(n, k) @ A + b.reshape(n, 1)
                A, start = jnp.maximum(Z, 0), start + n * (k + 1)
            return (jnp.logaddexp(Z, 0) - Y * Z).mean()

        cost.defvjp(lambda theta: (cost(theta), None), lambda _, upstream: (upstream * right,))
        try:
            check_grads(cost, (jnp.asarray(problem.theta),), order=1, modes=["rev"])
        except AssertionError:
            return False
        return True


class Autograd(Peer):
    """autograd.test_util.check_grads: one random projection, in reverse mode."""

    name, package, full = "autograd check_grads", "autograd", False

    def passes(self, n):
        return 20

    def tolerances(self):
        from autograd import test_util

        return {"eps": test_util.EPS, "tol": test_util.TOL}

    def check(self, problem, gradients):
        from autograd.extend import defvjp, primitive
        from autograd.test_util import check_grads

        right, cost = flat(gradients), primitive(problem.cost)
        defvjp(cost, lambda answer, theta: lambda upstream: upstream * right)
        try:
            check_grads(cost, modes=["rev"], order=1)(problem.theta)
        except AssertionError:
            return False
        return True


class ScipyCheck(Peer):
    """scipy.optimize.check_grad: forward differences, and the norm of what they are off by."""

    name, package = "scipy check_grad", "scipy"

    def passes(self, n):
        return n

    def tolerances(self):
        from scipy.optimize import check_grad

        return {"epsilon": float(signature(check_grad).parameters["epsilon"].default)}

    def check(self, problem, gradients):
        from scipy.optimize import check_grad

        right = flat(gradients)
        off = check_grad(problem.cost, lambda theta: right, problem.theta)
        return bool(off < 1e-7 * 2 * np.linalg.norm(right))


class ScipyDerivative(Peer):
    """scipy.optimize's approx_derivative with three points: central, with a step of its own."""

    name, package = "scipy approx_derivative", "scipy"

    def gradient(self, problem):
        from scipy.optimize._numdiff import approx_derivative

        return approx_derivative(problem.cost, problem.theta, method="3-point")


class Numdifftools(Peer):
    """numdifftools.Gradient: central differences with many steps, extrapolated."""

    name, package = "numdifftools Gradient", "numdifftools"

    def passes(self, n):
        return 40 * n

    def gradient(self, problem):
        from numdifftools import Gradient

        return Gradient(problem.cost)(problem.theta)


PEERS = (Torch(), TorchFast(), Jax(), Autograd(), ScipyCheck(), ScipyDerivative(), Numdifftools())
