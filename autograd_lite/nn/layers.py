"""Layers: what they hold in `__init__`, what they compute in `forward`."""

import itertools
import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from autograd_lite import ops
from autograd_lite.core.tensor import Tensor
from autograd_lite.nn import init
from autograd_lite.nn.module import Module


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
        bound = 1 / math.sqrt(in_features) if in_features else 0.0
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
        return f"{in_features}, {out_features}" + ("" if self.bias is not None else ", bias=False")


class Sequential(Module):
    """The layers one after the other; they are numbered, as in `net[0]` or the path "0.weight"."""

    def __init__(self, *layers: Any) -> None:
        for i, layer in enumerate(layers):
            setattr(self, str(i), layer)

    def layers(self) -> list[Any]:
        return [layer for name, layer in vars(self).items() if name.isdigit()]

    def forward(self, x: Any) -> Any:
        for layer in self.layers():
            x = layer(x)
        return x

    def __getitem__(self, i: int) -> Any:
        return self.layers()[i]

    def __len__(self) -> int:
        return len(self.layers())


class Flatten(Module):
    """Every axis from `start_dim` on joined into one."""

    def __init__(self, start_dim: int = 1) -> None:
        self.start_dim = start_dim

    def forward(self, x: Any) -> Any:
        return np.reshape(x, (*x.shape[: self.start_dim], math.prod(x.shape[self.start_dim :])))


class ReLU(Module):
    """max(x, 0)."""

    def forward(self, x: Any) -> Any:
        return ops.relu(x)


class LeakyReLU(Module):
    """x for x > 0, else negative_slope * x."""

    def __init__(self, negative_slope: float = 0.01) -> None:
        self.negative_slope = negative_slope

    def forward(self, x: Any) -> Any:
        return ops.leaky_relu(x, negative_slope=self.negative_slope)

    def extra_repr(self) -> str:
        return f"negative_slope={self.negative_slope}"


class PReLU(Module):
    """A leaky ReLU whose slope is trained; one slope, or one for each entry of the last axis."""

    def __init__(
        self, num_parameters: int = 1, init: float = 0.25, dtype: DTypeLike = np.float32
    ) -> None:
        self.weight = Tensor(np.full(num_parameters, init, dtype), "weight")

    def forward(self, x: Any) -> Any:
        return ops.prelu(x, self.weight)


class ELU(Module):
    """x for x > 0, else alpha * (exp(x) - 1)."""

    def __init__(self, alpha: float = 1.0) -> None:
        self.alpha = alpha

    def forward(self, x: Any) -> Any:
        return ops.elu(x, alpha=self.alpha)

    def extra_repr(self) -> str:
        return f"alpha={self.alpha}"


class SELU(Module):
    """The self-normalizing ELU."""

    def forward(self, x: Any) -> Any:
        return ops.selu(x)


class GELU(Module):
    """x * Phi(x), or its "tanh" approximation."""

    def __init__(self, approximate: str = "none") -> None:
        self.approximate = approximate

    def forward(self, x: Any) -> Any:
        return ops.gelu(x, approximate=self.approximate)


class SiLU(Module):
    """x * sigmoid(x)."""

    def forward(self, x: Any) -> Any:
        return ops.silu(x)


class Sigmoid(Module):
    """1 / (1 + exp(-x))."""

    def forward(self, x: Any) -> Any:
        return ops.sigmoid(x)


class HardSigmoid(Module):
    """clip(x / 6 + 1/2, 0, 1)."""

    def forward(self, x: Any) -> Any:
        return ops.hard_sigmoid(x)


class Tanh(Module):
    """The hyperbolic tangent."""

    def forward(self, x: Any) -> Any:
        return np.tanh(x)


class Softplus(Module):
    """log(1 + exp(x))."""

    def forward(self, x: Any) -> Any:
        return ops.softplus(x)


class Softmax(Module):
    """exp(x) / sum(exp(x)) along `dim`."""

    def __init__(self, dim: int = -1) -> None:
        self.dim = dim

    def forward(self, x: Any) -> Any:
        return ops.softmax(x, axis=self.dim)


class LogSoftmax(Module):
    """log(softmax(x)) along `dim`."""

    def __init__(self, dim: int = -1) -> None:
        self.dim = dim

    def forward(self, x: Any) -> Any:
        return ops.log_softmax(x, axis=self.dim)


ACTIVATIONS: dict[str, Callable[[], Module]] = {
    "elu": ELU,
    "gelu": GELU,
    "hard_sigmoid": HardSigmoid,
    "leaky_relu": LeakyReLU,
    "relu": ReLU,
    "selu": SELU,
    "sigmoid": Sigmoid,
    "silu": SiLU,
    "softplus": Softplus,
    "tanh": Tanh,
}


class MLP(Sequential):
    """A multilayer perceptron: Linear layers of these sizes with an activation between them.

    `sizes` lists the input, the hidden layers and the output: [64, 32, 10].
    """

    def __init__(
        self,
        sizes: Sequence[int],
        activation: str = "relu",
        *,
        dtype: DTypeLike = np.float32,
        rng: np.random.Generator | None = None,
    ) -> None:
        if len(sizes) < 2:
            raise ValueError(f"MLP: sizes names at least input and output; found {list(sizes)}.")
        if activation not in ACTIVATIONS:
            known = ", ".join(ACTIVATIONS)
            raise ValueError(f"MLP: activation is one of {known}; found {activation!r}.")
        layers: list[Module] = []
        for fan_in, fan_out in itertools.pairwise(sizes):
            layers += [Linear(fan_in, fan_out, dtype=dtype, rng=rng), ACTIVATIONS[activation]()]
        super().__init__(*layers[:-1])
