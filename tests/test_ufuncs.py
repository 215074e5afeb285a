"""NumPy's ufuncs, all of them: what each is on tensors, its keywords, its methods, its dtypes."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from oracles import (
    check_directions,
    check_first_order,
    check_second_order,
    cotangent_like,
    gradients,
)

import autograd_lite as ag
from autograd_lite.errors import ImmutableError, NotDifferentiableError

# Every ufunc is in one of these; a new one of a later NumPy makes the first test fail.
DIFFERENTIABLE = {
    "absolute", "add", "arccos", "arccosh", "arcsin", "arcsinh", "arctan", "arctan2", "arctanh",
    "cbrt", "conjugate", "copysign", "cos", "cosh", "deg2rad", "degrees", "divide", "divmod", "exp",
    "exp2", "expm1", "fabs", "float_power", "fmax", "fmin", "fmod", "frexp", "hypot", "ldexp",
    "log", "log10", "log1p", "log2", "logaddexp", "logaddexp2", "matmul", "matvec", "maximum",
    "minimum", "modf", "multiply", "negative", "positive", "power", "rad2deg", "radians",
    "reciprocal", "remainder", "sin", "sinh", "sqrt", "square", "subtract", "tan", "tanh",
    "vecdot", "vecmat",
}  # fmt: skip
CONSTANT = {
    "ceil", "equal", "floor", "floor_divide", "greater", "greater_equal", "heaviside", "isfinite",
    "isinf", "isnan", "less", "less_equal", "logical_and", "logical_not", "logical_or",
    "logical_xor", "nextafter", "not_equal", "rint", "sign", "signbit", "spacing", "trunc",
}  # fmt: skip
REFUSED = {
    "bitwise_and", "bitwise_count", "bitwise_or", "bitwise_xor", "gcd", "invert", "isnat", "lcm",
    "left_shift", "right_shift",
}  # fmt: skip
UFUNCS: list[Any] = list(dict.fromkeys(f for f in vars(np).values() if isinstance(f, np.ufunc)))
every_ufunc = pytest.mark.parametrize("ufunc", UFUNCS, ids=lambda ufunc: ufunc.__name__)

X = np.array([[0.3, 0.7, 0.55], [0.2, 0.9, 0.4], [0.6, 0.1, 0.8]])
FIRST = {"arccosh": X + 1}
SECOND: dict[str, Any] = {"ldexp": np.array([2, -1, 0])}
MASK = np.array([[True, False, True], [False, False, True], [True, True, False]])


def operands_of(ufunc: Any) -> list[Any]:
    name = ufunc.__name__
    return [FIRST.get(name, X), SECOND.get(name, X + 0.25)][: ufunc.nin]


def as_tensors(ufunc: Any, operands: list[Any]) -> list[Any]:
    return [ag.Tensor(x) if x.dtype.kind == "f" else x for x in operands]


def first(result: Any) -> Any:
    return result[0] if isinstance(result, tuple) else result


def test_every_ufunc_is_accounted_for() -> None:
    names = {ufunc.__name__ for ufunc in UFUNCS}
    assert names <= DIFFERENTIABLE | CONSTANT | REFUSED
    assert not (DIFFERENTIABLE & CONSTANT or DIFFERENTIABLE & REFUSED or CONSTANT & REFUSED)


@every_ufunc
def test_every_ufunc_is_what_it_is_said_to_be(ufunc: Any) -> None:
    operands = operands_of(ufunc)
    tensors = as_tensors(ufunc, operands)
    if ufunc.__name__ in REFUSED:
        with pytest.raises(NotDifferentiableError, match=rf"np\.{ufunc.__name__} has no gradient"):
            ufunc(*tensors)
        return
    found, expected = ufunc(*tensors), ufunc(*operands)
    if ufunc.__name__ in CONSTANT:
        assert type(found) is np.ndarray
        np.testing.assert_array_equal(found, expected)
        return
    if isinstance(expected, tuple):
        number = 0 if ufunc.__name__ != "divmod" else 1
        np.testing.assert_array_equal(found[1 - number], expected[1 - number])
        assert type(found[1 - number]) is np.ndarray
        found, expected = found[number], expected[number]
    np.testing.assert_allclose(found.numpy(), expected, rtol=1e-15)
    assert found.dtype == expected.dtype
    found.backward(np.ones(found.shape))
    assert all(np.isfinite(t.grad).all() for t in tensors if isinstance(t, ag.Tensor))


def test_numpys_second_names_are_the_same_objects() -> None:
    for name, other in [("abs", "absolute"), ("acos", "arccos"), ("asin", "arcsin"),
                        ("atan", "arctan"), ("acosh", "arccosh"), ("asinh", "arcsinh"),
                        ("atanh", "arctanh"), ("atan2", "arctan2"), ("pow", "power"),
                        ("conj", "conjugate"), ("mod", "remainder")]:  # fmt: skip
        assert getattr(np, name) is getattr(np, other)


# Keywords of a call


MASKED = [f for f in UFUNCS if f.__name__ in DIFFERENTIABLE | CONSTANT and f.signature is None]


@pytest.mark.parametrize("ufunc", MASKED, ids=lambda ufunc: ufunc.__name__)
def test_where_computes_as_numpy_and_gives_0_elsewhere(ufunc: Any) -> None:
    operands = operands_of(ufunc)
    found = ufunc(*as_tensors(ufunc, operands), where=MASK)
    plain = ufunc(*operands)
    for one, other in zip(
        found if isinstance(found, tuple) else (found,),
        plain if isinstance(plain, tuple) else (plain,), strict=True,
    ):  # fmt: skip
        assert one.dtype == other.dtype
        value = one.numpy() if isinstance(one, ag.Tensor) else one
        np.testing.assert_allclose(value, np.where(MASK, other, 0), rtol=1e-15)


SINGULAR: list[tuple[Callable[..., Any], list[float]]] = [
    (np.log, [0.0]), (np.log2, [-1.0]), (np.log1p, [-1.0]), (np.sqrt, [-1.0]), (np.sqrt, [0.0]),
    (np.cbrt, [0.0]), (np.reciprocal, [0.0]), (np.divide, [1.0, 0.0]), (np.divide, [0.0, 0.0]),
    (np.power, [-1.0, 0.5]), (np.power, [0.0, -1.0]), (np.arcsin, [2.0]), (np.arccos, [1.0]),
    (np.arctanh, [1.0]), (np.arccosh, [0.0]), (np.exp, [1000.0]), (np.tan, [np.inf]),
    (np.remainder, [1.0, 0.0]), (np.fmod, [np.inf, 1.0]), (np.multiply, [np.nan, 1.0]),
    (np.add, [np.inf, -np.inf]),
]  # fmt: skip


@pytest.mark.parametrize(("ufunc", "point"), SINGULAR, ids=str)
def test_a_masked_entry_may_be_singular(ufunc: Any, point: list[float]) -> None:
    """No warning, and no trace of it in any derivative of any order."""
    regular = 1.5 if ufunc is np.arccosh else 0.5
    operands = [np.array([regular, x, regular]) for x in point]
    mask, places = np.array([True, False, True]), list(range(len(point)))

    def call(*xs: Any) -> Any:
        return np.sum(np.sin(ufunc(*xs, where=mask)))

    def slope(*xs: Any) -> Any:
        return sum((np.sum(g) for g in ag.grad(call, argnums=places)(*xs)), start=0.0)

    assert np.isfinite(call(*map(ag.Tensor, operands)).item())
    for found in (
        *ag.grad(call, argnums=places)(*operands),
        *ag.grad(slope, argnums=places)(*operands),
    ):
        assert np.isfinite(found).all()
        assert found[1] == 0
    tangent = ag.jvp(call, operands, [np.ones(3)] * len(point))[1]
    assert np.isfinite(tangent)


def test_where_broadcasts_with_the_operands() -> None:
    t = ag.Tensor([1.0, 2.0, 3.0])
    out = np.sqrt(t, where=np.array([[True], [False]]))
    np.testing.assert_allclose(out.numpy(), [np.sqrt([1.0, 2.0, 3.0]), [0, 0, 0]])
    out.sum().backward()
    np.testing.assert_allclose(t.grad, 0.5 / np.sqrt([1.0, 2.0, 3.0]))
    assert np.multiply(t, 2.0, where=[True, False, True]).tolist() == [2, 0, 6]
    small = ag.Tensor(np.float32([1, 2]))
    assert np.multiply(small, 2.0, where=[True, False]).dtype == np.float32
    assert np.multiply(small, np.array([True, False]), where=[True, False]).dtype == np.float32


def test_where_takes_booleans_only() -> None:
    with pytest.raises(TypeError, match="mask of booleans, not float64"):
        np.log(ag.Tensor([1.0, 2.0]), where=np.ones(2))


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.longdouble, np.complex128])
@pytest.mark.parametrize("ufunc", [np.add, np.exp, np.hypot, np.power, np.ldexp, np.less], ids=str)
def test_dtype_is_that_of_numpy(ufunc: Any, dtype: Any) -> None:
    for start in (np.float32, np.float64):
        operands = [x.astype(start) if x.dtype.kind == "f" else x for x in operands_of(ufunc)]
        tensors = as_tensors(ufunc, operands)
        try:
            expected = ufunc(*operands, dtype=dtype)
        except TypeError:
            with pytest.raises(TypeError):
                ufunc(*tensors, dtype=dtype)
            continue
        found = ufunc(*tensors, dtype=dtype)
        assert found.dtype == expected.dtype
        value = found.numpy() if isinstance(found, ag.Tensor) else found
        np.testing.assert_allclose(value, expected, rtol=1e-6)
        if isinstance(found, ag.Tensor):
            np.sum(np.real(found)).backward()
            assert tensors[0].grad.dtype == start


def test_an_integer_dtype_fails_as_in_numpy() -> None:
    with pytest.raises(TypeError, match="Cannot cast ufunc 'add'"):
        np.add(ag.Tensor(1.0), 1, dtype=int)


def test_defaults_of_the_keywords_may_be_spelled_out() -> None:
    t = ag.Tensor([1.0, 2.0])
    out = np.add(
        t, 1, out=None, where=True, casting="same_kind", order="K", dtype=None, subok=True
    )  # fmt: skip
    assert out.requires_grad
    assert np.less(t, 2, dtype=bool).tolist() == [True, False]


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda t: np.add(t, 1, casting="unsafe"), "np.add: the argument casting= has no gradient"),
        (lambda t: np.exp(t, order="F"), "np.exp: the argument order= has no gradient rule here"),
        (lambda t: np.add(t, 1, signature="dd->d"), "np.add: the argument signature="),
        (lambda t: np.exp(t, subok=False), "np.exp: the argument subok="),
        (lambda t: np.bitwise_and(t, 1, where=True), "np.bitwise_and has no gradient rule here"),
        (lambda t: np.clip(t, 0, 1, where=[True]), "clip: the argument where= has no gradient"),
        (lambda t: np.nan_to_num(t, copy=False), "nan_to_num: copy=False writes into its operand"),
        (lambda t: np.subtract.accumulate(t), "np.subtract.accumulate has no gradient rule here"),
        (lambda t: np.hypot.reduce(t), "np.hypot.reduce has no gradient rule here"),
        (lambda t: np.divide.reduceat(t, [0]), "np.divide.reduceat has no gradient rule here"),
        (lambda t: np.logical_or.reduce(t), "np.logical_or.reduce has no gradient rule here"),
        (lambda t: np.divmod.outer(t, t), "np.divmod.outer has no gradient rule here"),
        (lambda t: np.gcd.outer(t, t), "np.gcd.outer has no gradient rule here"),
        (lambda t: np.add.reduce(t, dtype=int), "dtype=int64 would lose the gradient"),
    ],
)
def test_what_has_no_meaning_is_refused_by_name(call: Callable[..., Any], text: str) -> None:
    with pytest.raises(NotDifferentiableError) as error:
        call(ag.Tensor([1.0, 2.0, 3.0]))
    assert text in str(error.value)


@pytest.mark.parametrize(
    "call",
    [
        lambda t: np.add(t, 1, out=np.zeros(3)),
        lambda t: np.add.reduce(t, out=np.zeros(())),
        lambda t: np.add.accumulate(t, out=np.zeros(3)),
        lambda t: np.multiply.outer(t, t, out=np.zeros((3, 3))),
        lambda t: np.modf(t, np.zeros(3), np.zeros(3)),
        lambda t: np.floor(t, out=np.zeros(3)),
        lambda t: np.add(np.ones(3), 1, out=t),
    ],
)
def test_results_are_not_written_into_arrays(call: Callable[..., Any]) -> None:
    t = ag.Tensor([1.0, 2.0, 3.0])
    with pytest.raises(ImmutableError, match="cannot be written into an existing array"):
        call(t)
    assert t.tolist() == [1, 2, 3]


@pytest.mark.parametrize(
    "call",
    [
        lambda x, y: np.matmul(x, y, axes=[(-1, -2), (0, 1), (0, 1)]),
        lambda x, y: np.matmul(x, y[0], axes=[(0, 1), 0, 0]),
        lambda x, y: np.vecdot(x, y, axis=0),
        lambda x, y: np.vecdot(x, y, axis=0, keepdims=True),
        lambda x, y: np.vecdot(x, y, axes=[0, 1]),
        lambda x, y: np.vecdot(x, y),
    ],
)
def test_products_along_other_axes(call: Callable[..., Any]) -> None:
    operands = [X, X[::-1] * 2]
    np.testing.assert_allclose(call(*map(ag.Tensor, operands)).numpy(), call(*operands))
    check_first_order(call, operands)
    check_directions(call, operands)


def test_axis_is_for_vectors_only() -> None:
    for keyword in ({"axis": 0}, {"keepdims": True}):
        with pytest.raises(TypeError, match=r"np\.matmul: axis= and keepdims= are for np\.vecdot"):
            np.matmul(ag.Tensor(X), X, **keyword)  # type: ignore[call-overload]


# Methods


REDUCIBLE: list[Any] = [
    np.add, np.multiply, np.maximum, np.minimum, np.fmax, np.fmin, np.logaddexp, np.logaddexp2,
]  # fmt: skip
shapes = hnp.array_shapes(min_dims=1, max_dims=3, min_side=1, max_side=4)


def distinct(shape: tuple[int, ...], seed: int) -> Any:
    size = int(np.prod(shape))
    return np.random.default_rng(seed).permutation(size).reshape(shape) * 0.37 - 1.1


@given(
    ufunc=st.sampled_from(REDUCIBLE), shape=shapes, data=st.data(), keepdims=st.booleans(),
    seed=st.integers(0, 99), masks=st.booleans(), starts=st.booleans(),
)  # fmt: skip
def test_any_reduce(
    ufunc: Any, shape: Any, data: st.DataObject, keepdims: bool, seed: int, masks: bool,
    starts: bool,
) -> None:  # fmt: skip
    axis = data.draw(st.none() | hnp.valid_tuple_axes(len(shape), min_size=1))
    if ufunc in (np.logaddexp, np.logaddexp2, np.fmax, np.fmin):
        axis = data.draw(st.integers(-len(shape), len(shape) - 1))
    keywords: dict[str, Any] = {"axis": axis, "keepdims": keepdims}
    if starts or (masks and ufunc not in (np.add, np.multiply)):
        keywords["initial"] = 0.613
    if masks:
        keywords["where"] = data.draw(hnp.arrays(bool, shape))
    x = distinct(shape, seed)
    found, expected = ufunc.reduce(ag.Tensor(x), **keywords), ufunc.reduce(x, **keywords)
    np.testing.assert_allclose(found.numpy(), expected, rtol=1e-13)
    check_first_order(lambda t: ufunc.reduce(t, **keywords), [x])
    check_directions(lambda t: ufunc.reduce(t, **keywords), [x])


@given(ufunc=st.sampled_from(REDUCIBLE), shape=shapes, data=st.data(), seed=st.integers(0, 99))
def test_any_accumulate_and_reduceat(
    ufunc: Any, shape: Any, data: st.DataObject, seed: int
) -> None:
    axis = data.draw(st.integers(-len(shape), len(shape) - 1))
    indices = data.draw(st.lists(st.integers(0, shape[axis] - 1), max_size=4))
    x = distinct(shape, seed)
    for call in (
        lambda t: ufunc.accumulate(t, axis=axis),
        lambda t: ufunc.reduceat(t, np.array(indices, int), axis=axis),
    ):
        np.testing.assert_allclose(call(ag.Tensor(x)).numpy(), call(x), rtol=1e-13)
        check_first_order(call, [x])
        check_directions(call, [x])


PAIRS: list[Any] = [np.add, np.subtract, np.multiply, np.divide, np.hypot, np.fmax, np.copysign]


@given(
    ufunc=st.sampled_from(PAIRS), seed=st.integers(0, 99),
    indices=st.lists(st.integers(-4, 3), max_size=7), tail=st.sampled_from([(), (2,)]),
)  # fmt: skip
def test_any_at(ufunc: Any, seed: int, indices: list[int], tail: tuple[int, ...]) -> None:
    """As NumPy does it in place, with as many repetitions as may be."""
    index = np.array(indices, int)
    rng = np.random.default_rng(seed)
    x, y = rng.uniform(0.5, 2, (4, *tail)), rng.uniform(0.5, 2, (len(indices), *tail))

    def written(x: Any, y: Any) -> Any:
        copy = x.copy()
        ufunc.at(copy, index, y)
        return copy

    found = written(ag.Tensor(x), ag.Tensor(y))
    np.testing.assert_allclose(found.numpy(), written(x, y), rtol=1e-14)
    check_first_order(written, [x, y])
    check_second_order(written, [x, y])


def test_at_rebinds_the_name_and_leaves_others() -> None:
    leaf = ag.Tensor([1.0, 2.0, 3.0])
    t = leaf * 2
    before = t.value
    other = t.copy()
    assert np.add.at(t, (np.array([0, 0]),), ag.Tensor([5.0, 7.0])) is None  # type: ignore[func-returns-value]
    assert (t.tolist(), other.tolist(), before.tolist()) == ([14, 4, 6], [2, 4, 6], [2, 4, 6])
    with pytest.raises(ImmutableError, match="writing into the leaf"):
        np.add.at(leaf, [0], 1.0)
    assert leaf.tolist() == [1, 2, 3]
    with ag.no_grad():
        np.multiply.at(leaf, [0, 0], 3.0)
    assert leaf.tolist() == [9, 2, 3]
    assert leaf.requires_grad


def test_at_does_not_write_tensors_into_arrays() -> None:
    array = np.zeros(3)
    with pytest.raises(ImmutableError, match=r"np\.add\.at writes into a plain array"):
        np.add.at(array, [0, 1], ag.Tensor([1.0, 2.0]))
    assert not array.any()


def test_reduceat_says_what_numpy_says_about_its_indices() -> None:
    with pytest.raises(IndexError, match="out-of-bounds"):
        np.add.reduceat(ag.Tensor([1.0, 2.0]), [0, 2])


def test_reductions_of_nothing() -> None:
    empty = ag.Tensor(np.zeros((0, 2)))
    assert np.add.reduce(empty).tolist() == [0, 0]
    assert np.logaddexp.reduce(empty).tolist() == [-np.inf, -np.inf]
    for ufunc in (np.maximum, np.fmin):
        with pytest.raises(ValueError, match="zero-size"):
            ufunc.reduce(empty)
    with pytest.raises(TypeError, match="no axis in a scalar"):
        np.add.accumulate(ag.Tensor(1.0))


def test_a_long_running_sum_of_exponentials_does_not_overflow() -> None:
    x = np.linspace(-900, 900, 300)
    out = np.logaddexp.accumulate(ag.Tensor(x))
    np.testing.assert_allclose(out.numpy(), np.logaddexp.accumulate(x), rtol=1e-13)
    (gradient,) = gradients(np.logaddexp.accumulate, [x], np.eye(300)[-1])
    np.testing.assert_allclose(gradient, np.exp(x - out.numpy()[-1]), rtol=1e-9, atol=1e-300)


# Dtypes


OTHERS: list[Any] = [
    True, 2, 1.5, np.float16(1.5), np.float32(1.5), np.float64(1.5), np.longdouble(1.5), np.int8(2),
    np.int64(2), np.bool_(True), [1, 2], (0.5, 1.5), [True, True], np.array([1, 2]),
    np.array([1, 2], np.int8), np.array([True, True]), np.array([1, 2], np.uint64),
    np.float16([1, 2]), np.float32([1, 2]), np.float64([1, 2]), np.longdouble([1, 2]),
    np.array(2.0), np.array(2),
]  # fmt: skip
COMPLEX: list[Any] = [1j, np.complex64(1j), np.complex64([1, 2j]), np.complex128([1, 2j])]


def described(thing: Any) -> str:
    return f"{type(thing).__name__} {getattr(thing, 'dtype', '')} {np.shape(thing)}"


@pytest.mark.parametrize("other", OTHERS + COMPLEX, ids=described)
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.longdouble])
@pytest.mark.parametrize(
    "ufunc",
    [np.add, np.subtract, np.multiply, np.divide, np.power, np.maximum, np.fmin, np.hypot,
     np.arctan2, np.remainder, np.fmod, np.logaddexp, np.copysign, np.float_power],
    ids=lambda ufunc: ufunc.__name__,
)  # fmt: skip
def test_promotion_is_that_of_numpy(ufunc: Any, dtype: Any, other: Any) -> None:
    x = np.array([1.25, 2.5], dtype)
    for forward in (True, False):
        pair = (x, other) if forward else (other, x)
        try:
            expected = ufunc(*pair)
        except TypeError:
            with pytest.raises(TypeError):
                ufunc(*(ag.Tensor(v) if v is x else v for v in pair))
            continue
        t = ag.Tensor(x)
        out = ufunc(*(t if v is x else v for v in pair))
        np.testing.assert_array_equal(out.numpy(), expected, strict=True)
        out.backward(np.ones(out.shape, out.dtype))
        assert t.grad.dtype == x.dtype
        assert t.grad.shape == x.shape
        assert np.isfinite(t.grad).all()


@pytest.mark.parametrize("other", OTHERS, ids=described)
def test_operators_promote_as_numpy_does(other: Any) -> None:
    x = np.array([1.25, 2.5], np.float32)
    for call in (
        lambda a, b: a + b, lambda a, b: a - b, lambda a, b: a * b, lambda a, b: a / b,
        lambda a, b: a**b, lambda a, b: a % b,
    ):  # fmt: skip
        np.testing.assert_array_equal(
            call(ag.Tensor(x), other).numpy(), call(x, other), strict=True
        )
        np.testing.assert_array_equal(
            call(other, ag.Tensor(x)).numpy(), call(other, x), strict=True
        )


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.longdouble])
@pytest.mark.parametrize(
    "ufunc", [f for f in MASKED if f.__name__ in DIFFERENTIABLE], ids=lambda ufunc: ufunc.__name__
)
def test_gradients_keep_the_dtype(ufunc: Any, dtype: Any) -> None:
    operands = [x.astype(dtype) if x.dtype.kind == "f" else x for x in operands_of(ufunc)]
    tensors = as_tensors(ufunc, operands)
    out, plain = ufunc(*tensors), ufunc(*operands)
    out, plain = (out[1], plain[1]) if ufunc is np.divmod else (first(out), first(plain))
    assert out.dtype == plain.dtype
    cotangent = cotangent_like(plain)
    out.backward(cotangent)
    wide = [x.astype(float) if x.dtype.kind == "f" else x for x in operands]

    def call(*xs: Any) -> Any:
        result = ufunc(*xs, *wide[len(xs) :])
        return result[1] if ufunc is np.divmod else first(result)

    places = [x for x in wide if x.dtype.kind == "f"]
    expected = gradients(call, places, cotangent.astype(float))
    for t, gradient in zip(tensors, expected, strict=False):
        assert t.grad.dtype == dtype
        tolerance = 2e-2 if dtype == np.float16 else 1e-4
        np.testing.assert_allclose(t.grad.astype(float), gradient, rtol=tolerance, atol=tolerance)


# Accuracy


def test_sinc_is_smooth_at_0_to_any_order() -> None:
    """The even derivatives at 0 are (-1)**k pi**2k / (2k + 1), the odd ones 0."""
    for x in (0.0, 1e-300, 1e-12):
        slope = ag.grad(np.sinc)
        expected: list[float] = [0, -(np.pi**2) / 3, 0, np.pi**4 / 5, 0, -(np.pi**6) / 7]
        for derivative in expected:
            np.testing.assert_allclose(slope(x), derivative, rtol=1e-14, atol=1e-8)
            slope = ag.grad(slope)


@given(x=st.floats(-1e-3, 1e-3))
def test_the_slope_of_sinc_keeps_its_digits_near_0(x: float) -> None:
    z = np.pi * x
    expected = np.pi * (-z / 3 + z**3 / 30 - z**5 / 840)
    np.testing.assert_allclose(ag.grad(np.sinc)(x), expected, rtol=1e-14, atol=5e-324)


@given(x=st.floats(-700, 700))
def test_bessel_functions_meet_where_their_formulas_change(x: float) -> None:
    """I0'' = I0 - I0' / x, the equation that defines them."""
    value, slope, curve = np.i0(x), ag.grad(np.i0)(x), ag.grad(ag.grad(np.i0))(x)
    if abs(x) > 1e-8:
        np.testing.assert_allclose(curve, value - slope / x, rtol=1e-13)


def test_bessel_functions_where_their_formulas_change() -> None:
    for x in (np.nextafter(30.0, 0), np.nextafter(30.0, 99), -np.nextafter(30.0, 99)):
        np.testing.assert_allclose(ag.grad(np.i0)(x), np.sign(x) * 768532038938.957, rtol=1e-13)
