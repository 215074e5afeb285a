"""From a primitive to the function that computes it and records it: the hot path.

What can be thought beforehand is thought here, once per primitive; a call only computes, keeps
what the plan names and makes a node. Functions of one and two operands without keywords, which
most calls are, have recorders of their own.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from autograd_lite.core.graph import (
    NO_KWARGS,
    RECORDING,
    Node,
    Primitive,
    Spec,
    node_of,
)
from autograd_lite.core.tensor import Tensor, constant, tensor_of
from autograd_lite.errors import ShapeError

SEQUENCES = (list, tuple)


def recorder(primitive: Primitive) -> Callable[..., Any]:
    """The function that computes `primitive` on arrays, and records it on tensors."""
    if primitive.variadic:
        return record_variadic(primitive)
    if not primitive.metadata and not primitive.extras:
        if len(primitive.rules) == 1:
            return record_unary(primitive)
        if len(primitive.rules) == 2:
            return record_binary(primitive)
    return record_any(primitive)


def record_unary(primitive: Primitive) -> Callable[..., Any]:
    body, plans = primitive.body, primitive.plans
    new = object.__new__
    get = RECORDING.get

    def record(x: Any) -> Any:
        if type(x) is not Tensor:
            return body(x)
        value = body(x._value)
        parent = x.node
        recording = get()
        if parent is None or not parent.requires_grad or not recording.on:
            return constant(value)
        pull, (keeps_x, keeps_out) = plans.get(1) or plans[1]
        node = new(Node)
        node.primitive = primitive
        node.pull = pull
        node.parents = (parent,)
        node.saved = (x._value if keeps_x else None, value if keeps_out else None)
        node.kwargs = NO_KWARGS
        node.shape = value.shape
        node.dtype = value.dtype
        node.scope = recording.scope
        node.requires_grad = True
        node.kept = None
        if recording.watch is not None:
            recording.watch(node, (x._value,), value)
        tensor = new(Tensor)
        tensor._value = value
        tensor.node = node
        return tensor

    return record


def record_binary(primitive: Primitive) -> Callable[..., Any]:
    body, plans = primitive.body, primitive.plans
    new = object.__new__
    get = RECORDING.get

    def record(x: Any, y: Any) -> Any:
        mask = 0
        p = q = None
        a, b = x, y
        if type(x) is Tensor:
            a = x._value
            p = x.node
            if p is not None:
                if p.requires_grad:
                    mask = 1
                else:
                    p = None
        elif type(x) is not np.ndarray and type(x) in SEQUENCES:
            a = np.asarray(x)
        if type(y) is Tensor:
            b = y._value
            q = y.node
            if q is not None:
                if q.requires_grad:
                    mask += 2
                else:
                    q = None
        elif type(y) is not np.ndarray and type(y) in SEQUENCES:
            b = np.asarray(y)
        try:
            value = body(a, b)
        except ValueError as error:
            raise does_not_fit(primitive, (a, b), error) from None
        recording = get()
        if not mask or not recording.on:
            return constant(value) if type(x) is Tensor or type(y) is Tensor else value
        pull, (keeps_x, keeps_y, keeps_out) = plans.get(mask) or plans[mask]
        node = new(Node)
        node.primitive = primitive
        node.pull = pull
        node.parents = (p, q)
        node.saved = (
            a if keeps_x else None,
            b if keeps_y else None,
            value if keeps_out else None,
        )
        node.kwargs = NO_KWARGS
        node.shape = value.shape
        node.dtype = value.dtype
        node.scope = recording.scope
        node.requires_grad = True
        node.kept = None
        if recording.watch is not None:
            recording.watch(node, (a, b), value)
        tensor = new(Tensor)
        tensor._value = value
        tensor.node = node
        return tensor

    return record


def record_any(primitive: Primitive) -> Callable[..., Any]:
    body, plans, extras = primitive.body, primitive.plans, bool(primitive.extras)

    def record(*operands: Any, **kwargs: Any) -> Any:
        values, parents, is_tensor = unpacked(operands)
        try:
            result = body(*values, **kwargs)
        except ValueError as error:
            raise does_not_fit(primitive, values, error) from None
        outputs = result if extras else (result,)
        value = outputs[0]
        mask, bit = 0, 1
        for parent in parents:
            if parent is not None:
                mask += bit
            bit += bit
        if not mask or not RECORDING.get().on:
            return constant(value) if is_tensor else value
        pull, keeps = plans[mask]
        saved = tuple([v if k else None for v, k in zip((*values, *outputs), keeps)])
        return recorded(primitive, pull, parents, saved, kwargs, values, value)

    return record


def record_variadic(primitive: Primitive) -> Callable[..., Any]:
    body, plans = primitive.body, primitive.plans

    def record(operands: Any, **kwargs: Any) -> Any:
        values, parents, is_tensor = unpacked(operands)
        try:
            value = body(values, **kwargs)
        except ValueError as error:
            raise does_not_fit(primitive, values, error) from None
        if not any(parent is not None for parent in parents) or not RECORDING.get().on:
            return constant(value) if is_tensor else value
        specs = tuple(
            Spec(*shape_and_dtype(v)) if parent is None else parent
            for v, parent in zip(values, parents, strict=True)
        )
        return recorded(primitive, plans[1].pull, parents, (specs,), kwargs, values, value)

    return record


def record_several(
    function: Callable[..., Any], primitives: list[Primitive | None]
) -> Callable[..., Any]:
    """One call of `function`, one node for each of its outputs that has a derivative."""

    def record(x: Any, **kwargs: Any) -> Any:
        if type(x) is not Tensor:
            return function(x, **kwargs)
        values = function(x._value, **kwargs)
        results: list[Any] = []
        parent = x.node
        for primitive, value in zip(primitives, values, strict=True):
            if primitive is None:
                results.append(value)
            elif parent is None or not parent.requires_grad or not RECORDING.get().on:
                results.append(constant(value))
            else:
                pull, keeps = primitive.plans[1]
                others = [v for v, p in zip(values, primitives) if p and p is not primitive]
                all_of_it = (x._value, value, *others)
                saved = tuple([v if k else None for v, k in zip(all_of_it, keeps)])
                results.append(
                    recorded(primitive, pull, (parent,), saved, kwargs, [x._value], value)
                )
        return type(values)(*results) if hasattr(values, "_fields") else tuple(results)

    return record


def unpacked(operands: Any) -> tuple[list[Any], tuple[Node | None, ...], bool]:
    """The operands' values, their nodes where a gradient is wanted, and whether one is a tensor."""
    is_tensor = False
    values, parents = [], []
    for operand in operands:
        parent = None
        if type(operand) is Tensor:
            is_tensor = True
            parent = operand.node
            operand = operand._value
            if parent is not None and not parent.requires_grad:
                parent = None
        elif type(operand) in SEQUENCES:
            operand = np.asarray(operand)
        values.append(operand)
        parents.append(parent)
    return values, tuple(parents), is_tensor


