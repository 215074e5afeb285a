"""Products with a logarithm: x log y, entropies and divergences."""

from typing import Any

import numpy as np
import scipy.special as sp

from autograd_lite.core.declare import elementwise
from autograd_lite.core.tensor import value_of


def beside_zero(x: Any, y: Any, edge: float) -> Any:
    """`y`, and one more than `edge` where x is 0 and y at the edge or beyond it.

    There the logarithm has no value, 0 times it is taken as 0, and so are its derivatives.
    """
    values = value_of(y)
    beyond = (np.real(values) <= edge) & (np.imag(values) == 0)
    return np.where((value_of(x) == 0) & beyond, edge + 1, y)


elementwise(
    sp.xlogy,
    lambda x, y: np.log(beside_zero(x, y, 0)),
    lambda x, y: x / beside_zero(x, y, 0),
)
elementwise(
    sp.xlog1py,
    lambda x, y: np.log1p(beside_zero(x, y, -1)),
    lambda x, y: x / (1 + beside_zero(x, y, -1)),
)
elementwise(sp.entr, lambda x: -1 - np.log(x))
elementwise(
    sp.rel_entr,
    lambda x, y: 1 + np.log(x / beside_zero(x, y, 0)),
    lambda x, y: -x / beside_zero(x, y, 0),
)
elementwise(
    sp.kl_div,
    lambda x, y: np.log(x / beside_zero(x, y, 0)),
    lambda x, y: 1 - x / beside_zero(x, y, 0),
)
