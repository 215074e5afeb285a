"""An order in which everything comes after what it was made from."""

from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import TypeVar

T = TypeVar("T", bound=Hashable)


def parents_first(roots: Iterable[T], parents: Callable[[T], Iterable[T]]) -> list[T]:
    """All that `roots` were made from, each after its parents, an earlier parent's line first.

    For a program written in the usual way this is the order in which it was written, which is
    the order to show it in. Iterative, and a cycle (folded graphs may have one) does no harm.
    """
    order: list[T] = []
    entered: set[T] = set()
    stack: list[tuple[T, Iterator[T]]] = []

    def enter(item: T) -> None:
        entered.add(item)
        stack.append((item, iter(parents(item))))

    for root in roots:
        if root not in entered:
            enter(root)
        while stack:
            item, rest = stack[-1]
            following = next((parent for parent in rest if parent not in entered), None)
            if following is None:
                order.append(item)
                stack.pop()
            else:
                enter(following)
    return order
