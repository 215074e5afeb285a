"""Counting what falls into bins. Counts are steps, so they have no gradient; weights do."""

from collections.abc import Callable
from typing import Any

import numpy as np

from autograd_lite.core.declare import constant, derived, on_values
from autograd_lite.core.tensor import DISPATCH, Tensor
from autograd_lite.errors import NotDifferentiableError

constant(np.histogram_bin_edges, np.digitize)


@derived(np.bincount)
def bincount(x: Any, /, weights: Any = None, minlength: int = 0) -> Any:
    """np.bincount: the weights are what one differentiates by, the numbers of the bins are data."""
    if type(x) is Tensor:
        raise TypeError(
            "bincount: the first argument numbers the bins and is integer data; found a Tensor of "
            f"{x.dtype}. Keep it as an integer array; the weights may be a Tensor."
        )
    x = np.asarray(x)
    length = len(np.bincount(x, minlength=minlength))
    if x.shape != weights.shape:
        raise ValueError(
            f"bincount: {x.shape} numbers of bins and {weights.shape} weights; give one for each."
        )
    return DISPATCH["scatter"](weights.astype(np.float64), index=x, shape=(length,))


def histogram_of(function: Callable[..., Any], place: int) -> Callable[..., Any]:
    """A histogram of tensors: plain arrays. Weights, which are at this place among the arguments,
    would lose their gradient if they are a tensor.
    """
    counted = on_values(function)

    def histogram(*args: Any, **keywords: Any) -> Any:
        if any(type(w) is Tensor for w in (keywords.get("weights"), *args[place:])):
            raise NotDifferentiableError(
                f"{function.__name__}: weights that are a Tensor would lose their gradient. Write "
                "np.bincount(np.digitize(a, edges), weights), or weights.numpy() without it."
            )
        return counted(*args, **keywords)

    return histogram


derived(np.histogram)(histogram_of(np.histogram, 4))
derived(np.histogram2d)(histogram_of(np.histogram2d, 5))
derived(np.histogramdd)(histogram_of(np.histogramdd, 4))
