"""The tables of a course on neural networks that several test files read, and how they compare.

Throughout, a target is t, a prediction p, and logarithms are natural.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

import autograd_lite as ag

TIGHT: dict[str, Any] = {"rtol": 1e-14, "atol": 1e-16}


def slope(function: Callable[[Any], Any], x: Any) -> Any:
    """The derivative of a function that works entry by entry."""
    return ag.grad(lambda x: np.sum(function(x)))(np.asarray(x, float))


# Dogs: body length and height; the weights w1 .. w5 of two inputs, one hidden unit, three classes.
BREEDS = np.array([[0.3, 0.2], [0.6, 0.5], [0.4, 0.3]])
BREED = np.array([0, 1, 2])
BREED_WEIGHTS = np.array([0.2, 0.4, 0.3, 0.7, 0.4])


def breed_logits(w: Any) -> Any:
    return np.outer(BREEDS @ w[:2], w[2:])


def breed_loss(w: Any, reduction: str = "sum") -> Any:
    return ag.cross_entropy(breed_logits(w), BREED, reduction=reduction)


# Vehicles: wheels, height, weight; cars are 1, motorcycles 0.
VEHICLES = np.array(
    [[4, 6, 500], [4, 5.5, 600], [4, 5, 550], [2, 3, 200], [2, 3.5, 150], [2, 4, 250.0]]
)
KIND = np.array([1.0, 1, 1, 0, 0, 0])

# Three inputs, three logistic units, one logistic output; every bias is 0.1. A row is a unit.
INPUT = np.array([0.2, 0.5, -0.9])
W1 = np.array([[1.2, 0.9, 0.3], [0.2, 0.3, 0.1], [1.3, 1.9, 0.1]])
W2 = np.array([[0.2, 0.6, 0.2]])
BIAS = 0.1
