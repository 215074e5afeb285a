"""The cross-entropy of probabilities, rather than of logits."""

from typing import Any

import numpy as np

from autograd_lite.core.backward import strong
from autograd_lite.core.declare import composite
from autograd_lite.ops.loss import check, per_example, ratio, reduced, xlogy


def _body(x: Any, y: Any, axis: int, reduction: str) -> Any:
    return reduced(-np.add.reduce(xlogy(y, x), axis=axis), reduction)


def _by_prediction(g: Any, x: Any, y: Any, axis: int, reduction: str) -> Any:
    each = per_example(g, x, axis, reduction)
    return strong(each, each * ratio(-y, x))


def _by_target(g: Any, x: Any, axis: int, reduction: str) -> Any:
    each = per_example(g, x, axis, reduction)
    return strong(each, -each * np.log(x))


_categorical = composite(_body, _by_prediction, _by_target, name="categorical_cross_entropy")


def categorical_cross_entropy(
    prediction: Any, target: Any, reduction: str = "mean", axis: int = -1
) -> Any:
    """-sum(t * log(p)) along `axis`, of probabilities p, in natural logarithms.

    `target`: probabilities, or ones and zeros, of the prediction's shape; a class of which the
    target is 0 costs nothing whatever its p. Nothing is normalized, so the gradient by p is
    -t / p. The entropy of t is what remains at p = t. In bits it is 1 / log(2) times as much.

    >>> categorical_cross_entropy(np.array([0.9, 0.1]), np.array([0.6, 0.4])) / np.log(2)
    np.float64(1.41997309402197...)
    """
    check("categorical_cross_entropy", prediction, target, reduction)
    if not np.ndim(prediction):
        raise ValueError(
            "categorical_cross_entropy: the prediction is a single number; "
            "it needs an axis of classes."
        )
    return _categorical(prediction, target, axis=axis, reduction=reduction)
