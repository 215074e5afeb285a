"""Recurrent layers over a whole sequence, one node each: backpropagation through time.

`x` is what the inputs of all steps contribute, (steps, batch, gates), worked out before in one
product; `y` the recurrent weight; `z` the state before the first step. What a step multiplies
its cotangent with is worked out for all steps at once; only the recurrence itself is a loop.
"""

from typing import Any

import numpy as np

from autograd_lite.core.declare import composite


def before(states: Any, start: Any) -> Any:
    """The state before each step, given those after each."""
    return np.concatenate([np.expand_dims(start, 0), states[:-1]])


def laid_out(weight: Any) -> Any:
    """The same matrix row by row in memory, as products of few rows read it fastest."""
    return np.copy(weight, order="C")


def by_weight(cotangents: Any, states: Any) -> Any:
    """The cotangent of a recurrent weight: the sum of outer products over steps and examples."""
    rows = np.reshape(cotangents, (-1, cotangents.shape[-1]))
    return np.matmul(rows.T, np.reshape(states, (-1, states.shape[-1])))


# h' = f(x + h @ y.T), where f is tanh or relu. Elman: Finding Structure in Time (1990).


def _rnn(x: Any, y: Any, z: Any, nonlinearity: str) -> Any:
    transposed, states = laid_out(y.T), []
    for a in np.unstack(x):
        a = a + np.matmul(z, transposed)
        z = np.tanh(a) if nonlinearity == "tanh" else np.maximum(a, 0)
        states.append(z)
    return np.stack(states)


def rnn_pull(g: Any, y: Any, out: Any, nonlinearity: str) -> Any:
    """The cotangent of `x`, from the last step to the first."""
    slopes = 1 - out * out if nonlinearity == "tanh" else 1 * (out > 0)
    later: Any = 0
    found = []
    for g_now, slope in zip(np.unstack(g)[::-1], np.unstack(slopes)[::-1], strict=True):
        found.append((g_now + later) * slope)
        later = np.matmul(found[-1], y)
    return np.stack(found[::-1])


rnn = composite(
    _rnn,
    lambda by_input, nonlinearity: by_input,
    lambda by_input, z, out, nonlinearity: by_weight(by_input, before(out, z)),
    lambda by_input, y, nonlinearity: np.matmul(by_input[0], y),
    name="rnn",
    shared={"by_input": rnn_pull},
)


# LSTM: with the gates i, f, n, o = sigmoid, sigmoid, tanh, sigmoid of x + h @ y.T,
# c' = f * c + i * n and h' = o * tanh(c'). The result is (2, steps, batch, hidden): h, then c;
# the start is (2, batch, hidden). Hochreiter, Schmidhuber (1997); Gers et al. (2000).


def gate_scales(x: Any) -> tuple[Any, Any]:
    """Scale and offset that make one tanh of all four gates: sigmoid(a) = tanh(a / 2) / 2 + 1/2."""
    size = x.shape[-1] // 4
    half = np.full(size, 0.5, x.dtype)
    scale = np.concatenate([half, half, 2 * half, half])
    return scale, 1 - scale


def _lstm(x: Any, y: Any, z: Any) -> tuple[Any, Any]:
    scale, offset = gate_scales(x)
    size, transposed = y.shape[1], laid_out(y.T)
    h, c = z[0], z[1]
    hidden, cells, gates = [], [], []
    for a in np.unstack(x):
        gate = np.tanh((a + np.matmul(h, transposed)) * scale) * scale + offset
        c = gate[:, size : 2 * size] * c + gate[:, :size] * gate[:, 2 * size : 3 * size]
        h = gate[:, 3 * size :] * np.tanh(c)
        hidden.append(h)
        cells.append(c)
        gates.append(gate)
    states = np.reshape(np.stack([*hidden, *cells]), (2, *np.shape(x)[:2], size))
    return states, np.stack(gates)


def lstm_pull(g: Any, g_gates: Any, y: Any, z: Any, cells: Any, gates: Any) -> tuple[Any, Any]:
    """The cotangents of `x` and of the first cell, given those of the states and of the gates."""
    scale, offset = gate_scales(gates)
    steepest, size = scale * scale, y.shape[1]
    g_hidden, g_cells = np.unstack(g[0]), np.unstack(g[1])
    gates, cells = np.unstack(gates), (z[1], *np.unstack(cells))
    direct = None if g_gates is None else np.unstack(g_gates)
    later_h: Any = 0
    later_c: Any = 0
    found = []
    for t in reversed(range(len(gates))):
        gate, squashed = gates[t], np.tanh(cells[t + 1])
        i, f, n, o = (gate[:, k * size : (k + 1) * size] for k in range(4))
        h = g_hidden[t] + later_h
        c = g_cells[t] + later_c + h * o * (1 - squashed * squashed)
        by_gate = np.concatenate([c * n, c * cells[t], c * i, h * squashed], axis=-1)
        if direct is not None:
            by_gate = by_gate + direct[t]
        a = by_gate * (steepest - np.square(gate - offset))
        found.append(a)
        later_h = np.matmul(a, y)
        later_c = c * f
    return np.stack(found[::-1]), later_c


