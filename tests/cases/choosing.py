"""Results put together out of several arrays, or out of some of an array's entries."""

import numpy as np

from cases.kinds import real, shaped

EVERY_SECOND = np.arange(6).reshape(2, 3) % 2 == 0
DIAGONAL = np.eye(2, 3) == 1
NUMBERS = np.array([[0, 2, 1], [1, 0, 0]])

CASES = [
    shaped("select", lambda x, y: np.select([DIAGONAL, EVERY_SECOND], [x, y]), real(2, 3),
           real(3, seed=1)),
    shaped("select, default", lambda x: np.select([EVERY_SECOND], [x], x[:, :1] ** 2),
           real(2, 3)),
    shaped("select by comparison", lambda x: np.select([x > 1, x < 0], [x**2, -x], 3), real(2, 3)),
    shaped("choose", lambda x, y: np.choose(NUMBERS, [x, y, 2 * x]), real(2, 3), real(3, seed=1)),
    shaped("choose, one", lambda x: np.choose(np.zeros((2, 1), int), [x]), real(3)),
    shaped("choose rows", lambda x: np.choose([1, 0, 1], x), real(2, 3)),
    shaped("choose, wrap", lambda x, y: np.choose(NUMBERS - 3, [x, y], mode="wrap"), real(2, 3),
           np.array(0.3)),
    shaped("choose, clip", lambda x, y: np.choose(5 * NUMBERS - 2, [x, y], mode="clip"),
           real(2, 3), real(3, seed=1)),
    shaped("piecewise", lambda x: np.piecewise(x, [x < -1, x > 1], [np.square, lambda v: -v, 3]),
           real(2, 3)),
    shaped("piecewise, zero elsewhere", lambda x: np.piecewise(x, [x < 0.2], [np.exp]), real(4)),
    shaped("piecewise, overlapping",
           lambda x: np.piecewise(x, [x < 1, x < 0], [lambda v: v * v, lambda v: v**3]), real(6)),
    shaped("piecewise, arguments",
           lambda x: np.piecewise(x, [x > 5, x > 0], [0, lambda v, k, m: k * v + m, np.sin][:2],
                                  2.0, m=1.0), real(4)),
    shaped("piecewise, one condition", lambda x: np.piecewise(x, x > 0, [np.sin, np.cos]), real(4)),
    shaped("piecewise of a scalar", lambda x: np.piecewise(x, [x > 0, x <= 0], [np.sin, np.cos]),
           np.array(0.6)),
    shaped("compress", lambda x: np.compress([True, False, True], x, axis=1), real(2, 3)),
    shaped("compress, flat", lambda x: np.compress([True, False, True], x), real(2, 3)),
    shaped("extract", lambda x: np.extract(EVERY_SECOND, x), real(2, 3)),
]  # fmt: skip
