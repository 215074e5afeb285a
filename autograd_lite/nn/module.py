"""Module: a plain object that computes; its parameters are the tensors found in it."""

import weakref
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from autograd_lite import tree
from autograd_lite.core.graph import RECORDING, Recording
from autograd_lite.core.tensor import Tensor
from autograd_lite.errors import ShapeError, StorageError


class Scope:
    """One call of a module, as the nodes recorded during it refer to it."""

    __slots__ = ("_module", "kind", "parent")

    def __init__(self, parent: "Scope | None", module: "Module") -> None:
        self.parent = parent
        self.kind = type(module).__name__
        # Weak, so that a recurrent state kept by a module makes no cycle through its graph.
        self._module = weakref.ref(module)

    @property
    def module(self) -> "Module | None":
        """The module that was called, while something else keeps it."""
        return self._module()

    @property
    def path(self) -> str:
        """Where the module stands in the outermost one that was called: "layers.0"."""
        root = self
        while root.parent is not None:
            root = root.parent
        outermost, module = root.module, self.module
        for path, found in outermost.named_modules() if outermost is not None else ():
            if found is module:
                return path
        return ""


class Module:
    """A network or a part of one: assign tensors and modules to attributes, write `forward`.

    >>> import numpy as np
    >>> import autograd_lite as ag
    >>> class Line(ag.nn.Module):
    ...     def __init__(self):
    ...         self.slope, self.offset = ag.Tensor(2.0), ag.Tensor(1.0)
    ...     def forward(self, x):
    ...         return self.slope * x + self.offset
    >>> Line()(np.array([0.0, 3.0]))
    Tensor([1., 7.], from add)
    """

    __tree__ = True
    training = True

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        raise NotImplementedError(f"{type(self).__name__} does not say what forward computes.")

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        outer = RECORDING.get()
        token = RECORDING.set(Recording(outer.depth, Scope(outer.scope, self), outer))
        try:
            return self.forward(*args, **kwargs)
        finally:
            RECORDING.reset(token)

    def named_parameters(self) -> Iterator[tuple[str, Tensor]]:
        """The tensors in this module with their paths; a shared one comes once."""
        seen = set()
        for path, leaf in tree.leaves(self):
            if isinstance(leaf, Tensor) and id(leaf) not in seen:
                seen.add(id(leaf))
                yield path, leaf

    def parameters(self) -> list[Tensor]:
        """The tensors in this module; a shared one comes once."""
        return [tensor for _, tensor in self.named_parameters()]

    def named_modules(self) -> Iterator[tuple[str, "Module"]]:
        """This module (path "") and those in it, with their paths."""
        return _modules(self, "")

    def zero_grad(self) -> None:
        """Forget the gradients of the parameters."""
        for tensor in self.parameters():
            tensor.grad = None

    def train(self, mode: bool = True) -> "Module":
        """Put this module and those in it into training mode; itself."""
        for _, module in self.named_modules():
            module.training = mode
        return self

    def eval(self) -> "Module":
        """Put this module and those in it into evaluation mode; itself."""
        return self.train(False)

    def state_dict(self) -> dict[str, Any]:
        """Every tensor's value by its path, as copies."""
        return {path: leaf.numpy() for path, leaf in tree.leaves(self) if isinstance(leaf, Tensor)}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Give every tensor the value that `state` has for its path; all or none."""
        own = {path: leaf for path, leaf in tree.leaves(self) if isinstance(leaf, Tensor)}
        missing, unexpected = own.keys() - state.keys(), state.keys() - own.keys()
        problems = [f"missing {path}" for path in sorted(missing)]
        problems += [f"unexpected {path}" for path in sorted(unexpected)]
        problems += [
            f"{path} has shape {np.shape(state[path])}, the module {own[path].shape}"
            for path in own
            if path in state and np.shape(state[path]) != own[path].shape
        ]
        if problems:
            kind = StorageError if missing or unexpected else ShapeError
            raise kind(f"load_state_dict into {type(self).__name__}: {'; '.join(problems)}.")
        for path, tensor in own.items():
            tensor.assign(state[path])

    def extra_repr(self) -> str:
        """What the repr says between the parentheses of a module without children."""
        return ""

    def __repr__(self) -> str:
        children = [
            (name, child)
            for name, child in vars(self).items()
            if not name.startswith("_") and any(_modules(child, name))
        ]
        if not children:
            return f"{type(self).__name__}({self.extra_repr()})"
        lines = [f"({name}): {child!r}".replace("\n", "\n  ") for name, child in children]
        return f"{type(self).__name__}(\n  " + "\n  ".join(lines) + "\n)"


def _modules(node: Any, path: str) -> Iterator[tuple[str, Module]]:
    children: Any = ()
    if isinstance(node, Module):
        yield path, node
        children = [(k, v) for k, v in vars(node).items() if not k.startswith("_")]
    elif isinstance(node, dict):
        children = node.items()
    elif isinstance(node, list | tuple):
        children = enumerate(node)
    for key, child in children:
        yield from _modules(child, f"{path}.{key}" if path else str(key))
