"""Functions that make one entry of many, and the running forms."""

from collections.abc import Callable
from typing import Any

import numpy as np

import autograd_lite as ag
from cases.kinds import Case, bound, convention, real, shaped


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


MASK = np.array([[True, False, True], [True, True, False]])
GAPS = np.array([[0.7, np.nan, -1.2], [np.nan, -0.4, 1.9]])


def masked() -> list[Case]:
    """Reductions that leave entries out."""
    functions: list[tuple[str, Callable[..., Any], dict[str, Any]]] = [
        ("sum", np.sum, {}), ("mean", np.mean, {}), ("prod", np.prod, {}),
        ("max", np.max, {"initial": -9.0}), ("min", np.min, {"initial": 9.0}),
        ("sum from 2", np.sum, {"initial": 2.0}), ("nansum", np.nansum, {}),
        ("nanmax", np.nanmax, {"initial": -9.0}), ("nanmean", np.nanmean, {}),
    ]  # fmt: skip
    axes: list[dict[str, Any]] = [
        {}, {"axis": 0}, {"axis": (0, 1), "keepdims": True}, {"axis": 1, "where": MASK[0]}
    ]  # fmt: skip
    return [
        shaped(f"{name}, masked, {list(more)}", bound(f, {"where": MASK, **given, **more}),
               real(2, 3))
        for name, f, given in functions
        for more in axes
    ]  # fmt: skip


def nan_reductions() -> list[Case]:
    """Reductions that leave out what is not a number."""
    functions: dict[str, Callable[..., Any]] = {
        "nansum": np.nansum, "nanprod": np.nanprod, "nanmean": np.nanmean, "nanmax": np.nanmax,
        "nanmin": np.nanmin, "nancumsum": np.nancumsum, "nancumprod": np.nancumprod,
    }  # fmt: skip
    rows = [
        shaped(f"{name}, axis {axis}", bound(f, {"axis": axis}), GAPS)
        for name, f in functions.items()
        for axis in (None, 0, -1)
    ]
    for name in ("nansum", "nanprod", "nanmean", "nanmax", "nanmin"):
        keywords = {"axis": (0, 2), "keepdims": True}
        rows.append(shaped(f"{name}, two axes", bound(functions[name], keywords), GAPS[None]))
        rows.append(shaped(f"{name} of numbers", functions[name], real(3)))
    return [
        *rows,
        shaped("nansum, initial", bound(np.nansum, {"initial": 2.0}), GAPS),
        shaped("nansum of a scalar", np.nansum, np.array(1.5)),
        shaped("nansum of nothing", np.nansum, real(0)),
        shaped("nanprod in double", bound(np.nanprod, {"dtype": float}), GAPS, float32=False),
        shaped("nanmax, initial", bound(np.nanmax, {"axis": 0, "initial": 0.1}), GAPS),
        shaped("nanmin, initial", bound(np.nanmin, {"axis": 0, "initial": 0.1}), GAPS),
    ]


def running() -> list[Case]:
    """Each entry the reduction of those up to it."""
    return [
        shaped("cumsum", np.cumsum, real(2, 3), analytic=True),
        shaped("cumsum, axis", bound(np.cumsum, {"axis": -2}), real(3, 2), analytic=True),
        shaped("cumsum of nothing", bound(np.cumsum, {"axis": 0}), real(0, 2), analytic=True),
        shaped("cumsum in double", bound(np.cumsum, {"dtype": float}), real(2, 2), float32=False),
        shaped("cumprod", np.cumprod, real(2, 3), analytic=True),
        shaped("cumprod, axis", bound(np.cumprod, {"axis": -1}), real(2, 3), analytic=True),
        shaped("cumprod of nine", bound(np.cumprod, {"axis": 0}), real(9, 1), analytic=True),
        shaped("cumprod with zeros", np.cumprod, np.array([1.5, 0, 2, 0, 3]), analytic=True),
        shaped("cumprod of one", np.cumprod, real(1), analytic=True),
        shaped("cumprod of a scalar", np.cumprod, np.array(1.5), analytic=True),
        shaped("cumprod of nothing", bound(np.cumprod, {"axis": 0}), real(0, 2), analytic=True),
        shaped("cumprod in double", bound(np.cumprod, {"dtype": float}), real(3), float32=False),
        shaped("cumulative_sum", np.cumulative_sum, real(3), analytic=True),
        shaped("cumulative_sum of a scalar", np.cumulative_sum, np.array(1.5)),
        shaped("cumulative_sum, with the beginning",
               bound(np.cumulative_sum, {"axis": -1, "include_initial": True}), real(2, 3)),
        shaped("cumulative_sum in double", bound(np.cumulative_sum, {"dtype": float}), real(3),
               float32=False),
        shaped("cumulative_prod", bound(np.cumulative_prod, {"axis": 0}), real(3, 2)),
        shaped("cumulative_prod, with the beginning",
               bound(np.cumulative_prod, {"include_initial": True}), real(3)),
    ]  # fmt: skip


