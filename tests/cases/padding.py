"""np.pad in its modes."""

import numpy as np

from cases.kinds import real, shaped

UNEVEN = ((0, 2), (1, 3))

CASES = [
    shaped("pad", lambda x: np.pad(x, 1), real(2, 3)),
    shaped("pad, widths", lambda x: np.pad(x, ((0, 2), (1, 0))), real(2, 3)),
    shaped("pad, not at all", lambda x: np.pad(x, 0), real(2, 3)),
    shaped("pad nothing", lambda x: np.pad(x, (1, 2)), real(0)),
    shaped("pad, a value", lambda x: np.pad(x, 1, constant_values=2.5), real(2, 3)),
    shaped("pad, values", lambda x: np.pad(x, UNEVEN, constant_values=((1, 2), (3, 4))),
           real(2, 2)),
    shaped("pad, a tensor", lambda x: np.pad(x, UNEVEN, constant_values=x[0, 0] ** 2),
           real(2, 2)),
    shaped("pad, tensors", lambda x: np.pad(x, UNEVEN, constant_values=x * x), real(2, 2)),
    shaped("pad nothing with a tensor", lambda x: np.pad(x[:0], 2, constant_values=x), real(2)),
    shaped("pad, edge", lambda x: np.pad(x, UNEVEN, "edge"), real(2, 3)),
    shaped("pad, edge, not at all", lambda x: np.pad(x, 0, "edge"), real(2, 3)),
    shaped("pad, ramp", lambda x: np.pad(x, UNEVEN, "linear_ramp"), real(2, 3)),
    shaped("pad, ramp to", lambda x: np.pad(x, 3, "linear_ramp", end_values=(5, -4)), real(1, 2)),
    shaped("pad, ramp to tensors", lambda x: np.pad(x, 2, "linear_ramp", end_values=x**2),
           real(2)),
    shaped("pad, maximum", lambda x: np.pad(x, UNEVEN, "maximum"), real(2, 3)),
    shaped("pad, minimum of some", lambda x: np.pad(x, UNEVEN, "minimum", stat_length=2),
           real(3, 3)),
    shaped("pad, mean", lambda x: np.pad(x, UNEVEN, "mean"), real(2, 3)),
    shaped("pad, mean of some", lambda x: np.pad(x, 2, "mean", stat_length=((1, 2), (9, 2))),
           real(3, 3)),
    shaped("pad, median", lambda x: np.pad(x, UNEVEN, "median"), real(2, 3)),
    shaped("pad, reflect", lambda x: np.pad(x, UNEVEN, "reflect"), real(3, 3)),
    shaped("pad, reflect, far", lambda x: np.pad(x, 7, "reflect"), real(3)),
    shaped("pad, reflect one", lambda x: np.pad(x, 2, "reflect", reflect_type="odd"), real(1)),
    shaped("pad, reflect odd", lambda x: np.pad(x, UNEVEN, "reflect", reflect_type="odd"),
           real(3, 3)),
    shaped("pad, reflect odd, far", lambda x: np.pad(x, (4, 9), "reflect", reflect_type="odd"),
           real(3)),
    shaped("pad, symmetric", lambda x: np.pad(x, UNEVEN, "symmetric"), real(2, 3)),
    shaped("pad, symmetric, far", lambda x: np.pad(x, (5, 4), mode="symmetric"), real(2)),
    shaped("pad, symmetric odd", lambda x: np.pad(x, (7, 5), "symmetric", reflect_type="odd"),
           real(2)),
    shaped("pad, symmetric odd, one", lambda x: np.pad(x, 2, "symmetric", reflect_type="odd"),
           real(1)),
    shaped("pad, wrap", lambda x: np.pad(x, UNEVEN, "wrap"), real(2, 3)),
    shaped("pad, wrap, far", lambda x: np.pad(x, (5, 4), "wrap"), real(2)),
]  # fmt: skip
