"""Hypergeometric functions: the derivative by the argument has every parameter one higher."""

from typing import Any

import scipy.special as sp

from autograd_lite.core.declare import Function, derived, elementwise
from autograd_lite.core.tensor import Tensor, value_of
from autograd_lite.errors import NotDifferentiableError

elementwise(sp.hyp0f1, None, lambda x, y: sp.hyp0f1(x + 1, y) / x)
elementwise(sp.hyp1f1, None, None, lambda x, y, z: x / y * sp.hyp1f1(x + 1, y + 1, z))
elementwise(
    sp.hyperu, None, None, lambda x, y, z: -x * sp.hyperu(x + 1, y + 1, z)
)  # fmt: skip

gauss: Function = elementwise(
    lambda x, a, b, c: sp.hyp2f1(a, b, c, x),
    lambda x, a, b, c: a * b / c * gauss(x, a=a + 1, b=b + 1, c=c + 1),
    name="hyp2f1",
)


@derived(sp.hyp2f1)
def hyp2f1(a: Any, b: Any, c: Any, z: Any) -> Any:
    for name, parameter in {"a": a, "b": b, "c": c}.items():
        if isinstance(parameter, Tensor) and parameter.requires_grad:
            raise NotDifferentiableError(
                f"hyp2f1 has no derivative by its parameter {name} here, only by its last operand "
                f"z; pass {name}.value, or detach it."
            )
    return gauss(z, a=value_of(a), b=value_of(b), c=value_of(c))
