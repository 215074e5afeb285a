"""Layers made of layers. A list, tuple or dict of modules needs none of these to be found."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import DTypeLike

from autograd_lite.errors import ShapeError
from autograd_lite.nn.activations import ACTIVATIONS
from autograd_lite.nn.linear import Linear
from autograd_lite.nn.module import Module


class Sequential(Module):
    """The layers one after the other: modules, or any functions.

    They are numbered, as in `net[0]` and the path "0.weight", or named by one dict.

    >>> net = Sequential(Linear(2, 3), np.tanh, Linear(3, 1))
    >>> len(net), [path for path, _ in net[2:].named_parameters()]
    (3, ['2.weight', '2.bias'])
    """

    def __init__(self, *layers: Any) -> None:
        if len(layers) == 1 and isinstance(layers[0], Mapping):
            named = dict(layers[0])
        else:
            named = {str(i): layer for i, layer in enumerate(layers)}
        for name, layer in named.items():
            if not name or name.startswith("_") or "." in name or hasattr(Module, name):
                raise ValueError(f"Sequential: {name!r} cannot be the name of a layer.")
            if not callable(layer):
                raise TypeError(f"Sequential: layer {name} is no function or module: {layer!r}.")
            setattr(self, name, layer)

    def _named(self) -> dict[str, Any]:
        return {name: layer for name, layer in vars(self).items() if callable(layer)}

    def forward(self, x: Any) -> Any:
        for layer in self:
            x = layer(x)
        return x

    def append(self, layer: Any) -> Self:
        """Put one more layer at the end; itself."""
        number = len(self)
        while hasattr(self, str(number)):  # a slice keeps the numbers of the whole
            number += 1
        setattr(self, str(number), layer)
        return self

    def __iter__(self) -> Iterator[Any]:
        return iter(self._named().values())

    def __getitem__(self, i: int | slice) -> Any:
        named = self._named()
        if isinstance(i, slice):
            return Sequential(dict(list(named.items())[i]))
        return list(named.values())[i]

    def __len__(self) -> int:
        return len(self._named())


class Residual(Module):
    """x + body(x), where `body` is the layer, or the layers one after the other.

    He, Zhang, Ren, Sun: Deep Residual Learning (2015), equation 1.
    """

    def __init__(self, *layers: Any) -> None:
        self.body = layers[0] if len(layers) == 1 else Sequential(*layers)

    def forward(self, x: Any) -> Any:
        change = self.body(x)
        if change.shape != x.shape:
            raise ShapeError(
                f"Residual: the layers turn shape {x.shape} into {change.shape}; they must keep "
                "it, so that the sum is entry by entry."
            )
        return x + change


class MLP(Sequential):
    """A multilayer perceptron: Linear layers of these sizes with an activation between them.

    `sizes` lists the input, the hidden layers and the output: [64, 32, 10].
    """

    def __init__(
        self,
        sizes: Sequence[int],
        activation: str = "relu",
        *,
        dtype: DTypeLike = np.float32,
        rng: np.random.Generator | None = None,
    ) -> None:
        if len(sizes) < 2:
            raise ValueError(f"MLP: sizes names at least input and output; found {list(sizes)}.")
        if activation not in ACTIVATIONS:
            known = ", ".join(ACTIVATIONS)
            raise ValueError(f"MLP: activation is one of {known}; found {activation!r}.")
        layers: list[Module] = []
        for fan_in, fan_out in itertools.pairwise(sizes):
            layers += [Linear(fan_in, fan_out, dtype=dtype, rng=rng), ACTIVATIONS[activation]()]
        super().__init__(*layers[:-1])
