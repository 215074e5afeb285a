"""Measure one engine at one workload, in this process: `run.py` starts it.

    python measure.py ENGINE WORKLOAD SECONDS

The last line of the output is the Measurement as JSON.
"""

import dataclasses
import importlib
import json
import math
import os
import statistics
import sys
import time

import machine
import numpy as np
from measurement import Measurement
from workloads import WORKLOADS, Steps

COMPARED_STEPS = 5
WARM_SECONDS = 0.2
BATCH_SECONDS = 0.01
FEWEST_BATCHES = 3
# Units of a relu network die on a fixed batch; their moments in Adam then shrink from step to step
# until, some hundred steps on, they are denormal numbers, which many processors are slow to
# handle. That is not what is timed here, so training starts anew before.
LONGEST_TRAINING = 500

clock = time.perf_counter


class Pace:
    """Takes steps in batches, with a fresh start before a training gets too long."""

    def __init__(self, steps: Steps) -> None:
        self.steps = steps
        self.taken = LONGEST_TRAINING

    def batch(self, count: int) -> float:
        """The seconds that `count` steps take."""
        if self.taken + count > LONGEST_TRAINING:
            self.steps.reset()
            self.steps.step()  # an optimizer may make its state only now
            self.taken = 1
        self.taken += count
        step = self.steps.step
        start = clock()
        for _ in range(count):
            step()
        return clock() - start


def measure(engine: str, workload: str, seconds: float) -> Measurement:
    began = clock()
    module = importlib.import_module(f"engines.{engine}")
    steps: Steps = module.steps(workload)
    made = clock()
    steps.step()
    ready = clock()

    pace = Pace(steps)
    count = batch_size(pace)
    faults, busy = machine.page_faults(), machine.busy_seconds()
    cpu, start = time.process_time(), clock()
    times: list[float] = []
    while clock() - start < seconds or len(times) < FEWEST_BATCHES:
        times.append(pace.batch(count) / count)
    wall, cpu = clock() - start, time.process_time() - cpu
    now, all_faults = machine.busy_seconds(), machine.page_faults()

    peak = machine.peak_memory()  # before the comparison, which needs memory of its own
    loss, prints = outcome(steps, workload)
    return Measurement(
        engine=engine,
        workload=workload,
        version=module.VERSION,
        step=statistics.median(times),
        fastest=min(times),
        start=ready - began,
        first=ready - made,
        cores=cpu / wall,
        others=None if now is None or busy is None else share(now - busy - cpu, wall),
        faults=each(faults, all_faults, count * len(times)),
        peak=peak,
        loss=loss,
        prints=prints,
    )


def batch_size(pace: Pace) -> int:
    """Warm up; then, how many steps take about BATCH_SECONDS."""
    times = [pace.batch(1)]
    while sum(times) < WARM_SECONDS:
        times.append(pace.batch(1))
    return min(math.ceil(BATCH_SECONDS / statistics.median(times)), LONGEST_TRAINING - 1)


def each(before: int | None, after: int | None, steps: int) -> float | None:
    """How much a step added to a count."""
    return None if before is None or after is None else (after - before) / steps


def share(seconds: float, wall: float) -> float:
    """What part of the machine's time `seconds` are; the clock ticks coarsely: clipped to 0..1."""
    return min(max(0.0, seconds / (wall * (os.cpu_count() or 1))), 1.0)


def outcome(steps: Steps, workload: str) -> tuple[float, list[tuple[float, float]]]:
    """The loss of the fifth step from the start, and how far the compared arrays have come."""
    steps.reset()
    for _ in range(COMPARED_STEPS):
        loss = steps.step()
    prints = []
    origins = WORKLOADS[workload].origins()
    for array, origin in zip(map(np.asarray, steps.arrays()), origins, strict=True):
        wanted = origin.dtype
        if array.dtype != wanted or not str(loss.dtype).endswith(wanted.name):
            raise TypeError(f"the work is to be in {wanted}; found {array.dtype} and {loss.dtype}")
        moved = (array.astype(np.float64) - origin).reshape(-1)
        direction = np.cos(1 + np.arange(moved.size) * 0.7)
        direction /= np.linalg.norm(direction)
        prints.append((float(np.linalg.norm(moved)), float(moved @ direction)))
    return float(loss.item()), prints


if __name__ == "__main__":
    result = measure(sys.argv[1], sys.argv[2], float(sys.argv[3]))
    print(json.dumps(dataclasses.asdict(result)))
