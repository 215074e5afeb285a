"""The function under check as a function of a list of arrays, and the numbers it is weighed with.

Leaves of the arguments that are floating numbers are differentiated, all others are data. In an
argument that holds a module only its tensors are, and of these only what requires a gradient.
"""

import copy
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from autograd_lite import tree
from autograd_lite.core.tensor import Tensor, value_of
from autograd_lite.errors import GradientError
from autograd_lite.transforms import grad, jvp, no_grad

Array = npt.NDArray[Any]


class Problem:
    """`function` at `args`: where the differentiated leaves stand, and what the library says."""

    def __init__(self, function: Callable[..., Any], args: Sequence[Any]) -> None:
        self.function = function
        self.leaves, self.structure = tree.flatten(list(args))
        chosen = [
            differentiable for arg in args for differentiable in differentiable_leaves(arg)
        ]  # fmt: skip
        self.slots = [i for i, is_chosen in enumerate(chosen) if is_chosen]
        names = [path_name(path) for path, _ in tree.leaves(list(args))]
        self.paths = [names[i] for i in self.slots]
        self.values = [as_array(self.leaves[i]) for i in self.slots]
        self.places = list(range(len(self.slots)))
        self.weights: list[Array] = []

    def call(self, values: Sequence[Any]) -> dict[str, Any]:
        """The floating leaves of the result, by their paths."""
        leaves = list(self.leaves)
        for slot, value in zip(self.slots, values, strict=True):
            leaves[slot] = value
        out = self.function(*tree.unflatten(self.structure, leaves))
        found = {path: leaf for path, leaf in tree.leaves(out) if is_floating(leaf)}
        if not found:
            raise GradientError(
                "check_gradients: the function returned no floating array, so there is nothing "
                f"to differentiate; it returned a {type(out).__name__}."
            )
        return found

    def evaluate(self, values: Sequence[Array]) -> list[Array]:
        """The leaves of the result as plain arrays; nothing is recorded.

        The arguments come as copies, as what they were given as: arrays, or tensors.
        """
        given = [
            Tensor(value, requires_grad=False)
            if isinstance(self.leaves[i], Tensor)
            else value.copy()
            for i, value in zip(self.slots, values, strict=True)
        ]
        with no_grad(), np.errstate(all="ignore"):
            return [np.asarray(value_of(leaf)) for leaf in self.call(given).values()]

    def loss(self, *values: Any) -> Any:
        """All outputs in one real number: the sum of each entry times its weight."""
        total: Any = 0.0
        for leaf, weight in zip(self.call(values).values(), self.weights, strict=True):
            if weight.dtype.kind == "c":
                leaf = np.real(np.conjugate(weight) * leaf)
                total = total + np.sum(leaf)
            else:
                total = total + np.sum(weight * leaf)
        return total

    def gradient(self, *values: Any) -> list[Any]:
        """The library's gradient of `loss`, in reverse mode."""
        return list(grad(self.loss, argnums=self.places)(*values))

    def tangent(self, values: Sequence[Any], direction: Sequence[Any]) -> list[Any]:
        """The library's derivative of every output in a direction, in forward mode."""
        return list(jvp(lambda *xs: list(self.call(xs).values()), values, direction)[1])


def differentiable_leaves(arg: Any) -> list[bool]:
    """Which leaves of an argument are differentiated."""
    leaves, structure = tree.flatten(arg)
    if not structure.children:
        return [is_floating(leaf) or type(leaf) is int for leaf in leaves]
    if holds_module(structure):
        return [isinstance(leaf, Tensor) and leaf.requires_grad for leaf in leaves]
    return [is_floating(leaf) for leaf in leaves]


def holds_module(structure: tree.Structure) -> bool:
    return hasattr(structure.kind, "__tree__") or any(map(holds_module, structure.children))


def is_floating(leaf: Any) -> bool:
    if isinstance(leaf, Tensor | np.ndarray | np.generic):
        return leaf.dtype.kind in "fc"
    return isinstance(leaf, float | complex)


def as_array(leaf: Any) -> Array:
    value = value_of(leaf)
    return np.array(float(value) if type(value) is int else value)


def path_name(path: str) -> str:
    """ "1.layers.0.weight" as a reader of the call writes it: "args[1].layers.0.weight"."""
    number, _, rest = path.partition(".")
    return f"args[{number}].{rest}" if rest else f"args[{number}]"


def arbitrary_like(value: Array, seed: int) -> Array:
    """Numbers of a value's shape and dtype, the same at every call; none is near zero."""
    rng = np.random.default_rng(seed)

    def part() -> Array:
        signs = rng.choice([-1.0, 1.0], value.shape)
        return np.asarray(rng.uniform(0.5, 1.5, value.shape) * signs)

    numbers = part() + 1j * part() if value.dtype.kind == "c" else part()
    return numbers.astype(value.dtype)


def inner(xs: Sequence[Any], ys: Sequence[Any]) -> Any:
    """The sum of all products of entries; of complex ones, real by real, imaginary by imaginary."""
    total: Any = 0.0
    for x, y in zip(xs, ys, strict=True):
        if x.dtype.kind == "c":
            total = total + np.sum(np.real(np.conjugate(x) * y))
        else:
            total = total + np.sum(x * y)
    return total


def wobble(problem: Problem, result: Callable[[Problem], Sequence[Any]]) -> Array:
    """How far each entry of a result moves when the arguments do by a rounding error.

    What is lost in cancellation on the way shows here, and cannot be held against a rule.
    """
    center = flat(result(problem))
    most = np.zeros(center.shape)
    for seed in (1, 2):
        shaken = copy.copy(problem)
        shaken.values = [
            (x * (1 + 4 * np.finfo(x.dtype).eps * arbitrary_like(x, seed).real)).astype(x.dtype)
            for x in problem.values
        ]
        most = np.fmax(most, np.abs(flat(result(shaken)) - center))
    return most


def excused(problem: Problem, result: Callable[[Problem], Sequence[Any]]) -> Array:
    """The error that rounding explains; never so much that it could hide a wrong rule."""
    scale = np.abs(flat(result(problem)))
    largest = np.max(scale[np.isfinite(scale)], initial=0.0)
    return np.asarray(np.minimum(100 * wobble(problem, result), max(1e-4 * largest, 1e-10)))


def flat(arrays: Sequence[Any]) -> Array:
    """All entries in one real vector; a complex entry is its real and its imaginary part."""
    parts = [np.ravel(np.asarray(value_of(array))) for array in arrays]
    pairs = [
        np.stack([part.real, part.imag], axis=1).ravel() if part.dtype.kind == "c" else part
        for part in parts
    ]  # fmt: skip
    return np.concatenate([pair.astype(np.float64) for pair in pairs] or [np.zeros(0)])


def moved(values: Sequence[Array], direction: Sequence[Array], t: Any) -> list[Array]:
    """Each value, `t` times its direction further; a complex `t` goes into the complex plane."""
    return [np.asarray(x + t * v) for x, v in zip(values, direction, strict=True)]
