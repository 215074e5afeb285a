"""The losses with NumPy's and autograd_lite's functions, as one would write them."""

from collections.abc import Callable
from typing import Any

import lenet.autograd_lite_loss
import lstm.autograd_lite_loss
import numpy as np
import problems
import transformer.autograd_lite_loss

import autograd_lite as ag

# Arrays of no dimension: the constants that NumPy is quickest to take.
FACTOR = np.array(problems.CHAIN_FACTOR, np.float32)
TERM = np.array(problems.CHAIN_TERM, np.float32)


def tanh_mlp(params: Any, x: Any, y: Any) -> Any:
    w1, b1, w2, b2, w3, b3 = params
    h = np.tanh(x @ w1 + b1)
    h = np.tanh(h @ w2 + b2)
    return ag.mse(h @ w3 + b3, y)


def relu_mlp(params: Any, x: Any, labels: Any) -> Any:
    w1, b1, w2, b2, w3, b3 = params
    h = ag.relu(x @ w1 + b1)
    h = ag.relu(h @ w2 + b2)
    return ag.cross_entropy(h @ w3 + b3, labels)


def chain(leaves: Any) -> Any:
    (x,) = leaves
    for _ in range(problems.CHAIN_OPERATIONS // 2):
        x = x * FACTOR
        x = x + TERM
    return np.sum(x)


def gelu(leaves: Any) -> Any:
    """x * x * x, since NumPy's power costs many times a product."""
    (x,) = leaves
    inner = problems.GELU_SCALE * (x + problems.GELU_CUBIC * (x * x * x))
    return np.sum(0.5 * x * (1 + np.tanh(inner)))


def cross_entropy(leaves: Any, labels: Any) -> Any:
    return ag.cross_entropy(leaves[0], labels)


def rnn(leaves: Any, xs: Any) -> Any:
    wx, wh, b = leaves
    h = np.zeros((problems.RNN_BATCH, problems.RNN_HIDDEN), np.float32)
    for t in range(problems.RNN_LENGTH):
        h = np.tanh(xs[t] @ wx + h @ wh + b)
    return np.mean(h * h)


def logistic(leaves: Any, x: Any, y: Any) -> Any:
    w, b = leaves
    return ag.binary_cross_entropy_with_logits(x @ w + b, y)


def rosenbrock(x: Any) -> Any:
    return np.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


def dense_map(x: Any, w1: Any, w2: Any) -> Any:
    return np.tanh(w2 @ np.tanh(w1 @ x))


LOSSES: dict[str, Callable[..., Any]] = {
    "tanh_mlp": tanh_mlp,
    "small_relu_mlp": relu_mlp,
    "relu_mlp": relu_mlp,
    "chain": chain,
    "gelu": gelu,
    "cross_entropy": cross_entropy,
    "rnn": rnn,
    "logistic": logistic,
    "lenet": lenet.autograd_lite_loss.loss_of,
    "transformer": transformer.autograd_lite_loss.loss_of,
    "lstm": lstm.autograd_lite_loss.loss_of,
}
MAPS: dict[str, Callable[..., Any]] = {"hessian": rosenbrock, "jacobian": dense_map}
