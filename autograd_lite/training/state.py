"""The state of a training run: what changes from epoch to epoch, in memory and in its file."""

import os
from dataclasses import asdict
from typing import Any

import numpy as np

from autograd_lite.core.tensor import Tensor
from autograd_lite.nn import Module
from autograd_lite.optim import Optimizer, ReduceLROnPlateau
from autograd_lite.storage import load_checkpoint, save_checkpoint
from autograd_lite.training.history import History


class Training:
    """Where a run stands; with a `checkpoint` a file says so too, after every epoch."""

    def __init__(
        self,
        model: Module,
        optimizer: Optimizer,
        plateau: ReduceLROnPlateau | None,
        rng: np.random.Generator | None,
        epochs: int,
        patience: int | None,
        checkpoint: str | os.PathLike[str] | None,
    ) -> None:
        self.model, self.plateau = model, plateau
        self.epochs, self.patience, self.checkpoint = epochs, patience, checkpoint
        parts = {"model": model, "optimizer": optimizer, "plateau": plateau, "rng": rng}
        self.parts: dict[str, Any] = {k: part for k, part in parts.items() if part is not None}
        self.parameters: list[Tensor] = list(optimizer.named_parameters().values())
        self.history = History()
        self.best_weights: dict[str, Any] | None = None

    def begin(self, resume: bool) -> History:
        """Begin anew, or where the checkpoint was written; the history, empty or as it was."""
        if not resume:
            self.save()
        elif self.checkpoint is None:
            raise ValueError("fit: resume goes on from a file; pass checkpoint=")
        else:
            rest = load_checkpoint(self.checkpoint, **self.parts)
            self.history = History(**rest["history"])
            self.best_weights = rest["best_weights"]
            self.judge()  # patience may be another one now
        return self.history

    def save(self) -> None:
        if self.checkpoint is not None:
            rest = {"history": asdict(self.history), "best_weights": self.best_weights}
            save_checkpoint(self.checkpoint, **self.parts, **rest)

    @property
    def is_over(self) -> bool:
        """Whether no epoch is left."""
        return self.history.stopped_early or len(self.history) >= self.epochs

    def judge(self) -> None:
        """Note whether patience has come to its end before the epochs."""
        done = len(self.history)
        if self.patience is not None and done:
            waited = done - 1 - self.history.best
            self.history.stopped_early = done < self.epochs and waited >= self.patience

    def finish_epoch(self) -> None:
        """What is done once all rows were gone through and the history tells of it."""
        if self.plateau is not None:
            self.plateau.step(self.history.watched[-1])
        if self.patience is not None and self.history.best == len(self.history) - 1:
            self.best_weights = self.model.state_dict()
        self.judge()
        self.save()

    def conclude(self) -> None:
        """Give the model its best weights, if they are known and training was left to its end."""
        if self.best_weights is not None and not self.history.interrupted:
            self.model.load_state_dict(self.best_weights)
