"""The ufuncs of `scipy.special`, if SciPy is installed, and functions that need it."""

import importlib
from collections.abc import Callable
from typing import Any

import numpy as np

import autograd_lite as ag
from cases.kinds import (
    INNER,
    POSITIVE,
    REAL,
    WIDE,
    Case,
    Convention,
    Entrywise,
    Interval,
    Singular,
    convention,
    entrywise,
    shaped,
    spread,
)

try:
    import scipy.special as sp
except ImportError:
    sp = None

UNIT: Interval = (0.1, 0.92)
SINGLE = np.float32(1.75)  # a Python number beside float32 makes some of SciPy's ufuncs float64
BELOW: Interval = (-2.7, -2.2)  # between two poles of the gamma function


def at(name: str, call: Callable[..., Any], *intervals: Interval, float32: bool = True) -> Case:
    operands = [spread(interval, (2, 2), i) for i, interval in enumerate(intervals)]
    return shaped(f"special: {name}", call, *operands, float32=float32)


def row(function: Any, *intervals: Interval, float32: bool = True) -> Case:
    return at(function.__name__, function, *intervals, float32=float32)


def of(function: Any, *parameters: Any) -> Callable[..., Any]:
    """The function of its last operand alone."""
    return lambda x: function(*parameters, x)


def output(function: Any, i: int) -> Callable[..., Any]:
    return lambda x: function(x)[i]


def elementary_cases() -> list[Case | Entrywise]:
    return [
        row(sp.exp2, REAL),
        row(sp.exp10, REAL),
        row(sp.expm1, REAL),
        row(sp.log1p, (-0.6, 2.0)),
        row(sp.cbrt, POSITIVE),
        at("cbrt, negative", sp.cbrt, (-2.5, -0.3)),
        row(sp.cosm1, REAL),
        row(sp.powm1, POSITIVE, REAL),
        row(sp.sindg, (-50.0, 70.0)),
        row(sp.cosdg, (-50.0, 70.0)),
        row(sp.tandg, (-50.0, 70.0)),
        row(sp.cotdg, (20.0, 70.0)),
        at("radian", lambda x, y, z: 1e5 * sp.radian(x, y, z), REAL, REAL, REAL),
        entrywise("special: expit", sp.expit, WIDE),
        row(sp.log_expit, WIDE),
        row(sp.logit, UNIT),
        row(sp.exprel, REAL),
        at("boxcox", sp.boxcox, POSITIVE, REAL),
        row(sp.boxcox1p, POSITIVE, REAL),
        row(sp.inv_boxcox, UNIT, UNIT),
        row(sp.inv_boxcox1p, UNIT, UNIT),
        at("huber, near", sp.huber, (2.0, 3.0), (-1.4, 1.5)),
        at("huber, far", sp.huber, (0.3, 1.0), (1.2, 2.5)),
        at("huber, far below", sp.huber, (0.3, 1.0), (-2.5, -1.2)),
        row(sp.pseudo_huber, POSITIVE, REAL),
    ]


def entropy_cases() -> list[Case | Entrywise]:
    return [
        entrywise("special: xlogy", sp.xlogy, REAL, POSITIVE),
        row(sp.xlog1py, REAL, (-0.6, 2.0)),
        row(sp.entr, POSITIVE),
        row(sp.rel_entr, POSITIVE, POSITIVE),
        row(sp.kl_div, POSITIVE, POSITIVE),
    ]


