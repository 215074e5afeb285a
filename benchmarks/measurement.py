"""One engine at one workload in one process: what was measured, and how two of them agree."""

from dataclasses import dataclass

LOSS_TOLERANCE, ARRAY_TOLERANCE = 1e-4, 1e-3


@dataclass(frozen=True)
class Measurement:
    """Times in seconds, memory in bytes. `prints` has (norm, projection) of each compared array."""

    engine: str
    workload: str
    version: str
    step: float  # median over the batches
    fastest: float  # the best batch
    start: float  # importing the engine and taking the first step, compilation included
    first: float  # the first step alone
    cores: float  # CPU seconds of this process per second, while timing
    others: float | None  # share of the machine's CPU time that others used meanwhile
    faults: float | None  # page faults of one step
    peak: int | None
    loss: float  # of the fifth step
    prints: list[tuple[float, float]]
    round: int = 0

    @property
    def compiling(self) -> float:
        """What the first step took longer than the fastest of those timed."""
        return max(self.first - self.fastest, 0.0)


def agree(a: Measurement, b: Measurement) -> bool:
    """Whether `a` has the loss and, by norm and projection, the arrays of the reference `b`."""
    if len(a.prints) != len(b.prints) or not near(a.loss, b.loss, abs(b.loss) * LOSS_TOLERANCE):
        return False
    return all(
        near(norm, true_norm, true_norm * ARRAY_TOLERANCE)
        and near(projection, true_projection, true_norm * ARRAY_TOLERANCE)
        for (norm, projection), (true_norm, true_projection) in zip(a.prints, b.prints)
    )


def near(a: float, b: float, tolerance: float) -> bool:
    return abs(a - b) <= tolerance
