"""Tensor: what it holds, how it is written and read, what it refuses and in which words."""

import copy
import math
import operator
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import autograd_lite as ag
from autograd_lite.errors import (
    AutogradLiteError,
    GraphError,
    ImmutableError,
    LostGradientError,
    NotDifferentiableError,
    ShapeError,
)

# Making one


def test_a_tensor_owns_its_value() -> None:
    array = np.array([1.0, 2.0])
    t = ag.Tensor(array)
    array[0] = 7
    np.testing.assert_array_equal(t.value, [1, 2])


@pytest.mark.parametrize("value", [1, [1, 2], [[1, 2], [3, 4]], (1, 2), 1.5, [1.0, 2]])
def test_python_numbers_become_float64(value: Any) -> None:
    t = ag.Tensor(value)
    assert t.dtype == np.float64
    assert t.shape == np.shape(value)
    np.testing.assert_array_equal(t.value, value)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.longdouble, np.complex64])
def test_floating_dtypes_are_kept(dtype: Any) -> None:
    assert ag.Tensor(np.ones(2, dtype)).dtype == dtype
    assert ag.Tensor(dtype(1)).dtype == dtype


@pytest.mark.parametrize("value", [np.array([1, 2]), np.int64(3), np.array([True]), True, [True]])
def test_integers_and_booleans_stay_arrays(value: Any) -> None:
    with pytest.raises(TypeError, match=r"Keep it as an array, or convert it: \.astype\(float\)"):
        ag.Tensor(value)


@pytest.mark.parametrize("value", ["text", None, np.array(["a"]), [object()], np.datetime64("now")])
def test_other_things_are_refused(value: Any) -> None:
    with pytest.raises(TypeError, match="a Tensor holds numbers; found"):
        ag.Tensor(value)


def test_a_tensor_of_a_tensor_is_refused() -> None:
    with pytest.raises(LostGradientError, match=r"Tensor\(tensor\) would lose the gradient"):
        ag.Tensor(ag.Tensor(1.0))
    assert ag.Tensor(ag.Tensor(1.0).detach()).item() == 1


def test_a_list_of_tensors_is_refused() -> None:
    with pytest.raises(LostGradientError, match=r"np\.stack or np\.concatenate"):
        ag.Tensor([ag.Tensor(1.0), ag.Tensor(2.0)])


def test_tensors_are_not_subclassed() -> None:
    with pytest.raises(TypeError, match="cannot be subclassed"):
        type("Parameter", (ag.Tensor,), {})


def test_shape_and_size() -> None:
    t = ag.Tensor(np.ones((2, 3), np.float32), name="w")
    assert (t.shape, t.ndim, t.size, t.dtype) == ((2, 3), 2, 6, np.float32)
    assert (t.nbytes, t.itemsize, len(t), t.name) == (24, 4, 2, "w")
    with pytest.raises(TypeError, match="no dimensions"):
        len(ag.Tensor(1.0))


def test_names_can_be_given_later() -> None:
    t = ag.Tensor(1.0)
    assert t.name is None
    t.name = "rate"
    assert t.name == "rate"
    constant = t.detach()
    constant.name = "fixed"
    assert constant.name == "fixed"
    assert t.name == "rate"
    result = t * 2
    result.name = "double"
    assert result.name == "double"


# Reading


def test_value_is_read_only() -> None:
    for t in (ag.Tensor([1.0, 2.0]), ag.Tensor([1.0, 2.0]) * 2, ag.Tensor(1.0), ag.Tensor(1.0) * 2):
        assert type(t.value) is np.ndarray
        assert not t.value.flags.writeable
        with pytest.raises(ValueError, match="read-only"):
            t.value[...] = 0


def test_assigning_to_value_names_assign() -> None:
    w = ag.Tensor([1.0])
    with pytest.raises(ImmutableError, match=r"values never change in place: write t\.assign\("):
        w.value = np.zeros(1)
    with pytest.raises((ImmutableError, ValueError)):
        w.value -= 0.1
    np.testing.assert_array_equal(w.value, [1])


def test_numpy_is_a_copy() -> None:
    for t in (ag.Tensor([1.0, 2.0]), ag.Tensor([1.0, 2.0]) * 2, ag.Tensor(1.0) * 2):
        array = t.numpy()
        assert type(array) is np.ndarray
        assert array.flags.writeable
        before = t.value.copy()
        array[...] = 7
        np.testing.assert_array_equal(t.value, before)


