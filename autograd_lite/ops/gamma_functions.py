"""Functions of the gamma family that are Python functions in SciPy, which never sees a tensor.

SciPy is needed, and loaded when one of them is called.
"""

import importlib
import math
from typing import Any

import numpy as np

from autograd_lite.core.overriding import known
from autograd_lite.core.tensor import value_of
from autograd_lite.errors import MissingPackageError


def polygamma(n: int, x: Any) -> Any:
    """The derivative of order `n` of digamma, entry by entry; n = 0 is digamma itself.

    The gradient goes to `x`; the order is a whole number. Needs SciPy.
    """
    if isinstance(n, bool) or not isinstance(n, int | np.integer) or n < 0:
        raise ValueError(f"polygamma: the order n is a whole number from 0 on; found {n!r}.")
    scipy_special("polygamma")
    rows = importlib.import_module("autograd_lite.ops.special.gamma")
    return rows.polygamma(numbers(x), n=int(n))


def multigammaln(a: Any, d: int) -> Any:
    """The logarithm of the multivariate gamma function of dimension `d`, entry by entry.

    d (d - 1) / 4 log(pi) plus the sum of gammaln(a - j / 2) over j = 0, ..., d - 1. Every entry
    of `a` is above (d - 1) / 2. Needs SciPy.
    """
    if isinstance(d, bool) or not isinstance(d, int | np.integer) or d < 1:
        raise ValueError(f"multigammaln: the dimension d is a whole number from 1 on; found {d!r}.")
    a = numbers(a)
    outside = value_of(a) <= 0.5 * (d - 1)
    if not known(outside):
        a = np.where(outside, np.nan, a)
    elif np.any(outside):
        raise ValueError(f"multigammaln: every entry of a has to be above {0.5 * (d - 1)}.")
    gammaln = scipy_special("multigammaln").gammaln
    total = d * (d - 1) / 4 * math.log(math.pi)
    for j in range(d):
        total = gammaln(a - j / 2) + total
    return total


def numbers(x: Any) -> Any:
    """A number or a list of numbers as an array; anything else as it is."""
    return np.asarray(x) if isinstance(x, int | float | list | tuple) else x


def scipy_special(asked: str) -> Any:
    try:
        import scipy.special
    except ImportError as error:
        raise MissingPackageError(
            f'{asked} needs SciPy: pip install "autograd_lite[scipy]"'
        ) from error
    return scipy.special
