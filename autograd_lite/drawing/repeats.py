"""Repeats drawn once: the blocks of a transformer, the steps of a recurrence, a long chain.

The operations in their order are a sequence of symbols; where it repeats itself, and is wired in
the same way each time, the first of the repeats stands for all. What one repeat hands to the next
becomes an edge that leads back.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from itertools import groupby
from typing import Any, NamedTuple

from autograd_lite.core.graph import Node
from autograd_lite.drawing.graph import Edge, Sketch
from autograd_lite.drawing.homes import Chain, Place, common, common_to
from autograd_lite.drawing.periods import Period, periods
from autograd_lite.drawing.reading import Constant, Item, is_leaf
from autograd_lite.drawing.text import metadata

LEAST_SHARE = 25  # a repeat that saves less than this part of a graph does not make it readable
MOST_TRIED = 12  # periods, before a stretch of operations is taken to have none


class Repeat(NamedTuple):
    """Operations in a row: as many lists of them as there are repeats, all of one length."""

    runs: list[list[Item]]

    @property
    def saved(self) -> int:
        return (len(self.runs) - 1) * len(self.runs[0])


def fold_repeats(
    sketch: Sketch, most: int, apart: Collection[Item] = (), level: int | None = None
) -> Sketch:
    """The sketch with repeats drawn once, the longest first, until `most` items are left.

    The operations in `apart` are left as they are. With `level`, only calls of modules that
    stand that deep are folded.
    """
    while len(sketch.order) > most:
        repeat = best_repeat(sketch, apart, level)
        if repeat is None or repeat.saved * LEAST_SHARE < len(sketch.order):
            break
        sketch = folded(sketch, repeat)
    return sketch


def best_repeat(sketch: Sketch, apart: Collection[Item], level: int | None) -> Repeat | None:
    """The repeat by which most is saved."""
    found = [
        repeat
        for stretch in stretches(sketch)
        for repeat in repeats_in(stretch, sketch, apart)
        if level is None or calls_at(level, repeat, sketch)
    ]
    return max(found, key=lambda repeat: repeat.saved, default=None)


def calls_at(level: int, repeat: Repeat, sketch: Sketch) -> bool:
    """Whether the repeats are calls of modules that stand `level` modules deep."""
    around, calls = surroundings(sketch, repeat)
    return len(around) == level and bool(calls)


def stretches(sketch: Sketch) -> Iterator[list[Item]]:
    """Operations in a row that stand in the same repeat, so that none crosses its border."""
    operations = [item for item in sketch.order if not is_leaf(item)]
    for _, group in groupby(operations, lambda item: id(innermost_repeat(sketch.homes[item]))):
        yield list(group)


def innermost_repeat(chain: Chain) -> Place | None:
    return next((place for place in reversed(chain) if place.times > 1), None)


def repeats_in(stretch: list[Item], sketch: Sketch, apart: Collection[Item]) -> list[Repeat]:
    """The repeats that save most, which may overlap."""
    codes: dict[Any, int] = {}
    symbols = [
        codes.setdefault(id(item) if item in apart else symbol(item, sketch), len(codes))
        for item in stretch
    ]
    found: list[Repeat] = []
    for period in periods(symbols)[:MOST_TRIED]:
        if any(repeat.saved >= period.saved for repeat in found):
            break
        repeat = wired_alike(aligned(period, stretch, sketch), sketch)
        if repeat is not None and not cuts_a_module(repeat, stretch, sketch):
            found.append(repeat)
    return found


def cuts_a_module(repeat: Repeat, stretch: list[Item], sketch: Sketch) -> bool:
    """Whether a border between repeats, or around them, runs through the call of a module."""
    around, _ = surroundings(sketch, repeat)
    length, start = len(repeat.runs[0]), stretch.index(repeat.runs[0][0])
    borders = range(start, start + length * len(repeat.runs) + 1, length)
    return any(
        len(common(sketch.homes[stretch[i - 1]], sketch.homes[stretch[i]])) > len(around)
        for i in borders
        if 0 < i < len(stretch)
    )


def symbol(item: Item, sketch: Sketch) -> Any:
    """What two operations have in common if they look alike in a picture."""
    assert isinstance(item, Node)
    assert item.primitive is not None
    said = {key: value for key, value in item.kwargs.items() if key != "index"}
    operands = tuple(
        (number_or_shape(edge.source), edge.uses) for edge in sketch.edges[item] if not edge.again
    )
    kinds = tuple((place.kind, place.times) for place in sketch.homes[item])
    return item.primitive.name, item.shape, item.dtype, metadata(said), operands, kinds


def number_or_shape(item: Item) -> Any:
    is_number = isinstance(item, Constant) and not item.is_array
    return str(item.value) if is_number else item.shape  # type: ignore[union-attr]


def aligned(period: Period, stretch: list[Item], sketch: Sketch) -> Repeat:
    """The period begun where least crosses from one repeat to the next, best between modules."""
    place = {item: i for i, item in enumerate(stretch)}
    total = period.length * period.times + period.spare
    starts = range(period.start, period.start + min(period.length, total - 2 * period.length + 1))

    def cost(start: int) -> tuple[int, int, int]:
        border = start + period.length
        crossing = {
            edge.source
            for item in stretch[border : border + period.length]
            for edge in sketch.edges[item]
            if start <= place.get(edge.source, -1) < border
        }
        before, after = sketch.homes[stretch[border - 1]], sketch.homes[stretch[border]]
        return len(common(before, after)), len(crossing), start

    start = min(starts, key=cost)
    times = (period.start + total - start) // period.length
    ends = range(start, start + times * period.length, period.length)
    return Repeat([stretch[i : i + period.length] for i in ends])


def wired_alike(repeat: Repeat, sketch: Sketch) -> Repeat | None:
    """The first of the repeats that are wired alike; None if they are too few."""
    place = {item: (j, q) for j, run in enumerate(repeat.runs) for q, item in enumerate(run)}
    wirings = [
        [wiring(item, j, place, sketch) for item in run] for j, run in enumerate(repeat.runs)
    ]
    alike = 1
    for j, wired in enumerate(wirings[1:], 1):
        inside = [ends.inside for ends in wired] == [ends.inside for ends in wirings[0]]
        before = [ends.before for ends in wired] == [ends.before for ends in wirings[min(j, 1)]]
        if not (inside and before):
            break
        alike += 1
    found = Repeat(repeat.runs[:alike])
    return found if alike > 1 and found.saved >= min(4, len(found.runs[0]) * 2) else None


class Ends(NamedTuple):
    """Where an operation's operands stand: at which place of its own repeat, or of one before."""

    inside: tuple[Any, ...]
    before: tuple[Any, ...]


