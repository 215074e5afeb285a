"""How the whole suite runs: Hypothesis profiles, and nothing left over between tests."""

import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from autograd_lite.core.graph import EVERYWHERE, RECORDING

SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]

settings.register_profile(
    "ci", max_examples=60, derandomize=True, deadline=None, suppress_health_check=SLOW
)
settings.register_profile("dev", max_examples=40, deadline=None, suppress_health_check=SLOW)
settings.register_profile("thorough", max_examples=1000, deadline=None, suppress_health_check=SLOW)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "dev"))


@pytest.fixture(autouse=True)
def _recording_depth_is_restored() -> Iterator[None]:
    """Every test ends at the recording depth at which it began."""
    yield
    assert RECORDING.get() == EVERYWHERE
