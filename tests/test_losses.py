"""Losses: their values, what they refuse, and what they do with classes, axes and reductions."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from oracles import check_first_order, check_second_order

import autograd_lite as ag
from autograd_lite.errors import ShapeError

POINTWISE: list[tuple[str, Callable[..., Any]]] = [
    (loss.__name__, loss)
    for loss in (
        ag.mse, ag.half_squared_error, ag.l1, ag.l2_norm, ag.huber, ag.pseudo_huber,
        ag.binary_cross_entropy, ag.binary_cross_entropy_with_logits, ag.cross_entropy,
    )
]  # fmt: skip
every_pointwise = pytest.mark.parametrize(
    ("name", "loss"), POINTWISE, ids=[name for name, _ in POINTWISE]
)
LABELS = np.array([2, 0, 1, 1])
LOGITS = np.array([[1.0, 2.0, 0.5], [0.1, -1.0, 3.0], [0.0, 0.0, 0.0], [-2.0, 4.0, 1.0]])


# What is refused


@every_pointwise
@pytest.mark.parametrize("shapes", [((4, 1), (4,)), ((4,), (4, 1)), ((4, 3), (3,)), ((4,), ())])
def test_unequal_shapes_are_refused(
    name: str, loss: Callable[..., Any], shapes: tuple[tuple[int, ...], tuple[int, ...]]
) -> None:
    prediction, target = ag.Tensor(np.full(shapes[0], 0.5)), np.full(shapes[1], 0.5)
    with pytest.raises(ShapeError) as error:
        loss(prediction, target)
    text = str(error.value)
    assert text.startswith(f"{name}: ")
    assert str(shapes[0]) in text
    assert str(shapes[1]) in text


@every_pointwise
def test_unknown_reductions_are_refused(name: str, loss: Callable[..., Any]) -> None:
    x = np.full((2, 3), 0.5)
    with pytest.raises(ValueError, match=f"{name}: reduction is one of .* found 'average'"):
        loss(ag.Tensor(x), x, reduction="average")


@pytest.mark.parametrize(("name", "loss"), [("nll", ag.nll), ("cross_entropy", ag.cross_entropy)])
def test_labels_are_checked(name: str, loss: Callable[..., Any]) -> None:
    t = ag.Tensor(LOGITS)
    with pytest.raises(ValueError, match=rf"{name}: labels must lie in 0\.\.2, .* found 0 to 3"):
        loss(t, np.array([0, 1, 2, 3]))
    with pytest.raises(ValueError, match=r"found -1 to 2"):
        loss(t, np.array([0, 1, 2, -1]))
    with pytest.raises(ShapeError, match=r"need labels of shape \(4,\); found \(3,\)"):
        loss(t, np.array([0, 1, 2]))
    with pytest.raises(ShapeError, match=r"need labels of shape \(4,\); found \(4, 1\)"):
        loss(t, LABELS[:, None])
    with pytest.raises(ValueError, match="reduction is one of"):
        loss(t, LABELS, reduction="all")
    with pytest.raises(ShapeError, match="the scores are a single number"):
        loss(ag.Tensor(1.0), np.array(0))


def test_integer_targets_of_the_logits_shape_are_not_probabilities() -> None:
    with pytest.raises(ShapeError, match="labels of shape"):
        ag.cross_entropy(ag.Tensor(LOGITS), np.eye(3, dtype=int)[LABELS])


# Values


def test_known_values() -> None:
    p, t = np.array([1.0, 2.0, 4.0]), np.array([1.5, 2.0, 1.0])
    assert ag.mse(p, t) == pytest.approx((0.25 + 9) / 3)
    assert ag.half_squared_error(p, t, reduction="sum") == pytest.approx(4.625)
    np.testing.assert_allclose(ag.l1(p, t, reduction="none"), [0.5, 0, 3])
    assert ag.l2_norm(p, t) == pytest.approx(math.sqrt(9.25))
    np.testing.assert_allclose(ag.huber(p, t, reduction="none"), [0.125, 0, 2.5])
    np.testing.assert_allclose(ag.huber(p, t, "none", delta=2.0), [0.125, 0, 4])
    np.testing.assert_allclose(
        ag.pseudo_huber(p, t, "none", delta=2.0), [4 * (math.sqrt(1.0625) - 1), 0, 4 * 1.25**0.5
         * (math.sqrt(3.25) / 1.25**0.5) - 4]
    )  # fmt: skip
    assert ag.binary_cross_entropy(np.array([0.8]), np.array([1.0])) == pytest.approx(
        -math.log(0.8)
    )


def test_cross_entropy_of_labels_is_that_of_their_one_hot_probabilities() -> None:
    for reduction in ("mean", "sum", "none"):
        a, b = ag.Tensor(LOGITS), ag.Tensor(LOGITS)
        first = ag.cross_entropy(a, LABELS, reduction=reduction)
        second = ag.cross_entropy(b, np.eye(3)[LABELS], reduction=reduction)
        np.testing.assert_allclose(first.numpy(), second.numpy(), rtol=1e-15, atol=1e-15)
        seed = np.ones(first.shape)
        first.backward(seed)
        second.backward(seed)
        np.testing.assert_allclose(a.grad, b.grad, rtol=1e-14, atol=1e-15)


def test_cross_entropy_is_nll_of_log_softmax() -> None:
    found = ag.cross_entropy(LOGITS, LABELS)
    np.testing.assert_allclose(found, ag.nll(ag.log_softmax(LOGITS), LABELS), rtol=1e-15)
    logits = ag.Tensor(LOGITS)
    ag.nll(ag.log_softmax(logits), LABELS).backward()
    np.testing.assert_allclose(
        logits.grad, (ag.softmax(LOGITS) - np.eye(3)[LABELS]) / 4, rtol=1e-14, atol=1e-16
    )


def test_classes_along_another_axis() -> None:
    images = np.moveaxis(np.stack([LOGITS, LOGITS[::-1]]), -1, 1)  # (2, 3, 4)
    labels = np.stack([LABELS, LABELS[::-1]])
    expected = ag.cross_entropy(LOGITS, LABELS)
    np.testing.assert_allclose(ag.cross_entropy(images, labels, axis=1), expected)
    np.testing.assert_allclose(ag.nll(ag.log_softmax(images, axis=1), labels, axis=1), expected)
    soft = np.moveaxis(np.eye(3)[labels], -1, 1)
    np.testing.assert_allclose(ag.cross_entropy(images, soft, axis=1), expected)
    assert ag.cross_entropy(images, labels, reduction="none", axis=1).shape == (2, 4)


def test_labels_may_be_lists_and_any_integers() -> None:
    expected = ag.cross_entropy(LOGITS, LABELS)
    for labels in (LABELS.tolist(), LABELS.astype(np.uint8), LABELS.astype(np.int8)):
        assert ag.cross_entropy(ag.Tensor(LOGITS), labels).item() == pytest.approx(expected)


def test_probabilities_that_do_not_sum_to_one() -> None:
    weights = np.abs(LOGITS) + 0.1
    check_first_order(ag.cross_entropy, [LOGITS, weights])
    check_second_order(ag.cross_entropy, [LOGITS, weights])


def test_binary_cross_entropy_from_logits_and_from_probabilities_agree() -> None:
    z, t = np.linspace(-4, 4, 9), np.linspace(0, 1, 9)
    a, b = ag.Tensor(z), ag.Tensor(z)
    first = ag.binary_cross_entropy_with_logits(a, t)
    second = ag.binary_cross_entropy(ag.sigmoid(b), t)
    np.testing.assert_allclose(first.item(), second.item(), rtol=1e-13)
    first.backward()
    second.backward()
    np.testing.assert_allclose(a.grad, b.grad, rtol=1e-12, atol=1e-14)


def test_losses_between_entropies_and_norms() -> None:
    x, y = LOGITS, LOGITS[::-1].copy()
    np.testing.assert_allclose(ag.mse(x, y), 2 * ag.half_squared_error(x, y))
    np.testing.assert_allclose(ag.huber(x, y, delta=100.0), ag.half_squared_error(x, y))
    far = ag.huber(1e6 * x, 1e6 * y, "sum", delta=1e-6)
    np.testing.assert_allclose(far, ag.l1(x, y, "sum"), rtol=1e-9)
    smooth = ag.pseudo_huber(x, y, delta=1e4)
    np.testing.assert_allclose(smooth, ag.half_squared_error(x, y), rtol=1e-6)


# Reductions


@every_pointwise
def test_mean_and_sum_are_those_of_none(name: str, loss: Callable[..., Any]) -> None:
    x, y = np.full((4, 3), 0.3), np.linspace(0.1, 0.9, 12).reshape(4, 3)
    each = loss(x, y, reduction="none")
    np.testing.assert_allclose(loss(x, y), np.mean(each), rtol=1e-14)
    np.testing.assert_allclose(loss(x, y, reduction="mean"), np.mean(each), rtol=1e-14)
    np.testing.assert_allclose(loss(x, y, reduction="sum"), np.sum(each), rtol=1e-14)


@every_pointwise
@pytest.mark.parametrize("shape", [(3,), (1, 3), (0, 3), (2, 1, 3)], ids=str)
def test_shapes_of_all_kinds(name: str, loss: Callable[..., Any], shape: tuple[int, ...]) -> None:
    x, y = np.full(shape, 0.3), np.full(shape, 0.6)
    t = ag.Tensor(x)
    loss(t, y, reduction="sum").backward()
    assert t.grad.shape == shape
    if np.prod(shape):
        check_first_order(loss, [x, y])


@every_pointwise
def test_the_mean_of_nothing(name: str, loss: Callable[..., Any]) -> None:
    """Not a number, as NumPy's mean; its gradient is as empty as the operand."""
    t = ag.Tensor(np.zeros((0, 3)))
    with pytest.warns(RuntimeWarning):
        out = loss(t, np.zeros((0, 3)))
    assert np.isnan(out.item())
    out.backward()
    assert t.grad.shape == (0, 3)


