"""SciPy's ufuncs on tensors: all of them are accounted for, and accurate where it is hard."""

import math
import re
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracles import check_first_order

import autograd_lite as ag

sp = pytest.importorskip("scipy.special")

UFUNCS = {
    name: function for name, function in vars(sp).items() if isinstance(function, np.ufunc)
}  # fmt: skip


def example(function: np.ufunc) -> complex:
    """A number in the domain of its last operand."""
    if all(set("FD") & set(kind.split("->")[0]) for kind in function.types):
        return 0.6 + 0.2j
    return -0.6 if function is sp.ndtri_exp else 0.6


def outcome(function: np.ufunc, place: int) -> str:
    """What happens when the operand at this place is a tensor, and the others are numbers."""
    operands: list[Any] = [1] * function.nin
    operands[place] = ag.Tensor(example(function) if place == function.nin - 1 else 1.0)
    try:
        result = function(*operands)
    except ag.NotDifferentiableError as refusal:
        name = function.__name__
        assert f"{name} has no" in str(refusal)
        assert str(refusal).endswith(".")
        return "refused"
    results = result if isinstance(result, tuple) else (result,)
    if not any(isinstance(r, ag.Tensor) for r in results):
        return "constant"
    for r in results:
        r.backward(np.ones_like(r.numpy()))
    assert np.isfinite(operands[place].grad)
    return "differentiable"


@pytest.mark.parametrize("name", sorted(UFUNCS))
def test_every_ufunc_is_differentiable_or_constant_or_refused_by_name(name: str) -> None:
    function = UFUNCS[name]
    outcomes = {outcome(function, place) for place in range(function.nin)}
    assert outcomes <= {"differentiable", "constant", "refused"}
    if name in ("round", "gammasgn"):
        assert outcomes == {"constant"}
    else:
        assert "constant" not in outcomes


DIFFERENTIABLE = re.findall(
    r"\w+",
    """
    expit logit log_expit erf erfc erfcx erfi erfinv erfcinv dawsn gamma gammaln loggamma rgamma
    digamma psi gammainc gammaincc poch beta betaln betainc binom i0 i0e i1 i1e iv ive k0 k0e k1
    k1e kn kv kve j0 j1 jv jn y0 y1 yv yn xlogy xlog1py entr rel_entr kl_div log_ndtr ndtr ndtri
    ndtri_exp huber pseudo_huber exprel expm1 log1p cosm1 powm1 exp2 exp10 cbrt sindg cosdg tandg
    cotdg radian spence ellipk ellipe ellipkm1 expi exp1 expn shichi sici boxcox inv_boxcox
    boxcox1p inv_boxcox1p
""",
)


@pytest.mark.parametrize("name", DIFFERENTIABLE)
def test_these_are_differentiable_by_their_last_operand(name: str) -> None:
    assert outcome(UFUNCS[name], UFUNCS[name].nin - 1) == "differentiable"


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda t: sp.jv(t, 1.0), "jv has no derivative by operand 1 of 2 here; pass a plain"),
        (lambda t: sp.gammainc(t, 1.0), "gammainc has no derivative by operand 1 of 2"),
        (lambda t: sp.betainc(1.0, t, 0.5), "betainc has no derivative by operand 2 of 3"),
        (lambda t: sp.hyp2f1(1.0, t, 1.0, 0.5), "hyp2f1 has no derivative by its parameter b"),
        (lambda t: sp.zeta(t, 1.0), "zeta has no derivative by operand 1 of 2"),
        (lambda t: sp.chdtr(1.0, t), "chdtr has no gradient rule"),
    ],
)
def test_a_parameter_without_derivative_is_refused(call: Callable[..., Any], words: str) -> None:
    with pytest.raises(ag.NotDifferentiableError, match=words):
        call(ag.Tensor(0.4))
    if "operand" in words:  # as a constant it is welcome
        assert type(call(ag.Tensor(0.4).detach())) is ag.Tensor


# Accuracy at the edges. The expected values are from 60 digits of working precision.

