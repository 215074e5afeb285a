"""Gradients as values: grad, vjp (reverse mode), jvp and linearize (forward mode).

A transform gives its function fresh tensors in place of the arguments, records what the function
does, and walks the graph. Each takes and returns nested dicts, lists, tuples, dataclasses and
modules of arrays, and may be applied to the result of another, to any order.
"""

import functools
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from autograd_lite import tree
from autograd_lite.core.forward import push_forward
from autograd_lite.core.graph import RECORDING
from autograd_lite.core.tensor import Tensor, constant, tensor_of, value_of
from autograd_lite.errors import GraphError
from autograd_lite.transforms.inputs import (
    arrays_of,
    check_like,
    lift_for,
    outward,
    pulled,
    recorded_leaves,
    regrown,
    with_inputs,
)
from autograd_lite.transforms.recording import recording


def value_and_grad(
    function: Callable[..., Any], argnums: int | Sequence[int] = 0, has_aux: bool = False
) -> Callable[..., Any]:
    """The function that returns `function`'s value and its gradient by the arguments `argnums`.

    `function` returns a scalar (with `has_aux`, a pair of a scalar and anything else). Arguments
    may be nested dicts, lists, tuples, dataclasses and modules; the gradient has the same form.

    >>> import numpy as np
    >>> value_and_grad(lambda x: np.sum(x * x))(np.array([1.0, 2.0]))
    (np.float64(5.0), array([2., 4.]))
    """

    @functools.wraps(function)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        outer = RECORDING.get()
        args, chosen, inputs = with_inputs(args, argnums)
        with recording():
            result = function(*args, **kwargs)
        out, aux = result if has_aux else (result, None)
        check_scalar(function, out)
        lift = lift_for(outer, out, inputs)
        gradients = pulled([out], [np.ones(np.shape(value_of(out)))], inputs, lift)
        grads = tuple(regrown(args[i], gradients) for i in chosen)
        grad = grads if isinstance(argnums, Iterable) else grads[0]
        value = outward(out, lift)
        if has_aux:
            return (value, outward(aux, lift or lift_for(outer, aux, inputs))), grad
        return value, grad

    return wrapped


def grad(
    function: Callable[..., Any], argnums: int | Sequence[int] = 0, has_aux: bool = False
) -> Callable[..., Any]:
    """The function that returns the gradient of `function` by the arguments `argnums`.

    >>> import numpy as np
    >>> grad(np.sin)(0.0)
    np.float64(1.0)
    >>> grad(grad(lambda x: x**3))(2.0)
    np.float64(12.0)
    """
    both = value_and_grad(function, argnums, has_aux)

    @functools.wraps(function)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        value, gradient = both(*args, **kwargs)
        return (gradient, value[1]) if has_aux else gradient

    return wrapped


def elementwise_grad(
    function: Callable[..., Any], argnums: int | Sequence[int] = 0
) -> Callable[..., Any]:
    """The derivative of a function that works entry by entry, at every entry.

    It is the gradient of the sum: where entries of the result depend on other entries of the
    argument, that is not the derivative of each.

    >>> import numpy as np
    >>> elementwise_grad(np.sin)(np.array([0.0, np.pi]))
    array([ 1., -1.])
    """

    @functools.wraps(function)
    def total(*args: Any, **kwargs: Any) -> Any:
        return np.sum(function(*args, **kwargs))

    return grad(total, argnums)


def vjp(function: Callable[..., Any], *args: Any) -> tuple[Any, Callable[[Any], tuple[Any, ...]]]:
    """`function(*args)`, and the function from a cotangent of it to those of the arguments.

    The cotangent has the form of the result: an array, or a nested structure of arrays.

    >>> import numpy as np
    >>> out, pull = vjp(lambda x, y: (x * y, x + y), 3.0, 4.0)
    >>> pull((1.0, 0.0))
    (np.float64(4.0), np.float64(3.0))
    """
    outer = RECORDING.get()
    wrapped, chosen, inputs = with_inputs(args, range(len(args)))
    with recording():
        out = function(*wrapped)
    outs = arrays_of(out, "vjp")
    lift = lift_for(outer, out, inputs)

    def pull(cotangent: Any) -> tuple[Any, ...]:
        given = [leaf for _, leaf in tree.leaves(cotangent)]
        check_like("vjp", given, outs, ("cotangent", "output"))
        again = any(type(g) is Tensor and g.requires_grad for g in given)
        gradients = pulled(outs, given, inputs, tensor_of if again else lift)
        return tuple(regrown(wrapped[i], gradients) for i in chosen)

    return outward(out, lift), pull


