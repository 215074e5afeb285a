"""Lower the rate when a measured value no longer gets better."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from autograd_lite import tree
from autograd_lite.core.state import State
from autograd_lite.optim.optimizer import Optimizer
from autograd_lite.optim.restoring import restore


class ReduceLROnPlateau:
    """Multiply the rates by `factor` after more than `patience` epochs without improvement.

    `step(metric)` is called once per epoch, as a rule with the loss on held-out data. Better is
    below the best so far by the share `threshold` of it (threshold_mode="rel") or by `threshold`
    ("abs"); with mode="max", above. After a reduction, `cooldown` epochs are not counted. A rate
    does not fall below `min_lr`, nor change by `eps` or less.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        mode: str = "min",
        factor: float = 0.1,
        patience: int = 10,
        threshold: float = 1e-4,
        threshold_mode: str = "rel",
        cooldown: int = 0,
        min_lr: float = 0.0,
        eps: float = 1e-8,
    ) -> None:
        if mode not in ("min", "max") or threshold_mode not in ("rel", "abs"):
            raise ValueError(
                "ReduceLROnPlateau: mode is 'min' or 'max' and threshold_mode 'rel' or 'abs'; "
                f"found {mode!r} and {threshold_mode!r}."
            )
        if not factor < 1:
            raise ValueError(f"ReduceLROnPlateau: factor must be below 1; found {factor}.")
        if any(group.schedule is not None for group in optimizer.param_groups):
            raise ValueError(
                "ReduceLROnPlateau: the optimizer's rate is a schedule, which would undo every "
                "reduction. Give the optimizer a number as lr."
            )
        self.optimizer = optimizer
        self.mode, self.threshold_mode = mode, threshold_mode
        self.factor, self.patience, self.cooldown = factor, patience, cooldown
        self.threshold, self.min_lr, self.eps = threshold, min_lr, eps
        self.best = State(np.inf if mode == "min" else -np.inf)
        self.bad_epochs = State(0)
        self.cooling = State(0)

    def step(self, metric: Any) -> None:
        """Take note of this epoch's value, and lower the rates if it is time."""
        value = float(metric.item() if hasattr(metric, "item") else metric)
        better = self.is_better(value)
        cooling = max(self.cooling.item() - 1, 0)
        bad = 0 if better or self.cooling.item() > 0 else self.bad_epochs.item() + 1
        if better:
            self.best.assign(value)
        if bad > self.patience:
            self.reduce()
            bad, cooling = 0, self.cooldown
        self.bad_epochs.assign(bad)
        self.cooling.assign(cooling)

    def is_better(self, value: float) -> bool:
        """Whether a value improves on the best by more than the threshold."""
        best, sign = self.best.item(), 1 if self.mode == "max" else -1
        if self.threshold_mode == "rel":
            bound = best * (1 + sign * self.threshold)
        else:
            bound = best + sign * self.threshold
        return bool(value * sign > bound * sign)

    def reduce(self) -> None:
        """Lower the rate of every group."""
        for group in self.optimizer.param_groups:
            lower = max(group["lr"] * self.factor, self.min_lr)
            if group["lr"] - lower > self.eps:
                group["lr"] = lower

    def state_dict(self) -> dict[str, Any]:
        """What it has seen, as copies by name: a tree for `save`."""
        return {name: cell.numpy() for name, cell in self.cells().items()}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from what `state_dict` gave, as it was or as `load` read it; all or nothing."""
        restore("ReduceLROnPlateau", self.cells(), {}, dict(tree.items(state)))

    def cells(self) -> dict[str, State]:
        """All that changes, by its name in the state dictionary."""
        return {"best": self.best, "bad_epochs": self.bad_epochs, "cooling": self.cooling}
