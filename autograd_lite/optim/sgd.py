"""Stochastic gradient descent, with and without momentum."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from autograd_lite.optim.group import Options, Shared
from autograd_lite.optim.optimizer import Array, Optimizer
from autograd_lite.optim.parameters import Parameters


class SGD(Optimizer):
    """Step down the gradient, or along a running sum of gradients (momentum).

        g <- g + weight_decay * p
        v <- momentum * v + (1 - dampening) * g        (the first step: v = g)
        p <- p - lr * g                                without momentum
        p <- p - lr * v                                with momentum
        p <- p - lr * (g + momentum * v)               with nesterov

    Momentum: Polyak, Some methods of speeding up the convergence of iteration methods (1964);
    Nesterov's in this form: Sutskever et al., On the importance of initialization and momentum
    in deep learning (2013).
    """

    def __init__(
        self,
        params: Parameters,
        lr: Any = 1e-3,
        momentum: float = 0.0,
        dampening: float = 0.0,
        weight_decay: float = 0.0,
        nesterov: bool = False,
    ) -> None:
        super().__init__(
            params, lr, momentum=momentum, dampening=dampening, weight_decay=weight_decay,
            nesterov=nesterov,
        )  # fmt: skip

    def check(self, options: Options) -> None:
        if options["nesterov"] and (not options["momentum"] or options["dampening"]):
            raise ValueError("SGD: nesterov needs a momentum, and no dampening.")

    def moments(self, options: Options) -> Mapping[str, float]:
        return {"momentum_buffer": 0.0} if options["momentum"] else {}

    def constants(self, options: Options, lr: Any, shared: Shared) -> tuple[Any, ...]:
        undampened = 1 - options["dampening"] * (shared["step"] > 1)
        return lr, options["weight_decay"], options["momentum"], undampened

    def rule(
        self, options: Options, g: Array, p: Array, moments: list[Array], numbers: list[Array]
    ) -> tuple[Array, list[Array]]:
        lr, decay, momentum, undampened = numbers
        if options["weight_decay"]:
            g = g + decay * p
        if not moments:
            return p - lr * g, moments
        v = momentum * moments[0] + (undampened * g if options["dampening"] else g)
        step = g + momentum * v if options["nesterov"] else v
        return p - lr * step, [v]

    def write(
        self, options: Options, new: Array, g: Array, p: Array, moments: list[Array],
        numbers: list[Array],
    ) -> None:  # fmt: skip
        lr, decay, momentum, undampened = numbers
        if options["weight_decay"]:
            g = g + decay * p
        step = g
        if moments:
            v = moments[0]
            v *= momentum
            v += undampened * g if options["dampening"] else g
            step = g + momentum * v if options["nesterov"] else v
        np.multiply(step, lr, out=new)
        np.subtract(p, new, out=new)