def test_item_and_tolist() -> None:
    assert ag.Tensor([[2.5]]).item() == 2.5
    assert type((ag.Tensor(1.0) * 2).item()) is float
    assert ag.Tensor([[1.0, 2.0]]).tolist() == [[1, 2]]
    with pytest.raises(ValueError, match="size 1"):
        ag.Tensor([1.0, 2.0]).item()


def test_detach_shares_the_value_and_nothing_else() -> None:
    w = ag.Tensor([1.0, 2.0])
    d = (w * 2).detach()
    assert not d.requires_grad
    assert d.is_leaf
    np.testing.assert_array_equal(d.value, [2, 4])
    loss = np.sum(w * d)
    loss.backward()
    np.testing.assert_array_equal(w.grad, [2, 4])


def test_truth() -> None:
    assert ag.Tensor(1.0)
    assert not ag.Tensor([0.0])
    assert ag.Tensor(2.0) > 1
    with pytest.raises(ValueError, match="ambiguous"):
        bool(ag.Tensor([1.0, 2.0]))


def test_membership_and_hash() -> None:
    t, u = ag.Tensor([1.0, 2.0]), ag.Tensor([1.0, 2.0])
    assert 2.0 in t
    assert 3.0 not in t
    assert len({t, u}) == 2
    assert {t: "a"}[t] == "a"


def test_iteration() -> None:
    w = ag.Tensor([[1.0, 2.0], [3.0, 4.0]])
    rows = list(w)
    assert [row.tolist() for row in rows] == [[1, 2], [3, 4]]
    (rows[0] * rows[1]).sum().backward()
    np.testing.assert_array_equal(w.grad, [[3, 4], [1, 2]])
    a, b = ag.Tensor([1.0, 2.0])
    assert (a.item(), b.item()) == (1, 2)
    with pytest.raises(TypeError, match="cannot be iterated over"):
        iter(ag.Tensor(1.0))


# Operators

BINARY = [
    operator.add, operator.sub, operator.mul, operator.truediv, operator.mod, operator.pow,
]  # fmt: skip
PARTNERS = [
    2.0, 3, np.float64(2.5), np.array(1.5), np.array([1.5, 0.5, 2.0]), np.array([[1.5], [2.5]]),
    [1.5, 0.5, 2.0],
]  # fmt: skip


@pytest.mark.parametrize("op", BINARY)
@pytest.mark.parametrize("partner", PARTNERS, ids=repr)
def test_operators_in_both_orders(op: Callable[[Any, Any], Any], partner: Any) -> None:
    x = np.array([0.53, 1.27, 3.4])
    constant = np.asarray(partner)
    for ours, plain in (
        (lambda t: op(t, partner), lambda a: op(a, constant)),
        (lambda t: op(partner, t), lambda a: op(constant, a)),
    ):
        t = ag.Tensor(x)
        result = ours(t)
        assert type(result) is ag.Tensor
        assert result.requires_grad
        np.testing.assert_allclose(result.numpy(), plain(x), rtol=1e-15)
        result.sum().backward()
        step = 1e-6
        slope = (plain(x + step) - plain(x - step)) / (2 * step)
        expected = slope.sum(axis=tuple(range(slope.ndim - 1)))
        np.testing.assert_allclose(t.grad, expected, rtol=1e-6)


@pytest.mark.parametrize("partner", [np.ones((3, 2)), np.ones(3)], ids=["matrix", "vector"])
def test_matrix_product_in_both_orders(partner: Any) -> None:
    w = ag.Tensor(np.arange(6.0).reshape(2, 3))
    np.testing.assert_array_equal((w @ partner).numpy(), w.value @ partner)
    v = ag.Tensor(np.arange(6.0).reshape(3, 2))
    np.testing.assert_array_equal((partner.T @ v).numpy(), partner.T @ v.value)
    (partner.T @ v).sum().backward()
    np.testing.assert_array_equal(v.grad, np.ones((3, 2)) * (2 if partner.ndim == 2 else 1))
    lists = w @ partner.tolist()
    np.testing.assert_array_equal(lists.numpy(), w.value @ partner)
    lists.sum().backward()
    assert w.grad is not None


