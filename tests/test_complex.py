"""Complex numbers in every function that takes them, against NumPy and finite differences.

The gradient of a real loss L by z = x + iy is dL/dx + i dL/dy, so the derivative of L in a
direction d is Re(conj(gradient) d). Forward mode gives the plain derivative in a direction.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from complex_rows import ROWS, Disc, Row
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from oracles import Array, assert_close, finite_differences

import autograd_lite as ag

every_row = pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)


def inside(discs: Sequence[Disc], shape: tuple[int, ...], rng: np.random.Generator) -> Array:
    """Complex numbers inside of the discs."""
    centers, radii = np.array(discs).T
    chosen = rng.integers(len(discs), size=shape)
    offset = np.sqrt(rng.random(shape)) * np.exp(2j * np.pi * rng.random(shape))
    return np.asarray(centers[chosen] + np.real(radii[chosen]) * offset)


@st.composite
def operands_of(draw: st.DrawFn, row: Row) -> list[Array]:
    """Complex operands of a row, of any shapes and values that it allows."""
    if row.shapes is None:
        drawn = draw(hnp.mutually_broadcastable_shapes(
            num_shapes=len(row.discs), max_dims=2, min_side=0, max_side=2))  # fmt: skip
        shapes: Sequence[tuple[int, ...]] = drawn.input_shapes
    else:
        letters = {c: draw(st.integers(1, 3)) for c in sorted(row.shapes) if c.isalpha()}
        shapes = [
            tuple(letters[c] if c in letters else int(c) for c in word)
            for word in row.shapes.split()
        ]
    rng = np.random.default_rng(draw(st.integers(0, 99)))
    operands = [inside(discs, shape, rng) for discs, shape in zip(row.discs, shapes, strict=True)]
    if row.apart:  # complex numbers are ordered by their real parts first
        parts = np.sort(np.concatenate([np.ravel(np.real(z)) for z in operands]))
        assume(np.all(np.diff(parts) > 5e-3))
    return operands


def like(xs: Any, seed: int = 3) -> Any:
    """Numbers of the same shapes and kinds as `xs`, none near zero."""
    rng = np.random.default_rng(seed)

    def numbers(x: Any) -> Array:
        x = np.asarray(x)
        found = inside([(0.6 - 1j, 0.5), (-1 + 0.7j, 0.5)], x.shape, rng)
        return np.asarray((found if x.dtype.kind == "c" else np.real(found)).astype(x.dtype))

    return [numbers(x) for x in xs] if isinstance(xs, list) else numbers(xs)


def dot(xs: Any, ys: Any) -> Any:
    """The real part of the sum of all conj(x) y: what a gradient makes of a direction."""
    if not isinstance(xs, list | tuple):
        xs, ys = [xs], [ys]
    terms = (np.sum(np.real(np.conj(x) * y)) for x, y in zip(xs, ys, strict=True))
    return sum(terms, start=0.0)


def steepest(loss: Callable[..., Any], operands: Sequence[Array]) -> list[Array]:
    """The gradient of a real loss by finite differences of real and imaginary parts."""
    kinds = [x.dtype.kind for x in operands]
    parts = [p for x in operands for p in ((x.real, x.imag) if x.dtype.kind == "c" else (x,))]

    def joined(parts: Sequence[Any]) -> list[Any]:
        rest = iter(parts)
        return [next(rest) + 1j * next(rest) if kind == "c" else next(rest) for kind in kinds]

    return joined(finite_differences(lambda *ps: loss(*joined(ps)), parts, step=1e-3))


def directional(call: Callable[..., Any], xs: Sequence[Array], ds: Sequence[Array]) -> Array:
    """The derivative of `call` in a direction: central differences, extrapolated once."""

    def slope(h: float) -> Any:
        ahead, behind = (
            call(*(x + t * d for x, d in zip(xs, ds, strict=True))) for t in (h, -h)
        )  # fmt: skip
        return (ahead - behind) / (2 * h)

    return np.asarray((4 * slope(5e-4) - slope(1e-3)) / 3)


def check_gradients(call: Callable[..., Any], operands: list[Array]) -> None:
    """Reverse mode, as `vjp` and as `backward`, against finite differences."""
    cotangent = like(call(*operands))
    found = ag.vjp(call, *operands)[1](cotangent)
    expected = steepest(lambda *xs: dot(cotangent, call(*xs)), operands)
    assert_close(found, expected, 1e-7)
    tensors = [ag.Tensor(x) for x in operands]
    out = call(*tensors)
    plain = call(*operands)
    assert (out.shape, out.dtype) == (plain.shape, plain.dtype)
    np.testing.assert_allclose(out.numpy(), plain, rtol=1e-13, atol=1e-13)
    out.backward(cotangent)
    for tensor, gradient, x in zip(tensors, found, operands, strict=True):
        assert tensor.grad.dtype == gradient.dtype == x.dtype
        np.testing.assert_allclose(tensor.grad, gradient, rtol=1e-13, atol=1e-14)


def check_directions(call: Callable[..., Any], operands: list[Array]) -> None:
    """Forward mode against finite differences, and against reverse mode."""
    directions, cotangent = like(operands), like(call(*operands))
    found = ag.jvp(call, operands, directions)[1]
    assert found.dtype == np.asarray(call(*operands)).dtype
    np.testing.assert_allclose(found, directional(call, operands, directions), 1e-6, 1e-6)
    pulled = ag.vjp(call, *operands)[1](cotangent)
    np.testing.assert_allclose(dot(pulled, directions), dot(cotangent, found), 1e-10, 1e-10)


def check_curvature(call: Callable[..., Any], operands: list[Array]) -> None:
    """The derivative of the gradient of a real loss in a direction, in three nestings."""
    directions, cotangent = like(operands), like(call(*operands))
    places = list(range(len(operands)))

    def loss(*xs: Any) -> Any:
        out = call(*xs)
        return dot(cotangent, out) + np.sum(np.abs(out) ** 2)

    def gradient(*xs: Any) -> Any:
        return ag.grad(loss, argnums=places)(*xs)

    found = ag.jvp(gradient, operands, directions)[1]
    for i, part in enumerate(found):
        moved = directional(lambda *xs, i=i: gradient(*xs)[i], operands, directions)
        assert_close([part], [moved], 1e-5)
    twice = ag.grad(lambda *xs: dot(directions, gradient(*xs)), argnums=places)(*operands)
    assert_close(twice, found, 1e-9)
    pushed = ag.grad(lambda *xs: ag.jvp(loss, xs, directions)[1], argnums=places)(*operands)
    assert_close(pushed, found, 1e-9)


def some(examples: int) -> Callable[..., Any]:
    """So many examples for each row, or the profile's share of them."""
    share = settings().max_examples / 40
    return settings(max_examples=max(1, round(examples * share)))