def jvp(
    function: Callable[..., Any], primals: Sequence[Any], tangents: Sequence[Any]
) -> tuple[Any, Any]:
    """`function(*primals)` and its derivative in the direction `tangents` (forward mode).

    >>> import numpy as np
    >>> jvp(np.multiply, (3.0, 4.0), (1.0, 0.0))
    (np.float64(12.0), np.float64(4.0))
    """
    if not isinstance(primals, tuple | list) or not isinstance(tangents, tuple | list):
        raise GraphError(
            "jvp: primals and tangents are tuples, one entry for each argument: "
            "jvp(f, (x,), (direction,))."
        )
    out, push = pushed_from(function, tuple(primals), "jvp", tuple(tangents))
    return out, push(*tangents)


def linearize(function: Callable[..., Any], *primals: Any) -> tuple[Any, Callable[..., Any]]:
    """`function(*primals)`, and its derivative there as a linear function of the tangents.

    The graph is kept, so that many directions cost one recording.

    >>> import numpy as np
    >>> out, push = linearize(np.sin, 0.0)
    >>> push(1.0), push(2.0)
    (np.float64(1.0), np.float64(2.0))
    """
    return pushed_from(function, primals, "linearize")


def pushed_from(
    function: Callable[..., Any], primals: tuple[Any, ...], name: str, tangents: Any = ()
) -> tuple[Any, Callable[..., Any]]:
    """The result, and what pushes tangents forward to it; `tangents` may be those to come."""
    outer = RECORDING.get()
    args, _, inputs = with_inputs(primals, range(len(primals)))
    with recording():
        out = function(*args)
    arrays_of(out, name)
    lift = lift_for(outer, out, inputs)
    if outer.on and any(is_differentiated(t) for _, t in tree.leaves(tangents)):
        lift = tensor_of

    def push(*tangents: Any) -> Any:
        given = [leaf for _, leaf in tree.leaves(list(tangents))]
        check_like(name, given, inputs, ("tangent", "primal"))
        recorded = lift is not None or (outer.on and any(is_differentiated(t) for t in given))
        known = {
            tensor.node: as_tangent(t, tensor, recorded)
            for tensor, t in zip(inputs, given, strict=True)
            if tensor.node is not None
        }
        roots = [leaf.node for leaf in recorded_leaves(out) if leaf.node is not None]
        found = push_forward(roots, known, tensor_of, recorded)
        return tree.map(lambda leaf: tangent_of(leaf, found), out)

    return outward(out, lift), push


def is_differentiated(tangent: Any) -> bool:
    return type(tangent) is Tensor and tangent.requires_grad


def as_tangent(t: Any, tensor: Tensor, recorded: bool) -> Any:
    if type(t) is Tensor:
        return t if recorded else value_of(t)
    if hasattr(t, "__array_ufunc__") and not isinstance(t, np.ndarray | np.generic):
        return t
    return np.asarray(t, tensor.dtype)


def tangent_of(leaf: Any, found: dict[Any, Any]) -> Any:
    tangent = found.get(leaf.node) if type(leaf) is Tensor else None
    return np.zeros_like(value_of(leaf)) if tangent is None else tangent


def check_scalar(function: Callable[..., Any], out: Any) -> None:
    shape = np.shape(value_of(out))
    name = getattr(function, "__name__", "the function")
    if np.iscomplexobj(value_of(out)):
        raise GraphError(
            f"grad needs a real output; {name} returned a complex number. Take its np.real or "
            "np.abs, or use vjp with a cotangent."
        )
    if np.prod(shape) != 1:
        raise GraphError(
            f"grad needs a scalar output; {name} returned shape {shape}. Use jacobian or vjp, "
            "or reduce it first, e.g. with np.sum."
        )


def stop_gradient(x: Any) -> Any:
    """`x` as a constant: no gradient flows through."""
    return constant(x._value) if type(x) is Tensor else x
