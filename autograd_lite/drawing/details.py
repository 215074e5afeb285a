"""What a drawing says of values and gradients, for those who ask: numbers, bytes, seconds."""

import math
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograd_lite.core.graph import Node
from autograd_lite.core.tensor import value_of
from autograd_lite.drawing.formulas import formulas
from autograd_lite.drawing.reading import Constant, Item, Reading, is_leaf, values_of
from autograd_lite.drawing.text import memory, number, seconds

RUNS = 3  # of each operation; the fastest counts


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was asked for beside operations and shapes."""

    values: bool = False
    gradients: bool = False
    memory: bool = False
    time: bool = False
    constants: bool = True


class Details:
    """What is known of each item, as far as it is wanted."""

    def __init__(self, reading: Reading, wanted: Wanted) -> None:
        self.wanted = wanted
        self.values: Mapping[Item, Any] = values_of(reading) if wanted.values else {}
        self.gradients = reading.gradients if wanted.gradients else {}
        self.computed = [item for item in reading.order if not is_leaf(item)]

    def of(self, item: Item) -> tuple[str, ...]:
        """The lines that a box gets."""
        lines: list[str] = []
        if item in self.values and not is_number(item):
            lines += statistics(value_of(self.values[item]))
        if self.wanted.memory and item.shape is not None and not is_number(item):
            lines.append(memory(size_of(item)))
        if self.wanted.time and isinstance(item, Node):
            took = duration(item)
            lines += [seconds(took)] if took is not None else []
        if self.wanted.gradients and isinstance(item, Node) and item.primitive is not None:
            lines += formulas(item)
        return tuple(lines)

    def of_many(self, items: Iterable[Item]) -> tuple[str, ...]:
        """The lines of a box that stands for many: what their results take together."""
        computed = [item for item in items if isinstance(item, Node) and item.primitive is not None]
        lines = [memory(sum(map(size_of, computed)))] if self.wanted.memory else []
        took = [duration(node) for node in computed] if self.wanted.time else []
        known = [part for part in took if part is not None]
        return (*lines, *([seconds(sum(known))] if known else []))

    def gradient_norm(self, item: Item) -> float | None:
        """The Euclidean norm of the gradient by an item."""
        g = self.gradients.get(item)
        if g is None:
            return None
        flat = np.ravel(np.asarray(value_of(g)))
        wide = flat.astype(np.complex128 if flat.dtype.kind == "c" else np.float64)
        with np.errstate(all="ignore"):
            return float(np.linalg.norm(wide))

    def gradient_at(self, outputs: Iterable[Item]) -> float:
        """The norm of the gradient with which the walk began; 1 where that is not known."""
        norms = [self.gradient_norm(item) for item in dict.fromkeys(outputs)]
        return math.hypot(*(norm for norm in norms if norm)) or 1.0

    def missing(self) -> str:
        """What to do if values or gradients were asked for that the graph does not hold."""
        asked = self.wanted
        if asked.gradients and not self.gradients:
            return (
                "No gradients: call backward() first, under `with ag.keep_values():` together "
                "with the forward pass for those of the nodes between."
            )
        kept = [node for node in self.computed if isinstance(node, Node) and was_kept(node)]
        if (asked.values or asked.time) and len(kept) < len(self.computed):
            which = "No values" if not kept else "Some values are missing"
            return f"{which}: compute under `with ag.keep_values():` to have them shown."
        return ""


def was_kept(node: Node) -> bool:
    return node.kept is not None and node.kept.args is not None


def is_number(item: Item) -> bool:
    return isinstance(item, Constant) and not item.is_array


def statistics(value: Any) -> list[str]:
    """One number as it is; of more the mean, the deviation and the extremes.

    >>> statistics(np.array([1.0, 2.0, 3.0]))
    ['2.0 ± 0.8165', '1.0 … 3.0']
    """
    array = np.asarray(value)
    if array.size == 1:
        return [f"= {number(array.item())}"]
    if not array.size:
        return ["empty"]
    if array.dtype.kind == "c":
        return statistics(np.abs(array))
    wide = array.astype(np.float64)
    finite = wide[np.isfinite(wide)]
    lines = [f"{array.size - finite.size:,} not finite"] if finite.size < array.size else []
    if finite.size:
        low, high = (number(float(end)) for end in (finite.min(), finite.max()))
        lines = [f"{number(float(finite.mean()))} ± {number(float(finite.std()))}",
                 f"{low} … {high}", *lines]  # fmt: skip
    return lines


def duration(node: Node) -> float | None:
    """The seconds that computing a node's value takes, by doing it again."""
    primitive = node.primitive
    if primitive is None or node.kept is None or not node.kept.args:
        return None
    args = (node.kept.args,) if primitive.variadic else node.kept.args
    best = float("inf")
    with np.errstate(all="ignore"):
        for _ in range(RUNS):
            start = time.perf_counter()
            primitive.body(*args, **node.kwargs)
            best = min(best, time.perf_counter() - start)
    return best


def size_of(item: Item) -> int:
    """The bytes that the value of an item takes."""
    assert item.shape is not None
    assert item.dtype is not None
    return math.prod(item.shape) * item.dtype.itemsize
