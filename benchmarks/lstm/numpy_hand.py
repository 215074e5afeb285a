"""Backpropagation through time, written out.

Since sigmoid(a) = tanh(a / 2) / 2 + 1 / 2, one tanh serves all four gates: each is
SCALE * tanh(SCALE * a) + OFFSET, and its slope SCALE**2 - (gate - OFFSET)**2. Everything that a
step back only multiplies with is worked out for all steps at once.
"""

import numpy as np
from workloads import Steps

from lstm import BATCH, HIDDEN, LENGTH, WIDTH, Floats, data

ROWS = 4 * HIDDEN
SCALE = np.repeat(np.array([0.5, 0.5, 1, 0.5], np.float32), HIDDEN)
OFFSET = 1 - SCALE


def steps() -> Steps:
    """All intermediate arrays are made once; the states have a place for the start, zeros."""
    x, (w_ih, w_hh, b_ih, b_hh) = data()
    flat_x = x.reshape(-1, WIDTH)
    gates = np.empty((LENGTH, BATCH, ROWS), np.float32)
    slopes = np.empty_like(gates)  # the gradients by what goes into the gates, in the end
    hidden = np.zeros((LENGTH + 1, BATCH, HIDDEN), np.float32)
    cells = np.zeros_like(hidden)
    squashed = np.empty_like(hidden[1:])
    recurrent, product = np.empty((BATCH, ROWS), np.float32), np.empty_like(hidden[0])
    grads: list[Floats] = []

    def forward() -> None:
        """Fill `gates`, `cells`, `squashed` (the tanh of the cells) and `hidden`."""
        w_in, w_back = (np.multiply(w.T, SCALE, order="C") for w in (w_ih, w_hh))
        flat_gates = gates.reshape(-1, ROWS)
        np.matmul(flat_x, w_in, out=flat_gates)
        flat_gates += (b_ih + b_hh) * SCALE
        for t, gate in enumerate(gates):
            np.matmul(hidden[t], w_back, out=recurrent)
            gate += recurrent
            np.tanh(gate, out=gate)
            gate *= SCALE
            gate += OFFSET
            i, f, g, o = split(gate)
            c = np.multiply(f, cells[t], out=cells[t + 1])
            np.multiply(i, g, out=product)
            c += product
            np.tanh(c, out=squashed[t])
            np.multiply(o, squashed[t], out=hidden[t + 1])

    def backward(d_hidden: Floats) -> Floats:
        """The gradients by what goes into the gates, given the direct ones by hidden states."""
        i, f, g, o = split(gates)
        np.subtract(gates, OFFSET, out=slopes)
        np.multiply(slopes, slopes, out=slopes)
        np.subtract(SCALE * SCALE, slopes, out=slopes)
        for slope, factor in zip(split(slopes), (g, cells[:-1], i, squashed)):
            slope *= factor
        into_cell = squashed * squashed  # d hidden / d cell = o * (1 - squashed**2)
        np.subtract(1, into_cell, out=into_cell)
        into_cell *= o

        by_gate = slopes.reshape(LENGTH, BATCH, 4, HIDDEN)
        dh, dc = np.zeros_like(product), np.zeros_like(product)
        for t in reversed(range(LENGTH)):
            dh += d_hidden[t]
            np.multiply(dh, into_cell[t], out=product)
            dc += product
            by_gate[t, :, :3] *= dc[:, None]
            by_gate[t, :, 3] *= dh
            dc *= f[t]
            np.matmul(slopes[t], w_hh, out=dh)
        return slopes.reshape(-1, ROWS)

    def step() -> np.float32:
        forward()
        out = hidden[1:]
        loss: np.float32 = np.vdot(out, out) / np.float32(out.size)
        d = backward(out * np.float32(2 / out.size))
        d_bias = np.add.reduce(d, 0)  # the two biases are only ever added
        d_weights = d.T @ flat_x, d.T @ hidden[:-1].reshape(-1, HIDDEN)
        grads[:] = *d_weights, d_bias, d_bias, (d @ w_ih).reshape(x.shape)
        return loss

    return Steps(step, lambda: grads, lambda: None)


def split(gates: Floats) -> list[Floats]:
    """Views of the gates i, f, g and o."""
    return [gates[..., k * HIDDEN : (k + 1) * HIDDEN] for k in range(4)]
