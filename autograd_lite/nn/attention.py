"""Attention layers: several heads side by side, and the encoder layer of a transformer."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from autograd_lite import ops
from autograd_lite.core.tensor import Tensor
from autograd_lite.errors import ShapeError
from autograd_lite.nn import init
from autograd_lite.nn.dropout import Dropout
from autograd_lite.nn.linear import Linear
from autograd_lite.nn.module import Module
from autograd_lite.nn.normalization import LayerNorm

Shapes = dict[tuple[int, ...], tuple[int, ...]]

ACTIVATIONS: dict[str, Callable[..., Any]] = {"relu": ops.relu, "gelu": ops.gelu}


class MultiheadAttention(Module):
    """Attention in `num_heads` parts of the features. Vaswani et al. (2017), section 3.2.2.

    Query (L, N, E), key and value (S, N, E); with batch_first (N, L, E); without a batch (L, E).
    in_proj_weight (3 * E, E) holds the projections of query, key and value, one above the other.
    """

    def __init__(
        self,
        embed_dim: int,
        num_heads: int,
        dropout: float = 0.0,
        bias: bool = True,
        *,
        batch_first: bool = False,
        dtype: DTypeLike = np.float32,
        rng: np.random.Generator | None = None,
    ) -> None:
        if embed_dim % num_heads:
            raise ValueError(
                f"MultiheadAttention: embed_dim={embed_dim} cannot be divided into {num_heads} "
                "heads of equal size."
            )
        self.embed_dim, self.num_heads, self.dropout = embed_dim, num_heads, dropout
        self.batch_first = batch_first
        self._rng = rng
        shape = (3 * embed_dim, embed_dim)
        self.in_proj_weight = Tensor(init.xavier_uniform(shape, dtype=dtype, rng=rng))
        self.in_proj_bias = Tensor(np.zeros(3 * embed_dim, dtype)) if bias else None
        self.out_proj = Linear(embed_dim, embed_dim, bias, dtype=dtype, rng=rng)
        if self.out_proj.bias is not None:
            self.out_proj.bias.assign(np.zeros(embed_dim))

    def forward(
        self,
        query: Any,
        key: Any,
        value: Any,
        key_padding_mask: Any = None,
        need_weights: bool = True,
        attn_mask: Any = None,
        average_attn_weights: bool = True,
        is_causal: bool = False,
    ) -> tuple[Any, Any]:
        """The attention's output, and its weights if need_weights (else None).

        Boolean masks are true where a key is left out, others are added to the scores:
        key_padding_mask (N, S); attn_mask (L, S) or (N * num_heads, L, S). The weights are
        (N, L, S), or with average_attn_weights=False (N, num_heads, L, S).
        """
        is_batched = query.ndim == 3
        query, key, value = (self.batch_of(x) for x in (query, key, value))
        q, k, v = self.projected(query, key, value)
        mask = self.mask_of(q, k, key_padding_mask, attn_mask)
        weights = ops.attention_weights(q, k, mask, is_causal)
        weights = ops.dropout(weights, self.dropout, self.training, rng=self._rng)
        heads = np.swapaxes(np.matmul(weights, v), 1, 2)
        out = self.out_proj(np.reshape(heads, query.shape))
        if not is_batched:
            out, weights = out[0], weights[0]
        elif not self.batch_first:
            out = np.swapaxes(out, 0, 1)
        if not need_weights:
            return out, None
        return out, np.mean(weights, axis=-3) if average_attn_weights else weights

    def batch_of(self, x: Any) -> Any:
        """(N, L, E)."""
        if x.ndim not in (2, 3) or x.shape[-1] != self.embed_dim:
            raise ShapeError(
                f"MultiheadAttention: query, key and value must have 3 axes (2 without a batch), "
                f"the last of length {self.embed_dim}; found shape {x.shape}."
            )
        if x.ndim == 2:
            return np.expand_dims(x, 0)
        return x if self.batch_first else np.swapaxes(x, 0, 1)

    def projected(self, *xs: Any) -> list[Any]:
        """Query, key and value of each head, (N, num_heads, L, E / num_heads)."""
        # The weight is taken apart, not the product: its gradient is the smaller one to put
        # together again.
        size, found = self.embed_dim, []
        for i, x in enumerate(xs):
            part = slice(i * size, (i + 1) * size)
            bias = None if self.in_proj_bias is None else self.in_proj_bias[part]
            x = ops.affine(x, self.in_proj_weight[part], bias)
            x = np.reshape(x, (*x.shape[:2], self.num_heads, size // self.num_heads))
            found.append(np.swapaxes(x, 1, 2))
        return found

    def mask_of(self, q: Any, k: Any, key_padding_mask: Any, attn_mask: Any) -> Any:
        """Both masks as one, to be added to scores (N, num_heads, L, S)."""
        n, heads, length = q.shape[:3]
        keys = k.shape[2]
        alone: Shapes = {(keys,): (1, 1, 1, keys)} if n == 1 else {}
        padding = masked(
            "key_padding_mask", key_padding_mask, {(n, keys): (n, 1, 1, keys), **alone}, q.dtype
        )
        shapes: Shapes = {
            (length, keys): (length, keys),
            (n * heads, length, keys): (n, heads, length, keys),
        }
        mask = masked("attn_mask", attn_mask, shapes, q.dtype)
        if padding is None or mask is None:
            return mask if padding is None else padding
        return padding + mask

    def extra_repr(self) -> str:
        return f"embed_dim={self.embed_dim}, num_heads={self.num_heads}"


def masked(name: str, mask: Any, shapes: Shapes, dtype: Any) -> Any:
    """A mask of one of the allowed shapes as what is added to the scores, in its new shape."""
    if mask is None:
        return None
    if mask.shape not in shapes:
        allowed = " or ".join(str(shape) for shape in shapes)
        raise ShapeError(f"MultiheadAttention: {name} must be {allowed}; found {mask.shape}.")
    bias = ops.attention.as_bias(~mask, dtype) if mask.dtype == bool else mask
    return np.reshape(bias, shapes[mask.shape])


class TransformerEncoderLayer(Module):
    """Attention of a sequence to itself, then two linear layers, each beside a shortcut.

    Normalization comes after each sum, or with norm_first before what is added. `activation` is
    "relu", "gelu" or a function. Shapes as for `MultiheadAttention`. Vaswani et al. (2017).
    """

    def __init__(
        self,
        d_model: int,
        nhead: int,
        dim_feedforward: int = 2048,
        dropout: float = 0.1,
        activation: str | Callable[..., Any] = "relu",
        layer_norm_eps: float = 1e-5,
        batch_first: bool = False,
        norm_first: bool = False,
        bias: bool = True,
        *,
        dtype: DTypeLike = np.float32,
        rng: np.random.Generator | None = None,
    ) -> None:
        if isinstance(activation, str) and activation not in ACTIVATIONS:
            raise ValueError(
                "TransformerEncoderLayer: activation is relu, gelu or a function; found "
                f"{activation!r}."
            )
        self.norm_first, self.activation = norm_first, activation
        self.self_attn = MultiheadAttention(
            d_model, nhead, dropout, bias, batch_first=batch_first, dtype=dtype, rng=rng
        )
        self.linear1 = Linear(d_model, dim_feedforward, bias, dtype=dtype, rng=rng)
        self.dropout = Dropout(dropout, rng=rng)
        self.linear2 = Linear(dim_feedforward, d_model, bias, dtype=dtype, rng=rng)
        self.norm1 = LayerNorm(d_model, layer_norm_eps, bias=bias, dtype=dtype)
        self.norm2 = LayerNorm(d_model, layer_norm_eps, bias=bias, dtype=dtype)
        self.dropout1 = Dropout(dropout, rng=rng)
        self.dropout2 = Dropout(dropout, rng=rng)

    def forward(
        self,
        src: Any,
        src_mask: Any = None,
        src_key_padding_mask: Any = None,
        is_causal: bool = False,
    ) -> Any:
        """src after the layer; the masks are those of `MultiheadAttention`."""
        x, masks = src, (src_mask, src_key_padding_mask, is_causal)
        if self.norm_first:
            x = x + self.attend(self.norm1(x), *masks)
            return x + self.transform(self.norm2(x))
        x = self.norm1(x + self.attend(x, *masks))
        return self.norm2(x + self.transform(x))

    def attend(self, x: Any, mask: Any, padding: Any, is_causal: bool) -> Any:
        out, _ = self.self_attn(
            x, x, x, attn_mask=mask, key_padding_mask=padding, need_weights=False,
            is_causal=is_causal,
        )  # fmt: skip
        return self.dropout1(out)

    def transform(self, x: Any) -> Any:
        activation = self.activation
        function = ACTIVATIONS[activation] if isinstance(activation, str) else activation
        return self.dropout2(self.linear2(self.dropout(function(self.linear1(x)))))
