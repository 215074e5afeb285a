"""Digits, minibatches, splits and encodings."""

import hashlib
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from autograd_lite import data, tree
from autograd_lite import random as library_random
from autograd_lite.core.tensor import Tensor


def rows(count: int) -> dict[str, Any]:
    """A tree of arrays each row of which tells its number."""
    number = np.arange(count)
    return {"x": number[:, None] * np.array([1.0, 10.0]), "more": [number, (number * 2.0,)]}


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


# --- digits -------------------------------------------------------------------------------------


def test_digits_are_those_of_the_uci_test_set() -> None:
    digits = data.digits()
    assert digits.images.shape == (1797, 8, 8)
    assert digits.images.dtype == np.float32
    assert digits.labels.shape == (1797,)
    assert digits.labels.dtype == np.int64
    pixels = digits.images.astype(np.uint8)
    assert (pixels == digits.images).all()
    content = pixels.tobytes() + digits.labels.astype(np.uint8).tobytes()
    assert hashlib.sha256(content).hexdigest() == (
        "87ff0c9e40dc7e2c0e34e7257799c2e3f3aec1a016363bb11cad869ec428a826"
    )
    counts = [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    assert np.bincount(digits.labels).tolist() == counts
    assert (pixels.min(), pixels.max()) == (0, 16)


def test_the_first_digit_looks_like_a_zero() -> None:
    image = data.digits().images[0]
    assert image[2:6, 3:5].max() < image[2:6, [2, 5]].min()  # a hole between two strokes


def test_digits_say_where_they_are_from_and_carry_their_license() -> None:
    description = data.digits().description
    for word in ("Alpaydin", "Kaynak", "1998", "10.24432/C50P49", "CC BY 4.0"):
        assert word in description


def test_digits_belong_to_the_caller_and_are_a_tree_of_arrays() -> None:
    digits = data.digits()
    digits.images[:] = 0
    assert data.digits().images.any()
    assert [path for path, _ in tree.leaves(digits)] == ["images", "labels"]
    batch = next(data.batches(digits, 32, rng=rng()))
    assert isinstance(batch, data.Digits)
    assert batch.images.shape == (32, 8, 8)


# --- batches ------------------------------------------------------------------------------------


@given(st.integers(0, 40), st.integers(1, 50), st.booleans(), st.integers(0, 99))
def test_batches_hold_every_row_once_and_rows_stay_together(
    count: int, size: int, shuffle: bool, seed: int
) -> None:
    value = rows(count)
    found = list(data.batches(value, size, shuffle=shuffle, rng=rng(seed)))
    sizes = [len(batch["x"]) for batch in found]
    assert sizes == [size] * (count // size) + [count % size] * (count % size > 0)
    numbers = [number for batch in found for number in batch["more"][0]]
    assert sorted(numbers) == list(range(count))
    if not shuffle:
        assert numbers == list(range(count))
    for batch in found:
        expected = batch["more"][0]
        np.testing.assert_array_equal(batch["x"], expected[:, None] * np.array([1.0, 10.0]))
        np.testing.assert_array_equal(batch["more"][1][0], expected * 2.0)
        assert [leaf.dtype for _, leaf in tree.leaves(batch)] == [
            leaf.dtype for _, leaf in tree.leaves(value)
        ]


@given(st.integers(0, 40), st.integers(1, 50), st.booleans(), st.integers(0, 99))
def test_drop_last_leaves_out_exactly_the_batch_that_is_not_full(
    count: int, size: int, shuffle: bool, seed: int
) -> None:
    value = np.arange(count)
    options = {"shuffle": shuffle}
    every = [b.tolist() for b in data.batches(value, size, rng=rng(seed), **options)]
    found = data.batches(value, size, drop_last=True, rng=rng(seed), **options)
    assert [b.tolist() for b in found] == [b for b in every if len(b) == size]


def test_batches_take_lists_tuples_tensors_and_none_as_they_are() -> None:
    weight = Tensor(np.arange(6.0).reshape(3, 2))
    first = next(data.batches([weight, (np.arange(3), None)], 2, shuffle=False))
    assert isinstance(first[0], Tensor)
    np.sum(first[0]).backward()
    assert weight.grad.tolist() == [[1, 1], [1, 1], [0, 0]]
    assert first[1][0].tolist() == [0, 1]
    assert first[1][1] is None


def test_a_later_draw_does_not_change_batches_already_begun() -> None:
    generator = rng(4)
    found = data.batches(np.arange(20), 5, rng=generator)
    generator.random(100)
    assert np.concatenate(list(found)).tolist() == rng(4).permutation(20).tolist()


def order(generator: np.random.Generator | None) -> list[int]:
    return [int(n) for batch in data.batches(rows(30), 7, rng=generator) for n in batch["more"][0]]


def test_the_generator_decides_the_order_and_moves_on() -> None:
    generator = rng(3)
    first, second = order(generator), order(generator)
    assert first == order(rng(3))
    assert first != second
    assert first != list(range(30))
    library_random.seed(5)
    unnamed = order(None)
    assert order(None) != unnamed
    library_random.seed(5)
    assert order(None) == unnamed


def test_an_array_alone_is_a_tree() -> None:
    found = list(data.batches(np.arange(5), 2, shuffle=False))
    assert [batch.tolist() for batch in found] == [[0, 1], [2, 3], [4]]


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (
            {"x": np.zeros((5, 2)), "labels": [np.zeros(4)]},
            "all arrays need the same number of rows, but 'x' has 5 and 'labels.0' has 4",
        ),
        ({"x": np.zeros(())}, "'x' is a single number; leaves must be arrays of rows"),
        ({"x": np.zeros(3), "name": "a"}, "'name' is a str; leaves must be arrays of rows"),
        (3.0, "the tree itself is a float; leaves must be arrays of rows"),
        ({"x": [None]}, "the tree holds no array"),
    ],
)
def test_trees_that_have_no_common_rows_are_refused_at_the_call(value: Any, message: str) -> None:
    with pytest.raises(ValueError) as caught:
        data.batches(value, 2)
    assert str(caught.value) == f"batches: {message}"
    with pytest.raises(ValueError) as caught:
        data.split(value, 0.5, rng=rng())
    assert str(caught.value) == f"split: {message}"