@every_row
@some(3)
@given(data=st.data())
def test_gradients(row: Row, data: st.DataObject) -> None:
    check_gradients(row.call, data.draw(operands_of(row)))


@every_row
@some(2)
@given(data=st.data())
def test_directions(row: Row, data: st.DataObject) -> None:
    check_directions(row.call, data.draw(operands_of(row)))


@every_row
@some(1)
@given(data=st.data())
def test_second_order(row: Row, data: st.DataObject) -> None:
    check_curvature(row.call, data.draw(operands_of(row)))


@every_row
@some(1)
@given(data=st.data())
def test_real_leaves_of_complex_operands(row: Row, data: st.DataObject) -> None:
    """What is real on the way to a complex operand gets a real gradient, of the right parts."""
    operands = data.draw(operands_of(row))

    def call(*scales: Any) -> Any:
        return row.call(*(t * z for t, z in zip(scales, operands, strict=True)))

    scales = [np.linspace(0.98, 1.02, z.size).reshape(z.shape) for z in operands]
    check_gradients(call, scales)
    check_directions(call, scales)


@pytest.mark.parametrize(
    "row", [row for row in ROWS if len(row.discs) > 1], ids=lambda row: row.name
)  # fmt: skip
@some(3)
@given(data=st.data())
def test_real_and_complex_operands(row: Row, data: st.DataObject) -> None:
    operands = data.draw(operands_of(row))
    which = data.draw(st.sampled_from(range(len(operands))))
    operands[which] = np.real(operands[which])
    check_gradients(row.call, operands)
    check_directions(row.call, operands)
    check_curvature(row.call, operands)


