"""autograd_lite: automatic differentiation on a computation graph, written in NumPy.

    import numpy as np
    import autograd_lite as ag

    w = ag.Tensor(np.zeros((3, 2)), name="w")
    loss = ag.cross_entropy(np.tanh(x) @ w, labels)   # any NumPy function
    loss.backward()
    w.grad                                            # an array of w's shape and dtype

Tensors, transforms (`grad`, `vjp`, `jvp`), activations and losses are here; networks in `nn`,
update rules in `optim`, data in `data`; `declare` adds a function of your own.
"""

from autograd_lite import data, nn, optim
from autograd_lite.core import declare
from autograd_lite.core.tensor import Tensor
from autograd_lite.drawing import draw
from autograd_lite.errors import (
    AutogradLiteError,
    GraphError,
    ImmutableError,
    LostGradientError,
    MissingPackageError,
    NotDifferentiableError,
    RenderError,
    ShapeError,
    StorageError,
    TableError,
)
from autograd_lite.ops import (
    affine,
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    cross_entropy,
    elu,
    erf,
    gelu,
    half_squared_error,
    hard_sigmoid,
    heaviside,
    huber,
    l1,
    l2_norm,
    leaky_relu,
    log_softmax,
    logsumexp,
    maxout,
    mse,
    nll,
    piecewise_linear,
    prelu,
    pseudo_huber,
    relu,
    selu,
    sigmoid,
    sign,
    silu,
    softmax,
    softplus,
    tanh,
)
from autograd_lite.random import seed
from autograd_lite.storage import load, save
from autograd_lite.transforms import (
    grad,
    jvp,
    keep_values,
    no_grad,
    stop_gradient,
    value_and_grad,
    vjp,
)
from autograd_lite.version import __version__

__all__ = [
    "AutogradLiteError",
    "GraphError",
    "ImmutableError",
    "LostGradientError",
    "MissingPackageError",
    "NotDifferentiableError",
    "RenderError",
    "ShapeError",
    "StorageError",
    "TableError",
    "Tensor",
    "__version__",
    "affine",
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "cross_entropy",
    "data",
    "declare",
    "draw",
    "elu",
    "erf",
    "gelu",
    "grad",
    "half_squared_error",
    "hard_sigmoid",
    "heaviside",
    "huber",
    "jvp",
    "keep_values",
    "l1",
    "l2_norm",
    "leaky_relu",
    "load",
    "log_softmax",
    "logsumexp",
    "maxout",
    "mse",
    "nll",
    "nn",
    "no_grad",
    "optim",
    "piecewise_linear",
    "prelu",
    "pseudo_huber",
    "relu",
    "save",
    "seed",
    "selu",
    "sigmoid",
    "sign",
    "silu",
    "softmax",
    "softplus",
    "stop_gradient",
    "tanh",
    "value_and_grad",
    "vjp",
]
