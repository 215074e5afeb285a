"""A tensor's value may be an array of another kind: the engine reaches it through NumPy alone.

The kind here writes down every call that NumPy hands to it, which is also how a training step can
be recorded as a program: no operation, rule or walk may compute around it.
"""

from typing import Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

import autograd_lite as ag


class Logged(NDArrayOperatorsMixin):
    """An array that logs the functions called on it; its entries cannot be read otherwise."""

    log: list[str] = []  # noqa: RUF012 (shared by all on purpose)

    def __init__(self, entries: Any) -> None:
        self.entries = np.asarray(entries)

    shape = property(lambda self: self.entries.shape)
    dtype = property(lambda self: self.entries.dtype)
    ndim = property(lambda self: self.entries.ndim)
    size = property(lambda self: self.entries.size)
    T = property(lambda self: np.transpose(self))
    mT = property(lambda self: np.matrix_transpose(self))  # noqa: N815

    def __array__(self, *args: Any, **kwargs: Any) -> Any:
        raise AssertionError("the engine has turned a value into a plain array")

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
        return self.call(getattr(ufunc, method), f"{ufunc.__name__}.{method}", inputs, kwargs)

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        if function in (np.shape, np.ndim, np.size):
            return function(self.entries)
        return self.call(function, function.__name__, args, kwargs)

    def __getitem__(self, index: Any) -> "Logged":
        return Logged(self.entries[index])

    def reshape(self, *shape: Any, order: str = "C") -> Any:
        return np.reshape(self, shape[0] if len(shape) == 1 else shape)

    def squeeze(self, axis: Any = None) -> Any:
        return np.squeeze(self, axis)

    def copy(self, order: str = "C") -> Any:
        return np.copy(self)

    def call(self, function: Any, name: str, args: Any, kwargs: Any) -> Any:
        if any(isinstance(arg, ag.Tensor) for arg in args):
            return NotImplemented  # the tensor's turn comes first
        Logged.log.append(name)
        args = [plain(arg) for arg in args]
        return Logged(function(*args, **{key: plain(arg) for key, arg in kwargs.items()}))


def plain(thing: Any) -> Any:
    return thing.entries if isinstance(thing, Logged) else thing


def gradients(kind: Any) -> tuple[Any, list[Any]]:
    """Loss and gradients of a small classifier whose values, data and labels are of this kind."""
    rng = np.random.default_rng(0)
    x, labels = kind(rng.normal(size=(5, 4))), kind(np.array([0, 2, 1, 1, 0]))
    w, b = ag.Tensor(kind(rng.normal(size=(4, 6)))), ag.Tensor(kind(np.zeros(6)))
    v = ag.Tensor(kind(rng.normal(size=(6, 3))))
    loss = ag.cross_entropy(ag.relu(x @ w + b) @ v, labels)
    loss.backward()
    return loss.value, [w.grad, b.grad, v.grad]


def test_a_training_step_runs_on_another_kind_of_array() -> None:
    Logged.log.clear()
    loss, found = gradients(Logged)
    expected_loss, expected = gradients(np.asarray)
    assert isinstance(loss, Logged)
    np.testing.assert_array_equal(loss.entries, expected_loss)
    for one, other in zip(found, expected, strict=True):
        assert isinstance(one, Logged)
        np.testing.assert_array_equal(one.entries, other)


def test_every_step_of_it_was_handed_over() -> None:
    Logged.log.clear()
    gradients(Logged)
    forward = ["matmul.__call__", "add.__call__", "maximum.__call__", "matmul.__call__"]
    assert Logged.log[:4] == forward
    assert {"exp.__call__", "log.__call__", "take_along_axis", "greater.__call__"} < {*Logged.log}
    assert Logged.log.count("matmul.__call__") == 2 + 3  # x needs no gradient


def test_an_update_written_on_values_is_handed_over_too() -> None:
    w = ag.Tensor(Logged([1.0, 2.0]))
    np.sum(w * w).backward()
    Logged.log.clear()
    updated = w.value - 0.1 * w.grad
    assert isinstance(updated, Logged)
    assert Logged.log == ["multiply.__call__", "subtract.__call__"]
    np.testing.assert_allclose(updated.entries, [0.8, 1.6])