@every_pointwise
def test_float32_losses(name: str, loss: Callable[..., Any]) -> None:
    x = np.full((4, 3), 0.3, np.float32)
    for reduction in ("mean", "sum", "none"):
        t = ag.Tensor(x)
        out = loss(t, x + np.float32(0.1), reduction=reduction)
        assert out.dtype == np.float32
        out.sum().backward()
        assert t.grad.dtype == np.float32
    assert ag.cross_entropy(ag.Tensor(x), LABELS).dtype == np.float32


@every_pointwise
def test_lists_are_targets_too(name: str, loss: Callable[..., Any]) -> None:
    t = ag.Tensor([0.3, 0.4])
    out = loss(t, [0.5, 0.1])
    np.testing.assert_allclose(out.item(), loss(np.array([0.3, 0.4]), np.array([0.5, 0.1])))
    out.backward()
    assert t.grad.shape == (2,)


@every_pointwise
def test_prediction_and_target_by_name(name: str, loss: Callable[..., Any]) -> None:
    x, y = np.array([0.3, 0.4]), np.array([0.5, 0.1])
    first = "logits" if "logits" in name or name == "cross_entropy" else "prediction"
    np.testing.assert_array_equal(loss(**{first: x, "target": y}), loss(x, y))


# Learning


def test_the_target_can_be_differentiated_too() -> None:
    x, y = ag.Tensor([0.2, 0.7]), ag.Tensor([0.5, 0.4])
    ag.mse(x, y).backward()
    np.testing.assert_allclose(x.grad, -y.grad)


