"""Shape, assembly, order and indexing: wide inputs, NumPy's errors, and what is refused."""

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from oracles import check_directions, check_first_order

import autograd_lite as ag
from autograd_lite.core.graph import topological
from autograd_lite.core.tensor import DISPATCH
from autograd_lite.errors import ImmutableError, LostGradientError, NotDifferentiableError
from autograd_lite.ops.splitting import rows


def numbers(shape: Any) -> Any:
    """Different numbers in disorder, at uneven distances."""
    places = np.arange(np.prod(shape, dtype=int))
    values = 0.37 * places - 1 + 0.05 * np.sin(7 * places)  # no two sums of a few are equal
    return np.random.default_rng(0).permutation(values).reshape(shape)


def agree(call: Callable[..., Any], *operands: Any) -> None:
    """The value is NumPy's, and both modes have the derivative of it."""
    found, expected = call(*(ag.Tensor(x) for x in operands)), call(*operands)
    assert found.dtype == expected.dtype
    assert found.shape == expected.shape
    np.testing.assert_allclose(found.numpy(), expected, rtol=1e-13, atol=1e-14)
    check_first_order(call, operands)
    check_directions(call, operands)


shapes = hnp.array_shapes(min_dims=1, max_dims=3, max_side=4)


# Padding

WITH_STATISTICS = ["maximum", "mean", "median", "minimum"]


@st.composite
def paddings(draw: st.DrawFn) -> tuple[Any, Any, dict[str, Any]]:
    """An array's shape, widths, and a mode with its keyword."""
    shape = draw(hnp.array_shapes(min_dims=1, max_dims=2, max_side=4))
    width = st.tuples(st.integers(0, 9), st.integers(0, 9))
    widths = draw(st.integers(0, 3) | width | st.tuples(*[width] * len(shape)))
    gathering = st.sampled_from(["reflect", "symmetric"])
    kind = st.sampled_from(["even", "odd"])
    length = st.none() | st.integers(1, 5) | st.tuples(st.integers(1, 5), st.integers(1, 5))
    number = st.integers(-3, 3) | st.tuples(st.floats(-3, 3), st.floats(-3, 3))
    options = draw(
        st.fixed_dictionaries({"mode": st.sampled_from(["edge", "wrap", "constant"])})
        | st.fixed_dictionaries({"mode": gathering, "reflect_type": kind})
        | st.fixed_dictionaries({"mode": st.sampled_from(WITH_STATISTICS), "stat_length": length})
        | st.fixed_dictionaries({"mode": st.just("linear_ramp"), "end_values": number})
        | st.fixed_dictionaries({"mode": st.just("constant"), "constant_values": number})
    )
    return shape, widths, options


@given(case=paddings())
def test_pad(case: tuple[Any, Any, dict[str, Any]]) -> None:
    shape, widths, options = case
    agree(lambda x: np.pad(x, widths, **options), numbers(shape))


def test_pad_by_a_dictionary_of_axes() -> None:
    x = numbers((2, 3))
    found = np.pad(ag.Tensor(x), {-1: (1, 2)}, "edge")
    np.testing.assert_array_equal(found.numpy(), np.pad(x, ((0, 0), (1, 2)), "edge"))


@pytest.mark.parametrize("mode", ["edge", "reflect", "symmetric", "wrap"])
def test_pad_takes_infinities_as_they_are(mode: str) -> None:
    x = np.array([1.0, -2.0, np.inf, 3.0, -np.inf])
    np.testing.assert_array_equal(np.pad(ag.Tensor(x), 1, mode).numpy(), np.pad(x, 1, mode))


def test_padding_by_the_opposite_takes_infinities_as_numpy_does() -> None:
    x = np.array([1.0, -2.0, 3.0, np.inf, 4.0, 5.0])
    found = np.pad(ag.Tensor(x), 3, "reflect", reflect_type="odd")
    np.testing.assert_array_equal(found.numpy(), np.pad(x, 3, "reflect", reflect_type="odd"))


@pytest.mark.parametrize(
    ("widths", "options"),
    [
        (-1, {}),
        (1, {"mode": "nonsense"}),
        (1, {"mode": "edge", "constant_values": 1}),
        (1.5, {}),
        (((1, 1), (1, 1), (1, 1)), {}),
        (1, {"mode": "mean", "end_values": 1}),
    ],
)
def test_pad_refuses_what_numpy_refuses(widths: Any, options: Any) -> None:
    with pytest.raises((ValueError, TypeError)) as numpys:
        np.pad(np.ones((2, 2)), widths, **options)
    with pytest.raises(numpys.type):
        np.pad(ag.Tensor(np.ones((2, 2))), widths, **options)