HARD = [
    ("log_ndtr", sp.log_ndtr, -1e4, 10000.000099999998, -0.9999999900000006),
    ("log_ndtr", sp.log_ndtr, -40.0, 40.024968847207263723, -0.99937733162140861123),
    ("log_ndtr", sp.log_ndtr, -7.5, 7.6289663911037659167, -0.98388026331257388757),
    ("log_ndtr", sp.log_ndtr, 60.0, 0.0, 0.0),
    ("erfcx", sp.erfcx, 1e5, -5.6418958346312784944e-11, 1.1283791667569988239e-15),
    ("erfcx", sp.erfcx, 30.0, -0.00062583541050748406864, 0.000041653092384458875901),
    ("erfcx", sp.erfcx, 4.0, -0.032383506095021454781, 0.014930866489951141534),
    ("expit", sp.expit, 40.0, 4.2483542552915889592e-18, -4.2483542552915889231e-18),
    ("expit", sp.expit, -700.0, 9.8596765437597708567e-305, 9.8596765437597708567e-305),
    ("log_expit", sp.log_expit, -800.0, 1.0, 0.0),
    ("exprel", sp.exprel, 1e-9, 0.50000000033333333346, 0.33333333358333333343),
    ("spence", sp.spence, 1.0, -1.0, 0.5),
    ("ellipk", sp.ellipk, 0.0, math.pi / 8, 9 * math.pi / 64),
    ("ellipe", sp.ellipe, 0.0, -math.pi / 8, -3 * math.pi / 64),
    ("rgamma", sp.rgamma, -3.0, -6.0, 22 - 12 * np.euler_gamma),
    ("rgamma", sp.rgamma, 0.0, 1.0, 2 * np.euler_gamma),
]


@pytest.mark.parametrize(
    ("name", "function", "x", "slope", "curve"), HARD, ids=[f"{row[0]} {row[2]}" for row in HARD]
)
def test_derivatives_where_the_obvious_formula_fails(
    name: str, function: Callable[..., Any], x: float, slope: float, curve: float
) -> None:
    assert ag.grad(function)(x) == pytest.approx(slope, rel=1e-12, abs=1e-310)
    assert ag.grad(ag.grad(function))(x) == pytest.approx(curve, rel=1e-11, abs=1e-310)


def test_first_derivatives_where_the_obvious_formula_fails() -> None:
    assert ag.grad(sp.dawsn)(200.0) == pytest.approx(-1.2500468779299438765e-05, rel=1e-14)
    assert ag.grad(sp.ellipkm1)(1e-20) == pytest.approx(-5e19, rel=1e-14)
    assert ag.grad(sp.logit)(1 - 2.0**-52) == pytest.approx(2.0**52, rel=1e-14)
    assert ag.grad(lambda y: sp.boxcox(3.0, y))(0.0) == pytest.approx(math.log(3) ** 2 / 2)


@given(y=st.floats(-5, 5), x=st.floats(0.2, 5))
def test_box_and_cox_are_undone_by_their_inverse(x: float, y: float) -> None:
    def there_and_back(x: Any, y: Any) -> Any:
        return sp.inv_boxcox(sp.boxcox(x, y), y)

    by_x, by_y = ag.grad(there_and_back, argnums=(0, 1))(x, y)
    assert by_x == pytest.approx(1, rel=1e-6)
    assert by_y == pytest.approx(0, abs=1e-5)


@given(x=st.floats(-30, 8))
def test_the_logarithm_of_a_distribution_has_the_slope_of_the_distribution(x: float) -> None:
    expected = ag.grad(sp.ndtr)(x) / sp.ndtr(x)
    assert ag.grad(sp.log_ndtr)(x) == pytest.approx(expected, rel=1e-11)


# Complex operands

HOLOMORPHIC = [
    sp.erf, sp.erfc, sp.erfcx, sp.erfi, sp.dawsn, sp.wofz, sp.log_ndtr, sp.ndtr, sp.gamma,
    sp.rgamma, sp.loggamma, sp.expm1, sp.log1p, sp.expi, sp.exp1, sp.spence, sp.wrightomega,
]  # fmt: skip
FAMILIES = {
    **{f.__name__: f for f in HOLOMORPHIC},
    **{
        f.__name__: (lambda z, f=f: f(1.5, z))
        for f in (sp.jv, sp.yv, sp.iv, sp.kv, sp.kve, sp.hyp0f1)
    },
    "hyp1f1": lambda z: sp.hyp1f1(0.7, 1.3, z),
    "hyp2f1": lambda z: sp.hyp2f1(0.7, 0.4, 1.3, z),
    "xlogy": lambda z: sp.xlogy(z, z),
    "xlog1py": lambda z: sp.xlog1py(z, z),
    "sici": lambda z: sp.sici(z)[0] + 2 * sp.sici(z)[1],
    "shichi": lambda z: sp.shichi(z)[0] + 2 * sp.shichi(z)[1],
    "fresnel": lambda z: sp.fresnel(z)[0] + 2 * sp.fresnel(z)[1],
    "airy": lambda z: sp.airy(z)[0] + 2 * sp.airy(z)[1],
}


