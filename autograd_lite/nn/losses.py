"""Losses as layers, by PyTorch's names; what they compute is in `ag.mse`, `ag.cross_entropy` …"""

from collections.abc import Callable
from typing import Any

from autograd_lite import ops
from autograd_lite.nn.module import Module


class Loss(Module):
    """A loss with its reduction: "mean", "sum" or "none"."""

    loss: Callable[..., Any]

    def __init__(self, reduction: str = "mean") -> None:
        self.reduction = reduction

    def forward(self, prediction: Any, target: Any) -> Any:
        return type(self).loss(prediction, target, reduction=self.reduction)

    def extra_repr(self) -> str:
        return "" if self.reduction == "mean" else f"reduction={self.reduction!r}"


class MSELoss(Loss):
    """The squared error, `ag.mse`."""

    loss = staticmethod(ops.mse)


class L1Loss(Loss):
    """The absolute error, `ag.l1`."""

    loss = staticmethod(ops.l1)


class BCELoss(Loss):
    """The binary cross-entropy of probabilities, `ag.binary_cross_entropy`."""

    loss = staticmethod(ops.binary_cross_entropy)


class BCEWithLogitsLoss(Loss):
    """The binary cross-entropy of logits, `ag.binary_cross_entropy_with_logits`."""

    loss = staticmethod(ops.binary_cross_entropy_with_logits)


class HuberLoss(Loss):
    """Quadratic for errors below delta, linear beyond, `ag.huber`."""

    def __init__(self, reduction: str = "mean", delta: float = 1.0) -> None:
        super().__init__(reduction)
        self.delta = delta

    def forward(self, prediction: Any, target: Any) -> Any:
        return ops.huber(prediction, target, reduction=self.reduction, delta=self.delta)


class CrossEntropyLoss(Loss):
    """The cross-entropy of logits (N, C, ...), given classes or probabilities."""

    def forward(self, prediction: Any, target: Any) -> Any:
        axis = min(1, prediction.ndim - 1)
        return ops.cross_entropy(prediction, target, reduction=self.reduction, axis=axis)


class NLLLoss(Loss):
    """The negative log-likelihood of log-probabilities (N, C, ...), given classes."""

    def forward(self, prediction: Any, target: Any) -> Any:
        axis = min(1, prediction.ndim - 1)
        return ops.nll(prediction, target, reduction=self.reduction, axis=axis)
