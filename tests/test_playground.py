"""The sets that are drawn at random: the playground's by its formulas, moons and blobs."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd_lite as ag
from autograd_lite import data

CLASSIFIED = ["circle", "xor", "two_gaussians", "spiral", "moons"]
REGRESSED = ["plane", "gaussian_bumps"]
every_set = pytest.mark.parametrize("name", [*CLASSIFIED, *REGRESSED, "blobs"])


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def drawn(name: str, samples: int = 500, noise: float = 0.0, seed: int = 0) -> data.Samples:
    options: dict[str, Any] = {"deviation": noise} if name == "blobs" else {"noise": noise}
    found: data.Samples = getattr(data, name)(samples, rng=rng(seed), **options)
    return found


# --- what they have in common -------------------------------------------------------------------


@every_set
@given(st.integers(1, 60), st.floats(0, 2), st.integers(0, 99))
def test_there_are_as_many_samples_as_were_asked_for(
    name: str, samples: int, noise: float, seed: int
) -> None:
    inputs, targets = drawn(name, samples, noise, seed)
    assert inputs.shape == (samples, 2)
    assert targets.shape == (samples,)
    assert inputs.dtype == np.float32
    assert targets.dtype == (np.float32 if name in REGRESSED else np.int64)
    assert np.isfinite(inputs).all()
    if name in CLASSIFIED:
        assert set(targets.tolist()) <= {0, 1}
    if name in ("two_gaussians", "spiral", "moons"):
        assert abs(int((2 * targets - 1).sum())) == samples % 2


@every_set
def test_the_generator_decides(name: str) -> None:
    function = getattr(data, name)
    first, same, other = (drawn(name, 50, 0.2, seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first.inputs, same.inputs)
    np.testing.assert_array_equal(first.targets, same.targets)
    assert (first.inputs != other.inputs).any()
    ag.seed(6)
    unnamed = function(50).inputs
    assert (function(50).inputs != unnamed).any()
    ag.seed(6)
    np.testing.assert_array_equal(function(50).inputs, unnamed)


@every_set
def test_any_part_holds_all_kinds(name: str) -> None:
    _, targets = drawn(name)
    assert np.ptp(targets[:20]) > 0
    assert np.ptp(targets[-20:]) > 0


@every_set
def test_they_are_trees_of_rows(name: str) -> None:
    train, test = data.split(drawn(name, 40, 0.1), 0.25, rng=rng())
    assert isinstance(train, data.Samples)
    assert (len(train.inputs), len(test.targets)) == (30, 10)
    assert isinstance(next(data.batches(train, 8, rng=rng())), data.Samples)


@every_set
@pytest.mark.parametrize("samples", [0, -1, 2.0, True])
def test_the_number_of_samples_is_a_positive_integer(name: str, samples: Any) -> None:
    with pytest.raises(ValueError) as caught:
        getattr(data, name)(samples)
    assert str(caught.value) == f"{name}: samples must be a positive integer, not {samples!r}"


@every_set
@pytest.mark.parametrize("noise", [-0.1, math.inf, math.nan])
def test_noise_is_no_negative_number(name: str, noise: float) -> None:
    with pytest.raises(ValueError) as caught:
        drawn(name, 10, noise)
    argument = "deviation" if name == "blobs" else "noise"
    assert str(caught.value) == (
        f"{name}: {argument} must be a finite number of at least 0, not {noise!r}"
    )


# --- each of them -------------------------------------------------------------------------------


def test_circle() -> None:
    inputs, targets = drawn("circle", 5000)
    radius = np.hypot(*inputs.T)
    assert (targets == (radius < 2.5)).all()
    assert targets.sum() == 2500
    outside = radius[targets == 0]
    assert 3.5 <= outside.min() < 3.51
    assert 4.99 < outside.max() <= 5
    # Radii are uniform, not areas.
    np.testing.assert_allclose(np.quantile(radius[targets == 1], [0.25, 0.5, 0.75]),
                               [0.625, 1.25, 1.875], atol=0.08)  # fmt: skip
    angle = np.arctan2(*inputs.T)
    np.testing.assert_allclose(np.quantile(angle, [0.25, 0.5, 0.75]),
                               [-math.pi / 2, 0, math.pi / 2], atol=0.12)  # fmt: skip


@pytest.mark.parametrize("name", ["circle", "xor"])
def test_noise_changes_labels_and_leaves_points_where_they_are(name: str) -> None:
    clean, noisy = drawn(name, 2000, 0.0, 3), drawn(name, 2000, 0.25, 3)
    np.testing.assert_array_equal(noisy.inputs, clean.inputs)
    changed = noisy.targets != clean.targets
    assert 0.03 < changed.mean() < 0.4
    # What noise moves by at most 1.25 along each axis keeps its label further from the border.
    if name == "circle":
        distance = np.abs(np.hypot(*clean.inputs.T) - 2.5)
        assert distance[changed].max() <= 1.25 * math.sqrt(2) + 1e-6
    else:
        assert np.abs(clean.inputs[changed]).min(axis=1).max() <= 1.25


def test_xor() -> None:
    inputs, targets = drawn("xor", 5000)
    x, y = inputs.T
    assert (targets == (x * y >= 0)).all()
    assert np.abs(inputs).min() >= np.float32(0.3)
    assert 5.29 < np.abs(inputs).max() <= np.float32(5.3)
    corners = np.bincount(2 * (x > 0) + (y > 0), minlength=4)
    assert (np.abs(corners - 1250) < 150).all()


@pytest.mark.parametrize(("noise", "variance"), [(0.0, 0.5), (0.25, 2.25), (0.5, 4.0)])
def test_two_gaussians(noise: float, variance: float) -> None:
    inputs, targets = drawn("two_gaussians", 20000, noise)
    for label, center in ((1, 2), (0, -2)):
        cloud = inputs[targets == label].astype(np.float64)
        np.testing.assert_allclose(cloud.mean(axis=0), center, atol=0.1)
        np.testing.assert_allclose(
            np.cov(cloud.T), variance * np.eye(2), atol=0.05 * variance + 0.02
        )


def test_spiral() -> None:
    inputs, targets = drawn("spiral", 200)
    for label, turn in ((1, 0.0), (0, math.pi)):
        arm = inputs[targets == label]
        arm = arm[np.argsort(np.hypot(*arm.T))]
        u = np.arange(100) / 100
        angle = 2 * math.pi * 1.75 * u + turn
        expected = 5 * u[:, None] * np.stack([np.sin(angle), np.cos(angle)], axis=1)
        np.testing.assert_allclose(arm, expected, atol=1e-6)
    noisy = drawn("spiral", 200, 0.5, 3)
    clean = drawn("spiral", 200, 0.0, 3)
    moved = np.abs(noisy.inputs - clean.inputs)
    assert 0.45 < moved.max() <= 0.5 + 1e-6
    np.testing.assert_array_equal(noisy.targets, clean.targets)


def test_plane() -> None:
    inputs, targets = drawn("plane", 2000)
    np.testing.assert_allclose(targets, inputs.sum(axis=1) / 10, atol=1e-6)
    assert 5.9 < np.abs(inputs).max() <= 6


def label_of_a_bump(x: float, y: float) -> float:
    """The tool's own way: go through the centers, keep what is larger in magnitude."""
    label = 0.0
    for center, sign in (
        ((-4, 2.5), 1), ((0, 2.5), -1), ((4, 2.5), 1),
        ((-4, -2.5), -1), ((0, -2.5), 1), ((4, -2.5), -1),
    ):  # fmt: skip
        new = sign * min(max(1 - math.dist((x, y), center) / 2, 0.0), 1.0)
        if abs(new) > abs(label):
            label = new
    return label


