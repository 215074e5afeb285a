"""`vmap`: a function of one example becomes a function of many, run once for all of them."""

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from autograd_lite import tree
from autograd_lite.core.batched import sizes_of
from autograd_lite.core.tensor import Tensor, value_of
from autograd_lite.errors import GraphError, ShapeError
from autograd_lite.transforms.examples import enter, entered, examples, leave, left


def vmap(function: Callable[..., Any], in_axes: Any = 0, out_axes: Any = 0) -> Callable[..., Any]:
    """The function that calls `function` for every example along an axis of its arguments.

    `in_axes` says which axis of each argument counts the examples, None for an argument that is
    the same for all: one for every argument, or a tuple with an entry for each, which may be
    nested as the argument is. `out_axes` says where that axis is in the result. It is one call of
    each NumPy function, not a loop, wherever a function has a batched form; `if` and `while` on
    values of an example are refused (use np.where). Gradients go through it in both directions.

    >>> import numpy as np
    >>> import autograd_lite as ag
    >>> vmap(np.dot)(np.eye(2), np.array([[3.0, 4.0], [5.0, 6.0]]))
    array([3., 6.])
    >>> vmap(ag.grad(lambda w, x: np.sin(w * x)), in_axes=(None, 0))(1.0, np.zeros(3))
    array([0., 0., 0.])
    """

    @functools.wraps(function)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        axes = axes_of_arguments(in_axes, args)
        size = number_of_examples(args, axes)
        with examples(size) as level:
            inside = [take_in(arg, axis, level) for arg, axis in zip(args, axes, strict=True)]
            result = function(*inside, **kwargs)
        return hand_out(result, out_axes, level, size)

    return wrapped


def axes_of_arguments(in_axes: Any, args: tuple[Any, ...]) -> list[list[int | None]]:
    """For each argument the axis of each of its leaves."""
    if not isinstance(in_axes, tuple | list):
        in_axes = (in_axes,) * len(args)
    if len(in_axes) != len(args):
        raise GraphError(
            f"vmap: in_axes has {len(in_axes)} entries for {len(args)} positional arguments; it "
            "is one axis for all, or a tuple with one entry for each."
        )
    return [leaf_axes(axes, arg, "in_axes") for axes, arg in zip(in_axes, args, strict=True)]


def leaf_axes(axes: Any, thing: Any, name: str) -> list[int | None]:
    """One axis for each leaf of `thing`; where `axes` is not nested further, it holds below."""
    count = len(list(tree.leaves(thing)))
    if axes is None or isinstance(axes, int):
        return [axes] * count
    parts, below = children(axes), children(thing)
    if parts is None or below is None or parts.keys() != below.keys():
        raise GraphError(
            f"vmap: {name}={axes!r} does not fit {thing!r:.60}; it is an axis, None, or nested "
            "as the argument is."
        )
    return [axis for key in below for axis in leaf_axes(parts[key], below[key], name)]


def children(thing: Any) -> dict[Any, Any] | None:
    if isinstance(thing, dict):
        return thing
    return dict(enumerate(thing)) if isinstance(thing, list | tuple) else None


def number_of_examples(args: tuple[Any, ...], axes: list[list[int | None]]) -> int:
    sizes: dict[int, str] = {}
    for i, (arg, chosen) in enumerate(zip(args, axes, strict=True)):
        for (path, leaf), axis in zip(tree.leaves(arg), chosen, strict=True):
            if axis is None:
                continue
            shape = np.shape(value_of(leaf))
            where = f"argument {i}" + (f" at {path}" if path else "")
            if not -len(shape) <= axis < len(shape):
                raise ShapeError(
                    f"vmap: {where} has shape {shape}, so no axis {axis} that counts examples; "
                    "its entry of in_axes is None if it is the same for all."
                )
            sizes.setdefault(shape[axis], where)
    if not sizes:
        raise GraphError("vmap: no argument has an axis that counts examples; in_axes are None.")
    if len(sizes) > 1:
        found = ", ".join(f"{size} in {where}" for size, where in sizes.items())
        raise ShapeError(f"vmap: the numbers of examples differ: {found}.")
    return next(iter(sizes))


def take_in(arg: Any, axes: list[int | None], level: int) -> Any:
    """The argument as one example sees it."""
    waiting = iter(axes)

    def leaf_of_one(leaf: Any) -> Any:
        axis = next(waiting)
        if axis is None:
            return leaf
        if type(leaf) is Tensor:
            return enter(moved(leaf, axis, 0), level=level)
        value = leaf if hasattr(leaf, "shape") else np.asarray(leaf)
        return entered(moved(value, axis, 0), level)

    return tree.map(leaf_of_one, arg)


def moved(x: Any, source: int, destination: int) -> Any:
    """np.moveaxis, left out where it would do nothing."""
    return x if source == destination else np.moveaxis(x, source, destination)


def hand_out(result: Any, out_axes: Any, level: int, size: int) -> Any:
    """The results of all examples, along an axis of their own."""
    waiting = iter(leaf_axes(out_axes, result, "out_axes"))

    def of_all(leaf: Any) -> Any:
        axis = next(waiting)
        if axis is None:
            if level in sizes_of(value_of(leaf)):
                raise GraphError(
                    "vmap: a result that differs from example to example has out_axes None; it "
                    "needs an axis."
                )
            return leaf
        if type(leaf) is Tensor:
            return moved(leave(leaf, level=level, size=size), 0, axis)
        return moved(left(leaf, level, size), 0, axis)

    return tree.map(of_all, result)
