"""Spread, averages, quantiles: what tells about many entries at once."""

from collections.abc import Callable
from typing import Any

import numpy as np

from cases.kinds import Case, bound, convention, positive, real, shaped

MASK = np.array([[True, False, True, True], [True, True, True, False]])
GAPS = np.array([[0.7, np.nan, -1.2, 0.4], [np.nan, -0.4, 1.9, -1.5]])
MEAN = np.array([[0.1], [0.6]])
METHODS = [
    "linear", "lower", "higher", "midpoint", "nearest", "inverted_cdf", "averaged_inverted_cdf",
    "closest_observation", "interpolated_inverted_cdf", "hazen", "weibull", "median_unbiased",
    "normal_unbiased",
]  # fmt: skip
CONTINUOUS = ["linear", *METHODS[-5:]]


def spreads() -> list[Case]:
    """Variances and standard deviations, with every keyword."""
    keywords: list[dict[str, Any]] = [
        {"ddof": 1}, {"axis": 1, "ddof": 1}, {"axis": 0, "correction": 1}, {"where": MASK},
        {"axis": 1, "where": MASK, "ddof": 1, "keepdims": True}, {"axis": (0, 1), "where": MASK},
        {"axis": (), "where": True, "mean": 0.1},
    ]  # fmt: skip
    rows = [
        shaped(f"{f.__name__}, {[*given]}, axis {given.get('axis')}", bound(f, given), real(2, 4))
        for f in (np.var, np.std)
        for given in keywords
    ]
    for f in (np.var, np.std):
        rows += [
            shaped(f"{f.__name__} about a mean",
                   lambda x, y, f=f: f(x, axis=1, mean=y, keepdims=True), real(2, 3),
                   real(2, 1, seed=1)),
            shaped(f"{f.__name__} in double", bound(f, {"axis": 0, "dtype": float}), real(2, 3),
                   float32=False),
        ]  # fmt: skip
    for f in (np.nanvar, np.nanstd):
        rows += [
            shaped(f"{f.__name__}, {given}", bound(f, given), GAPS)
            for given in ({}, {"axis": 1}, {"axis": -1, "ddof": 1, "keepdims": True})
        ]
        rows += [
            shaped(f"{f.__name__}, masked", bound(f, {"where": MASK}), GAPS),
            shaped(f"{f.__name__} about a mean", bound(f, {"axis": 1, "mean": MEAN,
                   "correction": 1}), GAPS, float32=False),
            shaped(f"{f.__name__}, no axis", bound(f, {"axis": None}), real(3)),
        ]  # fmt: skip
    return rows


def averages() -> list[Case]:
    def both(x: Any, y: Any) -> Any:
        average, total = np.average(x, axis=0, weights=y, returned=True)
        return average * total + total

    return [
        shaped("average", np.average, real(2, 3), analytic=True),
        shaped("average, axis", bound(np.average, {"axis": (0, 2), "keepdims": True}),
               real(2, 3, 2)),
        shaped("average, weights", lambda x, y: np.average(x, weights=y), real(2, 3),
               positive(2, 3)),
        shaped("average, weights along an axis", lambda x, y: np.average(x, 1, y), real(2, 3),
               positive(3)),
        shaped("average, weights along two axes",
               lambda x, y: np.average(x, (2, 0), y, keepdims=True), real(2, 3, 4),
               positive(4, 2)),
        shaped("average, weights as they are", bound(np.average, {"weights": [1.0, 2, 5]}),
               real(3), float32=False),
        shaped("average of data", lambda y: np.average([1.0, 2, 4], weights=y), positive(3),
               float32=False),
        shaped("average and the weights' sum", both, real(2, 3), positive(2, 3)),
        shaped("average and the number of entries",
               lambda x: np.multiply(*np.average(x, axis=0, returned=True)), real(2, 3)),
    ]  # fmt: skip


def covariances() -> list[Case]:
    """cov and corrcoef compute in double precision."""

    def shaped_double(name: str, call: Callable[..., Any], *operands: Any) -> Case:
        return shaped(name, call, *operands, float32=False)

    counts = np.array([1, 2, 1, 3])
    return [
        shaped_double("cov", np.cov, real(2, 4)),
        shaped_double("cov of one variable", np.cov, real(4)),
        shaped_double("cov, of two", lambda x, y: np.cov(x, y), real(4), real(2, 4, seed=1)),
        shaped_double("cov, by columns", lambda x, y: np.cov(x, y, False), real(4, 2),
                      real(4, 1, seed=1)),
        shaped_double("cov, biased", bound(np.cov, {"bias": True}), real(2, 3)),
        shaped_double("cov, ddof", bound(np.cov, {"ddof": 2}), real(2, 4)),
        shaped_double("cov, counts", bound(np.cov, {"fweights": counts}), real(2, 4)),
        shaped_double("cov, weights", lambda x, w: np.cov(x, aweights=w), real(2, 4), positive(4)),
        shaped_double("cov, counts and weights",
                      lambda x, w: np.cov(x, fweights=counts, aweights=w, ddof=0), real(2, 4),
                      positive(4)),
        shaped("cov in a dtype", lambda x: np.cov(x, dtype=x.dtype), real(2, 4)),
        shaped_double("corrcoef", np.corrcoef, real(3, 4)),
        shaped_double("corrcoef of two", lambda x, y: np.corrcoef(x, y), real(4), real(4, seed=1)),
    ]  # fmt: skip


