"""The update rules. A step gives each parameter a new array; what it held before is untouched.

The moments are the optimizer's own and are written in place, a piece of PIECE entries at a time,
so that what one parameter needs stays in the processor's cache through all the operations.
"""

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd_lite.core.tensor import Tensor

Array = NDArray[Any]
PIECE = 32768


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
        self.state = [
            {name: np.zeros(p.shape, p.dtype) for name in self.moments} for p in self.params
        ]

    def zero_grad(self) -> None:
        """Forget the gradients, before the next ones are added up."""
        for p in self.params:
            p.grad = None

    def step(self) -> None:
        """Move every parameter that has a gradient."""
        self.steps += 1
        constants = self.constants()
        for p, state in zip(self.params, self.state):
            grad = p.grad
            if grad is not None:
                arrays = (p._value, grad, *state.values())
                p._value = in_pieces(self.update, arrays, constants)

    def constants(self) -> tuple[float, ...]:
        """The numbers that all parameters share in this step."""
        raise NotImplementedError

    def update(self, p: Array, g: Array, *moments_then_constants: Any) -> Any:
        """The new value of (a piece of) a parameter; may write into the moments."""
        raise NotImplementedError


def in_pieces(
    update: Callable[..., Any], arrays: tuple[Array, ...], constants: tuple[float, ...]
) -> Any:
    """update(*arrays, *constants), a piece at a time where the arrays are large."""
    value = arrays[0]
    if value.size <= PIECE:
        return update(*arrays, *constants)
    new = np.empty(value.shape, value.dtype)
    flat = new.reshape(-1)
    arrays = tuple([array.reshape(-1) for array in arrays])
    for start in range(0, value.size, PIECE):
        piece = slice(start, start + PIECE)
        flat[piece] = update(*[array[piece] for array in arrays], *constants)
    return new


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
        return (self.lr,)

    def update(self, p: Array, g: Array, *rest: Any) -> Any:
        *velocity, lr = rest
        if self.weight_decay:
            g = g + self.weight_decay * p
        for v in velocity:
            v *= self.momentum
            v += g
            g = v
        return p - lr * g


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
        return self.lr, self.alpha, self.eps

    def update(self, p: Array, g: Array, *rest: Any) -> Any:
        s, lr, alpha, eps = rest
        s *= alpha
        s += (1 - alpha) * (g * g)
        return p - lr * (g / (np.sqrt(s) + eps))


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
        return self.lr / (1 - b1**self.steps), float((1 - b2**self.steps) ** 0.5), b1, b2, self.eps

    def update(self, p: Array, g: Array, *rest: Any) -> Any:
        m, v, rate, root, b1, b2, eps = rest
        t = np.multiply(g, 1 - b1, out=np.empty_like(g))
        m *= b1
        m += t
        np.multiply(g, g, out=t)
        t *= 1 - b2
        v *= b2
        v += t
        np.sqrt(v, out=t)
        t /= root
        t += eps
        np.divide(m, t, out=t)
        t *= rate
        np.subtract(p, t, out=t)
        return t


OPTIMIZERS: dict[str, Callable[..., Optimizer]] = {"adam": Adam, "rmsprop": RMSProp, "sgd": SGD}
