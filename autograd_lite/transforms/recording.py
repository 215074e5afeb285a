"""Whether operations are recorded, and what is kept: `no_grad` and `keep_values`."""

import contextlib
import functools
import inspect
from collections.abc import Callable
from typing import Any, TypeVar

from autograd_lite.core.graph import RECORDING, Kept, Node, Recording, Watch

F = TypeVar("F", bound=Callable[..., Any])


class recording_as:  # noqa: N801  (used as a verb: `with no_grad():`)
    """Record in a given way inside a `with` block, or inside a decorated function.

    It holds for the thread or the asynchronous task that entered the block. What is None stays
    as it was; a watch is added to the one in force.
    """

    def __init__(self, on: bool | None = None, watch: Watch | None = None) -> None:
        self.on = on
        self.watch = watch

    def __enter__(self) -> None:
        outer = RECORDING.get()
        on = outer.on if self.on is None else self.on
        RECORDING.set(Recording(on, outer.scope, both(outer.watch, self.watch), outer))

    def __exit__(self, *exception: object) -> None:
        outer = RECORDING.get().outer
        assert outer is not None
        RECORDING.set(outer)

    def __call__(self, function: F) -> F:
        if inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function):
            raise TypeError(
                "a generator runs in its caller's context between two values; use the `with` "
                "form inside it, around code that does not yield."
            )
        again = functools.partial(recording_as, self.on, self.watch)
        if inspect.iscoroutinefunction(function):

            @functools.wraps(function)
            async def waiting(*args: Any, **kwargs: Any) -> Any:
                with again():
                    return await function(*args, **kwargs)

            return waiting  # type: ignore[return-value]

        @functools.wraps(function)
        def wrapped(*args: Any, **kwargs: Any) -> Any:
            with again():
                return function(*args, **kwargs)

        return wrapped  # type: ignore[return-value]


def both(first: Watch | None, second: Watch | None) -> Watch | None:
    """The watch that is two; a node is shown to the first before the second."""
    if first is None or second is None or first is second:
        return first or second

    def watch(node: Node, args: tuple[Any, ...], out: Any) -> None:
        first(node, args, out)
        second(node, args, out)

    return watch


def no_grad() -> recording_as:
    """Compute without recording: as `with no_grad():` or as a decorator `@no_grad()`."""
    return recording_as(on=False)


def keep_values() -> recording_as:
    """Record every argument, output and cotangent, for drawings that show numbers."""
    return recording_as(on=True, watch=keep)


def keep(node: Node, args: tuple[Any, ...], out: Any) -> None:
    node.kept = Kept()
    node.kept.args = args
    node.kept.out = out


def recording() -> contextlib.AbstractContextManager[None]:
    """Record inside a transform even where its caller does not."""
    return contextlib.nullcontext() if RECORDING.get().on else recording_as(on=True)