def wiring(item: Item, j: int, place: dict[Item, tuple[int, int]], sketch: Sketch) -> Ends:
    inside, before = [], []
    for i, edge in enumerate(sketch.edges[item]):
        run, q = place.get(edge.source, (-1, -1))
        if run == j:
            inside.append((i, q, edge.again))
        elif run >= 0:
            before.append((i, q))
    return Ends(tuple(inside), tuple(before))


def folded(sketch: Sketch, repeat: Repeat) -> Sketch:
    """The sketch with the first of the repeats in place of all."""
    first, *others = repeat.runs
    run_of = {item: j for j, run in enumerate(repeat.runs) for item in run}
    drawn_as = {item: first[q] for run in others for q, item in enumerate(run)}
    around, _ = surroundings(sketch, repeat)
    inputs = own_inputs(sketch, run_of, around)
    for run in others:
        for q, item in enumerate(run):
            for mine, its in zip(sketch.edges[item], sketch.edges[first[q]], strict=False):
                if inputs.get(mine.source) == run_of[item] and inputs.get(its.source) == 0:
                    drawn_as[mine.source] = its.source
    edges = {
        item: drawn_edges(found, drawn_as)
        for item, found in sketch.edges.items()
        if item not in drawn_as
    }
    for run in others:
        for q, item in enumerate(run):
            add_edges(edges[first[q]], sketch.edges[item], item, run_of, drawn_as)
    homes, times = dict(sketch.homes), dict(sketch.times)
    kept = [*first, *dict.fromkeys(drawn_as[item] for item in drawn_as if item not in run_of)]
    for item in kept:
        times[item] = len(repeat.runs) * times.get(item, 1)
    homes.update(homes_inside(sketch, repeat, kept))
    order = [item for item in sketch.order if item not in drawn_as]
    return Sketch(order, edges, homes, {**sketch.drawn_as, **drawn_as}, times)