def lstm_states(gates: Any, z: Any) -> tuple[Any, Any]:
    """Hidden states and cells, given the gates."""
    size, c, cells = gates.shape[-1] // 4, z[1], []
    added = gates[..., :size] * gates[..., 2 * size : 3 * size]
    for f, new in zip(np.unstack(gates[..., size : 2 * size]), np.unstack(added), strict=True):
        c = f * c + new
        cells.append(c)
    states = np.stack(cells)
    return gates[..., 3 * size :] * np.tanh(states), states


def gates_pull(g: Any, y: Any, z: Any, out: Any) -> Any:
    hidden, cells = lstm_states(out, z)
    none = np.zeros((2, *cells.shape), cells.dtype)
    return (*lstm_pull(none, g, y, z, cells, out), hidden)


lstm_gates = composite(
    lambda x, y, z: _lstm(x, y, z)[1],
    lambda found: found[0],
    lambda found, z: by_weight(found[0], before(found[2], z[0])),
    lambda found, y: np.stack([np.matmul(found[0][0], y), found[1]]),
    name="lstm_gates",
    shared={"found": gates_pull},
)
lstm = composite(
    _lstm,
    lambda found: found[0],
    lambda found, z, out: by_weight(found[0], before(out[0], z[0])),
    lambda found, y: np.stack([np.matmul(found[0][0], y), found[1]]),
    name="lstm",
    extras={"gates": lstm_gates},
    shared={"found": lambda g, y, z, out, gates: lstm_pull(g, None, y, z, out[1], gates)},
)


# GRU: r, u = sigmoid(x + w @ h + b) of the first two thirds, n = tanh(x + r * (w @ h + b)) of the
# last, h' = n + u * (h - n). `y` is (3 * hidden, hidden + 1): the bias is its last column, since
# the last third of it stands inside the product with r. Cho et al. (2014).


def _gru(x: Any, y: Any, z: Any) -> tuple[Any, Any]:
    size = y.shape[1] - 1
    weight, bias = laid_out(y[:, :size].T), y[:, size]
    states, gates = [], []
    for a in np.unstack(x):
        b = np.matmul(z, weight) + bias
        ru = np.tanh((a[:, : 2 * size] + b[:, : 2 * size]) * 0.5) * 0.5 + 0.5
        last = b[:, 2 * size :]
        n = np.tanh(a[:, 2 * size :] + ru[:, :size] * last)
        z = n + ru[:, size:] * (z - n)
        states.append(z)
        gates.append(np.concatenate([ru, n, last], axis=-1))
    return np.stack(states), np.stack(gates)


def gru_pull(g: Any, g_gates: Any, y: Any, z: Any, out: Any, gates: Any) -> tuple[Any, Any, Any]:
    """The cotangents of `x`, of w @ h + b, and of the first state."""
    size = y.shape[1] - 1
    weight, g, gates, states = y[:, :size], np.unstack(g), np.unstack(gates), (z, *np.unstack(out))
    direct = None if g_gates is None else np.unstack(g_gates)
    later: Any = 0
    by_x, by_h = [], []
    for t in reversed(range(len(g))):
        r, u, n, last = (gates[t][:, k * size : (k + 1) * size] for k in range(4))
        h = g[t] + later
        by_n, by_u = h * (1 - u), h * (states[t] - n)
        by_r: Any = 0
        by_last: Any = 0
        if direct is not None:
            g_r, g_u, g_n, g_last = (direct[t][:, k * size : (k + 1) * size] for k in range(4))
            by_n, by_u, by_r, by_last = by_n + g_n, by_u + g_u, g_r, g_last
        by_n = by_n * (1 - n * n)
        by_u = by_u * u * (1 - u)
        by_r = (by_r + by_n * last) * r * (1 - r)
        by_x.append(np.concatenate([by_r, by_u, by_n], axis=-1))
        by_h.append(np.concatenate([by_r, by_u, by_n * r + by_last], axis=-1))
        later = np.matmul(by_h[-1], weight) + h * u
    return np.stack(by_x[::-1]), np.stack(by_h[::-1]), later


def with_one(states: Any) -> Any:
    """A one after the entries of each state, which the bias multiplies."""
    return np.concatenate([states, np.ones_like(states[..., :1])], axis=-1)


def gru_states(gates: Any, z: Any) -> Any:
    """The states, given the gates."""
    size, states = gates.shape[-1] // 4, []
    u, n = gates[..., size : 2 * size], gates[..., 2 * size : 3 * size]
    for u_now, n_now in zip(np.unstack(u), np.unstack(n), strict=True):
        z = n_now + u_now * (z - n_now)
        states.append(z)
    return np.stack(states)


def gru_gates_pull(g: Any, y: Any, z: Any, out: Any) -> Any:
    states = gru_states(out, z)
    none = np.zeros(states.shape, states.dtype)
    return (*gru_pull(none, g, y, z, states, out), states)


gru_gates = composite(
    lambda x, y, z: _gru(x, y, z)[1],
    lambda found: found[0],
    lambda found, z: by_weight(found[1], with_one(before(found[3], z))),
    lambda found: found[2],
    name="gru_gates",
    shared={"found": gru_gates_pull},
)
gru = composite(
    _gru,
    lambda found: found[0],
    lambda found, z, out: by_weight(found[1], with_one(before(out, z))),
    lambda found: found[2],
    name="gru",
    extras={"gates": gru_gates},
    shared={"found": lambda g, y, z, out, gates: gru_pull(g, None, y, z, out, gates)},
)