CASES = [
    *reductions(),
    shaped("sum of a scalar", np.sum, np.array(1.5), analytic=True),
    shaped("sum of nothing", np.sum, real(0), analytic=True),
    shaped("sum over an empty axis", bound(np.sum, {"axis": 1}), real(2, 0), analytic=True),
    shaped("prod over an empty axis", bound(np.prod, {"axis": 1}), real(2, 0), analytic=True),
    shaped("method sum", lambda x: x.sum(-1), real(2, 3), analytic=True),
    shaped("method mean", lambda x: x.mean(axis=(0, 1)), real(2, 3), analytic=True),
    shaped("max of a scalar", np.max, np.array(1.5)),
    shaped("prod with a zero", bound(np.prod, {"axis": 1}), np.array([[1.5, 0, 2], [1, 2, 3]]),
           analytic=True),
    shaped("prod with zeros", np.prod, np.array([1.5, 0, 2, 0]), analytic=True),
    shaped("prod of three zeros", np.prod, np.zeros(3), analytic=True),
    *masked(),
    *nan_reductions(),
    *running(),
    shaped("sum, initial", bound(np.sum, {"initial": 2.0}), real(2, 3), analytic=True),
    shaped("sum, axis and initial", bound(np.sum, {"axis": 0, "initial": 2.0, "keepdims": True}),
           real(2, 3)),
    shaped("sum, every argument by position", lambda x: np.sum(x, 0, None, None, True, 1.0, True),
           real(2, 3), value=lambda x: np.sum(x, 0, keepdims=True, initial=1.0)),
    shaped("prod, initial", bound(np.prod, {"axis": 0, "initial": -2.0}), real(2, 3),
           analytic=True),
    shaped("max, initial", bound(np.max, {"axis": 0, "initial": 0.3}), real(3, 3)),
    shaped("min, initial", bound(np.min, {"axis": -1, "initial": 0.3}), real(3, 3)),
    shaped("amax, every argument by position", lambda x: np.amax(x, 1, None, True, -3.0, MASK),
           real(2, 3), value=lambda x: np.max(x, 1, keepdims=True, initial=-3.0, where=MASK)),
    shaped("max of nothing, initial", bound(np.max, {"axis": 1, "initial": 0.3}), real(2, 0)),
    shaped("sum in double", bound(np.sum, {"axis": 0, "dtype": float}), real(2, 3), float32=False),
    shaped("mean in double", bound(np.mean, {"dtype": np.float64}), real(2, 3), float32=False),
    shaped("prod in double", bound(np.prod, {"dtype": np.float64}), real(3), float32=False),
    shaped("no axis at all", lambda x: sum(f(x, axis=()) for f in (np.sum, np.mean, np.prod)),
           real(2, 2)),
    shaped("logsumexp, no axis at all", bound(ag.logsumexp, {"axis": ()}), real(2, 2),
           value=np.positive),
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

CONVENTIONS = [
    convention("max, a tie with initial", lambda x: np.max(x, initial=2), ([2, 1, 2.0],), 2,
               [1 / 3, 0, 1 / 3]),
    convention("max, a tie with what is left out",
               lambda x: np.max(x, initial=-9, where=np.array([True, False])), ([2, 2.0],), 2,
               [1, 0]),
    convention("nanmax", np.nanmax, ([np.nan, 3, 3.0],), 3, [0, 0.5, 0.5]),
    convention("nanmin", np.nanmin, ([1, np.nan, 1.0],), 1, [0.5, 0, 0.5]),
    convention("nanmax, as small as can be", np.nanmax, ([np.nan, -np.inf],), -np.inf, [0, 1]),
    convention("nansum of NaNs", np.nansum, ([np.nan, np.nan],), 0, [0, 0]),
    convention("nanprod, one zero", np.nanprod, ([0, np.nan, 3.0],), 0, [3, 0, 0]),
]  # fmt: skip

CONSTANT: list[tuple[str, Callable[..., Any]]] = [
    ("nanargmax", np.nanargmax),
    ("nanargmin", np.nanargmin),
    ("any, where", lambda x: np.any(x, where=x > 0)),
    ("all, where", lambda x: np.all(x, axis=0, keepdims=True, where=x > 0)),
]