def test_pad_of_an_empty_axis() -> None:
    with pytest.raises(ValueError, match=r"pad: axis 0 is empty; mode='edge'"):
        np.pad(ag.Tensor(np.ones((0, 2))), 1, "edge")


@pytest.mark.parametrize("mode", ["empty", lambda *args: None])
def test_pad_without_a_rule(mode: Any) -> None:
    with pytest.raises(NotDifferentiableError, match=r"Use another mode, or join the pieces"):
        np.pad(ag.Tensor([1.0]), 1, mode)


# Insertion and deletion


@st.composite
def places(draw: st.DrawFn) -> tuple[Any, Any, Any]:
    """A shape, an axis or None, and places along it of any kind."""
    shape = draw(shapes)
    axis = draw(st.none() | st.integers(-len(shape), len(shape) - 1))
    n = int(np.prod(shape)) if axis is None else shape[axis]
    kinds = (
        st.integers(-n, n - 1)
        | st.lists(st.integers(-n, n - 1), max_size=4)
        | st.slices(n)
        | hnp.arrays(bool, n)
    )
    return shape, axis, draw(kinds)


@given(case=places())
def test_delete(case: tuple[Any, Any, Any]) -> None:
    shape, axis, place = case
    agree(lambda x: np.delete(x, place, axis=axis), numbers(shape))


@given(case=places())
def test_insert(case: tuple[Any, Any, Any]) -> None:
    shape, axis, place = case
    if isinstance(place, np.ndarray):
        place = np.flatnonzero(place)
    agree(lambda x, y: np.insert(x, place, y, axis=axis), numbers(shape), np.array(0.2))


def test_insert_where_a_mask_holds() -> None:
    found = np.insert(ag.Tensor([1.0, 2.0, 3.0]), np.array([True, False, True]), 7.0)
    np.testing.assert_array_equal(found.numpy(), [7, 1, 2, 7, 3])


@given(case=places(), count=st.integers(0, 3))
def test_insert_several_at_one_place(case: tuple[Any, Any, Any], count: int) -> None:
    shape, axis, place = case
    if isinstance(place, int) and axis is not None:
        axis %= len(shape)
        values = numbers((count, *shape[:axis], *shape[axis + 1 :]))
        agree(lambda x, y: np.insert(x, place, y, axis=axis), numbers(shape), values)


def test_inserting_into_integers_is_refused() -> None:
    with pytest.raises(NotDifferentiableError, match=r"array of int64.*arr\.astype\(float\)"):
        np.insert(np.arange(3), 1, ag.Tensor(0.5))


# Taking apart


@given(
    n=st.integers(0, 700) | st.sampled_from([8, 9, 64, 65, 512, 513]), axis=st.sampled_from([0, 1])
)
def test_rows_are_taken_in_order(n: int, axis: int) -> None:
    x = np.moveaxis(np.arange(2 * n).reshape(n, 2), 0, axis)
    for found in (rows(x, axis), [t.numpy() for t in np.unstack(ag.Tensor(1.0 * x), axis=axis)]):
        assert len(found) == n
        if n:
            np.testing.assert_array_equal(np.stack(found, axis=axis), x)


def test_a_walk_over_rows_does_not_cost_the_whole_for_each() -> None:
    x = ag.Tensor(np.ones((1000, 3)))
    total = sum(np.sum(row * i) for i, row in enumerate(x))
    slices = [node for node in topological([total.node]) if node.primitive is not None]
    cost = sum(node.parents[0].size for node in slices if node.primitive.name == "getitem")
    assert cost < 50 * x.size
    total.backward()
    np.testing.assert_array_equal(x.grad, np.arange(1000.0)[:, None] * np.ones((1, 3)))


