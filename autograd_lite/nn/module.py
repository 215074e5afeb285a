"""Module: a plain object that computes; its parameters are the tensors found in it."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Self, TypeVar

from autograd_lite import tree
from autograd_lite.core.graph import RECORDING, Recording
from autograd_lite.core.state import State
from autograd_lite.core.tensor import Tensor
from autograd_lite.nn.calls import LISTENER, Call
from autograd_lite.nn.loading import IncompatibleKeys, load
from autograd_lite.nn.scopes import Directory, Paths, Scope, paths_in
from autograd_lite.nn.summarizing import Summary, summary

Thing = TypeVar("Thing")


class Module:
    """A network or a part of one: assign tensors and modules to attributes, write `forward`.

    Lists, tuples and dicts of modules are walked too. Tensors are parameters; an `ag.State` is a
    buffer, part of the state but not trained; any other attribute is a setting. Names that begin
    with "_" are private: what they hold is neither.

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
        above = outer.scope
        directory = self._own_directory() if above is None else above.directory
        scope = Scope(above, self, directory)
        token = RECORDING.set(Recording(outer.on, scope, outer.watch, outer))
        try:
            result = self.forward(*args, **kwargs)
        finally:
            RECORDING.reset(token)
        listener = LISTENER.get()
        if listener is not None:
            listener(Call(self, scope, args, result))
        return result

    def _own_directory(self) -> Directory:
        """Where graphs look up the paths inside of this module, which need not outlive them."""
        directory = self.__dict__.get("_directory")
        if directory is None or directory.module() is not self:
            directory = Directory(self, paths_inside)
            self.__dict__["_directory"] = directory
        return directory

    def __del__(self) -> None:
        directory = self.__dict__.get("_directory")
        if directory is not None:
            directory.settle(self)

    def summary(self, *inputs: Any) -> Summary:
        """A table of this module's layers: output shapes, parameters, multiply-adds."""
        return summary(self, *inputs)

    def named_parameters(self) -> Iterator[tuple[str, Tensor]]:
        """The tensors in this module with their paths; a shared one comes once."""
        return _once((path, leaf) for path, leaf in tree.leaves(self) if isinstance(leaf, Tensor))

    def parameters(self) -> list[Tensor]:
        """The tensors in this module; a shared one comes once."""
        return [tensor for _, tensor in self.named_parameters()]

    def named_buffers(self) -> Iterator[tuple[str, State]]:
        """The states in this module with their paths; a shared one comes once."""
        return _once((path, leaf) for path, leaf in tree.leaves(self) if isinstance(leaf, State))

    def buffers(self) -> list[State]:
        """What is kept from step to step but not trained: running statistics, counters."""
        return [state for _, state in self.named_buffers()]

    def named_modules(self) -> Iterator[tuple[str, "Module"]]:
        """This module (path "") and those in it, with their paths; a shared one comes once."""
        return _once(_modules(self, ""))

    def modules(self) -> list["Module"]:
        """This module and those in it; a shared one comes once."""
        return [module for _, module in self.named_modules()]

    def apply(self, function: Callable[["Module"], Any]) -> Self:
        """Call `function` on every module in this one, the innermost first; itself."""
        for module in reversed(self.modules()):
            function(module)
        return self

    def zero_grad(self) -> None:
        """Forget the gradients of the parameters."""
        for tensor in self.parameters():
            tensor.grad = None

    def requires_grad_(self, requires_grad: bool = True) -> Self:
        """Train the parameters, or freeze them; itself."""
        for tensor in self.parameters():
            tensor.requires_grad = requires_grad
        return self

    def train(self, mode: bool = True) -> Self:
        """Put this module and those in it into training mode; itself."""
        for module in self.modules():
            module.training = mode
        return self

    def eval(self) -> Self:
        """Put this module and those in it into evaluation mode; itself."""
        return self.train(False)

    def state_dict(self) -> dict[str, Any]:
        """The value of every parameter and buffer by its path, as copies; one for tied weights."""
        cells = self._cells()
        copies = {id(leaf): leaf.numpy() for leaf in cells.values()}
        return {path: copies[id(leaf)] for path, leaf in cells.items()}

    def load_state_dict(
        self, state_dict: Mapping[str, Any], strict: bool = True
    ) -> IncompatibleKeys:
        """Give every parameter and buffer the value at its path; all or none of them.

        Raises StorageError (ShapeError if only shapes differ), with all that does not fit.
        With strict=False names may be missing or unexpected; they are returned.
        """
        return load(type(self).__name__, self._cells(), state_dict, strict)

    def _cells(self) -> dict[str, Tensor | State]:
        return {
            path: leaf for path, leaf in tree.leaves(self) if isinstance(leaf, Tensor | State)
        }  # fmt: skip

    def extra_repr(self) -> str:
        """What the repr says between the parentheses, before the modules inside."""
        return ""

    def __repr__(self) -> str:
        children = [
            (name, child)
            for name, child in vars(self).items()
            if not name.startswith("_") and any(_modules(child, name))
        ]
        extra = self.extra_repr()
        if not children:
            return f"{type(self).__name__}({extra})"
        lines = [extra] if extra else []
        lines += [f"({name}): {child!r}".replace("\n", "\n  ") for name, child in children]
        return f"{type(self).__name__}(\n  " + "\n  ".join(lines) + "\n)"


def paths_inside(module: Module) -> Paths:
    """The paths of the modules and of the parameters in a module."""
    return paths_in(module.named_modules(), module.named_parameters())


def _once(found: Iterable[tuple[str, Thing]]) -> Iterator[tuple[str, Thing]]:
    """Each thing with the first of its paths."""
    seen = set()
    for path, thing in found:
        if id(thing) not in seen:
            seen.add(id(thing))
            yield path, thing


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
