"""Backpropagation written out by hand in NumPy: what an engine can hope to come near to.

All parameters are views of one flat buffer and their gradients of another, so that an update is
a few calls; intermediate arrays are overwritten where nothing needs them any more.
"""

from collections.abc import Callable
from typing import Any

import by_hand.cross_entropy
import by_hand.gelu
import by_hand.logistic
import by_hand.rnn
import lenet.numpy_hand
import lstm.numpy_hand
import numpy as np
import problems
import transformer.numpy_hand
from numpy.typing import NDArray
from problems import Problem
from workloads import Floats, Steps, gradient_steps, matrix_steps

from engines.numpy_updates import SGD, Adam

VERSION = np.__version__


def views(flat: Floats, like: list[Floats]) -> list[Floats]:
    """Consecutive pieces of `flat`, in the shapes of `like`."""
    ends = np.cumsum([a.size for a in like])
    return [piece.reshape(a.shape) for piece, a in zip(np.split(flat, ends[:-1]), like)]


def tanh_mlp() -> Steps:
    params, (x, y), _ = problems.tanh_mlp()
    flat = np.concatenate([p.ravel() for p in params])
    flat_grad = np.empty_like(flat)
    w1, b1, w2, b2, w3, b3 = views(flat, params)
    gw1, gb1, gw2, gb2, gw3, gb3 = views(flat_grad, params)
    sgd, count = SGD([flat]), np.float32(y.size)

    def step() -> np.float32:
        h1 = x @ w1
        h1 += b1
        np.tanh(h1, out=h1)
        h2 = h1 @ w2
        h2 += b2
        np.tanh(h2, out=h2)
        d = h2 @ w3
        d += b3
        d -= y
        loss: np.float32 = np.vdot(d, d) / count

        d *= 2 / count
        through_dense(d, h2, gw3, gb3)
        d = d @ w3.T
        through_tanh(d, h2)
        through_dense(d, h1, gw2, gb2)
        d = d @ w2.T
        through_tanh(d, h1)
        through_dense(d, x, gw1, gb1)

        sgd.step([flat_grad])
        return loss

    return Steps(step, lambda: views(flat, params), sgd.reset)


def through_dense(d: NDArray[Any], inputs: NDArray[Any], gw: Floats, gb: Floats) -> None:
    """The gradients of a layer's weight and bias, into `gw` and `gb`; `d` is by its output."""
    np.matmul(inputs.T, d, out=gw)
    np.add.reduce(d, 0, out=gb)


def through_tanh(d: NDArray[Any], out: NDArray[Any]) -> None:
    """d *= 1 - out**2, in place; `out` is spoiled."""
    out *= out
    np.subtract(1, out, out=out)
    d *= out


def relu_mlp(problem: Problem) -> Steps:
    params, (x, labels), _ = problem
    flat = np.concatenate([p.ravel() for p in params])
    flat_grad = np.empty_like(flat)
    w1, b1, w2, b2, w3, b3 = views(flat, params)
    gw1, gb1, gw2, gb2, gw3, gb3 = views(flat_grad, params)
    adam, rows = Adam([flat]), np.arange(len(labels))

    def step() -> np.float32:
        h1 = x @ w1
        h1 += b1
        np.maximum(h1, 0, out=h1)
        h2 = h1 @ w2
        h2 += b2
        np.maximum(h2, 0, out=h2)
        d = h2 @ w3
        d += b3
        loss = softmax_cross_entropy(d, labels, rows)

        through_dense(d, h2, gw3, gb3)
        d = d @ w3.T
        d *= h2 > 0
        through_dense(d, h1, gw2, gb2)
        d = d @ w2.T
        d *= h1 > 0
        through_dense(d, x, gw1, gb1)

        adam.step([flat_grad])
        return loss

    return Steps(step, lambda: views(flat, params), adam.reset)


def softmax_cross_entropy(
    z: NDArray[Any], labels: NDArray[np.int64], rows: NDArray[np.int64]
) -> np.float32:
    """The mean loss; the logits `z` become its gradient by them."""
    count = np.float32(len(labels))
    z -= np.maximum.reduce(z, 1, keepdims=True)
    chosen = z[rows, labels]
    np.exp(z, out=z)
    total = np.add.reduce(z, 1, keepdims=True)
    loss: np.float32 = (np.add.reduce(np.log(total), None) - np.add.reduce(chosen)) / count
    total *= count
    z /= total
    z[rows, labels] -= 1 / count
    return loss


def chain() -> Steps:
    (start,) = problems.chain().leaves
    # Arrays of no dimension: the constants that NumPy is quickest to take.
    factor = np.array(problems.CHAIN_FACTOR, np.float32)
    term = np.array(problems.CHAIN_TERM, np.float32)
    x, g = np.empty_like(start), np.empty_like(start)

    def value_and_gradient() -> tuple[Any, list[Floats]]:
        x[...] = start
        for _ in range(problems.CHAIN_OPERATIONS // 2):
            np.multiply(x, factor, x)
            np.add(x, term, x)
        g.fill(1)
        for _ in range(problems.CHAIN_OPERATIONS // 2):  # an addition hands g on as it is
            np.multiply(g, factor, g)
        return np.add.reduce(x), [g]

    return gradient_steps(value_and_gradient)


def hessian() -> Steps:
    (x,) = problems.rosenbrock().leaves
    n = len(x)
    found = np.zeros((n, n))
    middle, above, below = (
        np.einsum("ii->i", view) for view in (found, found[:-1, 1:], found[1:, :-1])
    )

    def filled() -> Any:
        middle[:-1] = 1200 * x[:-1] ** 2 - 400 * x[1:] + 2
        middle[-1] = 0
        middle[1:] += 200
        above[:] = below[:] = -400 * x[:-1]
        return found

    return matrix_steps(filled)


def jacobian() -> Steps:
    (x,), (w1, w2), _ = problems.dense_map()

    def product() -> Any:
        h = np.tanh(w1 @ x)
        y = np.tanh(w2 @ h)
        return (1 - y * y)[:, None] * w2 @ ((1 - h * h)[:, None] * w1)

    return matrix_steps(product)


BY_HAND: dict[str, Callable[[], Steps]] = {
    "tanh_mlp": tanh_mlp,
    "small_relu_mlp": lambda: relu_mlp(problems.small_relu_mlp()),
    "relu_mlp": lambda: relu_mlp(problems.relu_mlp()),
    "gelu": by_hand.gelu.steps,
    "cross_entropy": by_hand.cross_entropy.steps,
    "chain": chain,
    "rnn": by_hand.rnn.steps,
    "transformer": transformer.numpy_hand.steps,
    "lenet": lenet.numpy_hand.steps,
    "logistic": by_hand.logistic.steps,
    "hessian": hessian,
    "jacobian": jacobian,
    "lstm": lstm.numpy_hand.steps,
}


def steps(workload: str) -> Steps:
    return BY_HAND[workload]()
