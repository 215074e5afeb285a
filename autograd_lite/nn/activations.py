"""Activation functions as layers, by PyTorch's names; entry by entry but for the softmax family."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from autograd_lite import ops
from autograd_lite.core.tensor import Tensor, value_of
from autograd_lite.nn.module import Module

# Rectifiers


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
    """A leaky ReLU whose slope is trained: one slope, or one for each channel (axis 1)."""

    def __init__(
        self, num_parameters: int = 1, init: float = 0.25, *, dtype: DTypeLike = np.float32
    ) -> None:
        self.weight = Tensor(np.full(num_parameters, init, dtype), "weight")

    def forward(self, x: Any) -> Any:
        if len(self.weight) == 1 or x.ndim < 2:
            return ops.prelu(x, self.weight)
        return ops.prelu(x, np.reshape(self.weight, (-1, *(1,) * (x.ndim - 2))))

    def extra_repr(self) -> str:
        return f"num_parameters={len(self.weight)}"


class ELU(Module):
    """x for x > 0, else alpha * (exp(x) - 1)."""

    def __init__(self, alpha: float = 1.0) -> None:
        self.alpha = alpha

    def forward(self, x: Any) -> Any:
        return ops.elu(x, alpha=self.alpha)

    def extra_repr(self) -> str:
        return f"alpha={self.alpha}"


class CELU(Module):
    """x for x > 0, else alpha * (exp(x / alpha) - 1), which has slope 1 at 0. Barron (2017)."""

    def __init__(self, alpha: float = 1.0) -> None:
        self.alpha = alpha

    def forward(self, x: Any) -> Any:
        return self.alpha * ops.elu(x / self.alpha)

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

    def extra_repr(self) -> str:
        return f"approximate={self.approximate!r}"


class SiLU(Module):
    """x * sigmoid(x)."""

    def forward(self, x: Any) -> Any:
        return ops.silu(x)


class Mish(Module):
    """x * tanh(softplus(x)). Misra (2019)."""

    def forward(self, x: Any) -> Any:
        return x * np.tanh(ops.softplus(x))


class Softplus(Module):
    """log(1 + exp(beta * x)) / beta."""

    def __init__(self, beta: float = 1.0) -> None:
        self.beta = beta

    def forward(self, x: Any) -> Any:
        return ops.softplus(x) if self.beta == 1 else ops.softplus(self.beta * x) / self.beta

    def extra_repr(self) -> str:
        return f"beta={self.beta}"


# Sigmoids


class Sigmoid(Module):
    """1 / (1 + exp(-x))."""

    def forward(self, x: Any) -> Any:
        return ops.sigmoid(x)


class LogSigmoid(Module):
    """log(sigmoid(x)), without underflow."""

    def forward(self, x: Any) -> Any:
        return -ops.softplus(-x)


class Tanh(Module):
    """The hyperbolic tangent."""

    def forward(self, x: Any) -> Any:
        return np.tanh(x)


class Softsign(Module):
    """x / (1 + |x|)."""

    def forward(self, x: Any) -> Any:
        return x / (1 + np.abs(x))


# Made of straight pieces


class Hardsigmoid(Module):
    """clip(x / 6 + 1/2, 0, 1)."""

    def forward(self, x: Any) -> Any:
        return ops.hard_sigmoid(x)


class Hardswish(Module):
    """x * clip(x + 3, 0, 6) / 6. Howard et al. (2019)."""

    def forward(self, x: Any) -> Any:
        return np.where(x <= -3, 0, np.where(x < 3, x * (x + 3) / 6, x))


class Hardtanh(Module):
    """min_val below it, max_val above it, x between; the slope at both is 0."""

    def __init__(self, min_val: float = -1.0, max_val: float = 1.0) -> None:
        self.min_val, self.max_val = min_val, max_val

    def forward(self, x: Any) -> Any:
        inside = (x > self.min_val) & (x < self.max_val)
        return np.where(inside, x, np.clip(value_of(x), self.min_val, self.max_val))

    def extra_repr(self) -> str:
        return f"min_val={self.min_val}, max_val={self.max_val}"


class ReLU6(Hardtanh):
    """min(max(x, 0), 6)."""

    def __init__(self) -> None:
        super().__init__(0.0, 6.0)

    def extra_repr(self) -> str:
        return ""


class Softshrink(Module):
    """x moved towards 0 by lambd, and 0 where it is nearer than that."""

    def __init__(self, lambd: float = 0.5) -> None:
        self.lambd = lambd

    def forward(self, x: Any) -> Any:
        return x - np.clip(x, -self.lambd, self.lambd)

    def extra_repr(self) -> str:
        return f"{self.lambd}"


class Hardshrink(Module):
    """x, but 0 from -lambd to lambd."""

    def __init__(self, lambd: float = 0.5) -> None:
        self.lambd = lambd

    def forward(self, x: Any) -> Any:
        return np.where(np.abs(value_of(x)) > self.lambd, x, 0)

    def extra_repr(self) -> str:
        return f"{self.lambd}"


class Tanhshrink(Module):
    """x - tanh(x)."""

    def forward(self, x: Any) -> Any:
        return x - np.tanh(x)


class Threshold(Module):
    """x where it is above the threshold, else `value`."""

    def __init__(self, threshold: float, value: float) -> None:
        self.threshold, self.value = threshold, value

    def forward(self, x: Any) -> Any:
        return np.where(x > self.threshold, x, self.value)

    def extra_repr(self) -> str:
        return f"threshold={self.threshold}, value={self.value}"


# Along an axis


class Softmax(Module):
    """exp(x) / sum(exp(x)) along `dim`."""

    def __init__(self, dim: int = -1) -> None:
        self.dim = dim

    def forward(self, x: Any) -> Any:
        return ops.softmax(x, axis=self.dim)

    def extra_repr(self) -> str:
        return f"dim={self.dim}"


class Softmin(Softmax):
    """The softmax of -x along `dim`."""

    def forward(self, x: Any) -> Any:
        return ops.softmax(-x, axis=self.dim)


class LogSoftmax(Softmax):
    """log(softmax(x)) along `dim`."""

    def forward(self, x: Any) -> Any:
        return ops.log_softmax(x, axis=self.dim)


class GLU(Module):
    """a * sigmoid(b), where a and b are the two halves of x along `dim`. Dauphin et al. (2017)."""

    def __init__(self, dim: int = -1) -> None:
        self.dim = dim

    def forward(self, x: Any) -> Any:
        a, b = np.split(x, 2, axis=self.dim)
        return a * ops.sigmoid(b)

    def extra_repr(self) -> str:
        return f"dim={self.dim}"


# The activations that a network can be asked for by name.
ACTIVATIONS: dict[str, Callable[[], Module]] = {
    "elu": ELU,
    "gelu": GELU,
    "hard_sigmoid": Hardsigmoid,
    "leaky_relu": LeakyReLU,
    "relu": ReLU,
    "selu": SELU,
    "sigmoid": Sigmoid,
    "silu": SiLU,
    "softplus": Softplus,
    "tanh": Tanh,
}
