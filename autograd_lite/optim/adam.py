"""Adam and its nearest kin: Adam with AMSGrad, and AdamW.

In all of them m and v are running means of the gradient and of its square, which start at zero;
m' = m / (1 - b1**t) and v' = v / (1 - b2**t) undo the start.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from autograd_lite.optim.group import Options, Shared
from autograd_lite.optim.optimizer import Array, Optimizer
from autograd_lite.optim.parameters import Parameters


class Adam(Optimizer):
    """Step along the mean gradient, divided by the root of the mean square.

        g <- g + weight_decay * p
        m <- b1 * m + (1 - b1) * g
        v <- b2 * v + (1 - b2) * g**2
        p <- p - lr * m' / (sqrt(v') + eps)

    With `amsgrad`, the largest v so far takes the place of v, so that rates never grow.

    Kingma and Ba: Adam, a Method for Stochastic Optimization (2015), algorithm 1; AMSGrad: Reddi,
    Kale and Kumar, On the Convergence of Adam and Beyond (2018).
    """

    decoupled = False  # whether the decay goes by the gradient (Adam) or straight to p (AdamW)

    def __init__(
        self,
        params: Parameters,
        lr: Any = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        amsgrad: bool = False,
    ) -> None:
        super().__init__(
            params, lr, betas=betas, eps=eps, weight_decay=weight_decay, amsgrad=amsgrad
        )

    def moments(self, options: Options) -> Mapping[str, float]:
        names = ["exp_avg", "exp_avg_sq"]
        return dict.fromkeys([*names, "max_exp_avg_sq"] if options["amsgrad"] else names, 0.0)

    def constants(self, options: Options, lr: Any, shared: Shared) -> tuple[Any, ...]:
        (b1, b2), t = options["betas"], shared["step"]
        # Both corrections are put into the rate and eps: no entry is divided for them.
        root = (1 - b2**t) ** 0.5
        rate = lr * root / (1 - b1**t)
        decay = options["weight_decay"]
        decay = 1 - lr * decay if self.decoupled else decay
        return rate, options["eps"] * root, b1, 1 - b1, b2, 1 - b2, decay

    def rule(
        self, options: Options, g: Array, p: Array, moments: list[Array], numbers: list[Array]
    ) -> tuple[Array, list[Array]]:
        m, v, *top = moments
        rate, eps, b1, rest_of_b1, b2, rest_of_b2, decay = numbers
        p, g = self.decayed(options, p, g, decay)
        m = b1 * m + rest_of_b1 * g
        v = b2 * v + rest_of_b2 * (g * g)
        top = [np.maximum(largest, v) for largest in top]
        return p - rate * (m / (np.sqrt(top[0] if top else v) + eps)), [m, v, *top]

    def write(
        self, options: Options, new: Array, g: Array, p: Array, moments: list[Array],
        numbers: list[Array],
    ) -> None:  # fmt: skip
        m, v, *top = moments
        rate, eps, b1, rest_of_b1, b2, rest_of_b2, decay = numbers
        p, g = self.decayed(options, p, g, decay)
        np.multiply(g, rest_of_b1, out=new)
        m *= b1
        m += new
        np.multiply(g, g, out=new)
        new *= rest_of_b2
        v *= b2
        v += new
        for largest in top:
            v = np.maximum(largest, v, out=largest)
        np.sqrt(v, out=new)
        new += eps
        np.divide(m, new, out=new)
        new *= rate
        np.subtract(p, new, out=new)

    def decayed(self, options: Options, p: Array, g: Array, decay: Array) -> tuple[Array, Array]:
        """Parameter and gradient after the weight decay."""
        if not options["weight_decay"]:
            return p, g
        return (decay * p, g) if self.decoupled else (p, g + decay * p)


class AdamW(Adam):
    """Adam whose weight decay does not pass through the moments: first p <- p - lr * decay * p.

    Loshchilov and Hutter: Decoupled Weight Decay Regularization (2019).
    """

    decoupled = True

    def __init__(
        self,
        params: Parameters,
        lr: Any = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
        amsgrad: bool = False,
    ) -> None:
        super().__init__(params, lr, betas, eps, weight_decay, amsgrad)
