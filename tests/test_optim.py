"""Update rules, against PyTorch 2.13's figures and against their own formulas."""

from typing import Any

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite import optim
from autograd_lite.optim import rules

START = [1.0, -2.0, 3.0]
CURVATURE = np.array([1.0, 0.5, 0.1])


def descend(parameter: ag.Tensor, optimizer: optim.Optimizer, steps: int) -> None:
    for _ in range(steps):
        optimizer.zero_grad()
        np.sum(parameter**2 * CURVATURE[: parameter.size]).backward()
        optimizer.step()


# Three steps from START on sum(CURVATURE * p**2), by torch.optim in float64.
TRAJECTORIES: list[tuple[str, dict[str, Any], list[float]]] = [
    ("sgd", {}, [0.512, -1.4580000000000002, 2.8235759999999996]),
    ("sgd", {"momentum": 0.9}, [0.0619999999999999, -0.972, 2.669136]),
    (
        "sgd",
        {"momentum": 0.5, "weight_decay": 0.01},
        [0.29923339899999996, -1.2210473979999998, 2.7375142169999997],
    ),
    ("rmsprop", {}, [2.54431267743102e-12, -0.3096874093624029, 1.0689951153985988]),
    ("adam", {}, [0.7015862729460302, -1.7006233928121137, 2.7003815280144403]),
]


@pytest.mark.parametrize(("name", "options", "expected"), TRAJECTORIES)
def test_three_steps_equal_pytorchs(
    name: str, options: dict[str, Any], expected: list[float]
) -> None:
    p = ag.Tensor(START)
    descend(p, optim.OPTIMIZERS[name]([p], lr=0.1, **options), steps=3)
    np.testing.assert_allclose(p.value, expected, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("name", sorted(optim.OPTIMIZERS))
def test_a_large_parameter_is_updated_as_a_small_one(name: str, monkeypatch: Any) -> None:
    rng = np.random.default_rng(0)
    start, grads = rng.normal(size=(7, 5)), rng.normal(size=(4, 7, 5))

    def final() -> Any:
        p = ag.Tensor(start)
        optimizer = optim.OPTIMIZERS[name]([p], lr=0.01)
        for grad in grads:
            p.grad = grad
            optimizer.step()
        return p.value

    whole = final()
    monkeypatch.setattr(rules, "PIECE", 8)
    np.testing.assert_array_equal(final(), whole)


@pytest.mark.parametrize("name", sorted(optim.OPTIMIZERS))
@pytest.mark.parametrize("shape", [(), (0,), (2, 1)])
def test_shape_and_dtype_stay_and_old_values_are_untouched(name: str, shape: Any) -> None:
    p = ag.Tensor(np.ones(shape, np.float32))
    before = p.value
    p.grad = np.ones(shape, np.float32)
    optim.OPTIMIZERS[name]([p], lr=0.1).step()
    assert (p.shape, p.dtype) == (shape, np.float32)
    np.testing.assert_array_equal(before, np.ones(shape))
    assert not np.array_equal(p.value, before) or before.size == 0


def test_a_step_leaves_an_older_graph_right() -> None:
    w = ag.Tensor([3.0])
    loss = np.sum(w * w)
    w.grad = np.array([1.0])
    optim.SGD([w], lr=1.0).step()
    w.grad = None
    loss.backward()
    np.testing.assert_array_equal(w.grad, [6.0])


def test_a_parameter_without_gradient_stays() -> None:
    a, b = ag.Tensor([1.0]), ag.Tensor([1.0])
    a.grad = np.array([1.0])
    optim.Adam([a, b], lr=0.1).step()
    np.testing.assert_array_equal(b.value, [1.0])
    assert a.value[0] != 1.0


def test_refusals_say_what_is_wrong() -> None:
    with pytest.raises(ValueError, match="SGD: there are no parameters to optimize"):
        optim.SGD([], lr=0.1)
    with pytest.raises(ValueError, match=r"Adam: the rate lr must be positive; found -1"):
        optim.Adam([ag.Tensor(1.0)], lr=-1)
    with pytest.raises(TypeError, match="SGD: parameters are leaf tensors"):
        optim.SGD([ag.Tensor(1.0) * 2], lr=0.1)
    with pytest.raises(TypeError, match="RMSProp: parameters are leaf tensors"):
        optim.RMSProp([np.ones(3)])  # type: ignore[list-item]


def test_adam_learns_a_network() -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(64, 2)).astype(np.float32)
    labels = (x[:, 0] * x[:, 1] > 0).astype(int)
    net = ag.nn.MLP([2, 16, 2], rng=rng)
    optimizer = optim.Adam(net.parameters(), lr=0.02)
    for _ in range(300):
        loss = ag.cross_entropy(net(x), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert loss.item() < 0.1
