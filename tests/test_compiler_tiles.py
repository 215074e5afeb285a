"""Tiles: some rows at a time, in several threads, with the results of all rows at once."""

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd_lite as ag

RNG = np.random.default_rng(0)


def gelu_sum(x: Any) -> Any:
    return np.sum(ag.gelu(x, "tanh"))


def normalized(x: Any) -> Any:
    """Rows less their means, by their sizes; sums of rows, and of columns."""
    centered = x - np.mean(x, axis=-1, keepdims=True)
    scaled = centered / np.sqrt(np.mean(centered * centered, axis=-1, keepdims=True) + 1e-5)
    return np.sum(np.tanh(scaled) * np.max(x, axis=-1, keepdims=True))


def picked(x: Any) -> Any:
    labels = np.arange(x.shape[0]) % x.shape[1]
    return ag.cross_entropy(x, labels)


def column_sums(x: Any) -> Any:
    return np.sum(np.square(np.sum(np.exp(-x * x), axis=0)))


def scored(x: Any) -> Any:
    """A product with a vector: some columns are few enough to go along in a tile."""
    weights = np.linspace(-1, 1, x.shape[-1]).astype(x.dtype)
    score = x @ weights
    return np.sum(np.log1p(np.exp(-np.abs(score))) * score)


def attended(x: Any) -> Any:
    """Products of many small matrices go along too, an example at a time."""
    heads = x[: 4 * (len(x) // 4)].reshape(4, -1, x.shape[1]) * 0.1
    return np.sum(np.square(ag.softmax(heads[:, :60] @ heads[:, :300].mT) @ heads[:, :300]))


def anchored(x: Any) -> Any:
    """Every piece reads the first row, which must not be written over before the last has."""
    h = np.exp(-x * x)
    g = np.tanh(h * h[0])
    return np.sum(g * g[0])


FUNCTIONS = [gelu_sum, normalized, picked, column_sums, scored, attended, anchored]


def tile_count(source: str) -> int:
    return len(re.findall(r"^    in_pieces\(piece", source, re.MULTILINE))


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize("shape", [(4099, 17), (70_001, 3)])
def test_tiles_compute_what_eager_mode_does(
    function: Callable[..., Any], shape: tuple[int, ...]
) -> None:
    """Sizes that no piece divides."""
    x = RNG.normal(size=shape)
    expected, slope = ag.value_and_grad(function)(x)
    step = ag.compile(ag.value_and_grad(function), tile_bytes=1 << 14)
    for _ in range(2):
        found, found_slope = step(x)
        np.testing.assert_allclose(found, expected, rtol=1e-11)
        np.testing.assert_allclose(found_slope, slope, rtol=1e-9, atol=1e-13)
    assert tile_count(step.source) > 0


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_result_does_not_depend_on_the_threads(function: Callable[..., Any]) -> None:
    x = RNG.normal(size=(30_011, 9)).astype(np.float32)
    results = [
        ag.compile(ag.value_and_grad(function), threads=threads, tile_bytes=1 << 15)(x)
        for threads in (1, 2, 5)
    ]
    for value, slope in results[1:]:
        np.testing.assert_array_equal(value, results[0][0])
        np.testing.assert_array_equal(slope, results[0][1])


@given(st.integers(1, 5), st.integers(5, 12), st.integers(0, 1000))
def test_any_piece_and_any_number_of_threads(threads: int, power: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(int(rng.integers(40_000, 50_000)), int(rng.integers(1, 4))))
    step = ag.compile(ag.value_and_grad(column_sums), threads=threads, tile_bytes=1 << power + 6)
    found, slope = step(x)
    expected, expected_slope = ag.value_and_grad(column_sums)(x)
    np.testing.assert_allclose(found, expected, rtol=1e-11)
    np.testing.assert_allclose(slope, expected_slope, rtol=1e-10, atol=1e-13)


def test_what_every_piece_reads_is_not_written_over() -> None:
    x = RNG.normal(size=(40_000, 3))
    step = ag.compile(anchored, tile_bytes=1 << 14)
    np.testing.assert_allclose(step(x), anchored(x), rtol=1e-12)


def test_what_fits_the_cache_is_not_tiled() -> None:
    step = ag.compile(ag.value_and_grad(gelu_sum))
    step(RNG.normal(size=1000))
    assert tile_count(step.source) == 0


def test_the_pass_can_be_switched_off() -> None:
    x = RNG.normal(size=100_000)
    step = ag.compile(gelu_sum, tile_bytes=1 << 16)
    plain = ag.compile(gelu_sum, tile_bytes=1 << 16, without=("tiles",))
    np.testing.assert_allclose(step(x), plain(x), rtol=1e-12)
    assert tile_count(step.source) == 1
    assert tile_count(plain.source) == 0


def test_entries_alone_are_equal_to_the_last_bit() -> None:
    """What sums nothing does not depend on how it is cut."""
    x = RNG.normal(size=300_001).astype(np.float32)

    def function(x: Any) -> Any:
        return np.tanh(x) * np.exp(-x * x) + np.sqrt(np.abs(x))

    np.testing.assert_array_equal(ag.compile(function, tile_bytes=1 << 12)(x), function(x))


def test_batched_products_are_done_in_pieces() -> None:
    q, k = RNG.normal(size=(2, 6, 3, 100, 16)).astype(np.float32)

    def function(q: Any, k: Any) -> Any:
        return np.sum(np.square(ag.softmax(q @ np.swapaxes(k, -1, -2)) @ k))

    step = ag.compile(ag.value_and_grad(function, (0, 1)), threads=2, tile_bytes=1 << 16)
    found, slopes = step(q, k)
    expected, expected_slopes = ag.value_and_grad(function, (0, 1))(q, k)
    np.testing.assert_allclose(found, expected, rtol=1e-5)
    for one, other in zip(slopes, expected_slopes, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-5)
    assert re.search(r"^        np\.matmul\(", step.source, re.MULTILINE)


def test_an_update_of_many_parameters_is_tiled_in_place() -> None:
    def trained(compiled: bool) -> list[Any]:
        ag.seed(0)
        net = ag.nn.Sequential(ag.nn.Linear(300, 500), ag.nn.ReLU(), ag.nn.Linear(500, 3))
        optimizer = ag.optim.AdamW(net.parameters(), lr=0.01)
        x, y = np.random.default_rng(1).normal(size=(2, 8, 300)), np.zeros((8, 3))

        def step(x: Any) -> Any:
            loss = ag.mse(net(x), y)
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()
            return loss

        run = ag.compile(step, tile_bytes=1 << 16) if compiled else step
        losses = [float(run(x[i % 2]).value) for i in range(6)]
        if compiled:
            assert "in_pieces" in run.source  # type: ignore[attr-defined]
        return [*losses, *(p.numpy() for p in net.parameters())]

    for one, other in zip(trained(True), trained(False), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-12)
