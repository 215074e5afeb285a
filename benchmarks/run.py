"""Compare automatic-differentiation engines on the CPU.

    python benchmarks/run.py --rounds 5 --write

Every measurement is a process of its own; a round is all engines once at every workload.
"""

import argparse
import contextlib
import dataclasses
import json
import os
import tempfile
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path

import machine
import processes
import report
from engines import ENGINES, INDUCTOR, UNABLE
from progress import Progress
from results import Results
from workloads import WORKLOADS

HERE = Path(__file__).resolve().parent


def main() -> int:
    """1 if something could not be measured or computes something else than the others."""
    options = parsed()
    results = Results(
        date=datetime.now(UTC).date().isoformat(),
        machine=machine.description(),
        interpreter=processes.peak_memory_of("pass"),
        numpy=processes.peak_memory_of("import numpy"),
    )
    with tempfile.TemporaryDirectory() as caches:
        os.environ["TORCHINDUCTOR_CACHE_DIR"] = caches
        if INDUCTOR in options.engines:
            warm_inductor()
        failures = run_rounds(results, options)
    print(report.tables(results))
    for text in failures + report.warnings(results):
        print(f"warning: {text}")
    if options.json:
        options.json.write_text(json.dumps(dataclasses.asdict(results), indent=1) + "\n")
    if options.write:
        (HERE / "RESULTS.md").write_text(report.document(results))
    return 1 if failures or report.disagreements(results) else 0


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Compare automatic-differentiation engines.")
    parser.add_argument("--rounds", type=int, default=5, help="how often each is measured")
    parser.add_argument("--seconds", type=float, default=1.0, help="how long each is timed")
    parser.add_argument("--engines", type=some_of(ENGINES), default=list(ENGINES))
    parser.add_argument("--workloads", type=some_of(WORKLOADS), default=list(WORKLOADS))
    parser.add_argument("--json", type=Path, help="write the measurements to this file")
    parser.add_argument("--write", action="store_true", help="write benchmarks/RESULTS.md")
    return parser.parse_args()


def some_of(known: Iterable[str]) -> Callable[[str], list[str]]:
    def names(text: str) -> list[str]:
        chosen = text.split(",")
        for name in chosen:
            if name not in known:
                raise argparse.ArgumentTypeError(f"{name!r} is none of {', '.join(known)}")
        return chosen

    return names


def warm_inductor() -> None:
    """Let torch.compile do what it does once on a machine, so that no workload is charged for it.

    Where it is not installed or has no compiler, the measurements say so.
    """
    with contextlib.suppress(processes.FailedError):
        processes.output_of("-c", "import torch; torch.compile(lambda x: x + 1)(torch.ones(9))")


def run_rounds(results: Results, options: argparse.Namespace) -> list[str]:
    """Fill in the measurements; say which engines failed, each of which is tried no further."""
    failed: dict[tuple[str, str], str] = {}
    plan = [
        (number + 1, workload, engine)
        for number in range(options.rounds)
        for workload in options.workloads
        for engine in options.engines
        if (engine, workload) not in UNABLE
    ]
    progress = Progress(len(plan))
    for number, workload, engine in plan:
        progress.show(f"round {number}, {workload}, {engine}")
        if (workload, engine) not in failed:
            try:
                measured = processes.measurement(engine, workload, options.seconds)
                results.measurements.append(dataclasses.replace(measured, round=number))
            except processes.FailedError as error:
                failed[workload, engine] = f"{engine} at {workload} was left out: {error}"
    progress.end()
    return list(failed.values())


if __name__ == "__main__":
    raise SystemExit(main())
