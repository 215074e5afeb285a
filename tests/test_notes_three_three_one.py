"""The notes' network of three inputs, three logistic units and one output, worked by hand."""

import numpy as np
import pytest
from notes import BIAS, INPUT, W1, W2

import autograd_lite as ag

BY_TARGET = {
    1.0: (0.39996382556669418, -0.3296557050779696,
          [-0.20674283909205018, -0.18125591405988337, -0.2545151537512862],
          [-0.015416905870844502, -0.048957150177486426, -0.011602656152632921],
          [-0.039999479068028386, -0.13799702478833817, -0.026630766417969604]),
    0.0: (1.1097064871021768, 0.6703442949220304,
          [0.42040492722114536, 0.3685780832525946, 0.5175483956754975],
          [0.0313497832334685, 0.09955279344962951, 0.02359362886202709],
          [0.08133765677364552, 0.28061252045129104, 0.05415280871133368]),
}  # fmt: skip


def test_three_three_one_forward() -> None:
    """The second sum, printed 0.55, is 0.20: the sigmoid was applied twice there.

    So the last sum is 0.7097, not 0.756, and the output 0.6703, not 0.68.
    """
    a1 = W1 @ INPUT + BIAS
    np.testing.assert_allclose(a1, [0.52, 0.2, 1.22], rtol=1e-14)
    h1 = ag.sigmoid(a1)
    expected = [0.62714776631319558, 0.54983399731247791, 0.77206354942678374]
    np.testing.assert_allclose(h1, expected, rtol=4e-15)
    again = ag.sigmoid(np.array(0.55))  # printed as 0.63
    np.testing.assert_allclose(again, 0.63413559101080068, rtol=4e-15)
    a2 = W2 @ h1 + BIAS
    np.testing.assert_allclose(a2, [0.70974266153548261], rtol=4e-15)
    np.testing.assert_allclose(ag.sigmoid(a2), [0.67034429492203039], rtol=4e-15)
    np.testing.assert_allclose(W2 @ [0.62, 0.63, 0.77] + BIAS, [0.756], rtol=4e-15)
    np.testing.assert_allclose(ag.sigmoid(np.array(0.756)), 0.68048466121660179, rtol=4e-15)


@pytest.mark.parametrize("target", BY_TARGET)
@pytest.mark.parametrize("from_logits", [True, False])
def test_three_three_one_backward(target: float, from_logits: bool) -> None:
    """The hidden slope is h (1 - h); the notes' 1 - h**2 belongs to a tanh and is too large."""
    w1, b1 = ag.Tensor(W1), ag.Tensor([BIAS] * 3)
    w2, b2 = ag.Tensor(W2), ag.Tensor([BIAS])
    h1 = ag.sigmoid(w1 @ INPUT + b1)
    a2 = w2 @ h1 + b2
    if from_logits:
        loss = ag.binary_cross_entropy_with_logits(a2, np.array([target]))
    else:
        loss = ag.binary_cross_entropy(ag.sigmoid(a2), np.array([target]))
    value, by_b2, by_w2, by_b1, printed = BY_TARGET[target]
    np.testing.assert_allclose(loss.item(), value, rtol=1e-14)
    loss.backward()
    np.testing.assert_allclose(b2.grad, [by_b2], rtol=1e-14)
    np.testing.assert_allclose(w2.grad, [by_w2], rtol=1e-14)
    np.testing.assert_allclose(b1.grad, by_b1, rtol=1e-13)
    np.testing.assert_allclose(w1.grad, np.outer(by_b1, INPUT), rtol=1e-13)
    with_tanh = W2[0] * by_b2 * (1 - h1.numpy() ** 2)
    np.testing.assert_allclose(with_tanh, printed, rtol=1e-13)
    factor = [2.5945205, 2.8187307, 2.2952302]
    np.testing.assert_allclose(with_tanh / b1.grad, factor, rtol=1e-7)
