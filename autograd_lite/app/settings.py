"""What a run was asked for."""

from dataclasses import dataclass
from pathlib import Path

# Where each optimizer learns well on the digits; the rate falls from here to zero.
RATES = {"adam": 0.01, "rmsprop": 0.005, "sgd": 0.3}
TABLE_RATE = 0.1  # times those: tables are noisier, and at a low rate they are not learned by heart

# What is not asked for.
HIDDEN = (128, 64)
EPOCHS = 40
PLAYGROUND_HIDDEN = (32, 32)
PLAYGROUND_EPOCHS = 100  # of fewer points than the digits are, and a spiral is wound tightly


@dataclass(frozen=True)
class Settings:
    """`data` names a set, or the path of a table whose column `target` is to be predicted.

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
