"""Where a node was made: the calls of modules around it, and the paths of those modules."""

import weakref
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from autograd_lite.core.graph import Node


class Paths(NamedTuple):
    """The paths inside of one module: of the modules by their id, of the parameters' nodes."""

    modules: Mapping[int, str]
    parameters: "weakref.WeakKeyDictionary[Node, str]"


NOWHERE = Paths({}, weakref.WeakKeyDictionary())


class Directory:
    """Tells the paths inside of a module, also after the module is gone.

    It holds the module weakly, so that a recurrent state kept by a module makes no cycle through
    its graph. A module that dies leaves its paths here, for the graphs that outlive it.
    """

    __slots__ = ("_list", "left", "module")

    def __init__(self, module: Any = None, listed: Callable[[Any], Paths] | None = None) -> None:
        self.module = weakref.ref(module) if module is not None else lambda: None
        self._list = listed
        self.left = NOWHERE

    def paths(self) -> Paths:
        module = self.module()
        return self.left if module is None or self._list is None else self._list(module)

    def settle(self, module: Any) -> None:
        """Write down the paths inside of a module that is about to go."""
        if self._list is not None:
            self.left = self._list(module)

    def __reduce__(self) -> Any:
        return Directory, ()  # a copy of the module gets a directory of its own when it is called


def paths_in(modules: Iterable[tuple[str, Any]], parameters: Iterable[tuple[str, Any]]) -> Paths:
    nodes = weakref.WeakKeyDictionary(
        {tensor.node: path for path, tensor in parameters if tensor.node is not None}
    )
    return Paths({id(module): path for path, module in modules}, nodes)


class Scope:
    """One call of a module, as the nodes recorded during it refer to it."""

    __slots__ = ("_module", "directory", "kind", "module_id", "parent")

    def __init__(self, parent: "Scope | None", module: Any, directory: Directory) -> None:
        self.parent = parent
        self.kind = type(module).__name__
        self.module_id = id(module)
        self.directory = directory  # of the outermost module that was called
        self._module = weakref.ref(module)

    @property
    def module(self) -> Any:
        """The module that was called, while something else keeps it."""
        return self._module()

    @property
    def path(self) -> str:
        """Where the module stands in the outermost one that was called: "layers.0"."""
        return self.directory.paths().modules.get(self.module_id, "")
