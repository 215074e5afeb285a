"""Walking, mapping, taking apart and rebuilding nested containers."""

import gc
import weakref
from collections import OrderedDict, defaultdict, namedtuple
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd_lite import tree


class Pair(NamedTuple):
    left: Any
    right: Any


Empty = namedtuple("Empty", [])


@dataclass
class Layer:
    weight: Any
    bias: Any


@dataclass(frozen=True, slots=True)
class Frozen:
    value: Any
    double: Any = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "double", 2 * self.value)


class Module:
    __tree__ = True

    def __init__(self, **children: Any) -> None:
        self._mode = "train"
        vars(self).update(children)


def same(a: Any, b: Any) -> bool:
    """Equality that looks into modules, which compare by identity, and at types."""
    if type(a) is not type(b):
        return False
    if isinstance(a, Module):
        return same(vars(a), vars(b))
    if isinstance(a, dict):
        return list(a) == list(b) and all(same(a[key], b[key]) for key in a)
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(same(x, y) for x, y in zip(a, b, strict=True))
    if isinstance(a, Layer):
        return same(vars(a), vars(b))
    return bool(a == b)


keys = st.text("abcdef", min_size=1, max_size=3)
trees = st.recursive(
    st.integers() | st.none() | st.text(max_size=3),
    lambda child: st.one_of(
        st.lists(child, max_size=4),
        st.dictionaries(keys, child, max_size=4),
        st.dictionaries(st.integers(), child, max_size=3),
        st.dictionaries(keys, child, max_size=3).map(OrderedDict),
        st.lists(child, max_size=3).map(tuple),
        st.builds(Pair, child, child),
        st.builds(Layer, child, child),
        st.dictionaries(keys, child, max_size=3).map(lambda c: Module(**c)),
    ),
    max_leaves=8,
)


@given(trees)
def test_flatten_and_unflatten_are_inverse(value: Any) -> None:
    found, structure = tree.flatten(value)
    assert same(tree.unflatten(structure, found), value)


@given(trees)
def test_leaves_items_and_flatten_agree(value: Any) -> None:
    found, _ = tree.flatten(value)
    assert [leaf for _, leaf in tree.leaves(value)] == found
    assert [pair for pair in tree.items(value) if pair[1] is not None] == tree.leaves(value)


@given(trees)
def test_map_visits_each_leaf_once_in_order_and_keeps_the_structure(value: Any) -> None:
    seen: list[Any] = []

    def visit(leaf: Any) -> object:
        seen.append(leaf)
        return object()

    mapped = tree.map(visit, value)
    assert seen == tree.flatten(value)[0]
    assert tree.flatten(mapped)[1] == tree.flatten(value)[1]
    assert [path for path, _ in tree.leaves(mapped)] == [path for path, _ in tree.leaves(value)]


@given(trees)
def test_map_hands_over_the_leaves_of_all_trees(value: Any) -> None:
    other = tree.map(lambda leaf: [leaf], value)  # leaves become branches: a different structure
    seconds = tree.map(lambda leaf: f"second {leaf}", value)
    agree = tree.map(lambda leaf, second: second == f"second {leaf}", value, seconds)
    assert all(leaf for _, leaf in tree.leaves(agree))
    if tree.leaves(value):
        with pytest.raises(ValueError, match="all trees must have one structure"):
            tree.map(max, value, other)


@given(trees, trees)
def test_structures_are_equal_exactly_when_trees_have_one_form(a: Any, b: Any) -> None:
    blank = [tree.map(lambda leaf: 0, value) for value in (a, b)]
    first, second = (tree.flatten(value)[1] for value in (a, b))
    assert (first == second) == same(blank[0], blank[1])
    if first == second:
        assert hash(first) == hash(second)


@given(trees)
def test_the_original_is_left_alone(value: Any) -> None:
    before = repr(tree.leaves(value))
    tree.map(lambda leaf: "changed", value)
    found, structure = tree.flatten(value)
    tree.unflatten(structure, ["changed"] * len(found))
    assert repr(tree.leaves(value)) == before


def test_paths_name_keys_indices_fields_and_attributes() -> None:
    value = {"layers": [Layer(1, 2)], "pair": Pair(3, (4,)), 7: Module(w=5, _hidden=6), "n": None}
    assert tree.leaves(value) == [
        ("layers.0.weight", 1),
        ("layers.0.bias", 2),
        ("pair.left", 3),
        ("pair.right.0", 4),
        ("7.w", 5),
    ]
    assert ("n", None) in list(tree.items(value))


@pytest.mark.parametrize("leaf", [3, "text", b"bytes", np.zeros(2), {1, 2}, Layer, Module])
def test_everything_else_is_a_leaf_of_empty_path(leaf: Any) -> None:
    [(path, found)] = tree.leaves(leaf)
    assert path == ""
    assert found is leaf
    assert tree.map(id, leaf) == id(leaf)


@pytest.mark.parametrize("empty", [None, {}, [], (), Empty(), Module(), [None, {"a": ()}]])
def test_empty_branches_have_no_leaves_and_come_back(empty: Any) -> None:
    assert tree.leaves(empty) == []
    assert same(tree.map(max, empty), empty)
    assert same(tree.unflatten(tree.flatten(empty)[1], []), empty)


