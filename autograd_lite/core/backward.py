"""The walk from the end of a graph to its leaves: reverse mode, the chain rule.

At each node the cotangent of its output becomes a contribution to the cotangent of each
operand. Three things are done here, once, so that no rule has to think of them: broadcasting and
dtype promotion are undone on every edge, and a zero cotangent meeting an infinite local
derivative gives zero (the strong zero).
"""

from collections.abc import Callable, Collection
from typing import Any

import numpy as np

from autograd_lite.core.graph import (
    DROPS_NAN,
    FREED,
    NO_KWARGS,
    RECORDING,
    Freed,
    FreedError,
    Kept,
    Node,
    freed,
    node_of,
    topological,
)
from autograd_lite.core.overriding import overridable
from autograd_lite.errors import GraphError

Lift = Callable[[Any, Node], Any]  # makes a tensor of a value and its node


def pull_back(
    root: Node,
    cotangent: Any,
    targets: Collection[Node] = (),
    lift: Lift | None = None,
    free: bool = False,
) -> dict[Node, Any]:
    """The cotangents of the leaves behind `root` (or of `targets`), given that of `root`.

    With `lift` the rules get tensors instead of arrays, so that the pull is itself recorded.
    With `free` each node's saved values are dropped as soon as they have been used.
    """
    wanted = leading_to(targets, root) if targets else None
    special = wanted is not None or lift is not None
    shared = uses(root) if wanted is None else uses_among(wanted, targets, root)
    partial: dict[Node, Any] = {}  # sums of the contributions that have arrived so far
    owned: set[Node] = set()  # nodes whose sum is an array of this walk's own
    found: dict[Node, Any] = {}
    ready = [(root, cotangent)]
    # The processor's "invalid" flag is raised by 0 * inf, the one way in which a zero cotangent
    # could give a NaN; being told of it costs nothing per node.
    invalid: list[str] = []
    tainted = RECORDING.get().strong
    with np.errstate(all="ignore", invalid="call", call=lambda kind, flag: invalid.append(kind)):
        while ready:
            node, g = ready.pop()
            if node.kept is not None:
                keep_cotangent(node.kept, node, g)
            pull = node.pull
            if pull is None or (special and node in targets):
                found[node] = g if type(g) is not np.ndarray else np.asarray(g, order="C")
                continue
            saved = node.saved
            try:
                if special:
                    saved = lifted(node, lift) if lift else saved
                    pull = pull if wanted is None else pull_towards(wanted, node)
                contributions = pull(g, saved, node)
                if invalid or tainted:
                    contributions = strong_pull(pull, g, saved, node)
                    invalid.clear()
            except FreedError:
                raise GraphError(why_freed(root, node)) from None
            parents: Any = node.parents
            for parent, c in zip(parents, contributions):
                if c is None:
                    continue
                if c.shape != parent.shape or c.dtype is not parent.dtype:
                    c = fit(c, parent)
                if parent in shared:
                    shared[parent] -= 1
                    c = add_up(partial, owned, parent, c, lift is None)
                    if shared[parent]:
                        continue
                    del partial[parent]
                elif parent.pull is None or (special and parent in targets):
                    found[parent] = own(c, g, saved) if lift is None else c
                    continue
                ready.append((parent, c))
            if node.kwargs is not NO_KWARGS and DROPS_NAN in node.kwargs:
                tainted = True  # a NaN behind this node raises no flag
            if free:
                node.saved = freed(node) if None in parents else FREED
    root.was_root = root.was_root or free
    return found


def uses(root: Node) -> dict[Node, int]:
    """How many edges of the walk reach each node that more than one edge reaches."""
    seen = {root}
    shared: dict[Node, int] = {}
    stack = [root]
    while stack:
        for parent in stack.pop().parents:
            if parent is None:
                continue
            if parent in seen:
                shared[parent] = shared.get(parent, 1) + 1
            else:
                seen.add(parent)
                stack.append(parent)
    return shared


def uses_among(wanted: set[Node], targets: Collection[Node], root: Node) -> dict[Node, int]:
    """The same, for a walk that keeps to `wanted` and ends at `targets`."""
    counts: dict[Node, int] = {root: 0}
    stack = [root]
    while stack:
        node = stack.pop()
        for parent in () if node in targets else node.parents:
            if parent is not None and parent in wanted:
                if parent not in counts:
                    stack.append(parent)
                counts[parent] = counts.get(parent, 0) + 1
    return {node: count for node, count in counts.items() if count > 1}


def leading_to(targets: Collection[Node], root: Node) -> set[Node]:
    """The nodes on a path from `root` to one of `targets`: no other needs a cotangent."""
    on_path = set(targets)
    for node in topological([root], stop=targets):
        if any(parent in on_path for parent in node.parents):
            on_path.add(node)
    return on_path


def pull_towards(wanted: set[Node], node: Node) -> Callable[..., tuple[Any, ...]]:
    """The node's pull, restricted to the operands that are wanted."""
    assert node.primitive is not None
    assert node.pull is not None
    if node.primitive.variadic:
        pull = node.pull
        return lambda g, saved, node: tuple(
            c if parent in wanted else None
            for parent, c in zip(node.parents, pull(g, saved, node), strict=True)
        )
    mask = sum(1 << i for i, parent in enumerate(node.parents) if parent in wanted)
    return node.primitive.plans[mask].pull


def strong_pull(
    pull: Callable[..., tuple[Any, ...]], g: Any, saved: tuple[Any, ...], node: Node
) -> tuple[Any, ...]:
    """The node's contributions, with zero where a zero cotangent met an infinite derivative.

    The zero is selected, not multiplied, so the same holds when this is differentiated again.
    """
    assert node.primitive is not None
    with np.errstate(invalid="ignore"):
        contributions = pull(g, saved, node)
        if node.primitive.jointly_linear and node.primitive.nature == "linear":
            return contributions  # there is no factor that could be infinite
        if node.primitive.nature == "elementwise":
            return tuple(c if c is None else strong(g, c) for c in contributions)
        nothing = all_dead(g)
    return tuple(c if c is None else np.where(nothing, 0, c) for c in contributions)


