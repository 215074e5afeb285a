"""Losses: what a prediction costs, given the target. Unequal shapes are refused.

Every loss takes `reduction="mean" | "sum" | "none"`. Those that compare entry by entry are made
by `pointwise`, from the loss of one entry and its two partial derivatives; the mean is over all
entries. The others work along the axis of the classes; their mean is over the examples.
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from autograd_lite.core.backward import strong
from autograd_lite.core.declare import composite, elementwise
from autograd_lite.core.tensor import value_of
from autograd_lite.errors import ShapeError
from autograd_lite.ops.activation import log_softmax, softmax
from autograd_lite.ops.elementwise import sigmoid
from autograd_lite.ops.reduce import mean_of

REDUCTIONS = ("mean", "sum", "none")


def reduced(value: Any, reduction: str) -> Any:
    if reduction == "mean":
        return mean_of(value)
    return np.add.reduce(value, axis=None) if reduction == "sum" else value


def shared_out(g: Any, x: Any, reduction: str) -> Any:
    """The cotangent of each entry's loss, given that of the reduced loss."""
    return g / max(math.prod(x.shape), 1) if reduction == "mean" else g


def shape_of(x: Any) -> Any:
    return x.shape if hasattr(x, "shape") else np.shape(x)


def check(name: str, prediction: Any, target: Any, reduction: str) -> None:
    if reduction not in REDUCTIONS:
        raise ValueError(f"{name}: reduction is one of {REDUCTIONS}; found {reduction!r}.")
    found, wanted = shape_of(prediction), shape_of(target)
    if found != wanted:
        raise ShapeError(
            f"{name}: prediction {found} and target {wanted} must have equal shapes; "
            "broadcasting them would compare every prediction with every target. "
            "Reshape one of them."
        )


def pointwise(
    name: str,
    loss: Callable[..., Any],
    by_prediction: Callable[..., Any],
    by_target: Any,
    formula: tuple[str, str],
) -> Callable[..., Any]:
    """The declared function of a loss that compares entry by entry."""

    def body(x: Any, y: Any, reduction: str = "mean", delta: float = 1.0) -> Any:
        return reduced(loss(x, y, delta), reduction)

    return composite(
        body,
        lambda g, x, y, reduction="mean", delta=1.0: by_prediction(
            shared_out(g, x, reduction), x, y, delta
        ),
        lambda g, x, y, reduction="mean", delta=1.0: by_target(
            shared_out(g, y, reduction), x, y, delta
        ),
        name=name,
        formula=formula,
    )


_mse = pointwise(
    "mse",
    lambda x, y, _: np.square(x - y),
    lambda g, x, y, _: 2 * g * (x - y),
    lambda g, x, y, _: 2 * g * (y - x),
    formula=("2 · (x - y) · g / count", "2 · (y - x) · g / count"),
)
_half = pointwise(
    "half_squared_error",
    lambda x, y, _: 0.5 * np.square(x - y),
    lambda g, x, y, _: g * (x - y),
    lambda g, x, y, _: g * (y - x),
    formula=("(x - y) · g / count", "(y - x) · g / count"),
)
_l1 = pointwise(
    "l1",
    lambda x, y, _: np.abs(x - y),
    lambda g, x, y, _: g * np.sign(x - y),
    lambda g, x, y, _: g * np.sign(y - x),
    formula=("sign(x - y) · g / count", "sign(y - x) · g / count"),
)
_huber = pointwise(
    "huber",
    lambda x, y, delta: huber_value(x - y, delta),
    lambda g, x, y, delta: g * np.clip(x - y, -delta, delta),
    lambda g, x, y, delta: g * np.clip(y - x, -delta, delta),
    formula=("clip(x - y, -δ, δ) · g / count", "clip(y - x, -δ, δ) · g / count"),
)
_pseudo_huber = pointwise(
    "pseudo_huber",
    lambda x, y, delta: pseudo_huber_value(x - y, delta),
    lambda g, x, y, delta: g * (x - y) / np.hypot((x - y) / delta, 1),
    lambda g, x, y, delta: g * (y - x) / np.hypot((x - y) / delta, 1),
    formula=("r / √(1 + (r / δ)²) · g / count, r = x - y", "the same, r = y - x"),
)
_bce = pointwise(
    "binary_cross_entropy",
    lambda x, y, _: -(xlogy(y, x) + xlogy(1 - y, 1 - x)),
    lambda g, x, y, _: strong(g, g * (ratio(1 - y, 1 - x) - ratio(y, x))),
    lambda g, x, y, _: strong(g, g * (np.log(1 - x) - np.log(x))),
    formula=("((1 - y) / (1 - x) - y / x) · g / count", "log((1 - x) / x) · g / count"),
)
_bce_logits = pointwise(
    "binary_cross_entropy_with_logits",
    lambda x, y, _: np.maximum(x, 0) - x * y + np.log1p(np.exp(-np.abs(x))),
    lambda g, x, y, _: g * (sigmoid(x) - y),
    lambda g, x, y, _: -g * x,
    formula=("(sigmoid(x) - y) · g / count", "-x · g / count"),
)


