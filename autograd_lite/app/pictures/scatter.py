"""What was predicted against what is true."""

from pathlib import Path

import numpy as np

from autograd_lite.app.pictures.style import BLUE, QUIET, picture
from autograd_lite.app.scores import Regressed
from autograd_lite.app.words import label, number, score

MANY = 2000  # points, above which they are drawn fainter


def draw_scatter(path: Path, found: Regressed, target: str) -> None:
    """A point for each held-out row; on the line the prediction is true."""
    with picture(path, 5.6, 5.6) as figure:
        axes = figure.subplots()
        values = np.concatenate([found.truth, found.predicted])
        margin = 0.05 * (values.max() - values.min()) or 1.0
        ends = values.min() - margin, values.max() + margin
        axes.plot(ends, ends, color=QUIET, linewidth=1)
        axes.plot(
            found.truth, found.predicted, "o", color=BLUE, markersize=5,
            alpha=0.55 if len(found.truth) < MANY else 0.15, markeredgewidth=0,
        )  # fmt: skip
        axes.set(xlim=ends, ylim=ends, aspect="equal")
        axes.locator_params(nbins=6)
        axes.ticklabel_format(scilimits=(-4, 7), useOffset=False)
        axes.set_title(
            f"R² {score(found.r2, 'R²')}   RMSE {number(found.rmse)}   MAE {number(found.mae)}"
        )
        axes.set_xlabel(f"true {label(target, 40)}")
        axes.set_ylabel(f"predicted {label(target, 40)}")
