"""Matrices of derivatives: jacobian, hessian, and their products with vectors.

All rows (or columns) of a Jacobian come from one walk: the cotangents of all entries of the
result are pulled back as a batch.
"""

import functools
import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Literal

import numpy as np

from autograd_lite import tree
from autograd_lite.core.batched import Batched
from autograd_lite.core.forward import push_forward
from autograd_lite.core.graph import RECORDING
from autograd_lite.core.tensor import Tensor, tensor_of, value_of
from autograd_lite.errors import GraphError
from autograd_lite.transforms.examples import examples, leave, left
from autograd_lite.transforms.gradient import grad, jvp, tangent_of, vjp
from autograd_lite.transforms.inputs import (
    arrays_of,
    lift_for,
    pulled,
    recorded_leaves,
    regrown,
    with_inputs,
)
from autograd_lite.transforms.recording import recording

Mode = Literal["forward", "reverse"]


def jacobian(
    function: Callable[..., Any],
    argnums: int | Sequence[int] = 0,
    mode: Mode | None = None,
) -> Callable[..., Any]:
    """The function that returns all derivatives of `function`'s result by the arguments.

    For an argument of shape (n, m) and a result of shape (k,) they have shape (k, n, m). A nested
    argument or result gives that nesting of blocks, the result's outside. `mode` is "reverse"
    (cheap for few entries of the result) or "forward" (for few of the arguments); by default the
    cheaper by their numbers. Of an analytic function of complex numbers it is the complex
    derivative; of a real function of them its rows are gradients.

    >>> import numpy as np
    >>> jacobian(np.cumsum)(np.zeros(3))
    array([[1., 0., 0.],
           [1., 1., 0.],
           [1., 1., 1.]])
    """
    if mode not in (None, "forward", "reverse"):
        raise GraphError(f'jacobian: mode is "forward", "reverse" or None; found {mode!r}.')

    @functools.wraps(function)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        outer = RECORDING.get()
        args, chosen, inputs = with_inputs(args, argnums)
        with recording():
            out = function(*args, **kwargs)
        outs = arrays_of(out, "jacobian")
        lift = lift_for(outer, out, inputs)
        chosen_mode = mode_for(inputs, outs, mode)
        blocks = (by_rows if chosen_mode == "reverse" else by_columns)(outs, inputs, lift)

        def block(leaf_blocks: dict[Any, Any]) -> Any:
            grads = tuple(regrown(args[i], leaf_blocks) for i in chosen)
            return grads if isinstance(argnums, Iterable) else grads[0]

        rows = iter(blocks)
        return tree.map(lambda leaf: block(next(rows)), out)

    return wrapped


def mode_for(inputs: list[Tensor], outs: list[Any], mode: Mode | None) -> Mode:
    """The mode asked for, if it gives all derivatives; for None the cheaper of those that do."""
    complex_in = any(tensor.dtype.kind == "c" for tensor in inputs)
    complex_out = any(value_of(out).dtype.kind == "c" for out in outs)
    if complex_in != complex_out:
        needed: Mode = "reverse" if complex_in else "forward"
        if mode not in (None, needed):
            raise GraphError(
                f"jacobian: of a {'real' if complex_in else 'complex'} result by "
                f"{'complex' if complex_in else 'real'} arguments only {needed} mode gives all of "
                f"it; mode is {mode!r}."
            )
        return needed
    if mode is not None:
        return mode
    entries_in = sum(tensor.size for tensor in inputs)
    entries_out = sum(math.prod(np.shape(value_of(out))) for out in outs)
    return "reverse" if entries_out <= entries_in else "forward"


def by_rows(outs: list[Any], inputs: list[Tensor], lift: Any) -> list[dict[Any, Any]]:
    """For each result its derivatives by every input: one batched pull."""
    rows = []
    for out in outs:
        shape, dtype = np.shape(value_of(out)), value_of(out).dtype
        size = math.prod(shape)
        with recording(), examples(size) as level:
            basis = Batched(np.eye(size, dtype=dtype).reshape(size, *shape), level)
            found = pulled([out], [basis], inputs, lift) if size else {}
        row = {}
        for tensor in inputs:
            g = found.get(tensor.node)
            g = np.zeros_like(value_of(tensor)) if g is None else g
            g = np.reshape(of_all(g, level, size), (*shape, *tensor.shape))
            row[tensor.node] = np.conjugate(g) if dtype.kind == "c" else g
        rows.append(row)
    return rows


