"""What every transform does: fresh tensors for the arguments, a walk, the result handed out.

Whether a transform's own work is recorded too is read off the graph: if the result depends on a
differentiable tensor that is not one of its arguments, someone may differentiate again, so it
comes back as a tensor; otherwise as a plain array.
"""

import operator
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from autograd_lite import tree
from autograd_lite.core.backward import pull_back
from autograd_lite.core.declare import linear
from autograd_lite.core.graph import NO_KWARGS, Node, Primitive, Recording, ends, node_of
from autograd_lite.core.rules import make_plan
from autograd_lite.core.tensor import Tensor, conjugated, tensor_of, value_of
from autograd_lite.errors import GraphError, ShapeError
from autograd_lite.transforms.examples import for_every_example
from autograd_lite.transforms.recording import recording

alias = linear(lambda x: x, lambda g: g, name="alias")


def with_inputs(
    args: tuple[Any, ...], argnums: int | Sequence[int]
) -> tuple[tuple[Any, ...], list[int], list[Tensor]]:
    """The arguments with fresh tensors in place of the leaves of those in `argnums`.

    In an argument that is a container, leaves that are no floating numbers stay as they are, and
    in one that holds a module, everything but its tensors.
    """
    chosen = list(argnums) if isinstance(argnums, Iterable) else [operator.index(argnums)]
    chosen = [i + len(args) if i < 0 else i for i in chosen]
    for i in chosen:
        if not 0 <= i < len(args):
            raise GraphError(f"argnums={argnums}: there are {len(args)} positional arguments.")
    inputs: list[Tensor] = []

    def fresh(leaf: Any) -> Any:
        tensor: Tensor
        if not is_input(leaf):
            return leaf
        with recording():
            if type(leaf) is Tensor and leaf.requires_grad:
                tensor = alias(leaf)
            else:
                tensor = Tensor(value_of(leaf))
            tensor = for_every_example(tensor)
            if tensor.node is not None:
                tensor.node.of_transform = True
        inputs.append(tensor)
        return tensor

    wrapped = list(args)
    for i in chosen:
        is_input = input_test(args[i])
        wrapped[i] = tree.map(fresh, args[i])
    return tuple(wrapped), chosen, inputs


def input_test(argument: Any) -> Callable[[Any], bool]:
    """What tells the leaves of an argument that are differentiated."""
    _, structure = tree.flatten(argument)
    if not structure.children:
        return lambda leaf: True
    if holds_module(structure):
        return lambda leaf: type(leaf) is Tensor
    return lambda leaf: dtype_of(leaf).kind in "fc"


def dtype_of(leaf: Any) -> Any:
    value = value_of(leaf)
    return value.dtype if hasattr(value, "dtype") else np.asarray(value).dtype


def holds_module(structure: tree.Structure) -> bool:
    return hasattr(structure.kind, "__tree__") or any(map(holds_module, structure.children))


def recorded_leaves(result: Any) -> list[Tensor]:
    """The tensors in a result that were recorded."""
    return [
        leaf
        for _, leaf in tree.leaves(result)
        if type(leaf) is Tensor and leaf.node is not None and leaf.node.requires_grad
    ]


def lift_for(outer: Recording, result: Any, inputs: list[Tensor]) -> Any:
    """What makes the walk record itself, if the result may be differentiated again; else None."""
    roots = [leaf.node for leaf in recorded_leaves(result) if leaf.node is not None]
    own = {tensor.node for tensor in inputs if tensor.node is not None}
    for node in own:  # from here on nobody else can ask for the gradient by a fresh leaf
        node.requires_grad = node.primitive is not None
    again = outer.on and any(node.requires_grad for node in ends(roots) - own)
    return tensor_of if again else None


# A node whose operands are several results, so that one walk starts from all of them.
BUNDLE = Primitive(
    "bundle", tuple, "general", (lambda g, xs: g,), (), True, False, {}, make_plan
)  # fmt: skip


def pulled(outs: list[Any], cotangents: list[Any], inputs: list[Tensor], lift: Any) -> Any:
    """The cotangents of the inputs, by node; None for those that `outs` do not depend on."""
    targets = [tensor.node for tensor in inputs if tensor.node is not None]
    found: dict[Node, Any] = {}
    starts = [
        (out.node, seed_of(out, cotangent, lift))
        for out, cotangent in zip(outs, cotangents, strict=True)
        if type(out) is Tensor and out.node is not None
    ]
    if starts:
        (root, seed), *others = starts
        if others:
            seed = tuple(seed for _, seed in starts)
            parents = tuple(node for node, _ in starts)
            root = node_of(BUNDLE, lambda g, saved, node: g, parents, (), NO_KWARGS, (), root.dtype)
        alone = ends([root]).issubset(targets)  # then a walk to the ends is enough
        found = pull_back(root, seed, () if alone else targets, lift)
    return {node: conjugated(found[node]) if node in found else None for node in targets}


def seed_of(out: Tensor, cotangent: Any, lift: Any) -> Any:
    if type(cotangent) is Tensor:
        return conjugated(cotangent if lift else value_of(cotangent))
    if hasattr(cotangent, "__array_ufunc__") and not isinstance(cotangent, np.ndarray):
        return conjugated(cotangent.astype(out.dtype))
    return conjugated(np.array(cotangent, out.dtype))


def regrown(argument: Any, gradients: dict[Node, Any]) -> Any:
    """The argument with each of its tensors replaced by its gradient."""

    def gradient(tensor: Any) -> Any:
        if type(tensor) is not Tensor or tensor.node not in gradients:
            return tensor
        g = gradients[tensor.node]
        return zeros(tensor) if g is None else g

    return tree.map(gradient, argument)


def zeros(like: Tensor) -> Any:
    return np.zeros_like(value_of(like))


def outward(result: Any, lift: Any) -> Any:
    """The result as it leaves the transform: tensors only where they may be differentiated."""
    return result if lift is not None else tree.map(value_of, result)


def arrays_of(result: Any, transform: str) -> list[Any]:
    """The leaves of what a function returned, which are arrays."""
    found = [leaf for _, leaf in tree.leaves(result)]
    for leaf in found:
        if dtype_of(leaf).kind not in "fciub":
            raise GraphError(
                f"{transform}: the function returned {leaf!r:.60} ({type(leaf).__name__}); it "
                "returns arrays, or nested lists, tuples and dicts of arrays."
            )
    return found


def check_like(transform: str, given: list[Any], of: list[Any], names: tuple[str, str]) -> None:
    """Refuse cotangents (or tangents) that are not one for each output (or primal)."""
    one, each = names
    if len(given) != len(of):
        raise GraphError(f"{transform}: {len(of)} {each}s and {len(given)} {one}s; one for each.")
    for mine, other in zip(given, of):
        if np.shape(value_of(mine)) != np.shape(value_of(other)):
            raise ShapeError(
                f"{transform}: {each} of shape {np.shape(value_of(other))}, {one} of shape "
                f"{np.shape(value_of(mine))}; they must be equal."
            )
