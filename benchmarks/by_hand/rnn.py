"""Backpropagation through time for a tanh RNN, step by step as the formula says it.

All intermediate arrays are made once; the states have a place for the start, zeros.
"""

from typing import Any

import numpy as np
import problems
from problems import RNN_BATCH, RNN_HIDDEN, RNN_LENGTH, Floats
from workloads import Steps, gradient_steps


def steps() -> Steps:
    (wx, wh, b), (xs,), _ = problems.rnn()
    states = np.zeros((RNN_LENGTH + 1, RNN_BATCH, RNN_HIDDEN), np.float32)
    d, spare = np.empty_like(states[0]), np.empty_like(states[0])
    gx, gh, gb = np.empty_like(wx), np.empty_like(wh), np.empty_like(b)
    one_gx, one_gh = np.empty_like(wx), np.empty_like(wh)

    def forward() -> None:
        for t in range(RNN_LENGTH):
            h = np.matmul(states[t], wh, out=states[t + 1])
            h += np.matmul(xs[t], wx, out=spare)
            h += b
            np.tanh(h, out=h)

    def backward() -> None:
        """Fill the gradients from `d`, the one by the last state."""
        for total in (gx, gh, gb):
            total.fill(0)
        for t in reversed(range(RNN_LENGTH)):
            np.multiply(states[t + 1], states[t + 1], out=spare)
            np.subtract(1, spare, out=spare)
            np.multiply(d, spare, out=spare)
            np.add(gx, np.matmul(xs[t].T, spare, out=one_gx), out=gx)
            np.add(gh, np.matmul(states[t].T, spare, out=one_gh), out=gh)
            np.add(gb, np.add.reduce(spare, 0), out=gb)
            if t:
                np.matmul(spare, wh.T, out=d)

    def value_and_gradients() -> tuple[Any, list[Floats]]:
        forward()
        last = states[-1]
        np.multiply(last, 2 / last.size, out=d)
        loss = np.vdot(last, last) / np.float32(last.size)
        backward()
        return loss, [gx, gh, gb]

    return gradient_steps(value_and_gradients)
