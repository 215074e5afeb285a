"""PyTorch's fused normalization, attention and GELU, one call each."""

from typing import Any

import torch
from torch.nn import functional
from workloads import Steps

from transformer import HEAD_WIDTH, HEADS, NORM_EPS, WIDTH, Params, data


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


def steps() -> Steps:
    """The loss and all gradients, by one backward pass over a graph recorded anew."""
    inputs, start = data()
    x = torch.from_numpy(inputs).requires_grad_()
    params = Params(*(torch.from_numpy(p).requires_grad_() for p in start))
    grads: Any = None

    def step() -> Any:
        nonlocal grads
        loss = block(x, params).square().mean()
        grads = torch.autograd.grad(loss, [x, *params])
        return loss

    return Steps(step, lambda: [g.numpy() for g in grads], lambda: None)
