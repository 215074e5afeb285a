"""Data to learn from: real handwritten digits, a user's own table, minibatches, encodings."""

from autograd_lite.data.encoding import Statistics, one_hot, standardize
from autograd_lite.data.optdigits import Digits, digits
from autograd_lite.data.rows import batches, split
from autograd_lite.data.table import Table, read_table

__all__ = [
    "Digits",
    "Statistics",
    "Table",
    "batches",
    "digits",
    "one_hot",
    "read_table",
    "split",
    "standardize",
]
