"""Logistic regression: the mean of log(1 + exp(z)) - y * z with z = x @ w + b, and its gradients.

log(1 + exp(z)) is max(z, 0) + log(1 + exp(-|z|)), which cannot overflow; its slope is the sigmoid.
"""

from typing import Any

import numpy as np
import problems
from workloads import Steps, gradient_steps


def steps() -> Steps:
    (w, b), (x, y), _ = problems.logistic()
    count = np.float32(len(y))
    z, e, scratch = np.empty_like(y), np.empty_like(y), np.empty_like(y)

    def value_and_gradients() -> tuple[Any, list[Any]]:
        np.matmul(x, w, out=z)
        np.add(z, b, out=z)
        np.abs(z, out=e)
        np.negative(e, out=e)
        np.exp(e, out=e)  # exp(-|z|)
        np.log1p(e, out=scratch)
        total = np.add.reduce(scratch) - np.vdot(y, z)
        total += np.add.reduce(np.maximum(z, 0, out=scratch))
        # The sigmoid is e / (1 + e) below zero, 1 / (1 + e) above.
        np.add(e, 1, out=scratch)
        np.copyto(e, 1, where=z >= 0)
        np.divide(e, scratch, out=e)
        np.subtract(e, y, out=e)
        np.divide(e, count, out=e)
        return total / count, [e @ x, np.add.reduce(e)]

    return gradient_steps(value_and_gradients)
