"""PyTorch's fused normalization, attention and GELU, one call each."""

from typing import Any

from torch.nn import functional

from transformer import HEAD_WIDTH, HEADS, NORM_EPS, WIDTH, Params


def block(x: Any, p: Params) -> Any:
    h = functional.layer_norm(x, (WIDTH,), p.norm1_weight, p.norm1_bias, NORM_EPS)
    h = functional.linear(h, p.project_weight, p.project_bias)
    q, k, v = h.unflatten(-1, (3, HEADS, HEAD_WIDTH)).permute(2, 0, 3, 1, 4)
    seen = functional.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2)
    x = x + functional.linear(seen, p.merge_weight, p.merge_bias)
    h = functional.layer_norm(x, (WIDTH,), p.norm2_weight, p.norm2_bias, NORM_EPS)
    h = functional.linear(h, p.widen_weight, p.widen_bias)
    h = functional.gelu(h, approximate="tanh")
    return x + functional.linear(h, p.narrow_weight, p.narrow_bias)


def loss_of(leaves: Any) -> Any:
    x, *params = leaves
    return block(x, Params(*params)).square().mean()
