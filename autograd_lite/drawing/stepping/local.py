"""The local gradient of one node in numbers, worked out again from the values that were kept.

A backward frees what the rules have read. Under `keep_values` a node keeps its arguments, its
result and its cotangent; from these its pull can be called again, which changes nothing.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd_lite.core.backward import fit, strong_pull
from autograd_lite.core.graph import Node, Primitive, Spec
from autograd_lite.core.record import shape_and_dtype
from autograd_lite.drawing.stepping.numbers import plain_array

WIDEST = 32  # entries along one side of a Jacobian that is written out
MOST = 256  # entries of such a Jacobian

Pulled = Callable[[NDArray[Any]], tuple[Any, ...]]


def pull_of(node: Node) -> Pulled | None:
    """The node's contributions as a function of its cotangent; None if too little was kept."""
    saved = saved_again(node)
    if saved is None or node.pull is None:
        return None
    pull = node.pull

    def pulled(g: NDArray[Any]) -> tuple[Any, ...]:
        invalid: list[str] = []
        # As in the engine's walk: the flag says that a zero may have met an infinity.
        with np.errstate(
            all="ignore", invalid="call", call=lambda kind, flag: invalid.append(kind)
        ):
            contributions = pull(g, saved, node)
        return strong_pull(pull, g, saved, node) if invalid else contributions

    return pulled


def saved_again(node: Node) -> tuple[Any, ...] | None:
    """What the rules of a node read, as it was before a backward freed it."""
    primitive, kept = node.primitive, node.kept
    if primitive is None or kept is None or kept.args is None:
        return None
    if len(kept.args) != len(node.parents):
        return None  # a function that runs again at backward: its node keeps no arguments
    if any(plain_array(value) is None for value in (*kept.args, kept.out) if value is not None):
        return None
    if primitive.variadic:
        specs = (
            Spec(*shape_and_dtype(value)) if parent is None else parent
            for parent, value in zip(node.parents, kept.args, strict=True)
        )
        return (tuple(specs),)
    extras = (extra_value(extra, node) for extra in primitive.extras)
    return (*kept.args, kept.out, *extras)


def extra_value(extra: Primitive, node: Node) -> Any:
    """A further output of a node, from the function that it equals."""
    assert node.kept is not None
    operands = (node.kept.args or ())[: len(extra.rules)]
    keywords = {key: node.kwargs[key] for key in extra.metadata if key in node.kwargs}
    result = extra.body(*operands, **keywords)
    return result[0] if isinstance(result, tuple) else result


def contributions_of(node: Node, g: NDArray[Any] | None) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    """For each operand its product with the cotangent `g`, and what that comes to in its shape.

    The two differ where the function broadcast the operand; None for constants.
    """
    pulled = pull_of(node)
    if pulled is None or g is None:
        nothing = (None,) * len(node.parents)
        return nothing, nothing
    products = tuple(
        None if parent is None or c is None else np.asarray(c)
        for parent, c in zip(node.parents, pulled(g), strict=True)
    )
    fitted = tuple(
        None if parent is None or c is None else np.asarray(fit(c, parent))
        for parent, c in zip(node.parents, products, strict=True)
    )
    return products, fitted


def is_entrywise(node: Node) -> bool:
    return node.primitive is not None and node.primitive.nature == "elementwise"


def local_derivatives(node: Node) -> tuple[NDArray[Any] | None, ...]:
    """For each operand the derivative of the result by it; None where that is too large to show.

    Of a function that works entry by entry it has the result's shape. Of any other it is the
    Jacobian, with a row per entry of the result and a column per entry of the operand; of a single
    number it has the operand's shape. Derivatives of complex numbers are not shown: a complex
    function that is not analytic has two.
    """
    pulled = pull_of(node)
    if pulled is None or node.dtype.kind == "c":
        return (None,) * len(node.parents)
    if is_entrywise(node):
        return tuple(
            None if c is None else np.broadcast_to(c, node.shape)
            for c in pulled(np.ones(node.shape, node.dtype))
        )
    wanted = [parent is not None and is_small(node, parent) for parent in node.parents]
    if not any(wanted):
        return (None,) * len(node.parents)
    rows = [pulled(unit) for unit in unit_cotangents(node)]
    return tuple(
        stacked([row[i] for row in rows], node, parent) if wanted[i] and parent else None
        for i, parent in enumerate(node.parents)
    )


def is_small(node: Node, parent: Node) -> bool:
    """Whether the Jacobian of `node` by `parent` can be written out."""
    return 0 < node.size * parent.size <= MOST and max(node.size, parent.size) <= WIDEST


def unit_cotangents(node: Node) -> NDArray[Any]:
    return np.eye(node.size, dtype=node.dtype).reshape(node.size, *node.shape)


def stacked(rows: list[Any], node: Node, parent: Node) -> NDArray[Any]:
    fitted = np.stack([np.asarray(fit(np.asarray(row), parent)) for row in rows])
    return fitted[0] if not node.shape else fitted.reshape(node.size, parent.size)
