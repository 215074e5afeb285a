"""Functions of functions: gradients as values, to any order.

A transform gives its function fresh tensors in place of the arguments, records what the function
does, and walks the graph. Whether its own work is recorded too is read off the graph: if the
result depends on a differentiable tensor that is not one of its arguments, someone may
differentiate again, so it comes back as a tensor; otherwise as a plain array.
"""

import contextlib
import functools
import inspect
import operator
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

import numpy as np

from autograd_lite import tree
from autograd_lite.core.backward import pull_back
from autograd_lite.core.declare import linear
from autograd_lite.core.forward import push_forward
from autograd_lite.core.graph import (
    ALL,
    OFF,
    RECORDING,
    RULES,
    Node,
    Recording,
    ends,
)
from autograd_lite.core.tensor import Tensor, conjugated, constant, tensor_of, value_of
from autograd_lite.errors import GraphError, ShapeError

F = TypeVar("F", bound=Callable[..., Any])

alias = linear(lambda x: x, lambda g: g, name="alias")


class recording_at:  # noqa: N801  (used as a verb: `with no_grad():`)
    """Record at a given depth inside a `with` block, or inside a decorated function.

    The depth belongs to the thread or the asynchronous task that entered the block.
    """

    def __init__(self, depth: int) -> None:
        self.depth = depth

    def __enter__(self) -> None:
        outer = RECORDING.get()
        RECORDING.set(Recording(self.depth, outer.scope, outer))

    def __exit__(self, *exception: object) -> None:
        outer = RECORDING.get().outer
        assert outer is not None
        RECORDING.set(outer)

    def __call__(self, function: F) -> F:
        if inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function):
            raise TypeError(
                "a generator runs in its caller's context between two values; use the `with` "
                "form inside it, around code that does not yield."
            )
        depth = self.depth
        if inspect.iscoroutinefunction(function):

            @functools.wraps(function)
            async def waiting(*args: Any, **kwargs: Any) -> Any:
                with recording_at(depth):
                    return await function(*args, **kwargs)

            return waiting  # type: ignore[return-value]

        @functools.wraps(function)
        def wrapped(*args: Any, **kwargs: Any) -> Any:
            with recording_at(depth):
                return function(*args, **kwargs)

        return wrapped  # type: ignore[return-value]


def no_grad() -> recording_at:
    """Compute without recording: as `with no_grad():` or as a decorator `@no_grad()`."""
    return recording_at(OFF)


def keep_values() -> recording_at:
    """Record every argument, output and cotangent, for drawings that show numbers."""
    return recording_at(ALL)


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
        lift = lift_for(outer, [out], inputs)
        gradients = pulled(out, np.ones(np.shape(value_of(out))), inputs, lift)
        grads = tuple(regrown(args[i], gradients) for i in chosen)
        grad = grads if isinstance(argnums, Iterable) else grads[0]
        value = outward(out, lift)
        if has_aux:
            return (value, outward(aux, lift or lift_for(outer, [aux], inputs))), grad
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


