"""Two data sets that are easily drawn and looked at: moons and blobs."""

import math

import numpy as np

from autograd_lite.data.samples import (
    Samples,
    halves,
    prepared,
    require_count,
    require_spread,
    shuffled,
)
from autograd_lite.random import generator


def moons(
    samples: int = 500, noise: float = 0.0, *, rng: np.random.Generator | None = None
) -> Samples:
    """Two half circles of radius 1 that reach into each other.

    With t evenly from 0 to pi, class 0 is (cos t, sin t) and class 1 (1 - cos t, 1/2 - sin t);
    `noise` is the standard deviation of a normal number added to each coordinate. rng=None draws
    from the library's generator.
    """
    rng = prepared("moons", samples, noise, rng)
    upper, lower = (np.linspace(0, math.pi, size) for size in halves(samples))
    points = np.concatenate(
        [
            np.stack([np.cos(upper), np.sin(upper)], axis=1),
            np.stack([1 - np.cos(lower), 0.5 - np.sin(lower)], axis=1),
        ]
    )
    targets = np.repeat([0, 1], halves(samples))
    return shuffled(points + noise * rng.standard_normal(points.shape), targets, rng)


def blobs(
    samples: int = 500,
    classes: int = 3,
    features: int = 2,
    deviation: float = 1.0,
    *,
    rng: np.random.Generator | None = None,
) -> Samples:
    """A normal cloud for each class, around centers that are uniform in a cube from -10 to 10.

    Each coordinate has the standard deviation `deviation`; the classes have equally many points,
    to within one. rng=None draws from the library's generator.
    """
    for name, count in (("samples", samples), ("classes", classes), ("features", features)):
        require_count("blobs", name, count)
    require_spread("blobs", "deviation", deviation)
    rng = generator(rng)
    centers = rng.uniform(-10, 10, (classes, features))
    targets = np.arange(samples) % classes
    points = centers[targets] + deviation * rng.standard_normal((samples, features))
    return shuffled(points, targets, rng)
