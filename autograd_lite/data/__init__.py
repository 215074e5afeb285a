"""Data to learn from: real handwritten digits, a user's own files, sets to play with, minibatches.

A user's table comes from CSV (`read_table`), IDX files as MNIST's from `read_idx`, and .npz files
from `ag.load`, which reads those of other programs too.
"""

from autograd_lite.data.encoding import Statistics, one_hot, standardize
from autograd_lite.data.idx import read_idx
from autograd_lite.data.minibatches import batches
from autograd_lite.data.notes import dog_breeds, vehicles
from autograd_lite.data.optdigits import Digits, digits
from autograd_lite.data.playground import (
    circle,
    gaussian_bumps,
    plane,
    spiral,
    two_gaussians,
    xor,
)
from autograd_lite.data.samples import Samples
from autograd_lite.data.splitting import split
from autograd_lite.data.table import Table, read_table
from autograd_lite.data.toy import blobs, moons

__all__ = [
    "Digits",
    "Samples",
    "Statistics",
    "Table",
    "batches",
    "blobs",
    "circle",
    "digits",
    "dog_breeds",
    "gaussian_bumps",
    "moons",
    "one_hot",
    "plane",
    "read_idx",
    "read_table",
    "spiral",
    "split",
    "standardize",
    "two_gaussians",
    "vehicles",
    "xor",
]
