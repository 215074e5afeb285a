"""Functions that make one entry of many, and the running forms."""

from collections.abc import Callable
from typing import Any

import numpy as np

import autograd_lite as ag
from cases.kinds import Case, bound, real, shaped


def naive_softmax(x: Any, axis: int) -> Any:
    return np.exp(x) / np.sum(np.exp(x), axis=axis, keepdims=True)


def reductions() -> list[Case]:
    """Every reduction over every kind of axis, also of length 0 and 1."""
    functions: dict[str, tuple[Callable[..., Any], bool]] = {
        "sum": (np.sum, True), "mean": (np.mean, True), "prod": (np.prod, True),
        "max": (np.max, False), "min": (np.min, False), "amax": (np.amax, False),
        "amin": (np.amin, False), "ptp": (np.ptp, False), "var": (np.var, False),
        "std": (np.std, False),
    }  # fmt: skip
    axes: list[tuple[tuple[int, ...], dict[str, Any]]] = [
        ((2, 3), {}),
        ((2, 3), {"axis": 0}),
        ((2, 3), {"axis": -1, "keepdims": True}),
        ((2, 3, 2), {"axis": (0, -1)}),
        ((2, 3), {"axis": None, "keepdims": True}),
        ((2, 1, 3), {"axis": -1}),
        ((3,), {"axis": 0}),
        ((2, 0, 3), {"axis": 0}),
    ]
    rows = [
        shaped(f"{name} of {shape}, {kwargs}", bound(function, kwargs), real(*shape), analytic=a)
        for name, (function, a) in functions.items()
        for shape, kwargs in axes
    ]
    for name in ("sum", "prod", "max", "min"):
        ufunc = {"sum": np.add, "prod": np.multiply, "max": np.maximum, "min": np.minimum}[name]
        rows.append(shaped(f"{ufunc.__name__}.reduce", ufunc.reduce, real(2, 3)))
        rows.append(
            shaped(f"{ufunc.__name__}.reduce of all", bound(ufunc.reduce, {"axis": None}), real(4))
        )
    for shape, kwargs in axes:
        rows.append(
            shaped(
                f"logsumexp of {shape}, {kwargs}", bound(ag.logsumexp, kwargs), real(*shape),
                value=lambda x, kwargs=kwargs: np.log(np.sum(np.exp(x), **kwargs)),
            )
        )  # fmt: skip
    return rows


CASES = [
    *reductions(),
    shaped("sum of a scalar", np.sum, np.array(1.5), analytic=True),
    shaped("sum of nothing", np.sum, real(0), analytic=True),
    shaped("sum over an empty axis", bound(np.sum, {"axis": 1}), real(2, 0), analytic=True),
    shaped("prod over an empty axis", bound(np.prod, {"axis": 1}), real(2, 0), analytic=True),
    shaped("method sum", lambda x: x.sum(-1), real(2, 3), analytic=True),
    shaped("method mean", lambda x: x.mean(axis=(0, 1)), real(2, 3), analytic=True),
    shaped("max of a scalar", np.max, np.array(1.5)),
    shaped("var, ddof", lambda x: np.var(x, axis=1, ddof=1), real(2, 3)),
    shaped("std, ddof", lambda x: np.std(x, ddof=1), real(2, 3)),
    shaped("prod with a zero", bound(np.prod, {"axis": 1}), np.array([[1.5, 0, 2], [1, 2, 3]]),
           analytic=True),
    shaped("prod with zeros", np.prod, np.array([1.5, 0, 2, 0]), analytic=True),
    shaped("prod of three zeros", np.prod, np.zeros(3), analytic=True),
    shaped("cumsum", np.cumsum, real(2, 3), analytic=True),
    shaped("cumsum, axis", bound(np.cumsum, {"axis": -2}), real(3, 2), analytic=True),
    shaped("cumsum of nothing", bound(np.cumsum, {"axis": 0}), real(0, 2), analytic=True),
    shaped("cumprod", np.cumprod, real(2, 3), analytic=True),
    shaped("cumprod, axis", bound(np.cumprod, {"axis": -1}), real(2, 3), analytic=True),
    shaped("cumprod with zeros", np.cumprod, np.array([1.5, 0, 2, 0, 3]), analytic=True),
    shaped("cumprod of one", np.cumprod, real(1), analytic=True),
    shaped("cumprod of nothing", bound(np.cumprod, {"axis": 0}), real(0, 2), analytic=True),
    shaped("logaddexp.reduce", np.logaddexp.reduce, real(3, 2)),
    shaped("softmax", ag.softmax, real(2, 3), value=lambda x: naive_softmax(x, -1)),
    shaped("softmax, axis", bound(ag.softmax, {"axis": 0}), real(3, 2),
           value=lambda x: naive_softmax(x, 0)),
    shaped("softmax of one", ag.softmax, real(3, 1), value=lambda x: naive_softmax(x, -1)),
    shaped("softmax of no rows", ag.softmax, real(0, 3), value=lambda x: naive_softmax(x, -1)),
    shaped("log_softmax", ag.log_softmax, real(2, 3),
           value=lambda x: np.log(naive_softmax(x, -1))),
    shaped("log_softmax, axis", bound(ag.log_softmax, {"axis": 1}), real(2, 3, 2),
           value=lambda x: np.log(naive_softmax(x, 1))),
]  # fmt: skip
