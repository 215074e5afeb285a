"""Where a sequence repeats itself: the same symbols, so many times in a row."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

LONGEST = 500  # symbols of a period that is looked for
FEWEST = 4  # symbols that a repeat must save


class Period(NamedTuple):
    """From `start`, `length` symbols come `times` times; `spare` more go on in the same way."""

    start: int
    length: int
    times: int
    spare: int

    @property
    def saved(self) -> int:
        """How many symbols are saved by writing the first of the repeats alone."""
        return self.length * (self.times - 1)


def periods(symbols: Sequence[int]) -> list[Period]:
    """The longest repeat of each length of period, those that save most first.

    >>> periods([7, 1, 2, 3, 1, 2, 3, 1, 2, 3, 1])[0]
    Period(start=1, length=3, times=3, spare=1)
    """
    codes = np.asarray(symbols)
    found = [longest(codes, length) for length in range(1, min(len(codes) // 2, LONGEST) + 1)]
    worth = [period for period in found if period.times > 1 and period.saved >= FEWEST]
    return sorted(worth, key=lambda period: (-period.saved, period.length))


def longest(codes: np.ndarray[tuple[int], np.dtype[np.int_]], length: int) -> Period:
    """The longest stretch in which each symbol equals the one `length` before it."""
    differs = np.flatnonzero(codes[length:] != codes[:-length])
    edges = np.concatenate([[-1], differs, [len(codes) - length]])
    gaps = np.diff(edges) - 1
    i = int(np.argmax(gaps))
    times, spare = divmod(int(gaps[i]) + length, length)
    return Period(int(edges[i]) + 1, length, times, spare)
