"""How many floating-point operations an instruction takes, as its shapes tell.

A product of matrices (m, k) and (k, n) takes 2mnk, a function of entries one per entry of its
result, whatever it costs, a reduction one per entry of its operand. What moves numbers takes
none, and neither do integers. Complex numbers count as one number.
"""

import math
import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from autograd_lite.compiler.draws import drawn
from autograd_lite.compiler.forms import is_view
from autograd_lite.compiler.program import Instruction, Value
from autograd_lite.compiler.tiles import Tile
from autograd_lite.compiler.traced import converted, put_along, written
from autograd_lite.ops.convolution import convolved, correlated, spread_out

# Functions that move numbers, or choose among them.
MOVING = {
    operator.getitem, converted, written, put_along, drawn, np.copy, np.where, np.take,
    np.take_along_axis, np.concatenate, np.stack, np.full, np.roll, np.repeat, np.tile, np.pad,
    np.sort, np.argsort, np.argmax, np.argmin, np.searchsorted,
}  # fmt: skip
# A product and a sum for each entry of the output and each entry of the kernel that it meets.
CONVOLUTIONS: dict[Any, Callable[..., int]] = {
    convolved: lambda out, x, kernel, *rest: 2 * out.size * math.prod(kernel.shape[1:]),
    spread_out: lambda out, g, kernel, *rest: 2 * g.size * math.prod(kernel.shape[1:]),
    correlated: lambda out, x, g, *rest: 2 * g.size * math.prod(out.shape[1:]),
}
PER_RESULT = {np.clip, np.outer, np.kron}  # one operation for each entry of the result
PER_OPERAND = {np.cumsum, np.cumprod, np.mean}  # one for each entry of the first operand


def flops(instruction: Instruction) -> int | None:
    """The floating-point operations of an instruction; None where its shapes do not tell."""
    function = instruction.function
    if isinstance(function, Tile):
        return of_tile(function)
    arrays = [value for value in (*instruction.reads(), *instruction.outs) if not value.number]
    if not any(value.dtype.kind in "fc" for value in arrays):
        return 0
    if function in MOVING or is_view(instruction) or instruction.outs[0].number:
        return 0
    if isinstance(function, np.ufunc):
        return instruction.outs[0].size * (of_product(instruction) if function.signature else 1)
    if function is np.dot:
        return instruction.out.size * of_product(instruction)
    if function in PER_RESULT:
        return instruction.out.size
    if function in PER_OPERAND:
        return operand(instruction).size
    if function in CONVOLUTIONS:
        return CONVOLUTIONS[function](instruction.out, *instruction.args)
    owner = getattr(function, "__self__", None)
    if isinstance(owner, np.ufunc):
        by_result = function.__name__ == "outer"
        return instruction.out.size if by_result else operand(instruction).size
    return of_einsum(instruction) if function is np.einsum else None


def of_tile(tile: Tile) -> int | None:
    """Of a chain of instructions that is run some rows at a time: of them all, on all rows."""
    counts = [flops(instruction) for instruction in tile.body]
    rows = max((inner.shape[0] for _, inner in tile.sliced if inner.shape), default=tile.count)
    known = [count for count in counts if count is not None]
    return sum(known) * tile.count // max(rows, 1) if len(known) == len(counts) else None


def of_product(instruction: Instruction) -> int:
    """For an entry of a product of matrices or vectors: as many products as sums."""
    shape = operand(instruction).shape
    return 2 * shape[-1] if shape else 1


def operand(instruction: Instruction) -> Value:
    return instruction.reads()[0]


def of_einsum(instruction: Instruction) -> int | None:
    """Of a sum over letters, carried out in one go: a product for each of all their values."""
    subscripts, *operands = instruction.args
    if type(subscripts) is not str or "." in subscripts:
        return None
    sizes: dict[str, int] = {}
    for term, value in zip(subscripts.split("->")[0].split(","), operands, strict=True):
        sizes |= dict(zip(term.strip(), shape(value), strict=True))
    return len(operands) * math.prod(sizes.values())


def shape(thing: Any) -> tuple[int, ...]:
    found: tuple[int, ...] = thing.shape
    return found
