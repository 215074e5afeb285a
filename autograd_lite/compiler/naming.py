"""What the inputs of a program are called: as the user's code calls them, as far as it tells."""

import re
from typing import Any

from autograd_lite.compiler.flattening import Flat
from autograd_lite.compiler.program import Program, Value
from autograd_lite.compiler.reach import reached
from autograd_lite.compiler.trace import Argument, Captured, Cell, Grad
from autograd_lite.core.tensor import Tensor
from autograd_lite.nn.module import Module
from autograd_lite.optim.optimizer import Optimizer


def names_of_inputs(
    program: Program, arguments: list[str], function: Any, given: list[Any]
) -> dict[Value, str]:
    """A name for each input; two of them may have the same."""
    known = Names(function, given)
    return {value: identifier(known.of(source, arguments)) for value, source in program.inputs}


def identifier(path: str) -> str:
    """A path as a name that Python takes."""
    name = re.sub(r"\W+", "_", path).strip("_") or "array"
    return f"_{name}" if name[0].isdigit() else name


class Names:
    """The names of tensors, states and arrays that a function can reach, by their identity.

    `moments` has those of an optimizer's moments without the parameter's name: "exp_avg".
    """

    def __init__(self, function: Any, given: list[Any]) -> None:
        self.known: dict[int, str] = {}
        self.moments: dict[int, str] = {}
        optimizers: list[Optimizer] = []
        for path, thing in reached(function, given):
            if isinstance(thing, Optimizer):
                optimizers.append(thing)
            elif isinstance(thing, Module):
                self.note_module(path, thing)
            elif path:
                self.note(thing, (type(thing) is Tensor and thing.name) or path)
        for optimizer in optimizers:
            self.note_optimizer(optimizer)

    def of(self, source: Any, arguments: list[str]) -> str:
        """The name of what an input is read from."""
        if type(source) is Argument:
            return arguments[source.index]
        if type(source) is Captured:
            return self.known.get(id(source.array), "array")
        if type(source) is Flat:
            return self.role(source)
        if type(source) is Grad:
            of = source.of
            return f"{self.of(of, arguments) if type(of) is Argument else self.cell(of)}_grad"
        return self.cell(source.owner) if type(source) is Cell else "input"

    def cell(self, owner: Any) -> str:
        return self.known.get(id(owner)) or getattr(owner, "name", None) or "cell"

    def role(self, flat: Flat) -> str:
        """What a flat array holds of all parameters: themselves, or a moment."""
        if all(type(owner) is Tensor for owner in flat.owners):
            return "params"
        moments = {self.moments.get(id(owner), "flat") for owner in flat.owners}
        return moments.pop() if len(moments) == 1 else "flat"

    def note(self, thing: Any, name: str) -> None:
        self.known.setdefault(id(thing), name)
        if isinstance(thing, Tensor) and thing.node is not None:
            self.known.setdefault(id(thing.node), name)  # by which a gradient is known

    def note_module(self, path: str, module: Module) -> None:
        """Parameters and buffers by their paths, after the module's where a number comes first."""
        for inner, cell in [*module.named_parameters(), *module.named_buffers()]:
            self.note(cell, inner if inner[:1].isalpha() else f"{path}.{inner}")

    def note_optimizer(self, optimizer: Optimizer) -> None:
        """ "lr", "steps", "adam_step", and the moments after their parameters."""
        self.known[id(optimizer.steps)] = "steps"
        for group in optimizer.param_groups:
            self.known[id(group.rate)] = "lr"
            for slot in group.slots:
                for name, cell in slot.shared.cells.items():
                    self.known[id(cell)] = f"{type(optimizer).__name__.lower()}_{name}"
                for name, cell in slot.moments.items():
                    self.moments[id(cell)] = name
                    self.known[id(cell)] = f"{self.cell(slot.param)}_{name}"