def test_unary_operators() -> None:
    t = ag.Tensor([-1.5, 2.0])
    for result, expected in ((-t, [1.5, -2]), (+t, [-1.5, 2]), (abs(t), [1.5, 2])):
        assert type(result) is ag.Tensor
        np.testing.assert_array_equal(result.numpy(), expected)


def test_floor_division_and_divmod() -> None:
    t = ag.Tensor([5.5, -5.5])
    for found, expected in ((t // 2, [2, -3]), (12 // t, [2, -3])):
        assert type(found) is np.ndarray
        np.testing.assert_array_equal(found, expected)
    quotient, rest = divmod(t, 2)
    np.testing.assert_array_equal(quotient, [2, -3])
    np.testing.assert_array_equal(rest.numpy(), [1.5, 0.5])
    quotient, rest = divmod(12, t)
    np.testing.assert_array_equal(rest.numpy(), [1, -4.5])


@pytest.mark.parametrize(
    "compare", [operator.lt, operator.le, operator.gt, operator.ge, operator.eq, operator.ne]
)
@pytest.mark.parametrize("other", [1.0, np.float64(1), np.array([1.0, 2.0]), ag.Tensor([1.0, 2.0])])
def test_comparisons_give_plain_boolean_arrays(compare: Callable[..., Any], other: Any) -> None:
    x = np.array([1.0, 0.5])
    found = compare(ag.Tensor(x), other)
    plain = other.value if isinstance(other, ag.Tensor) else other
    assert type(found) is np.ndarray
    assert found.dtype == bool
    np.testing.assert_array_equal(found, compare(x, plain))
    swapped = compare(other, ag.Tensor(x))
    assert type(swapped) is np.ndarray
    np.testing.assert_array_equal(swapped, compare(plain, x))


def test_shapes_that_do_not_fit() -> None:
    with pytest.raises(ShapeError, match=r"add: shapes \(2, 3\) and \(2,\) do not fit"):
        ag.Tensor(np.ones((2, 3))) + np.ones(2)
    x, w = np.ones((32, 784)), ag.Tensor(np.ones((256, 784)))
    with pytest.raises(ShapeError) as error:
        x @ w
    assert str(error.value) == (
        "matmul: shapes (32, 784) and (256, 784) do not fit: 784 against 256. Did you mean x @ w.T?"
    )
    with pytest.raises(ShapeError, match=r"a scalar has no axis to multiply along; use \*"):
        w @ 2.0


# In place


def test_augmented_assignment_makes_a_new_tensor() -> None:
    w = ag.Tensor([1.0, 2.0])
    t = w
    t += 1
    assert t is not w
    np.testing.assert_array_equal(w.value, [1, 2])
    t *= w
    t -= 3
    t /= 2
    np.testing.assert_array_equal(t.value, [-0.5, 1.5])
    t.sum().backward()
    np.testing.assert_array_equal(w.grad, [1.5, 2.5])


@pytest.mark.parametrize(
    ("op", "expected"),
    [
        (operator.iadd, [2.5, 4.5]),
        (operator.isub, [1.5, 3.5]),
        (operator.imul, [1, 2]),
        (operator.itruediv, [4, 8]),
        (operator.ipow, [2**0.5, 2]),
        (operator.imod, [0, 0]),
    ],
)
def test_augmented_assignment_under_no_grad_rebinds_the_value(
    op: Callable[..., Any], expected: list[float]
) -> None:
    w = ag.Tensor([2.0, 4.0])
    out = np.sum(w * w)
    held = w.value
    with ag.no_grad():
        same = op(w, 0.5)
    assert same is w
    assert w.requires_grad
    np.testing.assert_array_equal(w.value, expected)
    np.testing.assert_array_equal(held, [2, 4])
    out.backward()  # the graph of before still has the values of before
    np.testing.assert_array_equal(w.grad, [4, 8])


def test_an_update_keeps_shape_and_dtype() -> None:
    w = ag.Tensor(np.ones(2, np.float32))
    with ag.no_grad():
        w -= 0.5 * np.ones(2)
        assert w.dtype == np.float32
        with pytest.raises(ShapeError, match=r"\(2, 2\)"):
            w += np.ones((2, 2))
    np.testing.assert_array_equal(w.value, [0.5, 0.5])


def test_augmented_assignment_of_an_array_by_a_tensor_is_refused() -> None:
    array = np.ones(2)
    with pytest.raises(ImmutableError) as error:
        array += ag.Tensor([1.0, 2.0])
    text = str(error.value)
    assert "cannot be written into an existing array" in text
    assert "`array += tensor`" in text
    assert "Write `array = array + tensor`" in text
    np.testing.assert_array_equal(array, [1, 1])
    with pytest.raises(ImmutableError):
        np.add(ag.Tensor(1.0), 1, out=np.zeros(()))


def test_assign() -> None:
    w = ag.Tensor(np.ones(2, np.float32), name="w")
    new = np.array([3.0, 4.0])
    assert w.assign(new) is w
    new[0] = 9
    assert w.dtype == np.float32
    np.testing.assert_array_equal(w.value, [3, 4])
    same = np.array([7.0, 8.0], np.float32)
    w.assign(same)
    same[0] = 9
    np.testing.assert_array_equal(w.value, [7, 8])
    w.assign(ag.Tensor([5.0, 6.0]))
    np.testing.assert_array_equal(w.value, [5, 6])
    with pytest.raises(ShapeError, match=r"assign: new value \(3,\), tensor \(2,\)"):
        w.assign(np.ones(3))
    with pytest.raises(GraphError, match="assign is for leaves"):
        (w * 2).assign(np.ones(2))


def test_assign_leaves_recorded_values_alone() -> None:
    w = ag.Tensor([2.0, 3.0])
    out = np.sum(w * w)
    w.assign([10.0, 10.0])
    out.backward()
    np.testing.assert_array_equal(w.grad, [4, 6])


# Writing entries


def test_writing_into_a_result_is_recorded() -> None:
    w, v = ag.Tensor([1.0, 2.0, 3.0]), ag.Tensor(10.0)
    t = w * 2
    before = t
    t[1] = v
    assert before is t
    np.testing.assert_array_equal(t.value, [2, 10, 6])
    np.sum(t * np.array([1.0, 10.0, 100.0])).backward()
    np.testing.assert_array_equal(w.grad, [2, 0, 200])
    assert v.grad == 10


def test_writing_rebinds_one_name_only() -> None:
    w = ag.Tensor(np.ones((2, 2)))
    t = w * 2
    row = t[0]
    earlier = t.sum()
    row[:] = 0
    np.testing.assert_array_equal(t.value, [[2, 2], [2, 2]])
    np.testing.assert_array_equal(row.value, [0, 0])
    t[1] = 5
    assert earlier.item() == 8
    earlier.backward()
    np.testing.assert_array_equal(w.grad, np.full((2, 2), 2.0))


def test_writing_into_a_leaf_is_refused() -> None:
    w = ag.Tensor([1.0, 2.0], name="w")
    with pytest.raises(ImmutableError) as error:
        w[0] = 3
    text = str(error.value)
    assert "the leaf tensor 'w'" in text
    assert "t.assign(new_value)" in text
    assert "no_grad()" in text
    np.testing.assert_array_equal(w.value, [1, 2])


def test_writing_into_a_leaf_under_no_grad() -> None:
    w = ag.Tensor([1.0, 2.0], name="w")
    out = np.sum(w * w)
    with ag.no_grad():
        w[0] = 3
    assert w.requires_grad
    assert w.is_leaf
    assert w.name == "w"
    np.testing.assert_array_equal(w.value, [3, 2])
    out.backward()
    np.testing.assert_array_equal(w.grad, [2, 4])


def test_writing_into_a_constant() -> None:
    buffer = ag.Tensor(np.zeros(3), name="buffer", requires_grad=False)
    buffer[0] = 1.0
    assert not buffer.requires_grad
    assert buffer.name == "buffer"
    np.testing.assert_array_equal(buffer.value, [1, 0, 0])
    v = ag.Tensor(2.0)
    buffer[1] = v
    assert buffer.requires_grad
    np.sum(buffer * np.array([1.0, 10.0, 100.0])).backward()
    assert v.grad == 10


def test_augmented_entries() -> None:
    w = ag.Tensor([1.0, 2.0])
    t = w * 1
    t[0] *= 3
    t[1] += t[0]
    np.testing.assert_array_equal(t.value, [3, 5])
    t.sum().backward()
    np.testing.assert_array_equal(w.grad, [6, 1])


def test_writing_a_value_that_does_not_fit() -> None:
    t = ag.Tensor(np.ones((2, 3))) * 1
    with pytest.raises(ValueError, match="shape"):
        t[0] = np.ones(2)
    with pytest.raises(IndexError, match="out of bounds"):
        t[5] = 1.0
    np.testing.assert_array_equal(t.value, np.ones((2, 3)))


def test_an_index_may_hold_tensors_of_masks() -> None:
    w = ag.Tensor([-1.0, 2.0, 3.0])
    picked = w[w > 0]
    np.testing.assert_array_equal(picked.numpy(), [2, 3])
    order = np.argsort(w)
    np.testing.assert_array_equal(w[order].numpy(), [-1, 2, 3])
    with pytest.raises(IndexError):
        w[5]
    with pytest.raises(IndexError):
        w[ag.Tensor(1.0)]


# Methods are NumPy's functions

METHODS: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = [
    ("sum", (), {}), ("sum", (0,), {}), ("mean", (), {"axis": 1, "keepdims": True}),
    ("prod", (1,), {}), ("max", (), {}), ("min", (), {"axis": 0}), ("var", (), {"ddof": 1}),
    ("std", (1,), {}), ("cumsum", (), {}), ("cumprod", (0,), {}), ("argmax", (), {"axis": 1}),
    ("argmin", (), {}), ("argsort", (), {}), ("all", (), {}), ("any", (), {}),
    ("nonzero", (), {}), ("clip", (0.0, 1.0), {}), ("round", (1,), {}), ("conj", (), {}),
    ("dot", (np.ones(3),), {}), ("ravel", (), {}), ("flatten", (), {}), ("squeeze", (), {}),
    ("swapaxes", (0, 1), {}), ("repeat", (2,), {"axis": 0}), ("take", ([0, 2],), {"axis": 1}),
    ("diagonal", (), {}), ("trace", (), {}), ("reshape", (3, 2), {}), ("reshape", ((3, 2),), {}),
    ("reshape", (-1,), {}), ("transpose", (), {}), ("transpose", (1, 0), {}),
    ("transpose", ((1, 0),), {}), ("astype", (np.float32,), {}), ("astype", (int,), {}),
    ("copy", (), {}), ("tolist", (), {}), ("reshape", (3, 2), {"order": "F"}),
]  # fmt: skip


@pytest.mark.parametrize(("name", "args", "kwargs"), METHODS, ids=str)
def test_methods(name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    x = np.array([[0.5, -1.25, 2.0], [3.5, 0.25, -0.75]])
    found = getattr(ag.Tensor(x), name)(*args, **kwargs)
    expected = getattr(x, name)(*args, **kwargs)
    if isinstance(found, ag.Tensor):
        assert found.requires_grad
        found = found.numpy()
        assert found.dtype == np.asarray(expected).dtype
    np.testing.assert_equal(found, expected)


def test_methods_are_documented() -> None:
    for name in {name for name, _, _ in METHODS}:
        assert getattr(ag.Tensor, name).__doc__, name


def test_properties() -> None:
    x = np.arange(12.0).reshape(2, 3, 2)
    t = ag.Tensor(x)
    for name in ("T", "mT", "real", "imag"):
        found = getattr(t, name)
        found = found.numpy() if isinstance(found, ag.Tensor) else found
        np.testing.assert_array_equal(found, getattr(x, name))


def test_copy_is_a_result_with_the_same_value() -> None:
    w = ag.Tensor([-0.0, 1.0])
    c = w.copy()
    np.testing.assert_array_equal(np.signbit(c.value), [True, False])
    c[0] = 5
    np.testing.assert_array_equal(w.value, [0, 1])
    c.sum().backward()
    np.testing.assert_array_equal(w.grad, [0, 1])


def test_astype() -> None:
    w = ag.Tensor([1.5, 2.5])
    small = w.astype(np.float32)
    assert small.dtype == np.float32
    (small * np.float32(3)).sum().backward()
    assert w.grad.dtype == np.float64
    np.testing.assert_array_equal(w.grad, [3, 3])
    whole = w.astype(int)
    assert type(whole) is np.ndarray
    np.testing.assert_array_equal(whole, [1, 2])


# Texts


@pytest.mark.parametrize(
    ("tensor", "text"),
    [
        (lambda: ag.Tensor(1.5), "Tensor(1.5)"),
        (lambda: ag.Tensor([1.0, 2.0], name="w"), "Tensor([1., 2.], name='w')"),
        (lambda: ag.Tensor(np.ones(2, np.float32)), "Tensor([1., 1.], dtype=float32)"),
        (lambda: ag.Tensor(1.0, requires_grad=False), "Tensor(1., constant)"),
        (lambda: np.exp(ag.Tensor(0.0)), "Tensor(1., from exp)"),
        (lambda: ag.Tensor(np.ones((0, 3))), "Tensor([], shape=(0, 3))"),
        (
            lambda: ag.Tensor([[1.0, 2.0], [3.0, 4.0]]),
            "Tensor([[1., 2.],\n        [3., 4.]])",
        ),
    ],
)
def test_repr(tensor: Callable[[], Any], text: str) -> None:
    assert repr(tensor()) == text


def test_formats() -> None:
    loss = ag.Tensor(2.34567) * 1
    assert f"{loss:.4f}" == "2.3457"
    assert f"{ag.Tensor([[0.5]]):5.1f}" == "  0.5"
    assert f"{loss}" == str(loss) == "2.34567"
    assert f"{ag.Tensor([1.0, 2.0])}" == "[1. 2.]"
    assert f"{loss:>10}" == "   2.34567"
    with pytest.raises((TypeError, ValueError)):
        f"{ag.Tensor([1.0, 2.0]):.2f}"


def test_rounding() -> None:
    assert round(ag.Tensor(2.6)) == 3
    assert type(round(ag.Tensor(2.6))) is int
    assert round(ag.Tensor(2.345), 1) == 2.3
    rounded = round(ag.Tensor([1.26, 2.0]), 1)
    np.testing.assert_array_equal(rounded, [1.3, 2.0])


# Copies and pickles

CARRIERS: list[Callable[[Any], Any]] = [
    copy.copy,
    copy.deepcopy,
    lambda t: pickle.loads(pickle.dumps(t)),
]


@pytest.mark.parametrize("carry", CARRIERS, ids=["copy", "deepcopy", "pickle"])
def test_copies_carry_value_name_and_requires_grad(carry: Callable[[Any], Any]) -> None:
    for requires_grad in (True, False):
        t = ag.Tensor(np.ones(2, np.float32), name="w", requires_grad=requires_grad)
        t.grad = np.ones(2, np.float32)
        twin = carry(t)
        assert (twin.name, twin.requires_grad, twin.dtype) == ("w", requires_grad, np.float32)
        assert twin.grad is None
        assert twin.is_leaf
        np.testing.assert_array_equal(twin.value, t.value)
        assert not np.shares_memory(twin.value, t.value)


@pytest.mark.parametrize("carry", CARRIERS, ids=["copy", "deepcopy", "pickle"])
def test_results_are_detached_before_they_are_copied(carry: Callable[[Any], Any]) -> None:
    result = ag.Tensor([1.0]) * 2
    with pytest.raises(GraphError, match=r"Copy t\.detach\(\) instead"):
        carry(result)
    twin = carry(result.detach())
    np.testing.assert_array_equal(twin.value, [2])
    assert not twin.requires_grad


def test_deep_copies_keep_ties() -> None:
    w = ag.Tensor([1.0])
    a, b = copy.deepcopy([w, w])
    assert a is b
    assert a is not w


# Leaving the graph by accident

CONVERSIONS: list[tuple[str, Callable[[Any], Any]]] = [
    ("np.array", np.array),
    ("np.asarray", np.asarray),
    ("np.array of a list", lambda t: np.array([t, t])),
    ("float", float),
    ("int", int),
    ("complex", complex),
    ("math.exp", math.exp),
    ("np.full", lambda t: np.full(3, t)),
    ("array method", lambda t: np.ones(()).dot(t)),
]


@pytest.mark.parametrize(("name", "convert"), CONVERSIONS, ids=[name for name, _ in CONVERSIONS])
def test_conversions_that_would_lose_a_gradient(name: str, convert: Callable[[Any], Any]) -> None:
    leaf = ag.Tensor(1.5, name="w")
    for t in (leaf, leaf * 1):
        with pytest.raises(LostGradientError, match="would lose the gradient") as error:
            convert(t)
        assert ".detach()" in str(error.value)
    convert(leaf.detach())
    with ag.no_grad():
        convert(leaf)


def test_joining_tensors_is_named() -> None:
    with pytest.raises(LostGradientError, match=r"Join tensors with np\.stack or np\.concatenate"):
        np.array([ag.Tensor(1.0), ag.Tensor(2.0)])


def test_writing_a_tensor_into_an_array() -> None:
    buffer = np.zeros(3)
    with pytest.raises((LostGradientError, ValueError)) as error:
        buffer[0] = ag.Tensor(1.0)
    causes = (error.value, error.value.__cause__)
    assert any(isinstance(cause, LostGradientError) for cause in causes)
    np.testing.assert_array_equal(buffer, [0, 0, 0])


def test_no_index() -> None:
    with pytest.raises(TypeError):
        [1, 2, 3][ag.Tensor(1.0)]  # type: ignore[call-overload]
    with pytest.raises(TypeError):
        range(ag.Tensor(3.0))  # type: ignore[call-overload]


# NumPy's protocols


def test_numpy_scalars_and_arrays_on_the_left() -> None:
    t = ag.Tensor([1.0, 2.0])
    for result in (
        np.float64(2) * t,
        np.float32(2) * t,
        np.ones(2) * t,
        np.int64(2) * t,
        np.ones((3, 2)) @ t,
        np.add(np.ones(2), t),
        np.sum(t),
        np.stack([np.ones(2), t]),
        np.where(np.array([True, False]), np.ones(2), t),
        np.einsum("i,i->", np.ones(2), t),
        np.tensordot(np.ones((2, 2)), t, axes=1),
        np.dot(a=np.ones(2), b=t),
        np.sum(a=t),
        np.sum(t, 0),
        np.sum(t, axis=None, keepdims=False),
        np.mean(t, 0, None),
        np.concatenate([t, np.ones(1)], 0),
        np.concatenate(([1.0], t)),
        np.var(t, 0, None, None, 1),
        np.clip(t, 0, 1),
        np.reshape(t, (2, 1), order="C"),
        np.broadcast_to(array=t, shape=(2, 2)),
    ):
        assert type(result) is ag.Tensor
        assert result.requires_grad


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (np.roots, "np.roots"),
        (np.poly, "np.poly"),
        (lambda t: np.polyfit(t, t, 1), "np.polyfit"),
        (lambda t: np.polydiv(t, t), "np.polydiv"),
    ],
)
def test_functions_without_a_row_are_named(call: Callable[..., Any], name: str) -> None:
    with pytest.raises(NotDifferentiableError) as error:
        call(ag.Tensor([1.0, 2.0, 3.0]))
    text = str(error.value)
    assert text.startswith(f"{name} has no gradient rule here")
    assert "autograd_lite.declare" in text
    assert ".numpy()" in text


@pytest.mark.parametrize(
    ("call", "argument"),
    [
        (lambda t: np.sum(t, dtype=int), "dtype=int"),
        (lambda t: np.mean(t, dtype=int), "dtype=int"),
        (lambda t: np.prod(t, dtype=int), "dtype=int"),
        (lambda t: np.var(t, dtype=int), "dtype=int"),
        (lambda t: np.sum(t, out=np.zeros(())), "out="),
        (lambda t: np.median(t, out=np.zeros(())), "out="),
        (lambda t: np.median(t, None, np.zeros(())), "out="),
    ],
)
def test_arguments_without_a_rule_are_named(call: Callable[..., Any], argument: str) -> None:
    with pytest.raises((NotDifferentiableError, ImmutableError), match=argument):
        call(ag.Tensor([1.0, 2.0]))


def test_defaults_of_numpy_may_be_spelled_out() -> None:
    t = ag.Tensor([1.0, 2.0])
    for result in (
        np.vstack([t, t], dtype=None),
        np.dot(np.ones(2), t, out=None),
        np.outer(np.ones(2), t, out=None),
        np.clip(t, 0, 1, out=None),
        np.ptp(t, axis=None, out=None),
        np.sum(t, axis=None, dtype=None, out=None),
        np.amax(t, axis=None, out=None),
        np.add(t, 1, out=None),
    ):
        assert result.requires_grad


def test_wrong_calls_fail_as_numpy_does() -> None:
    t = ag.Tensor(np.ones((2, 3)))
    with pytest.raises(TypeError):
        np.sum(t, axes=0)  # type: ignore[call-overload]
    with pytest.raises((np.exceptions.AxisError, ValueError, IndexError)):
        np.sum(t, axis=5)
    with pytest.raises(ValueError, match="reshape"):
        t.reshape(5)
    with pytest.raises(TypeError):
        t + "a"


def test_errors_belong_to_the_library() -> None:
    for error in (
        GraphError, ImmutableError, LostGradientError, NotDifferentiableError, ShapeError
    ):  # fmt: skip
        assert issubclass(error, AutogradLiteError)
    assert issubclass(ShapeError, ValueError)
    assert issubclass(LostGradientError, TypeError)
    assert issubclass(GraphError, RuntimeError)


# grad


def test_grad_can_be_set_and_cleared() -> None:
    w = ag.Tensor([1.0, 2.0])
    w.grad = np.array([3.0, 4.0])
    (w * 2).sum().backward()
    np.testing.assert_array_equal(w.grad, [5, 6])
    w.grad = None
    assert w.grad is None
    with pytest.raises(ShapeError, match=r"grad of shape \(3,\) for a tensor of shape \(2,\)"):
        w.grad = np.ones(3)


# Complex numbers: the gradient is the direction of steepest ascent of a real loss

COMPLEX: list[tuple[str, Callable[[Any], Any]]] = [
    ("product", lambda z: np.real(z * (1 + 2j))),
    ("square of the modulus", lambda z: np.real(z * np.conj(z))),
    ("modulus", np.abs),
    ("imaginary part", lambda z: np.imag(z * z)),
    ("exp", lambda z: np.real(np.exp(z))),
    ("quotient", lambda z: np.imag((1 + 2j) / z)),
    ("power", lambda z: np.real(z**3)),
    ("matmul", lambda z: np.real(np.stack([z, 2 * z]) @ np.array([1j, 2.0]))),
    ("to complex", lambda z: np.real(np.real(z) * (1 + 2j) * z)),
    ("sine of log", lambda z: np.real(np.sin(np.log(z)))),
    ("sqrt", lambda z: np.imag(np.sqrt(z))),
]


@pytest.mark.parametrize(("name", "loss"), COMPLEX, ids=[name for name, _ in COMPLEX])
def test_complex_gradients_point_uphill(name: str, loss: Callable[[Any], Any]) -> None:
    z, step = np.array(0.7 + 0.4j), 1e-6
    uphill = (loss(z + step) - loss(z - step)) / (2 * step) + 1j * (
        loss(z + 1j * step) - loss(z - 1j * step)
    ) / (2 * step)
    t = ag.Tensor(z)
    loss(t).backward()
    np.testing.assert_allclose(t.grad, uphill, rtol=1e-7)
    np.testing.assert_allclose(ag.grad(loss)(z), uphill, rtol=1e-7)
    direction = 0.3 - 0.8j
    slope = (loss(z + step * direction) - loss(z - step * direction)) / (2 * step)
    np.testing.assert_allclose(ag.jvp(loss, (z,), (direction,))[1], slope, rtol=1e-7)


def test_real_leaves_of_complex_losses_get_real_gradients() -> None:
    w = ag.Tensor(1.5)
    np.real(w * (1 + 2j) * (3 - 1j)).backward()
    assert w.grad.dtype == np.float64
    np.testing.assert_allclose(w.grad, 5)


# Everything at once


@given(
    x=hnp.arrays(
        np.float64, hnp.array_shapes(max_dims=3, max_side=3, min_side=0), elements=st.floats(-9, 9)
    )
)
def test_a_round_trip_through_a_tensor_changes_nothing(x: Any) -> None:
    t = ag.Tensor(x)
    np.testing.assert_array_equal(t.numpy(), x)
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(t)).numpy(), x)
    assert t.tolist() == x.tolist()
    assert repr(t).startswith("Tensor(")
