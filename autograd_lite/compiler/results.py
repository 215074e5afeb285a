"""What a function returned, with places for what its program computes."""

from collections.abc import Callable
from typing import Any

import numpy as np

from autograd_lite.compiler.leaves import rebuilt
from autograd_lite.compiler.program import Value
from autograd_lite.compiler.trace import Trace
from autograd_lite.compiler.traced import Traced
from autograd_lite.core.graph import NO_KWARGS, RECORDING, Node, Primitive, leaf, node_of
from autograd_lite.core.rules import make_plan
from autograd_lite.core.tensor import Tensor, constant, tensor_of
from autograd_lite.errors import GraphError


class Result:
    """A leaf of the results: which of the returned values it is, and how it is handed out.

    `kind` is "number", "scalar", "array", "tensor", "leaf", or "lost": a tensor that had a graph.
    `grad` is the result that is the gradient of a leaf.
    """

    __slots__ = ("grad", "kind", "node", "place", "value")

    def __init__(self, value: Value, kind: str, place: int) -> None:
        self.value = value
        self.kind = kind
        self.place = place
        self.node = lost(value) if kind == "lost" else None
        self.grad: Result | None = None

    def handed_out(self, values: Any) -> Any:
        value = values[self.place]
        if self.kind == "number":
            return value
        if self.kind == "scalar":
            return value[()] if type(value) is np.ndarray else value
        if type(value) is not np.ndarray:
            value = np.asarray(value)
        if self.kind == "array":
            return value
        if self.kind == "leaf":
            node = leaf(value.shape, value.dtype)
            node.grad = None if self.grad is None else self.grad.handed_out(values)
            return tensor_of(value, node)
        if self.node is None or not RECORDING.get().on:
            return constant(value)
        return tensor_of(value, self.node)


def template_of(result: Any, trace: Trace) -> tuple[Any, list[Result]]:
    """What a function returned, with a `Result` for each leaf that the program computes.

    Plain arrays are among them, and tensors that the function made: every call hands out its own.
    A parameter is returned as the tensor that it is.
    """
    found: list[Result] = []

    def one(thing: Any) -> Any:
        value = thing._value if type(thing) is Tensor and id(thing) in trace.made else thing
        if type(value) is np.ndarray:
            value = trace.lifted(value)
        if not isinstance(value, Traced):
            return thing
        result = Result(value.value, kind_of(thing, value), len(found))
        found.append(result)
        if result.kind == "leaf" and trace.grad_of(thing.node) is not None:
            result.grad = Result(trace.grad_of(thing.node).value, "array", len(found))
            found.append(result.grad)
        return result

    return rebuilt(result, one), found


def kind_of(thing: Any, value: Traced) -> str:
    """How a result is handed out; of no dimensions it is a scalar, as NumPy's functions return."""
    if type(thing) is Tensor:
        if not thing.requires_grad:
            return "tensor"
        return "leaf" if thing.is_leaf else "lost"
    if value.value.number:
        return "number"
    return "array" if value.shape or type(thing) is np.ndarray else "scalar"


def outlet(template: Any) -> Callable[[Any], Any]:
    """The function from what a program returns to what its caller gets."""
    if type(template) is Result:
        return template.handed_out
    if template is None:
        return lambda values: None
    return lambda values: filled(template, values)


def filled(template: Any, values: Any) -> Any:
    """The results of one call."""
    kind = type(template)
    if kind is Result:
        return template.handed_out(values)
    if kind in (list, tuple):
        return kind([filled(item, values) for item in template])
    return rebuilt(template, lambda result: result.handed_out(values), is_result)


def is_result(thing: Any) -> bool:
    return type(thing) is Result


# The end of a compiled function's graph: a walk that comes here is told what to do instead.


def refuse(g: Any, saved: Any, node: Node) -> Any:
    raise GraphError(
        "the result of a compiled function has no graph to walk back through. Compile the gradient "
        "too: ag.compile(ag.value_and_grad(f)), or a step with loss.backward() in it."
    )


COMPILED = Primitive("compiled", np.positive, "general", (1,), (), False, False, {}, make_plan)


def lost(value: Any) -> Node:
    return node_of(COMPILED, refuse, (), (), NO_KWARGS, value.shape, value.dtype)