def error_cases() -> list[Case | Entrywise]:
    own = importlib.import_module("autograd_lite.ops.special.error")
    return [
        row(sp.erf, REAL),
        row(sp.erfc, REAL),
        row(sp.erfcx, REAL),
        at("erfcx, far", sp.erfcx, (3.2, 9.0)),
        row(sp.erfi, INNER),
        row(sp.erfinv, INNER),
        row(sp.erfcinv, (0.2, 1.8)),
        row(sp.dawsn, REAL),
        at("dawsn, far", sp.dawsn, (11.0, 19.0)),
        at("dawsn_slope", own.dawsn_slope, REAL),
        at("erfc_ratio", lambda x: own.erfc_ratio(x, n=1), REAL),
        at("erfc_ratio, second, far", lambda x: own.erfc_ratio(x, n=2), (3.2, 9.0)),
        at("inverse_mills", own.inverse_mills, WIDE),
        at("wofz", lambda x: np.real(sp.wofz(x + 0.5j)), REAL, float32=False),
        row(sp.ndtr, REAL),
        row(sp.log_ndtr, WIDE),
        row(sp.ndtri, UNIT),
        row(sp.ndtri_exp, (-3.0, -0.4)),
        row(sp.owens_t, REAL, REAL),
        at("fresnel, sine", output(sp.fresnel, 0), REAL),
        at("fresnel, cosine", output(sp.fresnel, 1), REAL),
    ]


def gamma_cases() -> list[Case | Entrywise]:
    return [
        entrywise("special: gamma", sp.gamma, (0.6, 3.4)),
        at("gamma, negative", sp.gamma, BELOW),
        row(sp.gammaln, POSITIVE),
        row(sp.loggamma, POSITIVE),
        at("rgamma, left and right", sp.rgamma, (-2.3, 2.6)),
        at("digamma", sp.digamma, POSITIVE),
        at("digamma, negative", sp.digamma, BELOW),
        at("zeta", of(sp.zeta, 2.5), POSITIVE, float32=False),
        at("polygamma", lambda x: ag.polygamma(1, x), POSITIVE),
        at("polygamma, order 0", lambda x: ag.polygamma(0, x), POSITIVE),
        at("multigammaln", lambda x: ag.multigammaln(x, 3), (1.2, 4.0)),
        row(sp.poch, POSITIVE, POSITIVE),
        row(sp.binom, (2.1, 3.4), (0.2, 1.7)),
        row(sp.beta, POSITIVE, POSITIVE),
        row(sp.betaln, POSITIVE, POSITIVE),
        at("gammainc", of(sp.gammainc, SINGLE), POSITIVE),
        at("gammaincc", of(sp.gammaincc, SINGLE), POSITIVE),
        at("gammaincinv", of(sp.gammaincinv, SINGLE), UNIT),
        at("gammainccinv", of(sp.gammainccinv, SINGLE), UNIT),
        at("betainc", of(sp.betainc, 1.7, 2.4), UNIT),
        at("betaincc", of(sp.betaincc, 1.7, 2.4), UNIT),
        at("betaincinv", of(sp.betaincinv, 1.7, 2.4), UNIT),
        at("betainccinv", of(sp.betainccinv, 1.7, 2.4), UNIT),
    ]


def bessel_cases() -> list[Case | Entrywise]:
    orders = np.array([[0.0], [1.5]])
    return [
        *(row(f, POSITIVE) for f in (sp.j0, sp.j1, sp.y0, sp.y1, sp.i0, sp.i1, sp.k0, sp.k1)),
        *(row(f, POSITIVE) for f in (sp.i0e, sp.i1e, sp.k0e, sp.k1e)),
        at("i0e, negative", sp.i0e, (-2.5, -0.3)),
        at("j1, around 0", sp.j1, REAL),
        *(at(f.__name__, of(f, 1.5), POSITIVE) for f in (sp.jv, sp.yv, sp.iv, sp.kv)),
        *(at(f.__name__, of(f, 1.5), POSITIVE) for f in (sp.ive, sp.kve)),
        at("jv, several orders", of(sp.jv, orders), POSITIVE, float32=False),
        at("yn", of(sp.yn, 2), POSITIVE, float32=False),
        at("kn", of(sp.kn, 2), POSITIVE, float32=False),
        *(at(f"airy {i}", output(sp.airy, i), REAL) for i in range(4)),
    ]