def huber_value(r: Any, delta: float) -> Any:
    size = np.abs(r)
    bounded = np.minimum(size, delta)
    return bounded * (size - 0.5 * bounded)


def pseudo_huber_value(r: Any, delta: float) -> Any:
    # r**2 / (1 + root) is delta**2 * (root - 1) without the loss of digits for small r.
    return r * (r / (1 + np.hypot(r / delta, 1)))


def xlogy(x: Any, y: Any) -> Any:
    """x * log(y), which is 0 where x is 0 whatever y is."""
    absent = value_of(x) == 0
    with np.errstate(divide="ignore"):
        return np.where(absent, 0, x * np.log(np.where(absent, 1, y)))


def ratio(x: Any, y: Any) -> Any:
    """x / y, which is 0 where x is 0 whatever y is."""
    absent = value_of(x) == 0
    return np.where(absent, 0, x / np.where(absent, 1, y))


def mse(prediction: Any, target: Any, reduction: str = "mean") -> Any:
    """The squared error (p - t)**2."""
    check("mse", prediction, target, reduction)
    return _mse(prediction, target, reduction=reduction)


def half_squared_error(prediction: Any, target: Any, reduction: str = "mean") -> Any:
    """Half the squared error, (p - t)**2 / 2, whose derivative is p - t."""
    check("half_squared_error", prediction, target, reduction)
    return _half(prediction, target, reduction=reduction)


def l1(prediction: Any, target: Any, reduction: str = "mean") -> Any:
    """The absolute error |p - t|; its slope at 0 is 0."""
    check("l1", prediction, target, reduction)
    return _l1(prediction, target, reduction=reduction)


def huber(prediction: Any, target: Any, reduction: str = "mean", delta: float = 1.0) -> Any:
    """r**2 / 2 for |r| < delta, else delta * (|r| - delta / 2), where r = p - t. Huber (1964)."""
    check("huber", prediction, target, reduction)
    return _huber(prediction, target, reduction=reduction, delta=delta)


def pseudo_huber(prediction: Any, target: Any, reduction: str = "mean", delta: float = 1.0) -> Any:
    """delta**2 * (sqrt(1 + (r / delta)**2) - 1), where r = p - t: a smooth Huber loss."""
    check("pseudo_huber", prediction, target, reduction)
    return _pseudo_huber(prediction, target, reduction=reduction, delta=delta)


def binary_cross_entropy(prediction: Any, target: Any, reduction: str = "mean") -> Any:
    """-t log(p) - (1 - t) log(1 - p) of probabilities p; a term with weight 0 is 0."""
    check("binary_cross_entropy", prediction, target, reduction)
    return _bce(prediction, target, reduction=reduction)


def binary_cross_entropy_with_logits(logits: Any, target: Any, reduction: str = "mean") -> Any:
    """The binary cross-entropy of sigmoid(logits), exact for logits of any size."""
    check("binary_cross_entropy_with_logits", logits, target, reduction)
    return _bce_logits(logits, target, reduction=reduction)


# Losses along the axis of the classes


def _l2_norm(x: Any, y: Any, axis: int, reduction: str) -> Any:
    return reduced(np.sqrt(np.add.reduce(np.square(x - y), axis=axis)), reduction)


def _direction(g: Any, x: Any, y: Any, axis: int, reduction: str) -> Any:
    """The cotangent times the unit vector of x - y, which is 0 where x equals y."""
    r = x - y
    length2 = np.sum(np.square(r), axis=axis, keepdims=True)
    length = np.sqrt(np.where(value_of(length2) == 0, 1, length2))
    return per_example(g, r, axis, reduction) * (r / length)


def per_example(g: Any, x: Any, axis: int, reduction: str) -> Any:
    """The cotangent of each example's loss, with the axis of the classes as a one."""
    if reduction == "none":
        return np.expand_dims(g, axis)
    examples = math.prod(x.shape) // max(x.shape[axis], 1)
    return g / max(examples, 1) if reduction == "mean" else g


_l2 = composite(
    _l2_norm,
    lambda g, x, y, axis, reduction: _direction(g, x, y, axis, reduction),
    lambda g, x, y, axis, reduction: _direction(g, y, x, axis, reduction),
    name="l2_norm",
)


def l2_norm(prediction: Any, target: Any, reduction: str = "mean", axis: int = -1) -> Any:
    """The length of p - t along `axis`; its gradient where p = t is 0."""
    check("l2_norm", prediction, target, reduction)
    return _l2(prediction, target, axis=axis, reduction=reduction)


