"""What is true of every primitive: each property is a function that raises where it is not.

All take the function and operands for it, floating or complex arrays. The result may be one
array or a tree of them.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from autograd_lite import tree
from autograd_lite.check import check_gradients
from autograd_lite.check.checking import blank_report
from autograd_lite.check.oracle import Oracle
from autograd_lite.check.problem import arbitrary_like, flat, inner
from autograd_lite.check.second_order import NESTINGS
from autograd_lite.check.second_order import check_second_order as against_measurements
from autograd_lite.core.graph import topological
from autograd_lite.core.tensor import Tensor, value_of
from autograd_lite.testing.requirements import (
    Array,
    Function,
    Operands,
    directions_of,
    posed,
    require,
    require_close,
    require_smooth,
    same,
    weighted,
)
from autograd_lite.transforms import grad, jvp, no_grad

# Values


def check_value(function: Function, operands: Operands, expected: Function | None = None) -> None:
    """Plain arrays give plain arrays, tensors give tensors, both with the values of `expected`."""
    plain = function(*operands)
    wanted = (expected or function)(*operands)
    for (path, one), (_, other) in zip(tree.leaves(plain), tree.leaves(wanted), strict=True):
        require(type(one) is not Tensor, f"value {path}: a tensor, of plain arrays.")
        require_close(f"value {path} on plain arrays", one, other, 1e-13, 1e-15)
    recorded = function(*(Tensor(x) for x in operands))
    leaves = tree.leaves(recorded)
    require(any(type(leaf) is Tensor for _, leaf in leaves), "no output is a tensor, of tensors.")
    for (path, one), (_, other) in zip(leaves, tree.leaves(wanted), strict=True):
        found, dtype = np.asarray(value_of(one)), np.asarray(other).dtype
        require(found.dtype == dtype, f"value {path}: {found.dtype} on tensors, {dtype} on arrays.")
        require_close(f"value {path} on tensors", found, other, 1e-13, 1e-15)


# First order


def check_first_order(function: Function, operands: Operands) -> None:
    """Reverse mode against the complex step or differences, entry by entry."""
    require_smooth(check_gradients(function, *operands, order=1, modes=("reverse",)))


def check_directions(function: Function, operands: Operands) -> None:
    """Forward mode transposes reverse mode, for all operands together and for each alone."""
    problem = posed(function, operands)
    pulled, directions = problem.gradient(*problem.values), directions_of(problem)
    outputs = problem.evaluate(problem.values)
    for chosen in [problem.places, *([i] for i in problem.places)]:
        us = [u if i in chosen else np.zeros_like(u) for i, u in enumerate(directions)]
        values, pushed = jvp(lambda *xs: list(problem.call(xs).values()), problem.values, us)
        for out, value, tangent in zip(outputs, values, pushed, strict=True):
            require(not isinstance(tangent, Tensor), "forward mode: the tangent is a tensor.")
            require_close("the value in forward mode", value, out, 1e-13, 1e-14)
            require(
                tangent.shape == out.shape and tangent.dtype == out.dtype,
                f"forward mode: the tangent is {tangent.dtype} {tangent.shape}, the output "
                f"{out.dtype} {out.shape}.",
            )
        left, right = inner(problem.weights, pushed), inner(pulled, us)
        size = inner([np.abs(g) for g in pulled], [np.abs(u) for u in us])
        require_close(
            f"forward mode by operands {list(chosen)} against reverse mode", left, right,
            1e-10, 1e-11 * max(1.0, float(size)),
        )  # fmt: skip


def check_subsets(function: Function, operands: Operands) -> None:
    """The gradient by some operands is the same when others are constants."""
    problem = posed(function, operands)
    expected = problem.gradient(*problem.values)
    count = len(operands)
    every = range(1, 2**count - 1) if count <= 5 else [1 << i for i in range(count)]
    for mask in every:
        mixed = [Tensor(x) if mask >> i & 1 else x for i, x in enumerate(problem.values)]
        loss = problem.loss(*mixed)
        if type(loss) is Tensor and loss.requires_grad:
            loss.backward()
        for i, (x, gradient) in enumerate(zip(mixed, expected, strict=True)):
            if type(x) is Tensor:
                found = np.zeros_like(gradient) if x.grad is None else x.grad
                what = f"the gradient by operand {i}, others constant"
                require_close(what, found, gradient, 1e-14, 1e-300)


def check_constants(function: Function, operands: Operands) -> None:
    """What is made of constants, or under `no_grad`, is constant."""
    frozen = function(*(Tensor(x, requires_grad=False) for x in operands))
    with no_grad():
        unrecorded = function(*(Tensor(x) for x in operands))
    for what, out in (("constants", frozen), ("tensors under no_grad", unrecorded)):
        for _, leaf in tree.leaves(out):
            recorded = type(leaf) is Tensor and leaf.requires_grad
            require(not recorded, f"a result of {what} requires a gradient.")


def check_own_gradients(function: Function, operands: Operands) -> None:
    """Each leaf's gradient is an array that nobody else holds; nothing given is changed."""
    problem = posed(function, operands)
    tensors = [Tensor(x) for x in problem.values]
    outputs = [out for out in problem.call(tensors).values() if type(out) is Tensor]
    cotangents = [arbitrary_like(out.value, 7 + i) for i, out in enumerate(outputs)]
    kept = [cotangent.copy() for cotangent in cotangents]
    expected = problem.gradient(*problem.values)
    held = [*cotangents, *(t.value for t in tensors), *(out.value for out in outputs)]
    if len(outputs) == 1:
        outputs[0].backward(cotangents[0])
    else:
        problem.loss(*tensors).backward()
    for i, (tensor, gradient) in enumerate(zip(tensors, expected, strict=True)):
        found = tensor.grad
        name = f"the gradient of operand {i}"
        if found is None:
            require(not np.any(gradient), f"{name} is None.")
            continue
        require(type(found) is np.ndarray, f"{name} is a {type(found).__name__}, not an array.")
        require(
            found.shape == tensor.shape and found.dtype == tensor.dtype,
            f"{name} is {found.dtype} {found.shape}, the operand {tensor.dtype} {tensor.shape}.",
        )
        require(found.flags.writeable and found.flags.c_contiguous, f"{name} is a view.")
        shared = any(np.shares_memory(found, other) for other in held)
        require(not shared, f"{name} shares memory with something else.")
        require_close(f"{name} by backward", found, gradient, 1e-14, 1e-300)
        found.fill(np.nan)  # whatever its owner does to it, nobody else sees
        held.append(found)
    for tensor, value in zip(tensors, problem.values, strict=True):
        require(same(tensor.value, value), "an operand has changed.")
    for cotangent, copied in zip(cotangents, kept, strict=True):
        require(same(cotangent, copied), "the cotangent has changed.")


