"""What a run was asked for."""

from dataclasses import dataclass
from pathlib import Path

# Where each optimizer learns well on the digits; the rate falls from here to zero.
RATES = {"adam": 0.01, "rmsprop": 0.005, "sgd": 0.3}
TABLE_RATE = 0.1  # times those: tables are noisier, and at a low rate they are not learned by heart


@dataclass(frozen=True)
class Settings:
    """`data` is "digits" or the path of a table, whose column `target` is to be predicted.

    Without `out` the run folder is runs/NAME, numbered if there is one.
    """

    data: str
    target: str | None
    hidden: tuple[int, ...]
    activation: str
    optimizer: str
    rate: float
    epochs: int
    batch_size: int
    seed: int
    out: Path | None
