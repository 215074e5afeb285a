"""Series of numbers: differences, convolutions, interpolation, weights in bins, polynomials."""

from collections.abc import Callable
from typing import Any

import numpy as np

from cases.kinds import Case, bound, convention, joined, positive, real, shaped


def growing(n: int, seed: int = 0) -> Any:
    return np.cumsum(positive(n, seed=seed))


def differences() -> list[Case]:
    return [
        shaped("diff", np.diff, real(2, 4), analytic=True),
        shaped("diff, n", bound(np.diff, {"n": 2, "axis": 0}), real(4, 2), analytic=True),
        shaped("diff, more than there are", bound(np.diff, {"n": 3}), real(2)),
        shaped("diff with ends", lambda x, y, z: np.diff(x, axis=0, prepend=y, append=z),
               real(3, 2), real(seed=1), real(2, 2, seed=2)),
        shaped("diff of data with ends", lambda y: np.diff([1.0, 4.0], prepend=y), real(1),
               float32=False),
        shaped("diff, n = 0", lambda x: np.sin(np.diff(x, 0)), real(3)),
        shaped("ediff1d", np.ediff1d, real(2, 3), analytic=True),
        shaped("ediff1d with ends", lambda x, y, z: np.ediff1d(x, y, z), real(4), real(2, seed=1),
               real(seed=2)),
        shaped("ediff1d of one", np.ediff1d, real(1)),
        shaped("trapezoid", np.trapezoid, real(2, 4), analytic=True),
        shaped("trapezoid, dx", lambda x, y: np.trapezoid(x, dx=y, axis=0), real(3, 2), real()),
        shaped("trapezoid, x", lambda x, y: np.trapezoid(x, y, axis=1), real(2, 3, 2), real(3)),
        shaped("trapezoid, x as large", lambda x, y: np.trapezoid(x, y), real(2, 3),
               real(2, 3, seed=1)),
        shaped("trapezoid of nothing", np.trapezoid, real(2, 0)),
    ]  # fmt: skip


def gradients() -> list[Case]:
    rows = []
    for order in (1, 2):
        rows += [
            shaped(f"gradient, {order}", bound(np.gradient, {"edge_order": order}), real(5)),
            shaped(f"gradient of few, {order}", bound(np.gradient, {"edge_order": order}),
                   real(order + 1)),
            shaped(f"gradient, axis, {order}",
                   lambda x, h, order=order: np.gradient(x, h, axis=-2, edge_order=order),
                   real(3, 2), positive()),
            shaped(f"gradient over coordinates, {order}",
                   lambda x, t, order=order: np.gradient(x, t, axis=0, edge_order=order),
                   real(4, 2), growing(4)),
            shaped(f"gradient along all axes, {order}",
                   lambda x, h, t, order=order: joined(np.gradient(x, h, t, edge_order=order)),
                   real(3, 4), positive(), growing(4)),
        ]  # fmt: skip
    return [
        *rows,
        shaped("gradient over even coordinates",
               lambda x: np.gradient(x, np.arange(4) * 2, axis=1), real(2, 4), float32=False),
        shaped("gradient, one distance", lambda x: joined(np.gradient(x, 0.5)), real(2, 3)),
        shaped("gradient along two axes", lambda x: joined(np.gradient(x, axis=(2, 0))),
               real(2, 1, 3)),
    ]  # fmt: skip


def products() -> list[Case]:
    return [
        shaped(f"{f.__name__}, {mode}, {n} and {m}", lambda x, y, f=f, mode=mode: f(x, y, mode),
               real(n), real(m, seed=1))
        for f in (np.convolve, np.correlate)
        for mode in ("full", "same", "valid")
        for n, m in ((5, 3), (2, 5), (4, 4))
    ] + [
        shaped("convolve with a number", lambda x, y: np.convolve(x, y), real(3), real()),
        shaped("convolve with data", lambda x: np.convolve([1.0, 2.0], x), real(3), float32=False),
        shaped("correlate, as it comes", lambda x, y: np.correlate(x, y), real(5), real(2)),
    ]  # fmt: skip


