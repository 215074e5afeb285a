"""Strategies for arrays and their shapes: ordinary numbers, or those at which things break."""

from typing import Any

import numpy as np
import numpy.typing as npt
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

Shape = tuple[int, ...]


def shapes(
    min_dims: int = 0, max_dims: int = 3, min_side: int = 0, max_side: int = 4
) -> st.SearchStrategy[Shape]:
    """Shapes of arrays, among them () and, unless `min_side` forbids it, those of size 0."""
    return hnp.array_shapes(
        min_dims=min_dims, max_dims=max_dims, min_side=min_side, max_side=max_side
    )


def broadcastable_shapes(
    count: int = 2, max_dims: int = 3, min_side: int = 0, max_side: int = 3
) -> st.SearchStrategy[hnp.BroadcastableShapes]:
    """`count` shapes that broadcast together: the pair (input_shapes, result_shape)."""
    return hnp.mutually_broadcastable_shapes(
        num_shapes=count, max_dims=max_dims, min_side=min_side, max_side=max_side
    )


def edge_values(dtype: npt.DTypeLike = np.float64) -> st.SearchStrategy[float]:
    """The numbers of a floating dtype at which functions break: zeros, ones, limits, infinities."""
    limits: Any = np.finfo(np.dtype(dtype))
    sizes = [0.0, 1.0, limits.eps, limits.tiny, limits.smallest_subnormal, limits.max, np.inf]
    numbers = [float(sign * size) for size in sizes for sign in (1, -1)]
    return st.sampled_from([*numbers, float("nan")])


@st.composite
def arrays(
    draw: st.DrawFn,
    shape: Shape | st.SearchStrategy[Shape] | None = None,
    dtype: npt.DTypeLike | st.SearchStrategy[Any] = np.float64,
    low: float = -2.0,
    high: float = 2.0,
    edges: bool = False,
) -> npt.NDArray[Any]:
    """Arrays of floating or complex numbers between `low` and `high`.

    The numbers are spread at random, no two alike, so that ties and kinks are met by no accident;
    with `edges` any of them may be one of `edge_values` instead.
    """
    chosen = draw(shapes()) if shape is None else draw(drawn(shape))
    kind: np.dtype[Any] = np.dtype(draw(drawn(dtype)))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    values = rng.uniform(low, high, chosen).astype(kind)
    if kind.kind == "c":
        values = (values + 1j * rng.uniform(low, high, chosen)).astype(kind)
    if edges and values.size:
        replaced = draw(hnp.arrays(np.bool_, chosen))
        special = draw(
            hnp.arrays(values.real.dtype, chosen, elements=edge_values(values.real.dtype))
        )
        values = np.where(replaced, special, values).astype(kind)
    return values


def drawn(thing: Any) -> st.SearchStrategy[Any]:
    """`thing` as a strategy, if it is none."""
    return thing if isinstance(thing, st.SearchStrategy) else st.just(thing)