def recorded(
    primitive: Primitive,
    pull: Any,
    parents: tuple[Node | None, ...],
    saved: tuple[Any, ...],
    kwargs: dict[str, Any],
    values: list[Any],
    value: Any,
) -> Tensor:
    recording = RECORDING.get()
    node = node_of(primitive, pull, parents, saved, kwargs, value.shape, value.dtype)
    node.scope = recording.scope
    if recording.watch is not None:
        recording.watch(node, tuple(values), value)
    return tensor_of(value, node)


def shape_and_dtype(value: Any) -> tuple[Any, Any]:
    array = value if hasattr(value, "dtype") else np.asarray(value)
    return array.shape, array.dtype


def does_not_fit(primitive: Primitive, values: Any, error: ValueError) -> ValueError:
    """The error of a function whose operands' shapes do not fit, saying which and why."""
    shapes = [getattr(v, "shape", ()) for v in values]
    if isinstance(error, ShapeError | np.linalg.LinAlgError) or len(shapes) < 2:
        return error
    listed = " and ".join(str(shape) for shape in shapes)
    if primitive.name != "matmul":
        return ShapeError(f"{primitive.name}: shapes {listed} do not fit: {error}")
    x, y = shapes
    if not x or not y:
        return ShapeError(
            f"matmul: shapes {listed}: a scalar has no axis to multiply along; use *."
        )
    wanted = y[-2] if len(y) > 1 else y[0]
    hint = " Did you mean x @ w.T?" if len(y) > 1 and y[-1] == x[-1] else ""
    return ShapeError(f"matmul: shapes {listed} do not fit: {x[-1]} against {wanted}.{hint}")