def integral_cases() -> list[Case | Entrywise]:
    return [
        row(sp.expi, POSITIVE),
        row(sp.exp1, POSITIVE),
        at("expn", of(sp.expn, 2), POSITIVE, float32=False),
        at("expn, order 0", of(sp.expn, 0), POSITIVE, float32=False),
        row(sp.spence, POSITIVE),
        row(sp.wrightomega, REAL),
        at("sici, sine", output(sp.sici, 0), REAL),
        at("sici, cosine", output(sp.sici, 1), POSITIVE),
        at("shichi, sine", output(sp.shichi, 0), REAL),
        at("shichi, cosine", output(sp.shichi, 1), POSITIVE),
        row(sp.ellipk, INNER),
        row(sp.ellipkm1, UNIT),
        row(sp.ellipe, INNER),
        at("ellipkinc", lambda x: sp.ellipkinc(x, SINGLE / 4), REAL),
        at("ellipeinc", lambda x: sp.ellipeinc(x, SINGLE / 4), REAL),
        at("hyp0f1", of(sp.hyp0f1, 1.3), REAL),
        at("hyp1f1", of(sp.hyp1f1, 0.7, 1.3), REAL),
        at("hyperu", of(sp.hyperu, 0.7, 1.3), POSITIVE),
        at("hyp2f1", of(sp.hyp2f1, SINGLE / 4, SINGLE / 2, SINGLE), INNER),
    ]


def conventions() -> list[Convention]:
    return [
        convention("xlogy at 0, 0", sp.xlogy, (0.0, 0.0), 0, 0, 0),
        convention("xlogy at 0, 2", sp.xlogy, (0.0, 2.0), 0, np.log(2.0), 0),
        convention("xlogy at 0, -1", sp.xlogy, (0.0, -1.0), 0, 0, 0),
        convention("xlog1py at 0, -1", sp.xlog1py, (0.0, -1.0), 0, 0, 0),
        convention("xlog1py at 0, 2", sp.xlog1py, (0.0, 2.0), 0, np.log(3.0), 0),
        convention("special: huber at its kink", sp.huber, (1.5, 1.5), 1.125, 0, 1.5),
        convention("special: huber below", sp.huber, (1.5, -1.5), 1.125, 0, -1.5),
        convention("special: pseudo_huber at 0, 0", sp.pseudo_huber, (0.0, 0.0), 0, 0, 0),
        convention("special: pseudo_huber of width 0", sp.pseudo_huber, (0.0, 3.0), 0, 3, 0),
        convention("i0e at its kink", sp.i0e, (0.0,), 1, 0),
        convention("rgamma at a pole of gamma", sp.rgamma, (-3.0,), 0, -6),
        convention("spence at 1", sp.spence, (1.0,), 0, -1),
        convention("ellipe at 0", sp.ellipe, (0.0,), np.pi / 2, -np.pi / 8),
    ]


def singular() -> list[Singular]:
    return [
        Singular("entr", sp.entr, (0.0,), (0.7,)),
        Singular("rel_entr", sp.rel_entr, (0.0, 0.5), (0.7, 0.4)),
        Singular("kl_div", sp.kl_div, (0.0, 0.5), (0.7, 0.4)),
        Singular("xlogy", sp.xlogy, (1.0, 0.0), (0.7, 0.4)),
        Singular("erfinv", sp.erfinv, (1.0,), (0.3,)),
        Singular("ndtri", sp.ndtri, (0.0,), (0.3,)),
        Singular("logit", sp.logit, (1.0,), (0.3,)),
        Singular("gammaln", sp.gammaln, (0.0,), (0.3,)),
        Singular("k0", sp.k0, (0.0,), (0.3,)),
        Singular("ellipk", sp.ellipk, (1.0,), (0.3,)),
    ]


if sp is not None:
    importlib.import_module("autograd_lite.ops.special")  # its rows, before they are listed
    CASES = [
        *elementary_cases(),
        *entropy_cases(),
        *error_cases(),
        *gamma_cases(),
        *bessel_cases(),
        *integral_cases(),
    ]
    CONSTANT = [("special: round", sp.round), ("special: gammasgn", sp.gammasgn)]
    CONVENTIONS = conventions()
    SINGULAR = singular()
