"""Kinks and choices: an absolute value, the larger of two, a mask, bounds.

Where two operands tie, both get half of the gradient; |x| has slope 0 at 0.
"""

from typing import Any

import numpy as np

from autograd_lite.core.backward import all_dead, dead
from autograd_lite.core.declare import constant, derived, elementwise, linear
from autograd_lite.core.tensor import Tensor, value_of
from autograd_lite.errors import NotDifferentiableError
from autograd_lite.ops.elementwise import nonzero

constant(dead, all_dead)
elementwise(np.absolute, lambda x: direction(x), formula=("sign(x)",))
elementwise(np.fabs, lambda x: np.sign(x))
elementwise(
    np.maximum,
    lambda g, x, y: chosen(g, x == y, x < y),
    lambda g, x, y: chosen(g, x == y, y < x),
    formula=("1 if x > y else 0, ½ if equal", "1 if y > x else 0, ½ if equal"),
)
elementwise(
    np.minimum,
    lambda g, x, y: chosen(g, x == y, y < x),
    lambda g, x, y: chosen(g, x == y, x < y),
    formula=("1 if x < y else 0, ½ if equal", "1 if y < x else 0, ½ if equal"),
)
elementwise(
    np.fmax,
    lambda g, x, y: chosen(g, tied(x, y), np.isnan(x) | (x < y)),
    lambda g, x, y: chosen(g, tied(x, y), np.isnan(y) | (y < x)),
)
elementwise(
    np.fmin,
    lambda g, x, y: chosen(g, tied(x, y), np.isnan(x) | (y < x)),
    lambda g, x, y: chosen(g, tied(x, y), np.isnan(y) | (x < y)),
)
elementwise(
    np.copysign, lambda g, x, y: np.where(value_of(x) == 0, 0, g * np.sign(x) * np.copysign(1, y)),
    lambda g: 0 * g,
)  # fmt: skip


def direction(x: Any) -> Any:
    """The sign of a number; of a complex one the conjugate of x / |x|."""
    if x.dtype.kind != "c":
        return np.sign(x)
    return np.conjugate(x) / nonzero(np.abs(x))


def chosen(g: Any, tie: Any, lost: Any) -> Any:
    """The cotangent: half of it at a tie, none where the other operand was taken."""
    return np.where(tie, 0.5 * g, np.where(lost, 0, g))


def tied(x: Any, y: Any) -> Any:
    """Whether two numbers are equal, or neither is a number."""
    return (x == y) | (np.isnan(x) & np.isnan(y))


# The gradient is selected as the values are, never multiplied by a mask, so that nothing of the
# side not chosen comes through.
select = linear(
    lambda x, y, condition, drops_nan=False: np.where(condition, x, y),
    lambda g, condition, drops_nan=False: np.where(condition, g, 0),
    lambda g, condition, drops_nan=False: np.where(condition, 0, g),
    name="where",
)


@derived(np.where)
def where(condition: Any, *branches: Any) -> Any:
    if not branches:
        return np.nonzero(value_of(condition))
    x, y = branches
    if holds_nan(x) or holds_nan(y):
        return select(x, y, condition=value_of(condition), drops_nan=True)
    return select(x, y, condition=value_of(condition))


def holds_nan(branch: Any) -> bool:
    """Whether there is a NaN (or infinities of both signs) in a tensor."""
    value = value_of(branch)
    if type(branch) is not Tensor or not isinstance(value, np.ndarray | np.generic):
        return False
    with np.errstate(invalid="ignore", over="ignore"):
        return bool(np.isnan(np.add.reduce(value, axis=None)))


def within(x: Any, low: Any, high: Any) -> Any:
    """Whether low <= x <= high; a bound of None does not bound."""
    inside = np.ones(np.shape(value_of(x)), bool)
    if low is not None:
        inside = inside & (x >= low)
    return inside if high is None else inside & (x <= high)


clip_to = elementwise(
    lambda x, low, high: x if low is None and high is None else np.clip(x, low, high),
    lambda g, x, low, high: g * within(x, low, high),
    name="clip",
    formula=("1 if low ≤ x ≤ high else 0",),
)


@derived(np.clip)
def clip(
    a: Any, a_min: Any = None, a_max: Any = None, *, min: Any = None, max: Any = None, **kwargs: Any
) -> Any:
    """np.clip: the gradient passes on the closed interval; bounds that are tensors get theirs."""
    for name in kwargs:
        raise NotDifferentiableError(
            f"clip: the argument {name}= has no gradient rule here. Use np.where for a mask and "
            ".astype for a dtype."
        )
    low, high = (a_min if min is None else min), (a_max if max is None else max)
    if type(low) is not Tensor and type(high) is not Tensor:
        return clip_to(a, low=low, high=high)
    a = a if low is None else np.where((a < low) | np.isnan(low), low, a)
    return a if high is None else np.where((a > high) | np.isnan(high), high, a)


@derived(np.nan_to_num)
def nan_to_num(
    x: Any, copy: bool = True, nan: Any = 0.0, posinf: Any = None, neginf: Any = None
) -> Any:
    """np.nan_to_num: the gradient is that of `x` where it is finite, else 0."""
    if not copy:
        raise NotDifferentiableError(
            "nan_to_num: copy=False writes into its operand, and the value of a tensor never "
            "changes. Leave it out."
        )
    if x.dtype.kind == "c":
        return nan_to_num(x.real, copy, nan, posinf, neginf) + 1j * nan_to_num(
            x.imag, copy, nan, posinf, neginf
        )
    value = value_of(x)
    replaced = np.nan_to_num(value, nan=nan, posinf=posinf, neginf=neginf)
    return np.where(np.isfinite(value), x, replaced)


@derived(np.real_if_close)
def real_if_close(a: Any, tol: float = 100) -> Any:
    """np.real_if_close: the values decide whether the imaginary parts are dropped."""
    is_real = np.real_if_close(value_of(a), tol).dtype.kind != "c"
    return np.real(a) if is_real else np.copy(a)


@derived(np.sign)
def sign_of(x: Any) -> Any:
    """np.sign: a plain array for real numbers, whose gradient is 0; x / |x| for complex ones."""
    if x.dtype.kind != "c":
        return np.sign(value_of(x))
    return np.where(value_of(x) == 0, 0, x / nonzero(np.abs(x)))


def sign(x: Any) -> Any:
    """-1, 0 or 1. Its gradient is 0: a plain array."""
    return np.sign(value_of(x))
