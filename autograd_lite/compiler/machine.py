"""What the compiler knows of the machine: its cores and its caches."""

import functools
import os
from pathlib import Path

CACHE = 1 << 20  # bytes, where the system does not tell


@functools.cache
def cores() -> int:
    """How many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@functools.cache
def cache_bytes() -> int:
    """The size of a core's own second-level cache."""
    path = Path("/sys/devices/system/cpu/cpu0/cache/index2/size")
    try:
        text = path.read_text(encoding="ascii").strip()
        return int(text.rstrip("KM")) * {"K": 1 << 10, "M": 1 << 20}[text[-1]]
    except (OSError, ValueError, KeyError):
        return CACHE
