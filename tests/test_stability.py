"""Where the naive formula overflows, cancels or divides by zero. Warnings are errors here."""

import math
from collections.abc import Callable
from decimal import Decimal, localcontext
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd_lite as ag

BIG = np.array([-1000.0, -50.0, 0.0, 50.0, 1000.0])
DTYPES = [np.float32, np.float64]


def exact(function: Callable[[Decimal], Decimal], x: float) -> float:
    """A function of one number, in four hundred digits."""
    with localcontext() as context:
        context.prec = 400
        return float(function(Decimal(x)))


def by_decimal(function: Callable[[Decimal], Decimal], x: Any) -> Any:
    return np.array([exact(function, float(value)) for value in x])


@pytest.mark.parametrize("dtype", DTYPES)
def test_sigmoid(dtype: Any) -> None:
    t = ag.Tensor(BIG.astype(dtype))
    out = ag.sigmoid(t)
    assert out.dtype == dtype
    expected = by_decimal(lambda x: 1 / (1 + (-x).exp()), BIG)
    np.testing.assert_allclose(out.numpy(), expected, rtol=1e-6, atol=1e-37)
    out.sum().backward()
    assert np.isfinite(t.grad).all()
    np.testing.assert_allclose(t.grad[[0, 2, 4]], [0, 0.25, 0])


@pytest.mark.parametrize("dtype", DTYPES)
def test_softplus(dtype: Any) -> None:
    t = ag.Tensor(BIG.astype(dtype))
    out = ag.softplus(t)
    assert out.dtype == dtype
    expected = by_decimal(lambda x: (1 + x.exp()).ln(), BIG)
    np.testing.assert_allclose(out.numpy(), expected, rtol=1e-6, atol=1e-37)
    out.sum().backward()
    np.testing.assert_allclose(t.grad[[0, 2, 4]], [0, 0.5, 1])


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(
    ("function", "last"),
    [(ag.silu, 1000), (ag.gelu, 1000), (lambda x: ag.gelu(x, approximate="tanh"), 1000),
     (ag.elu, 1000), (ag.selu, 1050.7009873554805), (np.tanh, 1), (ag.erf, 1), (ag.relu, 1000)],
    ids=["silu", "gelu", "gelu tanh", "elu", "selu", "tanh", "erf", "relu"],
)  # fmt: skip
def test_activations_far_out(function: Callable[..., Any], last: float, dtype: Any) -> None:
    t = ag.Tensor(BIG.astype(dtype))
    out = function(t)
    assert out.dtype == dtype
    assert np.isfinite(out.value).all()
    np.testing.assert_allclose(out.numpy()[-1], last, rtol=1e-6)
    out.sum().backward()
    assert np.isfinite(t.grad).all()
    x = BIG.astype(dtype)
    second = ag.grad(lambda x: np.sum(ag.grad(lambda x: np.sum(function(x)))(x)))(x)
    assert np.isfinite(second).all()
    assert np.isfinite(ag.jvp(ag.grad(lambda x: np.sum(function(x))), (x,), (x,))[1]).all()


@pytest.mark.parametrize("dtype", DTYPES)
def test_softmax(dtype: Any) -> None:
    x = np.array([[1000.0, -1000.0, 0.0], [-1000.0, -1000.0, -1000.0]], dtype)
    t = ag.Tensor(x)
    out = ag.softmax(t)
    assert out.dtype == dtype
    np.testing.assert_allclose(out.numpy(), [[1, 0, 0], [1 / 3] * 3], rtol=1e-6)
    out[:, 0].sum().backward()
    np.testing.assert_allclose(t.grad, [[0, 0, 0], [2 / 9, -1 / 9, -1 / 9]], rtol=1e-6, atol=1e-12)


@pytest.mark.parametrize("dtype", DTYPES)
def test_log_softmax(dtype: Any) -> None:
    x = np.array([[1000.0, -1000.0, 0.0], [1000.0, 1000.0, 1000.0]], dtype)
    t = ag.Tensor(x)
    out = ag.log_softmax(t)
    np.testing.assert_allclose(out.numpy(), [[0, -2000, -1000], [-math.log(3)] * 3], rtol=1e-6)
    out[:, 1].sum().backward()
    np.testing.assert_allclose(t.grad, [[-1, 1, 0], [-1 / 3, 2 / 3, -1 / 3]], rtol=1e-6)


