"""History: what each epoch reached, as plain lists."""

from dataclasses import dataclass, field

import numpy as np

Figures = dict[str, float]  # "loss" and each metric, by name


@dataclass
class History:
    """Lists with an entry for each epoch, to be plotted or saved (`ag.save` takes it as a tree).

    `train["loss"]` and each metric by its name, as measured on the batches while they were learned
    from; `validation` the same on the validation rows at the end of each epoch, empty without
    them; `rate` the optimizer's rate at that time. `epoch` counts from 1; where training was
    interrupted within an epoch, its last entry is a fraction.
    """

    epoch: list[float] = field(default_factory=list)
    rate: list[float] = field(default_factory=list)
    train: dict[str, list[float]] = field(default_factory=dict)
    validation: dict[str, list[float]] = field(default_factory=dict)
    interrupted: bool = False
    stopped_early: bool = False

    def __len__(self) -> int:
        return len(self.epoch)

    @property
    def watched(self) -> list[float]:
        """The loss on the validation rows, or without them on the training rows."""
        return self.validation.get("loss") or self.train.get("loss", [])

    @property
    def best(self) -> int:
        """The index of the epoch with the least loss, the first of equals."""
        return int(np.argmin(self.watched))

    @property
    def last(self) -> dict[str, float]:
        """The last epoch's figures; those on the validation rows have names with "val " before."""
        found = {name: values[-1] for name, values in self.train.items()}
        return found | {f"val {name}": values[-1] for name, values in self.validation.items()}

    def add(self, epoch: float, rate: float, train: Figures, validation: Figures) -> None:
        """One epoch more."""
        self.epoch.append(epoch)
        self.rate.append(rate)
        for kept, new in ((self.train, train), (self.validation, validation)):
            for name, value in new.items():
                kept.setdefault(name, []).append(value)