def vjp(function: Callable[..., Any], *args: Any) -> tuple[Any, Callable[[Any], tuple[Any, ...]]]:
    """`function(*args)`, and the function from a cotangent of it to those of the arguments."""
    outer = RECORDING.get()
    wrapped, chosen, inputs = with_inputs(args, range(len(args)))
    with recording():
        out = function(*wrapped)
    if isinstance(out, tuple | list | dict):
        raise GraphError(
            f"vjp: the function returned a {type(out).__name__}; it needs one array. Join the "
            "results with np.concatenate, or take a vjp of each."
        )
    lift = lift_for(outer, [out], inputs)

    def pull(cotangent: Any) -> tuple[Any, ...]:
        if np.shape(value_of(cotangent)) != np.shape(value_of(out)):
            raise ShapeError(
                f"vjp: the cotangent has shape {np.shape(value_of(cotangent))}, the output "
                f"{np.shape(value_of(out))}; they must be equal."
            )
        wanted = tensor_of if type(cotangent) is Tensor and cotangent.requires_grad else lift
        gradients = pulled(out, cotangent, inputs, wanted)
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
    outer = RECORDING.get()
    if not isinstance(primals, tuple | list) or not isinstance(tangents, tuple | list):
        raise GraphError(
            "jvp: primals and tangents are tuples, one entry for each argument: "
            "jvp(f, (x,), (direction,))."
        )
    args, _, inputs = with_inputs(tuple(primals), range(len(primals)))
    given = [leaf for _, leaf in tree.leaves(list(tangents))]
    if len(given) != len(inputs):
        raise GraphError(f"jvp: {len(inputs)} primals and {len(given)} tangents; one for each.")
    with recording():
        out = function(*args)
    recorded = outer.depth != OFF and any(
        type(t) is Tensor and t.requires_grad for t in given
    )  # fmt: skip
    lift = lift_for(outer, [out], inputs) or (tensor_of if recorded else None)
    known: dict[Any, Any] = {}
    for tensor, t in zip(inputs, given, strict=True):
        t = t if type(t) is Tensor else np.asarray(t, tensor.dtype)
        if t.shape != tensor.shape:
            raise ShapeError(f"jvp: primal of shape {tensor.shape}, tangent of shape {t.shape}.")
        known[tensor.node] = t if lift else value_of(t)

    def pushed(leaf: Any) -> Any:
        tangent = None
        if type(leaf) is Tensor and leaf.node is not None:
            tangent = push_forward(leaf.node, known, tensor_of, lift is not None)
        return np.zeros(np.shape(value_of(leaf))) if tangent is None else tangent

    return outward(out, lift), tree.map(pushed, out)


def recording() -> contextlib.AbstractContextManager[None]:
    """Record inside a transform even where its caller does not."""
    if RECORDING.get().depth == OFF:
        return recording_at(RULES)
    return contextlib.nullcontext()


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
        if type(leaf) is Tensor and leaf.requires_grad:
            with recording():
                tensor = alias(leaf)
        else:
            tensor = Tensor(value_of(leaf))
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
    return lambda leaf: np.asarray(value_of(leaf)).dtype.kind in "fc"


def holds_module(structure: tree.Structure) -> bool:
    return hasattr(structure.kind, "__tree__") or any(map(holds_module, structure.children))


def lift_for(outer: Recording, outs: list[Any], inputs: list[Tensor]) -> Any:
    """What makes the walk record itself, if the result may be differentiated again; else None."""
    roots = [
        leaf.node
        for _, leaf in tree.leaves(outs)
        if type(leaf) is Tensor and leaf.node is not None and leaf.node.requires_grad
    ]
    own = {tensor.node for tensor in inputs if tensor.node is not None}
    for node in own:  # from here on nobody else can ask for the gradient by a fresh leaf
        node.requires_grad = node.primitive is not None
    again = outer.depth != OFF and any(node.requires_grad for node in ends(roots) - own)
    return tensor_of if again else None


def pulled(out: Any, cotangent: Any, inputs: list[Tensor], lift: Any) -> dict[Node, Any]:
    """The cotangents of the inputs; zeros for those that `out` does not depend on."""
    targets = [tensor.node for tensor in inputs if tensor.node is not None]
    found: dict[Node, Any] = {}
    if type(out) is Tensor and out.node is not None:
        seed = cotangent if type(cotangent) is Tensor else np.array(cotangent, out.dtype)
        seed = conjugated(seed if lift else value_of(seed))
        alone = ends([out.node]).issubset(targets)  # then a walk to the ends is enough
        found = pull_back(out.node, seed, () if alone else targets, lift)
    return {node: conjugated(found[node]) if node in found else None for node in targets}


def regrown(argument: Any, gradients: dict[Node, Any]) -> Any:
    """The argument with each of its tensors replaced by its gradient."""

    def gradient(tensor: Any) -> Any:
        if type(tensor) is not Tensor or tensor.node not in gradients:
            return tensor
        g = gradients[tensor.node]
        if g is None:
            return np.zeros(tensor.shape, tensor.dtype)
        return g

    return tree.map(gradient, argument)


def outward(result: Any, lift: Any) -> Any:
    """The result as it leaves the transform: tensors only where they may be differentiated."""
    if lift is not None:
        return result
    return tree.map(value_of, result)


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