@pytest.mark.parametrize(
    "call",
    [
        lambda x: np.split(x, 2, axis=1),
        lambda x: np.array_split(x, 0),
        lambda x: np.dsplit(x, 1),
        lambda x: np.vsplit(x[0], 1),
        lambda x: np.hsplit(x[0, 0], 1),
        lambda x: np.split(x, 1, axis=2),
        lambda x: np.unstack(x, axis=5),
        lambda x: np.rollaxis(x, 3),
        lambda x: np.rollaxis(x, 0, 4),
        lambda x: np.rot90(x, axes=(0, 0)),
        lambda x: np.rot90(x, axes=(0, 2)),
        lambda x: np.diag(x[0, 0]),
        lambda x: np.sort(x, axis=2),
        lambda x: np.partition(x, 7, axis=0),
        lambda x: np.insert(x, 9, 1.0, axis=0),
        lambda x: np.delete(x, 9, axis=0),
        lambda x: np.resize(x, (-1, 2)),
        lambda x: np.block([[x, x], x]),
        lambda x: np.block([]),
        lambda x: np.block([(x, x)]),
        lambda x: np.select([x > 0], [x, x]),
        lambda x: np.select([[1.0]], [x]),
        lambda x: np.choose([5], [x]),
        lambda x: np.piecewise(x, [x > 0], [1, 2, 3]),
        lambda x: np.linspace(x, 1.0, -1),
        lambda x: np.geomspace(x * 0, 1.0, 3),
        lambda x: np.meshgrid(x[0], indexing="yx"),
        lambda x: np.vander(x),
        lambda x: np.put(x, [99], 1.0),
        lambda x: np.place(x, x > -9, []),
        lambda x: np.fill_diagonal(x[0], 1.0),
        lambda x: np.fill_diagonal(x[None], 1.0),
        lambda x: np.copyto(x, 1j),
        lambda x: np.apply_along_axis(np.sum, 0, x[:, :0]),
        lambda x: np.apply_over_axes(lambda a, axis: np.sum(a), x, [0]),
        lambda x: np.concatenate([x, x], dtype=np.int64),
        lambda x: np.broadcast_arrays(x, np.ones(2)),
    ],
)
def test_what_numpy_refuses_is_refused(call: Callable[..., Any]) -> None:
    with pytest.raises(Exception) as numpys:
        call(numbers((2, 3)))
    with pytest.raises(numpys.type):
        call(2 * ag.Tensor(numbers((2, 3))))


# Order


@given(
    shape=shapes, data=st.data(), kind=st.sampled_from(["quicksort", "stable", "heapsort", None])
)
def test_sort(shape: Any, data: st.DataObject, kind: Any) -> None:
    axis = data.draw(st.none() | st.integers(-len(shape), len(shape) - 1))
    agree(lambda x: np.sort(x, axis=axis, kind=kind), numbers(shape))


@given(shape=shapes, data=st.data())
def test_partition(shape: Any, data: st.DataObject) -> None:
    axis = data.draw(st.none() | st.integers(-len(shape), len(shape) - 1))
    n = int(np.prod(shape)) if axis is None else shape[axis]
    kth = data.draw(st.integers(-n, n - 1) | st.lists(st.integers(0, n - 1), min_size=1))
    found = np.partition(ag.Tensor(numbers(shape)), kth, axis=axis).numpy()
    along = 0 if axis is None else axis
    np.testing.assert_array_equal(
        np.take(found, kth, axis=along),
        np.take(np.sort(numbers(shape), axis=axis), kth, axis=along),
    )
    agree(lambda x: np.sort(np.partition(x, kth, axis=axis), axis=along), numbers(shape))


def test_not_a_number_is_sorted_to_the_end() -> None:
    x = ag.Tensor([np.nan, 2.0, -np.inf, np.nan, 1.0])
    out = np.sort(x)
    np.testing.assert_array_equal(out.numpy(), [-np.inf, 1, 2, np.nan, np.nan])
    out.backward(np.arange(5.0))
    np.testing.assert_array_equal(x.grad, [3, 2, 0, 4, 1])


@given(x=hnp.arrays(float, hnp.array_shapes(max_dims=2), elements=st.sampled_from([0.0, 1.0, 2.5])))
def test_unique(x: Any) -> None:
    t = ag.Tensor(x)
    for found, expected in zip(
        np.unique(t, True, True, True), np.unique(x, True, True, True), strict=True
    ):
        value = found.numpy() if isinstance(found, ag.Tensor) else found
        np.testing.assert_array_equal(value, expected)
    np.sum(np.unique(t)).backward()
    expected = np.zeros(x.size)
    expected[np.unique(x, return_index=True)[1]] = 1
    np.testing.assert_array_equal(t.grad, expected.reshape(x.shape))


@pytest.mark.parametrize("function", [np.unique_all, np.unique_counts, np.unique_inverse])
def test_numpys_named_tuples_come_back(function: Callable[..., Any]) -> None:
    x = np.array([2.0, np.nan, 1.0, 2.0, np.nan])
    found, expected = function(ag.Tensor(x)), function(x)
    assert type(found) is type(expected)
    assert isinstance(found.values, ag.Tensor)
    np.testing.assert_array_equal(found.values.numpy(), expected.values)
    for one, other in zip(found[1:], expected[1:], strict=True):
        assert type(one) is np.ndarray
        np.testing.assert_array_equal(one, other)


