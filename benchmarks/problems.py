"""The small problems: their sizes, their data and where they start, the same for every engine.

Each function draws everything anew from a fixed seed, so an engine may write into what it gets.
"""

from itertools import pairwise
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Kind = Literal["sgd", "adam", "gradients", "hessian", "jacobian"]

SGD_RATE = 0.01
ADAM_RATE, ADAM_BETAS, ADAM_EPS = 1e-3, (0.9, 0.999), 1e-8

TANH_SIZES, TANH_BATCH = (2, 16, 16, 1), 100
SMALL_RELU_SIZES, SMALL_RELU_BATCH = (64, 64, 64, 10), 64
RELU_SIZES, RELU_BATCH = (784, 256, 128, 10), 128
CHAIN_OPERATIONS, CHAIN_SIZE, CHAIN_FACTOR, CHAIN_TERM = 2000, 8, 1.0001, 0.0001
# gelu(x) is x / 2 * (1 + tanh(GELU_SCALE * (x + GELU_CUBIC * x**3))): Hendrycks, Gimpel (2016).
GELU_SIZE, GELU_SCALE, GELU_CUBIC = 10_000_000, (2 / np.pi) ** 0.5, 0.044715
LOGITS = (4096, 4096)
RNN_LENGTH, RNN_BATCH, RNN_WIDTH, RNN_HIDDEN = 100, 32, 32, 64
LOGISTIC_EXAMPLES, LOGISTIC_WIDTH = 100_000, 20
ROSENBROCK_SIZE, JACOBIAN_SIZE = 50, 100


class Problem(NamedTuple):
    """What is differentiated by (`leaves`), what comes in besides, and what is to be done.

    `sgd` and `adam` train the leaves; `gradients` wants a value and its gradients; `hessian` and
    `jacobian` want all derivatives by the only leaf.
    """

    leaves: list[NDArray[Any]]
    data: tuple[NDArray[Any], ...]
    kind: Kind


def dense_layers(rng: np.random.Generator, sizes: tuple[int, ...]) -> list[NDArray[Any]]:
    """[W1, b1, W2, b2, ...], with W of shape (in, out)."""
    params: list[NDArray[Any]] = []
    for wide, narrow in pairwise(sizes):
        params.append((rng.standard_normal((wide, narrow)) / wide**0.5).astype(np.float32))
        params.append(rng.uniform(-0.1, 0.1, narrow).astype(np.float32))
    return params


def two_labels(rng: np.random.Generator, batch: int, classes: int) -> NDArray[np.int64]:
    """Labels of examples that are there twice: no network can get both right, so the loss stays
    above log 2 and gradients stay far from zero."""
    first = rng.integers(0, classes, batch // 2)
    second = (first + rng.integers(1, classes, batch // 2)) % classes
    return np.stack([first, second], axis=1).reshape(-1)


def tanh_mlp() -> Problem:
    """A smooth surface over the plane, with noise; the targets have shape (batch, 1)."""
    rng = np.random.default_rng(11)
    x = rng.uniform(-2, 2, (TANH_BATCH, TANH_SIZES[0]))
    y = np.cos(x[:, :1]) * x[:, 1:] + 0.2 * rng.standard_normal((TANH_BATCH, 1))
    data = (x.astype(np.float32), y.astype(np.float32))
    return Problem(dense_layers(rng, TANH_SIZES), data, "sgd")


def small_relu_mlp() -> Problem:
    rng = np.random.default_rng(16)
    rows = rng.standard_normal((SMALL_RELU_BATCH // 2, SMALL_RELU_SIZES[0])).astype(np.float32)
    labels = two_labels(rng, SMALL_RELU_BATCH, SMALL_RELU_SIZES[-1])
    return Problem(
        dense_layers(rng, SMALL_RELU_SIZES), (np.repeat(rows, 2, axis=0), labels), "adam"
    )


def relu_mlp() -> Problem:
    rng = np.random.default_rng(12)
    images = rng.uniform(0, 1, (RELU_BATCH // 2, RELU_SIZES[0])).astype(np.float32)
    labels = two_labels(rng, RELU_BATCH, RELU_SIZES[-1])
    return Problem(dense_layers(rng, RELU_SIZES), (np.repeat(images, 2, axis=0), labels), "adam")


def chain() -> Problem:
    """The numbers that the chain x * 1.0001 + 0.0001, 1,000 times over, starts from."""
    start = np.random.default_rng(13).uniform(0.5, 1.5, CHAIN_SIZE).astype(np.float32)
    return Problem([start], (), "gradients")


def gelu() -> Problem:
    start = np.random.default_rng(22).standard_normal(GELU_SIZE, dtype=np.float32)
    return Problem([start], (), "gradients")


def cross_entropy() -> Problem:
    """The logits and a label for each of their rows."""
    rng = np.random.default_rng(23)
    logits = rng.standard_normal(LOGITS, dtype=np.float32)
    logits *= 2
    return Problem([logits], (rng.integers(0, LOGITS[1], LOGITS[0]),), "gradients")


def rnn() -> Problem:
    """[Wx, Wh, b] of h = tanh(x @ Wx + h @ Wh + b), and x of shape (steps, batch, inputs)."""
    rng = np.random.default_rng(24)
    x = rng.standard_normal((RNN_LENGTH, RNN_BATCH, RNN_WIDTH), dtype=np.float32)
    weights = [
        (rng.standard_normal((width, RNN_HIDDEN)) / width**0.5).astype(np.float32)
        for width in (RNN_WIDTH, RNN_HIDDEN)
    ]
    bias = rng.uniform(-0.2, 0.2, RNN_HIDDEN).astype(np.float32)
    return Problem([*weights, bias], (x,), "gradients")


def logistic() -> Problem:
    """[w, b], the examples and, drawn from a model of the same kind, their classes 0 and 1."""
    rng = np.random.default_rng(25)
    x = rng.standard_normal((LOGISTIC_EXAMPLES, LOGISTIC_WIDTH), dtype=np.float32)
    chances = 1 / (1 + np.exp(-x @ rng.standard_normal(LOGISTIC_WIDTH)))
    y = (rng.uniform(size=LOGISTIC_EXAMPLES) < chances).astype(np.float32)
    w = (0.1 * rng.standard_normal(LOGISTIC_WIDTH)).astype(np.float32)
    return Problem([w, np.array(0.1, np.float32)], (x, y), "gradients")


def rosenbrock() -> Problem:
    """Where the Hessian of sum(100 (x[1:] - x[:-1]**2)**2 + (1 - x[:-1])**2) is taken."""
    start = np.random.default_rng(14).uniform(-1.2, 1.2, ROSENBROCK_SIZE)
    return Problem([start], (), "hessian")


def dense_map() -> Problem:
    """x, then W1 and W2, of the map tanh(W2 @ tanh(W1 @ x)) whose Jacobian by x is taken."""
    rng = np.random.default_rng(15)
    n = JACOBIAN_SIZE
    w1, w2 = ((rng.standard_normal((n, n)) / n**0.5).astype(np.float32) for _ in range(2))
    return Problem([rng.standard_normal(n).astype(np.float32)], (w1, w2), "jacobian")
