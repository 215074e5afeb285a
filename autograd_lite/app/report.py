"""What a person reads in the terminal when a run is over."""

from pathlib import Path
from typing import Any

import numpy as np

from autograd_lite.app.record import Record
from autograd_lite.app.scores import Classified, Regressed
from autograd_lite.app.shading import shaded
from autograd_lite.app.words import FILES, counted, label, number, score

WIDTH = 80
MOST_CLASSES = 12
WORST_ROWS = 5
WORST_IMAGES = 4
IMAGE_WIDTH = 20  # of an image with what is written below it
BAR = 16  # characters for 100%


def report(record: Record, place: Path) -> None:
    """Print how the run went and where its files are."""
    from rich.console import Console

    console = Console(highlight=False, markup=False, emoji=False)
    console.width = min(console.width, WIDTH)
    found, problem = record.outcome, record.problem
    console.print()
    _headline(console, record)
    _facts(console, record)
    if isinstance(found, Regressed):
        _worst_predictions(console, record, found)
    else:
        _classes(console, record, found)
        show_worst = _worst_images if problem.image_shape else _worst_classified
        show_worst(console, record, found)
    _files(console, record, place)


def _headline(console: Any, record: Record) -> None:
    from rich.panel import Panel
    from rich.text import Text

    problem, found = record.problem, record.outcome
    held_out = counted(len(problem.held_out), problem.one, problem.many)
    if isinstance(found, Regressed):
        result = f"R² {score(found.r2, 'R²')}"
        meaning = f" on {held_out} that training never saw"
    else:
        result = score(found.right / len(problem.held_out), "accuracy") + " right"
        meaning = f": {found.right} of {held_out} that training never saw"
    text = Text.assemble((result, "bold green"), meaning)
    title = Text(label(problem.title, 60))
    console.print(Panel(text, title=title, title_align="left", padding=(1, 2), border_style="dim"))


def _facts(console: Any, record: Record) -> None:
    settings, problem, epochs = record.settings, record.problem, record.history[-1].number
    weights = sum(p.size for p in record.net.parameters())
    name = problem.score_name
    facts = {
        "network": f"{' → '.join(map(str, record.sizes))}, {settings.activation}, "
        f"{weights:,} parameters",
        "training": f"{settings.optimizer}, rate {settings.rate:g}, batches of "
        f"{settings.batch_size}, seed {settings.seed}",
        "time": f"{record.seconds:.1f} s for {number(epochs)} epochs over "
        f"{counted(len(problem.train), problem.one, problem.many)}",
        "loss": f"{record.train.loss:.4f} in training, {record.held_out.loss:.4f} held-out",
        name: f"{score(record.train.score, name)} in training, "
        f"{score(record.held_out.score, name)} held-out",
    }
    found = record.outcome
    if isinstance(found, Regressed):
        facts["error"] = (
            f"RMSE {number(found.rmse)}, MAE {number(found.mae)}; always saying the mean has "
            f"RMSE {number(found.baseline)}"
        )
    if record.interrupted:
        facts["stopped"] = f"by Ctrl-C, after {number(epochs)} of {settings.epochs:,} epochs"
    table = _table()
    for fact, text in facts.items():
        table.add_row(fact, text)
    console.print(table)


def _classes(console: Any, record: Record, found: Classified) -> None:
    problem = record.problem
    held_out = found.confusion.sum(axis=1)
    accuracy = found.confusion.diagonal() / np.maximum(held_out, 1)
    shown = np.flatnonzero(held_out)
    console.print()
    if len(shown) > MOST_CLASSES:
        shown = shown[np.argsort(accuracy[shown], kind="stable")][:MOST_CLASSES]
        console.print(f"The {MOST_CLASSES} least accurate of {len(problem.classes)} classes")
    name = label(problem.target_name, 16)
    table = _table(name, "right", "accuracy", "", "taken for", numbers=("right", ""))
    for k in shown.tolist():
        table.add_row(
            label(problem.classes[k]),
            f"{found.confusion[k, k]} of {held_out[k]}",
            _bar(float(accuracy[k])),
            score(float(accuracy[k]), "accuracy"),
            _mistakes(found.confusion[k], k, problem.classes),
        )
    console.print(table)


