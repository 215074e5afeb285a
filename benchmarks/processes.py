"""The processes in which things are measured, one for each measurement."""

import json
import os
import subprocess
import sys
from pathlib import Path

import machine
from measurement import Measurement

MEASURE = Path(__file__).resolve().parent / "measure.py"
LONGEST = 600  # seconds for one process, compiling included
# Threads are left at what the libraries choose, whatever is set around us.
THREAD_VARIABLES = {"OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "XLA_FLAGS"}


class FailedError(Exception):
    """The process did not end well; the text is the last thing it said."""


def output_of(*arguments: str) -> str:
    environment = {k: v for k, v in os.environ.items() if k not in THREAD_VARIABLES}
    environment["JAX_PLATFORMS"] = "cpu"
    try:
        done = subprocess.run(
            [sys.executable, *arguments],
            env=environment,
            capture_output=True,
            text=True,
            timeout=LONGEST,
        )
    except subprocess.TimeoutExpired:
        raise FailedError(f"not done after {LONGEST} seconds") from None
    if done.returncode != 0:
        raise FailedError((done.stderr.strip() or f"exit code {done.returncode}").splitlines()[-1])
    return done.stdout


def measurement(engine: str, workload: str, seconds: float) -> Measurement:
    last_line = output_of(str(MEASURE), engine, workload, str(seconds)).splitlines()[-1]
    found = json.loads(last_line)
    found["prints"] = [(norm, projection) for norm, projection in found["prints"]]
    return Measurement(**found)


def peak_memory_of(statement: str) -> int | None:
    """The most memory of a Python process that does nothing but `statement`."""
    if not machine.STATUS.exists():
        return None
    return machine.peak_in(output_of("-c", f"{statement}; print(open('{machine.STATUS}').read())"))
