"""The steps of a computation, as plain data: what went into each op and what came back out of it.

Forward, an op has operands and a result. Backward, it has an incoming gradient (the derivative of
the output by its result); through each operand goes the product of that and the local derivative;
and at each operand the contributions of all its uses add up. All numbers are those of one run under
`with ag.keep_values():` around forward and backward.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from autograd_lite.core.graph import Node
from autograd_lite.drawing.formulas import formulas_of, operand_names
from autograd_lite.drawing.reading import (
    Constant,
    Item,
    Reading,
    kept_operands,
    left_out,
    values_of,
)
from autograd_lite.drawing.stepping.local import (
    contributions_of,
    is_entrywise,
    local_derivatives,
)
from autograd_lite.drawing.stepping.numbers import Numbers, numbers_of, plain_array
from autograd_lite.drawing.text import metadata, shape_and_dtype, shown

MOST = 1000  # steps of one page: the first half and the last half of a longer computation

Kind = Literal["operation", "variable", "data"]


@dataclass(frozen=True, slots=True)
class Arrival:
    """A contribution to the gradient of an operand: number `place` of `count`, in this order."""

    contribution: Numbers | None
    before: Numbers | None  # the sum of the earlier ones; None for the first
    after: Numbers | None
    place: int
    count: int


@dataclass(frozen=True, slots=True)
class Operand:
    """One operand of an op, and the way of the gradient through it (`arrival` None: no gradient).

    `formula` is the local derivative as it is declared, `local` its numbers. Of a function that
    works entry by entry (`entrywise`) both have the result's shape; of any other the formula is
    the product with the incoming gradient `g`, and `local` is the Jacobian. `product` is the
    product where the contribution is a sum of it, because the operand was broadcast.
    """

    key: str
    step: int | None  # of the operand itself
    title: str
    value: Numbers | None
    letter: str = ""  # what the formula calls the operand
    formula: str = ""
    entrywise: bool = False
    local: Numbers | None = None
    product: Numbers | None = None
    arrival: Arrival | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One item of the graph: `number` is its place in the forward order, `key` its box."""

    number: int
    key: str
    kind: Kind
    title: str
    name: str | None
    path: str
    facts: str
    notes: tuple[str, ...]
    operands: tuple[Operand, ...]
    value: Numbers | None
    gradient: Numbers | None  # by the item's value; None: no backward came by


def steps_of(reading: Reading, key_of: Mapping[Item, str]) -> tuple[Step, ...]:
    """The steps of the graph that was read, operands first; none if no values were kept.

    `key_of` gives the box in which an item is drawn. Of more than a thousand steps the first and
    the last five hundred are there; their numbers tell of the gap.
    """
    if not any(is_kept(item) for item in reading.order):
        return ()
    walk = Walk(reading, key_of)
    steps = [walk.passed(item) for item in reversed(reading.order)]
    return tuple(step for step in reversed(steps) if step is not None)


def is_kept(item: Item) -> bool:
    return isinstance(item, Node) and item.kept is not None and item.kept.args is not None


