"""Optimizer: what the update rules share. A step gives each parameter a new array.

A `rule` is NumPy on arrays of any library: from a gradient, a parameter, its moments and the
step's numbers to the new parameter and moments. What a parameter held before a step is never
written into; its moments are the optimizer's own, and for NumPy's arrays `write` puts the result
there: by the rule, or, where speed matters, by the same operations without intermediate arrays.
"""

import functools
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd_lite import tree
from autograd_lite.core.state import State, array_of
from autograd_lite.core.tensor import Tensor
from autograd_lite.optim.group import PIECE, Group, Options, Shared, Slot, known
from autograd_lite.optim.parameters import Parameters, grouped, named_tensors, require_once
from autograd_lite.optim.restoring import restore

Array = NDArray[Any]
Closure = Callable[[], Any]


class Optimizer:
    """The parameters in their groups, one step count and moments for each, and the step itself.

    `param_groups` may be changed between steps: `group["lr"] = 0.01`; `lr` sets the rate of all.
    """

    shared: Mapping[str, float] = {"step": 0}  # per parameter; kept once for those that are equal

    def __init__(self, params: Parameters, lr: Any, **options: Any) -> None:
        self.options = {"lr": lr, **options}
        self.steps = State(0)
        self.param_groups: list[Group] = []
        for group in grouped(type(self).__name__, params):
            self.add_param_group(group)
        if not any(group.slots for group in self.param_groups):
            raise ValueError(f"{type(self).__name__}: there are no parameters to optimize.")

    def add_param_group(self, group: Mapping[str, Any]) -> None:
        """Optimize more parameters: {"params": tensors, option: value, ...}."""
        asker = type(self).__name__
        present = self.named_parameters()
        added = named_tensors(asker, group["params"], first=len(present))
        for name in added.keys() & present.keys():
            raise ValueError(f"{asker}: two parameters have the name {name!r}.")
        require_once(asker, {**present, **added})
        for name in group.keys() - self.options.keys() - {"params"}:
            raise ValueError(f"{asker}: unknown option {name!r}; there are {known(self.options)}.")
        shared = Shared({name: State(start) for name, start in self.shared.items()})
        slots = [Slot(name, tensor, shared) for name, tensor in added.items()]
        options = {name: group.get(name, value) for name, value in self.options.items()}
        new = Group(asker, slots, options)
        self.check(new)
        new.hold(self.moments(new.options))
        self.param_groups.append(new)

    def named_parameters(self) -> dict[str, Tensor]:
        """All parameters by the name that they have in the state dictionary."""
        return {slot.name: slot.param for group in self.param_groups for slot in group.slots}

    @property
    def lr(self) -> float:
        """The rate of the first group; setting it sets the rate (or schedule) of all groups."""
        rate: float = self.param_groups[0]["lr"]
        return rate

    @lr.setter
    def lr(self, rate: Any) -> None:
        for group in self.param_groups:
            group["lr"] = rate

    def zero_grad(self) -> None:
        """Forget the gradients, before the next ones are added up."""
        for group in self.param_groups:
            for slot in group.slots:
                if slot.param.node is not None:
                    slot.param.node.grad = None

    def step(self, closure: Closure | None = None) -> Any:
        """Move every parameter that has a gradient; `closure` computes loss and gradients first."""
        loss = None if closure is None else closure()
        for group in self.param_groups:
            self.move(group)
        self.steps._value = array_of(self.steps.item() + 1)
        return loss

    # What a rule says

    def check(self, group: Group) -> None:
        """Refuse options that do not go together."""

    def moments(self, options: Options) -> Mapping[str, float]:
        """The arrays kept for each parameter, and the number that they start at."""
        return {}

    def count(self, options: Options, shared: Shared) -> None:
        """One step more for the parameters that share these numbers."""
        shared["step"] += 1

    def constants(self, options: Options, lr: Any, shared: Shared) -> tuple[Any, ...]:
        """The numbers of this step for the parameters that share what `shared` holds."""
        raise NotImplementedError

    def rule(
        self, options: Options, g: Array, p: Array, moments: list[Array], numbers: list[Array]
    ) -> tuple[Array, list[Array]]:
        """From gradient, parameter, moments and constants: the new parameter and moments."""
        raise NotImplementedError

    def write(
        self, options: Options, new: Array, g: Array, p: Array, moments: list[Array],
        numbers: list[Array],
    ) -> None:  # fmt: skip
        """The rule, on a parameter or a piece of it: into `new`, and into the moments."""
        result, changed = self.rule(options, g, p, moments, numbers)
        new[...] = result
        for moment, replacement in zip(moments, changed, strict=True):
            moment[...] = replacement

    # How it is carried out

    def move(self, group: Group) -> None:
        """One step of the parameters of a group that have a gradient."""
        group.hold(self.moments(group.options))
        lr = group.rate_at(self.steps)
        moving = [(slot, g) for slot in group.slots if (g := slot.param.grad) is not None]
        prepared: dict[Any, list[Array]] = {}
        for shared in group.part(moving):
            self.count(group.options, shared)
            numbers = self.constants(group.options, lr, shared)
            for dtype, real in group.dtypes.items():
                prepared[shared, dtype] = [as_array(number, real) for number in numbers]
        for slot, g in moving:
            self.update(group.options, slot, g, prepared[slot.shared, slot.dtype])

    def update(self, options: Options, slot: Slot, g: Array, numbers: list[Array]) -> None:
        """Give one parameter its new value, and the moments theirs."""
        if g.dtype is not slot.dtype:
            g = np.asarray(g, slot.dtype)
        p = slot.param._value
        moments = [cell._value for cell in slot.cells]
        if not isinstance(p, np.ndarray):  # of another library
            rule = self.rule if slot.dtype.kind != "c" else self.rule_by_parts
            new, moments = rule(options, g, p, moments, numbers)
            for cell, moment in zip(slot.cells, moments, strict=True):
                cell._value = moment
        else:
            new = np.empty(p.shape, p.dtype)
            if slot.in_pieces:
                self.write_in_pieces(options, [new, g, p, *moments], numbers)
            else:
                self.write(options, new, g, p, moments, numbers)
        slot.param._value = new

    def rule_by_parts(
        self, options: Options, g: Array, p: Array, moments: list[Array], numbers: list[Array]
    ) -> tuple[Array, list[Array]]:
        """The rule on the real and the imaginary parts of a complex parameter."""
        (real, of_real), (imaginary, of_imaginary) = (
            self.rule(options, part(g), part(p), [part(m) for m in moments], numbers)
            for part in (np.real, np.imag)
        )
        pairs = zip(of_real, of_imaginary, strict=True)
        return real + 1j * imaginary, [re + 1j * im for re, im in pairs]

    def write_in_pieces(self, options: Options, arrays: list[Array], numbers: list[Array]) -> None:
        """`write`, a piece of all arrays at a time."""
        rows = [reals(array) for array in arrays]
        for start in range(0, rows[0].size, PIECE):
            new, g, p, *moments = [row[start : start + PIECE] for row in rows]
            self.write(options, new, g, p, moments, numbers)

    # Saving and resuming

    def cells(self) -> dict[str, State]:
        """All that changes from step to step, by its name in the state dictionary."""
        found = {"steps": self.steps}
        for i, group in enumerate(self.param_groups):
            found[f"param_groups.{i}.lr"] = group.rate
            for slot in group.slots:
                kept = {**slot.shared.cells, **slot.moments}
                found |= {f"state.{slot.name}.{name}": cell for name, cell in kept.items()}
        return found

    def state_dict(self) -> dict[str, Any]:
        """The options and, as copies, all arrays by name: {"state.0.exp_avg": array, ...}.

        A tree for `save`; a run that loads it goes on as if it had not stopped. Schedules are
        code and are not in it: give the new optimizer the same one.
        """
        return {name: cell.numpy() for name, cell in self.cells().items()} | self.plain_options()

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from what `state_dict` gave, as it was or as `load` read it; all or nothing."""
        given = dict(tree.items(state))
        for group in self.param_groups:
            group.split()
        try:
            restore(type(self).__name__, self.cells(), self.plain_options(), given)
        finally:
            for group in self.param_groups:
                group.join()
        for i, group in enumerate(self.param_groups):
            for name, value in group.options.items():
                at = f"param_groups.{i}.{name}"
                pair = isinstance(value, tuple)
                group.put(name, (given[f"{at}.0"], given[f"{at}.1"]) if pair else given[at])

    def plain_options(self) -> dict[str, Any]:
        """The options that are not kept in a State, by their names in the state dictionary."""
        options = [group.options for group in self.param_groups]
        return {f"param_groups.{path}": value for path, value in tree.items(options)}

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(map(repr, self.param_groups))})"


def as_array(number: Any, dtype: np.dtype[Any]) -> Array:
    """A number of the step as an array of no dimensions; one of another kind is told to be one."""
    if isinstance(number, int | float | np.generic):
        return as_constant(number, dtype)
    array: Array = number.astype(dtype)
    return array


@functools.lru_cache(maxsize=64)  # most numbers are the same at every step
def as_constant(number: Any, dtype: np.dtype[Any]) -> Array:
    """A number as an array of no dimensions, with which NumPy is faster than with the number."""
    constant = np.array(number, dtype)
    constant.flags.writeable = False
    return constant


def reals(array: Array) -> Array:
    """All entries along one axis; of a complex array the real and imaginary parts, in turn.

    A complex parameter is moved as its two parts, each by its own gradient.
    """
    row = array.reshape(-1)
    return row.view(row.real.dtype) if row.dtype.kind == "c" else row
