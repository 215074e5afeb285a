"""Layers that are linear in their inputs."""

import math
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from autograd_lite import ops
from autograd_lite.core.tensor import Tensor
from autograd_lite.nn import init
from autograd_lite.nn.module import Module


def bound_by(fan_in: int) -> float:
    """1 / sqrt(fan_in): what kaiming_uniform with a = sqrt(5) comes to."""
    return 1 / math.sqrt(fan_in) if fan_in else 0.0


class Linear(Module):
    """y = x @ weight.T + bias, with weight (out_features, in_features).

    Weight and bias start uniform in +-1 / sqrt(in_features), as PyTorch's do.
    """

    def __init__(
        self,
        in_features: int,
        out_features: int,
        bias: bool = True,
        *,
        dtype: DTypeLike = np.float32,
        rng: np.random.Generator | None = None,
    ) -> None:
        bound = bound_by(in_features)
        shape = (out_features, in_features)
        self.weight = Tensor(init.uniform(shape, -bound, bound, dtype=dtype, rng=rng), "weight")
        self.bias = None
        if bias:
            start = init.uniform((out_features,), -bound, bound, dtype=dtype, rng=rng)
            self.bias = Tensor(start, "bias")

    def forward(self, x: Any) -> Any:
        return ops.affine(x, self.weight, self.bias)

    def extra_repr(self) -> str:
        out_features, in_features = self.weight.shape
        return f"in_features={in_features}, out_features={out_features}, bias={has(self.bias)}"


def has(bias: Tensor | None) -> bool:
    return bias is not None


class Bilinear(Module):
    """y_o = x1 @ weight[o] @ x2 + bias_o, with weight (out_features, in1_features, in2_features).

    Weight and bias start uniform in +-1 / sqrt(in1_features).
    """

    def __init__(
        self,
        in1_features: int,
        in2_features: int,
        out_features: int,
        bias: bool = True,
        *,
        dtype: DTypeLike = np.float32,
        rng: np.random.Generator | None = None,
    ) -> None:
        bound = bound_by(in1_features)
        shape = (out_features, in1_features, in2_features)
        self.weight = Tensor(init.uniform(shape, -bound, bound, dtype=dtype, rng=rng), "weight")
        self.bias = None
        if bias:
            start = init.uniform((out_features,), -bound, bound, dtype=dtype, rng=rng)
            self.bias = Tensor(start, "bias")

    def forward(self, x1: Any, x2: Any) -> Any:
        out, in1, in2 = self.weight.shape
        by_first = np.matmul(x1, np.reshape(np.swapaxes(self.weight, 0, 1), (in1, out * in2)))
        by_first = np.reshape(by_first, (*x1.shape[:-1], out, in2))
        result = np.matmul(by_first, np.expand_dims(x2, -1))[..., 0]
        return result if self.bias is None else result + self.bias

    def extra_repr(self) -> str:
        out, in1, in2 = self.weight.shape
        return f"in1_features={in1}, in2_features={in2}, out_features={out}, bias={has(self.bias)}"


class Maxout(Module):
    """The largest of `num_pieces` linear functions of x, for each of out_features.

    Goodfellow et al.: Maxout Networks (2013), equations 1 and 2.
    """

    def __init__(
        self,
        in_features: int,
        out_features: int,
        num_pieces: int = 2,
        *,
        dtype: DTypeLike = np.float32,
        rng: np.random.Generator | None = None,
    ) -> None:
        self.num_pieces = num_pieces
        self.linear = Linear(in_features, out_features * num_pieces, dtype=dtype, rng=rng)

    def forward(self, x: Any) -> Any:
        pieces = self.linear(x)
        return np.max(np.reshape(pieces, (*x.shape[:-1], -1, self.num_pieces)), axis=-1)

    def extra_repr(self) -> str:
        return f"num_pieces={self.num_pieces}"


class Identity(Module):
    """x itself."""

    def forward(self, x: Any) -> Any:
        return x
