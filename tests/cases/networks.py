"""Normalization, recurrence over a sequence, attention: the functions that layers are made of."""

from typing import Any

import numpy as np

import autograd_lite as ag
from autograd_lite.ops import normalization, recurrent
from cases.kinds import real, shaped
from cases.reductions import naive_softmax

LAST = {"view": (2, 3, 4), "axes": (1, 2), "eps": 1e-2}
LOWER = np.tri(3, 4, dtype=bool)
ADDED = real(3, 4, seed=8)


def normal(x: Any, axis: Any, eps: float = 1e-5) -> Any:
    return (x - x.mean(axis, keepdims=True)) / np.sqrt(x.var(axis, keepdims=True) + eps)


def by_group(x: Any) -> Any:
    return normal(x.reshape(2, 2, 2, 3), (2, 3)).reshape(2, 4, 3)


def size(x: Any, axis: Any, eps: float) -> Any:
    return np.sqrt(np.mean(x * x, axis=axis, keepdims=True) + eps)


NORMALIZATION = [
    shaped("standardized", lambda x: normalization.standardized(x, **LAST), real(2, 3, 4),
           value=lambda x: normal(x, (1, 2), 1e-2)),
    shaped("inverse_deviation", lambda x: normalization.inverse_deviation(x, **LAST),
           real(2, 3, 4), value=lambda x: 1 / np.sqrt(x.var((1, 2), keepdims=True) + 1e-2)),
    shaped("inverse_size", lambda x: normalization.inverse_size(x, axes=(1,), eps=1e-2),
           real(2, 3), value=lambda x: 1 / size(x, 1, 1e-2), analytic=True),
    shaped("layer_norm", lambda x, w, b: ag.layer_norm(x, 4, w, b), real(3, 4), real(4, seed=1),
           real(4, seed=2), value=lambda x, w, b: normal(x, -1) * w + b),
    shaped("layer_norm, two axes", lambda x, w: ag.layer_norm(x, (3, 2), w), real(2, 3, 2),
           real(3, 2, seed=1), value=lambda x, w: normal(x, (1, 2)) * w),
    shaped("layer_norm, bias only", lambda x, b: ag.layer_norm(x, [3], None, b, 0.1), real(2, 3),
           real(3, seed=1), value=lambda x, b: normal(x, -1, 0.1) + b),
    shaped("group_norm", lambda x, w, b: ag.group_norm(x, 2, w, b), real(2, 4, 3), real(4, seed=1),
           real(4, seed=2),
           value=lambda x, w, b: by_group(x) * w.reshape(4, 1) + b.reshape(4, 1)),
    shaped("batch_norm", lambda x, w, b: ag.batch_norm(x, w, b), real(3, 2, 2), real(2, seed=1),
           real(2, seed=2),
           value=lambda x, w, b: normal(x, (0, 2)) * w.reshape(2, 1) + b.reshape(2, 1)),
    shaped("batch_norm, plain", ag.batch_norm, real(4, 3), value=lambda x: normal(x, 0)),
    shaped("rms_norm", lambda x, w: ag.rms_norm(x, 4, w, 1e-2), real(3, 4), real(4, seed=1),
           value=lambda x, w: x / size(x, -1, 1e-2) * w),
    shaped("rms_norm, two axes", lambda x: ag.rms_norm(x, (2, 3)), real(2, 2, 3),
           value=lambda x: x / size(x, (1, 2), np.finfo(float).eps)),
]  # fmt: skip


def sigmoid(x: Any) -> Any:
    return 1 / (1 + np.exp(-x))


def rnn(x: Any, w: Any, h: Any, function: Any = np.tanh) -> Any:
    states = []
    for a in x:
        h = function(a + h @ w.T)
        states.append(h)
    return np.array(states)


