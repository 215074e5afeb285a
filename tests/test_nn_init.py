"""Initializers have the moments, ranges and structure that they promise."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd_lite as ag
from autograd_lite.nn import init

SHAPE = (60, 40, 3, 3)  # fan_in 360, fan_out 540


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


STD = {
    "xavier_normal": (lambda: init.xavier_normal(SHAPE, 2.0, rng=rng()), 2 * math.sqrt(2 / 900)),
    "kaiming_normal": (
        lambda: init.kaiming_normal(SHAPE, mode="fan_out", nonlinearity="relu", rng=rng()),
        math.sqrt(2 / 540),
    ),
    "he_normal": (lambda: init.he_normal(SHAPE, a=1.0, rng=rng()), math.sqrt(1 / 360)),
    "lecun_normal": (lambda: init.lecun_normal(SHAPE, rng=rng()), math.sqrt(1 / 360)),
    "normal": (lambda: init.normal(SHAPE, 0.0, 0.3, rng=rng()), 0.3),
}
BOUND = {
    "xavier_uniform": (lambda: init.xavier_uniform(SHAPE, rng=rng()), math.sqrt(6 / 900)),
    "glorot_uniform": (lambda: init.glorot_uniform(SHAPE, rng=rng()), math.sqrt(6 / 900)),
    "kaiming_uniform": (
        lambda: init.kaiming_uniform(SHAPE, a=math.sqrt(5), rng=rng()), 1 / math.sqrt(360)
    ),
    "lecun_uniform": (lambda: init.lecun_uniform(SHAPE, rng=rng()), math.sqrt(3 / 360)),
    "uniform": (lambda: init.uniform(SHAPE, -0.5, 0.5, rng=rng()), 0.5),
}  # fmt: skip


@pytest.mark.parametrize("name", STD)
def test_normal_initializers_have_their_standard_deviation(name: str) -> None:
    make, std = STD[name]
    values = make()
    assert values.dtype == np.float32
    np.testing.assert_allclose(values.std(), std, rtol=0.02)
    assert abs(values.mean()) < 0.02 * std
    kurtosis = np.mean(values.astype(float) ** 4) / values.astype(float).var() ** 2
    assert 2.9 < kurtosis < 3.1


@pytest.mark.parametrize("name", BOUND)
def test_uniform_initializers_fill_their_range(name: str) -> None:
    make, bound = BOUND[name]
    values = make()
    assert 0.999 * bound < values.max() <= bound * (1 + 1e-6)
    assert -bound * (1 + 1e-6) <= values.min() < -0.999 * bound
    np.testing.assert_allclose(values.std(), bound / math.sqrt(3), rtol=0.02)


@given(
    low=st.floats(-3, 1.5),
    width=st.floats(0.01, 4),
    mean=st.floats(-1, 1),
    std=st.floats(0.5, 2),
)
def test_truncated_normal_has_the_moments_of_its_density(
    low: float, width: float, mean: float, std: float
) -> None:
    high = low + width
    if (low - mean) / std > 2 or (high - mean) / std < -2:
        with pytest.raises(ValueError, match="within 2 standard deviations"):
            init.trunc_normal((2,), mean, std, low, high)
        return
    values = init.trunc_normal((4000,), mean, std, low, high, dtype=float, rng=rng())
    assert low <= values.min()
    assert values.max() <= high
    grid = low + width * (np.arange(2000) + 0.5) / 2000
    density = np.exp(-0.5 * ((grid - mean) / std) ** 2)
    density /= density.sum()
    expected = density @ grid
    deviation = math.sqrt(density @ (grid - expected) ** 2)
    assert abs(values.mean() - expected) < 5 * deviation / math.sqrt(4000)
    np.testing.assert_allclose(values.std(), deviation, rtol=0.1)


@pytest.mark.parametrize("shape", [(3, 5), (5, 3), (4, 4), (2, 3, 2), (6, 1), (1, 1)])
def test_orthogonal_has_orthonormal_rows_or_columns(shape: tuple[int, ...]) -> None:
    q = init.orthogonal(shape, 2.0, dtype=float, rng=rng()).reshape(shape[0], -1)
    product = q @ q.T if q.shape[0] <= q.shape[1] else q.T @ q
    np.testing.assert_allclose(product, 4 * np.eye(len(product)), atol=1e-12)


def test_orthogonal_matrices_are_of_both_orientations() -> None:
    signs = {round(np.linalg.det(init.orthogonal((3, 3), rng=rng(seed)))) for seed in range(20)}
    assert signs == {-1, 1}


def test_sparse_has_its_share_of_zeros_in_every_column() -> None:
    values = init.sparse((10, 30), 0.25, 0.5, rng=rng())
    np.testing.assert_array_equal((values == 0).sum(axis=0), 3)
    assert len({tuple(column == 0) for column in values.T}) > 10
    np.testing.assert_allclose(values[values != 0].std(), 0.5, rtol=0.15)


def test_initializers_that_draw_nothing() -> None:
    np.testing.assert_array_equal(init.constant((2, 2), 3.5), np.full((2, 2), 3.5))
    np.testing.assert_array_equal(init.zeros((2,)), [0, 0])
    np.testing.assert_array_equal(init.ones((2,), dtype=float), [1, 1])
    np.testing.assert_array_equal(init.eye((2, 3)), np.eye(2, 3))
    assert init.eye((2, 3)).dtype == np.float32


@pytest.mark.parametrize(("shape", "groups"), [((4, 4, 3), 1), ((4, 2, 3, 5), 2), ((2, 3, 1), 1)])
def test_dirac_hands_its_channels_on(shape: tuple[int, ...], groups: int) -> None:
    values = init.dirac(shape, groups)
    center = values[(slice(None), slice(None), *(n // 2 for n in shape[2:]))]
    np.testing.assert_array_equal(
        center, np.concatenate([np.eye(shape[0] // groups, shape[1])] * groups)
    )
    assert values.sum() == center.sum()


def test_gains_are_pytorchs() -> None:
    gains = {"linear": 1, "conv2d": 1, "sigmoid": 1, "tanh": 5 / 3, "relu": 2**0.5, "selu": 0.75}
    for name, gain in gains.items():
        assert init.calculate_gain(name) == gain
    assert init.calculate_gain("leaky_relu") == math.sqrt(2 / 1.0001)
    assert init.calculate_gain("leaky_relu", 1.0) == 1
    with pytest.raises(ValueError, match="known are linear, .*leaky_relu; found 'gelu'"):
        init.calculate_gain("gelu")


ALL = [
    init.uniform, init.normal, init.trunc_normal, init.xavier_uniform, init.xavier_normal,
    init.kaiming_uniform, init.kaiming_normal, init.lecun_uniform, init.lecun_normal,
    init.orthogonal, lambda shape, **k: init.sparse(shape, 0.5, **k), init.eye, init.ones,
    init.zeros, lambda shape, **k: init.constant(shape, 2.0, **k),
]  # fmt: skip


@pytest.mark.parametrize("initializer", ALL, ids=lambda f: f.__name__)
def test_initializers_take_a_generator_and_a_dtype(initializer: Callable[..., Any]) -> None:
    first, second = (initializer((4, 3), rng=rng(5)) for _ in range(2))
    np.testing.assert_array_equal(first, second)
    assert first.dtype == np.float32
    assert initializer((4, 3), dtype=np.float64).dtype == np.float64
    ag.seed(2)
    third = initializer((4, 3))
    ag.seed(2)
    np.testing.assert_array_equal(third, initializer((4, 3)))


def test_wrong_requests_are_refused() -> None:
    with pytest.raises(ValueError, match=r"at least two axes; found \(3,\)"):
        init.xavier_uniform((3,))
    with pytest.raises(ValueError, match="mode is fan_in or fan_out; found 'fan'"):
        init.kaiming_normal((2, 2), mode="fan")
    with pytest.raises(ag.ShapeError, match=r"eye: a shape of two axes is needed; found \(2,\)"):
        init.eye((2,))
    with pytest.raises(ag.ShapeError, match="4 outputs cannot be divided into 3 groups"):
        init.dirac((4, 2, 3), groups=3)
    with pytest.raises(ag.ShapeError, match="3, 4 or 5 axes"):
        init.dirac((4, 2))


def test_a_layer_without_inputs_can_be_made() -> None:
    assert init.kaiming_uniform((3, 0)).shape == (3, 0)
    assert ag.nn.Linear(0, 3)(np.ones((2, 0), np.float32)).shape == (2, 3)