def interpolations() -> list[Case]:
    """interp computes in double precision."""

    def case(name: str, call: Callable[..., Any], *operands: Any) -> Case:
        return shaped(name, call, *operands, float32=False)

    x, xp, fp = np.array([[0.1, 3.3], [-0.7, 9.0]]), np.array([-0.3, 0.8, 2.1, 4.0]), real(4)
    return [
        case("interp", lambda x, xp, fp: np.interp(x, xp, fp), x, xp, fp),
        case("interp, ends", lambda x: np.interp(x, xp, fp, left=-1.0, right=2.0), x),
        case("interp, period", lambda x, xp, fp: np.interp(x, xp, fp, period=2.9), x, xp, fp),
        case("interp, negative period", lambda x: np.interp(x, xp, fp, period=-2.9), x),
        case("interp, one sample", lambda x, xp, fp: np.interp(x, xp, fp), x, xp[:1], fp[:1]),
        case("interp of data", lambda fp: np.interp(0.5, xp, fp), fp),
        case("interp of nothing", lambda x: np.interp(x, xp, fp), real(0)),
    ]


def polynomials() -> list[Case]:
    return [
        shaped("polyval", lambda p, x: np.polyval(p, x), real(4), real(2, 3, seed=1)),
        shaped("polyval of data", lambda x: np.polyval([1.5, 2.0], x), real(), float32=False),
        shaped("polyadd", lambda p, q: np.polyadd(p, q), real(2), real(4, seed=1)),
        shaped("polysub", lambda p, q: np.polysub(p, q), real(4), real(2, seed=1)),
        shaped("polymul", lambda p, q: np.polymul(p, q), real(2), real(4, seed=1)),
        shaped("polyder", bound(np.polyder, {"m": 2}), real(4), float32=False),
        shaped("polyint", bound(np.polyint, {"m": 2, "k": [1.0, 3.0]}), real(3), float32=False),
        shaped("polyint, one constant", lambda p: np.polyint(p, 1), real(3), float32=False),
    ]


BINS = np.array([1, 0, 4, 1])

CASES = [
    *differences(),
    *gradients(),
    *products(),
    *interpolations(),
    *polynomials(),
    shaped("bincount", lambda w: np.bincount(BINS, w), real(4), float32=False),
    shaped("bincount, more bins", lambda w: np.bincount(BINS, weights=w, minlength=7), real(4),
           float32=False),
]  # fmt: skip

SAMPLES = np.array([0.0, 1.0, 3.0])


def between_samples(x: Any) -> Any:
    return np.interp(x, SAMPLES, [1.0, 3.0, 2.0])


CONVENTIONS = [
    convention("interp at a sample: the slope to its right", between_samples, (1.0,), 3, -0.5),
    convention("interp at the first sample", between_samples, (0.0,), 1, 2),
    convention("interp at the last sample: the slope to its left", between_samples, (3.0,), 2,
               -0.5),
    convention("interp outside", between_samples, (3.5,), 2, 0),
]  # fmt: skip

EDGES = np.array([-1.0, 0.0, 1.0, 3.0])

CONSTANT: list[tuple[str, Callable[..., Any]]] = [
    ("digitize", lambda x: np.digitize(x, EDGES)),
    ("histogram", lambda x: np.histogram(x, EDGES)),
    ("histogram, weights", lambda x: np.histogram(x, 3, (-2, 2), weights=np.ones(x.shape))),
    ("histogram2d", lambda x: np.histogram2d(x, x, 3)[0]),
    ("histogramdd", lambda x: np.histogramdd((x, x), 2)[0]),
    ("histogram_bin_edges", lambda x: np.histogram_bin_edges(x, 4)),
]
