"""What a function reads and rebinds beside its arguments: tensors, states, gradients.

While a trace runs, the slot in which a tensor or a state keeps its value, and the gradient of a
leaf, are read and written through the trace. So nothing that the engine, an optimizer or a user
does with them can go past it, and nothing of a trace is left in them, even if it fails half way.
"""

import os
import threading
from contextvars import ContextVar
from typing import Any

from autograd_lite.core.graph import Node
from autograd_lite.core.state import State
from autograd_lite.core.tensor import Tensor

TRACE: ContextVar[Any] = ContextVar("trace", default=None)  # the trace of this context, if any

TENSOR: Any = vars(Tensor)["_value"]
STATE: Any = vars(State)["_value"]

lock = threading.Lock()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=lock.acquire, after_in_parent=lock.release, after_in_child=lock.release
    )
watchers = 0  # how many traces run, in all threads


class watched:  # noqa: N801  (used as a verb: `with watched(trace):`)
    """Let `trace` see every value that is read or rebound in this context."""

    def __init__(self, trace: Any) -> None:
        self.trace = trace

    def __enter__(self) -> None:
        global watchers
        with lock:
            watchers += 1
            if watchers == 1:
                put_in_place()
        self.token = TRACE.set(self.trace)

    def __exit__(self, *exception: object) -> None:
        global watchers
        TRACE.reset(self.token)
        with lock:
            watchers -= 1
            if watchers == 0:
                take_away()


def through(slot: Any) -> property:
    """A slot as a property that asks the trace of the reader's context, if there is one."""

    def read(cell: Any) -> Any:
        trace = TRACE.get()
        value = slot.__get__(cell)
        return value if trace is None else trace.read(cell, value)

    def write(cell: Any, value: Any) -> None:
        trace = TRACE.get()
        if trace is None or not trace.write(cell, slot, value):
            slot.__set__(cell, value)

    return property(read, write)


def read_grad(node: Node) -> Any:
    trace = TRACE.get()
    grad = vars(node).get("grad")
    return grad if trace is None else trace.read_grad(node, grad)


def write_grad(node: Node, grad: Any) -> None:
    trace = TRACE.get()
    if trace is None or not trace.write_grad(node, grad):
        vars(node)["grad"] = grad


def put_in_place() -> None:
    Tensor._value = through(TENSOR)  # type: ignore[misc]
    State._value = through(STATE)  # type: ignore[misc]
    Node.grad = property(read_grad, write_grad)


def take_away() -> None:
    Tensor._value = TENSOR  # type: ignore[misc]
    State._value = STATE  # type: ignore[misc]
    Node.grad = None


def slot_of(cell: Any) -> Any:
    """The slot in which a tensor or a state keeps its value, past any trace."""
    return STATE if type(cell) is State else TENSOR


def held(cell: Any) -> Any:
    """What a tensor or a state holds outside of any trace."""
    return slot_of(cell).__get__(cell)


def hold(cell: Any, value: Any) -> None:
    """Give a tensor or a state a value, past any trace."""
    slot_of(cell).__set__(cell, value)
