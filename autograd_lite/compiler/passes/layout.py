"""Products of matrices in the forms that are quickest: one large one in the place of many small.

Equal but for the order of the sums, and for where a scalar factor comes in.
"""

import math
from typing import Any

import numpy as np

from autograd_lite.compiler.passes.walk import Rules, Walk
from autograd_lite.compiler.program import Instruction, Program, Value

rules = Rules()


def layout(program: Program) -> Program:
    """The program with one product for a stack of them, and factors where they are small."""
    return rules.apply(program)


@rules.on(np.matmul)
def stack_times_matrix(walk: Walk, instruction: Instruction) -> Any:
    """Many matrices times one matrix: all their rows times it."""
    x, y = instruction.args
    if instruction.kwargs or not are_arrays(x, y) or len(x.shape) < 3 or len(y.shape) != 2:
        return None
    rows = walk.call(np.reshape, x, (math.prod(x.shape[:-1]), x.shape[-1]))
    return walk.call(np.reshape, walk.call(np.matmul, rows, y), instruction.out.shape)


@rules.on(np.add.reduce)
def sum_of_products(walk: Walk, instruction: Instruction) -> Any:
    """The sum of x[i].T @ y[i]: all rows of x, transposed, times all rows of y."""
    product = walk.maker(instruction.args[0], np.matmul)
    if (
        product is None
        or product.kwargs
        or walk.uses(product.out) > 1
        or not is_over_stack(instruction)
    ):
        return None
    left, y = product.args
    turned = walk.maker(left, np.transpose)
    if turned is None or not are_arrays(left, y) or left.shape[:-2] != y.shape[:-2]:
        return None
    x, axes = turned.args
    ndim = len(axes)
    if axes != (*range(ndim - 2), ndim - 1, ndim - 2) or x.dtype != y.dtype:
        return None
    count = math.prod(x.shape[:-1])
    columns = walk.call(np.transpose, walk.call(np.reshape, x, (count, x.shape[-1])), (1, 0))
    return walk.call(np.matmul, columns, walk.call(np.reshape, y, (count, y.shape[-1])))


def is_over_stack(reduction: Instruction) -> bool:
    """Whether a sum is over all axes but the last two."""
    if set(reduction.kwargs) - {"axis", "keepdims"} or reduction.kwargs.get("keepdims"):
        return False
    axis = reduction.kwargs.get("axis", 0)
    ndim = len(reduction.args[0].shape)
    axes = axis if isinstance(axis, tuple) else (axis,)
    return ndim > 2 and None not in axes and {at % ndim for at in axes} == set(range(ndim - 2))


@rules.on(np.matmul)
def factor_of_operand(walk: Walk, instruction: Instruction) -> Any:
    """(s * x) @ y, with the factor at the smallest of x, y and the product."""
    out = instruction.out
    if instruction.kwargs or not are_arrays(*instruction.args):
        return None
    for at in (0, 1):
        found = factored(walk, instruction.args[at])
        if found is None:
            continue
        s, x = found
        other = instruction.args[1 - at]
        if x.dtype != out.dtype or min(other.size, out.size) >= x.size:
            continue
        if out.size <= other.size:
            pair = (x, other) if at == 0 else (other, x)
            return walk.call(np.multiply, s, walk.call(np.matmul, *pair))
        other = walk.call(np.multiply, s, other)
        return walk.call(np.matmul, *((x, other) if at == 0 else (other, x)))
    return None


@rules.on(np.multiply)
def factor_of_product(walk: Walk, instruction: Instruction) -> Any:
    """s * (x @ y), with the factor at x or y if one of them is smaller."""
    found = scalar_and_array(*instruction.args[:2]) if not instruction.kwargs else None
    if found is None:
        return None
    s, product = found
    made = walk.maker(product, np.matmul)
    if made is None or made.kwargs or walk.uses(product) > 1 or not are_arrays(*made.args):
        return None
    at = min((0, 1), key=lambda i: made.args[i].size)
    x = made.args[at]
    if x.size >= product.size or x.dtype != product.dtype:
        return None
    args = list(made.args)
    args[at] = walk.call(np.multiply, s, x)
    return walk.call(np.matmul, *args)


def factored(walk: Walk, product: Any) -> tuple[Any, Value] | None:
    """The scalar and the array whose product this is, if nobody else reads it."""
    made = walk.maker(product, np.multiply)
    if made is None or made.kwargs or walk.uses(product) > 1:
        return None
    return scalar_and_array(*made.args[:2])


def scalar_and_array(x: Any, y: Any) -> tuple[Any, Value] | None:
    for s, array in ((x, y), (y, x)):
        if type(array) is Value and array.shape and not array.number and is_scalar(s, array):
            return s, array
    return None


def is_scalar(s: Any, array: Value) -> bool:
    if type(s) is Value:
        return not s.shape and not s.number and s.dtype == array.dtype
    return type(s) in (int, float) and array.dtype.kind == "f"


def are_arrays(*operands: Any) -> bool:
    return all(type(x) is Value and not x.number for x in operands)
