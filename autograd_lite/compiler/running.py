"""A program at work: its inputs read afresh, its results handed out, its writes carried out."""

import os
import threading
from collections.abc import Callable
from itertools import repeat
from operator import attrgetter, is_
from typing import Any

import numpy as np

from autograd_lite.compiler.cells import hold, slot_of
from autograd_lite.compiler.draws import drawn
from autograd_lite.compiler.flattening import Flat
from autograd_lite.compiler.homes import VALUE, Home, home_of
from autograd_lite.compiler.making import Made
from autograd_lite.compiler.results import outlet
from autograd_lite.compiler.trace import Argument, Captured, Cell, Grad
from autograd_lite.core.tensor import Tensor

Step = Callable[..., Any]
FLAT, GRAD = attrgetter("flat"), attrgetter("grad")
NONE = repeat(None)
POOL: list[Any] = []  # the threads that all programs share

# Held while a program's inputs are picked up, and until its writes are done: what one thread reads
# is never half written by another. Arrays in a reader's hands are then let alone by `homes.py`.
CELLS = threading.RLock()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=CELLS.acquire, after_in_parent=CELLS.release, after_in_child=CELLS.release
    )


class Runner:
    """One program of a compiled function, for one kind of arguments.

    A call has memory of its own, so that threads do not meet; those that change tensors or states
    wait for each other.
    """

    def __init__(self, key: Any, made: Made) -> None:
        self.key = key
        self.made = made
        self.settings = made.settings
        self.handed_out = outlet(made.template)
        self.without_grad = made.without_grad
        self.careful = False  # whether an infinity has been met, from then on
        self.use(made.program, made.source, made.quick)

    def use(self, program: Any, source: Any, quick: bool) -> None:
        """Run this program from now on."""
        self.source = source
        self.quick = quick
        self.instances: list[tuple[Step, list[Any]]] = []
        inputs = source.inputs
        self.arguments = [s.index for _, s in inputs if type(s) is Argument]
        self.owners = [s.owner for _, s in inputs if type(s) is Cell]
        self.flats = [home_of(s.owners) for _, s in inputs if type(s) is Flat]
        self.arrays = [s.array for _, s in inputs if type(s) is Captured]
        self.grads: list[Any] = [s.of for _, s in inputs if type(s) is Grad]
        written = (t.owners if type(t) is Flat else (t.owner,) for t in source.homes)
        # What is only read as a whole has to lie together, too.
        self.homes: list[Home] = list(dict.fromkeys([*map(home_of, written), *self.flats]))
        self.writes = source.writes
        self.changes_nothing = not self.writes and not self.homes
        cells = [(t.owner, place) for t, place in source.writes if type(t) is Cell]
        self.bound = [(slot_of(owner).__set__, owner, place) for owner, place in cells]
        self.others = [(t, place) for t, place in source.writes if type(t) is not Cell]
        in_order = self.arguments == list(range(self.made.leaves))
        self.plain_update = in_order and not (
            quick or self.careful or self.grads or self.others or self.changes_nothing
        )
        self.draws = [i.args[0] for i in program.body if i.function is drawn]

    def holds(self) -> bool:
        """Whether the settings are those for which the program was made."""
        if not all(map(is_, map(GRAD, self.without_grad), NONE)):
            return False
        for grad in self.grads:
            if type(grad) is not Argument and grad.grad is None:
                return False
        return self.settings.hold()

    def run(self, leaves: list[Any]) -> Any:
        """One call."""
        if self.plain_update:
            return self.updated(leaves)
        if self.changes_nothing:
            return self.handed_out(self.step(leaves))
        with CELLS:
            for home in self.homes:
                home.ready()
            found = self.step(leaves)
            for put, owner, place in self.bound:
                put(owner, np.asarray(found[place]))
            if self.others:
                self.write(found, leaves)
        return self.handed_out(found)

    def updated(self, leaves: list[Any]) -> Any:
        """The same for the step that most are, of arrays and in place, with nothing more to ask."""
        with CELLS:
            for home in self.homes:
                home.ready()
            instance = self.instances.pop() if self.instances else self.instantiated()
            leaves += map(VALUE, self.owners)
            leaves += map(FLAT, self.flats)
            leaves += self.arrays
            found = instance[0](*leaves)
            self.instances.append(instance)
            for put, owner, place in self.bound:
                put(owner, np.asarray(found[place]))
        return self.handed_out(found)

    def step(self, leaves: list[Any]) -> Any:
        """What the program returns: the results, then what is bound anew."""
        with CELLS:
            instances, quick = self.instances, self.quick
            step, invalid = instance = instances.pop() if instances else self.instantiated()
            inputs = self.picked(leaves)
            inputs += map(VALUE, self.owners)
            inputs += map(FLAT, self.flats)
            inputs += self.arrays
            if self.grads:
                found = (leaves[g.index] if type(g) is Argument else g for g in self.grads)
                inputs += [leaf.grad for leaf in found]
        if self.careful:  # it goes where eager mode is silent, too
            with np.errstate(all="ignore"):
                found = step(*inputs)
        elif not quick:
            found = step(*inputs)
        else:
            found = self.watched(step, invalid, inputs)
            if found is None:
                return self.step(leaves)
        instances.append(instance)
        return found

    def picked(self, leaves: list[Any]) -> list[Any]:
        """The arrays of the arguments that are read."""
        return [
            leaf._value if type(leaf) is Tensor else leaf
            for leaf in map(leaves.__getitem__, self.arguments)
        ]

    def watched(self, step: Step, invalid: list[Any], inputs: list[Any]) -> Any:
        """The program without guards; with them from now on, if an infinity met a zero."""
        states = [generator.bit_generator.state for generator in self.draws]
        with np.errstate(all="ignore", invalid="call", call=lambda *what: invalid.append(what)):
            found = step(*inputs)
        if not invalid:
            return found
        for generator, state in zip(self.draws, states, strict=True):
            generator.bit_generator.state = state
        with CELLS:
            if self.quick:
                self.careful = True
                self.use(*self.made.careful(), quick=False)
        return None

    def instantiated(self) -> tuple[Step, list[Any]]:
        """The step with memory of its own."""
        namespace: dict[str, Any] = {**self.source.given, "__name__": "step"}
        exec(compile(self.source.text, "<compiled step>", "exec"), namespace)
        if "POOL" in namespace:
            namespace["POOL"] = POOL
        return namespace["step"], namespace.get("invalid", [])

    def write(self, found: Any, leaves: list[Any]) -> None:
        """Put gradients, and the values of tensors among the arguments, where they belong."""
        for target, place in self.others:
            value = None if place is None else np.asarray(found[place])
            if type(target) is Argument:
                hold(leaves[target.index], value)
            elif type(target.of) is Argument:
                leaves[target.of.index].node.grad = value
            else:
                target.of.grad = value
