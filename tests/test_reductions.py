"""Reductions, statistics and series: NumPy's values and errors, and what gets no gradient."""

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from oracles import check_directions, check_first_order, check_second_order

import autograd_lite as ag
from autograd_lite.errors import NotDifferentiableError

METHODS = [
    "linear", "lower", "higher", "midpoint", "nearest", "inverted_cdf", "averaged_inverted_cdf",
    "closest_observation", "interpolated_inverted_cdf", "hazen", "weibull", "median_unbiased",
    "normal_unbiased",
]  # fmt: skip
NAN = np.nan


@st.composite
def arrays_and_axes(draw: st.DrawFn, nan: bool = False) -> tuple[Any, dict[str, Any]]:
    """An array of distinct entries and ties, perhaps with NaNs, and the keywords of a reduction."""
    shape = draw(hnp.array_shapes(min_dims=1, max_dims=3, max_side=4))
    entries = st.integers(-8, 8).map(lambda k: 0.37 * k)
    if nan:
        entries |= st.just(NAN)
    x = draw(hnp.arrays(draw(st.sampled_from([np.float32, np.float64])), shape, elements=entries))
    axes = hnp.valid_tuple_axes(len(shape), min_size=1)
    axis = draw(st.none() | st.integers(-len(shape), len(shape) - 1) | axes)
    return x, {"axis": axis, "keepdims": draw(st.booleans())}


def assert_as_numpy(function: Callable[..., Any], x: Any, *args: Any, **keywords: Any) -> Any:
    """The value, shape and dtype are NumPy's; returns the gradient of the sum, which is finite
    wherever the value is.
    """
    t = ag.Tensor(x)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = function(x, *args, **keywords)
        found = function(t, *args, **keywords)
    assert found.shape == np.shape(expected)
    assert found.dtype == expected.dtype
    tolerance = 1e-5 if x.dtype == np.float32 else 1e-12
    np.testing.assert_allclose(found.numpy(), expected, rtol=tolerance, atol=tolerance)
    found.backward(np.ones(found.shape))
    assert t.grad.shape == x.shape
    assert t.grad.dtype == x.dtype
    return t.grad


# Values


@given(case=arrays_and_axes(), method=st.sampled_from(METHODS), data=st.data())
def test_any_quantile(case: Any, method: str, data: st.DataObject) -> None:
    x, keywords = case
    q = data.draw(st.floats(0, 1) | st.lists(st.floats(0, 1), min_size=1, max_size=3))
    gradient = assert_as_numpy(np.quantile, x, q, method=method, **keywords)
    np.testing.assert_allclose(np.sum(gradient), np.size(np.quantile(x, q, **keywords)), rtol=1e-4)
    q = 100 * np.asarray(q)
    assert_as_numpy(np.percentile, x, q, method=method, **keywords)


@given(case=arrays_and_axes(nan=True), method=st.sampled_from(METHODS), q=st.floats(0, 1))
def test_quantiles_among_nans(case: Any, method: str, q: float) -> None:
    x, keywords = case
    assert_as_numpy(np.quantile, x, q, method=method, **keywords)
    assert_as_numpy(np.nanquantile, x, q, method=method, **keywords)
    assert_as_numpy(np.median, x, **keywords)
    gradient = assert_as_numpy(np.nanmedian, x, **keywords)
    assert not gradient[np.isnan(x)].any() or np.isnan(x).all(axis=keywords["axis"]).any()


NAN_REDUCTIONS = [np.nansum, np.nanprod, np.nanmean, np.nanmax, np.nanmin, np.nanvar, np.nanstd]


@given(case=arrays_and_axes(nan=True), function=st.sampled_from(NAN_REDUCTIONS))
def test_nans_get_no_gradient(case: Any, function: Callable[..., Any]) -> None:
    x, keywords = case
    gradient = assert_as_numpy(function, x, **keywords)
    among_others = np.isnan(x) & ~np.isnan(x).all(axis=keywords["axis"], keepdims=True)
    assert not gradient[among_others].any()


MASKED = [np.sum, np.mean, np.prod, np.max, np.min, np.var, np.std]


@given(case=arrays_and_axes(), function=st.sampled_from(MASKED), data=st.data())
def test_what_a_mask_leaves_out_gets_no_gradient(
    case: Any, function: Callable[..., Any], data: st.DataObject
) -> None:
    x, keywords = case
    mask = data.draw(hnp.arrays(bool, x.shape[data.draw(st.integers(0, x.ndim)) :]))
    if function in (np.max, np.min):
        keywords["initial"] = data.draw(st.sampled_from([-9.0, 0.37, 9.0]))
    gradient = assert_as_numpy(function, x, where=mask, **keywords)
    out = ~np.broadcast_to(mask, x.shape)
    assert not gradient[out].any()
    assert_as_numpy(function, np.where(out, np.inf, x), where=mask, **keywords)