def test_unique_of_not_a_number() -> None:
    x = np.array([np.nan, 1.0, np.nan])
    np.testing.assert_array_equal(np.unique(ag.Tensor(x)).numpy(), [1, np.nan])
    for equal in (True, False):
        found = np.unique(ag.Tensor(x), equal_nan=equal)
        np.testing.assert_array_equal(found.numpy(), np.unique(x, equal_nan=equal))


@given(
    x=hnp.arrays(float, st.integers(0, 6), elements=st.sampled_from([0.0, -0.0, 1.5])),
    trim=st.sampled_from(["fb", "f", "b", "BF"]),
)
def test_trim_zeros(x: Any, trim: str) -> None:
    t = ag.Tensor(x)
    found = np.trim_zeros(t, trim)
    np.testing.assert_array_equal(found.numpy(), np.trim_zeros(x, trim))
    np.sum(found).backward()
    assert t.grad.sum() == found.size
    assert t.grad[x != 0].all()


def test_trim_zeros_along_axes() -> None:
    x = np.array([[0.0, 0, 0, 0], [0, 5, 0, 0], [0, 0, 6, 0]])
    for axis, expected in [(0, x[1:]), (-1, x[:, 1:3]), (None, x[1:, 1:3]), ((0, 1), x[1:, 1:3])]:
        found = DISPATCH[np.trim_zeros](ag.Tensor(x), axis=axis)  # NumPy has it from 2.2 on
        np.testing.assert_array_equal(found.numpy(), expected)
    with pytest.raises(ValueError, match=r'trim is "fb", "f" or "b"; found .x.'):
        np.trim_zeros(ag.Tensor(x), "x")


# Repeating and turning


@given(
    shape=shapes,
    new=hnp.array_shapes(min_dims=0, max_dims=2, max_side=7, min_side=0) | st.integers(0, 9),
)
def test_resize(shape: Any, new: Any) -> None:
    agree(lambda x: np.resize(x, new), numbers(shape))


@given(shape=hnp.array_shapes(min_dims=2, max_dims=3, max_side=3), data=st.data())
def test_turning(shape: Any, data: st.DataObject) -> None:
    axes = data.draw(st.permutations(range(-len(shape), 0)))
    k = data.draw(st.integers(-5, 5))
    agree(lambda x: np.rot90(x, k, axes=tuple(axes[:2])), numbers(shape))
    start = data.draw(st.integers(-len(shape), len(shape)))
    agree(lambda x: np.rollaxis(x, axes[0], start), numbers(shape))


def test_turning_all_around_is_no_alias() -> None:
    x = ag.Tensor(np.ones((2, 2))) * 1.0
    turned = np.rot90(x, 4)
    turned[0] = 7.0
    np.testing.assert_array_equal(x.numpy(), np.ones((2, 2)))


# Ends and grids


@given(
    num=st.integers(0, 5), endpoint=st.booleans(), axis=st.sampled_from([0, -1, 1]),
    ends=hnp.mutually_broadcastable_shapes(num_shapes=2, max_dims=2, min_dims=1, max_side=2),
)  # fmt: skip
def test_lines(num: int, endpoint: bool, axis: int, ends: Any) -> None:
    start, stop = (numbers(shape) + 2 + i for i, shape in enumerate(ends.input_shapes))
    for function in (np.linspace, np.logspace, np.geomspace):
        agree(lambda x, y, f=function: f(x, y, num, endpoint, axis=axis), start, stop)


def test_a_line_ends_exactly_where_it_should() -> None:
    out = np.linspace(ag.Tensor(1e20), 1.0, 4)
    assert out.numpy()[-1] == 1.0
    out = np.geomspace(ag.Tensor(3.0), 7.0, 4)
    assert (out.numpy()[0], out.numpy()[-1]) == (3.0, 7.0)


def test_geomspace_between_complex_numbers() -> None:
    start, stop = 1.0 + 0.5j, 2.0 - 3j
    found = np.geomspace(ag.Tensor(start), stop, 5)
    np.testing.assert_allclose(found.numpy(), np.geomspace(start, stop, 5), rtol=1e-13)


