"""Nodes whose pull runs a function again: the base of `checkpoint`, `root` and `fixed_point`.

The function runs once; what it made is thrown away, and one node takes its place. Its parents are
the nodes from which the function started, be they of its arguments or of tensors it found around
it.
"""

import contextlib
from collections.abc import Callable, Iterable, Iterator
from contextvars import Context, copy_context
from typing import Any

from autograd_lite.core.graph import NO_KWARGS, RECORDING, Node, Primitive, node_of
from autograd_lite.core.rules import make_plan
from autograd_lite.core.tensor import Tensor, tensor_of
from autograd_lite.transforms.examples import SPREAD
from autograd_lite.transforms.recording import recording, recording_as


class Rerun:
    """A function with its arguments and the context (recording, batches) in which it ran."""

    def __init__(self, function: Callable[..., Any], args: Any, kwargs: Any = NO_KWARGS) -> None:
        self.function = function
        self.args = args
        self.kwargs = kwargs
        self.context: Context | None = None

    def first(self) -> tuple[Any, set[Node]]:
        """The result, and the nodes that were made on the way."""
        made: set[Node] = set()

        def note(node: Node, args: tuple[Any, ...], out: Any) -> None:
            made.add(node)

        with recording():
            self.context = copy_context()
            with recording_as(watch=note):
                return self.function(*self.args, **self.kwargs), made

    def again(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Call a function in the same context."""
        assert self.context is not None
        return self.context.copy().run(function, *args, **kwargs)


@contextlib.contextmanager
def differentiated(nodes: Iterable[Node]) -> Iterator[None]:
    """Record what depends on these nodes, though a transform has frozen its inputs by now."""
    frozen = [node for node in nodes if not node.requires_grad]
    for node in frozen:
        node.requires_grad = True
    try:
        yield
    finally:
        for node in frozen:
            node.requires_grad = False


def starts(results: Iterable[Tensor], made: set[Node]) -> tuple[Node, ...]:
    """The nodes from which the nodes in `made` were made."""
    found: dict[Node, None] = {}
    seen: set[Node] = set()
    stack = [tensor.node for tensor in results if tensor.node is not None]
    while stack:
        node = stack.pop()
        if node in seen:
            continue
        seen.add(node)
        # A spread is put in by the watch, again at each run: it belongs to what was made.
        if node in made or node.primitive is SPREAD:
            stack.extend(parent for parent in node.parents if parent is not None)
        else:
            found[node] = None
    return tuple(found)


def primitive_that_reruns(name: str) -> Primitive:
    """A primitive for nodes that bring their own pull."""
    return Primitive(name, tuple, "general", (lambda g, xs: g,), (), True, False, {}, make_plan)


def replaced(primitive: Primitive, pull: Any, parents: tuple[Node, ...], saved: Any, value: Any,
             levels: frozenset[int] | None) -> Tensor:  # fmt: skip
    """The tensor of this value whose node stands for all that was run."""
    state = ((), saved)  # no operands' values are kept
    node = node_of(primitive, pull, parents, state, NO_KWARGS, value.shape, value.dtype)
    node.levels = levels
    recording = RECORDING.get()
    node.scope = recording.scope
    if recording.watch is not None:
        recording.watch(node, (), value)
    node.parents = parents  # the run itself spreads over the examples
    return tensor_of(value, node)
