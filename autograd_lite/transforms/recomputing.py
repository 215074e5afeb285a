"""`checkpoint`: memory for time, by computing again what backward needs."""

import functools
from collections.abc import Callable
from typing import Any

from autograd_lite import random, tree
from autograd_lite.core.backward import pull_back
from autograd_lite.core.graph import RECORDING, Node
from autograd_lite.core.tensor import Tensor
from autograd_lite.transforms.inputs import recorded_leaves
from autograd_lite.transforms.rerun import (
    Rerun,
    differentiated,
    primitive_that_reruns,
    replaced,
    starts,
)

CHECKPOINT = primitive_that_reruns("checkpoint")


def checkpoint(function: Callable[..., Any]) -> Callable[..., Any]:
    """The same function, which keeps none of its intermediate values for backward.

    They are computed again, by a second run of `function`, when the gradient comes by (Chen et al.
    2016, "Training deep nets with sublinear memory cost"). Random numbers that it draws from the
    library's generator are the same in both runs; anything else it does, it does twice. Each of
    several results costs a run of its own.

    >>> import numpy as np
    >>> import autograd_lite as ag
    >>> ag.grad(checkpoint(lambda x: np.sin(np.exp(x))))(0.0)
    np.float64(0.5403023058681398)
    """

    @functools.wraps(function)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        if not RECORDING.get().on or RECORDING.get().strong:  # a program plans its own memory
            return function(*args, **kwargs)
        run = Rerun(function, args, kwargs)
        before = random.generator().bit_generator.state
        result, made = run.first()
        tensors = recorded_leaves(result)
        places = {tensor.node: i for i, tensor in enumerate(tensors)}

        def kept(leaf: Any) -> Any:
            if type(leaf) is not Tensor or leaf.node not in made:
                return leaf
            saved = (run, before, places[leaf.node])
            parents = starts([leaf], made)
            return replaced(CHECKPOINT, pull, parents, saved, leaf._value, leaf.node.levels)

        return tree.map(kept, result)

    return wrapped


def pull(g: Any, saved: tuple[Any, ...], node: Node) -> tuple[Any, ...]:
    """The cotangents of what the function started from, by another run of it."""
    _, (run, before, place), *lift = saved
    parents = [parent for parent in node.parents if parent is not None]
    generator = random.generator().bit_generator
    now = generator.state
    generator.state = before
    try:
        with differentiated(parents):
            result = run.again(run.function, *run.args, **run.kwargs)
    finally:
        generator.state = now
    root = recorded_leaves(result)[place].node
    assert root is not None
    found = pull_back(root, g, parents, lift[0] if lift else None)
    return tuple(found.get(parent) for parent in parents)
