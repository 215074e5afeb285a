"""The functions that take complex numbers, and operands for each: the table of test_complex.py."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

import autograd_lite as ag

Disc = tuple[complex, float]  # a center and a radius

# Away from the origin and from the negative numbers, where logarithms and powers jump.
RIGHT: tuple[Disc, ...] = ((0.9 + 0.6j, 0.5), (0.7 - 0.9j, 0.6))
PLANE: tuple[Disc, ...] = (*RIGHT, (-1.1 + 0.8j, 0.5), (-0.8 - 0.7j, 0.4))
# Inside of the unit circle and on all sides of it, away from the cuts along both axes.
CUT: tuple[Disc, ...] = (
    (0j, 0.7), (1.7 + 1j, 0.5), (-1.6 + 0.9j, 0.5), (-1.5 - 1.2j, 0.5), (1.6 - 0.9j, 0.5),
)  # fmt: skip


@dataclass(frozen=True)
class Row:
    """A function, and what its operands are.

    `shapes` has a word for each operand and a letter for each axis: equal letters, equal lengths;
    a digit is a length. None: operands of any shapes that broadcast, one per `discs`.
    """

    name: str
    call: Callable[..., Any]
    shapes: str | None = None
    discs: tuple[tuple[Disc, ...], ...] = (PLANE,)
    apart: bool = False  # the order of the entries decides: no two of them may be close


def entrywise(
    name: str, call: Callable[..., Any], *discs: tuple[Disc, ...], apart: bool = False
) -> Row:
    return Row(name, call, None, discs or (PLANE,), apart)


def shaped(name: str, shapes: str, call: Callable[..., Any], apart: bool = False) -> Row:
    return Row(name, call, shapes, (PLANE,) * len(shapes.split()), apart)


def several(call: Callable[..., Any]) -> Callable[..., Any]:
    """A function of one result of all the results of `call`."""
    return lambda *xs: sum(np.sum((i + 1) * part**2) for i, part in enumerate(call(*xs)))


ENTRYWISE = [
    entrywise("add", np.add, PLANE, PLANE),
    entrywise("subtract", np.subtract, PLANE, PLANE),
    entrywise("multiply", np.multiply, PLANE, PLANE),
    entrywise("divide", np.true_divide, PLANE, PLANE),
    entrywise("power", np.power, RIGHT, PLANE),
    entrywise("power of a negative number", lambda y: np.power(-1.7, y)),
    entrywise("power of negative numbers", lambda y: np.power(np.array([-1.7]), y)),
    entrywise("power of a number", lambda y: (1.2 - 0.4j) ** y),
    entrywise("power by a number", lambda x: x ** (1.5 - 0.5j), RIGHT),
    entrywise("cube", lambda x: x**3),
    entrywise("inverse square", lambda x: x**-2),
    entrywise("float_power", np.float_power, RIGHT, PLANE),
    entrywise("negative", np.negative),
    entrywise("positive", np.positive),
    entrywise("reciprocal", np.reciprocal),
    entrywise("square", np.square),
    entrywise("sqrt", np.sqrt, RIGHT),
    entrywise("exp", np.exp),
    entrywise("exp2", np.exp2),
    entrywise("expm1", np.expm1),
    entrywise("log", np.log, RIGHT),
    entrywise("log2", np.log2, RIGHT),
    entrywise("log10", np.log10, RIGHT),
    entrywise("log1p", np.log1p, RIGHT),
    entrywise("sin", np.sin),
    entrywise("cos", np.cos),
    entrywise("tan", np.tan),
    entrywise("sinh", np.sinh),
    entrywise("cosh", np.cosh),
    entrywise("tanh", np.tanh),
    entrywise("sinc", np.sinc),
    entrywise("sigmoid", ag.sigmoid),
    entrywise("arcsin", np.arcsin, CUT),
    entrywise("arccos", np.arccos, CUT),
    entrywise("arctan", np.arctan, CUT),
    entrywise("arcsinh", np.arcsinh, CUT),
    entrywise("arccosh", np.arccosh, CUT[1:]),
    entrywise("arctanh", np.arctanh, CUT),
    entrywise("absolute", np.absolute),
    entrywise("sign", np.sign),
    entrywise("angle", np.angle),
    entrywise("angle, degrees", lambda x: np.angle(x, deg=True)),
    entrywise("real", np.real),
    entrywise("imag", np.imag),
    entrywise("conjugate", np.conjugate),
    entrywise("nan_to_num", np.nan_to_num),
    entrywise("real_if_close", np.real_if_close),
    entrywise("maximum", np.maximum, PLANE, PLANE, apart=True),
    entrywise("minimum", np.minimum, PLANE, PLANE, apart=True),
    entrywise("fmax", np.fmax, PLANE, PLANE, apart=True),
    entrywise("fmin", np.fmin, PLANE, PLANE, apart=True),
    entrywise("clip", lambda x: np.clip(x, -0.2 - 0.3j, 2 + 0.1j)),
    entrywise("where", lambda x, y: np.where(np.real(y) > 0, x, y), PLANE, PLANE),
    entrywise("emath.sqrt", np.emath.sqrt, RIGHT),
    entrywise("emath.arcsin", np.emath.arcsin, CUT[1:]),
    entrywise("emath.power", np.emath.power, RIGHT, PLANE),
    entrywise("a sum of both parts", lambda x: np.real(x) * np.imag(x) + 1j * np.abs(x) * x),
]

REDUCTIONS = [
    shaped("sum", "ab", np.sum),
    shaped("sum, axis", "abc", lambda x: np.sum(x, axis=(0, 2))),
    shaped("mean", "ab", lambda x: np.mean(x, axis=-1)),
    shaped("prod", "ab", lambda x: np.prod(x, axis=0)),
    shaped("var", "ab", np.var),
    shaped("var, axis", "2b", lambda x: np.var(x, axis=0, ddof=1, keepdims=True)),
    shaped("std", "2b", np.std),
    shaped("cumsum", "ab", lambda x: np.cumsum(x, axis=1)),
    shaped("cumprod", "ab", lambda x: np.cumprod(x, axis=0)),
    shaped("max", "ab", lambda x: np.max(x, axis=1), apart=True),
    shaped("min", "ab", np.min, apart=True),
    shaped("average", "ab", lambda x: np.average(x, axis=0)),
    shaped("norm", "ab", np.linalg.norm),
    shaped("norm 3, axis", "ab", lambda x: np.linalg.norm(x, 3, axis=1)),
    shaped("norm 1 of a matrix", "ab", lambda x: np.linalg.norm(x, 1)),
    shaped("nuclear norm", "2b", lambda x: np.linalg.norm(x, "nuc")),
    shaped("logsumexp", "ab", lambda x: ag.logsumexp(x, axis=1)),
    shaped("trace", "aa", np.trace),
    shaped("diff", "2b", lambda x: np.diff(x, axis=0)),
    shaped("gradient", "3b", lambda x: np.gradient(x, axis=0)),
    shaped("trapezoid", "a3", np.trapezoid),
    shaped("median", "3", np.median, apart=True),
    shaped("ptp", "3b", np.ptp, apart=True),
    shaped("nansum", "ab", np.nansum),
    shaped("nanprod", "ab", np.nanprod),
    shaped("nanmean", "ab", np.nanmean),
    shaped("nanvar", "2b", np.nanvar),
    shaped("add.reduce", "ab", np.add.reduce),
    shaped("multiply.accumulate", "ab", np.multiply.accumulate),
]

MOVES = [
    shaped("reshape", "ab", lambda x: np.reshape(x, -1)),
    shaped("transpose", "abc", lambda x: np.transpose(x, (1, 2, 0))),
    shaped("conjugate transpose", "ab", lambda x: np.conj(x).T),
    shaped("concatenate", "ab cb", lambda x, y: np.concatenate([x, y])),
    shaped("stack", "a a", lambda x, y: np.stack([x, y], axis=1)),
    shaped("roll", "ab", lambda x: np.roll(x, 1, axis=0)),
    shaped("flip", "ab", np.flip),
    shaped("pad", "ab", lambda x: np.pad(x, 1)),
    shaped("repeat", "ab", lambda x: np.repeat(x, 2, axis=0)),
    shaped("tile", "ab", lambda x: np.tile(x, (2, 1))),
    shaped("tril", "ab", np.tril),
    shaped("diagonal", "ab", np.diagonal),
    shaped("diag", "a", np.diag),
    shaped("broadcast_to", "a", lambda x: np.broadcast_to(x, (2, *x.shape))),
    shaped("getitem", "3b", lambda x: x[1:]),
    shaped("getitem, twice the same", "3b", lambda x: x[np.array([0, 2, 0])]),
    shaped("take", "3b", lambda x: np.take(x, [1, 1, 2], axis=0)),
    shaped("setitem", "3b b", lambda x, y: written(x * 1j, y)),
    shaped("sort", "a3", np.sort, apart=True),
    shaped("sort_complex", "3", np.sort_complex, apart=True),
    shaped("astype", "ab", lambda x: x.astype(np.complex128)),
    shaped("copy", "ab", np.copy),
]

PRODUCTS = [
    shaped("matmul", "ab bc", np.matmul),
    shaped("matmul, stacked", "dab bc", np.matmul),
    shaped("matmul of vectors", "a a", np.matmul),
    shaped("matmul of a matrix and a vector", "ab b", np.matmul),
    shaped("matmul of a vector and a matrix", "a ab", np.matmul),
    shaped("affine", "ab cb c", ag.affine),
    shaped("dot", "ab bc", np.dot),
    shaped("vdot", "ab ab", np.vdot),
    shaped("vecdot", "ab ab", np.vecdot),
    shaped("inner", "ab cb", np.inner),
    shaped("outer", "a b", np.outer),
    shaped("kron", "ab cd", np.kron),
    shaped("cross", "a3 a3", np.cross),
    shaped("tensordot", "abc bcd", np.tensordot),
    shaped("einsum", "ab bc ac", lambda *xs: np.einsum("ij,jk,ik->i", *xs)),
    shaped("einsum, diagonal", "aa", lambda x: np.einsum("ii->i", x)),
    shaped("convolve", "a b", np.convolve),
    shaped("correlate", "3 2", np.correlate),
    shaped("interp", "4", lambda y: np.interp([0.3, 1.6, 2.2], [0.0, 1.0, 2.0, 3.0], y)),
    shaped("multi_dot", "ab bc cd", lambda *xs: np.linalg.multi_dot(xs)),
    shaped("matrix_power", "aa", lambda x: np.linalg.matrix_power(x, 3)),
    shaped("det", "aa", lambda x: np.linalg.det(invertible(x))),
    shaped("slogdet", "aa", lambda x: several(lambda x: np.linalg.slogdet(invertible(x)))(x)),
    shaped("inv", "aa", lambda x: np.linalg.inv(invertible(x))),
    shaped("solve", "aa ab", lambda x, y: np.linalg.solve(invertible(x), y)),
    shaped("pinv", "2b", np.linalg.pinv),
    shaped("cholesky", "aa", lambda x: np.linalg.cholesky(definite(x))),
    shaped("qr", "32", lambda x: several(np.linalg.qr)(x)),
    shaped("svdvals", "23", np.linalg.svdvals),
    shaped("svd", "23", lambda x: rebuilt(np.linalg.svd(x, full_matrices=False))),
    shaped("eigvalsh", "aa", lambda x: np.linalg.eigvalsh(definite(x))),
    shaped("eigh", "aa", lambda x: projected(np.linalg.eigh(definite(x)))),
]


def written(x: Any, y: Any) -> Any:
    copy = x.copy()
    copy[1] = y
    return copy


def invertible(x: Any) -> Any:
    """A matrix with a large diagonal."""
    return x + (3.5 - 1.5j) * np.eye(x.shape[-1])


def definite(x: Any) -> Any:
    """A Hermitian matrix with positive eigenvalues, no two of them close."""
    return np.matmul(x, np.conjugate(x).mT) + np.diag(3.0 * np.arange(1, x.shape[-1] + 1))


def rebuilt(parts: Any) -> Any:
    """U f(S) V*, which does not depend on the phases of the singular vectors."""
    u, s, vh = parts
    return np.matmul(u * s**2, vh)


def projected(parts: Any) -> Any:
    """V f(w) V*, which does not depend on the phases of the eigenvectors."""
    w, v = parts
    return np.matmul(v * np.log(w), np.conjugate(v).mT)


FOURIER = [
    shaped("fft", "ab", np.fft.fft),
    shaped("fft, padded", "ab", lambda x: np.fft.fft(x, 5, axis=0)),
    shaped("fft, cut", "4b", lambda x: np.fft.fft(x, 3, axis=0, norm="ortho")),
    shaped("ifft", "ab", lambda x: np.fft.ifft(x, norm="forward")),
    shaped("hfft, even", "3b", lambda x: np.fft.hfft(x, axis=0)),
    shaped("hfft, odd", "a3", lambda x: np.fft.hfft(x, 5)),
    shaped("hfft, cut", "a3", lambda x: np.fft.hfft(x, 3)),
    shaped("irfft, even", "3b", lambda x: np.fft.irfft(x, axis=0)),
    shaped("irfft, odd", "a3", lambda x: np.fft.irfft(x, 5, norm="ortho")),
    shaped("irfft, padded", "ab", lambda x: np.fft.irfft(x, 8)),
    shaped("rfft", "ab", lambda x: np.fft.rfft(np.real(x))),
    shaped("ihfft", "ab", lambda x: np.fft.ihfft(np.real(x), 3)),
    shaped("fftn", "abc", np.fft.fftn),
    shaped("ifftn", "abc", lambda x: np.fft.ifftn(x, s=(2, -1), axes=(2, 0))),
    shaped("rfftn", "abc", lambda x: np.fft.rfftn(np.real(x))),
    shaped("irfftn", "a3b", lambda x: np.fft.irfftn(x, axes=(0, 1))),
    shaped("fft2", "abc", np.fft.fft2),
    shaped("irfft2", "a3", np.fft.irfft2),
    shaped("fftshift", "ab", np.fft.fftshift),
]

ROWS = ENTRYWISE + REDUCTIONS + MOVES + PRODUCTS + FOURIER
