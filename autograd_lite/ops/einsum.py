"""Sums of products over subscripts: np.einsum in all its forms.

The subscripts are spelled out, then operands are contracted two at a time, each step a product
whose transpose is again an einsum.
"""

import string
from typing import Any

import numpy as np

from autograd_lite.core.declare import constant, derived, linear
from autograd_lite.core.tensor import DISPATCH
from autograd_lite.errors import NotDifferentiableError
from autograd_lite.ops.products import arrays

contract = linear(
    lambda x, y, subscripts: product_of_two(x, y, subscripts),
    lambda g, x, y, subscripts: contract_left(g, x, y, subscripts),
    lambda g, x, y, subscripts: contract_left(g, y, x, swapped(subscripts)),
    name="einsum",
)
rearrange = linear(
    lambda x, subscripts: np.einsum(subscripts, x).copy(),
    lambda g, x, subscripts: spread_back(g, x, subscripts),
    name="einsum1",
)

constant(np.einsum_path)

LETTERS = string.ascii_uppercase + string.ascii_lowercase  # in NumPy's order: 0 is A
LARGE = 10_000  # entries from which on it pays to look for a matrix product


def product_of_two(x: Any, y: Any, subscripts: str) -> Any:
    return np.einsum(subscripts, x, y, optimize=x.size + y.size > LARGE)


@derived(np.einsum)
def einsum(*operands: Any, optimize: Any = False, dtype: Any = None, **kwargs: Any) -> Any:
    """np.einsum: subscripts as a string, or a list of axis numbers after each operand.

    Implicit or explicit, with or without an ellipsis, with repeated subscripts. `optimize` gives
    the order of contraction, as in NumPy; by default it is from left to right.
    """
    if kwargs:
        raise NotDifferentiableError(
            f"einsum: the argument {next(iter(kwargs))}= has no meaning on a Tensor; allowed are "
            "optimize and dtype."
        )
    subscripts, operands = text_form(operands)
    values = arrays(*operands)
    if dtype is not None:
        values = [np.astype(x, dtype) for x in values]
    inputs, output = spelled_out(subscripts, [len(x.shape) for x in values])
    terms = list(zip(inputs, values, strict=True))
    for places in order_of(inputs, output, values, optimize):
        chosen = [terms[i] for i in places]
        terms = [term for i, term in enumerate(terms) if i not in places]
        while len(chosen) > 1:
            one, other, *rest = chosen
            needed = output + "".join(sub for sub, _ in (*rest, *terms))
            chosen = [joined(one, other, needed), *rest]
        terms.append(chosen[0])
    subscript, array = terms[0]
    if subscript == output and len(values) > 1:
        return array
    return rearrange(array, subscripts=f"{subscript}->{output}")


def joined(one: tuple[str, Any], other: tuple[str, Any], needed: str) -> tuple[str, Any]:
    """Two terms as one: their product, summed over the subscripts that nobody needs later."""
    (sub_x, x), (sub_y, y) = one, other
    result = "".join(c for c in dict.fromkeys(needed) if c in sub_x + sub_y)
    return result, contract(x, y, subscripts=f"{sub_x},{sub_y}->{result}")


def text_form(operands: tuple[Any, ...]) -> tuple[str, tuple[Any, ...]]:
    """The subscripts as a string, and the operands: einsum(x, [0, 1], y, [1, 2], [0, 2]) too."""
    if not operands:
        raise ValueError("einsum: no operands; write the subscripts and an array for each term.")
    if isinstance(operands[0], str):
        return operands[0], operands[1:]
    count = len(operands) // 2
    inputs = ",".join(letters_of(sub) for sub in operands[1 : 2 * count : 2])
    output = f"->{letters_of(operands[-1])}" if len(operands) % 2 else ""
    return inputs + output, operands[: 2 * count : 2]


def letters_of(axes: Any) -> str:
    if not isinstance(axes, list | tuple | range | np.ndarray):
        raise TypeError(
            f"einsum: the subscripts are a string, e.g. 'ij,jk->ik', or a list of axis numbers "
            f"after each operand; found {type(axes).__name__}."
        )
    try:
        return "".join("..." if axis is Ellipsis else LETTERS[axis] for axis in axes)
    except IndexError:
        raise ValueError(f"einsum: axis numbers go from 0 to 51; found {list(axes)}.") from None


