"""What a run leaves for programs to read: the weights, and a summary."""

import json
import math
import platform
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from autograd_lite.app.problem import Problem
from autograd_lite.app.scores import Classified, Measure, Regressed
from autograd_lite.app.settings import Settings
from autograd_lite.app.training import Epoch
from autograd_lite.nn import Module
from autograd_lite.storage import save
from autograd_lite.version import __version__

WORST = 24  # of the held-out rows, as many as the sheet shows


@dataclass(frozen=True, eq=False)
class Record:
    """A run that is over."""

    settings: Settings
    problem: Problem
    net: Module
    history: list[Epoch]
    train: Measure
    held_out: Measure
    outcome: Classified | Regressed
    seconds: float
    interrupted: bool

    @property
    def sizes(self) -> list[int]:
        """The widths of the network's layers, the inputs' first."""
        return self.problem.sizes(self.settings.hidden)


def save_weights(record: Record, path: Path) -> None:
    """The network's state by its usual names, and beside it all that is needed to use it.

    An input is (value - features.mean) / features.deviation; the output of a regression times
    target.deviation plus target.mean is in the target's own unit.
    """
    problem = record.problem
    tree: dict[str, Any] = record.net.state_dict()
    tree["sizes"] = record.sizes
    tree["activation"] = record.settings.activation
    tree["features"] = {"names": list(problem.feature_names), **problem.features._asdict()}
    if problem.target is not None:
        tree["target"] = problem.target._asdict()
    tree["classes"] = list(problem.classes)
    save(path, tree)


def save_summary(record: Record, path: Path) -> None:
    """Settings, versions, results, history and the worst rows as JSON."""
    text = json.dumps(summary(record), indent=2, ensure_ascii=False, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8")


def summary(record: Record) -> dict[str, Any]:
    """The content of summary.json."""
    problem, settings = record.problem, asdict(record.settings)
    del settings["out"]
    return {
        "task": problem.task,
        "settings": settings,
        "versions": {
            "autograd_lite": __version__,
            "numpy": np.__version__,
            "python": platform.python_version(),
        },
        "rows": {"train": len(problem.train), "held_out": len(problem.held_out)},
        "parameters": sum(p.size for p in record.net.parameters()),
        "interrupted": record.interrupted,
        "seconds": round(record.seconds, 3),
        "results": results(record),
        "worst": worst_rows(record),
        "history": [
            {
                "epoch": epoch.number,
                "train": measured(epoch.train, problem),
                "held_out": measured(epoch.held_out, problem),
            }
            for epoch in record.history
        ],
    }


def results(record: Record) -> dict[str, Any]:
    """Where training ended, on the held-out rows in full."""
    found, held_out = record.outcome, measured(record.held_out, record.problem)
    if isinstance(found, Regressed):
        held_out |= {"rmse": found.rmse, "mae": found.mae, "rmse_of_mean": found.baseline}
    else:
        held_out |= {"right": found.right, "confusion": found.confusion.tolist()}
    return {"train": measured(record.train, record.problem), "held_out": held_out}


def measured(measure: Measure, problem: Problem) -> dict[str, Any]:
    """Loss and score by name; a score that is undefined is null."""
    name = "r2" if problem.task == "regression" else "accuracy"
    return {"loss": measure.loss, name: None if math.isnan(measure.score) else measure.score}


def worst_rows(record: Record) -> list[dict[str, Any]]:
    """The held-out rows on which the network does worst, the worst first."""
    found, problem = record.outcome, record.problem
    rows = []
    for i in found.worst[:WORST].tolist():
        row: dict[str, Any] = {"row": int(problem.held_out.numbers[i])}
        if isinstance(found, Regressed):
            row |= {"true": float(found.truth[i]), "predicted": float(found.predicted[i])}
        else:
            row |= {
                "true": problem.classes[found.truth[i]],
                "predicted": problem.classes[found.predicted[i]],
                "probability": float(found.probability[i]),
            }
        rows.append(row)
    return rows
