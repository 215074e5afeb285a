"""A training run that stops, is saved, and goes on as if it had not stopped, to the last bit."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite import data, nn, optim
from autograd_lite.errors import ShapeError, StorageError

each_format = pytest.mark.parametrize("suffix", ["npz", "safetensors"])


class Run:
    """A network with dropout and batch norm, trained with shuffled minibatches."""

    def __init__(
        self, make: Callable[[Any], Any], own_rng: np.random.Generator | None = None
    ) -> None:
        self.rng = own_rng
        self.samples = data.moons(60, 0.1, rng=np.random.default_rng(8))
        self.net = nn.Sequential(
            nn.Linear(2, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Dropout(0.3, rng=own_rng),
            nn.Linear(8, 2),
        )  # fmt: skip
        self.optimizer = make(self.net.parameters())
        self.losses: list[float] = []

    def train(self, epochs: int) -> None:
        for _ in range(epochs):
            for inputs, targets in data.batches(self.samples, 16, rng=self.rng):
                self.optimizer.zero_grad()
                loss = ag.cross_entropy(self.net(inputs), targets)
                loss.backward()
                self.optimizer.step()
                self.losses.append(loss.item())

    def parts(self) -> dict[str, Any]:
        own = {} if self.rng is None else {"rng": self.rng}
        return {"net": self.net, "optimizer": self.optimizer, **own}


OPTIMIZERS = {
    "Adam": lambda params: optim.Adam(params, lr=0.01),
    "AMSGrad": lambda params: optim.Adam(params, lr=0.01, amsgrad=True, weight_decay=0.01),
    "SGD": lambda params: optim.SGD(params, lr=0.1, momentum=0.9, nesterov=True),
    "cosine": lambda params: optim.RMSprop(params, lr=optim.schedules.cosine(0.01, 40)),
}


def assert_equal_states(one: Run, two: Run) -> None:
    for name in ("net", "optimizer"):
        first, second = (getattr(run, name).state_dict() for run in (one, two))
        assert list(first) == list(second)
        for key, value in first.items():
            np.testing.assert_array_equal(value, second[key], strict=True, err_msg=key)


@each_format
@pytest.mark.parametrize("kind", OPTIMIZERS)
def test_five_epochs_and_five_more_are_ten(tmp_path: Path, suffix: str, kind: str) -> None:
    file = tmp_path / f"run.{suffix}"
    ag.seed(1)
    through = Run(OPTIMIZERS[kind])
    through.train(10)

    ag.seed(1)
    first = Run(OPTIMIZERS[kind])
    first.train(5)
    ag.save_checkpoint(file, **first.parts(), epoch=5, history=first.losses)

    ag.seed(999)
    second = Run(OPTIMIZERS[kind])
    rest = ag.load_checkpoint(file, **second.parts())
    assert rest == {"epoch": 5, "history": through.losses[:20]}
    second.train(5)
    assert second.losses == through.losses[20:]
    assert_equal_states(second, through)


@each_format
@pytest.mark.parametrize("bits", ["PCG64", "PCG64DXSM", "MT19937", "Philox", "SFC64"])
def test_a_generator_of_ones_own_goes_on_where_it_was(
    tmp_path: Path, suffix: str, bits: str
) -> None:
    def generator(seed: int) -> np.random.Generator:
        return np.random.Generator(getattr(np.random, bits)(seed))

    def train(run: Run) -> None:
        run.rng.integers(7, dtype=np.int32)  # half of a word is kept for the next such draw
        run.train(2)

    file = tmp_path / f"run.{suffix}"
    ag.seed(2)
    first = Run(OPTIMIZERS["Adam"], generator(5))
    train(first)
    ag.save_checkpoint(file, **first.parts())
    train(first)

    second = Run(OPTIMIZERS["Adam"], generator(77))
    assert ag.load_checkpoint(file, **second.parts()) == {}
    train(second)
    assert second.losses == first.losses[8:]
    assert_equal_states(second, first)
    numbers = [run.rng.integers(2**31, size=3, dtype=np.int32).tolist() for run in (first, second)]
    assert numbers[0] == numbers[1]


def test_schedulers_averages_and_trees_are_parts_too(tmp_path: Path) -> None:
    def made() -> dict[str, Any]:
        net = nn.Linear(2, 1)
        optimizer = optim.SGD(net.parameters(), lr=0.5)
        plateau = optim.ReduceLROnPlateau(optimizer, patience=1)
        return {
            "net": net, "optimizer": optimizer, "plateau": plateau,
            "average": optim.EWA(net.parameters()),
        }  # fmt: skip

    one, two = made(), made()
    for loss in (1.0, 1.0, 1.0, 2.0):
        one["plateau"].step(loss)
        one["average"].update()
    best = {"epoch": 3, "net": one["net"].state_dict()}
    ag.save_checkpoint(tmp_path / "run.npz", **one, best=best)
    rest = ag.load_checkpoint(tmp_path / "run.npz", **two)
    assert rest["best"]["epoch"] == 3
    two["net"].load_state_dict(rest["best"]["net"])
    assert two["optimizer"].lr == one["optimizer"].lr < 0.5
    for name, part in one.items():
        for key, value in part.state_dict().items():
            np.testing.assert_array_equal(two[name].state_dict()[key], value)


def test_the_plain_way_is_the_same_file(tmp_path: Path) -> None:
    net, rng = nn.Linear(2, 1), np.random.default_rng(3)
    ag.save(tmp_path / "a.npz", {"net": net.state_dict(), "rng": rng.bit_generator.state})
    saved = ag.load(tmp_path / "a.npz")
    other, other_rng = nn.Linear(2, 1), np.random.default_rng(4)
    other.load_state_dict(saved["net"])
    other_rng.bit_generator.state = saved["rng"]
    np.testing.assert_array_equal(other.weight.numpy(), net.weight.numpy())
    assert other_rng.random() == rng.random()


# --- what does not fit --------------------------------------------------------------------------


def test_a_part_that_does_not_fit_leaves_everything_as_it_was(tmp_path: Path) -> None:
    file = tmp_path / "run.npz"
    ag.seed(1)
    saved = Run(OPTIMIZERS["Adam"])
    saved.train(1)
    ag.save_checkpoint(file, **saved.parts())

    other = Run(OPTIMIZERS["Adam"])
    other.optimizer = optim.Adam([ag.Tensor(np.zeros(3))])
    before = other.net.state_dict()
    ag.seed(5)
    expected = np.random.default_rng(5).random()
    with pytest.raises((StorageError, ShapeError), match="load_state_dict into Adam: "):
        ag.load_checkpoint(file, net=other.net, optimizer=other.optimizer)
    for key, value in other.net.state_dict().items():
        np.testing.assert_array_equal(value, before[key])
    assert ag.random.generator().random() == expected


def test_refusals_say_what_was_saved_and_what_to_do(tmp_path: Path) -> None:
    file, net = tmp_path / "run.npz", nn.Linear(2, 1)
    with pytest.raises(StorageError) as caught:
        ag.save_checkpoint(file, library_generator=3)
    assert str(caught.value) == (
        f"cannot save {file}: a part of a run cannot be named library_generator"
    )
    assert not file.exists()

    ag.save_checkpoint(file, net=net, epoch=3, rng=np.random.default_rng())
    for parts, message in (
        ({"model": net}, "it has no part 'model'; saved is epoch, net, rng"),
        (
            {"epoch": 0},
            "'epoch' (int) cannot be put into a state; leave it out and find what was saved in "
            "the result",
        ),
        (
            {"rng": np.random.Generator(np.random.MT19937())},
            "'rng' is a generator of MT19937, saved is PCG64",
        ),
        (
            {"epoch": np.random.default_rng()},
            "'epoch' is a generator of PCG64, saved is none",
        ),
    ):
        with pytest.raises(StorageError) as caught:
            ag.load_checkpoint(file, **parts)
        assert str(caught.value) == f"cannot load {file}: {message}"

    ag.save(file, net.state_dict())
    with pytest.raises(StorageError) as caught:
        ag.load_checkpoint(file, net=net)
    assert str(caught.value) == (
        f"cannot load {file}: it is not a checkpoint, which save_checkpoint writes; load reads it "
        "as a tree"
    )
    with pytest.raises(StorageError, match=r"'thing' is a object; a leaf must be an array of"):
        ag.save_checkpoint(file, thing=object())