@pytest.mark.parametrize("dtype", DTYPES)
def test_logsumexp(dtype: Any) -> None:
    x = np.array([[1000.0, 1000.0], [-1000.0, -1000.0], [1000.0, -1000.0]], dtype)
    t = ag.Tensor(x)
    out = ag.logsumexp(t, axis=1)
    assert out.dtype == dtype
    log2 = math.log(2)
    np.testing.assert_allclose(out.numpy(), [1000 + log2, -1000 + log2, 1000], rtol=1e-6)
    out.sum().backward()
    np.testing.assert_allclose(t.grad, [[0.5, 0.5], [0.5, 0.5], [1, 0]], rtol=1e-4)


def test_logsumexp_of_minus_infinity() -> None:
    """Masked entries: -inf takes no part, and all of them together are -inf."""
    x = np.array([[0.0, -np.inf], [-np.inf, -np.inf]])
    t = ag.Tensor(x)
    out = ag.logsumexp(t, axis=1)
    np.testing.assert_array_equal(out.numpy(), [0, -np.inf])
    out[:1].sum().backward()
    np.testing.assert_array_equal(t.grad, np.array([[1, 0], [0, 0]]))


def test_softmax_of_a_masked_row() -> None:
    x = np.array([0.5, -np.inf, 0.5])
    t = ag.Tensor(x)
    out = ag.softmax(t)
    np.testing.assert_allclose(out.numpy(), [0.5, 0, 0.5])
    (out * np.array([1.0, 5.0, 0.0])).sum().backward()
    np.testing.assert_allclose(t.grad, [0.25, 0, -0.25])


@pytest.mark.parametrize("dtype", DTYPES)
def test_cross_entropy_of_sure_answers(dtype: Any) -> None:
    logits = np.array([[1000.0, -1000.0, 0.0], [1000.0, -1000.0, 0.0]], dtype)
    for target in (np.array([0, 1]), np.eye(3, dtype=dtype)[[0, 1]]):
        t = ag.Tensor(logits)
        loss = ag.cross_entropy(t, target, reduction="none")
        assert loss.dtype == dtype
        np.testing.assert_allclose(loss.numpy(), [0, 2000], rtol=1e-6)
        loss.sum().backward()
        np.testing.assert_allclose(t.grad, [[0, 0, 0], [1, -1, 0]], atol=1e-6)


@pytest.mark.parametrize("dtype", DTYPES)
def test_binary_cross_entropy_with_sure_logits(dtype: Any) -> None:
    z = np.array([1000.0, -1000.0, 1000.0, -1000.0, 40.0], dtype)
    target = np.array([1.0, 0.0, 0.0, 1.0, 1.0], dtype)
    t = ag.Tensor(z)
    loss = ag.binary_cross_entropy_with_logits(t, target, reduction="none")
    expected = [0, 0, 1000, 1000, math.exp(-40)]
    np.testing.assert_allclose(loss.numpy(), expected, rtol=1e-6, atol=1e-37)
    loss.sum().backward()
    np.testing.assert_allclose(t.grad, [0, 0, 1, -1, 0], atol=1e-6)


def test_binary_cross_entropy_of_certain_probabilities() -> None:
    p, target = ag.Tensor([0.0, 1.0]), np.array([0.0, 1.0])
    loss = ag.binary_cross_entropy(p, target, reduction="sum")
    assert loss.item() == 0
    loss.backward()
    np.testing.assert_array_equal(p.grad, [1, -1])


def test_binary_cross_entropy_of_a_certain_wrong_probability_is_infinite() -> None:
    loss = ag.binary_cross_entropy(ag.Tensor([0.0]), np.array([1.0]))
    assert loss.item() == math.inf


def test_losses_of_large_differences() -> None:
    x, y = np.array([1e200, -1e200]), np.zeros(2)
    t = ag.Tensor(x)
    loss = ag.pseudo_huber(t, y)
    np.testing.assert_allclose(loss.item(), 1e200, rtol=1e-12)
    loss.backward()
    np.testing.assert_allclose(t.grad, [0.5, -0.5])
    u = ag.Tensor(x)
    loss = ag.huber(u, y)
    np.testing.assert_allclose(loss.item(), 1e200, rtol=1e-12)
    loss.backward()
    np.testing.assert_allclose(u.grad, [0.5, -0.5])


def test_pseudo_huber_of_small_differences_keeps_its_digits() -> None:
    np.testing.assert_allclose(ag.pseudo_huber(np.array(1e-9), np.array(0.0)), 5e-19, rtol=1e-12)


