"""EWA: exponentially weighted averages, of a series and of the weights of a network."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from autograd_lite import tree
from autograd_lite.core.state import State
from autograd_lite.optim.parameters import Parameters, named_tensors
from autograd_lite.optim.restoring import restore


def exponential_average(
    series: ArrayLike, beta: float = 0.9, bias_correction: bool = False
) -> NDArray[Any]:
    """v(t) = beta * v(t - 1) + (1 - beta) * x(t) along the first axis, from v(0) = 0.

    An average over about the last 1 / (1 - beta) entries. It starts too low, which
    `bias_correction` undoes: v(t) / (1 - beta**t).

    >>> exponential_average([1.0, 2.0, 3.0], beta=0.9)
    array([0.1  , 0.29 , 0.561])
    """
    require_beta("exponential_average", beta)
    values = np.asarray(series)
    averages = np.empty(values.shape, np.result_type(values, np.float16))
    v: Any = 0.0
    for t, x in enumerate(values, 1):
        v = beta * v + (1 - beta) * x
        averages[t - 1] = v / (1 - beta**t) if bias_correction else v
    return averages


class EWA:
    """The exponentially weighted average of parameters, which often does better than the last.

        v <- beta * v + (1 - beta) * p               at each `update()`, from v = 0
        average = v / (1 - beta**t)                  with `bias_correction`, else v

    Polyak and Juditsky: Acceleration of Stochastic Approximation by Averaging (1992).

    >>> import numpy as np
    >>> import autograd_lite as ag
    >>> w = ag.Tensor([4.0])
    >>> average = EWA([w], beta=0.5)
    >>> average.update()
    >>> w.assign([1.0])
    Tensor([1.])
    >>> average.update()
    >>> with average.applied():  # evaluate with the averages
    ...     print(w)
    [2.]
    >>> print(w)
    [1.]
    """

    def __init__(
        self, params: Parameters, beta: float = 0.999, bias_correction: bool = True
    ) -> None:
        require_beta("EWA", beta)
        self.params = named_tensors("EWA", params)
        self.beta = beta
        self.bias_correction = bias_correction
        self.updates = State(0)
        self.sums = {name: State(np.zeros_like(p._value)) for name, p in self.params.items()}

    def update(self) -> None:
        """Take the parameters as they are now into the average."""
        self.updates.assign(self.updates._value + 1)
        for name, p in self.params.items():
            v = self.sums[name]
            v.assign(self.beta * v._value + (1 - self.beta) * p._value)

    def averages(self) -> dict[str, Any]:
        """The average of each parameter, by name (or number), as arrays of the caller's own."""
        if not self.updates._value:
            raise RuntimeError("EWA: there is no average before the first update().")
        weight = 1 - self.beta ** self.updates.item() if self.bias_correction else 1.0
        return {name: np.asarray(v._value / weight) for name, v in self.sums.items()}

    @contextmanager
    def applied(self) -> Iterator[None]:
        """Within this context the parameters have their averages as values."""
        own = {name: p._value for name, p in self.params.items()}
        averages = self.averages()
        try:
            for name, p in self.params.items():
                p.assign(averages[name])
            yield
        finally:
            for name, p in self.params.items():
                p._value = own[name]

    def state_dict(self) -> dict[str, Any]:
        """The sums and the number of updates by name, as copies: a tree for `save`."""
        return {name: cell.numpy() for name, cell in self.cells().items()}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from what `state_dict` gave, as it was or as `load` read it; all or nothing."""
        restore("EWA", self.cells(), {}, dict(tree.items(state)))

    def cells(self) -> dict[str, State]:
        """All that changes, by its name in the state dictionary."""
        return {"updates": self.updates} | {f"sums.{name}": v for name, v in self.sums.items()}


def require_beta(asker: str, beta: float) -> None:
    if not 0 <= beta < 1:
        raise ValueError(f"{asker}: beta is a number from 0 to below 1; found {beta}.")
