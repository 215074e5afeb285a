"""The sets to play with: points in the plane, drawn anew for each seed."""

from collections.abc import Callable
from functools import partial

import numpy as np

from autograd_lite import data
from autograd_lite.app.problem import Problem, as_rows, held_out_rows

# By the name that the command knows, in the order in which it lists them.
SETS: dict[str, Callable[..., data.Samples]] = {
    "circle": data.circle,
    "xor": data.xor,
    "gaussians": data.two_gaussians,
    "spiral": data.spiral,
    "plane": data.plane,
    "gaussian-regression": data.gaussian_bumps,
    "moons": partial(data.moons, noise=0.1),
    "blobs": data.blobs,
}


def playground_problem(name: str, rng: np.random.Generator) -> Problem:
    """500 points of a set, a fifth of them held out; inputs and a regression's targets are
    standardized by the statistics of the training points.
    """
    inputs, targets = SETS[name](rng=rng)
    is_regression = targets.dtype.kind == "f"
    train, held_out = held_out_rows(inputs, targets, rng, None if is_regression else targets)
    _, features = data.standardize(train["inputs"])
    scale = data.standardize(train["targets"][:, np.newaxis])[1] if is_regression else None
    return Problem(
        name=name,
        title=f"{name}, {len(inputs)} points",
        one="point",
        many="points",
        task="regression" if is_regression else "classification",
        train=as_rows(train, features, scale),
        held_out=as_rows(held_out, features, scale),
        feature_names=("x1", "x2"),
        features=features,
        target_name="value" if is_regression else "class",
        classes=() if is_regression else tuple(map(str, np.unique(targets).tolist())),
        target=scale,
        image_shape=None,
    )
