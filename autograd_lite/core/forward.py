"""The walk from the leaves of a graph to its end: forward mode, tangents pushed along.

No rule is written for it. An entry-by-entry function multiplies by the same partial derivative
in both directions; a linear function is its own derivative; for any other function the pull is
linear in its cotangent, and pulling back through that pull transposes it.
"""

from collections.abc import Iterable
from typing import Any

import numpy as np

from autograd_lite.core.backward import (
    Lift,
    fit,
    in_dtype,
    lifted,
    pull_back,
    strong_pull,
    sum_to_shape,
)
from autograd_lite.core.graph import (
    RECORDING,
    FreedError,
    Node,
    Recording,
    leaf,
    levels_at,
    topological,
)
from autograd_lite.errors import GraphError


def push_forward(
    roots: Iterable[Node], tangents: dict[Node, Any], lift: Lift, recorded: bool
) -> dict[Node, Any]:
    """The tangents of all nodes up to `roots` that have one, given those of leaves."""
    known = dict(tangents)
    for node in topological(roots, stop=tangents):
        if node in known or node.primitive is None:
            continue
        incoming = [None if p is None else known.get(p) for p in node.parents]
        if any(t is not None for t in incoming):
            try:
                known[node] = push(node, incoming, lift, recorded)
            except FreedError:
                raise GraphError(
                    f"jvp reached {node!r}, whose values an earlier backward has freed: compute "
                    "it again, or call .detach() where it comes from."
                ) from None
    return known


def push(node: Node, tangents: list[Any], lift: Lift, recorded: bool) -> Any:
    """The tangent of one node's output."""
    assert node.primitive is not None
    saved = lifted(node, lift) if recorded else node.saved
    if node.primitive.nature == "elementwise":
        tangent = push_elementwise(node, tangents, saved)
    elif node.primitive.nature == "linear":
        tangent = push_linear(node, tangents, saved)
    else:
        tangent = push_transposed(node, tangents, saved, lift)
    tangent = in_dtype(tangent, node.dtype)
    return tangent if tangent.shape == node.shape else np.broadcast_to(tangent, node.shape)


def push_elementwise(node: Node, tangents: list[Any], saved: tuple[Any, ...]) -> Any:
    total = None
    assert node.primitive is not None
    for i, t in enumerate(tangents):
        if t is None:
            continue
        pull = node.primitive.plans[1 << i].pull
        if RECORDING.get().strong:
            part = strong_pull(pull, t, saved, node)[i]
            total = part if total is None else total + part
            continue
        try:
            with np.errstate(all="ignore", invalid="raise"):
                part = pull(t, saved, node)[i]
        except FloatingPointError:
            part = strong_pull(pull, t, saved, node)[i]
        total = part if total is None else total + part
    return total


def push_linear(node: Node, tangents: list[Any], saved: tuple[Any, ...]) -> Any:
    primitive = node.primitive
    assert primitive is not None
    if primitive.variadic:
        return primitive.record(
            [
                np.zeros(spec.shape, spec.dtype) if t is None else t
                for t, spec in zip(tangents, saved[0], strict=True)
            ],
            **node.kwargs,
        )
    if primitive.jointly_linear:
        return primitive.record(*(0 if t is None else t for t in tangents), **node.kwargs)
    total = None
    for i, t in enumerate(tangents):
        if t is not None:
            operands = [t if i == j else saved[j] for j in range(len(tangents))]
            part = primitive.record(*operands, **node.kwargs)
            total = part if total is None else total + part
    return total


def push_transposed(node: Node, tangents: list[Any], saved: tuple[Any, ...], lift: Lift) -> Any:
    assert node.pull is not None
    cotangent = leaf(node.shape, node.dtype)
    cotangent.levels = levels_at(node)  # one for each example, as the output is
    outer = RECORDING.get()
    token = RECORDING.set(Recording(True, None, outer.watch, outer))
    try:
        with np.errstate(all="ignore"):
            contributions = node.pull(lift(np.ones(node.shape, node.dtype), cotangent), saved, node)
            edges = [
                (fit(c, parent), t)
                for c, parent, t in zip(contributions, node.parents, tangents, strict=True)
                if c is not None and parent is not None and t is not None
            ]
    finally:
        RECORDING.reset(token)
    total: Any = np.zeros(node.shape, node.dtype)
    for c, t in edges:
        if getattr(c, "node", None) is not None:
            lift_again = lift if not isinstance(t, np.ndarray) or saved is not node.saved else None
            found = pull_back(c.node, sum_to_shape(t, c.shape), [cotangent], lift_again)
            total = total + found.get(cotangent, 0)
    return total