@given(
    x=hnp.arrays(float, st.integers(1, 9), elements=st.sampled_from([0.0, 0.0, 1.5, -0.7, 2.0])),
)
def test_any_cumprod(x: Any) -> None:
    check_first_order(np.cumprod, [x])
    check_directions(np.cumprod, [x])
    check_second_order(np.cumprod, [x])


def test_a_long_cumprod() -> None:
    t = ag.Tensor(np.ones(100_000))
    np.cumprod(t)[-1].backward()
    np.testing.assert_array_equal(t.grad, np.ones(100_000))


@pytest.mark.parametrize("name", ["sum", "prod", "max", "min"])
def test_initial_may_be_of_another_dtype(name: str) -> None:
    x = np.array([1.5, 2.5], np.float32)
    assert_as_numpy(getattr(np, name), x, initial=np.float64(2.0))


def test_initial_may_be_a_tensor() -> None:
    t, start = ag.Tensor([1.0, 2.0]), ag.Tensor(3.0)
    np.sum(t, initial=start).backward()
    assert start.grad == 1


def test_the_ends_of_interp_may_be_tensors() -> None:
    t, left, right = ag.Tensor([-1.0, 0.5, 4.0]), ag.Tensor(3.0), ag.Tensor(5.0)
    out = np.interp(t, [0.0, 1.0], [1.0, 3.0], left=left, right=right)
    np.testing.assert_array_equal(out.numpy(), [3, 2, 5])
    np.sum(out).backward()
    assert (left.grad, right.grad) == (1, 1)
    np.testing.assert_array_equal(t.grad, [0, 2, 0])


def test_interp_by_its_period() -> None:
    xp, fp = np.array([-0.3, 0.8, 2.1, 4.0]), np.array([0.3, -1.0, 0.5, 1.7])
    x = np.array([0.1, 3.3, 9.0])
    places = ag.Tensor(x, requires_grad=False)  # NumPy does not look for a tensor in `period`
    slope = ag.grad(lambda t: np.sum(np.interp(places, xp, fp, period=t)))(2.9)
    around = [np.sum(np.interp(x, xp, fp, period=2.9 + h)) for h in (1e-6, -1e-6)]
    np.testing.assert_allclose(slope, (around[0] - around[1]) / 2e-6, rtol=1e-6)


def test_interp_over_equal_samples() -> None:
    xp, fp = np.array([0.0, 1.0, 1.0]), np.array([1.0, 2.0, 5.0])
    assert_as_numpy(np.interp, np.array([0.5, 1.0, 1.5]), xp, fp)


def test_bincount_of_nothing() -> None:
    w = ag.Tensor(np.zeros(0))
    out = np.bincount(np.zeros(0, int), w, minlength=2)
    np.testing.assert_array_equal(out.numpy(), [0, 0])
    out.backward(np.ones(2))
    assert w.grad.shape == (0,)


def test_quantile_by_a_step_of_q_has_no_gradient() -> None:
    q = ag.Tensor(0.4)
    found = np.quantile(np.arange(4.0), q, method="lower")
    assert not isinstance(found, ag.Tensor)
    assert found == 1


def test_covariances_of_columns() -> None:
    x = np.arange(12.0).reshape(4, 3) ** 1.3
    assert_as_numpy(np.cov, x, rowvar=False)
    assert_as_numpy(np.corrcoef, x, rowvar=False)
    assert_as_numpy(np.cov, np.zeros((0, 3)))
    assert_as_numpy(np.corrcoef, x[:, 0])


def test_averages_of_a_mixed_dtype() -> None:
    x = np.array([1.5, 2.5], np.float32)
    assert_as_numpy(np.average, x, weights=[1, 3])
    assert_as_numpy(np.average, x)


# Nothing to reduce