def test_gaussian_bumps() -> None:
    inputs, targets = drawn("gaussian_bumps", 3000)
    expected = [label_of_a_bump(x, y) for x, y in inputs.tolist()]
    np.testing.assert_allclose(targets, expected, atol=1e-6)
    assert targets.min() < -0.9
    assert targets.max() > 0.9
    assert 0.3 < (targets == 0).mean() < 0.6


@pytest.mark.parametrize("name", REGRESSED)
def test_noise_moves_points_before_they_are_labeled(name: str) -> None:
    clean, noisy = drawn(name, 500, 0.0, 3), drawn(name, 500, 0.1, 3)
    np.testing.assert_array_equal(noisy.inputs, clean.inputs)
    steepest = 0.1 if name == "plane" else 0.5  # of the sum of the coordinates, at most
    assert 0 < np.abs(noisy.targets - clean.targets).max() <= steepest * 2 * 0.6 + 1e-6


def test_moons() -> None:
    inputs, targets = drawn("moons", 400)
    upper, lower = inputs[targets == 0], inputs[targets == 1]
    np.testing.assert_allclose(np.hypot(*upper.T), 1, rtol=1e-6)
    np.testing.assert_allclose(np.hypot(*(lower - [1, 0.5]).T), 1, rtol=1e-6)
    assert upper[:, 1].min() >= -1e-6
    assert lower[:, 1].max() <= 0.5 + 1e-6
    moved = drawn("moons", 400, 0.2, 5).inputs - drawn("moons", 400, 0.0, 5).inputs
    assert abs(moved.std() - 0.2) < 0.02


