"""What `autograd-lite export` writes: a trained network as programs that need only NumPy."""

import json
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from autograd_lite import ops
from autograd_lite.app.resuming import CHECKPOINT
from autograd_lite.app.settings import RATES
from autograd_lite.compiler import compile
from autograd_lite.core.state import State
from autograd_lite.core.tensor import Tensor
from autograd_lite.errors import StorageError
from autograd_lite.nn import MLP, Module
from autograd_lite.optim import OPTIMIZERS, Optimizer
from autograd_lite.storage import load

WEIGHTS = "weights.safetensors"
BATCH = 32  # rows, where nothing tells how many there were in training


class Exported(NamedTuple):
    """Where the programs are, and the arrays that they are made for."""

    folder: Path
    inputs: tuple[int, int]
    targets: str


def export(network: Path, batch: int | None = None, out: Path | None = None) -> Exported:
    """Write predict.py and train_step.py for a network that `autograd-lite train` saved.

    The training step goes on with the moments of the run, at the rate that it began with. Raises
    StorageError if there is no such network.
    """
    file = network / WEIGHTS if network.is_dir() else network
    saved = load(file)
    if not isinstance(saved, dict) or not {"sizes", "activation", "classes"} <= saved.keys():
        raise StorageError(
            f"{file} holds no network that `autograd-lite train` saved; name the folder of a run"
        )
    settings = settings_of(file.parent)
    rows = batch or settings.get("batch_size", BATCH)
    folder = out or file.parent
    folder.mkdir(parents=True, exist_ok=True)
    net = built(saved)
    sizes = [int(size) for size in saved["sizes"]]
    is_regression = "target" in saved
    x = np.zeros((rows, sizes[0]), np.float32)
    y = np.zeros((rows, 1), np.float32) if is_regression else np.zeros(rows, np.int64)
    save_prediction(net, x, folder / "predict.py")
    optimizer = optimizer_of(net, settings, file.parent / CHECKPOINT)
    save_training(net, optimizer, is_regression, (x, y), folder / "train_step.py")
    return Exported(folder, (rows, sizes[0]), f"{y.dtype} {y.shape}")


def settings_of(folder: Path) -> dict[str, Any]:
    """What the run was asked for; nothing if only its weights are there."""
    file = folder / "summary.json"
    if not file.is_file():
        return {}
    try:
        found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))["settings"]
    except (ValueError, KeyError, TypeError) as error:
        raise StorageError(f"{file} is not what a run wrote ({error!r})") from error
    return found


def built(saved: dict[str, Any]) -> Module:
    """The network, with its weights."""
    net = MLP([int(size) for size in saved["sizes"]], str(saved["activation"]))
    names = {name for name, _ in net.named_parameters()}
    net.load_state_dict({name: saved[name] for name in names & saved.keys()})
    return net


def optimizer_of(net: Module, settings: dict[str, Any], checkpoint: Path) -> Optimizer:
    """The run's optimizer with its moments, if they are there, at the rate of its beginning."""
    name = settings.get("optimizer", "adam")
    rate = settings.get("rate", RATES[name])
    optimizer: Optimizer = OPTIMIZERS[name](net.parameters(), lr=rate)
    if checkpoint.is_file():
        optimizer.load_state_dict(load(checkpoint)["optimizer"])
        optimizer.lr = rate
    return optimizer


def save_prediction(net: Module, x: Any, path: Path) -> None:
    """The network in evaluation mode, as a program."""
    net.eval()

    def predict(x: Any) -> Any:
        return net(x)

    program = compile(predict)
    program(x)
    program.save(path)


def save_training(
    net: Module, optimizer: Optimizer, is_regression: bool, example: tuple[Any, Any], path: Path
) -> None:
    """A step of training, as a program; the network and the optimizer stay as they are."""
    net.train()
    loss_of = ops.mse if is_regression else ops.cross_entropy

    def train_step(x: Any, y: Any) -> Any:
        loss = loss_of(net(x), y)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        return loss

    program = compile(train_step)
    cells: list[Tensor | State] = [*net.parameters(), *net.buffers(), *optimizer.cells().values()]
    before = [cell.numpy() for cell in cells]
    program(*example)  # it is made by a first step, which is taken back
    for cell, value in zip(cells, before, strict=True):
        cell.assign(value)
    program.save(path)
