"""Gradient clipping, by its definition and beside PyTorch's."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd_lite as ag
from autograd_lite.optim import clip_grad_norm_, clip_grad_value_


def with_grads(*grads: Any) -> list[ag.Tensor]:
    """Parameters of these gradients."""
    params = []
    for grad in grads:
        p = ag.Tensor(np.zeros(np.shape(grad), getattr(grad, "dtype", float)))
        p.grad = None if grad is None else np.asarray(grad)
        params.append(p)
    return params


def test_the_norm_is_over_all_gradients() -> None:
    a, b, none = with_grads([3.0, 0.0], [[4.0]], None)
    before = a.grad
    total = clip_grad_norm_([a, b, none], max_norm=1.0)
    assert total == 5.0
    np.testing.assert_allclose(a.grad, [0.6, 0.0], rtol=1e-6)
    np.testing.assert_allclose(b.grad, [[0.8]], rtol=1e-6)
    assert none.grad is None
    np.testing.assert_array_equal(before, [3.0, 0.0])  # rebound, not written into


def test_small_gradients_stay_as_they_are() -> None:
    (p,) = with_grads([0.3, 0.4])
    assert clip_grad_norm_(p, max_norm=1.0) == pytest.approx(0.5)
    np.testing.assert_array_equal(p.grad, [0.3, 0.4])


def test_values_are_limited() -> None:
    p, none = with_grads(np.array([-3.0, 0.2, np.inf], np.float32), None)
    before = p.grad
    clip_grad_value_([p, none], 0.5)
    np.testing.assert_array_equal(p.grad, np.array([-0.5, 0.2, 0.5], np.float32))
    assert p.grad.dtype == np.float32
    assert before[0] == -3.0
    clip_grad_value_(p, 0.1)
    np.testing.assert_array_equal(p.grad, np.array([-0.1, 0.1, 0.1], np.float32))


def test_without_gradients_the_norm_is_zero() -> None:
    assert clip_grad_norm_(with_grads(None, None), 1.0) == 0.0
    assert clip_grad_norm_([], 1.0) == 0.0


def test_refusals() -> None:
    params = with_grads([np.nan])
    with pytest.raises(ValueError, match="the norm of the gradients is nan, so they cannot be"):
        clip_grad_norm_(params, 1.0, error_if_nonfinite=True)
    with pytest.raises(
        ValueError, match="clip_grad_norm_: max_norm must not be negative; found -1"
    ):
        clip_grad_norm_(params, -1)
    with pytest.raises(ValueError, match="clip_grad_value_: clip_value must not be negative"):
        clip_grad_value_(params, -0.5)
    with pytest.raises(TypeError, match=r"clip_grad_norm_: parameters are tensors; found array"):
        clip_grad_norm_([np.ones(2)], 1.0)  # type: ignore[list-item]


@given(
    max_norm=st.sampled_from([0.0, 0.1, 1.0, 100.0]),
    norm_type=st.sampled_from([1.0, 2.0, 3.0, np.inf]),
    dtype=st.sampled_from([np.float32, np.float64]),
    seed=st.integers(0, 1000),
)
def test_norms_are_clipped_as_pytorchs(
    max_norm: float, norm_type: float, dtype: Any, seed: int
) -> None:
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(seed)
    grads = [rng.normal(size=shape).astype(dtype) for shape in ((3,), (), (2, 4))]
    params = with_grads(*grads)
    theirs = [torch.zeros(g.shape, dtype=getattr(torch, np.dtype(dtype).name)) for g in grads]
    for q, g in zip(theirs, grads, strict=True):
        q.grad = torch.tensor(g)
    total = clip_grad_norm_(params, max_norm, norm_type)
    expected = torch.nn.utils.clip_grad_norm_(theirs, max_norm, norm_type)
    np.testing.assert_allclose(total, expected.item(), rtol=1e-5)
    for p, q, g in zip(params, theirs, grads, strict=True):
        assert p.grad.dtype == g.dtype
        np.testing.assert_allclose(p.grad, q.grad.numpy(), rtol=1e-5)
