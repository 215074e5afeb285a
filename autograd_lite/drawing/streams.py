"""How the norm of a gradient looks on an edge: its width, and whether it vanishes or explodes.

Norms are judged against that of the gradient at the outputs, from which they were all made.
"""

import math
from typing import Literal

VANISHING, EXPLODING = 1e-4, 1e3

Strength = Literal["vanishing", "exploding"]


def strength(norm: float, at_output: float) -> Strength | None:
    """Whether a gradient is so small, or so large, that one should look.

    >>> strength(1e-9, 1.0), strength(0.5, 1.0), strength(float("nan"), 1.0)
    ('vanishing', None, 'exploding')
    """
    if norm < VANISHING * at_output:
        return "vanishing"
    return "exploding" if not norm <= EXPLODING * at_output else None


def width(norm: float, at_output: float) -> str:
    """The width of an edge in points, a step for every power of ten.

    >>> width(1.0, 1.0), width(0.0, 1.0), width(1e9, 1.0)
    ('2.6', '0.6', '6.0')
    """
    if not norm > 0 or not at_output > 0:
        return "0.6" if norm == 0 else "6.0"
    steps = math.log10(norm) - math.log10(at_output) if math.isfinite(norm) else math.inf
    return f"{min(max(2.6 + 0.5 * steps, 0.6), 6.0):.1f}"