class Walk:
    """The way back, one item at a time, users before operands: the sums that have arrived."""

    def __init__(self, reading: Reading, key_of: Mapping[Item, str]) -> None:
        self.reading = reading
        self.key_of = key_of
        items = [item for item in reading.order if has_step(item)]
        self.number = {item: i + 1 for i, item in enumerate(items)}
        self.shown = {item for i, item in enumerate(items) if is_shown(i, len(items))}
        self.values = values_of(reading)
        self.counts = Counter(self.receivers())
        self.places: Counter[Item] = Counter()
        self.sums: dict[Item, Any] = {}

    def receivers(self) -> Iterator[Item]:
        """Every operand that a gradient goes to, as often as one does."""
        for item in self.reading.order:
            if isinstance(item, Node) and self.cotangent(item) is not None:
                yield from (parent for parent in item.parents if parent is not None)

    def cotangent(self, item: Item) -> Any:
        """What the rules of an op were given: the gradient by its result, in its shape."""
        if isinstance(item, Constant) or item.primitive is None:
            return None
        g = plain_array(self.reading.gradients.get(item))
        return g if g is None or g.shape == item.shape else np.broadcast_to(g, item.shape)

    def passed(self, item: Item) -> Step | None:
        """The item's step, if it has one; what goes through its operands is added up there."""
        g = self.cotangent(item)
        total = self.sums.pop(item, None)
        operands = self.operands(item, g) if isinstance(item, Node) else ()
        if item not in self.shown:
            return None
        known = (g, total, self.reading.gradients.get(item))
        return replace(
            described(item),
            number=self.number[item],
            key=self.key_of.get(item, ""),
            operands=operands,
            value=numbers_of(self.values.get(item)),
            gradient=numbers_of(next((found for found in known if found is not None), None)),
        )

    def operands(self, node: Node, g: Any) -> tuple[Operand, ...]:
        """The operands of a node, and what goes back through each; of one not shown, nothing."""
        is_shown = node in self.shown
        if not is_shown and self.shown.isdisjoint(self.reading.operands[node]):
            return ()
        products, contributions = contributions_of(node, g)
        local = local_derivatives(node) if is_shown else products
        absent = left_out(node)
        places = [i for i in range(len(node.parents)) if i not in absent]
        operands = self.reading.operands[node]
        given = (*kept_operands(node), *[None] * len(operands))
        letters, formulas = wording(node)
        found = []
        for i, operand, value in zip(places, operands, given, strict=False):
            receives = g is not None and node.parents[i] is not None
            sums = self.add(operand, contributions[i]) if receives else None
            if is_shown:
                about = Operand(
                    key=self.key_of.get(operand, ""),
                    step=self.number.get(operand),
                    title=title_of(operand),
                    value=numbers_of(value),
                    letter=letters[i],
                    formula=formulas[i],
                    entrywise=is_entrywise(node),
                    local=numbers_of(local[i]),
                    product=if_summed(products[i], contributions[i]),
                    arrival=self.arrival(operand, contributions[i], *sums) if sums else None,
                )
                found.append(about)
        return tuple(found)

    def add(self, operand: Item, contribution: Any) -> tuple[Any, Any]:
        """Add a contribution to what has arrived at an operand: the sum before and after."""
        before = self.sums.get(operand)
        self.places[operand] += 1
        if contribution is None or (before is None and self.places[operand] > 1):
            after = None  # one that is not known makes the sum unknown
        else:
            after = contribution if before is None else before + contribution
        self.sums[operand] = after
        return before, after

    def arrival(self, operand: Item, contribution: Any, before: Any, after: Any) -> Arrival:
        return Arrival(
            numbers_of(contribution),
            numbers_of(before),
            numbers_of(after),
            self.places[operand],
            self.counts[operand],
        )


def wording(node: Node) -> tuple[Sequence[str], Sequence[str]]:
    """For each operand of a node what its formula calls it, and the formula's right side."""
    count = len(node.parents)
    if node.primitive is None or node.primitive.variadic:
        return [f"xs[{i}]" for i in range(count)], [""] * count
    formulas = formulas_of(node.primitive)
    return operand_names(node.primitive), [(text or "").partition(" = ")[2] for text in formulas]


def has_step(item: Item) -> bool:
    """Whether there is a step for an item: numbers are seen where they are used."""
    return isinstance(item, Node) or item.is_array


def is_shown(i: int, count: int) -> bool:
    return count <= MOST or i < MOST // 2 or i >= count - MOST // 2


def if_summed(product: Any, contribution: Any) -> Numbers | None:
    """The product, where it is not yet the contribution: that is a sum of it."""
    is_summed = product is not None and np.size(product) > np.size(contribution)
    return numbers_of(product) if is_summed else None


def title_of(item: Item) -> str:
    """What an item is called where no box of its own says it better."""
    if isinstance(item, Constant):
        return "array" if item.is_array else "number"
    if item.primitive is None:
        return shown(item.name or "unnamed")
    return shown(item.primitive.name)


def described(item: Item) -> Step:
    """What an item is, without its place among the others and its numbers."""
    facts = shape_and_dtype(item.shape or (), item.dtype) if item.dtype is not None else ""
    kind: Kind = "data"
    if isinstance(item, Node) and item.requires_grad:
        kind = "variable" if item.primitive is None else "operation"
    about = Step(0, "", kind, title_of(item), None, "", facts, (), (), None, None)
    if isinstance(item, Constant):
        return about
    path = shown(item.scope.path) if item.scope is not None else ""
    name = shown(item.name) if item.name else None
    return replace(about, name=name, path=path, notes=metadata(item.kwargs))
