"""Other ways to a gradient, which share no code with the library.

Finite differences with Richardson extrapolation; the complex step, exact where a function is
analytic; and a graph engine of about a hundred lines that does everything the slow and plain way.
"""

import itertools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

import autograd_lite as ag

# The checks of the kit, which tests write beside the oracles here.
from autograd_lite.testing import check_cotangent_order as check_cotangent_order
from autograd_lite.testing import check_directions as check_directions
from autograd_lite.testing import check_first_order as check_first_order
from autograd_lite.testing import check_second_order as check_second_order

Array = npt.NDArray[Any]


def finite_differences(
    function: Callable[..., Any], operands: Sequence[Array], step: float = 2e-3
) -> list[Array]:
    """The gradient of a scalar function of float64 arrays, entry by entry.

    Central differences at three steps, twice extrapolated: the error falls with step**6.
    """
    operands = [np.array(operand, dtype=np.float64) for operand in operands]
    gradients = []
    for operand in operands:
        gradient = np.zeros(operand.shape)
        for index in np.ndindex(operand.shape):

            def slope(h: float, operand: Array = operand, index: Any = index) -> float:
                center, values = operand[index], []
                for at in (center + h, center - h):
                    operand[index] = at
                    values.append(float(function(*operands)))
                operand[index] = center
                return (values[0] - values[1]) / (2 * h)

            gradient[index] = extrapolated(slope, step * max(1.0, abs(operand[index])))
        gradients.append(gradient)
    return gradients


def along(function: Callable[..., Any], operands: Sequence[Array], steps: Sequence[Array]) -> Any:
    """The derivative of a scalar function in a direction."""

    def moved(t: Array) -> Any:
        return function(*(x + t * u for x, u in zip(operands, steps, strict=True)))

    return finite_differences(moved, [np.zeros(())])[0]


def extrapolated(slope: Callable[[float], float], step: float) -> float:
    """Richardson: the limit for step to 0 of an error series in step**2 and step**4."""
    coarse, middle, fine = slope(step), slope(step / 2), slope(step / 4)
    first, second = (4 * middle - coarse) / 3, (4 * fine - middle) / 3
    return (16 * second - first) / 15


def complex_step(
    function: Callable[..., Any], operands: Sequence[Array], tangents: Sequence[Array]
) -> Array:
    """The derivative of an analytic function in a direction: exact, with no step to choose."""
    step = 1e-30
    shifted = [x + 1j * step * t for x, t in zip(operands, tangents, strict=True)]
    return np.imag(function(*shifted)) / step


class Plain:
    """A value and how it was made: parents, each with a function that pulls a cotangent back.

    The slow and plain engine: float64 arrays, closures, full copies, no tricks at all. What was
    made later is pulled back earlier; the number says what came first.
    """

    numbers = itertools.count()

    def __init__(self, value: Any, parents: Sequence[tuple["Plain", Any]] = ()) -> None:
        self.value = np.array(value, dtype=np.float64)
        self.parents = parents
        self.grad: Array | None = None
        self.number = next(Plain.numbers)

    def backward(self, gradient: Array) -> None:
        """Add to every leaf's grad."""
        waiting = {self.number: (self, gradient)}
        while waiting:
            node, g = waiting.pop(max(waiting))
            if not node.parents:
                node.grad = g + (0.0 if node.grad is None else node.grad)
            for parent, pull in node.parents:
                if parent.differentiable():
                    part = unbroadcast(pull(g), parent.value.shape)
                    _, arrived = waiting.get(parent.number, (parent, 0.0))
                    waiting[parent.number] = (parent, arrived + part)

    def differentiable(self) -> bool:
        return True

    def detached(self) -> "Plain":
        return Constant(self.value)


class Constant(Plain):
    """A value through which no gradient flows."""

    def differentiable(self) -> bool:
        return False


def unbroadcast(gradient: Array, shape: tuple[int, ...]) -> Array:
    """Sum over what broadcasting repeated, axis by axis."""
    while gradient.ndim > len(shape):
        gradient = gradient.sum(axis=0)
    for axis, length in enumerate(shape):
        if length == 1 and gradient.shape[axis] != 1:
            gradient = gradient.sum(axis=axis, keepdims=True)
    return gradient


