"""The way there and the way back, side by side: which items belong to which, and where."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from autograd_lite.core.graph import Node
from autograd_lite.drawing.homes import Chain, Place
from autograd_lite.drawing.order import parents_first
from autograd_lite.drawing.reading import Item, Reading, is_leaf

FORWARD, BACKWARD = Place("forward", ""), Place("backward", "")


@dataclass(frozen=True, slots=True)
class Passes:
    """The outputs of the way there; and for each result of the way back the leaf it is about."""

    outputs: Sequence[Item]
    leaf_of: Mapping[Node, Node]

    def homes(self, reading: Reading, homes: Mapping[Item, Chain]) -> dict[Item, Chain]:
        """The homes with one place more around them: that of the way there, or of the way back."""
        forward = set(parents_first(self.outputs, reading.operands.__getitem__))
        number = {item: i for i, item in enumerate(reading.order)}
        found: dict[Item, Chain] = {}
        for item in reading.order:
            if item in forward:
                found[item] = (FORWARD, *homes[item])
                continue
            found[item] = (BACKWARD, *homes[item])
            if homes[item] or is_leaf(item):
                continue
            # The walk adds up and reduces gradients outside of all modules: a sum goes with what
            # has arrived last, a result with the leaf that it is about.
            arrived = [part for part in reading.operands[item] if part not in forward]
            if isinstance(item, Node) and item in self.leaf_of:
                found[item] = (BACKWARD, *homes[self.leaf_of[item]])
            elif len(arrived) > 1 and not any(map(is_leaf, arrived)):
                found[item] = found[max(arrived, key=number.__getitem__)]
        return found
