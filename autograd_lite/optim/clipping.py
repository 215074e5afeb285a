"""Limit the gradients before a step, so that one steep place does not throw the parameters far.

Pascanu, Mikolov and Bengio: On the difficulty of training recurrent neural networks (2013).
"""

from collections.abc import Iterable
from typing import Any

import numpy as np

from autograd_lite.core.tensor import Tensor


def clip_grad_norm_(
    parameters: Tensor | Iterable[Tensor],
    max_norm: float,
    norm_type: float = 2.0,
    error_if_nonfinite: bool = False,
) -> Any:
    """Scale all gradients together so that their norm is at most `max_norm`; the norm before.

        g <- g * min(1, max_norm / (norm + 1e-6))        norm over all entries of all gradients

    `norm_type` may be np.inf: the largest entry. Parameters get new gradient arrays; those
    without a gradient are passed over. ValueError for a norm that is not finite if asked for.
    """
    moving = with_gradient("clip_grad_norm_", parameters)
    require_limit("clip_grad_norm_: max_norm", max_norm)
    norms = [np.linalg.norm(np.ravel(p.grad), norm_type) for p in moving]
    total = np.linalg.norm(np.stack(norms), norm_type) if norms else np.float64(0.0)
    if error_if_nonfinite and not np.isfinite(total):
        raise ValueError(
            f"clip_grad_norm_: the norm of the gradients is {total}, so they cannot be scaled. "
            "Look for an infinity or NaN in the loss, or pass error_if_nonfinite=False."
        )
    share = np.minimum(max_norm / (total + 1e-6), 1.0)
    for p in moving:
        p.grad = np.multiply(p.grad, share, dtype=p.grad.dtype)
    return total


def clip_grad_value_(parameters: Tensor | Iterable[Tensor], clip_value: float) -> None:
    """Limit each entry of each gradient to the interval from -clip_value to clip_value.

    Parameters get new gradient arrays; those without a gradient are passed over.
    """
    moving = with_gradient("clip_grad_value_", parameters)
    require_limit("clip_grad_value_: clip_value", clip_value)
    for p in moving:
        p.grad = np.clip(p.grad, -clip_value, clip_value)


def with_gradient(asker: str, parameters: Tensor | Iterable[Tensor]) -> list[Tensor]:
    """The parameters that have a gradient; a single tensor will do."""
    given = [parameters] if isinstance(parameters, Tensor) else list(parameters)
    for p in given:
        if not isinstance(p, Tensor):
            raise TypeError(f"{asker}: parameters are tensors; found {p!r:.60}.")
    return [p for p in given if p.grad is not None]


def require_limit(what: str, limit: float) -> None:
    if not limit >= 0:
        raise ValueError(f"{what} must not be negative; found {limit}.")
