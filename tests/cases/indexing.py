"""Taking entries out and putting entries in."""

from collections.abc import Callable
from typing import Any

import numpy as np

import autograd_lite as ag
from autograd_lite.ops.indexing import scatter
from autograd_lite.ops.loss import subtract_one
from cases.kinds import real, shaped

LABELS = np.array([2, 0, 2, 1])
ROWS = np.array([[1, 0, 2, 1], [0, 0, 1, 2]])

CASES = [
    shaped("x[1]", lambda x: x[1], real(2, 3)),
    shaped("x[-1, 0]", lambda x: x[-1, 0], real(2, 3)),
    shaped("x[1:, ::-2]", lambda x: x[1:, ::-2], real(3, 4)),
    shaped("x[..., None, 1]", lambda x: x[..., None, 1], real(2, 3)),
    shaped("x[()]", lambda x: x[()], real(2)),
    shaped("x[...]", lambda x: x[...], np.array(0.5)),
    shaped("x[None]", lambda x: x[None], np.array(0.5)),
    shaped("x[0:0]", lambda x: x[0:0], real(2, 3)),
    shaped("x[list with repeats]", lambda x: x[[0, 2, 0, 0]], real(3, 2)),
    shaped("x[integer array]", lambda x: x[ROWS], real(3, 2)),
    shaped("x[0-d integer array]", lambda x: x[np.array(1)], real(3, 2)),
    shaped("x[two arrays]", lambda x: x[[0, 1, 0], [2, 2, 2]], real(2, 3)),
    shaped("x[arrays that broadcast]", lambda x: x[[[0], [1]], [0, 2, 0]], real(2, 3)),
    shaped("x[arrays apart]", lambda x: x[[0, 0], :, [1, 1]], real(2, 3, 2)),
    shaped("x[array, slice]", lambda x: x[[1, 1], 1:], real(2, 3)),
    shaped("x[mask]", lambda x: x[np.array([True, False, True])], real(3, 2)),
    shaped("x[mask of all]", lambda x: x[np.eye(2, 3) == 1], real(2, 3)),
    shaped("x[mask, integers]", lambda x: x[np.array([True, True]), [2, 0]], real(2, 3)),
    shaped("x[empty list]", lambda x: x[[]], real(3, 2)),
    shaped("x[True]", lambda x: x[True], real(3)),
    shaped("scatter", lambda x: scatter(x, index=(np.array([0, 0, 2]),), shape=(3,)), real(3),
           value=lambda x: np.array([x[0] + x[1], 0.0, x[2]])),
    shaped("x[0] = y", lambda x, y: written(x, 0, y), real(2, 3), real(3, seed=1)),
    shaped("x[:, 1:] = y", lambda x, y: written(x, (slice(None), slice(1, None)), y), real(2, 3),
           real(2, 1, seed=1)),
    shaped("x[mask] = y", lambda x, y: written(x, np.eye(2, 3) == 1, y), real(2, 3),
           np.array(0.7)),
    shaped("x[array] = y", lambda x, y: written(x, [2, 0], y), real(3), real(2, seed=1)),
    shaped("x[array with repeats] = y", lambda x, y: written(x, [2, 0, 2], y), real(3),
           real(3, seed=1)),
    shaped("x[1] = constant", lambda x: written(x, 1, 3.0), real(2, 3)),
    shaped("constant[1] = y", lambda y: written(np.ones((2, 3)), 1, y), real(3), float32=False),
    shaped("take", lambda x: np.take(x, [0, 5, 0]), real(2, 3)),
    shaped("take nothing", lambda x: np.take(x, [], axis=0), real(2, 3)),
    shaped("take, axis", lambda x: np.take(x, ROWS, axis=-1), real(2, 3)),
    shaped("take, one", lambda x: x.take(1, axis=0), real(2, 3)),
    shaped("take, wrapped", lambda x: np.take(x, [-4, 7], axis=0, mode="wrap"), real(3, 2)),
    shaped("take, clipped", lambda x: np.take(x, [-4, 7, 1], mode="clip"), real(3)),
    shaped("take_along_axis", lambda x: np.take_along_axis(x, ROWS, axis=1), real(2, 3)),
    shaped("take_along_axis, flat", lambda x: np.take_along_axis(x, LABELS, axis=None),
           real(2, 3)),
    shaped("take_along_axis, broadcast indices",
           lambda x: np.take_along_axis(x, np.array([[0, 2]]), axis=1), real(3, 4)),
    shaped("take_along_axis, broadcast operand",
           lambda x: np.take_along_axis(x, ROWS, axis=1), real(1, 3)),
    shaped("put_along_axis", lambda x, y: changed(
        np.put_along_axis, x, np.argmax(np.ones((3, 1)), 1, keepdims=True), y, axis=1),
        real(3, 2), real(3, 1, seed=1)),
    shaped("put_along_axis, several",
           lambda x, y: changed(np.put_along_axis, x, np.array([[2], [0]]), y, 0), real(3, 2),
           real(2, seed=1)),
    shaped("put_along_axis, flat",
           lambda x, y: changed(np.put_along_axis, x, np.array([3, 0]), y, None), real(2, 2),
           real(2, seed=1)),
    shaped("put", lambda x, y: changed(np.put, x, [0, -1, 2], y), real(2, 2), real(2, seed=1)),
    shaped("put, wrapped", lambda x, y: changed(np.put, x, [5, 2], y, mode="wrap"), real(2, 2),
           real(3, seed=1)),
    shaped("put, clipped", lambda x, y: changed(np.put, x, [[-5], [2]], y, mode="clip"),
           real(2, 2), np.array(0.3)),
    shaped("put nothing", lambda x: changed(np.put, x, [], 1.0), real(2, 2)),
    shaped("place", lambda x, y: changed(np.place, x, np.eye(2, 3) == 0, y), real(2, 3),
           real(3, seed=1)),
    shaped("place nothing", lambda x: changed(np.place, x, np.zeros((2, 3)), []), real(2, 3)),
    shaped("putmask", lambda x, y: changed(np.putmask, x, np.eye(2, 3) == 0, y), real(2, 3),
           real(4, seed=1)),
    shaped("putmask of one shape", lambda x, y: changed(np.putmask, x, y > 0, y), real(2, 3),
           real(2, 3, seed=1)),
    shaped("fill_diagonal", lambda x: changed(np.fill_diagonal, x, 0.5), real(3, 2)),
    shaped("fill_diagonal, wide", lambda x: changed(np.fill_diagonal, x, 2 * x[1, 1:]),
           real(2, 3)),
    shaped("fill_diagonal, wrapped", lambda x: changed(np.fill_diagonal, x, [3, 4], wrap=True),
           real(5, 2)),
    shaped("fill_diagonal of a cube", lambda x: changed(np.fill_diagonal, x, 2), real(2, 2, 2)),
    shaped("copyto", lambda x, y: changed(np.copyto, 2 * x, y), real(2, 3), real(3, seed=1)),
    shaped("copyto, where", lambda x, y: changed(np.copyto, x, y, where=np.eye(2, 3) == 1),
           real(2, 3), np.array(0.3)),
    shaped("where, three masks", lambda x, y: np.where(np.eye(2, 3) == 1, x, y), real(2, 1),
           real(3, seed=1)),
    shaped("where, one branch", lambda x: np.where([True, False, True], x, 0.0), real(3)),
    shaped("where of a comparison", lambda x: np.where(x > 0.1, x * x, -x), real(2, 3)),
    shaped("subtract_one_hot", lambda x: subtract_one(x, labels=LABELS, axis=-1), real(4, 3),
           value=lambda x: x - np.eye(3)[LABELS]),
]  # fmt: skip


def written(x: Any, index: Any, y: Any) -> Any:
    """`x` with `x[index] = y` done, in a copy; an array that is to hold a tensor becomes one."""
    if isinstance(y, ag.Tensor) and not isinstance(x, ag.Tensor):
        x = ag.Tensor(x, requires_grad=False)
    copy = x.copy()
    copy[index] = y
    return copy


def changed(function: Callable[..., Any], x: Any, *args: Any, **kwargs: Any) -> Any:
    """What a function that writes into its first argument makes of a copy."""
    if not isinstance(x, ag.Tensor) and any(isinstance(arg, ag.Tensor) for arg in args):
        x = ag.Tensor(x, requires_grad=False)
    copy = x.copy()
    function(copy, *args, **kwargs)
    return copy
