"""A function or a module run again on example inputs, so that its graph can be drawn."""

import contextlib
import copy
import inspect
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from autograd_lite import random, tree
from autograd_lite.core.backward import pull_back
from autograd_lite.core.graph import (
    NO_KWARGS,
    RECORDING,
    Node,
    Pull,
    Recording,
    node_of,
    topological,
)
from autograd_lite.core.tensor import Tensor, tensor_of
from autograd_lite.drawing.homes import Directories
from autograd_lite.drawing.reading import Item, Names, read
from autograd_lite.errors import GraphError
from autograd_lite.nn.module import Module
from autograd_lite.transforms.inputs import BUNDLE
from autograd_lite.transforms.recording import keep_values, recording_as


@dataclass
class Run:
    """What came out of a run, what its inputs are called, and which nodes it made.

    `is_own` says that nobody else has them.
    """

    outputs: list[Tensor]
    names: dict[str, Any] = field(default_factory=dict)
    made: set[Node] = field(default_factory=set)
    is_own: bool = False


def run_again(function: Callable[..., Any], args: tuple[Any, ...]) -> Run:
    """Call `function` on `args`, every value kept; states and random generators are put back.

    Where nothing is recorded, as no tensor is among the arguments or elsewhere in the function,
    every floating argument becomes one.
    """
    called = type(function).__name__ if isinstance(function, Module) else name_of(function)
    result, made = watched(function, args)
    if not is_recorded(result) and not is_recorded(args):
        args = tree.map(as_variable, args)
        result, made = watched(function, args)
    named = [(path, leaf) for path, leaf in tree.leaves(result) if type(leaf) is Tensor]
    if not is_recorded(result):
        raise GraphError(
            f"draw: nothing that {called} computed was recorded: its result depends on no tensor. "
            "Give it a Tensor, or a floating array, among its example arguments."
        )
    names = argument_names(function, args)
    names |= {result_name(path): tensor for path, tensor in named if path}
    return Run([tensor for _, tensor in named], names, made, is_own=True)


def watched(function: Callable[..., Any], args: tuple[Any, ...]) -> tuple[Any, set[Node]]:
    """What the function returns, and the nodes that were made on the way."""
    made: set[Node] = set()
    note = recording_as(watch=lambda node, operands, out: made.add(node))
    with put_back(modules_in((function, args))), keep_values(), note:
        return function(*args), made


def is_recorded(result: Any) -> bool:
    return any(type(leaf) is Tensor and leaf.requires_grad for _, leaf in tree.leaves(result))


def result_name(path: str) -> str:
    """What one of several results is called: a number alone would look like a value."""
    return f"out.{path}" if path[0].isdigit() else path


def name_of(function: Callable[..., Any]) -> str:
    return getattr(function, "__name__", type(function).__name__)


def modules_in(things: Any) -> list[Module]:
    """The modules among the arguments."""
    found = [thing for thing in branches(things) if isinstance(thing, Module)]
    return list({id(inner): inner for module in found for inner in module.modules()}.values())


def branches(thing: Any) -> Iterator[Any]:
    """What stands in nested lists, tuples and dicts, down to anything else."""
    if isinstance(thing, dict):
        thing = tuple(thing.values())
    if not isinstance(thing, tuple | list):
        yield thing
        return
    for part in thing:
        yield from branches(part)


def as_variable(leaf: Any) -> Any:
    """A floating array or number as a tensor; anything else as it is."""
    is_floating = isinstance(leaf, float | complex) or getattr(
        getattr(leaf, "dtype", None), "kind", ""
    ) in ("f", "c")
    if type(leaf) is Tensor:
        return Tensor(leaf.numpy(), leaf.name)
    return Tensor(leaf) if is_floating else leaf


@contextlib.contextmanager
def put_back(modules: Iterable[Module]) -> Iterator[None]:
    """Undo what a run changes beside its result: the modules' states, random generators."""
    buffers = {id(state): state for module in modules for state in module.buffers()}
    before = [(state, state.numpy()) for state in buffers.values()]
    generators = [random.generator()]
    for module in modules:
        generators += [v for v in vars(module).values() if isinstance(v, np.random.Generator)]
    drawn = [copy.deepcopy(generator.bit_generator.state) for generator in generators]
    try:
        yield
    finally:
        for state, value in before:
            state.assign(value)
        for generator, at in zip(generators, drawn, strict=True):
            generator.bit_generator.state = at


