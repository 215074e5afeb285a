"""LeNet's backpropagation written out by hand in NumPy.

Examples come last in every array: (channels, height, width, examples). So what is copied,
compared and added lies in runs of whole batches, the matrix products of the convolutions need
no transposed copies, and the dense layers read the last images as they lie.
"""

from collections.abc import Iterator
from itertools import product
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from problems import SGD_RATE
from workloads import Steps

import lenet
from lenet import Floats

ROWS = 2
PLACES = list(product(range(lenet.KERNEL), repeat=2))


def steps() -> Steps:
    images, labels, params = lenet.data()
    flat = np.concatenate([p.ravel() for p in params])
    flat_grad, start = np.empty_like(flat), flat.copy()
    k1, b1, k2, b2, w3, b3, w4, b4, w5, b5 = views(flat, params)
    gk1, gb1, gk2, gb2, gw3, gb3, gw4, gb4, gw5, gb5 = views(flat_grad, params)

    n, pad, examples = len(images), lenet.PADDING, np.arange(len(images))
    side = lenet.SIDE + 2 * pad
    padded = np.zeros((lenet.CHANNELS[0], side, side, n), np.float32)
    inside = padded[:, pad:-pad, pad:-pad]
    first = Convolution(k1, gk1, lenet.SIDE, n)
    second = Convolution(k2, gk2, lenet.SIDE // lenet.POOL + 1 - lenet.KERNEL, n)

    def step() -> np.float32:
        inside[...] = images.transpose(1, 2, 3, 0)
        z1 = first.forward(padded)
        top1 = max_pool(z1)
        h1 = biased_relu(top1, b1)
        z2 = second.forward(h1)
        top2 = max_pool(z2)
        h2 = biased_relu(top2, b2)
        f2 = h2.reshape(-1, n)
        h3 = biased_relu(w3 @ f2, b3)
        h4 = biased_relu(w4 @ h3, b4)
        d = w5 @ h4
        d += b5[:, None]
        loss = softmax_cross_entropy(d, labels, examples)

        through_dense(d, h4, gw5, gb5)
        d = w5.T @ d
        d *= h4 > 0
        through_dense(d, h3, gw4, gb4)
        d = w4.T @ d
        d *= h3 > 0
        through_dense(d, f2, gw3, gb3)
        d = (w3.T @ d).reshape(h2.shape)
        through_pool(d, z2, top2, h2, gb2)
        second.weigh(z2, h1)
        d = second.backward(z2)
        through_pool(d, z1, top1, h1, gb1)
        first.weigh(z1, padded)

        np.multiply(flat_grad, SGD_RATE, out=flat_grad)
        np.subtract(flat, flat_grad, out=flat)
        return loss

    def reset() -> None:
        flat[...] = start

    return Steps(step, lambda: views(flat, params), reset)


def views(flat: Floats, like: list[Floats]) -> list[Floats]:
    """Consecutive pieces of `flat`, in the shapes of `like`."""
    ends = np.cumsum([a.size for a in like])
    return [piece.reshape(a.shape) for piece, a in zip(np.split(flat, ends[:-1]), like)]


class Convolution:
    """A convolution without its bias, as a product of matrices, to images of `side` x `side`.

    Row (channel, i, j) of the patches is what entry (i, j) of the kernels meets. They are made for
    ROWS rows of the output at a time, in the same memory, which so stays in the cache.
    """

    def __init__(self, kernels: Floats, grad: Floats, side: int, examples: int) -> None:
        outputs, channels, size, _ = kernels.shape
        self.kernels, self.grad = kernels.reshape(outputs, -1), grad.reshape(outputs, -1)
        self.patches = np.empty((channels, size, size, ROWS, side, examples), np.float32)
        self.matrix = self.patches.reshape(channels * size * size, -1)
        self.size, self.side = size, side

    def blocks(self) -> Iterator[tuple[int, slice]]:
        """The first row of each block, and the block's columns in the product of matrices."""
        width = self.matrix.shape[1]
        for i, row in enumerate(range(0, self.side, ROWS)):
            yield row, slice(i * width, (i + 1) * width)

    def windows(self, x: Floats) -> Floats:
        """A view (channels, size, size, side, side, examples) of all that the kernels meet."""
        size = (self.size, self.size)
        return sliding_window_view(x, size, axis=(1, 2)).transpose(0, 4, 5, 1, 2, 3)

    def forward(self, x: Floats) -> Floats:
        examples = x.shape[-1]
        z = np.empty((len(self.kernels), self.side, self.side, examples), np.float32)
        flat, windows = z.reshape(len(z), -1), self.windows(x)
        for row, columns in self.blocks():
            self.patches[...] = windows[:, :, :, row : row + ROWS]
            np.matmul(self.kernels, self.matrix, out=flat[:, columns])
        return z

    def weigh(self, d: Floats, x: Floats) -> None:
        """The gradient of the kernels; `d` is by the output."""
        flat, windows = d.reshape(len(d), -1), self.windows(x)
        total = np.zeros(self.grad.shape[::-1], np.float32)
        for row, columns in self.blocks():
            self.patches[...] = windows[:, :, :, row : row + ROWS]
            total += self.matrix @ flat[:, columns].T  # quicker than the transpose of this
        self.grad[...] = total.T

    def backward(self, d: Floats) -> Floats:
        """The gradient of the input."""
        channels, whole = len(self.patches), self.side + self.size - 1
        flat, g = d.reshape(len(d), -1), np.zeros((channels, whole, whole, d.shape[-1]), np.float32)
        for row, columns in self.blocks():
            np.matmul(self.kernels.T, flat[:, columns], out=self.matrix)
            for i, j in PLACES:
                g[:, row + i : row + i + ROWS, j : j + self.side] += self.patches[:, i, j]
        return g


def corners(z: Floats) -> list[Floats]:
    """The first entries of all 2x2 windows, then the second, third and fourth ones."""
    return [z[:, i::2, j::2] for i, j in product(range(lenet.POOL), repeat=2)]


def max_pool(z: Floats) -> Floats:
    a, b, c, d = corners(z)
    top: Floats = np.maximum(a, b)
    np.maximum(top, c, out=top)
    np.maximum(top, d, out=top)
    return top


def biased_relu(z: Floats, bias: Floats) -> Floats:
    """A pooling lets bias and relu wait until after it: both leave the order of entries alone."""
    h: Floats = z + bias.reshape(-1, *(1,) * (z.ndim - 1))
    return np.maximum(h, 0, out=h)


def through_pool(d: Floats, z: Floats, top: Floats, h: Floats, gb: Floats) -> None:
    """Through relu, bias and pooling: `d` by h becomes the gradient by z, which replaces z.

    Of equal entries of a window the first gets it.
    """
    waiting = h > 0
    d *= waiting
    np.add.reduce(d.reshape(len(d), -1), 1, out=gb)
    for corner in corners(z):
        chosen = corner == top
        chosen &= waiting
        waiting ^= chosen
        np.multiply(d, chosen, out=corner)


def through_dense(d: NDArray[Any], inputs: NDArray[Any], gw: Floats, gb: Floats) -> None:
    """The gradients of a layer's weight and bias, into `gw` and `gb`; `d` is by its output."""
    np.matmul(d, inputs.T, out=gw)
    np.add.reduce(d, 1, out=gb)


def softmax_cross_entropy(
    z: NDArray[Any], labels: NDArray[np.int64], examples: NDArray[np.int64]
) -> np.float32:
    """The mean loss; the logits `z`, a column for each example, become its gradient by them."""
    count = np.float32(len(labels))
    z -= np.maximum.reduce(z, 0)
    chosen = z[labels, examples]
    np.exp(z, out=z)
    total = np.add.reduce(z, 0)
    loss: np.float32 = (np.add.reduce(np.log(total)) - np.add.reduce(chosen)) / count
    total *= count
    z /= total
    z[labels, examples] -= 1 / count
    return loss
