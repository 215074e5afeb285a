"""What a graph holds, read once: its nodes and constants, what each is made from, their names."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograd_lite.core.graph import Freed, Node, Spec
from autograd_lite.core.tensor import Tensor, value_of
from autograd_lite.drawing.order import parents_first
from autograd_lite.drawing.text import shown


class Constant:
    """An operand without a place in the graph; of its value a graph may keep only the shape."""

    __slots__ = ("dtype", "shape", "value")

    def __init__(self, value: Any) -> None:
        self.value = value if not isinstance(value, Spec) else None
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
    """Every item behind the outputs, operands first, and the operands of each."""

    outputs: list[Item]
    operands: dict[Item, tuple[Item, ...]]
    order: list[Item]


def read(outputs: Iterable[Item]) -> Reading:
    """The graph behind `outputs`. An array used twice is one item, a number one at each use."""
    outputs = list(outputs)
    operands: dict[Item, tuple[Item, ...]] = {}
    arrays: dict[int, Constant] = {}

    def operands_of(item: Item) -> tuple[Item, ...]:
        found = operands[item] = item_operands(item, arrays)
        return found

    order = parents_first(outputs, lambda item: operations_first(operands_of(item)))
    return Reading(outputs, operands, order)


def item_operands(item: Item, arrays: dict[int, Constant]) -> tuple[Item, ...]:
    if isinstance(item, Constant):
        return ()
    constants = constant_operands(item)
    return tuple(
        parent if parent is not None else shared(constant, arrays)
        for parent, constant in zip(item.parents, constants, strict=True)
    )


def shared(value: Any, arrays: dict[int, Constant]) -> Constant:
    constant = Constant(value)
    return arrays.setdefault(id(value), constant) if constant.is_array else constant


def operations_first(items: tuple[Item, ...]) -> tuple[Item, ...]:
    """Leaves last, so that each comes just before the first operation that uses it."""
    return items if len(items) < 2 else tuple(sorted(items, key=is_leaf))


def is_leaf(item: Item) -> bool:
    return isinstance(item, Constant) or item.primitive is None


def constant_operands(node: Node) -> tuple[Any, ...]:
    """What is still known of each operand: a value, a Spec or nothing."""
    count = len(node.parents)
    known: Any = getattr(node, "constants", None) or ()
    if not known and node.kept is not None and node.kept.args is not None:
        known = node.kept.args
    elif not known and not isinstance(node.saved, Freed):
        variadic = node.primitive is not None and node.primitive.variadic
        known = node.saved[0] if variadic else node.saved[:count]
    return (*known, *[None] * (count - len(known)))
