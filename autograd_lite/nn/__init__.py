"""Networks: plain objects whose tensors are found by walking them. Names are PyTorch's."""

from autograd_lite.nn import init
from autograd_lite.nn.layers import (
    ACTIVATIONS,
    ELU,
    GELU,
    MLP,
    SELU,
    Flatten,
    HardSigmoid,
    LeakyReLU,
    Linear,
    LogSoftmax,
    PReLU,
    ReLU,
    Sequential,
    Sigmoid,
    SiLU,
    Softmax,
    Softplus,
    Tanh,
)
from autograd_lite.nn.module import Module

__all__ = [
    "ACTIVATIONS",
    "ELU",
    "Flatten",
    "GELU",
    "HardSigmoid",
    "LeakyReLU",
    "Linear",
    "LogSoftmax",
    "MLP",
    "Module",
    "PReLU",
    "ReLU",
    "SELU",
    "Sequential",
    "SiLU",
    "Sigmoid",
    "Softmax",
    "Softplus",
    "Tanh",
    "init",
]