def spelled_out(subscripts: str, ndims: list[int]) -> tuple[list[str], str]:
    """The subscripts of inputs and output without blanks, ellipses or an implicit output."""
    left, arrow, output = subscripts.replace(" ", "").partition("->")
    inputs = left.split(",")
    if len(inputs) != len(ndims):
        raise ValueError(f"einsum: {subscripts!r} names {len(inputs)} operands; got {len(ndims)}.")
    spans = [n - len(sub.replace("...", "")) for sub, n in zip(inputs, ndims, strict=True)]
    for i, (sub, span, ndim) in enumerate(zip(inputs, spans, ndims, strict=True)):
        if span < 0 or (span and "..." not in sub):
            raise ValueError(
                f"einsum: the subscripts {sub!r} of operand {i} do not fit its {ndim} dimensions."
            )
    unused = [c for c in LETTERS if c not in subscripts]
    letters = "".join(unused[: max([0, *spans])])
    if not arrow:
        names = "".join(inputs).replace(".", "")
        once = sorted(c for c in set(names) if names.count(c) == 1)
        output = ("..." if "..." in left else "") + "".join(once)
    inputs = [
        sub.replace("...", letters[len(letters) - span :]) for sub, span in zip(inputs, spans)
    ]
    if letters and "..." not in output:
        raise ValueError(f"einsum: {subscripts!r} has an ellipsis that its output lacks.")
    output = output.replace("...", letters)
    check(subscripts, "".join(inputs), output)
    return inputs, output


def check(subscripts: str, inputs: str, output: str) -> None:
    strange = set(inputs + output) - set(LETTERS)
    if strange:
        raise ValueError(f"einsum: {subscripts!r} has {sorted(strange)}, which are no letters.")
    if len(set(output)) < len(output) or not set(output) <= set(inputs):
        raise ValueError(
            f"einsum: in {subscripts!r} each letter of the output must come from an operand, "
            "and only once."
        )


def order_of(
    inputs: list[str], output: str, values: list[Any], optimize: Any
) -> list[tuple[int, ...]]:
    """Which operands to contract at each step."""
    if len(values) <= 2 or optimize is False:
        return [(0, 1)] * (len(values) - 1)
    shapes = [np.broadcast_to(np.float64(0), x.shape) for x in values]
    path = np.einsum_path(f"{','.join(inputs)}->{output}", *shapes, optimize=optimize)[0]
    return path[1:]


def swapped(subscripts: str) -> str:
    left, _, output = subscripts.partition("->")
    sub_x, sub_y = left.split(",")
    return f"{sub_y},{sub_x}->{output}"


def contract_left(g: Any, x: Any, y: Any, subscripts: str) -> Any:
    """The cotangent of `x` in einsum(subscripts, x, y)."""
    left, _, output = subscripts.partition("->")
    sub_x, sub_y = left.split(",")
    reached = "".join(dict.fromkeys(c for c in sub_x if c in output + sub_y))
    c = contract(g, y, subscripts=f"{output},{sub_y}->{reached}")
    return to_operand(c, reached, sub_x, x.shape)


def spread_back(g: Any, x: Any, subscripts: str) -> Any:
    sub_x, _, output = subscripts.partition("->")
    return to_operand(g, output, sub_x, x.shape)


def to_operand(c: Any, letters: str, sub_x: str, shape: tuple[int, ...]) -> Any:
    """`c`, whose axes are `letters`, as the cotangent of an operand with subscripts `sub_x`.

    A letter that was summed away is broadcast; of a repeated letter only the diagonal was read;
    an axis of length 1 that was broadcast is summed.
    """
    distinct = "".join(dict.fromkeys(sub_x))
    c = np.transpose(c, [letters.index(letter) for letter in distinct if letter in letters])
    c = np.reshape(c, expanded(c.shape, distinct, letters))
    lengths = dict(zip(sub_x, shape, strict=True))
    sizes = tuple(lengths[letter] for letter in distinct)
    over = tuple(i for i, n in enumerate(sizes) if n == 1 and c.shape[i] != 1)
    if over:
        c = np.sum(c, axis=over, keepdims=True)
    if distinct == sub_x:
        return c
    index = tuple(
        np.arange(lengths[letter]).reshape(
            [-1 if i == distinct.index(letter) else 1 for i in range(len(distinct))]
        )
        for letter in sub_x
    )
    return DISPATCH["scatter"](np.broadcast_to(c, sizes), index=index, shape=shape)


def expanded(shape: tuple[int, ...], distinct: str, letters: str) -> tuple[int, ...]:
    lengths = iter(shape)
    return tuple(next(lengths) if letter in letters else 1 for letter in distinct)