@every_row
@some(1)
@given(data=st.data())
def test_single_precision(row: Row, data: st.DataObject) -> None:
    large = data.draw(operands_of(row))
    small = [z.astype(np.complex64) for z in large]
    cotangent = like(row.call(*small))
    expected = ag.vjp(row.call, *large)[1](like(row.call(*large)))
    tensors = [ag.Tensor(z) for z in small]
    row.call(*tensors).backward(cotangent)
    for tensor, gradient in zip(tensors, expected, strict=True):
        assert tensor.grad.dtype == np.complex64
        scale = np.max(np.abs(gradient), initial=1.0)
        np.testing.assert_allclose(tensor.grad / scale, gradient / scale, rtol=1e-3, atol=1e-3)


# On the cuts of inverse functions, where the sign of a zero says on which side one is

SIDES = [0.0, -0.0]
ALONG_THE_REALS = [
    (np.sqrt, -2.0), (np.log, -2.0), (np.log2, -2.0), (np.log10, -2.0), (np.log1p, -2.5),
    (np.arcsin, 2.0), (np.arcsin, -2.0), (np.arccos, 2.0), (np.arccos, -2.0),
    (np.arccosh, 0.4), (np.arccosh, -2.0), (np.arctanh, 2.0), (np.arctanh, -2.0),
    (lambda z: z**1.5, -2.0), (lambda z: z ** (0.5 + 0.5j), -2.0),
]  # fmt: skip


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize(("function", "x"), ALONG_THE_REALS)
def test_along_a_cut_on_the_real_axis(function: Callable[..., Any], x: float, side: float) -> None:
    step = 1e-5
    ahead, behind = (function(np.complex128(complex(x + t, side))) for t in (step, -step))
    found = ag.jvp(function, (np.complex128(complex(x, side)),), (1.0,))[1]
    np.testing.assert_allclose(found, (ahead - behind) / (2 * step), rtol=1e-8)


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("function", [np.arcsinh, np.arctan])
@pytest.mark.parametrize("y", [2.0, -2.0])
def test_along_a_cut_on_the_imaginary_axis(
    function: Callable[..., Any], y: float, side: float
) -> None:
    step = 1e-5
    ahead, behind = (function(np.complex128(complex(side, y + t))) for t in (step, -step))
    found = ag.jvp(function, (np.complex128(complex(side, y)),), (1j,))[1]
    np.testing.assert_allclose(found, (ahead - behind) / (2 * step), rtol=1e-8)


# np.emath: real where it can be

