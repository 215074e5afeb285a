"""Functions without a gradient: plain arrays come out, as NumPy computes them."""

from collections.abc import Callable
from typing import Any

import numpy as np

import autograd_lite as ag

CONSTANT: list[tuple[str, Callable[..., Any]]] = [
    (function.__name__, function)
    for function in (
        np.sign, np.floor, np.ceil, np.trunc, np.rint, np.round, np.around, np.fix,
        np.logical_not, np.isnan, np.isinf, np.isfinite, np.isposinf, np.isneginf, np.signbit,
        np.spacing, np.isreal, np.iscomplex, np.isrealobj, np.iscomplexobj, np.any, np.all,
        np.argmax, np.argmin, np.argsort, np.nonzero, np.flatnonzero, np.count_nonzero,
        np.argwhere, np.shape,
        np.ndim, np.size, np.zeros_like, np.ones_like, np.result_type,
        ag.sign, np.where,
    )
] + [
    ("heaviside", lambda x: np.heaviside(x, 0.5)),
    ("ag.heaviside", ag.heaviside),
    ("x // 0.7", lambda x: x // 0.7),
    ("0.7 // x", lambda x: 0.7 // (x + 5)),
    ("divmod", lambda x: divmod(x, 0.7)[0]),
    ("<", lambda x: x < 0.1), ("<=", lambda x: x <= 0.1), (">", lambda x: x > 0.1),
    (">=", lambda x: x >= 0.1), ("==", lambda x: x == 0.1), ("!=", lambda x: x != 0.1),
    ("0.1 <", lambda x: np.less(0.1, x)),
    ("logical_and", lambda x: np.logical_and(x, x > 0)),
    ("logical_or", lambda x: np.logical_or(x, x > 0)),
    ("logical_xor", lambda x: np.logical_xor(x > 0, x)),
    ("isclose", lambda x: np.isclose(x, 0.1)),
    ("allclose", lambda x: np.allclose(x, x)),
    ("array_equiv", lambda x: np.array_equiv(x, x)),
    ("array2string", np.array2string),
    ("array_repr", np.array_repr),
    ("array_str", np.array_str),
    ("can_cast", lambda x: np.can_cast(x.dtype, float)),
    ("min_scalar_type", np.min_scalar_type),
    ("array_equal", lambda x: np.array_equal(x, x)),
    ("modf, whole part", lambda x: np.modf(x)[1]),
    ("frexp, exponent", lambda x: np.frexp(x)[1]),
    ("round, decimals", lambda x: np.round(x, 1)),
    ("less.outer", lambda x: np.less.outer(x, [0.0, 1.0])),
    ("nextafter", lambda x: np.nextafter(x, 5.0)),
    ("searchsorted", lambda x: np.searchsorted(np.arange(-2.0, 3.0), x)),
    ("unravel_index", lambda x: np.unravel_index(np.argmax(x), x.shape)),
    ("full_like", lambda x: np.full_like(x, 2.0)),
    ("empty_like", lambda x: np.empty_like(x).shape),
    ("may_share_memory", lambda x: np.may_share_memory(x, np.ones(3))),
    ("shares_memory", lambda x: np.shares_memory(x, np.ones(3))),
    ("astype(int)", lambda x: x.astype(int)),
    ("np.astype(bool)", lambda x: np.astype(x, bool)),
    ("argsort method", lambda x: x.argsort()),
]  # fmt: skip
