"""SGD and Adam in plain NumPy, for the engines that bring no optimizer (and for NumPy by hand).

Both write into the parameters they are given; `reset` takes them back to where they started.
"""

import numpy as np
from problems import ADAM_BETAS, ADAM_EPS, ADAM_RATE, SGD_RATE, Floats


class SGD:
    def __init__(self, params: list[Floats]) -> None:
        self.params = params
        self.start = [p.copy() for p in params]

    def reset(self) -> None:
        for p, value in zip(self.params, self.start):
            p[...] = value

    def step(self, grads: list[Floats]) -> None:
        for p, g in zip(self.params, grads):
            p -= SGD_RATE * g


class Adam(SGD):
    """The two corrections of the start at zero go into the rate and eps:

    p -= rate * sqrt(1 - b2**t) / (1 - b1**t) * m / (sqrt(v) + eps * sqrt(1 - b2**t))
    """

    def __init__(self, params: list[Floats]) -> None:
        super().__init__(params)
        self.means = [np.zeros_like(p) for p in params]
        self.squares = [np.zeros_like(p) for p in params]
        self.scratch = [np.empty_like(p) for p in params]
        self.steps = 0

    def reset(self) -> None:
        super().reset()
        self.steps = 0
        for moment in self.means + self.squares:
            moment.fill(0)

    def step(self, grads: list[Floats]) -> None:
        self.steps += 1
        b1, b2 = ADAM_BETAS
        root = (1 - b2**self.steps) ** 0.5
        rate, eps = ADAM_RATE * root / (1 - b1**self.steps), ADAM_EPS * root
        for p, g, m, v, t in zip(self.params, grads, self.means, self.squares, self.scratch):
            np.multiply(g, 1 - b1, out=t)
            m *= b1
            m += t
            np.multiply(g, g, out=t)
            t *= 1 - b2
            v *= b2
            v += t
            np.sqrt(v, out=t)
            t += eps
            np.divide(m, t, out=t)
            t *= rate
            p -= t
