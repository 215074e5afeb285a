"""What a picture shows, as plain data: boxes, what flows into each, and groups around them."""

from dataclasses import dataclass
from typing import Literal

Role = Literal["variable", "data", "constant", "operation", "output", "module", "more"]


@dataclass(frozen=True, slots=True)
class Flow:
    """`count` edges from one box: more than one only where a folded box stands at an end."""

    source: str
    count: int = 1


@dataclass(frozen=True, slots=True)
class Box:
    """One node, or one that stands for many (roles "module" and "more")."""

    key: str
    role: Role
    title: str
    name: str | None = None  # a tensor's own, where the title says what made it
    facts: str = ""  # shape and dtype
    notes: tuple[str, ...] = ()  # metadata; what is inside
    operands: tuple[Flow, ...] = ()  # in the order of the call
    group: int | None = None
    is_output: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """One call of a module: `kind` is its class, `parent` the group around it."""

    kind: str
    path: str
    parent: int | None


@dataclass(frozen=True, slots=True)
class Picture:
    """Boxes in an order in which operands come first, and a sentence on what was folded."""

    title: str
    boxes: tuple[Box, ...]
    groups: tuple[Group, ...]
    caption: str = ""
