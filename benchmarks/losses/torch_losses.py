"""The losses with PyTorch's fused layers and losses, as one would write them."""

from collections.abc import Callable
from typing import Any

import lenet.torch_loss
import lstm.torch_loss
import problems
import torch
import transformer.torch_loss
from torch.nn import functional


def tanh_mlp(params: Any, x: Any, y: Any) -> Any:
    w1, b1, w2, b2, w3, b3 = params
    h = torch.tanh(torch.addmm(b1, x, w1))
    h = torch.tanh(torch.addmm(b2, h, w2))
    return functional.mse_loss(torch.addmm(b3, h, w3), y)


def relu_mlp(params: Any, x: Any, labels: Any) -> Any:
    w1, b1, w2, b2, w3, b3 = params
    h = torch.relu(torch.addmm(b1, x, w1))
    h = torch.relu(torch.addmm(b2, h, w2))
    return functional.cross_entropy(torch.addmm(b3, h, w3), labels)


def chain(leaves: Any) -> Any:
    (x,) = leaves
    for _ in range(problems.CHAIN_OPERATIONS // 2):
        x = x * problems.CHAIN_FACTOR
        x = x + problems.CHAIN_TERM
    return x.sum()


def gelu(leaves: Any) -> Any:
    (x,) = leaves
    inner = problems.GELU_SCALE * (x + problems.GELU_CUBIC * x**3)
    return (0.5 * x * (1 + torch.tanh(inner))).sum()


def cross_entropy(leaves: Any, labels: Any) -> Any:
    return functional.cross_entropy(leaves[0], labels)


def rnn(leaves: Any, xs: Any) -> Any:
    wx, wh, b = leaves
    h = torch.zeros(problems.RNN_BATCH, problems.RNN_HIDDEN)
    for t in range(problems.RNN_LENGTH):
        h = torch.tanh(xs[t] @ wx + h @ wh + b)
    return (h * h).mean()


def logistic(leaves: Any, x: Any, y: Any) -> Any:
    w, b = leaves
    return functional.binary_cross_entropy_with_logits(x @ w + b, y)


def rosenbrock(x: Any) -> Any:
    return torch.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


def dense_map(x: Any, w1: Any, w2: Any) -> Any:
    return torch.tanh(w2 @ torch.tanh(w1 @ x))


LOSSES: dict[str, Callable[..., Any]] = {
    "tanh_mlp": tanh_mlp,
    "small_relu_mlp": relu_mlp,
    "relu_mlp": relu_mlp,
    "chain": chain,
    "gelu": gelu,
    "cross_entropy": cross_entropy,
    "rnn": rnn,
    "logistic": logistic,
    "lenet": lenet.torch_loss.loss_of,
    "transformer": transformer.torch_loss.loss_of,
    "lstm": lstm.torch_loss.loss_of,
}
MAPS: dict[str, Callable[..., Any]] = {"hessian": rosenbrock, "jacobian": dense_map}
