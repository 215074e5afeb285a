"""Turn labels and columns into the numbers that a network learns well from."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

__all__ = ["Statistics", "one_hot", "standardize"]


class Statistics(NamedTuple):
    """The mean and the standard deviation of each column, float64, shaped as one row."""

    mean: NDArray[np.float64]
    deviation: NDArray[np.float64]

    def apply(self, rows: NDArray[Any]) -> NDArray[Any]:
        """(rows - mean) / deviation, in the dtype of the rows (float64 where that is integer)."""
        if rows.shape[1:] != self.mean.shape:
            raise ValueError(
                f"standardize: rows of shape {rows.shape[1:]} do not fit statistics of "
                f"shape {self.mean.shape}"
            )
        dtype = rows.dtype if rows.dtype.kind == "f" else np.dtype(np.float64)
        return ((rows - self.mean) / self.deviation).astype(dtype, copy=False)


def one_hot(
    labels: ArrayLike, classes: int | None = None, dtype: DTypeLike = np.float32
) -> NDArray[Any]:
    """Turn integer labels of any shape (...) into rows (..., classes) of zeros with a single 1.

    Without `classes` there are as many as the largest label says.

    >>> one_hot([2, 0]).tolist()
    [[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]
    """
    given = np.asarray(labels)
    if given.dtype.kind not in "iu":
        raise TypeError(f"one_hot: labels must be integers, not {given.dtype}")
    if classes is None:
        if given.size == 0:
            raise ValueError("one_hot: without any label the number of classes must be given")
        classes = int(given.max()) + 1
    outside = (given < 0) | (given >= classes)
    if outside.any():
        position = tuple(int(i) for i in np.argwhere(outside)[0])
        raise ValueError(
            f"one_hot: label {given[position]} at {position} is not one of the {classes} "
            f"classes 0 to {classes - 1}"
        )
    rows = np.zeros((*given.shape, classes), dtype)
    np.put_along_axis(rows, given[..., np.newaxis].astype(np.intp), 1, axis=-1)
    return rows


def standardize(
    train: NDArray[Any], *others: NDArray[Any]
) -> tuple[tuple[NDArray[Any], ...], Statistics]:
    """Give columns mean 0 and deviation 1 over the training rows: ((train, *others), statistics).

    `others` are shifted and scaled by the statistics of `train`, so nothing of them leaks into it.
    A constant column becomes 0 (its deviation counts as 1). Columns are what follows the first
    axis. Statistics are taken in float64; floating arrays keep their dtype.

    >>> (train, held_out), statistics = standardize(np.array([[1.0], [3.0]]), np.array([[4.0]]))
    >>> train.tolist(), held_out.tolist()
    ([[-1.0], [1.0]], [[2.0]])
    """
    if train.ndim == 0 or len(train) == 0:
        raise ValueError(f"standardize: needs at least one training row, got shape {train.shape}")
    statistics = _statistics(np.asarray(train, np.float64))
    return tuple(statistics.apply(rows) for rows in (train, *others)), statistics


def _statistics(rows: NDArray[np.float64]) -> Statistics:
    # Scaled by the largest entry, no sum or square overflows or vanishes, and a constant column is
    # exactly 1 or -1: its deviation is exactly 0, where that of 0.1 would be a rounding error.
    largest = np.abs(rows).max(axis=0)
    scale = np.where(largest == 0, 1.0, largest)
    scaled = rows / scale
    mean = scaled.mean(axis=0)
    deviation = np.sqrt(np.square(scaled - mean).mean(axis=0)) * scale
    return Statistics(mean * scale, np.where(deviation == 0, 1.0, deviation))