def check_zero_cotangent(function: Function, operands: Operands) -> None:
    """A zero cotangent, and a zero direction, give exactly zero."""
    problem = posed(function, operands)
    silent = weighted(problem, [np.zeros_like(w) for w in problem.weights])
    for path, gradient in zip(problem.paths, silent.gradient(*problem.values), strict=True):
        require(not np.any(gradient), f"a zero cotangent gives a gradient of {path} that is none.")
    still = [np.zeros_like(x) for x in problem.values]
    for tangent in problem.tangent(problem.values, still):
        require(not np.any(tangent), "a zero direction gives a tangent that is none.")


# Second order


def check_second_order(function: Function, operands: Operands) -> None:
    """Every nesting of the modes against measurements, and closer against each other."""
    problem = posed(function, operands)
    report = blank_report(function, problem, directions=1)
    with np.errstate(all="ignore"):
        oracle = Oracle(problem, problem.evaluate(problem.values))
        against_measurements(problem, oracle, report, report.modes)
    require_smooth(report)
    directions = directions_of(problem)
    products = {name: flat(product(problem, directions)) for name, (_, product) in NESTINGS.items()}
    first = next(iter(products))
    for name, found in products.items():
        require_close(f"{name} against {first}", found, products[first], 1e-11, 1e-11)


