"""The training loop."""

import math
import os
from typing import Any, TextIO

import numpy as np

from autograd_lite.data import batches
from autograd_lite.data.rows import row_count
from autograd_lite.nn import Module
from autograd_lite.optim import Optimizer, ReduceLROnPlateau, clip_grad_norm_
from autograd_lite.training.evaluating import Loss, Metrics, Seen, evaluate
from autograd_lite.training.history import History
from autograd_lite.training.interruption import Interruption
from autograd_lite.training.progress import shown_progress
from autograd_lite.training.state import Training


def fit(
    model: Module,
    data: Any,
    loss: Loss,
    optimizer: Optimizer,
    *,
    epochs: int,
    batch_size: int = 32,
    validation: Any = None,
    metrics: Metrics | None = None,
    max_norm: float | None = None,
    plateau: ReduceLROnPlateau | None = None,
    patience: int | None = None,
    checkpoint: str | os.PathLike[str] | None = None,
    resume: bool = False,
    progress: bool | TextIO = True,
    rng: np.random.Generator | None = None,
) -> History:
    """Train a model on minibatches; what each epoch reached.

    data, validation: pairs (inputs, targets) of arrays, or of trees of them, with rows in common.
    loss, metrics: functions of (outputs, targets), the metrics by name.
    optimizer: holds the model's parameters; its `lr` may be a schedule, see `ag.optim.schedules`.
    max_norm: to clip the gradients to this norm before each step.
    plateau: lowers the rate when the loss that is watched no longer falls: the one on the
        validation rows, or without them on the training rows.
    patience: to stop after so many epochs without a new least loss on the validation rows. The
        model then has its best weights, as it has if all epochs were gone through.
    checkpoint: a file (.safetensors or .npz) written after each epoch; with `resume` training
        goes on from it, to the last bit as if it had not stopped. `epochs` counts from the start.
    progress: True shows it on standard output, a stream there, False not at all. A terminal gets
        a bar if rich is installed, anything else a few lines.
    rng: the generator that shuffles the rows; None is the library's own, see `seed`.

    Ctrl-C ends training after the step that is under way: the model stays as it is, and the
    history so far is returned. Raises FloatingPointError, before the step, for a loss that is not
    a finite number. The model is left in evaluation mode.

    >>> import autograd_lite as ag
    >>> net = ag.nn.MLP([2, 16, 2], "tanh", rng=np.random.default_rng(0))
    >>> history = fit(
    ...     net, ag.data.circle(rng=np.random.default_rng(0)), ag.cross_entropy,
    ...     ag.optim.Adam(net.parameters(), lr=0.02), epochs=30,
    ...     metrics={"accuracy": ag.training.accuracy}, progress=False,
    ...     rng=np.random.default_rng(0),
    ... )
    >>> history.train["accuracy"][-1] > 0.95
    True
    """
    steps = math.ceil(pair_rows("data", data) / at_least_one("batch_size", batch_size))
    at_least_one("epochs", epochs)
    if validation is not None:
        pair_rows("validation", validation)
    if patience is not None:
        at_least_one("patience", patience)
        if validation is None:
            raise ValueError("fit: patience watches the validation rows; pass validation=")
    metrics = metrics or {}
    state = Training(model, optimizer, plateau, rng, epochs, patience, checkpoint)
    history = state.begin(resume)
    try:
        with Interruption() as ctrl_c, shown_progress(progress, history, epochs, steps) as show:
            while not (history.interrupted or state.is_over):
                seen = Seen(metrics)
                model.train()
                for inputs, targets in batches(data, batch_size, rng=rng):
                    optimizer.zero_grad()
                    outputs = model(inputs)
                    value = loss(outputs, targets)
                    require_finite("loss", value.item(), history, optimizer)
                    value.backward()
                    if max_norm is not None:
                        clip_grad_norm_(state.parameters, max_norm)
                    optimizer.step()
                    seen.add(outputs, targets, value.item())
                    show.step(seen.loss)
                    if ctrl_c.asked:
                        break
                found = {}
                if validation is not None:
                    found = evaluate(model, validation, loss, metrics=metrics)
                    require_finite("loss on the validation rows", found["loss"], history, optimizer)
                done = len(history) + seen.steps / steps
                history.add(done, optimizer.lr, seen.figures(), found)
                if whole := seen.steps == steps:
                    state.finish_epoch()
                history.interrupted = ctrl_c.asked and not (whole and state.is_over)
                show.epoch()
            state.conclude()
    finally:
        model.eval()
    return history


def pair_rows(name: str, data: Any) -> int:
    """How many rows inputs and targets have."""
    if not isinstance(data, tuple | list) or len(data) != 2:
        raise ValueError(
            f"fit: {name} is a pair (inputs, targets) of arrays; found {type(data).__name__}"
        )
    count = row_count(f"fit: {name}", data)
    if not count:
        raise ValueError(f"fit: {name} has no rows")
    return count


def at_least_one(name: str, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < 1:
        raise ValueError(f"fit: {name} must be a positive integer, not {value!r}")
    return int(value)


def require_finite(name: str, value: float, history: History, optimizer: Optimizer) -> None:
    if not math.isfinite(value):
        raise FloatingPointError(
            f"fit: the {name} is {value} in epoch {len(history) + 1}; try a smaller rate than "
            f"{optimizer.lr:g}, or clip the gradients with max_norm"
        )