def lstm(x: Any, w: Any, start: Any) -> Any:
    (h, c), states, gates = start, [], []
    for a in x:
        i, f, n, o = np.split(a + h @ w.T, 4, axis=-1)
        gates.append(np.concatenate([sigmoid(i), sigmoid(f), np.tanh(n), sigmoid(o)], axis=-1))
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(n)
        h = sigmoid(o) * np.tanh(c)
        states.append([h, c])
    return np.swapaxes(np.array(states), 0, 1), np.array(gates)


def gru(x: Any, w: Any, h: Any) -> Any:
    states, gates = [], []
    for a in x:
        (r, u, n), (hr, hu, hn) = np.split(a, 3, -1), np.split(h @ w[:, :-1].T + w[:, -1], 3, -1)
        r, u = sigmoid(r + hr), sigmoid(u + hu)
        n = np.tanh(n + r * hn)
        h = (1 - u) * n + u * h
        gates.append(np.concatenate([r, u, n, hn], axis=-1))
        states.append(h)
    return np.array(states), np.array(gates)


RECURRENT = [
    shaped("rnn", lambda *xs: recurrent.rnn(*xs, nonlinearity="tanh"), real(3, 2, 2),
           real(2, 2, seed=1), real(2, 2, seed=2), value=rnn),
    shaped("rnn, relu", lambda *xs: recurrent.rnn(*xs, nonlinearity="relu"), real(3, 2, 2),
           real(2, 2, seed=1), real(2, 2, seed=2),
           value=lambda *xs: rnn(*xs, lambda a: np.maximum(a, 0))),
    shaped("lstm", recurrent.lstm, real(3, 2, 8), real(8, 2, seed=1), real(2, 2, 2, seed=2),
           value=lambda *xs: lstm(*xs)[0]),
    shaped("lstm of one step", recurrent.lstm, real(1, 1, 4), real(4, 1, seed=1),
           real(2, 1, 1, seed=2), value=lambda *xs: lstm(*xs)[0]),
    shaped("lstm_gates", recurrent.lstm_gates, real(2, 2, 8), real(8, 2, seed=1),
           real(2, 2, 2, seed=2), value=lambda *xs: lstm(*xs)[1]),
    shaped("gru", recurrent.gru, real(3, 2, 6), real(6, 3, seed=1), real(2, 2, seed=2),
           value=lambda *xs: gru(*xs)[0]),
    shaped("gru_gates", recurrent.gru_gates, real(2, 2, 6), real(6, 3, seed=1),
           real(2, 2, seed=2), value=lambda *xs: gru(*xs)[1]),
]  # fmt: skip


def attended(q: Any, k: Any, v: Any, bias: Any = 0.0, scale: float = 2**-0.5) -> Any:
    return naive_softmax(scale * q @ np.swapaxes(k, -1, -2) + bias, -1) @ v


def attention(*masks: Any, **kwargs: Any) -> Any:
    return lambda q, k, v: ag.scaled_dot_product_attention(q, k, v, *masks, **kwargs)


QUERIES = (real(3, 2), real(4, 2, seed=1), real(4, 2, seed=2))
ATTENTION = [
    shaped("attention by one function", attention(), *QUERIES, value=attended),
    shaped("attention, heads", attention(scale=0.3), real(2, 3, 2), real(2, 4, 2, seed=1),
           real(4, 2, seed=2), value=lambda q, k, v: attended(q, k, v, scale=0.3)),
    shaped("attention, causal", attention(is_causal=True), *QUERIES,
           value=lambda q, k, v: attended(q, k, v, np.where(LOWER, 0, -1e9))),
    shaped("attention, boolean mask", attention(LOWER), *QUERIES,
           value=lambda q, k, v: attended(q, k, v, np.where(LOWER, 0, -1e9))),
    shaped("attention, added mask", lambda q, k, v, m: ag.scaled_dot_product_attention(q, k, v, m),
           *QUERIES, ADDED, value=attended),
]  # fmt: skip

CASES = [*NORMALIZATION, *RECURRENT, *ATTENTION]
