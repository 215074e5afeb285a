"""Running a function once on arrays that write down what is done to them: the program it is."""

import operator
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import numpy as np

from autograd_lite.compiler.cells import held, watched
from autograd_lite.compiler.draws import TracedGenerator, drawn, stand_in
from autograd_lite.compiler.leaves import NotPlain, SameTensor
from autograd_lite.compiler.normal import normal
from autograd_lite.compiler.program import (
    Input,
    Instruction,
    Place,
    Program,
    Value,
    Write,
    mapped,
)
from autograd_lite.compiler.shapes import VIEWS, result_of
from autograd_lite.compiler.traced import COPYING, Traced, TracedNumber, converted
from autograd_lite.core.backward import pull_back
from autograd_lite.core.graph import RECORDING, Node, Recording
from autograd_lite.core.state import State
from autograd_lite.core.tensor import Tensor
from autograd_lite.errors import TraceError
from autograd_lite.ops.convolution import convolved, spread_out
from autograd_lite.ops.pooling import (
    added_up,
    found_at_maxima,
    given_to_all,
    largest,
    sent_to_maxima,
)
from autograd_lite.optim.optimizer import Optimizer
from autograd_lite.random import DRAWS

# Files of which no line is the user's: ours, NumPy's, and the rules made from rows.
INSIDE = (str(Path(__file__).parent.parent), str(Path(np.__file__).parent), "<string>")


class Argument:
    """An input read from the arguments, or an argument that is a tensor and gets a new value."""

    __slots__ = ("index",)

    def __init__(self, index: int) -> None:
        self.index = index


class Cell:
    """A tensor or a state: an input, or the target of a write."""

    __slots__ = ("owner",)

    def __init__(self, owner: Any) -> None:
        self.owner = owner


class Grad:
    """The gradient of a leaf, or of an argument that is a tensor."""

    __slots__ = ("of",)

    def __init__(self, of: "Node | Argument") -> None:
        self.of = of


class Captured:
    """A plain array that met a traced one; its entries are read at every call."""

    __slots__ = ("array",)

    def __init__(self, array: Any) -> None:
        self.array = array


