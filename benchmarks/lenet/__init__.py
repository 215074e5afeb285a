"""A training step of LeNet on images of 28x28 pixels: two convolutions, three dense layers.

conv 5x5 (padding 2), relu, max pool 2, conv 5x5, relu, max pool 2, dense, relu, dense, relu, dense;
softmax cross-entropy, SGD. Images are (examples, channels, height, width), kernels (out, in,
height, width), and dense weights (out, in).
"""

import math
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

BATCH, SIDE, KERNEL, PADDING, POOL = 64, 28, 5, 2, 2
CHANNELS = (1, 8, 16)
DENSE = (CHANNELS[-1] * 5 * 5, 120, 84, 10)  # the second pooling leaves images of 5x5


class Training(NamedTuple):
    """Images, labels, and the parameters [K1, b1, K2, b2, W3, b3, W4, b4, W5, b5]."""

    images: Floats
    labels: NDArray[np.int64]
    params: list[Floats]


def data() -> Training:
    """Every image is there twice, with two different labels, so that the loss stays above log 2."""
    rng = np.random.default_rng(21)
    half, classes = BATCH // 2, DENSE[-1]
    images = rng.uniform(0, 1, (half, CHANNELS[0], SIDE, SIDE)).astype(np.float32)
    first = rng.integers(0, classes, half)
    second = (first + rng.integers(1, classes, half)) % classes
    labels = np.stack([first, second], axis=1).reshape(-1)

    kernels = [(o, i, KERNEL, KERNEL) for i, o in pairwise(CHANNELS)]
    matrices = [(o, i) for i, o in pairwise(DENSE)]
    params: list[Floats] = []
    for shape in [*kernels, *matrices]:
        params.append(weight(rng, shape))
        params.append(rng.uniform(-0.1, 0.1, shape[0]).astype(np.float32))
    return Training(np.repeat(images, 2, axis=0), labels, params)


def weight(rng: np.random.Generator, shape: tuple[int, ...]) -> Any:
    """Normal numbers that keep the size of what goes through: (out, in, ...)."""
    return (rng.standard_normal(shape) / math.prod(shape[1:]) ** 0.5).astype(np.float32)