def by_columns(outs: list[Any], inputs: list[Tensor], lift: Any) -> list[dict[Any, Any]]:
    """The same from batched pushes, one for each input."""
    rows: list[dict[Any, Any]] = [{} for _ in outs]
    roots = [leaf.node for leaf in recorded_leaves(outs) if leaf.node is not None]
    for tensor in inputs:
        size, shape = tensor.size, tensor.shape
        with recording(), examples(size) as level:
            basis = Batched(np.eye(size, dtype=tensor.dtype).reshape(size, *shape), level)
            known: dict[Any, Any] = {tensor.node: basis}
            found = push_forward(roots, known, tensor_of, lift is not None) if size else {}
        for row, out in zip(rows, outs, strict=True):
            t = of_all(tangent_of(out, found), level, size)
            column = np.moveaxis(t, 0, -1)
            row[tensor.node] = np.reshape(column, (*column.shape[:-1], *shape))
    return rows


def of_all(thing: Any, level: int, size: int) -> Any:
    """The examples along a leading axis, of a tensor or an array."""
    if type(thing) is Tensor:
        return leave(thing, level=level, size=size)
    return left(thing, level, size)


def hessian(function: Callable[..., Any], argnums: int | Sequence[int] = 0) -> Callable[..., Any]:
    """The function that returns all second derivatives of a scalar function.

    For an argument of shape (n,) they have shape (n, n); nested arguments give nested blocks.

    >>> import numpy as np
    >>> hessian(lambda x: x[0] ** 2 * x[1])(np.array([1.0, 3.0]))
    array([[6., 2.],
           [2., 0.]])
    """
    gradient = grad(function, argnums)
    second = jacobian(gradient, argnums)

    @functools.wraps(function)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        _, _, inputs = with_inputs(args, argnums)
        if any(tensor.dtype.kind == "c" for tensor in inputs):
            raise GraphError(
                "hessian: the gradient of a real function of complex numbers is not analytic, so "
                "no matrix of its shape holds the second derivatives. Use hvp, or give real and "
                "imaginary parts as arguments."
            )
        return second(*args, **kwargs)

    return wrapped


def hvp(function: Callable[..., Any], argnums: int = 0) -> Callable[..., Any]:
    """The function of the arguments and a vector that returns Hessian times vector.

    Forward over reverse: it costs a few evaluations of `function`; no matrix is made.

    >>> import numpy as np
    >>> hvp(lambda x: np.sum(x**3))(np.array([1.0, 2.0]), np.array([1.0, 0.0]))
    array([6., 0.])
    """
    gradient = grad(function, argnums)

    @functools.wraps(function)
    def product(*args: Any) -> Any:
        *primals, vector = args
        at = argnums + len(primals) if argnums < 0 else argnums

        def along(x: Any) -> Any:
            return gradient(*primals[:at], x, *primals[at + 1 :])

        return jvp(along, (primals[at],), (vector,))[1]

    return product


def gnvp(
    function: Callable[..., Any], loss: Callable[..., Any], argnums: int = 0
) -> Callable[..., Any]:
    """The function of the arguments and a vector that returns Gauss-Newton matrix times vector.

    For a loss of a function's result the matrix is J^T H J, with J the Jacobian of `function` and
    H the Hessian of `loss` there: the Hessian of the two without the curvature of `function`
    (Schraudolph 2002, "Fast curvature matrix-vector products"). With a convex loss it has no
    negative eigenvalues.

    >>> import numpy as np
    >>> half_square = lambda y: 0.5 * np.sum(y * y)
    >>> gnvp(np.sin, half_square)(np.array([0.0, 0.0]), np.array([1.0, 2.0]))
    array([1., 2.])
    """

    @functools.wraps(function)
    def product(*args: Any) -> Any:
        *primals, vector = args
        at = argnums + len(primals) if argnums < 0 else argnums

        def of_one(x: Any) -> Any:
            return function(*primals[:at], x, *primals[at + 1 :])

        out, pull = vjp(of_one, primals[at])
        pushed = jvp(of_one, (primals[at],), (vector,))[1]
        return pull(hvp(loss)(out, pushed))[0]

    return product