class Trace:
    """The record of one run: inputs as they are met, instructions as they are called."""

    def __init__(self) -> None:
        self.live = True
        self.inputs: list[Input] = []
        self.constants: dict[Value, Any] = {}
        self.body: list[Instruction] = []
        self.arrays: dict[int, tuple[Any, Value]] = {}  # plain arrays met, by identity
        self.cells: dict[int, tuple[Any, Any]] = {}  # tensors and states, and what they hold now
        self.first: dict[int, Traced] = {}  # ... and what they held at the beginning
        self.grads: dict[int, tuple[Node, Any]] = {}
        self.first_grads: dict[int, tuple[Node, Any]] = {}  # gradients that were read
        self.arguments: dict[int, Argument] = {}  # by the tensors and nodes that stand in for them
        self.originals: set[int] = set()  # the tensors among the arguments, and their nodes
        self.made: dict[int, Any] = {}  # tensors and states made by the function itself
        self.generators: dict[int, TracedGenerator] = {}
        self.paths: dict[int, tuple[Any, str]] = {}

    # Inputs

    def input(self, source: Any, array: Any) -> Traced:
        """A new input with the shape and dtype of `array`, which it does not keep."""
        number = type(array) if type(array) in (float, int, complex, bool) else None
        array = np.asarray(array) if number else array
        value = Value(array.shape, array.dtype, number)
        self.inputs.append(Input(value, source))
        return (TracedNumber if number else Traced)(self, value)

    def captured(self, array: Any) -> Value:
        """The value that stands for a plain array."""
        found = self.arrays.get(id(array))
        if found is None:
            found = self.arrays[id(array)] = (array, Value(array.shape, array.dtype))
        return found[1]

    def constant(self, number: Any) -> Value:
        """The value that stands for a NumPy scalar."""
        array = np.asarray(number)
        value = Value(array.shape, array.dtype)
        self.constants[value] = array
        return value

    # Cells: called by cells.py

    def read(self, cell: Any, value: Any) -> Any:
        if id(cell) in self.cells:
            return self.cells[id(cell)][1]
        if isinstance(value, Traced):
            if value.recorder is not self:
                raise leaked(value)
            return value
        if id(cell) in self.made or not isinstance(value, np.ndarray | np.generic):
            return value
        if id(cell) in self.originals:
            raise SameTensor
        if type(cell) is Tensor and cell.node is not None and cell.node.of_transform:
            raise NotPlain
        if type(cell) is Tensor and not cell.is_leaf:
            raise TraceError(
                f"compile: {cell.node!r:.60} was computed outside and is differentiated; inside "
                "the compiled function its gradient would be lost. Compute it inside, or "
                ".detach() it."
            )
        source = Cell(cell)
        traced = self.input(source, value)
        self.first[id(cell)] = traced
        self.cells[id(cell)] = (source, traced)
        return traced

    def write(self, cell: Any, slot: Any, new: Any) -> bool:
        """Take note of a rebinding; False where the cell is the function's own."""
        if id(cell) in self.made:
            slot.__set__(cell, self.frozen(new))
            return True
        try:
            old = slot.__get__(cell)
        except AttributeError:  # it is being made
            started = self.held_at_first(new) if type(cell) is State else None
            if started is None:
                self.made[id(cell)] = cell
                slot.__set__(cell, self.frozen(new))
            else:
                slot.__set__(cell, np.array(started))
            return True
        if id(cell) in self.arguments:
            self.cells[id(cell)] = (self.arguments[id(cell)], self.frozen(self.lifted(new)))
            return True
        if id(cell) not in self.cells:
            self.read(cell, old)
        self.cells[id(cell)] = (self.cells[id(cell)][0], self.frozen(self.lifted(new)))
        return True

    def frozen(self, thing: Any) -> Any:
        """What a cell holds: the same value, not changed by writing into an array of the user's."""
        return Traced(self, thing.value) if type(thing) is Traced and thing.own else thing

    def held_at_first(self, new: Any) -> Any:
        """The array of the cell that `new` is the first value of, if there is one."""
        for key, first in self.first.items():
            if first.value is getattr(new, "value", None):
                return held(self.cells[key][0].owner)
        return None

    def read_grad(self, node: Node, grad: Any) -> Any:
        if id(node) in self.grads:
            return self.grads[id(node)][1]
        if id(node) in self.originals:
            raise SameTensor
        if grad is None or isinstance(grad, Traced):
            self.first_grads.setdefault(id(node), (node, None))
            return grad
        traced = self.input(Grad(self.arguments.get(id(node), node)), grad)
        self.first_grads[id(node)] = (node, traced)
        self.grads[id(node)] = (node, traced)
        return traced

    def write_grad(self, node: Node, grad: Any) -> bool:
        if id(node) in self.originals:
            raise SameTensor
        traced = None if grad is None else self.lifted(grad)
        if traced is not None and sys._getframe(2).f_code is BACKWARD:  # each leaf's is its own
            traced = Traced(self, traced.value, own=True)
        self.grads[id(node)] = (node, traced)
        return True

    def lifted(self, thing: Any) -> Traced:
        """A traced array for what is written into a cell."""
        if isinstance(thing, Traced):
            return thing
        return Traced(self, self.captured(np.asarray(thing)))

    # Instructions

    def call(self, function: Any, args: Any, kwargs: dict[str, Any]) -> Any:
        return normal(self.record, function, tuple(args), kwargs)

    def record(self, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if not self.live:
            raise leaked(next(each for each in args if isinstance(each, Traced)))
        is_ufunc = isinstance(function, np.ufunc)
        plain = tuple([self.plain(arg, is_ufunc) for arg in args])
        named = {key: self.plain(arg, False) for key, arg in kwargs.items()}
        if function is operator.getitem:
            require_known_shape(plain[1])
            result = index_result(*plain)
        elif function in COPYING:
            result = Value(plain[0].shape, plain[0].dtype)
        elif function is converted:
            result = Value(plain[0].shape, named["dtype"])
        else:
            result = result_of(function, plain, named)
        if shares_memory(function, plain) and isinstance(args[0], Traced):
            found = self.noted(function, plain, named, result, False)
            args[0].shows(found, args[1] if function is operator.getitem else None)
            return found
        return self.noted(function, plain, named, result, True)

    def noted(self, function: Any, args: Any, kwargs: Any, result: Any, own: bool) -> Any:
        """The instruction, and what it returns, traced."""
        if isinstance(result, tuple | list):
            outs = tuple(Value(r.shape, r.dtype) for r in result)
            instruction = Instruction(function, args, kwargs, outs, self.place(), many=True)
            self.body.append(instruction)
            traced = [Traced(self, out, own) for out in outs]
            kind = type(result)
            return kind(*traced) if hasattr(kind, "_fields") else kind(traced)
        if not hasattr(result, "dtype"):
            result = np.asarray(result)
        out = Value(result.shape, result.dtype)
        out.order = order_of(function, result) if own else None
        self.body.append(Instruction(function, args, kwargs, (out,), self.place()))
        return Traced(self, out, own)

    def number(self, function: Any, name: str, *args: Any) -> TracedNumber:
        """An instruction on Python numbers, or one that reads a number from an array."""
        plain = tuple(self.plain(arg, False) for arg in args)
        samples = [sample(each) for each in plain]
        kind = type(samples[0].item()) if name == "item" else type(function(*samples))
        out = Value((), np.asarray(kind(0)).dtype, kind)
        if name == "item":
            function = item
        self.body.append(Instruction(function, plain, {}, (out,), self.place()))
        return TracedNumber(self, out)

    def draw(self, generator: Any, name: str, method: Any, args: Any, kwargs: Any) -> Any:
        """An instruction that draws from a generator."""
        plain = tuple(self.plain(arg, False) for arg in args)
        named = {key: self.plain(arg, False) for key, arg in kwargs.items()}
        result = method(*mapped(plain, stand_in), **mapped(named, stand_in))
        return self.noted(drawn, (generator, name, *plain), named, np.asarray(result), True)

    def generator(self, generator: Any) -> TracedGenerator:
        """What stands for a generator, and writes down its draws."""
        if isinstance(generator, TracedGenerator):
            return generator
        if id(generator) not in self.generators:
            self.generators[id(generator)] = TracedGenerator(self, generator)
        return self.generators[id(generator)]

    def plain(self, thing: Any, is_ufunc: bool) -> Any:
        """An argument as an instruction holds it: values in the place of arrays."""
        kind = type(thing)
        if kind is Traced or kind is TracedNumber:
            if thing.recorder is not self:
                raise leaked(thing)
            return thing.value
        if kind is np.ndarray:
            return self.captured(thing)
        if kind is list and is_ufunc:
            return self.captured(np.asarray(thing))
        if kind is tuple or kind is list:
            return kind([self.plain(item, False) for item in thing])
        if isinstance(thing, tuple):
            return kind(*[self.plain(item, False) for item in thing])
        if isinstance(thing, np.generic):
            return self.constant(thing)
        if kind is slice:
            return slice(*[index_number(each) for each in (thing.start, thing.stop, thing.step)])
        if isinstance(thing, Tensor):
            return self.plain(thing._value, is_ufunc)
        return thing

    # Where the function stands

    def place(self) -> Place:
        frame: FrameType | None = sys._getframe(2)
        users: FrameType | None = None  # the line; a rule or an update may be the user's, too
        section, pulled = "forward", None
        while frame is not None:
            code = frame.f_code
            if code is PULL_BACK:
                if pulled is None and section == "forward":
                    pulled = frame.f_locals.get("node")
                    section = "backward"
            elif code in UPDATES:
                section = "update"
            elif users is None and not code.co_filename.startswith(INSIDE):
                users = frame
            elif code is TRACED:
                break
            frame = frame.f_back
        scope = pulled.scope if pulled is not None else RECORDING.get().scope
        line = f"{users.f_code.co_filename}:{users.f_lineno}" if users is not None else ""
        return Place(self.path_of(scope), line, section)

    def path_of(self, scope: Any) -> str:
        if scope is None:
            return ""
        known = self.paths.get(id(scope))
        if known is None:
            path = scope.path
            known = self.paths[id(scope)] = (scope, f"{path}: {scope.kind}" if path else scope.kind)
        return known[1]

    # The end

    def grad_of(self, node: Node) -> Any:
        """The gradient that a leaf ends with."""
        return self.grads.get(id(node), (node, None))[1]

    def leaves_without_grad(self) -> list[Node]:
        """The leaves outside of which it was seen that they had no gradient."""
        own = {id(t.node) for t in self.made.values() if type(t) is Tensor}
        own |= self.arguments.keys()
        return [n for n, g in self.first_grads.values() if g is None and id(n) not in own]

    def forget(self) -> None:
        """Let go of all that was met: what leaks of the traced arrays must not keep it alive."""
        live = Trace()
        for name in vars(live):
            setattr(self, name, getattr(live, name))
        self.live = False

    def tensors(self) -> list[Tensor]:
        """The tensors that were met beside the arguments."""
        owners = (source.owner for source, _ in self.cells.values() if type(source) is Cell)
        return [owner for owner in owners if type(owner) is Tensor]

    def program(self, results: Any) -> Program:
        """What was recorded, as a program with these results (traced arrays among them)."""
        self.live = False
        writes = [
            Write(source, now.value)
            for key, (source, now) in self.cells.items()
            if now is not self.first.get(key)
        ]
        own = {id(t.node) for t in self.made.values() if type(t) is Tensor}
        for key, (node, now) in self.grads.items():
            if key in own:  # a leaf that the function made, and that ends with it
                continue
            if key in self.first_grads and self.first_grads[key][1] is now:
                continue
            new = now.value if isinstance(now, Traced) else None
            writes.append(Write(Grad(self.arguments.get(key, node)), new))
        self.made.clear()  # and with them their graph, which holds arrays that only it knows
        for key in list(self.arrays):
            array, value = self.arrays.pop(key)
            if never_changes(array):
                self.constants[value] = array
            else:
                self.inputs.append(Input(value, Captured(array)))
        return Program(self.inputs, self.constants, self.body, results, writes)


def traced(
    function: Callable[..., Any], build: Callable[[Trace], tuple[Any, Any]]
) -> tuple[Trace, Any]:
    """The trace of one run of `function`, and what it returned; `build` makes its arguments."""
    trace = Trace()
    args, kwargs = build(trace)
    outer = RECORDING.get()
    token = RECORDING.set(Recording(True, None, None, outer, strong=True))
    draws = DRAWS.set(trace.generator)
    try:
        with watched(trace):
            result = function(*args, **kwargs)
    except BaseException:
        trace.forget()
        raise
    finally:
        DRAWS.reset(draws)
        RECORDING.reset(token)
    return trace, result


# What lays its result down with the examples last, as all that slides over images does.
EXAMPLES_LAST = {
    convolved, spread_out, largest, sent_to_maxima, found_at_maxima, added_up, given_to_all,
}  # fmt: skip


def order_of(function: Any, result: Any) -> tuple[int, ...] | None:
    """The axes in the order of memory, if a function returned an array whose order is not C's."""
    if function in EXAMPLES_LAST:
        return (*range(1, len(result.shape)), 0)
    if type(result) is not np.ndarray or result.flags.c_contiguous or 0 in result.strides:
        return None
    order = tuple(sorted(range(result.ndim), key=lambda axis: -result.strides[axis]))
    return order if result.transpose(order).flags.c_contiguous else None


def never_changes(array: Any) -> bool:
    """Whether nobody can write into it: nobody else has it, or it owns read-only memory."""
    base = array.base
    if base is None and not array.flags.writeable:
        return True
    if sys.getrefcount(array) != 3:  # the caller's name, ours, and getrefcount's argument
        return False
    if base is None:
        return True
    # A view of memory that only it holds: our name, the view, and getrefcount's argument.
    return type(base) is np.ndarray and base.base is None and sys.getrefcount(base) == 3


def item(x: Any) -> Any:
    """The value of an array of one entry, as a number."""
    return x.item()


def sample(thing: Any) -> Any:
    if type(thing) is Value:
        return thing.number(1) if thing.number else np.ones((), thing.dtype)
    return thing


def index_number(thing: Any) -> Any:
    return None if thing is None else operator.index(thing)


def require_known_shape(index: Any) -> None:
    for part in index if isinstance(index, tuple) else (index,):
        if type(part) is Value and part.dtype.kind == "b":
            raise TraceError(
                "compile: array[mask] has a shape that depends on values, which a program does "
                "not know beforehand. Use np.where(mask, array, 0), or where= of a reduction."
            )


def index_result(x: Value, index: Any) -> Any:
    """The shape of `x[index]`, by an array that takes no memory."""
    stand_in = np.broadcast_to(np.zeros((), x.dtype), x.shape)
    parts = mapped(index, lambda v: np.broadcast_to(np.zeros((), v.dtype), v.shape))
    return stand_in[parts]


def is_basic(index: Any) -> bool:
    parts = index if isinstance(index, tuple) else (index,)
    return all(p is None or p is Ellipsis or isinstance(p, slice | int | np.integer) for p in parts)


def shares_memory(function: Any, args: tuple[Any, ...]) -> bool:
    """Whether the result may be a view of the first argument."""
    if function is operator.getitem:
        return is_basic(args[1])
    return function in VIEWS or function in (np.reshape, np.ravel)


def leaked(thing: Traced) -> TraceError:
    return TraceError(
        f"compile: {thing!r} has left the compiled function (an attribute, a list, a global), "
        "where it has no value. Return it, or keep it in an ag.State, which is written at the "
        "end of every call."
    )


PULL_BACK = pull_back.__code__
TRACED = traced.__code__  # above it stands who compiles
BACKWARD = Tensor.backward.__code__
UPDATES = {Optimizer.step.__code__, Optimizer.zero_grad.__code__}
