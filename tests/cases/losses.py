"""Every loss, with each reduction; and small compositions."""

from collections.abc import Callable
from typing import Any

import numpy as np

import autograd_lite as ag
from cases.elementwise import naive_sigmoid
from cases.indexing import LABELS, ROWS
from cases.kinds import Array, Case, real, shaped, spread
from cases.reductions import naive_softmax


def losses() -> list[Case]:
    """Every loss, with each reduction."""
    reduce = {"mean": np.mean, "sum": np.sum, "none": np.asarray}
    x, y = real(4, 3), real(4, 3, seed=1) + 0.4
    p, t = spread((0.2, 0.8), (4, 3)), spread((0.2, 0.8), (4, 3), 1)
    probabilities = naive_softmax(y, -1)

    def huber(x: Any, y: Any) -> Any:
        r = np.abs(x - y)
        return np.where(r < 0.8, r * r / 2, 0.8 * (r - 0.4))

    def picked(x: Any) -> Any:
        return -x[np.arange(4), LABELS]

    def soft(x: Any, y: Any) -> Any:
        return -np.sum(y * np.log(naive_softmax(x, -1)), axis=-1)

    pairs: list[tuple[str, Callable[..., Any], tuple[Array, ...], Callable[..., Any]]] = [
        ("mse", ag.mse, (x, y), lambda x, y: (x - y) ** 2),
        ("half_squared_error", ag.half_squared_error, (x, y), lambda x, y: (x - y) ** 2 / 2),
        ("l1", ag.l1, (x, y), lambda x, y: np.abs(x - y)),
        ("l2_norm", ag.l2_norm, (x, y), lambda x, y: np.sqrt(np.sum((x - y) ** 2, axis=-1))),
        ("huber", lambda x, y, **k: ag.huber(x, y, delta=0.8, **k), (x, y), huber),
        ("pseudo_huber", lambda x, y, **k: ag.pseudo_huber(x, y, delta=0.8, **k), (x, y),
         lambda x, y: 0.64 * (np.sqrt(1 + ((x - y) / 0.8) ** 2) - 1)),
        ("binary_cross_entropy", ag.binary_cross_entropy, (p, t),
         lambda p, t: -t * np.log(p) - (1 - t) * np.log(1 - p)),
        ("binary_cross_entropy_with_logits", ag.binary_cross_entropy_with_logits, (x, t),
         lambda x, t: -t * np.log(naive_sigmoid(x)) - (1 - t) * np.log(naive_sigmoid(-x))),
        ("categorical_cross_entropy", ag.categorical_cross_entropy, (p, t),
         lambda p, t: -np.sum(t * np.log(p), axis=-1)),
        ("nll", lambda x, **k: ag.nll(x, LABELS, **k), (x,), picked),
        ("cross_entropy", lambda x, **k: ag.cross_entropy(x, LABELS, **k), (x,),
         lambda x: picked(np.log(naive_softmax(x, -1)))),
        ("cross_entropy with probabilities", ag.cross_entropy, (x, probabilities), soft),
    ]  # fmt: skip
    return [
        shaped(
            f"{name}, {reduction}", lambda *xs, c=call, r=reduction: c(*xs, reduction=r), *operands,
            value=lambda *xs, v=value, f=function: f(v(*xs)),
        )
        for name, call, operands, value in pairs
        for reduction, function in reduce.items()
    ] + [
        shaped("cross_entropy, axis", lambda x: ag.cross_entropy(x, ROWS[:, :2], axis=1),
               real(2, 3, 2), value=lambda x: np.mean(
                   -np.take_along_axis(np.log(naive_softmax(x, 1)), ROWS[:, None, :2], 1))),
        shaped("cross_entropy of one example", lambda x: ag.cross_entropy(x, np.array(1)),
               real(3), value=lambda x: -np.log(naive_softmax(x, -1))[1]),
        shaped("l2_norm, axis", lambda x, y: ag.l2_norm(x, y, axis=0), real(2, 3),
               real(2, 3, seed=1), value=lambda x, y: np.mean(np.hypot(*(x - y)))),
        shaped("mse of scalars", ag.mse, np.array(1.5), np.array(0.5),
               value=lambda x, y: (x - y) ** 2),
    ]  # fmt: skip


COMPOSED = [
    shaped("a small network", lambda x, w, b, v: np.tanh(x @ w + b) @ v, real(3, 2),
           real(2, 4, seed=1), real(4, seed=2), real(4, 1, seed=3), analytic=True),
    shaped("layer norm", lambda x: (x - x.mean(-1, keepdims=True)) / x.std(-1, keepdims=True),
           real(2, 3)),
    shaped("fan-out", lambda x: x * np.sin(x) + np.exp(x) / (1 + x * x) - x[::-1], real(3),
           analytic=True),
    shaped("attention", lambda q, k, v: ag.softmax(q @ k.T / 2**0.5) @ v, real(2, 3),
           real(4, 3, seed=1), real(4, 2, seed=2), value=lambda q, k, v: naive_softmax(
               q @ k.T / 2**0.5, -1) @ v),
]  # fmt: skip

CASES = [*losses(), *COMPOSED]
