"""Random numbers in a program: drawn from the generator itself, anew at every call."""

import copy
import json
from typing import Any

import numpy as np

from autograd_lite.compiler.program import Value
from autograd_lite.errors import TraceError


class TracedGenerator:
    """A generator whose methods are written down: the program draws from the generator itself.

    A copy of the generator says what a method returns, so that the generator does not move.
    """

    def __init__(self, trace: Any, generator: np.random.Generator) -> None:
        self.trace = trace
        self.generator = generator
        self.stand_in = copy.deepcopy(generator)

    def __getattr__(self, name: str) -> Any:
        method = getattr(self.stand_in, name)
        if not callable(method) or name == "spawn":
            raise TraceError(
                f"compile: a generator's {name} is not drawn from call to call. Draw numbers "
                "inside the compiled function, or give them as an argument."
            )

        def draw(*args: Any, **kwargs: Any) -> Any:
            if name == "shuffle" or kwargs.get("out") is not None:
                raise TraceError(
                    f"compile: {name} writes into an array. Use permuted or permutation, which "
                    "return a new one."
                )
            return self.trace.draw(self.generator, name, method, args, kwargs)

        return draw


def drawn(generator: np.random.Generator, method: str, *args: Any, **kwargs: Any) -> Any:
    """What a method of the generator returns."""
    return getattr(generator, method)(*args, **kwargs)


def state_text(state: Any) -> str:
    """The state of a bit generator, which may have arrays in it, as JSON."""
    return json.dumps(state, default=lambda array: array.tolist())


def stand_in(value: Value) -> Any:
    return value.number(1) if value.number else np.ones(value.shape, value.dtype)
