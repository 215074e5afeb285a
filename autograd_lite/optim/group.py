"""A group of parameters that share options, and what an optimizer keeps for each of them."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from autograd_lite.core import overriding
from autograd_lite.core.state import State, array_of
from autograd_lite.core.tensor import Tensor

# Large parameters are updated so many entries at a time, which stay in the processor's cache.
PIECE = 65536

Options = Mapping[str, Any]
Schedule = Callable[[Any], Any]  # from the number of steps done to the rate of the next


class Shared:
    """The numbers that parameters share which have moved equally often, such as their `step`."""

    def __init__(self, cells: Mapping[str, State]) -> None:
        self.cells = dict(cells)

    def __getitem__(self, name: str) -> Any:
        return self.cells[name]._value.item()

    def __setitem__(self, name: str, number: Any) -> None:
        self.cells[name]._value = array_of(number)

    def copy(self) -> "Shared":
        return Shared({name: State(cell.value) for name, cell in self.cells.items()})


class Slot:
    """One parameter, its moments by name, and those of them that the rule now uses."""

    __slots__ = ("cells", "dtype", "in_pieces", "moments", "name", "param", "shared")

    def __init__(self, name: str, param: Tensor, shared: Shared) -> None:
        self.name = name
        self.param = param
        self.dtype = param.dtype
        self.in_pieces = self.dtype.kind == "c" or param.size > PIECE
        self.shared = shared
        self.moments: dict[str, State] = {}
        self.cells: list[State] = []


class Group(Mapping[str, Any]):
    """The parameters ("params") and options of a group, as a dictionary: group["lr"] = 0.01.

    The rate is kept in a State, since it may change with every step; the other options are plain.
    """

    def __init__(self, asker: str, slots: list[Slot], options: Mapping[str, Any]) -> None:
        self.asker = asker
        self.slots = slots
        self.options: dict[str, Any] = {}
        self.rate = State(0.0)
        self.schedule: Schedule | None = None
        for name, value in options.items():
            self.put(name, value)
        self.dtypes = {slot.dtype: np.finfo(slot.dtype).dtype for slot in slots}
        self.moments: dict[str, float] = {}

    def put(self, name: str, value: Any) -> None:
        """Change an option, or add one."""
        if name == "lr" and callable(value):
            self.schedule = value
            return
        if name != "lr" or overriding.known(value):
            value = checked(self.asker, name, value)
        if name == "lr":
            self.schedule = None
            self.rate.assign(value)
        else:
            self.options[name] = value

    def rate_at(self, step: State) -> Any:
        """The rate of this step; a schedule is asked for it."""
        if self.schedule is not None:
            self.rate.assign(self.schedule(step.item()))
        return self.rate.item()

    def hold(self, moments: Mapping[str, float]) -> None:
        """Keep these moments for each parameter; those that are new start at the number given."""
        if moments != self.moments:
            for slot in self.slots:
                for name in moments.keys() - slot.moments.keys():
                    slot.moments[name] = filled_like(slot.param._value, moments[name])
                slot.cells = [slot.moments[name] for name in moments]
            self.moments = dict(moments)

    def part(self, moving: list[tuple[Slot, Any]]) -> set[Shared]:
        """The numbers shared by those that move, after parting from those that stay."""
        if len(moving) < len(self.slots):
            stay = set(self.slots).difference(slot for slot, _ in moving)
            staying = {slot.shared for slot in stay}
            own: dict[Shared, Shared] = {}
            for slot, _ in moving:
                if slot.shared in staying:
                    slot.shared = own.setdefault(slot.shared, slot.shared.copy())
        return {slot.shared for slot, _ in moving}

    def split(self) -> None:
        """Let each parameter have numbers of its own, which may then become different."""
        for slot in self.slots:
            slot.shared = slot.shared.copy()

    def join(self) -> None:
        """Share again what is equal."""
        equal: dict[tuple[Any, ...], Shared] = {}
        for slot in self.slots:
            values = tuple(slot.shared[name] for name in slot.shared.cells)
            slot.shared = equal.setdefault(values, slot.shared)

    # A dictionary whose keys are fixed

    def __getitem__(self, name: str) -> Any:
        if name == "params":
            return [slot.param for slot in self.slots]
        return self.rate.item() if name == "lr" else self.options[name]

    def __setitem__(self, name: str, value: Any) -> None:
        if name not in self or name == "params":
            raise KeyError(f"{self.asker}: no option {name!r} to set; there are {known(self)}.")
        self.put(name, value)

    def __iter__(self) -> Iterator[str]:
        return iter(("params", "lr", *self.options))

    def __len__(self) -> int:
        return len(self.options) + 2

    def __repr__(self) -> str:
        options = ", ".join(f"{name}={self[name]!r}" for name in self if name != "params")
        return f"Group({len(self.slots)} parameters, {options})"


def known(options: Mapping[str, Any]) -> str:
    """The names of options, for a message."""
    return ", ".join(name for name in options if name != "params")


def filled_like(array: Any, number: float) -> State:
    """A cell with an array such as this one, of whatever library, full of `number`."""
    both = 1 + 1j if array.dtype.kind == "c" else 1  # a complex moment is that of two reals
    return owning(np.full_like(array, number * both) if number else np.zeros_like(array))


def owning(array: Any) -> State:
    """A cell of this very array, which is then the optimizer's to write into."""
    cell = State(0.0)
    cell._value = array
    return cell


def checked(asker: str, name: str, value: Any) -> Any:
    """The value of an option, if it is in its range."""
    if name == "line_search_fn" or (name != "lr" and isinstance(value, bool | None)):
        return value
    if name == "betas":
        if np.shape(value) != (2,) or not all(0 <= beta < 1 for beta in value):
            kind = ValueError if np.shape(value) == (2,) else TypeError
            raise kind(f"{asker}: betas are two numbers from 0 to below 1; found {value}.")
        return tuple(float(beta) for beta in value)
    what = "the rate lr" if name == "lr" else name
    if not isinstance(value, int | float | np.floating | np.integer):
        kinds = "a number or a function of the step" if name == "lr" else "a number"
        raise TypeError(f"{asker}: {what} is {kinds}; found {value!r:.60}.")
    if not value >= 0:
        raise ValueError(f"{asker}: {what} must not be negative; found {value}.")
    if name == "rho" and value > 1:
        raise ValueError(f"{asker}: {what} must not be above 1; found {value}.")
    return value if isinstance(value, int) else float(value)
