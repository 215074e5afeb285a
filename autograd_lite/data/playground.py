"""The data sets of TensorFlow Playground (https://playground.tensorflow.org), by its formulas.

Points lie in the plane, in a square of about -6 to 6. The four classification sets have the
classes 1 (there +1, shown in blue) and 0 (there -1, orange); `2 * targets - 1` gives its labels.
The tool's noise slider goes from 0 to 0.5. Where noise moves points "before they are labeled", the
point itself stays where it was drawn, so its label may be wrong: label noise near the borders.
All take keyword-only `rng=None`, a generator; None draws from the library's own, see `seed`.
"""

import math

import numpy as np
from numpy.typing import NDArray

from autograd_lite.data.samples import Samples, halves, prepared, shuffled

Floats = NDArray[np.float64]

HALF_SIDE = 6.0  # the regression sets fill a square of this half side
CENTERS = np.array([[-4, 2.5], [0, 2.5], [4, 2.5], [-4, -2.5], [0, -2.5], [4, -2.5]])
SIGNS = np.array([1.0, -1.0, 1.0, -1.0, 1.0, -1.0])


def circle(
    samples: int = 500, noise: float = 0.0, *, rng: np.random.Generator | None = None
) -> Samples:
    """A disc of class 1 within a ring of class 0.

    Half of the points have a radius uniform in [0, 2.5), half in [3.5, 5), at a uniform angle. The
    class is 1 where the point lies within 2.5 of the center, once each coordinate was moved by
    noise * uniform(-5, 5), before it is labeled.
    """
    rng = prepared("circle", samples, noise, rng)
    inside, outside = halves(samples)
    radius = np.concatenate([rng.uniform(0, 2.5, inside), rng.uniform(3.5, 5, outside)])
    points = polar(radius, rng.uniform(0, 2 * math.pi, samples))
    moved = points + noise * rng.uniform(-5, 5, points.shape)
    return shuffled(points, (np.hypot(*moved.T) < 2.5).astype(np.int64), rng)


def xor(
    samples: int = 500, noise: float = 0.0, *, rng: np.random.Generator | None = None
) -> Samples:
    """Four squares, class 1 where the coordinates have one sign: x1 * x2 >= 0.

    Coordinates are uniform in [-5, 5) and moved away from 0 by 0.3, which leaves a gap between the
    squares; noise * uniform(-5, 5) moves each of them before it is labeled.
    """
    rng = prepared("xor", samples, noise, rng)
    points = rng.uniform(-5, 5, (samples, 2))
    points += np.where(points > 0, 0.3, -0.3)
    moved = points + noise * rng.uniform(-5, 5, points.shape)
    return shuffled(points, (moved[:, 0] * moved[:, 1] >= 0).astype(np.int64), rng)


def two_gaussians(
    samples: int = 500, noise: float = 0.0, *, rng: np.random.Generator | None = None
) -> Samples:
    """A normal cloud of class 1 around (2, 2), and one of class 0 around (-2, -2).

    The variance of each coordinate is 0.5 + 7 * noise: from 0.5 to 4 as noise goes from 0 to 0.5.
    """
    rng = prepared("two_gaussians", samples, noise, rng)
    targets = np.repeat([1, 0], halves(samples))
    centers = np.where(targets == 1, 2.0, -2.0)[:, np.newaxis]
    points = centers + math.sqrt(0.5 + 7 * noise) * rng.standard_normal((samples, 2))
    return shuffled(points, targets, rng)


def spiral(
    samples: int = 500, noise: float = 0.0, *, rng: np.random.Generator | None = None
) -> Samples:
    """Two arms wound into each other, each going round one and three quarter times.

    The i-th of the n points of an arm has u = i / n, the radius 5 u and the angle 3.5 pi u, to
    which the arm of class 0 adds pi: (x1, x2) = radius * (sin, cos)(angle). Then
    noise * uniform(-1, 1) is added to each coordinate.
    """
    rng = prepared("spiral", samples, noise, rng)
    sizes = halves(samples)
    u = np.concatenate([np.arange(size) / size for size in sizes if size])
    targets = np.repeat([1, 0], sizes)
    points = polar(5 * u, 3.5 * math.pi * u + np.where(targets == 1, 0.0, math.pi))
    return shuffled(points + noise * rng.uniform(-1, 1, points.shape), targets, rng)


def plane(
    samples: int = 500, noise: float = 0.0, *, rng: np.random.Generator | None = None
) -> Samples:
    """Regression: points uniform in the square from -6 to 6, the target is (x1 + x2) / 10.

    noise * uniform(-6, 6) moves each coordinate before it is labeled.
    """
    rng = prepared("plane", samples, noise, rng)
    points, moved = scattered(samples, noise, rng)
    return shuffled(points, moved.sum(axis=1) / 10, rng)


def gaussian_bumps(
    samples: int = 500, noise: float = 0.0, *, rng: np.random.Generator | None = None
) -> Samples:
    """Regression: hills and hollows in turn around six places, flat between them.

    Called Gaussian there; each is a cone. The target is the value that is largest in magnitude
    among sign * max(0, 1 - distance / 2) for the centers (-4, 2.5) +, (0, 2.5) -, (4, 2.5) +,
    (-4, -2.5) -, (0, -2.5) +, (4, -2.5) -. Points are uniform in the square from -6 to 6;
    noise * uniform(-6, 6) moves each coordinate before it is labeled.
    """
    rng = prepared("gaussian_bumps", samples, noise, rng)
    points, moved = scattered(samples, noise, rng)
    distances = np.linalg.norm(moved[:, np.newaxis] - CENTERS, axis=-1)
    # The cones do not overlap (their centers are 4 or more apart), so their sum is the largest.
    return shuffled(points, (SIGNS * np.maximum(0.0, 1 - distances / 2)).sum(axis=1), rng)


def polar(radius: Floats, angle: Floats) -> Floats:
    """Points (n, 2) at these angles from the second axis, clockwise."""
    return np.stack([radius * np.sin(angle), radius * np.cos(angle)], axis=1)


def scattered(samples: int, noise: float, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Points uniform in a square, and where noise moves them before they are labeled."""
    points = rng.uniform(-HALF_SIDE, HALF_SIDE, (samples, 2))
    return points, points + noise * rng.uniform(-HALF_SIDE, HALF_SIDE, points.shape)
