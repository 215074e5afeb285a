"""Loss and score, epoch by epoch."""

import math
from pathlib import Path
from typing import Any

from autograd_lite.app.pictures.style import BLUE, ORANGE, picture
from autograd_lite.app.training import Epoch
from autograd_lite.app.words import score

FEW = 20  # epochs, at which a curve shows its points
LOWEST_R2 = -0.25  # of the picture: what is worse than always saying the mean tells little


def draw_curves(path: Path, history: list[Epoch], score_name: str) -> None:
    """Two panels, the training rows' curve and the held-out rows' in each."""
    with picture(path, 10, 4) as figure:
        losses, scores = figure.subplots(1, 2)
        _loss_panel(losses, history)
        _score_panel(scores, history, score_name)
        for axes in (losses, scores):
            axes.set_xlabel("epoch")
            axes.xaxis.get_major_locator().set_params(integer=True)


def _loss_panel(axes: Any, history: list[Epoch]) -> None:
    train = [epoch.train.loss for epoch in history]
    held_out = [epoch.held_out.loss for epoch in history]
    axes.set_title("Loss")
    _lines(axes, history, train, held_out)
    axes.set_yscale("log")
    axes.yaxis.set_major_formatter("{x:g}")
    low, high = axes.get_ylim()
    # Within a decade there may be no power of ten to label.
    axes.yaxis.set_minor_formatter("{x:g}" if high < 10 * low else "")
    axes.grid(visible=False, which="minor")
    axes.legend(loc="best")


def _score_panel(axes: Any, history: list[Epoch], score_name: str) -> None:
    train = [epoch.train.score for epoch in history]
    held_out = [epoch.held_out.score for epoch in history]
    axes.set_title(score_name[0].upper() + score_name[1:])
    _lines(axes, history, train, held_out)
    if score_name == "accuracy":
        axes.yaxis.set_major_formatter(lambda value, _: f"{100 * value:g}%")
    known = [epoch for epoch in history if not math.isnan(epoch.held_out.score)]
    if not known:
        return
    best = max(known, key=lambda epoch: epoch.held_out.score)
    highest = best.held_out.score
    axes.plot(best.number, highest, "o", color=ORANGE, markersize=9, markeredgecolor="white")
    last = score(held_out[-1], score_name)
    axes.set_title(
        f"● best held-out {score(highest, score_name)} (epoch {best.number:.3g}), last {last}",
        loc="right", fontsize=9, fontweight="normal", color=ORANGE,
    )  # fmt: skip
    if score_name == "R²" and highest > 0:
        axes.set_ylim(bottom=max(axes.get_ylim()[0], LOWEST_R2))


def _lines(axes: Any, history: list[Epoch], train: list[float], held_out: list[float]) -> None:
    numbers = [epoch.number for epoch in history]
    marker = "o" if len(history) <= FEW else None
    axes.plot(numbers, train, color=BLUE, marker=marker, markersize=4, label="training rows")
    axes.plot(
        numbers, held_out, color=ORANGE, marker=marker, markersize=4, label="held-out rows",
        linestyle=(0, (4, 1.5)),
    )  # fmt: skip
