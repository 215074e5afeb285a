"""Solutions of equations, differentiated by the implicit function theorem.

Where f(x, a) = 0 defines x by a, dx/da = -(df/dx)^-1 df/da: what the solver did on its way to x
does not matter and is not recorded.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from autograd_lite.core.backward import pull_back
from autograd_lite.core.batched import sizes_of
from autograd_lite.core.graph import RECORDING, Node
from autograd_lite.core.overriding import known
from autograd_lite.core.tensor import Tensor, constant, tensor_of, value_of
from autograd_lite.errors import ConvergenceError, ShapeError, TraceError
from autograd_lite.transforms.inputs import alias, recorded_leaves
from autograd_lite.transforms.matrices import jacobian
from autograd_lite.transforms.recording import no_grad
from autograd_lite.transforms.rerun import (
    Rerun,
    differentiated,
    primitive_that_reruns,
    replaced,
    starts,
)

ROOT = primitive_that_reruns("root")


def root(function: Callable[..., Any], guess: Any, *args: Any, max_steps: int = 50) -> Any:
    """The x near `guess` at which `function(x, *args)` is zero, by Newton's method.

    `function` returns an array of x's shape. Derivatives by `args`, and by any tensor that
    `function` uses, are exact to any order; by `guess` there are none. Raises ConvergenceError
    when `max_steps` do not get there. The Jacobian by x is made as a matrix.

    >>> import numpy as np
    >>> import autograd_lite as ag
    >>> ag.grad(lambda a: root(lambda x, a: x * x - a, 1.0, a))(4.0)
    np.float64(0.25)
    """
    with no_grad():
        x = newton(function, starting_point(guess), args, max_steps)
    return solution(function, x, args)


def fixed_point(function: Callable[..., Any], guess: Any, *args: Any, max_steps: int = 1000) -> Any:
    """The x with `function(x, *args) == x` that iterating from `guess` leads to.

    Derivatives are as those of `root`; raises ConvergenceError when `max_steps` do not get there.

    >>> import numpy as np
    >>> x = fixed_point(np.cos, 1.0)
    >>> bool(np.isclose(np.cos(x), x, rtol=1e-14))
    True
    """
    with no_grad():
        x = iterated(function, starting_point(guess), args, max_steps)
    return solution(lambda x, *args: function(x, *args) - x, x, args)


def starting_point(guess: Any) -> Any:
    x = value_of(guess)
    if hasattr(x, "__array_ufunc__") and x.dtype.kind in "fc":
        return x
    return np.asarray(x, dtype=np.float64)


def tolerance(x: Any) -> float:
    return 8 * float(np.finfo(x.dtype).eps)


def newton(function: Callable[..., Any], x: Any, args: Any, max_steps: int) -> Any:
    """Newton's method; a step that makes things worse is halved."""
    residual = checked(function, x, args)
    require_known(residual, "root")
    for _ in range(max_steps):
        matrix = value_of(jacobian(function)(x, *args))
        n = x.size
        step = np.linalg.solve(np.reshape(matrix, (n, n)), np.reshape(residual, (n,)))
        step = np.reshape(step, x.shape)
        for halved in range(30):
            tried = x - step / 2**halved
            now = checked(function, tried, args)
            if not size_of(now) > size_of(residual):
                break
        close = size_of(tried - x) <= tolerance(x) * (1 + size_of(x))
        x, residual = tried, now
        if close or size_of(residual) == 0:
            return x
    raise ConvergenceError(
        f"root: after {max_steps} steps of Newton's method the largest residual is "
        f"{size_of(residual):.3g}. Begin nearer to the solution, or allow more with max_steps=."
    )


def iterated(function: Callable[..., Any], x: Any, args: Any, max_steps: int) -> Any:
    for _ in range(max_steps):
        new = x + checked(lambda x, *args: function(x, *args) - x, x, args)
        require_known(new, "fixed_point")
        moved = size_of(new - x)
        x = new
        if moved <= tolerance(x) * (1 + size_of(x)):
            return x
    raise ConvergenceError(
        f"fixed_point: after {max_steps} iterations x still moves by {moved:.3g}. It contracts "
        "too slowly or not at all; try root(lambda x, *args: f(x, *args) - x, ...)."
    )


def require_known(x: Any, title: str) -> None:
    if not known(x):
        raise TraceError(
            f"compile: {title} takes as many steps as the values ask for, which a program does not "
            "know beforehand. Call it outside, and give the solution as an argument."
        )


def checked(function: Callable[..., Any], x: Any, args: Any) -> Any:
    """The residual at x, as an array of x's shape."""
    residual = value_of(function(x, *args))
    if np.shape(residual) != x.shape:
        raise ShapeError(
            f"the function returned shape {np.shape(residual)} for an x of shape {x.shape}; as "
            "many equations as unknowns are needed, in the same shape."
        )
    return residual


def size_of(x: Any) -> Any:
    return np.max(np.abs(x), initial=0.0)


def solution(function: Callable[..., Any], x: Any, args: Any) -> Any:
    """`x` with its derivatives by whatever `function` depends on."""
    if not RECORDING.get().on:
        return x
    run = Rerun(function, (x, *args))
    result, made = run.first()
    parents = starts(recorded_leaves(result), made)
    if not parents:
        return constant(x) if any(type(a) is Tensor for a in args) else x[()]
    return replaced(ROOT, pull, parents, run, x, frozenset(sizes_of(x)))


def pull(g: Any, saved: tuple[Any, ...], node: Node) -> tuple[Any, ...]:
    """-(df/da)^T (df/dx)^-T g. Of x, a tensor if this is recorded: its own derivatives count."""
    _, run, *lift = saved
    value, *args = run.args
    parents = [parent for parent in node.parents if parent is not None]
    x = alias(tensor_of(value, node)) if lift else Tensor(value)
    with differentiated(parents):
        matrix = run.again(jacobian(run.function), x, *args)
        residual = run.again(run.function, x, *args)
    matrix = matrix if lift else value_of(matrix)
    n = node.size
    transposed = np.matrix_transpose(np.reshape(matrix, (n, n)))
    v = np.linalg.solve(transposed, np.reshape(np.broadcast_to(g, node.shape), (n, 1)))
    ends: list[Any] = [*parents, x.node]
    cotangent = -np.reshape(v, node.shape)
    found = pull_back(residual.node, cotangent, ends, lift[0] if lift else None)
    return tuple(found.get(parent) for parent in parents)
