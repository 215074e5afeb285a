"""A run from beginning to end."""

import sys
import time
from pathlib import Path

import numpy as np

from autograd_lite.app.extras import require_extras
from autograd_lite.app.interruption import Interruption
from autograd_lite.app.pictures import draw_confusion, draw_curves, draw_scatter, draw_sheet
from autograd_lite.app.problem import Problem, digits_problem, table_problem
from autograd_lite.app.progress import shown_progress
from autograd_lite.app.record import WORST, Record, save_summary, save_weights
from autograd_lite.app.report import report
from autograd_lite.app.run_folder import RunFolder, next_free
from autograd_lite.app.scores import Regressed, outcome
from autograd_lite.app.settings import Settings
from autograd_lite.app.training import steps_per_epoch, train
from autograd_lite.drawing import draw
from autograd_lite.nn import MLP, Module

RUNS = Path("runs")


# What overflows is told as a loss that is not a finite number.
@np.errstate(over="ignore", invalid="ignore")
def run(settings: Settings) -> bool:
    """Train as asked, write the run folder, report; whether training was left to its end."""
    require_extras()
    # A generator for each purpose: other layers meet the same rows in the same order.
    splitting, starting, shuffling = np.random.default_rng(settings.seed).spawn(3)
    problem = load(settings, splitting)
    net = MLP(problem.sizes(settings.hidden), settings.activation, rng=starting)
    place = settings.out or next_free(RUNS / problem.name)
    with RunFolder(place) as folder:
        draw_graph(net, problem, settings, folder.path)
        with Interruption() as interruption:
            record = trained(net, problem, settings, shuffling, interruption)
            if record.interrupted:
                print("Interrupted; saving what was learned until now.", file=sys.stderr)
            save_weights(record, folder.path / "weights.safetensors")
            draw_results(record, folder.path)
            save_summary(record, folder.path / "summary.json")
            report(record, shortest(folder.publish()))
    return not record.interrupted


def load(settings: Settings, rng: np.random.Generator) -> Problem:
    """The data that was asked for."""
    if settings.target is None:
        return digits_problem(rng)
    return table_problem(settings.data, settings.target, rng)


def trained(
    net: Module,
    problem: Problem,
    settings: Settings,
    rng: np.random.Generator,
    interruption: Interruption,
) -> Record:
    """Train the network while progress is shown."""
    start = time.perf_counter()
    history = []
    steps = steps_per_epoch(problem, settings)
    with shown_progress(settings.epochs, steps, problem.score_name) as progress:

        def after_step() -> bool:
            progress.step()
            return not interruption.asked

        for epoch in train(net, problem, settings, rng, after_step):
            history.append(epoch)
            progress.epoch(epoch)
    seconds = time.perf_counter() - start
    interrupted = history[-1].number < settings.epochs
    found = outcome(net, problem)
    return Record(settings, problem, net, history, found, seconds, interrupted)


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