@pytest.mark.parametrize("size", [0, -1, 2.0, True, None])
def test_a_batch_size_is_a_positive_integer(size: Any) -> None:
    with pytest.raises(ValueError) as caught:
        data.batches(np.zeros(3), size)
    assert str(caught.value) == f"batches: the size must be a positive integer, not {size!r}"


# --- split --------------------------------------------------------------------------------------


@given(st.integers(2, 60), st.floats(0.01, 0.99), st.integers(0, 99), st.booleans())
def test_a_split_parts_the_rows_in_two_ordered_parts(
    count: int, fraction: float, seed: int, stratified: bool
) -> None:
    labels = rng(seed).integers(0, 4, count) if stratified else None
    train, held = data.split(rows(count), fraction, stratify=labels, rng=rng(seed))
    parts = [list(part["more"][0]) for part in (train, held)]
    assert sorted(parts[0] + parts[1]) == list(range(count))
    assert parts == [sorted(part) for part in parts]
    assert len(parts[1]) == min(max(round(count * fraction), 1), count - 1)
    assert all(len(part["x"]) == len(part["more"][0]) for part in (train, held))


@given(st.lists(st.integers(1, 40), min_size=1, max_size=6), st.floats(0.05, 0.95), st.integers())
def test_a_stratified_split_holds_out_each_label_in_proportion(
    sizes: list[int], fraction: float, seed: int
) -> None:
    labels = np.repeat([f"class {i}" for i in range(len(sizes))], sizes)
    labels = rng(abs(seed)).permutation(labels)
    if len(labels) < 2:
        return
    _, held = data.split(np.arange(len(labels)), fraction, stratify=labels, rng=rng(abs(seed)))
    share = len(held) / len(labels)
    for i, size in enumerate(sizes):
        found = int((labels[held] == f"class {i}").sum())
        assert abs(found - size * share) < 1


