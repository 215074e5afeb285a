"""The methods of ufuncs: reduce, accumulate, outer, reduceat, at."""

from collections.abc import Callable
from typing import Any

import numpy as np

import autograd_lite as ag
from cases.kinds import Case, bound, positive, real, shaped

ALL: list[Any] = [
    np.add, np.multiply, np.maximum, np.minimum, np.fmax, np.fmin, np.logaddexp, np.logaddexp2,
]  # fmt: skip
PARTS = np.array([[True, False, True], [False, True, True]])
INDEX = np.array([2, 0, 2, 2])


def reducing(ufunc: Any, **kwargs: Any) -> Callable[..., Any]:
    return bound(ufunc.reduce, kwargs)


def written_at(ufunc: Any) -> Callable[..., Any]:
    """`ufunc.at` into a copy, where some entries are named more than once."""

    def call(x: Any, *others: Any) -> Any:
        is_plain = not any(isinstance(other, ag.Tensor) for other in (x, *others))
        copy = np.copy(x) if is_plain or isinstance(x, ag.Tensor) else ag.Tensor(x, None, False)
        ufunc.at(copy, INDEX, *others)
        return copy

    return call


def of_every(ufunc: Any) -> list[Case]:
    name = ufunc.__name__
    return [
        shaped(f"{name}.reduce, first axis", ufunc.reduce, real(3, 2)),
        shaped(f"{name}.reduce, axis", reducing(ufunc, axis=-1, keepdims=True), real(2, 3)),
        shaped(f"{name}.accumulate", ufunc.accumulate, real(5)),
        shaped(f"{name}.accumulate, axis", bound(ufunc.accumulate, {"axis": 1}), real(2, 4)),
    ]


CASES = [
    *(case for ufunc in ALL for case in of_every(ufunc)),
    shaped("add.reduce, axes", reducing(np.add, axis=(0, 2)), real(2, 3, 2)),
    shaped("add.reduce, all axes", reducing(np.add, axis=None), real(2, 3)),
    shaped("logaddexp.reduce, where=", reducing(np.logaddexp, axis=1, where=PARTS), real(2, 3)),
    shaped("logaddexp2.reduce, initial=", reducing(np.logaddexp2, initial=0.3), real(3)),
    shaped("fmax.reduce, where=", reducing(np.fmax, where=PARTS, initial=-9.0), real(2, 3)),
    shaped("fmin.reduce, initial=", reducing(np.fmin, initial=-1.1), real(3)),
    shaped("multiply.accumulate, a zero", np.multiply.accumulate, np.array([1.5, 0.0, 2.5])),
    shaped("logaddexp.accumulate, none", np.logaddexp.accumulate, real(0)),
    shaped("maximum.accumulate, none", np.maximum.accumulate, real(2, 0)),
    shaped("multiply.outer", np.multiply.outer, real(2), real(3, 1)),
    shaped("arctan2.outer", np.arctan2.outer, real(2, 2), positive(2)),
    shaped(
        "subtract.outer with a list", lambda x: np.subtract.outer([1, 2], x), real(3), float32=False
    ),
    shaped("hypot.outer of scalars", np.hypot.outer, real(), positive(seed=1)),
    shaped("add.reduceat", lambda x: np.add.reduceat(x, [0, 3, 1, 4]), real(5)),
    shaped("multiply.reduceat, axis", lambda x: np.multiply.reduceat(x, [2, 0, 1], 1), real(2, 4)),
    shaped("maximum.reduceat", lambda x: np.maximum.reduceat(x, [1, 2], axis=-2), real(4, 2)),
    shaped("logaddexp.reduceat, none", lambda x: np.logaddexp.reduceat(x, []), real(4, 2)),
    shaped("add.at", written_at(np.add), real(3), real(4, seed=1)),
    shaped("add.at, broadcast", written_at(np.add), real(3, 2), real(2, seed=1)),
    shaped("subtract.at", written_at(np.subtract), real(3), real(seed=1)),
    shaped("multiply.at", written_at(np.multiply), real(3), real(4, seed=1)),
    shaped("divide.at", written_at(np.divide), real(3, 2), positive(4, 1)),
    shaped("maximum.at", written_at(np.maximum), real(3), real(4, seed=1)),
    shaped("square.at", written_at(np.square), real(3)),
]