@pytest.mark.parametrize("name", FAMILIES)
@pytest.mark.parametrize("z", [0.45 + 0.3j, 0.3 - 0.6j])
def test_complex_operands(name: str, z: complex) -> None:
    """The gradient of the real part is the conjugate of the complex derivative."""
    function, h = FAMILIES[name], 1e-5
    expected = (function(z + h) - function(z - h)) / (2 * h)
    found = ag.grad(lambda z: np.real(function(z)))(np.array(z))
    np.testing.assert_allclose(np.conjugate(found), expected, rtol=1e-7)


def test_what_has_no_complex_derivative_is_refused() -> None:
    z = np.array(0.4 + 0.2j)
    with pytest.raises(ag.NotDifferentiableError, match="ive is scaled by the absolute value"):
        ag.grad(lambda z: np.real(sp.ive(1, z)))(z)
    with pytest.raises(ag.NotDifferentiableError, match="no second one"):
        ag.grad(lambda z: np.real(sp.digamma(z)))(z)


# Keywords, orders that are arrays, batches


def test_a_mask_and_a_dtype_as_in_any_ufunc() -> None:
    x, mask = ag.Tensor([0.3, 0.4, -2.0]), np.array([True, True, False])
    out = sp.gammaln(x, where=mask)
    out.backward(np.ones(3))
    np.testing.assert_allclose(x.grad, [sp.digamma(0.3), sp.digamma(0.4), 0], rtol=1e-15)
    assert sp.expit(x, dtype=np.float32).dtype == np.float32


def test_orders_broadcast() -> None:
    orders = np.array([[0], [1], [4]])
    check_first_order(lambda x: sp.jv(orders, x), [np.array([0.4, 2.5])])
    check_first_order(lambda x: sp.expn(orders, x), [np.array([0.4, 2.5])])


def test_a_batch_of_examples() -> None:
    x = np.array([0.2, 0.5, 0.7])
    np.testing.assert_allclose(ag.vmap(ag.grad(sp.logit))(x), 1 / (x * (1 - x)), rtol=1e-14)
    np.testing.assert_allclose(
        ag.vmap(ag.grad(sp.log_ndtr))(x), ag.elementwise_grad(sp.log_ndtr)(x)
    )


# Functions of the library that need SciPy


@pytest.mark.parametrize("n", [0, 1, 2, 5])
def test_polygamma(n: int) -> None:
    x = np.array([0.3, 2.5, -1.4, 40.0])
    np.testing.assert_allclose(ag.polygamma(n, ag.Tensor(x)).numpy(), sp.polygamma(n, x))
    np.testing.assert_allclose(ag.polygamma(n, 2.5), sp.polygamma(n, 2.5), rtol=1e-15)
    np.testing.assert_allclose(
        ag.elementwise_grad(lambda x: ag.polygamma(n, x))(x), sp.polygamma(n + 1, x), rtol=1e-14
    )


@pytest.mark.parametrize("d", [1, 2, 5])
def test_multigammaln(d: int) -> None:
    a = np.array([2.3, 7.0])
    np.testing.assert_allclose(ag.multigammaln(ag.Tensor(a), d).numpy(), sp.multigammaln(a, d))
    assert ag.multigammaln(4.5, d) == pytest.approx(sp.multigammaln(4.5, d))
    check_first_order(lambda a: ag.multigammaln(a, d), [a])


@pytest.mark.parametrize("n", [-1, 1.5, True, "1"])
def test_orders_and_dimensions_are_whole_numbers(n: Any) -> None:
    with pytest.raises(ValueError, match="polygamma: the order n is a whole number"):
        ag.polygamma(n, 1.0)
    with pytest.raises(ValueError, match="multigammaln: the dimension d is a whole number"):
        ag.multigammaln(1.0, n)


def test_multigammaln_outside_its_domain() -> None:
    with pytest.raises(ValueError, match=r"every entry of a has to be above 1\.0"):
        ag.multigammaln(ag.Tensor([2.0, 1.0]), 3)


# SciPy stays optional


def run(program: str) -> str:
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, check=True
    ).stdout


def test_scipy_is_loaded_by_nobody_but_the_user() -> None:
    program = (
        "import sys, numpy as np, autograd_lite as ag; np.exp(ag.Tensor(1.0)); "
        "print('scipy' in sys.modules); import scipy.special as sp; "
        "print('autograd_lite.ops.special' in sys.modules); print(ag.grad(sp.erf)(0.0))"
    )
    assert run(program).split() == ["False", "False", repr(2 / math.sqrt(math.pi))]


def test_without_scipy_what_needs_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "scipy.special", None)
    for call in (lambda: ag.polygamma(1, 2.0), lambda: ag.multigammaln(2.0, 2)):
        with pytest.raises(ag.MissingPackageError, match=r"needs SciPy: pip install .*\[scipy\]"):
            call()
