"""The graph: primitives, the nodes that name them, and the order of a walk."""

import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextvars import ContextVar
from typing import Any, Literal, NamedTuple

import numpy as np

Nature = Literal["elementwise", "linear", "general"]
Pull = Callable[[Any, tuple[Any, ...], "Node"], tuple[Any, ...]]


OPERANDS = ("x", "y", "z")  # what rules call the operands


class Plan(NamedTuple):
    """What to keep and how to pull when a given subset of the operands is differentiated."""

    pull: Pull
    keeps: tuple[bool, ...]  # one flag per operand, then one for the output


class Primitive:
    """A function with its local gradient: one row of `ops/`, plain data.

    `rules[i]` is the derivative by operand `i` (a number, or a function that names what it
    reads); `metadata` are the keywords; `extras` names further outputs of `body`, each with the
    primitive that it equals; `output` is the name by which a rule reads the result; `shared` is
    a name by which rules read what is worked out once for them all, and how; `formula` says for
    readers what the rules compute, where their own source does not; `record` computes the
    function and records it.
    """

    def __init__(
        self,
        name: str,
        body: Callable[..., Any],
        nature: Nature,
        rules: tuple[Any, ...],
        metadata: tuple[str, ...],
        variadic: bool,
        jointly_linear: bool,
        extras: Mapping[str, "Primitive"],
        plan: Callable[["Primitive", int], Plan],
        output: str = "out",
        shared: tuple[str, Callable[..., Any]] | None = None,
        formula: tuple[str, ...] = (),
    ) -> None:
        self.name = name
        self.body = body
        self.nature = nature
        self.rules = rules
        self.metadata = metadata
        self.variadic = variadic
        self.jointly_linear = jointly_linear
        self.output = output
        self.shared = shared
        self.formula = formula
        self.reads_also(extras)
        self.plans = Plans(self, plan)
        self.record: Callable[..., Any] = body
        self.levels_after: Callable[[Node, frozenset[int]], frozenset[int]] | None = None

    def reads_also(self, extras: Mapping[str, "Primitive"]) -> None:
        """Set the further outputs; those of a function of several outputs read each other."""
        self.extras = tuple(extras.values())
        self.extra_names = tuple(extras)

    @property
    def saved_names(self) -> tuple[str, ...]:
        """What each entry of a node's `saved` is called in a rule."""
        return (*OPERANDS[: len(self.rules)], self.output, *self.extra_names)

    def __repr__(self) -> str:
        return f"<primitive {self.name}>"


class Plans(dict[int, Plan]):
    """The plans of one primitive by bit mask of its differentiated operands, made when needed."""

    def __init__(self, primitive: Primitive, make: Callable[[Primitive, int], Plan]) -> None:
        super().__init__()
        self.primitive = primitive
        self.make = make

    def __missing__(self, mask: int) -> Plan:
        plan = self[mask] = self.make(self.primitive, mask)
        return plan


class Kept:
    """What a node keeps beyond its rules' needs: after `retain_grad`, or under `keep_values`."""

    __slots__ = ("args", "cotangent", "out", "retains_grad")

    def __init__(self) -> None:
        self.args: tuple[Any, ...] | None = None
        self.out: Any = None
        self.cotangent: Any = None
        self.retains_grad = False


class Node:
    """One recorded operation, or a leaf (`primitive` is None). Plain data; never its own tensor.

    `parents` has one entry per operand, None where the operand is a constant. `saved` has one
    entry per operand, then the output, then the extras: None where no rule reads it.
    """

    __slots__ = (
        "__dict__",
        "__weakref__",
        "dtype",
        "kept",
        "kwargs",
        "parents",
        "primitive",
        "pull",
        "requires_grad",
        "saved",
        "scope",
        "shape",
    )  # fmt: skip

    primitive: Primitive | None
    pull: Pull | None
    parents: tuple["Node | None", ...]
    saved: tuple[Any, ...]
    kwargs: dict[str, Any]
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    scope: Any
    requires_grad: bool
    kept: Kept | None

    # Rarely set, so they are not slots: a node that never sets them does not pay for them.
    grad: Any = None
    name: str | None = None
    was_root: bool = False
    of_transform: bool = False  # a leaf that a transform made, to differentiate by it
    levels: frozenset[int] | None = None  # at which its value is batched; None: as its parents'

    @property
    def ndim(self) -> int:
        return len(self.shape)

    @property
    def size(self) -> int:
        return int(np.prod(self.shape, dtype=np.intp))

    def __repr__(self) -> str:
        what = self.primitive.name if self.primitive else "leaf"
        named = f" {self.name!r}" if self.name else ""
        return f"<{what}{named} {self.dtype} {self.shape}>"


class Spec(NamedTuple):
    """Shape and dtype of a constant operand whose values no rule reads."""

    shape: tuple[int, ...]
    dtype: np.dtype[Any]


