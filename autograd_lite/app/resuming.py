"""Going on with a run: its settings and its checkpoint, from its folder."""

import json
from pathlib import Path

from autograd_lite.app.settings import Settings
from autograd_lite.errors import StorageError

CHECKPOINT = "checkpoint.safetensors"


def resumed_settings(folder: Path, epochs: int | None, out: Path | None) -> Settings:
    """The settings of the run in a folder, with more epochs if they are given.

    StorageError if there is no run, or nothing is left of it to be done.
    """
    file = folder / "summary.json"
    if not (file.is_file() and (folder / CHECKPOINT).is_file()):
        raise StorageError(
            f"{folder} is not a run's folder: it must hold summary.json and {CHECKPOINT}"
        )
    try:
        summary = json.loads(file.read_text(encoding="utf-8"))
        given = summary["settings"]
        given |= {"hidden": tuple(given["hidden"]), "epochs": epochs or given["epochs"], "out": out}
        done = sum(float(epoch["epoch"]).is_integer() for epoch in summary["history"])
        settings = Settings(**given)
    except (ValueError, KeyError, TypeError) as error:
        raise StorageError(f"{file} is not what a run wrote ({error!r})") from error
    if settings.epochs <= done:
        raise StorageError(
            f"{folder} has gone through {done} epochs; to go on, give --epochs a larger number"
        )
    return settings
