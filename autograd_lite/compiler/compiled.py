"""compile: a function that is recorded at its first call and runs as a program from then on."""

import functools
import os
import sys
import threading
import types
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

from autograd_lite.compiler.cells import TRACE
from autograd_lite.compiler.leaves import NotPlain, SameTensor, opened
from autograd_lite.compiler.making import Making, Options
from autograd_lite.compiler.picture import picture_of
from autograd_lite.compiler.running import CELLS, Runner
from autograd_lite.compiler.saving import save
from autograd_lite.compiler.switches import left_out
from autograd_lite.compiler.table import table
from autograd_lite.drawing.picture import Picture
from autograd_lite.errors import TraceError

PROGRAMS = 64  # kept for one function; the one that was used longest ago goes first


LIVING: "weakref.WeakSet[Compiled]" = weakref.WeakSet()


class Compiled:
    """What `compile` makes of a function: call it as the function itself."""

    def __init__(self, function: Callable[..., Any], options: Options) -> None:
        functools.update_wrapper(self, function, updated=())
        self.function = function
        self.options = options
        self.runners: dict[Any, list[Runner]] = {}
        self.last: Runner | None = None
        self.by_identity = False  # whether tensors among the arguments are met otherwise, too
        self.lock = threading.RLock()
        LIVING.add(self)

    def __get__(self, instance: Any, kind: type | None = None) -> Any:
        """A method, where the compiled function stands in a class."""
        return self if instance is None else types.MethodType(self, instance)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if TRACE.get() is not None:  # inside another compiled function: a part of it
            return self.function(*args, **kwargs)
        try:
            key, leaves = opened(args, kwargs, self.by_identity)
            runner = self.last
            if runner is None or runner.key != key or not runner.holds():
                runner = self.runner(key, args, kwargs)
        except NotPlain:  # inside a transform: the function itself is differentiated
            return self.function(*args, **kwargs)
        except SameTensor:
            self.by_identity = True
            return self(*args, **kwargs)
        return runner.run(leaves)

    def runner(self, key: Any, args: Any, kwargs: Any) -> Runner:
        """The program for such arguments; made, if there is none."""
        with self.lock:
            known = self.runners.pop(key, None)
            if known is not None:
                self.runners[key] = known  # used last
            for runner in known or ():
                if runner.holds():
                    self.last = runner
                    return runner
            making = Making(self.function, self.options, args, kwargs)
            try:
                runner = Runner(key, making.made(by_identity=self.by_identity))
            except SameTensor:
                self.by_identity = True
                return self.runner(opened(args, kwargs, True)[0], args, kwargs)
            self.keep(key, runner)
            return runner

    def keep(self, key: Any, runner: Runner) -> None:
        self.runners.setdefault(key, []).append(runner)
        self.last = runner
        if sum(map(len, self.runners.values())) > PROGRAMS:
            oldest = next(iter(self.runners))
            self.runners[oldest].pop(0)
            if not self.runners[oldest]:
                del self.runners[oldest]

    def latest(self) -> Runner:
        if self.last is None:
            name = getattr(self, "__name__", "the function")
            raise TraceError(
                f"{name} has not been called yet: the program is made at the first call, for "
                "the shapes and dtypes of its arguments."
            )
        return self.last

    @property
    def source(self) -> str:
        """The NumPy source of the program that ran last."""
        text: str = self.latest().source.text
        return text

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the program that ran last as a module that needs only NumPy, its arrays beside it.

        `save("step.py")` writes step.py and step.npz. The module has the function by its name (or
        as `step`, where that name is taken), for arguments of the same shapes. Parameters, moments
        and random generators go on from where they are now, and are kept in the module. Tensors
        among arguments and results are arrays there; modules, optimizers and other objects among
        the arguments are left out. Raises StorageError for what a module cannot hold.
        """
        runner = self.latest()
        with CELLS:
            save(runner.made, runner.quick, Path(path))

    def __reduce__(self) -> Any:
        name = getattr(self, "__qualname__", "")
        if getattr(sys.modules.get(self.__module__), name, None) is self:
            return name  # where the function itself had its name: it was compiled by a decorator
        return compile_with, (self.function, self.options)

    def __picture__(self) -> Picture:
        """What `ag.draw` shows of the program that ran last."""
        return picture_of(self.latest().made)

    def __str__(self) -> str:
        """A table of the program that ran last: instructions, operations, memory, what it reads."""
        if self.last is None:
            return f"{self!r}; a table of one is printed here after the first call"
        return table(self.last.made)

    def __repr__(self) -> str:
        count = sum(map(len, self.runners.values()))
        name = getattr(self, "__name__", "function")
        return f"<compiled {name}: {count} program{'' if count == 1 else 's'}>"


def renew_locks() -> None:
    """In the child of a fork: another thread of the parent may have held a lock."""
    for each in LIVING:
        each.lock = threading.RLock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=renew_locks)


def compile_with(function: Callable[..., Any], options: Options) -> Compiled:
    return Compiled(function, options)


def compile(
    function: Callable[..., Any],
    *,
    without: tuple[str, ...] = (),
    tile_bytes: int | None = None,
    threads: int | None = None,
) -> Compiled:
    """Record a function at its first call, and run it as a NumPy program from then on.

    Any function of arrays, tensors, numbers and trees of them: a forward pass, `ag.grad(f)`, or a
    whole training step with `loss.backward()` and `optimizer.step()` in it. One program is made
    for each structure, shapes, dtypes and static arguments (ints, strings, modules). `source` is
    its text. `without` names passes to leave out ("algebraic" for all that may round otherwise);
    `tile_bytes` and `threads` take the place of what is chosen by the processor's cache and the
    number of cores.

    What the program reads anew at every call: arguments, tensors, `ag.State`, arrays that it
    works on, and random generators. What depends on values (`if loss > 0`) is refused. Python's
    side effects happen once, when the function is recorded.

    >>> import numpy as np
    >>> import autograd_lite as ag
    >>> slope = ag.compile(ag.grad(lambda x: np.sum(np.tanh(x) ** 2)))
    >>> slope(np.array([0.0, 1.0]))
    array([0.        , 0.63970001])
    """
    if isinstance(function, Compiled):
        return function
    if not callable(function):
        raise TypeError(f"compile: expected a function, found {function!r:.60}.")
    return Compiled(function, Options(left_out(without), tile_bytes, threads))
