"""What the operating system says: memory of this process, CPU time of the machine, its kind.

Figures that a system does not give are None.
"""

import os
import platform
from pathlib import Path

try:
    import resource
except ImportError:  # Windows
    resource = None  # type: ignore[assignment]

STATUS, STAT, CPUINFO = Path("/proc/self/status"), Path("/proc/stat"), Path("/proc/cpuinfo")


def peak_memory() -> int | None:
    """The most bytes this process has had in memory. (`resource` would count the parent's too:
    its figure survives the start of a new program.)"""
    return peak_in(STATUS.read_text()) if STATUS.exists() else None


def peak_in(status: str) -> int | None:
    for line in status.splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    return None


def page_faults() -> int | None:
    """How often this process had to be given memory that it had touched for the first time."""
    return None if resource is None else resource.getrusage(resource.RUSAGE_SELF).ru_minflt


def busy_seconds() -> float | None:
    """CPU seconds that all processes, and other guests of the same hardware, have used so far."""
    if not STAT.exists():
        return None
    user, nice, system, _idle, _wait, interrupt, soft, stolen = map(
        int, STAT.read_text().split(maxsplit=9)[1:9]
    )
    return (user + nice + system + interrupt + soft + stolen) / os.sysconf("SC_CLK_TCK")


def description() -> str:
    cpu = platform.machine()
    if CPUINFO.exists():
        for line in CPUINFO.read_text().splitlines():
            if line.startswith("model name"):
                cpu = line.partition(":")[2].strip()
                break
    return f"{os.cpu_count()} cores, {cpu}, {platform.system()}, Python {platform.python_version()}"