def pick(x: Any, labels: Any, axis: int) -> Any:
    """The entry of the labeled class of each example."""
    return np.take_along_axis(x, np.expand_dims(labels, axis), axis=axis).squeeze(axis)


def _nll(x: Any, labels: Any, axis: int, reduction: str) -> Any:
    return reduced(-pick(x, labels, axis), reduction)


def _cross_entropy(x: Any, labels: Any, axis: int, reduction: str) -> tuple[Any, Any]:
    shifted = x - np.maximum.reduce(x, axis=axis, keepdims=True)
    exp = np.exp(shifted)
    total = np.add.reduce(exp, axis=axis, keepdims=True)
    loss = np.log(total).squeeze(axis) - pick(shifted, labels, axis)
    return reduced(loss, reduction), exp / total


def _cross_entropy_soft(x: Any, y: Any, axis: int, reduction: str) -> Any:
    return reduced(-np.add.reduce(y * log_softmax(x, axis=axis), axis=axis), reduction)


def _subtract_one(p: Any, labels: Any, axis: int) -> Any:
    """p - one_hot(labels)."""
    result = p.copy()
    at = np.expand_dims(labels, axis)
    np.put_along_axis(result, at, np.take_along_axis(p, at, axis) - 1, axis)
    return result


subtract_one = elementwise(_subtract_one, lambda g, labels, axis: g, name="subtract_one_hot")

_nll_of = composite(
    _nll,
    lambda g, x, labels, axis, reduction: per_example(g, x, axis, reduction) * (
        subtract_one(np.zeros(x.shape, x.dtype), labels=labels, axis=axis)),
    name="nll",
)  # fmt: skip
_cross_entropy_of = composite(
    _cross_entropy,
    lambda g, p, labels, axis, reduction: (
        subtract_one(p, labels=labels, axis=axis) * per_example(g, p, axis, reduction)
    ),
    extras={"p": softmax},
    name="cross_entropy",
    formula=("g / count · (softmax(logits) - one-hot(labels))",),
)
_cross_entropy_with = composite(
    _cross_entropy_soft,
    lambda g, x, y, axis, reduction: per_example(g, x, axis, reduction) * (
        softmax(x, axis=axis) * np.sum(y, axis=axis, keepdims=True) - y),
    lambda g, x, axis, reduction: per_example(g, x, axis, reduction) * (
        -log_softmax(x, axis=axis)),
    name="cross_entropy_with_probabilities",
    formula=("g / count · (softmax(logits) - p)", "-g / count · log_softmax(logits)"),
)  # fmt: skip


def labels_of(name: str, scores: Any, target: Any, reduction: str, axis: int) -> Any:
    """The integer labels, checked against the scores' shape."""
    if reduction not in REDUCTIONS:
        raise ValueError(f"{name}: reduction is one of {REDUCTIONS}; found {reduction!r}.")
    shape = list(np.shape(value_of(scores)))
    if not shape:
        raise ShapeError(f"{name}: the scores are a single number; they need an axis of classes.")
    classes = shape.pop(axis)
    labels = target if hasattr(target, "shape") else np.asarray(target)
    if list(labels.shape) != shape:
        raise ShapeError(
            f"{name}: scores {np.shape(value_of(scores))} with classes along axis {axis} need "
            f"labels of shape {tuple(shape)}; found {labels.shape}."
        )
    if type(labels) is np.ndarray and labels.size and (labels.min() < 0 or labels.max() >= classes):
        raise ValueError(
            f"{name}: labels must lie in 0..{classes - 1}, one for each class; found "
            f"{labels.min()} to {labels.max()}."
        )
    return labels


def nll(log_probabilities: Any, labels: Any, reduction: str = "mean", axis: int = -1) -> Any:
    """Minus the log-probability of the labeled class."""
    labels = labels_of("nll", log_probabilities, labels, reduction, axis)
    return _nll_of(log_probabilities, labels=labels, axis=axis, reduction=reduction)


def cross_entropy(logits: Any, target: Any, reduction: str = "mean", axis: int = -1) -> Any:
    """-sum(t * log(softmax(logits))) along `axis`, in natural logarithms.

    `target`: integer labels, of the logits' shape without `axis`; or probabilities, of the
    logits' shape. Exact for logits of any size.
    """
    if is_integer(target):
        labels = labels_of("cross_entropy", logits, target, reduction, axis)
        return _cross_entropy_of(logits, labels=labels, axis=axis, reduction=reduction)
    check("cross_entropy", logits, target, reduction)
    return _cross_entropy_with(logits, target, axis=axis, reduction=reduction)


def is_integer(target: Any) -> bool:
    dtype = target.dtype if hasattr(target, "dtype") else np.asarray(target).dtype
    return bool(dtype.kind in "iu")
