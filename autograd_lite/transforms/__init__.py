"""Functions of functions: gradients, Jacobians and batches, freely nested."""

from autograd_lite.transforms.gradient import (
    elementwise_grad,
    grad,
    jvp,
    linearize,
    stop_gradient,
    value_and_grad,
    vjp,
)
from autograd_lite.transforms.implicit import fixed_point, root
from autograd_lite.transforms.mapping import vmap
from autograd_lite.transforms.matrices import gnvp, hessian, hvp, jacobian
from autograd_lite.transforms.recomputing import checkpoint
from autograd_lite.transforms.recording import keep_values, no_grad

__all__ = [
    "checkpoint",
    "elementwise_grad",
    "fixed_point",
    "gnvp",
    "grad",
    "hessian",
    "hvp",
    "jacobian",
    "jvp",
    "keep_values",
    "linearize",
    "no_grad",
    "root",
    "stop_gradient",
    "value_and_grad",
    "vjp",
    "vmap",
]
