"""What a picture shows, as plain data: boxes, what flows into each, and groups around them."""

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

Role = Literal["variable", "data", "constant", "operation", "output", "module", "more"]


@dataclass(frozen=True, slots=True)
class Flow:
    """`count` edges from one box: more than one only where a box stands for many.

    `again` tells an edge from one repeat to the next: both of its ends are drawn once, so it leads
    back. `gradient` is the norm of the gradient of what flows, where it was asked for.
    """

    source: str
    count: int = 1
    again: bool = False
    gradient: float | None = None


@dataclass(frozen=True, slots=True)
class Box:
    """One node, or one that stands for many (roles "module" and "more", or inside a repeat)."""

    key: str
    role: Role
    title: str
    name: str | None = None  # a tensor's own, where the title says what made it
    facts: str = ""  # shape and dtype
    notes: tuple[str, ...] = ()  # metadata; what is inside
    details: tuple[str, ...] = ()  # what was asked for: values, bytes, seconds, derivatives
    operands: tuple[Flow, ...] = ()  # in the order of the call
    group: int | None = None
    is_output: bool = False
    is_backward: bool = False  # part of the computation of a gradient
    gradient: float | None = None  # its norm, where it was asked for


@dataclass(frozen=True, slots=True)
class Group:
    """One call of a module: `kind` is its class, `parent` the group around it.

    With `times` above 1 the boxes inside stand for as many alike, one after the other; such a
    group need not be a module's, and then has no kind.
    """

    kind: str
    path: str
    parent: int | None
    times: int = 1


@dataclass(frozen=True)
class Picture:
    """Boxes in an order in which operands come first, and sentences on what was folded.

    `gradient` is the norm of the gradient at the outputs, where gradients are shown.
    """

    title: str
    boxes: tuple[Box, ...]
    groups: tuple[Group, ...]
    caption: str = ""
    gradient: float = 1.0

    @cached_property
    def leaves(self) -> set[str]:
        """The keys of the boxes into which nothing flows."""
        return {box.key for box in self.boxes if not box.operands}
