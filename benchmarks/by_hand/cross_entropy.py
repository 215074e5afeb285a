"""Softmax cross-entropy of large logits and its gradient, some rows at a time, for the cache."""

from typing import Any

import numpy as np
import problems
from problems import Floats
from workloads import Steps, gradient_steps

ROWS = 32


def steps() -> Steps:
    """The gradient is written into the same array at every step."""
    (logits,), (labels,), _ = problems.cross_entropy()
    gradient = np.empty_like(logits)
    count, rows = np.float32(len(labels)), np.arange(ROWS)

    def value_and_gradient() -> tuple[Any, list[Floats]]:
        total = 0.0
        for start in range(0, len(logits), ROWS):
            block = slice(start, start + ROWS)
            total += some_rows(logits[block], labels[block], gradient[block])
        return np.float32(total / count), [gradient]

    def some_rows(z: Floats, labels: Any, out: Floats) -> float:
        """The sum of the rows' losses; their gradients go to `out`."""
        np.subtract(z, np.maximum.reduce(z, 1, keepdims=True), out=out)
        chosen = out[rows, labels]
        np.exp(out, out=out)
        sums = np.add.reduce(out, 1, keepdims=True)
        out *= 1 / (sums * count)
        out[rows, labels] -= 1 / count
        return float(np.add.reduce(np.log(sums), None) - np.add.reduce(chosen))

    return gradient_steps(value_and_gradient)
