"""Strategies for whole computations: random programs of NumPy calls, smooth by construction."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from autograd_lite.testing.array_strategies import shapes

Array = npt.NDArray[Any]

# Functions of every real number, with bounded slopes or used on bounded values.
UNARY: dict[str, Callable[[Any], Any]] = {
    "np.sin({})": np.sin,
    "np.tanh({})": np.tanh,
    "np.arctan({})": np.arctan,
    "np.exp(-{0} * {0})": lambda x: np.exp(-x * x),
    "np.sqrt(1 + {0} * {0})": lambda x: np.sqrt(1 + x * x),
    "np.log1p({0} * {0})": lambda x: np.log1p(x * x),
    "1 / (2 + np.cos({}))": lambda x: 1 / (2 + np.cos(x)),
    "0.5 * {}": lambda x: 0.5 * x,
    "np.ravel({})": np.ravel,
    "np.transpose({})": np.transpose,
    "np.flip({})": np.flip,
    "np.cumsum({})": np.cumsum,
}
BINARY: dict[str, Callable[[Any, Any], Any]] = {
    "{} + {}": np.add,
    "{} - {}": np.subtract,
    "{} * {}": np.multiply,
    "{} / (1 + {}**2)": lambda x, y: x / (1 + y**2),
    "np.logaddexp({}, {})": np.logaddexp,
}
LARGEST = 30.0  # of the values on the way, so that nothing overflows and differences see all


@dataclass(frozen=True)
class Step:
    """One line of a program: what it computes, from which earlier values."""

    text: str
    function: Callable[..., Any]
    inputs: tuple[int, ...]


@dataclass(frozen=True)
class Graph:
    """A function made of random steps, to call on `operands` or others of their shapes.

    Its repr is the program, so that a failing example can be read and run.
    """

    operands: tuple[Array, ...]
    steps: tuple[Step, ...]

    def __call__(self, *operands: Any) -> Any:
        values = list(operands)
        for step in self.steps:
            values.append(step.function(*(values[i] for i in step.inputs)))
        return values[-1]

    def __repr__(self) -> str:
        count = len(self.operands)
        lines = [f"t{i}: {operand.shape}" for i, operand in enumerate(self.operands)]
        lines += [
            f"t{count + i} = {step.text.format(*(f't{j}' for j in step.inputs))}"
            for i, step in enumerate(self.steps)
        ]
        return "\n".join(["", *lines])


@st.composite
def graphs(draw: st.DrawFn, max_operands: int = 3, max_steps: int = 8) -> Graph:
    """Functions built of NumPy calls, with operands: smooth everywhere, of bounded values.

    Results are used more than once or not at all, broadcast, multiplied as matrices, reduced,
    indexed and joined.
    """
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    some_shapes = st.lists(shapes(max_dims=2, max_side=3), min_size=1, max_size=max_operands)
    operands = tuple(rng.uniform(-2, 2, shape) for shape in draw(some_shapes))
    values, steps = list(operands), []
    for _ in range(draw(st.integers(1, max_steps))):
        step = draw(next_step(values))
        value = np.asarray(step.function(*(values[i] for i in step.inputs)))
        if np.max(np.abs(value), initial=0.0) > LARGEST:
            step = Step("np.tanh({})", np.tanh, step.inputs[:1])
            value = np.asarray(np.tanh(values[step.inputs[0]]))
        values.append(value)
        steps.append(step)
    return Graph(operands, tuple(steps))


@st.composite
def next_step(draw: st.DrawFn, values: Sequence[Array]) -> Step:
    """A step that the values so far allow; it takes the newest of them more often than others."""
    newest = len(values) - 1
    first = draw(st.just(newest) | st.integers(0, newest))
    x = values[first]
    partners = [i for i, y in enumerate(values) if broadcast(x.shape, y.shape)]
    kinds = ["unary", "binary"]
    if x.ndim:
        kinds += ["reduction", "index"]
    matrices = [i for i, y in enumerate(values) if x.ndim and y.ndim and fits(x, y)]
    kinds += ["matmul"] if matrices else []
    kind = draw(st.sampled_from(kinds))
    if kind == "unary":
        text = draw(st.sampled_from(sorted(UNARY)))
        return Step(text, UNARY[text], (first,))
    if kind == "binary":
        text = draw(st.sampled_from(sorted(BINARY)))
        return Step(text, BINARY[text], (first, draw(st.sampled_from(partners))))
    if kind == "matmul":
        return Step("{} @ {}", np.matmul, (first, draw(st.sampled_from(matrices))))
    if kind == "index":
        index = draw(hnp.basic_indices(x.shape, allow_newaxis=True, max_dims=3))
        return Step(f"{{}}[{index!r}]", lambda x: x[index], (first,))
    axis, keepdims = draw(st.none() | st.integers(-x.ndim, x.ndim - 1)), draw(st.booleans())
    return Step(
        f"np.sum({{}}, axis={axis}, keepdims={keepdims})",
        lambda x: np.sum(x, axis=axis, keepdims=keepdims),
        (first,),
    )


def broadcast(one: tuple[int, ...], other: tuple[int, ...]) -> bool:
    try:
        return len(np.broadcast_shapes(one, other)) <= 3
    except ValueError:
        return False


def fits(x: Array, y: Array) -> bool:
    """Whether `x @ y` is defined, for vectors and matrices."""
    return x.ndim <= 2 and y.ndim <= 2 and x.shape[-1] == y.shape[max(y.ndim - 2, 0)]
