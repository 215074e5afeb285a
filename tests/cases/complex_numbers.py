"""Cases of ops/complex_numbers.py, with the parts of complex numbers as real operands."""

from typing import Any

import numpy as np

from cases.fourier import parts
from cases.kinds import INNER, POSITIVE, REAL, convention, entrywise, real, shaped

FAR = (1.3, 3.1)  # beyond one, where arcsin and its kin are complex

CASES = [
    entrywise("real of complex numbers", lambda x, y: np.real((x + 1j * y) ** 2), REAL, REAL),
    entrywise("imag of complex numbers", lambda x, y: np.imag((x + 1j * y) ** 2), REAL, REAL),
    shaped(
        "conjugate of complex numbers",
        lambda x, y: parts(np.conj(x + 1j * y) * (x + 2j)),
        real(3),
        real(3),
    ),
    entrywise("real of real numbers", lambda x: np.real(x), REAL),
    entrywise("imag of real numbers", lambda x: np.imag(x), REAL),
    entrywise("angle", lambda x, y: np.angle(x + 1j * y), REAL, POSITIVE),
    entrywise("angle, degrees", lambda x, y: np.angle(x + 1j * y, deg=True), REAL, POSITIVE),
    entrywise("angle of real numbers", lambda x: np.angle(x), REAL),
    entrywise("emath.sqrt, real", np.emath.sqrt, POSITIVE),
    shaped("emath.sqrt", lambda x: parts(np.emath.sqrt(x)), real(2, 3)),
    shaped("emath.log", lambda x: parts(np.emath.log(x)), real(3)),
    shaped("emath.log2", lambda x: parts(np.emath.log2(x)), real(3)),
    shaped("emath.log10", lambda x: parts(np.emath.log10(x)), real(3)),
    shaped("emath.logn", lambda n, x: parts(np.emath.logn(n, x)), real(3) + 5, real(3)),
    shaped("emath.power", lambda x, p: parts(np.emath.power(x, p)), real(3), real(3, seed=1)),
    entrywise("emath.arcsin, real", np.emath.arcsin, INNER),
    entrywise("emath.arccos", lambda x: both_parts(np.emath.arccos(x)), FAR),
    entrywise("emath.arcsin", lambda x: both_parts(np.emath.arcsin(x)), FAR),
    entrywise("emath.arctanh", lambda x: both_parts(np.emath.arctanh(x)), FAR),
]


def both_parts(z: Any) -> Any:
    return np.real(z) + 3 * np.imag(z)


CONVENTIONS = [
    convention("angle of 0", lambda x: np.angle(x + 0j), (0.0,), 0, 0),
    convention("angle of a negative number", np.angle, (-2.0,), np.pi, 0),
    convention("modulus at 0", lambda x: np.abs(x * (1 + 1j)), (0.0,), 0, 0),
]