@given(
    logits=hnp.arrays(np.float64, (4, 3), elements=st.floats(-50, 50)),
    labels=hnp.arrays(np.intp, 4, elements=st.integers(0, 2)),
)
def test_the_gradient_of_cross_entropy_is_p_minus_one_hot(logits: Any, labels: Any) -> None:
    t = ag.Tensor(logits)
    loss = ag.cross_entropy(t, labels, reduction="sum")
    assert loss.item() >= 0
    loss.backward()
    np.testing.assert_allclose(t.grad, ag.softmax(logits) - np.eye(3)[labels], atol=1e-15)
    np.testing.assert_allclose(t.grad.sum(axis=1), 0, atol=1e-14)


@given(x=hnp.arrays(np.float64, 5, elements=st.floats(-1e3, 1e3)), delta=st.floats(0.1, 10))
def test_huber_lies_between_pseudo_huber_and_the_parabola(x: Any, delta: float) -> None:
    zero = np.zeros(5)
    huber = ag.huber(x, zero, "none", delta=delta)
    assert (huber <= ag.half_squared_error(x, zero, "none") + 1e-9).all()
    assert (ag.pseudo_huber(x, zero, "none", delta=delta) <= huber * (1 + 1e-12)).all()
    t = ag.Tensor(x)
    ag.huber(t, zero, "sum", delta=delta).backward()
    np.testing.assert_allclose(t.grad, np.clip(x, -delta, delta))
