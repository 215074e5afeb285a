"""The workloads: their sizes, their data and starting parameters, the same for every engine.

Each function draws everything anew from a fixed seed, so an engine may write into what it gets.
"""

from collections.abc import Callable
from itertools import pairwise
from typing import Any, NamedTuple

import lenet
import lstm
import numpy as np
import transformer
from numpy.typing import NDArray

Floats = NDArray[np.float32]

TANH_SIZES, TANH_BATCH, SGD_RATE = (2, 16, 16, 1), 100, 0.01
RELU_SIZES, RELU_BATCH = (784, 256, 128, 10), 128
ADAM_RATE, ADAM_BETAS, ADAM_EPS = 1e-3, (0.9, 0.999), 1e-8
ROSENBROCK_SIZE, JACOBIAN_SIZE = 50, 100
CHAIN_OPERATIONS, CHAIN_SIZE, CHAIN_FACTOR, CHAIN_TERM = 2000, 8, 1.0001, 0.0001


class Steps(NamedTuple):
    """A workload, made ready by an engine.

    `step` does one whole step and returns the loss, a float32 scalar of the engine's own kind;
    when it returns, the loss and all gradients (or updated parameters) have been computed.
    `arrays` gives what is compared between engines: the parameters of a training workload, else
    the gradients of the last step. `reset` goes back to the start, the optimizer's state too.
    """

    step: Callable[[], Any]
    arrays: Callable[[], list[Any]]
    reset: Callable[[], None]


def matrix(make: Callable[[], Any]) -> Steps:
    """Steps that compute a matrix; its first entry stands for a loss."""
    found: Any = None

    def step() -> Any:
        nonlocal found
        found = make()
        return np.asarray(found)[0, 0]

    return Steps(step, lambda: [found], lambda: None)


class Training(NamedTuple):
    """Inputs, targets, and the parameters [W1, b1, W2, b2, W3, b3], with W of shape (in, out)."""

    x: Floats
    y: NDArray[Any]
    params: list[Floats]


def dense_layers(rng: np.random.Generator, sizes: tuple[int, ...]) -> list[Floats]:
    params = []
    for wide, narrow in pairwise(sizes):
        params.append((rng.standard_normal((wide, narrow)) / wide**0.5).astype(np.float32))
        params.append(rng.uniform(-0.1, 0.1, narrow).astype(np.float32))
    return params


def tanh_mlp() -> Training:
    """A smooth surface over the plane, with noise; the targets have shape (batch, 1)."""
    rng = np.random.default_rng(11)
    x = rng.uniform(-2, 2, (TANH_BATCH, TANH_SIZES[0]))
    y = np.cos(x[:, :1]) * x[:, 1:] + 0.2 * rng.standard_normal((TANH_BATCH, 1))
    return Training(x.astype(np.float32), y.astype(np.float32), dense_layers(rng, TANH_SIZES))


def relu_mlp() -> Training:
    """Every image is there twice, with two different labels: no network can get both right, so
    the loss stays above log 2 and gradients stay far from zero."""
    rng = np.random.default_rng(12)
    images = rng.uniform(0, 1, (RELU_BATCH // 2, RELU_SIZES[0])).astype(np.float32)
    first = rng.integers(0, RELU_SIZES[-1], RELU_BATCH // 2)
    second = (first + rng.integers(1, RELU_SIZES[-1], RELU_BATCH // 2)) % RELU_SIZES[-1]
    labels = np.stack([first, second], axis=1).reshape(-1)
    return Training(np.repeat(images, 2, axis=0), labels, dense_layers(rng, RELU_SIZES))


def chain() -> Floats:
    """The numbers that the chain x * 1.0001 + 0.0001, 1,000 times over, starts from."""
    return np.random.default_rng(13).uniform(0.5, 1.5, CHAIN_SIZE).astype(np.float32)


def rosenbrock() -> NDArray[np.float64]:
    """Where the Hessian of sum(100 (x[1:] - x[:-1]**2)**2 + (1 - x[:-1])**2) is taken."""
    return np.random.default_rng(14).uniform(-1.2, 1.2, ROSENBROCK_SIZE)


def dense_map() -> list[Floats]:
    """x, W1 and W2 of the map tanh(W2 @ tanh(W1 @ x)) whose Jacobian is taken."""
    rng = np.random.default_rng(15)
    n = JACOBIAN_SIZE
    weights = [(rng.standard_normal((n, n)) / n**0.5).astype(np.float32) for _ in range(2)]
    return [rng.standard_normal(n).astype(np.float32), *weights]


class Workload(NamedTuple):
    title: str
    origin: Callable[[], list[Any]]  # compared arrays are measured from here: see `outcome`
    dtype: type = np.float32


def zeros_like(data: tuple[Floats, Any]) -> list[Floats]:
    """Where gradients are measured from: one zero for each number of the input and parameters."""
    x, params = data
    return [np.zeros_like(array) for array in (x, *params)]


WORKLOADS = {
    "tanh_mlp": Workload(
        "training step of a 2-16-16-1 tanh network, batch 100, mean squared error, SGD",
        lambda: tanh_mlp().params,
    ),
    "relu_mlp": Workload(
        "training step of a 784-256-128-10 relu network, batch 128, cross-entropy, Adam",
        lambda: relu_mlp().params,
    ),
    "chain": Workload(
        "value and gradient of 2,000 operations in a row on 8 numbers",
        lambda: [np.zeros(CHAIN_SIZE, np.float32)],
    ),
    "hessian": Workload(
        "Hessian of the Rosenbrock function in 50 dimensions, float64",
        lambda: [np.zeros((ROSENBROCK_SIZE, ROSENBROCK_SIZE))],
        np.float64,
    ),
    "jacobian": Workload(
        "Jacobian of two dense tanh layers, 100 numbers to 100",
        lambda: [np.zeros((JACOBIAN_SIZE, JACOBIAN_SIZE), np.float32)],
    ),
    "lenet": Workload(
        "training step of LeNet on 28x28 images, batch 64, cross-entropy, SGD",
        lambda: lenet.data().params,
    ),
    "transformer": Workload(
        "value and gradients of a pre-norm transformer block, 8x128x128, 4 heads",
        lambda: zeros_like(transformer.data()),
    ),
    "lstm": Workload(
        "value and gradients of an LSTM over 100 steps, batch 32, 64 hidden units",
        lambda: [*zeros_like(lstm.data())[1:], zeros_like(lstm.data())[0]],
    ),
}
