"""The arrays that programs write in place: parameters and moments, laid one after another.

A tensor's value never changes while somebody else holds it. So before each call it is looked
whether the arrays are still those that the program knows, and whether nobody but their tensors
holds them; if not, they are copied to new memory, and the old is left to whoever has it.
"""

import weakref
from operator import attrgetter, is_
from sys import getrefcount
from typing import Any

import numpy as np

from autograd_lite.compiler.cells import held, hold
from autograd_lite.core.tensor import Tensor

VALUE = attrgetter("_value")

# One home for the same tensors or states, whichever program asks: those of a training run with
# two batch sizes do not take them from each other.
HOMES: "weakref.WeakValueDictionary[tuple[int, ...], Home]" = weakref.WeakValueDictionary()


class Home:
    """Memory for the values of some cells of one dtype; each cell holds a view of it."""

    def __init__(self, owners: tuple[Any, ...]) -> None:
        self.owners = owners
        self.flat: Any = None
        self.views: list[Any] = []
        self.watched: list[Any] = []  # the whole, and tensors' values, which graphs may hold
        self.counts = [0]  # how many hold each of them; at first nothing is here

    def ready(self) -> None:
        """See to it that the cells' values lie here, and that nobody else holds them."""
        if list(map(getrefcount, self.watched)) != self.counts or not all(
            map(is_, map(VALUE, self.owners), self.views)
        ):
            self.move_in()
            self.counts = list(map(getrefcount, self.watched))

    def move_in(self) -> None:
        """Copy the values to new memory."""
        values = [held(owner) for owner in self.owners]
        self.flat = np.concatenate([value.reshape(-1) for value in values])
        self.views = []
        start = 0
        for owner, value in zip(self.owners, values, strict=True):
            self.views.append(self.flat[start : start + value.size].reshape(value.shape))
            hold(owner, self.views[-1])
            start += value.size
        pairs = zip(self.owners, self.views, strict=True)
        self.watched = [self.flat, *[view for owner, view in pairs if type(owner) is Tensor]]


def home_of(owners: tuple[Any, ...]) -> Home:
    """The home of these cells."""
    key = tuple(map(id, owners))
    home = HOMES.get(key)
    if home is None:
        home = HOMES[key] = Home(owners)
    return home
