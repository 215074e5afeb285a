"""The block with autograd_lite's functions, one call for each part."""

from typing import Any

import numpy as np

import autograd_lite as ag
from transformer import BATCH, HEAD_WIDTH, HEADS, LENGTH, NORM_EPS, WIDTH, Params


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


def loss_of(leaves: Any) -> Any:
    x, *params = leaves
    return np.mean(np.square(block(x, Params(*params))))
