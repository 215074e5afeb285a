"""What a check found, as plain data and as text that a person reads."""

import math
from dataclasses import dataclass, field
from typing import Any

import numpy.typing as npt

from autograd_lite.check.differences import BREAK, EDGE, KINK, Slope

Index = tuple[int, ...]


@dataclass(frozen=True)
class Kink:
    """An entry where there is no one slope: the one-sided ones, and what the library says.

    `what` is "kink", "jump or infinite slope" or "edge of the domain". Of order 2, the slopes
    are those of the gradient, in an arbitrary direction of all arguments.
    """

    path: str
    index: Index
    order: int
    what: str
    left: float
    right: float
    found: float

    def __str__(self) -> str:
        of = "" if self.order == 1 else " of the gradient"
        said = f"{self.what}{of} at {place_of(self.path, self.index)}"
        if self.what == "kink":
            said += f", slopes {self.left:.4g} and {self.right:.4g} on its two sides"
        low, high = sorted((self.left, self.right))
        margin = 1e-3 * (high - low)
        is_outside = not low - margin <= self.found <= high + margin
        outside = ", which is not between" if self.what == "kink" and is_outside else ""
        return f"{said} (the library says {self.found:.4g}{outside})"


WHAT = {KINK: "kink", BREAK: "jump or infinite slope", EDGE: "edge of the domain"}


def kink_at(slope: Slope, path: str, index: Index, order: int, found: float) -> Kink:
    """What was measured at one entry that is not smooth."""
    what = WHAT[int(slope.kind)]
    return Kink(path, index, order, what, float(slope.left), float(slope.right), found)


@dataclass
class ArgumentReport:
    """One differentiated leaf of the arguments: how much of it was checked, and how close it was.

    `error` and `second_error` are the largest differences between the library and the
    measurement, for the gradient and for the Hessian's products; `undecided` counts the entries
    for which no measurement was certain enough to judge.
    """

    path: str
    shape: Index
    dtype: str
    entries: int = 0
    method: str = ""
    error: float = 0.0
    second_error: float = 0.0
    undecided: int = 0

    @property
    def size(self) -> int:
        return math.prod(self.shape)

    def __str__(self) -> str:
        how_many = (
            f"all {self.size}" if self.entries == self.size else f"{self.entries} of {self.size}"
        )
        entries = "1 entry" if self.size == 1 else f"{how_many} entries"
        said = f"{self.path}: {self.dtype} {self.shape}, {entries} by {self.method}"
        said += f", largest error {self.error:.1e}"
        if self.second_error:
            said += f", second order {self.second_error:.1e}"
        if self.undecided:
            said += f"; {self.undecided} not decided: no measurement there is certain"
        return said


@dataclass
class Report:
    """What `check_gradients` checked; `str(report)` says it in words.

    `rates` are the powers with which the Taylor remainders fall, by order: about 2 and 3, None
    where nothing remains but rounding. `kinks` are reported, they do not fail a check.
    """

    name: str
    order: int
    modes: tuple[str, ...]
    directions: int
    arguments: list[ArgumentReport]
    kinks: list[Kink] = field(default_factory=list)
    rates: dict[int, float | None] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def has_kink(self, path: str, index: Index) -> bool:
        return any((kink.path, kink.index) == (path, index) for kink in self.kinks)

    def __str__(self) -> str:
        orders = "order 1" if self.order == 1 else "orders 1 and 2"
        lines = [f"The gradients of {self.name} are right: {orders}, {' and '.join(self.modes)}."]
        lines += [f"  {argument}" for argument in self.arguments]
        if any(argument.entries < argument.size for argument in self.arguments):
            lines.append(f"  the other entries: together, in {self.directions} random directions")
        for order, rate in self.rates.items():
            fall = (
                "is nothing but rounding" if rate is None else f"falls with h**{max(rate, 0.0):.2f}"
            )
            lines.append(f"  Taylor remainder of order {order} {fall}")
        shown = self.kinks[:10]
        lines += [f"  {kink}" for kink in shown]
        if len(self.kinks) > len(shown):
            lines.append(f"  and {len(self.kinks) - len(shown)} kinks more")
        return "\n".join([*lines, *(f"  {note}" for note in self.notes)])


@dataclass(frozen=True)
class Mismatch:
    """A number of the library that a measurement contradicts; `index` is None for a direction."""

    path: str
    index: Index | None
    dtype: str
    order: int
    mode: str
    method: str
    found: float
    expected: float
    tolerance: float
    part: str = ""  # of a complex entry: "real" or "imaginary"
    place_in_all: int = 0  # among all entries of all arguments, or of all outputs

    def is_within(self, excuses: npt.NDArray[Any]) -> bool:
        """Whether the tolerance is kept if what rounding explains is allowed as well."""
        return bool(abs(self.found - self.expected) <= self.tolerance + excuses[self.place_in_all])

    @property
    def badness(self) -> float:
        badness = abs(self.found - self.expected) / max(self.tolerance, 5e-324)
        return badness if badness == badness else math.inf

    @property
    def place(self) -> str:
        return self.path if self.index is None else f"at {place_of(self.path, self.index)}"


def place_of(path: str, index: Index) -> str:
    return path + (f"[{', '.join(map(str, index))}]" if index else "")


def described(name: str, mismatches: list[Mismatch], checked: int, remark: str = "") -> str:
    """The message for the worst of several mismatches of one kind."""
    worst = max(mismatches, key=lambda mismatch: mismatch.badness)
    what = "gradient" if worst.order == 1 else "second derivative"
    part = f", {worst.part} part" if worst.part else ""
    said = (
        f"check_gradients: the {what} of {name} is wrong {worst.place} "
        f"({worst.dtype}{part}, order {worst.order}, {worst.mode}): the library says "
        f"{worst.found:.10g}, {worst.method} {worst.expected:.10g}; the difference is "
        f"{abs(worst.found - worst.expected):.2g}, allowed is {worst.tolerance:.2g}."
    )
    if checked > 1:
        said += f" Wrong: {len(mismatches)} of {checked} entries checked; this is the worst."
    return " ".join(part for part in (said, hint(mismatches), remark) if part)


def hint(mismatches: list[Mismatch]) -> str:
    """What the wrong numbers have in common, in words."""
    ratios = [m.found / m.expected for m in mismatches if m.expected]
    if len(ratios) < len(mismatches) or not all(map(math.isfinite, ratios)):
        return ""
    if all(ratio == 0 for ratio in ratios):
        return (
            "The library's number is 0: is something detached there (stop_gradient, .detach(), "
            ".value, a conversion to NumPy)?"
        )
    ratio = ratios[0]
    if abs(ratio - 1) < 1e-5 or any(abs(other - ratio) > 1e-4 * abs(ratio) for other in ratios):
        return ""
    if abs(ratio + 1) < 1e-4:
        return "The sign is wrong."
    each = "It is" if len(ratios) == 1 else "Each is"
    return f"{each} {ratio:.6g} times what it should be."