def own_inputs(sketch: Sketch, run_of: dict[Item, int], around: Chain) -> dict[Item, int]:
    """The leaves near the repeats that one of them uses and no other does, and which one."""
    users: dict[Item, set[int]] = {}
    for item, run in run_of.items():
        for edge in sketch.edges[item]:
            home = sketch.homes[edge.source]
            if is_leaf(edge.source) and common(home, around) in (home, around):
                users.setdefault(edge.source, set()).add(run)
    return {leaf: min(runs) for leaf, runs in users.items() if len(runs) == 1}


def drawn_edges(edges: Sequence[Edge], drawn_as: dict[Item, Item]) -> list[Edge]:
    """The edges from what is drawn; those from several repeats of one thing as one."""
    if not any(edge.source in drawn_as for edge in edges):
        return list(edges)
    ends = [drawn_as.get(edge.source, edge.source) for edge in edges]
    several = {
        end
        for end in set(ends) & set(drawn_as.values())
        if len({edge.source for edge, its in zip(edges, ends, strict=True) if its is end}) > 1
    }
    counts: Counter[Item] = Counter()
    for edge, end in zip(edges, ends, strict=True):
        counts[end] += edge.uses
    found: list[Edge] = []
    for edge, end in zip(edges, ends, strict=True):
        if end not in several:
            found.append(edge._replace(source=end))
        elif end in counts:
            found.append(Edge(end, counts.pop(end)))
    return found


def add_edges(
    edges: list[Edge],
    further: Sequence[Edge],
    item: Item,
    run_of: dict[Item, int],
    drawn_as: dict[Item, Item],
) -> None:
    """Add to the first repeat's edges what later ones get from elsewhere than it does."""
    for edge in further:
        source = drawn_as.get(edge.source, edge.source)
        again = edge.again or run_of.get(edge.source, run_of[item]) < run_of[item]
        if not any(known.source is source and known.again == again for known in edges):
            edges.append(Edge(source, edge.uses, again))


def homes_inside(sketch: Sketch, repeat: Repeat, kept: Sequence[Item]) -> dict[Item, Chain]:
    """Where what is drawn for all repeats stands: inside of a place of its own."""
    around, calls = surroundings(sketch, repeat)
    depth, times = len(around), len(repeat.runs)
    if calls:
        place = Place(calls[0].kind, calls[0].path, times, calls[-1].path)
    else:
        place = Place("", around[-1].path if around else "", times)
    homes = {}
    for item in kept:
        chain = sketch.homes[item]
        inner: Chain = ()
        if common(chain, around) == around:
            inner = chain[depth:]
        if calls:
            inner = inner[1:] if inner[:1] == calls[:1] else ()
        homes[item] = (*around, place, *inner)
    return homes


def surroundings(sketch: Sketch, repeat: Repeat) -> tuple[Chain, tuple[Place, ...]]:
    """The modules around all repeats; then the call of a module that each is, if each is one."""
    chains = [[sketch.homes[item] for item in run] for run in repeat.runs]
    around = common_to(chain for run in chains for chain in run)
    calls = [common_to(run)[len(around) :] for run in chains]
    places = tuple(call[0] for call in calls if call)
    each_its_own = len({id(place) for place in places}) == len(repeat.runs)
    return around, places if each_its_own else ()
