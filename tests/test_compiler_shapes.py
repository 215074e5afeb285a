"""`result_of` says of every function what NumPy would return: shapes, dtypes, weak numbers."""

from collections.abc import Callable
from typing import Any

import hypothesis.extra.numpy as npst
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd_lite.compiler.program import Value
from autograd_lite.compiler.shapes import result_of
from autograd_lite.core.backward import all_dead, dead
from autograd_lite.errors import TraceError
from autograd_lite.ops.convolution import convolved, correlated, spread_out
from autograd_lite.ops.indexing import add_at, put_at, stays
from autograd_lite.ops.sliding import Sliding

DTYPES = [np.float32, np.float64, np.float16, np.complex64, np.complex128, np.int64, np.int32, bool]
UFUNCS = [
    np.add, np.multiply, np.divide, np.power, np.maximum, np.arctan2, np.less, np.equal,
    np.floor_divide, np.logical_and, np.hypot, np.subtract,
]  # fmt: skip
UNARY = [np.exp, np.sin, np.absolute, np.negative, np.isfinite, np.sign, np.floor, np.square,
         np.conjugate, np.logical_not, np.sqrt]  # fmt: skip


def known(x: Any) -> Any:
    """The value that stands for an array or a Python number."""
    if isinstance(x, np.ndarray):
        return Value(x.shape, x.dtype)
    if type(x) in (float, complex):  # whole numbers are known when a function is recorded
        return Value((), np.asarray(x).dtype, type(x))
    return type(x)(known(part) for part in x) if isinstance(x, list | tuple) else x


def agrees(function: Any, *args: Any, **kwargs: Any) -> None:
    """Both return the same shapes and dtypes, or both refuse."""
    try:
        expected = function(*args, **kwargs)
    except (TypeError, ValueError):
        with pytest.raises((TypeError, ValueError)):
            result_of(function, tuple(map(known, args)), kwargs)
        return
    compare(result_of(function, tuple(map(known, args)), kwargs), expected)


def compare(found: Any, expected: Any) -> None:
    if isinstance(expected, tuple | list):
        assert len(found) == len(expected)
        for one, other in zip(found, expected, strict=True):
            compare(one, other)
        return
    found = found if hasattr(found, "shape") else np.asarray(found)
    assert found.shape == np.shape(expected)
    assert found.dtype == np.asarray(expected).dtype


arrays = st.sampled_from(DTYPES).flatmap(
    lambda dtype: npst.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3).map(
        lambda shape: np.ones(shape, dtype)
    )
)
numbers = st.sampled_from([2.5, 1 + 2j])
shapes_of_two = npst.mutually_broadcastable_shapes(num_shapes=2, max_dims=3, min_side=0, max_side=3)


def of_dtypes(shape: tuple[int, ...]) -> Any:
    return st.sampled_from(DTYPES).map(lambda dtype: np.ones(shape, dtype))


pairs = shapes_of_two.flatmap(lambda two: st.tuples(*map(of_dtypes, two.input_shapes)))


@given(st.sampled_from(UFUNCS), pairs)
def test_ufuncs_of_arrays(ufunc: Any, operands: tuple[Any, Any]) -> None:
    agrees(ufunc, *operands)


@given(st.sampled_from(UFUNCS), arrays, numbers, st.booleans())
def test_numbers_are_weak(ufunc: Any, x: Any, number: Any, swapped: bool) -> None:
    agrees(ufunc, *((number, x) if swapped else (x, number)))


@given(st.sampled_from(UNARY), arrays)
def test_ufuncs_of_one_array(ufunc: Any, x: Any) -> None:
    agrees(ufunc, x)


@given(st.sampled_from([np.add, np.multiply, np.maximum, np.logical_or]), arrays, st.data())
def test_reductions(ufunc: Any, x: Any, data: st.DataObject) -> None:
    axes = st.none() | st.integers(-x.ndim - 1, x.ndim)
    keywords = {"axis": data.draw(axes), "keepdims": data.draw(st.booleans())}
    if ufunc is np.maximum and x.size == 0:
        keywords["initial"] = 0
    agrees(ufunc.reduce, x, **keywords)


@given(st.sampled_from([np.add, np.multiply]), arrays, st.integers(-3, 2))
def test_accumulations(ufunc: Any, x: Any, axis: int) -> None:
    agrees(ufunc.accumulate, x, axis=axis)


@given(pairs, st.data())
def test_where(branches: tuple[Any, Any], data: st.DataObject) -> None:
    x, y = branches
    y = data.draw(st.sampled_from([y, 0.5, 1]))
    agrees(np.where, np.ones(np.shape(x), bool), x, y)


@given(arrays, st.sampled_from([(-1,), (2, -1), (1, 1, 1), (3,), (0, 2), (-1, 1), (-2,)]))
def test_reshapes(x: Any, shape: tuple[int, ...]) -> None:
    agrees(np.reshape, x, shape)


@given(st.lists(arrays, min_size=1, max_size=3), st.none() | st.integers(-2, 2))
def test_concatenations(parts: list[Any], axis: int | None) -> None:
    agrees(np.concatenate, parts, axis=axis)


@given(arrays, arrays)
def test_products_of_matrices(x: Any, y: Any) -> None:
    agrees(np.matmul, x, y)


