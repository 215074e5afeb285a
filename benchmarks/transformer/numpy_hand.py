"""A transformer block and its backpropagation written out by hand in NumPy.

Examples and positions are one axis of rows, but for the attention. Queries, keys and values are
views of their projection, and their gradients views of its gradient, so that matmul reads and
writes all heads where they lie. Arrays are overwritten where nothing needs them any more.
"""

from typing import Any

import numpy as np
from workloads import Steps

from transformer import (
    BATCH,
    GELU_CUBIC,
    GELU_SCALE,
    HEAD_WIDTH,
    HEADS,
    LENGTH,
    NORM_EPS,
    WIDTH,
    Floats,
    data,
)

PIECE = 32  # rows: a few arrays of so many fit the cache next to a core


def steps() -> Steps:
    """One step is `forward` and `backward` in one, for what the one leaves to the other."""
    inputs, p = data()
    x = inputs.reshape(-1, WIDTH)
    grads: list[Any] = []

    def step() -> Any:
        s1, inverse1 = standardize(x)
        h1 = s1 * p.norm1_weight
        h1 += p.norm1_bias
        qkv = dense(h1, p.project_weight, p.project_bias)
        seen, exp, total = attend(qkv)
        x1 = dense(seen, p.merge_weight, p.merge_bias)
        x1 += x
        s2, inverse2 = standardize(x1)
        h2 = s2 * p.norm2_weight
        h2 += p.norm2_bias
        u = dense(h2, p.widen_weight, p.widen_bias)
        slope = gelu(u)
        y = dense(u, p.narrow_weight, p.narrow_bias)
        y += x1
        loss: np.float32 = np.vdot(y, y) / np.float32(y.size)

        y *= 2 / y.size  # from here on the gradient of the loss by y
        narrow = through_dense(y, u)
        slope *= y @ p.narrow_weight
        widen = through_dense(slope, h2)
        d, *norm2 = through_norm(slope @ p.widen_weight, s2, inverse2, p.norm2_weight)
        d += y
        merge = through_dense(d, seen)
        dqkv = through_attention(d @ p.merge_weight, qkv, seen, exp, total)
        project = through_dense(dqkv, h1)
        dx, *norm1 = through_norm(dqkv @ p.project_weight, s1, inverse1, p.norm1_weight)
        dx += d

        grads[:] = [dx.reshape(inputs.shape), *norm1, *project, *merge, *norm2, *widen, *narrow]
        return loss

    return Steps(step, lambda: grads, lambda: None)


def dense(x: Floats, weight: Floats, bias: Floats) -> Floats:
    out: Floats = x @ weight.T
    out += bias
    return out


def through_dense(d: Floats, inputs: Floats) -> tuple[Floats, Floats]:
    """The gradients of a layer's weight and bias; `d` is by its output."""
    return d.T @ inputs, np.add.reduce(d, 0)


def standardize(x: Floats) -> tuple[Floats, Floats]:
    """The rows at mean 0 and variance 1, and what they were multiplied by for that."""
    out = x - np.add.reduce(x, 1, keepdims=True) / WIDTH
    inverse = np.einsum("ij,ij->i", out, out)[:, None]
    inverse /= WIDTH
    inverse += NORM_EPS
    np.sqrt(inverse, out=inverse)
    np.divide(1, inverse, out=inverse)
    out *= inverse
    return out, inverse


def through_norm(
    d: Floats, standard: Floats, inverse: Floats, weight: Floats
) -> tuple[Floats, Floats, Floats]:
    """The gradients by the rows, the weight and the bias; `d` is spoiled.

    For the rows it is inverse * (e - mean(e) - standard * mean(e * standard)), e = d * weight;
    both means are products with the weight.
    """
    product = d * standard
    by_weight, by_bias = np.add.reduce(product, 0), np.add.reduce(d, 0)
    mean_weight = weight[:, None] / WIDTH
    along_shift, along_scale = d @ mean_weight, product @ mean_weight
    d *= weight
    d -= along_shift
    np.multiply(standard, along_scale, out=product)
    d -= product
    d *= inverse
    return d, by_weight, by_bias


def heads(rows: Floats, parts: int) -> Floats:
    """Views (parts, BATCH, HEADS, LENGTH, HEAD_WIDTH) of the parts side by side in `rows`."""
    return rows.reshape(BATCH, LENGTH, parts, HEADS, HEAD_WIDTH).transpose(2, 0, 3, 1, 4)


def attend(qkv: Floats) -> tuple[Floats, Floats, Floats]:
    """What each position sees, and the softmax before its division: exponentials and their sums.

    The sums divide what is seen, which is smaller than the weights. The queries in `qkv` are
    scaled in place.
    """
    qkv[:, :WIDTH] *= HEAD_WIDTH**-0.5
    q, k, v = heads(qkv, 3)
    exp = q @ k.swapaxes(2, 3)
    exp -= np.maximum.reduce(exp, 3, keepdims=True)
    np.exp(exp, out=exp)
    total = np.add.reduce(exp, 3, keepdims=True)
    seen = np.empty((len(qkv), WIDTH), np.float32)
    (out,) = heads(seen, 1)
    np.matmul(exp, v, out=out)
    out /= total
    return seen, exp, total


def through_attention(d: Floats, qkv: Floats, seen: Floats, exp: Floats, total: Floats) -> Floats:
    """The gradient by the projection, before the scaling of the queries; `d`, `exp` are spoiled.

    That by the scores is w * (d @ v.T - sum(w * (d @ v.T))) with w = exp / total; the sum over
    the keys is sum(d * seen) over the features, which are fewer.
    """
    q, k, v = heads(qkv, 3)
    dqkv = np.empty_like(qkv)
    dq, dk, dv = heads(dqkv, 3)
    (out,), (by_out,) = heads(seen, 1), heads(d, 1)
    by_out /= total
    np.matmul(exp.swapaxes(2, 3), by_out, out=dv)
    scores = by_out @ v.swapaxes(2, 3)
    scores -= np.einsum("...i,...i->...", by_out, out)[..., None]
    scores *= exp
    np.matmul(scores, k, out=dq)
    np.matmul(scores.swapaxes(2, 3), q, out=dk)
    dqkv[:, :WIDTH] *= HEAD_WIDTH**-0.5
    return dqkv


def gelu(u: Floats) -> Floats:
    """The slope of the GELU at `u`, which becomes its value; piece by piece, for the cache."""
    slope = np.empty_like(u)
    for start in range(0, len(u), PIECE):
        gelu_piece(u[start : start + PIECE], slope[start : start + PIECE])
    return slope


def gelu_piece(u: Floats, slope: Floats) -> None:
    """With h = (1 + t) / 2 and t the tanh, the value is u * h and the slope
    h + u * 2 * h * (1 - h) * s, where s is the slope of what the tanh is taken of."""
    square = u * u
    h = square * (GELU_SCALE * GELU_CUBIC)
    np.multiply(h, 3, out=square)
    h += GELU_SCALE
    square += GELU_SCALE  # now s
    h *= u
    np.tanh(h, out=h)
    h *= 0.5
    h += 0.5
    np.multiply(h, 2, out=slope)
    square *= u
    square *= slope
    np.subtract(1, h, out=slope)
    slope *= square
    slope += h
    u *= h