def quantiles() -> list[Case]:
    rows = [
        shaped(f"{f.__name__} of {shape}, {kwargs}", bound(f, kwargs), real(*shape))
        for f in (np.median, np.nanmedian)
        for shape, kwargs in [
            ((), {}), ((1,), {}), ((5,), {}), ((2, 4), {}), ((2, 4), {"axis": 0}),
            ((2, 3, 2), {"axis": (0, -1), "keepdims": True}), ((0, 3), {"axis": 1}),
        ]
    ]  # fmt: skip
    rows += [shaped(f"quantile, {m}", bound(np.quantile, {"q": 0.37, "method": m}), real(5))
             for m in METHODS]  # fmt: skip
    # Pairs of methods differ in where q lies between places, so that no case is at a kink.
    rows += [
        shaped(f"quantile by q, {m}", lambda x, q, m=m: np.quantile(x, q, axis=1, method=m),
               real(2, 5), np.array([0.33, 0.59]), float32=False)
        for m in CONTINUOUS
    ]  # fmt: skip
    weights = positive(2, 5)
    return [
        *rows,
        shaped("quantile of a scalar", lambda x: np.quantile(x, 0.3), np.array(1.5)),
        shaped("quantile of no slices", lambda x: np.quantile(x, 0.3, axis=1), real(0, 3)),
        shaped("quantiles", lambda x: np.quantile(x, [[0.1, 0.5], [0.9, 0.0]], (0, 2)),
               real(2, 3, 2), float32=False),
        shaped("quantiles, keepdims", lambda x: np.quantile(x, [0.3, 1.0], axis=0, keepdims=True),
               real(4, 2), float32=False),
        shaped("quantile, weights",
               lambda x: np.quantile(x, [0.2, 0.7], 1, weights=weights, method="inverted_cdf"),
               real(2, 5), float32=False),
        shaped("quantile, weights along an axis",
               lambda x: np.quantile(x, 0.4, 1, weights=weights[0], method="inverted_cdf"),
               real(2, 5)),
        shaped("quantile by q, beyond the last place",
               lambda x, q: np.quantile(x, q, method="weibull"), real(3), np.array(0.9)),
        shaped("quantile by q, one entry", lambda x, q: np.quantile(x, q), real(1), np.array(0.4)),
        shaped("quantile by q alone", lambda q: np.quantile(np.arange(4.0) ** 2, q),
               np.array(0.4), float32=False),
        shaped("percentile", lambda x: np.percentile(x, 37), real(2, 3)),
        shaped("percentiles by q", lambda x, q: np.percentile(x, q, axis=0), real(4, 2),
               np.array([20.0, 70.0]), float32=False),
        shaped("nanmedian, axis", bound(np.nanmedian, {"axis": 1}), GAPS),
        shaped("nanmedian, all", np.nanmedian, GAPS),
        shaped("nanquantile", lambda x: np.nanquantile(x, [0.2, 0.6], axis=1), GAPS,
               float32=False),
        shaped("nanquantile by q", lambda x, q: np.nanquantile(x, q, axis=1, method="hazen"),
               GAPS, np.array(0.4), float32=False),
        shaped("nanpercentile", lambda x: np.nanpercentile(x, 30, axis=0, keepdims=True), GAPS),
    ]  # fmt: skip


CASES = [*spreads(), *averages(), *covariances(), *quantiles()]

CONVENTIONS = [
    convention("median, equal entries: in the order of a stable sort", np.median,
               ([2, 1, 2, 2, 5.0],), 2, [0, 0, 1, 0, 0]),
    convention("median of two", np.median, ([2, 2.0],), 2, [0.5, 0.5]),
    convention("median with a NaN", np.median, ([2, np.nan, 1],), np.nan, [0, 1, 0]),
    convention("nanmedian with a NaN", np.nanmedian, ([2, np.nan, 1],), 1.5, [0.5, 0, 0.5]),
    convention("median, infinite", np.median, ([1, np.inf, np.inf, 7.0],), np.inf,
               [0, 0.5, 0, 0.5]),
    convention("quantile at an entry, by q: the gap to its right", np.quantile,
               ([1, 2, 4.0], 0.5), 2, [0, 1, 0], 4),
    convention("quantile at the last entry, by q", np.quantile, ([1, 2, 4.0], 1.0), 4, [0, 0, 1],
               4),
    convention("std, masked, of equal entries",
               lambda x: np.std(x, where=np.array([True, True, False])), ([2, 2, 3.0],), 0,
               [0, 0, 0]),
    convention("nanstd of equal entries", np.nanstd, ([2, np.nan, 2.0],), 0, [0, 0, 0]),
]  # fmt: skip
