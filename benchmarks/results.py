"""A run's measurements, and ratios between them: the median over the rounds of the ratio inside
each round, since what slows one engine down for a while slows its neighbors down too.
"""

import statistics
from collections.abc import Callable
from dataclasses import dataclass, field

from measurement import Measurement, agree

Quantity = Callable[[Measurement], float]


@dataclass
class Results:
    date: str
    machine: str
    interpreter: int | None  # peak memory of a Python that does nothing
    numpy: int | None  # ... and of one that imports NumPy
    measurements: list[Measurement] = field(default_factory=list)

    def workloads(self) -> list[str]:
        """Those that were measured."""
        return list(dict.fromkeys(m.workload for m in self.measurements))

    def of(self, engine: str, workload: str) -> list[Measurement]:
        return [m for m in self.measurements if (m.engine, m.workload) == (engine, workload)]

    def pairs(self, workload: str, engine: str, base: str) -> list[tuple[Measurement, Measurement]]:
        """What the two engines measured in each round in which both did."""
        bases = {m.round: m for m in self.of(base, workload)}
        return [(m, bases[m.round]) for m in self.of(engine, workload) if m.round in bases]

    def ratios(self, workload: str, engine: str, base: str, quantity: Quantity) -> list[float]:
        return [quantity(a) / quantity(b) for a, b in self.pairs(workload, engine, base)]

    def times(self, workload: str, engine: str, base: str) -> list[float]:
        return self.ratios(workload, engine, base, lambda m: m.step)

    def memory(self, workload: str, engine: str, base: str, deducted: int | None) -> list[float]:
        """Ratios of peak memory over `deducted`; none where the system does not tell."""
        if deducted is None:
            return []
        return self.ratios(workload, engine, base, lambda m: (m.peak or 0) - deducted)

    def compiling(self, workload: str, engine: str, base: str) -> list[float]:
        """Ratios of what the first step took longer than the fastest."""
        pairs = self.pairs(workload, engine, base)
        return [a.compiling / b.compiling for a, b in pairs if b.compiling]

    def agrees(self, workload: str, engine: str, base: str) -> bool | None:
        """Whether both compute the same; None if that is not known."""
        pairs = self.pairs(workload, engine, base)
        return all(agree(a, b) for a, b in pairs) if pairs else None


def middle(values: list[float]) -> float | None:
    return statistics.median(values) if values else None
