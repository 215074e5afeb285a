"""Tensors of many examples: how they enter, meet and leave the code that `vmap` runs.

Inside, a tensor's value is a batched array. Where it meets one that is the same for all examples,
a node is put between them whose pull sums over the examples: so a weight shared by all gets the
sum of their gradients, and an argument of an inner `grad` one gradient for each.
"""

import contextlib
import itertools
from collections.abc import Callable, Iterator, Mapping
from contextvars import ContextVar
from types import MappingProxyType
from typing import Any

import numpy as np

from autograd_lite.core.batched import (
    Batched,
    batches,
    example,
    innermost,
    sizes_of,
    spread_over,
    summed_over,
)
from autograd_lite.core.declare import Function, linear, primitive_of
from autograd_lite.core.graph import Node, levels_at, node_of
from autograd_lite.core.tensor import DISPATCH, Tensor, value_of
from autograd_lite.errors import OneExampleError
from autograd_lite.transforms.recording import recording_as

LEVELS = itertools.count(1)  # an inner batch has a higher number than the one it runs in

# The sizes of the batches under way, by level.
UNDER_WAY: ContextVar[Mapping[int, int]] = ContextVar(
    "batches_under_way", default=MappingProxyType({})
)

spread: Function = linear(
    lambda x, sizes: spread_over(x, sizes),
    lambda g, sizes: total(g, sizes=sizes),
    name="spread",
)
total: Function = linear(
    lambda x, sizes: summed_over(x, sizes),
    lambda g, sizes: spread(g, sizes=sizes),
    name="sum_of_examples",
)
enter: Function = linear(
    lambda x, level: entered(x, level),
    lambda g, x, level: leave(g, level=level, size=x.shape[0]),
    name="enter_vmap",
)
leave: Function = linear(
    lambda x, level, size: left(x, level, size),
    lambda g, level, size: enter(g, level=level),
    name="leave_vmap",
)
# The same as `spread`, where a transform asks for it: a place to stop at, for its walk.
one_for_each = linear(
    lambda x, sizes: spread_over(x, sizes),
    lambda g, sizes: total(g, sizes=sizes),
    name="one_for_each",
)
SPREAD, TOTAL, ENTER, LEAVE, ONE_FOR_EACH = (
    primitive_of(f) for f in (spread, total, enter, leave, one_for_each)
)
for adding in (SPREAD, ONE_FOR_EACH):
    adding.levels_after = lambda node, levels: levels | set(node.kwargs["sizes"])
TOTAL.levels_after = lambda node, levels: levels - set(node.kwargs["sizes"])
ENTER.levels_after = lambda node, levels: levels | {node.kwargs["level"]}
LEAVE.levels_after = lambda node, levels: levels - {node.kwargs["level"]}


def entered(x: Any, level: int) -> Batched:
    """The leading axis as examples; a batch of a higher level stays outermost."""
    if isinstance(x, Batched) and x.level > level:
        return Batched(entered(np.moveaxis(x.entries, 1, 0), level), x.level)
    return Batched(x, level)


def left(x: Any, level: int, size: int) -> Any:
    """The examples along a leading axis; what is the same for all, that many times."""
    if isinstance(x, Batched) and x.level == level:
        return x.entries
    if isinstance(x, Batched) and x.level > level:
        return Batched(np.moveaxis(left(x.entries, level, size), 0, 1), x.level)
    return np.broadcast_to(x, (size, *np.shape(x)))


def join_batches(node: Node, args: tuple[Any, ...], out: Any) -> None:
    """The watch: spread every parent over the levels that the result has and it has not."""
    sizes = sizes_of(out)
    if not sizes:
        return
    node.levels = frozenset(sizes)
    if node.primitive is ENTER or node.primitive is ONE_FOR_EACH:
        return
    node.parents = tuple(
        parent if parent is None else spread_to(parent, sizes) for parent in node.parents
    )


def spread_to(parent: Node, sizes: dict[int, int]) -> Node:
    levels = levels_at(parent)
    missing = {level: size for level, size in sizes.items() if level not in levels}
    if not missing:
        return parent
    pull = SPREAD.plans[1].pull
    node = node_of(
        SPREAD, pull, (parent,), (None, None), {"sizes": missing}, parent.shape, parent.dtype
    )
    node.levels = levels | missing.keys()
    return node


def one_by_one(call: Callable[..., Any], args: Any, kwargs: dict[str, Any]) -> Any:
    """A function of tensors that decides by their values, called once for each example."""
    values = values_in([*args, *kwargs.values()])
    if not any(True for _ in batches(values)):
        raise OneExampleError(
            f"vmap: {title(call, args)} was given nothing that differs from example to example, "
            "but what it calls asks for the value of one. Use np.where for a condition."
        )
    level, size = innermost(values, {})
    results = [
        call(
            *(example_of(arg, level, i) for arg in args),
            **{key: example_of(arg, level, i) for key, arg in kwargs.items()},
        )
        for i in range(size)
    ]
    if any(result is None for result in results):
        raise OneExampleError(
            f"vmap: {title(call, args)} writes into a tensor at places that differ from example to "
            "example. Build the result with np.where instead."
        )
    return rejoined(results, level)


def title(call: Callable[..., Any], args: Any) -> str:
    """The name of a function; of a ufunc's method, which comes with its ufunc, both names."""
    if args and isinstance(args[0], np.ufunc):
        return f"np.{args[0].__name__}.{args[1]}"
    return call.__name__


def values_in(thing: Any) -> Any:
    """The values of the tensors in an argument, in lists as it has them."""
    if isinstance(thing, list | tuple):
        return [values_in(item) for item in thing]
    return value_of(thing)


def example_of(thing: Any, level: int, i: int) -> Any:
    if isinstance(thing, list | tuple) and not hasattr(thing, "_fields"):
        return type(thing)(example_of(item, level, i) for item in thing)
    if type(thing) is Tensor and level in sizes_of(thing._value):
        return leave(thing, level=level, size=sizes_of(thing._value)[level])[i]
    return example(thing, level, i)


def rejoined(results: list[Any], level: int) -> Any:
    first = results[0]
    if isinstance(first, list | tuple):
        parts = [rejoined(list(part), level) for part in zip(*results, strict=True)]
        return type(first)(*parts) if hasattr(first, "_fields") else type(first)(parts)
    return enter(np.stack(results), level=level)


DISPATCH["one by one"] = one_by_one


@contextlib.contextmanager
def examples(size: int) -> Iterator[int]:
    """Run code for `size` examples at once; gives their level."""
    level = next(LEVELS)
    token = UNDER_WAY.set({**UNDER_WAY.get(), level: size})
    try:
        with recording_as(watch=join_batches):
            yield level
    finally:
        UNDER_WAY.reset(token)


def for_every_example(tensor: Tensor) -> Tensor:
    """A transform's own input: one for each example of the batches under way."""
    has = sizes_of(value_of(tensor))
    missing = {level: size for level, size in UNDER_WAY.get().items() if level not in has}
    if tensor.is_leaf:
        tensor._value = spread_over(value_of(tensor), missing)
        tensor._own_node().levels = frozenset([*has, *missing])
    elif missing:
        tensor = one_for_each(tensor, sizes=missing)
    return tensor
