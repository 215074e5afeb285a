"""The pages made from the tables are up to date, and say what is wanted of them."""

import re
from pathlib import Path

import numpy as np
import pages
import pytest


@pytest.fixture(scope="module")
def functions() -> str:
    pytest.importorskip("scipy")
    return pages.functions_page()


def test_pages_are_up_to_date(functions: str) -> None:
    written = {name: (pages.DOCS / name).read_text(encoding="utf-8") for name in pages.PAGES}
    again = "out of date: run python tests/pages.py"
    assert written["edges.md"] == pages.edges_page(), again
    if np.__version__.split(".")[:2] == version_of(pages.DOCS / "functions.md"):
        assert written["functions.md"] == functions, again


def version_of(page: Path) -> list[str]:
    """The version of NumPy whose functions the page lists."""
    found = re.search(r"NumPy (\d+)\.(\d+)", page.read_text(encoding="utf-8"))
    assert found
    return list(found.groups())


def test_nothing_differentiable_is_untested(functions: str) -> None:
    lines = [line for line in functions.splitlines() if "| differentiable |" in line]
    assert len(lines) > 250
    assert all(re.search(r"\| \d+ cases? \|$", line) for line in lines)


REFUSED = (
    "bitwise_and bitwise_count bitwise_invert bitwise_left_shift bitwise_or bitwise_right_shift "
    "bitwise_xor busday_count busday_offset datetime_as_string gcd is_busday isnat lcm packbits "
    "poly polydiv polyfit ravel_multi_index roots save savetxt savez savez_compressed unpackbits "
    "intersect1d setdiff1d setxor1d union1d"
)  # fmt: skip


def test_only_what_has_no_place_here_is_refused(functions: str) -> None:
    lines = [line for line in functions.splitlines() if "| refused |" in line]
    refused = {re.findall(r"`np\.(\w+)`", line)[0] for line in lines}
    assert refused <= set(REFUSED.split())
