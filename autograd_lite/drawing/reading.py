"""What a graph holds, read once: its nodes and constants, what each is made from, their names."""

import functools
import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from autograd_lite.core.graph import Freed, Node, Remains, Spec
from autograd_lite.core.tensor import Tensor, value_of
from autograd_lite.drawing.order import heights, parents_first
from autograd_lite.drawing.text import shown


class Constant:
    """An operand without a place in the graph; of its value a graph may hold only the shape."""

    __slots__ = ("dtype", "shape", "value")

    def __init__(self, value: Any) -> None:
        self.value = value
        if isinstance(value, Remains):
            self.value = value.reference()
        elif isinstance(value, Spec):
            self.value = None
        self.shape: tuple[int, ...] | None = getattr(value, "shape", None)
        self.dtype: np.dtype[Any] | None = getattr(value, "dtype", None)

    @property
    def is_array(self) -> bool:
        return bool(self.shape)


Item = Node | Constant


class Names:
    """What tensors and arrays are called.

    A mapping such as `locals()` comes first (its first name for a thing counts), then a
    parameter's path in its module, then the tensor's own name.
    """

    def __init__(self, names: Mapping[str, Any] | None, paths: Mapping[Item, str]) -> None:
        self.paths = paths
        self.by_id: dict[int, str] = {}
        for name, value in (names or {}).items():
            for thing in (value.node, value_of(value)) if isinstance(value, Tensor) else (value,):
                self.by_id.setdefault(id(thing), str(name))

    def of(self, item: Item) -> str | None:
        """The name of an item, fit to be shown."""
        if isinstance(item, Node):
            name = self.by_id.get(id(item)) or self.paths.get(item) or item.name
        else:
            name = self.by_id.get(id(item.value)) if item.is_array else None
        return shown(name) if name else None


@dataclass(slots=True)
class Reading:
    """Every item behind the outputs, operands first, and the operands of each.

    `gradients` holds what is known of the outputs' gradient by each node.
    """

    outputs: list[Item]
    operands: dict[Item, tuple[Item, ...]]
    order: list[Item]
    gradients: Mapping[Item, Any] = field(default_factory=dict)


def read(outputs: Iterable[Item], gradients: Mapping[Item, Any] | None = None) -> Reading:
    """The graph behind `outputs`. An array used twice is one item, a number one at each use.

    `gradients` adds to those that backward has left in the graph.
    """
    outputs = list(outputs)
    operands: dict[Item, tuple[Item, ...]] = {}
    arrays: dict[int, Constant] = {}

    def operands_of(item: Item) -> tuple[Item, ...]:
        found = operands[item] = item_operands(item, arrays)
        return found

    any_order = parents_first(outputs, operands_of)
    order = in_order(outputs, any_order, operands)
    left = {item: g for item in order if (g := gradient_left_in(item)) is not None}
    return Reading(outputs, operands, order, {**left, **(gradients or {})})


def gradient_left_in(item: Item) -> Any:
    """The gradient that backward left at a node: a leaf's, or one that was to be kept."""
    if isinstance(item, Constant):
        return None
    return item.grad if item.grad is not None or item.kept is None else item.kept.cotangent


def values_of(reading: Reading) -> dict[Item, Any]:
    """The values of all items of which one is known: of what `keep_values` kept, and of numbers."""
    values: dict[Item, Any] = {}
    for item in reading.order:
        if isinstance(item, Constant):
            if item.value is not None:
                values[item] = item.value
        elif item.kept is not None and item.kept.args is not None:
            values[item] = item.kept.out
            # A leaf does not hold its own value; the first to use it does.
            for operand, value in zip(reading.operands[item], kept_operands(item), strict=False):
                values.setdefault(operand, value)
    return values


def item_operands(item: Item, arrays: dict[int, Constant]) -> tuple[Item, ...]:
    """The operands in the order of the call, but for those that were left out of it."""
    if isinstance(item, Constant):
        return ()
    if None not in item.parents:
        return item.parents  # type: ignore[return-value]
    absent = left_out(item)
    return tuple(
        parent if parent is not None else shared(value, arrays)
        for i, (parent, value) in enumerate(zip(item.parents, constant_operands(item), strict=True))
        if i not in absent
    )


def shared(value: Any, arrays: dict[int, Constant]) -> Constant:
    """A constant; the same one for the same array."""
    constant = Constant(value)
    key = value.id if isinstance(value, Remains) else id(value)
    return arrays.setdefault(key, constant) if constant.is_array else constant


def in_order(
    outputs: Iterable[Item],
    items: Iterable[Item],
    operands: Mapping[Item, tuple[Item, ...]],
    last_first: bool = False,
) -> list[Item]:
    """The items, each after its operands, the operand with the longest way behind it first.

    For a program written in the usual way this gives the order in which it was written: step by
    step, and each leaf just before the first operation that uses it. Of operands with equally long
    ways the first comes first, or with `last_first` the last.
    """
    height = heights(items, operands.__getitem__)

    def longest_first(item: Item) -> Iterable[Item]:
        found = operands[item]
        if len(found) < 2:
            return found
        found = found[::-1] if last_first else found
        return sorted(found, key=height.__getitem__, reverse=True)

    return parents_first(outputs, longest_first)


def is_leaf(item: Item) -> bool:
    return isinstance(item, Constant) or item.primitive is None


def left_out(node: Node) -> set[int]:
    """The operands that the caller gave as None, such as a layer's missing bias."""
    if None not in node.parents or node.primitive is None or node.primitive.variadic:
        return set()
    known = constant_operands(node)
    may_be_none = optional_operands(node.primitive.body)
    return {
        i
        for i, parent in enumerate(node.parents)
        if parent is None and known[i] is None and i in may_be_none
    }


@functools.cache
def optional_operands(body: Callable[..., Any]) -> set[int]:
    """The places of a function's arguments that are None unless they are given."""
    try:
        parameters = list(inspect.signature(body).parameters.values())
    except (TypeError, ValueError):  # NumPy's compiled functions tell their signature to no one
        return set()
    return {i for i, parameter in enumerate(parameters) if parameter.default is None}


def kept_operands(node: Node) -> tuple[Any, ...]:
    """The operands' values that `keep_values` kept, those left out left out."""
    args = node.kept.args if node.kept is not None and node.kept.args is not None else ()
    absent = left_out(node)
    return tuple(value for i, value in enumerate(args) if i not in absent)


def constant_operands(node: Node) -> tuple[Any, ...]:
    """What is still known of each operand: a value, a Spec, what is left of it, or nothing."""
    count = len(node.parents)
    known: Any = ()
    if node.kept is not None and node.kept.args is not None:
        known = node.kept.args
    elif isinstance(node.saved, Freed):
        known = node.saved.constants
    elif node.primitive is not None and node.primitive.variadic:
        known = node.saved[0] if node.saved else ()
    else:
        known = node.saved[:count]
    return (*known, *[None] * (count - len(known)))
