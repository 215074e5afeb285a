"""The workloads by name, and what an engine makes of one: `Steps`."""

from collections.abc import Callable
from typing import Any, NamedTuple

import lenet
import lstm
import numpy as np
import problems
import transformer
from numpy.typing import NDArray
from problems import Floats, Problem

__all__ = ["WORKLOADS", "Floats", "Problem", "Steps", "Workload", "gradient_steps", "matrix_steps"]


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


def gradient_steps(make: Callable[[], tuple[Any, Any]]) -> Steps:
    """Steps that compute a loss and its gradients."""
    grads: Any = None

    def step() -> Any:
        nonlocal grads
        loss, grads = make()
        return loss

    return Steps(step, lambda: list(grads), lambda: None)


def matrix_steps(make: Callable[[], Any]) -> Steps:
    """Steps that compute a matrix; its first entry stands for a loss."""
    found: Any = None

    def step() -> Any:
        nonlocal found
        found = make()
        return np.asarray(found)[0, 0]

    return Steps(step, lambda: [found], lambda: None)


class Workload(NamedTuple):
    title: str
    problem: Callable[[], Problem]

    def origins(self) -> list[NDArray[Any]]:
        """Where compared arrays are measured from: parameters from their start, derivatives from
        zero."""
        leaves, _, kind = self.problem()
        if kind in ("sgd", "adam"):
            return leaves
        if kind == "gradients":
            return [np.zeros_like(leaf) for leaf in leaves]
        return [np.zeros((leaf.size, leaf.size), leaf.dtype) for leaf in leaves]


def lenet_problem() -> Problem:
    images, labels, params = lenet.data()
    return Problem(list(params), (images, labels), "sgd")


def transformer_problem() -> Problem:
    x, params = transformer.data()
    return Problem([x, *params], (), "gradients")


def lstm_problem() -> Problem:
    x, params = lstm.data()
    return Problem([*params, x], (), "gradients")


WORKLOADS = {
    "tanh_mlp": Workload(
        "training step of a 2-16-16-1 tanh network, batch 100, mean squared error, SGD",
        problems.tanh_mlp,
    ),
    "small_relu_mlp": Workload(
        "training step of a 64-64-64-10 relu network, batch 64, cross-entropy, Adam",
        problems.small_relu_mlp,
    ),
    "relu_mlp": Workload(
        "training step of a 784-256-128-10 relu network, batch 128, cross-entropy, Adam",
        problems.relu_mlp,
    ),
    "gelu": Workload(
        "value and gradient of the sum of the GELU, written out with tanh, of 10 million numbers",
        problems.gelu,
    ),
    "cross_entropy": Workload(
        "value and gradient of the softmax cross-entropy of 4096x4096 logits",
        problems.cross_entropy,
    ),
    "chain": Workload(
        "value and gradient of 2,000 operations in a row on 8 numbers", problems.chain
    ),
    "rnn": Workload(
        "value and gradients of a tanh RNN over 100 steps, batch 32, 32 inputs, 64 hidden units",
        problems.rnn,
    ),
    "transformer": Workload(
        "value and gradients of a pre-norm transformer block, 8x128x128, 4 heads",
        transformer_problem,
    ),
    "lenet": Workload(
        "training step of LeNet on 28x28 images, batch 64, cross-entropy, SGD", lenet_problem
    ),
    "logistic": Workload(
        "value and gradients of logistic regression, 100,000 examples of 20 numbers",
        problems.logistic,
    ),
    "hessian": Workload(
        "Hessian of the Rosenbrock function in 50 dimensions, float64", problems.rosenbrock
    ),
    "jacobian": Workload(
        "Jacobian of two dense tanh layers, 100 numbers to 100", problems.dense_map
    ),
    "lstm": Workload(
        "value and gradients of an LSTM over 100 steps, batch 32, 64 hidden units", lstm_problem
    ),
}