def test_dictionaries_keep_their_type_and_their_order() -> None:
    counts: defaultdict[str, Any] = defaultdict(list, {"b": 1, "a": 2})
    mapped = tree.map(str, counts)
    assert type(mapped) is defaultdict
    assert mapped.default_factory is list
    assert list(mapped.items()) == [("b", "1"), ("a", "2")]


def test_dictionaries_of_other_trees_are_matched_by_key_not_by_order() -> None:
    assert tree.map(lambda x, y: x - y, {"a": 1, "b": 2}, {"b": 20, "a": 10}) == {"a": -9, "b": -18}


def test_frozen_dataclasses_are_rebuilt_without_running_their_constructor() -> None:
    mapped = tree.map(lambda x: x + 1, Frozen(10))
    assert (type(mapped), mapped.value, mapped.double) == (Frozen, 11, 21)


def test_modules_are_shallow_copies_that_share_what_is_hidden() -> None:
    module: Any = Module(w=1, inner=Module(b=2), _cache=[0])
    mapped = tree.map(lambda x: x * 10, module)
    assert (mapped.w, mapped.inner.b, module.w, module.inner.b) == (10, 20, 1, 2)
    assert mapped is not module
    assert mapped._cache is module._cache
    assert mapped._mode == "train"


def test_a_subclass_of_dict_with_tree_set_is_walked_by_its_attributes() -> None:
    class Both(dict[str, int]):
        __tree__ = True

    both: Any = Both(a=1)
    both.w = 2
    assert tree.leaves(both) == [("w", 2)]


def test_tied_leaves_count_twice() -> None:
    weight = np.ones(2)
    assert [path for path, _ in tree.leaves({"a": weight, "b": {"c": weight}})] == ["a", "b.c"]
    shared = [weight]
    assert [path for path, _ in tree.leaves((shared, shared))] == ["0.0", "1.0"]


def cyclic_list() -> Any:
    inner: list[Any] = [1]
    inner.append({"again": inner})
    return {"deep": inner}


def cyclic_module() -> Any:
    module: Any = Module(w=1)
    module.me = module
    return module


@pytest.mark.parametrize("walk", [tree.leaves, tree.flatten, lambda value: tree.map(id, value)])
def test_a_cycle_is_an_error_that_names_both_ends(walk: Any) -> None:
    with pytest.raises(ValueError) as caught:
        walk(cyclic_list())
    assert str(caught.value) == (
        "a tree cannot contain itself: the list at 'deep.1.again' is the same object as the one "
        "at 'deep'"
    )
    with pytest.raises(ValueError, match=r"the Module at 'me' .* the one at the root"):
        walk(cyclic_module())


@pytest.mark.parametrize(
    ("first", "second", "message"),
    [
        (
            {"layers": [{"w": 1}]},
            {"layers": [{"w": 1, "b": 2}]},
            "map: at 'layers.0' the first tree and tree 2 have different keys; "
            "only in the first: none; only in tree 2: 'b'",
        ),
        (
            [1, 2, 3],
            [1, 2],
            "map: at the root the first tree and tree 2 have different keys; "
            "only in the first: 2; only in tree 2: none",
        ),
        (
            {"a": 1},
            {"a": None},
            "map: at 'a' the first tree has a leaf (int) and tree 2 a branch (NoneType); "
            "all trees must have one structure",
        ),
        (
            {"a": [1]},
            {"a": (1,)},
            "map: at 'a' the first tree has a branch (list) and tree 2 a branch (tuple); "
            "all trees must have one structure",
        ),
    ],
)
def test_a_different_structure_is_an_error_that_names_the_path(
    first: Any, second: Any, message: str
) -> None:
    with pytest.raises(ValueError) as caught:
        tree.map(max, first, second)
    assert str(caught.value) == message
    with pytest.raises(ValueError, match="tree 3"):
        tree.map(max, first, first, second)


@pytest.mark.parametrize("count", [0, 1, 3])
def test_unflatten_wants_as_many_leaves_as_there_were(count: int) -> None:
    _, structure = tree.flatten({"a": 1, "b": [2, None]})
    with pytest.raises(ValueError) as caught:
        tree.unflatten(structure, range(count))
    assert str(caught.value) == f"unflatten: the structure has 2 leaves, {count} were given"


def test_a_structure_keeps_no_leaf_alive() -> None:
    gc.disable()
    try:
        arrays = [np.zeros(3) for _ in range(5)]
        watched = [weakref.ref(array) for array in arrays]
        a, b, c, d, e = arrays
        value = {"m": Module(w=a), "l": [b], "d": Layer(c, (d,)), "o": OrderedDict(k=e)}
        structure = tree.flatten(value)[1]
        del value, arrays, a, b, c, d, e
        assert [reference() for reference in watched] == [None] * 5
        assert tree.unflatten(structure, range(5))["d"] == Layer(2, (3,))
    finally:
        gc.enable()