def strong(g: Any, product: Any) -> Any:
    """`product`, but zero where a zero cotangent `g` has met a factor that is not finite."""
    return np.where(dead(g, product), 0, product)


@overridable
def dead(g: Any, product: Any) -> Any:
    """Where a zero cotangent has met a factor that is not finite."""
    return (g == 0) & ~np.isfinite(product)


@overridable
def all_dead(g: Any, axis: Any = None) -> Any:
    """Whether the cotangent is zero everywhere, so that nothing can come of it."""
    return np.all(g == 0, axis=axis)


def fit(c: Any, parent: Node) -> Any:
    """Undo, for one edge, what the function did to its operand's dtype and shape."""
    if c.dtype is not parent.dtype:
        c = in_dtype(c, parent.dtype)
    if c.shape != parent.shape:
        c = sum_to_shape(c, parent.shape)
        if c.shape != parent.shape:  # a smaller contribution stands for its broadcast
            c = np.broadcast_to(c, parent.shape)
    return c


def in_dtype(c: Any, dtype: Any) -> Any:
    if c.dtype == dtype:
        return c
    if c.dtype.kind == "c" and dtype.kind != "c":
        c = np.real(c)
    return c.astype(dtype)


def sum_to_shape(c: Any, shape: tuple[int, ...]) -> Any:
    """Sum `c` over the axes along which an operand of `shape` was broadcast."""
    extra = len(c.shape) - len(shape)
    if extra > 0 and c.shape[extra:] == shape:
        return np.add.reduce(c, axis=0 if extra == 1 else tuple(range(extra)))
    extra = max(extra, 0)
    ones = len(shape) - (len(c.shape) - extra)  # leading axes that a smaller c does not have
    axes = [*range(extra)]
    axes += [
        extra + i
        for i, n in enumerate(shape[ones:])
        if n == 1 and c.shape[extra + i] != 1
    ]  # fmt: skip
    if not axes:
        return c
    c = np.add.reduce(c, axis=tuple(axes), keepdims=True)
    return np.reshape(c, c.shape[extra:]) if extra else c


def add_up(partial: dict[Node, Any], owned: set[Node], node: Node, c: Any, in_place: bool) -> Any:
    """Add a contribution to what has arrived for `node`; the sum."""
    if node not in partial:
        total = c
    elif in_place and type(c) is np.ndarray and node in owned and c.shape == node.shape:
        total = np.add(partial[node], c, out=partial[node])
    else:
        total = np.add(partial[node], c)
        if type(total) is np.ndarray and total.shape == node.shape:
            owned.add(node)
        else:
            owned.discard(node)
    partial[node] = total
    return total


def own(c: Any, g: Any, saved: tuple[Any, ...]) -> Any:
    """`c` itself if the rule made it for us alone, else a copy.

    A rule may hand back its cotangent, a view, or a value it was given; anything else it returns
    is new.
    """
    if type(c) is not np.ndarray:
        return c
    if c is g or c.base is not None or not c.flags.c_contiguous:
        return c.copy()
    for value in saved:
        if c is value:
            return c.copy()
    return c


def lifted(node: Node, lift: Lift) -> tuple[Any, ...]:
    """The node's saved values with their places in the graph, so that rules record what they do."""
    primitive = node.primitive
    assert primitive is not None
    if isinstance(node.saved, Freed):
        return node.saved
    if primitive.variadic:
        return (*node.saved, lift)  # which tells a pull of the node's own that it is recorded
    count = len(node.parents)
    operands = [
        value if value is None or parent is None else lift(value, parent)
        for value, parent in zip(node.saved[:count], node.parents, strict=True)
    ]
    out = node.saved[count]
    result = None if out is None else lift(out, node)
    extras = [
        None if value is None else lift(value, extra_node(node, i, value))
        for i, value in enumerate(node.saved[count + 1 :])
    ]
    return (*operands, result, *extras)


def extra_node(node: Node, i: int, value: Any) -> Node:
    """The node of a further output: the primitive that it equals, on the same operands."""
    assert node.primitive is not None
    primitive = node.primitive.extras[i]
    known = dict(zip(node.primitive.saved_names, node.saved, strict=True))
    known[primitive.output] = value
    kwargs = {key: node.kwargs[key] for key in primitive.metadata if key in node.kwargs}
    parents = node.parents[: len(primitive.rules)]
    mask = sum(1 << j for j, parent in enumerate(parents) if parent is not None)
    saved = tuple(known.get(name) for name in primitive.saved_names)
    pull = primitive.plans[mask].pull
    return node_of(primitive, pull, parents, saved, kwargs, value.shape, value.dtype)


def keep_cotangent(kept: Kept, node: Node, g: Any) -> None:
    if kept.retains_grad:
        g = np.broadcast_to(g, node.shape)
        g = np.asarray(np.conjugate(g))
        node.grad = g if node.grad is None else np.asarray(node.grad + g)
    if kept.args is not None:
        kept.cotangent = g


def why_freed(root: Node, node: Node) -> str:
    if root.was_root:
        return (
            f"backward was called twice on the same result {root!r}: its values were freed by the "
            "first call. Add the losses and call backward once, or compute the result again."
        )
    return (
        f"backward reached {node!r}, which an earlier backward has already passed and freed: a "
        "tensor of an earlier step is part of this one. Cut it off with .detach() where the "
        "step begins (a recurrent state, a running average), or compute it again."
    )
