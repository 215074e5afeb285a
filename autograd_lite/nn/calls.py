"""The calls of modules, as they are told to whoever listens: summaries, later readers."""

from collections.abc import Callable
from contextvars import ContextVar
from typing import Any, NamedTuple


class Call(NamedTuple):
    """One call of a module: what it was given, and what it gave."""

    module: Any
    scope: Any
    args: tuple[Any, ...]
    result: Any


# Told of every call of a module in this context; None where nobody listens.
LISTENER: ContextVar[Callable[[Call], None] | None] = ContextVar("listener", default=None)