EMATH = [
    (np.emath.sqrt, 0.4, -0.4), (np.emath.log, 0.4, -0.4), (np.emath.log2, 0.4, -0.4),
    (np.emath.log10, 0.4, -0.4), (np.emath.arcsin, 0.4, 1.4), (np.emath.arcsin, -0.4, -1.4),
    (np.emath.arccos, 0.4, 1.4), (np.emath.arccos, -0.4, -1.4), (np.emath.arctanh, 0.4, 1.4),
    (lambda x: np.emath.power(x, 2.5), 0.4, -0.4), (lambda x: np.emath.logn(3.0, x), 0.4, -0.4),
    (lambda x: np.emath.logn(x, 3.0), 0.4, -0.4), (lambda x: np.emath.power(x, -2), 0.4, -0.4),
    (lambda x: np.emath.power(np.array([2, -3]), x), 0.4, 1.4),
]  # fmt: skip


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("function", "inside", "outside"), EMATH)
def test_emath_is_complex_only_where_it_must_be(
    function: Callable[..., Any], inside: float, outside: float, dtype: Any
) -> None:
    for operand in ([inside, inside], [inside, outside]):
        x = np.array(operand, dtype)
        out, plain = function(ag.Tensor(x)), function(x)
        assert out.dtype == plain.dtype
        np.testing.assert_array_equal(out.numpy(), plain)
        if dtype == np.float64:
            check_gradients(function, [x])
            check_directions(function, [x])


# Where there is no one derivative


@pytest.mark.parametrize("function", [np.abs, np.angle, np.sign], ids=lambda f: f.__name__)
def test_no_direction_is_uphill_from_zero(function: Callable[..., Any]) -> None:
    z = np.array([0j, 3 - 4j])
    gradient = ag.vjp(function, z)[1](np.ones(2))[0]
    assert gradient[0] == 0
    assert gradient[1] != 0
    assert ag.jvp(function, (z,), (np.array([1 + 1j, 0]),))[1][0] == 0


def test_equal_complex_entries_share_a_maximum() -> None:
    z = np.array([1 + 2j, 1 + 2j, 1 - 5j])
    np.testing.assert_array_equal(ag.vjp(np.max, z)[1](1 - 3j)[0], [0.5 - 1.5j, 0.5 - 1.5j, 0])


@pytest.mark.parametrize("exponent", [2, 3.0, 2 + 0j, np.array(2.0), np.array([3 + 0j])])
def test_powers_of_zero(exponent: Any) -> None:
    z = np.zeros(1, complex)
    np.testing.assert_array_equal(ag.vjp(lambda z: z**exponent, z)[1](np.ones(1))[0], [0])


# What is asked of complex numbers that they do not have


@pytest.mark.parametrize(
    "function", [np.floor, np.cbrt, np.fabs, np.deg2rad, np.fft.rfft, np.fft.ihfft, np.unwrap]
)
def test_functions_of_real_numbers_say_so(function: Callable[..., Any]) -> None:
    with pytest.raises(TypeError, match="not supported for the input types"):
        function(ag.Tensor([1 + 1j, 2.0]))


def test_a_complex_loss_is_refused() -> None:
    with pytest.raises(ag.GraphError, match=r"backward needs a real scalar.*np\.real"):
        np.sum(ag.Tensor([1 + 1j])).backward()
    with pytest.raises(ag.GraphError, match=r"grad needs a real output.*np\.real"):
        ag.grad(np.sum)(np.array([1 + 1j]))


def test_fourier_transforms_are_refused_with_numpys_words() -> None:
    t = ag.Tensor([1.0, 2.0])
    with pytest.raises(ValueError, match="Invalid number of FFT data points"):
        np.fft.fft(t, 0)
    with pytest.raises(ValueError, match="Invalid norm value"):
        np.fft.irfft(t, norm="unitary")
    with pytest.raises(ValueError, match="2 lengths s and 1 axes; one for each"):
        np.fft.fftn(t, s=(2, 2), axes=(0,))
    with pytest.raises(ag.ImmutableError, match="fftn.*out="):
        np.fft.fftn(t, out=np.zeros(2, complex))


def test_energy_is_preserved() -> None:
    """The energy of a signal is that of its spectrum, and so is its gradient (Parseval)."""
    x = np.random.default_rng(0).normal(size=(3, 8))
    gradient = ag.grad(lambda x: np.sum(np.abs(np.fft.fft2(x, norm="ortho")) ** 2))(x)
    assert gradient.dtype == np.float64
    np.testing.assert_allclose(gradient, 2 * x, rtol=1e-13)
