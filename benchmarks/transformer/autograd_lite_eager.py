"""autograd_lite's functions, one call for each part, computed and recorded as they are called."""

from typing import Any

import numpy as np
from workloads import Steps

import autograd_lite as ag
from transformer import BATCH, HEAD_WIDTH, HEADS, LENGTH, NORM_EPS, WIDTH, Params, data


def block(x: Any, p: Params) -> Any:
    h = ag.layer_norm(x, WIDTH, p.norm1_weight, p.norm1_bias, NORM_EPS)
    h = ag.affine(h, p.project_weight, p.project_bias)
    h = np.reshape(h, (BATCH, LENGTH, 3, HEADS, HEAD_WIDTH))
    q, k, v = np.transpose(h, (2, 0, 3, 1, 4))
    seen = np.swapaxes(ag.scaled_dot_product_attention(q, k, v), 1, 2)
    x = x + ag.affine(np.reshape(seen, x.shape), p.merge_weight, p.merge_bias)
    h = ag.layer_norm(x, WIDTH, p.norm2_weight, p.norm2_bias, NORM_EPS)
    h = ag.gelu(ag.affine(h, p.widen_weight, p.widen_bias), approximate="tanh")
    return x + ag.affine(h, p.narrow_weight, p.narrow_bias)


def steps() -> Steps:
    """The loss and all gradients, by one backward pass over a graph recorded anew."""
    inputs, start = data()
    x, params = ag.Tensor(inputs), Params(*(ag.Tensor(p) for p in start))
    leaves = [x, *params]

    def step() -> Any:
        for leaf in leaves:
            leaf.grad = None
        loss = np.mean(np.square(block(x, params)))
        loss.backward()
        return loss

    return Steps(step, lambda: [leaf.grad for leaf in leaves], lambda: None)
