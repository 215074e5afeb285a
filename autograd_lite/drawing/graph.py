"""The graph as it is to be drawn: items that stand for themselves, or for many alike."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from autograd_lite.drawing.homes import Chain
from autograd_lite.drawing.reading import Item, Reading


class Edge(NamedTuple):
    """`uses` uses of what `source` gives; `again`: by the next repeat of what it is part of."""

    source: Item
    uses: int = 1
    again: bool = False


@dataclass(slots=True)
class Sketch:
    """The items to draw, operands first, what each is made from, and where it stands.

    `drawn_as` has an entry for every item that another one stands for; `times` says for how many.
    """

    order: list[Item]
    edges: dict[Item, list[Edge]]
    homes: dict[Item, Chain]
    drawn_as: dict[Item, Item] = field(default_factory=dict)
    times: dict[Item, int] = field(default_factory=dict)

    def drawn(self, item: Item) -> Item:
        """The item that stands for this one; itself, if it is drawn."""
        while item in self.drawn_as:
            item = self.drawn_as[item]
        return item


def sketch_of(reading: Reading, homes: Mapping[Item, Chain], order: list[Item]) -> Sketch:
    """The whole graph, nothing folded."""
    edges = {item: [Edge(source) for source in reading.operands[item]] for item in order}
    return Sketch(order, edges, dict(homes))