@given(st.floats(-700, 700))
def test_softplus_and_sigmoid_to_the_last_digits(x: float) -> None:
    found = ag.softplus(np.array(x))
    np.testing.assert_allclose(found, exact(lambda x: (1 + x.exp()).ln(), x), rtol=1e-14)
    value, slope = ag.value_and_grad(ag.softplus)(x)
    expected = exact(lambda x: 1 / (1 + (-x).exp()), x)
    np.testing.assert_allclose(slope, expected, rtol=1e-13)
    np.testing.assert_allclose(ag.sigmoid(np.array(x)), expected, rtol=1e-13)
    np.testing.assert_allclose(value, found)


@given(st.floats(-6, 6))
def test_erf_to_the_last_digits(x: float) -> None:
    np.testing.assert_allclose(ag.erf(np.array(x)), math.erf(x), rtol=4e-16, atol=1e-320)


@given(st.floats(1e-300, 1e-3))
def test_forms_for_small_numbers(x: float) -> None:
    for function in (np.expm1, np.log1p, np.arcsinh, np.tanh, ag.gelu, ag.erf, np.sin):
        value, slope = ag.value_and_grad(function)(x)
        assert value == function(np.array(x))
        assert np.isfinite(slope)
    assert ag.grad(np.log1p)(x) == pytest.approx(1 / (1 + x), rel=1e-15)
    assert ag.grad(np.expm1)(x) == pytest.approx(math.exp(x), rel=1e-15)
    np.testing.assert_allclose(ag.elu(np.array(-x)), math.expm1(-x), rtol=1e-15)


def test_hypot_and_norms_do_not_overflow() -> None:
    by_x, by_y = ag.grad(np.hypot, argnums=(0, 1))(3e200, 4e200)
    np.testing.assert_allclose([by_x, by_y], [0.6, 0.8])
    np.testing.assert_allclose(ag.grad(np.arctan)(1e200), 0, atol=1e-300)
    np.testing.assert_allclose(ag.grad(np.arcsinh)(1e200), 1e-200, rtol=1e-12)
    np.testing.assert_allclose(
        ag.grad(np.arctan2, argnums=(0, 1))(3e200, 4e200), [1.6e-201, -1.2e-201]
    )


def test_logaddexp_far_apart() -> None:
    for function, scale in ((np.logaddexp, 1.0), (np.logaddexp2, 1.0)):
        by_x, by_y = ag.grad(function, argnums=(0, 1))(1000.0, -1000.0)
        np.testing.assert_allclose([by_x, by_y], [scale, 0])


def test_means_of_many_small_floats() -> None:
    x = np.full(2**20, 0.1, np.float32)
    t = ag.Tensor(x)
    mean = np.mean(t)
    assert mean.dtype == np.float32
    np.testing.assert_allclose(mean.item(), np.float32(0.1), rtol=1e-6)
    mean.backward()
    np.testing.assert_allclose(t.grad[0], 2.0**-20)


def test_means_of_many_half_floats() -> None:
    t = ag.Tensor(np.ones(70_000, np.float16))
    for mean in (np.mean(t), ag.mse(t, np.zeros(70_000, np.float16))):
        assert mean.dtype == np.float16
        assert mean.item() == 1


def test_products_of_many_entries_near_zero() -> None:
    x = np.array([1e-200, 1e-200, 2.0])
    np.testing.assert_allclose(ag.grad(np.prod)(x), [2e-200, 2e-200, 0])
    y = np.array([0.0, 1e-200, 1e300])
    np.testing.assert_allclose(ag.grad(np.prod)(y), [1e100, 0, 0])


def test_the_library_stays_quiet_under_a_strict_floating_point_state() -> None:
    """Overflow in exp, and underflow, are handled inside whatever the caller's state is."""
    with np.errstate(all="raise", under="ignore"):
        for function in (ag.sigmoid, ag.softplus, ag.silu, ag.gelu, np.tanh, ag.elu, ag.selu):
            t = ag.Tensor(BIG)
            function(t).sum().backward()
            assert np.isfinite(t.grad).all()
        t = ag.Tensor(BIG)
        ag.cross_entropy(t, np.array(0)).backward()
        ag.logsumexp(t).backward()


def test_the_callers_floating_point_state_is_left_as_it_was() -> None:
    before = np.geterr()
    t = ag.Tensor([0.0, 1.0])
    with pytest.warns(RuntimeWarning, match="divide by zero"):
        out = np.log(t)
    np.where(t > 0, out, 0).sum().backward()
    assert np.geterr() == before
    with pytest.raises(ValueError, match="could not convert"):
        (t * 2).backward("x")
    assert np.geterr() == before