def argument_names(function: Callable[..., Any], args: tuple[Any, ...]) -> dict[str, Any]:
    """The tensors and arrays among the arguments by the names of the function's parameters."""
    written = function.forward if isinstance(function, Module) else function
    try:
        bound = inspect.signature(written).bind(*args).arguments
    except (TypeError, ValueError):
        return {}
    return {
        f"{name}.{path}" if path else name: leaf
        for name, argument in bound.items()
        if not isinstance(argument, Module)
        for path, leaf in tree.leaves(argument)
        if type(leaf) is Tensor or isinstance(leaf, np.ndarray)
    }


def gradients_of(outputs: Iterable[Tensor], made: Collection[Node]) -> dict[Item, Any]:
    """The gradient of the sum of all entries of the outputs, by every node behind them.

    What nodes keep that are not in `made` is left as it was.
    """
    root, seed = starting_point(outputs)
    nodes = topological([root])
    with set_aside(node for node in nodes if node not in made):
        leaves = pull_back(root, seed)
    inner = {node: node.kept.cotangent for node in made if node.kept is not None}
    return {node: g for node, g in {**inner, **leaves}.items() if g is not None}


def recorded_gradients(
    outputs: Sequence[Tensor], names: Mapping[str, Any]
) -> tuple[dict[str, Tensor], dict[Node, Node]]:
    """The gradients by the leaves as tensors, each with the graph of its own computation.

    What they are called tells by which leaf each is: ∂/∂weight. The second result has the leaf
    for the node of each.
    """
    root, seed = starting_point(outputs)
    start = tree.map(lambda value: Tensor(value, "1"), seed)
    naming = naming_of(outputs, names)
    nodes = topological([root])
    with set_aside(nodes), pulled_in_their_scopes(nodes), keep_values():
        try:
            found = pull_back(root, start, lift=tensor_of)
        except GraphError:
            raise GraphError(
                "draw: the computation of the gradients needs the values that backward() has "
                "freed. Draw before backward, or give draw the function itself."
            ) from None
    for _, ones in tree.leaves(start):
        ones.requires_grad = False  # drawn as the data that it is
    gradients = {leaf: g for leaf, g in found.items() if type(g) is Tensor and leaf.requires_grad}
    called = {f"∂/∂{naming.of(leaf) or 'unnamed'}": g for leaf, g in gradients.items()}
    return called, {g.node: leaf for leaf, g in gradients.items() if g.node is not None}


def naming_of(outputs: Sequence[Tensor], names: Mapping[str, Any]) -> Names:
    reading = read(tensor.node for tensor in outputs if tensor.node is not None)
    return Names(names, Directories(reading).parameters())


def starting_point(outputs: Iterable[Tensor]) -> tuple[Node, Any]:
    """The node from which to walk backwards, and the cotangent to begin with."""
    tensors = [t for t in outputs if t.node is not None and t.node.requires_grad]
    roots = list(dict.fromkeys(t.node for t in tensors if t.node is not None))
    if not roots:
        raise GraphError("draw: there is no gradient, as no output depends on a tensor.")
    seeds = tuple(np.ones(root.shape, root.dtype) for root in roots)
    if len(roots) == 1:
        return roots[0], seeds[0]
    pull: Any = lambda g, saved, node: g  # noqa: E731 (a pull is a value)
    return node_of(BUNDLE, pull, tuple(roots), (), NO_KWARGS, (), roots[0].dtype), seeds


@contextlib.contextmanager
def set_aside(nodes: Iterable[Node]) -> Iterator[None]:
    """Let a walk pass by that leaves nothing in these nodes."""
    before = [(node, node.kept) for node in nodes]
    for node, _ in before:
        node.kept = None
    try:
        yield
    finally:
        for node, kept in before:
            node.kept = kept


@contextlib.contextmanager
def pulled_in_their_scopes(nodes: Iterable[Node]) -> Iterator[None]:
    """Let what a pull records stand in the same call of a module as the node that is pulled."""
    before = [(node, node.pull) for node in nodes]
    for node, pull in before:
        if pull is not None and node.scope is not None:
            node.pull = in_scope(node.scope, pull)
    try:
        yield
    finally:
        for node, pull in before:
            node.pull = pull


def in_scope(scope: Any, pull: Pull) -> Pull:
    def scoped(g: Any, saved: tuple[Any, ...], node: Node) -> tuple[Any, ...]:
        outer = RECORDING.get()
        token = RECORDING.set(Recording(outer.on, scope, outer.watch, outer))
        try:
            return pull(g, saved, node)
        finally:
            RECORDING.reset(token)

    return scoped
