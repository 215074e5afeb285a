"""Every case of the table, compiled, is what it is in eager mode: value, gradient, second order.

The cases in which values decide a shape or a dtype are listed by name: these are refused, and no
other is.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from cases import CASES, ENTRYWISE, Case, Entrywise
from oracles import cotangent_like

import autograd_lite as ag
from autograd_lite.errors import TraceError

BY_EVERY_DERIVATIVE = {
    "unique", "unique of a matrix", "unique, rows", "unique and more", "unique_values",
    "unique_counts", "unique_inverse", "unique_all", "trim_zeros", "trim_zeros, front",
    "trim_zeros, back", "trim_zeros of zeros", "emath.sqrt", "emath.sqrt, real", "emath.log",
    "emath.log2", "emath.log10", "emath.logn", "emath.power", "emath.arcsin, real",
    "emath.arcsin", "emath.arccos", "emath.arctanh", "eig", "eig of a stack",
    "eig, no real eigenvalues", "eigvals",
}  # fmt: skip
REFUSED = [
    BY_EVERY_DERIVATIVE | {"constant[1] = y"},  # into a plain array; with a Tensor it is one too
    BY_EVERY_DERIVATIVE,
    BY_EVERY_DERIVATIVE,
]


def leaves(result: Any) -> list[Any]:
    if isinstance(result, tuple | list):
        return [leaf for part in result for leaf in leaves(part)]
    return [result]


def agree(
    function: Callable[..., Any], operands: tuple[Any, ...], rtol: float = 1e-9, atol: float = 1e-11
) -> None:
    """Compare the compiled function with the function, at two calls of the one program."""
    expected = leaves(function(*operands))
    compiled = ag.compile(function)
    for _ in range(2):
        found = leaves(compiled(*operands))
        assert len(found) == len(expected)
        for one, other in zip(found, expected, strict=True):
            assert np.shape(one) == np.shape(other)
            assert np.asarray(one).dtype == np.asarray(other).dtype
            np.testing.assert_allclose(one, other, rtol=rtol, atol=atol)


def agree_or_refuse(case: Case, order: int, function: Callable[..., Any]) -> None:
    if case.name not in REFUSED[order]:
        agree(function, case.operands)
        return
    with pytest.raises(TraceError, match=r"^compile: .*(values|a value).*\. \w"):
        ag.compile(function)(*case.operands)


def loss_of(case: Case) -> Callable[..., Any]:
    cotangent = cotangent_like(case.call(*case.operands))
    return lambda *xs: np.sum(np.real(cotangent * case.call(*xs)))


every_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)


@every_case
def test_a_compiled_case_is_the_case(case: Case) -> None:
    """Value, gradient and second derivative, in one program where none is refused."""
    places = list(range(len(case.operands)))
    gradients = ag.grad(loss_of(case), places)

    def slope(*xs: Any) -> Any:
        return sum(np.sum(np.real(g * g)) for g in gradients(*xs))

    functions = [case.call, gradients, ag.grad(slope, places)]
    if any(case.name in refused for refused in REFUSED):
        for order, function in enumerate(functions):
            agree_or_refuse(case, order, function)
    else:
        agree(lambda *xs: [function(*xs) for function in functions], case.operands)


NEVER_REFUSED = [row for row in ENTRYWISE if row.name not in BY_EVERY_DERIVATIVE]


@pytest.mark.parametrize("row", NEVER_REFUSED, ids=lambda row: row.name)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_what_goes_entry_by_entry_is_equal_to_the_last_bit(row: Entrywise, dtype: Any) -> None:
    """With the passes left out that may round otherwise; the gradients come entry by entry too."""
    operands = row.operands(*[(3, 5)] * len(row.intervals), dtype=dtype)
    gradients = ag.vjp(row.call, *operands)[1]
    found = ag.compile(row.call, without=("algebraic",))(*operands)
    np.testing.assert_array_equal(found, row.call(*operands))
    pull = ag.compile(lambda g, *xs: ag.vjp(row.call, *xs)[1](g), without=("algebraic",))
    cotangent = np.full(np.shape(found), 1.25, np.asarray(found).dtype)
    for one, other in zip(
        leaves(pull(cotangent, *operands)), leaves(gradients(cotangent)), strict=True
    ):
        np.testing.assert_array_equal(one, other)


def test_the_refused_cases_are_in_the_table() -> None:
    names = {case.name for case in CASES}
    for refused in REFUSED:
        assert refused <= names