def check_cotangent_order(function: Function, operands: Operands) -> None:
    """The pull is linear in its cotangent, and its derivative by it is forward mode."""
    problem = posed(function, operands)
    directions = directions_of(problem)

    def pulled(*weights: Any) -> Any:
        return inner(directions, weighted(problem, weights).gradient(*problem.values))

    found = grad(pulled, argnums=list(range(len(problem.weights))))(*problem.weights)
    expected = problem.tangent(problem.values, directions)
    require_close("the pull by its cotangent", flat(found), flat(expected), 1e-10, 1e-10)


# Single precision


def in_single(operands: Operands) -> list[Array]:
    return [x.astype(np.complex64 if x.dtype.kind == "c" else np.float32) for x in operands]


def check_float32(function: Function, operands: Operands) -> None:
    """float32 in, float32 out, on every node between; gradients near those of float64.

    A function whose result on float32 arrays is float64 (NumPy's `float_power`) is free to
    compute so; its gradients are float32 all the same.
    """
    small = posed(function, in_single(operands))
    large = weighted(
        posed(function, [x.astype(np.result_type(x, np.float64)) for x in small.values]),
        [w.astype(np.result_type(w, np.float64)) for w in small.weights],
    )
    tensors = [Tensor(x) for x in small.values]
    outputs = [out for out in small.call(tensors).values() if type(out) is Tensor]
    single = {np.dtype(np.float32), np.dtype(np.complex64)}
    plain = {weight.dtype for weight in small.weights}
    if plain <= single:
        nodes = topological([out.node for out in outputs if out.node is not None])
        wide = sorted({str(node) for node in nodes if node.dtype not in single})
        require(not wide, f"float32 operands are computed in float64 at {', '.join(wide)}.")
    for one, other in zip(small.evaluate(small.values), large.evaluate(large.values), strict=True):
        require_close("the value in float32", one, other, 2e-5, 2e-5)
    found, expected = small.gradient(*small.values), large.gradient(*large.values)
    for path, value, one, other in zip(small.paths, small.values, found, expected, strict=True):
        require(one.dtype == value.dtype, f"the gradient by {path} is {one.dtype} in float32.")
        require_close(f"the gradient by {path} in float32", one, other, 1e-4, 1e-5)
    for weight, tangent in zip(
        small.weights, small.tangent(small.values, directions_of(small)), strict=True
    ):
        require(tangent.dtype == weight.dtype, f"the tangent is {tangent.dtype} in float32.")


def check_float32_second_order(function: Function, operands: Operands) -> None:
    """The Hessian's products of float32 operands are float32, in every nesting."""
    problem = posed(function, in_single(operands))
    directions = directions_of(problem)
    for name, (_, product) in NESTINGS.items():
        for value, found in zip(problem.values, product(problem, directions), strict=True):
            require(found.dtype == value.dtype, f"{name} in float32 gives {found.dtype}.")


# Functions that work entry by entry


SHAPES: list[list[tuple[int, ...]]] = [[()], [(1,)], [(0,)], [(2, 0, 1)], [(1, 1, 2)]]
BROADCAST: list[list[tuple[int, ...]]] = [
    [(2, 3), ()], [(), (2, 3)], [(2, 3), (3,)], [(2, 1), (1, 3)], [(2, 1), (3,)],
    [(0,), (1,)], [(2, 1), (2, 0)], [(1, 1, 2), (3, 1)], [(1,), ()],
]  # fmt: skip


def check_broadcasting(function: Function, operands: Operands) -> None:
    """An entry-by-entry function of operands of other shapes, filled with the entries of these."""
    rest = [(1,)] * (len(operands) - 2)
    for chosen in BROADCAST if len(operands) > 1 else SHAPES:
        reshaped = [
            np.resize(x, shape) for x, shape in zip(operands, [*chosen, *rest], strict=True)
        ]
        expected = np.broadcast_shapes(*(x.shape for x in reshaped))
        found = np.shape(function(*reshaped))
        require(found == expected, f"operands of shapes {chosen} give the shape {found}.")
        check_first_order(function, reshaped)
        check_directions(function, reshaped)
        check_second_order(function, reshaped)


PROPERTIES: tuple[Callable[[Function, Operands], None], ...] = (
    check_value,
    check_first_order,
    check_directions,
    check_subsets,
    check_constants,
    check_own_gradients,
    check_zero_cotangent,
    check_second_order,
    check_cotangent_order,
    check_float32,
    check_float32_second_order,
)