def made(value: Any, *parents: tuple[Plain, Any]) -> Plain:
    """A result; a constant if none of its parents is differentiable."""
    if any(parent.differentiable() for parent, _ in parents):
        return Plain(value, parents)
    return Constant(value)


def add(x: Plain, y: Plain) -> Plain:
    return made(x.value + y.value, (x, lambda g: g), (y, lambda g: g))


def subtract(x: Plain, y: Plain) -> Plain:
    return made(x.value - y.value, (x, lambda g: g), (y, lambda g: -g))


def multiply(x: Plain, y: Plain) -> Plain:
    a, b = x.value, y.value
    return made(a * b, (x, lambda g: g * b), (y, lambda g: g * a))


def tanh(x: Plain) -> Plain:
    slope = 1 / np.cosh(np.clip(x.value, -300, 300)) ** 2
    return made(np.tanh(x.value), (x, lambda g: g * slope))


def sine(x: Plain) -> Plain:
    slope = np.cos(x.value)
    return made(np.sin(x.value), (x, lambda g: g * slope))


def total(x: Plain, axis: int | None, keepdims: bool) -> Plain:
    def pull(g: Array) -> Array:
        if axis is not None and not keepdims:
            g = np.expand_dims(g, axis)
        return np.zeros(x.value.shape) + g

    return made(x.value.sum(axis=axis, keepdims=keepdims), (x, pull))


def transpose(x: Plain) -> Plain:
    return made(x.value.T, (x, lambda g: g.T))


def take(x: Plain, index: Any) -> Plain:
    def pull(g: Array) -> Array:
        numbers = np.arange(x.value.size).reshape(x.value.shape)[index]
        gradient = np.zeros(x.value.size)
        for number, part in zip(np.ravel(numbers), np.ravel(g), strict=True):
            gradient[number] += part
        return gradient.reshape(x.value.shape)

    return made(x.value[index], (x, pull))


def put(x: Plain, index: Any, y: Plain) -> Plain:
    """A copy of x in which x[index] is y; the index reaches no entry twice."""
    value, kept = x.value.copy(), np.ones(x.value.shape)
    value[index] = y.value
    kept[index] = 0
    return made(value, (x, lambda g: g * kept), (y, lambda g: g[index]))


# The library's derivatives of `call` at `operands`


def cotangent_like(value: Any, seed: int = 7) -> Array:
    """An arbitrary cotangent of a value's shape and dtype, with no entry near zero."""
    rng = np.random.default_rng(seed)
    size, sign = rng.uniform(0.5, 1.5, np.shape(value)), rng.choice([-1.0, 1.0], np.shape(value))
    return np.asarray(size * sign).astype(np.asarray(value).dtype)


def directions_like(operands: Sequence[Array]) -> list[Array]:
    return [cotangent_like(x, seed=11 + i) for i, x in enumerate(operands)]


def gradients(call: Callable[..., Any], operands: Sequence[Any], cotangent: Any) -> Any:
    """The library's gradient of <cotangent, call(*operands)> by every operand."""
    return ag.vjp(call, *operands)[1](cotangent)


def tangent(call: Callable[..., Any], operands: Sequence[Any], directions: Sequence[Any]) -> Any:
    """The library's derivative of `call` in a direction."""
    return ag.jvp(call, operands, directions)[1]


def inner(xs: Any, ys: Any) -> Any:
    """The sum of all products of entries, over lists of arrays or tensors."""
    return sum((np.sum(x * y) for x, y in zip(xs, ys, strict=True)), start=0.0)


def assert_close(found: Sequence[Any], expected: Sequence[Any], tolerance: float) -> None:
    for one, other in zip(found, expected, strict=True):
        assert not isinstance(one, ag.Tensor)
        assert np.shape(one) == np.shape(other)
        scale = max(1.0, float(np.max(np.abs(other), initial=0.0)))
        np.testing.assert_allclose(one, other, rtol=tolerance, atol=tolerance * scale)
