"""A run from beginning to end."""

import shutil
import time
from functools import partial
from pathlib import Path

import numpy as np

from autograd_lite.app.extras import require_extras
from autograd_lite.app.pictures import (
    draw_boundary,
    draw_confusion,
    draw_curves,
    draw_scatter,
    draw_sheet,
    has_boundary,
)
from autograd_lite.app.playground import SETS, playground_problem
from autograd_lite.app.problem import Problem, digits_problem, table_problem
from autograd_lite.app.record import WORST, Record, save_summary, save_weights
from autograd_lite.app.report import report
from autograd_lite.app.resuming import CHECKPOINT
from autograd_lite.app.run_folder import RunFolder, next_free
from autograd_lite.app.scores import Regressed, measure, outcome, outputs_of
from autograd_lite.app.settings import Settings
from autograd_lite.app.training import epochs_of, train
from autograd_lite.drawing import draw
from autograd_lite.nn import MLP, Module
from autograd_lite.training.interruption import Interruption

RUNS = Path("runs")


# What overflows is told as a loss that is not a finite number.
@np.errstate(over="ignore", invalid="ignore")
def run(settings: Settings, resumed: Path | None = None) -> bool:
    """Train as asked, write the run folder, report; whether training was left to its end.

    `resumed` is the folder of a run with these settings, from whose checkpoint training goes on.
    """
    require_extras()
    # A generator for each purpose: other layers meet the same rows in the same order.
    splitting, starting, shuffling = np.random.default_rng(settings.seed).spawn(3)
    problem = load(settings, splitting)
    net = MLP(problem.sizes(settings.hidden), settings.activation, rng=starting)
    place = settings.out or next_free(RUNS / problem.name)
    with RunFolder(place) as folder:
        if resumed is not None:
            shutil.copyfile(resumed / CHECKPOINT, folder.path / CHECKPOINT)
        draw_graph(net, problem, settings, folder.path)
        # Training heeds Ctrl-C itself; here it is kept from spoiling what is saved afterwards.
        with Interruption():
            resume = resumed is not None
            record = trained(net, problem, settings, shuffling, folder.path / CHECKPOINT, resume)
            save_weights(record, folder.path / "weights.safetensors")
            draw_results(record, folder.path)
            save_summary(record, folder.path / "summary.json")
            report(record, shortest(folder.publish()))
    return not record.interrupted


def load(settings: Settings, rng: np.random.Generator) -> Problem:
    """The data that was asked for."""
    if settings.target is not None:
        return table_problem(settings.data, settings.target, rng)
    if settings.data in SETS:
        return playground_problem(settings.data, rng)
    return digits_problem(rng)


def trained(
    net: Module,
    problem: Problem,
    settings: Settings,
    rng: np.random.Generator,
    checkpoint: Path,
    resume: bool,
) -> Record:
    """Train the network, and see what it has learned."""
    start = time.perf_counter()
    history = train(net, problem, settings, rng, checkpoint, resume)
    return Record(
        settings=settings,
        problem=problem,
        net=net,
        history=epochs_of(history, problem.score_name),
        train=measure(net, problem, problem.train),
        held_out=measure(net, problem, problem.held_out),
        outcome=outcome(net, problem),
        seconds=time.perf_counter() - start,
        interrupted=history.interrupted,
    )


def draw_graph(net: Module, problem: Problem, settings: Settings, folder: Path) -> None:
    """The graph of the loss on the first batch of rows, as SVG and PNG."""
    inputs = problem.train.inputs[: settings.batch_size]
    targets = problem.train.targets[: settings.batch_size]
    drawing = draw(problem.loss(net(inputs), targets), names={"inputs": inputs, "targets": targets})
    drawing.save(folder / "graph.svg")
    drawing.save(folder / "graph.png")


def draw_results(record: Record, folder: Path) -> None:
    """The pictures that suit the task."""
    problem, found = record.problem, record.outcome
    draw_curves(folder / "curves.png", record.history, problem.score_name)
    if has_boundary(problem):
        reached = record.held_out.score
        draw_boundary(folder / "boundary.png", problem, partial(outputs_of, record.net), reached)
    if isinstance(found, Regressed):
        draw_scatter(folder / "predictions.png", found, problem.target_name)
        return
    names = problem.classes, problem.target_name, problem.many
    draw_confusion(folder / "confusion.png", found.confusion, *names)
    if problem.image_shape:
        images = problem.held_out.inputs.reshape(-1, *problem.image_shape)
        draw_sheet(folder / "worst.png", images, found, problem.classes, WORST)


def shortest(place: Path) -> Path:
    """The path as seen from the working directory, where it lies below it."""
    return place.relative_to(Path.cwd()) if place.is_relative_to(Path.cwd()) else place
