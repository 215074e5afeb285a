"""The perceptron: a neuron that fires or not, and the rule that trained the first of them."""

from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from autograd_lite import ops
from autograd_lite.core.tensor import Tensor, value_of
from autograd_lite.errors import ShapeError
from autograd_lite.nn.module import Module


class Perceptron(Module):
    """heaviside(x @ weight.T + bias), with weight (out_features, in_features), which start at 0.

    A step has slope 0, so that `backward` finds nothing to improve; `learn` trains it instead.
    Rosenblatt: The Perceptron (1958).

    >>> x = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    >>> both = np.array([[0.0], [0.0], [0.0], [1.0]])
    >>> neuron = Perceptron(2)
    >>> while neuron.learn(x, both):
    ...     pass
    >>> print(neuron(x).T)
    [[0. 0. 0. 1.]]
    """

    def __init__(
        self, in_features: int, out_features: int = 1, *, dtype: DTypeLike = np.float32
    ) -> None:
        self.weight = Tensor(np.zeros((out_features, in_features), dtype), "weight")
        self.bias = Tensor(np.zeros(out_features, dtype), "bias")

    def forward(self, x: Any) -> Any:
        return ops.heaviside(ops.affine(x, self.weight, self.bias))

    def learn(self, x: Any, target: Any, lr: float = 1.0) -> int:
        """One pass over the examples x (n, in_features), in order; how many it answered wrongly.

            weight <- weight + lr * (t - y) x^T,    bias <- bias + lr * (t - y)

        for the targets t, zeros and ones of shape (n, out_features). Where a plane separates the
        two kinds of example, some pass finds no mistake: Novikoff, On Convergence Proofs on
        Perceptrons (1962). Where none does, this never ends, so bound the number of passes.
        """
        x, target = np.asarray(value_of(x)), np.asarray(value_of(target))
        out_features, in_features = self.weight.shape
        n = x.shape[:1]
        if (x.shape, target.shape) != ((*n, in_features), (*n, out_features)):
            raise ShapeError(
                f"Perceptron.learn: examples (n, {in_features}) and targets (n, {out_features}) "
                f"are needed; found {x.shape} and {target.shape}. Reshape one of them."
            )
        mistakes = 0
        for row, wish in zip(x, target, strict=True):
            error = wish - np.heaviside(self.weight.value @ row + self.bias.value, 0.5)
            if error.any():
                mistakes += 1
                self.weight.assign(self.weight.value + lr * np.outer(error, row))
                self.bias.assign(self.bias.value + lr * error)
        return mistakes

    def extra_repr(self) -> str:
        out_features, in_features = self.weight.shape
        return f"in_features={in_features}, out_features={out_features}"
