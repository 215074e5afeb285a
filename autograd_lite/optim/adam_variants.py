"""Further rules with Adam's moments: NAdam, RAdam; and Lion, which needs only one.

m, v, m' and v' are those of Adam.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from autograd_lite.optim.group import Options, Shared
from autograd_lite.optim.optimizer import Array, Optimizer
from autograd_lite.optim.parameters import Parameters


class NAdam(Optimizer):
    """Adam with Nesterov's momentum: the mean gradient as it will be one step on.

        g <- g + weight_decay * p
        m <- b1 * m + (1 - b1) * g
        v <- b2 * v + (1 - b2) * g**2
        mu(t) = b1 * (1 - 0.96**(t * momentum_decay) / 2)
        product <- product * mu(t)
        ahead = mu(t + 1) * m / (1 - product * mu(t + 1)) + (1 - mu(t)) * g / (1 - product)
        p <- p - lr * ahead / (sqrt(v') + eps)

    Dozat: Incorporating Nesterov Momentum into Adam (2016).
    """

    shared: Mapping[str, float] = {"step": 0, "mu_product": 1.0}

    def __init__(
        self,
        params: Parameters,
        lr: Any = 2e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        momentum_decay: float = 4e-3,
    ) -> None:
        super().__init__(
            params, lr, betas=betas, eps=eps, weight_decay=weight_decay,
            momentum_decay=momentum_decay,
        )  # fmt: skip

    def moments(self, options: Options) -> Mapping[str, float]:
        return {"exp_avg": 0.0, "exp_avg_sq": 0.0}

    def count(self, options: Options, shared: Shared) -> None:
        super().count(options, shared)
        shared["mu_product"] *= self.mu(options, shared["step"])

    def mu(self, options: Options, t: Any) -> Any:
        """The momentum of step t."""
        return options["betas"][0] * (1 - 0.5 * 0.96 ** (t * options["momentum_decay"]))

    def constants(self, options: Options, lr: Any, shared: Shared) -> tuple[Any, ...]:
        (b1, b2), t, product = options["betas"], shared["step"], shared["mu_product"]
        mu, mu_next = self.mu(options, t), self.mu(options, t + 1)
        of_g = lr * (1 - mu) / (1 - product)
        of_m = lr * mu_next / (1 - product * mu_next)
        root = (1 - b2**t) ** 0.5
        return of_g, of_m, root, options["eps"], b1, 1 - b1, b2, 1 - b2, options["weight_decay"]

    def rule(
        self, options: Options, g: Array, p: Array, moments: list[Array], numbers: list[Array]
    ) -> tuple[Array, list[Array]]:
        m, v = moments
        of_g, of_m, root, eps, b1, rest_of_b1, b2, rest_of_b2, decay = numbers
        if options["weight_decay"]:
            g = g + decay * p
        m = b1 * m + rest_of_b1 * g
        v = b2 * v + rest_of_b2 * (g * g)
        return p - (of_g * g + of_m * m) / (np.sqrt(v) / root + eps), [m, v]


class RAdam(Optimizer):
    """Adam that steps along m' alone until enough squares are known to divide by.

        g <- g + weight_decay * p
        m <- b1 * m + (1 - b1) * g
        v <- b2 * v + (1 - b2) * g**2
        R = 2 / (1 - b2) - 1;  r = R - 2 * t * b2**t / (1 - b2**t)
        p <- p - lr * m' * c / (sqrt(v') + eps)            if r > 5
             with c**2 = (r - 4) * (r - 2) * R / ((R - 4) * (R - 2) * r)
        p <- p - lr * m'                                   otherwise

    eps is added to sqrt(v) rather than to sqrt(v'), as PyTorch does.
    Liu et al.: On the Variance of the Adaptive Learning Rate and Beyond (2020).
    """

    def __init__(
        self,
        params: Parameters,
        lr: Any = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(params, lr, betas=betas, eps=eps, weight_decay=weight_decay)

    def moments(self, options: Options) -> Mapping[str, float]:
        return {"exp_avg": 0.0, "exp_avg_sq": 0.0}

    def constants(self, options: Options, lr: Any, shared: Shared) -> tuple[Any, ...]:
        (b1, b2), t = options["betas"], shared["step"]
        most = 2 / (1 - b2) - 1
        known = most - 2 * t * b2**t / (1 - b2**t)
        enough = known > 5
        known, most = np.where(enough, known, 6), max(most, 5)  # what is not used divides no zero
        share = (known - 4) * (known - 2) * most / ((most - 4) * (most - 2) * known)
        scale = np.sqrt(share * (1 - b2**t))
        rate = lr / (1 - b1**t)
        return rate, scale, enough, options["eps"], b1, 1 - b1, b2, 1 - b2, options["weight_decay"]

    def rule(
        self, options: Options, g: Array, p: Array, moments: list[Array], numbers: list[Array]
    ) -> tuple[Array, list[Array]]:
        m, v = moments
        rate, scale, enough, eps, b1, rest_of_b1, b2, rest_of_b2, decay = numbers
        if options["weight_decay"]:
            g = g + decay * p
        m = b1 * m + rest_of_b1 * g
        v = b2 * v + rest_of_b2 * (g * g)
        return p - rate * m * np.where(enough, scale / (np.sqrt(v) + eps), 1), [m, v]


class Lion(Optimizer):
    """Step by the sign of a blend of mean gradient and gradient: every entry moves by lr.

        p <- p - lr * weight_decay * p
        p <- p - lr * sign(b1 * m + (1 - b1) * g)
        m <- b2 * m + (1 - b2) * g

    Chen et al.: Symbolic Discovery of Optimization Algorithms (2023), algorithm 2. Its rate is
    to be 3 to 10 times smaller than AdamW's.
    """

    def __init__(
        self,
        params: Parameters,
        lr: Any = 1e-4,
        betas: tuple[float, float] = (0.9, 0.99),
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(params, lr, betas=betas, weight_decay=weight_decay)

    def moments(self, options: Options) -> Mapping[str, float]:
        return {"exp_avg": 0.0}

    def constants(self, options: Options, lr: Any, shared: Shared) -> tuple[Any, ...]:
        b1, b2 = options["betas"]
        return lr, b1, 1 - b1, b2, 1 - b2, 1 - lr * options["weight_decay"]

    def rule(
        self, options: Options, g: Array, p: Array, moments: list[Array], numbers: list[Array]
    ) -> tuple[Array, list[Array]]:
        (m,), (lr, b1, rest_of_b1, b2, rest_of_b2, shrink) = moments, numbers
        if options["weight_decay"]:
            p = shrink * p
        p = p - lr * np.sign(b1 * m + rest_of_b1 * g)
        return p, [b2 * m + rest_of_b2 * g]
