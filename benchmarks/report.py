"""The results as Markdown tables, which read well in a terminal too."""

import compiled_targets
from engines import ENGINES, HAND, JAX, TORCH
from measurement import Measurement
from results import Results, middle
from targets import TARGETS, operation_overheads, verdict
from workloads import WORKLOADS

CROWDED = 0.1  # the share of the machine used by others above which times are not to be trusted


def table(header: list[str], rows: list[list[str]]) -> str:
    """Columns of equal width: the first one to the left, numbers to the right."""
    widths = [max(map(len, column)) for column in zip(header, *rows)]
    rule = [":" + "-" * (widths[0] - 1)] + ["-" * (width - 1) + ":" for width in widths[1:]]
    return "\n".join(
        "| " + " | ".join([row[0].ljust(widths[0])] + padded(row[1:], widths[1:])) + " |"
        for row in [header, rule, *rows]
    )


def padded(cells: list[str], widths: list[int]) -> list[str]:
    return [cell.rjust(width) for cell, width in zip(cells, widths)]


def number(value: float | None) -> str:
    """Three digits are more than such a measurement is worth."""
    if value is None:
        return "–"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def span(values: list[float]) -> str:
    return f"{number(min(values))} to {number(max(values))}" if values else "–"


def tables(results: Results) -> str:
    sections = ["## Targets of the compiled mode", compiled_table(results)]
    sections += ["## Targets of the eager mode", target_table(results)]
    sections += ["## Time / NumPy by hand", overview(results)]
    for name in results.workloads():
        sections += [f"## {name}: {WORKLOADS[name].title}", workload_table(results, name)]
    sections += ["## Peak memory, MB", memory_table(results)]
    return "\n\n".join(sections) + "\n"


def target_table(results: Results) -> str:
    rows = []
    for target in TARGETS:
        if target.workload in results.workloads():
            values = target.values(results)
            rows.append([
                f"{target.workload}: {target.quantity}",
                number(target.limit),
                number(target.aim),
                number(middle(values)),
                span(values),
                verdict(target, results),
            ])  # fmt: skip
    return table(["autograd_lite eager", "at most", "aim", "median", "rounds", ""], rows)


def compiled_table(results: Results) -> str:
    rows = []
    for target in compiled_targets.TARGETS:
        if target.workload in results.workloads():
            found = target.against(results)
            rows.append([
                f"{target.workload}: {target.quantity} / {target.rival_in(found)}",
                number(target.limit),
                number(middle(found.ratios)),
                span(found.ratios),
                target.verdict(found, results),
            ])  # fmt: skip
    return table(["autograd_lite compiled", "at most", "median", "rounds", ""], rows)


def overview(results: Results) -> str:
    """One row per workload; of JAX's two settings the better one."""
    settings = {title: [engine] for engine, title in ENGINES.items() if engine not in JAX}
    settings["jax.jit, the better setting"] = list(JAX)
    rows = []
    for workload in results.workloads():
        row = [workload]
        for engines in settings.values():
            ratios = [middle(results.times(workload, engine, HAND)) for engine in engines]
            row.append(number(min((r for r in ratios if r is not None), default=None)))
        rows.append(row)
    return table(["", *settings], rows)


def workload_table(results: Results, workload: str) -> str:
    header = ["", "µs median", "fastest", "/ NumPy", "/ PyTorch", "loss, 5 steps", "agrees"]
    header += ["start s", "first step s", "faults", "cores", "others %"]
    if workload == "chain":
        header.append("µs/op over NumPy")
    rows = []
    for engine, title in ENGINES.items():
        measured = results.of(engine, workload)
        if measured:
            row = [title, *times(results, measured), *outcome(results, measured)]
            row += circumstances(measured)
            if workload == "chain":
                row.append(number(middle(operation_overheads(results, engine))))
            rows.append(row)
    return table(header, rows)


def times(results: Results, measured: list[Measurement]) -> list[str]:
    engine, workload = measured[0].engine, measured[0].workload
    return [
        number(middle([m.step * 1e6 for m in measured])),
        number(min(m.fastest * 1e6 for m in measured)),
        number(middle(results.times(workload, engine, HAND))),
        number(middle(results.times(workload, engine, TORCH))),
    ]


def outcome(results: Results, measured: list[Measurement]) -> list[str]:
    agrees = results.agrees(measured[0].workload, measured[0].engine, HAND)
    return [f"{measured[0].loss:.7g}", {True: "yes", False: "NO", None: "–"}[agrees]]


def circumstances(measured: list[Measurement]) -> list[str]:
    others = [100 * m.others for m in measured if m.others is not None]
    return [
        number(middle([m.start for m in measured])),
        number(middle([m.first for m in measured])),
        number(middle([m.faults for m in measured if m.faults is not None])),
        number(middle([m.cores for m in measured])),
        f"{max(others):.0f}" if others else "–",
    ]


def memory_table(results: Results) -> str:
    rows = []
    for workload in WORKLOADS:
        for engine, title in ENGINES.items():
            peak = middle([m.peak for m in results.of(engine, workload) if m.peak is not None])
            if peak is not None:
                row = [f"{workload}: {title}", number(peak / 1e6)]
                for deducted in (results.interpreter, results.numpy):
                    ratios = results.memory(workload, engine, TORCH, deducted)
                    row += [number((peak - (deducted or 0)) / 1e6), number(middle(ratios))]
                rows.append(row)
    header = ["", "peak", "over Python", "/ PyTorch", "over NumPy", "/ PyTorch"]
    return table(header, rows)


def warnings(results: Results) -> list[str]:
    """What a reader must know before believing the tables."""
    found = []
    crowded = [m for m in results.measurements if m.others is not None and m.others > CROWDED]
    if crowded:
        worst = max(crowded, key=lambda m: m.others or 0)
        found.append(
            f"other processes used more than {CROWDED:.0%} of the CPU during {len(crowded)} of "
            f"{len(results.measurements)} measurements (worst: {worst.others:.0%}, "
            f"{worst.engine} at {worst.workload}, round {worst.round}): "
            "the times are not to be trusted; run again on a quiet machine."
        )
    return found + disagreements(results)


def disagreements(results: Results) -> list[str]:
    return [
        f"{engine} does not compute what NumPy by hand does at {workload}."
        for workload in WORKLOADS
        for engine in ENGINES
        if results.agrees(workload, engine, HAND) is False
    ]


def document(results: Results) -> str:
    """The whole of RESULTS.md."""
    versions = {m.engine: m.version for m in results.measurements}
    packages = [f"{ENGINES[engine]} {version}" for engine, version in versions.items()]
    rounds = max((m.round for m in results.measurements), default=0)
    parts = [
        "# Results",
        f"{results.date}; {rounds} rounds; {results.machine}.",
        f"Versions: {'; '.join(packages)}.",
        "Only ratios inside one run mean anything; [README.md](README.md) says how to read them.",
        *(f"**Warning:** {text}" for text in warnings(results)),
        tables(results),
    ]
    return "\n\n".join(parts)