@pytest.mark.parametrize("indexing", ["xy", "ij"])
@pytest.mark.parametrize("sparse", [True, False])
def test_meshgrid(indexing: Any, sparse: bool) -> None:
    vectors = [numbers(n) for n in (2, 3, 1)]
    for some in (vectors, vectors[:2], vectors[:1]):
        found = np.meshgrid(*map(ag.Tensor, some), indexing=indexing, sparse=sparse)
        expected = np.meshgrid(*some, indexing=indexing, sparse=sparse)
        assert type(found) is type(expected)
        for one, other in zip(found, expected, strict=True):
            np.testing.assert_array_equal(one.numpy(), other)


# What writes


WRITERS = [
    (np.put_along_axis, (np.array([[1]]), ag.Tensor([[0.5]]), 1)),
    (np.put, ([0, 1], ag.Tensor([0.5]))),
    (np.place, (np.eye(2) == 1, ag.Tensor([0.5]))),
    (np.putmask, (np.eye(2) == 1, ag.Tensor([0.5]))),
    (np.copyto, (ag.Tensor([0.5, 1.0]),)),
]


@pytest.mark.parametrize(("function", "args"), WRITERS)
def test_a_tensor_is_not_written_into_an_array(function: Any, args: Any) -> None:
    array = np.zeros((2, 2))
    with pytest.raises(LostGradientError, match=rf"np\.{function.__name__} into a plain array"):
        function(array, *args)
    assert not array.any()
    with ag.no_grad():
        function(array, *args)
    expected = np.zeros((2, 2))
    plain = [arg.numpy() if isinstance(arg, ag.Tensor) else arg for arg in args]
    function(expected, *plain)
    np.testing.assert_array_equal(array, expected)


@pytest.mark.parametrize(("function", "args"), WRITERS)
def test_a_leaf_is_not_written_into(function: Any, args: Any) -> None:
    with pytest.raises(ImmutableError, match=r"cut it off from its gradient"):
        function(ag.Tensor(np.zeros((2, 2))), *args)


REFUSED = [
    (lambda t: np.fill_diagonal(np.zeros((2, 2)), t), "plain array"),
    (lambda t: np.full(3, t), "np.broadcast_to"),
    (lambda t: np.full_like(np.ones(3), t), "np.broadcast_to"),
    (lambda t: np.reshape(np.stack([t, t]), (2,), order="A"), 'order is "C" or "F"'),
    (lambda t: np.pad(np.ones(2), 1, constant_values=t), "plain array"),
    (lambda t: np.select([np.array([True])], [np.ones(1)], t), "plain array"),
    (lambda t: np.vstack([t, t], casting="unsafe"), "casting='unsafe'"),
    (lambda t: np.intersect1d(t, t), "np.intersect1d has no gradient rule"),
]


@pytest.mark.parametrize(("call", "words"), REFUSED)
def test_refused_with_a_sentence(call: Callable[..., Any], words: str) -> None:
    with pytest.raises(TypeError, match=f"(?s){re.escape(words)}"):
        call(ag.Tensor(0.5))


# A function's own results


def test_choosing_functions_see_their_entries_only() -> None:
    seen = []

    def noting(v: Any) -> Any:
        seen.append(v.shape)
        return np.log(v)

    x = ag.Tensor([-1.0, 2.0, -3.0, 4.0])
    out = np.piecewise(x, [x > 0, x > 100], [noting, noting, 0.5])
    assert seen == [(2,)]
    np.testing.assert_array_equal(out.numpy(), [0.5, np.log(2.0), 0.5, np.log(4.0)])
    np.sum(out).backward()
    np.testing.assert_array_equal(x.grad, [0, 0.5, 0, 0.25])


def test_a_step_function_has_no_gradient() -> None:
    out = np.piecewise(ag.Tensor([-1.0, 2.0]), np.array([[True, False]]), [3, 4])
    np.testing.assert_array_equal(out.numpy(), [3, 4])
    assert not out.requires_grad


def test_functions_along_an_axis_may_give_constants() -> None:
    x = numbers((2, 3))
    found = np.apply_along_axis(np.argmax, 1, ag.Tensor(x))
    np.testing.assert_array_equal(found, np.argmax(x, 1))


def test_windows_of_every_kind() -> None:
    view = np.lib.stride_tricks.sliding_window_view
    for shape, window, axis in [((5,), 5, 0), ((5,), 1, None), ((3, 4), (1, 2), (1, 0)),
                                ((2, 3, 4), (2, 2, 2), None), ((4,), (2, 3), (0, 0))]:  # fmt: skip
        agree(lambda x, window=window, axis=axis: view(x, window, axis), numbers(shape))