class Remains(NamedTuple):
    """What is left of a constant array that a node has freed: the array, while it lives."""

    reference: "weakref.ref[Any]"
    id: int
    shape: tuple[int, ...]
    dtype: np.dtype[Any]


class Freed:
    """Stands in for the saved values of a node that backward has passed.

    Of the constants among the operands it still tells what they were, so that they can be drawn.
    """

    __slots__ = ("constants",)

    def __init__(self, constants: tuple[Any, ...] = ()) -> None:
        self.constants = constants

    def __getitem__(self, index: Any) -> Any:
        raise FreedError

    def __iter__(self) -> Iterator[Any]:
        raise FreedError


class FreedError(Exception):
    """A rule asked for a value that an earlier backward has freed."""


FREED: Any = Freed()


def freed(node: "Node") -> Any:
    """What takes the place of the saved values of a node that has constants among its operands."""
    if isinstance(node.saved, Freed):
        return node.saved
    variadic = node.primitive is not None and node.primitive.variadic
    known = node.saved[0] if variadic else node.saved
    return Freed(tuple([remains(v) if p is None else None for v, p in zip(known, node.parents)]))


def remains(value: Any) -> Any:
    if type(value) is np.ndarray:
        return Remains(weakref.ref(value), id(value), value.shape, value.dtype)
    shape = getattr(value, "shape", ())
    return Spec(shape, value.dtype) if shape else value


NO_KWARGS: dict[str, Any] = {}
DROPS_NAN = "drops_nan"  # the keyword by which a selection says that it left a NaN behind

Watch = Callable[[Node, tuple[Any, ...], Any], None]  # is shown each new node, operands, result


class Recording:
    """Whether operations are recorded, in which module's call, and who looks at each new node.

    `strong` says that a zero cotangent is kept zero by selection everywhere, for arrays whose
    values are not known, so that no flag can tell where it is needed. `outer` is what was in
    force before. Never changed: a new one takes its place.
    """

    __slots__ = ("on", "outer", "scope", "strong", "watch")

    def __init__(
        self,
        on: bool,
        scope: Any,
        watch: Watch | None,
        outer: "Recording | None",
        strong: bool = False,
    ) -> None:
        self.on = on
        self.scope = scope
        self.watch = watch
        self.outer = outer
        self.strong: bool = strong or (outer is not None and outer.strong)


EVERYWHERE = Recording(True, None, None, None)
RECORDING: ContextVar[Recording] = ContextVar("recording", default=EVERYWHERE)


def leaf(shape: tuple[int, ...], dtype: np.dtype[Any], requires_grad: bool = True) -> Node:
    """A node that nothing made: where gradients arrive."""
    return node_of(None, None, (), (), NO_KWARGS, shape, dtype, requires_grad)


def node_of(
    primitive: Primitive | None,
    pull: Pull | None,
    parents: tuple[Node | None, ...],
    saved: tuple[Any, ...],
    kwargs: dict[str, Any],
    shape: tuple[int, ...],
    dtype: np.dtype[Any],
    requires_grad: bool = True,
) -> Node:
    node = Node()
    node.primitive = primitive
    node.pull = pull
    node.parents = parents
    node.saved = saved
    node.kwargs = kwargs
    node.shape = shape
    node.dtype = dtype
    node.scope = None
    node.requires_grad = requires_grad
    node.kept = None
    return node


def topological(roots: Iterable[Node], stop: Iterable[Node] = ()) -> list[Node]:
    """Every node that `roots` were made from, parents first; nothing behind the nodes in `stop`.

    Iterative: the depth of a graph is limited by memory only.
    """
    order: list[Node] = []
    done: set[Node] = set()
    ends = set(stop)
    stack = list(roots)
    while stack:
        node = stack[-1]
        if node in done:
            stack.pop()
            continue
        waiting = () if node in ends else [p for p in node.parents if p is not None]
        waiting = [p for p in waiting if p not in done]
        if waiting:
            stack.extend(waiting)
        else:
            done.add(node)
            order.append(node)
            stack.pop()
    return order


def levels_at(node: Node) -> frozenset[int]:
    """The levels at which a node's value is batched: its own, or those of what it was made from."""
    if node.levels is None:
        for each in topological([node]):
            if each.levels is None:
                found = (parent.levels for parent in each.parents if parent is not None)
                levels = frozenset[int]().union(*(levels or () for levels in found))
                change = each.primitive.levels_after if each.primitive else None
                each.levels = change(each, levels) if change else levels
    assert node.levels is not None
    return node.levels


def ends(roots: Iterable[Node]) -> set[Node]:
    """The leaves that `roots` were made from."""
    seen = set(roots)
    stack = list(seen)
    found = set()
    while stack:
        node = stack.pop()
        if node.primitive is None:
            found.add(node)
        for parent in node.parents:
            if parent is not None and parent not in seen:
                seen.add(parent)
                stack.append(parent)
    return found
