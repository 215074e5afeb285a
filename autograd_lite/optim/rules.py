"""The update rules. A step gives each parameter a new array; what it held before is untouched.

The moments are the optimizer's own and are written in place, as is the new array until it is
handed over; PIECE entries at a time, so that all of a rule's operations find them in the
processor's cache.
"""

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd_lite.core.tensor import Tensor

Array = NDArray[Any]
PIECE = 65536


class Optimizer:
    """What the rules share: the parameters, and one moment buffer per name and parameter."""

    moments: tuple[str, ...] = ()

    def __init__(self, params: Iterable[Tensor], lr: float) -> None:
        self.params = list(params)
        if not self.params:
            raise ValueError(f"{type(self).__name__}: there are no parameters to optimize.")
        for p in self.params:
            if not isinstance(p, Tensor) or not p.is_leaf:
                raise TypeError(f"{type(self).__name__}: parameters are leaf tensors; found {p!r}.")
        if lr <= 0:
            raise ValueError(f"{type(self).__name__}: the rate lr must be positive; found {lr}.")
        self.lr = lr
        self.steps = 0
        self.nodes = [p.node for p in self.params if p.node is not None]
        self.dtypes = {p.dtype for p in self.params}
        self.state = [
            {name: np.zeros(p.shape, p.dtype) for name in self.moments} for p in self.params
        ]

        self.buffers = [tuple(state.values()) for state in self.state]

    def zero_grad(self) -> None:
        """Forget the gradients, before the next ones are added up."""
        for node in self.nodes:
            node.grad = None

    def step(self) -> None:
        """Move every parameter that has a gradient."""
        self.steps += 1
        numbers = self.constants()
        # NumPy is faster with an array of no dimensions than with a Python number.
        constants = {dtype: [np.array(c, dtype) for c in numbers] for dtype in self.dtypes}
        for p, node, state in zip(self.params, self.nodes, self.buffers):
            if node.grad is not None:
                new = np.empty(node.shape, node.dtype)
                arrays = (new, p._value, node.grad, *state)
                if new.size <= PIECE:
                    self.update(*arrays, *constants[node.dtype])
                else:
                    in_pieces(self.update, arrays, constants[node.dtype])
                p._value = new

    def constants(self) -> tuple[float, ...]:
        """The numbers that all parameters share in this step."""
        raise NotImplementedError

    def update(self, new: Array, p: Array, g: Array, *moments_then_constants: Any) -> None:
        """Write the new value of (a piece of) a parameter into `new`, and the new moments."""
        raise NotImplementedError


def in_pieces(
    update: Callable[..., None], arrays: tuple[Array, ...], constants: list[Array]
) -> None:
    """update(*arrays, *constants), a piece at a time."""
    rows = [array.reshape(-1) for array in arrays]
    for start in range(0, rows[0].size, PIECE):
        update(*[row[start : start + PIECE] for row in rows], *constants)


class SGD(Optimizer):
    """p <- p - lr * g; with momentum, v <- momentum * v + g takes the place of g.

    `weight_decay` adds weight_decay * p to the gradient.
    """

    def __init__(
        self,
        params: Iterable[Tensor],
        lr: float = 1e-3,
        momentum: float = 0.0,
        weight_decay: float = 0.0,
    ) -> None:
        self.moments = ("momentum",) if momentum else ()
        super().__init__(params, lr)
        self.momentum = momentum
        self.weight_decay = weight_decay

    def constants(self) -> tuple[float, ...]:
        return -self.lr, self.weight_decay, self.momentum

    def update(self, new: Array, p: Array, g: Array, *rest: Any) -> None:
        if self.momentum:
            v, descent, decay, momentum = rest
        else:
            descent, decay, momentum = rest
        if self.weight_decay:
            g = g + decay * p
        if self.momentum:
            v *= momentum
            v += g
            g = v
        np.multiply(g, descent, out=new)
        new += p


class RMSProp(Optimizer):
    """s <- alpha * s + (1 - alpha) * g**2; p <- p - lr * g / (sqrt(s) + eps).

    Tieleman and Hinton: lecture 6.5 of Neural Networks for Machine Learning (2012).
    """

    moments = ("square",)

    def __init__(
        self, params: Iterable[Tensor], lr: float = 1e-2, alpha: float = 0.99, eps: float = 1e-8
    ) -> None:
        super().__init__(params, lr)
        self.alpha, self.eps = alpha, eps

    def constants(self) -> tuple[float, ...]:
        return -self.lr, self.alpha, 1 - self.alpha, self.eps

    def update(self, new: Array, p: Array, g: Array, *rest: Any) -> None:
        s, descent, alpha, rest_of_alpha, eps = rest
        np.multiply(g, g, out=new)
        new *= rest_of_alpha
        s *= alpha
        s += new
        np.sqrt(s, out=new)
        new += eps
        np.divide(g, new, out=new)
        new *= descent
        new += p


class Adam(Optimizer):
    """m <- b1 m + (1 - b1) g; v <- b2 v + (1 - b2) g**2; p <- p - lr m' / (sqrt(v') + eps).

    m' = m / (1 - b1**t) and v' = v / (1 - b2**t) undo the start at zero.
    Kingma and Ba: Adam, a Method for Stochastic Optimization (2015), algorithm 1.
    """

    moments = ("mean", "square")

    def __init__(
        self,
        params: Iterable[Tensor],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
    ) -> None:
        super().__init__(params, lr)
        self.betas, self.eps = betas, eps

    def constants(self) -> tuple[float, ...]:
        b1, b2 = self.betas
        # The rate and both corrections are put under the fraction: one division for each entry.
        under = (1 - b1**self.steps) / self.lr
        root = under / (1 - b2**self.steps) ** 0.5
        return root, self.eps * under, b1, 1 - b1, b2, 1 - b2

    def update(self, new: Array, p: Array, g: Array, *rest: Any) -> None:
        m, v, root, eps, b1, rest_of_b1, b2, rest_of_b2 = rest
        np.multiply(g, rest_of_b1, out=new)
        m *= b1
        m += new
        np.multiply(g, g, out=new)
        new *= rest_of_b2
        v *= b2
        v += new
        np.sqrt(v, out=new)
        new *= root
        new += eps
        np.divide(m, new, out=new)
        np.subtract(p, new, out=new)


OPTIMIZERS: dict[str, Callable[..., Optimizer]] = {"adam": Adam, "rmsprop": RMSProp, "sgd": SGD}