def test_moons_are_those_of_scikit_learn() -> None:
    datasets = pytest.importorskip("sklearn.datasets")
    theirs, labels = datasets.make_moons(100, shuffle=False)
    inputs, targets = drawn("moons", 100)
    for label in (0, 1):
        ours = inputs[targets == label]
        np.testing.assert_allclose(
            ours[np.argsort(ours[:, 0])],
            theirs[labels == label][np.argsort(theirs[labels == label][:, 0])].astype(np.float32),
            atol=1e-6,
        )


def test_blobs() -> None:
    inputs, targets = data.blobs(6000, classes=4, features=5, deviation=0.5, rng=rng(1))
    assert inputs.shape == (6000, 5)
    assert np.bincount(targets).tolist() == [1500] * 4
    centers = np.array([inputs[targets == label].mean(axis=0) for label in range(4)])
    assert (np.abs(centers) < 10.1).all()
    spread = (inputs - centers[targets]).std(axis=0)
    np.testing.assert_allclose(spread, 0.5, rtol=0.05)
    assert np.bincount(data.blobs(7, classes=3, rng=rng()).targets).tolist() == [3, 2, 2]
    for argument in ("classes", "features"):
        with pytest.raises(ValueError) as caught:
            data.blobs(10, **{argument: 0})
        assert str(caught.value) == f"blobs: {argument} must be a positive integer, not 0"


# --- the notes' tables --------------------------------------------------------------------------


def test_dog_breeds() -> None:
    table = data.dog_breeds()
    assert table.features.tolist() == [[0.3, 0.2], [0.6, 0.5], [0.4, 0.3]]
    assert table.target.tolist() == [0, 1, 2]
    # The first forward pass of the notes: weights 0.2 and 0.4.
    np.testing.assert_allclose(table.features @ [0.2, 0.4], [0.14, 0.32, 0.2], rtol=1e-15)


def test_vehicles() -> None:
    table = data.vehicles()
    (features,), statistics = data.standardize(table.features)
    assert statistics.mean.tolist() == [3, 4.5, 375]
    np.testing.assert_allclose(
        statistics.deviation, [1, 1.0801234497346435, 179.6988221070652], rtol=1e-15
    )
    # The first gradient of a logistic regression from zero, as the notes have it.
    gradient = features.T @ (0.5 - table.target) / 6
    expected = [-0.5, -0.46291004988627565, -0.48692584054817667]
    np.testing.assert_allclose(gradient, expected, rtol=1e-14)
    assert [table.classes[label] for label in table.target] == ["car"] * 3 + ["bike"] * 3


@pytest.mark.parametrize("function", [data.dog_breeds, data.vehicles])
def test_a_table_of_the_notes_is_like_one_read_from_a_file(
    function: Callable[[], data.Table],
) -> None:
    table = function()
    assert (table.features.dtype, table.target.dtype) == (np.float64, np.int64)
    assert table.features.shape == (len(table.target), len(table.feature_names))
    assert table.target.max() + 1 == len(table.classes)
    table.features[:] = 0
    assert function().features.all()
