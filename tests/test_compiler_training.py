"""A hundred compiled training steps are a hundred eager ones: losses, parameters, moments."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite.optim import schedules

STEPS = 100
RNG = np.random.default_rng(11)

Data = tuple[Any, Any]
Network = tuple[Callable[[Any, Any], Any], Callable[[Any], Data]]


def rows(dtype: Any) -> Data:
    x = np.random.default_rng(1).normal(size=(32, 6)).astype(dtype)
    return x, np.argmax(x[:, :3] * x[:, 3:], axis=1)


def images(dtype: Any) -> Data:
    x = np.random.default_rng(2).normal(size=(8, 1, 8, 8)).astype(dtype)
    return x, np.arange(8) % 3


def sequences(dtype: Any) -> Data:
    x = np.random.default_rng(3).normal(size=(6, 5, 4)).astype(dtype)
    return x, np.arange(6) % 3


def mlp(activation: str) -> Callable[[Any, Any], Any]:
    return lambda dtype, rng: ag.nn.MLP([6, 20, 20, 3], activation=activation, dtype=dtype, rng=rng)


def convolutional(dtype: Any, rng: Any) -> Any:
    return ag.nn.Sequential(
        ag.nn.Conv2d(1, 4, 3, padding=1, bias=False, dtype=dtype, rng=rng),
        ag.nn.BatchNorm2d(4, dtype=dtype), ag.nn.GELU(), ag.nn.AvgPool2d(2),
        ag.nn.Conv2d(4, 6, 3, dtype=dtype, rng=rng), ag.nn.Tanh(),
        ag.nn.Flatten(), ag.nn.Dropout(0.25), ag.nn.Linear(24, 3, dtype=dtype, rng=rng),
    )  # fmt: skip


class Recurrent(ag.nn.Module):
    def __init__(self, dtype: Any, rng: Any) -> None:
        self.cells = ag.nn.LSTM(4, 8, batch_first=True, dtype=dtype, rng=rng)
        self.head = ag.nn.Linear(8, 3, dtype=dtype, rng=rng)

    def forward(self, x: Any) -> Any:
        return self.head(self.cells(x)[0][:, -1])


class Attending(ag.nn.Module):
    def __init__(self, dtype: Any, rng: Any) -> None:
        self.block = ag.nn.TransformerEncoderLayer(
            4, 2, 12, 0.1, "gelu", batch_first=True, norm_first=True, dtype=dtype, rng=rng
        )
        self.head = ag.nn.Linear(4, 3, dtype=dtype, rng=rng)

    def forward(self, x: Any) -> Any:
        return self.head(np.mean(self.block(x), axis=1))


NETWORKS: dict[str, Network] = {
    "tanh": (mlp("tanh"), rows), "relu": (mlp("relu"), rows),
    "convolutional": (convolutional, images), "lstm": (Recurrent, sequences),
    "transformer": (Attending, sequences),
}  # fmt: skip

Maker = Callable[[Any], Any]

OPTIMIZERS: dict[str, Maker] = {
    "sgd": lambda net: ag.optim.SGD(net.parameters(), lr=0.05),
    "nesterov": lambda net: ag.optim.SGD(net.parameters(), lr=0.02, momentum=0.9, nesterov=True),
    "dampened": lambda net: ag.optim.SGD(
        net.parameters(), lr=0.02, momentum=0.9, dampening=0.1, weight_decay=0.01
    ),
    "adam": lambda net: ag.optim.Adam(net.parameters(), lr=0.01),
    "amsgrad": lambda net: ag.optim.Adam(net.parameters(), amsgrad=True, weight_decay=0.01),
    "adamw": lambda net: ag.optim.AdamW(net.parameters(), lr=0.01),
    "nadam": lambda net: ag.optim.NAdam(net.parameters(), lr=0.01),
    "radam": lambda net: ag.optim.RAdam(net.parameters(), lr=0.01),
    "lion": lambda net: ag.optim.Lion(net.parameters(), lr=0.001),
    # With the eps that they have otherwise, these two make as much of rounding as of gradients.
    "rmsprop": lambda net: ag.optim.RMSprop(net.parameters(), lr=0.001, eps=1e-3),
    "rmsprop centered": lambda net: ag.optim.RMSprop(
        net.parameters(), lr=0.001, momentum=0.9, centered=True
    ),
    "adagrad": lambda net: ag.optim.Adagrad(net.parameters(), lr=0.05, lr_decay=0.01),
    "adadelta": lambda net: ag.optim.Adadelta(net.parameters(), lr=0.1, eps=1e-3),
    "cosine": lambda net: ag.optim.Adam(net.parameters(), lr=schedules.cosine(0.02, STEPS)),
    "one cycle": lambda net: ag.optim.SGD(net.parameters(), lr=schedules.one_cycle(0.1, STEPS)),
    "a function": lambda net: ag.optim.SGD(net.parameters(), lr=lambda step: 0.1 / (1 + step)),
    "two groups": lambda net: ag.optim.Adam(
        [{"params": net.parameters()[:2], "lr": 0.02}, {"params": net.parameters()[2:]}], lr=0.01
    ),
}

Extra = Callable[[Any], Callable[[], Any]]

EXTRAS: dict[str, Extra] = {
    "nothing": lambda net: lambda: None,
    "norm": lambda net: lambda: ag.optim.clip_grad_norm_(net.parameters(), 0.5),
    "value": lambda net: lambda: ag.optim.clip_grad_value_(net.parameters(), 0.01),
    "by hand": lambda net: lambda: [halve(p) for p in net.parameters()],
}


def halve(parameter: Any) -> None:
    parameter.grad *= 0.5


class Run:
    """A network, what trains it, and the numbers of a step."""

    def __init__(self, network: str, optimizer: str, extra: str, dtype: Any) -> None:
        make, data = NETWORKS[network]
        self.net = make(dtype, np.random.default_rng(5))
        self.optimizer = OPTIMIZERS[optimizer](self.net)
        self.average = ag.optim.EWA(self.net.parameters(), 0.9)
        self.limit = EXTRAS[extra](self.net)
        self.data = data(dtype)

    def step(self, x: Any, y: Any) -> Any:
        scores = self.net(x)
        loss = ag.cross_entropy(scores, y)
        self.optimizer.zero_grad()
        loss.backward()
        self.limit()
        self.optimizer.step()
        self.average.update()
        return loss, np.mean(np.argmax(scores.value, axis=1) == y)

    def states(self) -> dict[str, Any]:
        found = {"net": self.net.state_dict(), "optimizer": self.optimizer.state_dict(),
                 "average": self.average.state_dict()}  # fmt: skip
        flat = {f"{at}.{name}": v for at, part in found.items() for name, v in part.items()}
        return flat | {f"grad.{i}": p.grad for i, p in enumerate(self.net.parameters())}

    def train(self, steps: int, compiling: bool) -> list[Any]:
        step = ag.compile(self.step) if compiling else self.step
        ag.seed(3)
        found = []
        for _ in range(steps):
            loss, share = step(*self.data)
            found.append((loss.item(), float(share)))
        if compiling:
            assert sum(map(len, step.runners.values())) == 1
        return found


def assert_equal_runs(network: str, optimizer: str, extra: str, dtype: Any) -> None:
    eager, compiled = (Run(network, optimizer, extra, dtype) for _ in range(2))
    expected, found = eager.train(STEPS, False), compiled.train(STEPS, True)
    tolerance = 1e-10 if dtype is np.float64 else 1e-5
    losses = np.array(expected)[:, 0]
    np.testing.assert_allclose(np.array(found)[:, 0], losses, rtol=tolerance)
    np.testing.assert_array_equal(np.array(found)[:, 1], np.array(expected)[:, 1])
    assert losses[-1] != losses[0]
    states = compiled.states()
    assert list(states) == list(eager.states())
    for name, value in eager.states().items():
        scale = np.max(np.abs(value), initial=0)
        np.testing.assert_allclose(
            states[name], value, rtol=0, atol=100 * tolerance * scale, err_msg=name
        )
        assert np.asarray(states[name]).dtype == np.asarray(value).dtype


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_every_optimizer(optimizer: str) -> None:
    assert_equal_runs("tanh", optimizer, "nothing", np.float64)


def test_no_optimizer_is_missing() -> None:
    made = {type(make(ag.nn.Linear(2, 2))) for make in OPTIMIZERS.values()}
    assert made == set(ag.optim.OPTIMIZERS.values())


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("network", NETWORKS)
def test_every_network(network: str, dtype: Any) -> None:
    assert_equal_runs(network, "adam" if dtype is np.float64 else "nesterov", "nothing", dtype)


@pytest.mark.parametrize("extra", EXTRAS)
def test_gradients_are_limited(extra: str) -> None:
    assert_equal_runs("tanh", "nesterov", extra, np.float64)


@pytest.mark.parametrize("first", [True, False])
def test_a_run_is_resumed_in_the_other_mode(first: bool) -> None:
    """Thirty steps and the state dictionaries, loaded into a run that goes on in the other mode."""
    whole = Run("convolutional", "adam", "nothing", np.float64)
    whole.net[7].p = 0.0
    expected = whole.train(60, False)
    begun, resumed = (Run("convolutional", "adam", "nothing", np.float64) for _ in range(2))
    begun.net[7].p = resumed.net[7].p = 0.0
    found = begun.train(30, first)
    resumed.net.load_state_dict(begun.net.state_dict())
    resumed.optimizer.load_state_dict(begun.optimizer.state_dict())
    resumed.average.load_state_dict(begun.average.state_dict())
    found += resumed.train(30, not first)
    np.testing.assert_allclose(found, expected, rtol=1e-10)


def test_eager_and_compiled_steps_in_turn() -> None:
    eager, mixed = (Run("lstm", "adam", "norm", np.float64) for _ in range(2))
    expected = eager.train(40, False)
    compiled = ag.compile(mixed.step)
    found = []
    for k in range(40):
        loss, share = (compiled if k % 4 < 2 else mixed.step)(*mixed.data)
        found.append((loss.item(), float(share)))
    np.testing.assert_allclose(found, expected, rtol=1e-10)


def test_the_average_is_applied_between_compiled_steps() -> None:
    values = []
    for compiling in (False, True):
        run = Run("tanh", "adam", "nothing", np.float64)
        step = ag.compile(run.step) if compiling else run.step
        look = ag.compile(run.net) if compiling else run.net
        found = []
        for _ in range(5):
            step(*run.data)
            with run.average.applied():
                found.append(look(run.data[0]).numpy())
            found.append(look(run.data[0]).numpy())
        values.append(found)
    np.testing.assert_allclose(values[1], values[0], rtol=1e-10)


def test_a_gradient_penalty() -> None:
    """A step whose loss has a gradient in it."""
    losses = []
    for compiling in (False, True):
        run = Run("tanh", "adam", "nothing", np.float64)
        x = run.data[0]

        def step(x: Any) -> Any:
            slope = ag.grad(lambda x: np.sum(run.net(x)))(x)  # noqa: B023
            loss = np.mean(run.net(x) ** 2) + np.mean((slope - 1) ** 2)  # noqa: B023
            run.optimizer.zero_grad()  # noqa: B023
            loss.backward()
            run.optimizer.step()  # noqa: B023
            return loss

        call = ag.compile(step) if compiling else step
        losses.append([call(x).item() for _ in range(30)])
    np.testing.assert_allclose(*losses, rtol=1e-10)


def test_ordinary_least_squares_by_gradient_functions() -> None:
    """Training without modules: parameters go in and come out as a tree."""

    def step(weights: Any, x: Any, y: Any) -> Any:
        def loss(w: Any) -> Any:
            return np.mean((x @ w["slope"] + w["offset"] - y) ** 2)

        value, slopes = ag.value_and_grad(loss)(weights)
        return {name: weights[name] - 0.1 * slopes[name] for name in weights}, value

    x = RNG.normal(size=(40, 3))
    y = x @ np.array([1.0, -2.0, 0.5]) + 3.0
    compiled = ag.compile(step)
    weights = expected = {"slope": np.zeros(3), "offset": np.zeros(())}
    for _ in range(STEPS):
        weights, value = compiled(weights, x, y)
        expected, right = step(expected, x, y)
        np.testing.assert_allclose(value, right, rtol=1e-10)
    np.testing.assert_allclose(weights["slope"], expected["slope"], rtol=1e-10)
    np.testing.assert_allclose(weights["offset"], 3.0, rtol=1e-3)


@pytest.mark.parametrize("optimizer", [ag.optim.Adam, ag.optim.SGD, ag.optim.RMSprop])
@pytest.mark.parametrize(
    "dtypes",
    [(np.float64,), (np.float16, np.float32), (np.complex64,), (np.complex128, np.float64)],
)
def test_parameters_of_every_shape_and_dtype(optimizer: Any, dtypes: Any) -> None:
    shapes = [(), (1,), (0,), (3, 2), (80,), (9, 9), (2, 0)]
    ends = []
    for compiling in (False, True):
        rng = np.random.default_rng(0)
        arrays = [rng.normal(size=s) + 1j * rng.normal(size=s) for s in shapes for _ in dtypes]
        kinds = [dtype for _ in shapes for dtype in dtypes]
        params = [
            ag.Tensor((a if np.dtype(k).kind == "c" else np.real(a)).astype(k))
            for a, k in zip(arrays, kinds, strict=True)
        ]
        updates = optimizer(params, lr=0.01)

        def step(x: Any) -> None:
            updates.zero_grad()  # noqa: B023
            loss = sum(np.sum(np.real(p * np.conjugate(p) * x)) for p in params)  # noqa: B023
            loss.backward()
            updates.step()  # noqa: B023

        call = ag.compile(step) if compiling else step
        for k in range(5):
            call(np.float32(k + 1))
        ends.append([p.numpy() for p in params] + list(updates.state_dict().values()))
    for eager, compiled in zip(*ends, strict=True):
        np.testing.assert_allclose(compiled, eager, rtol=1e-5)
        assert (np.shape(compiled), np.asarray(compiled).dtype) == (
            np.shape(eager), np.asarray(eager).dtype,
        )  # fmt: skip


@pytest.mark.parametrize("kind", ["a zero meets an infinity", "an overflow"])
def test_a_step_in_which_something_is_infinite_is_taken_once(kind: str) -> None:
    ends = []
    for compiling in (False, True):
        w = ag.Tensor(np.linspace(0.5, 1, 100))
        updates = ag.optim.Adam([w], lr=0.1)

        def step(x: Any) -> Any:
            if kind == "an overflow":
                loss = np.sum(np.exp(w * x) * np.exp(w * x))  # noqa: B023
            else:
                loss = np.sum(np.where(x > 0, np.sqrt(x * w * w), 0))  # noqa: B023
            updates.zero_grad()  # noqa: B023
            loss.backward()
            updates.step()  # noqa: B023
            return loss

        call = ag.compile(step) if compiling else step
        losses = []
        for k in range(5):
            x = np.ones(100)
            x[3] = {3: 2000.0 if kind == "an overflow" else 0.0}.get(k, 1.0)
            with np.errstate(all="ignore"):
                losses.append(call(x).item())
        ends.append([np.array(losses), w.numpy(), *updates.state_dict().values()])
    for eager, compiled in zip(*ends, strict=True):
        np.testing.assert_allclose(compiled, eager, rtol=1e-10)


class Anchored(ag.optim.SGD):
    """A rule that reads something it never changes: what is laid together but not written."""

    def moments(self, options: Any) -> Any:
        return {"anchor": 0.5}

    def rule(self, options: Any, g: Any, p: Any, moments: Any, numbers: Any) -> Any:
        return p - numbers[0] * (g + p - moments[0]), moments

    write = ag.optim.Optimizer.write


def test_a_moment_that_never_changes() -> None:
    def losses(compiled: bool) -> list[Any]:
        net = ag.nn.MLP([2, 5, 1], "tanh", rng=np.random.default_rng(0))
        optimizer = Anchored(net.parameters(), lr=0.1)
        x = np.random.default_rng(1).normal(size=(9, 2)).astype(np.float32)

        def step(x: Any) -> Any:
            loss = ag.mse(net(x), x[:, :1])
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()
            return loss

        run = ag.compile(step) if compiled else step
        return [run(x).item() for _ in range(6)]

    np.testing.assert_allclose(losses(True), losses(False), rtol=1e-5)
