"""An order in which everything comes after what it was made from."""

from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import TypeVar

T = TypeVar("T", bound=Hashable)


def parents_first(roots: Iterable[T], parents: Callable[[T], Iterable[T]]) -> list[T]:
    """All that `roots` were made from, each after its parents, an earlier parent's line first.

    Iterative, and a cycle (folded graphs may have one) does no harm.
    """
    order: list[T] = []
    entered: set[T] = set()
    stack: list[tuple[T, Iterator[T]]] = []
    for root in roots:
        if root not in entered:
            entered.add(root)
            stack.append((root, iter(parents(root))))
        while stack:
            item, rest = stack[-1]
            for parent in rest:
                if parent not in entered:
                    entered.add(parent)
                    stack.append((parent, iter(parents(parent))))
                    break
            else:
                order.append(item)
                stack.pop()
    return order


def heights(order: Iterable[T], parents: Callable[[T], Iterable[T]]) -> dict[T, int]:
    """How long the longest way is that leads to each; parents come first in `order`."""
    found: dict[T, int] = {}
    for item in order:
        found[item] = 1 + max((found.get(parent, 0) for parent in parents(item)), default=0)
    return found
