"""A rate for each entry, from the squares of its past gradients: Adagrad, RMSprop, Adadelta."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from autograd_lite.optim.group import Options, Shared
from autograd_lite.optim.optimizer import Array, Optimizer
from autograd_lite.optim.parameters import Parameters


class Adagrad(Optimizer):
    """Divide the gradient by the root of the sum of all its squares so far.

        g <- g + weight_decay * p
        s <- s + g**2                                      (s starts at initial_accumulator_value)
        p <- p - lr / (1 + (t - 1) * lr_decay) * g / (sqrt(s) + eps)

    Duchi, Hazan and Singer: Adaptive Subgradient Methods (2011).
    """

    def __init__(
        self,
        params: Parameters,
        lr: Any = 1e-2,
        lr_decay: float = 0.0,
        weight_decay: float = 0.0,
        initial_accumulator_value: float = 0.0,
        eps: float = 1e-10,
    ) -> None:
        super().__init__(
            params, lr, lr_decay=lr_decay, weight_decay=weight_decay,
            initial_accumulator_value=initial_accumulator_value, eps=eps,
        )  # fmt: skip

    def moments(self, options: Options) -> Mapping[str, float]:
        return {"sum": options["initial_accumulator_value"]}

    def constants(self, options: Options, lr: Any, shared: Shared) -> tuple[Any, ...]:
        rate = lr / (1 + (shared["step"] - 1) * options["lr_decay"])
        return rate, options["weight_decay"], options["eps"]

    def rule(
        self, options: Options, g: Array, p: Array, moments: list[Array], numbers: list[Array]
    ) -> tuple[Array, list[Array]]:
        (s,), (rate, decay, eps) = moments, numbers
        if options["weight_decay"]:
            g = g + decay * p
        s = s + g * g
        return p - rate * (g / (np.sqrt(s) + eps)), [s]


class RMSprop(Optimizer):
    """Divide the gradient by the root of a running mean of its squares.

        g <- g + weight_decay * p
        s <- alpha * s + (1 - alpha) * g**2
        p <- p - lr * g / (sqrt(s) + eps)

    With `centered`, a running mean m <- alpha * m + (1 - alpha) * g of the gradients is taken into
    account, sqrt(s - m**2) in place of sqrt(s): what is left is their variance. With `momentum`,
    v <- momentum * v + g / (sqrt(s) + eps) and p <- p - lr * v.

    Tieleman and Hinton: lecture 6.5 of Neural Networks for Machine Learning (2012); centered:
    Graves, Generating Sequences With Recurrent Neural Networks (2013).
    """

    def __init__(
        self,
        params: Parameters,
        lr: Any = 1e-2,
        alpha: float = 0.99,
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        momentum: float = 0.0,
        centered: bool = False,
    ) -> None:
        super().__init__(
            params, lr, alpha=alpha, eps=eps, weight_decay=weight_decay, momentum=momentum,
            centered=centered,
        )  # fmt: skip

    def moments(self, options: Options) -> Mapping[str, float]:
        names = ["square_avg"]
        names += ["grad_avg"] if options["centered"] else []
        names += ["momentum_buffer"] if options["momentum"] else []
        return dict.fromkeys(names, 0.0)

    def constants(self, options: Options, lr: Any, shared: Shared) -> tuple[Any, ...]:
        alpha = options["alpha"]
        return lr, alpha, 1 - alpha, options["eps"], options["weight_decay"], options["momentum"]

    def rule(
        self, options: Options, g: Array, p: Array, moments: list[Array], numbers: list[Array]
    ) -> tuple[Array, list[Array]]:
        s, *others = moments
        lr, alpha, rest_of_alpha, eps, decay, momentum = numbers
        if options["weight_decay"]:
            g = g + decay * p
        s = alpha * s + rest_of_alpha * (g * g)
        spread, kept = s, [s]
        if options["centered"]:
            m = alpha * others[0] + rest_of_alpha * g
            spread = s - m * m
            kept.append(m)
        step = g / (np.sqrt(spread) + eps)
        if options["momentum"]:
            step = momentum * others[-1] + step
            kept.append(step)
        return p - lr * step, kept

    def write(
        self, options: Options, new: Array, g: Array, p: Array, moments: list[Array],
        numbers: list[Array],
    ) -> None:  # fmt: skip
        s, *others = moments
        lr, alpha, rest_of_alpha, eps, decay, momentum = numbers
        if options["weight_decay"]:
            g = g + decay * p
        np.multiply(g, g, out=new)
        new *= rest_of_alpha
        s *= alpha
        s += new
        if options["centered"]:
            m = others[0]
            m *= alpha
            m += rest_of_alpha * g
            s = s - m * m
        np.sqrt(s, out=new)
        new += eps
        np.divide(g, new, out=new)
        if options["momentum"]:
            v = others[-1]
            v *= momentum
            v += new
            np.multiply(v, lr, out=new)
        else:
            new *= lr
        np.subtract(p, new, out=new)


class Adadelta(Optimizer):
    """As RMSprop, with steps in the units of the parameter: no rate is to be chosen.

        g <- g + weight_decay * p
        s <- rho * s + (1 - rho) * g**2
        d  = sqrt(u + eps) / sqrt(s + eps) * g
        u <- rho * u + (1 - rho) * d**2
        p <- p - lr * d

    Zeiler: ADADELTA, an Adaptive Learning Rate Method (2012).
    """

    def __init__(
        self,
        params: Parameters,
        lr: Any = 1.0,
        rho: float = 0.9,
        eps: float = 1e-6,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(params, lr, rho=rho, eps=eps, weight_decay=weight_decay)

    def moments(self, options: Options) -> Mapping[str, float]:
        return {"square_avg": 0.0, "acc_delta": 0.0}

    def constants(self, options: Options, lr: Any, shared: Shared) -> tuple[Any, ...]:
        return lr, options["rho"], 1 - options["rho"], options["eps"], options["weight_decay"]

    def rule(
        self, options: Options, g: Array, p: Array, moments: list[Array], numbers: list[Array]
    ) -> tuple[Array, list[Array]]:
        (s, u), (lr, rho, rest_of_rho, eps, decay) = moments, numbers
        if options["weight_decay"]:
            g = g + decay * p
        s = rho * s + rest_of_rho * (g * g)
        d = np.sqrt(u + eps) / np.sqrt(s + eps) * g
        u = rho * u + rest_of_rho * (d * d)
        return p - lr * d, [s, u]