M = np.eye(3) + 0.1
CUBE = np.ones((2, 3, 4), np.float32)
TABLE: dict[str, tuple[Any, ...]] = {
    "transpose": (np.transpose, CUBE, (2, 0, 1)),
    "take": (np.take, CUBE, np.zeros((2, 2), int), 1),
    "take, flat": (np.take, CUBE, np.zeros(5, int)),
    "argsort": (np.argsort, CUBE, 1),
    "argsort, flat": (np.argsort, CUBE, None),
    "argmax": (np.argmax, CUBE, -1),
    "argmin, all": (np.argmin, CUBE),
    "argmax of none": (np.argmax, np.ones((2, 0)), 1),
    "full": (np.full, (2, 3), 1, np.dtype(np.float32)),
    "sort": (np.sort, CUBE),
    "einsum": (np.einsum, "abc,bd->cda", CUBE, M),
    "inv": (np.linalg.inv, M),
    "svd": (np.linalg.svd, M),
    "qr": (np.linalg.qr, np.ones((4, 2))),
    "solve": (np.linalg.solve, M, np.ones((3, 2))),
    "cholesky": (np.linalg.cholesky, M),
    "tensorsolve": (np.linalg.tensorsolve, np.eye(4).reshape(2, 2, 4) + 0.1, np.ones((2, 2))),
    "cov": (np.cov, M, None, True, False, None, np.array([1, 2, 1])),
    "median": (np.median, CUBE, 0),
    "quantile": (np.quantile, CUBE, np.array([0.1, 0.5]), 1),
    "pad": (np.pad, CUBE, ((1, 1), (0, 0), (0, 2))),
    "roll": (np.roll, CUBE, 1, 0),
    "repeat": (np.repeat, CUBE, [1, 2, 0], 1),
    "split": (np.split, CUBE, 2, 2),
    "interp": (np.interp, M, np.arange(3.0), np.arange(3.0)),
    "searchsorted": (np.searchsorted, np.arange(3.0), M),
    "choose": (np.choose, np.array([0, 1, 1]), [np.ones(3), np.ones((2, 1))]),
    "isin": (np.isin, M, np.array([1.0])),
    "array_equal": (np.array_equal, M, M),
    "lstsq": (np.linalg.lstsq, np.vander(np.arange(4.0), 2), np.ones(4)),
    "eigh": (np.linalg.eigh, M),
    "dead": (dead, np.ones((3, 1)), CUBE[0]),
    "all_dead": (all_dead, CUBE, (0, 2)),
    "add_at": (add_at, np.ones((2, 3)), (np.array([0, 0]),), (4, 3)),
    "put_at": (put_at, np.ones(3), 1.0, slice(0, 2), (2, 3), np.dtype(np.float32)),
    "stays": (stays, (3,), (5,), np.array([1, 2, 1])),
}  # fmt: skip


@pytest.mark.parametrize("call", TABLE.values(), ids=TABLE)
def test_functions(call: tuple[Any, ...]) -> None:
    agrees(*call)


SLIDING = Sliding((5, 4), (3, 2), (2, 1), ((1, 0), (0, 2)), (1, 2))


@pytest.mark.parametrize("bias", [None, np.ones(6)])
def test_convolutions(bias: Any) -> None:
    x, weight = np.ones((2, 4, 5, 4), np.float32), np.ones((6, 2, 3, 2), np.float32)
    agrees(convolved, x, weight, bias, SLIDING, 2)
    y = convolved(x, weight, bias, SLIDING, 2)
    agrees(spread_out, y, weight, SLIDING, 2)
    agrees(correlated, x, y, SLIDING, 2)


REFUSED: dict[str, tuple[Callable[..., Any], tuple[Any, ...]]] = {
    "nonzero": (np.nonzero, (M,)),
    "unique": (np.unique, (M,)),
    "where": (np.where, (M,)),
    "repeat": (np.repeat, (np.ones(3), np.array([1, 2, 3]))),
    "tile": (np.tile, (M, np.array(2))),
    "compress": (np.compress, (np.array([True, False, True]), M)),
    "bincount": (np.bincount, (np.array([1, 2]),)),
    "eig": (np.linalg.eig, (M,)),
}


@pytest.mark.parametrize(("function", "args"), REFUSED.values(), ids=REFUSED)
def test_what_values_decide_is_refused(function: Any, args: tuple[Any, ...]) -> None:
    with pytest.raises(TraceError, match=r"compile: .* depends on .*values.*\. \w"):
        result_of(function, tuple(map(known, args)), {})


@pytest.mark.parametrize(
    ("shape", "indices", "axis"),
    [((4, 3), (4, 1), -1), ((4, 3), (1, 2), 1), ((4, 3), (2, 3), 0), ((2, 1, 5), (2, 3, 2), 2),
     ((4, 3), (7,), None), ((0, 3), (0, 2), 1)],
)  # fmt: skip
def test_entries_along_an_axis(shape: Any, indices: Any, axis: Any) -> None:
    x, places = Value(shape, np.dtype(np.float32)), Value(indices, np.dtype(np.int64))
    found = result_of(np.take_along_axis, (x, places, axis), {})
    expected = np.take_along_axis(np.ones(shape, np.float32), np.zeros(indices, int), axis)
    assert (found.shape, found.dtype) == (expected.shape, expected.dtype)


def test_places_along_an_axis_that_do_not_fit() -> None:
    x = Value((4, 3), np.dtype(float))
    for places, axis in ((Value((4,), np.dtype(int)), 1), (Value((3, 1), np.dtype(int)), 1)):
        with pytest.raises(ValueError, match=r"axes|broadcast"):
            result_of(np.take_along_axis, (x, places, axis), {})
    with pytest.raises(IndexError, match="integers"):
        result_of(np.take_along_axis, (x, Value((4, 1), np.dtype(float)), 1), {})