def _bar(share: float) -> Any:
    from rich.text import Text

    full = round(BAR * share)
    return Text.assemble(("━" * full, "blue"), ("─" * (BAR - full), "dim"))


def _mistakes(row: Any, own: int, classes: tuple[str, ...]) -> str:
    """The classes that a class was taken for, the most frequent first."""
    order = [k for k in np.argsort(-row, kind="stable").tolist() if k != own and row[k]]
    return ", ".join(
        label(classes[k], 12) + (f" (×{row[k]})" if row[k] > 1 else "") for k in order[:3]
    )


def _worst_images(console: Any, record: Record, found: Classified) -> None:
    from rich.text import Text

    problem = record.problem
    worst = _misread(found, min(WORST_IMAGES, max(console.width // IMAGE_WIDTH, 1)))
    if problem.image_shape is None or not worst:
        return
    console.print(f"\nThe held-out {problem.many} that fooled the network most")
    images = problem.held_out.inputs[worst].reshape(-1, *problem.image_shape)
    table = _table()
    table.add_row(*(Text(shaded(image)) for image in images))
    table.add_row(*(f"true {problem.classes[found.truth[i]]}" for i in worst))
    read = [f"{problem.classes[found.predicted[i]]}, {_percent(found, i)} sure" for i in worst]
    table.add_row(*(f"read {text}" for text in read))
    console.print(table)


def _worst_classified(console: Any, record: Record, found: Classified) -> None:
    problem, worst = record.problem, _misread(found, WORST_ROWS)
    if not worst:
        return
    console.print("\nThe held-out rows that fooled the network most")
    table = _table("row", "true", "predicted", "sure", numbers=("row", "sure"))
    for i in worst:
        table.add_row(
            f"{problem.held_out.numbers[i]}",
            label(problem.classes[found.truth[i]]),
            label(problem.classes[found.predicted[i]]),
            _percent(found, i),
        )
    console.print(table)


def _misread(found: Classified, most: int) -> list[int]:
    wrong: list[int] = found.worst[: min(most, len(found.truth) - found.right)].tolist()
    return wrong


def _percent(found: Classified, i: int) -> str:
    return f"{100 * found.probability[i]:.0f}%"


def _worst_predictions(console: Any, record: Record, found: Regressed) -> None:
    console.print("\nThe held-out rows that were missed by most")
    header = "row", "true", "predicted", "off by"
    table = _table(*header, numbers=header)
    for i in found.worst[:WORST_ROWS].tolist():
        truth, predicted = float(found.truth[i]), float(found.predicted[i])
        table.add_row(
            f"{record.problem.held_out.numbers[i]}",
            number(truth),
            number(predicted),
            ("+" if predicted > truth else "") + number(predicted - truth),
        )
    console.print(table)


def _files(console: Any, record: Record, place: Path) -> None:
    from rich.text import Text

    problem = record.problem
    names = {"score": problem.score_name, "target": label(problem.target_name, 30)}
    console.print(Text.assemble("\nIn ", (f"{place}", "bold"), ":"), soft_wrap=True)
    table = _table()
    for name, meaning in FILES.items():
        if (place / name).exists():
            table.add_row(name, meaning.format(**names, many=problem.many))
    console.print(table)


def _table(*header: str, numbers: tuple[str, ...] = ()) -> Any:
    """A table without lines; the columns that `numbers` names are flush right."""
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, padding=(0, 2, 0, 1), show_header=bool(header), header_style="dim")
    for name in header:
        table.add_column(Text(name), justify="right" if name in numbers else "left")
    return table