@pytest.mark.parametrize(
    ("function", "x", "keywords", "message"),
    [
        (np.mean, np.zeros((0, 2)), {"axis": 0}, "Mean of empty slice"),
        (np.median, np.zeros((2, 0)), {"axis": 1}, "Mean of empty slice"),
        (np.mean, np.ones(2), {"where": [False, False]}, "Mean of empty slice"),
        (np.var, np.zeros(0), {}, "Degrees of freedom"),
        (np.var, np.ones((2, 2)), {"axis": 0, "where": [True, False]}, None),
        (np.var, np.ones((2, 2)), {"axis": 1, "where": [False, False]}, "Degrees of freedom"),
        (np.nanmean, np.array([[NAN, 1], [NAN, 2]]), {"axis": 0}, "Mean of empty slice"),
        (np.nanmax, np.array([NAN, NAN]), {}, "All-NaN"),
        (np.nanvar, np.array([[NAN, 1], [NAN, 2]]), {"axis": 0}, "Degrees of freedom"),
        (np.nanvar, np.array([[2, 1, NAN]]), {"axis": 1, "ddof": 2}, "Degrees of freedom"),
        (np.nanmedian, np.array([[NAN, 1], [NAN, 2]]), {"axis": 0}, "All-NaN"),
        (np.cov, np.ones((2, 1)), {}, "Degrees of freedom"),
    ],
)
def test_too_few_entries_are_warned_of(
    function: Callable[..., Any], x: Any, keywords: dict[str, Any], message: str | None
) -> None:
    if message is not None:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            found = function(ag.Tensor(x), **keywords)
        assert any(message in str(warning.message) for warning in caught)
        assert np.isnan(found.numpy()).any()
    assert_as_numpy(function, x, **keywords)


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda t: np.max(t[:0]), ValueError),
        (lambda t: np.nanmin(t[:0]), ValueError),
        (lambda t: np.max(t, where=[True, False, True]), ValueError),
        (lambda t: np.sum(t, where=np.ones((2, 3), bool)), ValueError),
        (lambda t: np.var(t, where=np.ones((2, 3), bool)), ValueError),
        (lambda t: np.var(t, ddof=1, correction=1), ValueError),
        (lambda t: np.quantile(t, 1.2), ValueError),
        (lambda t: np.quantile(t[:0], 0.2), IndexError),
        (lambda t: np.percentile(t, [-1.0]), ValueError),
        (lambda t: np.quantile(t, 0.5, weights=[1, 2, 1]), ValueError),
        (lambda t: np.quantile(t, 0.5, weights=[1, 2], axis=0, method="inverted_cdf"), ValueError),
        (lambda t: np.average(t, weights=[1, -1, 0]), ZeroDivisionError),
        (lambda t: np.average(t, weights=[1, 2]), TypeError),
        (lambda t: np.average(t, axis=0, weights=[1, 2]), ValueError),
        (lambda t: np.cov(t, ddof=0.5), ValueError),
        (lambda t: np.cov(t, aweights=[1, -1, 2]), ValueError),
        (lambda t: np.cov(t, fweights=[1.5, 1, 2]), TypeError),
        (lambda t: np.cov(t[None, None]), ValueError),
        (lambda t: np.cumulative_sum(t[None]), ValueError),
        (lambda t: np.diff(t, -1), ValueError),
        (lambda t: np.diff(t[0]), ValueError),
        (lambda t: np.gradient(t[:1]), ValueError),
        (lambda t: np.gradient(t, edge_order=3), ValueError),
        (lambda t: np.gradient(t, 1.0, 2.0), TypeError),
        (lambda t: np.gradient(t, [1.0, 2.0]), ValueError),
        (lambda t: np.convolve(t[:0], t), ValueError),
        (lambda t: np.convolve(t, t, mode="half"), ValueError),
        (lambda t: np.interp(t, [], []), ValueError),
        (lambda t: np.interp(t, [1.0, 2.0], t), ValueError),
        (lambda t: np.interp(t, [1.0, 2.0], [1.0, 2.0], period=0), ValueError),
        (lambda t: np.bincount([-1, 0, 1], t), ValueError),
        (lambda t: np.bincount([0, 1], t), ValueError),
        (lambda t: np.polyder(t, -1), ValueError),
        (lambda t: np.polyint(t, -1), ValueError),
        (lambda t: np.polyint(t, 3, k=[1.0, 2.0]), ValueError),
    ],
)  # fmt: skip
def test_errors_are_of_the_kind_that_numpy_raises(
    call: Callable[..., Any], error: type[Exception]
) -> None:
    x = np.array([0.5, -1.0, 2.0])
    with pytest.raises(error):
        call(x)
    with pytest.raises(error):
        call(ag.Tensor(x))


# Refused


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda t: np.bincount(t), TypeError, "numbers the bins and is integer data"),
        (lambda t: np.histogram([1.0, 2.0], weights=t), NotDifferentiableError, "np.bincount"),
        (lambda t: np.histogram(t, 2, weights=t), NotDifferentiableError, "np.digitize"),
        (lambda t: np.histogram(t, 2, (0, 1), None, t), NotDifferentiableError, "np.digitize"),
        (lambda t: np.quantile(t * 1j, 0.5), TypeError, "real numbers"),
        (lambda t: np.nansum(t, dtype=int), NotDifferentiableError, "dtype=int"),
    ],
)
def test_what_is_refused_says_what_to_write(
    call: Callable[..., Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        call(ag.Tensor([1.0, 2.0]))


def test_weighted_histogram_as_the_message_says() -> None:
    a, edges = np.array([0.1, 0.7, 0.2, 1.5]), np.array([0.0, 0.5, 1.0, 2.0])
    w = np.array([1.0, 2.0, 3.0, 4.0])
    found = np.bincount(np.digitize(a, edges) - 1, ag.Tensor(w))
    np.testing.assert_array_equal(found.numpy(), np.histogram(a, edges, weights=w)[0])
