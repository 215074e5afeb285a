"""What a model reaches on rows, without learning from them."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np

from autograd_lite import tree as trees
from autograd_lite.core.tensor import value_of
from autograd_lite.data import batches
from autograd_lite.data.rows import row_count
from autograd_lite.nn import Module
from autograd_lite.training.history import Figures
from autograd_lite.transforms import no_grad

Loss = Callable[[Any, Any], Any]
Metrics = Mapping[str, Loss]


def evaluate(
    model: Module, data: Any, loss: Loss, *, metrics: Metrics | None = None, batch_size: int = 256
) -> Figures:
    """The loss and the metrics by name, on all rows of `data`, a pair (inputs, targets).

    The model computes its outputs in evaluation mode, nothing recorded, `batch_size` rows at a
    time; loss and metrics are functions of (outputs, targets) and see all rows at once, so that
    one that is no mean over rows comes out right as well.
    """
    with evaluation(model), no_grad():
        parts = [
            values(model(inputs))
            for inputs, _ in batches(data, batch_size, shuffle=False)
        ]  # fmt: skip
        return measured(joined(parts), data[1], {"loss": loss, **(metrics or {})})


def measured(outputs: Any, targets: Any, functions: Metrics) -> Figures:
    """Each function of (outputs, targets) by its name, as a Python number."""
    return {name: float(value_of(f(outputs, targets))) for name, f in functions.items()}


def values(tree: Any) -> Any:
    """The tree with arrays in place of tensors."""
    return trees.map(value_of, tree)


def joined(parts: list[Any]) -> Any:
    """Trees of rows, one below the other."""
    return trees.map(lambda *leaves: np.concatenate(leaves), parts[0], *parts[1:])


@contextmanager
def evaluation(model: Module) -> Iterator[None]:
    """The model in evaluation mode; afterwards each module in the mode that it was in."""
    before = [(module, module.training) for module in model.modules()]
    model.eval()
    try:
        yield
    finally:
        for module, training in before:
            module.training = training


class Seen:
    """What was computed on the batches of an epoch while they were learned from."""

    def __init__(self, metrics: Metrics) -> None:
        self.metrics = metrics
        self.steps = self.rows = 0
        self.total = 0.0
        self.outputs: list[Any] = []
        self.targets: list[Any] = []

    def add(self, outputs: Any, targets: Any, loss: float) -> None:
        """One batch more, with its mean loss."""
        count = row_count("fit", targets)
        self.steps += 1
        self.rows += count
        self.total += count * loss
        if self.metrics:  # else nobody asks for them, and they take memory
            self.outputs.append(values(outputs))
            self.targets.append(targets)

    @property
    def loss(self) -> float:
        """The mean over the rows so far."""
        return self.total / self.rows

    def figures(self) -> Figures:
        """The loss, and the metrics on all rows at once."""
        if not self.metrics:
            return {"loss": self.loss}
        outputs, targets = joined(self.outputs), joined(self.targets)
        return {"loss": self.loss, **measured(outputs, targets, self.metrics)}
