"""Attention: each query takes the mean of the values, weighted by how well their keys fit it."""

import math
from typing import Any

import numpy as np

from autograd_lite.errors import ShapeError
from autograd_lite.ops.activation import softmax
from autograd_lite.ops.noise import dropout


def attention_weights(
    query: Any, key: Any, attn_mask: Any = None, is_causal: bool = False, scale: float | None = None
) -> Any:
    """softmax(scale * query @ key.T + mask): for each query, weights of the keys with sum 1."""
    if query.shape[-1] != key.shape[-1]:
        raise ShapeError(
            f"attention: queries and keys must be equally long; their shapes are {query.shape} "
            f"and {key.shape}."
        )
    factor = 1 / math.sqrt(query.shape[-1]) if scale is None else scale
    scores = np.matmul(query * factor, np.swapaxes(key, -1, -2))
    if is_causal:
        earlier = np.tri(query.shape[-2], key.shape[-2], dtype=bool)
        scores = scores + as_bias(earlier, scores.dtype)
    if attn_mask is not None:
        scores = scores + as_bias(attn_mask, scores.dtype)
    return softmax(scores)


def as_bias(mask: Any, dtype: Any) -> Any:
    """A mask as what is added to the scores: 0 where a boolean one is true, elsewhere -inf."""
    if mask.dtype != bool:
        return mask
    return np.where(mask, dtype.type(0), dtype.type(-np.inf))


def scaled_dot_product_attention(
    query: Any,
    key: Any,
    value: Any,
    attn_mask: Any = None,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    scale: float | None = None,
    *,
    rng: np.random.Generator | None = None,
) -> Any:
    """softmax(query @ key.T / sqrt(E) + mask) @ value. Vaswani et al. (2017), equation 1.

    Shapes (..., L, E), (..., S, E) and (..., S, V) give (..., L, V). A boolean mask is true where
    a key takes part, any other is added to the scores. With `is_causal` query i sees the keys up
    to i. A query that sees no key gets NaN.
    """
    weights = attention_weights(query, key, attn_mask, is_causal, scale)
    return np.matmul(dropout(weights, dropout_p, rng=rng), value)