def test_a_split_is_random_and_repeatable() -> None:
    value = np.arange(1000)
    held = [data.split(value, 0.2, rng=rng(seed))[1].tolist() for seed in (1, 1, 2)]
    assert held[0] == held[1] != held[2]
    library_random.seed(1)
    unnamed = data.split(value, 0.2)[1].tolist()
    library_random.seed(1)
    assert data.split(value, 0.2)[1].tolist() == unnamed
    often = np.zeros(10)
    for seed in range(400):
        held_out = data.split(np.arange(10), 0.2, stratify=np.arange(10) // 5, rng=rng(seed))[1]
        often[held_out] += 1
    assert often.sum() == 800
    assert 50 < often.min() <= often.max() < 115  # 80 each, give or take four deviations


@pytest.mark.parametrize(
    ("count", "fraction", "labels", "message"),
    [
        (5, 0.0, None, "the fraction must lie between 0 and 1, not 0.0"),
        (5, 1.0, None, "the fraction must lie between 0 and 1, not 1.0"),
        (5, float("nan"), None, "the fraction must lie between 0 and 1, not nan"),
        (1, 0.5, None, "needs at least 2 rows to hold one out, got 1"),
        (
            5,
            0.5,
            [0, 1],
            "stratify must hold one label for each of the 5 rows, its shape is (2,)",
        ),
    ],
)
def test_impossible_splits_are_refused(
    count: int, fraction: float, labels: Any, message: str
) -> None:
    with pytest.raises(ValueError) as caught:
        data.split(np.zeros(count), fraction, stratify=labels, rng=rng())
    assert str(caught.value) == f"split: {message}"


# --- encodings ----------------------------------------------------------------------------------


@given(
    hnp.arrays(
        st.sampled_from([np.int8, np.uint8, np.int64, np.uint64]),
        hnp.array_shapes(min_dims=0, max_dims=2, min_side=1, max_side=4),
        elements=st.integers(0, 9),
    ),
    st.sampled_from([np.float32, np.float64, np.int8]),
)
def test_one_hot_has_a_single_one_at_the_label(labels: Any, dtype: Any) -> None:
    encoded = data.one_hot(labels, dtype=dtype)
    assert encoded.shape == (*labels.shape, labels.max() + 1)
    assert encoded.dtype == dtype
    np.testing.assert_array_equal(encoded.argmax(axis=-1), labels)
    np.testing.assert_array_equal(encoded.sum(axis=-1), 1)
    assert set(encoded.ravel().tolist()) <= {0, 1}
    assert data.one_hot(labels, 12).shape == (*labels.shape, 12)


def test_one_hot_of_nothing_and_of_many_classes() -> None:
    assert data.one_hot(np.zeros(0, int), 3).shape == (0, 3)
    assert data.one_hot([99_999]).shape == (1, 100_000)  # never a square of 100,000 classes


@pytest.mark.parametrize(
    ("labels", "classes", "error", "message"),
    [
        ([0.0, 1.0], None, TypeError, "labels must be integers, not float64"),
        ([True], None, TypeError, "labels must be integers, not bool"),
        (np.zeros(0, int), None, ValueError, "without any label the number of classes must be"),
        ([[0, 1], [2, 3]], 3, ValueError, "label 3 at (1, 1) is not one of the 3 classes 0 to 2"),
        ([1, -1], None, ValueError, "label -1 at (1,) is not one of the 2 classes 0 to 1"),
    ],
)
def test_one_hot_refuses_what_is_no_label(
    labels: Any, classes: int | None, error: type[Exception], message: str
) -> None:
    with pytest.raises(error) as caught:
        data.one_hot(labels, classes)
    assert str(caught.value).startswith(f"one_hot: {message}")


matrices = hnp.arrays(
    st.sampled_from([np.float32, np.float64]),
    hnp.array_shapes(min_dims=1, max_dims=3, min_side=1, max_side=6),
    elements=st.floats(-(2.0**100), 2.0**100, width=32),
)


@given(matrices)
def test_standardized_training_rows_have_mean_zero_and_deviation_one(train: Any) -> None:
    (scaled,), statistics = data.standardize(train)
    assert (scaled.dtype, scaled.shape) == (train.dtype, train.shape)
    assert statistics.mean.shape == statistics.deviation.shape == train.shape[1:]
    assert np.isfinite(scaled).all()
    assert (statistics.deviation > 0).all()
    np.testing.assert_allclose(scaled.mean(axis=0, dtype=np.float64), 0, atol=1e-5)
    constant = (train == train[0]).all(axis=0)
    assert (scaled[:, constant] == 0).all()
    # Where a spread is near the rounding of the values, so is the result.
    clear = np.ptp(train.astype(np.float64), axis=0) > 1e-6 * np.abs(train).max(axis=0)
    deviation = scaled.std(axis=0, dtype=np.float64)[clear & ~constant]
    np.testing.assert_allclose(deviation, 1, rtol=1e-5)


@pytest.mark.parametrize("scale", [1e-320, 1e-200, 1.0, 1e200, 1e307])
def test_standardize_neither_overflows_nor_vanishes(scale: float) -> None:
    train = np.array([[1.0, 2.0], [3.0, 2.0]]) * scale
    (scaled,), _ = data.standardize(train)
    np.testing.assert_allclose(scaled, [[-1, 0], [1, 0]], rtol=1e-3)


def test_the_smallest_number_is_no_deviation() -> None:
    (scaled,), statistics = data.standardize(np.array([[0.0], [5e-324]]))
    assert statistics.deviation.tolist() == [1]
    assert np.isfinite(scaled).all()


def test_a_constant_column_is_zero_even_if_its_mean_is_rounded() -> None:
    train = np.full((7, 1), 0.1)
    assert train.std() != 0  # what dividing by the deviation would have made of it: noise
    (scaled, held), statistics = data.standardize(train, np.array([[1.1]]))
    assert scaled.tolist() == [[0]] * 7
    assert statistics.mean.tolist() == [0.1]
    assert held.tolist() == [[1.0]]


def test_others_are_scaled_by_the_training_rows_alone() -> None:
    train, held = rng(1).normal(3, 2, (50, 4)), rng(2).normal(30, 20, (10, 4))
    (scaled, other), statistics = data.standardize(train, held)
    np.testing.assert_allclose(other, (held - train.mean(0)) / train.std(0))
    np.testing.assert_allclose(other, statistics.apply(held))
    np.testing.assert_array_equal(data.standardize(train)[0][0], scaled)
    images, _ = data.standardize(np.arange(12).reshape(3, 2, 2), np.zeros((1, 2, 2), np.float32))
    assert [each.dtype for each in images] == [np.float64, np.float32]


def test_standardize_refuses_rows_that_do_not_fit() -> None:
    with pytest.raises(ValueError) as caught:
        data.standardize(np.zeros((3, 2)), np.zeros((3, 4)))
    assert str(caught.value) == (
        "standardize: rows of shape (4,) do not fit statistics of shape (2,)"
    )
    for nothing in (np.zeros((0, 2)), np.zeros(())):
        with pytest.raises(ValueError, match="needs at least one training row, got shape"):
            data.standardize(nothing)
