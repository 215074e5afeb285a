"""Cases of ops/fourier.py: spectra as two real numbers each, of and from real numbers.

Lengths are odd and even, cut and padded; test_complex.py has the complex operands themselves.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from cases.kinds import Case, real, shaped


def parts(z: Any) -> Any:
    """Real and imaginary parts, the parts first."""
    return np.stack([np.real(z), np.imag(z)])


def of_parts(name: str, transform: Callable[..., Any], *shape: int, spectrum: bool = True) -> Case:
    """A transform of complex numbers, whose parts are the operands."""

    def call(x: Any, y: Any) -> Any:
        out = transform(x + 1j * y)
        return parts(out) if spectrum else out

    return shaped(name, call, real(*shape), real(*shape, seed=1))


def of_real(name: str, transform: Callable[..., Any], *shape: int) -> Case:
    return shaped(name, lambda x: parts(transform(x)), real(*shape))


CASES = [
    of_parts("fft", np.fft.fft, 4),
    of_parts("fft of one", np.fft.fft, 1),
    of_parts("fft of none", np.fft.fft, 0, 3),
    of_parts("fft, padded", lambda z: np.fft.fft(z, 5, axis=0, norm="ortho"), 3, 2),
    of_parts("fft, cut", lambda z: np.fft.fft(z, n=2, norm="forward"), 2, 3),
    of_real("fft of real numbers", np.fft.fft, 5),
    of_parts("ifft", np.fft.ifft, 2, 3),
    of_parts("ifft, padded", lambda z: np.fft.ifft(z, 5, 1, "forward"), 2, 3),
    of_real("rfft, even", np.fft.rfft, 4),
    of_real("rfft, odd", lambda x: np.fft.rfft(x, axis=0), 3, 2),
    of_real("rfft of one", np.fft.rfft, 1),
    of_real("rfft, cut", lambda x: np.fft.rfft(x, 4, norm="ortho"), 2, 5),
    of_real("rfft, padded", lambda x: np.fft.rfft(x, 5, norm="forward"), 3),
    of_real("ihfft", np.fft.ihfft, 4),
    of_real("ihfft, padded", lambda x: np.fft.ihfft(x, 5, axis=-2, norm="ortho"), 3, 2),
    of_parts("irfft", np.fft.irfft, 2, 3, spectrum=False),
    of_parts("irfft, odd", lambda z: np.fft.irfft(z, 5), 3, spectrum=False),
    of_parts("irfft, cut", lambda z: np.fft.irfft(z, 4, 0, "ortho"), 4, 2, spectrum=False),
    of_parts("irfft, padded", lambda z: np.fft.irfft(z, 7), 2, spectrum=False),
    of_parts("irfft of one", lambda z: np.fft.irfft(z, 1), 2, spectrum=False),
    of_parts("hfft", np.fft.hfft, 2, 3, spectrum=False),
    of_parts("hfft, odd", lambda z: np.fft.hfft(z, 5, norm="forward"), 3, spectrum=False),
    of_parts("hfft, cut", lambda z: np.fft.hfft(z, 3, axis=0), 4, 2, spectrum=False),
    of_parts("fftn", np.fft.fftn, 2, 3),
    of_parts("fftn, s and axes", lambda z: np.fft.fftn(z, (3, -1), (2, 0), "ortho"), 2, 2, 2),
    of_parts("ifftn", lambda z: np.fft.ifftn(z, axes=(1, 0)), 2, 3),
    of_real("rfftn", np.fft.rfftn, 3, 4),
    of_real("rfftn, s and axes", lambda x: np.fft.rfftn(x, s=(3, 3), axes=(0, 1)), 2, 4, 2),
    of_parts("irfftn", np.fft.irfftn, 2, 3, spectrum=False),
    of_parts("irfftn, s", lambda z: np.fft.irfftn(z, s=(3, 3), axes=(-1, 0)), 2, 2, spectrum=False),
    of_parts("fft2", np.fft.fft2, 2, 2, 3),
    of_parts("ifft2", lambda z: np.fft.ifft2(z, s=(2, 4)), 3, 3),
    of_real("rfft2", np.fft.rfft2, 2, 4),
    of_parts("irfft2", np.fft.irfft2, 2, 3, spectrum=False),
    shaped("fftshift", np.fft.fftshift, real(3, 4)),
    shaped("fftshift, axis", lambda x: np.fft.fftshift(x, axes=1), real(2, 5)),
    shaped("ifftshift", np.fft.ifftshift, real(5)),
    shaped("ifftshift, axes", lambda x: np.fft.ifftshift(x, axes=(0, 2)), real(3, 2, 3)),
]
